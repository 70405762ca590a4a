// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Locks: owners, deadlocks, misuse. */
#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

static struct lfb_kernel kernel;
static struct task_struct agent = { .name = "agent" };
static struct task_struct other = { .name = "other" };

static int enter_kernel(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.checks = LFB_CHECKS_OFF;
	agent = (struct task_struct){ .name = "agent" };
	other = (struct task_struct){ .name = "other" };
	kernel.task = &agent;
	INIT_LIST_HEAD(&kernel.tasks);
	list_add_tail(&agent.list, &kernel.tasks);
	list_add_tail(&other.list, &kernel.tasks);
	lfb__current = &kernel;
	return 0;
}

static int leave_kernel(void **state)
{
	lfb__current = NULL;
	return 0;
}

static unsigned long warnings(void)
{
	return kernel.trace.count[LFB_EVENT_WARN];
}

static void assert_warned(const char *text)
{
	assert_string_equal(kernel.trace.complaint, text);
	kernel.trace.complaint[0] = '\0';
}

static void a_mutex_is_held_until_it_is_unlocked(void **state)
{
	DEFINE_MUTEX(mutex);

	assert_false(mutex_is_locked(&mutex));
	mutex_lock(&mutex);
	assert_true(mutex_is_locked(&mutex));
	assert_ptr_equal(mutex.lock.owner, &agent);
	assert_int_equal(agent.locks_held, 1);
	mutex_unlock(&mutex);
	assert_false(mutex_is_locked(&mutex));
	assert_int_equal(agent.locks_held, 0);
	assert_int_equal(warnings(), 0);
}

static void trylock_takes_only_a_free_mutex(void **state)
{
	DEFINE_MUTEX(mutex);

	assert_int_equal(mutex_trylock(&mutex), 1);
	assert_int_equal(mutex_trylock(&mutex), 0);
	kernel.task = &other;
	assert_int_equal(mutex_trylock(&mutex), 0);
	kernel.task = &agent;
	assert_int_equal(agent.locks_held, 1);
	mutex_unlock(&mutex);
	assert_int_equal(mutex_trylock(&mutex), 1);
	mutex_unlock(&mutex);
	assert_int_equal(warnings(), 0);
	assert_int_equal(kernel.dead, LFB_ALIVE);
}

static void a_semaphore_has_many_readers_or_one_writer(void **state)
{
	DECLARE_RWSEM(sem);

	for (unsigned int readers = 1; readers < 5; readers++) {
		for (unsigned int i = 1; i <= readers; i++) {
			kernel.task = i % 2 ? &agent : &other;
			down_read(&sem);
			assert_true(rwsem_is_locked(&sem));
			assert_int_equal(sem.lock.readers, i);
			assert_int_equal(agent.locks_held + other.locks_held, i);
		}
		for (unsigned int i = 1; i <= readers; i++) {
			kernel.task = i % 2 ? &agent : &other;
			up_read(&sem);
		}
		assert_false(rwsem_is_locked(&sem));
		assert_int_equal(agent.locks_held + other.locks_held, 0);
		down_write(&sem);
		assert_true(rwsem_is_locked(&sem));
		up_write(&sem);
		assert_false(rwsem_is_locked(&sem));
	}
	assert_int_equal(warnings(), 0);
}

/*
 * Deadlocks: first one task takes a lock one way, then a task wants it another way.
 */

static struct mutex mutex;
static struct rw_semaphore sem;
static spinlock_t spin;

enum way { MUTEX, SPIN, READ, WRITE };

static void take(enum way way)
{
	switch (way) {
	case MUTEX:
		mutex_lock(&mutex);
		break;
	case SPIN:
		spin_lock(&spin);
		break;
	case READ:
		down_read(&sem);
		break;
	case WRITE:
		down_write(&sem);
		break;
	}
}

static void drop(enum way way)
{
	switch (way) {
	case MUTEX:
		mutex_unlock(&mutex);
		break;
	case SPIN:
		spin_unlock(&spin);
		break;
	case READ:
		up_read(&sem);
		break;
	case WRITE:
		up_write(&sem);
		break;
	}
}

static long take_guarded(void *way)
{
	take(*(enum way *)way);
	return 0;
}

