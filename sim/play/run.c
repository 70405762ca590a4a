// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Running scenarios: one agent and the recorded module in a machine, one operation after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

bool lfb__run_operation(struct lfb_run *run, const struct lfb_operation *operation)
{
	u64 object = 0;
	long result;
	bool good;

	if (run->dead && operation->verb != LFB_VERB_COLD) {
		if (lfb__run_expects(run, operation))
			lfb__run_mismatch(run, operation, "nothing: the kernel is dead");
		return !lfb__run_expects(run, operation);
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
	lfb__run_show_operation(run, operation->verb, operation->text, result, object);
	lfb__run_show_booted(run);
	good = lfb__run_check(run, operation, result, object);
	lfb__run_notice_death(run, operation->line, result,
			      good || run->death_expected || operation->verb == LFB_VERB_PANIC);
	return (good || !lfb__run_expects(run, operation)) && !run->stop;
}

/* What was to be done at points that never came. */
static void check_waiting(struct lfb_run *run)
{
	lfb__run_points_begin(run);
	for (unsigned int i = 0; i < run->nr_points; i++) {
		if (lfb__run_expects(run, run->points[i].operation))
			lfb__run_mismatch(run, run->points[i].operation,
					  "nothing: it was never passed");
	}
}

/* The scenario is over. If the story is too, what should be finished by now? */
static void settle(struct lfb_run *run)
{
	run->machine->kernel.operation = run->scenario->count + 1;
	run->machine->kernel.doing = "end of the scenario";
	lfb__machine_at_end(run->machine);
}

static void power_on(struct lfb_run *run)
{
	long result = lfb__run_start(run, run->options.boot_from);

	if (result)
		lfb__run_surprise(run, (int)result, "%.400s", lfb_error_text(run->machine));
	lfb__run_show_booted(run);
	lfb__run_notice_death(run, 0, result, true);
}

bool lfb__run_comes_to_blocks(const struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;

	return run->next < scenario->count && scenario->operations[run->next].parallel &&
	       !run->dead && lfb_machine_state(run->machine) != LFB_OFF;
}

bool lfb__run_go_on(struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;
	bool goes_on;

	if (run->next < scenario->count && lfb_machine_state(run->machine) != LFB_OFF) {
		if (lfb__run_comes_to_blocks(run))
			goes_on = lfb__run_blocks(run, &run->next);
		else
			goes_on = lfb__run_operation(run, &scenario->operations[run->next++]);
		return goes_on && !run->transcript.error;
	}
	check_waiting(run);
	settle(run);
	lfb__transcript_line(&run->transcript, "== end");
	return false;
}

int lfb__run_make(struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;
	struct lfb_transcript *transcript = NULL;
	int err;

	lfb__guard_hold(&run->machine->kernel);
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
	err = lfb__run_add_memfds(run);
	if (!err)
		err = lfb_agent_create(run->machine, "agent", &run->agent);
	if (!err)
		err = lfb__run_points_prepare(run);
	if (!err)
		err = lfb__schedule_read(run->machine, run->options.schedule, &run->schedule);
	return err ? err : lfb__run_parallel_prepare(run);
}

void lfb__run_release(struct lfb_run *run)
{
	lfb__run_parallel_release(run);
	lfb__schedule_free(&run->schedule);
	lfb_agent_destroy(run->agent);
	lfb_agent_destroy(run->other_agent);
	lfb__recorder_destroy(run->recorder);
	lfb__run_remove_memfds(run);
	lfb__modules_swap_back(run->machine);
	free(run->sessions);
	free(run->files);
	free(run->points);
	lfb__guard_release(&run->machine->kernel);
}

void lfb__run_save(struct lfb_run *run, struct lfb_saved *saved)
{
	const struct lfb_scenario *scenario = run->scenario;

	lfb__save(saved, run, sizeof(*run));
	lfb__save(saved, run->sessions, scenario->nr_sessions * sizeof(*run->sessions));
	lfb__save(saved, run->files, scenario->nr_inodes * sizeof(*run->files));
	if (run->points)
		lfb__save(saved, run->points, scenario->nr_points * sizeof(*run->points));
	lfb__recorder_save(run->recorder, saved);
}

static int take_options(struct lfb_run *run, const struct lfb_scenario_options *given)
{
	struct lfb_scenario_options *options = &run->options;
	int err = lfb__options_take(run->machine, "the options", options, sizeof(*options), given,
				    offsetof(struct lfb_scenario_options, last_memory));

	if (!err && options->golden && options->trace_all)
		err = lfb__error(run->machine, -EINVAL, "the options: a golden transcript shows "
				 "no events");
	if (err || !options->last_memory)
		return err;
	if (!options->last_memory_size)
		return lfb__error(run->machine, -EINVAL, "no place for the size of the memory");
	if (run->machine->kernel.memory.policy != LFB_PAGES_ASCENDING)
		return lfb__error(run->machine, -EINVAL, "memory can be saved only where pages are "
				  "given out in ascending order");
	return 0;
}

/* Who runs is not part of it, where that decides nothing. */
bool lfb__run_mix(struct lfb_run *run, struct lfb_saved *room, struct lfb_mix *mix)
{
	struct lfb_agent *agent = run->agent;
	bool known;

	lfb__saved_empty(room);
	run->agent = NULL;
	lfb__run_save(run, room);
	run->agent = agent;
	known = !room->failed;
	lfb__saved_mix(room, mix);
	return known && (!run->machine->kernel.sched.beside || lfb__run_blocks_mix(run, mix));
}

void lfb__run_begin(struct lfb_run *run)
{
	struct lfb_machine *machine = run->machine;

	run->told_before.sink = machine->kernel.trace.sink;
	run->told_before.context = machine->kernel.trace.context;
	run->told_before.fine = machine->kernel.trace.fine;
	if (run->options.write && run->options.trace_all)
		lfb_trace_all_to(machine, lfb__run_show_event, run);
	else if (run->options.write && !run->options.golden)
		lfb_trace_to(machine, lfb__run_show_event, run);
	/* Findings are about lines: the texts live as long as the scenario, findings copy them. */
	machine->kernel.operation = 0;
	machine->kernel.doing = "boot";
	machine->kernel.operation_is_set = true;
	lfb__run_points_hook(run);
	power_on(run);
}

int lfb__run_end(struct lfb_run *run)
{
	struct lfb_machine *machine = run->machine;
	int err;

	lfb__run_points_unhook(run);
	machine->kernel.operation_is_set = false;
	machine->kernel.doing = NULL;
	(run->told_before.fine ? lfb_trace_all_to : lfb_trace_to)(machine, run->told_before.sink,
								  run->told_before.context);
	err = run->transcript.error;
	lfb_machine_shutdown(machine);
	if (err)
		return lfb__error(machine, err, "the output could not be written");
	if (run->result)
		return lfb__error(machine, run->result, "%s", run->why);
	return 0;
}

int lfb__run_picked(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		    const struct lfb_scenario_options *options, lfb_pick_fn pick, void *picker)
{
	struct lfb_run run = {
		.scenario = scenario, .machine = machine, .pick = pick, .picker = picker,
	};
	int err;

	if (!lfb__machine_valid(machine))
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
	if (!err) {
		lfb__run_begin(&run);
		while (lfb__run_go_on(&run))
			;
		err = lfb__run_end(&run);
	}
	lfb__run_release(&run);
	return err;
}

int lfb_scenario_run(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		     const struct lfb_scenario_options *options)
{
	return lfb__run_picked(scenario, machine, options, NULL, NULL);
}
