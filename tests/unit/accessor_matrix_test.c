// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every accessor of an FLB's objects, in every state the FLB can be in. The table is what the
 * shipped kernels answer, and what they would answer without their known defects.
 */
#include "tests/support/world.h"

enum state {
	UNREGISTERED,
	REGISTERED,
	PRESERVED,
	PRESERVE_FAILED,
	UNPRESERVED,
	SERIALIZED,
	HANDED_OVER, /* nobody asked yet */
	HANDED_OVER_UNREGISTERED,
	ASKED,
	FAILED, /* retrieve fails, every time */
	FINISHED,
	FINISHED_UNASKED,
	HANDED_OVER_AND_PRESERVED,
	OTHER_HANDED_OVER, /* there is LUO data, without this FLB */
	STATES,
};

enum column { RFC_SHIPPED, RFC_MENDED, LATER_SHIPPED, LATER_MENDED, COLUMNS };

static const struct {
	const char *profile;
	const char *quirks_off;
} columns[COLUMNS] = {
	[RFC_SHIPPED] = { "rfc-v6", NULL },
	[RFC_MENDED] = { "rfc-v6", "all" },
	[LATER_SHIPPED] = { "linux-7.0", NULL },
	[LATER_MENDED] = { "linux-7.0", "all" },
};

/* An object's address when it is positive, 0 for success without an object, or an errno. */
#define OUT 0x1000
#define IN 0x2000
#define E(name) (-E##name)
#define NO_OUT E(NOENT), E(NOENT), 0, E(NOENT)

/* clang-format off */
static const struct {
	int incoming[COLUMNS];
	int outgoing[COLUMNS];
} expected[STATES] = {
[UNREGISTERED] = { { E(INVAL), E(INVAL), E(NODATA), E(NODATA) },
		   { E(INVAL), E(INVAL), 0, E(NOENT) } },
[REGISTERED] = { { E(NODATA), E(NODATA), E(NODATA), E(NODATA) }, { NO_OUT } },
[PRESERVED] = { { E(NODATA), E(NODATA), E(NODATA), E(NODATA) }, { OUT, OUT, OUT, OUT } },
[PRESERVE_FAILED] = { { E(NODATA), E(NODATA), E(NODATA), E(NODATA) }, { NO_OUT } },
[UNPRESERVED] = { { E(NODATA), E(NODATA), E(NODATA), E(NODATA) }, { NO_OUT } },
[SERIALIZED] = { { E(NODATA), E(NODATA), E(NODATA), E(NODATA) }, { OUT, OUT, OUT, OUT } },
[HANDED_OVER] = { { IN, IN, IN, IN }, { NO_OUT } },
[HANDED_OVER_UNREGISTERED] = { { E(INVAL), E(INVAL), IN, IN },
			       { E(INVAL), E(INVAL), 0, E(NOENT) } },
[ASKED] = { { IN, IN, IN, IN }, { NO_OUT } },
[FAILED] = { { E(NOMEM), E(NOMEM), E(NOMEM), E(NOMEM) }, { NO_OUT } },
[FINISHED] = { { IN, E(NODATA), E(NODATA), E(NODATA) }, { NO_OUT } },
[FINISHED_UNASKED] = { { IN, E(NODATA), IN, E(NODATA) }, { NO_OUT } },
[HANDED_OVER_AND_PRESERVED] = { { IN, IN, IN, IN }, { OUT, OUT, OUT, OUT } },
[OTHER_HANDED_OVER] = { { E(NOENT), E(NOENT), E(NOENT), E(NOENT) }, { NO_OUT } },
};

/* clang-format on */

static void preserve(struct world *world, unsigned int handler)
{
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, handler, 1), 0);
}

static void bring_outgoing(struct world *world, enum state state)
{
	if (state == UNREGISTERED)
		return;
	world_wire(world, "0:0 1:1");
	if (state == REGISTERED)
		return;
	if (state == PRESERVE_FAILED) {
		world_answer(world, "flb0.preserve", -EIO, 1);
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), -EIO);
		return;
	}
	preserve(world, state == OTHER_HANDED_OVER);
	if (state == UNPRESERVED)
		lfb_agent_destroy(world->agent);
	if (state == SERIALIZED)
		assert_int_equal(lfb_machine_prepare(world->machine), 0);
}

