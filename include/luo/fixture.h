/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A fixture for cmocka: a machine with modules, booted, and an agent in it; at the end, what should
 * be over is looked for, findings are printed, and those nobody expected fail the test.
 *
 *	static struct lfb_fixture fixture = { .modules = { &my_module } };
 *	const struct CMUnitTest tests[] = { lfb_unit_test(my_test, &fixture) };
 *
 * A test gets it as *state. For one machine that all tests of a group share, the group's setup
 * function is one that sets *state to the fixture and calls lfb_fixture_setup(), the last test
 * looks at the findings (lfb_fixture_check()), as cmocka's exit status does not tell of a group's
 * teardown.
 */
#ifndef LUO_FIXTURE_H
#define LUO_FIXTURE_H

#include <luo/cmocka.h>

/** LFB_FIXTURE_MODULES_MAX - how many modules a fixture takes. */
#define LFB_FIXTURE_MODULES_MAX 8

/**
 * struct lfb_fixture - what a test has
 * @options: how the machine is built; NULL for the defaults
 * @modules: those of its kernel image, a NULL behind the last one
 * @machine: set by lfb_fixture_setup()
 * @agent: set by lfb_fixture_setup(); closed by the end of the test
 * @expected: the findings that must be there at the end, see lfb_fixture_expect()
 */
struct lfb_fixture {
	const struct lfb_machine_options *options;
	struct lfb_module *modules[LFB_FIXTURE_MODULES_MAX + 1];
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	bool expected[LFB_FINDINGS_NR];
};

/**
 * lfb_unit_test() - a test with a fixture, for an array of struct CMUnitTest
 * @function: the test
 * @fixture: struct lfb_fixture; tests of one group may share it: each gets a machine of its own
 */
#define lfb_unit_test(function, fixture)                                                           \
	cmocka_unit_test_prestate_setup_teardown(function, lfb_fixture_setup,                      \
						 lfb_fixture_teardown, fixture)

/* What the macros call. Ends with -1. */
static inline void lfb_fixture_expect_(struct lfb_fixture *fixture, ...)
{
	va_list ids;
	int id;

	va_start(ids, fixture);
	while ((id = va_arg(ids, int)) != -1)
		fixture->expected[id] = true;
	va_end(ids);
}

/**
 * lfb_fixture_expect() - from here on the test is about these findings
 * @...: the fixture, then one or more of enum lfb_finding_id: each must be there at the end, others
 *	may not
 */
#define lfb_fixture_expect(...) lfb_fixture_expect_(__VA_ARGS__, -1)

/**
 * lfb_fixture_setup() - a setup function: builds and boots the machine, starts the agent
 * @state: where a pointer to the struct lfb_fixture is
 *
 * Return: 0, or a negative errno; the reason is printed.
 */
static inline int lfb_fixture_setup(void **state)
{
	struct lfb_fixture *fixture = (struct lfb_fixture *)*state;
	int err;

	memset(fixture->expected, 0, sizeof(fixture->expected));
	fixture->agent = NULL;
	err = lfb_machine_create(fixture->options, &fixture->machine);
	for (int i = 0; !err && i < LFB_FIXTURE_MODULES_MAX && fixture->modules[i]; i++)
		err = lfb_machine_add_module(fixture->machine, fixture->modules[i]);
	if (!err)
		err = lfb_machine_boot(fixture->machine);
	if (!err)
		err = lfb_agent_create(fixture->machine, "agent", &fixture->agent);
	if (!err)
		return 0;
	lfb_print_answer_(fixture->machine, "the fixture", err, "succeed");
	lfb_machine_destroy(fixture->machine);
	fixture->machine = NULL;
	return err;
}

/**
 * lfb_fixture_check() - is all over, and are the findings the expected ones?
 * @fixture: the fixture; its agent ends
 *
 * Prints what is not so, and all findings then. Return: that it is so.
 */
static inline bool lfb_fixture_check(struct lfb_fixture *fixture)
{
	bool good = true;

	lfb_agent_destroy(fixture->agent);
	fixture->agent = NULL;
	if (lfb_machine_state(fixture->machine) == LFB_RUNNING)
		lfb_machine_settle(fixture->machine);
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		const enum lfb_finding_id which = (enum lfb_finding_id)id;
		const bool found = lfb_findings_of(fixture->machine, which) > 0;

		if (found == fixture->expected[id])
			continue;
		good = false;
		print_error("%s is %s\n", lfb_finding_name(which),
			    found ? "found, and nobody expected it" : "expected, and not found");
	}
	if (!good)
		lfb_print_findings_(fixture->machine);
	return good;
}

/**
 * lfb_fixture_teardown() - a teardown function: lfb_fixture_check(), and the machine goes
 * @state: where a pointer to the struct lfb_fixture is
 *
 * Return: 0, -1 for a test that failed by its findings.
 */
static inline int lfb_fixture_teardown(void **state)
{
	struct lfb_fixture *fixture = (struct lfb_fixture *)*state;
	const bool good = lfb_fixture_check(fixture);

	lfb_machine_destroy(fixture->machine);
	fixture->machine = NULL;
	return good ? 0 : -1;
}

#endif
