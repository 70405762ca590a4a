// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world in which modules are searched for findings, and its agent: what it can do, and what
 * it does without making mistakes of its own.
 */
#include "sim/explore/exhaust/module.h"

static bool needs(unsigned int file, unsigned int flb)
{
	return lfb__world_kinds[file] >= flb;
}

static void add_preserves(struct lfb_world_text *writing, const char *session, unsigned int file)
{
	unsigned int number = file + 1, h = lfb__world_kinds[file];

	lfb__world_letter(writing, "preserve %s %u %u %u", session, number, h, number);
	lfb__world_letter(writing, "fail h %u preserve -5 1;preserve %s %u %u %u", h, session,
			  number, h, number);
	for (unsigned int flb = 0; flb < LFB_WORLD_FLBS; flb++) {
		if (needs(file, flb))
			lfb__world_letter(writing, "fail flb %u preserve -5 1;preserve %s %u %u %u",
					  flb, session, number, h, number);
	}
}

static void add_session(struct lfb_world_text *writing, const char *session)
{
	lfb__world_letter(writing, "session %s", session);
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++)
		add_preserves(writing, session, file);
	lfb__world_letter(writing, "rsession %s", session);
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		lfb__world_letter(writing, "retrieve %s %u", session, file + 1);
		lfb__world_letter(writing, "fail h %u retrieve -5 1;retrieve %s %u",
				  lfb__world_kinds[file], session, file + 1);
	}
	/* A handler with files in the session may refuse. */
	lfb__world_letter(writing, "finish %s", session);
	for (unsigned int h = 0; h < 2; h++)
		lfb__world_letter(writing, "fail h %u can_finish -5 1;finish %s", h, session);
	lfb__world_letter(writing, "close %s", session);
}

/* Kernels that lack a link each, and set themselves up; live update, and KHO. */
static void add_choices(struct lfb_world_text *writing, unsigned int choices)
{
	static const char *const wirings[] = { "flb 1 0;flb 1 1", "flb 0 0;flb 1 1",
					       "flb 0 0;flb 1 0" };

	for (size_t i = 0; choices & LFB_EXHAUST_LINKS && i < ARRAY_SIZE(wirings); i++)
		lfb__world_letter(writing, "reboot;handler 0;handler 1;%s;open",
				  wirings[i])->sets_up = true;
	if (choices & LFB_EXHAUST_OFF) {
		lfb__world_letter(writing, "reboot without liveupdate");
		lfb__world_letter(writing, "reboot without kho");
	}
}

static void add_letters(struct lfb_world_text *writing, bool loadable, unsigned int choices)
{
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++)
		add_session(writing, lfb__world_sessions[s]);
	for (unsigned int f = 0; f < LFB_WORLD_FLBS; f++) {
		lfb__world_letter(writing, "getout %u", f);
		lfb__world_letter(writing, "getin %u", f);
	}
	lfb__world_letter(writing, "reboot");
	for (unsigned int h = 0; h < 2; h++)
		lfb__world_letter(writing, "fail h %u freeze -5 1;reboot", h);
	if (loadable)
		lfb__world_letter(writing, "rmmod");
	add_choices(writing, choices);
}

static int add_module(struct lfb_world_text *writing, const struct lfb_scenario *module,
		      unsigned int choices)
{
	bool loadable = false;

	for (size_t i = 0; i < module->count; i++) {
		const struct lfb_operation *operation = &module->operations[i];

		if (!lfb__defines_module(operation))
			continue;
		if (operation->handler > 1 || operation->flb > 1)
			return lfb__error(NULL, -EINVAL, "%.160s:%u: %.200s: the search knows "
					  "handlers and FLBs 0 and 1 only", module->name,
					  operation->line, operation->text);
		loadable |= operation->verb == LFB_VERB_MODULE;
		lfb__world_line(writing, operation->text);
	}
	lfb__world_setup(writing);
	add_letters(writing, loadable, choices);
	return 0;
}

int lfb__agent_world_create(const struct lfb_scenario *module, unsigned int choices,
			    struct lfb_world *world)
{
	struct lfb_world_text writing;
	int err = lfb__world_begin(&writing, world);

	return err ? err : lfb__world_end(&writing, add_module(&writing, module, choices));
}

/* Tokens are numbered from 1. */
static unsigned int file_of(const struct lfb_operation *operation)
{
	return (unsigned int)operation->token - 1;
}

/* Does a session hold a file of this handler? */
static bool holds(const struct lfb_agent_state *state, unsigned int session, unsigned int handler)
{
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		if (state->owner[file] == session + 1 && lfb__world_kinds[file] == handler)
			return true;
	}
	return false;
}

static bool is_in(const struct lfb_agent_state *state, unsigned int session, bool outgoing)
{
	enum lfb_agent_session where = state->sessions[session];

	return outgoing ? where == LFB_AGENT_OUTGOING :
			  where == LFB_AGENT_WAITING || where == LFB_AGENT_RETRIEVED;
}

/* Is there a file that needs the FLB, on its way out or in? */
static bool flb_in_use(const struct lfb_agent_state *state, unsigned int flb, bool outgoing)
{
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		if (state->owner[file] && needs(file, flb) &&
		    is_in(state, state->owner[file] - 1u, outgoing))
			return true;
	}
	return false;
}

