// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Registering file handlers and FLBs: docs/facts.md section 3, every error of it. */
#include "tests/support/world_test.h"

/* How often each registration pins its module: once, unless that defect is mended. */
static int pins(const char *profile)
{
	return lfb_profile_has_quirk(profile, "MODULE_PINNED_FROM_REGISTRATION");
}

#define required(member) offsetof(struct liveupdate_file_ops, member)

static void clear_op(void *ops, size_t offset)
{
	memset((char *)ops + offset, 0, sizeof(void *));
}

static void a_handler_needs_its_five_required_ops_and_no_other(void **state)
{
	static const struct {
		size_t offset;
		int result;
	} ops[] = {
		{ required(can_preserve), -EINVAL },
		{ required(preserve), -EINVAL },
		{ required(unpreserve), -EINVAL },
		{ required(retrieve), -EINVAL },
		{ required(finish), -EINVAL },
		{ required(freeze), 0 },
		{ required(unfreeze), 0 },
		{ required(can_finish), 0 },
		{ required(get_id), 0 },
		{ required(owner), 0 },
	};

	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
			struct world *world = world_create(profile, NULL, NULL);

			clear_op(world_file_ops(world, 0), ops[i].offset);
			assert_int_equal(world_register(world, 0), ops[i].result);
			assert_int_equal(list_empty(&world_luo(world)->handlers),
					 ops[i].result != 0);
			world_destroy(world);
		}
	}
}

/* linux-7.3 follows what it is given. */
static void no_handler_and_no_ops_are_invalid(void **state)
{
	for_each_profile(profile) {
		const bool dies = luo_profile_find(profile)->trusts_callers;

		for (int no_ops = 0; no_ops < 2; no_ops++) {
			struct world *world = world_create(profile, NULL, NULL);

			world_handler(world, 0)->ops = NULL;
			assert_int_equal(liveupdate_register_file_handler(
						 no_ops ? world_handler(world, 0) : NULL),
					 dies ? -EFAULT : -EINVAL);
			assert_int_equal(lfb_machine_state(world->machine),
					 dies ? LFB_PANICKED : LFB_RUNNING);
			world_destroy(world);
		}
	}
}

static void two_handlers_cannot_share_a_compatible(struct world *world)
{
	assert_int_equal(world_register(world, 0), 0);
	assert_int_equal(world_register(world, 0), -EEXIST);
	memcpy((char *)world_handler(world, 1)->compatible, world_handler(world, 0)->compatible,
	       LIVEUPDATE_HNDL_COMPAT_LENGTH);
	assert_int_equal(world_register(world, 1), -EEXIST);
	assert_int_equal(module_refcount(&world->recorder->this_module),
			 pins(world_profile(world)));
	/* All 48 bytes count. */
	memset((char *)world_handler(world, 1)->compatible, 'x', 47);
	memset((char *)world_handler(world, 2)->compatible, 'x', 47);
	((char *)world_handler(world, 2)->compatible)[46] = 'y';
	assert_int_equal(world_register(world, 1), 0);
	assert_int_equal(world_register(world, 2), 0);
}

/* Everything that can be wrong with a registration, in all combinations. */
enum wrong { OP_MISSING = 1, TOO_LATE = 2, TAKEN = 4, GOING = 8, ALL_WRONG = 16 };

static int first_error(const char *profile, unsigned int wrong)
{
	/* From linux-7.3 on it is never too late. */
	bool in_time = luo_profile_find(profile)->register_until == LUO_REGISTER_ALWAYS;

	if (wrong & OP_MISSING)
		return -EINVAL;
	if ((wrong & TOO_LATE) && !in_time)
		return -EBUSY;
	if (wrong & TAKEN)
		return -EEXIST;
	return (wrong & GOING) && pins(profile) ? -EAGAIN : 0;
}

/* Handler 0 with FLB 0 is there; handler 1 and FLB 1 are tried. */
static struct world *about_to_register(const char *profile, unsigned int wrong)
{
	struct world *world = world_create(profile, NULL, NULL);

