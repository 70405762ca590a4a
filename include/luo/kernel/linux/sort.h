/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: in place, with a heap; equal elements come in any order. */
#ifndef LUO_LINUX_SORT_H
#define LUO_LINUX_SORT_H

#include <string.h>
#include <luo/kernel/linux/types.h>

static inline void lfb_sort_swap(char *a, char *b, size_t size, swap_r_func_t swap_them,
				 const void *priv)
{
	if (swap_them) {
		swap_them(a, b, (int)size, priv);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		const char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

/* Element @at is moved down until what is below it is not larger; @num are in the heap. */
static inline void lfb_sort_sift(char *base, size_t num, size_t size, size_t at,
				 cmp_r_func_t compare, swap_r_func_t swap_them, const void *priv)
{
	size_t child;

	while ((child = 2 * at + 1) < num) {
		if (child + 1 < num &&
		    compare(base + child * size, base + (child + 1) * size, priv) < 0)
			child++;
		if (compare(base + at * size, base + child * size, priv) >= 0)
			return;
		lfb_sort_swap(base + at * size, base + child * size, size, swap_them, priv);
		at = child;
	}
}

/** sort_r() - sort() whose functions are given @priv too. */
static inline void sort_r(void *base, size_t num, size_t size, cmp_r_func_t compare,
			  swap_r_func_t swap_them, const void *priv)
{
	char *const bytes = (char *)base;

	for (size_t at = num / 2; at; at--)
		lfb_sort_sift(bytes, num, size, at - 1, compare, swap_them, priv);
	for (size_t left = num; left > 1; left--) {
		lfb_sort_swap(bytes, bytes + (left - 1) * size, size, swap_them, priv);
		lfb_sort_sift(bytes, left - 1, size, 0, compare, swap_them, priv);
	}
}

struct lfb_sort_plain {
	cmp_func_t compare;
	swap_func_t swap_them;
};

static inline int lfb_sort_compare(const void *a, const void *b, const void *priv)
{
	return ((const struct lfb_sort_plain *)priv)->compare(a, b);
}

static inline void lfb_sort_swap_plain(void *a, void *b, int size, const void *priv)
{
	((const struct lfb_sort_plain *)priv)->swap_them(a, b, size);
}

/**
 * sort() - sort an array
 * @base: its first element
 * @num: how many there are
 * @size: bytes of each
 * @compare: less than 0, 0, more: the first is smaller, as large, larger
 * @swap_them: exchanges two; NULL: their bytes are
 */
static inline void sort(void *base, size_t num, size_t size, cmp_func_t compare,
			swap_func_t swap_them)
{
	const struct lfb_sort_plain plain = { compare, swap_them };

	sort_r(base, num, size, lfb_sort_compare, swap_them ? lfb_sort_swap_plain : NULL, &plain);
}

#endif
