// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What many sessions and files cost in one linux-7.3 machine: the whole life from preserve to
 * finish, against 1000 of them, and the memory they take in the kernel that preserves them. Prints
 * figures and ratios; exits 1 when cost does not stay within 1.5 times that of 1000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/module.h>

#define MEMORY (8ull << 30)
#define FLAT 1.5
#define ROUNDS 9
#define ENOUGH 20000	/* of sessions or files, for a row in a round */
#define LIVES_MAX (ROUNDS * ENOUGH / 1000)

/* Processor time: other programs do not count. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int must(struct lfb_machine *machine, int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "bench: %s: %d %s\n", what, ret, lfb_error_text(machine));
		exit(1);
	}
	return ret;
}

/*
 * The module: files that are a number, and one FLB they all need
 */

static const struct file_operations bench_fops;

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	argp->data = 1;
	return 0;
}

static void flb_nothing(struct liveupdate_flb_op_args *argp)
{
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = argp->flb;
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_nothing,
	.retrieve = flb_retrieve,
	.finish = flb_nothing,
};

static LFB_MODULE_DATA(scale) struct liveupdate_flb bench_flb = {
	.ops = &flb_ops,
	.compatible = "scale-flb-v1",
};

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &bench_fops;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = args->file->f_inode->i_ino;
	return 0;
}

static int freeze(struct liveupdate_file_op_args *args)
{
	args->serialized_data |= 1ull << 32;
	return 0;
}

static void nothing(struct liveupdate_file_op_args *args)
{
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	args->file = anon_inode_getfile("scale", &bench_fops, NULL, 0);
	return IS_ERR(args->file) ? (int)PTR_ERR(args->file) : 0;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = nothing,
	.freeze = freeze,
	.retrieve = retrieve,
	.finish = nothing,
};

static LFB_MODULE_DATA(scale) struct liveupdate_file_handler bench_handler = {
	.ops = &file_ops,
	.compatible = "scale-file-v1",
};

static int scale_init(void)
{
	int err = liveupdate_register_file_handler(&bench_handler);

	return err ? err : liveupdate_register_flb(&bench_handler, &bench_flb);
}

LFB_MODULE(scale, scale_init, NULL);

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

static const char *session_name(unsigned long index)
{
	static char name[32];

	snprintf(name, sizeof(name), "session-%lu", index);
	return name;
}

static struct lfb_machine_stats stats_of(const struct run *run)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	must(run->machine, lfb_machine_stats(run->machine, &stats), "stats");
	return stats;
}

static void preserve_file(struct run *run, int session, unsigned long number)
{
	struct file *file = anon_inode_getfile("scale", &bench_fops, NULL, 0);
	int fd;

	if (IS_ERR(file))
		must(run->machine, (int)PTR_ERR(file), "file");
	file->f_inode->i_ino = number;
	fd = must(run->machine, lfb_agent_install(run->agent, file), "install");
	must(run->machine, lfb_agent_preserve(run->agent, session, fd, number), "preserve");
}

static void preserve_all(struct run *run)
{
	int device = must(run->machine, lfb_agent_open(run->agent), "open");

	for (unsigned long s = 0; s < run->sessions; s++) {
		int session = must(run->machine, lfb_agent_create_session(run->agent, device,
				   session_name(s)), "create");

		for (unsigned long i = 0; i < run->files; i++)
			preserve_file(run, session, i);
	}
}

static void finish_all(struct run *run, int device)
{
	for (unsigned long s = 0; s < run->sessions; s++) {
		int session = lfb_agent_retrieve_session(run->agent, device, session_name(s));

		must(run->machine, session, "retrieve session");
		for (unsigned long i = 0; i < run->files; i++)
			must(run->machine, lfb_agent_retrieve(run->agent, session, i), "retrieve");
		must(run->machine, lfb_agent_finish(run->agent, session), "finish");
		must(run->machine, lfb_agent_close(run->agent, session), "close");
	}
}

/* The kernel's memory is looked at between the stretches, while no time is taken. */
static void live(struct run *run)
{
	struct lfb_machine_stats empty = stats_of(run), full, fresh, restored;
	struct cost *cost = &run->cost;
	double begin = now();
	int device;

	preserve_all(run);
	cost->preserve = now() - begin;
	full = stats_of(run);
	begin = now();
	must(run->machine, lfb_machine_kexec(run->machine), "kexec");
	cost->reboot = now() - begin;
	fresh = stats_of(run);
	begin = now();
	device = must(run->machine, lfb_agent_open(run->agent), "open");
	cost->restore = now() - begin;
	restored = stats_of(run);
	begin = now();
	finish_all(run, device);
	cost->finish = now() - begin;
	if (stats_of(run).sessions_incoming)
		must(NULL, -EBUSY, "something is left");

	cost->all = cost->preserve + cost->reboot + cost->restore + cost->finish;
	cost->old_memory = full.memory - empty.memory;
	cost->handed_over = (full.preserved_blocks - empty.preserved_blocks) * PAGE_SIZE;
	cost->new_memory = restored.memory - fresh.memory;
	cost->peak = full.memory > restored.memory ? full.memory : restored.memory;
}

/* One life in a machine that is switched on for it. */
static struct cost live_once(unsigned long sessions, unsigned long files)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.memory = MEMORY,
		.profile = "linux-7.3",
	};
	struct run run = { .sessions = sessions, .files = files };

	must(NULL, lfb_machine_create(&options, &run.machine), "create");
	must(run.machine, lfb_machine_add_module(run.machine, &scale_module), "module");
	must(run.machine, lfb_agent_create(run.machine, "bench", &run.agent), "agent");
	lfb_machine_enter(run.machine);
	must(run.machine, lfb_machine_boot(run.machine), "boot");
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

	printf("%26s%8s %7s | %8s %8s %8s %8s | %8s %8s %8s %9s\n", what, "us each", "to 1000",
	       "preserve", "reboot", "restore", "finish", "old", "handed", "new", "peak, MiB");
	for (unsigned int i = 0; i < nr_rows; i++) {
		const struct row *row = &rows[i], *base = &rows[row->base];
		const struct cost *cost = median(row);
		double ratio = each(row, cost->all) / each(base, median(base)->all);

		if (row->files)
			printf("%7lu x %5lu = %8lu ", row->sessions, row->files, row->count);
		else
			printf("%25lu ", row->count);
		printf("%8.3f %7.2f | %8.3f %8.3f %8.3f %8.3f | %8.0f %8.0f %8.0f %9.1f\n",
		       each(row, cost->all * 1e6), ratio, each(row, cost->preserve * 1e6),
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

	printf(explanation, ROUNDS, LIVES_MAX);
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
