// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Requests from userspace: found by number, copied in and out with the caller's idea of their
 * size, as the kernel's extensible structures are.
 */
#include "lib/ioctl.h"

#include <string.h>

#include <luo/uapi.h>

#include "sim/kernel/kernel.h"

/* The largest request there is. */
union any_request {
	struct liveupdate_ioctl_create_session create;
	struct liveupdate_session_preserve_fd preserve;
	struct liveupdate_session_get_name name;
};

/* A tail the kernel does not know must be zero, or it would be ignored silently. */
static int check_tail(const u8 *user, u32 known, u32 size)
{
	u8 byte;

	for (u32 i = known; i < size; i++) {
		if (lfb__copy(lfb__current, &byte, user + i, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

static int copy_in(void *request, const struct luo_ioctl *ioctl, const u8 *user, u32 user_size)
{
	int err;

	if (user_size < ioctl->size)
		return lfb__fail(lfb__current, -EINVAL, "ioctl 0x%x: size %u is below %u",
				 ioctl->cmd, user_size, ioctl->size);
	err = check_tail(user, ioctl->size, user_size);
	if (err == -E2BIG)
		return lfb__fail(lfb__current, err, "ioctl 0x%x: bytes beyond %u are not zero",
				 ioctl->cmd, ioctl->size);
	if (!err)
		err = lfb__copy_from_user(lfb__current, request, user, ioctl->size);
	if (err)
		return lfb__fail(lfb__current, err, "ioctl 0x%x: size %u, and not all of it is "
				 "there", ioctl->cmd, user_size);
	return 0;
}

static int copy_out(u8 *user, const struct luo_ioctl *ioctl, const void *request)
{
	if (!lfb__copy_to_user(lfb__current, user, request, ioctl->size))
		return 0;
	return lfb__fail(lfb__current, -EFAULT, "ioctl 0x%x: the structure cannot be written to",
			 ioctl->cmd);
}

/* Was one of the two kinds of descriptors given where the other is meant? */
static const char *whose(unsigned int cmd, unsigned int first_nr)
{
	const bool is_session = first_nr == _IOC_NR(LIVEUPDATE_SESSION_PRESERVE_FD);

	if (is_session && (cmd == LIVEUPDATE_IOCTL_CREATE_SESSION ||
			   cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION))
		return ": this is a session, and not /dev/liveupdate";
	if (!is_session && (cmd == LIVEUPDATE_SESSION_PRESERVE_FD ||
			    cmd == LIVEUPDATE_SESSION_RETRIEVE_FD ||
			    cmd == LIVEUPDATE_SESSION_FINISH || cmd == LIVEUPDATE_SESSION_GET_NAME))
		return ": this is /dev/liveupdate, and not a session";
	return "";
}

/* Does it with the copy, and answers. */
static long execute(const struct luo_ioctl *ioctl, void *context, union any_request *request,
		    u8 *user)
{
	/* What cannot be answered is refused before anything is done: nothing is to be undone. */
	const bool first = !luo_quirk(lfb__current->luo, ioctl->done_unanswered);
	long ret = first ? copy_out(user, ioctl, request) : 0;

	if (!ret)
		ret = ioctl->op(context, request);
	if (ret)
		return ret;
	/* That it can be written to is known where it was asked first. */
	ret = first ? lfb__copy(lfb__current, user, request, ioctl->size) :
		      copy_out(user, ioctl, request);
	if (ret && ioctl->unanswered)
		ioctl->unanswered(context, request);
	return ret;
}

static long perform(const struct luo_ioctls *ioctls, const struct luo_ioctl *ioctl, void *context,
		    u8 *user, u32 user_size)
{
	union any_request request;
	long ret;

	LFB_ASSERT(ioctl->size <= sizeof(request));
	memset(&request, 0, sizeof(request));
	ret = copy_in(&request, ioctl, user, user_size);
	if (ret)
		return ret;
	if (ioctls->begin && !ioctls->begin(context))
		return -EAGAIN;
	ret = execute(ioctl, context, &request, user);
	if (ioctls->end)
		ioctls->end();
	return ret;
}

long luo_ioctl(const struct luo_ioctls *ioctls, void *context, unsigned int cmd,
	       unsigned long arg)
{
	const struct luo_ioctl *ioctl;
	unsigned int first_nr = _IOC_NR(ioctls->table[0].cmd);
	unsigned int nr = _IOC_NR(cmd);
	u8 *user = (u8 *)arg;
	u32 user_size;
	int err;

	if (nr < first_nr || nr - first_nr >= ioctls->count)
		return lfb__fail(lfb__current, -EINVAL, "ioctl 0x%x: no such request%s", cmd,
				 whose(cmd, first_nr));
	ioctl = &ioctls->table[nr - first_nr];
	if (lfb__copy_from_user(lfb__current, &user_size, user, sizeof(user_size)))
		return lfb__fail(lfb__current, -EFAULT, "ioctl 0x%x: no structure", cmd);
	if (ioctl->cmd != cmd)
		return lfb__fail(lfb__current, -ENOIOCTLCMD, "ioctl 0x%x: 0x%x is meant", cmd,
				 ioctl->cmd);
	err = ioctls->check ? ioctls->check(context, ioctl) : 0;
	return err ? err : perform(ioctls, ioctl, context, user, user_size);
}

void luo_ioctl_take_back(int fd)
{
	struct lfb_fd_table *fds = lfb__current->task->fds;

	fput(fds ? lfb__fd_take(fds, fd) : NULL);
}
