/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the small macros. The C library's <sys/sysinfo.h> gets its struct by this name. */
#ifndef LUO_LINUX_KERNEL_H
#define LUO_LINUX_KERNEL_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/kernel.h>
#include <luo/kernel/asm/byteorder.h>
#include <luo/kernel/linux/align.h>
#include <luo/kernel/linux/array_size.h>
#include <luo/kernel/linux/bitops.h>
#include <luo/kernel/linux/build_bug.h>
#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/kconfig.h>
#include <luo/kernel/linux/kstrtox.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/log2.h>
#include <luo/kernel/linux/math.h>
#include <luo/kernel/linux/minmax.h>
#include <luo/kernel/linux/panic.h>
#include <luo/kernel/linux/printk.h>
#include <luo/kernel/linux/sprintf.h>
#include <luo/kernel/linux/stddef.h>
#include <luo/kernel/linux/types.h>
#include <luo/list.h>
#include <luo/lock.h>
#include <luo/macros.h>

#define PTR_IF(condition, ptr) ((condition) ? (ptr) : NULL)
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define REPEAT_BYTE(byte) ((~0ul / 0xff) * (byte))
/** u64_to_user_ptr() - what a user put into a structure as a number. */
#define u64_to_user_ptr(n) ((void __user *)(uintptr_t)(u64)(n))
#define cond_resched() might_sleep()

#endif
