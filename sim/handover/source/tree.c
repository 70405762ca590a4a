// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The files below a directory, or in a tar of one. The tree is small and its names are known, so a
 * reader of ustar headers is shorter than what a library for archives would ask for.
 */
#define _GNU_SOURCE /* O_CLOEXEC */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/handover/source/source.h"

#define BLOCK 512
#define FILES_MAX 10000

/* The start of a header; what follows it is not looked at. */
struct ustar {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12];
	char mtime[12], checksum[8];
	char type;
	char link[100];
	char magic[6];
};

/* Octal digits, to a space or a NUL; -1 for anything else. */
static s64 octal(const char *field, size_t size)
{
	s64 value = 0;

	for (size_t i = 0; i < size && field[i] && field[i] != ' '; i++) {
		if (field[i] < '0' || field[i] > '7')
			return -1;
		value = value * 8 + field[i] - '0';
	}
	return value;
}

/* Is "dir/dir/kho/out/fdt", or "out/fdt", the file @path "out/fdt"? */
static bool is_file(const char *name, const char *path)
{
	const size_t length = strlen(path), size = strnlen(name, sizeof(((struct ustar *)0)->name));

	return size >= length && !memcmp(name + size - length, path, length) &&
	       (size == length || name[size - length - 1] == '/');
}

static int read_bytes(int fd, u64 offset, u64 size, struct lfb_tree_file *file)
{
	file->bytes = calloc(1, LFB_TREE_FILE_MAX + 1);
	if (!file->bytes)
		return lfb__error(NULL, -ENOMEM, "no memory to read a file");
	file->size = size < LFB_TREE_FILE_MAX ? size : LFB_TREE_FILE_MAX;
	file->there = true;
	return lfb__source_pread(fd, file->bytes, file->size, offset);
}

/* Goes on until there are two empty headers, which all tars end with, or no more. */
static int find_in_tar(int fd, const char *path, struct lfb_tree_file *file)
{
	struct ustar header;
	u64 at = 0;

	for (unsigned int i = 0; i < FILES_MAX; i++) {
		s64 size;

		if (lfb__source_pread(fd, &header, sizeof(header), at) || !header.name[0])
			return 0;
		size = octal(header.size, sizeof(header.size));
		if (size < 0)
			return lfb__error(NULL, -EINVAL, "no tar: a file of an unknown size");
		at += BLOCK;
		if ((header.type == '0' || !header.type) && is_file(header.name, path))
			return read_bytes(fd, at, (u64)size, file);
		at += ((u64)size + BLOCK - 1) / BLOCK * BLOCK;
	}
	return 0;
}

/* Files of debugfs say that they are empty, so they are read to their end. */
static int read_whole(const char *directory, const char *path, struct lfb_tree_file *file)
{
	char name[4096];
	ssize_t got;
	int fd;

	if (snprintf(name, sizeof(name), "%s/%s", directory, path) >= (int)sizeof(name))
		return lfb__error(NULL, -ENAMETOOLONG, "%.100s…: the name is too long", directory);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
			       lfb__error(NULL, -errno, "%.200s: cannot be opened: %s", name,
					  strerror(errno));
	file->bytes = calloc(1, LFB_TREE_FILE_MAX + 1);
	while (file->bytes && file->size < LFB_TREE_FILE_MAX &&
	       (got = read(fd, file->bytes + file->size, LFB_TREE_FILE_MAX - file->size)) > 0)
		file->size += (size_t)got;
	close(fd);
	file->there = true;
	return file->bytes ? 0 : lfb__error(NULL, -ENOMEM, "no memory to read a file");
}

int lfb__tree_file(const char *tree, const char *path, struct lfb_tree_file *file)
{
	enum lfb_source_kind kind;
	struct stat about;
	int err, fd;

	*file = (struct lfb_tree_file){ 0 };
	err = lfb__source_kind(tree, &kind);
	if (err)
		return err;
	if (kind == LFB_SOURCE_DIRECTORY)
		return read_whole(tree, path, file);
	fd = lfb__source_open_file(tree, &about);
	if (fd < 0)
		return fd;
	err = find_in_tar(fd, path, file);
	close(fd);
	if (err == -EIO)
		err = lfb__error(NULL, -EIO, "%.200s: %s is cut off", tree, path);
	if (err) {
		free(file->bytes);
		*file = (struct lfb_tree_file){ 0 };
	}
	return err;
}
