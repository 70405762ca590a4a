// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The same lives with the library's orchestrator, and with a kernel tree's own code beside it: as
 * an image in the same machine, and with nothing around it. The latter two are there where
 * LFB_KERNEL_IMAGE and LFB_KERNEL_BARE name them, which "./dev bench" makes of LFB_KERNEL_TREE.
 *
 * With arguments, SESSIONS FILES SIDE, it is one life of one side, to be counted by callgrind: what
 * COUNTED stands before can be counted alone (guard/guard.sh).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <luo/uapi.h>

#include "tests/bench/bare/bare.h"
#include "tests/bench/common/bench.h"

#define ROUNDS 9
#define MEMORY (1ul << 30)
#define SESSIONS_MAX 1000

/* A function under a name that nothing else in the process has. */
#define COUNTED __attribute__((noinline))

/*
 * A life: in a machine, or with nothing around it
 */

enum part { PRESERVE, SERIALIZE, JUMP, RESTORE, RETRIEVE, FINISH, PARTS };

static const char *const part_names[PARTS] = {
	"preserve", "serialize", "jump, boot", "restore", "retrieve", "finish",
};

struct side {
	const char *name;
	enum lfb_checks checks;
	const char *variable;	/* of the environment, with a path; NULL: the library's own */
	bool bare;
	bool raw_faults;	/* a fault is the program's: no call asks for the handler first */
};

/* A loaded copy of a file; two of one name would be one to the loader. */
struct copy {
	int fd;
	void *handle;
};

struct life {
	const struct side *side;
	const char *path;	/* of its kernel; NULL: the library's own */
	unsigned long sessions, files;	/* files of each session */
	double took[PARTS];
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	const struct bench_bare *bare;
	struct bench_bare_memory *memory;
	struct copy copies[2];	/* the bare kernels */
	double began;
};

static void begin(struct life *life)
{
	life->began = bench_processor_now();
}

/* What has passed since the last one was @part. */
static void end(struct life *life, enum part part)
{
	life->took[part] += bench_processor_now() - life->began;
	begin(life);
}

static const struct bench_bare *loaded;

void bench_bare_is_here(const struct bench_bare *bare)
{
	loaded = bare;
}

/* Nobody has loaded it yet: its data is as it was made. */
static struct copy load_copy(const char *path)
{
	const int from = open(path, O_RDONLY | O_CLOEXEC);
	struct copy copy = { .fd = memfd_create("kernel", MFD_CLOEXEC) };
	char name[48];

	while (sendfile(copy.fd, from, NULL, 1 << 20) > 0)
		;
	close(from);
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)getpid(), copy.fd);
	copy.handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!copy.handle) {
		fprintf(stderr, "bench: %s: %s\n", path, dlerror());
		exit(1);
	}
	return copy;
}

static void unload(struct copy copy)
{
	dlclose(copy.handle);
	close(copy.fd);
}

/* Once for all lives, so that none waits for the host's memory. */
static COUNTED void life_prepare(struct life *life)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.memory = MEMORY,
		.profile = "linux-7.3",
		.checks = life->side->checks,
		.raw_faults = life->side->raw_faults,
		.kernel = life->path,
	};

	if (life->side->bare) {
		life->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		return;
	}
	bench_must(NULL, lfb_machine_create(&options, &life->machine), "create");
	bench_must(life->machine, lfb_machine_add_module(life->machine, bench_module_get()),
		   "module");
	bench_must(life->machine, lfb_agent_create(life->machine, "bench", &life->agent), "agent");
}

static COUNTED void life_power_on(struct life *life)
{
	if (life->side->bare) {
		*life->memory = (struct bench_bare_memory){
			.next = (char *)(life->memory + 1),
		};
		life->copies[0] = load_copy(life->path);
		life->bare = loaded;
		life->copies[1] = load_copy(life->path);
		life->bare->boot(life->memory, NULL);
	} else {
		lfb_machine_enter(life->machine);
		bench_must(life->machine, lfb_machine_boot(life->machine), "boot");
	}
}

