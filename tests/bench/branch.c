// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Branches: how often a second a machine is put back, alone and behind what was done in it; and
 * what sweeps of ever more fault points cost, each run from power on and in a copy; and what
 * searches do.
 */
#include <luo/exhaust.h>
#include <luo/machine_copy.h>
#include <luo/scenario.h>
#include <luo/sweep.h>

#include "tests/bench/common/bench.h"

#define TIMES 20000

static struct lfb_machine *new_machine(enum lfb_checks checks)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .mode = LFB_MEMORY_FIXED, .checks = checks,
	};
	struct lfb_machine *machine;

	bench_must(NULL, lfb_machine_create(&options, &machine), "create");
	return machine;
}

/* What is done between two rewinds. */

struct branched {
	struct lfb_machine *machine;
	struct lfb_machine_copy *copy;
	struct lfb_agent *agent;
	int device;
};

static void nothing(struct branched *branched)
{
}

static void create_session(struct branched *branched)
{
	bench_must(branched->machine,
		   lfb_agent_create_session(branched->agent, branched->device, "vm"), "session");
}

static void kexec(struct branched *branched)
{
	bench_must(branched->machine, lfb_machine_kexec(branched->machine), "kexec");
}

static void copy(struct branched *branched)
{
	struct lfb_machine_copy *another;

	bench_must(branched->machine, lfb_machine_copy(branched->machine, &another), "copy");
	lfb_machine_copy_free(another);
}

static void measure(const char *what, struct branched *branched, void (*act)(struct branched *))
{
	struct bench_figures figures;
	double took[BENCH_ROUNDS];

	for (int round = 0; round < BENCH_ROUNDS; round++) {
		double begin = bench_processor_now();

		for (int i = 0; i < TIMES; i++) {
			act(branched);
			bench_must(branched->machine,
				   lfb_machine_rewind(branched->machine, branched->copy), "rewind");
		}
		took[round] = (bench_processor_now() - begin) / TIMES;
	}
	figures = bench_figures(took, BENCH_ROUNDS);
	printf("  %-36s %10.0f %10.1f %10.1f %7.0f%%\n", what, 1 / figures.median,
	       figures.median * 1e6, figures.minimum * 1e6, figures.spread * 100);
	fflush(stdout);
}

static void measure_all(const char *title, enum lfb_checks checks)
{
	struct branched branched = { .machine = new_machine(checks) };
	struct lfb_machine *machine = branched.machine;

	printf("%s\n", title);
	bench_must(machine, lfb_machine_add_module(machine, bench_module_get()), "module");
	bench_must(machine, lfb_machine_boot(machine), "boot");
	bench_must(machine, lfb_agent_create(machine, "vmm", &branched.agent), "agent");
	branched.device = bench_must(machine, lfb_agent_open(branched.agent), "open");
	bench_must(machine, lfb_machine_copy(machine, &branched.copy), "copy");
	measure("rewind", &branched, nothing);
	measure("a session, rewind", &branched, create_session);
	measure("kexec, rewind", &branched, kexec);
	measure("copy, free, rewind", &branched, copy);
	lfb_machine_copy_free(branched.copy);
	lfb_machine_destroy(machine);
}

/* Sweeps */

/* So many sessions, one after the other, each of which has some fault points. */
static struct lfb_scenario *sessions(unsigned int count)
{
	struct lfb_scenario *scenario;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	fprintf(stream, "open\n");
	for (unsigned int i = 0; i < count; i++)
		fprintf(stream, "session s%u\nclose s%u\n", i, i);
	fclose(stream);
	bench_must(NULL, lfb_scenario_parse("sessions", text, size, &scenario), "parse");
	free(text);
	return scenario;
}

static double sweep(struct lfb_machine *machine, unsigned int count, enum lfb_sweep_mode mode,
		    bool from_power_on, struct lfb_sweep_result *result)
{
	const struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.mode = mode,
		.from_power_on = from_power_on,
	};
	struct lfb_scenario *scenario = sessions(count);
	double begin = bench_processor_now();

	*result = (struct lfb_sweep_result){ .sz = sizeof(*result) };
	bench_must(machine, lfb_scenario_sweep(scenario, machine, &options, result), "sweep");
	begin = bench_processor_now() - begin;
	lfb_scenario_free(scenario);
	return begin;
}

static void sweep_all(enum lfb_sweep_mode mode, const char *how)
{
	static const unsigned int counts[] = { 1, 30, 330 };
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON);
	struct lfb_sweep_result result;

	printf("sweeps, each point %s: us a run\n  %8s %8s %14s %10s %8s\n", how, "points", "runs",
	       "from power on", "branched", "ratio");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const double replayed = sweep(machine, counts[i], mode, true, &result);
		const double branched = sweep(machine, counts[i], mode, false, &result);
		const double runs = (double)result.runs;

		printf("  %8lu %8lu %14.1f %10.1f %8.2f\n", result.points[LFB_FAULT_ALLOC],
		       result.runs, 1e6 * replayed / runs, 1e6 * branched / runs,
		       branched / replayed);
		fflush(stdout);
	}
	lfb_machine_destroy(machine);
}

/* Searches */

static struct file *make_file(struct lfb_machine *machine, void *context, unsigned int kind)
{
	return bench_open_file(1);
}

static double search(enum lfb_memory_mode mode, unsigned int length, bool from_power_on,
		     struct lfb_exhaust_modules_result *result)
{
	const struct lfb_machine_options machine = {
		.sz = sizeof(machine), .memory = 8 << 20, .mode = mode,
	};
	struct lfb_module *const modules[] = { bench_module_get(), NULL };
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what),
		.modules = modules,
		.make_file = make_file,
		.length = length,
		.jobs = 1,
		.all_in_data = true,
		.from_power_on = from_power_on,
	};
	double begin = bench_processor_now();

	*result = (struct lfb_exhaust_modules_result){ .sz = sizeof(*result) };
	bench_must(NULL, lfb_exhaust_modules(&machine, &what, NULL, result), "search");
	return bench_processor_now() - begin;
}

static void search_all(const char *title, enum lfb_memory_mode mode)
{
	struct lfb_exhaust_modules_result result;

	printf("searches of a module in C, %s: us a sequence\n  %8s %8s %14s %10s %8s\n", title,
	       "length", "tried", "from power on", "branched", "ratio");
	for (unsigned int length = 3; length <= 6; length++) {
		double replayed = search(mode, length, true, &result) / (double)result.sequences;
		double branched = search(mode, length, false, &result) / (double)result.sequences;

		printf("  %8u %8llu %14.1f %10.1f %8.2f\n", length, result.sequences,
		       replayed * 1e6, branched * 1e6, branched / replayed);
		fflush(stdout);
	}
}

int main(void)
{
	printf("medians of %d runs, of the processor's time\n  %-36s %10s %10s %10s %8s\n",
	       BENCH_ROUNDS, "", "a second", "us each", "minimum", "spread");
	measure_all("checks off", LFB_CHECKS_OFF);
	measure_all("checks on", LFB_CHECKS_ON);
	sweep_all(LFB_SWEEP_ONCE, "once");
	sweep_all(LFB_SWEEP_FOREVER, "and all behind it");
	search_all("memory that moves", LFB_MEMORY_REMAP);
	search_all("fixed memory", LFB_MEMORY_FIXED);
	return 0;
}
