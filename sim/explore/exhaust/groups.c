// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Letters beyond the basic ones, in groups, and the quirks that cannot show without them. */
#include <stdio.h>

#include "lib/luo/luo.h"
#include "sim/explore/exhaust/exhaust.h"

#define MANY 51			/* sessions that fill a block */
#define FAULTS 5		/* allocations of an operation that are made to fail, one by one */
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
	const char *letters[4];
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
		"halves", BIT_OF(SESSION_MUTATE_WHILE_REBOOTING),
		.letters = { "prepare;session b;jump", "prepare;preserve a 1 0 1;jump",
			     "prepare;finish a;jump", "prepare;close a;jump" },
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
		"no-file", BIT_OF(FILE_RETRIEVE_WITHOUT_FILE),
		.letters = { "when h 0 retrieve no-file" },
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

void lfb__world_add_groups(struct lfb_world_text *writing, unsigned int wanted)
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
