// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is done in the world that is compared with the model: the basic letters, and others in
 * groups with the quirks that cannot show without them.
 */
#include <stdio.h>

#include "lib/luo/luo.h"
#include "sim/explore/exhaust/exhaust.h"

#define MANY 51			/* sessions that fill a block */
#define FAULTS 6		/* allocations of an operation that are made to fail, one by one */
#define ZEROS "0000000000000000"

static void add_many(struct lfb_world_text *writing)
{
	char text[MANY * sizeof("session m00;")];
	int length = 0;

	for (int i = 0; i < MANY; i++)
		length += sprintf(text + length, "%ssession m%02d", i ? ";" : "", i);
	lfb__world_letter(writing, "%s", text);
	lfb__world_letter(writing, "session m00");
}

static void add_faults(struct lfb_world_text *writing)
{
	for (unsigned int nth = 1; nth <= FAULTS; nth++) {
		lfb__world_letter(writing, "fault alloc %u;session a;fault off", nth);
		lfb__world_letter(writing, "fault alloc %u;preserve a 1 0 1;fault off", nth);
		lfb__world_letter(writing, "reboot;handler 0;handler 1;fault alloc %u;open;"
				  "fault off;open", nth)->sets_up = true;
	}
}

static const struct {
	const char *name;
	u64 quirks;		/* that need it */
	const char *letters[5];
	bool sets_up, ends;	/* as each of the letters */
	void (*add)(struct lfb_world_text *writing);
} groups[] = {
#define BIT_OF(quirk) (1ull << LUO_QUIRK_##quirk)
	{
		"locked", BIT_OF(FLB_UNLOCK_STORES_OBJ),
		.letters = { "do lock-incoming 0 object;do unlock-incoming 0 9",
			     "do lock-outgoing 0 object;do unlock-outgoing 0 9" },
	}, {
		"unregistered", BIT_OF(FLB_REGISTER_UNCHECKED_HANDLER),
		.letters = { "flb 2 0" },
	}, {
		/* The whole field. */
		"names", BIT_OF(SESSION_NAME_UNCHECKED),
		.letters = { "session " ZEROS ZEROS ZEROS ZEROS },
	}, {
		"many", BIT_OF(SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK), .add = add_many,
	}, {
		"missing", BIT_OF(SESSION_DESERIALIZE_IGNORES_FILES),
		.letters = { "reboot;handler 0;open", "reboot;handler 1;open" }, .sets_up = true,
	}, {
		"faults", BIT_OF(FILE_FLB_LEAK_ON_ENOMEM) | BIT_OF(SESSION_DESERIALIZE_NOT_LATCHED),
		.add = add_faults,
	}, {
		"halves", BIT_OF(SESSION_MUTATE_WHILE_REBOOTING) | BIT_OF(FLB_PUT_AFTER_SERIALIZE),
		.letters = { "prepare;session b;jump", "prepare;preserve a 1 0 1;jump",
			     "prepare;finish a;jump", "prepare;close a;jump",
			     "prepare;putout 0;jump" },
	}, {
		/* Byte 8 of the FLB page begins how many there are. */
		"damage", BIT_OF(FLB_TRUST_SERIALIZED),
		.letters = { "prepare;damage flb 8 1000;jump" }, .ends = true,
	}, {
		"races", BIT_OF(SESSION_RETRIEVE_RACE) | BIT_OF(FLB_LAZY_INIT_RACE) |
			 BIT_OF(REGISTRY_UNLOCKED),
		.letters = { "at session-found close a;rsession a",
			     "at flb-lazy-init getin 2;getin 2",
			     "at can_preserve unhandler 1;preserve a 3 1 3",
			     "at can_preserve unhandler 0;preserve a 3 1 3" },
		.ends = true,
	}, {
		"modules", BIT_OF(MODULE_PINNED_FROM_REGISTRATION),
		.letters = { "rmmod" }, .ends = true,
	}, {
		"no-file", BIT_OF(FILE_RETRIEVE_WITHOUT_FILE) | BIT_OF(FLB_GET_OUTGOING_NEEDS_OBJ),
		.letters = { "when h 0 retrieve no-file", "when flb 0 preserve no-obj" },
	}, {
		/* The number of file 2 for all of them, another one each time, each file's own. */
		"identities", BIT_OF(FILE_GET_ID_CHANGES),
		.letters = { "identity 0 2", "identity 0 changing", "identity 0 inode" },
	}, {
		/* The second one is looked at, too. */
		"lost", BIT_OF(LATE_INIT_LEAKS_FLB_PAGE),
		.letters = { "reboot without handover", "reboot without liveupdate;reboot",
			     "reboot without kho;reboot", "fault fdt 1;reboot;fault off;reboot" },
	},
#undef BIT_OF
};

const char *lfb_exhaust_group_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(groups) ? groups[bit].name : NULL;
}

static void add_group(struct lfb_world_text *writing, unsigned int group)
{
	if (groups[group].add)
		groups[group].add(writing);
	for (size_t i = 0; i < ARRAY_SIZE(groups[group].letters); i++) {
		struct lfb_letter *letter;

		if (!groups[group].letters[i])
			break;
		letter = lfb__world_letter(writing, "%s", groups[group].letters[i]);
		letter->sets_up = groups[group].sets_up;
		letter->ends = groups[group].ends;
	}
}

static void add_groups(struct lfb_world_text *writing, unsigned int wanted)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(groups); i++) {
		if (wanted & (1u << i))
			add_group(writing, i);
	}
}

unsigned int lfb__world_groups_for(u64 quirks)
{
	unsigned int needed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (quirks & groups[i].quirks)
			needed |= 1u << i;
	}
	return needed;
}

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

/* As enum lfb_world_beside has them. What is in the blocks is written over. */
static void add_beside(struct lfb_world_text *writing)
{
	writing->world->beside = writing->lines;
	lfb__world_line(writing, "prepare");
	lfb__world_line(writing, "jump");
	lfb__world_line(writing, "getin 2");
	fputs("parallel {\nprepare\n} {\nprepare\n}\n", writing->stream);
}

int lfb__world_create(unsigned int wanted, bool beside, struct lfb_world *world)
{
	struct lfb_world_text writing;
	int err = lfb__world_begin(&writing, world);

	if (err)
		return err;
	if (wanted & LFB_EXHAUST_MODULES)
		lfb__world_line(&writing, "module");
	if (wanted & LFB_EXHAUST_IDENTITIES)
		lfb__world_line(&writing, "identity 0 inode");
	lfb__world_setup(&writing);
	for (unsigned int s = 0; s < LFB_WORLD_SESSIONS; s++)
		add_session_letters(&writing, s);
	for (unsigned int f = 0; f < 2; f++)
		add_flb_letters(&writing, f);
	for (unsigned int h = 0; h < 2; h++)
		add_handler_letters(&writing, h);
	add_link_letters(&writing);
	lfb__world_letter(&writing, "reboot");
	add_groups(&writing, wanted);
	if (beside)
		add_beside(&writing);
	return lfb__world_end(&writing, 0);
}
