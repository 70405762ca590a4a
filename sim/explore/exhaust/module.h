/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An agent that knows which operations make sense, for the search for findings in a module. */
#ifndef SIM_EXPLORE_EXHAUST_MODULE_H
#define SIM_EXPLORE_EXHAUST_MODULE_H

#include "sim/explore/exhaust/exhaust.h"

enum lfb_agent_session {
	LFB_AGENT_NONE,
	LFB_AGENT_OUTGOING,
	LFB_AGENT_WAITING,	/* handed over */
	LFB_AGENT_RETRIEVED,
	LFB_AGENT_FINISHED,	/* and still open */
};

/* What the agent knows. */
struct lfb_agent_state {
	u8 sessions[LFB_WORLD_SESSIONS];	/* enum lfb_agent_session */
	u8 owner[LFB_WORLD_FILES];		/* session + 1; 0: preserved in none */
	bool retrieved[LFB_WORLD_FILES];
	bool second_session, second_file;	/* the names before them were used */
	bool unloaded;
	bool off;		/* this kernel has no live update */
	bool lost, unlinked;	/* see lfb__agent_excuses() */
};

/* What it does: a letter, that is an operation, and before it perhaps what fails in it. */
struct lfb_agent_act {
	const struct lfb_operation *operation;
	const struct lfb_operation *fail;	/* NULL: nothing */
	bool rewires;				/* the next kernel has other links */
};

/* The world, with a module whose lines are @module's; @choices: enum lfb_exhaust_choice. */
int lfb__agent_world_create(const struct lfb_scenario *module, unsigned int choices,
			    struct lfb_world *world);
/* Would an agent without mistakes do this here? */
bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_act *act);
/* Is nothing left of what was handed over? */
bool lfb__agent_is_done(const struct lfb_agent_state *state);
/* It did, and that was the answer. */
void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_act *act,
		       long result);

#endif
