// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A module as a kernel developer writes it: files that keep a number, and one count for them all.
 * Compiled several times: VERSION is what it writes, STRICT reads no other, LEAK_DATA and LEAK_CODE
 * hand over what the next kernel must not follow.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>

#ifndef VERSION
#define VERSION 1
#endif

struct keeper_ser {
	u32 version;
	u32 users;
	const void *leaked;
};

/* Neither is marked: all that is static is the module's. */
static unsigned int users;
static unsigned int most = 4;

static int check_users(unsigned int wanted)
{
	return wanted > most ? -E2BIG : 0;
}

static int keeper_flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct keeper_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->version = VERSION;
	ser->users = ++users;
#ifdef LEAK_DATA
	ser->leaked = &most;
#endif
#ifdef LEAK_CODE
	*(int (**)(unsigned int))&ser->leaked = check_users;
#endif
	argp->obj = ser;
	argp->data = virt_to_phys(ser);
	return 0;
}

static void keeper_flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	users--;
	kho_unpreserve_free(argp->obj);
}

static int keeper_flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct keeper_ser *ser = phys_to_virt(argp->data);
	int (*check)(unsigned int wanted) = check_users;
	unsigned int limit = most;

#ifdef STRICT
	if (ser->version != VERSION)
		return -EPROTO;
#endif
#ifdef LEAK_DATA
	limit = *(const unsigned int *)ser->leaked;
#endif
#ifdef LEAK_CODE
	check = *(int (**)(unsigned int))&ser->leaked;
#endif
	pr_info("keeper %d reads version %u: %u users, %u of its own, at most %u\n", VERSION,
		ser->version, ser->users, users, limit);
	argp->obj = ser;
	return check(ser->users);
}

static void keeper_flb_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
}

static const struct liveupdate_flb_ops keeper_flb_ops = {
	.preserve = keeper_flb_preserve,
	.unpreserve = keeper_flb_unpreserve,
	.retrieve = keeper_flb_retrieve,
	.finish = keeper_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb keeper_flb = { .ops = &keeper_flb_ops, .compatible = "keeper-v1" };

static const struct file_operations keeper_fops;

static struct file *keeper_open(u64 number)
{
	struct file *file = anon_inode_getfile("keeper", &keeper_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

static bool keeper_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &keeper_fops;
}

static int keeper_preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = file_inode(args->file)->i_ino;
	return 0;
}

static void keeper_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int keeper_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = keeper_open(args->serialized_data);
	void *obj;
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = liveupdate_flb_get_incoming(&keeper_flb, &obj);
	if (err) {
		fput(file);
		return err;
	}
	liveupdate_flb_put_incoming(&keeper_flb);
	args->file = file;
	return 0;
}

static void keeper_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops keeper_file_ops = {
	.can_preserve = keeper_can_preserve,
	.preserve = keeper_preserve,
	.unpreserve = keeper_unpreserve,
	.retrieve = keeper_retrieve,
	.finish = keeper_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler keeper_handler = {
	.ops = &keeper_file_ops,
	.compatible = "keeper-file-v1",
};

static int __init keeper_init(void)
{
	int err = liveupdate_register_file_handler(&keeper_handler);

	if (err)
		return err;
	err = liveupdate_register_flb(&keeper_handler, &keeper_flb);
	if (err)
		liveupdate_unregister_file_handler(&keeper_handler);
	return err;
}
module_init(keeper_init);

static void __exit keeper_exit(void)
{
	liveupdate_unregister_flb(&keeper_handler, &keeper_flb);
	liveupdate_unregister_file_handler(&keeper_handler);
}
module_exit(keeper_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Keeps numbers");

/* Scenarios and searches open its files so. */
static struct file *keeper_file(const char *compatible, u64 number)
{
	return keeper_open(number);
}
LFB_MODULE_FILE(keeper_file);
