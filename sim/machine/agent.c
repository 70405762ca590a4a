// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The userspace agent: system calls, made by a process with descriptors of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/machine/machine.h"

static bool valid(const struct lfb_agent *agent)
{
	return lfb__handle_valid(agent, LFB_HANDLE_AGENT);
}

int lfb_agent_create(struct lfb_machine *machine, const char *name, struct lfb_agent **agentp)
{
	struct lfb_agent *agent;
	int err;

	if (!agentp)
		return lfb__fail(NULL, -EINVAL, "no place for the agent");
	*agentp = NULL;
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	agent = calloc(1, sizeof(*agent));
	if (!agent)
		return lfb__error(machine, -ENOMEM, "no memory for an agent");
	err = lfb__handle_register(agent, LFB_HANDLE_AGENT);
	if (err) {
		free(agent);
		return lfb__error(machine, err, "no memory for an agent");
	}
	name = name ? name : "agent";
	memcpy(agent->name, name, strnlen(name, sizeof(agent->name) - 1));
	agent->machine = machine;
	lfb__task_begin(&agent->task, agent->name, &agent->fds);
	list_add_tail(&agent->task.list, &machine->kernel.tasks);
	list_add_tail(&agent->list, &machine->agents);
	machine->agent_changes++;
	*agentp = agent;
	return 0;
}

int lfb__agent_thread(struct lfb_agent *agent, const char *name, struct lfb_agent **thread)
{
	int err = valid(agent) ? lfb_agent_create(agent->machine, name, thread) : -EINVAL;

	if (!err)
		(*thread)->task.fds = &agent->fds;
	return err;
}

static long close_all(void *argument)
{
	struct lfb_agent *agent = argument;

	/* The last that is given back is the first that is released. */
	for (unsigned int fd = agent->fds.size; fd-- > 0;)
		fput(lfb__fd_take(&agent->fds, (int)fd));
	return 0;
}

static void free_agent(struct lfb_agent *agent)
{
	list_del(&agent->task.list);
	free(agent);
}

void lfb__agent_exit(struct lfb_agent *agent)
{
	lfb__machine_doing(agent->machine, "exit", false);
	if (lfb_machine_state(agent->machine) != LFB_OFF)
		lfb__machine_run(agent->machine, &agent->task, close_all, agent);
}

void lfb_agent_destroy(struct lfb_agent *agent)
{
	if (!agent || !valid(agent) || lfb__machine_check_outside(agent->machine))
		return;
	lfb__agent_exit(agent);
	LFB_ASSERT(!agent->task.running);
	list_del(&agent->list);
	agent->machine->agent_changes++;
	lfb__fds_destroy(&agent->fds);
	lfb__handle_unregister(agent);
	/* The locks it has keep a task until there is no machine: they name it. */
	if (agent->task.locks_held)
		list_add_tail(&agent->list, &agent->machine->gone);
	else
		free_agent(agent);
}

void lfb__agents_destroy(struct lfb_machine *machine)
{
	while (!list_empty(&machine->agents))
		lfb_agent_destroy(list_first_entry(&machine->agents, struct lfb_agent, list));
	while (!list_empty(&machine->gone)) {
		struct lfb_agent *agent = list_first_entry(&machine->gone, struct lfb_agent, list);

		list_del(&agent->list);
		free_agent(agent);
	}
}

void lfb__agents_forget(struct lfb_machine *machine)
{
	struct task_struct *task;
	struct lfb_agent *agent;

	list_for_each_entry(agent, &machine->agents, list)
		lfb__fds_forget(&agent->fds);
	list_for_each_entry(task, &machine->kernel.tasks, list)
		lfb__task_begin(task, task->name, task->fds);
}

/* System calls. Each is a body that runs in the kernel, and a function around it. */

struct syscall {
	struct lfb_agent *agent;
	enum lfb_happening happening;	/* when it has returned */
	const char *name;
	const char *session;	/* for traces, by name; NULL: none */
	u64 token;		/* for traces */
	int fd;
	unsigned int cmd;
	void *arg;
};

/* That it begins, or with the @span that came back then, that it has ended. */
static struct lfb_span tell(const struct syscall *call, const struct lfb_span *span, long ret)
{
	struct lfb_kernel *kernel = &call->agent->machine->kernel;
	struct lfb_event event = {
		.happening = call->happening,
		.task = call->agent->task.name,
		.session = call->session,
		.fd = call->fd,
		.token = call->token,
		.result = ret,
	};

	if (!span)
		return lfb__event_begins(kernel, &event);
	lfb__event_ends(kernel, *span, &event);
	return *span;
}

