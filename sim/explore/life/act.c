// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What an agent without mistakes does, and what it knows afterwards. */
#include <string.h>

#include "sim/explore/life/life.h"

static bool is_in(const struct lfb_life_state *state, unsigned int session, bool outgoing)
{
	enum lfb_life_session where = state->sessions[session];

	return outgoing ? where == LFB_LIFE_OUTGOING :
			  where == LFB_LIFE_WAITING || where == LFB_LIFE_RETRIEVED;
}

bool lfb__life_is_done(const struct lfb_life_state *state)
{
	for (unsigned int s = 0; s < LFB_LIFE_SESSIONS; s++) {
		if (is_in(state, s, false))
			return false;
	}
	return true;
}

/* Files of one kind differ in their numbers only: the one before comes first. */
static bool is_next_file(const struct lfb_life *life, const struct lfb_life_state *state,
			 unsigned int file)
{
	return file % life->what.files == 0 || state->used_files >> (file - 1) & 1;
}

static bool preserves(const struct lfb_life *life, const struct lfb_life_state *state,
		      const struct lfb_life_act *act)
{
	if (state->sessions[act->session] != LFB_LIFE_OUTGOING || state->owner[act->file])
		return false;
	if (act->verb == LFB_LIFE_AGAIN)
		return state->asked[act->file] == 2;
	return is_next_file(life, state, act->file);
}

/* Is there something that was handed over and can be used? */
static bool uses(const struct lfb_life *life, const struct lfb_life_state *state)
{
	for (unsigned int f = 0; f < life->files; f++) {
		if (state->owner[f] && is_in(state, state->owner[f] - 1u, false))
			return life->what.use;
	}
	return false;
}

bool lfb__life_does(const struct lfb_life *life, const struct lfb_life_state *state,
		    const struct lfb_life_act *act)
{
	enum lfb_life_session session = state->sessions[act->session];

	if (act->verb < LFB_LIFE_KEXEC && state->off)
		return false;
	switch (act->verb) {
	case LFB_LIFE_CREATE:
		return session == LFB_LIFE_NONE &&
		       (!act->session || state->used_sessions >> (act->session - 1) & 1);
	case LFB_LIFE_PRESERVE:
	case LFB_LIFE_AGAIN:
		return preserves(life, state, act);
	case LFB_LIFE_RETRIEVE_SESSION:
		return session == LFB_LIFE_WAITING;
	case LFB_LIFE_RETRIEVE:
		return session == LFB_LIFE_RETRIEVED && !state->asked[act->file] &&
		       state->owner[act->file] == act->session + 1;
	case LFB_LIFE_FINISH:
		return session == LFB_LIFE_RETRIEVED;
	case LFB_LIFE_CLOSE:
		/* Who closes what is not finished does not know what becomes of it. */
		return session == LFB_LIFE_OUTGOING || session == LFB_LIFE_FINISHED;
	case LFB_LIFE_USE:
		return uses(life, state);
	default:
		return lfb__life_is_done(state);
	}
}

static void set_session(const struct lfb_life *life, struct lfb_life_state *state,
			unsigned int session, enum lfb_life_session becomes)
{
	state->sessions[session] = (u8)becomes;
	if (becomes != LFB_LIFE_NONE && becomes != LFB_LIFE_FINISHED)
		return;
	for (unsigned int f = 0; f < life->files; f++) {
		if (state->owner[f] == session + 1)
			state->owner[f] = 0;
	}
}

/* In a kernel without live update, what was handed over is lost, and nobody's fault. */
static void next_kernel(const struct lfb_life *life, struct lfb_life_state *state,
			enum lfb_life_verb verb)
{
	const bool off = verb == LFB_LIFE_KEXEC_OFF || verb == LFB_LIFE_KEXEC_NO_KHO;

	state->off = off;
	state->lost |= off;
	state->unlinked |= verb == LFB_LIFE_KEXEC_WITHOUT;
	for (unsigned int s = 0; s < LFB_LIFE_SESSIONS; s++)
		set_session(life, state, s, is_in(state, s, true) && !off ? LFB_LIFE_WAITING :
									    LFB_LIFE_NONE);
	memset(state->asked, 0, sizeof(state->asked));
}

void lfb__life_learns(const struct lfb_life *life, struct lfb_life_state *state,
		      const struct lfb_life_act *act, long result)
{
	const bool well = result >= 0;

	switch (act->verb) {
	case LFB_LIFE_CREATE:
		state->used_sessions |= (u8)(1u << act->session);
		if (well)
			set_session(life, state, act->session, LFB_LIFE_OUTGOING);
		break;
	case LFB_LIFE_PRESERVE:
	case LFB_LIFE_AGAIN:
		state->used_files |= (u8)(1u << act->file);
		if (well)
			state->owner[act->file] = (u8)(act->session + 1);
		break;
	case LFB_LIFE_RETRIEVE_SESSION:
		if (well)
			set_session(life, state, act->session, LFB_LIFE_RETRIEVED);
		break;
	case LFB_LIFE_RETRIEVE:
		/* A failure is remembered: asking again would answer the same. */
		state->asked[act->file] = well ? 2 : 1;
		break;
	case LFB_LIFE_FINISH:
		if (well)
			set_session(life, state, act->session, LFB_LIFE_FINISHED);
		break;
	case LFB_LIFE_CLOSE:
		set_session(life, state, act->session, LFB_LIFE_NONE);
		break;
	case LFB_LIFE_USE:
		break;
	default:
		if (well)
			next_kernel(life, state, (enum lfb_life_verb)act->verb);
	}
}

unsigned int lfb__life_fallible(const struct lfb_life_act *act)
{
	switch (act->verb) {
	case LFB_LIFE_PRESERVE:
	case LFB_LIFE_AGAIN:
		return 1u << LFB_FAULT_FLB_PRESERVE | 1u << LFB_FAULT_FILE_PRESERVE;
	case LFB_LIFE_RETRIEVE:
		return 1u << LFB_FAULT_FILE_RETRIEVE;
	case LFB_LIFE_FINISH:
		return 1u << LFB_FAULT_FILE_CAN_FINISH;
	case LFB_LIFE_KEXEC:
		return 1u << LFB_FAULT_FILE_FREEZE;
	default:
		return 0;
	}
}
