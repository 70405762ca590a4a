// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the agent in a real kernel does for each word of a script. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent.h"

#define LFB_PAGE 4096

/* The names of scripts and what is open under them; -1: nothing is. */
static struct {
	char name[32];
	int fd;
} names[512];

static int *slot(const char *name)
{
	static unsigned int known;

	for (unsigned int i = 0; i < known; i++) {
		if (!strcmp(names[i].name, name)) {
			return &names[i].fd;
		}
	}
	/* A script with more names than that shares the last of them. */
	known += known < sizeof(names) / sizeof(names[0]);
	snprintf(names[known - 1].name, sizeof(names[0].name), "%s", name);
	names[known - 1].fd = -1;
	return &names[known - 1].fd;
}

int lfb__descriptor(const char *name)
{
	return name[0] == '#' ? atoi(name + 1) : *slot(name);
}

int lfb__keep(const char *name, int fd)
{
	int error = fd < 0 ? -errno : 0;

	*slot(name) = fd;
	return error;
}

/* @empty, @63 and @64 are names of that length; every other word is itself. */
static void put_name(char *to, const char *word)
{
	if (!strcmp(word, "@empty")) {
		return;
	}
	if (!strcmp(word, "@63") || !strcmp(word, "@64")) {
		memset(to, 'n', (size_t)atoi(word + 1));
		return;
	}
	memcpy(to, word, strnlen(word, 64));
}

/*
 * A call with an argument of @length bytes, which ends where memory ends, so that a kernel that
 * reads too far gets -EFAULT.
 */
