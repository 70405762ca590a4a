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

static int write_pages(struct file *file, const struct lfb_contents *contents)
{
	const char *pages = contents->pages;
	u32 words[WORDS];
	u64 page;

	if (contents->size > (u64)MAX_LFS_FILESIZE)
		return -EFBIG;
	i_size_write(file_inode(file), (s64)contents->size);
	while (next_page(&pages, &page)) {
		const size_t length = length_of(contents->size, page);
		s64 pos = (s64)PFN_PHYS(page), ret;

		if (!length)
			return -EINVAL;
		fill_page(words, contents->seed, page);
		ret = kernel_write(file, words, length, &pos);
		if (ret < 0)
			return (int)ret;
	}
	return 0;
}

struct file *lfb__contents_file(unsigned int flags, const struct lfb_contents *contents)
{
	struct file *file = memfd_alloc_file("memfd", flags);
	int err;

	if (IS_ERR(file))
		return file;
	err = write_pages(file, contents);
	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

struct looking {
	struct file *file;
	const struct lfb_contents *contents;
};

/* Does @page hold what it is to hold? */
static bool is_right(const struct looking *looking, u64 page, bool written)
{
	const size_t length = length_of(looking->contents->size, page);
	u32 found[WORDS], wanted[WORDS] = { 0 };
	s64 pos = (s64)PFN_PHYS(page);

	if (written)
		fill_page(wanted, looking->contents->seed, page);
	return length && kernel_read(looking->file, found, length, &pos) == (s64)length &&
	       !memcmp(found, wanted, length);
}

/* Holes are not looked at: there may be more of them than time. */
static long compare(void *argument)
{
	const struct looking *looking = argument;
	const struct lfb_contents *contents = looking->contents;
	const char *list = contents->pages;
	struct file *file = looking->file;
	u64 page;

	if (!shmem_file(file))
		return -EINVAL;
	if ((u64)i_size_read(file_inode(file)) != contents->size)
		return -EIO;
	while (next_page(&list, &page)) {
		if (!is_right(looking, page, true))
			return -EIO;
	}
	for (page = lfb__shmem_next(file, 0); page < DIV_ROUND_UP(contents->size, PAGE_SIZE);
	     page = lfb__shmem_next(file, page + 1)) {
		if (!is_listed(contents->pages, page) && !is_right(looking, page, false))
			return -EIO;
	}
	return 0;
}

long lfb__contents_check(struct lfb_agent *agent, int fd, const struct lfb_contents *contents)
{
	struct looking looking = { lfb_agent_file(agent, fd), contents };

	return looking.file ? lfb_machine_call(agent->machine, compare, &looking) : -EBADF;
}
