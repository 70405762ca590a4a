// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two agents and a kernel: every call of one agent is made at every scheduling point of every
 * call of the other. A lock may keep the second one waiting, which ends the machine in a hang;
 * other than that nothing may break.
 */
#include "tests/support/linux_7_3.h"

/* What one agent has; the device is open only for the second. */
struct agent {
	struct world *world;
	struct lfb_agent *agent;
	int device;
	int outgoing; /* session with a file of FLB 0 under token 1 */
	int incoming; /* the same, from the last kernel */
	int file; /* another file of that kind */
};

enum call {
	PRESERVE,
	RETRIEVE,
	FINISH,
	CLOSE_OUTGOING,
	CLOSE_INCOMING,
	GET_INCOMING,
	GET_OUTGOING,
	CREATE,
	RETRIEVE_SESSION,
	CLOSE_DEVICE,
	REBOOT,
	CALLS,
};

static long reboot(void *argument)
{
	return liveupdate_reboot();
}

static int make_call(struct agent *agent, enum call call)
{
	struct world *world = agent->world;
	void *obj;

	switch (call) {
	case PRESERVE:
		return lfb_agent_preserve(agent->agent, agent->outgoing, agent->file, 2);
	case RETRIEVE:
		return lfb_agent_retrieve(agent->agent, agent->incoming, 1);
	case FINISH:
		return lfb_agent_finish(agent->agent, agent->incoming);
	case CLOSE_OUTGOING:
		return lfb_agent_close(agent->agent, agent->outgoing);
	case CLOSE_INCOMING:
		return lfb_agent_close(agent->agent, agent->incoming);
	case GET_INCOMING:
		return world_get(world, 0, true, &obj);
	case GET_OUTGOING:
		return world_get(world, 0, false, &obj);
	case CREATE:
		return lfb_agent_create_session(agent->agent, agent->device, "new");
	case RETRIEVE_SESSION:
		return lfb_agent_retrieve_session(agent->agent, agent->device, "listed");
	case CLOSE_DEVICE:
		return lfb_agent_close(agent->agent, agent->device);
	case REBOOT:
		return (int)lfb_machine_call(world->machine, reboot, NULL);
	case CALLS:
		break;
	}
	return -ENOSYS;
}

/* Opens the device, makes and retrieves the sessions; @number tells the two agents apart. */
static void settle(struct world *world, struct agent *agent, int number)
{
	char name[8];

	agent->world = world;
	if (number)
		assert_int_equal(lfb_agent_create(world->machine, "other", &world->agent), 0);
	agent->agent = world->agent;
	agent->device = world_open(world);
	snprintf(name, sizeof(name), "in%d", number);
	agent->incoming = world_incoming(world, name);
	snprintf(name, sizeof(name), "out%d", number);
	agent->outgoing = world_session(world, name);
	agent->file = world_file(world, 0, 5);
	assert_int_equal(world_preserve(world, agent->outgoing, 1, 0, 3), 0);
	if (!number)
		assert_int_equal(world_close(world, world->device), 0);
}

static struct world *two_agents(const char *profile, const char *quirks_off, struct agent *agents)
{
	struct world *world = world_create(profile, NULL, quirks_off);

	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "in0"), 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, world_session(world, "in1"), 1, 0, 2), 0);
	assert_int_equal(world_preserve(world, world_session(world, "listed"), 1, 0, 3), 0);
	assert_int_equal(world_reboot(world), 0);
	settle(world, &agents[0], 0);
	settle(world, &agents[1], 1);
	return world;
}

/* The second agent's turn comes at scheduling point number @at. */
struct turn {
	struct agent *agent;
	enum call call;
	unsigned int at;
	int result;
	bool taken;
	bool waits;
};

static void on_point(void *context, const char *point, const char *object)
{
	struct turn *turn = context;

	if (turn->taken || --turn->at)
		return;
	turn->taken = true;
	turn->result = make_call(turn->agent, turn->call);
	turn->waits = strstr(lfb_error_text(turn->agent->world->machine),
			     "luo_session_serialize_rwsem");
}

struct totals {
	unsigned int runs;
	unsigned int waits;
};

