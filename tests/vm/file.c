// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the agent in a real kernel does with files: makes them, looks into them. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define LFB_PAGE 4096

/* Page @page of a file that was written with @seed. */
static void fill(uint32_t *words, unsigned int page, uint32_t seed)
{
	for (uint32_t i = 0; i < LFB_PAGE / 4; i++) {
		words[i] = seed * 2654435761u + page * 40503u + i * 4;
	}
}

/* Is @page one of @pages: "0,2,3", or "-" for none? */
static bool has_page(const char *pages, unsigned int page)
{
	while (pages && isdigit((unsigned char)*pages)) {
		char *end;

		if (strtoul(pages, &end, 10) == page) {
			return true;
		}
		pages = *end == ',' ? end + 1 : end;
	}
	return false;
}

static size_t bytes_of(size_t size, unsigned int page)
{
	size_t rest = size - (size_t)page * LFB_PAGE;

	return rest < LFB_PAGE ? rest : LFB_PAGE;
}

/* Gives a file its size and writes the pages that the script names. */
static int write_pages(int fd, size_t size, const char *pages, uint32_t seed)
{
	uint32_t page[LFB_PAGE / 4];

	if (ftruncate(fd, (off_t)size) < 0) {
		return -errno;
	}
	for (unsigned int i = 0; (size_t)i * LFB_PAGE < size; i++) {
		if (!has_page(pages, i)) {
			continue;
		}
		fill(page, i, seed);
		if (pwrite(fd, page, bytes_of(size, i), (off_t)i * LFB_PAGE) < 0) {
			return -errno;
		}
	}
	return 0;
}

/* A file without a name on a file system of memory, opened with @flags. */
static int unlinked(int flags)
{
	int fd = open("/tmp/unlinked", O_RDWR | O_CREAT, 0600);
	int again = flags == O_RDWR ? fd : open("/tmp/unlinked", flags);

	if (again != fd) {
		close(fd);
	}
	unlink("/tmp/unlinked");
	return again;
}

static int open_kind(const char *kind, const char *name)
{
	int ends[2];

	if (!strcmp(kind, "pipe")) {
		if (pipe(ends) < 0) {
			return -1;
		}
		return ends[0];
	}
	if (!strcmp(kind, "memfd")) {
		return memfd_create(name, 0);
	}
	if (!strcmp(kind, "sealable")) {
		return memfd_create(name, MFD_ALLOW_SEALING);
	}
	if (!strcmp(kind, "hugetlb")) {
		return memfd_create(name, MFD_HUGETLB);
	}
	if (!strcmp(kind, "proc")) {
		return open("/proc/version", O_RDONLY);
	}
	if (!strcmp(kind, "console")) {
		return open("/dev/console", O_RDWR);
	}
	if (!strcmp(kind, "opath")) {
		return open("/tmp", O_PATH);
	}
	if (!strcmp(kind, "tmpfs")) {
		return open("/tmp/named", O_RDWR | O_CREAT, 0600);
	}
	if (!strcmp(kind, "tmpfsunlinked")) {
		return unlinked(O_RDWR);
	}
	if (!strcmp(kind, "rotmpfs")) {
		return unlinked(O_RDONLY);
	}
	errno = EINVAL;
	return -1;
}

/* file V KIND [SIZE [PAGES [SEED]]] */
int lfb__make(struct lfb_line *line)
{
	char **words = line->words;
	int fd = open_kind(words[2], words[1]);
	int error = lfb__keep(words[1], fd);

	if (error) {
		return error;
	}
	if (!strcmp(words[2], "memfd") || !strcmp(words[2], "sealable")) {
		const char *pages = words[3] ? words[4] : NULL;

		error = write_pages(fd, words[3] ? strtoul(words[3], NULL, 0) : 0, pages,
				    pages && words[5] ? (uint32_t)atoi(words[5]) : 0);
	}
	if (!error && !strcmp(words[2], "sealable") &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0) {
		error = -errno;
	}
	return error;
}

/* check V SIZE [PAGES [SEED]] */
int lfb__check(struct lfb_line *line)
{
	char **words = line->words;
	int fd = lfb__descriptor(words[1]);
	size_t size = strtoul(words[2], NULL, 0);
	uint32_t seed = words[3] && words[4] ? (uint32_t)atoi(words[4]) : 0;
	struct stat about;

	if (fstat(fd, &about) < 0) {
		return -errno;
	}
	if ((size_t)about.st_size != size) {
		return -EIO;
	}
	for (unsigned int i = 0; (size_t)i * LFB_PAGE < size; i++) {
		uint32_t is[LFB_PAGE / 4], due[LFB_PAGE / 4] = { 0 };

		if (has_page(words[3], i)) {
			fill(due, i, seed);
		}
		if (pread(fd, is, bytes_of(size, i), (off_t)i * LFB_PAGE) < 0) {
			return -errno;
		}
		if (memcmp(is, due, bytes_of(size, i))) {
			return -EIO;
		}
	}
	return 0;
}

/* reopen V W: the file of V, opened once more. */
int lfb__reopen(struct lfb_line *line)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", lfb__descriptor(line->words[1]));
	return lfb__keep(line->words[2], open(path, O_RDWR));
}

int lfb__dup(struct lfb_line *line)
{
	return lfb__keep(line->words[2], dup(lfb__descriptor(line->words[1])));
}

/* A second process opens the device. */
static int open_in_child(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		_exit(open("/dev/liveupdate", O_RDWR) < 0 ? errno : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		return -errno;
	}
	return -WEXITSTATUS(status);
}

/* Shows a file of debugfs, 32 bytes a line. */
static int show(const char *path)
{
	int fd = open(path, O_RDONLY);
	unsigned char bytes[32];
	ssize_t length;

	if (fd < 0) {
		return -errno;
	}
	while ((length = read(fd, bytes, sizeof(bytes))) > 0) {
		char text[2 * sizeof(bytes) + 1];

		for (ssize_t i = 0; i < length; i++) {
			snprintf(text + 2 * i, 3, "%02x", bytes[i]);
		}
		lfb__say("@@HEX %s\n", text);
	}
	close(fd);
	return length < 0 ? -errno : 0;
}

int lfb__misc(struct lfb_line *line)
{
	char **words = line->words;
	const char *what = words[1];
	struct stat about;
	int fd;

	if (!strcmp(what, "childopen")) {
		return open_in_child();
	}
	if (!words[2]) {
		return -EINVAL;
	}
	if (!strcmp(what, "hex")) {
		return show(words[2]);
	}
	if (!strcmp(what, "ls")) {
		return stat(words[2], &about) < 0 ? -errno : 0;
	}
	fd = lfb__descriptor(words[2]);
	if (!strcmp(what, "seals")) {
		return fcntl(fd, F_GET_SEALS) < 0 ? -errno : 0;
	}
	if (!strcmp(what, "seek") && words[3]) {
		return lseek(fd, atol(words[3]), SEEK_SET) < 0 ? -errno : 0;
	}
	if (!strcmp(what, "tell") && words[3]) {
		return lseek(fd, 0, SEEK_CUR) == atol(words[3]) ? 0 : -ESPIPE;
	}
	return -EINVAL;
}