/* A failure is told to an FLB that will be asked. */
static bool preserves(const struct lfb_agent_state *state, const struct lfb_agent_act *act)
{
	unsigned int file = file_of(act->operation);

	return state->sessions[act->operation->session] == LFB_AGENT_OUTGOING &&
	       !state->owner[file] && (file != 1 || state->second_file) &&
	       !(act->fail && act->fail->of_flb && flb_in_use(state, act->fail->flb, true));
}

/* … or to a handler. */
static bool finishes(const struct lfb_agent_state *state, const struct lfb_agent_act *act)
{
	unsigned int session = act->operation->session;

	return state->sessions[session] == LFB_AGENT_RETRIEVED &&
	       (!act->fail || holds(state, session, act->fail->handler));
}

bool lfb__agent_is_done(const struct lfb_agent_state *state)
{
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++) {
		if (is_in(state, s, false))
			return false;
	}
	return true;
}

/* Not before all that was handed over is finished; a freeze fails where something is frozen. */
static bool reboots(const struct lfb_agent_state *state, const struct lfb_operation *fail)
{
	bool frozen = !fail;

	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS && !frozen; s++)
		frozen = is_in(state, s, true) && holds(state, s, fail->handler);
	return frozen && lfb__agent_is_done(state);
}

bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_act *act)
{
	const struct lfb_operation *operation = act->operation;
	enum lfb_agent_session session = state->sessions[operation->session];

	if (state->off && operation->verb != LFB_VERB_REBOOT)
		return false;
	switch (operation->verb) {
	case LFB_VERB_SESSION:
		return session == LFB_AGENT_NONE && (!operation->session || state->second_session);
	case LFB_VERB_RSESSION:
		return session == LFB_AGENT_WAITING;
	case LFB_VERB_FINISH:
		return finishes(state, act);
	case LFB_VERB_CLOSE:
		/* Who closes what is not finished does not know what becomes of it. */
		return session == LFB_AGENT_OUTGOING || session == LFB_AGENT_FINISHED;
	case LFB_VERB_PRESERVE:
		return preserves(state, act);
	case LFB_VERB_RETRIEVE:
		return session == LFB_AGENT_RETRIEVED && !state->retrieved[file_of(operation)] &&
		       state->owner[file_of(operation)] == operation->session + 1;
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
		return flb_in_use(state, operation->flb, operation->verb == LFB_VERB_GETOUT);
	case LFB_VERB_REBOOT:
		return reboots(state, act->fail);
	default:
		return !state->unloaded;
	}
}

/* What becomes of a session, and of the files that were preserved in it. */
static void set_session(struct lfb_agent_state *state, unsigned int session,
			enum lfb_agent_session becomes)
{
	state->sessions[session] = (u8)becomes;
	if (becomes != LFB_AGENT_NONE && becomes != LFB_AGENT_FINISHED)
		return;
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		if (state->owner[file] == session + 1) {
			state->owner[file] = 0;
			state->retrieved[file] = false;
		}
	}
}

static void next_kernel(struct lfb_agent_state *state, const struct lfb_agent_act *act)
{
	state->off = act->operation->lacks != LFB_LACKS_NOTHING;
	state->lost |= state->off;
	state->unlinked |= act->rewires;
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++)
		set_session(state, s, is_in(state, s, true) && !state->off ? LFB_AGENT_WAITING :
									     LFB_AGENT_NONE);
	state->unloaded = false;
}

bool lfb__agent_excuses(bool waits, bool lost, bool unlinked, unsigned int id)
{
	switch (id) {
	case LFB_FINDING_SESSION_NEVER_FINISHED:
		return waits || lost;
	case LFB_FINDING_KHO_NEVER_RESTORED:
		return lost || unlinked;
	case LFB_FINDING_FLB_NOBODY_REGISTERED:
	case LFB_FINDING_FLB_FINISH_NEVER_REACHED:
	case LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE:
		return unlinked;
	default:
		return false;
	}
}

void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_act *act,
		       long result)
{
	const struct lfb_operation *operation = act->operation;

	switch (operation->verb) {
	case LFB_VERB_SESSION:
		state->second_session = true;
		if (!result)
			set_session(state, operation->session, LFB_AGENT_OUTGOING);
		break;
	case LFB_VERB_RSESSION:
		if (!result)
			set_session(state, operation->session, LFB_AGENT_RETRIEVED);
		break;
	case LFB_VERB_FINISH:
		if (!result)
			set_session(state, operation->session, LFB_AGENT_FINISHED);
		break;
	case LFB_VERB_CLOSE:
		set_session(state, operation->session, LFB_AGENT_NONE);
		break;
	case LFB_VERB_PRESERVE:
		state->second_file |= file_of(operation) == 0;
		if (!result)
			state->owner[file_of(operation)] = (u8)(operation->session + 1);
		break;
	case LFB_VERB_RETRIEVE:
		/* A failure is remembered: asking again would answer the same. */
		state->retrieved[file_of(operation)] = true;
		break;
	case LFB_VERB_REBOOT:
		if (!result)
			next_kernel(state, act);
		break;
	case LFB_VERB_RMMOD:
		state->unloaded = !result;
		break;
	default:
		break;
	}
}
