/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: hints, attributes and single accesses, those that live update code uses. */
#ifndef LUO_LINUX_COMPILER_H
#define LUO_LINUX_COMPILER_H

#include <luo/macros.h>

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

#ifndef __packed
#define __packed __attribute__((__packed__))
#endif
#ifndef __aligned
#define __aligned(x) __attribute__((__aligned__(x)))
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif
#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#endif
/* For checkers of a kernel's own. */
#define __user
#define __private
#define ACCESS_PRIVATE(p, member) ((p)->member)

#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif

#endif
