// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A module whose files are got ready by work. With HASTY it does not wait for the work before it
 * frees what the work uses, which goes well as long as the work is done by then.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct works {
	struct work_struct ready;
	bool is_ready;
};

static const struct file_operations works_fops;

static void get_ready(struct work_struct *work)
{
	container_of(work, struct works, ready)->is_ready = true;
}

static struct file *works_open(u64 number)
{
	struct file *file = anon_inode_getfile("works", &works_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

static bool works_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &works_fops;
}

static int works_preserve(struct liveupdate_file_op_args *args)
{
	struct works *works = kzalloc_obj(*works);

	if (!works)
		return -ENOMEM;
	INIT_WORK(&works->ready, get_ready);
	queue_work(system_wq, &works->ready);
	args->private_data = works;
	args->serialized_data = file_inode(args->file)->i_ino;
	return 0;
}

static void works_unpreserve(struct liveupdate_file_op_args *args)
{
	struct works *works = args->private_data;

#ifndef HASTY
	cancel_work_sync(&works->ready);
#endif
	kfree(works);
}

static int works_retrieve(struct liveupdate_file_op_args *args)
{
	args->file = works_open(args->serialized_data);
	return PTR_ERR_OR_ZERO(args->file);
}

static void works_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops works_file_ops = {
	.can_preserve = works_can_preserve,
	.preserve = works_preserve,
	.unpreserve = works_unpreserve,
	.retrieve = works_retrieve,
	.finish = works_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler works_handler = {
	.ops = &works_file_ops,
	.compatible = "works-v1",
};

static int __init works_init(void)
{
	return liveupdate_register_file_handler(&works_handler);
}
module_init(works_init);

static void __exit works_exit(void)
{
	liveupdate_unregister_file_handler(&works_handler);
}
module_exit(works_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Gets files ready later");

/* Scenarios and searches open its files so. */
static struct file *works_file(const char *compatible, u64 number)
{
	return works_open(number);
}
LFB_MODULE_FILE(works_file);
