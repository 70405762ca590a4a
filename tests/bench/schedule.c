// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Schedules: how many there are of tasks that each take and release a lock, how many are left where
 * none goes on from a state that was seen, and how many a second are run, from power on, from a
 * copy, and reduced. Memory is as in lfb explore.
 */
#include <luo/scenario.h>
#include <luo/schedule.h>

#include "tests/bench/common/bench.h"

#define SECONDS 0.1	/* that a figure takes at least */
#define MANY 2000	/* schedules from power on would take too long */

enum how { FROM_POWER_ON, COPIED, REDUCED };

struct rate {
	struct lfb_explore_result result;
	double seconds;			/* of the processor, for all of them */
};

static struct lfb_scenario *parse(const char *name, const char *text)
{
	struct lfb_scenario *scenario;

	bench_must(NULL, lfb_scenario_parse(name, text, strlen(text), &scenario), "parse");
	return scenario;
}

/* @own: each has a lock of its own. */
static struct lfb_scenario *tasks(unsigned int count, bool own)
{
	char text[512] = "parallel {\n";

	for (unsigned int i = 0; i < count; i++) {
		const unsigned int lock = own ? i : 0;

		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "do lock %u\ndo unlock %u\n}%s", lock, lock,
			 i + 1 < count ? " {\n" : "\n");
	}
	return parse("locks", text);
}

static struct rate explore(const struct lfb_scenario *scenario, unsigned int bound, enum how how)
{
	const struct lfb_explore_options options = {
		.sz = sizeof(options),
		.bound = bound,
		.from_power_on = how == FROM_POWER_ON,
		.reduce = how == REDUCED,
	};
	struct rate rate = { .result.sz = sizeof(rate.result) };
	struct lfb_machine *machine;
	unsigned int times = 0;
	double begin;

	bench_must(NULL, lfb_machine_create(NULL, &machine), "create");
	begin = bench_processor_now();
	do {
		bench_must(machine, lfb_scenario_explore(scenario, machine, &options, &rate.result),
			   "explore");
		times++;
		rate.seconds = bench_processor_now() - begin;
	} while (rate.seconds < SECONDS);
	rate.seconds /= times;
	lfb_machine_destroy(machine);
	return rate;
}

static double a_second(const struct rate *rate)
{
	return (double)rate->result.schedules / rate->seconds;
}

static void measure(struct lfb_scenario *scenario, unsigned int count, unsigned int bound)
{
	const struct rate all = explore(scenario, bound, COPIED);
	const struct rate reduced = explore(scenario, bound, REDUCED);
	const bool few = all.result.schedules < MANY;
	const struct rate slow = few ? explore(scenario, bound, FROM_POWER_ON) : all;

	printf("  %5u %6u %10llu %10.0f ", count, bound, all.result.schedules, a_second(&all));
	if (few)
		printf("%10.0f ", a_second(&slow));
	else
		printf("%10s ", "");
	printf("%10llu %10.0f %8.2f %8.2f\n", reduced.result.schedules, a_second(&reduced),
	       (double)reduced.result.schedules / (double)all.result.schedules,
	       reduced.seconds / all.seconds);
	fflush(stdout);
}

static void measure_tasks(const char *title, bool own)
{
	printf("%s\n  %5s %6s %10s %10s %10s %10s %10s %8s %8s\n", title, "tasks", "bound",
	       "schedules", "a second", "from power", "reduced", "a second", "ratio", "of time");
	for (unsigned int count = 2; count <= 4; count++) {
		struct lfb_scenario *scenario = tasks(count, own);

		for (unsigned int bound = 0; bound <= 4; bound++)
			measure(scenario, count, bound);
		if (count < 4)
			measure(scenario, count, 1000);
		lfb_scenario_free(scenario);
	}
}

int main(void)
{
	printf("schedules a second of the processor's time, power on and all\n");
	measure_tasks("each has a lock of its own", true);
	measure_tasks("all have one lock", false);
	return 0;
}
