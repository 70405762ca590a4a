// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Running scenarios: one agent and the recorded module in a machine, one operation after the other.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

/*
 * Output
 */

void lfb__transcript_line(struct lfb_transcript *transcript, const char *format, ...)
{
	char line[LFB_SCENARIO_LINE_MAX + 600];
	va_list args;
	int length;

	if (!transcript->write || transcript->error)
		return;
	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length] = '\n';
	transcript->error = transcript->write(transcript->context, line, (size_t)length + 1);
	if (transcript->error > 0)
		transcript->error = 0;
}

static void show_event(void *context, const struct lfb_event *event)
{
	struct lfb_run *run = context;
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	lfb__transcript_line(&run->transcript, "  %s", line);
}

/* A golden transcript shows the reboot's own line before the next kernel's boot. */
void lfb__run_show_boot(struct lfb_run *run, const char *how)
{
	if (run->options.golden)
		run->booted = how;
	else
		lfb__transcript_line(&run->transcript, "== boot %s", how);
}

static void show_booted(struct lfb_run *run)
{
	if (run->booted)
		lfb__transcript_line(&run->transcript, "== boot %s", run->booted);
	run->booted = NULL;
}

/* Whether success goes without saying. */
static bool is_quiet(enum lfb_verb verb)
{
	switch (verb) {
	case LFB_VERB_CLOSE:
	case LFB_VERB_PUTIN:
	case LFB_VERB_PUTOUT:
	case LFB_VERB_FAIL:
	case LFB_VERB_FAULT:
	case LFB_VERB_PANIC:
	case LFB_VERB_COLD:
	case LFB_VERB_WHEN:
	case LFB_VERB_FORGET:
	case LFB_VERB_COMPATIBLE:
	case LFB_VERB_DAMAGE:
		return true;
	default:
		return false;
	}
}

/*
 * Unregistering returns nothing in the kernels that unlink by themselves; only the mended one
 * refuses, and says so.
 */
static bool is_void(const struct lfb_run *run, enum lfb_verb verb, long result)
{
	return run->machine->profile->unregister_unlinks && result != -EBUSY &&
	       (verb == LFB_VERB_UNHANDLER || verb == LFB_VERB_UNFLB);
}

static void format_answer(enum lfb_verb verb, long result, u64 object, char *text, size_t size)
{
	if (lfb__answers_object(verb))
		snprintf(text, size, "= %ld obj=%llx", result, object);
	else
		snprintf(text, size, "= %ld", result);
}

/* @text: of the operation */
static void show_operation(struct lfb_run *run, enum lfb_verb verb, const char *text, long result,
			   u64 object)
{
	char answer[48];

	format_answer(verb, result, object, answer, sizeof(answer));
	if ((is_quiet(verb) && !result) || is_void(run, verb, result))
		lfb__transcript_line(&run->transcript, "> %s", text);
	else
		lfb__transcript_line(&run->transcript, "> %s %s", text, answer);
}

/*
 * The run
 */

static bool is_dead(struct lfb_run *run)
{
	enum lfb_machine_state state = lfb_machine_state(run->machine);

	return state == LFB_PANICKED || state == LFB_HUNG;
}

/* The first surprise is what the run answers. */
static void surprise(struct lfb_run *run, int result, const char *format, ...) LFB_PRINTF(3, 4);

static void surprise(struct lfb_run *run, int result, const char *format, ...)
{
	va_list args;

	if (run->result)
		return;
	run->result = result;
	va_start(args, format);
	vsnprintf(run->why, sizeof(run->why), format, args);
	va_end(args);
}

static void mismatch(struct lfb_run *run, const struct lfb_operation *operation, const char *actual)
{
	const struct lfb_expectation *expected = &operation->expected;
	enum lfb_verb verb = expected->object_given ? LFB_VERB_GETIN : LFB_VERB_OPEN;
	char wanted[48];

	format_answer(verb, expected->result, expected->object, wanted, sizeof(wanted));
	surprise(run, -EILSEQ, "%.160s:%u: %.200s: expected %s, got %s", run->scenario->name,
		 operation->line, operation->text, wanted, actual);
}

