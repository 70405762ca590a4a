/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The search for findings in a module: a world of operations, and an agent that knows which of
 * them make sense.
 */
#ifndef SIM_EXPLORE_EXHAUST_MODULE_H
#define SIM_EXPLORE_EXHAUST_MODULE_H

#include <luo/exhaust.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#define LFB_AGENT_SESSIONS 2
#define LFB_AGENT_FILES 3
#define LFB_AGENT_FLBS 2
#define LFB_AGENT_LETTERS 80

enum lfb_agent_verb {
	LFB_AGENT_SESSION,
	LFB_AGENT_RSESSION,
	LFB_AGENT_FINISH,
	LFB_AGENT_CLOSE,
	LFB_AGENT_PRESERVE,
	LFB_AGENT_RETRIEVE,
	LFB_AGENT_GETIN,
	LFB_AGENT_GETOUT,
	LFB_AGENT_REBOOT,
	LFB_AGENT_RMMOD,
};

/* Lines of the world's scenario that are done together: an operation, and what fails in it. */
struct lfb_agent_letter {
	enum lfb_agent_verb verb;
	size_t first;
	unsigned int count;
	u8 session, file, flb;
	u8 fails_handler;	/* + 1: one of its callbacks is told to fail; 0: none is */
	u8 fails_flb;		/* + 1: its preserve is */
};

enum lfb_agent_session {
	LFB_AGENT_NONE,
	LFB_AGENT_OUTGOING,
	LFB_AGENT_WAITING,	/* handed over */
	LFB_AGENT_RETRIEVED,
	LFB_AGENT_FINISHED,	/* and still open */
};

/* What the agent knows. */
struct lfb_agent_state {
	u8 sessions[LFB_AGENT_SESSIONS];	/* enum lfb_agent_session */
	u8 owner[LFB_AGENT_FILES];		/* session + 1; 0: preserved in none */
	bool retrieved[LFB_AGENT_FILES];
	bool second_session, second_file;	/* the names before them were used */
	bool unloaded;
};

struct lfb_agent_world {
	struct lfb_scenario *scenario;	/* the module, the set-up of a kernel, then the letters */
	size_t module, setup;		/* lines */
	unsigned int nr_letters;
	struct lfb_agent_letter letters[LFB_AGENT_LETTERS];
};

/* No run shall find what it would not find by itself. */
void lfb__machine_forget_seen(struct lfb_machine *machine);

/* module_world.c */

int lfb__agent_world_create(const struct lfb_scenario *module, struct lfb_agent_world *world);
void lfb__agent_world_destroy(struct lfb_agent_world *world);
/* Would an agent without mistakes do this here? */
bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_letter *letter);
/* Is nothing left of what was handed over? */
bool lfb__agent_is_done(const struct lfb_agent_state *state);
/* It did, and that was the answer. */
void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_letter *letter,
		       long result);

#endif
