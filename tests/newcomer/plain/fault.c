// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A first test as people write it who know cmocka and no fixture of ours: an FLB follows a pointer
 * that nobody set. In the first test the machine is made and destroyed by a fixture, in the second
 * one it is left as it is. Both fail, and the fault is named though neither asks for findings.
 */
#include <luo/cmocka.h>

#include "tests/newcomer/plain/plain.h"

static int preserve(struct liveupdate_flb_op_args *argp)
{
	argp->data = ((volatile struct plain_state *)argp->obj)->value;
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
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
	return lfb_machine_create(NULL, &machine) ||
	       lfb_machine_add_module(machine, plain_module_of_the_kernel()) ||
	       lfb_machine_boot(machine) || lfb_agent_create(machine, "agent", &agent);
}

static int teardown(void **state)
{
	lfb_machine_destroy(machine);
	return 0;
}

static void preserving_succeeds(void **state)
{
	int device = lfb_agent_open(agent);
	int session = lfb_agent_create_session(agent, device, "vm");

	assert_int_equal(lfb_agent_preserve(agent, session, device, 1), 0);
	lfb_assert_no_findings(machine);
}

static void alone_it_succeeds_too(void **state)
{
	assert_int_equal(setup(state), 0);
	preserving_succeeds(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(preserving_succeeds, setup, teardown),
		cmocka_unit_test(alone_it_succeeds_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
