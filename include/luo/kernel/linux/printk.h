/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: messages become trace events; of the formats behind %p those of live update code. */
#ifndef LUO_LINUX_PRINTK_H
#define LUO_LINUX_PRINTK_H

#include <luo/kernel/linux/ratelimit.h>
#include <luo/printk.h>

/* As the kernel has them: what begins a message says its level, which else is a warning's. */
#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT KERN_SOH "c"
#define printk(...) lfb_printk(LFB_LEVEL_WARNING, __VA_ARGS__)
#define printk_deferred(...) printk(__VA_ARGS__)
#define printk_once(...) LFB_ONCE_(printk(__VA_ARGS__))
#define pr_cont(...) lfb_printk(LFB_LEVEL_INFO, __VA_ARGS__)
/** no_printk() - nothing is said; what would be is compiled. */
#define no_printk(...)                                                                             \
	do {                                                                                       \
		if (0)                                                                             \
			lfb_printk(LFB_LEVEL_DEBUG, __VA_ARGS__);                                  \
	} while (0)
#define pr_devel(...) pr_debug(__VA_ARGS__)

/** dump_stack() - says nothing: traces and findings have whose call it is. */
static inline void dump_stack(void)
{
}

#define LFB_ONCE_(say)                                                                             \
	do {                                                                                       \
		static bool lfb_said_;                                                             \
		if (!lfb_said_) {                                                                  \
			lfb_said_ = true;                                                          \
			say;                                                                       \
		}                                                                                  \
	} while (0)
#define pr_err_once(...) LFB_ONCE_(pr_err(__VA_ARGS__))
#define pr_warn_once(...) LFB_ONCE_(pr_warn(__VA_ARGS__))
#define pr_notice_once(...) LFB_ONCE_(pr_notice(__VA_ARGS__))
#define pr_info_once(...) LFB_ONCE_(pr_info(__VA_ARGS__))
#define pr_debug_once(...) LFB_ONCE_(pr_debug(__VA_ARGS__))

#define LFB_RATELIMITED_(say)                                                                      \
	do {                                                                                       \
		static DEFINE_RATELIMIT_STATE(lfb_rate_, DEFAULT_RATELIMIT_INTERVAL,               \
					      DEFAULT_RATELIMIT_BURST);                            \
		if (__ratelimit(&lfb_rate_))                                                       \
			say;                                                                       \
	} while (0)
#define pr_err_ratelimited(...) LFB_RATELIMITED_(pr_err(__VA_ARGS__))
#define pr_warn_ratelimited(...) LFB_RATELIMITED_(pr_warn(__VA_ARGS__))
#define pr_notice_ratelimited(...) LFB_RATELIMITED_(pr_notice(__VA_ARGS__))
#define pr_info_ratelimited(...) LFB_RATELIMITED_(pr_info(__VA_ARGS__))
#define printk_ratelimited(...) LFB_RATELIMITED_(printk(__VA_ARGS__))

#endif
