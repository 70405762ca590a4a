/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the operations of a scenario do: the agent's calls, the recorded module's, and the power
 * switch.
 */
#include <stdlib.h>

#include <luo/liveupdate.h>

#include "lib/luo.h"
#include "sim/machine/scenario_run.h"

/* No open session of that name: the agent has nothing to call the kernel with. */
#define NO_SESSION (-EBADFD)
/* No reference is kept that could be put. */
#define NOTHING_HELD (-EBADFD)

/*
 * Kernels come and go
 */

/* Everything that belonged to a kernel went with it. */
static void forget(struct lfb_run *run)
{
	unsigned int i;

	run->device = -1;
	for (i = 0; i < run->scenario->nr_sessions; i++)
		run->sessions[i] = -1;
	for (i = 0; i < run->scenario->nr_inodes; i++)
		run->files[i] = -1;
	lfb_recorder_reset(run->recorder);
}

long lfb_run_start(struct lfb_run *run, const struct lfb_blob *blob)
{
	forget(run);
	run->dead = false;
	lfb_run_show_boot(run, blob ? "handover" : "cold");
	return blob ? lfb_machine_boot_blob(run->machine, blob) : lfb_machine_boot(run->machine);
}

static long power_cycle(struct lfb_run *run)
{
	int err = lfb_machine_shutdown(run->machine);

	return err ? err : lfb_run_start(run, NULL);
}

static int save_blob(struct lfb_run *run)
{
	struct lfb_blob *blob = NULL;
	int err = lfb_blob_capture(run->machine, &blob);

	if (err && err != -ENODATA)
		return err;
	lfb_blob_free(*run->options.last_blob);
	*run->options.last_blob = blob;
	return 0;
}

static int save_memory(struct lfb_run *run)
{
	size_t size = PFN_PHYS(run->machine->kernel.pages.bottom);
	void *image = malloc(size);
	int err;

	if (!image)
		return lfb_error(run->machine, -ENOMEM, "no memory for a copy of memory");
	err = lfb_machine_read(run->machine, 0, image, size);
	if (err) {
		free(image);
		return err;
	}
	free(*run->options.last_memory);
	*run->options.last_memory = image;
	*run->options.last_memory_size = size;
	return 0;
}

static long reboot(struct lfb_run *run, const char *profile)
{
	int err = lfb_machine_prepare(run->machine);

	if (!err && run->options.last_blob)
		err = save_blob(run);
	if (!err && run->options.last_memory)
		err = save_memory(run);
	if (err)
		return err;
	lfb_run_show_boot(run, "handover");
	err = lfb_machine_jump(run->machine, profile);
	/* Unless the jump itself was impossible: then the old kernel still has it all. */
	if (lfb_machine_state(run->machine) != LFB_REBOOTING)
		forget(run);
	return err;
}

/*
 * Kernel code on the scenario's behalf
 */

struct module_call {
	struct lfb_run *run;
	const struct lfb_operation *operation;
	void *object;
};

/* Does this kernel count references to FLB objects? */
static bool counts_references(const struct lfb_run *run)
{
	const struct luo *luo = run->machine->kernel.luo;

	return luo->profile->accessors == LUO_ACCESSORS_GET &&
	       !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED);
}

static void put(struct liveupdate_flb *flb, bool incoming)
{
	if (incoming)
		liveupdate_flb_put_incoming(flb);
	else
		liveupdate_flb_put_outgoing(flb);
}

/* Asks for the object; a counted reference goes back at once. */
static long get_and_put(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err = incoming ? liveupdate_flb_get_incoming(flb, &call->object) :
			     liveupdate_flb_get_outgoing(flb, &call->object);

	if (!err && counts_references(call->run))
		put(flb, incoming);
	return err;
}

static long hold_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err;

	if (!counts_references(call->run))
		return -EOPNOTSUPP;
	err = incoming ? liveupdate_flb_get_incoming(flb, &call->object) :
			 liveupdate_flb_get_outgoing(flb, &call->object);
	if (!err)
		++*lfb_recorder_held(call->run->recorder, call->operation->flb, incoming);
	return err;
}

static long put_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	unsigned int *held = lfb_recorder_held(call->run->recorder, call->operation->flb, incoming);

	if (!*held)
		return NOTHING_HELD;
	--*held;
	put(flb, incoming);
	return 0;
}

static long get_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err;

	if (call->run->machine->profile->accessors == LUO_ACCESSORS_GET)
		return get_and_put(call, flb, incoming);
	err = incoming ? liveupdate_flb_incoming_locked(flb, &call->object) :
			 liveupdate_flb_outgoing_locked(flb, &call->object);
	if (err)
		return err;
	if (incoming)
		liveupdate_flb_incoming_unlock(flb, call->object);
	else
		liveupdate_flb_outgoing_unlock(flb, call->object);
	return 0;
}