/* Everything can still be taken down, and nothing of the outgoing side is left. */
static void check(struct world *world, struct agent *agents)
{
	lfb_agent_destroy(agents[0].agent);
	lfb_agent_destroy(agents[1].agent);
	assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
	assert_int_equal(world_stats(world).files, 0);
	assert_int_equal(world_stats(world).sessions_outgoing, 0);
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, 0);
}

/* False when the first call has fewer scheduling points than @at. */
static bool interleave(const char *profile, const char *quirks_off, enum call first,
		       enum call second, unsigned int at, struct totals *totals)
{
	struct agent agents[2];
	struct world *world = two_agents(profile, quirks_off, agents);
	struct turn turn = { .agent = &agents[1], .call = second, .at = at };
	enum lfb_machine_state state;

	lfb_sched_to(world->machine, on_point, &turn);
	make_call(&agents[0], first);
	lfb_sched_to(world->machine, NULL, NULL);
	state = lfb_machine_state(world->machine);
	totals->runs++;
	totals->waits += state == LFB_HUNG;
	assert_true(state == LFB_RUNNING || state == LFB_HUNG);
	assert_int_equal(lfb_event_count(world->machine, LFB_EVENT_BUG), state == LFB_HUNG);
	if (quirks_off)
		assert_int_equal(world_unsafe(world), 0);
	/* After a reboot call that succeeded a correct kernel lets agents wait for ever. */
	if (state == LFB_RUNNING && !world_luo(world)->serialized)
		check(world, agents);
	world_destroy(world);
	return turn.taken;
}

static void any_call_may_come_at_any_point_of_any_other(void **state)
{
	struct totals totals = { 0 };

	for_each_profile(profile) {
		/* In slow builds with every third pair of calls. */
		for (int i = 0; i < 2 * CALLS * CALLS; i += LFB_SLOW && i % 2 ? 5 : 1) {
			enum call first = (enum call)(i / 2 / CALLS);
			enum call second = (enum call)(i / 2 % CALLS);
			unsigned int at = 1;

			/* The first agent has no device to make sessions with. */
			if (first == CREATE || first == RETRIEVE_SESSION || first == CLOSE_DEVICE)
				continue;
			while (interleave(profile, i % 2 ? "all" : NULL, first, second, at,
					  &totals))
				at++;
		}
	}
	print_message("%u interleavings, %u of them waited\n", totals.runs, totals.waits);
	assert_in_range(totals.waits, 1, totals.runs / 2);
}

/*
 * False when the call has fewer scheduling points than @at, and @result is what it answers when
 * nobody comes in between.
 */
static bool reboot_in(const char *profile, enum call call, unsigned int at, int *result)
{
	struct agent agents[2];
	struct world *world = two_agents(profile, NULL, agents);
	struct turn turn = { .agent = &agents[0], .call = REBOOT, .at = at };
	int answer;

	lfb_sched_to(world->machine, on_point, &turn);
	answer = make_call(&agents[1], call);
	lfb_sched_to(world->machine, NULL, NULL);
	assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
	assert_int_equal(world_unsafe(world), 0);
	if (turn.taken) {
		assert_int_equal(turn.result, -EAGAIN);
		assert_int_equal(answer, *result);
		assert_true(turn.waits);
	}
	*result = answer;
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_int_equal(make_call(&agents[1], CREATE), -EAGAIN);
	world_destroy(world);
	return turn.taken;
}

static void the_reboot_call_waits_for_who_changes_a_session(void **state)
{
	static const enum call calls[] = {
		PRESERVE, CLOSE_OUTGOING, CREATE, RETRIEVE, FINISH, CLOSE_INCOMING,
		RETRIEVE_SESSION,
	};

	for_each_linux_7_3(profile) {
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
			int result = 0;
			unsigned int at = 1;

			reboot_in(profile, calls[i], UINT_MAX, &result);
			while (reboot_in(profile, calls[i], at, &result))
				at++;
			assert_true(at > 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_call_may_come_at_any_point_of_any_other),
		cmocka_unit_test(the_reboot_call_waits_for_who_changes_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
