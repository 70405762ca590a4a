/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A machine and the model, in step: does operations in both, one after the other, and compares. A
 * kernel image has another machine in the model's place (judge.c).
 */
#ifndef SIM_EXPLORE_EXHAUST_WALK_H
#define SIM_EXPLORE_EXHAUST_WALK_H

#include "sim/explore/exhaust/exhaust.h"
#include "sim/explore/exhaust/model.h"
#include "sim/explore/state/state.h"
#include "sim/play/play.h"

#define LFB_DIFFERENCE_MAX 2200
#define LFB_CALLBACKS_MAX 128	/* lines, in as many bytes */

/* What differs, and how; a search shrinks to a shorter scenario with the same kind. */
struct lfb_difference {
	const char *what;	/* NULL: nothing does */
	enum lfb_verb verb;
	u64 steps;		/* compared until there */
	struct lfb_expectation expected_answer;
	struct lfb_expectation expected_beside;	/* of the first of two beside each other */
	char expected[LFB_DIFFERENCE_MAX];
	char got[LFB_DIFFERENCE_MAX];
};

struct lfb_pairs;

struct lfb_walker {
	const struct lfb_exhaust_options *options;
	struct lfb_pairs *pairs;	/* that are done, too; NULL: one operation at a time */
	struct lfb_run run;
	struct lfb_run judge;		/* what an image is compared with; no machine: the model */
	struct lfb_model model;
	struct lfb_model_answer answer;
	struct lfb_difference difference;
	u64 steps;			/* compared */
	FILE *done;			/* operations are written there, unless NULL */
	bool lost;			/* the model does not say how it goes on */
	unsigned long unsafe;		/* events until now … */
	unsigned long unsafe_judge;	/* … and before the operation, of the judge's */
	size_t length;			/* of what the callbacks said */
	char callbacks[LFB_DIFFERENCE_MAX];
	unsigned int said;		/* lines of them … */
	u8 said_by[LFB_CALLBACKS_MAX];	/* … and the block whose task ran each, if there are some */
};

/* Off, and on again; one that was never on needs only options and run.scenario. 0 or -errno. */
int lfb__walker_boot(struct lfb_walker *walker);
void lfb__walker_end(struct lfb_walker *walker);
/* Does one operation in both and compares. False: walker->difference says what differs. */
bool lfb__walker_do(struct lfb_walker *walker, const struct lfb_operation *operation);
/* The set-up, and a letter with what belongs to it; the same for a whole word after a boot. */
bool lfb__walker_set_up(struct lfb_walker *walker, const struct lfb_world *world, bool first);
bool lfb__walker_letter(struct lfb_walker *walker, const struct lfb_world *world,
			unsigned int number);
bool lfb__walker_word(struct lfb_walker *walker, const struct lfb_world *world, const u8 *word,
		      size_t length);
/* Is it an operation that there is something to call the kernel with for? */
bool lfb__walker_possible(const struct lfb_walker *walker, const struct lfb_operation *operation);
/* Would this handler be asked to freeze a file? */
bool lfb__walker_freezes(const struct lfb_walker *walker, unsigned int handler);
/* Is the kernel dead, as is right? */
bool lfb__walker_is_dead(const struct lfb_walker *walker);
/* What machine and model will do from here on; the kernel must run. */
void lfb__walker_key(const struct lfb_walker *walker, struct lfb_state_key *key);

/* run.c: a machine of @profile, or with the image @kernel, that performs the walker's scenario. */
int lfb__walker_make_run(struct lfb_walker *walker, const char *profile, const char *kernel,
			 int (*write)(void *context, const char *bytes, size_t size),
			 struct lfb_run *made);
/* An operation in one of the machines; one that waits for a point begins to. */
long lfb__walker_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object);

/* judge.c: what the functions of the walker do where there is a judge. */
int lfb__judge_make(struct lfb_walker *walker);
bool lfb__judge_possible(const struct lfb_walker *walker, const struct lfb_operation *op);
bool lfb__judge_freezes(const struct lfb_walker *walker, unsigned int handler);
/* Facts of its state for a key. */
void lfb__judge_taught(struct lfb_state_sink *sink, const struct lfb_walker *walker);
/* Its answer is walker->answer. */
void lfb__judge_step(struct lfb_walker *walker, const struct lfb_operation *operation);
bool lfb__judge_same_state(struct lfb_walker *walker);

/* compare.c: false, and walker->difference says what differs. */
bool lfb__same_answer(struct lfb_walker *walker, const struct lfb_operation *operation, long result,
		      u64 object);
bool lfb__same_safety(struct lfb_walker *walker);
bool lfb__same_state(struct lfb_walker *walker);
/* Says what differs, and how. Returns false, always. */
bool lfb__differs(struct lfb_walker *walker, const char *what, const char *expected,
		  const char *got, ...) LFB_PRINTF(4, 5);

#endif