	world_wire(world, "0:0");
	if (world_is_rfc(world))
		assert_int_equal(liveupdate_init_flb(world_flb(world, 1)), 0);
	if (wrong & OP_MISSING) {
		world_file_ops(world, 1)->finish = NULL;
		world_flb_ops(world, 1)->finish = NULL;
	}
	if (wrong & TOO_LATE)
		assert_descriptor(world_session(world, "s"));
	if (wrong & TAKEN) {
		memcpy((char *)world_handler(world, 1)->compatible,
		       world_handler(world, 0)->compatible, LIVEUPDATE_HNDL_COMPAT_LENGTH);
		memcpy((char *)world_flb(world, 1)->compatible, world_flb(world, 0)->compatible,
		       LIVEUPDATE_FLB_COMPAT_LENGTH);
	}
	if (wrong & GOING)
		world->recorder->this_module.state = MODULE_STATE_GOING;
	return world;
}

static void registering_reports_the_first_error_of_its_order(void **state)
{
	for_each_profile(profile) {
		for (unsigned int wrong = 0; wrong < ALL_WRONG; wrong++) {
			struct world *world = about_to_register(profile, wrong);
			int error = first_error(profile, wrong);

			assert_int_equal(world_link(world, 0, 1), error);
			assert_int_equal(world_register(world, 1), error);
			assert_int_equal(module_refcount(&world->recorder->this_module),
					 (error ? 2 : 4) * pins(profile));
			world_destroy(world);
		}
	}
}

static void a_handler_that_was_renamed_is_still_registered(struct world *world)
{
	assert_int_equal(world_register(world, 0), 0);
	strcpy((char *)world_handler(world, 0)->compatible, "other");
	assert_int_equal(world_register(world, 0), -EEXIST);
	assert_int_equal(world_register(world, 1), 0);
}

/* A kernel would read on behind the field. */
static void a_name_without_end_is_not_registered(struct world *world)
{
	struct liveupdate_file_handler *fh = world_handler(world, 0);
	struct liveupdate_flb *flb = world_flb(world, 0);
	unsigned long unsafe = lfb_event_count(world->machine, LFB_EVENT_UNSAFE);

	world_wire(world, "1:");
	memset((char *)fh->compatible, 'x', sizeof(fh->compatible));
	assert_int_equal(liveupdate_register_file_handler(fh), -EINVAL);
	if (!strcmp(world_profile(world), "rfc-v6"))
		assert_int_equal(liveupdate_init_flb(flb), 0);
	memset((char *)flb->compatible, 'x', sizeof(flb->compatible));
	fh = world_handler(world, 1);
	assert_int_equal(liveupdate_register_flb(fh, flb), -EINVAL);
	assert_int_equal(lfb_event_count(world->machine, LFB_EVENT_UNSAFE), unsafe + 2);
}

/* Where registering pins nothing, using does: linux_7_3_test.c. */
static void a_module_that_is_going_away_registers_nothing(struct world *world)
{
	world->recorder->this_module.state = MODULE_STATE_GOING;
	assert_int_equal(world_register(world, 0), -EAGAIN);
	assert_true(list_empty(&world_luo(world)->handlers));
	world->recorder->this_module.state = MODULE_STATE_LIVE;
	assert_int_equal(world_register(world, 0), 0);
	world->recorder->this_module.state = MODULE_STATE_GOING;
	assert_int_equal(world_link(world, 0, 0), -EAGAIN);
	assert_true(list_empty(&world_luo(world)->flbs));
	assert_true(list_empty(&world_handler(world, 0)->private.flb_list));
}

static void registering_pins_the_module_once_a_handler_and_once_an_flb(struct world *world)
{
	world_wire(world, "0:0,1 1:0");
	assert_int_equal(module_refcount(&world->recorder->this_module),
			 4 * pins(world_profile(world)));
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"),
			 pins(world_profile(world)) ? -EBUSY : 0);
}

static void too_late_is_after_the_first_open_in_rfc_v6(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);

	assert_int_equal(world_register(world, 0), 0);
	assert_descriptor(world_open(world));
	assert_int_equal(world_close(world, world->device), 0);
	assert_int_equal(world_warns(world), 0);
	assert_int_equal(world_register(world, 1), -EBUSY);
	assert_int_equal(world_warns(world), 1);
	assert_int_equal(world_link(world, 0, 0), -EBUSY);
	assert_int_equal(world_warns(world), 2);
	/* A missing op and a handler that is there already come first and second. */
	clear_op(world_file_ops(world, 1), required(finish));
	assert_int_equal(world_register(world, 1), -EINVAL);
	assert_int_equal(world_register(world, 0), -EBUSY);
	world_destroy(world);
}

