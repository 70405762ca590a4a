// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A session as the agent holds it: a file with ioctls, whose close ends the session.
 */
#include <string.h>

#include "lib/luo/luo.h"

struct request {
	struct luo *luo;
	struct liveupdate_session *session;
};

static long preserve_fd(void *context, void *argument)
{
	struct liveupdate_session_preserve_fd *arg = argument;
	struct request *request = context;

	return luo_file_preserve(request->luo, request->session, arg->token, arg->fd);
}

static long retrieve_fd(void *context, void *argument)
{
	struct liveupdate_session_retrieve_fd *arg = argument;
	struct request *request = context;
	struct file *file;
	int fd, err;

	fd = get_unused_fd_flags(0);
	if (fd < 0)
		return fd;
	err = luo_file_retrieve(request->luo, request->session, arg->token, &file);
	if (err) {
		put_unused_fd((unsigned int)fd);
		return err;
	}
	fd_install((unsigned int)fd, file);
	arg->fd = fd;
	return 0;
}

static long finish(void *context, void *argument)
{
	struct liveupdate_session_finish *arg = argument;
	struct request *request = context;

	if (request->luo->profile->finish_checks_reserved && arg->reserved)
		return lfb__fail(request->luo->kernel, -EINVAL, "finish: reserved is %u, not 0",
				 arg->reserved);
	return luo_file_finish_all(request->luo, request->session);
}

static long get_name(void *context, void *argument)
{
	struct liveupdate_session_get_name *arg = argument;
	struct request *request = context;

	if (arg->reserved)
		return lfb__fail(request->luo->kernel, -EINVAL, "get name: reserved is %u, not 0",
				 arg->reserved);
	memcpy(arg->name, request->session->name, sizeof(arg->name));
	return 0;
}

/* The last one is linux-7.3's. */
static const struct luo_ioctl ioctls[] = {
	{ LIVEUPDATE_SESSION_PRESERVE_FD, sizeof(struct liveupdate_session_preserve_fd),
	  sizeof(struct liveupdate_session_preserve_fd), preserve_fd },
	{ LIVEUPDATE_SESSION_RETRIEVE_FD, sizeof(struct liveupdate_session_retrieve_fd),
	  sizeof(struct liveupdate_session_retrieve_fd), retrieve_fd },
	{ LIVEUPDATE_SESSION_FINISH, sizeof(struct liveupdate_session_finish),
	  sizeof(struct liveupdate_session_finish), finish },
	{ LIVEUPDATE_SESSION_GET_NAME, sizeof(struct liveupdate_session_get_name),
	  sizeof(struct liveupdate_session_get_name), get_name },
};

static long session_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct request request = { luo_current(), file->private_data };
	unsigned int count = ARRAY_SIZE(ioctls);
	long ret;

	if (!request.luo->profile->has_get_name)
		count--;
	if (!luo_may_change(request.luo, request.session, "ioctl on a session"))
		return -EAGAIN;
	mutex_lock(&request.session->mutex);
	ret = luo_ioctl(ioctls, count, &request, cmd, arg);
	mutex_unlock(&request.session->mutex);
	return ret;
}

static u64 count_unretrieved(const struct liveupdate_session *session)
{
	const struct luo_file *luo_file;
	u64 count = 0;

	list_for_each_entry(luo_file, &session->files, list)
		count += !luo_file->retrieve_status;
	return count;
}

static void find_how_it_ended(struct luo *luo, const struct liveupdate_session *session,
			      u64 unretrieved, int err)
{
	if (unlikely(err))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_STUCK,
			  luo_name("session", session->name).text, "its close could not finish it "
			  "(%d), and nobody can retrieve it again", err);
	else if (unlikely(unretrieved > 0))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_CLOSED_UNRETRIEVED,
			  luo_name("session", session->name).text,
			  "%llu of its files were not retrieved", unretrieved);
}

/* An outgoing session is taken back; an incoming one is finished, or stays for ever. */
static int session_release(struct inode *inode, struct file *file)
{
	struct liveupdate_session *session = file->private_data;
	struct luo *luo = luo_current();
	u64 unretrieved = 0;
	int err = 0;

	(void)inode;
	/* In a kernel that died there is nothing left to end. */
	if (!luo)
		return -ESHUTDOWN;
	if (!luo_may_change(luo, session, "close of a session"))
		return -EAGAIN;
	mutex_lock(&session->mutex);
	if (!session->sessions->incoming) {
		luo_file_unpreserve_all(luo, session);
	} else {
		unretrieved = lfb__checking(luo->kernel) ? count_unretrieved(session) : 0;
		err = luo_file_finish_all(luo, session);
	}
	if (err && !luo_quirk(luo, LUO_QUIRK_SESSION_STUCK_AFTER_FAILED_CLOSE))
		session->retrieved = false;
	else
		find_how_it_ended(luo, session, unretrieved, err);
	mutex_unlock(&session->mutex);
	if (err) {
		pr_warn("luo: session %.64s was closed and could not be finished (%d)",
			session->name, err);
		return err;
	}
	lfb__trace(luo->kernel, LFB_EVENT_LUO, session->name, "end-session", "%s", "");
	luo_session_remove(luo, session);
	return 0;
}

static const struct file_operations session_fops = {
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
};

struct file *luo_session_getfile(struct liveupdate_session *session)
{
	return anon_inode_getfile("[luo_session]", &session_fops, session, 0);
}
