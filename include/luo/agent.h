/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The userspace agent: the process that opens /dev/liveupdate and works with sessions.
 *
 * Each agent has its own descriptors (the lowest free one from 3 up). A kexec, a shutdown or a
 * dead kernel takes them all away; the agent itself stays and can open again. All calls return a
 * descriptor or 0, or a negative errno as the system call would, and
 *	-EINVAL what was given is no live agent,
 *	-ESHUTDOWN no kernel runs,
 *	-EFAULT or -EDEADLK the kernel died in this call,
 *	-EAGAIN the agent is blocked (lfb_agent_blocked()),
 *	-EBADF no such descriptor,
 *	-ENOTTY or -EINVAL the descriptor is of a kind that knows no such request.
 */
#ifndef LUO_AGENT_H
#define LUO_AGENT_H

#include <luo/types.h>
#include <luo/uapi.h>

struct file;
struct lfb_agent;
struct lfb_machine;

/**
 * lfb_agent_create() - start a process in a machine
 * @machine: the machine; destroying it ends the agent too
 * @name: for traces; copied
 * @agent: set to the agent, NULL on error
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
LFB_API int lfb_agent_create(struct lfb_machine *machine, const char *name,
			     struct lfb_agent **agent);
/** lfb_agent_destroy() - end the process: its descriptors are closed, highest first. */
LFB_API void lfb_agent_destroy(struct lfb_agent *agent);

/**
 * lfb_agent_blocked() - does the process wait for something it will not get in this kernel?
 * @agent: the agent
 *
 * From linux-7.3 on, a call that would change sessions after the reboot call has serialized them
 * blocks until the kernel is gone. The call returns -EAGAIN here, and so do all later ones until
 * the jump.
 * Return: the name of the lock it waits for, NULL when it is not blocked.
 */
LFB_API const char *lfb_agent_blocked(struct lfb_agent *agent);

/**
 * lfb_agent_open() - open("/dev/liveupdate")
 * @agent: the agent
 *
 * The first open in a kernel restores the sessions that were handed over.
 * Return: a descriptor; -ENOENT there is no such device (live update is off); -EBUSY somebody has
 * it open; -EIO the sessions could not be restored (linux-7.0 and later, for ever).
 */
LFB_API int lfb_agent_open(struct lfb_agent *agent);

/**
 * lfb_agent_close() - close a descriptor
 * @agent: the agent
 * @fd: the descriptor
 *
 * Closing an outgoing session takes its files back; closing one that was retrieved finishes it.
 * Return: 0 or -EBADF.
 */
LFB_API int lfb_agent_close(struct lfb_agent *agent, int fd);

/**
 * lfb_agent_ioctl() - ioctl() on a descriptor
 * @agent: the agent
 * @fd: the descriptor
 * @cmd: LIVEUPDATE_*
 * @arg: the structure the command takes
 *
 * Return: 0; -EINVAL unknown number, a session of the other direction or a size too small; -E2BIG a
 * larger size with a tail that is not zero; -ENOTTY a wrong encoding, or no ioctls on this file;
 * -EFAULT @arg cannot be read, or the answer not written there; and the errors of the commands
 * below.
 */
LFB_API int lfb_agent_ioctl(struct lfb_agent *agent, int fd, unsigned int cmd, void *arg);

/** enum lfb_argument - where the structure of a request lies, and of which size it is. */
enum lfb_argument {
	LFB_ARGUMENT_GOOD,
	LFB_ARGUMENT_UNREADABLE, /* where there is no memory */
	LFB_ARGUMENT_READ_ONLY,	 /* in memory that the kernel cannot write its answer to */
	LFB_ARGUMENT_SHORT,	 /* a byte is missing */
	LFB_ARGUMENT_LONG,	 /* of an agent that knows more: zeros follow what kernels know */
	LFB_ARGUMENT_TAIL,	 /* … and asks for it */
};

/**
 * lfb_agent_argument() - what is wrong with the structure of the agent's next request
 * @agent: the agent
 * @argument: what is
 *
 * For the next request alone, whichever of the calls here makes it; -EFAULT is its answer unless
 * the kernel finds something wrong before. From linux-7.3's defects on, what was to be done may be
 * done all the same (SESSION_RETRIEVE_EFAULT_FINISHES, PRESERVE_EFAULT_KEEPS). Of the sizes,
 * LFB_ARGUMENT_SHORT is answered -EINVAL, LFB_ARGUMENT_TAIL -E2BIG, and LFB_ARGUMENT_LONG as usual;
 * who calls lfb_agent_ioctl() says the size himself.
 * Return: 0 or -EINVAL.
 */
