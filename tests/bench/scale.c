// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What many sessions and files cost in one linux-7.3 machine: the whole life from preserve to
 * finish, against 1000 of them, and the memory they take in the kernel that preserves them. Prints
 * figures and ratios; exits 1 when cost does not stay within 1.5 times that of 1000.
 */
#include "tests/bench/common/bench.h"

#define MEMORY (8ull << 30)
#define FLAT 1.5
#define ROUNDS 7
#define ENOUGH 20000	/* of sessions or files, for a row in a round */
#define MANY 1000000	/* take seconds, and lie together: fewer rounds will do */
#define FEW_ROUNDS 3
#define LIVES_MAX (ROUNDS * ENOUGH / 1000)

/*
 * One life
 */

/* Seconds of each stretch of a life, and bytes in use. */
struct cost {
	double preserve;
	double reboot;		/* freeze, serialize, jump, boot */
	double restore;		/* the first open of the device */
	double finish;		/* retrieve, finish, close */
	double all;
	u64 old_memory;		/* more than before, when all is preserved */
	u64 handed_over;	/* of that */
	u64 new_memory;		/* more than before, when all is restored */
	u64 peak;
};

struct run {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	unsigned long sessions;
	unsigned long files;	/* a session */
	struct cost cost;
};

static struct lfb_machine_stats stats_of(const struct run *run)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	bench_must(run->machine, lfb_machine_stats(run->machine, &stats), "stats");
	return stats;
}

static void preserve_all(struct run *run)
{
	int device = bench_must(run->machine, lfb_agent_open(run->agent), "open");

	for (unsigned long s = 0; s < run->sessions; s++) {
		int session = bench_must(run->machine,
					 lfb_agent_create_session(run->agent, device,
								  bench_session_name(s)),
					 "create");

		for (unsigned long i = 0; i < run->files; i++) {
			int fd = bench_make_file(run->machine, run->agent, i);

			bench_must(run->machine, lfb_agent_preserve(run->agent, session, fd, i),
				   "preserve");
		}
	}
}

static void finish_all(struct run *run, int device)
{
	for (unsigned long s = 0; s < run->sessions; s++)
		bench_finish_session(run->machine, run->agent, device, s, run->files);
}

/* The kernel's memory is looked at between the stretches, while no time is taken. */
static void live(struct run *run)
{
	struct lfb_machine_stats empty = stats_of(run), full, fresh, restored;
	struct cost *cost = &run->cost;
	double begin = bench_processor_now();
	int device;

	preserve_all(run);
	cost->preserve = bench_processor_now() - begin;
	full = stats_of(run);
	begin = bench_processor_now();
	bench_must(run->machine, lfb_machine_kexec(run->machine), "kexec");
	cost->reboot = bench_processor_now() - begin;
	fresh = stats_of(run);
	begin = bench_processor_now();
	device = bench_must(run->machine, lfb_agent_open(run->agent), "open");
	cost->restore = bench_processor_now() - begin;
	restored = stats_of(run);
	begin = bench_processor_now();
	finish_all(run, device);
	cost->finish = bench_processor_now() - begin;
	if (stats_of(run).sessions_incoming)
		bench_must(NULL, -EBUSY, "something is left");

	cost->all = cost->preserve + cost->reboot + cost->restore + cost->finish;
	cost->old_memory = full.memory - empty.memory;
	cost->handed_over = (full.preserved_blocks - empty.preserved_blocks) * PAGE_SIZE;
	cost->new_memory = restored.memory - fresh.memory;
	cost->peak = full.memory > restored.memory ? full.memory : restored.memory;
}

/*
 * One life in a machine that is switched on for it. Its memory has a size of its own, so that small
 * lives do not get the pages of those before, which large ones never do.
 */
static struct cost live_once(unsigned long sessions, unsigned long files)
{
	static u64 lives;
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.memory = MEMORY + (lives++ % 64 << 22),
		.profile = "linux-7.3",
	};
	struct run run = { .sessions = sessions, .files = files };

	bench_must(NULL, lfb_machine_create(&options, &run.machine), "create");
	bench_must(run.machine, lfb_machine_add_module(run.machine, bench_module_get()), "module");
	bench_must(run.machine, lfb_agent_create(run.machine, "bench", &run.agent), "agent");
	lfb_machine_enter(run.machine);
	bench_must(run.machine, lfb_machine_boot(run.machine), "boot");
	live(&run);
	lfb_machine_destroy(run.machine);
	return run.cost;
}

/*
 * The tables
 */

struct row {
	unsigned long sessions;
	unsigned long files;	/* a session */
	unsigned long count;	/* of what the row is about */
	unsigned int base;	/* the row of the table it is compared with */
	struct cost costs[LIVES_MAX];
	unsigned int nr_costs;
};

