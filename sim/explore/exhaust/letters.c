// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world of the exhaustive search, as a scenario: two handlers, two FLBs, two sessions, three
 * files. Its first lines set up every kernel; each group of lines behind them is one letter.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/exhaust.h"

#define SESSIONS 2
#define FILES 3

static const char *const setup[] = { "handler 0", "handler 1", "flb 0 0", "flb 1 0", "flb 1 1",
				     "open" };

/* Session 0 comes before 1, and file 1 before 2, which is just like it. */
#define SECOND_SESSION (1u << 0)
#define SECOND_FILE (1u << 1)

static const char *const sessions[SESSIONS] = { "a", "b" };
static const unsigned int kinds[FILES] = { 0, 0, 1 };	/* whose handler a file needs */

void lfb__world_line(struct lfb_world_text *writing, const char *format, ...)
{
	size_t room = sizeof(writing->text) - (size_t)(writing->at - writing->text);
	va_list args;

	va_start(args, format);
	writing->at += vsnprintf(writing->at, room, format, args);
	va_end(args);
	*writing->at++ = '\n';
	writing->lines++;
}

struct lfb_letter *lfb__world_letter(struct lfb_world_text *writing, unsigned int lines)
{
	struct lfb_letter *letter = &writing->world->letters[writing->world->nr_letters++];

	letter->first = writing->lines;
	letter->count = lines;
	return letter;
}

/* A letter about a session, and perhaps a file; the first ones must have been used before. */
static void about(struct lfb_letter *letter, unsigned int session, int file)
{
	if (session == 0)
		letter->uses |= SECOND_SESSION;
	else
		letter->needs |= SECOND_SESSION;
	if (file == 0)
		letter->uses |= SECOND_FILE;
	if (file == 1)
		letter->needs |= SECOND_FILE;
}

static void add_session_letters(struct lfb_world_text *writing, unsigned int s)
{
	static const char *const verbs[] = { "session", "rsession", "finish", "close" };
	const char *name = sessions[s];

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		about(lfb__world_letter(writing, 1), s, -1);
		lfb__world_line(writing, "%s %s", verbs[i], name);
	}
	for (int file = 0; file < FILES; file++) {
		unsigned int number = (unsigned int)file + 1;

		about(lfb__world_letter(writing, 1), s, file);
		lfb__world_line(writing, "preserve %s %u %u %u", name, number, kinds[file], number);
		about(lfb__world_letter(writing, 1), s, file);
		lfb__world_line(writing, "again %s %u %u", name, number, number);
		about(lfb__world_letter(writing, 1), s, file);
		lfb__world_line(writing, "retrieve %s %u", name, number);
	}
}

static void add_flb_letters(struct lfb_world_text *writing, unsigned int f)
{
	static const char *const verbs[] = { "getin",  "getout", "holdin",
					     "holdout", "putin",  "putout" };
	static const char *const callbacks[] = { "preserve", "retrieve" };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		lfb__world_letter(writing, 1);
		lfb__world_line(writing, "%s %u", verbs[i], f);
	}
	for (size_t i = 0; i < ARRAY_SIZE(callbacks); i++) {
		lfb__world_letter(writing, 1);
		lfb__world_line(writing, "fail flb %u %s -5 1", f, callbacks[i]);
	}
}

static void add_handler_letters(struct lfb_world_text *writing, unsigned int h)
{
	static const char *const callbacks[] = { "preserve", "freeze", "retrieve", "can_finish" };
	struct lfb_letter *abort;

	for (size_t i = 0; i < ARRAY_SIZE(callbacks); i++) {
		lfb__world_letter(writing, 1);
		lfb__world_line(writing, "fail h %u %s -5 1", h, callbacks[i]);
	}
	abort = lfb__world_letter(writing, 2);
	abort->aborts = (u8)(h + 1);
	lfb__world_line(writing, "fail h %u freeze -5 1", h);
	lfb__world_line(writing, "reboot");
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "unhandler %u", h);
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "handler %u", h);
}

static void add_link_letters(struct lfb_world_text *writing)
{
	static const unsigned int links[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		lfb__world_letter(writing, 1);
		lfb__world_line(writing, "unflb %u %u", links[i][0], links[i][1]);
		lfb__world_letter(writing, 1);
		lfb__world_line(writing, "flb %u %u", links[i][0], links[i][1]);
	}
}

int lfb__world_create(unsigned int groups, struct lfb_world *world)
{
	struct lfb_world_text *writing = calloc(1, sizeof(*writing));
	int err;

	memset(world, 0, sizeof(*world));
	if (!writing)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	writing->world = world;
	writing->at = writing->text;
	if (groups & LFB_EXHAUST_MODULES)
		lfb__world_line(writing, "module");
	world->once = writing->lines;
	for (size_t i = 0; i < ARRAY_SIZE(setup); i++)
		lfb__world_line(writing, "%s", setup[i]);
	world->setup = ARRAY_SIZE(setup);
	for (unsigned int s = 0; s < SESSIONS; s++)
		add_session_letters(writing, s);
	for (unsigned int f = 0; f < 2; f++)
		add_flb_letters(writing, f);
	for (unsigned int h = 0; h < 2; h++)
		add_handler_letters(writing, h);
	add_link_letters(writing);
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "reboot");
	lfb__world_add_groups(writing, groups);
	err = lfb_scenario_parse("world", writing->text, (size_t)(writing->at - writing->text),
				 &world->scenario);
	free(writing);
	return err;
}

void lfb__world_destroy(struct lfb_world *world)
{
	lfb_scenario_free(world->scenario);
}
