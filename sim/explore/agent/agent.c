// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What an agent without mistakes does, what it knows afterwards, and what it excuses. */
#include "sim/explore/agent/agent.h"

bool lfb__agent_is_in(const struct lfb_agent_state *state, unsigned int session, bool outgoing)
{
	enum lfb_agent_session where = state->sessions[session];

	return outgoing ? where == LFB_AGENT_OUTGOING :
			  where == LFB_AGENT_WAITING || where == LFB_AGENT_RETRIEVED;
}

bool lfb__agent_is_done(const struct lfb_agent_state *state)
{
	for (unsigned int s = 0; s < LFB_AGENT_SESSIONS; s++) {
		if (lfb__agent_is_in(state, s, false))
			return false;
	}
	return true;
}

/* Is the file preserved in a session on its way out? */
static bool is_out(const struct lfb_agent_state *state, unsigned int file)
{
	return state->owner[file] && lfb__agent_is_in(state, state->owner[file] - 1u, true);
}

static bool preserves(const struct lfb_agent_state *state, const struct lfb_agent_act *act,
		      unsigned int alike)
{
	if (state->sessions[act->session] != LFB_AGENT_OUTGOING)
		return false;
	/* It may try too early: the kernel refuses while the file is not finished. */
	if (act->verb == LFB_AGENT_AGAIN)
		return state->given >> act->file & 1 && !is_out(state, act->file);
	return !state->owner[act->file] &&
	       (!(alike >> act->file & 1) || state->used_files >> (act->file - 1) & 1);
}

/* Would a file be handed over? */
static bool hands_over(const struct lfb_agent_state *state)
{
	for (unsigned int f = 0; f < LFB_AGENT_FILES; f++) {
		if (is_out(state, f))
			return true;
	}
	return false;
}

/*
 * Not before all that was handed over is finished. What follows a kernel that lacks something
 * begins anew: it is looked at, and no more is done in it.
 */
static bool reboots(const struct lfb_agent_state *state, const struct lfb_agent_act *act)
{
	return lfb__agent_is_done(state) &&
	       (act->verb == LFB_AGENT_KEXEC ||
		(state->kernel == LFB_AGENT_USUAL && hands_over(state)));
}

bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_act *act,
		     unsigned int alike)
{
	enum lfb_agent_session session = state->sessions[act->session];

	if (state->kernel == LFB_AGENT_LAST ||
	    (state->kernel == LFB_AGENT_OFF && act->verb != LFB_AGENT_KEXEC))
		return false;
	switch (act->verb) {
	case LFB_AGENT_CREATE:
		return session == LFB_AGENT_NONE && state->kernel == LFB_AGENT_USUAL &&
		       act->session <= state->used_sessions;
	case LFB_AGENT_PRESERVE:
	case LFB_AGENT_AGAIN:
		return preserves(state, act, alike);
	case LFB_AGENT_TWICE:
		return session == LFB_AGENT_OUTGOING && is_out(state, act->file);
	case LFB_AGENT_REOPEN:
		return session == LFB_AGENT_WAITING;
	case LFB_AGENT_RETRIEVE:
		return session == LFB_AGENT_RETRIEVED && !(state->asked >> act->file & 1) &&
		       state->owner[act->file] == act->session + 1;
	case LFB_AGENT_FINISH:
		return session == LFB_AGENT_RETRIEVED;
	case LFB_AGENT_CLOSE:
		/* Who closes what is not finished does not know what becomes of it. */
		return session == LFB_AGENT_OUTGOING || session == LFB_AGENT_FINISHED;
	case LFB_AGENT_USE:
		return true;
	default:
		return reboots(state, act);
	}
}

/* What becomes of a session, and of the files that were preserved in it. */
static void set_session(struct lfb_agent_state *state, unsigned int session,
			enum lfb_agent_session becomes)
{
	state->sessions[session] = (u8)becomes;
	if (becomes != LFB_AGENT_NONE && becomes != LFB_AGENT_FINISHED)
		return;
	for (unsigned int f = 0; f < LFB_AGENT_FILES; f++) {
		if (state->owner[f] == session + 1)
			state->owner[f] = 0;
	}
}

static void next_kernel(struct lfb_agent_state *state, enum lfb_agent_verb verb)
{
	const bool off = verb == LFB_AGENT_KEXEC_OFF || verb == LFB_AGENT_KEXEC_NO_KHO;
	const bool rewired = verb == LFB_AGENT_KEXEC_WITHOUT || verb == LFB_AGENT_KEXEC_WITH;
	const bool plain = verb == LFB_AGENT_KEXEC_PLAIN;

	state->kernel = state->kernel != LFB_AGENT_USUAL || plain ? LFB_AGENT_LAST :
			off ? LFB_AGENT_OFF : rewired ? LFB_AGENT_REWIRED : LFB_AGENT_USUAL;
	state->lost |= off || plain;
	state->unlinked |= rewired;
	for (unsigned int s = 0; s < LFB_AGENT_SESSIONS; s++)
		set_session(state, s, lfb__agent_is_in(state, s, true) && !off && !plain ?
				      LFB_AGENT_WAITING : LFB_AGENT_NONE);
	state->asked = state->given = 0;
	state->unloaded = false;
}

void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_act *act, bool well)
{
	switch (act->verb) {
	case LFB_AGENT_CREATE:
		if (act->session == state->used_sessions)
			state->used_sessions = (act->session + 1u) & 7;
		if (well)
			set_session(state, act->session, LFB_AGENT_OUTGOING);
		break;
	case LFB_AGENT_PRESERVE:
		state->used_files |= (u8)(1u << act->file);
		if (well)
			state->owner[act->file] = (u8)(act->session + 1);
		break;
	case LFB_AGENT_AGAIN:
		if (well)
			state->owner[act->file] = (u8)(act->session + 1);
		break;
	case LFB_AGENT_REOPEN:
		if (well)
			set_session(state, act->session, LFB_AGENT_RETRIEVED);
		break;
	case LFB_AGENT_RETRIEVE:
		/* A failure is remembered: asking again would answer the same. */
		state->asked |= (u8)(1u << act->file);
		state->given |= (u8)(well << act->file);
		break;
	case LFB_AGENT_FINISH:
		if (well)
			set_session(state, act->session, LFB_AGENT_FINISHED);
		break;
	case LFB_AGENT_CLOSE:
		set_session(state, act->session, LFB_AGENT_NONE);
		break;
	case LFB_AGENT_TWICE:
	case LFB_AGENT_USE:
		break;
	default:
		if (well)
			next_kernel(state, (enum lfb_agent_verb)act->verb);
	}
}

bool lfb__agent_excuses(const struct lfb_agent_state *state, unsigned int id)
{
	switch (id) {
	case LFB_FINDING_SESSION_NEVER_FINISHED:
		return !lfb__agent_is_done(state) || state->lost;
	case LFB_FINDING_SESSION_NOT_HANDED_OVER:
		/* It is what the agent did, also where the next kernel dies of it. */
		return true;
	case LFB_FINDING_KHO_NEVER_RESTORED:
		return state->lost || state->unlinked;
	case LFB_FINDING_FLB_NOBODY_REGISTERED:
	case LFB_FINDING_FLB_FINISHED_BEFORE_FILE:
	case LFB_FINDING_FLB_FINISH_NEVER_REACHED:
	case LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE:
		return state->unlinked;
	default:
		return false;
	}
}
