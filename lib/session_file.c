// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A session as the agent holds it: a file with ioctls, whose close ends the session. */
#include <string.h>

#include "lib/file.h"
#include "lib/ioctl.h"
#include "lib/session.h"

static void say(const struct liveupdate_session *session, const char *what, const u64 *token)
{
	lfb__call_is(lfb__current, what, session->name, token);
}

static long preserve_fd(void *context, void *argument)
{
	struct liveupdate_session_preserve_fd *arg = argument;
	struct liveupdate_session *session = context;
	long err;

	say(session, "preserve", &arg->token);
	mutex_lock(&session->mutex);
	err = luo_file_preserve(lfb__current->luo, session, arg->token, arg->fd);
	mutex_unlock(&session->mutex);
	return err;
}

/* It stays preserved, and whoever was refused does not know. */
static void preserve_unanswered(void *session, void *argument)
{
	struct liveupdate_session_preserve_fd *arg = argument;
	struct luo *luo = lfb__current->luo;

	pr_warn("luo: token %llu is preserved, and its agent was told otherwise", arg->token);
	luo->watch->file->kept(luo, session, arg->token);
}

static long retrieve_fd(void *context, void *argument)
{
	struct liveupdate_session_retrieve_fd *arg = argument;
	struct liveupdate_session *session = context;
	struct file *file;
	int fd, err;

	say(session, "retrieve", &arg->token);
	fd = get_unused_fd_flags(0);
	if (fd < 0)
		return fd;
	mutex_lock(&session->mutex);
	err = luo_file_retrieve(lfb__current->luo, session, arg->token, &file);
	mutex_unlock(&session->mutex);
	if (err) {
		put_unused_fd((unsigned int)fd);
		return err;
	}
	fd_install((unsigned int)fd, file);
	arg->fd = fd;
	return 0;
}

/* The session has the file all the same: it can be retrieved again. */
static void retrieve_unanswered(void *session, void *argument)
{
	struct liveupdate_session_retrieve_fd *arg = argument;

	(void)session;
	luo_ioctl_take_back(arg->fd);
}

static long finish(void *context, void *argument)
{
	struct liveupdate_session_finish *arg = argument;
	struct liveupdate_session *session = context;
	struct luo *luo = lfb__current->luo;
	long err;

	say(session, "finish", NULL);
	if (luo->profile->finish_checks_reserved && arg->reserved)
		return lfb__fail(luo->kernel, -EINVAL, "finish: reserved is %u, not 0",
				 arg->reserved);
	mutex_lock(&session->mutex);
	err = luo_file_finish_all(luo, session);
	mutex_unlock(&session->mutex);
	return err;
}

static long get_name(void *context, void *argument)
{
	struct liveupdate_session_get_name *arg = argument;
	struct liveupdate_session *session = context;

	say(session, "get name of", NULL);
	if (arg->reserved)
		return lfb__fail(lfb__current, -EINVAL, "get name: reserved is %u, not 0",
				 arg->reserved);
	memcpy(arg->name, session->name, sizeof(arg->name));
	return 0;
}

/* The last one is linux-7.3's. */
static const struct luo_ioctl requests[] = {
	{
		.cmd = LIVEUPDATE_SESSION_PRESERVE_FD,
		.size = sizeof(struct liveupdate_session_preserve_fd),
		.op = preserve_fd,
		.direction = LUO_OUTGOING_SESSION,
		.what = "preserve",
		.unanswered = preserve_unanswered,
		.done_unanswered = LUO_QUIRK_PRESERVE_EFAULT_KEEPS,
	}, {
		.cmd = LIVEUPDATE_SESSION_RETRIEVE_FD,
		.size = sizeof(struct liveupdate_session_retrieve_fd),
		.op = retrieve_fd,
		.direction = LUO_INCOMING_SESSION,
		.what = "retrieve",
		.unanswered = retrieve_unanswered,
		.done_unanswered = LUO_QUIRK_PRESERVE_EFAULT_KEEPS,
	}, {
		.cmd = LIVEUPDATE_SESSION_FINISH,
		.size = sizeof(struct liveupdate_session_finish),
		.op = finish,
		.direction = LUO_INCOMING_SESSION,
		.what = "finish",
		.done_unanswered = LUO_QUIRK_PRESERVE_EFAULT_KEEPS,
	}, {
		.cmd = LIVEUPDATE_SESSION_GET_NAME,
		.size = sizeof(struct liveupdate_session_get_name),
		.op = get_name,
		.done_unanswered = LUO_QUIRK_PRESERVE_EFAULT_KEEPS,
	},
};

/* Before all else that may be wrong with a request. */
static int check(void *session, const struct luo_ioctl *ioctl)
{
	if (ioctl->direction == LUO_ANY_SESSION)
		return 0;
	return luo_session_is_for(lfb__current->luo, session,
				  ioctl->direction == LUO_INCOMING_SESSION, ioctl->what);
}

static bool begin(void *session)
{
	return luo_begin_change(lfb__current->luo, session, "ioctl on a session");
}

static void end(void)
{
	luo_end_change(lfb__current->luo);
}

static long session_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct luo_ioctls ioctls = {
		.table = requests,
		.count = ARRAY_SIZE(requests) - !luo_current()->profile->has_get_name,
		.check = check,
		.begin = begin,
		.end = end,
	};

	return luo_ioctl(&ioctls, file->private_data, cmd, arg);
}

