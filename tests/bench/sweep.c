// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a sweep costs: runs a second, for the examples (small) and the golden scenarios, which begin
 * in a copy of the machine, and the same from power on. What it finds (the defects of linux-7.3, as
 * shipped) is no matter here.
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

static unsigned long sweep_file(struct lfb_machine *machine, const char *path, bool pairs,
				bool from_power_on)
{
	const struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.pairs = pairs,
		.pairs_max = 1000,
		.from_power_on = from_power_on,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario;

	if (lfb_scenario_load(path, &scenario))
		fail(path, lfb_error_text(NULL));
	if (lfb_scenario_sweep(scenario, machine, &options, &result))
		fail(path, lfb_error_text(machine));
	lfb_scenario_free(scenario);
	return result.runs;
}

/* A round takes seconds. */
#define ROUNDS 3

/* What a run of the first row takes. */
static double first;

/* What a run takes, of the processor's time. */
static double sweep_all(struct lfb_machine *machine, const glob_t *files, bool pairs,
			bool from_power_on, unsigned long *runs)
{
	double begin = bench_processor_now();

	*runs = 0;
	for (size_t i = 0; i < files->gl_pathc; i++)
		*runs += sweep_file(machine, files->gl_pathv[i], pairs, from_power_on);
	return (bench_processor_now() - begin) / (double)*runs;
}

/* Both in turns, so that a slow moment of the host hits both. */
static void sweep_files(struct lfb_machine *machine, const char *what, const char *pattern,
			bool pairs)
{
	double took[ROUNDS], replayed[ROUNDS];
	struct bench_figures figures, before;
	unsigned long runs;
	glob_t files;

	if (glob(pattern, 0, NULL, &files))
		fail(pattern, "no files");
	for (int round = 0; round < ROUNDS; round++) {
		took[round] = sweep_all(machine, &files, pairs, false, &runs);
		replayed[round] = sweep_all(machine, &files, pairs, true, &runs);
	}
	figures = bench_figures(took, ROUNDS);
	before = bench_figures(replayed, ROUNDS);
	if (first == 0)
		first = figures.median;
	printf("%-38s %9zu %8lu %8.0f %8.1f %8.1f %7.0f%% %8.2f %8.1f %5.2f\n", what,
	       files.gl_pathc, runs, 1 / figures.median, figures.median * 1e6,
	       figures.minimum * 1e6, figures.spread * 100, figures.median / first,
	       before.median * 1e6, figures.median / before.median);
	fflush(stdout);
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
	printf("medians of %d runs, of the processor's time; ratio: to the first row; power on: us "
	       "each\nwhere all runs begin so, and what part of that the others take\n"
	       "%-38s %9s %8s %8s %8s %8s %8s %8s %8s %5s\n",
	       ROUNDS, "", "scenarios", "runs", "a second", "us each", "minimum", "spread",
	       "ratio", "power on", "part");
	sweep_files(machine, "small: examples/scenarios, with pairs",
		    LFB_TEST_DATA "/../../examples/scenarios/*.lfb", true);
	sweep_files(machine, "golden, rfc-v6, each fifth", LFB_TEST_DATA "/golden/rfc-v6/*[05].ops",
		    false);
	sweep_files(machine, "golden, linux-7.3, each tenth",
		    LFB_TEST_DATA "/golden/linux-7.3/*5.ops", false);
	lfb_machine_destroy(machine);
	return 0;
}
