// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a live update costs: complete updates per second, and how cost grows with files, sessions
 * and bytes. Prints figures and ratios; decides nothing.
 */
#include <luo/blob.h>
#include <luo/choose.h>
#include <luo/mm.h>
#include <luo/profile.h>
#include <luo/trace.h>

#include "tests/bench/common/bench.h"

#define FILES_PER_SESSION 128

/*
 * The FLB: one page
 */

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(argp->obj))
		return (int)PTR_ERR(argp->obj);
	argp->data = virt_to_phys(argp->obj);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
}

const struct liveupdate_flb_ops bench_flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

/*
 * One update
 */

struct run {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	unsigned long files;
	unsigned long sessions;
	bool blob;
	double setup;	/* seconds spent on making files, which no update does */
};

static struct run *start_with(const char *profile, enum lfb_memory_mode mode, u64 memory,
			      enum lfb_checks checks)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = mode,
		.checks = checks,
		.profile = profile,
		.memory = memory,
	};
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		exit(1);
	bench_must(NULL, lfb_machine_create(&options, &run->machine), "create");
	bench_must(run->machine, lfb_machine_add_module(run->machine, bench_module_get()),
		   "module");
	bench_must(run->machine, lfb_machine_boot(run->machine), "boot");
	lfb_machine_enter(run->machine);
	bench_must(run->machine, lfb_agent_create(run->machine, "bench", &run->agent), "agent");
	run->files = 1;
	run->sessions = 1;
	return run;
}

static struct run *start(const char *profile, enum lfb_memory_mode mode, u64 memory)
{
	return start_with(profile, mode, memory, LFB_CHECKS_ON);
}

static void stop(struct run *run)
{
	lfb_machine_destroy(run->machine);
	free(run);
}

static void preserve_all(struct run *run)
{
	int device = bench_must(run->machine, lfb_agent_open(run->agent), "open");
	unsigned long left = run->files;
	double begin;
	int session, *fds;

	fds = malloc(FILES_PER_SESSION * sizeof(*fds));
	if (!fds)
		exit(1);
	for (unsigned long s = 0; s < run->sessions; s++) {
		unsigned long n = left < FILES_PER_SESSION ? left : FILES_PER_SESSION;

		session = bench_must(run->machine,
				     lfb_agent_create_session(run->agent, device,
							      bench_session_name(s)),
				     "create");
		/* The files exist before they are preserved: that is not what is measured. */
		begin = bench_now();
		for (unsigned long i = 0; i < n; i++)
			fds[i] = bench_make_file(run->machine, run->agent, i);
		run->setup += bench_now() - begin;
		for (unsigned long i = 0; i < n; i++)
			bench_must(run->machine, lfb_agent_preserve(run->agent, session, fds[i], i),
				   "preserve");
		left -= n;
	}
	free(fds);
}

static void finish_all(struct run *run)
{
	int device = bench_must(run->machine, lfb_agent_open(run->agent), "open");
	unsigned long left = run->files;

	for (unsigned long s = 0; s < run->sessions; s++) {
		unsigned long n = left < FILES_PER_SESSION ? left : FILES_PER_SESSION;

		bench_finish_session(run->machine, run->agent, device, s, n);
		left -= n;
	}
	bench_must(run->machine, lfb_agent_close(run->agent, device), "close");
}

static void update(struct run *run)
{
	struct lfb_blob *blob = NULL;

	preserve_all(run);
	bench_must(run->machine, lfb_machine_prepare(run->machine), "prepare");
	if (run->blob) {
		bench_must(run->machine, lfb_blob_capture(run->machine, &blob), "blob");
		lfb_blob_free(blob);
	}
	bench_must(run->machine, lfb_machine_jump(run->machine, NULL), "jump");
	finish_all(run);
}

/* Seconds an update takes, in a round of at least @seconds. */
static double measure_once(struct run *run, double seconds)
{
	unsigned long updates = 0;
	double begin = bench_now(), took;

	run->setup = 0;
	do {
		update(run);
		updates++;
		took = bench_now() - begin;
	} while (took < seconds);
	return (took - run->setup) / (double)updates;
}

static struct bench_figures measure(struct run *run, double seconds)
{
	double took[BENCH_ROUNDS];

	update(run);
	for (int round = 0; round < BENCH_ROUNDS; round++)
		took[round] = measure_once(run, seconds);
	return bench_figures(took, BENCH_ROUNDS);
}

/*
 * The tables
 */

