/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a kernel says and how it complains. Mirrors linux/printk.h, linux/bug.h and linux/panic.h.
 *
 * Nothing is printed: messages become trace events. WARN is recorded and goes on. BUG and panic
 * are recorded and end the simulated kernel: the call that led there returns an errno and the
 * machine is in state LFB_PANICKED. The process goes on.
 */
#ifndef LUO_PRINTK_H
#define LUO_PRINTK_H

#include <stdarg.h>

#include <luo/types.h>

/** enum lfb_level - the kernel's message levels. */
enum lfb_level {
	LFB_LEVEL_EMERG,
	LFB_LEVEL_ALERT,
	LFB_LEVEL_CRIT,
	LFB_LEVEL_ERR,
	LFB_LEVEL_WARNING,
	LFB_LEVEL_NOTICE,
	LFB_LEVEL_INFO,
	LFB_LEVEL_DEBUG,
};

/**
 * struct va_format - a format and its arguments, for %pV
 * @fmt: the format
 * @va: the arguments
 */
struct va_format {
	const char *fmt;
	va_list *va;
};

/**
 * lfb_vsnprintf() - vsnprintf() with the kernel's own formats
 * @buf: gets the text
 * @size: bytes of @buf
 * @format: besides what the C library knows: %pe (the name of the errno in a pointer), %pV (a
 *	struct va_format), %pa (the physical address it points to), %px (the pointer as it is), %*ph
 *	(so many bytes)
 * @args: as it says
 *
 * Return: as vsnprintf(). lib/vsprintf.c.
 */
LFB_API int lfb_vsnprintf(char *buf, size_t size, const char *format, va_list args)
	LFB_PRINTF(3, 0);
/**
 * lfb_printk() - what printk() and the pr_*() macros call
 * @level: how important it is
 * @format: as for lfb_vsnprintf(); KERN_ERR and its like in front of it say the level, too
 */
LFB_API void lfb_printk(enum lfb_level level, const char *format, ...) LFB_PRINTF(2, 3);
/** lfb_warn() - records a WARN; what the WARN macros call. */
LFB_API void lfb_warn(const char *where, const char *format, ...) LFB_PRINTF(2, 3);
/** lfb_bug() - records a BUG and ends the simulated kernel; returns only outside of a kernel. */
LFB_API void lfb_bug(const char *where, const char *format, ...) LFB_PRINTF(2, 3);
/** panic() - ends the simulated kernel with a message; returns only outside of a kernel. */
LFB_API void panic(const char *format, ...) LFB_PRINTF(1, 2);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
/* A format alone, or with arguments: pr_fmt() is for the format. */
#define LFB_PR_ALONE_(level, format) lfb_printk(level, pr_fmt(format))
#define LFB_PR_WITH_(level, format, ...) lfb_printk(level, pr_fmt(format), __VA_ARGS__)
#define LFB_PR_15TH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, which, ...) which
#define LFB_PR_(level, ...)                                                                        \
	LFB_PR_15TH_(__VA_ARGS__, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_,          \
		     LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_,         \
		     LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_WITH_, LFB_PR_ALONE_, )      \
	(level, __VA_ARGS__)
#define pr_emerg(...) LFB_PR_(LFB_LEVEL_EMERG, __VA_ARGS__)
#define pr_alert(...) LFB_PR_(LFB_LEVEL_ALERT, __VA_ARGS__)
#define pr_crit(...) LFB_PR_(LFB_LEVEL_CRIT, __VA_ARGS__)
#define pr_err(...) LFB_PR_(LFB_LEVEL_ERR, __VA_ARGS__)
#define pr_warn(...) LFB_PR_(LFB_LEVEL_WARNING, __VA_ARGS__)
#define pr_notice(...) LFB_PR_(LFB_LEVEL_NOTICE, __VA_ARGS__)
#define pr_info(...) LFB_PR_(LFB_LEVEL_INFO, __VA_ARGS__)
#define pr_debug(...) LFB_PR_(LFB_LEVEL_DEBUG, __VA_ARGS__)

/** WARN_ON() - records a WARN when @condition holds. Return: whether it does. */
#define WARN_ON(condition)                                                                         \
	__extension__({                                                                            \
		bool lfb_cond_ = !!(condition);                                                    \
		if (__builtin_expect(lfb_cond_, 0))                                                \
			lfb_warn(__func__, "%s", #condition);                                      \
		lfb_cond_;                                                                         \
	})
/** WARN_ON_ONCE() - like WARN_ON(), each time: a finding is not to depend on earlier runs. */
#define WARN_ON_ONCE(condition) WARN_ON(condition)
/** WARN() - like WARN_ON() with a message of one's own. */
#define WARN(condition, ...)                                                                       \
	__extension__({                                                                            \
		bool lfb_cond_ = !!(condition);                                                    \
		if (__builtin_expect(lfb_cond_, 0))                                                \
			lfb_warn(__func__, __VA_ARGS__);                                           \
		lfb_cond_;                                                                         \
	})
/** WARN_ONCE() - like WARN(), each time. */
#define WARN_ONCE(condition, ...) WARN(condition, __VA_ARGS__)
#define BUG() lfb_bug(__func__, "BUG")
#define BUG_ON(condition)                                                                          \
	do {                                                                                       \
		if (__builtin_expect(!!(condition), 0))                                            \
			lfb_bug(__func__, "%s", #condition);                                       \
	} while (0)

#endif