static void assert_all_busy(struct world *world)
{
	struct liveupdate_file_handler *handler = world_handler(world, 1);

	assert_int_equal(world_register(world, 2), -EBUSY);
	assert_int_equal(world_link(world, 0, 2), -EBUSY);
	assert_int_equal(liveupdate_unregister_flb(handler, world_flb(world, 1)), -EBUSY);
	assert_int_equal(liveupdate_unregister_file_handler(handler), -EBUSY);
}

static void too_late_is_while_any_session_exists_in_linux_7_0(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);
	int session;

	assert_descriptor(world_open(world));
	world_wire(world, "0:0 1:1");
	assert_descriptor(world_session(world, "s"));
	assert_all_busy(world);
	/* In the next kernel nobody knows of the session before it is restored. */
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_register(world, 3), 0);
	session = world_incoming(world, "s");
	assert_all_busy(world);
	assert_int_equal(world_close(world, session), 0);
	assert_int_equal(world_register(world, 2), 0);
	assert_int_equal(world_link(world, 0, 2), 0);
	assert_int_equal(world_warns(world), 0);
	world_destroy(world);
}

static void a_handler_is_unregistered_only_without_flbs(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);
	struct liveupdate_file_handler *handler = world_handler(world, 0);

	assert_int_equal(liveupdate_unregister_file_handler(handler), -EINVAL);
	assert_int_equal(liveupdate_unregister_file_handler(NULL), -EINVAL);
	world_wire(world, "0:0");
	assert_int_equal(liveupdate_unregister_file_handler(handler), -EBUSY);
	assert_int_equal(liveupdate_unregister_flb(handler, world_flb(world, 0)), 0);
	assert_int_equal(liveupdate_unregister_file_handler(handler), 0);
	assert_int_equal(liveupdate_unregister_file_handler(handler), -EINVAL);
	assert_int_equal(module_refcount(&world->recorder->this_module), 0);
	assert_int_equal(world_stats(world).slab_objects, 0);
	world_wire(world, "0:0");
	world_destroy(world);
}

static void rfc_v6_cannot_unregister(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);

	world_wire(world, "0:0");
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0)),
			 -EOPNOTSUPP);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), -EOPNOTSUPP);
	assert_int_equal(world_warns(world), 2);
	assert_int_equal(module_refcount(&world->recorder->this_module), 2);
	world_destroy(world);
}

static void only_rfc_v6_initializes_flbs(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = 1,
	};

	assert_int_equal(world_register(world, 0), 0);
	assert_int_equal(liveupdate_register_flb(world_handler(world, 0), world_flb(world, 0)),
			 -EINVAL);
	assert_int_equal(world_warns(world), 1);
	assert_int_equal(liveupdate_init_flb(NULL), -EINVAL);
	assert_int_equal(lfb_fault_arm(world->machine, &plan), 0);
	assert_int_equal(liveupdate_init_flb(world_flb(world, 0)), -ENOMEM);
	assert_int_equal(liveupdate_init_flb(world_flb(world, 0)), 0);
	assert_int_equal(liveupdate_register_flb(world_handler(world, 0), world_flb(world, 0)), 0);
	world_destroy(world);

	world = world_create("linux-7.0", NULL, NULL);
	assert_int_equal(liveupdate_init_flb(world_flb(world, 0)), -EOPNOTSUPP);
	assert_int_equal(world_warns(world), 1);
	world_destroy(world);
}

