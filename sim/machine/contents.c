// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What agents write into files in memory, such that a page tells which one it is. */
#include <stdlib.h>
#include <string.h>

#include <luo/shmem.h>

#include "sim/machine/machine.h"

#define WORDS (PAGE_SIZE / sizeof(u32))

static void fill_page(u32 words[WORDS], u64 seed, u64 page)
{
	for (u32 i = 0; i < WORDS; i++)
		words[i] = (u32)(seed * 2654435761u + page * 40503u + i * sizeof(u32));
}

/* Bytes of a file of @size bytes in @page. */
static size_t length_of(u64 size, u64 page)
{
	const u64 left = page <= PHYS_PFN(size) ? size - PFN_PHYS(page) : 0;

	return left < PAGE_SIZE ? left : PAGE_SIZE;
}

bool lfb__pages_are_listed(const char *list)
{
	const size_t digits = strspn(list, "0123456789");

	if (!strcmp(list, "-"))
		return true;
	return digits && (!list[digits] || (list[digits] == ',' && list[digits + 1] != '-' &&
					    lfb__pages_are_listed(list + digits + 1)));
}

/* The next page of a list; false at its end. */
static bool next_page(const char **list, u64 *page)
{
	char *end;

	if (!*list || **list < '0' || **list > '9')
		return false;
	*page = strtoull(*list, &end, 10);
	*list = *end == ',' ? end + 1 : end;
	return true;
}

static bool is_listed(const char *list, u64 page)
{
	u64 one;

	while (next_page(&list, &one)) {
		if (one == page)
			return true;
	}
	return false;
}

int lfb__contents_write(struct file *file, u64 size, const char *pages, u64 seed)
{
	u32 words[WORDS];
	u64 page;

	if (size > (u64)MAX_LFS_FILESIZE)
		return -EFBIG;
	i_size_write(file_inode(file), (s64)size);
	while (next_page(&pages, &page)) {
		const size_t length = length_of(size, page);
		s64 pos = (s64)PFN_PHYS(page), ret;

		if (!length)
			return -EINVAL;
		fill_page(words, seed, page);
		ret = kernel_write(file, words, length, &pos);
		if (ret < 0)
			return (int)ret;
	}
	return 0;
}

/* Does @page hold what it is to hold? */
static bool is_right(struct file *file, u64 size, u64 page, bool written, u64 seed)
{
	const size_t length = length_of(size, page);
	u32 found[WORDS], wanted[WORDS] = { 0 };
	s64 pos = (s64)PFN_PHYS(page);

	if (written)
		fill_page(wanted, seed, page);
	return length && kernel_read(file, found, length, &pos) == (s64)length &&
	       !memcmp(found, wanted, length);
}

/* Holes are not looked at: there may be more of them than time. */
int lfb__contents_compare(struct file *file, u64 size, const char *pages, u64 seed)
{
	const char *list = pages;
	u64 page;

	if (!shmem_file(file))
		return -EINVAL;
	if ((u64)i_size_read(file_inode(file)) != size)
		return -EIO;
	while (next_page(&list, &page)) {
		if (!is_right(file, size, page, true, seed))
			return -EIO;
	}
	for (page = lfb__shmem_next(file, 0); page < DIV_ROUND_UP(size, PAGE_SIZE);
	     page = lfb__shmem_next(file, page + 1)) {
		if (!is_listed(pages, page) && !is_right(file, size, page, false, seed))
			return -EIO;
	}
	return 0;
}