LFB_API int lfb_agent_argument(struct lfb_agent *agent, enum lfb_argument argument);

/**
 * lfb_agent_create_session() - LIVEUPDATE_IOCTL_CREATE_SESSION
 * @agent: the agent
 * @device: descriptor of /dev/liveupdate
 * @name: the session's name; cut to 63 bytes in rfc-v6 and linux-7.0
 *
 * Return: a descriptor; -EEXIST an outgoing session has this name; -ENOMEM too many sessions
 * (744 in rfc-v6, 819 in linux-7.0) or no memory; -EMFILE; in linux-7.3 -EINVAL an empty name or
 * one that is not terminated within 64 bytes, -ENOSPC more than fit into 10000 blocks.
 */
LFB_API int lfb_agent_create_session(struct lfb_agent *agent, int device, const char *name);

/**
 * lfb_agent_retrieve_session() - LIVEUPDATE_IOCTL_RETRIEVE_SESSION
 * @agent: the agent
 * @device: descriptor of /dev/liveupdate
 * @name: the session's name
 *
 * Return: a descriptor; -ENOENT unknown; -EINVAL retrieved already.
 */
LFB_API int lfb_agent_retrieve_session(struct lfb_agent *agent, int device, const char *name);

/**
 * lfb_agent_preserve() - LIVEUPDATE_SESSION_PRESERVE_FD
 * @agent: the agent
 * @session: descriptor of an outgoing session
 * @fd: the file
 * @token: what names it in the session
 *
 * Return: 0; -EEXIST token in use; -EBADF no such @fd; -ENOSPC 128 files already (in linux-7.3
 * 10000 blocks of them); -EBUSY preserved already, -EINVAL @session was handed over (linux-7.3);
 * -ENOENT no handler takes it; -ENOMEM; what the handler's or an FLB's preserve returned. Nothing
 * is left of a failure.
 */
LFB_API int lfb_agent_preserve(struct lfb_agent *agent, int session, int fd, u64 token);

/**
 * lfb_agent_retrieve() - LIVEUPDATE_SESSION_RETRIEVE_FD
 * @agent: the agent
 * @session: descriptor of a retrieved session
 * @token: what names the file
 *
 * Return: a new descriptor for the file; -ENOENT unknown token; what the handler's retrieve
 * returned (remembered from linux-7.0 on); -EMFILE; -EINVAL @session is being
 * preserved (linux-7.3).
 */
LFB_API int lfb_agent_retrieve(struct lfb_agent *agent, int session, u64 token);

/**
 * lfb_agent_finish() - LIVEUPDATE_SESSION_FINISH
 * @agent: the agent
 * @session: descriptor of a retrieved session
 *
 * Return: 0; -EBUSY a file cannot be finished yet, nothing was; -EINVAL @session is being preserved
 * (linux-7.3; earlier kernels go on, quirk FILE_INCOMING_OPS_ON_OUTGOING).
 */
LFB_API int lfb_agent_finish(struct lfb_agent *agent, int session);

/**
 * lfb_agent_get_name() - LIVEUPDATE_SESSION_GET_NAME
 * @agent: the agent
 * @session: descriptor of a session
 * @name: set to the session's name
 *
 * Return: 0; -EINVAL before linux-7.3, which has no such request; -EFAULT @name is NULL.
 */
LFB_API int lfb_agent_get_name(struct lfb_agent *agent, int session,
			       char name[LIVEUPDATE_SESSION_NAME_LENGTH]);

/**
 * lfb_agent_install() - give the agent an open file
 * @agent: the agent
 * @file: the file; the caller's reference goes over, or is dropped on error
 *
 * Return: a descriptor, -EMFILE, -ENOMEM.
 */
LFB_API int lfb_agent_install(struct lfb_agent *agent, struct file *file);
/** lfb_agent_file() - Return: the file behind @fd, borrowed; NULL when it is not open. */
LFB_API struct file *lfb_agent_file(struct lfb_agent *agent, int fd);

#endif