static void an_flb_needs_all_four_ops_a_handler_and_itself(struct world *world)
{
	static const size_t ops[] = {
		offsetof(struct liveupdate_flb_ops, preserve),
		offsetof(struct liveupdate_flb_ops, unpreserve),
		offsetof(struct liveupdate_flb_ops, retrieve),
		offsetof(struct liveupdate_flb_ops, finish),
	};
	unsigned long warns = 0;

	assert_int_equal(world_register(world, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		clear_op(world_flb_ops(world, (unsigned int)i), ops[i]);
		assert_int_equal(world_link(world, 0, (unsigned int)i), -EINVAL);
		assert_int_equal(world_warns(world), ++warns);
	}
	/* A kernel that follows what it is given dies of the first. */
	if (luo_profile_find(world_profile(world))->trusts_callers) {
		assert_int_equal(liveupdate_register_flb(NULL, NULL), -EFAULT);
		assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
		return;
	}
	world_flb(world, 5)->ops = NULL;
	assert_int_equal(world_link(world, 0, 5), -EINVAL);
	assert_int_equal(liveupdate_register_flb(NULL, world_flb(world, 6)), -EINVAL);
	assert_int_equal(liveupdate_register_flb(world_handler(world, 0), NULL), -EINVAL);
	assert_int_equal(liveupdate_register_flb(NULL, NULL), -EINVAL);
	assert_int_equal(world_warns(world), warns + 4);
}

static void an_flb_is_linked_only_to_a_registered_handler(void **state)
{
	struct world *world;

	for_each_profile(profile) {
		world = world_create(profile, NULL, "FLB_REGISTER_UNCHECKED_HANDLER");
		assert_int_equal(world_link(world, 0, 0), -EINVAL);
		assert_int_equal(world_warns(world), 1);
		world_destroy(world);
	}
	/* One that was registered and is no more fails with the quirk as well. */
	world = world_create("linux-7.0", NULL, NULL);
	assert_int_equal(world_register(world, 0), 0);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), 0);
	assert_int_equal(world_link(world, 0, 0), -EINVAL);
	assert_int_equal(world_unsafe(world), 0);
	world_destroy(world);
}

static void an_flb_is_linked_to_a_handler_once(struct world *world)
{
	world_wire(world, "0:0 1:0");
	assert_int_equal(world_link(world, 0, 0), -EEXIST);
	assert_int_equal(world_luo(world)->flb_count, 1);
	assert_int_equal(world_flb(world, 0)->private.users, 2);
	/* Another FLB of that name is refused whatever its handler. */
	memcpy((char *)world_flb(world, 1)->compatible, world_flb(world, 0)->compatible,
	       LIVEUPDATE_FLB_COMPAT_LENGTH);
	assert_int_equal(world_link(world, 0, 1), -EEXIST);
	assert_int_equal(world_link(world, 1, 1), -EEXIST);
	assert_int_equal(world_luo(world)->flb_count, 1);
	assert_int_equal(world_stats(world).slab_objects, 2);
}

static void there_are_63_flbs_at_most(struct world *world)
{
	world_wire(world, "0: 1:");
	for (unsigned int i = 0; i < 63; i++)
		assert_int_equal(world_link(world, 0, i), 0);
	assert_int_equal(world_link(world, 0, 63), -ENOSPC);
	assert_int_equal(world_link(world, 1, 63), -ENOSPC);
	/* The limit is on FLBs, not on links, and comes before the name is compared. */
	for (unsigned int i = 0; i < 63; i++)
		assert_int_equal(world_link(world, 1, i), 0);
	memcpy((char *)world_flb(world, 64)->compatible, world_flb(world, 0)->compatible,
	       LIVEUPDATE_FLB_COMPAT_LENGTH);
	assert_int_equal(world_link(world, 0, 64), -ENOSPC);
	assert_int_equal(world_link(world, 0, 5), -EEXIST);
	assert_int_equal(module_refcount(&world->recorder->this_module),
			 (2 + 63) * pins(world_profile(world)));
}

static void an_flb_without_memory_for_its_link_is_not_linked(struct world *world)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = 1,
	};

	world_wire(world, "0:0");
	if (world_is_rfc(world))
		assert_int_equal(liveupdate_init_flb(world_flb(world, 1)), 0);
	lfb_fault_arm(world->machine, &plan);
	assert_int_equal(world_link(world, 0, 1), -ENOMEM);
	assert_int_equal(world_luo(world)->flb_count, 1);
	assert_int_equal(module_refcount(&world->recorder->this_module),
			 2 * pins(world_profile(world)));
	assert_int_equal(world_link(world, 0, 1), 0);
}

static void the_last_unlink_takes_an_flb_off_the_global_list(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);

	world_wire(world, "0:0,1 1:0 2:");
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0)),
			 0);
	assert_int_equal(world_luo(world)->flb_count, 2);
	assert_int_equal(module_refcount(&world->recorder->this_module), 5);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0)),
			 -ENOENT);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 2), world_flb(world, 0)),
			 -ENOENT);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 3), world_flb(world, 0)),
			 -ENOENT);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 1), world_flb(world, 0)),
			 0);
	assert_int_equal(world_luo(world)->flb_count, 1);
	assert_int_equal(module_refcount(&world->recorder->this_module), 4);
	assert_int_equal(liveupdate_unregister_flb(NULL, world_flb(world, 0)), -EINVAL);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), NULL), -EINVAL);
	/* Its name is free again, and its place in the order is now the last. */
	assert_int_equal(world_link(world, 2, 0), 0);
	assert_ptr_equal(list_last_entry(&world_luo(world)->flbs, struct liveupdate_flb,
					 private.list),
			 world_flb(world, 0));
	world_destroy(world);
}

