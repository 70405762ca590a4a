/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the kernel's numbers, so that tables look as they do there. */
#ifndef LUO_LINUX_HASH_H
#define LUO_LINUX_HASH_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/types.h>

#define GOLDEN_RATIO_32 0x61C88647
#define GOLDEN_RATIO_64 0x61C8864680B583EBull
#if __SIZEOF_LONG__ == 8
#define GOLDEN_RATIO_PRIME GOLDEN_RATIO_64
#define hash_long(value, bits) hash_64(value, bits)
#else
#define GOLDEN_RATIO_PRIME GOLDEN_RATIO_32
#define hash_long(value, bits) hash_32(value, bits)
#endif
#define __hash_32 __hash_32_generic
#define hash_64 hash_64_generic

static inline u32 __hash_32_generic(u32 value)
{
	return value * GOLDEN_RATIO_32;
}

/** hash_32() - Return: the upper @bits of the product, which depend on all of @value. */
static inline u32 hash_32(u32 value, unsigned int bits)
{
	return __hash_32(value) >> (32 - bits);
}

/** hash_64() - the same of 64 bits. */
static inline u32 hash_64_generic(u64 value, unsigned int bits)
{
	return (u32)(value * GOLDEN_RATIO_64 >> (64 - bits));
}

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return (u32)hash_long((unsigned long)ptr, bits);
}

static inline u32 hash32_ptr(const void *ptr)
{
	const u64 value = (unsigned long)ptr;

	return (u32)(value ^ (value >> 32));
}

#endif
