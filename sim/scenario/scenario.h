/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios, inside: operations as the parser leaves them for the runner, and the transcript that
 * the runner and the recorded module write to. docs/scenarios.md is the language.
 */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <luo/fault.h>
#include <luo/scenario.h>

#include "sim/scenario/words.h"

#define LFB_SCENARIO_LINE_MAX 1024	/* bytes of a line, without its end */
#define LFB_SCENARIO_NUMBER_MAX 9999	/* of handlers and FLBs */
#define LFB_SCENARIO_COMPATIBLE_MAX 64	/* more than the field has */

enum lfb_verb {
	LFB_VERB_HANDLER,
	LFB_VERB_UNHANDLER,
	LFB_VERB_FLB,
	LFB_VERB_UNFLB,
	LFB_VERB_OPEN,
	LFB_VERB_SESSION,
	LFB_VERB_RSESSION,
	LFB_VERB_PRESERVE,
	LFB_VERB_RETRIEVE,
	LFB_VERB_FINISH,
	LFB_VERB_CLOSE,
	LFB_VERB_GETIN,
	LFB_VERB_GETOUT,
	LFB_VERB_HOLDIN,
	LFB_VERB_HOLDOUT,
	LFB_VERB_PUTIN,
	LFB_VERB_PUTOUT,
	LFB_VERB_AGAIN,
	LFB_VERB_FAIL,
	LFB_VERB_REBOOT,
	LFB_VERB_FAULT,
	LFB_VERB_PANIC,
	LFB_VERB_COLD,
	LFB_VERB_WHEN,
	LFB_VERB_FORGET,
	LFB_VERB_DO,
	LFB_VERB_COMPATIBLE,
	LFB_VERB_MODULE,
	LFB_VERB_INSMOD,
	LFB_VERB_RMMOD,
	LFB_VERB_PREPARE,
	LFB_VERB_JUMP,
	LFB_VERB_DAMAGE,
	LFB_VERBS,
};

/* The recorder's callbacks that can be told to fail. */
enum lfb_recorded_op {
	LFB_RECORDED_PRESERVE,
	LFB_RECORDED_RETRIEVE,
	LFB_RECORDED_FREEZE,		/* handlers only, as the next */
	LFB_RECORDED_CAN_FINISH,
	LFB_RECORDED_OPS,
};

/* All of them, as programs are kept for. */
enum lfb_callback {
	LFB_CALLBACK_PRESERVE,
	LFB_CALLBACK_UNPRESERVE,
	LFB_CALLBACK_RETRIEVE,
	LFB_CALLBACK_FINISH,
	LFB_CALLBACK_CAN_PRESERVE,	/* handlers only, as the next */
	LFB_CALLBACK_FREEZE,
	LFB_CALLBACK_UNFREEZE,
	LFB_CALLBACK_CAN_FINISH,
	LFB_CALLBACKS,
};

const char *lfb__callback_name(enum lfb_callback callback);

/* What "damage" writes to. */
enum lfb_damaged { LFB_DAMAGED_FLB, LFB_DAMAGED_SESSION, LFB_DAMAGED_TREE, LFB_DAMAGED };

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
	const char *name;		/* session; compatible; profile, NULL for the same again */
	enum lfb_recorded_op fail_op;
	int fail_error;
	unsigned int fail_times;
	struct lfb_fault_plan plan;
	bool of_flb;			/* fail, when …: an FLB's, else a handler's */
	enum lfb_callback callback;
	struct lfb_step step;
	enum lfb_damaged damaged;
	u64 offset;
	u64 value;
	const char *point;		/* at: where it is to be done; NULL: at once */
	const char *point_text;		/* the operation alone, without "at POINT N" */
	unsigned int nth;		/* how often the point is passed until then, from 1 */
	struct lfb_expectation expected;
};

/* Does the line say what the module does, as its source would? */
static inline bool lfb__defines_module(const struct lfb_operation *operation)
{
	switch (operation->verb) {
	case LFB_VERB_WHEN:
	case LFB_VERB_FORGET:
	case LFB_VERB_COMPATIBLE:
	case LFB_VERB_MODULE:
		return !operation->point;
	default:
		return false;
	}
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
	unsigned int nr_points;		/* operations that wait for a point */
};

/* Where the output goes; the first error of writing is kept and ends it. */
struct lfb_transcript {
	lfb_write_fn write;
	void *context;
	int error;
};

void lfb__transcript_line(struct lfb_transcript *transcript, const char *format, ...)
	LFB_PRINTF(2, 3);

#endif
