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

int lfb__contents_compare(struct file *file, u64 size, const char *pages, u64 seed)
{
	u32 found[WORDS], wanted[WORDS];

	if (!shmem_file(file))
		return -EINVAL;
	if ((u64)i_size_read(file_inode(file)) != size)
		return -EIO;
	for (u64 page = 0; PFN_PHYS(page) < size; page++) {
		const size_t length = length_of(size, page);
		s64 pos = (s64)PFN_PHYS(page);

		if (is_listed(pages, page))
			fill_page(wanted, seed, page);
		else
			memset(wanted, 0, sizeof(wanted));
		if (kernel_read(file, found, length, &pos) != (s64)length ||
		    memcmp(found, wanted, length))
			return -EIO;
	}
	return 0;
}