static bool as_expected(const struct lfb_expectation *expected, long result, u64 object)
{
	return expected->result == result &&
	       (!expected->object_given || expected->object == object);
}

/* Says that the kernel died just now, if it did. @result: of the call it died in. */
static void notice_death(struct lfb_run *run, unsigned int line, long result, bool expected)
{
	const char *reason = lfb_error_text(run->machine);
	const char *how = lfb_machine_state(run->machine) == LFB_HUNG ? "hung" : "panic";

	if (!is_dead(run) || run->dead)
		return;
	run->dead = true;
	if (!expected)
		surprise(run, (int)result, "%.160s:%u: %.300s", run->scenario->name, line, reason);
	if (run->options.golden)
		lfb__transcript_line(&run->transcript, "== %s", how);
	else
		lfb__transcript_line(&run->transcript, "== %s: %s", how, reason);
}

/* Says so when @result is not what the line expects. Returns whether it expects and gets it. */
static bool check_result(struct lfb_run *run, const struct lfb_operation *operation, long result,
			 u64 object)
{
	char answer[48];

	if (!operation->expected.given)
		return false;
	if (as_expected(&operation->expected, result, object))
		return true;
	format_answer(operation->verb, result, object, answer, sizeof(answer));
	mismatch(run, operation, answer);
	return false;
}

/*
 * Counted from where the running operation began: with this line in front of that one, the same
 * happens again.
 */
void lfb__run_show_point(struct lfb_run *run, const struct lfb_run_point *point, long result,
			 u64 object)
{
	const struct lfb_operation *operation = point->operation;
	char text[LFB_SCENARIO_LINE_MAX + 32];
	bool good;

	if (point->passed > 1)
		snprintf(text, sizeof(text), "at %s %u %s", operation->point, point->passed,
			 operation->point_text);
	else
		snprintf(text, sizeof(text), "at %s %s", operation->point, operation->point_text);
	show_operation(run, operation->verb, text, result, object);
	good = check_result(run, operation, result, object);
	run->stop |= operation->expected.given && !good;
	run->death_expected = good || operation->verb == LFB_VERB_PANIC;
}

void lfb__run_at(struct lfb_run *run, const struct lfb_operation *operation)
{
	run->machine->kernel.operation = (unsigned long)(operation - run->scenario->operations) + 1;
	run->machine->kernel.doing = operation->text;
}

/* Returns false when the run ends here. */
static bool run_operation(struct lfb_run *run, const struct lfb_operation *operation)
{
	const struct lfb_expectation *expected = &operation->expected;
	u64 object = 0;
	long result;
	bool good;

	if (run->dead && operation->verb != LFB_VERB_COLD) {
		if (expected->given)
			mismatch(run, operation, "nothing: the kernel is dead");
		return !expected->given;
	}
	lfb__run_points_begin(run);
	if (operation->point) {
		lfb__run_wait(run, operation);
		return true;
	}
	run->death_expected = false;
	lfb__run_at(run, operation);
	result = lfb__run_perform(run, operation, &object);
	lfb__run_point_died(run, result);
	show_operation(run, operation->verb, operation->text, result, object);
	show_booted(run);
	good = check_result(run, operation, result, object);
	notice_death(run, operation->line, result,
		     good || run->death_expected || operation->verb == LFB_VERB_PANIC);
	return (good || !expected->given) && !run->stop;
}

/* What was to be done at points that never came. */
static void check_waiting(struct lfb_run *run)
{
	lfb__run_points_begin(run);
	for (unsigned int i = 0; i < run->nr_points; i++) {
		if (run->points[i].operation->expected.given)
			mismatch(run, run->points[i].operation, "nothing: it was never passed");
	}
}

/* The scenario is over. If the story is too, what should be finished by now? */
static void settle(struct lfb_run *run)
{
	run->machine->kernel.operation = run->scenario->count + 1;
	run->machine->kernel.doing = "end of the scenario";
	lfb__machine_at_end(run->machine);
}

