// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Likewise, in guard mode: unpreserve reads what it has freed. With an argument the machine is made
 * by a fixture, without by the test.
 */
#include <luo/cmocka.h>

#include "tests/newcomer/plain/plain.h"

static u64 last;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct plain_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state)
		return -ENOMEM;
	argp->obj = state;
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	volatile struct plain_state *const state = argp->obj;

	kfree(argp->obj);
	last = state->value;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = preserve,
	.finish = unpreserve,
};

LFB_MODULE_DATA(plain) struct liveupdate_flb plain_flb = {
	.ops = &flb_ops,
	.compatible = "plain-v1",
};

static struct lfb_machine *machine;
static struct lfb_agent *agent;

static int setup(void **state)
{
	const struct lfb_machine_options guard = {
		.sz = sizeof(guard),
		.checks = LFB_CHECKS_GUARD,
	};

	return lfb_machine_create(&guard, &machine) ||
	       lfb_machine_add_module(machine, plain_module_of_the_kernel()) ||
	       lfb_machine_boot(machine) || lfb_agent_create(machine, "vmm", &agent);
}

static int teardown(void **state)
{
	lfb_machine_destroy(machine);
	return 0;
}

static void closing_takes_all_back(void **state)
{
	int device = lfb_agent_open(agent);
	int session = lfb_agent_create_session(agent, device, "vm");

	assert_int_equal(lfb_agent_preserve(agent, session, device, 1), 0);
	printf("close: %d\n", lfb_agent_close(agent, session));
	lfb_assert_no_findings(machine);
}

static void alone_it_does_too(void **state)
{
	assert_int_equal(setup(state), 0);
	closing_takes_all_back(state);
	teardown(state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest alone[] = { cmocka_unit_test(alone_it_does_too) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(closing_takes_all_back, setup, teardown),
	};

	if (argc == 1)
		return cmocka_run_group_tests(alone, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
