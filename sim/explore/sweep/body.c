// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sweeping a test body written in C: power on and prepare, the step, clean up. */
#include <stdio.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/explore/sweep/sweep.h"

enum { PREPARE, STEP, CLEAN_UP, STEPS };

struct body {
	struct lfb_machine *machine;
	const struct lfb_sweep_body *body;
	void *context;
	struct lfb_balance balance;
	struct lfb_machine_stats clean;	/* what is in use when nothing was done … */
	unsigned int boot;		/* … in this kernel */
	struct lfb_machine_stats least;	/* what the run without faults leaves */
	bool knows_least;
	char text[160];
};

static struct lfb_machine_stats stats(struct lfb_machine *machine)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	lfb_machine_stats(machine, &stats);
	return stats;
}

static long prepare(struct body *body)
{
	long err = lfb_machine_boot(body->machine);

	if (err)
		return err;
	body->clean = stats(body->machine);
	body->boot = lfb_machine_boots(body->machine);
	return body->body->prepare ? body->body->prepare(body->machine, body->context) : 0;
}

static long perform(void *self, size_t step, u64 *object)
{
	struct body *body = self;

	(void)object;
	if (step == PREPARE)
		return prepare(body);
	if (step == STEP)
		return body->body->step(body->machine, body->context);
	return body->body->clean_up ? body->body->clean_up(body->machine, body->context) : 0;
}

static const char *text(void *self, size_t step)
{
	static const char *const names[] = { "prepare", "step", "clean up" };
	struct body *body = self;

	snprintf(body->text, sizeof(body->text), "%.100s: %s",
		 body->body->name ? body->body->name : "body", names[step]);
	return body->text;
}

static bool leaves_nothing(const struct lfb_machine_stats *now,
			   const struct lfb_machine_stats *was, char *why, size_t size)
{
	const struct { const char *what; unsigned long now, was; } counts[] = {
		{ "open files", now->files, was->files },
		{ "sessions", now->sessions_outgoing, was->sessions_outgoing },
		{ "preserved blocks", now->preserved_blocks, was->preserved_blocks },
		{ "vmalloc areas", now->vmalloc_areas, was->vmalloc_areas },
		{ "slab objects", now->slab_objects, was->slab_objects },
		{ "pages", now->pages, was->pages },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		if (counts[i].now > counts[i].was) {
			snprintf(why, size, "it left something behind: %s %lu, was %lu",
				 counts[i].what, counts[i].now, counts[i].was);
			return false;
		}
	}
	return true;
}

/* All sessions are finished, all files closed: is there memory that nobody took over? */
static bool takes_over_all(struct lfb_machine *machine, char *why, size_t size)
{
	const struct lfb_kernel *kernel = &machine->kernel;
	const struct luo *luo = lfb__machine_look(machine);
	const struct lfb_finding *finding;

	if (!luo || !luo->handed_over || kernel->files_open > luo->device_open)
		return true;
	lfb__machine_at_end(machine);
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (finding->id != LFB_FINDING_KHO_NEVER_RESTORED)
			continue;
		snprintf(why, size, "%.300s", finding->text);
		return false;
	}
	return true;
}

/*
 * clean_up ran already. What the kernel had in use that the test began with says nothing about the
 * next one, nor about one that is about to jump.
 */
static bool take_down(void *self, char *why, size_t size)
{
	struct body *body = self;
	struct lfb_machine_stats now = stats(body->machine);

	if (body->knows_least)
		return leaves_nothing(&now, &body->least, why, size);
	body->least = now;
	body->knows_least = true;
	if (lfb_machine_state(body->machine) != LFB_RUNNING)
		return true;
	if (lfb_machine_boots(body->machine) != body->boot)
		return takes_over_all(body->machine, why, size);
	return leaves_nothing(&now, &body->clean, why, size);
}

static void remove_modules(struct lfb_machine *machine, struct lfb_module *const *modules,
			   size_t count)
{
	while (count-- > 0)
		lfb_machine_remove_module(machine, modules[count]->module->name);
}

/* All of them, or none. */
static int add_modules(struct lfb_machine *machine, struct lfb_module *const *modules,
		       size_t *count)
{
	int err = 0;

	for (*count = 0; modules && modules[*count] && !err; *count += !err)
		err = lfb_machine_add_module(machine, modules[*count]);
	if (err)
		remove_modules(machine, modules, *count);
	return err;
}

int lfb_sweep(struct lfb_machine *machine, const struct lfb_sweep_body *given, void *context,
	      const struct lfb_sweep_options *options, struct lfb_sweep_result *result)
{
	struct lfb_sweep_subject subject = {
		.steps = STEPS,
		.first_armed = STEP,
		.last_armed = STEP,
		.perform = perform,
		.text = text,
		.take_down = take_down,
	};
	struct lfb_sweep_body taken;
	struct body body = { .machine = machine, .body = &taken, .context = context };
	struct lfb_sweep_options how;
	struct lfb_machine *before;
	size_t modules;
	int err = lfb__machine_check_outside(machine);

	if (!err)
		err = lfb__options_take(machine, "the body", &taken, sizeof(taken), given,
					sizeof(taken));
	if (!err && !taken.step)
		err = lfb__error(machine, -EINVAL, "the body has no step");
	if (!err)
		err = lfb__sweep_take(machine, options, result, &how);
	if (!err)
		err = add_modules(machine, taken.modules, &modules);
	if (err)
		return err;
	subject.self = &body;
	subject.name = taken.name ? taken.name : "body";
	before = lfb_machine_enter(machine);
	err = lfb__sweep_subject(machine, &subject, &how, result, &body.balance);
	lfb_machine_enter(before);
	remove_modules(machine, taken.modules, modules);
	return err;
}
