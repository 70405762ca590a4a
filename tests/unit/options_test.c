// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Structures with an sz: callers and library may be of different versions, in all public calls.
 */
#include <luo/blob.h>
#include <luo/convert.h>
#include <luo/exhaust.h>
#include <luo/fault.h>
#include <luo/machine.h>
#include <luo/scenario.h>
#include <luo/slab.h>
#include <luo/sweep.h>

#include "tests/support/test.h"

static struct lfb_machine *machine;
static struct lfb_scenario *scenario;
static struct lfb_scenario *module;
static struct lfb_blob *blob;

/* Each makes one call, with the structure it is about. */

static int create(void *given)
{
	struct lfb_machine *made;
	int err = lfb_machine_create(given, &made);

	lfb_machine_destroy(made);
	return err;
}

static int arm(void *given)
{
	return lfb_fault_arm(machine, given);
}

static int run(void *given)
{
	return lfb_scenario_run(scenario, machine, given);
}

static int stats(void *given)
{
	return lfb_machine_stats(machine, given);
}

static int count(void *given)
{
	return lfb_blob_count(blob, given);
}

static int exhaust(void *given)
{
	struct lfb_exhaust_result found = { .sz = sizeof(found) };
	int err = lfb_exhaust_case(given, scenario, &found);

	lfb_scenario_free(found.scenario);
	return err;
}

static int exhausted(void *given)
{
	return lfb_exhaust_case(NULL, scenario, given);
}

static int search(void *given)
{
	struct lfb_exhaust_module_result found = { .sz = sizeof(found) };
	struct lfb_exhaust_module_options *options = given;
	int err;

	options->length = 1;
	err = lfb_exhaust_module(module, machine, given, &found);
	if (!err)
		lfb_exhaust_module_end(&found);
	return err;
}

static int searched(void *given)
{
	const struct lfb_exhaust_module_options one = { .sz = sizeof(one), .length = 1 };
	int err = lfb_exhaust_module(module, machine, &one, given);

	if (!err)
		lfb_exhaust_module_end(given);
	return err;
}

static int sweep(void *given)
{
	return lfb_scenario_sweep(scenario, machine, given, NULL);
}

static int swept(void *given)
{
	return lfb_scenario_sweep(scenario, machine, NULL, given);
}

static int nothing(struct lfb_machine *swept_machine, void *context)
{
	(void)swept_machine;
	(void)context;
	return 0;
}

static int body(void *given)
{
	((struct lfb_sweep_body *)given)->step = nothing;
	return lfb_sweep(machine, given, NULL, NULL, NULL);
}

static const struct taker {
	const char *name;
	int (*call)(void *given);
	size_t least;		/* of the first version */
	size_t size;		/* of this one */
	bool result;		/* it is written, not read */
} takers[] = {
	{ "machine", create, offsetof(struct lfb_machine_options, mode),
	  sizeof(struct lfb_machine_options), false },
	{ "fault plan", arm, offsetof(struct lfb_fault_plan, then), sizeof(struct lfb_fault_plan),
	  false },
	{ "run", run, offsetof(struct lfb_scenario_options, last_memory),
	  sizeof(struct lfb_scenario_options), false },
	{ "counters", stats, sizeof(size_t), sizeof(struct lfb_machine_stats), true },
	{ "handover", count, sizeof(struct lfb_handover), sizeof(struct lfb_handover), true },
	{ "exhaust", exhaust, sizeof(size_t), sizeof(struct lfb_exhaust_options), false },
	{ "exhausted", exhausted, sizeof(struct lfb_exhaust_result),
	  sizeof(struct lfb_exhaust_result), true },
	{ "search", search, sizeof(struct lfb_exhaust_module_options),
	  sizeof(struct lfb_exhaust_module_options), false },
	{ "searched", searched, sizeof(struct lfb_exhaust_module_result),
	  sizeof(struct lfb_exhaust_module_result), true },
	{ "sweep", sweep, offsetof(struct lfb_sweep_options, pairs),
	  sizeof(struct lfb_sweep_options), false },
	{ "swept", swept, sizeof(size_t), sizeof(struct lfb_sweep_result), true },
	{ "body", body, sizeof(struct lfb_sweep_body), sizeof(struct lfb_sweep_body), false },
};

static int with(const struct taker *taker, void *given, size_t sz)
{
	memcpy(given, &sz, sizeof(sz));
	return taker->call(given);
}

static void check(const struct taker *taker)
{
	const size_t room = taker->size + 64;
	char *given = calloc(1, room + 1);

	for (size_t sz = 0; sz <= room; sz++) {
		bool good = sz >= taker->least && sz % sizeof(sz) == 0;
		int err;

		memset(given, taker->result ? 0xee : 0, room + 1);
		err = with(taker, given, sz);
		if (err != (good ? 0 : -EINVAL))
			fail_msg("%s: sz %zu is answered with %d", taker->name, sz, err);
		if (good && taker->result && given[sz] != (char)0xee)
			fail_msg("%s: written behind sz %zu", taker->name, sz);
	}
	/* Something is set that is not known. */
	memset(given, 0, room);
	given[room - 1] = 1;
	assert_int_equal(with(taker, given, room), taker->result ? 0 : -E2BIG);
	assert_int_equal(given[room - 1], !taker->result);
	if (!taker->result)
		assert_true(strstr(lfb_error_text(NULL), "something is set") ||
			    strstr(lfb_error_text(machine), "something is set"));
	/* No size at all: nothing behind it is looked at. */
	assert_int_equal(with(taker, given, SIZE_MAX - 7), -E2BIG);
	free(given);
}

static void structures_may_be_shorter_or_longer(void **state)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		check(&takers[i]);
}

static long allocate(void *argument)
{
	void *memory = kmalloc(8, GFP_KERNEL);

	(void)argument;
	kfree(memory);
	return memory ? 0 : -ENOMEM;
}

/* What a shorter one lacks is zero, also where something else is there. */
static void what_a_shorter_one_lacks_is_zero(void **state)
{
	struct lfb_fault_plan plan = {
		.sz = offsetof(struct lfb_fault_plan, then),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = 1,
		.then = 1,
	};

	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_fault_arm(machine, &plan), 0);
	assert_int_equal(lfb_machine_call(machine, allocate, NULL), -ENOMEM);
	assert_int_equal(lfb_machine_call(machine, allocate, NULL), 0);
	assert_int_equal(lfb_fault_hits(machine), 1);
	assert_int_equal(lfb_fault_arm(machine, NULL), 0);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
}

static int set_up(void **state)
{
	struct lfb_scenario_options last = { .sz = sizeof(last), .last_blob = &blob };
	const char text[] = "open\nsession a\nreboot\n", code[] = "when h 0 freeze sleep\n";

	return lfb_machine_create(NULL, &machine) ||
	       lfb_scenario_parse("test", text, strlen(text), &scenario) ||
	       lfb_scenario_parse("module", code, strlen(code), &module) ||
	       lfb_scenario_run(scenario, machine, &last);
}

static int tear_down(void **state)
{
	lfb_blob_free(blob);
	lfb_scenario_free(module);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structures_may_be_shorter_or_longer),
		cmocka_unit_test(what_a_shorter_one_lacks_is_zero),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
