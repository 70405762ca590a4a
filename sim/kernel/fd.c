// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An agent's descriptors: the lowest free one is found by a bit for each. The table is host memory:
 * it belongs to the agent, not to the kernel.
 */
#include <limits.h>
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

static void mark(struct lfb_fd_table *fds, unsigned int fd)
{
	fds->used[fd / WORD_BITS] |= 1ull << fd % WORD_BITS;
}

/* The lowest free descriptor; beyond the table when all of it is in use. */
static unsigned int lowest_free(struct lfb_fd_table *fds)
{
	const unsigned int words = fds->size / WORD_BITS;

	while (fds->full < words && fds->used[fds->full] == ~0ull)
		fds->full++;
	if (fds->full == words)
		return fds->size;
	return fds->full * WORD_BITS + (unsigned int)__builtin_ctzll(~fds->used[fds->full]);
}

static int grow(struct lfb_fd_table *fds)
{
	unsigned int size = fds->size ? fds->size * 2 : FD_TABLE_MIN;
	struct file **files;
	u64 *used;

	if (fds->size == FD_LIMIT)
		return -EMFILE;
	files = calloc(size, sizeof(struct file *));
	used = calloc(size / WORD_BITS, sizeof(u64));
	if (!files || !used) {
		free(files);
		free(used);
		return -ENOMEM;
	}
	if (fds->size) {
		memcpy(files, fds->files, fds->size * sizeof(struct file *));
		memcpy(used, fds->used, fds->size / CHAR_BIT);
	}
	lfb__fds_destroy(fds);
	*fds = (struct lfb_fd_table){ .files = files, .size = size, .used = used };
	for (unsigned int fd = 0; fd < FD_FIRST; fd++)
		mark(fds, fd);
	return 0;
}

static void clear_slot(struct lfb_fd_table *fds, unsigned int fd)
{
	fds->files[fd] = NULL;
	fds->used[fd / WORD_BITS] &= ~(1ull << fd % WORD_BITS);
	if (fds->full > fd / WORD_BITS)
		fds->full = fd / WORD_BITS;
}

static bool is_reserved(const struct lfb_fd_table *fds, unsigned int fd)
{
	return fds && fd < fds->size && fds->files[fd] == LFB_FD_RESERVED;
}

int get_unused_fd_flags(unsigned int flags)
{
	struct lfb_fd_table *fds = current_fds();
	unsigned int fd;

	(void)flags;
	if (!fds)
		return -EBADF;
	if (lfb__fault(lfb__current, LFB_FAULT_ALLOC, __func__))
		return -ENOMEM;
	fd = lowest_free(fds);
	if (fd >= fds->size) {
		int err = grow(fds);

		if (err)
			return err;
		fd = lowest_free(fds);
	}
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
	return fd < FD_LIMIT ? get_file(lfb__fd_file(current_fds(), (int)fd)) : NULL;
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
	memset(fds->used, 0, fds->size / CHAR_BIT);
	fds->full = 0;
	for (unsigned int fd = 0; fd < FD_FIRST; fd++)
		mark(fds, fd);
}

void lfb__fds_destroy(struct lfb_fd_table *fds)
{
	free(fds->files);
	free(fds->used);
	*fds = (struct lfb_fd_table){ 0 };
}
