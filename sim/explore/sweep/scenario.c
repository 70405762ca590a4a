// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sweeping a scenario: power on is the first step, each operation another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/play/play.h"
#include "sim/explore/sweep/sweep.h"

struct play {
	struct lfb_run run;
	struct lfb_balance balance;
	struct lfb_machine_stats at_boot; /* of the running kernel … */
	unsigned long linked_at_boot;	/* … and links that its modules made */
	int made;			/* descriptor the newest step made, -1 for none … */
	int made_before;		/* … and the one of that inode number before */
	long *plain;			/* what each step answered without faults, … */
	bool knows_plain;		/* … once it was run so */
	size_t stuck;			/* the "do" line that failed otherwise; 0: none */
	char text[360];
};

static const struct lfb_operation *operation_of(const struct play *play, size_t step)
{
	LFB_ASSERT(step <= play->run.scenario->count);
	return step ? &play->run.scenario->operations[step - 1] : NULL;
}

static const char *text(void *self, size_t step)
{
	struct play *play = self;
	const struct lfb_operation *operation = operation_of(play, step);

	if (operation)
		snprintf(play->text, sizeof(play->text), "%.120s:%u: %.200s",
			 play->run.scenario->name, operation->line, operation->text);
	else
		snprintf(play->text, sizeof(play->text), "%.120s: power on",
			 play->run.scenario->name);
	return play->text;
}

/* A link of an FLB to a handler is all that may be left of the orchestrator's objects. */
static unsigned long links(const struct luo *luo)
{
	const struct liveupdate_file_handler *handler;
	const struct luo_flb_link *link;
	unsigned long count = 0;

	if (!luo)
		return 0;
	list_for_each_entry(handler, &luo->handlers, private.list) {
		list_for_each_entry(link, &handler->private.flb_list, list)
			count++;
	}
	return count;
}

static void note_boot(struct play *play)
{
	play->at_boot = (struct lfb_machine_stats){ .sz = sizeof(play->at_boot) };
	lfb_machine_stats(play->run.machine, &play->at_boot);
	play->linked_at_boot = links(lfb__machine_look(play->run.machine));
}

/* An object of its own lies elsewhere the next time: that there is one, and in which memory. */
static u64 what_it_is(u64 object)
{
	return object >> 63 ? object >> 41 : object;
}

/*
 * The "do" lines are one function of the module's: where one fails that does not without faults,
 * those behind it are not reached, until it is repeated and works.
 */
static bool is_reached(const struct play *play, size_t step)
{
	return operation_of(play, step)->verb != LFB_VERB_DO || !play->stuck || play->stuck == step;
}

static void note_answer(struct play *play, size_t step, long result)
{
	const struct lfb_operation *operation = operation_of(play, step);

	if (!play->knows_plain)
		play->plain[step] = result;
	if (operation->verb != LFB_VERB_DO)
		return;
	if (result < 0 && result != play->plain[step])
		play->stuck = step;
	else if (play->stuck == step)
		play->stuck = 0;
}

static long operate(struct play *play, const struct lfb_operation *operation, u64 *object)
{
	struct lfb_run *run = &play->run;
	bool preserves = operation->verb == LFB_VERB_PRESERVE;
	bool boots = operation->verb == LFB_VERB_COLD || operation->verb == LFB_VERB_REBOOT ||
		     operation->verb == LFB_VERB_JUMP;
	long result;

	lfb__run_points_begin(run);
	if (operation->point) {
		lfb__run_wait(run, operation);
		return 0;
	}
	lfb__run_at(run, operation);
	if (preserves)
		play->made_before = run->files[operation->inode];
	if (operation->verb == LFB_VERB_COLD)
		lfb__balance_reset(&play->balance);
	result = lfb__run_perform(run, operation, object);
	if (preserves && run->files[operation->inode] != play->made_before)
		play->made = run->files[operation->inode];
	if (boots && !result)
		note_boot(play);
	if (lfb__answers_object(operation->verb))
		*object = what_it_is(*object);
	return result;
}

static long perform(void *self, size_t step, u64 *object)
{
	struct play *play = self;
	const struct lfb_operation *operation = operation_of(play, step);
	struct lfb_machine *machine = play->run.machine;
	long result;

	play->made = -1;
	if (!operation) {
		play->run.nr_points = 0;
		play->stuck = 0;
		/* One that was to be given, but the run ended before. */
		lfb_agent_argument(play->run.agent, LFB_ARGUMENT_GOOD);
		lfb__recorder_unlearn(play->run.recorder);
		lfb__modules_swap_back(machine);
		result = lfb__run_start(&play->run, NULL);
		note_boot(play);
		return result;
	}
	/* A dead kernel does nothing until its power is cycled. */
	if (machine->state != LFB_OFF && machine->kernel.dead && operation->verb != LFB_VERB_COLD)
		return 0;
	if (!is_reached(play, step))
		return 0;
	result = operate(play, operation, object);
	note_answer(play, step, result);
	return result;
}

