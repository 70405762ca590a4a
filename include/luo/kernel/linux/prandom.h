/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: numbers of a sequence of its own, which a seed begins. */
#ifndef LUO_LINUX_PRANDOM_H
#define LUO_LINUX_PRANDOM_H

#include <luo/kernel/linux/types.h>

/** struct rnd_state - where in its sequence somebody is. */
struct rnd_state {
	u64 lfb_at;
};

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	state->lfb_at = seed;
}

/** prandom_u32_state() - Return: the next number (splitmix64's upper half). */
static inline u32 prandom_u32_state(struct rnd_state *state)
{
	u64 x = state->lfb_at += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return (u32)((x ^ x >> 31) >> 32);
}

static inline void prandom_bytes_state(struct rnd_state *state, void *buffer, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((u8 *)buffer)[i] = (u8)prandom_u32_state(state);
}

#endif