static int call(struct syscall *call, long (*body)(void *argument))
{
	struct lfb_machine *machine = call->agent->machine;
	struct task_struct *task = &call->agent->task;
	unsigned int locks_held = task->locks_held;
	struct lfb_span span = { 0 };
	long ret;

	if (task->blocked_on)
		return lfb__error(machine, -EAGAIN, "agent %s is blocked: it waits for %s",
				  task->name, task->blocked_on);
	lfb__machine_doing(machine, call->name, true);
	if (unlikely(machine->kernel.trace.fine))
		span = tell(call, NULL, 0);
	ret = lfb__machine_run(machine, task, body, call);
	if (unlikely(task->locks_held > locks_held) && !task->blocked_on)
		lfb__machine_locks_kept(machine, task, locks_held, call->name);
	if (task->blocked_on || task->waits)
		ret = -EAGAIN;
	task->waits = false;
	/* Not all that a driver refuses comes with a sentence. */
	if (ret < 0 && !*machine->kernel.error)
		lfb__error(machine, (int)ret, "%s: the kernel answered %ld", call->name, ret);
	if (lfb__tracing(&machine->kernel))
		tell(call, &span, ret);
	return (int)ret;
}

const char *lfb_agent_blocked(struct lfb_agent *agent)
{
	return valid(agent) ? agent->task.blocked_on : NULL;
}

static long do_open(void *argument)
{
	int fd = get_unused_fd_flags(0);
	struct file *file;

	(void)argument;
	if (fd < 0)
		return fd;
	file = lfb__current->elsewhere ? lfb__current->elsewhere->open(lfb__current->elsewhere) :
					 lfb__device_open(lfb__current, "liveupdate");
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		return PTR_ERR(file) == -ENOENT ? luo_no_device(lfb__current) : PTR_ERR(file);
	}
	fd_install((unsigned int)fd, file);
	return fd;
}

int lfb_agent_open(struct lfb_agent *agent)
{
	struct syscall open = { agent, LFB_DID_AGENT_OPEN, .name = "open", .fd = -1 };

	return valid(agent) ? call(&open, do_open) : -EINVAL;
}

static int bad_fd(const struct syscall *call)
{
	return lfb__fail(lfb__current, -EBADF, "%s: descriptor %d is not open", call->name,
			 call->fd);
}

static long do_close(void *argument)
{
	struct syscall *call = argument;
	struct file *file = lfb__fd_take(call->agent->task.fds, call->fd);

	if (!file)
		return bad_fd(call);
	fput(file);
	return 0;
}

int lfb_agent_close(struct lfb_agent *agent, int fd)
{
	struct syscall close = { agent, LFB_DID_AGENT_CLOSE, .name = "close", .fd = fd };

	return valid(agent) ? call(&close, do_close) : -EINVAL;
}

/* What is answered for any file, before its own kind is asked: -ENOIOCTLCMD is none of it. */
static long ioctl_of_any_file(unsigned int cmd)
{
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
	case FIONBIO:
		return 0;
	case FIOQSIZE:
		return -ENOTTY;
	}
	return -ENOIOCTLCMD;
}

static long do_ioctl(void *argument)
{
	struct syscall *call = argument;
	struct file *file = lfb__fd_file(call->agent->task.fds, call->fd);
	struct luo_elsewhere *elsewhere = lfb__current->elsewhere;
	long ret;

	if (!file)
		return bad_fd(call);
	ret = ioctl_of_any_file(call->cmd);
	if (ret != -ENOIOCTLCMD)
		return ret;
	if (!file->f_op || !file->f_op->unlocked_ioctl)
		return lfb__fail(lfb__current, -ENOTTY, "descriptor %d takes no ioctls", call->fd);
	/* The structure is where the user says, or the file is the user's. */
	if (call->happening == LFB_DID_AGENT_IOCTL || !file->lfb_own)
		lfb__module_comes(lfb__current);
	get_file(file);
	if (unlikely(file->lfb_own && elsewhere))
		ret = elsewhere->ioctl(elsewhere, file, call->cmd, call->arg);
	else
		ret = file->f_op->unlocked_ioctl(file, call->cmd, (unsigned long)call->arg);
	fput(file);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

#define TAIL 64u	/* bytes of a request that no kernel knows */

/* A request of another size than it has. */
struct resized {
	u8 bytes[sizeof(struct liveupdate_ioctl_create_session) + TAIL]
		__attribute__((__aligned__(8)));
};

/* Each begins with its size. */
static void *resize(struct resized *other, const void *arg, enum lfb_argument argument)
{
	const u32 size = *(const u32 *)arg;
	const u32 said = argument == LFB_ARGUMENT_SHORT ? size - 1 : size + TAIL;

	LFB_ASSERT(size + TAIL <= sizeof(other->bytes));
	memset(other, 0, sizeof(*other));
	memcpy(other->bytes, arg, size);
	memcpy(other->bytes, &said, sizeof(said));
	if (argument == LFB_ARGUMENT_TAIL)
		other->bytes[size + TAIL - 1] = 1;
	return other;
}

/* All but how long it was said to be. */
static void take_answer(void *arg, const struct resized *other)
{
	const u32 size = *(const u32 *)arg;

	memcpy((u8 *)arg + sizeof(size), other->bytes + sizeof(size), size - sizeof(size));
}

static int request(struct lfb_agent *agent, enum lfb_happening happening, const char *name,
		   const char *session, int fd, unsigned int cmd, void *arg, u64 token)
{
	struct syscall ioctl = { agent, happening, name, session, token, fd, cmd, arg };
	struct resized other;
	enum lfb_argument argument;
	int ret;

	if (!valid(agent))
		return -EINVAL;
	argument = agent->argument;
	agent->argument = LFB_ARGUMENT_GOOD;
	if (argument == LFB_ARGUMENT_UNREADABLE)
		ioctl.arg = NULL;
	if (argument >= LFB_ARGUMENT_SHORT && happening != LFB_DID_AGENT_IOCTL)
		ioctl.arg = resize(&other, arg, argument);
	agent->task.read_only = argument == LFB_ARGUMENT_READ_ONLY;
	ret = call(&ioctl, do_ioctl);
	agent->task.read_only = false;
	if (ioctl.arg == &other)
		take_answer(arg, &other);
	return ret;
}

int lfb_agent_argument(struct lfb_agent *agent, enum lfb_argument argument)
{
	if (!valid(agent))
		return -EINVAL;
	if ((unsigned int)argument > LFB_ARGUMENT_TAIL)
		return lfb__error(agent->machine, -EINVAL, "there is no argument of kind %u",
				  (unsigned int)argument);
	agent->argument = argument;
	return 0;
}

int lfb_agent_ioctl(struct lfb_agent *agent, int fd, unsigned int cmd, void *arg)
{
	return request(agent, LFB_DID_AGENT_IOCTL, "ioctl", NULL, fd, cmd, arg, 0);
}

static int session_request(struct lfb_agent *agent, enum lfb_happening happening, const char *what,
			   int device, unsigned int cmd, const char *name)
{
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg), .fd = -1 };
	int err;

	_Static_assert(sizeof(struct liveupdate_ioctl_create_session) ==
			       sizeof(struct liveupdate_ioctl_retrieve_session),
		       "creating and retrieving take the same structure");
	if (!valid(agent))
		return -EINVAL;
	if (!name)
		return lfb__error(agent->machine, -EFAULT, "%s: no name", what);
	memcpy(arg.name, name, strnlen(name, sizeof(arg.name)));
	err = request(agent, happening, what, name, device, cmd, &arg, 0);
	return err ? err : arg.fd;
}

