// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A scenario, performed by a kernel in a process of its own: nothing it does harms this one. */
#define _GNU_SOURCE /* memfd_create() */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/explore/compare/compare.h"

#define TRANSCRIPT_MAX (2l << 20)	/* one that is longer never ends */
#define WAITING 8			/* times as long as computing: others compute as well */
#define TOO_LONG 3			/* exit status */
#define SECOND 1000000l
#define MUCH_SLOWER 20

/* In the process of its own */

struct written {
	int fd;
	long size;
};

/* At once: what was said before a crash is to be seen. */
static int write_line(void *context, const char *bytes, size_t size)
{
	struct written *written = context;

	written->size += (long)size;
	if (written->size > TRANSCRIPT_MAX)
		_exit(TOO_LONG);
	while (size) {
		const ssize_t done = write(written->fd, bytes, size);

		if (done <= 0)
			return -EIO;
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

static void note_findings(struct lfb_machine *machine, struct lfb_told *told)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (lfb_finding_severity(finding->id) >= LFB_SEVERITY_WARNING)
			told->found[finding->id] = true;
	}
}

/* What the scenario itself answers, or dies of, is in its transcript. */
static int play(const struct lfb_compare_run *run, const struct lfb_blob *boot_from,
		struct written *written)
{
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .golden = true, .write = write_line, .context = written,
		.boot_from = boot_from,
	};
	const char *const *module = run->kernel->modules;
	struct lfb_machine *machine;
	int err = lfb__machine_create_own(run->machine ? run->machine : run->kernel->machine,
					  &machine);

	if (err)
		return err;
	for (; module && *module && !err; module++)
		err = lfb_machine_load_module(machine, *module);
	if (!err)
		err = lfb_scenario_run(run->scenario, machine, &options);
	note_findings(machine, run->told);
	if (err == -EINVAL || err == -ENOMEM || err == -ENOEXEC)
		return lfb__error(NULL, err, "%s", lfb_error_text(machine));
	return 0;
}

/* In us. Once something has hung, nobody waits that long again. */
static long most(const struct lfb_compare_limits *limits)
{
	const long given = (long)limits->seconds * SECOND, enough = limits->slowest * MUCH_SLOWER;

	if (!limits->hung || enough > given)
		return given;
	return enough < SECOND / 5 ? SECOND / 5 : enough;
}

static void limit(const struct lfb_compare_limits *limits)
{
	const long us = most(limits);
	const struct itimerval computing = {
		.it_value = { .tv_sec = us / SECOND, .tv_usec = us % SECOND },
	};
	const int nowhere = open("/dev/null", O_WRONLY);

	setitimer(ITIMER_PROF, &computing, NULL);
	alarm(limits->seconds * WAITING);
	if (nowhere >= 0) {
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
	}
}

static void perform(const struct lfb_compare_run *run, const struct lfb_compare_limits *limits)
{
	struct written written = { .fd = run->fd };
	int err;

	limit(limits);
	if (!run->machine && run->kernel->play)
		err = run->kernel->play(run->kernel->self, run->scenario, write_line, &written);
	else
		err = play(run, limits->boot_from, &written);
	run->told->error = err;
	if (err)
		snprintf(run->told->why, sizeof(run->told->why), "%s", lfb_error_text(NULL));
	_exit(0);
}

/* Around it */

static int start(struct lfb_compare_run *run, const struct lfb_compare_limits *limits)
{
	run->told = mmap(NULL, sizeof(*run->told), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->told == MAP_FAILED) {
		run->told = NULL;
		return lfb__error(NULL, -ENOMEM, "no memory to compare kernels");
	}
	run->fd = memfd_create("lfb-compare", MFD_CLOEXEC);
	run->pid = run->fd < 0 ? -1 : fork();
	if (!run->pid)
		perform(run, limits);
	if (run->pid > 0)
		return 0;
	run->pid = 0;
	return lfb__error(NULL, -EAGAIN, "no process to compare kernels");
}

