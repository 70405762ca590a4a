// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A module with a kernel thread that gets its files ready. With HASTY it is unloaded before the
 * thread has ended.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kthread.h>
#include <linux/liveupdate.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct request {
	struct list_head list;
	struct completion ready;
};

static LIST_HEAD(requests);
static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(wait);
static struct task_struct *thread;

static struct request *next_request(void)
{
	struct request *request;

	spin_lock(&lock);
	request = list_first_entry_or_null(&requests, struct request, list);
	if (request)
		list_del(&request->list);
	spin_unlock(&lock);
	return request;
}

static int get_ready(void *unused)
{
	struct request *request;

	while (!kthread_should_stop()) {
		wait_event_interruptible(wait, !list_empty(&requests) || kthread_should_stop());
		request = next_request();
		if (request)
			complete(&request->ready);
	}
	return 0;
}

static bool threads_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int threads_preserve(struct liveupdate_file_op_args *args)
{
	struct request request;

	init_completion(&request.ready);
	spin_lock(&lock);
	list_add_tail(&request.list, &requests);
	spin_unlock(&lock);
	wake_up(&wait);
	wait_for_completion(&request.ready);
	args->serialized_data = file_inode(args->file)->i_ino;
	return 0;
}

static void threads_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int threads_retrieve(struct liveupdate_file_op_args *args)
{
	return -EOPNOTSUPP;
}

static void threads_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops threads_ops = {
	.can_preserve = threads_can_preserve,
	.preserve = threads_preserve,
	.unpreserve = threads_unpreserve,
	.retrieve = threads_retrieve,
	.finish = threads_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler threads_handler = {
	.ops = &threads_ops,
	.compatible = "threads-v1",
};

static int __init threads_init(void)
{
	int err;

	thread = kthread_run(get_ready, NULL, "get_ready");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	err = liveupdate_register_file_handler(&threads_handler);
	if (err)
		kthread_stop(thread);
	return err;
}
module_init(threads_init);

static void __exit threads_exit(void)
{
	liveupdate_unregister_file_handler(&threads_handler);
#ifndef HASTY
	kthread_stop(thread);
#endif
}
module_exit(threads_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Gets files ready in a thread");
