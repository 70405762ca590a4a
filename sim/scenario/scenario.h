/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios, inside: the words of the language, its grammar, operations as the parser leaves them
 * for who performs them, and the transcript that is written while they are performed. Nothing is
 * performed here. May use: sim/machine for its handles, its sentences and its reading of files,
 * and what lies below. docs/scenarios.md is the language.
 */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <luo/fault.h>
#include <luo/scenario.h>

#include "sim/machine/machine.h"
#include "sim/scenario/words.h"

#define LFB_SCENARIO_LINE_MAX 1024	/* bytes of a line, without its end */
#define LFB_SCENARIO_NUMBER_MAX 9999	/* of handlers and FLBs */
#define LFB_SCENARIO_COMPATIBLE_MAX 64	/* more than the field has */

/* What a line says its operation will answer. */
struct lfb_expectation {
	bool given;
	bool object_given;
	long result;
	u64 object;
};

/* One line. Which members mean something depends on the verb. */
struct lfb_operation {
	enum lfb_verb verb;
	unsigned int line;
	const char *text;		/* as the transcript shows it */
	unsigned int handler;
	unsigned int flb;
	unsigned int session;		/* equal names have equal numbers, from 0 */
	unsigned int inode;		/* likewise for inode numbers */
	u64 token;
	u64 ino;
	bool keeps_file;		/* retrieve: the file has that number from now on */
	const char *name;		/* session; compatible; profile, NULL for the same again */
	enum lfb_lack lacks;		/* reboot, jump: the next kernel, … */
	const char *version;		/* … which has this module, … */
	const char *replaces;		/* … where the running one has that; NULL: no other */
	const char *compatible;		/* of a handler or FLB; NULL: it has a number */
	enum lfb_recorded_op fail_op;
	int fail_error;
	unsigned int fail_times;
	struct lfb_fault_plan plan;
	bool of_flb;			/* fail, when …: an FLB's, else a handler's */
	enum lfb_callback callback;
	struct lfb_step step;
	enum lfb_damaged damaged;
	enum lfb_identity identity;	/* a constant one's is the value */
	enum lfb_argument argument;
	u64 offset;
	u64 value;			/* also the seed of a file's contents */
	u64 size;			/* of a file in memory */
	const char *pages;		/* … that are written: "0,3" or "-" */
	const char *point;		/* at: where it is to be done; NULL: at once */
	const char *point_text;		/* the operation alone, without "at POINT N" */
	unsigned int nth;		/* how often the point is passed until then, from 1 */
	unsigned int parallel;		/* its blocks are the same "parallel"'s, from 1; 0: none */
	unsigned int block;		/* which of its blocks the line is in, from 1 */
	const char *schedule;		/* of these blocks; NULL: none is said */
	struct lfb_expectation expected;
};

/* Does the line say what the module does, as its source would? */
static inline bool lfb__defines_module(const struct lfb_operation *operation)
{
	return (lfb__verbs[operation->verb].flags & LFB_DEFINING_VERB) && !operation->point;
}

/* Does it answer with an FLB's object? */
static inline bool lfb__answers_object(enum lfb_verb verb)
{
	return lfb__verbs[verb].flags & LFB_OBJECT_VERB;
}

struct lfb_scenario {
	char *name;
	struct lfb_operation *operations;
	size_t count;
	char *strings;			/* what the operations point to */
	unsigned int nr_handlers;	/* highest number mentioned + 1 */
	unsigned int nr_flbs;
	unsigned int nr_sessions;
	unsigned int nr_inodes;
	bool has_memfds;		/* files in memory are mentioned */
	unsigned int nr_points;		/* operations that wait for a point */
	unsigned int nr_parallels;
	unsigned int nr_blocks;		/* that the largest of them has */
};

/* write.c */

#define LFB_MARKS_MAX (LFB_SCENARIO_LINE_MAX + 32)

/*
 * Lines that stand between two operations because of the blocks they are in; NULL: it is in none,
 * or there is no such operation. Returns their end; there is room for LFB_MARKS_MAX bytes.
 */
char *lfb__write_marks(char *to, const struct lfb_operation *before,
		       const struct lfb_operation *after);
/* A line, with what it must answer unless NULL. Returns its end. */
char *lfb__write_line(char *to, const char *text, const struct lfb_expectation *expected);

/* Where the output goes; the first error of writing is kept and ends it. */
struct lfb_transcript {
	lfb_write_fn write;
	void *context;
	int error;
};

void lfb__transcript_line(struct lfb_transcript *transcript, const char *format, ...)
	LFB_PRINTF(2, 3);

#endif
