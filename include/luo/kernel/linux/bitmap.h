/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what live update code uses; no lists of numbers as text. */
#ifndef LUO_LINUX_BITMAP_H
#define LUO_LINUX_BITMAP_H

#include <string.h>
#include <luo/kernel/linux/align.h>
#include <luo/kernel/linux/bitops.h>
#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/find.h>
#include <luo/kernel/linux/slab.h>

#define bitmap_size(bits) (ALIGN((unsigned long)(bits), BITS_PER_LONG) / BITS_PER_BYTE)
#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(bits) (~0UL >> (-(bits) & (BITS_PER_LONG - 1)))

/** bitmap_alloc() - Return: @bits of what was there, for bitmap_free(); NULL. */
static inline unsigned long *bitmap_alloc(unsigned int bits, gfp_t gfp)
{
	return (unsigned long *)kmalloc(bitmap_size(bits), gfp);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return (unsigned long *)kzalloc(bitmap_size(bits), gfp);
}

static inline void bitmap_free(const unsigned long *bitmap)
{
	kfree(bitmap);
}

DEFINE_FREE(bitmap, unsigned long *, if (_T) bitmap_free(_T))

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, bitmap_size(bits));
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	memset(map, 0xff, bitmap_size(bits));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, bitmap_size(bits));
}

/* The bits of word @word that belong to a map of @bits. */
static inline unsigned long lfb_bitmap_mask(unsigned int word, unsigned int bits)
{
	return (word + 1) * (unsigned int)BITS_PER_LONG <= bits ? ~0UL :
								  BITMAP_LAST_WORD_MASK(bits);
}

/** bitmap_set() - set @count bits from @start on. */
static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		__set_bit(bit, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		__clear_bit(bit, map);
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

/** bitmap_weight() - Return: how many are set. */
static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int weight = 0;

	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		weight += (unsigned int)hweight_long(map[word] & lfb_bitmap_mask(word, bits));
	return weight;
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++) {
		if ((a[word] ^ b[word]) & lfb_bitmap_mask(word, bits))
			return false;
	}
	return true;
}

static inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
				     unsigned int bits)
{
	return find_first_and_bit(a, b, bits) < bits;
}

/** bitmap_subset() - Return: whether all of @a are in @b. */
static inline bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	return find_first_andnot_bit(a, b, bits) == bits;
}

/** bitmap_and() - Return: whether anything is left in @to. */
static inline bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		to[word] = a[word] & b[word] & lfb_bitmap_mask(word, bits);
	return !bitmap_empty(to, bits);
}

/** bitmap_andnot() - those of @a that are not in @b. Return: whether there are any. */
static inline bool bitmap_andnot(unsigned long *to, const unsigned long *a, const unsigned long *b,
				 unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		to[word] = a[word] & ~b[word] & lfb_bitmap_mask(word, bits);
	return !bitmap_empty(to, bits);
}

static inline void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		to[word] = a[word] | b[word];
}

static inline void bitmap_xor(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		to[word] = a[word] ^ b[word];
}

static inline void bitmap_complement(unsigned long *to, const unsigned long *from,
				     unsigned int bits)
{
	for (unsigned int word = 0; word < BITS_TO_LONGS(bits); word++)
		to[word] = ~from[word];
}

/**
 * bitmap_find_next_zero_area() - room for some bits together
 * @map: the bitmap
 * @size: its bits
 * @start: where to begin
 * @count: how many
 * @align_mask: bits that the number of the first one has not
 *
 * Return: the first one; above @size: there is no such room.
 */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
						       unsigned long start, unsigned int count,
						       unsigned long align_mask)
{
	for (;;) {
		unsigned long taken;

		start = (find_next_zero_bit(map, size, start) + align_mask) & ~align_mask;
		if (start + count > size)
			return size + 1;
		taken = find_next_bit(map, start + count, start);
		if (taken == start + count)
			return start;
		start = taken + 1;
	}
}

#endif
