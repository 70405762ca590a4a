// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a life is made of: its beginning, its acts, its end. */
#include <stdio.h>
#include <string.h>

#include <luo/fault.h>

#include "lib/orchestrator.h"
#include "sim/explore/life/life.h"

#define TWICE 101u	/* the other token of the first file */

int lfb__life_machine(struct lfb_life *life)
{
	int err = lfb__machine_create_own(&life->machine_options, &life->machine);

	if (err)
		return err;
	for (size_t i = 0; !err && life->what.modules && life->what.modules[i]; i++)
		err = lfb_machine_add_module(life->machine, life->what.modules[i]);
	for (size_t i = 0; !err && life->what.loadable && life->what.loadable[i]; i++) {
		err = lfb_machine_load_module(life->machine, life->what.loadable[i]);
		life->replaced = !life->what.next ? NULL :
				 life->what.replaced ? life->what.replaced : life->what.loadable[i];
	}
	if (!err && life->replaced)
		err = lfb__module_check_swap(life->machine, life->replaced, life->what.next);
	if (err)
		lfb__error(NULL, err, "%.300s", lfb_error_text(life->machine));
	return err;
}

int lfb__life_handlers(struct lfb_life *life)
{
	const struct liveupdate_file_handler *handler;
	const struct luo *luo;
	int err;

	if (life->what.make_file)
		return 0;
	err = lfb_machine_boot(life->machine);
	if (err)
		return lfb__error(NULL, err, "%.300s", lfb_error_text(life->machine));
	luo = luo_seen(&life->machine->kernel);
	life->what.kinds = 0;
	list_for_each_entry(handler, &luo->handlers, private.list) {
		if (life->what.kinds < LFB_AGENT_FILES)
			snprintf(life->compatible[life->what.kinds++],
				 sizeof(life->compatible[0]), "%s", handler->compatible);
	}
	lfb_machine_shutdown(life->machine);
	if (!life->what.kinds)
		return lfb__error(NULL, -EINVAL, "no module registers a file handler: there is no "
				  "file to preserve");
	if (!life->what.files && life->what.kinds > LFB_AGENT_FILES / 2)
		life->what.files = 1;
	return 0;
}

struct call {
	struct lfb_life *life;
	unsigned int file;	/* or link */
	bool adds;
};

static long make(void *argument)
{
	const struct call *call = argument;
	const struct lfb_life *life = call->life;
	const unsigned int kind = call->file / life->what.files;

	if (!life->what.make_file)
		return (long)(intptr_t)lfb_module_file(life->compatible[kind],
						       call->file % life->what.files + 1);
	return (long)(intptr_t)life->what.make_file(life->machine, life->context,
						    kind);
}

static long use(void *argument)
{
	const struct call *call = argument;

	return call->life->what.use(call->life->machine, call->life->context);
}

/* A file is made when it is needed first in a kernel. */
static int file(struct lfb_life *life, unsigned int number)
{
	struct call call = { life, number, false };
	long made;

	if (life->file[number] >= 0)
		return life->file[number];
	made = lfb_machine_call(life->machine, make, &call);
	if (!made || IS_ERR((void *)(intptr_t)made)) {
		/* Another version may lack a handler. */
		if (lfb_machine_state(life->machine) == LFB_RUNNING && life->what.make_file)
			life->error = lfb__error(NULL, made ? (int)made : -EINVAL,
						 "make_file() made no file of kind %u",
						 number / life->what.files);
		return made ? (int)made : -EINVAL;
	}
	life->file[number] = lfb_agent_install(life->agent, (struct file *)(intptr_t)made);
	return life->file[number];
}

static void new_kernel(struct lfb_life *life)
{
	for (unsigned int i = 0; i < LFB_AGENT_SESSIONS; i++)
		life->session[i] = -EBADF;
	for (unsigned int i = 0; i < LFB_AGENT_FILES; i++)
		life->file[i] = life->given[i] = life->out[i] = -EBADF;
}

