// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An agent's descriptors: the lowest free one is found without looking at those in use.
 *
 * A set bit of level 0 is a descriptor in use, a set bit of the next level a full word of the one
 * below it. The table is host memory: it belongs to the agent, not to the kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kernel.h"

#define FD_FIRST 3u		/* 0 to 2 are the standard streams, which no agent here has */
#define FD_TABLE_MIN 64u
#define FD_LIMIT (1u << 22)
#define WORD_BITS 64u

static struct lfb_fd_table *current_fds(void)
{
	struct lfb_kernel *kernel = lfb__current;

	return kernel && kernel->task ? kernel->task->fds : NULL;
}

/* How many words a level of a table of @size descriptors has. */
static size_t words_of(unsigned int size, int level)
{
	size_t words = size;

	for (; level >= 0; level--)
		words = (words + WORD_BITS - 1) / WORD_BITS;
	return words;
}

static void mark(struct lfb_fd_table *fds, unsigned int fd)
{
	for (int level = 0; level < LFB_FD_LEVELS; level++, fd /= WORD_BITS) {
		u64 *word = &fds->used[level][fd / WORD_BITS];

		*word |= 1ull << fd % WORD_BITS;
		if (*word != ~0ull)
			return;
	}
}

static void unmark(struct lfb_fd_table *fds, unsigned int fd)
{
	for (int level = 0; level < LFB_FD_LEVELS; level++, fd /= WORD_BITS)
		fds->used[level][fd / WORD_BITS] &= ~(1ull << fd % WORD_BITS);
}

/* The lowest free descriptor; beyond the table when all of it is in use. */
static unsigned int lowest_free(const struct lfb_fd_table *fds)
{
	size_t words = words_of(fds->size, LFB_FD_LEVELS - 1);
	unsigned int at = 0;

	while (at < words && fds->used[LFB_FD_LEVELS - 1][at] == ~0ull)
		at++;
	if (at == words)
		return fds->size;
	for (int level = LFB_FD_LEVELS - 1; level >= 0; level--) {
		/* A word that does not exist is free: the table ends there. */
		if (at >= words_of(fds->size, level))
			return fds->size;
		at = at * WORD_BITS + (unsigned int)__builtin_ctzll(~fds->used[level][at]);
	}
	return at;
}

/* A table is one allocation: its files, then the levels. */
static size_t words_of_table(unsigned int size)
{
	size_t words = size;

	for (int level = 0; level < LFB_FD_LEVELS; level++)
		words += words_of(size, level);
	return words;
}

static void find_levels(struct lfb_fd_table *fds)
{
	u64 *used = (u64 *)(fds->files + fds->size);

	for (int level = 0; level < LFB_FD_LEVELS; level++) {
		fds->used[level] = used;
		used += words_of(fds->size, level);
	}
}

static int grow(struct lfb_fd_table *fds)
{
	struct lfb_fd_table larger = { .size = fds->size ? fds->size * 2 : FD_TABLE_MIN };

	if (fds->size == FD_LIMIT)
		return -EMFILE;
	larger.files = calloc(words_of_table(larger.size), sizeof(u64));
	if (!larger.files)
		return -ENOMEM;
	find_levels(&larger);
	if (fds->size)
		memcpy(larger.files, fds->files, fds->size * sizeof(struct file *));
	for (int level = 0; level < LFB_FD_LEVELS && fds->size; level++)
		memcpy(larger.used[level], fds->used[level],
		       words_of(fds->size, level) * sizeof(u64));
	LFB_ASSERT(larger.size <= FD_LIMIT);
	lfb__fds_destroy(fds);
	*fds = larger;
	for (unsigned int fd = 0; fd < FD_FIRST; fd++)
		mark(fds, fd);
	return 0;
}

static void clear_slot(struct lfb_fd_table *fds, unsigned int fd)
{
	LFB_ASSERT(fd < fds->size && fds->used[0][fd / WORD_BITS] >> fd % WORD_BITS & 1);
	fds->files[fd] = NULL;
	unmark(fds, fd);
}

static bool is_reserved(const struct lfb_fd_table *fds, unsigned int fd)
{
	return fds && fd < fds->size && fds->files[fd] == LFB_FD_RESERVED;
}

int get_unused_fd_flags(unsigned int flags)
{
	struct lfb_fd_table *fds = current_fds();
	unsigned int fd;
	int err;

	(void)flags;
	if (!fds)
		return -EBADF;
	if (lfb__fault(lfb__current, LFB_FAULT_ALLOC, __func__))
		return -ENOMEM;
	fd = lowest_free(fds);
	if (fd >= fds->size) {
		err = grow(fds);
		if (err)
			return err;
		fd = lowest_free(fds);
	}
	if (!LFB_ASSERT(fd >= FD_FIRST && fd < fds->size && !fds->files[fd]))
		return -EMFILE;
	fds->files[fd] = LFB_FD_RESERVED;
	mark(fds, fd);
	return (int)fd;
}

void put_unused_fd(unsigned int fd)
{
	struct lfb_fd_table *fds = current_fds();

	if (is_reserved(fds, fd))
		clear_slot(fds, fd);
	else
		lfb_warn(__func__, "descriptor %u is not reserved", fd);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct lfb_fd_table *fds = current_fds();

	if (!file)
		lfb_warn(__func__, "no file for descriptor %u", fd);
	else if (is_reserved(fds, fd))
		fds->files[fd] = file;
	else
		lfb_warn(__func__, "descriptor %u is not reserved", fd);
}

struct file *lfb__fd_file(const struct lfb_fd_table *fds, int fd)
{
	if (!fds || fd < 0 || (unsigned int)fd >= fds->size || fds->files[fd] == LFB_FD_RESERVED)
		return NULL;
	return fds->files[fd];
}

struct file *fget(unsigned int fd)
{
	struct file *file = fd < FD_LIMIT ? lfb__fd_file(current_fds(), (int)fd) : NULL;

	return file && !file->lfb_path ? get_file(file) : NULL;
}

struct file *lfb__fd_take(struct lfb_fd_table *fds, int fd)
{
	struct file *file = lfb__fd_file(fds, fd);

	if (file)
		clear_slot(fds, (unsigned int)fd);
	return file;
}

void lfb__fds_forget(struct lfb_fd_table *fds)
{
	if (!fds->size)
		return;
	memset(fds->files, 0, fds->size * sizeof(struct file *));
	for (int level = 0; level < LFB_FD_LEVELS; level++)
		memset(fds->used[level], 0, words_of(fds->size, level) * sizeof(u64));
	for (unsigned int fd = 0; fd < FD_FIRST; fd++)
		mark(fds, fd);
}

/* The files lie in another block if there were more of them meanwhile. */
static void is_back(void *self, size_t before)
{
	(void)before;
	find_levels(self);
}

void lfb__fds_save(struct lfb_fd_table *fds, struct lfb_saved *saved)
{
	const size_t bytes = words_of_table(fds->size) * sizeof(u64);

	lfb__save(saved, fds, sizeof(*fds));
	lfb__save_block(saved, &fds->files, bytes, bytes);
	if (fds->size)
		lfb__save_hook(saved, fds, NULL, is_back);
}

void lfb__fds_destroy(struct lfb_fd_table *fds)
{
	free(fds->files);
	*fds = (struct lfb_fd_table){ 0 };
}
