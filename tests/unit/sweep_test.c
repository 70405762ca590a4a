// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every step of an update that can fail does fail, once and for ever: nothing crashes, the error
 * is reported, and when the trouble is over all that was half done can be taken down.
 */
#include "tests/support/world.h"

struct run {
	struct world *world;
	int error; /* the first one */
};

/* Goes on after an error, as an agent would that checks nothing. */
static int step(struct run *run, int result)
{
	if (result < 0 && !run->error)
		run->error = result;
	return result;
}

/* What could not be registered is not linked: some kernels die of that. */
static void wire_up(struct run *run)
{
	struct world *world = run->world;
	const bool first = !step(run, world_register(world, 0));
	const bool second = !step(run, world_register(world, 1));

	if (first)
		step(run, world_link(world, 0, 0));
	if (first)
		step(run, world_link(world, 0, 1));
	if (second)
		step(run, world_link(world, 1, 1));
}

static void old_kernel(struct run *run)
{
	struct world *world = run->world;
	int session;
	void *obj;

	session = step(run, world_session(world, "a"));
	step(run, world_preserve(world, session, 1, 0, 1));
	step(run, world_preserve(world, session, 2, 1, 2));
	session = step(run, world_session(world, "b"));
	step(run, world_preserve(world, session, 1, 0, 3));
	step(run, world_get(world, 1, false, &obj));
}

static void new_kernel(struct run *run)
{
	struct world *world = run->world;
	int session;
	void *obj;

	step(run, world_get(world, 0, true, &obj));
	session = step(run, world_incoming(world, "a"));
	step(run, world_retrieve(world, session, 1));
	step(run, world_retrieve(world, session, 2));
	step(run, world_finish(world, session));
	step(run, world_close(world, session));
	session = step(run, world_incoming(world, "b"));
	step(run, world_retrieve(world, session, 1));
	step(run, world_close(world, session));
}

static void scenario(struct run *run)
{
	struct world *world = run->world;

	wire_up(run);
	old_kernel(run);
	if (step(run, lfb_machine_prepare(world->machine)))
		return;
	step(run, lfb_machine_jump(world->machine, NULL));
	world->device = -1;
	wire_up(run);
	new_kernel(run);
}

/*
 * Afterwards
 */

/* One small object a link is all that may be left. */
static unsigned long links(struct world *world)
{
	unsigned long count = 0;

	for (unsigned int i = 0; i < WORLD_FLBS; i++)
		count += world_flb(world, i)->private.users;
	return count;
}

/* An FLB that could not be linked is finished by nobody; its object keeps the module. */
static int objects(struct world *world)
{
	int count = 0;

	for (unsigned int i = 0; i < 2; i++)
		count += world_flb(world, i)->private.incoming.retrieve_status == 1;
	return count;
}

/* The agent ends and another one begins, who takes care of what is left of the last kernel. */
static void take_down(struct world *world)
{
	static const char *const names[] = { "a", "b" };

	lfb_agent_destroy(world->agent);
	world->device = -1;
	assert_int_equal(lfb_agent_create(world->machine, "second", &world->agent), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int session = world_incoming(world, names[i]);

		if (session >= 0)
			assert_int_equal(world_finish(world, session), 0);
		if (session >= 0)
			world_close(world, session);
	}
	world_close(world, world->device);
}

/* What a kernel has in use in which an update was prepared and taken back. */
static struct lfb_machine_stats baseline(const char *profile)
{
	struct run run = { world_create(profile, NULL, "all"), 0 };
	struct lfb_machine_stats stats;

	wire_up(&run);
	old_kernel(&run);
	assert_int_equal(run.error, 0);
	take_down(run.world);
	stats = world_stats(run.world);
	world_destroy(run.world);
	return stats;
}

static void check_nothing_left(struct world *world)
{
	struct lfb_machine_stats clean = baseline(world->machine->profile->name);
	struct lfb_machine_stats now = world_stats(world);

	assert_int_equal(now.files, 0);
	assert_int_equal(now.preserved_blocks, clean.preserved_blocks);
	assert_int_equal(now.sessions_outgoing, 0);
	assert_false(rwsem_is_locked(&world_luo(world)->register_lock));
	assert_false(rwsem_is_locked(&world_luo(world)->incoming.rwsem));
	assert_false(rwsem_is_locked(&world_luo(world)->outgoing.rwsem));
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(world_flb(world, i)->private.outgoing.count, 0);
	/* Later kernels hold on to what is left of the first one's. */
	if (lfb_machine_boots(world->machine) == 1)
		assert_int_equal(now.pages, clean.pages);
	/* After a restore that failed linux-7.0 lets nobody at what there is of it. */
	if (world_luo(world)->restore_error && !world_is_rfc(world))
		return;
	assert_int_equal(now.sessions_incoming, 0);
	assert_int_equal(now.slab_objects, links(world));
	assert_int_equal(module_refcount(&world->recorder->this_module), objects(world));
	if (!world_luo(world)->restore_error)
		assert_true(now.incoming_pages <= 3);
}

