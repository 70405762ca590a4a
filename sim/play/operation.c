// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the operations of a scenario do: the agent's calls, and who else does what. */
#include "sim/play/play.h"

/* No open session of that name: the agent has nothing to call the kernel with. */
#define NO_SESSION (-EBADFD)

/* What the agent does. Descriptors are kept where they matter; as a result, 0 stands for any. */

static long opened(int fd, int *kept)
{
	if (fd < 0)
		return fd;
	*kept = fd;
	return 0;
}

static long open_device(struct lfb_run *run, const struct lfb_operation *operation)
{
	(void)operation;
	return opened(lfb_agent_open(run->agent), &run->device);
}

static long create_session(struct lfb_run *run, const struct lfb_operation *operation)
{
	return opened(lfb_agent_create_session(run->agent, run->device, operation->name),
		      &run->sessions[operation->session]);
}

static long retrieve_session(struct lfb_run *run, const struct lfb_operation *operation)
{
	return opened(lfb_agent_retrieve_session(run->agent, run->device, operation->name),
		      &run->sessions[operation->session]);
}

static long preserve_again(struct lfb_run *run, const struct lfb_operation *operation)
{
	return lfb_agent_preserve(run->agent, run->sessions[operation->session],
				  run->files[operation->inode], operation->token);
}

static long make_file(void *argument)
{
	const struct lfb_operation *operation = argument;

	if (operation->compatible)
		return PTR_ERR(lfb_module_file(operation->compatible, operation->ino));
	return PTR_ERR(lfb__recorder_file(operation->handler, operation->ino));
}

static long preserve(struct lfb_run *run, const struct lfb_operation *operation)
{
	struct file *file = ERR_PTR(lfb_machine_call(run->machine, make_file, (void *)operation));
	long err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = opened(lfb_agent_install(run->agent, file), &run->files[operation->inode]);
	return err ? err : preserve_again(run, operation);
}

static long retrieve(struct lfb_run *run, const struct lfb_operation *operation)
{
	int fd = lfb_agent_retrieve(run->agent, run->sessions[operation->session],
				    operation->token);

	if (fd < 0)
		return fd;
	if (operation->keeps_file)
		run->files[operation->inode] = fd;
	return 0;
}

static long spoil_argument(struct lfb_run *run, const struct lfb_operation *operation)
{
	return lfb_agent_argument(run->agent, operation->argument);
}

static long finish(struct lfb_run *run, const struct lfb_operation *operation)
{
	return lfb_agent_finish(run->agent, run->sessions[operation->session]);
}

static long close_session(struct lfb_run *run, const struct lfb_operation *operation)
{
	int session = run->sessions[operation->session];

	run->sessions[operation->session] = -1;
	return lfb_agent_close(run->agent, session);
}

/* By verb; the recorded module does the others. */

static long (*const performs[LFB_VERBS])(struct lfb_run *run,
					 const struct lfb_operation *operation) = {
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = function,
	LFB_AGENT_VERBS(X)
#undef X
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = lfb__run_##function,
		LFB_MACHINE_VERBS(X) LFB_MEMFD_VERBS(X)
#undef X
};

bool lfb__run_is_agents(enum lfb_verb verb)
{
	return performs[verb] != NULL;
}

long lfb__run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object)
{
	const enum lfb_verb verb = operation->verb;

	LFB_ASSERT(operation->session <= run->scenario->nr_sessions);
	LFB_ASSERT(operation->inode <= run->scenario->nr_inodes);
	if (!performs[verb])
		return lfb__recorder_perform(run->recorder, operation, object);
	if ((lfb__verbs[verb].flags & LFB_SESSION_VERB) && run->sessions[operation->session] < 0)
		return NO_SESSION;
	return performs[verb](run, operation);
}
