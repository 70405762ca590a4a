// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a module costs that is loaded, beside the same code linked in. Compiled twice: with MODULE
 * this is what of the module the program has, too.
 */
#include "tests/bench/common/bench.h"

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = kho_alloc_preserve(64);
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

#ifdef MODULE

static struct file *open_file(const char *compatible, u64 number)
{
	return strcmp(compatible, "bench-file-v1") ? NULL : bench_open_file(number);
}
LFB_MODULE_FILE(open_file);

#else

#define MODULE_PATH(name) BENCH_MODULES "/" name ".so"

/* Up to a NULL; none: the one that is linked in. */
static struct lfb_machine *machine_with(enum lfb_memory_mode mode, const char *const *paths)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .mode = mode };
	struct lfb_machine *machine;

	bench_must(NULL, lfb_machine_create(&options, &machine), "create");
	if (!*paths)
		bench_must(machine, lfb_machine_add_module(machine, bench_module_get()), "module");
	for (; *paths; paths++)
		bench_must(machine, lfb_machine_load_module(machine, *paths), *paths);
	return machine;
}

static long open_loaded(void *unused)
{
	(void)unused;
	return (long)lfb_module_file("bench-file-v1", 1);
}

static long open_linked(void *unused)
{
	(void)unused;
	return (long)bench_open_file(1);
}

static void update(struct lfb_machine *machine, struct lfb_agent *agent, bool loaded)
{
	int device = bench_must(machine, lfb_agent_open(agent), "open");
	int session = bench_must(machine, lfb_agent_create_session(agent, device,
								   bench_session_name(0)),
				 "session");
	long file = lfb_machine_call(machine, loaded ? open_loaded : open_linked, NULL);

	bench_must(machine, lfb_agent_preserve(agent, session,
					       lfb_agent_install(agent, ERR_PTR(file)), 0),
		   "preserve");
	bench_must(machine, lfb_machine_kexec(machine), "kexec");
	device = bench_must(machine, lfb_agent_open(agent), "open");
	bench_finish_session(machine, agent, device, 0, 1);
	bench_must(machine, lfb_agent_close(agent, device), "close");
}

static struct bench_figures measure(struct lfb_machine *machine, bool loaded)
{
	double took[BENCH_ROUNDS];
	struct lfb_agent *agent;

	bench_must(machine, lfb_machine_boot(machine), "boot");
	bench_must(machine, lfb_agent_create(machine, "bench", &agent), "agent");
	for (int i = 0; i < 8; i++)
		update(machine, agent, loaded);
	for (int round = 0; round < BENCH_ROUNDS; round++) {
		double begin = bench_now();
		unsigned long updates = 0;

		for (; bench_now() - begin < 0.2; updates++)
			update(machine, agent, loaded);
		took[round] = (bench_now() - begin) / (double)updates;
	}
	lfb_agent_destroy(agent);
	return bench_figures(took, BENCH_ROUNDS);
}

static const char *const none[] = { NULL };
static const char *const one[] = { MODULE_PATH("bench-module"), NULL };
static const char *const three[] = {
	MODULE_PATH("bench-module"), MODULE_PATH("keeper"), MODULE_PATH("plain"), NULL,
};

static void updates_per_second(void)
{
	static const struct {
		const char *name;
		const char *const *paths;
	} rows[] = { { "linked in", none }, { "loaded", one }, { "three", three } };
	double first = 0;

	printf("complete updates: one session, one file, one FLB; medians of %d runs; ratio: to "
	       "the first row\n", BENCH_ROUNDS);
	printf("  %-10s %-14s %12s %10s %10s %8s %8s\n", "memory", "modules", "updates/s",
	       "us each", "minimum", "spread", "ratio");
	for (int mode = LFB_MEMORY_FIXED; mode >= 0; mode--) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct lfb_machine *machine =
				machine_with((enum lfb_memory_mode)mode, rows[i].paths);
			struct bench_figures took = measure(machine, i > 0);

			first = first > 0 ? first : took.median;
			printf("  %-10s %-14s %12.0f %10.2f %10.2f %7.0f%% %8.2f\n",
			       mode == LFB_MEMORY_FIXED ? "fixed" : "remapped", rows[i].name,
			       1 / took.median, took.median * 1e6, took.minimum * 1e6,
			       took.spread * 100, took.median / first);
			lfb_machine_destroy(machine);
		}
	}
}

/* From nothing: the machine is made, the files are read. */
static void first_update(void)
{
	double took[4 * BENCH_ROUNDS];
	struct bench_figures figures;

	for (int round = 0; round < 4 * BENCH_ROUNDS; round++) {
		double begin = bench_now();
		struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, three);
		struct lfb_agent *agent;

		bench_must(machine, lfb_machine_boot(machine), "boot");
		bench_must(machine, lfb_agent_create(machine, "bench", &agent), "agent");
		update(machine, agent, true);
		took[round] = bench_now() - begin;
		lfb_machine_destroy(machine);
	}
	figures = bench_figures(took, 4 * BENCH_ROUNDS);
	printf("\na machine with three loaded modules made, booted and updated once: %.2f ms, "
	       "at least %.2f ms\n", figures.median * 1e3, figures.minimum * 1e3);
}

int main(void)
{
	updates_per_second();
	first_update();
	return 0;
}

#endif
