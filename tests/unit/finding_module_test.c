// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Modules: references, and code that is gone. Each mistake raises its finding, and the same
 * without it raises none.
 */
#include "tests/support/mistake.h"

static struct world *current;	/* an exit function has no argument */

static int preserve_file(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	return session;
}

static void pin(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "file h0.preserve"))
		assert_true(try_module_get(&world->recorder->this_module));
	if (!strcmp(call, "file h0.unpreserve") && !mistaken)
		module_put(&world->recorder->this_module);
}

static void leak_a_reference(struct world *world)
{
	world_close(world, preserve_file(world));
	assert_int_equal(lfb_machine_settle(world->machine), 0);
}

static void unpin(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, "file h0.preserve"))
		return;
	if (!mistaken)
		assert_true(try_module_get(&world->recorder->this_module));
	module_put(&world->recorder->this_module);
}

/* The reference that goes is the kernel's, for the file; the kernel drops it too. */
static void put_what_is_the_kernels(struct world *world)
{
	world_close(world, preserve_file(world));
}

static void put_what_is_not_there(struct world *world)
{
	if (!mistaken)
		assert_true(try_module_get(&world->recorder->this_module));
	module_put(&world->recorder->this_module);
}

/* Taken and given back outside of callbacks it is nobody's business. */
static void put_twice_outside(struct world *world)
{
	int session = preserve_file(world);

	assert_true(try_module_get(&world->recorder->this_module));
	module_put(&world->recorder->this_module);
	if (mistaken)
		module_put(&world->recorder->this_module);
	world_close(world, session);
}

static void leave(void)
{
	if (mistaken)
		return;
	assert_int_equal(liveupdate_unregister_flb(world_handler(current, 0),
						   world_flb(current, 0)), 0);
	assert_int_equal(liveupdate_unregister_file_handler(world_handler(current, 0)), 0);
}

static void leave_registered(struct world *world)
{
	current = world;
	world->recorder->image.exit = leave;
	world_wire(world, "0:0");
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), 0);
}

static struct liveupdate_file_handler *second_handler;

static int fail_to_load(void)
{
	assert_int_equal(liveupdate_register_file_handler(second_handler), 0);
	if (!mistaken)
		assert_int_equal(liveupdate_unregister_file_handler(second_handler), 0);
	return -ENOMEM;
}

static void load_what_fails(struct world *world)
{
	static struct module this_module = { .name = "second" };
	static struct liveupdate_file_handler handler = { .compatible = "second-v1" };
	static struct lfb_module second = {
		.module = &this_module,
		.init = fail_to_load,
		.data = &handler,
		.data_size = sizeof(handler),
	};

	handler.ops = world_file_ops(world, 0);
	second_handler = &handler;
	assert_int_equal(lfb_machine_add_module(world->machine, &second), -ENOMEM);
}

static void call_what_is_gone(struct world *world)
{
	leave_registered(world);
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1),
			 mistaken ? -EFAULT : -ENOENT);
	assert_int_equal(lfb_machine_state(world->machine),
			 mistaken ? LFB_PANICKED : LFB_RUNNING);
}

static const struct mistake mistakes[] = {
	{ LFB_FINDING_MODULE_REFERENCE_LEAKED, leak_a_reference, pin },
	{ LFB_FINDING_MODULE_PUT_TWICE, put_what_is_the_kernels, unpin },
	{ LFB_FINDING_MODULE_PUT_TWICE, put_what_is_not_there },
	{ LFB_FINDING_MODULE_PUT_TWICE, put_twice_outside },
	{ LFB_FINDING_MODULE_LEFT_REGISTERED, leave_registered },
	{ LFB_FINDING_MODULE_LEFT_REGISTERED, load_what_fails },
	{ LFB_FINDING_MODULE_GONE, call_what_is_gone, NULL, LFB_FINDING_MODULE_LEFT_REGISTERED },
	{ .act = NULL },
};

/* Used, a module is pinned for good reason. */
static void a_module_in_use_is_not_pinned_idle(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);
	int session;

	session = preserve_file(world);
	assert_true(try_module_get(&world->recorder->this_module));
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), -EBUSY);
	lfb_assert_no_findings(world->machine);
	module_put(&world->recorder->this_module);
	world_close(world, session);
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), -EBUSY);
	lfb_assert_findings(world->machine, LFB_FINDING_MODULE_PINNED_IDLE);
	world_destroy(world);
}

/* Without checks as with them. */
static void code_that_is_gone_ends_the_kernel_in_any_case(void **state)
{
	struct world *world = world_create_with(&(struct lfb_machine_options){
		.sz = sizeof(struct lfb_machine_options),
		.checks = LFB_CHECKS_OFF,
	});

	mistaken = true;
	call_what_is_gone(world);
	assert_int_equal(lfb_finding_count(world->machine), 0);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mistake_tests(mistakes),
		cmocka_unit_test(a_module_in_use_is_not_pinned_idle),
		cmocka_unit_test(code_that_is_gone_ends_the_kernel_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
