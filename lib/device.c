// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* /dev/liveupdate: one opener at a time; the first open in a kernel restores the sessions. */
#include "lib/ioctl.h"
#include "lib/orchestrator.h"
#include "lib/session.h"

/* Reserves a descriptor, has @get make a session's file, installs it. */
static long install_session(struct luo *luo, const char *name, s32 *fdp,
			    int (*get)(struct luo *luo, const char *name, struct file **filep))
{
	struct file *file;
	int fd, err;

	fd = get_unused_fd_flags(0);
	if (fd < 0)
		return fd;
	err = get(luo, name, &file);
	if (err) {
		put_unused_fd((unsigned int)fd);
		return err;
	}
	fd_install((unsigned int)fd, file);
	*fdp = fd;
	return 0;
}

static long create_session(void *context, void *argument)
{
	struct liveupdate_ioctl_create_session *arg = argument;

	lfb__call_is(lfb__current, "create", (const char *)arg->name, NULL);
	return install_session(context, (const char *)arg->name, &arg->fd, luo_session_create);
}

static long retrieve_session(void *context, void *argument)
{
	struct liveupdate_ioctl_retrieve_session *arg = argument;

	lfb__call_is(lfb__current, "retrieve", (const char *)arg->name, NULL);
	return install_session(context, (const char *)arg->name, &arg->fd, luo_session_retrieve);
}

/* A session that nobody knows of: a new one goes; with one retrieved the kernels go wrong. */
static void session_unanswered(void *context, void *argument)
{
	struct liveupdate_ioctl_create_session *arg = argument;

	(void)context;
	luo_ioctl_take_back(arg->fd);
}

static void retrieved_unanswered(void *context, void *argument)
{
	struct liveupdate_ioctl_retrieve_session *arg = argument;
	struct luo *luo = context;

	luo->watch->session->lost(luo, (const char *)arg->name);
	luo_ioctl_take_back(arg->fd);
}

static const struct luo_ioctl requests[] = {
	{
		.cmd = LIVEUPDATE_IOCTL_CREATE_SESSION,
		.size = sizeof(struct liveupdate_ioctl_create_session),
		.op = create_session,
		.unanswered = session_unanswered,
		.done_unanswered = LUO_QUIRK_PRESERVE_EFAULT_KEEPS,
	}, {
		.cmd = LIVEUPDATE_IOCTL_RETRIEVE_SESSION,
		.size = sizeof(struct liveupdate_ioctl_retrieve_session),
		.op = retrieve_session,
		.unanswered = retrieved_unanswered,
		.done_unanswered = LUO_QUIRK_SESSION_RETRIEVE_EFAULT_FINISHES,
	},
};

static const struct luo_ioctls ioctls = { .table = requests, .count = ARRAY_SIZE(requests) };

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	(void)file;
	return luo_ioctl(&ioctls, luo_current(), cmd, arg);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct luo *luo = file->private_data;

	(void)inode;
	if (luo)
		luo->device_open = false;
	return 0;
}

/* Leaves a sentence, with what was wrong with the state handed over, if anything was. */
static int no_device(const struct luo *luo, int error, const char *what)
{
	const char *why = luo ? luo->problem.what : "";

	return lfb__fail(lfb__current, error, "%s%s%s", what, *why ? ": " : "", why);
}

int luo_no_device(struct lfb_kernel *kernel)
{
	return no_device(kernel->luo, -ENOENT, "there is no /dev/liveupdate: live update is off");
}

static int device_open(struct inode *inode, struct file *file)
{
	struct luo *luo = luo_current();

	(void)inode;
	file->lfb_own = true;
	file->f_name = "/dev/liveupdate";
	if (!luo)
		return luo_no_device(lfb__current);
	if (luo->device_open)
		return lfb__fail(luo->kernel, -EBUSY, "/dev/liveupdate is open already");
	file->private_data = luo;
	luo->device_open = true;
	luo->was_opened = true;
	if (luo_session_deserialize(luo) && luo->profile->failed_restore_is_io_error) {
		luo->device_open = false;
		return no_device(luo, -EIO, "the sessions handed over could not be restored");
	}
	return 0;
}

static const struct file_operations device_fops = {
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
};

/* Never written to: all machines have the same one. */
static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "liveupdate",
	.fops = &device_fops,
};

int luo_device_register(void)
{
	return misc_register(&device);
}
