// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Work and timers of tasks beside each other are tasks, too. */
#include <luo/lfb.h>
#include <luo/kernel/linux/completion.h>
#include <luo/kernel/linux/rcupdate.h>
#include <luo/kernel/linux/srcu.h>
#include <luo/kernel/linux/timer.h>
#include <luo/kernel/linux/wait.h>
#include <luo/kernel/linux/workqueue.h>

#include "tests/support/tasks.h"
#include "tests/support/test.h"

struct device {
	struct work_struct work;
	struct timer_list timer;
	struct mutex lock;
	struct completion done;
	unsigned int count;
	bool open;
};

static struct device *device;
static unsigned int failed, ran, orders;

static void count_up(struct work_struct *work)
{
	struct device *of = container_of(work, struct device, work);

	of->count++;
	complete(&of->done);
}

static void count_locked(struct work_struct *work)
{
	struct device *of = container_of(work, struct device, work);

	mutex_lock(&of->lock);
	of->count++;
	mutex_unlock(&of->lock);
}

static void on_time(struct timer_list *timer)
{
	timer_container_of(device, timer, timer)->count++;
}

static long make_device(void *argument)
{
	(void)argument;
	device = kzalloc(sizeof(*device), GFP_KERNEL);
	INIT_WORK(&device->work, count_up);
	timer_setup(&device->timer, on_time, 0);
	mutex_init(&device->lock);
	init_completion(&device->done);
	return 0;
}

static long make_locked(void *argument)
{
	make_device(argument);
	INIT_WORK(&device->work, count_locked);
	return 0;
}

static unsigned int explore(long (*one)(void *argument), long (*other)(void *argument),
			    long (*begin)(void *argument), const char *finding)
{
	long (*const tasks[])(void *argument) = { one, other };

	ran = 0;
	return tasks_explore_finding(tasks, other ? 2 : 1, 2, begin, finding, &failed);
}

static long free_without_waiting(void *argument)
{
	struct device *mine = device;

	(void)argument;
	queue_work(system_wq, &mine->work);
	kfree(mine);
	return 0;
}

static long cancel_and_free(void *argument)
{
	struct device *mine = device;

	(void)argument;
	queue_work(system_wq, &mine->work);
	cancel_work_sync(&mine->work);
	kfree(mine);
	return 0;
}

static long flush_and_free(void *argument)
{
	struct device *mine = device;

	(void)argument;
	assert_true(queue_work(system_wq, &mine->work));
	flush_work(&mine->work);
	assert_int_equal(mine->count, 1);
	kfree(mine);
	return 0;
}

static void work_that_nobody_waits_for_uses_what_is_freed(void **state)
{
	const unsigned int all = explore(free_without_waiting, NULL, make_device,
					 "LFB-MEM-USE-AFTER-FREE");

	(void)state;
	assert_in_range(failed, 1, all - 1);
	assert_true(explore(cancel_and_free, NULL, make_device, NULL) > 1);
	assert_int_equal(failed, 0);
	assert_true(explore(flush_and_free, NULL, make_device, NULL) > 0);
	assert_int_equal(failed, 0);
}

static long arm_and_free(void *argument)
{
	struct device *mine = device;

	(void)argument;
	mod_timer(&mine->timer, jiffies + 10);
	timer_delete(&mine->timer);
	kfree(mine);
	return 0;
}

static long free_by_the_timer(void *argument)
{
	struct device *mine = device;

	(void)argument;
	mod_timer(&mine->timer, jiffies + 10);
	mutex_lock(&mine->lock);
	mutex_unlock(&mine->lock);
	kfree(mine);
	return 0;
}

static long delete_and_free(void *argument)
{
	struct device *mine = device;

	(void)argument;
	mod_timer(&mine->timer, jiffies + 10);
	mutex_lock(&mine->lock);
	mutex_unlock(&mine->lock);
	timer_delete_sync(&mine->timer);
	kfree(mine);
	return 0;
}

static void so_does_a_timer(void **state)
{
	const unsigned int all = explore(free_by_the_timer, NULL, make_device,
					 "LFB-MEM-USE-AFTER-FREE");

	(void)state;
	assert_in_range(failed, 1, all - 1);
	explore(delete_and_free, NULL, make_device, NULL);
	explore(arm_and_free, NULL, make_device, NULL);
	assert_int_equal(failed, 0);
}

static long wait_for_work(void *argument)
{
	struct device *mine = device;

	(void)argument;
	queue_work(system_wq, &mine->work);
	wait_for_completion(&mine->done);
	assert_int_equal(mine->count, 1);
	ran++;
	return 0;
}

static long complete_it(void *argument)
{
	(void)argument;
	mutex_lock(&device->lock);
	mutex_unlock(&device->lock);
	complete(&device->done);
	return 0;
}

static long wait_for_task(void *argument)
{
	(void)argument;
	wait_for_completion(&device->done);
	ran++;
	return 0;
}

static void who_waits_for_a_completion_waits_for_others(void **state)
{
	unsigned int all = explore(wait_for_work, NULL, make_device, NULL);

	(void)state;
	assert_int_equal(ran, all);
	all = explore(wait_for_task, complete_it, make_device, NULL);
	assert_true(all > 1);
	assert_int_equal(ran, all);
	assert_int_equal(failed, 0);
	/* What nobody completes is told. */
	all = explore(wait_for_task, wait_for_task, make_device, "LFB-LOCK-DEADLOCK");
	assert_int_equal(failed, all);
}

/* The work wants the lock of who waits for it. */
static long flush_locked(void *argument)
{
	(void)argument;
	queue_work(system_wq, &device->work);
	mutex_lock(&device->lock);
	cancel_work_sync(&device->work);
	mutex_unlock(&device->lock);
	return 0;
}