static void ignore(void *context, const struct lfb_event *event)
{
	++*(unsigned long *)context;
}

static void updates_per_second(void)
{
	static const char *const modes[] = { "remapped", "fixed" };
	unsigned long events = 0;
	double fixed = 0;

	printf("medians of %d runs; ratio: to the first row\n\n", BENCH_ROUNDS);
	printf("complete updates: one session, one file, one FLB, linux-7.0, 64 MiB\n");
	printf("  %-10s %-14s %12s %10s %10s %8s %8s\n", "memory", "", "updates/s", "us each",
	       "minimum", "spread", "ratio");
	for (int mode = LFB_MEMORY_FIXED; mode >= 0; mode--) {
		for (int extra = 0; extra < 3; extra++) {
			static const char *const extras[] = { "", "blob + digest", "trace on" };
			struct run *run = start("linux-7.0", (enum lfb_memory_mode)mode, 0);
			struct bench_figures took;

			run->blob = extra == 1;
			if (extra == 2)
				lfb_trace_to(run->machine, ignore, &events);
			took = measure(run, 0.1);
			if (fixed == 0)
				fixed = took.median;
			printf("  %-10s %-14s %12.0f %10.2f %10.2f %7.0f%% %8.2f\n", modes[mode],
			       extras[extra], 1 / took.median, took.median * 1e6,
			       took.minimum * 1e6, took.spread * 100, took.median / fixed);
			stop(run);
		}
	}
}

/* Measured in turns: what else the host does hits all of them. */
static void cost_of_checks(void)
{
	static const char *const modes[] = { "remapped", "fixed" };

	printf("\nwhat watching costs: linux-7.0; ratio: updates a second, to off\n");
	printf("  %-10s %-14s %12s %10s %10s %8s %8s\n", "memory", "checks", "updates/s",
	       "us each", "minimum", "spread", "ratio");
	for (int mode = LFB_MEMORY_FIXED; mode >= 0; mode--) {
		double took[3][BENCH_ROUNDS], off = 0;

		for (unsigned int turn = 0; turn < 3 * BENCH_ROUNDS; turn++) {
			unsigned int checks = turn % 3;
			struct run *run = start_with("linux-7.0", (enum lfb_memory_mode)mode, 0,
						     (enum lfb_checks)checks);

			update(run);
			took[checks][turn / 3] = measure_once(run, 0.1);
			stop(run);
		}
		for (unsigned int i = 0; i < 3; i++) {
			static const enum lfb_checks order[] = {
				LFB_CHECKS_OFF, LFB_CHECKS_ON, LFB_CHECKS_GUARD,
			};
			static const char *const names[] = { "off", "on", "guard" };
			struct bench_figures figures = bench_figures(took[order[i]], BENCH_ROUNDS);

			if (i == 0)
				off = figures.median;
			printf("  %-10s %-14s %12.0f %10.2f %10.2f %7.0f%% %7.0f%%\n", modes[mode],
			       names[i], 1 / figures.median, figures.median * 1e6,
			       figures.minimum * 1e6, figures.spread * 100,
			       off / figures.median * 100);
		}
	}
}

struct life {
	double on, jump, off;
};

static struct life live(enum lfb_memory_mode mode)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = mode,
		.profile = "linux-7.3",
	};
	struct lfb_machine *machine;
	const double begin = bench_now();
	struct life life;

	bench_must(NULL, lfb_machine_create(&options, &machine), "create");
	bench_must(machine, lfb_machine_add_module(machine, bench_module_get()), "module");
	bench_must(machine, lfb_machine_boot(machine), "boot");
	life.on = bench_now() - begin;
	bench_must(machine, lfb_machine_prepare(machine), "prepare");
	bench_must(machine, lfb_machine_jump(machine, NULL), "jump");
	life.jump = bench_now() - begin - life.on;
	lfb_machine_destroy(machine);
	life.off = bench_now() - begin - life.on - life.jump;
	return life;
}

#define LIVES 1000

