// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world in which modules are searched for findings, and its agent: what it can do, and what
 * it does without making mistakes of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/module.h"

static const char *const setup[] = { "handler 0", "handler 1", "flb 0 0", "flb 1 0", "flb 1 1",
				     "open" };
static const char *const names[LFB_AGENT_SESSIONS] = { "a", "b" };
static const u8 kinds[LFB_AGENT_FILES] = { 0, 0, 1 };	/* whose handler a file needs */

static bool needs(unsigned int file, unsigned int flb)
{
	return kinds[file] >= flb;	/* FLB 0: both handlers; FLB 1: handler 1 */
}

/*
 * Text
 */

struct writing {
	struct lfb_agent_world *world;
	FILE *text;
	size_t lines;
};

static void line(struct writing *writing, const char *format, ...) LFB_PRINTF(2, 3);

static void line(struct writing *writing, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(writing->text, format, args);
	va_end(args);
	fputc('\n', writing->text);
	writing->lines++;
}

/* The next letter; its lines come next. */
static void letter(struct writing *writing, struct lfb_agent_letter that)
{
	that.first = writing->lines;
	that.count = 1u + (that.fails_handler || that.fails_flb);
	writing->world->letters[writing->world->nr_letters++] = that;
}

/* A handler with files in the session may refuse. */
static void add_ends(struct writing *writing, u8 s)
{
	for (u8 h = 0; h <= 2; h++) {
		letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_FINISH, .session = s,
							   .fails_handler = h });
		if (h)
			line(writing, "fail h %u can_finish -5 1", h - 1);
		line(writing, "finish %s", names[s]);
	}
	letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_CLOSE, .session = s });
	line(writing, "close %s", names[s]);
}

static void add_preserves(struct writing *writing, u8 s, u8 file)
{
	struct lfb_agent_letter that = { .verb = LFB_AGENT_PRESERVE, .session = s, .file = file };
	unsigned int number = file + 1u, h = kinds[file];

	for (unsigned int fails = 0; fails <= 1u + LFB_AGENT_FLBS; fails++) {
		that.fails_handler = (u8)(fails == 1 ? h + 1 : 0);
		that.fails_flb = (u8)(fails > 1 ? fails - 1 : 0);
		if (that.fails_flb && !needs(file, that.fails_flb - 1u))
			continue;
		letter(writing, that);
		if (that.fails_handler)
			line(writing, "fail h %u preserve -5 1", h);
		if (that.fails_flb)
			line(writing, "fail flb %u preserve -5 1", that.fails_flb - 1);
		line(writing, "preserve %s %u %u %u", names[s], number, h, number);
	}
}

static void add_retrieves(struct writing *writing, u8 s, u8 file)
{
	struct lfb_agent_letter that = { .verb = LFB_AGENT_RETRIEVE, .session = s, .file = file };

	letter(writing, that);
	line(writing, "retrieve %s %u", names[s], file + 1u);
	that.fails_handler = (u8)(kinds[file] + 1);
	letter(writing, that);
	line(writing, "fail h %u retrieve -5 1", kinds[file]);
	line(writing, "retrieve %s %u", names[s], file + 1u);
}

static void add_sessions(struct writing *writing, u8 s)
{
	letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_SESSION, .session = s });
	line(writing, "session %s", names[s]);
	for (u8 file = 0; file < LFB_AGENT_FILES; file++)
		add_preserves(writing, s, file);
	letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_RSESSION, .session = s });
	line(writing, "rsession %s", names[s]);
	for (u8 file = 0; file < LFB_AGENT_FILES; file++)
		add_retrieves(writing, s, file);
	add_ends(writing, s);
}

static void add_letters(struct writing *writing)
{
	for (u8 s = 0; s < LFB_AGENT_SESSIONS; s++)
		add_sessions(writing, s);
	for (u8 f = 0; f < LFB_AGENT_FLBS; f++) {
		letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_GETOUT, .flb = f });
		line(writing, "getout %u", f);
		letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_GETIN, .flb = f });
		line(writing, "getin %u", f);
	}
	for (u8 h = 0; h <= 2; h++) {
		letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_REBOOT,
							   .fails_handler = h });
		if (h)
			line(writing, "fail h %u freeze -5 1", h - 1);
		line(writing, "reboot");
	}
}

static int add_module(struct writing *writing, const struct lfb_scenario *module)
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
		line(writing, "%s", operation->text);
	}
	writing->world->module = writing->lines;
	for (size_t i = 0; i < ARRAY_SIZE(setup); i++)
		line(writing, "%s", setup[i]);
	writing->world->setup = ARRAY_SIZE(setup);
	add_letters(writing);
	if (loadable) {
		letter(writing, (struct lfb_agent_letter){ .verb = LFB_AGENT_RMMOD });
		line(writing, "rmmod");
	}
	return 0;
}

int lfb__agent_world_create(const struct lfb_scenario *module, struct lfb_agent_world *world)
{
	struct writing writing = { .world = world };
	char *text = NULL;
	size_t size;
	int err;

	memset(world, 0, sizeof(*world));
	writing.text = open_memstream(&text, &size);
	if (!writing.text)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	err = add_module(&writing, module);
	if (fclose(writing.text) && !err)
		err = lfb__error(NULL, -ENOMEM, "no memory for a search");
	if (!err)
		err = lfb_scenario_parse("module", text, size, &world->scenario);
	free(text);
	return err;
}

