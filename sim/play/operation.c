// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the operations of a scenario do: the agent's calls, and who else does what.
 */
#include "sim/play/play.h"

/* No open session of that name: the agent has nothing to call the kernel with. */
#define NO_SESSION (-EBADFD)

static long call_panic(void *argument)
{
	(void)argument;
	panic("the scenario says so");
	return 0;
}

static long make_file(void *argument)
{
	const struct lfb_operation *operation = argument;

	return PTR_ERR(lfb__recorder_file(operation->handler, operation->ino));
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

long lfb__run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object)
{
	long result;

	switch (operation->verb) {
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
		return lfb__recorder_fail(run->recorder, operation);
	case LFB_VERB_WHEN:
		return lfb__recorder_when(run->recorder, operation);
	case LFB_VERB_FORGET:
		return lfb__recorder_forget(run->recorder, operation);
	case LFB_VERB_COMPATIBLE:
		return lfb__recorder_rename(run->recorder, operation);
	case LFB_VERB_MODULE:
		return lfb__recorder_become_module(run->recorder);
	case LFB_VERB_INSMOD:
		return lfb__recorder_insmod(run->recorder);
	case LFB_VERB_RMMOD:
		return lfb__recorder_rmmod(run->recorder);
	case LFB_VERB_REBOOT:
		return lfb__run_reboot(run, operation->name);
	case LFB_VERB_PREPARE:
		return lfb__run_reboot_prepare(run);
	case LFB_VERB_JUMP:
		return lfb__run_jump(run, operation->name);
	case LFB_VERB_DAMAGE:
		return lfb__run_damage(run, operation);
	case LFB_VERB_FAULT:
		return lfb_fault_arm(run->machine, &operation->plan);
	case LFB_VERB_PANIC:
		result = lfb_machine_call(run->machine, call_panic, NULL);
		return result == -EFAULT ? 0 : result;
	case LFB_VERB_COLD:
		return lfb__run_power_cycle(run);
	default:
		return lfb__run_module(run, operation, object);
	}
}
