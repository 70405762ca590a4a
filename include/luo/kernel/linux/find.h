/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: searches in bitmaps. Included by way of linux/bitops.h, as on a kernel. */
#ifndef LUO_LINUX_FIND_H
#define LUO_LINUX_FIND_H

#include <luo/kernel/linux/bitops.h>

/*
 * The first bit from @from on that is set in A, combined with B word by word as @how says; @size:
 * there is none.
 */
enum lfb_find { LFB_FIND_SET, LFB_FIND_CLEAR, LFB_FIND_AND, LFB_FIND_ANDNOT, LFB_FIND_OR };

static inline unsigned long lfb_find_word(const unsigned long *a, const unsigned long *b,
					  unsigned long word, enum lfb_find how)
{
	switch (how) {
	case LFB_FIND_CLEAR:
		return ~a[word];
	case LFB_FIND_AND:
		return a[word] & b[word];
	case LFB_FIND_ANDNOT:
		return a[word] & ~b[word];
	case LFB_FIND_OR:
		return a[word] | b[word];
	default:
		return a[word];
	}
}

static inline unsigned long lfb_find(const unsigned long *a, const unsigned long *b,
				     unsigned long size, unsigned long from, enum lfb_find how)
{
	while (from < size) {
		const unsigned long rest = lfb_find_word(a, b, BIT_WORD(from), how) >>
					   (from % BITS_PER_LONG);

		if (rest) {
			from += __ffs(rest);
			return from < size ? from : size;
		}
		from = (BIT_WORD(from) + 1) * BITS_PER_LONG;
	}
	return size;
}

/** find_next_bit() - Return: the first set bit of @size from @from on, @size: there is none. */
static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long from)
{
	return lfb_find(addr, addr, size, from, LFB_FIND_SET);
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_bit(addr, size, 0);
}

/** find_next_zero_bit() - the same for a bit that is not set. */
static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long from)
{
	return lfb_find(addr, addr, size, from, LFB_FIND_CLEAR);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_zero_bit(addr, size, 0);
}

/** find_next_and_bit() - the same for a bit that is set in both. */
static inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b,
					      unsigned long size, unsigned long from)
{
	return lfb_find(a, b, size, from, LFB_FIND_AND);
}

static inline unsigned long find_first_and_bit(const unsigned long *a, const unsigned long *b,
					       unsigned long size)
{
	return find_next_and_bit(a, b, size, 0);
}

static inline unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b,
						 unsigned long size, unsigned long from)
{
	return lfb_find(a, b, size, from, LFB_FIND_ANDNOT);
}

static inline unsigned long find_first_andnot_bit(const unsigned long *a, const unsigned long *b,
						  unsigned long size)
{
	return find_next_andnot_bit(a, b, size, 0);
}

static inline unsigned long find_next_or_bit(const unsigned long *a, const unsigned long *b,
					     unsigned long size, unsigned long from)
{
	return lfb_find(a, b, size, from, LFB_FIND_OR);
}

/** find_last_bit() - Return: the last set bit of @size, @size: there is none. */
static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	for (unsigned long at = size; at; at--) {
		if (addr[BIT_WORD(at - 1)] >> ((at - 1) % BITS_PER_LONG) & 1)
			return at - 1;
	}
	return size;
}

/** find_nth_bit() - Return: the set bit before which there are @n others, @size: there is none. */
static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size,
					 unsigned long n)
{
	unsigned long at = find_first_bit(addr, size);

	while (at < size && n--)
		at = find_next_bit(addr, size, at + 1);
	return at;
}

#define for_each_set_bit(bit, addr, size)                                                          \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size)                                                     \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size)                                                        \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size)                                                   \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_and_bit(bit, a, b, size)                                                          \
	for ((bit) = 0; (bit) = find_next_and_bit((a), (b), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_andnot_bit(bit, a, b, size)                                                       \
	for ((bit) = 0; (bit) = find_next_andnot_bit((a), (b), (size), (bit)), (bit) < (size);     \
	     (bit)++)
#define for_each_or_bit(bit, a, b, size)                                                           \
	for ((bit) = 0; (bit) = find_next_or_bit((a), (b), (size), (bit)), (bit) < (size); (bit)++)
/** for_each_set_bitrange() - the runs of set bits, from @begin to before @end. */
#define for_each_set_bitrange(begin, end, addr, size)                                              \
	for ((begin) = 0; (begin) = find_next_bit((addr), (size), (begin)),                        \
	    (end) = find_next_zero_bit((addr), (size), (begin)), (begin) < (size);                 \
	     (begin) = (end) + 1)

#endif