static int call(const struct lfb_line *line, int fd, unsigned long command, void *argument,
		size_t length)
{
	size_t size = (length + LFB_PAGE - 1) / LFB_PAGE * LFB_PAGE;
	char *map = mmap(NULL, size + LFB_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = map + size - length;
	int answer;

	if (map == MAP_FAILED) {
		return -errno;
	}
	mprotect(map + size, LFB_PAGE, PROT_NONE);
	memcpy(at, argument, length);
	if (line->read_only) {
		mprotect(map, size, PROT_READ);
	}
	answer = ioctl(fd, command, at) < 0 ? -errno : 0;
	memcpy(argument, at, length);
	munmap(map, size + LFB_PAGE);
	return answer;
}

static unsigned long command_of(unsigned int number)
{
	return number <= 0xff ? (unsigned long)_IO(0xBA, number) : number;
}

/* An argument of any call: its size, a descriptor or a reserved word, what follows. */
struct lfb_ioctl {
	uint32_t size;
	int32_t fd;
	union {
		char name[64];
		uint64_t token;
	};
};

/* The calls of the device: create and rsession, number 0 and 1. */
static int of_device(struct lfb_line *line, unsigned int number)
{
	struct lfb_ioctl argument = { .size = 72, .fd = -1 };
	char **words = line->words;
	int answer;

	put_name(argument.name, words[2]);
	answer = call(line, lfb__descriptor(words[1]), command_of(number), &argument, 72);
	if (words[3]) {
		lfb__keep(words[3], answer < 0 ? -1 : argument.fd);
	}
	return answer;
}

static int create(struct lfb_line *line)
{
	return of_device(line, 0);
}

static int retrieve_session(struct lfb_line *line)
{
	return of_device(line, 1);
}

/* createn D PREFIX FROM COUNT */
static int create_many(struct lfb_line *line)
{
	unsigned int from = (unsigned int)atoi(line->words[3]), failures = 0;

	for (unsigned int i = from; i < from + (unsigned int)atoi(line->words[4]); i++) {
		struct lfb_ioctl argument = { .size = 72, .fd = -1 };

		snprintf(argument.name, sizeof(argument.name), "%s%u", line->words[2], i);
		failures += call(line, lfb__descriptor(line->words[1]), command_of(0), &argument,
				 72) < 0;
	}
	snprintf(line->more, sizeof(line->more), " failures=%u", failures);
	return 0;
}

static int preserve(struct lfb_line *line)
{
	struct lfb_ioctl argument = { .size = 16, .fd = lfb__descriptor(line->words[2]) };

	argument.token = strtoull(line->words[3], NULL, 0);
	return call(line, lfb__descriptor(line->words[1]), command_of(0x40), &argument, 16);
}

static int retrieve(struct lfb_line *line)
{
	struct lfb_ioctl argument = { .size = 16, .fd = -1 };
	int answer;

	argument.token = strtoull(line->words[2], NULL, 0);
	answer = call(line, lfb__descriptor(line->words[1]), command_of(0x41), &argument, 16);
	if (line->words[3]) {
		lfb__keep(line->words[3], answer < 0 ? -1 : argument.fd);
	}
	return answer;
}

static int finish(struct lfb_line *line)
{
	struct lfb_ioctl argument = { .size = 8 };

	argument.fd = line->words[2] ? atoi(line->words[2]) : 0;
	return call(line, lfb__descriptor(line->words[1]), command_of(0x42), &argument, 8);
}

static int get_name(struct lfb_line *line)
{
	struct lfb_ioctl argument = { .size = 72 };
	int answer;

	argument.fd = line->words[2] ? atoi(line->words[2]) : 0;
	answer = call(line, lfb__descriptor(line->words[1]), command_of(0x43), &argument, 72);
	if (answer == 0) {
		snprintf(line->more, sizeof(line->more), " name=%.64s", argument.name);
	}
	return answer;
}

/* raw V NUMBER SIZE LENGTH [fd=V] [OFFSET=BYTE]...: an argument byte by byte. */
static int raw(struct lfb_line *line)
{
	static unsigned char argument[16384];
	uint32_t size = (uint32_t)strtoul(line->words[3], NULL, 0);
	size_t length = strtoul(line->words[4], NULL, 0);

	if (length < sizeof(size) || length > sizeof(argument)) {
		return -ERANGE;
	}
	memset(argument, 0, sizeof(argument));
	memcpy(argument, &size, sizeof(size));
	for (char **word = line->words + 5; *word; word++) {
		char *value = strchr(*word, '=');
		size_t offset = strtoul(*word, NULL, 0);

		if (!strncmp(*word, "fd=", 3)) {
			int fd = lfb__descriptor(*word + 3);

			memcpy(argument + 4, &fd, sizeof(fd));
		} else if (value && offset < length) {
			argument[offset] = (unsigned char)strtoul(value + 1, NULL, 0);
		}
	}
	return call(line, lfb__descriptor(line->words[1]),
		    command_of((unsigned int)strtoul(line->words[2], NULL, 0)), argument, length);
}

/* null V NUMBER: no argument at all. */
static int null(struct lfb_line *line)
{
	unsigned long command = command_of((unsigned int)strtoul(line->words[2], NULL, 0));

	return ioctl(lfb__descriptor(line->words[1]), command, NULL) < 0 ? -errno : 0;
}

static int open_device(struct lfb_line *line)
{
	return lfb__keep(line->words[1], open("/dev/liveupdate", O_RDWR));
}

static int close_name(struct lfb_line *line)
{
	int fd = lfb__descriptor(line->words[1]);

	lfb__keep(line->words[1], -1);
	return close(fd) < 0 ? -errno : 0;
}

static const struct {
	const char *word;
	/* How many words a line has at least. */
	unsigned int words;
	int (*act)(struct lfb_line *line);
} acts[] = {
	{ "open", 2, open_device },
	{ "close", 2, close_name },
	{ "create", 3, create },
	{ "createn", 5, create_many },
	{ "rsession", 3, retrieve_session },
	{ "preserve", 4, preserve },
	{ "get", 3, retrieve },
	{ "finish", 2, finish },
	{ "getname", 2, get_name },
	{ "raw", 5, raw },
	{ "null", 3, null },
	{ "file", 3, lfb__make },
	{ "check", 3, lfb__check },
	{ "reopen", 3, lfb__reopen },
	{ "dup", 3, lfb__dup },
	{ "misc", 2, lfb__misc },
};

int lfb__act(struct lfb_line *line)
{
	if (!strcmp(line->words[0], "ro")) {
		line->read_only = true;
		line->words++;
		line->count--;
	}
	for (size_t i = 0; line->count && i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!strcmp(line->words[0], acts[i].word) && line->count >= acts[i].words) {
			return acts[i].act(line);
		}
	}
	/* No call answers so: the line is not of this language. */
	return -ENOSYS;
}
