/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the same numbers in each run, from the kernel's start on. */
#ifndef LUO_LINUX_RANDOM_H
#define LUO_LINUX_RANDOM_H

#include <luo/kernel/linux/prandom.h>
#include <luo/kernel/linux/types.h>

/* Nothing here is secret: what runs twice is to do the same twice. */
static struct rnd_state lfb_random_state __maybe_unused = { 0x6c66622d72616e64ull };

static inline u32 get_random_u32(void)
{
	return prandom_u32_state(&lfb_random_state);
}

static inline u64 get_random_u64(void)
{
	return (u64)get_random_u32() << 32 | get_random_u32();
}

static inline u16 get_random_u16(void)
{
	return (u16)get_random_u32();
}

static inline u8 get_random_u8(void)
{
	return (u8)get_random_u32();
}

static inline unsigned long get_random_long(void)
{
	return (unsigned long)get_random_u64();
}

/** get_random_u32_below() - Return: a number from 0 to below @ceiling. */
static inline u32 get_random_u32_below(u32 ceiling)
{
	return (u32)((u64)get_random_u32() * ceiling >> 32);
}

static inline u32 get_random_u32_inclusive(u32 floor, u32 ceiling)
{
	return floor + get_random_u32_below(ceiling - floor + 1);
}

static inline void get_random_bytes(void *buffer, size_t length)
{
	prandom_bytes_state(&lfb_random_state, buffer, length);
}

#endif