static bool is_linked(const struct liveupdate_file_handler *handler,
		      const struct liveupdate_flb *flb)
{
	const struct luo_flb_link *link;

	list_for_each_entry(link, &handler->private.flb_list, list) {
		if (link->flb == flb)
			return true;
	}
	return false;
}

/* Takes a link away or adds one, or only counts them when there is none of this number. */
static long rewire(void *argument)
{
	const struct call *call = argument;
	struct luo *luo = luo_seen(&call->life->machine->kernel);
	struct liveupdate_file_handler *handler;
	struct liveupdate_flb *flb;
	unsigned int number = 0;

	if (!luo)
		return 0;
	list_for_each_entry(handler, &luo->handlers, private.list) {
		list_for_each_entry(flb, &luo->flbs, private.list) {
			if (is_linked(handler, flb) == call->adds || number++ != call->file)
				continue;
			return call->adds ? liveupdate_register_flb(handler, flb) :
					    (liveupdate_unregister_flb(handler, flb), 0);
		}
	}
	return number;
}

static long kexec(struct lfb_life *life, const struct lfb_agent_act *act)
{
	struct lfb_machine *machine = life->machine;
	struct call call = { life, act->file, act->verb == LFB_AGENT_KEXEC_WITH };
	long err = lfb_machine_prepare(machine);

	if (!err && life->replaced && !life->swapped)
		err = lfb__module_swap(machine, life->replaced, life->what.next);
	if (err)
		return err;
	life->swapped = true;
	if (life->prepared)
		life->prepared(life);
	if (act->verb == LFB_AGENT_KEXEC_PLAIN)
		lfb_machine_load(machine, LFB_IMAGE_PLAIN);
	if (act->verb == LFB_AGENT_KEXEC_OFF)
		machine->lacks = LFB_LACKS_LIVEUPDATE;
	if (act->verb == LFB_AGENT_KEXEC_NO_KHO)
		machine->lacks = LFB_LACKS_KHO;
	err = lfb_machine_jump(machine, NULL);
	machine->lacks = LFB_LACKS_NOTHING;
	if (err)
		return err;
	new_kernel(life);
	if (act->verb == LFB_AGENT_KEXEC_WITHOUT || act->verb == LFB_AGENT_KEXEC_WITH)
		lfb_machine_call(machine, rewire, &call);
	life->device = lfb_agent_open(life->agent);
	return 0;
}

/* Is a handler asked what its files are? */
static long identifies(void *argument)
{
	const struct lfb_life *life = argument;
	const struct luo *luo = luo_seen(&life->machine->kernel);
	const struct liveupdate_file_handler *handler;

	if (!luo || luo_quirk(luo, LUO_QUIRK_FILE_PRESERVED_TWICE))
		return false;
	list_for_each_entry(handler, &luo->handlers, private.list) {
		if (handler->ops->get_id)
			return true;
	}
	return false;
}

void lfb__life_look_at_registry(struct lfb_life *life)
{
	struct call none = { life, UINT_MAX, false };

	life->identifies = lfb_machine_call(life->machine, identifies, life);
	life->links = (unsigned int)lfb_machine_call(life->machine, rewire, &none);
	none.adds = true;
	life->gaps = (unsigned int)lfb_machine_call(life->machine, rewire, &none);
}

static int preserve(struct lfb_life *life, const struct lfb_agent_act *act, int fd)
{
	life->out[act->file] = fd;
	return fd < 0 ? fd : lfb_agent_preserve(life->agent, life->session[act->session], fd,
						act->file + 1u);
}

static long perform(struct lfb_life *life, const struct lfb_agent_act *act)
{
	const char name[] = { (char)('a' + act->session), '\0' };
	struct call call = { .life = life };
	int *session = &life->session[act->session];

	switch (act->verb) {
	case LFB_AGENT_CREATE:
		return *session = lfb_agent_create_session(life->agent, life->device, name);
	case LFB_AGENT_PRESERVE:
		return preserve(life, act, file(life, act->file));
	case LFB_AGENT_AGAIN:
		return preserve(life, act, life->given[act->file]);
	case LFB_AGENT_TWICE:
		return lfb_agent_preserve(life->agent, *session, life->out[act->file],
					  act->file + TWICE);
	case LFB_AGENT_REOPEN:
		return *session = lfb_agent_retrieve_session(life->agent, life->device, name);
	case LFB_AGENT_RETRIEVE:
		return life->given[act->file] = lfb_agent_retrieve(life->agent, *session,
								   act->file + 1u);
	case LFB_AGENT_FINISH:
		return lfb_agent_finish(life->agent, *session);
	case LFB_AGENT_CLOSE:
		return lfb_agent_close(life->agent, *session);
	case LFB_AGENT_USE:
		return lfb_machine_call(life->machine, use, &call);
	default:
		return kexec(life, act);
	}
}