static void whole_lives(void)
{
	static const char *const modes[] = { "remapped", "fixed" };

	printf("\nwhat every test pays: a machine is made and switched on, jumps with nothing "
	       "preserved, is destroyed; linux-7.3, us\n");
	printf("  %-10s %12s %12s %12s %12s %10s %8s\n", "memory", "on", "jump", "destroyed",
	       "all", "minimum", "spread");
	for (int mode = LFB_MEMORY_FIXED; mode >= 0; mode--) {
		double on[BENCH_ROUNDS], jump[BENCH_ROUNDS], off[BENCH_ROUNDS], all[BENCH_ROUNDS];
		struct bench_figures took;

		live((enum lfb_memory_mode)mode);
		for (unsigned int round = 0; round < BENCH_ROUNDS; round++) {
			struct life sum = { 0 };

			for (unsigned int i = 0; i < LIVES; i++) {
				const struct life life = live((enum lfb_memory_mode)mode);

				sum.on += life.on / LIVES;
				sum.jump += life.jump / LIVES;
				sum.off += life.off / LIVES;
			}
			on[round] = sum.on;
			jump[round] = sum.jump;
			off[round] = sum.off;
			all[round] = sum.on + sum.jump + sum.off;
		}
		took = bench_figures(all, BENCH_ROUNDS);
		printf("  %-10s %12.2f %12.2f %12.2f %12.2f %10.2f %7.0f%%\n", modes[mode],
		       bench_figures(on, BENCH_ROUNDS).median * 1e6,
		       bench_figures(jump, BENCH_ROUNDS).median * 1e6,
		       bench_figures(off, BENCH_ROUNDS).median * 1e6, took.median * 1e6,
		       took.minimum * 1e6, took.spread * 100);
	}
}

static void other_profiles(void)
{
	const char *profile;

	double first = 0;

	printf("\nthe same in fixed memory, by profile\n");
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++) {
		struct run *run = start(profile, LFB_MEMORY_FIXED, 0);
		struct bench_figures took = measure(run, 0.1);

		if (first == 0)
			first = took.median;
		printf("  %-25s %12.0f %10.2f %10.2f %7.0f%% %8.2f\n", profile, 1 / took.median,
		       took.median * 1e6, took.minimum * 1e6, took.spread * 100,
		       took.median / first);
		stop(run);
	}
}

static void cost_per_file(void)
{
	static const unsigned long counts[] = { 1, 10, 100, 1000, 10000, 64000 };
	struct run *run;
	double empty, at_100 = 0;

	run = start("linux-7.0", LFB_MEMORY_FIXED, 256 << 20);
	run->files = 0;
	empty = measure(run, 0.1).median;
	stop(run);
	printf("\ncost of a file's whole life: preserve, freeze, serialize, restore, retrieve, "
	       "finish; fixed memory, %d files a session\n", FILES_PER_SESSION);
	printf("  %8s %12s %12s %12s %14s %8s\n", "files", "us a file", "minimum", "to 100",
	       "update, ms", "spread");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct bench_figures took;
		double each;

		run = start("linux-7.0", LFB_MEMORY_FIXED, 256 << 20);
		run->files = counts[i];
		run->sessions = (counts[i] + FILES_PER_SESSION - 1) / FILES_PER_SESSION;
		took = measure(run, 0.3);
		each = (took.median - empty) / (double)counts[i] * 1e6;
		if (counts[i] == 100)
			at_100 = each;
		printf("  %8lu %12.3f %12.3f ", counts[i], each,
		       (took.minimum - empty) / (double)counts[i] * 1e6);
		if (at_100 > 0)
			printf("%12.2f ", each / at_100);
		else
			printf("%12s ", "");
		printf("%14.3f %7.0f%%\n", took.median * 1e3, took.spread * 100);
		stop(run);
	}
}

static void cost_per_session(void)
{
	static const unsigned long counts[] = { 1, 10, 100, 400, 819 };
	double at_100 = 0;

	printf("\ncost of a session without files, linux-7.0 (its limit is 819), fixed memory\n");
	printf("  %8s %12s %12s %8s %12s\n", "sessions", "us each", "minimum", "spread",
	       "to 100");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct run *run = start("linux-7.0", LFB_MEMORY_FIXED, 0);
		struct bench_figures took;
		double each;

		run->files = 0;
		run->sessions = counts[i];
		took = measure(run, 0.1);
		each = took.median / (double)counts[i] * 1e6;
		if (counts[i] == 100)
			at_100 = each;
		printf("  %8lu %12.3f %12.3f %7.0f%% ", counts[i], each,
		       took.minimum / (double)counts[i] * 1e6, took.spread * 100);
		if (at_100 > 0)
			printf("%12.2f\n", each / at_100);
		else
			printf("%12s\n", "");
		stop(run);
	}
}

int main(void)
{
	updates_per_second();
	cost_of_checks();
	whole_lives();
	other_profiles();
	cost_per_file();
	cost_per_session();
	return 0;
}
