// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What agents ask a tree's orchestrator for, and what it answers: that tells of sessions, and of
 * whose file a callback is called for.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/tree/twin.h"

static struct luo_tree *tree_of(struct luo_elsewhere *elsewhere)
{
	return container_of(elsewhere, struct luo_tree, elsewhere);
}

struct luo_request *luo_request_now(const struct luo_tree *tree)
{
	struct luo_request *request;

	list_for_each_entry(request, &tree->requests, list) {
		if (request->task == tree->kernel->task)
			return request;
	}
	return NULL;
}

/* Those that are never answered, too: their tasks wait, or the kernel died. */
void luo_requests_forget(struct luo_tree *tree)
{
	struct luo_request *request, *next;

	list_for_each_entry_safe(request, next, &tree->requests, list)
		free(request);
	INIT_LIST_HEAD(&tree->requests);
}

/* NULL without memory: then nothing is known of it. */
static struct luo_request *begin(struct luo_tree *tree, struct luo_told_session *told,
				 unsigned int cmd)
{
	struct luo_request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->task = tree->kernel->task;
	request->cmd = cmd;
	request->session = told;
	list_add(&request->list, &tree->requests);
	return request;
}

static void end(struct luo_request *request)
{
	if (!request)
		return;
	list_del(&request->list);
	free(request);
}

/* As much of it as the user says that there is. */
static void read_user(struct lfb_kernel *kernel, void *to, const void *argument, size_t size)
{
	u32 said;

	memset(to, 0, size);
	if (!lfb__copy(kernel, &said, argument, sizeof(said)) &&
	    lfb__copy(kernel, to, argument, said < size ? said : size))
		memset(to, 0, size);
}

/* Ioctls */

static void say(struct luo_tree *tree, const struct luo_request *request)
{
	const char *session = request->session ? request->session->session.name : request->name;
	const char *what = NULL;

	if (request->cmd == LIVEUPDATE_IOCTL_CREATE_SESSION)
		what = "create";
	else if (request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION)
		what = "retrieve";
	else if (request->cmd == LIVEUPDATE_SESSION_FINISH)
		what = "finish";
	else if (request->cmd == LIVEUPDATE_SESSION_GET_NAME)
		what = "get name of";
	if (what)
		lfb__call_is(tree->kernel, what, session, NULL);
	else if (request->cmd == LIVEUPDATE_SESSION_PRESERVE_FD)
		lfb__call_is(tree->kernel, "preserve", session, &request->token);
	else if (request->cmd == LIVEUPDATE_SESSION_RETRIEVE_FD)
		lfb__call_is(tree->kernel, "retrieve", session, &request->token);
}

static void asked(struct luo_tree *tree, struct luo_request *request, const void *argument)
{
	struct liveupdate_ioctl_create_session session;
	struct liveupdate_session_preserve_fd file;

	_Static_assert(offsetof(struct liveupdate_session_retrieve_fd, token) ==
			       offsetof(struct liveupdate_session_preserve_fd, token),
		       "both say their token in the same place");
	if (request->cmd == LIVEUPDATE_IOCTL_CREATE_SESSION ||
	    request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION) {
		read_user(tree->kernel, &session, argument, sizeof(session));
		memcpy(request->name, session.name, sizeof(session.name));
	} else {
		read_user(tree->kernel, &file, argument, sizeof(file));
		request->token = file.token;
	}
	say(tree, request);
}

/* The file of the session that was just answered; NULL: none that the agent has. */
static const struct file *answered_file(struct luo_tree *tree, const void *argument)
{
	struct liveupdate_ioctl_create_session arg;

	read_user(tree->kernel, &arg, argument, sizeof(arg));
	return lfb__fd_file(tree->kernel->task->fds, arg.fd);
}

static void created(struct luo_tree *tree, const struct luo_request *request, const void *argument)
{
	struct luo_told_session *told = luo_told_add(tree, false, request->name);

	if (!told)
		return;
	told->file = answered_file(tree, argument);
	tree->shell.watch->session->created(&tree->shell, &told->session, request->name);
}

/* One that nothing is known of is known from here on. */
static void retrieved(struct luo_tree *tree, const struct luo_request *request,
		      const void *argument)
{
	struct luo_told_session *told = luo_told_by_name(tree, request->name) ?:
						luo_told_add(tree, true, request->name);

	if (!told)
		return;
	told->file = answered_file(tree, argument);
	told->session.retrieved = true;
	told->stuck = 0;
	lfb__event(tree->kernel, SESSION_RETRIEVED, .session = told->session.name,
		   .incoming = true);
}

