// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is done in the world that is compared with the model. */
#include "sim/explore/exhaust/exhaust.h"

/* Session 0 comes before 1, and file 1 before 2, which is just like it. */
#define SECOND_SESSION (1u << 0)
#define SECOND_FILE (1u << 1)

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
	const char *name = lfb__world_sessions[s];

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		about(lfb__world_letter(writing, "%s %s", verbs[i], name), s, -1);
	for (int file = 0; file < LFB_WORLD_FILES; file++) {
		unsigned int number = (unsigned int)file + 1;

		about(lfb__world_letter(writing, "preserve %s %u %u %u", name, number,
					lfb__world_kinds[file], number), s, file);
		about(lfb__world_letter(writing, "again %s %u %u", name, number, number), s, file);
		about(lfb__world_letter(writing, "retrieve %s %u", name, number), s, file);
	}
}

static void add_flb_letters(struct lfb_world_text *writing, unsigned int f)
{
	static const char *const verbs[] = { "getin",  "getout", "holdin",
					     "holdout", "putin",  "putout" };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		lfb__world_letter(writing, "%s %u", verbs[i], f);
	lfb__world_letter(writing, "fail flb %u preserve -5 1", f);
	lfb__world_letter(writing, "fail flb %u retrieve -5 1", f);
}

static void add_handler_letters(struct lfb_world_text *writing, unsigned int h)
{
	static const char *const callbacks[] = { "preserve", "freeze", "retrieve", "can_finish" };

	for (size_t i = 0; i < ARRAY_SIZE(callbacks); i++)
		lfb__world_letter(writing, "fail h %u %s -5 1", h, callbacks[i]);
	lfb__world_letter(writing, "fail h %u freeze -5 1;reboot", h)->aborts = (u8)(h + 1);
	lfb__world_letter(writing, "unhandler %u", h);
	lfb__world_letter(writing, "handler %u", h);
}

static void add_link_letters(struct lfb_world_text *writing)
{
	static const unsigned int links[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		lfb__world_letter(writing, "unflb %u %u", links[i][0], links[i][1]);
		lfb__world_letter(writing, "flb %u %u", links[i][0], links[i][1]);
	}
}

int lfb__world_create(unsigned int groups, struct lfb_world *world)
{
	struct lfb_world_text writing;
	int err = lfb__world_begin(&writing, world);

	if (err)
		return err;
	if (groups & LFB_EXHAUST_MODULES)
		lfb__world_line(&writing, "module");
	lfb__world_setup(&writing);
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++)
		add_session_letters(&writing, s);
	for (unsigned int f = 0; f < 2; f++)
		add_flb_letters(&writing, f);
	for (unsigned int h = 0; h < 2; h++)
		add_handler_letters(&writing, h);
	add_link_letters(&writing);
	lfb__world_letter(&writing, "reboot");
	lfb__world_add_groups(&writing, groups);
	return lfb__world_end(&writing, 0);
}
