// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* linux-7.3's registry and its hold on modules. docs/facts.md sections 3 and 6. */
#include "tests/support/linux_7_3.h"

#include <luo/cmocka.h>

/*
 * Registering
 */

static void registering_is_possible_at_any_time(struct world *world)
{
	world_wire(world, "0:0");
	world_fill(world, 1, 0);
	assert_int_equal(world_register(world, 1), 0);
	assert_int_equal(world_link(world, 1, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	/* Between the kernel's first open and its sessions' end, too. */
	assert_descriptor(world_incoming(world, "s0"));
	assert_descriptor(world_session(world, "next"));
	assert_int_equal(world_register(world, 1), 0);
	assert_int_equal(world_link(world, 1, 1), 0);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 1), world_flb(world, 1)),
			 0);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 1)), 0);
	assert_int_equal(world_register(world, 1), 0);
	assert_int_equal(world_warns(world), 0);
}

static void unregistering_a_handler_unlinks_its_flbs(struct world *world)
{
	struct luo *luo = world_luo(world);

	world_wire(world, "0:0,1,2 1:1");
	assert_int_equal(luo->flb_count, 3);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), 0);
	/* FLB 1 has another handler. */
	assert_int_equal(luo->flb_count, 1);
	assert_ptr_equal(list_first_entry(&luo->flbs, struct liveupdate_flb, private.list),
			 world_flb(world, 1));
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 1)), 0);
	assert_int_equal(luo->flb_count, 0);
	assert_true(list_empty(&luo->handlers));
	assert_int_equal(world_warns(world), 0);
	/* All of it can come again. */
	world_wire(world, "0:0,1,2 1:1");
}

static void unlinking_what_is_not_linked_warns(struct world *world)
{
	world_wire(world, "0:0 1:1");
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 1)),
			 -ENOENT);
	assert_int_equal(world_warns(world), 1);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 1), world_flb(world, 1)),
			 0);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 1), world_flb(world, 1)),
			 -ENOENT);
	assert_int_equal(world_warns(world), 2);
}

/* What is not there to be unregistered: linux-7.3 follows its list, reference says what it is. */
enum nothing { NEVER, TWICE, NO_HANDLER, FLB_OF_NEVER, FLB_OF_NONE, NOTHINGS };

static int unregister_nothing(struct world *world, enum nothing nothing)
{
	struct liveupdate_file_handler *handler = world_handler(world, 0);

	switch (nothing) {
	case TWICE:
		assert_int_equal(world_register(world, 0), 0);
		assert_int_equal(liveupdate_unregister_file_handler(handler), 0);
		return liveupdate_unregister_file_handler(handler);
	case NEVER:
		return liveupdate_unregister_file_handler(handler);
	case NO_HANDLER:
		return liveupdate_unregister_file_handler(NULL);
	case FLB_OF_NEVER:
		return liveupdate_unregister_flb(handler, world_flb(world, 0));
	default:
		return liveupdate_unregister_flb(NULL, world_flb(world, 0));
	}
}

static void unregistering_what_is_not_registered_is_named(void **state)
{
	for_each_linux_7_3(profile) {
		const bool dies = luo_profile_find(profile)->trusts_callers;

		for (enum nothing nothing = 0; nothing < NOTHINGS; nothing++) {
			struct world *world = world_create(profile, NULL, NULL);
			int err = unregister_nothing(world, nothing);

			assert_int_equal(err, dies ? -EFAULT :
					      nothing == FLB_OF_NEVER ? -ENOENT : -EINVAL);
			assert_int_equal(lfb_findings_of(world->machine,
							 LFB_FINDING_MODULE_BAD_REGISTRATION), 1);
			assert_int_equal(lfb_machine_state(world->machine),
					 dies ? LFB_PANICKED : LFB_RUNNING);
			world_destroy(world);
		}
	}
}

static void a_file_outlives_the_registration_of_its_handler(struct world *world)
{
	int session;

	world_wire(world, "0:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), 0);
	assert_int_equal(world_preserve(world, session, 2, 0, 2), -ENOENT);
	assert_int_equal(module_refcount(&world->recorder->this_module), 1);
	world_forget_log(world);
	assert_int_equal(world_close(world, session), 0);
	assert_log(world, "file h0.unpreserve ino=1 data=d001");
	assert_int_equal(module_refcount(&world->recorder->this_module), 0);
}

/* What a callback does while the registry is locked for reading. */
enum nested { REGISTER_HANDLER, UNREGISTER_HANDLER, LINK, UNLINK, NESTED };

static void change_registry(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, "file h0.can_preserve"))
		return;
	switch (*(const enum nested *)world->context) {
	case REGISTER_HANDLER:
		world_register(world, 1);
		break;
	case UNREGISTER_HANDLER:
		liveupdate_unregister_file_handler(world_handler(world, 0));
		break;
	case LINK:
		world_link(world, 0, 1);
		break;
	default:
		liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0));
		break;
	}
}

