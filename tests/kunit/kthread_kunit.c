// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernel threads, as sources of kernels have them. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/sched.h>

struct counter {
	struct completion begun;
	struct task_struct *task;
	unsigned int woken;
};

static int count(void *data)
{
	struct counter *counter = data;

	counter->task = current;
	complete(&counter->begun);
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		if (kthread_should_park()) {
			__set_current_state(TASK_RUNNING);
			kthread_parkme();
		} else {
			schedule();
			counter->woken++;
		}
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
	return 3;
}

static void counts(struct kunit *test)
{
	struct counter counter = { .woken = 0 };
	struct task_struct *task;

	init_completion(&counter.begun);
	task = kthread_run(count, &counter, "count/%u", 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&counter.begun);
	KUNIT_EXPECT_PTR_EQ(test, counter.task, task);
	KUNIT_EXPECT_PTR_EQ(test, kthread_data(task), (void *)&counter);
	KUNIT_EXPECT_TRUE(test, current != task);
	msleep(1);
	KUNIT_EXPECT_EQ(test, wake_up_process(task), 1);
	msleep(1);
	KUNIT_EXPECT_EQ(test, counter.woken, 1u);
	KUNIT_EXPECT_EQ(test, kthread_park(task), 0);
	kthread_unpark(task);
	get_task_struct(task);
	KUNIT_EXPECT_EQ(test, kthread_stop(task), 3);
	put_task_struct(task);
}

static int leave(void *data)
{
	kthread_complete_and_exit(data, -EPIPE);
}

static int leave_at_once(void *data)
{
	if (data)
		kthread_exit(-ENXIO);
	return 0;
}

static void leaves(struct kunit *test)
{
	struct completion done;
	struct task_struct *task;

	init_completion(&done);
	task = get_task_struct(kthread_create(leave, &done, "leave"));
	kthread_bind(task, 0);
	wake_up_process(task);
	wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(task), -EPIPE);
	task = get_task_struct(kthread_create_on_node(leave_at_once, &done, NUMA_NO_NODE, "node"));
	wake_up_process(task);
	msleep(1);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(task), -ENXIO);
	task = kthread_create_on_cpu(leave_at_once, NULL, 0, "cpu/%u");
	KUNIT_EXPECT_EQ(test, kthread_stop(task), -EINTR);
}

static void sleeps(struct kunit *test)
{
	const unsigned long begin = jiffies;

	KUNIT_EXPECT_EQ(test, schedule_timeout_interruptible(5), 0l);
	KUNIT_EXPECT_EQ(test, schedule_timeout_uninterruptible(5), 0l);
	set_current_state(TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, schedule_timeout(5), 0l);
	KUNIT_EXPECT_EQ(test, jiffies - begin, 15ul);
	/* Who has not said that it sleeps does not. */
	KUNIT_EXPECT_EQ(test, schedule_timeout(5), 5l);
	KUNIT_EXPECT_EQ(test, jiffies - begin, 15ul);
}

static struct kunit_case kthread_cases[] = {
	KUNIT_CASE(counts),
	KUNIT_CASE(leaves),
	KUNIT_CASE(sleeps),
	{}
};

static struct kunit_suite kthread_suite = {
	.name = "kthreads",
	.test_cases = kthread_cases,
};
kunit_test_suite(kthread_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Kernel threads");
