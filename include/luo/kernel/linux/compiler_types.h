/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: attributes; those for checkers of a kernel's own say nothing. */
#ifndef LUO_LINUX_COMPILER_TYPES_H
#define LUO_LINUX_COMPILER_TYPES_H

#include <luo/macros.h>

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
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif
#ifndef __always_unused
#define __always_unused __attribute__((__unused__))
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef noinline
#define noinline __attribute__((noinline))
#endif
#ifndef __used
#define __used __attribute__((__used__))
#endif
#ifndef __section
#define __section(name) __attribute__((__section__(name)))
#endif
#ifndef __printf
#define __printf(text, first) __attribute__((__format__(printf, text, first)))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((__noreturn__))
#endif
#ifndef __cold
#define __cold __attribute__((__cold__))
#endif
#ifndef __weak
#define __weak __attribute__((__weak__))
#endif
#ifndef __malloc
#define __malloc __attribute__((__malloc__))
#endif
#ifndef __attribute_const__
#define __attribute_const__ __attribute__((__const__))
#endif
#ifndef __pure
#define __pure __attribute__((__pure__))
#endif
#ifndef __nonstring
#define __nonstring
#endif

/* No compiler of today looks at these, or only a kernel's own checkers do. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __private
#define __counted_by(member)
#define __counted_by_le(member)
#define __counted_by_be(member)
#define __alloc_size(...)
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __acquires(lock)
#define __releases(lock)
#define __must_hold(lock)
#define __acquire(lock) ((void)0)
#define __release(lock) ((void)0)
#define ACCESS_PRIVATE(p, member) ((p)->member)

#ifndef __cplusplus
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
/** __is_constexpr() - whether @x is an integer constant expression; is one itself. */
#define __is_constexpr(x)                                                                          \
	__builtin_types_compatible_p(__typeof__(1 ? (void *)((long)(x) * 0l) : (int *)0), int *)
/** const_true() - whether @x is an integer constant expression that is not 0. */
#define const_true(x) __builtin_choose_expr(__is_constexpr(x), !!(x), 0)
#define __unqual_scalar_typeof(x) __typeof__(__extension__({ __auto_type lfb_x_ = (x); lfb_x_; }))
#endif
/** __struct_size() - bytes of the object at @p, as far as the compiler sees it; else SIZE_MAX. */
#define __struct_size(p) __builtin_object_size(p, 0)
/** __member_size() - the same of the member at @p alone. */
#define __member_size(p) __builtin_object_size(p, 1)

#endif