static void give_back(struct luo *luo, struct liveupdate_session *session, const char *reason)
{
	session->retrieved = false;
	lfb__event(luo->kernel, SESSION_GIVEN_BACK, .session = session->name, .incoming = true,
		   .reason = reason);
}

/* An outgoing session is taken back; an incoming one is finished, or stays for ever. */
static int close_session(struct luo *luo, struct liveupdate_session *session)
{
	u64 unretrieved;
	int err = 0;

	mutex_lock(&session->mutex);
	unretrieved = luo->watch->session->closing(luo, session);
	if (!session->sessions->incoming)
		luo_file_unpreserve_all(luo, session);
	else
		err = luo_file_finish_all(luo, session);
	if (err && !luo_quirk(luo, LUO_QUIRK_SESSION_STUCK_AFTER_FAILED_CLOSE))
		give_back(luo, session, "it could not be finished");
	else
		luo->watch->session->closed(luo, session, unretrieved, err);
	mutex_unlock(&session->mutex);
	if (err) {
		pr_warn("luo: session %.64s was closed and could not be finished (%d)",
			session->name, err);
		return err;
	}
	lfb__event(luo->kernel, SESSION_ENDED, .session = session->name);
	luo_session_remove(luo, session);
	return 0;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct liveupdate_session *session = file->private_data;
	struct luo *luo = luo_current();
	int err;

	(void)inode;
	/* In a kernel that died there is nothing left to end. */
	if (!luo)
		return -ESHUTDOWN;
	say(session, "close", NULL);
	if (!luo_begin_change(luo, session, "close of a session"))
		return -EAGAIN;
	err = close_session(luo, session);
	luo_end_change(luo);
	return err;
}

static const struct file_operations session_fops = {
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
};

static struct file *getfile(struct liveupdate_session *session)
{
	struct file *file = anon_inode_getfile("[luo_session]", &session_fops, session, 0);

	if (!IS_ERR(file))
		file->lfb_own = true;
	return file;
}

/* The two ways to one */

static int check_name(struct luo *luo, const char *name)
{
	size_t length = strnlen(name, LIVEUPDATE_SESSION_NAME_LENGTH);

	if (luo_quirk(luo, LUO_QUIRK_SESSION_NAME_UNCHECKED))
		return 0;
	if (!length)
		return lfb__fail(luo->kernel, -EINVAL, "a session needs a name");
	if (length == LIVEUPDATE_SESSION_NAME_LENGTH)
		return lfb__fail(luo->kernel, -EINVAL, "the session name is not terminated "
				 "within 64 bytes");
	return 0;
}

int luo_session_create(struct luo *luo, const char *name, struct file **filep)
{
	struct liveupdate_session *session;
	struct file *file;
	int err = check_name(luo, name);

	if (!err)
		err = luo_session_new(luo, name, &session);
	if (err)
		return err;
	file = getfile(session);
	if (IS_ERR(file))
		luo_session_remove(luo, session);
	luo_end_change(luo);
	if (IS_ERR(file))
		return lfb__fail(luo->kernel, (int)PTR_ERR(file), "no file for session %.64s",
				 name);
	*filep = file;
	luo->watch->session->created(luo, session, name);
	return 0;
}

/*
 * Called with the list's lock held for reading, which keeps the session from being freed. With
 * the shipped defect it is dropped before the session is used: whoever closes the session in
 * between leaves a pointer to nothing.
 */
static struct liveupdate_session *find_incoming(struct luo *luo, const char *name)
{
	struct luo_sessions *sessions = &luo->incoming;
	struct liveupdate_session *session = luo_session_find(sessions, name);

	if (!session || !luo_quirk(luo, LUO_QUIRK_SESSION_RETRIEVE_RACE))
		return session;
	up_read(&sessions->rwsem);
	lfb__sched_point(luo->kernel, "session-found", "incoming sessions");
	down_read(&sessions->rwsem);
	if (luo_session_find(sessions, name) == session)
		return session;
	luo->watch->session->closed_while_found(luo, name);
	return NULL;
}

static int retrieve(struct luo *luo, struct liveupdate_session *session, struct file **filep)
{
	struct file *file;

	if (session->retrieved)
		return lfb__fail(luo->kernel, -EINVAL, "session %.64s is retrieved already",
				 session->name);
	file = getfile(session);
	if (IS_ERR(file))
		return lfb__fail(luo->kernel, (int)PTR_ERR(file), "no file for session %.64s",
				 session->name);
	session->retrieved = true;
	lfb__event(luo->kernel, SESSION_RETRIEVED, .session = session->name, .incoming = true);
	*filep = file;
	return 0;
}

int luo_session_retrieve(struct luo *luo, const char *name, struct file **filep)
{
	struct liveupdate_session *session;
	int err;

	if (!luo_begin_change(luo, NULL, "ioctl on /dev/liveupdate"))
		return -EAGAIN;
	down_read(&luo->incoming.rwsem);
	session = find_incoming(luo, name);
	if (session) {
		mutex_lock(&session->mutex);
		err = retrieve(luo, session, filep);
		mutex_unlock(&session->mutex);
	} else {
		err = lfb__fail(luo->kernel, -ENOENT, "no session %.64s was handed over", name);
	}
	up_read(&luo->incoming.rwsem);
	luo_end_change(luo);
	return err;
}
