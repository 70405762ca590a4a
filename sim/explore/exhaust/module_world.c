// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world in which modules are searched for findings: the letters, and which of them an agent
 * without mistakes does where.
 */
#include "sim/explore/exhaust/module.h"

#define RETRIEVED 11u	/* number of the first file when it is retrieved */
#define TWICE 101u	/* its other token */

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
		lfb__world_letter(writing, "retrieve %s %u as %u", session, file + 1,
				  RETRIEVED + file);
		lfb__world_letter(writing, "fail h %u retrieve -5 1;retrieve %s %u",
				  lfb__world_kinds[file], session, file + 1);
	}
	/* A handler with files in the session may refuse. */
	lfb__world_letter(writing, "finish %s", session);
	for (unsigned int h = 0; h < 2; h++)
		lfb__world_letter(writing, "fail h %u can_finish -5 1;finish %s", h, session);
	lfb__world_letter(writing, "close %s", session);
}

/* Files that are preserved already: those that were retrieved, or all where @twice has a bit. */
static void add_again(struct lfb_world_text *writing, const char *session, bool again,
		      unsigned int twice)
{
	for (unsigned int file = 0; again && file < LFB_WORLD_FILES; file++)
		lfb__world_letter(writing, "again %s %u %u", session, file + 1, RETRIEVED + file);
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		if (twice >> lfb__world_kinds[file] & 1)
			lfb__world_letter(writing, "again %s %u %u", session, file + TWICE,
					  file + 1);
	}
}

/* Kernels that lack a link each, or have one more, and set themselves up. */
static void add_rewired(struct lfb_world_text *writing)
{
	static const char *const wirings[] = {
		"flb 1 0;flb 1 1", "flb 0 0;flb 1 1", "flb 0 0;flb 1 0",
		"flb 0 0;flb 0 1;flb 1 0;flb 1 1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(wirings); i++)
		lfb__world_letter(writing, "reboot;handler 0;handler 1;%s;open",
				  wirings[i])->sets_up = true;
}

/* @identifies: bits, handlers that say what their files are. */
static void add_letters(struct lfb_world_text *writing, bool loadable, unsigned int identifies,
			unsigned int without)
{
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++) {
		add_session(writing, lfb__world_sessions[s]);
		add_again(writing, lfb__world_sessions[s], !(without & LFB_EXHAUST_AGAIN),
			  without & LFB_EXHAUST_TWICE ? 0 : identifies);
	}
	for (unsigned int f = 0; f < LFB_WORLD_FLBS; f++) {
		lfb__world_letter(writing, "getout %u", f);
		lfb__world_letter(writing, "getin %u", f);
	}
	lfb__world_letter(writing, "reboot");
	for (unsigned int h = 0; h < 2; h++)
		lfb__world_letter(writing, "fail h %u freeze -5 1;reboot", h);
	if (loadable)
		lfb__world_letter(writing, "rmmod");
	if (!(without & LFB_EXHAUST_LINKS))
		add_rewired(writing);
	if (!(without & LFB_EXHAUST_OFF)) {
		lfb__world_letter(writing, "reboot without liveupdate");
		lfb__world_letter(writing, "reboot without kho");
	}
	if (!(without & LFB_EXHAUST_PLAIN))
		lfb__world_letter(writing, "reboot without handover");
}

static int add_module(struct lfb_world_text *writing, const struct lfb_scenario *module,
		      unsigned int without)
{
	unsigned int identifies = 0;
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
		if (operation->verb == LFB_VERB_IDENTITY)
			identifies &= ~(1u << operation->handler);
		if (operation->verb == LFB_VERB_IDENTITY && operation->identity)
			identifies |= 1u << operation->handler;
		lfb__world_line(writing, operation->text);
	}
	lfb__world_setup(writing);
	add_letters(writing, loadable, identifies, without);
	return 0;
}

int lfb__module_world_create(const struct lfb_scenario *module, unsigned int without,
			    struct lfb_world *world)
{
	struct lfb_world_text writing;
	int err = lfb__world_begin(&writing, world);

