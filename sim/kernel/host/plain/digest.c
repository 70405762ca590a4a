// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* SHA-256, as FIPS 180-4 has it. Its constants are computed, as the standard says how. */
#include <string.h>

#include "sim/kernel/host/map.h"

#define BLOCK 64
#define ROUNDS 64

static u32 rotate(u32 word, unsigned int by)
{
	return word >> by | word << (32 - by);
}

/* Is @root to the power of @degree less than @n, both in units of 2^-32? Equal it never is. */
static bool is_below_root(u64 root, unsigned int degree, unsigned int n)
{
	/* The root has up to 35 bits, its powers more than a u64: the lowest 16 bits first. */
	u64 power[8] = { 1 };

	for (unsigned int i = 0; i < degree; i++) {
		u64 carry = 0;

		for (unsigned int j = 0; j < 8; j++) {
			carry += power[j] * root;
			power[j] = carry & 0xffff;
			carry >>= 16;
		}
	}
	return (power[2 * degree] | power[2 * degree + 1] << 16) < n;
}

/* The first 32 bits behind the point of the @degree-th root of @n, which is prime. */
static u32 fraction_of_root(unsigned int n, unsigned int degree)
{
	u64 root = 0;

	for (u64 bit = 1ull << 36; bit; bit >>= 1) {
		if (is_below_root(root | bit, degree, n))
			root |= bit;
	}
	return (u32)root;
}

static unsigned int prime_behind(unsigned int n)
{
	for (unsigned int by = 2; by < n; by++) {
		if (!(n % by)) {
			n++;
			by = 1;
		}
	}
	return n;
}

/* Of the first primes: the cubic roots are the rounds', the square roots are to begin with. */
static void begin(u32 rounds[ROUNDS], u32 state[8])
{
	unsigned int prime = 2;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		rounds[i] = fraction_of_root(prime, 3);
		if (i < 8)
			state[i] = fraction_of_root(prime, 2);
		prime = prime_behind(prime + 1);
	}
}

static void add_block(const u32 rounds[ROUNDS], u32 state[8], const u8 *block)
{
	u32 words[ROUNDS], s[8];

	for (unsigned int i = 0; i < ROUNDS; i++, block += 4) {
		u32 a, b;

		if (i < 16) {
			words[i] = (u32)block[0] << 24 | (u32)block[1] << 16 | (u32)block[2] << 8 |
				   block[3];
			continue;
		}
		a = words[i - 15];
		b = words[i - 2];
		words[i] = words[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[i - 7] +
			   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
	memcpy(s, state, sizeof(s));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		const u32 one = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
				((s[4] & s[5]) ^ (~s[4] & s[6])) + rounds[i] + words[i];
		const u32 two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
				((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += one;
		s[0] = one + two;
	}
	for (unsigned int i = 0; i < 8; i++)
		state[i] += s[i];
}

bool lfb__digest(const void *bytes, size_t size, u8 digest[32])
{
	const u8 *at = bytes;
	u8 last[2 * BLOCK] = { 0 };
	const size_t left = size % BLOCK, end = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	u32 rounds[ROUNDS], state[8];

	begin(rounds, state);
	for (size_t done = 0; done < size - left; done += BLOCK)
		add_block(rounds, state, at + done);
	if (left)
		memcpy(last, at + size - left, left);
	last[left] = 0x80;
	for (unsigned int i = 0; i < 8; i++)
		last[end - 1 - i] = (u8)((u64)size * 8 >> 8 * i);
	for (size_t done = 0; done < end; done += BLOCK)
		add_block(rounds, state, last + done);
	for (unsigned int i = 0; i < 32; i++)
		digest[i] = (u8)(state[i / 4] >> (24 - i % 4 * 8));
	return true;
}
