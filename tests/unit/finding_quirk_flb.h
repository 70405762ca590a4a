/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What shows the defects of FLBs that linux-7.3's complete tree has; for finding_quirk_test.c. */
#ifndef TESTS_UNIT_FINDING_QUIRK_FLB_H
#define TESTS_UNIT_FINDING_QUIRK_FLB_H

static void link_to_unregistered_again(struct world *world)
{
	assert_int_equal(world_register(world, 0), 0);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), 0);
	world_link(world, 0, 0);
}

static void link_while_preserved(struct world *world)
{
	int session;

	assert_int_equal(world_register(world, 0), 0);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_link(world, 0, 0), 0);
	world_close(world, session);
}

/* In the new kernel handler 1 is linked, too: its file goes first. */
static void link_more_handlers(struct world *world)
{
	int session;

	world_wire(world, "0:0 1:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	world->wiring = "0:0 1:0";
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	get(world);
	world_finish(world, session);
}

static void put_after_serializing(struct world *world)
{
	int session = one_file(world);
	void *obj;

	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	world_close(world, session);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	liveupdate_flb_put_outgoing(world_flb(world, 0));
}

static void unlink_before_finish(struct world *world)
{
	hand_over(world);
	get(world);
	liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0));
}

static void update_again(struct world *world)
{
	int session = hand_over(world);

	get(world);
	world_finish(world, session);
	world_close(world, session);
	assert_int_equal(world_reboot(world), 0);
}

static void no_object(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "flb0.preserve"))
		((struct liveupdate_flb_op_args *)args)->obj = NULL;
}

static void get_without_object(struct world *world)
{
	void *obj;

	world->meddle = no_object;
	one_file(world);
	liveupdate_flb_get_outgoing(world_flb(world, 0), &obj);
}

static void put_what_nobody_has(struct world *world)
{
	world_wire(world, "0:0");
	liveupdate_flb_put_outgoing(world_flb(world, 0));
}

static void boot_without_room_in_the_tree(struct world *world)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = 1u << LFB_FAULT_FDT, .nth = 1,
	};

	assert_int_equal(lfb_machine_shutdown(world->machine), 0);
	lfb_fault_arm(world->machine, &plan);
	assert_int_equal(lfb_machine_boot(world->machine), 0);
	lfb_fault_arm(world->machine, NULL);
}

#endif
