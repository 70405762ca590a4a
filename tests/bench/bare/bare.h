/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A kernel tree's own orchestrator with nothing around it: "lfb tree TREE tests/bench/bare/kernel.c
 * -o BARE.so" makes one, in which what the orchestrator calls is kernel.c's. It knows a program by
 * this header alone. Each load is a kernel that boots once.
 */
#ifndef TESTS_BENCH_BARE_BARE_H
#define TESTS_BENCH_BARE_BARE_H

#include <stddef.h>

#define BARE_SIZES 17 /* of objects: up to 64 bytes, twice that, … */

/** struct bench_bare_memory - of a kernel and the one that comes after it: handed out in turn. */
struct bench_bare_memory {
	char *next;
	void *given_back[BARE_SIZES];
};

/** struct bench_bare - what such a kernel does. Descriptors or negative errnos come back. */
struct bench_bare {
	/* @handed_over is what the kernel before it left behind; NULL: nothing. */
	void (*boot)(struct bench_bare_memory *memory, void *handed_over);
	int (*open)(void); /* /dev/liveupdate */
	int (*make_file)(unsigned long number);
	int (*ioctl)(int fd, unsigned int cmd, void *arg);
	int (*close)(int fd);
	int (*reboot)(void **handed_over);
};

/* The program's: a kernel was loaded. */
void bench_bare_is_here(const struct bench_bare *bare);

#endif
