// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The root of the next kernel: an archive of the files of this one, in the form ("newc" of
 * cpio) that kernels unpack at boot. It is packed anew for each jump, so that no kernel must
 * carry the archives of all those after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

/* Files and their headers begin at multiples of 4. */
static int pad(int to)
{
	static const char zeros[4];
	off_t at = lseek(to, 0, SEEK_CUR);

	return at < 0 || write(to, zeros, (size_t)(-at & 3)) < 0 ? -errno : 0;
}

static int pack(int to, const char *name, mode_t mode, off_t size, int from)
{
	char header[128];
	size_t length = strlen(name) + 1;
	int error;

	/* A number, the mode, the owner, links, times; the size; devices; how long the name is. */
	snprintf(header, sizeof(header), "070701%08x%08x%016x%08x%08x%08x%032x%08zx%08x", 1, mode,
		 0, 1, 0, (unsigned int)size, 0, length, 0);
	if (write(to, header, 110) != 110 || write(to, name, length) != (ssize_t)length) {
		return -EIO;
	}
	error = pad(to);
	while (!error && size > 0) {
		ssize_t sent = sendfile(to, from, NULL, (size_t)size);

		error = sent > 0 ? 0 : -EIO;
		size -= sent;
	}
	return error ? error : pad(to);
}

int lfb__pack_root(void)
{
	static const char *const names[] = { "init", "bzImage", "script" };
	int to = memfd_create("root", 0);
	int error = to < 0 ? -errno : pack(to, "dev", S_IFDIR | 0755, 0, -1);

	for (size_t i = 0; !error && i < sizeof(names) / sizeof(names[0]); i++) {
		int from = open(names[i], O_RDONLY);
		struct stat about;

		error = fstat(from, &about) < 0 ? -errno :
			pack(to, names[i], about.st_mode, about.st_size, from);
		close(from);
	}
	error = error ? error : pack(to, "TRAILER!!!", 0, 0, -1);
	return error ? error : to;
}
