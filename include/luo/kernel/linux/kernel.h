/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the small macros. The C library's <sys/sysinfo.h> gets its struct by this name. */
#ifndef LUO_LINUX_KERNEL_H
#define LUO_LINUX_KERNEL_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/kernel.h>
#include <luo/kernel/linux/align.h>
#include <luo/kernel/linux/build_bug.h>
#include <luo/kernel/linux/kstrtox.h>
#include <luo/kernel/linux/stddef.h>
#include <luo/list.h>
#include <luo/macros.h>
#include <luo/printk.h>
#include <luo/types.h>

#ifdef __cplusplus
#define LFB_AUTO_ auto
#else
#define LFB_AUTO_ __auto_type
#endif
#ifndef min
#define min(a, b)                                                                                  \
	__extension__({                                                                            \
		LFB_AUTO_ lfb_min_a_ = (a);                                                        \
		LFB_AUTO_ lfb_min_b_ = (b);                                                        \
		lfb_min_a_ < lfb_min_b_ ? lfb_min_a_ : lfb_min_b_;                                 \
	})
#endif
#ifndef max
#define max(a, b)                                                                                  \
	__extension__({                                                                            \
		LFB_AUTO_ lfb_max_a_ = (a);                                                        \
		LFB_AUTO_ lfb_max_b_ = (b);                                                        \
		lfb_max_a_ > lfb_max_b_ ? lfb_max_a_ : lfb_max_b_;                                 \
	})
#endif
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))

#endif