unsigned int lfb__life_fallible(const struct lfb_agent_act *act)
{
	switch (act->verb) {
	case LFB_AGENT_PRESERVE:
	case LFB_AGENT_AGAIN:
		return 1u << LFB_FAULT_FLB_PRESERVE | 1u << LFB_FAULT_FILE_PRESERVE;
	case LFB_AGENT_RETRIEVE:
		return 1u << LFB_FAULT_FILE_RETRIEVE;
	case LFB_AGENT_FINISH:
		return 1u << LFB_FAULT_FILE_CAN_FINISH;
	case LFB_AGENT_KEXEC:
		return 1u << LFB_FAULT_FILE_FREEZE;
	default:
		return 0;
	}
}

/* The act, with what is to fail in it. */
static long perform_last(struct lfb_life *life, const struct lfb_agent_act *act)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = lfb__life_fallible(act), .nth = act->fails,
	};
	long answer;

	if (!act->fails)
		return perform(life, act);
	/* A file is made before, without failures. */
	if (act->verb == LFB_AGENT_PRESERVE)
		file(life, act->file);
	lfb_fault_arm(life->machine, &plan);
	answer = perform(life, act);
	life->hit = lfb_fault_hits(life->machine) > 0;
	lfb_fault_arm(life->machine, NULL);
	return answer;
}

bool lfb__life_is_dead(const struct lfb_life *life)
{
	enum lfb_machine_state state = lfb_machine_state(life->machine);

	return state == LFB_PANICKED || state == LFB_HUNG;
}

/* Findings say in which call they were, and copy what they say. */
static void doing(struct lfb_life *life, unsigned int number, const char *what)
{
	life->machine->kernel.operation = number;
	life->machine->kernel.doing = what;
}

long lfb__life_begin(struct lfb_life *life)
{
	int err;

	lfb__machine_forget_seen(life->machine);
	life->machine->kernel.history.next = 0;
	life->machine->kernel.operation_is_set = true;
	doing(life, 0, "boot");
	life->swapped = false;
	lfb__modules_swap_back(life->machine);
	new_kernel(life);
	err = lfb_machine_boot(life->machine);
	if (lfb_machine_state(life->machine) == LFB_OFF) {
		life->machine->kernel.operation_is_set = false;
		return life->error = lfb__error(NULL, err, "%.300s",
						lfb_error_text(life->machine));
	}
	if (lfb_agent_create(life->machine, "agent", &life->agent))
		return life->error = -ENOMEM;
	life->device = lfb_agent_open(life->agent);
	return err;
}

long lfb__life_act(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int number)
{
	lfb__life_name(&word[number], 1, life->doing, sizeof(life->doing));
	doing(life, number + 1, life->doing);
	return perform_last(life, &word[number]);
}

/* What should be over is looked for before the agent goes, and afterwards. */
void lfb__life_end(struct lfb_life *life, unsigned int length)
{
	const bool goes_back = life->nr_branches > 0;

	doing(life, length + 1, "end");
	lfb__machine_at_end(life->machine);
	if (goes_back)
		lfb__agent_exit(life->agent);
	else
		lfb_agent_destroy(life->agent);
	lfb__machine_at_end(life->machine);
	life->dead = lfb__life_is_dead(life);
	if (!goes_back) {
		life->agent = NULL;
		lfb_machine_shutdown(life->machine);
	}
	life->machine->kernel.operation_is_set = false;
	life->machine->kernel.doing = NULL;
}
