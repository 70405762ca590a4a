/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios, inside: operations as the parser leaves them for the runner, the module they act on
 * (the recorder), and the transcript both write to. docs/scenarios.md is the language.
 */
#ifndef SIM_MACHINE_SCENARIO_H
#define SIM_MACHINE_SCENARIO_H

#include <luo/fault.h>
#include <luo/scenario.h>

#define LFB_SCENARIO_LINE_MAX 1024	/* bytes of a line, without its end */
#define LFB_SCENARIO_NUMBER_MAX 9999	/* of handlers and FLBs */

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
	const char *name;		/* of a session; of a profile, NULL for the same again */
	bool fail_flb;			/* fail: an FLB's callback, else a handler's */
	enum lfb_recorded_op fail_op;
	int fail_error;
	unsigned int fail_times;
	struct lfb_fault_plan plan;
	struct lfb_expectation expected;
};

struct lfb_scenario {
	char *name;
	struct lfb_operation *operations;
	size_t count;
	char *strings;			/* what the operations point to */
	unsigned int nr_handlers;	/* highest number mentioned + 1 */
	unsigned int nr_flbs;
	unsigned int nr_sessions;
	unsigned int nr_inodes;
};

/* Where the output goes; the first error of writing is kept and ends it. */
struct lfb_transcript {
	lfb_write_fn write;
	void *context;
	int error;
};

void lfb_transcript_line(struct lfb_transcript *transcript, const char *format, ...)
	LFB_PRINTF(2, 3);

/*
 * recorder.c: the module whose callbacks the transcript shows. All its objects are as new in each
 * kernel.
 */

struct file;
struct lfb_recorder;
struct liveupdate_file_handler;
struct liveupdate_flb;

/* @transcript: told of each callback; NULL for silence. NULL without memory. */
struct lfb_recorder *lfb_recorder_create(unsigned int nr_handlers, unsigned int nr_flbs,
					 struct lfb_transcript *transcript);
void lfb_recorder_destroy(struct lfb_recorder *recorder);
/* The kernel is gone, and the module's data with it. */
void lfb_recorder_reset(struct lfb_recorder *recorder);

/* Made on first mention. NULL without memory. */
struct liveupdate_file_handler *lfb_recorder_handler(struct lfb_recorder *recorder,
						     unsigned int number);
/* The same; 0, -ENOMEM, or what liveupdate_init_flb() returned where @must_init. Kernel code. */
int lfb_recorder_flb(struct lfb_recorder *recorder, unsigned int number, bool must_init,
		     struct liveupdate_flb **flb);
/* A file that handler @type takes, or an error pointer. Kernel code. */
/* How many references to an FLB's object are kept; the FLB must exist. */
unsigned int *lfb_recorder_held(struct lfb_recorder *recorder, unsigned int number, bool incoming);
struct file *lfb_recorder_file(unsigned int type, u64 ino);

/* The next @times calls of @op answer @error. 0 or -ENOMEM. */
int lfb_recorder_fail_handler(struct lfb_recorder *recorder, unsigned int number,
			      enum lfb_recorded_op op, int error, unsigned int times);
int lfb_recorder_fail_flb(struct lfb_recorder *recorder, unsigned int number,
			  enum lfb_recorded_op op, int error, unsigned int times);

#endif