static int by_cost(const void *a, const void *b)
{
	const struct cost *left = a, *right = b;

	return left->all < right->all ? -1 : left->all > right->all;
}

/* The rows in turn, so that a slow moment of the host hits them all. */
static void measure(struct row *rows, unsigned int nr_rows)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < nr_rows; i++) {
			struct row *row = &rows[i];

			if (row->count >= MANY && round >= FEW_ROUNDS)
				continue;
			for (unsigned long done = 0; done < ENOUGH; done += row->count)
				row->costs[row->nr_costs++] = live_once(row->sessions, row->files);
		}
	}
	for (unsigned int i = 0; i < nr_rows; i++)
		qsort(rows[i].costs, rows[i].nr_costs, sizeof(rows[i].costs[0]), by_cost);
}

static const struct cost *median(const struct row *row)
{
	return &row->costs[row->nr_costs / 2];
}

static double each(const struct row *row, double amount)
{
	return amount / (double)row->count;
}

/* Returns whether cost is flat. */
static bool print(const char *what, const struct row *rows, unsigned int nr_rows)
{
	bool flat = true;

	printf("%26s%8s %8s %7s %7s | %8s %8s %8s %8s | %8s %8s %8s %9s\n", what,
	       "us each", "minimum", "spread", "to 1000",
	       "preserve", "reboot", "restore", "finish", "old", "handed", "new", "peak, MiB");
	for (unsigned int i = 0; i < nr_rows; i++) {
		const struct row *row = &rows[i], *base = &rows[row->base];
		const struct cost *cost = median(row);
		double ratio = each(row, cost->all) / each(base, median(base)->all);
		double least = row->costs[0].all, most = row->costs[row->nr_costs - 1].all;

		if (row->files)
			printf("%7lu x %5lu = %8lu ", row->sessions, row->files, row->count);
		else
			printf("%25lu ", row->count);
		printf("%8.3f %8.3f %6.0f%% %7.2f | %8.3f %8.3f %8.3f %8.3f | "
		       "%8.0f %8.0f %8.0f %9.1f\n",
		       each(row, cost->all * 1e6), each(row, least * 1e6),
		       (most - least) / cost->all * 100, ratio, each(row, cost->preserve * 1e6),
		       each(row, cost->reboot * 1e6), each(row, cost->restore * 1e6),
		       each(row, cost->finish * 1e6), each(row, (double)cost->old_memory),
		       each(row, (double)cost->handed_over), each(row, (double)cost->new_memory),
		       (double)cost->peak / (1 << 20));
		flat &= ratio <= FLAT;
	}
	return flat;
}

/* All in one array, to be measured in turn. */
static struct row rows[] = {
	{ .sessions = 1000, .count = 1000 },
	{ .sessions = 10000, .count = 10000 },
	{ .sessions = 100000, .count = 100000 },
#define SESSION_ROWS 3
	{ .sessions = 1, .files = 1000, .count = 1000, .base = 0 },
	{ .sessions = 10, .files = 1000, .count = 10000, .base = 0 },
	{ .sessions = 100, .files = 1000, .count = 100000, .base = 0 },
	{ .sessions = 1000, .files = 1000, .count = 1000000, .base = 0 },
	{ .sessions = 100, .files = 10, .count = 1000, .base = 4 },
	{ .sessions = 1000, .files = 10, .count = 10000, .base = 4 },
	{ .sessions = 10000, .files = 10, .count = 100000, .base = 4 },
	{ .sessions = 100000, .files = 10, .count = 1000000, .base = 4 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char explanation[] =
	"One linux-7.3 machine, fixed memory, switched on for each life: create, preserve,\n"
	"freeze, serialize, jump, boot, restore, retrieve, finish, close. Microseconds of\n"
	"processor time, the median of %d to %d lives, and bytes of the old kernel when all is\n"
	"preserved, of these handed over, and of the new kernel when all is restored; each for\n"
	"one session or file.\n\n";

int main(void)
{
	bool flat;

	printf(explanation, FEW_ROUNDS, LIVES_MAX);
	fflush(stdout);
	measure(rows, ROWS);
	flat = print("sessions without files ", rows, SESSION_ROWS);
	printf("\nThe kernel finds a taken name by comparing with every session: n^2/2 "
	       "comparisons, %.1e for\n100000, when they are created and again when they are "
	       "restored. Here it is a hash table.\n\n", 100000.0 * 100000 / 2);
	flat &= print("sessions x files = files ", rows + SESSION_ROWS, ROWS - SESSION_ROWS);
	printf("\nat most %.1f times the cost of 1000: %s\n", FLAT, flat ? "yes" : "NO");
	return !flat;
}