static void run_all(struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;
	long result = lfb__run_start(run, run->options.boot_from);
	size_t i;

	if (result)
		surprise(run, (int)result, "%.400s", lfb_error_text(run->machine));
	show_booted(run);
	notice_death(run, 0, result, true);
	for (i = 0; i < scenario->count && lfb_machine_state(run->machine) != LFB_OFF; i++)
		if (!run_operation(run, &scenario->operations[i]) || run->transcript.error)
			return;
	check_waiting(run);
	settle(run);
	lfb__transcript_line(&run->transcript, "== end");
}

int lfb__run_make(struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;
	struct lfb_transcript *transcript = NULL;
	int err;

	run->transcript.write = run->options.write;
	run->transcript.context = run->options.context;
	if (run->options.golden && run->options.write)
		transcript = &run->transcript;
	run->sessions = calloc(scenario->nr_sessions + 1, sizeof(int));
	run->files = calloc(scenario->nr_inodes + 1, sizeof(int));
	run->recorder = lfb__recorder_create(run->machine, scenario->nr_handlers,
					     scenario->nr_flbs, transcript);
	if (!run->sessions || !run->files || !run->recorder)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	if (run->options.last_blob)
		*run->options.last_blob = NULL;
	if (run->options.last_memory) {
		*run->options.last_memory = NULL;
		*run->options.last_memory_size = 0;
	}
	err = lfb_agent_create(run->machine, "agent", &run->agent);
	return err ? err : lfb__run_points_prepare(run);
}

void lfb__run_release(struct lfb_run *run)
{
	lfb_agent_destroy(run->agent);
	lfb_agent_destroy(run->other_agent);
	lfb__recorder_destroy(run->recorder);
	free(run->sessions);
	free(run->files);
	free(run->points);
}

/* An older caller's options are shorter; what it does not know is zero. */
static int take_options(struct lfb_run *run, const struct lfb_scenario_options *given)
{
	struct lfb_scenario_options *options = &run->options;

	if (!given)
		return 0;
	if (given->sz < offsetof(struct lfb_scenario_options, last_memory) ||
	    given->sz > sizeof(*options))
		return lfb__error(run->machine, -EINVAL, "the options' sz is %zu, not %zu",
				  given->sz, sizeof(*options));
	memcpy(options, given, given->sz);
	if (!options->last_memory)
		return 0;
	if (!options->last_memory_size)
		return lfb__error(run->machine, -EINVAL, "no place for the size of the memory");
	if (run->machine->kernel.memory.policy != LFB_PAGES_ASCENDING)
		return lfb__error(run->machine, -EINVAL, "memory can be saved only where pages are "
				  "given out in ascending order");
	return 0;
}

/* Runs with the trace going where the options say, and back to where it went before. */
static int run_traced(struct lfb_run *run)
{
	struct lfb_machine *machine = run->machine;
	const struct lfb_trace before = machine->kernel.trace;
	int err;

	if (run->options.write && !run->options.golden)
		lfb_trace_to(machine, show_event, run);
	/* Findings are about lines: the texts live as long as the scenario, findings copy them. */
	machine->kernel.operation = 0;
	machine->kernel.doing = "boot";
	machine->kernel.operation_is_set = true;
	lfb__run_points_hook(run);
	run_all(run);
	lfb__run_points_unhook(run);
	machine->kernel.operation_is_set = false;
	machine->kernel.doing = NULL;
	lfb_trace_to(machine, before.sink, before.context);
	err = run->transcript.error;
	lfb_machine_shutdown(machine);
	if (err)
		return lfb__error(machine, err, "the output could not be written");
	if (run->result)
		return lfb__error(machine, run->result, "%s", run->why);
	return 0;
}

int lfb_scenario_run(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		     const struct lfb_scenario_options *options)
{
	struct lfb_run run = { .scenario = scenario, .machine = lfb__machine_valid(machine) };
	int err;

	if (!run.machine)
		return -EINVAL;
	if (!lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "the pointer is no live scenario");
	err = take_options(&run, options);
	if (err)
		return err;
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	err = lfb__run_make(&run);
	if (!err)
		err = run_traced(&run);
	lfb__run_release(&run);
	return err;
}
