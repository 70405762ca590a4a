/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: masks, with their arguments checked by the compiler. */
#ifndef LUO_LINUX_BITS_H
#define LUO_LINUX_BITS_H

#include <luo/kernel/linux/build_bug.h>
#include <luo/kernel/linux/const.h>
#include <luo/kernel/linux/types.h>

#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (1ULL << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)

#define __GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (BITS_PER_LONG - 1 - (high))))
#define __GENMASK_ULL(high, low) ((~0ULL << (low)) & (~0ULL >> (BITS_PER_LONG_LONG - 1 - (high))))

#ifdef __cplusplus
#define GENMASK_INPUT_CHECK(high, low) 0
#define LFB_BIT_CHECK_(type, nr) 0
#else
/** GENMASK_INPUT_CHECK() - 0, and no program where the lower bit is known to be above. */
#define GENMASK_INPUT_CHECK(high, low) BUILD_BUG_ON_ZERO(const_true((low) > (high)))
#define LFB_BIT_CHECK_(type, nr) BUILD_BUG_ON_ZERO(const_true((nr) >= (int)BITS_PER_TYPE(type)))
#endif

/** GENMASK() - the bits @low to @high, both included. */
#define GENMASK(high, low) ((unsigned long)(GENMASK_INPUT_CHECK(high, low) + __GENMASK(high, low)))
#define GENMASK_ULL(high, low)                                                                     \
	((unsigned long long)(GENMASK_INPUT_CHECK(high, low) + __GENMASK_ULL(high, low)))
/** GENMASK_TYPE() - the same in a type, in which they must lie. */
#define GENMASK_TYPE(type, high, low)                                                              \
	((type)(GENMASK_INPUT_CHECK(high, low) + LFB_BIT_CHECK_(type, high) +                      \
		__GENMASK_ULL(high, low)))
#define GENMASK_U8(high, low) GENMASK_TYPE(u8, high, low)
#define GENMASK_U16(high, low) GENMASK_TYPE(u16, high, low)
#define GENMASK_U32(high, low) GENMASK_TYPE(u32, high, low)
#define GENMASK_U64(high, low) GENMASK_TYPE(u64, high, low)
#ifdef __SIZEOF_INT128__
#define GENMASK_U128(high, low)                                                                    \
	((u128)(GENMASK_INPUT_CHECK(high, low) + LFB_BIT_CHECK_(u128, high) +                      \
		((~(u128)0 << (low)) & (~(u128)0 >> (127 - (high))))))
#endif
#define BIT_TYPE(type, nr) ((type)(LFB_BIT_CHECK_(type, nr) + BIT_ULL(nr)))
#define BIT_U8(nr) BIT_TYPE(u8, nr)
#define BIT_U16(nr) BIT_TYPE(u16, nr)
#define BIT_U32(nr) BIT_TYPE(u32, nr)
#define BIT_U64(nr) BIT_TYPE(u64, nr)

#endif
