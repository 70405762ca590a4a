// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernel threads: in order, and as tasks beside others. */
#include <luo/kernel/linux/delay.h>
#include <luo/kernel/linux/kthread.h>
#include <luo/kernel/linux/mutex.h>
#include <luo/kernel/linux/wait.h>
#include <luo/lfb.h>
#include <luo/machine_copy.h>

#include "tests/support/tasks.h"
#include "tests/support/test.h"

static struct {
	struct task_struct *task, *other;
	struct mutex lock;
	struct wait_queue_head wait;
	struct completion done;
	unsigned int asked, did, *memory;
	long result;
} shop;

static struct lfb_machine *new_machine(void)
{
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	return machine;
}

static long open_shop(void *argument)
{
	(void)argument;
	memset(&shop, 0, sizeof(shop));
	mutex_init(&shop.lock);
	init_waitqueue_head(&shop.wait);
	init_completion(&shop.done);
	return 0;
}

/* Does what it is asked to, until it is told to stop. */
static int serve(void *data)
{
	unsigned int *did = data;

	while (!kthread_should_stop()) {
		wait_event_interruptible(shop.wait, shop.asked > *did || kthread_should_stop());
		if (shop.asked > *did)
			++*did;
	}
	return 7;
}

static long run_server(void *function)
{
	open_shop(NULL);
	shop.task = kthread_run((int (*)(void *))function, &shop.did, "server/%d", 1);
	return PTR_ERR_OR_ZERO(shop.task);
}

static long ask(void *argument)
{
	shop.asked += (unsigned int)(uintptr_t)argument;
	wake_up(&shop.wait);
	return 0;
}

static long stop(void *argument)
{
	(void)argument;
	return kthread_stop(shop.task);
}

static void a_thread_goes_on_at_the_end_of_each_call(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, serve), 0);
	assert_int_equal(shop.did, 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)3), 0);
	assert_int_equal(shop.did, 3);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	assert_int_equal(shop.did, 4);
	assert_int_equal(lfb_machine_call(machine, stop, NULL), 7);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	assert_int_equal(shop.did, 4);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static long ask_and_wait(void *argument)
{
	ask(argument);
	wait_event(shop.wait, shop.did == shop.asked);
	return shop.did;
}

static int serve_slowly(void *data)
{
	unsigned int *did = data;

	while (!kthread_should_stop()) {
		msleep(100);
		if (shop.asked > *did)
			++*did;
	}
	return 0;
}

static long sleep_350(void *argument)
{
	(void)argument;
	msleep(350);
	return shop.did;
}

static void who_waits_for_a_thread_has_it_go_on_and_time_pass(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, serve), 0);
	assert_int_equal(lfb_machine_call(machine, ask_and_wait, (void *)2), 2);
	assert_int_equal(lfb_machine_call(machine, stop, NULL), 7);
	assert_int_equal(lfb_machine_call(machine, run_server, serve_slowly), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)9), 0);
	assert_int_equal(shop.did, 0);
	assert_int_equal(lfb_machine_call(machine, sleep_350, NULL), 3);
	assert_int_equal(lfb_machine_call(machine, ask_and_wait, NULL), 9);
	assert_int_equal(lfb_machine_call(machine, stop, NULL), 0);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static int wait_for_nothing(void *data)
{
	wait_event(shop.wait, shop.asked > 100);
	return *(int *)data;
}

static void who_waits_for_a_thread_that_never_ends_hangs(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, wait_for_nothing), 0);
	assert_int_equal(lfb_machine_call(machine, stop, NULL), -EDEADLK);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_LOCK_DEADLOCK);
	lfb_machine_destroy(machine);
	/* Nor does time pass for ever. */
	machine = new_machine();
	assert_int_equal(lfb_machine_call(machine, run_server, serve_slowly), 0);
	shop.did = 1;
	assert_int_equal(lfb_machine_call(machine, ask_and_wait, NULL), -EDEADLK);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_LOCK_DEADLOCK);
	lfb_machine_destroy(machine);
}

static int sleep_with_the_lock(void *data)
{
	unsigned int *did = data;

	mutex_lock(&shop.lock);
	msleep(50);
	++*did;
	mutex_unlock(&shop.lock);
	return 0;
}

static long take_the_lock(void *argument)
{
	(void)argument;
	mutex_lock(&shop.lock);
	mutex_unlock(&shop.lock);
	return shop.did;
}

static void a_lock_that_a_thread_has_is_waited_for(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, sleep_with_the_lock), 0);
	assert_int_equal(shop.did, 0);
	assert_int_equal(lfb_machine_call(machine, take_the_lock, NULL), 1);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static int keep_the_lock(void *data)
{
	mutex_lock(&shop.lock);
	return *(int *)data;
}

static void a_thread_that_ends_with_a_lock_is_told(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, keep_the_lock), 0);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_LOCK_HELD_AT_RETURN);
	lfb_machine_destroy(machine);
}

static int end_early(void *data)
{
	++*(unsigned int *)data;
	kthread_complete_and_exit(&shop.done, 5);
	return 1;
}