static void bring_incoming(struct world *world, enum state state)
{
	void *obj;

	if (state == HANDED_OVER_UNREGISTERED)
		world->wiring = NULL;
	assert_int_equal(world_reboot(world), 0);
	if (state == FAILED)
		world_answer(world, "flb0.retrieve", -ENOMEM, -1);
	if (state == ASKED || state == FAILED || state == FINISHED)
		world_get(world, 0, true, &obj);
	if (state == FINISHED || state == FINISHED_UNASKED)
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	if (state == HANDED_OVER_AND_PRESERVED)
		preserve(world, 0);
}

static struct world *bring(enum column column, enum state state)
{
	struct world *world =
		world_create(columns[column].profile, NULL, columns[column].quirks_off);

	bring_outgoing(world, state);
	if (state >= HANDED_OVER)
		bring_incoming(world, state);
	world_forget_log(world);
	return world;
}

static void check(enum column column, enum state state, bool incoming)
{
	const int wanted = incoming ? expected[state].incoming[column] :
				      expected[state].outgoing[column];
	struct world *world = bring(column, state);
	void *obj = world;
	int result;

	for (int again = 0; again < 3; again++) {
		result = world_get(world, 0, incoming, &obj);
		if (!result)
			result = (int)(uintptr_t)obj;
		else
			assert_null(obj);
		if (result != wanted)
			fail_msg("%s%s: state %d, %s: %d, not %d", columns[column].profile,
				 columns[column].quirks_off ? " without quirks" : "", state,
				 incoming ? "incoming" : "outgoing", result, wanted);
	}
	assert_int_equal(world->machine->kernel.task->locks_held, 0);
	if (columns[column].quirks_off)
		assert_int_equal(world_unsafe(world), 0);
	world_destroy(world);
}

static void every_getter_in_every_state_answers_as_the_table_says(void **unused)
{
	unsigned int count = 0;

	for (int column = 0; column < COLUMNS; column++) {
		for (int state = 0; state < STATES; state++) {
			check((enum column)column, (enum state)state, true);
			check((enum column)column, (enum state)state, false);
			count += 2;
		}
	}
	print_message("%u combinations of profile, quirks, state and getter\n", count);
}

/* What must not be called, in any state: another profile's functions, and giving back too much. */
static void give_back(struct world *world, int what)
{
	struct liveupdate_flb *flb = world_flb(world, 0);

	switch (what) {
	case 0:
		liveupdate_flb_incoming_unlock(flb, NULL);
		break;
	case 1:
		liveupdate_flb_outgoing_unlock(flb, (void *)0x1000);
		break;
	case 2:
		liveupdate_flb_put_incoming(flb);
		break;
	case 3:
		liveupdate_flb_put_outgoing(flb);
		break;
	}
}

static void giving_back_what_was_not_taken_changes_nothing(void **unused)
{
	unsigned int count = 0;

	for (int column = 0; column < COLUMNS; column++) {
		for (int i = 0; i < STATES * 4; i++, count++) {
			struct world *world = bring((enum column)column, (enum state)(i / 4));
			bool uninitialized = world_is_rfc(world) &&
					     !world_flb(world, 0)->private.initialized && i % 4 < 2;
			unsigned long warns = world_warns(world);

			give_back(world, i % 4);
			assert_int_equal(world_warns(world) > warns, !uninitialized);
			assert_no_log(world);
			assert_int_equal(world->machine->kernel.task->locks_held, 0);
			world_destroy(world);
		}
	}
	print_message("%u combinations of profile, quirks, state and giver\n", count);
}

static void the_other_familys_getters_are_not_there_in_any_state(void **unused)
{
	unsigned int count = 0;

	for (int column = 0; column < COLUMNS; column++) {
		for (int state = 0; state < STATES; state++, count += 2) {
			struct world *world = bring((enum column)column, (enum state)state);
			struct liveupdate_flb *flb = world_flb(world, 0);
			unsigned long warns = world_warns(world);
			bool rfc = world_is_rfc(world);
			void *obj;

			assert_int_equal(rfc ? liveupdate_flb_get_incoming(flb, &obj) :
					       liveupdate_flb_incoming_locked(flb, &obj),
					 -EOPNOTSUPP);
			assert_int_equal(rfc ? liveupdate_flb_get_outgoing(flb, &obj) :
					       liveupdate_flb_outgoing_locked(flb, &obj),
					 -EOPNOTSUPP);
			assert_int_equal(world_warns(world), warns + 2);
			assert_no_log(world);
			world_destroy(world);
		}
	}
	print_message("%u combinations with the other family\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_getter_in_every_state_answers_as_the_table_says),
		cmocka_unit_test(giving_back_what_was_not_taken_changes_nothing),
		cmocka_unit_test(the_other_familys_getters_are_not_there_in_any_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