static void nothing_works_when_live_update_is_off(void **state)
{
	for (int off = 0; off < 2; off++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.memory = 8 << 20,
			.profile = "rfc-v6",
			.kho_off = off == 0,
			.liveupdate_off = off == 1,
		};
		struct world *world = world_create_with(&options);
		struct liveupdate_file_handler *handler = world_handler(world, 0);
		struct liveupdate_flb *flb = world_flb(world, 0);
		struct file *file;
		void *obj;
		u64 token;

		assert_false(liveupdate_enabled());
		assert_int_equal(liveupdate_register_file_handler(handler), -EOPNOTSUPP);
		assert_int_equal(liveupdate_unregister_file_handler(handler), -EOPNOTSUPP);
		assert_int_equal(liveupdate_init_flb(flb), -EOPNOTSUPP);
		assert_int_equal(liveupdate_register_flb(handler, flb), -EOPNOTSUPP);
		assert_int_equal(liveupdate_unregister_flb(handler, flb), -EOPNOTSUPP);
		assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), -EOPNOTSUPP);
		assert_int_equal(liveupdate_flb_outgoing_locked(flb, &obj), -EOPNOTSUPP);
		assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), -EOPNOTSUPP);
		assert_int_equal(liveupdate_flb_get_outgoing(flb, &obj), -EOPNOTSUPP);
		assert_int_equal(liveupdate_get_token_outgoing(NULL, NULL, &token), -EOPNOTSUPP);
		assert_int_equal(liveupdate_get_file_incoming(NULL, 0, &file), -EOPNOTSUPP);
		liveupdate_flb_incoming_unlock(flb, NULL);
		liveupdate_flb_put_incoming(flb);
		assert_int_equal(world_open(world), -ENOENT);
		/* Such a kernel can still kexec; it just hands nothing over. */
		assert_int_equal(liveupdate_reboot(), 0);
		assert_int_equal(world_warns(world), 0);
		assert_int_equal(world_reboot(world), 0);
		assert_false(is_kho_boot());
		world_destroy(world);
	}
	assert_false(liveupdate_enabled());
	assert_int_equal(liveupdate_register_file_handler(NULL), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handler_needs_its_five_required_ops_and_no_other),
		cmocka_unit_test(no_handler_and_no_ops_are_invalid),
		world_test_in(world_profiles, two_handlers_cannot_share_a_compatible),
		cmocka_unit_test(registering_reports_the_first_error_of_its_order),
		world_test_in(world_profiles, a_handler_that_was_renamed_is_still_registered),
		world_test_in(world_profiles, a_name_without_end_is_not_registered),
		world_test_in(world_early_profiles, a_module_that_is_going_away_registers_nothing),
		world_test_in(world_profiles,
			      registering_pins_the_module_once_a_handler_and_once_an_flb),
		cmocka_unit_test(too_late_is_after_the_first_open_in_rfc_v6),
		cmocka_unit_test(too_late_is_while_any_session_exists_in_linux_7_0),
		cmocka_unit_test(a_handler_is_unregistered_only_without_flbs),
		cmocka_unit_test(rfc_v6_cannot_unregister),
		cmocka_unit_test(only_rfc_v6_initializes_flbs),
		world_test_in(world_profiles, an_flb_needs_all_four_ops_a_handler_and_itself),
		cmocka_unit_test(an_flb_is_linked_only_to_a_registered_handler),
		world_test_in(world_profiles, an_flb_is_linked_to_a_handler_once),
		world_test_in(world_profiles, there_are_63_flbs_at_most),
		world_test_in(world_profiles, an_flb_without_memory_for_its_link_is_not_linked),
		cmocka_unit_test(the_last_unlink_takes_an_flb_off_the_global_list),
		cmocka_unit_test(nothing_works_when_live_update_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