static long run_and_keep(void *argument)
{
	open_shop(argument);
	shop.task = get_task_struct(kthread_create(end_early, &shop.did, "early"));
	assert_ptr_equal(kthread_data(shop.task), &shop.did);
	assert_int_equal(wake_up_process(shop.task), 1);
	assert_int_equal(wake_up_process(shop.task), 0);
	wait_for_completion(&shop.done);
	return kthread_stop_put(shop.task);
}

static void a_thread_that_has_ended_is_there_while_somebody_has_it(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_and_keep, NULL), 5);
	assert_int_equal(lfb_finding_count(machine), 0);
	/* Who does not have it uses memory that is freed. */
	assert_int_equal(lfb_machine_call(machine, stop, NULL), -EFAULT);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_MEM_USE_AFTER_FREE);
	assert_string_equal(lfb_finding_at(machine, 0)->object, "thread early");
	lfb_machine_destroy(machine);
}

static long never_woken(void *argument)
{
	open_shop(argument);
	shop.task = kthread_create(end_early, NULL, "never");
	return kthread_stop(shop.task);
}

static void a_thread_that_was_never_woken_does_nothing(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, never_woken, NULL), -EINTR);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static int serve_or_park(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_park()) {
			__set_current_state(TASK_RUNNING);
			kthread_parkme();
		} else if (!kthread_should_stop()) {
			schedule();
			++*(unsigned int *)data;
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static long park_and_unpark(void *argument)
{
	(void)argument;
	assert_int_equal(kthread_park(shop.task), 0);
	shop.did = 0;
	wake_up_process(shop.task);
	msleep(10);
	assert_int_equal(shop.did, 0);
	kthread_unpark(shop.task);
	msleep(10);
	assert_int_equal(shop.did, 0);
	wake_up_process(shop.task);
	msleep(10);
	assert_int_equal(shop.did, 1);
	return kthread_stop(shop.task);
}

static void a_parked_thread_is_not_woken(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, serve_or_park), 0);
	assert_int_equal(lfb_machine_call(machine, park_and_unpark, NULL), 0);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static int follow_nothing(void *data)
{
	shop.memory = (unsigned int *)16;
	wait_event(shop.wait, shop.asked);
	return (int)*(volatile unsigned int *)shop.memory + *(int *)data;
}

static void a_thread_that_dies_takes_its_kernel_with_it(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, run_server, follow_nothing), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), -EFAULT);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_MEM_WILD_POINTER);
	assert_string_equal(lfb_finding_at(machine, 0)->task, "server/1");
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	lfb_machine_destroy(machine);
}

static void threads_die_with_their_kernel(void **state)
{
	struct lfb_machine *machine = new_machine();
	struct lfb_machine_copy *copy;

	(void)state;
	assert_int_equal(lfb_machine_copy(machine, &copy), 0);
	assert_int_equal(lfb_machine_call(machine, run_server, serve), 0);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	assert_int_equal(shop.did, 0);
	/* Where there are some nothing is copied, and who goes back to before has none. */
	assert_int_equal(lfb_machine_call(machine, run_server, serve), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	assert_int_equal(shop.did, 1);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_machine_call(machine, ask, (void *)1), 0);
	assert_int_equal(shop.did, 1);
	lfb_machine_copy_free(copy);
	assert_int_equal(lfb_machine_call(machine, run_server, serve), 0);
	assert_int_equal(lfb_machine_copy(machine, &copy), -EOPNOTSUPP);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_copy(machine, &copy), 0);
	lfb_machine_destroy(machine);
}

static int wait_until_stopped(void *data)
{
	(void)data;
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule_timeout(3600 * HZ);
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static long make_many(void *argument)
{
	struct task_struct *tasks[LFB_THREADS_MAX];

	(void)argument;
	for (unsigned int round = 0; round < 100; round++) {
		for (unsigned int i = 0; i < LFB_THREADS_MAX; i++) {
			tasks[i] = kthread_run(wait_until_stopped, NULL, "many/%u", i);
			assert_false(IS_ERR(tasks[i]));
		}
		assert_int_equal(PTR_ERR(kthread_create(wait_until_stopped, NULL, "more")),
				 -ENOMEM);
		for (unsigned int i = 0; i < LFB_THREADS_MAX; i++)
			assert_int_equal(kthread_stop(tasks[i]), 0);
	}
	return 0;
}

static void so_many_can_be_alive(void **state)
{
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_machine_call(machine, make_many, NULL), 0);
	assert_int_equal(lfb_finding_count(machine), 0);
	lfb_machine_destroy(machine);
}

static long use_what_was_not_made(void *stops)
{
	open_shop(NULL);
	shop.task = kthread_create(serve, NULL, "server");
	return stops ? kthread_stop(shop.task) : wake_up_process(shop.task);
}

