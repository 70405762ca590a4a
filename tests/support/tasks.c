// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <luo/lfb.h>

#include "sim/explore/schedule/schedule.h"
#include "tests/support/tasks.h"
#include "tests/support/test.h"

struct code {
	struct lfb_machine *machine;
	long (*run)(void *argument);
};

static long do_code(void *argument)
{
	const struct code *code = argument;

	return lfb_machine_call(code->machine, code->run, NULL);
}

static unsigned int choose(void *context, const unsigned int *ready, unsigned int nr, bool stays)
{
	(void)ready;
	return lfb__schedules_pick(context, nr, stays);
}

static void switched(void *context, unsigned int strand)
{
	(void)context;
	(void)strand;
}

/* As one schedule says. */
static void run(struct lfb_machine *machine, long (*const tasks[])(void *argument),
		unsigned int nr, struct lfb_schedules *schedules)
{
	static const char *const names[] = { "task-1", "task-2", "task-3", "task-4" };
	struct lfb_beside beside = {
		.choose = choose, .switched = switched, .context = schedules,
	};
	struct code codes[ARRAY_SIZE(names)];
	struct lfb_machine *before;

	assert_in_range(nr, 1, ARRAY_SIZE(names));
	for (unsigned int i = 0; i < nr; i++) {
		codes[i] = (struct code){ machine, tasks[i] };
		assert_int_equal(lfb__beside_add(&beside, names[i], do_code, &codes[i]), 0);
	}
	lfb__schedules_begin(schedules, 0);
	before = lfb_machine_enter(machine);
	lfb__guard_hold(&machine->kernel);
	lfb__tasks_run(&machine->kernel, &beside);
	lfb__guard_release(&machine->kernel);
	lfb_machine_enter(before);
	lfb__beside_free(&beside);
}

unsigned int tasks_explore(long (*const tasks[])(void *argument), unsigned int nr,
			   unsigned int bound, long (*begin)(void *argument),
			   void (*end)(struct lfb_machine *machine, const char *schedule))
{
	struct lfb_schedules schedules = { 0 };
	struct lfb_machine *machine;
	unsigned int count = 0;
	char *text;

	do {
		assert_int_equal(lfb_machine_create(NULL, &machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_call(machine, begin, NULL), 0);
		run(machine, tasks, nr, &schedules);
		text = lfb__schedules_text(&schedules);
		assert_non_null(text);
		end(machine, text);
		free(text);
		lfb_findings_clear(machine);
		lfb_machine_destroy(machine);
		count++;
	} while (lfb__schedules_next(&schedules, bound));
	assert_false(schedules.diverged || schedules.failed);
	lfb__list_free(&schedules.choices);
	return count;
}

static const char *wanted_finding;
static unsigned int *failures;

static void look(struct lfb_machine *machine, const char *schedule)
{
	const struct lfb_finding *finding = lfb_finding_at(machine, 0);

	(void)schedule;
	if (!finding)
		return;
	++*failures;
	assert_non_null(wanted_finding);
	assert_string_equal(lfb_finding_name(finding->id), wanted_finding);
}

unsigned int tasks_explore_finding(long (*const tasks[])(void *argument), unsigned int nr,
				   unsigned int bound, long (*begin)(void *argument),
				   const char *wanted, unsigned int *failed)
{
	*failed = 0;
	failures = failed;
	wanted_finding = wanted;
	return tasks_explore(tasks, nr, bound, begin, look);
}
