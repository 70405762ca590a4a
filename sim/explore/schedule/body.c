// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A test in C, run in one schedule: power on, what is done before, its tasks beside each other,
 * and what must be so when they are done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule/schedule.h"

/* The first thing that is not as it should be is what the run answers. */
static bool succeeds(struct lfb_body *body, const char *who, int result)
{
	const char *name = lfb_errno_name(result), *why = lfb_error_text(body->machine);

	if (result < 0 && !body->why[0])
		snprintf(body->why, sizeof(body->why), "%s answers %s%s (%d)%s%.400s", who,
			 name ? "-" : "", name ? name : "an errno", result, *why ? ": " : "", why);
	return result >= 0;
}

static long do_task(void *argument)
{
	struct lfb_body_task *task = argument;
	struct lfb_body *body = task->body;

	succeeds(body, task->name, task->function(body->machine, task->agent, body->context));
	return 0;
}

static unsigned int choose(void *context, const unsigned int *ready, unsigned int nr, bool stays)
{
	struct lfb_body *body = context;

	return body->pick ? body->pick(body->picker, nr, stays) :
			    lfb__schedule_pick(body->schedule, ready, nr);
}

static void switched(void *context, unsigned int strand)
{
	struct lfb_body *body = context;

	if (strand != body->current)
		lfb__transcript_line(&body->said, "-- %s", body->tasks[strand].name);
	body->current = strand;
}

static int add_tasks(struct lfb_body *body)
{
	int err = 0;

	for (unsigned int i = 0; i < body->nr && !err; i++) {
		struct lfb_body_task *task = &body->tasks[i];

		if (i)
			err = lfb__agent_thread(body->agent, task->name, &task->agent);
		else
			task->agent = body->agent;
		if (!err)
			err = lfb__beside_add(&body->beside, task->name, do_task, task);
	}
	return err;
}

static int run_tasks(struct lfb_body *body)
{
	int err;

	body->beside.choose = choose;
	body->beside.switched = switched;
	body->beside.context = body;
	body->current = body->nr;
	lfb__beside_empty(&body->beside);
	err = add_tasks(body);
	if (!err)
		lfb__tasks_run(&body->machine->kernel, &body->beside);
	for (unsigned int i = 1; i < body->nr; i++) {
		lfb_agent_destroy(body->tasks[i].agent);
		body->tasks[i].agent = NULL;
	}
	return err;
}

static int run_all(struct lfb_body *body)
{
	const struct lfb_schedule_body *test = &body->test;
	struct lfb_machine *machine = body->machine;
	int err;

	if (!succeeds(body, "the boot", lfb_machine_boot(machine)))
		return 0;
	if (test->prepare &&
	    !succeeds(body, "prepare", test->prepare(machine, body->agent, body->context)))
		return 0;
	if (lfb_machine_state(machine) == LFB_OFF)
		return lfb__error(machine, -EINVAL, "prepare has switched the machine off");
	err = run_tasks(body);
	if (err)
		return err;
	if (test->check)
		succeeds(body, "check", test->check(machine, body->agent, body->context));
	if (machine->kernel.dead && !body->why[0])
		snprintf(body->why, sizeof(body->why), "the kernel died: %.400s",
			 machine->kernel.trace.complaint);
	lfb__machine_at_end(machine);
	return 0;
}

int lfb__body_run(struct lfb_body *body, lfb_pick_fn pick, void *picker)
{
	struct lfb_machine *machine = body->machine;
	struct lfb_machine *before;
	int err = lfb_agent_create(machine, "agent", &body->agent);

	if (err)
		return err;
	body->pick = pick;
	body->picker = picker;
	body->why[0] = '\0';
	before = lfb_machine_enter(machine);
	lfb__guard_hold(&machine->kernel);
	err = run_all(body);
	lfb__guard_release(&machine->kernel);
	lfb_machine_enter(before);
	lfb_agent_destroy(body->agent);
	lfb_machine_shutdown(machine);
	if (err == -EOPNOTSUPP)
		return lfb__error(machine, err, "this host has no stacks for tasks beside each "
				  "other");
	if (!err && body->why[0])
		err = lfb__error(machine, -EILSEQ, "%s", body->why);
	return err;
}

static void remove_modules(struct lfb_body *body)
{
	while (body->modules > 0)
		lfb_machine_remove_module(body->machine,
					  body->test.modules[--body->modules]->module->name);
}

static int add_modules(struct lfb_body *body)
{
	struct lfb_module *const *modules = body->test.modules;
	int err = 0;

	for (; modules && modules[body->modules] && !err; body->modules += !err)
		err = lfb_machine_add_module(body->machine, modules[body->modules]);
	return err;
}

static int take(struct lfb_body *body, const struct lfb_schedule_body *given)
{
	struct lfb_schedule_body *test = &body->test;
	int err = lfb__options_take(body->machine, "the body", test, sizeof(*test), given,
				    sizeof(*test));

	if (err)
		return err;
	while (body->nr < LFB_SCHEDULE_TASKS_MAX && test->tasks[body->nr]) {
		struct lfb_body_task *task = &body->tasks[body->nr];

		task->body = body;
		task->function = test->tasks[body->nr];
		snprintf(task->name, sizeof(task->name), "task-%u", ++body->nr);
	}
	if (body->nr < 2)
		return lfb__error(body->machine, -EINVAL, "the body has %u task%s: there is one "
				  "schedule", body->nr, body->nr == 1 ? "" : "s");
	return add_modules(body);
}

int lfb__body_make(struct lfb_machine *machine, const struct lfb_schedule_body *given,
		   void *context, struct lfb_body **bodyp)
{
	struct lfb_body *body;
	int err;

	*bodyp = NULL;
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	body = calloc(1, sizeof(*body));
	if (!body)
		return lfb__error(machine, -ENOMEM, "no memory for tasks beside each other");
	body->machine = machine;
	body->context = context;
	err = take(body, given);
	if (err)
		lfb__body_free(body);
	else
		*bodyp = body;
	return err;
}

void lfb__body_free(struct lfb_body *body)
{
	remove_modules(body);
	lfb__beside_free(&body->beside);
	free(body);
}

static void show_event(void *context, const struct lfb_event *event)
{
	struct lfb_body *body = context;
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	lfb__transcript_line(&body->said, "  %s", line);
}

static int run_scheduled(struct lfb_body *body, const char *text)
{
	const struct lfb_trace before = body->machine->kernel.trace;
	struct lfb_schedule schedule = { 0 };
	int err = lfb__schedule_read(body->machine, text, &schedule);

	body->schedule = &schedule;
	if (body->said.write)
		lfb_trace_to(body->machine, show_event, body);
	if (!err)
		err = lfb__body_run(body, NULL, NULL);
	(before.fine ? lfb_trace_all_to : lfb_trace_to)(body->machine, before.sink,
							before.context);
	lfb__schedule_free(&schedule);
	if (body->said.error)
		err = lfb__error(body->machine, body->said.error,
				 "the output could not be written");
	return err;
}

int lfb_schedules_run(struct lfb_machine *machine, const struct lfb_schedule_body *given,
		      void *context, const char *schedule, lfb_write_fn write, void *to)
{
	struct lfb_body *body;
	int err = lfb__body_make(machine, given, context, &body);

	if (err)
		return err;
	body->said = (struct lfb_transcript){ .write = write, .context = to };
	err = run_scheduled(body, schedule);
	lfb__body_free(body);
	return err;
}
