/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A machine and the model, in step: does operations in both, one after the other, and compares.
 */
#ifndef SIM_EXPLORE_EXHAUST_WALK_H
#define SIM_EXPLORE_EXHAUST_WALK_H

#include "sim/explore/exhaust/exhaust.h"
#include "sim/explore/exhaust/model.h"
#include "sim/explore/state/state.h"
#include "sim/play/play.h"

#define LFB_DIFFERENCE_MAX 2200

/* What differs, and how; a search shrinks to a shorter scenario with the same kind. */
struct lfb_difference {
	const char *what;	/* NULL: nothing does */
	enum lfb_verb verb;
	u64 steps;		/* compared until there */
	struct lfb_expectation expected_answer;
	char expected[LFB_DIFFERENCE_MAX];
	char got[LFB_DIFFERENCE_MAX];
};

struct lfb_walker {
	const struct lfb_exhaust_options *options;
	struct lfb_run run;
	struct lfb_model model;
	struct lfb_model_answer answer;
	struct lfb_difference difference;
	u64 steps;			/* compared */
	FILE *done;			/* operations are written there, unless NULL */
	bool lost;			/* the model does not say how it goes on */
	unsigned long unsafe;		/* events until now */
	size_t length;			/* of what the callbacks said */
	char callbacks[LFB_DIFFERENCE_MAX];
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
/* What machine and model will do from here on; the kernel must run. */
void lfb__walker_key(const struct lfb_walker *walker, struct lfb_state_key *key);

/* compare.c: false, and walker->difference says what differs. */
bool lfb__same_answer(struct lfb_walker *walker, const struct lfb_operation *operation, long result,
		      u64 object);
bool lfb__same_safety(struct lfb_walker *walker);
bool lfb__same_state(struct lfb_walker *walker);

#endif