static void making_one_can_fail(void **state)
{
	const struct lfb_fault_plan plan = { .sz = sizeof(plan), .kinds = 1u << LFB_FAULT_ALLOC,
					     .nth = 1 };
	struct lfb_machine *machine = new_machine();

	(void)state;
	assert_int_equal(lfb_fault_arm(machine, &plan), 0);
	assert_int_equal(lfb_machine_call(machine, run_server, serve), -ENOMEM);
	assert_int_equal(lfb_finding_count(machine), 0);
	/* Who does not look whether it did goes on with an errno for a task. */
	for (uintptr_t stops = 0; stops < 2; stops++) {
		assert_int_equal(lfb_fault_arm(machine, &plan), 0);
		assert_int_equal(lfb_machine_call(machine, use_what_was_not_made, (void *)stops),
				 -EFAULT);
		assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_MEM_WILD_POINTER);
		lfb_findings_clear(machine);
		assert_int_equal(lfb_machine_shutdown(machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
	}
	lfb_machine_destroy(machine);
}

/* Beside others */

/* With a @finding it goes wrong so, but not always; without, never. */
static void explore(long (*task)(void *argument), long (*begin)(void *argument),
		    const char *finding)
{
	unsigned int failed;
	const unsigned int all = tasks_explore_finding(&task, 1, 2, begin, finding, &failed);

	assert_true(all > 1);
	if (finding)
		assert_in_range(failed, 1, all - 1);
	else
		assert_int_equal(failed, 0);
}

/* Looks whether it should stop before it says that it sleeps: who wakes it meanwhile is missed. */
static int sleep_too_late(void *data)
{
	(void)data;
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	return 0;
}

static int sleep_in_time(void *data)
{
	(void)data;
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static long stop_late_sleeper(void *argument)
{
	(void)argument;
	shop.task = kthread_run(sleep_too_late, NULL, "sleeper");
	return kthread_stop(shop.task);
}

static long stop_sleeper(void *argument)
{
	(void)argument;
	shop.task = kthread_run(sleep_in_time, NULL, "sleeper");
	return kthread_stop(shop.task);
}

static void a_wakeup_that_is_missed_is_found(void **state)
{
	(void)state;
	explore(stop_late_sleeper, open_shop, "LFB-LOCK-DEADLOCK");
	explore(stop_sleeper, open_shop, NULL);
}

static int use_memory(void *data)
{
	(void)data;
	while (!kthread_should_stop()) {
		msleep(10);
		mutex_lock(&shop.lock);
		if (shop.memory)
			++*shop.memory;
		mutex_unlock(&shop.lock);
	}
	return 0;
}

static long begin_user(void *argument)
{
	open_shop(argument);
	shop.memory = kzalloc(sizeof(*shop.memory), GFP_KERNEL);
	shop.task = kthread_run(use_memory, NULL, "user");
	return 0;
}

static long free_memory(void *argument)
{
	(void)argument;
	kfree(shop.memory);
	mutex_lock(&shop.lock);
	shop.memory = NULL;
	mutex_unlock(&shop.lock);
	kthread_stop(shop.task);
	return 0;
}

static long stop_and_free(void *argument)
{
	(void)argument;
	kthread_stop(shop.task);
	kfree(shop.memory);
	return 0;
}

/* It began in front of the blocks, and sleeps when they begin. */
static void a_thread_from_before_is_one_of_the_tasks(void **state)
{
	(void)state;
	explore(free_memory, begin_user, "LFB-MEM-USE-AFTER-FREE");
	explore(stop_and_free, begin_user, NULL);
}

static int take_both(void *data)
{
	(void)data;
	mutex_lock(&shop.lock);
	might_sleep();
	complete(&shop.done);
	mutex_unlock(&shop.lock);
	return 0;
}

static long stop_with_the_lock(void *argument)
{
	(void)argument;
	shop.task = get_task_struct(kthread_create(take_both, NULL, "taker"));
	wake_up_process(shop.task);
	mutex_lock(&shop.lock);
	kthread_stop_put(shop.task);
	mutex_unlock(&shop.lock);
	return 0;
}

static void a_thread_that_wants_the_lock_of_who_stops_it_is_a_deadlock(void **state)
{
	(void)state;
	explore(stop_with_the_lock, open_shop, "LFB-LOCK-DEADLOCK");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_goes_on_at_the_end_of_each_call),
		cmocka_unit_test(who_waits_for_a_thread_has_it_go_on_and_time_pass),
		cmocka_unit_test(who_waits_for_a_thread_that_never_ends_hangs),
		cmocka_unit_test(a_lock_that_a_thread_has_is_waited_for),
		cmocka_unit_test(a_thread_that_ends_with_a_lock_is_told),
		cmocka_unit_test(a_thread_that_has_ended_is_there_while_somebody_has_it),
		cmocka_unit_test(a_thread_that_was_never_woken_does_nothing),
		cmocka_unit_test(a_parked_thread_is_not_woken),
		cmocka_unit_test(a_thread_that_dies_takes_its_kernel_with_it),
		cmocka_unit_test(threads_die_with_their_kernel),
		cmocka_unit_test(so_many_can_be_alive),
		cmocka_unit_test(making_one_can_fail),
		cmocka_unit_test(a_wakeup_that_is_missed_is_found),
		cmocka_unit_test(a_thread_from_before_is_one_of_the_tasks),
		cmocka_unit_test(a_thread_that_wants_the_lock_of_who_stops_it_is_a_deadlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
