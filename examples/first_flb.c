// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The first FLB: one file handler, one File-Lifecycle-Bound object, two files, one update.
 *
 * A subsystem has counters that all its files share. They are saved once, when the first file is
 * preserved, and taken over once, when somebody in the new kernel first asks.
 *
 *	cc -o first_flb first_flb.c $(pkg-config --cflags --libs lfb)
 */
#include <stdio.h>
#include <string.h>

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/mm.h>

/*
 * The kernel module. Its static data is marked, so that each boot finds it freshly loaded.
 */

struct counters {
	unsigned long opened;
};

static const struct file_operations demo_fops;

/* Old kernel, first file: one zeroed page goes over, with the counters in it. */
static int counters_preserve(struct liveupdate_flb_op_args *argp)
{
	struct counters *counters = kho_alloc_preserve(sizeof(*counters));

	if (IS_ERR(counters))
		return (int)PTR_ERR(counters);
	counters->opened = 42;
	argp->obj = counters;
	argp->data = virt_to_phys(counters); /* the next kernel knows no other address */
	printf("  counters: preserved, opened=%lu\n", counters->opened);
	return 0;
}

/* Old kernel, the last file went away before the reboot. */
static void counters_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
	printf("  counters: unpreserved\n");
}

/* New kernel, somebody asks for the first time. */
static int counters_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	printf("  counters: retrieved, opened=%lu\n", ((struct counters *)argp->obj)->opened);
	return 0;
}

/* New kernel, the last file is finished. */
static void counters_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
	printf("  counters: finished\n");
}

static const struct liveupdate_flb_ops counters_ops = {
	.preserve = counters_preserve,
	.unpreserve = counters_unpreserve,
	.retrieve = counters_retrieve,
	.finish = counters_finish,
};

static LFB_MODULE_DATA(demo) struct liveupdate_flb counters_flb = {
	.ops = &counters_ops,
	.compatible = "demo-counters-v1",
};

static bool demo_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &demo_fops;
}

/* A demo file is nothing but its number. */
static int demo_preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = file_inode(args->file)->i_ino;
	printf("  file %lu: preserved\n", file_inode(args->file)->i_ino);
	return 0;
}

static void demo_unpreserve(struct liveupdate_file_op_args *args)
{
	printf("  file %lu: unpreserved\n", file_inode(args->file)->i_ino);
}

static int demo_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = anon_inode_getfile("demo", &demo_fops, NULL, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	file_inode(file)->i_ino = (unsigned long)args->serialized_data;
	args->file = file;
	printf("  file %lu: retrieved\n", file_inode(file)->i_ino);
	return 0;
}

static void demo_finish(struct liveupdate_file_op_args *args)
{
	printf("  file %llu: finished, %s\n", (unsigned long long)args->serialized_data,
	       args->file ? "it was retrieved" : "nobody wanted it");
}

static const struct liveupdate_file_ops demo_ops = {
	.can_preserve = demo_can_preserve,
	.preserve = demo_preserve,
	.unpreserve = demo_unpreserve,
	.retrieve = demo_retrieve,
	.finish = demo_finish,
};

static LFB_MODULE_DATA(demo) struct liveupdate_file_handler demo_handler = {
	.ops = &demo_ops,
	.compatible = "demo-file-v1",
};

/* Runs in every kernel that boots, the new one included. */
static int demo_init(void)
{
	int err = liveupdate_register_file_handler(&demo_handler);

	if (err)
		return err;
	err = liveupdate_register_flb(&demo_handler, &counters_flb);
	/* A module that fails to load must leave nothing registered. */
	if (err)
		liveupdate_unregister_file_handler(&demo_handler);
	return err;
}

LFB_MODULE(demo, demo_init, NULL);

/*
 * Userspace
 */

/* Opens a demo file for the agent; returns its descriptor. */
static int open_demo(struct lfb_machine *machine, struct lfb_agent *agent, unsigned long number)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct file *file = anon_inode_getfile("demo", &demo_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	lfb_machine_enter(before);
	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(agent, file);
}

static int old_kernel(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int device, session;

	printf("old kernel:\n");
	device = lfb_agent_open(agent);
	session = lfb_agent_create_session(agent, device, "vm-1");
	for (unsigned long number = 1; number <= 2; number++) {
		int err = lfb_agent_preserve(agent, session, open_demo(machine, agent, number),
					     100 + number);

		if (err)
			return err;
	}
	return 0;
}

static int new_kernel(struct lfb_machine *machine, struct lfb_agent *agent)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct counters *counters = NULL;
	int err, session;

	printf("new kernel:\n");
	err = liveupdate_flb_get_incoming(&counters_flb, (void **)&counters);
	if (!err) {
		printf("  counters: somebody has opened %lu\n", counters->opened);
		liveupdate_flb_put_incoming(&counters_flb);
	}
	lfb_machine_enter(before);
	if (err)
		return err;
	session = lfb_agent_retrieve_session(agent, lfb_agent_open(agent), "vm-1");
	err = lfb_agent_retrieve(agent, session, 101);
	return err < 0 ? err : lfb_agent_finish(agent, session);
}

int main(void)
{
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int err;

	err = lfb_machine_create(NULL, &machine);
	if (err) {
		fprintf(stderr, "first_flb: %s\n", lfb_error_text(NULL));
		return 1;
	}
	err = lfb_machine_add_module(machine, &demo_module);
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_agent_create(machine, "agent", &agent);
	if (!err)
		err = old_kernel(machine, agent);
	if (!err)
		err = lfb_machine_kexec(machine);
	if (!err)
		err = new_kernel(machine, agent);
	if (err)
		fprintf(stderr, "first_flb: %s (%d)\n", lfb_error_text(machine), err);
	lfb_machine_destroy(machine);
	return err ? 1 : 0;
}
