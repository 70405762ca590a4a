/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A scenario while it is performed: by one agent, one recorded module and one machine, an
 * operation after the other, some of them at a scheduling point inside another. What it answers
 * is compared with what the scenario expects, and written down. May use: sim/recorder,
 * sim/scenario, sim/machine and what lies below; those who look for mistakes use it.
 */
#ifndef SIM_PLAY_PLAY_H
#define SIM_PLAY_PLAY_H

#include "sim/machine/machine.h"
#include "sim/recorder/recorder.h"
#include "sim/scenario/scenario.h"

/* Who goes on where more than one can. */
enum lfb_schedule_kind { LFB_SCHEDULE_LIST, LFB_SCHEDULE_RANDOM, LFB_SCHEDULE_PCT };

#define LFB_SCHEDULE_DEPTH_MAX 16

struct lfb_schedule {
	enum lfb_schedule_kind kind;
	unsigned int *list;		/* choices, then 0 for ever: who runs goes on */
	size_t count;
	size_t next;
	struct lfb_choices random;
	unsigned int depth;		/* of PCT: so many changes of priority, and one */
	unsigned long change[LFB_SCHEDULE_DEPTH_MAX];
	int priority[LFB_BESIDE_MAX];
};

/*
 * The place of who goes on among @nr tasks that can. @stays: the first of them is the one that ran;
 * the others are in their order.
 */
typedef unsigned int (*lfb_pick_fn)(void *picker, unsigned int nr, bool stays);

/* An operation that waits for a scheduling point. */
struct lfb_run_point {
	const struct lfb_operation *operation;
	unsigned int left;		/* times to be passed; 0: it was done */
	unsigned int passed;		/* since the running operation began */
};

struct lfb_run {
	const struct lfb_scenario *scenario;
	struct lfb_scenario_options options;
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	size_t next;			/* the line that comes next, of a run as a whole */
	struct lfb_recorder *recorder;
	struct lfb_transcript transcript;
	struct lfb_run_memfds *memfds;	/* NULL: the scenario needs none */
	struct {
		unsigned long number;
		unsigned int depth;
	} open[32];			/* events that have begun, also in tasks beside others */
	unsigned int nr_open;
	int device;			/* descriptors; -1: not open */
	int *sessions;			/* by session number: the one opened last */
	int *files;			/* by inode number: the one opened or retrieved last */
	u8 *flbs;			/* a tree's orchestrator's records, from prepare on */
	const char *booted;		/* how, when the operation's line must come first */
	struct lfb_run_point *points;	/* in the order in which they began to wait */
	unsigned int nr_points;
	const struct lfb_run_point *firing; /* it is being done */
	struct lfb_agent *other_agent;	/* the thread that does it; NULL: nothing ever waits */
	struct lfb_sched sched_before;
	struct {
		lfb_trace_fn sink;
		void *context;
		bool fine;
	} told_before;			/* of the machine's events */
	struct lfb_run_parallel *parallel; /* NULL: the scenario has none */
	struct lfb_schedule schedule;	/* says who goes on, … */
	lfb_pick_fn pick;		/* … unless this is asked */
	void *picker;
	bool still;			/* it is asked while no task runs: see beside.h */
	bool booting;			/* a kernel is; the module's data may be the last one's */
	bool stop;			/* what was done at a point was not as expected */
	bool death_expected;		/* it led there, as expected */
	bool dead;			/* the kernel is; it was said */
	int result;			/* of the run, while it goes on: of the first surprise */
	char why[512];			/* the sentence for @result */
};

/* run.c */

/*
 * With scenario, machine and options set: makes the rest, or returns -ENOMEM. What was made is
 * for lfb__run_release(), in any case.
 */
int lfb__run_make(struct lfb_run *run);
void lfb__run_release(struct lfb_run *run);
/*
 * The whole scenario: power on, with the machine's trace and points going where the run wants them;
 * a line, or blocks beside each other, or the end, until it is false that there is more; power off.
 */
void lfb__run_begin(struct lfb_run *run);
bool lfb__run_go_on(struct lfb_run *run);
/* 0, or what the run answers, with the sentence. */
int lfb__run_end(struct lfb_run *run);
/* lfb_scenario_run(), in which @pick is asked who goes on unless NULL. */
int lfb__run_picked(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		    const struct lfb_scenario_options *options, lfb_pick_fn pick, void *picker);
/* Is the next step blocks? */
bool lfb__run_comes_to_blocks(const struct lfb_run *run);
/* Does a line of the scenario, in a machine that was started. False: the run ends there. */
bool lfb__run_operation(struct lfb_run *run, const struct lfb_operation *operation);
/* To be put back, as long as it is not released: all but the machine. */
void lfb__run_save(struct lfb_run *run, struct lfb_saved *saved);

/*
 * With @still, while who goes on is asked, or between two steps: all that decides how the run goes
 * on, but for the machine. @room is for what is saved meanwhile. False: it is not known.
 */