	return err ? err : lfb__world_end(&writing, add_module(&writing, module, without));
}

static enum lfb_agent_verb verb_of(const struct lfb_operation *operation, bool rewires)
{
	switch (operation->verb) {
	case LFB_VERB_SESSION:
		return LFB_AGENT_CREATE;
	case LFB_VERB_PRESERVE:
		return LFB_AGENT_PRESERVE;
	case LFB_VERB_AGAIN:
		return operation->token < TWICE ? LFB_AGENT_AGAIN : LFB_AGENT_TWICE;
	case LFB_VERB_RSESSION:
		return LFB_AGENT_REOPEN;
	case LFB_VERB_RETRIEVE:
		return LFB_AGENT_RETRIEVE;
	case LFB_VERB_FINISH:
		return LFB_AGENT_FINISH;
	case LFB_VERB_CLOSE:
		return LFB_AGENT_CLOSE;
	case LFB_VERB_REBOOT:
		/* Fewer links or more: the agent sees no difference. */
		return rewires ? LFB_AGENT_KEXEC_WITHOUT :
		       operation->lacks == LFB_LACKS_KHO ? LFB_AGENT_KEXEC_NO_KHO :
		       operation->lacks == LFB_LACKS_HANDOVER ? LFB_AGENT_KEXEC_PLAIN :
		       operation->lacks ? LFB_AGENT_KEXEC_OFF : LFB_AGENT_KEXEC;
	default:
		return LFB_AGENT_USE;
	}
}

struct lfb_module_act lfb__module_act(const struct lfb_operation *operations,
				      const struct lfb_letter *letter)
{
	const struct lfb_operation *first = &operations[letter->first];
	const bool fails = first->verb == LFB_VERB_FAIL;
	struct lfb_module_act act = {
		.operation = first + fails,
		.fail = fails ? first : NULL,
	};

	act.agent.verb = (u8)verb_of(act.operation, letter->sets_up);
	act.agent.session = (u8)act.operation->session;
	/* Tokens are numbered from 1, or from TWICE. */
	if (act.operation->token)
		act.agent.file = (u8)((act.operation->token - 1) % (TWICE - 1));
	act.agent.fails = fails;
	return act;
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

/* Is there a file that needs the FLB, on its way out or in? */
static bool flb_in_use(const struct lfb_agent_state *state, unsigned int flb, bool outgoing)
{
	for (unsigned int file = 0; file < LFB_WORLD_FILES; file++) {
		if (state->owner[file] && needs(file, flb) &&
		    lfb__agent_is_in(state, state->owner[file] - 1u, outgoing))
			return true;
	}
	return false;
}

/* A failure is told to who will be asked. */
static bool fails(const struct lfb_agent_state *state, const struct lfb_module_act *act)
{
	switch (act->agent.verb) {
	case LFB_AGENT_PRESERVE:
		return !act->fail->of_flb || !flb_in_use(state, act->fail->flb, true);
	case LFB_AGENT_FINISH:
		return holds(state, act->agent.session, act->fail->handler);
	case LFB_AGENT_KEXEC:
		for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++) {
			if (lfb__agent_is_in(state, s, true) && holds(state, s, act->fail->handler))
				return true;
		}
		return false;
	default:
		return true;
	}
}

bool lfb__module_does(const struct lfb_agent_state *state, const struct lfb_module_act *act)
{
	/* File 1 is like file 0. */
	if (!lfb__agent_does(state, &act->agent, 1u << 1) || (act->fail && !fails(state, act)))
		return false;
	switch (act->operation->verb) {
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
		return flb_in_use(state, act->operation->flb,
				  act->operation->verb == LFB_VERB_GETOUT);
	case LFB_VERB_RMMOD:
		return !state->unloaded;
	default:
		return true;
	}
}

void lfb__module_learns(struct lfb_agent_state *state, const struct lfb_module_act *act,
			long result)
{
	lfb__agent_learns(state, &act->agent, !result);
	if (act->operation->verb == LFB_VERB_RMMOD)
		state->unloaded = !result;
}
