// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a sweep costs: runs a second, for the examples (small) and the golden scenarios.
 */
#include <glob.h>

#include <luo/machine.h>
#include <luo/scenario.h>
#include <luo/sweep.h>

#include "tests/bench/common/bench.h"

static void fail(const char *path, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", path, why);
	exit(1);
}

static unsigned long sweep_file(struct lfb_machine *machine, const char *path, bool pairs)
{
	const struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.pairs = pairs,
		.pairs_max = 1000,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario;

	if (lfb_scenario_load(path, &scenario))
		fail(path, lfb_error_text(NULL));
	if (lfb_scenario_sweep(scenario, machine, &options, &result))
		fail(path, lfb_error_text(machine));
	if (result.violations)
		fail(path, result.first);
	lfb_scenario_free(scenario);
	return result.runs;
}

static void sweep_files(struct lfb_machine *machine, const char *what, const char *pattern,
			bool pairs)
{
	unsigned long runs = 0;
	double begin, seconds;
	glob_t files;

	if (glob(pattern, 0, NULL, &files))
		fail(pattern, "no files");
	begin = bench_now();
	for (size_t i = 0; i < files.gl_pathc; i++)
		runs += sweep_file(machine, files.gl_pathv[i], pairs);
	seconds = bench_now() - begin;
	printf("%-40s %3zu scenarios %8lu runs %8.0f a second\n", what, files.gl_pathc, runs,
	       (double)runs / seconds);
	globfree(&files);
}

int main(void)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
	};
	struct lfb_machine *machine;

	if (lfb_machine_create(&options, &machine))
		fail("machine", lfb_error_text(NULL));
	sweep_files(machine, "small: examples/scenarios, with pairs",
		    LFB_TEST_DATA "/../../examples/scenarios/*.lfb", true);
	sweep_files(machine, "golden, rfc-v6", LFB_TEST_DATA "/golden/rfc-v6/*.ops", false);
	sweep_files(machine, "golden, linux-7.3", LFB_TEST_DATA "/golden/linux-7.3/*.ops", false);
	sweep_files(machine, "many sessions, 480 operations", LFB_TEST_DATA "/golden/wire/many.ops",
		    false);
	lfb_machine_destroy(machine);
	return 0;
}