static bool has_hung(int status)
{
	return WIFSIGNALED(status) && (WTERMSIG(status) == SIGPROF || WTERMSIG(status) == SIGALRM);
}

static void note_time(struct lfb_compare_limits *limits, int status, const struct rusage *used)
{
	const long us = (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * SECOND +
			used->ru_utime.tv_usec + used->ru_stime.tv_usec;

	limits->hung |= has_hung(status);
	if (!status && us > limits->slowest)
		limits->slowest = us;
}

/* Behind what it said, how it was lost. */
static void add_end(char *end, size_t size, int status)
{
	const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (has_hung(status))
		snprintf(end, size, "== lost: it has no end\n");
	else if (number)
		snprintf(end, size, "== lost: its process was ended by signal %d\n", number);
	else if (WEXITSTATUS(status) == TOO_LONG)
		snprintf(end, size, "== lost: what it says has no end\n");
	else
		snprintf(end, size, "== lost: its process ended with status %d\n",
			 WEXITSTATUS(status));
}

/*
 * Where memory lies depends on all that was allocated before, also on what nobody sees: addresses,
 * which are high, become numbers in the order in which they are seen, "@1".
 */
static void number_addresses(char *text)
{
	unsigned long long seen[256];
	unsigned int count = 0, number;
	const char *from = text;
	char *end;

	while (*from) {
		const unsigned long long value = *from == '=' ? strtoull(from + 1, &end, 16) : 0;

		*text++ = *from++;
		if (value <= UINT32_MAX || *from == ' ')
			continue;
		for (number = 0; number < count && seen[number] != value; number++)
			;
		if (number == sizeof(seen) / sizeof(seen[0]))
			continue;
		if (number == count)
			seen[count++] = value;
		text += sprintf(text, "@%u", number + 1);
		from = end;
	}
	*text = '\0';
}

static int finish(struct lfb_compare_run *run, struct lfb_compare_limits *limits)
{
	struct rusage used = { 0 };
	struct stat about;
	char end[100] = "";
	int status = 0;
	size_t size;

	wait4(run->pid, &status, 0, &used);
	run->pid = 0;
	note_time(limits, status, &used);
	if (fstat(run->fd, &about))
		return lfb__error(NULL, -EIO, "a transcript cannot be read");
	if (status)
		add_end(end, sizeof(end), status);
	size = (size_t)about.st_size;
	run->text = malloc(size + sizeof(end));
	if (!run->text)
		return lfb__error(NULL, -ENOMEM, "no memory to compare kernels");
	if (pread(run->fd, run->text, size, 0) != (ssize_t)size)
		return lfb__error(NULL, -EIO, "a transcript cannot be read");
	/* A line that it was in the middle of. */
	if (status && size && run->text[size - 1] != '\n')
		run->text[size - 1] = '\n';
	memcpy(run->text + size, end, sizeof(end));
	number_addresses(run->text);
	close(run->fd);
	run->fd = -1;
	return 0;
}

int lfb__compare_run(struct lfb_compare_limits *limits, struct lfb_compare_run *runs,
		     size_t count)
{
	size_t started = 0;
	int err = 0;

	for (size_t i = 0; i < count; i++)
		runs[i].fd = -1;
	for (size_t i = 0; i < count && !err; i++) {
		while (!err && started < count && started < i + limits->jobs)
			err = start(&runs[started++], limits);
		if (!err)
			err = finish(&runs[i], limits);
	}
	return err;
}

void lfb__compare_free(struct lfb_compare_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* Where starting the next one failed, one may still be at it. */
		if (runs[i].pid) {
			kill(runs[i].pid, SIGKILL);
			waitpid(runs[i].pid, NULL, 0);
		}
		if (runs[i].told)
			munmap(runs[i].told, sizeof(*runs[i].told));
		if (runs[i].fd >= 0)
			close(runs[i].fd);
		free(runs[i].text);
		runs[i] = (struct lfb_compare_run){ .fd = -1 };
	}
}
