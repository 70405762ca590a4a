// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A kernel image without a kernel: the smallest orchestrator that carries one file of one handler,
 * and the FLB of that, from one kernel to the next. VERSION is what it was made for.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kexec_handover.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include <luo/tree/image.h>
#include <luo/uapi.h>

#ifndef VERSION
#define VERSION LFB_TREE_VERSION
#endif

struct twin {
	void *owner;
	bool registered;
	struct twin *flb;	/* of a handler */
	struct lfb_tree_args incoming;
};

static struct {
	u64 file;
	u64 flb;
} *outgoing, *incoming;

static const struct lfb_tree_calls *calls;
static bool on;
static struct twin *handler;
static struct lfb_tree_args file_args;
static struct lfb_tree_args flb_args;

static long preserve(struct liveupdate_session_preserve_fd *arg)
{
	int err;

	file_args.file = fget((unsigned int)arg->fd);
	if (!file_args.file || !handler || !calls->can_preserve(handler->owner, file_args.file))
		return -ENOENT;
	err = calls->flb(handler->flb->owner, LFB_TREE_PRESERVE, &flb_args);
	return err ? err : calls->file(handler->owner, LFB_TREE_PRESERVE, &file_args);
}

static long retrieve(struct liveupdate_session_retrieve_fd *arg)
{
	int err;

	file_args.data = incoming->file;
	err = calls->file(handler->owner, LFB_TREE_RETRIEVE, &file_args);
	if (err)
		return err;
	arg->fd = get_unused_fd_flags(0);
	fd_install((unsigned int)arg->fd, get_file(file_args.file));
	return 0;
}

static long session_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case LIVEUPDATE_SESSION_PRESERVE_FD:
		return preserve((void *)arg);
	case LIVEUPDATE_SESSION_RETRIEVE_FD:
		return retrieve((void *)arg);
	case LIVEUPDATE_SESSION_FINISH:
		calls->file(handler->owner, LFB_TREE_FINISH, &file_args);
		calls->flb(handler->flb->owner, LFB_TREE_FINISH, &handler->flb->incoming);
		fput(file_args.file);
		kho_restore_free(incoming);
		return 0;
	}
	return -EINVAL;
}

static const struct file_operations session_fops = { .unlocked_ioctl = session_ioctl };

static int device_open(struct inode *inode, struct file *file)
{
	return 0;
}

/* Both requests for a session are one here. */
static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct liveupdate_ioctl_create_session request;
	struct file *session = anon_inode_getfile("session", &session_fops, NULL, 0);

	if (copy_from_user(&request, (void *)arg, sizeof(request)))
		return -EFAULT;
	if (IS_ERR(session))
		return PTR_ERR(session);
	request.fd = get_unused_fd_flags(0);
	fd_install((unsigned int)request.fd, session);
	return copy_to_user((void *)arg, &request, sizeof(request)) ? -EFAULT : 0;
}

static const struct file_operations device_fops = {
	.open = device_open,
	.unlocked_ioctl = device_ioctl,
};

static struct miscdevice device = { .name = "liveupdate", .fops = &device_fops };

static void begin(const struct lfb_tree_calls *given, bool is_on)
{
	calls = given;
	on = is_on;
}

static void early(void)
{
	phys_addr_t phys;

	if (!kho_retrieve_subtree("LUO", &phys, NULL))
		incoming = phys_to_virt(phys);
}

static void late(void)
{
	outgoing = kho_alloc_preserve(sizeof(*outgoing));
	kho_add_subtree("LUO", outgoing, sizeof(*outgoing));
	misc_register(&device);
}

static bool is_enabled(void)
{
	return on;
}

static int reboot(void)
{
	outgoing->file = file_args.data;
	outgoing->flb = flb_args.data;
	return 0;
}

static bool make_handler(void *place, const struct lfb_tree_twin *made)
{
	((struct twin *)place)->owner = made->owner;
	return true;
}

static void make_flb(void *place, const struct lfb_tree_twin *made)
{
	((struct twin *)place)->owner = made->owner;
}

static int register_handler(void *made)
{
	handler = made;
	handler->registered = true;
	return 0;
}

static int unregister_handler(void *made)
{
	handler = NULL;
	return 0;
}

static int register_flb(void *made, void *flb)
{
	((struct twin *)made)->flb = flb;
	return 0;
}

static int unregister_flb(void *made, void *flb)
{
	((struct twin *)made)->flb = NULL;
	return 0;
}

static int get(void *made, bool is_incoming, void **objp)
{
	struct twin *flb = made;
	int err = 0;

	if (is_incoming && !flb->incoming.pointer) {
		flb->incoming.data = incoming->flb;
		err = calls->flb(flb->owner, LFB_TREE_RETRIEVE, &flb->incoming);
	}
	*objp = is_incoming ? flb->incoming.pointer : flb_args.pointer;
	return err;
}

static void put(void *flb, bool is_incoming)
{
}

__attribute__((visibility("default"))) const struct lfb_tree_image lfb_tree_image = {
	.version = VERSION,
	.release = "7.3.0-toy",
	.handler_size = sizeof(struct twin),
	.flb_size = sizeof(struct twin),
	.begin = begin,
	.early = early,
	.late = late,
	.enabled = is_enabled,
	.reboot = reboot,
	.make_handler = make_handler,
	.make_flb = make_flb,
	.register_handler = register_handler,
	.unregister_handler = unregister_handler,
	.register_flb = register_flb,
	.unregister_flb = unregister_flb,
	.get = get,
	.put = put,
};
