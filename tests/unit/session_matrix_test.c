// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call an agent can make on session "s", in every state the session can be in. The tables
 * are what the shipped kernels answer, and what they would answer without their known defects.
 */
#include "tests/support/world.h"

#define NOT_OPEN 99

enum state {
	NONE, /* nobody ever heard of it */
	CREATED,
	WITH_FILE, /* token 1 */
	CLOSED, /* created, a file preserved, closed */
	SERIALIZED, /* the reboot call succeeded */
	LISTED, /* handed over with token 1, not asked for */
	RETRIEVED,
	FILE_RETRIEVED,
	BUSY, /* token 1 cannot be finished yet */
	FINISHED,
	FINISHED_AND_CLOSED,
	STUCK, /* closed while it could not be finished */
	EXPIRED, /* handed over and not finished, one kernel ago */
	STATES,
};

enum call {
	CREATE,
	RETRIEVE_SESSION,
	PRESERVE_1,
	PRESERVE_2,
	RETRIEVE_1,
	RETRIEVE_2,
	FINISH,
	CLOSE,
	CALLS,
};

#define E(name) (-E##name)
#define NO_FD E(BADF), E(BADF), E(BADF), E(BADF), E(BADF), E(BADF)

/* clang-format off */
/*                     create     session    preserve 1, 2    retrieve 1, 2         finish  close */
static const int shipped[STATES][CALLS] = {
[NONE]		    = { 0,	  E(NOENT),  NO_FD },
[CREATED]	    = { E(EXIST), E(NOENT),  0, 0,	      E(NOENT), E(NOENT),   0,	    0 },
[WITH_FILE]	    = { E(EXIST), E(NOENT),  E(EXIST), 0,     0, E(NOENT),	    0,	    0 },
[CLOSED]	    = { 0,	  E(NOENT),  NO_FD },
[SERIALIZED]	    = { E(EXIST), E(NOENT),  E(EXIST), 0,     0, E(NOENT),	    0,	    0 },
[LISTED]	    = { 0,	  0,	     NO_FD },
[RETRIEVED]	    = { 0,	  E(INVAL),  E(EXIST), 0,     0, E(NOENT),	    0,	    0 },
[FILE_RETRIEVED]    = { 0,	  E(INVAL),  E(EXIST), 0,     0, E(NOENT),	    0,	    0 },
[BUSY]		    = { 0,	  E(INVAL),  E(EXIST), 0,     0, E(NOENT),	    E(BUSY), 0 },
[FINISHED]	    = { 0,	  E(INVAL),  0, 0,	      E(NOENT), E(NOENT),   0,	    0 },
[FINISHED_AND_CLOSED] = { 0,	  E(NOENT),  NO_FD },
[STUCK]		    = { 0,	  E(INVAL),  NO_FD },
[EXPIRED]	    = { 0,	  E(NOENT),  NO_FD },
};

#define WAIT E(AGAIN)

/* Where all quirks off makes a difference; the rest is as above. */
static const int mended[STATES][CALLS] = {
[CREATED]	    = { E(EXIST), E(NOENT),  0, 0,	      E(INVAL), E(INVAL),   E(INVAL), 0 },
[WITH_FILE]	    = { E(EXIST), E(NOENT),  E(EXIST), 0,     E(INVAL), E(INVAL),   E(INVAL), 0 },
[SERIALIZED]	    = { WAIT,	  WAIT,	     WAIT, WAIT,      WAIT, WAIT,	    WAIT,   WAIT },
[STUCK]		    = { 0,	  0,	     NO_FD },
};

/* linux-7.3 and reference: what was handed over takes no more files. */
static const int closed_to_files[STATES][CALLS] = {
[RETRIEVED]	    = { 0,	  E(INVAL),  E(INVAL), E(INVAL), 0, E(NOENT),	    0,	    0 },
[FILE_RETRIEVED]    = { 0,	  E(INVAL),  E(INVAL), E(INVAL), 0, E(NOENT),	    0,	    0 },
[BUSY]		    = { 0,	  E(INVAL),  E(INVAL), E(INVAL), 0, E(NOENT),	    E(BUSY), 0 },
[FINISHED]	    = { 0,	  E(INVAL),  E(INVAL), E(INVAL), E(NOENT), E(NOENT), 0,	    0 },
};

/* clang-format on */

/* The quirk that decides what is answered in this state; NULL: none does. */
static const char *deciding_quirk(enum state state)
{
	switch (state) {
	case CREATED:
	case WITH_FILE:
		return "FILE_INCOMING_OPS_ON_OUTGOING";
	case SERIALIZED:
		return "SESSION_MUTATE_WHILE_REBOOTING";
	case STUCK:
		return "SESSION_STUCK_AFTER_FAILED_CLOSE";
	default:
		return NULL;
	}
}