/* A file that could not be preserved is closed again. */
static void give_back(void *self, size_t step)
{
	struct play *play = self;

	if (play->made < 0)
		return;
	lfb_agent_close(play->run.agent, play->made);
	play->run.files[operation_of(play, step)->inode] = play->made_before;
	play->made = -1;
}

/* A session that could not be finished by closing it is retrieved and closed again. */
static bool can_repair(void *self, size_t step)
{
	const struct lfb_operation *operation = operation_of(self, step);

	return operation && operation->verb == LFB_VERB_CLOSE;
}

static bool repair(void *self, size_t step)
{
	const struct lfb_operation *operation = operation_of(self, step);
	struct lfb_run *run = &((struct play *)self)->run;
	int session = lfb_agent_retrieve_session(run->agent, run->device, operation->name);

	return session >= 0 && !lfb_agent_close(run->agent, session);
}

static void more(struct lfb_state_sink *sink, const void *self)
{
	lfb__state_recorder(sink, ((const struct play *)self)->run.recorder);
}

/* Puts every reference that is kept, gives back what "do" lines have, and fails no more. */
static long end_module(void *context)
{
	lfb__recorder_end(context);
	return 0;
}

static void close_all(struct lfb_agent *agent)
{
	for (unsigned int fd = 0; fd < agent->fds.size; fd++) {
		if (lfb__fd_file(&agent->fds, (int)fd))
			lfb_agent_close(agent, (int)fd);
	}
}

static bool first_incoming(struct lfb_machine *machine, char *name)
{
	const struct luo *luo = lfb__machine_look(machine);
	const struct liveupdate_session *first;

	if (!luo || list_empty(&luo->incoming.list))
		return false;
	first = list_first_entry(&luo->incoming.list, struct liveupdate_session, list);
	memcpy(name, first->name, sizeof(first->name));
	name[sizeof(first->name)] = '\0';
	return true;
}

/* What nobody has taken over yet is taken over and finished. */
static bool finish_incoming(struct play *play, char *why, size_t size)
{
	struct lfb_agent *agent = play->run.agent;
	char name[LIVEUPDATE_SESSION_NAME_LENGTH + 1];
	int device = lfb_agent_open(agent), session, err;

	while (device >= 0 && first_incoming(play->run.machine, name)) {
		session = lfb_agent_retrieve_session(agent, device, name);
		err = session < 0 ? session : lfb_agent_finish(agent, session);
		if (session >= 0)
			lfb_agent_close(agent, session);
		if (err) {
			snprintf(why, size, "session %.64s cannot be finished (%d)", name, err);
			return false;
		}
	}
	lfb_agent_close(agent, device);
	return true;
}

/* Pages that came from the previous kernel and that modules have are in nobody's way. */
static bool is_kept(const struct play *play, const char *what)
{
	const unsigned long now = play->run.machine->kernel.pages.allocated;

	return !strcmp(what, "pages in use") && now > play->at_boot.pages &&
	       now - play->at_boot.pages <= lfb__sweep_kept(play->run.machine);
}

/* What an FLB made when it was retrieved, at boot, is gone with it. */
static bool may_be_less(const char *what)
{
	return !strcmp(what, "vmalloc areas") || !strcmp(what, "pages in use") ||
	       !strcmp(what, "slab objects");
}

static bool is_clean(const struct play *play, const struct luo *luo, char *why, size_t size)
{
	const struct lfb_kernel *kernel = &play->run.machine->kernel;
	const struct lfb_machine_stats *at_boot = &play->at_boot;
	const struct { const char *what; unsigned long now, wanted; } counts[] = {
		{ "open files", kernel->files_open, 0 },
		{ "sessions", luo->outgoing.count, 0 },
		{ "preserved blocks", kho__blocks(kernel), at_boot->preserved_blocks },
		{ "vmalloc areas", kernel->vmallocs.count, at_boot->vmalloc_areas },
		{ "incoming sessions", luo->incoming.count, 0 },
		{ "pages in use", kernel->pages.allocated, at_boot->pages },
		{ "slab objects", kernel->slabs.objects,
		  at_boot->slab_objects + links(luo) - play->linked_at_boot },
		{ "locks held",
		  kernel->boot_task.locks_held + play->run.agent->task.locks_held, 0 },
	};
	/* What a restore that failed for good has left is nobody's any more. */
	size_t nr_counts = luo->restore_error ? 4 : ARRAY_SIZE(counts);

	for (size_t i = 0; i < nr_counts; i++) {
		if (counts[i].now < counts[i].wanted && may_be_less(counts[i].what))
			continue;
		if (counts[i].now != counts[i].wanted && !is_kept(play, counts[i].what)) {
			snprintf(why, size, "there are %lu %s, not %lu", counts[i].now,
				 counts[i].what, counts[i].wanted);
			return false;
		}
	}
	return true;
}

static bool take_down(void *self, char *why, size_t size)
{
	struct play *play = self;
	struct lfb_machine *machine = play->run.machine;
	const struct luo *luo;

	play->knows_plain = true;
	if (machine->state != LFB_RUNNING || machine->kernel.dead)
		return true;
	lfb_machine_call(machine, end_module, play->run.recorder);
	close_all(play->run.agent);
	if (!finish_incoming(play, why, size))
		return false;
	luo = lfb__machine_look(machine);
	if (lfb_machine_state(machine) == LFB_RUNNING && luo)
		return is_clean(play, luo, why, size);
	snprintf(why, size, "the kernel died: %.300s", machine->kernel.trace.complaint);
	return false;
}