static void work_that_wants_the_lock_of_who_waits_for_it_is_a_deadlock(void **state)
{
	const unsigned int all = explore(flush_locked, NULL, make_locked, "LFB-LOCK-DEADLOCK");

	(void)state;
	assert_in_range(failed, 1, all - 1);
}

static long queue_twice(void *argument)
{
	(void)argument;
	if (queue_work(system_wq, &device->work))
		ran++;
	return 0;
}

static void note_order(struct lfb_machine *machine, const char *schedule)
{
	(void)schedule;
	assert_null(lfb_finding_at(machine, 0));
	orders |= 1u << device->count;
}

/* One work that is queued by two is done once or twice, and what is left is done in the end. */
static void what_is_left_is_done_at_the_end(void **state)
{
	long (*const tasks[])(void *argument) = { queue_twice, queue_twice };
	unsigned int all;

	(void)state;
	ran = orders = 0;
	all = tasks_explore(tasks, 2, 2, make_locked, note_order);
	assert_int_equal(orders, 1u << 1 | 1u << 2);
	assert_in_range(ran, all + 1, 2 * all - 1);
}

static void again(struct work_struct *work)
{
	ran++;
	queue_work(system_wq, work);
}

static long queue_endless(void *argument)
{
	(void)argument;
	INIT_WORK(&device->work, again);
	queue_work(system_wq, &device->work);
	return 0;
}

static void work_that_makes_itself_again_ends(void **state)
{
	(void)state;
	explore(queue_endless, complete_it, make_device, NULL);
	assert_int_equal(failed, 0);
}

static long sleep_a_while(void *argument)
{
	(void)argument;
	for (unsigned int i = 0; i < 3 && !device->count; i++)
		lfb_sleep(5);
	ran += device->count;
	return 0;
}

static long queue_one(void *argument)
{
	(void)argument;
	queue_work(system_wq, &device->work);
	return 0;
}

static struct wait_queue_head turns;
static unsigned int turn;

static long begin_turns(void *argument)
{
	(void)argument;
	init_waitqueue_head(&turns);
	turn = 0;
	return 0;
}

static long odd_turns(void *argument)
{
	(void)argument;
	wait_event(turns, turn == 1);
	turn = 2;
	wait_event(turns, turn == 3);
	turn = 4;
	ran += wait_event_timeout(turns, turn == 5, 1000) > 0;
	turn = 6;
	wait_event(turns, turn == 7);
	return 0;
}

static long even_turns(void *argument)
{
	(void)argument;
	for (turn = 1; turn < 7; turn++)
		wait_event(turns, turn % 2 == 0);
	return 0;
}

/* What the one waits for the other one does between two waits, at no point. */
static void who_waits_again_has_got_on(void **state)
{
	const unsigned int all = explore(odd_turns, even_turns, begin_turns, NULL);

	(void)state;
	assert_int_equal(failed, 0);
	assert_int_equal(ran, all);
}

static void who_sleeps_lets_others_go_on_and_time_pass(void **state)
{
	unsigned int all = explore(sleep_a_while, queue_one, make_device, NULL);

	(void)state;
	assert_in_range(ran, 1, all);
	/* Alone, it is time that passes. */
	all = explore(sleep_a_while, NULL, make_device, NULL);
	assert_int_equal(all, 1);
	assert_int_equal(failed, 0);
}

DEFINE_STATIC_SRCU(readers);

/* Reads what was published, and lets others go on in the middle of it. */
static long read_published(void *argument)
{
	int index = srcu_read_lock(&readers);
	struct device *mine = srcu_dereference(device, &readers);

	(void)argument;
	if (mine) {
		mutex_lock(&mine->lock);
		ran++;
		mutex_unlock(&mine->lock);
	}
	srcu_read_unlock(&readers, index);
	return 0;
}

static long unpublish_and_free(void *argument)
{
	struct device *mine = device;

	(void)argument;
	rcu_assign_pointer(device, NULL);
	synchronize_srcu(&readers);
	kfree(mine);
	return 0;
}

static long free_without_synchronizing(void *argument)
{
	struct device *mine = device;

	(void)argument;
	rcu_assign_pointer(device, NULL);
	kfree(mine);
	return 0;
}

static long synchronize_while_reading(void *argument)
{
	int index = srcu_read_lock(&readers);

	(void)argument;
	synchronize_srcu(&readers);
	srcu_read_unlock(&readers, index);
	return 0;
}

static long forget_readers(void *argument)
{
	init_srcu_struct(&readers);
	return make_device(argument);
}

static void who_synchronizes_waits_for_readers_that_sleep(void **state)
{
	unsigned int all = explore(read_published, unpublish_and_free, forget_readers, NULL);

	(void)state;
	assert_in_range(ran, 1, all - 1);
	assert_int_equal(failed, 0);
	all = explore(read_published, free_without_synchronizing, forget_readers,
		      "LFB-LOCK-FREED");
	assert_in_range(failed, 1, all - 1);
	all = explore(synchronize_while_reading, NULL, forget_readers, "LFB-LOCK-DEADLOCK");
	assert_int_equal(failed, all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_nobody_waits_for_uses_what_is_freed),
		cmocka_unit_test(so_does_a_timer),
		cmocka_unit_test(who_waits_for_a_completion_waits_for_others),
		cmocka_unit_test(work_that_wants_the_lock_of_who_waits_for_it_is_a_deadlock),
		cmocka_unit_test(what_is_left_is_done_at_the_end),
		cmocka_unit_test(work_that_makes_itself_again_ends),
		cmocka_unit_test(who_waits_again_has_got_on),
		cmocka_unit_test(who_sleeps_lets_others_go_on_and_time_pass),
		cmocka_unit_test(who_synchronizes_waits_for_readers_that_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