static void power_off(struct life *life)
{
	if (life->side->bare) {
		unload(life->copies[0]);
		unload(life->copies[1]);
	} else {
		bench_must(life->machine, lfb_machine_shutdown(life->machine), "shutdown");
	}
}

static void end_lives(struct life *life)
{
	if (life->side->bare)
		munmap(life->memory, MEMORY);
	else
		lfb_machine_destroy(life->machine);
}

static int request(struct life *life, int fd, unsigned int cmd, void *arg, const char *what)
{
	return bench_must(life->machine, life->bare ? life->bare->ioctl(fd, cmd, arg) :
			  lfb_agent_ioctl(life->agent, fd, cmd, arg), what);
}

static COUNTED int life_open(struct life *life)
{
	return bench_must(life->machine, life->bare ? life->bare->open() :
			  lfb_agent_open(life->agent), "open");
}

static int make_file(struct life *life, unsigned long number)
{
	return life->bare ? life->bare->make_file(number) :
			    bench_make_file(life->machine, life->agent, number);
}

static void preserve_all(struct life *life)
{
	const int device = life_open(life);

	for (unsigned long s = 0; s < life->sessions; s++) {
		struct liveupdate_ioctl_create_session create = { .size = sizeof(create) };

		strcpy((char *)create.name, bench_session_name(s));
		request(life, device, LIVEUPDATE_IOCTL_CREATE_SESSION, &create, "create");
		for (unsigned long i = 0; i < life->files; i++) {
			struct liveupdate_session_preserve_fd preserve = {
				.size = sizeof(preserve), .fd = make_file(life, i), .token = i,
			};

			request(life, create.fd, LIVEUPDATE_SESSION_PRESERVE_FD, &preserve,
				"preserve");
		}
	}
}

static COUNTED void life_reboot(struct life *life)
{
	void *handed_over = NULL;

	if (life->bare)
		bench_must(NULL, life->bare->reboot(&handed_over), "reboot");
	else
		bench_must(life->machine, lfb_machine_prepare(life->machine), "prepare");
	end(life, SERIALIZE);
	if (life->bare) {
		life->bare = loaded;
		life->bare->boot(life->memory, handed_over);
	} else {
		bench_must(life->machine, lfb_machine_jump(life->machine, NULL), "jump");
	}
	end(life, JUMP);
}

/* Returns the session's descriptor. */
static int retrieve(struct life *life, int device, unsigned long number)
{
	struct liveupdate_ioctl_retrieve_session session = { .size = sizeof(session) };

	strcpy((char *)session.name, bench_session_name(number));
	request(life, device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &session, "retrieve session");
	for (unsigned long i = 0; i < life->files; i++) {
		struct liveupdate_session_retrieve_fd file = { .size = sizeof(file), .token = i };

		request(life, session.fd, LIVEUPDATE_SESSION_RETRIEVE_FD, &file, "retrieve");
	}
	return session.fd;
}

static void finish(struct life *life, int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	request(life, session, LIVEUPDATE_SESSION_FINISH, &arg, "finish");
	bench_must(life->machine, life->bare ? life->bare->close(session) :
		   lfb_agent_close(life->agent, session), "close");
}

static COUNTED void life_live(struct life *life)
{
	int sessions[SESSIONS_MAX], device;

	life_power_on(life);
	begin(life);
	preserve_all(life);
	end(life, PRESERVE);
	life_reboot(life);
	device = life_open(life);
	end(life, RESTORE);
	for (unsigned long s = 0; s < life->sessions; s++)
		sessions[s] = retrieve(life, device, s);
	end(life, RETRIEVE);
	for (unsigned long s = 0; s < life->sessions; s++)
		finish(life, sessions[s]);
	end(life, FINISH);
	power_off(life);
}

/*
 * The table
 */

