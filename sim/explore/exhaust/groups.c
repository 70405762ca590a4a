// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Letters beyond the basic ones, in groups, and the quirks that cannot show without them.
 */
#include "sim/explore/exhaust/exhaust.h"

#define MANY 51			/* sessions that fill a block */
#define LONG_NAME 64		/* bytes: the whole field */
#define FAULTS 5		/* allocations of an operation that are made to fail, one by one */
#define FLB_COUNT_OFFSET 8	/* in the FLB page: how many there are */

typedef struct lfb_world_text text_t;

static void add_locked(text_t *writing)
{
	static const char *const directions[] = { "incoming", "outgoing" };

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		lfb__world_letter(writing, 2);
		lfb__world_line(writing, "do lock-%s 0 object", directions[i]);
		lfb__world_line(writing, "do unlock-%s 0 9", directions[i]);
	}
}

static void add_unregistered(text_t *writing)
{
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "flb 2 0");
}

static void add_names(text_t *writing)
{
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "session %0*d", LONG_NAME, 0);
}

static void add_many(text_t *writing)
{
	lfb__world_letter(writing, MANY);
	for (unsigned int i = 0; i < MANY; i++)
		lfb__world_line(writing, "session m%02u", i);
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "session m00");
}

static void add_missing(text_t *writing)
{
	for (unsigned int h = 0; h < 2; h++) {
		lfb__world_letter(writing, 3)->sets_up = true;
		lfb__world_line(writing, "reboot");
		lfb__world_line(writing, "handler %u", h);
		lfb__world_line(writing, "open");
	}
}

static void add_faults(text_t *writing)
{
	static const char *const operations[] = { "session a", "preserve a 1 0 1" };

	for (unsigned int nth = 1; nth <= FAULTS; nth++) {
		for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
			lfb__world_letter(writing, 3);
			lfb__world_line(writing, "fault alloc %u", nth);
			lfb__world_line(writing, "%s", operations[i]);
			lfb__world_line(writing, "fault off");
		}
		lfb__world_letter(writing, 7)->sets_up = true;
		lfb__world_line(writing, "reboot");
		lfb__world_line(writing, "handler 0");
		lfb__world_line(writing, "handler 1");
		lfb__world_line(writing, "fault alloc %u", nth);
		lfb__world_line(writing, "open");
		lfb__world_line(writing, "fault off");
		lfb__world_line(writing, "open");
	}
}

static void add_halves(text_t *writing)
{
	static const char *const operations[] = { "session b", "preserve a 1 0 1", "finish a",
						  "close a" };

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		lfb__world_letter(writing, 3);
		lfb__world_line(writing, "prepare");
		lfb__world_line(writing, "%s", operations[i]);
		lfb__world_line(writing, "jump");
	}
}

static void add_damage(text_t *writing)
{
	lfb__world_letter(writing, 3)->ends = true;
	lfb__world_line(writing, "prepare");
	lfb__world_line(writing, "damage flb %u 1000", FLB_COUNT_OFFSET);
	lfb__world_line(writing, "jump");
}

static void add_races(text_t *writing)
{
	static const char *const races[][2] = {
		{ "at session-found close a", "rsession a" },
		{ "at flb-lazy-init getin 2", "getin 2" },
		{ "at can_preserve unhandler 1", "preserve a 3 1 3" },
		{ "at can_preserve unhandler 0", "preserve a 3 1 3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(races); i++) {
		lfb__world_letter(writing, 2)->ends = true;
		lfb__world_line(writing, "%s", races[i][0]);
		lfb__world_line(writing, "%s", races[i][1]);
	}
}

static void add_modules(text_t *writing)
{
	lfb__world_letter(writing, 1)->ends = true;
	lfb__world_line(writing, "rmmod");
}

static void add_no_file(text_t *writing)
{
	lfb__world_letter(writing, 1);
	lfb__world_line(writing, "when h 0 retrieve no-file");
}

static const struct {
	const char *name;
	u64 quirks;		/* that need it */
	void (*add)(text_t *writing);
} groups[] = {
#define BIT_OF(quirk) (1ull << LUO_QUIRK_##quirk)
	{ "locked", BIT_OF(FLB_UNLOCK_STORES_OBJ), add_locked },
	{ "unregistered", BIT_OF(FLB_REGISTER_UNCHECKED_HANDLER), add_unregistered },
	{ "names", BIT_OF(SESSION_NAME_UNCHECKED), add_names },
	{ "many", BIT_OF(SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK), add_many },
	{ "missing", BIT_OF(SESSION_DESERIALIZE_IGNORES_FILES), add_missing },
	{ "faults", BIT_OF(FILE_FLB_LEAK_ON_ENOMEM) | BIT_OF(SESSION_DESERIALIZE_NOT_LATCHED),
	  add_faults },
	{ "halves", BIT_OF(SESSION_MUTATE_WHILE_REBOOTING), add_halves },
	{ "damage", BIT_OF(FLB_TRUST_SERIALIZED), add_damage },
	{ "races", BIT_OF(SESSION_RETRIEVE_RACE) | BIT_OF(FLB_LAZY_INIT_RACE) |
		   BIT_OF(REGISTRY_UNLOCKED), add_races },
	{ "modules", BIT_OF(MODULE_PINNED_FROM_REGISTRATION), add_modules },
	{ "no-file", BIT_OF(FILE_RETRIEVE_WITHOUT_FILE), add_no_file },
#undef BIT_OF
};

const char *lfb_exhaust_group_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(groups) ? groups[bit].name : NULL;
}

void lfb__world_add_groups(text_t *writing, unsigned int wanted)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (wanted & (1u << i))
			groups[i].add(writing);
}

unsigned int lfb__world_groups_for(u64 quirks)
{
	unsigned int needed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (quirks & groups[i].quirks)
			needed |= 1u << i;
	return needed;
}
