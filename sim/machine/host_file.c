// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files of the host: read whole, written whole or not at all. */
#define _GNU_SOURCE /* strerrordesc_np() */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/machine/machine.h"

/* What does not tell its size (a pipe, a device) is read up to here. */
#define UNSIZED_MAX (64ul << 20)
#define TEMPORARY_NAMES 100

static int complain(const char *path, const char *what)
{
	int error = errno;

	return lfb__error(NULL, lfb__host_error(error), "%s: %s: %s", path, what,
			  strerrordesc_np(error));
}

/* All of @fd into a buffer that grows; @size: what it is expected to be. */
static int read_all(const char *path, int fd, size_t limit, char **bytes, size_t *size)
{
	/* Behind what is expected: a byte that is not there, and the terminator. */
	size_t capacity = 0, used = 0, more = *size + 2;
	char *buffer = NULL;
	ssize_t got = 1;
	int err = 0;

	while (got && !err) {
		char *larger = lfb__room(buffer, used, more, &capacity, 1);

		if (!larger) {
			err = lfb__error(NULL, -ENOMEM, "%s: no memory to read it", path);
			break;
		}
		buffer = larger;
		more = 2;
		got = TEMP_FAILURE_RETRY(read(fd, buffer + used, capacity - 1 - used));
		if (got < 0)
			err = complain(path, "cannot be read");
		else if ((used += (size_t)got) > limit)
			err = lfb__error(NULL, -EFBIG, "%s: larger than %zu bytes", path, limit);
	}
	if (err) {
		free(buffer);
		return err;
	}
	buffer[used] = '\0';
	*bytes = buffer;
	*size = used;
	return 0;
}

int lfb__read_whole_file(const char *path, char **bytes, size_t *size)
{
	size_t limit = UNSIZED_MAX;
	struct stat st;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain(path, "cannot be opened");
	*size = 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		*size = (size_t)st.st_size;
		limit = SIZE_MAX;
	}
	err = read_all(path, fd, limit, bytes, size);
	close(fd);
	return err;
}

int lfb__host_write(int fd, const void *bytes, size_t size)
{
	while (size) {
		ssize_t done = TEMP_FAILURE_RETRY(write(fd, bytes, size));

		if (done < 0)
			return -1;
		bytes = (const u8 *)bytes + done;
		size -= (size_t)done;
	}
	return 0;
}

typedef int (*write_fn)(void *context, int fd);

struct bytes {
	const void *bytes;
	size_t size;
};

static int write_bytes(void *context, int fd)
{
	const struct bytes *all = context;

	return lfb__host_write(fd, all->bytes, all->size);
}

/* Closes @fd in any case. A device or a pipe cannot be synced. */
static int write_to(const char *path, int fd, write_fn write, void *context, bool sync)
{
	int err = 0;

	if (write(context, fd) || (sync && fsync(fd)))
		err = complain(path, "cannot be written");
	if (close(fd) && !err)
		err = complain(path, "cannot be written");
	return err;
}

/* A device or a pipe: there is nothing to replace. */
static int write_in_place(const char *path, write_fn write, void *context)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return complain(path, "cannot be opened for writing");
	return write_to(path, fd, write, context, false);
}

/* A new file beside @path, so that renaming it is atomic. Sets @name, or returns -1. */
static int open_temporary(const char *path, char **name)
{
	for (int i = 0; i < TEMPORARY_NAMES; i++) {
		int fd;

		if (asprintf(name, "%s.%ld-%d.tmp", path, (long)getpid(), i) < 0)
			return -1;
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;
		free(*name);
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int lfb__write_whole_file_by(const char *path, write_fn write, void *context)
{
	struct stat st;
	char *name;
	int fd, err;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return write_in_place(path, write, context);
	fd = open_temporary(path, &name);
	if (fd < 0)
		return complain(path, "cannot be created");
	err = write_to(path, fd, write, context, true);
	if (!err && rename(name, path))
		err = complain(path, "cannot be replaced");
	if (err)
		unlink(name);
	free(name);
	return err;
}

int lfb__write_whole_file(const char *path, const void *bytes, size_t size)
{
	struct bytes all = { bytes, size };

	return lfb__write_whole_file_by(path, write_bytes, &all);
}
