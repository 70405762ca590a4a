// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An update that is refused at the last moment, and a second try.
 *
 * Freezing is a handler's last word before the reboot. When one file's freeze fails the reboot is
 * off: files frozen before it are unfrozen, and everything can be used as before. FLBs notice
 * nothing: they have no freeze, and what they answered when they were preserved still holds.
 *
 *	cc -o aborted_update aborted_update.c $(pkg-config --cflags --libs lfb)
 */
#include <stdio.h>

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/mm.h>

/*
 * The kernel module: devices, one a file, known by their number
 */

#define BUSY_DEVICE 2 /* does not stop for anybody */

static const struct file_operations device_fops;

static bool device_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &device_fops;
}

static int device_preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = file_inode(args->file)->i_ino;
	printf("  device %lu: preserved\n", file_inode(args->file)->i_ino);
	return 0;
}

static void device_unpreserve(struct liveupdate_file_op_args *args)
{
	printf("  device %lu: unpreserved\n", file_inode(args->file)->i_ino);
}

/* From here on the device must not change its state any more. */
static int device_freeze(struct liveupdate_file_op_args *args)
{
	unsigned long number = file_inode(args->file)->i_ino;

	if (number == BUSY_DEVICE) {
		printf("  device %lu: cannot be stopped\n", number);
		return -EBUSY;
	}
	printf("  device %lu: stopped\n", number);
	return 0;
}

/* The reboot is off. Not called for the device that could not be stopped. */
static void device_unfreeze(struct liveupdate_file_op_args *args)
{
	printf("  device %lu: started again\n", file_inode(args->file)->i_ino);
}

static int device_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = anon_inode_getfile("device", &device_fops, NULL, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	file_inode(file)->i_ino = (unsigned long)args->serialized_data;
	args->file = file;
	printf("  device %lu: retrieved\n", file_inode(file)->i_ino);
	return 0;
}

static void device_finish(struct liveupdate_file_op_args *args)
{
	printf("  device %llu: finished\n", (unsigned long long)args->serialized_data);
}

static const struct liveupdate_file_ops device_ops = {
	.can_preserve = device_can_preserve,
	.preserve = device_preserve,
	.unpreserve = device_unpreserve,
	.freeze = device_freeze,
	.unfreeze = device_unfreeze,
	.retrieve = device_retrieve,
	.finish = device_finish,
};

static LFB_MODULE_DATA(device) struct liveupdate_file_handler device_handler = {
	.ops = &device_ops,
	.compatible = "device-v1",
};

/* The bus that all devices are on, and how often it was called. */
static LFB_MODULE_DATA(device) unsigned int bus_calls;

static int bus_preserve(struct liveupdate_flb_op_args *argp)
{
	bus_calls++;
	argp->obj = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(argp->obj))
		return (int)PTR_ERR(argp->obj);
	argp->data = virt_to_phys(argp->obj);
	printf("  bus: preserved\n");
	return 0;
}

static void bus_unpreserve(struct liveupdate_flb_op_args *argp)
{
	bus_calls++;
	kho_unpreserve_free(argp->obj);
	printf("  bus: unpreserved\n");
}

static int bus_retrieve(struct liveupdate_flb_op_args *argp)
{
	bus_calls++;
	argp->obj = phys_to_virt(argp->data);
	printf("  bus: retrieved\n");
	return 0;
}

static void bus_finish(struct liveupdate_flb_op_args *argp)
{
	bus_calls++;
	kho_restore_free(argp->obj);
	printf("  bus: finished\n");
}

static const struct liveupdate_flb_ops bus_ops = {
	.preserve = bus_preserve,
	.unpreserve = bus_unpreserve,
	.retrieve = bus_retrieve,
	.finish = bus_finish,
};

static LFB_MODULE_DATA(device) struct liveupdate_flb bus_flb = {
	.ops = &bus_ops,
	.compatible = "bus-v1",
};

static int device_init(void)
{
	int err = liveupdate_register_file_handler(&device_handler);

	if (err)
		return err;
	err = liveupdate_register_flb(&device_handler, &bus_flb);
	if (err)
		liveupdate_unregister_file_handler(&device_handler);
	return err;
}

LFB_MODULE(device, device_init, NULL);

/*
 * Userspace
 */

/* Opens a device and preserves it in a session under its number. */
static int preserve_device(struct lfb_machine *machine, struct lfb_agent *agent, int session,
			   unsigned long number)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct file *file = anon_inode_getfile("device", &device_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	lfb_machine_enter(before);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	return lfb_agent_preserve(agent, session, lfb_agent_install(agent, file), number);
}

static int old_kernel(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int device = lfb_agent_open(agent);
	int quiet = lfb_agent_create_session(agent, device, "quiet");
	int busy = lfb_agent_create_session(agent, device, "busy");
	unsigned int calls;
	int err;

	printf("old kernel:\n");
	err = preserve_device(machine, agent, quiet, 1);
	if (!err)
		err = preserve_device(machine, agent, busy, BUSY_DEVICE);
	if (err)
		return err;

	printf("first try:\n");
	calls = bus_calls;
	err = lfb_machine_kexec(machine);
	printf("  refused (%d): %s\n", err, lfb_error_text(machine));
	printf("  the machine is %s\n", lfb_machine_state_name(lfb_machine_state(machine)));
	printf("  the bus, an FLB, was called %u times meanwhile\n", bus_calls - calls);

	/* Life goes on: sessions take new files, and can be closed. */
	printf("still the old kernel:\n");
	err = preserve_device(machine, agent, quiet, 3);
	if (!err)
		err = lfb_agent_close(agent, busy);
	if (err)
		return err;

	printf("second try:\n");
	return lfb_machine_kexec(machine);
}

static int new_kernel(struct lfb_agent *agent)
{
	int device = lfb_agent_open(agent);
	int session = lfb_agent_retrieve_session(agent, device, "quiet");

	printf("new kernel:\n");
	printf("  session \"busy\": %s\n",
	       lfb_agent_retrieve_session(agent, device, "busy") == -ENOENT ? "not handed over"
									     : "HANDED OVER");
	for (u64 number = 1; number <= 3; number += 2) {
		int fd = lfb_agent_retrieve(agent, session, number);

		if (fd < 0)
			return fd;
	}
	return lfb_agent_finish(agent, session);
}

int main(void)
{
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int err;

	err = lfb_machine_create(NULL, &machine);
	if (err) {
		fprintf(stderr, "aborted_update: %s\n", lfb_error_text(NULL));
		return 1;
	}
	err = lfb_machine_add_module(machine, &device_module);
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_agent_create(machine, "agent", &agent);
	if (!err)
		err = old_kernel(machine, agent);
	if (!err)
		err = new_kernel(agent);
	if (err)
		fprintf(stderr, "aborted_update: %s (%d)\n", lfb_error_text(machine), err);
	lfb_machine_destroy(machine);
	return err ? 1 : 0;
}