int lfb_agent_create_session(struct lfb_agent *agent, int device, const char *name)
{
	return session_request(agent, LFB_DID_AGENT_CREATE, "create session", device,
			       LIVEUPDATE_IOCTL_CREATE_SESSION, name);
}

int lfb_agent_retrieve_session(struct lfb_agent *agent, int device, const char *name)
{
	return session_request(agent, LFB_DID_AGENT_TAKE, "retrieve session", device,
			       LIVEUPDATE_IOCTL_RETRIEVE_SESSION, name);
}

int lfb_agent_preserve(struct lfb_agent *agent, int session, int fd, u64 token)
{
	struct liveupdate_session_preserve_fd arg = {
		.size = sizeof(arg), .fd = fd, .token = token,
	};

	return request(agent, LFB_DID_AGENT_PRESERVE, "preserve", NULL, session,
		       LIVEUPDATE_SESSION_PRESERVE_FD, &arg, token);
}

int lfb_agent_retrieve(struct lfb_agent *agent, int session, u64 token)
{
	struct liveupdate_session_retrieve_fd arg = {
		.size = sizeof(arg), .fd = -1, .token = token,
	};
	int err = request(agent, LFB_DID_AGENT_RETRIEVE, "retrieve", NULL, session,
			  LIVEUPDATE_SESSION_RETRIEVE_FD, &arg, token);

	return err ? err : arg.fd;
}

int lfb_agent_finish(struct lfb_agent *agent, int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	return request(agent, LFB_DID_AGENT_FINISH, "finish", NULL, session,
		       LIVEUPDATE_SESSION_FINISH, &arg, 0);
}

int lfb_agent_get_name(struct lfb_agent *agent, int session,
		       char name[LIVEUPDATE_SESSION_NAME_LENGTH])
{
	struct liveupdate_session_get_name arg = { .size = sizeof(arg) };
	int err;

	if (!valid(agent))
		return -EINVAL;
	if (!name)
		return lfb__error(agent->machine, -EFAULT, "get name: no place for the name");
	err = request(agent, LFB_DID_AGENT_GET_NAME, "get name", NULL, session,
		      LIVEUPDATE_SESSION_GET_NAME, &arg, 0);
	if (!err)
		memcpy(name, arg.name, sizeof(arg.name));
	return err;
}

static long do_install(void *argument)
{
	struct syscall *call = argument;
	int fd = get_unused_fd_flags(0);

	if (fd >= 0)
		fd_install((unsigned int)fd, call->arg);
	else
		fput(call->arg);
	return fd;
}

int lfb_agent_install(struct lfb_agent *agent, struct file *file)
{
	struct syscall install = {
		agent, LFB_DID_AGENT_INSTALL, .name = "install", .fd = -1, .arg = file,
	};

	if (!valid(agent))
		return -EINVAL;
	if (IS_ERR_OR_NULL(file))
		return lfb__error(agent->machine, -EINVAL, "lfb_agent_install: no file");
	return call(&install, do_install);
}

struct file *lfb_agent_file(struct lfb_agent *agent, int fd)
{
	return valid(agent) ? lfb__fd_file(agent->task.fds, fd) : NULL;
}
