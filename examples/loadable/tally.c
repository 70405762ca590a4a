// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Queues that guests share. */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>

struct limits {
	u32 queues;
};

/* What goes over. */
struct tally_ser {
	u32 taken;
};

static struct limits limits = { 8 };
static u32 taken;

static int tally_preserve(struct liveupdate_flb_op_args *argp)
{
	struct tally_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	argp->obj = ser;
	argp->data = virt_to_phys(ser);
	return 0;
}

static void tally_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

static int tally_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct tally_ser *ser = phys_to_virt(argp->data);

	if (ser->taken > limits.queues)
		return -EINVAL;
	pr_info("%u queues were taken, %u are now\n", ser->taken, taken);
	taken = ser->taken;
	argp->obj = ser;
	return 0;
}

static void tally_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
}

static const struct liveupdate_flb_ops tally_ops = {
	.preserve = tally_preserve,
	.unpreserve = tally_unpreserve,
	.retrieve = tally_retrieve,
	.finish = tally_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb tally = { .ops = &tally_ops, .compatible = "tally-v1" };

/* Files: each has a queue as long as it is open. */

static int queue_release(struct inode *inode, struct file *file)
{
	taken--;
	return 0;
}

static const struct file_operations queue_fops = { .release = queue_release };

static bool queue_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &queue_fops;
}

/* What is handed over counts the files that are. */
static int count_queue(int change)
{
	void *obj;
	int err = liveupdate_flb_get_outgoing(&tally, &obj);

	if (err)
		return err;
	((struct tally_ser *)obj)->taken += change;
	liveupdate_flb_put_outgoing(&tally);
	return 0;
}

static int queue_preserve(struct liveupdate_file_op_args *args)
{
	return count_queue(1);
}

static void queue_unpreserve(struct liveupdate_file_op_args *args)
{
	count_queue(-1);
}

/* It has its queue already. */
static int queue_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = anon_inode_getfile("queue", &queue_fops, NULL, 0);
	void *obj;
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = liveupdate_flb_get_incoming(&tally, &obj);
	if (err) {
		taken++;
		fput(file);
		return err;
	}
	liveupdate_flb_put_incoming(&tally);
	args->file = file;
	return 0;
}

static void queue_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops queue_ops = {
	.can_preserve = queue_can_preserve,
	.preserve = queue_preserve,
	.unpreserve = queue_unpreserve,
	.retrieve = queue_retrieve,
	.finish = queue_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler queue = { .ops = &queue_ops, .compatible = "queue-v1" };

static int __init tally_init(void)
{
	int err = liveupdate_register_file_handler(&queue);

	if (err)
		return err;
	err = liveupdate_register_flb(&queue, &tally);
	if (err)
		liveupdate_unregister_file_handler(&queue);
	return err;
}
module_init(tally_init);

static void __exit tally_exit(void)
{
	liveupdate_unregister_flb(&queue, &tally);
	liveupdate_unregister_file_handler(&queue);
}
module_exit(tally_exit);

MODULE_LICENSE("GPL");

/* In a kernel this is what open() of the device does. */
#ifdef LFB_MODULE_FILE
static struct file *queue_open(const char *compatible, u64 number)
{
	struct file *file;

	if (taken >= limits.queues)
		return ERR_PTR(-EBUSY);
	file = anon_inode_getfile("queue", &queue_fops, NULL, 0);
	if (!IS_ERR(file))
		taken++;
	return file;
}
LFB_MODULE_FILE(queue_open);
#endif