static int expected(const char *profile, enum state state, enum call call, bool quirks)
{
	const char *quirk = deciding_quirk(state);

	/* The direction is looked at before anybody waits. */
	if (state == SERIALIZED && (call == RETRIEVE_1 || call == RETRIEVE_2 || call == FINISH) &&
	    !(quirks && lfb_profile_has_quirk(profile, "FILE_INCOMING_OPS_ON_OUTGOING")))
		return -EINVAL;
	if (luo_profile_find(profile)->preserve_needs_outgoing &&
	    (state == RETRIEVED || state == FILE_RETRIEVED || state == BUSY || state == FINISHED))
		return closed_to_files[state][call];
	if (quirk && !(quirks && lfb_profile_has_quirk(profile, quirk)))
		return mended[state][call];
	return shipped[state][call];
}

/* Brings a session "s" into a state; returns its descriptor. */
static int outgoing(struct world *world, enum state state)
{
	int session;

	if (state == NONE)
		return NOT_OPEN;
	session = world_session(world, "s");
	assert_descriptor(session);
	if (state == CREATED)
		return session;
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	if (state == CLOSED) {
		assert_int_equal(world_close(world, session), 0);
		return NOT_OPEN;
	}
	if (state == SERIALIZED)
		assert_int_equal(lfb_machine_prepare(world->machine), 0);
	return session;
}

static int incoming(struct world *world, enum state state)
{
	int session;

	outgoing(world, WITH_FILE);
	assert_int_equal(world_reboot(world), 0);
	if (state == EXPIRED)
		assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_open(world));
	if (state == LISTED || state == EXPIRED)
		return NOT_OPEN;
	session = world_incoming(world, "s");
	assert_descriptor(session);
	if (state == FILE_RETRIEVED)
		assert_descriptor(world_retrieve(world, session, 1));
	if (state == BUSY || state == STUCK)
		world_answer(world, "file h0.can_finish", false, -1);
	if (state == FINISHED || state == FINISHED_AND_CLOSED)
		assert_int_equal(world_finish(world, session), 0);
	if (state == STUCK || state == FINISHED_AND_CLOSED) {
		assert_int_equal(world_close(world, session), 0);
		return NOT_OPEN;
	}
	return session;
}

static int make_call(struct world *world, int session, enum call call)
{
	switch (call) {
	case CREATE:
		return lfb_agent_create_session(world->agent, world->device, "s");
	case RETRIEVE_SESSION:
		return lfb_agent_retrieve_session(world->agent, world->device, "s");
	case PRESERVE_1:
		return world_preserve(world, session, 1, 0, 11);
	case PRESERVE_2:
		return world_preserve(world, session, 2, 0, 12);
	case RETRIEVE_1:
		return world_retrieve(world, session, 1);
	case RETRIEVE_2:
		return world_retrieve(world, session, 2);
	case FINISH:
		return world_finish(world, session);
	case CLOSE:
		return world_close(world, session);
	case CALLS:
		break;
	}
	return -ENOSYS;
}

/* Whatever the call did, the kernel goes on, and the next one boots. */
static void check_alive(struct world *world)
{
	bool prepared = lfb_machine_state(world->machine) == LFB_REBOOTING;

	world_answer_nothing(world);
	if (!prepared) {
		assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
		assert_int_equal(world_preserve(world, world_session(world, "later"), 1, 0, 3), 0);
		assert_int_equal(lfb_machine_prepare(world->machine), 0);
	}
	assert_int_equal(lfb_machine_jump(world->machine, NULL), 0);
	world->device = -1;
	world_wire(world, "0:0");
	if (!prepared)
		assert_descriptor(world_retrieve(world, world_incoming(world, "later"), 1));
	assert_descriptor(world_open(world));
}

static void one_combination(const char *profile, bool quirks, enum state state, enum call call)
{
	struct world *world = world_create(profile, NULL, quirks ? NULL : "all");
	int session, result;

	world_wire(world, "0:0");
	assert_descriptor(world_open(world));
	session = state < LISTED ? outgoing(world, state) : incoming(world, state);
	result = make_call(world, session, call);
	if (result > 0)
		result = 0;
	if (result != expected(profile, state, call, quirks))
		fail_msg("%s%s: state %d, call %d: %d, not %d", profile,
			 quirks ? "" : " without quirks", state, call, result,
			 expected(profile, state, call, quirks));
	if (!quirks)
		assert_int_equal(world_unsafe(world), 0);
	check_alive(world);
	world_destroy(world);
}

static void every_call_in_every_state_answers_as_the_table_says(void **state)
{
	unsigned int count = 0;

	for_each_profile(profile) {
		for (int quirks = 0; quirks < 2; quirks++) {
			for (int s = 0; s < STATES; s++) {
				for (int c = 0; c < CALLS; c++, count++)
					one_combination(profile, quirks, (enum state)s,
							(enum call)c);
			}
		}
	}
	print_message("%u combinations of profile, quirks, state and call\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_in_every_state_answers_as_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
