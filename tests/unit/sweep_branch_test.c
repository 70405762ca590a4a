// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sweeps whose runs begin where their point is, and end where all is as without it, find what those
 * find that go from power on to the end: the same result and, to the byte, the same text, for
 * scenarios of every kind. Linked with --wrap=lfb_machine_rewind and --wrap=lfb__sweep_is_back.
 */
#include <luo/lfb.h>

#include "sim/explore/sweep/sweep.h"
#include "tests/support/both_ways.h"

struct told {
	char *text;
	size_t size;
	FILE *stream;
	struct lfb_sweep_result result;
};

/* Of the sweeps of a test, how often a copy was put back, and how many runs ended early. */
static unsigned long runs, rewinds, ended, violations;

int __real_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy);
int __wrap_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy);

int __wrap_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	rewinds++;
	return __real_lfb_machine_rewind(machine, copy);
}

bool __real_lfb__sweep_is_back(struct lfb_sweep *sweep, size_t step);
bool __wrap_lfb__sweep_is_back(struct lfb_sweep *sweep, size_t step);

bool __wrap_lfb__sweep_is_back(struct lfb_sweep *sweep, size_t step)
{
	const bool is_back = __real_lfb__sweep_is_back(sweep, step);

	ended += is_back;
	return is_back;
}

static int keep(void *context, const char *bytes, size_t size)
{
	struct told *told = context;

	return fwrite(bytes, 1, size, told->stream) == size ? 0 : -EIO;
}

static void sweep(const struct lfb_scenario *scenario, const struct lfb_machine_options *options,
		  bool pairs, bool from_power_on, struct told *told)
{
	const struct lfb_sweep_options how = {
		.sz = sizeof(how),
		.pairs = pairs,
		.violations_max = 20,
		.write = keep,
		.context = told,
		.from_power_on = from_power_on,
	};
	struct lfb_machine *machine;
	int err;

	told->result.sz = sizeof(told->result);
	told->stream = open_memstream(&told->text, &told->size);
	assert_int_equal(lfb_machine_create(options, &machine), 0);
	err = lfb_scenario_sweep(scenario, machine, &how, &told->result);
	fprintf(told->stream, "%d %s\n", err, lfb_error_text(machine));
	lfb_machine_destroy(machine);
	fclose(told->stream);
}

static unsigned long compare(const char *path, const struct lfb_machine_options *options,
			     size_t pairs)
{
	struct told branched = { 0 }, replayed = { 0 };
	struct lfb_scenario *scenario;
	unsigned long before, ended_before;

	if (lfb_scenario_load(path, &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	sweep(scenario, options, pairs, false, &branched);
	before = rewinds;
	ended_before = ended;
	sweep(scenario, options, pairs, true, &replayed);
	assert_int_equal(rewinds, before);
	assert_int_equal(ended, ended_before);
	assert_same_text(path, "from power on", replayed.text, "branched", branched.text);
	assert_memory_equal(&branched.result, &replayed.result, sizeof(branched.result));
	runs += branched.result.runs;
	violations += branched.result.violations;
	free(branched.text);
	free(replayed.text);
	lfb_scenario_free(scenario);
	return branched.result.runs;
}

static void check_that_most_were_branched(void)
{
	printf("copies were put back %lu times for %lu runs, %lu of which ended early\n", rewinds,
	       runs, ended);
	assert_true(rewinds > runs / 2);
	runs = rewinds = ended = 0;
}

static void golden_scenarios_are_swept_the_same_way(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	char pattern[256];

	(void)state;
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.mode = LFB_MEMORY_FIXED,
			.profile = profiles[i],
		};

		snprintf(pattern, sizeof(pattern), LFB_TEST_DATA "/golden/%s/*.ops", profiles[i]);
		compare_files(pattern, LFB_SLOW ? 60 : 10, compare, &options, false,
			      "runs each way");
	}
	/* Of those whose fault happens once only, which are fewer than half. */
	assert_true(ended > runs / 8);
	check_that_most_were_branched();
}

static void the_zoo_is(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options) };

	(void)state;
	compare_files(LFB_TEST_DATA "/../zoo/*.lfb", LFB_SLOW ? 30 : 2, compare, &options, false,
		      "runs each way");
	check_that_most_were_branched();
}

static void examples_are(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options) };

	(void)state;
	compare_files(LFB_TEST_DATA "/../../examples/scenarios/*.lfb", 1, compare, &options,
		      !LFB_SLOW, "runs each way");
	check_that_most_were_branched();
}

/* What a step that failed and was done again has left shows much later: no run may end before. */
static void what_is_remembered_for_long_is_found(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options) };

	(void)state;
	violations = 0;
	compare(LFB_TEST_DATA "/sweep/remembered.lfb", &options, false);
	assert_int_equal(violations, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_scenarios_are_swept_the_same_way),
		cmocka_unit_test(the_zoo_is),
		cmocka_unit_test(examples_are),
		cmocka_unit_test(what_is_remembered_for_long_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
