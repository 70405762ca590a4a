/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what does not fit is an error of the build where the compiler can know. */
#ifndef LUO_LINUX_BITFIELD_H
#define LUO_LINUX_BITFIELD_H

#include <luo/kernel/asm/byteorder.h>
#include <luo/kernel/linux/bits.h>
#include <luo/kernel/linux/build_bug.h>
#include <luo/kernel/linux/types.h>

#define __bf_shf(mask) (__builtin_ffsll((long long)(mask)) - 1)

/* A mask is a constant, one run of bits and not 0; a constant value fits into it. */
#define LFB_BF_CHECK_(mask, value, field)                                                          \
	do {                                                                                       \
		BUILD_BUG_ON_MSG(!__builtin_constant_p(mask), "the mask is no constant");          \
		BUILD_BUG_ON_MSG((mask) == 0, "the mask is 0");                                    \
		BUILD_BUG_ON_MSG(__builtin_constant_p(value) &&                                    \
				 (~((u64)(mask) >> __bf_shf(mask)) & (u64)(value)),                \
				 "the value does not fit into the mask");                          \
		BUILD_BUG_ON_MSG(((u64)(mask) >> __bf_shf(mask)) &                                 \
				 (((u64)(mask) >> __bf_shf(mask)) + 1), "the mask has holes");     \
		BUILD_BUG_ON_MSG((u64)(mask) > (u64)(__typeof__(field))-1,                         \
				 "the mask is wider than the field");                              \
	} while (0)

/** FIELD_MAX() - Return: the largest value that @mask holds. */
#define FIELD_MAX(mask) ((__typeof__(mask))((mask) >> __bf_shf(mask)))
/** FIELD_FIT() - Return: whether @value fits into @mask. */
#define FIELD_FIT(mask, value) (!(((u64)(value) << __bf_shf(mask)) & ~(u64)(mask)))
/** FIELD_PREP() - Return: @value where @mask has it. */
#define FIELD_PREP(mask, value)                                                                    \
	__extension__({                                                                            \
		LFB_BF_CHECK_(mask, value, 0ull);                                                  \
		((__typeof__(mask))(value) << __bf_shf(mask)) & (mask);                            \
	})
/** FIELD_PREP_CONST() - the same of constants, and constant. */
#define FIELD_PREP_CONST(mask, value)                                                              \
	(BUILD_BUG_ON_ZERO((mask) == 0) + BUILD_BUG_ON_ZERO(!FIELD_FIT(mask, value)) +             \
	 ((__typeof__(mask))(value) << __bf_shf(mask)))
/** FIELD_GET() - Return: the value that @mask has in @reg. */
#define FIELD_GET(mask, reg)                                                                       \
	__extension__({                                                                            \
		LFB_BF_CHECK_(mask, 0u, reg);                                                      \
		(__typeof__(mask))(((reg) & (mask)) >> __bf_shf(mask));                            \
	})
/** FIELD_MODIFY() - put @value there, where it has @mask. */
#define FIELD_MODIFY(mask, reg, value)                                                             \
	__extension__({                                                                            \
		LFB_BF_CHECK_(mask, value, *(reg));                                                \
		*(reg) &= ~(mask);                                                                 \
		*(reg) |= ((__typeof__(mask))(value) << __bf_shf(mask)) & (mask);                  \
	})
#define field_prep(mask, value) (((__typeof__(mask))(value) << __bf_shf(mask)) & (mask))
#define field_get(mask, reg) ((__typeof__(mask))(((reg) & (mask)) >> __bf_shf(mask)))

#define LFB_AS_IT_IS_(x) (x)
/* TYPE_encode_bits(), TYPE_replace_bits(), TYPEp_replace_bits(), TYPE_get_bits() of all widths. */
#define LFB_BITFIELD_(name, type, number, to, from)                                                \
	static inline __attribute__((__always_inline__)) type name##_encode_bits(number value,     \
										 number field)     \
	{                                                                                          \
		BUILD_BUG_ON_MSG(__builtin_constant_p(value) && __builtin_constant_p(field) &&     \
				 ((u64)value & ~((u64)field >> __bf_shf(field))),                  \
				 "the value does not fit into the field");                         \
		return to((number)((number)(value << __bf_shf(field)) & field));                   \
	}                                                                                          \
	static inline type name##_replace_bits(type old, number value, number field)               \
	{                                                                                          \
		return (type)((old & ~to(field)) | name##_encode_bits(value, field));              \
	}                                                                                          \
	static inline void name##p_replace_bits(type *at, number value, number field)              \
	{                                                                                          \
		*at = name##_replace_bits(*at, value, field);                                      \
	}                                                                                          \
	static inline number name##_get_bits(type value, number field)                             \
	{                                                                                          \
		return (number)((from(value) & field) >> __bf_shf(field));                         \
	}                                                                                          \
	_Static_assert(sizeof(type) == sizeof(number), "of one width")
LFB_BITFIELD_(u8, u8, u8, LFB_AS_IT_IS_, LFB_AS_IT_IS_);
LFB_BITFIELD_(u16, u16, u16, LFB_AS_IT_IS_, LFB_AS_IT_IS_);
LFB_BITFIELD_(u32, u32, u32, LFB_AS_IT_IS_, LFB_AS_IT_IS_);
LFB_BITFIELD_(u64, u64, u64, LFB_AS_IT_IS_, LFB_AS_IT_IS_);
LFB_BITFIELD_(le16, __le16, u16, cpu_to_le16, le16_to_cpu);
LFB_BITFIELD_(le32, __le32, u32, cpu_to_le32, le32_to_cpu);
LFB_BITFIELD_(le64, __le64, u64, cpu_to_le64, le64_to_cpu);
LFB_BITFIELD_(be16, __be16, u16, cpu_to_be16, be16_to_cpu);
LFB_BITFIELD_(be32, __be32, u32, cpu_to_be32, be32_to_cpu);
LFB_BITFIELD_(be64, __be64, u64, cpu_to_be64, be64_to_cpu);

#endif
