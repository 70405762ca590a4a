/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A scenario that is being made up: what is known of it, and what can be said next. */
#ifndef ORACLE_MAKING_H
#define ORACLE_MAKING_H

#include <luo/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define HANDLERS 4
#define FLBS 5
#define NAMES 6
#define TOKENS 8

/* What a scenario is about most; each makes some operations likelier. */
enum theme {
	PLAIN, LINKS, HOLDS, FAILURES, FILES, SESSIONS, ANSWERS, DAMAGE, DEATHS, FAULTS, LOADING,
	RACES, THEMES
};

struct kept_file {
	unsigned int name, token;
};

struct making {
	u64 state;
	char *text;
	size_t size, room;
	enum theme theme;
	unsigned int handlers, flbs;	/* in use, from 0 */
	unsigned int ino;
	bool registered[HANDLERS];
	bool open;
	bool is_module;			/* the code, from here on */
	bool gone;			/* it is unloaded */
	bool outgoing[NAMES];		/* session descriptors the agent has */
	bool incoming[NAMES];
	bool handed[NAMES];		/* names the kernel before had */
	struct kept_file files[64];	/* preserved in this kernel, and then in the one before */
	unsigned int nr_files;
	struct kept_file old_files[64];
	unsigned int nr_old_files;
};

extern const char *const making_names[NAMES];

/*
 * Chance: the same for the same seed. Drawn once in an expression: compilers differ in the order
 * in which they look at arguments.
 */
unsigned int below(struct making *m, unsigned int bound);
bool percent(struct making *m, unsigned int chance);

/* A line. */
void say(struct making *m, const char *format, ...) LFB_PRINTF(2, 3);

/* Something that happens in a kernel; any of it, or one kind. */
void say_any(struct making *m);
void say_handler(struct making *m, unsigned int handler);
void say_link(struct making *m, const char *verb);
void say_object(struct making *m);
void say_open(struct making *m);
void say_when(struct making *m);
void say_identity(struct making *m);

#endif