static void save(void *self, struct lfb_saved *saved)
{
	struct play *play = self;

	lfb__save(saved, play, sizeof(*play));
	lfb__saved_told(saved, play, play, run, balance);
	lfb__run_save(&play->run, saved);
	lfb__balance_save(&play->balance, saved);
}

static bool boots_image(const struct lfb_operation *operation)
{
	return (operation->verb == LFB_VERB_REBOOT || operation->verb == LFB_VERB_JUMP) &&
	       operation->name && lfb__is_image(operation->name);
}

int lfb__sweep_check_scenario(const struct lfb_scenario *scenario, struct lfb_machine *machine)
{
	for (size_t i = 0; i < scenario->count; i++) {
		const struct lfb_operation *operation = &scenario->operations[i];

		if (operation->verb == LFB_VERB_FAULT)
			return lfb__error(machine, -EINVAL, "%.160s:%u: a sweep arms its own fault "
					  "plans", scenario->name, operation->line);
		if (boots_image(operation))
			return lfb__error(machine, -EOPNOTSUPP, "%.160s:%u: a sweep boots no "
					  "kernel images by their paths", scenario->name,
					  operation->line);
	}
	return 0;
}

static int sweep(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		 const struct lfb_sweep_options *options, struct lfb_sweep_result *result,
		 struct lfb_sweep_known *notes, const struct lfb_sweep_known *known)
{
	struct play play = { .run = { .scenario = scenario, .machine = machine }, .made = -1 };
	const struct lfb_sweep_subject subject = {
		.name = scenario->name,
		.self = &play,
		.steps = scenario->count + 1,
		.last_armed = scenario->count,
		.goes_on = true,
		.perform = perform,
		.text = text,
		.give_back = give_back,
		.can_repair = can_repair,
		.repair = repair,
		.take_down = take_down,
		.more = more,
		.notes = notes,
		.known = known,
		.save = save,
	};
	int err = lfb__run_make(&play.run);

	play.plain = calloc(scenario->count + 1, sizeof(*play.plain));
	if (!err && !play.plain)
		err = lfb__error(machine, -ENOMEM, "no memory to sweep %.160s", scenario->name);
	if (!err) {
		machine->kernel.operation_is_set = true;
		lfb__run_points_hook(&play.run);
		err = lfb__sweep_subject(machine, &subject, options, result, &play.balance);
		lfb__run_points_unhook(&play.run);
		machine->kernel.operation_is_set = false;
		machine->kernel.doing = NULL;
	}
	free(play.plain);
	lfb__run_release(&play.run);
	return err;
}

/* The scenario goes wrong by itself: as what? */
static int name_error(struct lfb_machine *machine, int err)
{
	char text[400], names[200];

	snprintf(text, sizeof(text), "%s", lfb_error_text(machine));
	return lfb__error(machine, err, "%s%s", text,
			  lfb__sweep_names(machine, names, sizeof(names)));
}

/* What an image's profile does wrong. Where it cannot even run the scenario, nothing is known. */
static int find_known(const struct lfb_scenario *scenario, const struct lfb_machine *machine,
		      const struct lfb_sweep_options *given, struct lfb_sweep_known *known)
{
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_sweep_options options = *given;
	struct lfb_machine *judge;
	int err = lfb__machine_create_profile(machine, &judge);

	if (err)
		return err;
	options.write = NULL;
	options.progress = NULL;
	options.ran = NULL;
	options.shards = 0;
	err = lfb_scenario_run(scenario, judge, NULL);
	judge->profile = machine->profile;
	if (!err)
		err = sweep(scenario, judge, &options, &result, known, NULL);
	memcpy(known->points, result.points, sizeof(known->points));
	lfb_machine_destroy(judge);
	return err == -ENOMEM ? lfb__error(NULL, err, "no memory for a sweep") : 0;
}

int lfb_scenario_sweep(const struct lfb_scenario *scenario, struct lfb_machine *machine,
		       const struct lfb_sweep_options *given, struct lfb_sweep_result *result)
{
	const struct luo_profile *profile;
	struct lfb_sweep_options options;
	struct lfb_sweep_known known = { 0 };
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (!lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "the pointer is no live scenario");
	err = lfb__sweep_take(machine, given, result, &options);
	if (!err)
		err = lfb__sweep_check_scenario(scenario, machine);
	if (err)
		return err;
	/* What the scenario itself expects must hold. */
	profile = machine->profile;
	err = lfb_scenario_run(scenario, machine, NULL);
	machine->profile = profile;
	if (err)
		return name_error(machine, err);
	if (machine->tree_file && list_empty(&machine->modules) && !options.only)
		err = find_known(scenario, machine, &options, &known);
	if (!err)
		err = sweep(scenario, machine, &options, result, NULL, &known);
	lfb__list_free(&known.cases);
	return err;
}