void lfb__agent_world_destroy(struct lfb_agent_world *world)
{
	lfb_scenario_free(world->scenario);
	world->scenario = NULL;
}

/*
 * The agent
 */

/* Does a session hold a file of this handler? */
static bool holds(const struct lfb_agent_state *state, unsigned int session, unsigned int handler)
{
	for (unsigned int file = 0; file < LFB_AGENT_FILES; file++) {
		if (state->owner[file] == session + 1 && kinds[file] == handler)
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
	for (unsigned int file = 0; file < LFB_AGENT_FILES; file++) {
		if (state->owner[file] && needs(file, flb) &&
		    is_in(state, state->owner[file] - 1u, outgoing))
			return true;
	}
	return false;
}

static bool preserves(const struct lfb_agent_state *state, const struct lfb_agent_letter *letter)
{
	return state->sessions[letter->session] == LFB_AGENT_OUTGOING &&
	       !state->owner[letter->file] && (letter->file != 1 || state->second_file) &&
	       !(letter->fails_flb && flb_in_use(state, letter->fails_flb - 1u, true));
}

/* A failure is told to a handler that will be asked. */
static bool finishes(const struct lfb_agent_state *state, const struct lfb_agent_letter *letter)
{
	return state->sessions[letter->session] == LFB_AGENT_RETRIEVED &&
	       (!letter->fails_handler ||
		holds(state, letter->session, letter->fails_handler - 1u));
}

bool lfb__agent_is_done(const struct lfb_agent_state *state)
{
	for (unsigned int s = 0; s < LFB_AGENT_SESSIONS; s++) {
		if (is_in(state, s, false))
			return false;
	}
	return true;
}

/* Not before all that was handed over is finished; a freeze fails where something is frozen. */
static bool reboots(const struct lfb_agent_state *state, const struct lfb_agent_letter *letter)
{
	bool frozen = !letter->fails_handler;

	for (unsigned int s = 0; s < LFB_AGENT_SESSIONS && !frozen; s++)
		frozen = is_in(state, s, true) && holds(state, s, letter->fails_handler - 1u);
	return frozen && lfb__agent_is_done(state);
}

bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_letter *letter)
{
	enum lfb_agent_session session = state->sessions[letter->session];

	switch (letter->verb) {
	case LFB_AGENT_SESSION:
		return session == LFB_AGENT_NONE && (!letter->session || state->second_session);
	case LFB_AGENT_RSESSION:
		return session == LFB_AGENT_WAITING;
	case LFB_AGENT_FINISH:
		return finishes(state, letter);
	case LFB_AGENT_CLOSE:
		/* Who closes what is not finished does not know what becomes of it. */
		return session == LFB_AGENT_OUTGOING || session == LFB_AGENT_FINISHED;
	case LFB_AGENT_PRESERVE:
		return preserves(state, letter);
	case LFB_AGENT_RETRIEVE:
		return session == LFB_AGENT_RETRIEVED && !state->retrieved[letter->file] &&
		       state->owner[letter->file] == letter->session + 1;
	case LFB_AGENT_GETIN:
	case LFB_AGENT_GETOUT:
		return flb_in_use(state, letter->flb, letter->verb == LFB_AGENT_GETOUT);
	case LFB_AGENT_REBOOT:
		return reboots(state, letter);
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
	for (unsigned int file = 0; file < LFB_AGENT_FILES; file++) {
		if (state->owner[file] == session + 1) {
			state->owner[file] = 0;
			state->retrieved[file] = false;
		}
	}
}

static void next_kernel(struct lfb_agent_state *state)
{
	for (unsigned int s = 0; s < LFB_AGENT_SESSIONS; s++)
		set_session(state, s, is_in(state, s, true) ? LFB_AGENT_WAITING : LFB_AGENT_NONE);
	state->unloaded = false;
}

void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_letter *letter,
		       long result)
{
	switch (letter->verb) {
	case LFB_AGENT_SESSION:
		state->second_session = true;
		if (!result)
			set_session(state, letter->session, LFB_AGENT_OUTGOING);
		break;
	case LFB_AGENT_RSESSION:
		if (!result)
			set_session(state, letter->session, LFB_AGENT_RETRIEVED);
		break;
	case LFB_AGENT_FINISH:
		if (!result)
			set_session(state, letter->session, LFB_AGENT_FINISHED);
		break;
	case LFB_AGENT_CLOSE:
		set_session(state, letter->session, LFB_AGENT_NONE);
		break;
	case LFB_AGENT_PRESERVE:
		state->second_file |= letter->file == 0;
		if (!result)
			state->owner[letter->file] = (u8)(letter->session + 1);
		break;
	case LFB_AGENT_RETRIEVE:
		/* A failure is remembered: asking again would answer the same. */
		state->retrieved[letter->file] = true;
		break;
	case LFB_AGENT_REBOOT:
		if (!result)
			next_kernel(state);
		break;
	case LFB_AGENT_RMMOD:
		state->unloaded = !result;
		break;
	default:
		break;
	}
}