static void not_retrieved(struct luo_tree *tree, const struct luo_request *request)
{
	struct luo_told_session *told = luo_told_by_name(tree, request->name);

	if (!told || !told->stuck)
		return;
	tree->shell.watch->session->closed(&tree->shell, &told->session, told->unretrieved,
					   told->stuck);
	told->stuck = 0;
}

static void answered(struct luo_tree *tree, const struct luo_request *request,
		     const void *argument, long answer)
{
	struct luo_told_session *told = request->session;

	if (request->cmd == LIVEUPDATE_IOCTL_CREATE_SESSION && !answer)
		created(tree, request, argument);
	else if (request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION && !answer)
		retrieved(tree, request, argument);
	else if (request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION)
		not_retrieved(tree, request);
	else if (request->cmd == LIVEUPDATE_SESSION_PRESERVE_FD && answer == -EFAULT && told &&
		 request->makes && luo_told_by_token(told, request->token))
		tree->shell.watch->file->kept(&tree->shell, &told->session, request->token);
}

long luo_request_ioctl(struct luo_elsewhere *elsewhere, struct file *file, unsigned int cmd,
		       void *argument)
{
	struct luo_tree *tree = tree_of(elsewhere);
	struct luo_request *request = begin(tree, luo_told_by_file(tree, file), cmd);
	long answer;

	if (request)
		asked(tree, request, argument);
	lfb__elsewhere_begin(tree->kernel);
	answer = file->f_op->unlocked_ioctl(file, cmd, (unsigned long)argument);
	lfb__elsewhere_end(tree->kernel);
	if (request)
		answered(tree, request, argument, answer);
	end(request);
	return answer;
}

/* Open and close */

struct file *luo_request_open(struct luo_elsewhere *elsewhere)
{
	struct luo_tree *tree = tree_of(elsewhere);
	struct file *file;

	luo_told_to_open(tree);
	file = lfb__device_open(tree->kernel, "liveupdate");
	luo_told_opened(tree, IS_ERR(file) ? (int)PTR_ERR(file) : 0);
	if (!IS_ERR(file))
		tree->device = file;
	return file;
}

static void closed(struct luo_tree *tree, struct luo_told_session *told, u64 unretrieved, int err)
{
	struct luo *luo = &tree->shell;
	const bool incoming = told->session.sessions->incoming;

	told->file = NULL;
	if (incoming && told->session.count) {
		told->stuck = err < 0 ? err : -EBUSY;
		told->unretrieved = unretrieved;
		return;
	}
	luo->watch->session->closed(luo, &told->session, unretrieved, 0);
	lfb__event(tree->kernel, SESSION_ENDED, .session = told->session.name);
	luo_told_remove(told);
	if (incoming)
		luo->watch->settled->session_gone(luo);
}

/* The agent cannot be told that it has it. */
static struct luo_told_session *lost(struct luo_tree *tree)
{
	const struct luo_request *request = luo_request_now(tree);
	struct luo_told_session *told = NULL;

	if (request && request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION)
		told = luo_told_by_name(tree, request->name);
	if (!told || told->session.retrieved)
		return NULL;
	told->session.retrieved = true;
	tree->shell.watch->session->lost(&tree->shell, told->session.name);
	return told;
}

void luo_request_release(struct lfb_kernel *kernel, struct file *file)
{
	struct luo_tree *tree = tree_of(kernel->elsewhere);
	struct luo_told_session *told = luo_told_by_file(tree, file);
	struct luo_request *request;
	u64 unretrieved = 0;
	int err;

	if (file == tree->device)
		tree->shell.device_open = false;
	else if (!told)
		told = lost(tree);
	request = begin(tree, told, 0);
	if (told) {
		lfb__call_is(kernel, "close", told->session.name, NULL);
		unretrieved = tree->shell.watch->session->closing(&tree->shell, &told->session);
	}
	lfb__elsewhere_begin(kernel);
	err = file->f_op->release(file->f_inode, file);
	lfb__elsewhere_end(kernel);
	end(request);
	if (told)
		closed(tree, told, unretrieved, err);
}