static const struct side sides[] = {
	{ "the kernel's, bare", LFB_CHECKS_OFF, "LFB_KERNEL_BARE", .bare = true },
	{ "…, an image", LFB_CHECKS_OFF, "LFB_KERNEL_IMAGE" },
	{ "liblfb, checks off", LFB_CHECKS_OFF },
	{ "…, checks on", LFB_CHECKS_ON, .raw_faults = true },
	{ "…, faults, too", LFB_CHECKS_ON },
};
#define SIDES (sizeof(sides) / sizeof(sides[0]))

/* Of each round, in ns for a file or, without files, a session. */
struct row {
	bool there;
	double all[ROUNDS];
	double part[PARTS][ROUNDS];
	double ratio[ROUNDS];	/* to the first side of the round */
};

static bool find_side(struct life *life, const struct side *side)
{
	life->side = side;
	life->path = side->variable ? getenv(side->variable) : NULL;
	return !side->variable || (life->path && *life->path);
}

static void measure(struct row *row, unsigned int round, struct life *life)
{
	const unsigned long count = life->sessions * (life->files ? life->files : 1);

	memset(life->took, 0, sizeof(life->took));
	life_live(life);
	for (int part = 0; part < PARTS; part++) {
		row->part[part][round] = life->took[part] * 1e9 / (double)count;
		row->all[round] += row->part[part][round];
	}
}

static void print_row(const char *name, struct row *row)
{
	const struct bench_figures ratio = bench_figures(row->ratio, ROUNDS);
	const struct bench_figures all = bench_figures(row->all, ROUNDS);

	printf("  %-*s %7.2f %4.2f-%.2f %8.0f %8.0f |",
	       20 + (*name & 0x80 ? 2 : 0), name, ratio.median, row->ratio[0],
	       row->ratio[ROUNDS - 1], all.median, all.minimum);
	for (int part = 0; part < PARTS; part++)
		printf(" %*.0f", (int)strlen(part_names[part]),
		       bench_figures(row->part[part], ROUNDS).median);
	printf("\n");
}

/* The sides in turn, so that a slow moment of the host hits them all. */
static void compare(unsigned long sessions, unsigned long files)
{
	static struct row rows[SIDES];
	struct life lives[SIDES];
	size_t first = 0;

	memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < SIDES; i++) {
		lives[i] = (struct life){ .sessions = sessions, .files = files };
		rows[i].there = find_side(&lives[i], &sides[i]);
		if (!rows[i].there)
			continue;
		life_prepare(&lives[i]);
		life_live(&lives[i]);
	}
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < SIDES; i++) {
			if (rows[i].there)
				measure(&rows[i], round, &lives[i]);
		}
	}
	while (!rows[first].there)
		first++;
	for (size_t i = 0; i < SIDES; i++) {
		for (unsigned int round = 0; round < ROUNDS; round++)
			rows[i].ratio[round] = rows[i].all[round] / rows[first].all[round];
	}
	printf("%lu sessions of %lu files, ns for each %s\n  %-20s %7s %9s %8s %8s |", sessions,
	       files, files ? "file" : "session", "", "ratio", "of runs", "all", "minimum");
	for (int part = 0; part < PARTS; part++)
		printf(" %s", part_names[part]);
	printf("\n");
	for (size_t i = 0; i < SIDES; i++) {
		if (!rows[i].there)
			continue;
		print_row(sides[i].name, &rows[i]);
		end_lives(&lives[i]);
	}
	printf("\n");
}

static int live_once(char **words)
{
	struct life life = { .sessions = strtoul(words[0], NULL, 0),
			     .files = strtoul(words[1], NULL, 0) };
	const unsigned long side = strtoul(words[2], NULL, 0);

	if (life.sessions > SESSIONS_MAX || side >= SIDES || !find_side(&life, &sides[side])) {
		fprintf(stderr, "bench: there is no side %lu, or there are too many sessions\n",
			side);
		return 2;
	}
	life_prepare(&life);
	life_live(&life);
	end_lives(&life);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return live_once(argv + 1);
	printf("complete lives, one linux-7.3 machine in fixed memory each; medians of %d runs in "
	       "turn;\nratio: to the first row of its run\n\n", ROUNDS);
	compare(8, 125);
	compare(400, 125);
	compare(400, 0);
	return 0;
}