static const struct {
	enum way held, wanted;
	bool deadlock;
	const char *own, *others;
} pairs[] = {
	{ MUTEX, MUTEX, true, "mutex_lock: deadlock: task agent waits for &mutex held by itself",
	  "mutex_lock: deadlock: task agent waits for &mutex held by other" },
	{ SPIN, SPIN, true, "spin_lock: deadlock: task agent waits for &spin held by itself",
	  "spin_lock: deadlock: task agent waits for &spin held by other" },
	{ READ, READ, false, "", "" },
	{ READ, WRITE, true, "down_write: deadlock: task agent waits for &sem held by 1 reader",
	  "down_write: deadlock: task agent waits for &sem held by 1 reader" },
	{ WRITE, READ, true, "down_read: deadlock: task agent waits for &sem held by itself",
	  "down_read: deadlock: task agent waits for &sem held by other" },
	{ WRITE, WRITE, true, "down_write: deadlock: task agent waits for &sem held by itself",
	  "down_write: deadlock: task agent waits for &sem held by other" },
	{ MUTEX, WRITE, false, "", "" },
	{ WRITE, MUTEX, false, "", "" },
	{ MUTEX, SPIN, false, "", "" },
};

static void a_lock_that_can_never_be_had_hangs_the_kernel(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		for (int own = 0; own < 2; own++) {
			enum way wanted = pairs[i].wanted;
			long result;

			enter_kernel(NULL);
			mutex_init(&mutex);
			init_rwsem(&sem);
			spin_lock_init(&spin);
			kernel.task = own ? &agent : &other;
			take(pairs[i].held);
			kernel.task = &agent;
			result = lfb__guarded(&kernel, take_guarded, &wanted);
			assert_int_equal(result, pairs[i].deadlock ? -EDEADLK : 0);
			assert_int_equal(kernel.dead,
					 pairs[i].deadlock ? LFB_DEATH_HANG : LFB_ALIVE);
			assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], pairs[i].deadlock);
			assert_warned(own ? pairs[i].own : pairs[i].others);
		}
	}
}

static void several_readers_are_counted_in_the_finding(void **state)
{
	init_rwsem(&sem);
	down_read(&sem);
	down_read(&sem);
	down_write(&sem);
	assert_warned("down_write: deadlock: task agent waits for &sem held by 2 readers");
}

static void without_a_guard_a_deadlock_returns_and_unlocking_is_harmless(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		enter_kernel(NULL);
		mutex_init(&mutex);
		init_rwsem(&sem);
		spin_lock_init(&spin);
		take(pairs[i].held);
		take(pairs[i].wanted);
		drop(pairs[i].wanted);
		drop(pairs[i].held);
		assert_int_equal(warnings(), 0);
		assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], pairs[i].deadlock);
		assert_int_equal(kernel.dead, pairs[i].deadlock ? LFB_DEATH_HANG : LFB_ALIVE);
	}
}

static void releasing_what_nobody_holds_is_a_warning(void **state)
{
	mutex_init(&mutex);
	init_rwsem(&sem);
	spin_lock_init(&spin);
	mutex_unlock(&mutex);
	assert_warned("mutex_unlock: &mutex is not held");
	spin_unlock(&spin);
	assert_warned("spin_unlock: &spin is not held");
	up_read(&sem);
	assert_warned("up_read: &sem is not held for reading");
	up_write(&sem);
	assert_warned("up_write: &sem is not held");
	down_read(&sem);
	up_write(&sem);
	assert_warned("up_write: &sem is not held");
	assert_true(rwsem_is_locked(&sem));
	up_read(&sem);
	down_write(&sem);
	up_read(&sem);
	assert_warned("up_read: &sem is not held for reading");
	assert_true(rwsem_is_locked(&sem));
	up_write(&sem);
	assert_int_equal(agent.locks_held, 0);
	assert_int_equal(agent.spinlocks_held, 0);
	assert_int_equal(warnings(), 6);
}

static void releasing_what_another_task_holds_is_a_warning(void **state)
{
	mutex_init(&mutex);
	spin_lock_init(&spin);
	mutex_lock(&mutex);
	spin_lock(&spin);
	kernel.task = &other;
	mutex_unlock(&mutex);
	assert_warned("mutex_unlock: &mutex is held by agent, released by other");
	spin_unlock(&spin);
	assert_warned("spin_unlock: &spin is held by agent, released by other");
	assert_false(mutex_is_locked(&mutex));
	assert_int_equal(agent.locks_held, 0);
	assert_int_equal(agent.spinlocks_held, 0);
	assert_int_equal(other.locks_held, 0);
}

static void a_reader_may_be_released_by_another_task(void **state)
{
	init_rwsem(&sem);
	down_read(&sem);
	kernel.task = &other;
	up_read(&sem);
	assert_int_equal(warnings(), 0);
	assert_int_equal(other.locks_held, 0);
}

static void an_uninitialised_lock_is_a_warning_once(void **state)
{
	struct mutex zeroed = { 0 };
	struct rw_semaphore garbage;

	mutex_lock(&zeroed);
	assert_warned("mutex_lock: lock was never initialised");
	mutex_unlock(&zeroed);
	assert_int_equal(warnings(), 1);

	memset(&garbage, 0xdb, sizeof(garbage));
	up_write(&garbage);
	assert_int_equal(warnings(), 3);
	assert_warned("up_write: uninitialised lock is not held");
	down_write(&garbage);
	up_write(&garbage);
	assert_int_equal(warnings(), 3);
}