bool lfb__run_mix(struct lfb_run *run, struct lfb_saved *room, struct lfb_mix *mix);

/* point.c */

int lfb__run_points_prepare(struct lfb_run *run);
/* Has each scheduling point of the machine looked at, and no longer. */
void lfb__run_points_hook(struct lfb_run *run);
void lfb__run_points_unhook(struct lfb_run *run);
/* Another operation begins. */
void lfb__run_points_begin(struct lfb_run *run);
void lfb__run_wait(struct lfb_run *run, const struct lfb_operation *operation);
/* The running operation answered @result; if the kernel died in one at a point, it ended too. */
void lfb__run_point_died(struct lfb_run *run, long result);

/* parallel.c */

int lfb__run_parallel_prepare(struct lfb_run *run);
void lfb__run_parallel_release(struct lfb_run *run);
/* Of lfb__run_mix(): what the blocks are in the middle of. */
bool lfb__run_blocks_mix(const struct lfb_run *run, struct lfb_mix *mix);
/* While who goes on is asked: it is not to be known how these blocks go on, nor the run. */
void lfb__run_abandon_blocks(struct lfb_run *run);
/* Does the blocks whose first line is *@at, which is set behind them. False: the run ends there. */
bool lfb__run_blocks(struct lfb_run *run, size_t *at);
/* What that line of the blocks that were done last has answered. False: nothing. */
bool lfb__run_answered(const struct lfb_run *run, size_t line, long *result, u64 *object);

/* schedule.c */

/*
 * Reads what "--schedule" takes; NULL: in order. 0, or -EINVAL or -ENOMEM with the sentence.
 * lfb__schedule_free() is due in any case.
 */
int lfb__schedule_read(struct lfb_machine *machine, const char *text,
		       struct lfb_schedule *schedule);
void lfb__schedule_free(struct lfb_schedule *schedule);
/* The place in @ready of who goes on. */
unsigned int lfb__schedule_pick(struct lfb_schedule *schedule, const unsigned int *ready,
				unsigned int nr);
/* A list of choices as "--schedule" takes it, without zeros at its end; for free(), or NULL. */
char *lfb__schedule_text(const unsigned int *choices, size_t count);

/* operation.c */

/* Does what a line says. Returns its result; *object is set where the verb answers with one. */
long lfb__run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object);
/* Or else the recorded module's. */
bool lfb__run_is_agents(enum lfb_verb verb);

/* power.c */

/* Boots the first kernel, or the first after a power cycle. */
long lfb__run_start(struct lfb_run *run, const struct lfb_blob *blob);

#define LFB_RUN_DECLARED(verb, name, arguments, function, flags) \
	long lfb__run_##function(struct lfb_run *run, const struct lfb_operation *operation);
LFB_MACHINE_VERBS(LFB_RUN_DECLARED)

/* memfd.c */

LFB_MEMFD_VERBS(LFB_RUN_DECLARED)
#undef LFB_RUN_DECLARED
/* The machine's kernels have the handler from here on, if the scenario needs it; 0 or an errno. */
int lfb__run_add_memfds(struct lfb_run *run);
void lfb__run_remove_memfds(struct lfb_run *run);

/* answer.c: what is said, and how it is compared with what is expected. */

/* Says for findings that @operation is being done from here on. */
void lfb__run_at(struct lfb_run *run, const struct lfb_operation *operation);
/* Where the trace goes when a transcript is to be whole; the context is a struct lfb_run. */
void lfb__run_show_event(void *context, const struct lfb_event *event);
/* A kernel is about to boot, "cold" or from a "handover". */
void lfb__run_show_boot(struct lfb_run *run, const char *how);
/* The same when its line had to come second. */
void lfb__run_show_booted(struct lfb_run *run);
/* The operation at @point was done. */
void lfb__run_show_point(struct lfb_run *run, const struct lfb_run_point *point, long result,
			 u64 object);
/* @text: of the operation */
void lfb__run_show_operation(struct lfb_run *run, enum lfb_verb verb, const char *text, long result,
			     u64 object);
/* The first surprise is what the run answers. */
void lfb__run_surprise(struct lfb_run *run, int result, const char *format, ...) LFB_PRINTF(3, 4);
/* A line got another answer than it expects. */
void lfb__run_mismatch(struct lfb_run *run, const struct lfb_operation *operation,
		       const char *actual);
/* Is there anything that the operation must answer? */
static inline bool lfb__run_expects(const struct lfb_run *run,
				    const struct lfb_operation *operation)
{
	return operation->expected.given || run->options.strict;
}

/* Says so when @result is not what the line expects. Returns whether it expects and gets it. */
bool lfb__run_check(struct lfb_run *run, const struct lfb_operation *operation, long result,
		    u64 object);
/* Says that the kernel died just now, if it did. @result: of the call it died in. */
void lfb__run_notice_death(struct lfb_run *run, unsigned int line, long result, bool expected);

#endif
