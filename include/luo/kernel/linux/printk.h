/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: messages become trace events; KERN_INFO and its like are not looked at, nor is %pe. */
#ifndef LUO_LINUX_PRINTK_H
#define LUO_LINUX_PRINTK_H

#include <luo/kernel/linux/ratelimit.h>
#include <luo/printk.h>

#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_CONT ""
#define printk(...) lfb_printk(LFB_LEVEL_INFO, __VA_ARGS__)
#define printk_once(...) LFB_ONCE_(printk(__VA_ARGS__))
#define pr_cont(...) lfb_printk(LFB_LEVEL_INFO, __VA_ARGS__)
#define pr_devel(...) pr_debug(__VA_ARGS__)

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