static void a_destroyed_mutex_must_be_free_and_is_not_used_again(void **state)
{
	mutex_init(&mutex);
	mutex_destroy(&mutex);
	assert_int_equal(warnings(), 0);
	mutex_lock(&mutex);
	assert_warned("mutex_lock: lock was never initialised");
	mutex_init(&mutex);
	mutex_lock(&mutex);
	mutex_destroy(&mutex);
	assert_warned("mutex_destroy: &mutex is held by agent");
}

static void nothing_sleeps_under_a_spinlock(void **state)
{
	DEFINE_SPINLOCK(outer);
	DEFINE_SPINLOCK(inner);

	mutex_init(&mutex);
	init_rwsem(&sem);
	spin_lock(&outer);
	spin_lock(&inner);
	spin_unlock(&inner);
	assert_int_equal(warnings(), 0);
	mutex_lock(&mutex);
	assert_warned("mutex_lock: sleeping lock &mutex taken under a spinlock");
	down_read(&sem);
	assert_warned("down_read: sleeping lock &sem taken under a spinlock");
	up_read(&sem);
	down_write(&sem);
	assert_warned("down_write: sleeping lock &sem taken under a spinlock");
	up_write(&sem);
	mutex_unlock(&mutex);
	assert_int_equal(mutex_trylock(&mutex), 1);
	mutex_unlock(&mutex);
	spin_unlock(&outer);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	assert_int_equal(warnings(), 3);
	assert_int_equal(agent.locks_held, 0);
}

static void locks_work_without_a_task_and_without_a_kernel(void **state)
{
	for (int outside = 0; outside < 2; outside++) {
		kernel.task = NULL;
		lfb__current = outside ? NULL : &kernel;
		mutex_init(&mutex);
		init_rwsem(&sem);
		spin_lock_init(&spin);
		for (int way = MUTEX; way <= WRITE; way++) {
			take(way);
			drop(way);
			drop(way);
		}
		take(MUTEX);
		assert_true(mutex_is_locked(&mutex));
		assert_int_equal(mutex_trylock(&mutex), 0);
		take(MUTEX);
		drop(MUTEX);
		assert_int_equal(mutex_is_locked(&mutex), !outside);
	}
	assert_int_equal(warnings(), 4);
	assert_int_equal(kernel.dead, LFB_DEATH_HANG);
}

static void count_point(void *context, const char *point, const char *object)
{
	char *log = context;

	sprintf(log + strlen(log), "%s %s\n", point, object);
}

static void every_operation_is_a_scheduling_point(void **state)
{
	char log[512] = "";

	mutex_init(&mutex);
	init_rwsem(&sem);
	spin_lock_init(&spin);
	kernel.sched.hook = count_point;
	kernel.sched.context = log;
	for (int way = MUTEX; way <= WRITE; way++) {
		take(way);
		drop(way);
	}
	mutex_trylock(&mutex);
	mutex_unlock(&mutex);
	assert_string_equal(log, "mutex_lock &mutex\nmutex_unlock &mutex\n"
				 "spin_lock &spin\nspin_unlock &spin\n"
				 "down_read &sem\nup_read &sem\n"
				 "down_write &sem\nup_write &sem\n"
				 "mutex_trylock &mutex\nmutex_unlock &mutex\n");
}

static void the_locks_of_a_dead_kernel_mean_nothing(void **state)
{
	mutex_init(&mutex);
	mutex_lock(&mutex);
	kernel.dead = LFB_DEATH_PANIC;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	mutex_destroy(&mutex);
	init_rwsem(&sem);
	up_read(&sem);
	assert_int_equal(warnings(), 0);
	assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, enter_kernel, leave_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mutex_is_held_until_it_is_unlocked),
		TEST(trylock_takes_only_a_free_mutex),
		TEST(a_semaphore_has_many_readers_or_one_writer),
		TEST(a_lock_that_can_never_be_had_hangs_the_kernel),
		TEST(several_readers_are_counted_in_the_finding),
		TEST(without_a_guard_a_deadlock_returns_and_unlocking_is_harmless),
		TEST(releasing_what_nobody_holds_is_a_warning),
		TEST(releasing_what_another_task_holds_is_a_warning),
		TEST(a_reader_may_be_released_by_another_task),
		TEST(an_uninitialised_lock_is_a_warning_once),
		TEST(a_destroyed_mutex_must_be_free_and_is_not_used_again),
		TEST(nothing_sleeps_under_a_spinlock),
		TEST(locks_work_without_a_task_and_without_a_kernel),
		TEST(every_operation_is_a_scheduling_point),
		TEST(the_locks_of_a_dead_kernel_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
