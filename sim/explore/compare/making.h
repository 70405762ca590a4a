/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A scenario that is being made up: what is known of it, and what can be said next. */
#ifndef SIM_EXPLORE_COMPARE_MAKING_H
#define SIM_EXPLORE_COMPARE_MAKING_H

#include <luo/macros.h>
#include <luo/types.h>

#define LFB_MADE_HANDLERS 4
#define LFB_MADE_FLBS 5
#define LFB_MADE_NAMES 6

/* What a scenario is about most; each makes some operations likelier. */
enum lfb_theme {
	LFB_THEME_PLAIN,
	LFB_THEME_LINKS,
	LFB_THEME_HOLDS,
	LFB_THEME_FAILURES,
	LFB_THEME_FILES,
	LFB_THEME_SESSIONS,
	LFB_THEME_ANSWERS,
	LFB_THEME_DAMAGE,
	LFB_THEME_DEATHS,
	LFB_THEME_FAULTS,
	LFB_THEME_LOADING,
	LFB_THEME_RACES,
	LFB_THEMES
};

struct lfb_made_file {
	unsigned int name, token;
};

struct lfb_making {
	u64 state;
	char *text;
	size_t size, room;
	bool no_memory;
	enum lfb_theme theme;
	unsigned int handlers, flbs;	/* in use, from 0 */
	unsigned int ino;
	bool registered[LFB_MADE_HANDLERS];
	bool open;
	bool is_module;			/* the code, from here on */
	bool gone;			/* it is unloaded */
	bool outgoing[LFB_MADE_NAMES];	/* session descriptors the agent has */
	bool incoming[LFB_MADE_NAMES];
	bool handed[LFB_MADE_NAMES];	/* names the kernel before had */
	struct lfb_made_file files[64];	/* preserved in this kernel, and then the one before */
	unsigned int nr_files;
	struct lfb_made_file old_files[64];
	unsigned int nr_old_files;
};

extern const char *const lfb__made_names[LFB_MADE_NAMES];

/*
 * Chance: the same for the same seed. Drawn once in an expression: compilers differ in the order
 * in which they look at arguments.
 */
unsigned int lfb__below(struct lfb_making *m, unsigned int bound);
bool lfb__percent(struct lfb_making *m, unsigned int chance);
const char *lfb__some_token(struct lfb_making *m);

/* A line. */
void lfb__put(struct lfb_making *m, const char *format, ...) LFB_PRINTF(2, 3);

/* What is known of a kernel that begins. */
void lfb__begin_kernel(struct lfb_making *m);
/* life.c: all of one. */
void lfb__make_life(struct lfb_making *m);

/* Something that happens in a kernel; any of it, or one kind. */
void lfb__say_any(struct lfb_making *m);
void lfb__say_handler(struct lfb_making *m, unsigned int handler);
void lfb__say_link(struct lfb_making *m, const char *verb);
void lfb__say_object(struct lfb_making *m);
void lfb__say_open(struct lfb_making *m);
void lfb__say_when(struct lfb_making *m);
void lfb__say_identity(struct lfb_making *m);
void lfb__say_between(struct lfb_making *m, const char *point);

#endif
