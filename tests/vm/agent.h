/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The agent in a real kernel: what its files say to each other. */
#ifndef LFB_VM_AGENT_H
#define LFB_VM_AGENT_H

#include <stdbool.h>
#include <stddef.h>

/* The most words a line has. */
#define LFB_WORDS 24

/* What every kernel of a script is started with; vm.py starts the first one so. */
#define LFB_COMMAND_LINE "console=ttyS0 nokaslr kho=on liveupdate=on panic=-1 reboot=t"

/* lfb__say() - write a line to the console, at once: the kernel writes there as well. */
void lfb__say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line of a script. */
struct lfb_line {
	/* Its words, then NULL, and how many they are. */
	char **words;
	unsigned int count;
	/* The arguments of calls cannot be written. */
	bool read_only;
	/* What stands behind "ok": " name=...". */
	char more[128];
};

/* lfb__act() - perform a line, but for what ends a kernel. Return: what the kernel answered. */
int lfb__act(struct lfb_line *line);

/* The words that are about files; Return: 0 or a negative errno. */
int lfb__make(struct lfb_line *line);
int lfb__check(struct lfb_line *line);
int lfb__reopen(struct lfb_line *line);
int lfb__dup(struct lfb_line *line);
int lfb__misc(struct lfb_line *line);

/* lfb__descriptor() - Return: what is open under @name or, for "#N", N; -1 if nothing is. */
int lfb__descriptor(const char *name);

/*
 * lfb__keep() - @name stands for @fd from now on, or for nothing when a call was refused
 *
 * What it stood for before stays open. Return: 0, or -errno when @fd is negative.
 */
int lfb__keep(const char *name, int fd);

/* lfb__pack_root() - Return: a descriptor of all that is in "/" as an archive the next kernel
 * unpacks, or a negative errno. */
int lfb__pack_root(void);

#endif
