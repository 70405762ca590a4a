// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What there is to do in a life: which acts make sense, and in how many ways. */
#include "sim/explore/life/life.h"

/* Is there something that was handed over and can be used? */
static bool uses(const struct lfb_life *life, const struct lfb_agent_state *state)
{
	for (unsigned int f = 0; f < life->files; f++) {
		if (state->owner[f] && lfb__agent_is_in(state, state->owner[f] - 1u, false))
			return life->what.use;
	}
	return false;
}

bool lfb__life_does(const struct lfb_life *life, const struct lfb_agent_state *state,
		    const struct lfb_agent_act *act)
{
	unsigned int alike = 0;

	for (unsigned int f = 0; f < life->files; f++)
		alike |= (f % life->what.files != 0) << f;
	return lfb__agent_does(state, act, alike) &&
	       (act->verb != LFB_AGENT_USE || uses(life, state));
}

unsigned int lfb__life_ways(const struct lfb_life *life, unsigned int verb, bool *of_session)
{
	const unsigned int without = life->what.without;

	*of_session = verb < LFB_AGENT_USE;
	switch (verb) {
	case LFB_AGENT_AGAIN:
		return without & LFB_EXHAUST_AGAIN ? 0 : life->files;
	case LFB_AGENT_TWICE:
		return without & LFB_EXHAUST_TWICE || !life->identifies ? 0 : life->files;
	case LFB_AGENT_PRESERVE:
	case LFB_AGENT_RETRIEVE:
		return life->files;
	case LFB_AGENT_KEXEC_OFF:
	case LFB_AGENT_KEXEC_NO_KHO:
		return without & LFB_EXHAUST_OFF ? 0 : 1;
	case LFB_AGENT_KEXEC_PLAIN:
		return without & LFB_EXHAUST_PLAIN ? 0 : 1;
	case LFB_AGENT_KEXEC_WITHOUT:
		return without & LFB_EXHAUST_LINKS ? 0 : life->links;
	case LFB_AGENT_KEXEC_WITH:
		return without & LFB_EXHAUST_LINKS ? 0 : life->gaps;
	default:
		return 1;
	}
}
