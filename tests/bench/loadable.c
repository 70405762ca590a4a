// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a module costs that is loaded, beside the same code linked in, and what it costs that it
 * asks before each access to memory. Compiled three times: with MODULE this is what of the module
 * the program has, too; one does not ask.
 */
#include <luo/slab.h>

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

#define WORDS 512

/* Reads and writes so many words of memory, each after the one before it. */
static long work(u64 count)
{
	u64 *words = kzalloc(WORDS * sizeof(*words), GFP_KERNEL);
	u64 sum = 1;

	for (u64 i = 0; words && i < count; i++) {
		sum += words[(sum + i) % WORDS];
		words[sum % WORDS] = sum;
	}
	kfree(words);
	return words ? (long)(sum % 2) : -ENOMEM;
}

static struct file *open_file(const char *compatible, u64 number)
{
	if (strcmp(compatible, "bench-file-v1"))
		return NULL;
	return number > 1 && work(number) < 0 ? ERR_PTR(-ENOMEM) : bench_open_file(number);
}
LFB_MODULE_FILE(open_file);

#else

#define MODULE_PATH(name) BENCH_MODULES "/" name ".so"

/* Up to a NULL; none: the one that is linked in. */
static struct lfb_machine *machine_with(enum lfb_memory_mode mode, enum lfb_checks checks,
					const char *const *paths, const char *kernel)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = mode,
		.checks = checks,
		.kernel = kernel,
	};
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

		for (; bench_now() - begin < 0.1; updates++)
			update(machine, agent, loaded);
		took[round] = (bench_now() - begin) / (double)updates;
	}
	lfb_agent_destroy(agent);
	return bench_figures(took, BENCH_ROUNDS);
}

static const char *const none[] = { NULL };
static const char *const plain[] = { MODULE_PATH("bench-plain"), NULL };
static const char *const one[] = { MODULE_PATH("bench-module"), NULL };
static const char *const three[] = {
	MODULE_PATH("bench-module"), MODULE_PATH("keeper"), MODULE_PATH("plain"), NULL,
};

static void updates_per_second(void)
{
	static const struct {
		const char *name;
		enum lfb_checks checks;
		const char *const *paths;
		bool tree;
	} rows[] = {
		{ "linked in", LFB_CHECKS_ON, none },
		{ "loaded", LFB_CHECKS_ON, plain },
		{ "that asks", LFB_CHECKS_ON, one },
		{ "three", LFB_CHECKS_ON, three },
		{ "…, a tree", LFB_CHECKS_ON, three, true },
		{ "checks off", LFB_CHECKS_OFF, plain },
		{ "…, asks", LFB_CHECKS_OFF, one },
	};
	double first = 0;

	printf("complete updates: one session, one file, one FLB; medians of %d runs; ratio: to "
	       "the first row\n", BENCH_ROUNDS);
	printf("  %-10s %-14s %12s %10s %10s %8s %8s\n", "memory", "modules", "updates/s",
	       "us each", "minimum", "spread", "ratio");
	for (int mode = LFB_MEMORY_FIXED; mode >= 0; mode--) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const char *kernel = rows[i].tree ? getenv("LFB_KERNEL_IMAGE") : NULL;
			struct lfb_machine *machine;
			struct bench_figures took;

			if (rows[i].tree && !kernel)
				continue;
			machine = machine_with((enum lfb_memory_mode)mode, rows[i].checks,
					       rows[i].paths, kernel);
			took = measure(machine, i > 0);
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
static void first_update(const char *kernel)
{
	double took[4 * BENCH_ROUNDS];
	struct bench_figures figures;

	for (int round = 0; round < 4 * BENCH_ROUNDS; round++) {
		double begin = bench_now();
		struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, LFB_CHECKS_ON,
							  three, kernel);
		struct lfb_agent *agent;

		bench_must(machine, lfb_machine_boot(machine), "boot");
		bench_must(machine, lfb_agent_create(machine, "bench", &agent), "agent");
		update(machine, agent, true);
		took[round] = bench_now() - begin;
		lfb_machine_destroy(machine);
	}
	figures = bench_figures(took, 4 * BENCH_ROUNDS);
	printf("\na machine with three loaded modules%s made, booted and updated once: %.2f ms, "
	       "at least %.2f ms\n", kernel ? " and a tree's orchestrator" : "",
	       figures.median * 1e3, figures.minimum * 1e3);
}

#define ACCESSES 2000000

static long open_many(void *unused)
{
	(void)unused;
	return (long)lfb_module_file("bench-file-v1", ACCESSES);
}

/* What the compiled code does in between is the same for all. */
static void accesses(const char *name, enum lfb_checks checks, const char *const *paths)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, checks, paths, NULL);
	double took[BENCH_ROUNDS];
	struct bench_figures figures;

	bench_must(machine, lfb_machine_boot(machine), "boot");
	for (int round = 0; round < BENCH_ROUNDS; round++) {
		double begin = bench_now();

		lfb_machine_call(machine, open_many, NULL);
		took[round] = (bench_now() - begin) / ACCESSES;
	}
	figures = bench_figures(took, BENCH_ROUNDS);
	printf("  %-22s %6.2f ns, at least %.2f ns\n", name, figures.median * 1e9,
	       figures.minimum * 1e9);
	lfb_machine_destroy(machine);
}

static void access_costs(void)
{
	printf("\na module reads a word and writes one:\n");
	accesses("that does not ask", LFB_CHECKS_ON, plain);
	accesses("that asks", LFB_CHECKS_ON, one);
	accesses("… with checks off", LFB_CHECKS_OFF, one);
}

int main(void)
{
	updates_per_second();
	first_update(NULL);
	if (getenv("LFB_KERNEL_IMAGE"))
		first_update(getenv("LFB_KERNEL_IMAGE"));
	access_costs();
	return 0;
}

#endif
