/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The world in which modules are searched for findings, and what is done in it. */
#ifndef SIM_EXPLORE_EXHAUST_MODULE_H
#define SIM_EXPLORE_EXHAUST_MODULE_H

#include "sim/explore/agent/agent.h"
#include "sim/explore/exhaust/exhaust.h"

/* A letter: an operation, and before it perhaps what fails in it. */
struct lfb_module_act {
	struct lfb_agent_act agent;
	const struct lfb_operation *operation;
	const struct lfb_operation *fail;	/* NULL: nothing */
};

/* The world, with a module whose lines are @module's; @without: enum lfb_exhaust_choice. */
int lfb__module_world_create(const struct lfb_scenario *module, unsigned int without,
			     struct lfb_world *world);
/* What a letter of the world is; @operations are its scenario's. */
struct lfb_module_act lfb__module_act(const struct lfb_operation *operations,
				      const struct lfb_letter *letter);
/* Would the agent do it here? */
bool lfb__module_does(const struct lfb_agent_state *state, const struct lfb_module_act *act);
/* It did, and that was the answer. */
void lfb__module_learns(struct lfb_agent_state *state, const struct lfb_module_act *act,
			long result);

#endif