static void changing_the_registry_inside_can_preserve_deadlocks(void **state)
{
	for_each_linux_7_3(profile) {
		for (enum nested nested = 0; nested < NESTED; nested++) {
			struct world *world = world_create(profile, NULL, NULL);
			int session, fd;

			world_wire(world, "0:0");
			session = world_session(world, "s");
			world->context = &nested;
			world->meddle = change_registry;
			fd = world_file(world, 0, 1);
			assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1),
					 -EDEADLK);
			assert_int_equal(lfb_machine_state(world->machine), LFB_HUNG);
			assert_non_null(strstr(lfb_error_text(world->machine),
					       "luo_register_rwlock"));
			world_destroy(world);
		}
	}
}

/*
 * Modules
 */

static void a_module_is_pinned_while_it_is_in_use(struct world *world)
{
	const struct module *module = &world->recorder->this_module;
	int a, b;

	world_wire(world, "0:0,1");
	assert_int_equal(module_refcount(module), 0);
	a = world_session(world, "a");
	b = world_session(world, "b");
	/* One for the file and one for each FLB, then one for each further file. */
	assert_int_equal(world_preserve(world, a, 1, 0, 1), 0);
	assert_int_equal(module_refcount(module), 3);
	assert_int_equal(world_preserve(world, b, 1, 0, 2), 0);
	assert_int_equal(module_refcount(module), 4);
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), -EBUSY);
	assert_int_equal(world_close(world, a), 0);
	assert_int_equal(module_refcount(module), 3);
	assert_int_equal(world_close(world, b), 0);
	assert_int_equal(module_refcount(module), 0);
	/* What fails holds nothing. */
	a = world_session(world, "a");
	world_answer(world, "flb1.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, a, 1, 0, 1), -EIO);
	assert_int_equal(module_refcount(module), 0);
	world_answer(world, "file h0.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, a, 1, 0, 1), -EIO);
	assert_int_equal(module_refcount(module), 0);
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), 0);
}

static void a_module_is_pinned_for_what_was_handed_over(struct world *world)
{
	const struct module *module = &world->recorder->this_module;
	void *obj;
	int session;

	world_wire(world, "0:0");
	world_fill(world, 2, 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(module_refcount(module), 0);
	world_open(world);
	assert_int_equal(module_refcount(module), 2);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_int_equal(module_refcount(module), 3);
	session = world_incoming(world, "s0");
	assert_descriptor(world_retrieve(world, session, 1));
	assert_int_equal(module_refcount(module), 3);
	assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(module_refcount(module), 2);
	assert_int_equal(world_finish(world, world_incoming(world, "s1")), 0);
	assert_int_equal(module_refcount(module), 0);
}

static void an_flb_whose_module_is_going_away_cannot_be_used(struct world *world)
{
	static struct module other = { .name = "other" };
	int session;
	void *obj;

	other = (struct module){ .name = "other" };
	world_flb_ops(world, 1)->owner = &other;
	world_wire(world, "0:0,1");
	session = world_session(world, "s");
	other.state = MODULE_STATE_GOING;
	world_forget_log(world);
	assert_int_equal(world_preserve(world, session, 1, 0, 1), -ENODEV);
	assert_log(world, "flb0.preserve -> 0", "flb0.unpreserve data=f000 obj=1000");
	other.state = MODULE_STATE_LIVE;
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(module_refcount(&other), 1);
	assert_int_equal(world_reboot(world), 0);

	world_flb_ops(world, 1)->owner = &other;
	other = (struct module){ .name = "other", .state = MODULE_STATE_GOING };
	world_forget_log(world);
	assert_int_equal(world_get(world, 1, true, &obj), -ENODEV);
	assert_no_log(world);
	/* That was no failed retrieve: it is not remembered. */
	other.state = MODULE_STATE_LIVE;
	assert_int_equal(world_get(world, 1, true, &obj), 0);
	assert_log(world, "flb1.retrieve data=f001 -> 0");
	assert_int_equal(module_refcount(&other), 1);
}

static void a_handler_whose_module_is_going_away_restores_nothing(struct world *world)
{
	world_wire(world, "0:");
	world_fill(world, 2, 0);
	assert_int_equal(world_reboot(world), 0);
	world->recorder->this_module.state = MODULE_STATE_GOING;
	assert_int_equal(world_open(world), -EIO);
	world->recorder->this_module.state = MODULE_STATE_LIVE;
	assert_int_equal(world_open(world), -EIO);
	assert_int_equal(module_refcount(&world->recorder->this_module), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(linux_7_3_profiles, registering_is_possible_at_any_time),
		world_test_in(linux_7_3_profiles, unregistering_a_handler_unlinks_its_flbs),
		world_test_in(linux_7_3_profiles, unlinking_what_is_not_linked_warns),
		cmocka_unit_test(unregistering_what_is_not_registered_is_named),
		world_test_in(linux_7_3_profiles, a_file_outlives_the_registration_of_its_handler),
		cmocka_unit_test(changing_the_registry_inside_can_preserve_deadlocks),
		world_test_in(linux_7_3_profiles, a_module_is_pinned_while_it_is_in_use),
		world_test_in(linux_7_3_profiles, a_module_is_pinned_for_what_was_handed_over),
		world_test_in(linux_7_3_profiles, an_flb_whose_module_is_going_away_cannot_be_used),
		world_test_in(linux_7_3_profiles,
			      a_handler_whose_module_is_going_away_restores_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