static void check_works_again(struct world *world)
{
	struct run run = { world, 0 };

	assert_int_equal(world_reboot(world), 0);
	scenario(&run);
	assert_int_equal(run.error, 0);
}

/* Runs the scenario with the @nth point failing; false when there are not so many. */
static bool fail_at(const char *profile, const char *quirks_off, const struct lfb_fault_plan *plan)
{
	struct world *world = world_create(profile, NULL, quirks_off);
	struct run run = { world, 0 };
	bool hit;

	lfb_fault_arm(world->machine, plan);
	scenario(&run);
	hit = lfb_fault_hits(world->machine) > 0;
	lfb_fault_arm(world->machine, NULL);
	if (!hit)
		assert_int_equal(run.error, 0);
	else if (quirks_off) /* a close tells nobody: it warns, or the session is still there */
		assert_true(run.error || world_warns(world) ||
			    world_stats(world).sessions_incoming);
	if (lfb_machine_state(world->machine) == LFB_OFF) {
		/* It could not boot. */
		world_destroy(world);
		return hit;
	}
	if (!quirks_off && lfb_findings_of(world->machine, LFB_FINDING_SESSION_LOST_AT_BOOT)) {
		/* The one that is: BOOT_ENOMEM_PANICS. */
		assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
		world_destroy(world);
		return hit;
	}
	assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
	if (liveupdate_enabled()) {
		take_down(world);
		if (quirks_off)
			check_nothing_left(world);
	}
	check_works_again(world);
	world_destroy(world);
	return hit;
}

static void sweep(const char *quirks_off)
{
	unsigned int points = 0, fired = 0;

	for_each_profile(profile) {
		for (unsigned int kind = 0; kind <= LFB_FAULT_KINDS; kind++) {
			struct lfb_fault_plan plan = {
				.sz = sizeof(plan),
				.kinds = kind < LFB_FAULT_KINDS ? 1u << kind : LFB_FAULT_ANY,
			};

			for (int forever = 0; forever < 2; forever++) {
				plan.forever = forever;
				for (plan.nth = 1; fail_at(profile, quirks_off, &plan); plan.nth++)
					points++;
				fired += plan.nth > 1;
			}
		}
	}
	/* Every kind has points, except modules that are pinned by nobody. */
	assert_true(fired >= 2 * 2 * (LFB_FAULT_KINDS - 1));
	print_message("%u points failed\n", points);
}

static void without_known_defects_every_failure_is_reported_and_leaves_nothing(void **state)
{
	sweep("all");
}

static void with_them_no_failure_is_fatal(void **state)
{
	sweep(NULL);
}

static void a_boot_survives_every_failure(void **state)
{
	unsigned int points = 0;

	for_each_profile(profile) {
		for (int forever = 0; forever < 2; forever++) {
			struct lfb_fault_plan plan = {
				.sz = sizeof(plan),
				.kinds = LFB_FAULT_ANY,
				.nth = 1,
				.forever = forever,
			};
			bool hit = true;

			for (; hit; plan.nth++, points += hit) {
				struct world *world = world_create(profile, NULL, NULL);
				int err;

				assert_int_equal(lfb_machine_shutdown(world->machine), 0);
				lfb_fault_arm(world->machine, &plan);
				err = lfb_machine_boot(world->machine);
				hit = lfb_fault_hits(world->machine) > 0;
				assert_true(!err || err == -ENOMEM);
				/* Without its outgoing state a kernel runs, without live update. */
				assert_int_equal(liveupdate_enabled(), !hit);
				lfb_fault_arm(world->machine, NULL);
				if (!err && hit) {
					assert_int_equal(lfb_agent_open(world->agent), -ENOENT);
					assert_true(world_stats(world).preserved_blocks <=
						    world->machine->kernel.kho.own_blocks +
						    lfb_profile_has_quirk(profile,
								"LATE_INIT_LEAKS_FLB_PAGE"));
					assert_int_equal(world_reboot(world), 0);
				}
				world_destroy(world);
			}
		}
	}
	print_message("%u points of a boot failed\n", points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			without_known_defects_every_failure_is_reported_and_leaves_nothing),
		cmocka_unit_test(with_them_no_failure_is_fatal),
		cmocka_unit_test(a_boot_survives_every_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
