// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files that may be memory: what they look like, and their bytes. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sim/handover/source/source.h"

#define TAR_MAGIC_AT 257

size_t lfb__source_read(int fd, void *to, size_t size, u64 offset, bool *ended)
{
	size_t done = 0;
	ssize_t got = 0;

	*ended = offset > (u64)INT64_MAX - size;
	while (done < size && !*ended) {
		got = pread(fd, (u8 *)to + done, size - done, (off_t)(offset + done));
		if (got < 0 && errno != EINTR)
			break;
		*ended = !got;
		done += got > 0 ? (size_t)got : 0;
	}
	return done;
}

int lfb__source_pread(int fd, void *to, size_t size, u64 offset)
{
	bool ended;

	return lfb__source_read(fd, to, size, offset, &ended) == size ? 0 : -EIO;
}

int lfb__source_open_file(const char *path, struct stat *about)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return lfb__error(NULL, -errno, "%.200s: cannot be opened: %s", path,
				  strerror(errno));
	if (fstat(fd, about)) {
		int err = -errno;

		close(fd);
		return lfb__error(NULL, err, "%.200s: cannot be read", path);
	}
	return fd;
}

int lfb__source_kind(const char *path, enum lfb_source_kind *kind)
{
	static const struct {
		unsigned int at;
		const char *magic;
		size_t length;
		enum lfb_source_kind kind;
	} known[] = {
		{ 0, "LFBBLOB\n", 8, LFB_SOURCE_BLOB },
		{ 0, ELFMAG, SELFMAG, LFB_SOURCE_CORE },
		{ 0, "\xfd" "7zXZ", 6, LFB_SOURCE_XZ },
		{ 0, "KDUMP   ", 8, LFB_SOURCE_KDUMP },
		{ 0, "makedumpfile", 12, LFB_SOURCE_FLAT },
		{ TAR_MAGIC_AT, "ustar", 5, LFB_SOURCE_TAR },
	};
	char start[512] = { 0 };
	struct stat about;
	int fd;

	/* What comes through a pipe is opened once, by who reads it. */
	if (!stat(path, &about) && S_ISFIFO(about.st_mode)) {
		*kind = LFB_SOURCE_RAW;
		return 0;
	}
	fd = lfb__source_open_file(path, &about);
	if (fd < 0)
		return fd;
	*kind = S_ISDIR(about.st_mode) ? LFB_SOURCE_DIRECTORY : LFB_SOURCE_RAW;
	if (S_ISREG(about.st_mode) && pread(fd, start, sizeof(start), 0) >= 0) {
		for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
			if (!memcmp(start + known[i].at, known[i].magic, known[i].length))
				*kind = known[i].kind;
		}
	}
	close(fd);
	return 0;
}