static long call_flb(struct module_call *call, struct liveupdate_file_handler *handler)
{
	const struct lfb_operation *operation = call->operation;
	struct lfb_recorder *recorder = call->run->recorder;
	struct liveupdate_flb *flb;
	int err;

	err = lfb_recorder_flb(recorder, operation->flb,
			       call->run->machine->profile->has_init_flb, &flb);
	if (err)
		return err;
	switch (operation->verb) {
	case LFB_VERB_FLB:
		return liveupdate_register_flb(handler, flb);
	case LFB_VERB_UNFLB:
		return liveupdate_unregister_flb(handler, flb);
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
		return get_object(call, flb, operation->verb == LFB_VERB_GETIN);
	case LFB_VERB_HOLDIN:
	case LFB_VERB_HOLDOUT:
		return hold_object(call, flb, operation->verb == LFB_VERB_HOLDIN);
	default:
		return put_object(call, flb, operation->verb == LFB_VERB_PUTIN);
	}
}

static long call_module(void *argument)
{
	struct module_call *call = argument;
	const struct lfb_operation *operation = call->operation;
	struct liveupdate_file_handler *handler = NULL;

	if (operation->verb < LFB_VERB_GETIN || operation->verb > LFB_VERB_PUTOUT) {
		handler = lfb_recorder_handler(call->run->recorder, operation->handler);
		if (!handler)
			return -ENOMEM;
	}
	switch (operation->verb) {
	case LFB_VERB_HANDLER:
		return liveupdate_register_file_handler(handler);
	case LFB_VERB_UNHANDLER:
		return liveupdate_unregister_file_handler(handler);
	default:
		return call_flb(call, handler);
	}
}

static long call_panic(void *argument)
{
	(void)argument;
	panic("the scenario says so");
	return 0;
}

static long make_file(void *argument)
{
	const struct lfb_operation *operation = argument;

	return PTR_ERR(lfb_recorder_file(operation->handler, operation->ino));
}

/*
 * What the agent does. Descriptors are kept where they matter; as a result, 0 stands for any.
 */

static long opened(int fd, int *kept)
{
	if (fd < 0)
		return fd;
	*kept = fd;
	return 0;
}

static long preserve(struct lfb_run *run, const struct lfb_operation *operation)
{
	int session = run->sessions[operation->session];
	struct file *file;
	long result;

	if (operation->verb == LFB_VERB_PRESERVE) {
		file = ERR_PTR(lfb_machine_call(run->machine, make_file, (void *)operation));
		if (IS_ERR(file))
			return PTR_ERR(file);
		result = opened(lfb_agent_install(run->agent, file),
				&run->files[operation->inode]);
		if (result)
			return result;
	}
	return lfb_agent_preserve(run->agent, session, run->files[operation->inode],
				  operation->token);
}

static long close_session(struct lfb_run *run, const struct lfb_operation *operation)
{
	int session = run->sessions[operation->session];

	run->sessions[operation->session] = -1;
	return lfb_agent_close(run->agent, session);
}

/* Operations on an open session. */
static long use_session(struct lfb_run *run, const struct lfb_operation *operation)
{
	int session = run->sessions[operation->session];
	int fd;

	if (session < 0)
		return NO_SESSION;
	switch (operation->verb) {
	case LFB_VERB_RETRIEVE:
		return opened(lfb_agent_retrieve(run->agent, session, operation->token), &fd);
	case LFB_VERB_FINISH:
		return lfb_agent_finish(run->agent, session);
	case LFB_VERB_CLOSE:
		return close_session(run, operation);
	default:
		return preserve(run, operation);
	}
}

static long fail(struct lfb_run *run, const struct lfb_operation *operation)
{
	return (operation->fail_flb ? lfb_recorder_fail_flb : lfb_recorder_fail_handler)(
		run->recorder, operation->fail_flb ? operation->flb : operation->handler,
		operation->fail_op, operation->fail_error, operation->fail_times);
}

long lfb_run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object)
{
	struct module_call call = { run, operation, NULL };
	long result;

	switch (operation->verb) {
	case LFB_VERB_HANDLER:
	case LFB_VERB_UNHANDLER:
	case LFB_VERB_FLB:
	case LFB_VERB_UNFLB:
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
	case LFB_VERB_HOLDIN:
	case LFB_VERB_HOLDOUT:
	case LFB_VERB_PUTIN:
	case LFB_VERB_PUTOUT:
		result = lfb_machine_call(run->machine, call_module, &call);
		*object = result ? 0 : (u64)(uintptr_t)call.object;
		return result;
	case LFB_VERB_OPEN:
		return opened(lfb_agent_open(run->agent), &run->device);
	case LFB_VERB_SESSION:
		return opened(lfb_agent_create_session(run->agent, run->device, operation->name),
			      &run->sessions[operation->session]);
	case LFB_VERB_RSESSION:
		return opened(lfb_agent_retrieve_session(run->agent, run->device, operation->name),
			      &run->sessions[operation->session]);
	case LFB_VERB_PRESERVE:
	case LFB_VERB_AGAIN:
	case LFB_VERB_RETRIEVE:
	case LFB_VERB_FINISH:
	case LFB_VERB_CLOSE:
		return use_session(run, operation);
	case LFB_VERB_FAIL:
		return fail(run, operation);
	case LFB_VERB_REBOOT:
		return reboot(run, operation->name);
	case LFB_VERB_FAULT:
		return lfb_fault_arm(run->machine, &operation->plan);
	case LFB_VERB_PANIC:
		result = lfb_machine_call(run->machine, call_panic, NULL);
		return result == -EFAULT ? 0 : result;
	case LFB_VERB_COLD:
		return power_cycle(run);
	case LFB_VERBS:
		break;
	}
	return -EINVAL;
}
