// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Locks: orders, locks kept, sleeping under spinlocks, deadlocks and misuse. Each mistake raises
 * its finding, and the same without it raises none.
 */
#include <luo/slab.h>

#include "tests/support/mistake.h"

static struct mutex first, second, third;
static spinlock_t spin;
static struct rw_semaphore sem;

static void init_locks(void)
{
	mutex_init(&first);
	mutex_init(&second);
	mutex_init(&third);
	spin_lock_init(&spin);
	init_rwsem(&sem);
}

static void both(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

static void in_two_orders(struct world *world)
{
	both(&first, &second);
	if (mistaken)
		both(&second, &first);
	else
		both(&first, &second);
}

static void in_a_circle_of_three(struct world *world)
{
	both(&first, &second);
	both(&second, &third);
	if (mistaken)
		both(&third, &first);
	else
		both(&first, &third);
}

/* A lock one did not wait for cannot be waited for in a circle. */
static void reader_and_writer(struct world *world)
{
	mutex_lock(&first);
	down_read(&sem);
	up_read(&sem);
	mutex_unlock(&first);
	down_write(&sem);
	if (mistaken)
		mutex_lock(&first);
	else
		assert_true(mutex_trylock(&first));
	mutex_unlock(&first);
	up_write(&sem);
}

static void keep_a_lock(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, "file h0.preserve"))
		return;
	mutex_lock(&first);
	if (!mistaken)
		mutex_unlock(&first);
}

static void preserve_file(struct world *world)
{
	world_wire(world, "0:");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
}

static int keep_at_release(struct inode *inode, struct file *file)
{
	mutex_lock(&first);
	if (!mistaken)
		mutex_unlock(&first);
	return 0;
}

static const struct file_operations keeping_fops = { .release = keep_at_release };

static void close_file(struct world *world)
{
	struct file *file = anon_inode_getfile("file", &keeping_fops, NULL, 0);

	assert_int_equal(lfb_agent_close(world->agent, lfb_agent_install(world->agent, file)), 0);
}

static void jump_with_a_lock(struct world *world)
{
	mutex_lock(&first);
	if (!mistaken)
		mutex_unlock(&first);
	assert_int_equal(world_reboot(world), 0);
}

static void settle_with_a_lock(struct world *world)
{
	mutex_lock(&first);
	if (!mistaken)
		mutex_unlock(&first);
	assert_int_equal(lfb_machine_settle(world->machine), 0);
}

static void lock_under_a_spinlock(struct world *world)
{
	if (mistaken)
		spin_lock(&spin);
	mutex_lock(&first);
	mutex_unlock(&first);
	if (mistaken)
		spin_unlock(&spin);
}

static void allocate_under_a_spinlock(struct world *world)
{
	spin_lock(&spin);
	kfree(kmalloc(10, mistaken ? GFP_KERNEL : GFP_ATOMIC));
	spin_unlock(&spin);
}

static void get_pages_under_a_spinlock(struct world *world)
{
	struct page *page;

	spin_lock(&spin);
	page = alloc_pages((mistaken ? GFP_KERNEL : GFP_ATOMIC) | __GFP_ZERO, 0);
	spin_unlock(&spin);
	__free_pages(page, 0);
}

static void say_that_it_sleeps(struct world *world)
{
	spin_lock(&spin);
	if (!mistaken)
		spin_unlock(&spin);
	might_sleep();
	if (mistaken)
		spin_unlock(&spin);
}

static long lock_twice(void *argument)
{
	mutex_lock(&first);
	if (mistaken)
		mutex_lock(&first);
	mutex_unlock(&first);
	return 0;
}

static void deadlock(struct world *world)
{
	assert_int_equal(lfb_machine_call(world->machine, lock_twice, NULL),
			 mistaken ? -EDEADLK : 0);
}

static void unlock_free(struct world *world)
{
	if (!mistaken)
		mutex_lock(&first);
	mutex_unlock(&first);
}

static void read_unlock_free(struct world *world)
{
	if (!mistaken)
		down_read(&sem);
	up_read(&sem);
}

static void use_destroyed(struct world *world)
{
	mutex_destroy(&first);
	if (!mistaken)
		mutex_init(&first);
	mutex_lock(&first);
	mutex_unlock(&first);
}

static const struct mistake mistakes[] = {
	{ LFB_FINDING_LOCK_INVERSION, in_two_orders },
	{ LFB_FINDING_LOCK_INVERSION, in_a_circle_of_three },
	{ LFB_FINDING_LOCK_INVERSION, reader_and_writer },
	{ LFB_FINDING_LOCK_HELD_AT_RETURN, preserve_file, keep_a_lock },
	{ LFB_FINDING_LOCK_HELD_AT_RETURN, close_file },
	{ LFB_FINDING_LOCK_HELD_AT_RETURN, settle_with_a_lock },
	{ LFB_FINDING_LOCK_HELD_ACROSS_KEXEC, jump_with_a_lock },
	{ LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK, lock_under_a_spinlock },
	{ LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK, allocate_under_a_spinlock },
	{ LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK, get_pages_under_a_spinlock },
	{ LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK, say_that_it_sleeps },
	{ LFB_FINDING_LOCK_DEADLOCK, deadlock },
	{ LFB_FINDING_LOCK_NOT_HELD, unlock_free },
	{ LFB_FINDING_LOCK_NOT_HELD, read_unlock_free },
	{ LFB_FINDING_LOCK_UNINITIALIZED, use_destroyed },
};

static void run(bool mistakenly)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct world *world = world_create("reference", NULL, NULL);

		init_locks();
		mistake_check(world, &mistakes[i], mistakenly);
		world_destroy(world);
	}
}

static void each_mistake_is_found_and_nothing_else(void **state)
{
	run(true);
}

static void without_the_mistake_there_is_no_finding(void **state)
{
	run(false);
}

static void take_both(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "file h0.preserve"))
		both(&first, &second);
	if (!strcmp(call, "file h0.unpreserve"))
		both(&second, &first);
}

static void an_inversion_shows_both_ways(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	const struct lfb_finding *finding;
	int session;

	init_locks();
	world_wire(world, "0:");
	world->meddle = take_both;
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_close(world, session);
	lfb_assert_findings(world->machine, LFB_FINDING_LOCK_INVERSION);
	finding = lfb_finding_at(world->machine, 0);
	assert_string_equal(finding->object, "lock &first");
	assert_string_equal(finding->text,
			    "agent took &first holding &second in file handler-0-v1 unpreserve, "
			    "operation 7; agent took &second holding &first in file handler-0-v1 "
			    "preserve, operation 5");
	world_destroy(world);
}

/* One order within a class is as good as the other. */
static void locks_of_one_class_may_nest(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);

	lfb_lock_init(&first.lock, "node");
	lfb_lock_init(&second.lock, "node");
	both(&first, &second);
	both(&second, &first);
	lfb_assert_no_findings(world->machine);
	world_destroy(world);
}

static void a_deadlock_names_the_circle(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);

	init_locks();
	mistaken = true;
	deadlock(world);
	assert_string_equal(lfb_finding_at(world->machine, 0)->text,
			    "task boot -> &first -> task boot");
	world_destroy(world);
}

static void more_locks_than_are_kept_do_no_harm(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	static struct mutex many[200];
	static char names[200][16];

	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		snprintf(names[i], sizeof(names[i]), "lock-%u", i);
		lfb_lock_init(&many[i].lock, names[i]);
		mutex_lock(&many[i]);
	}
	for (unsigned int i = ARRAY_SIZE(many); i-- > 0;)
		mutex_unlock(&many[i]);
	assert_int_equal(lfb_machine_settle(world->machine), 0);
	lfb_assert_no_findings(world->machine);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_found_and_nothing_else),
		cmocka_unit_test(without_the_mistake_there_is_no_finding),
		cmocka_unit_test(an_inversion_shows_both_ways),
		cmocka_unit_test(locks_of_one_class_may_nest),
		cmocka_unit_test(a_deadlock_names_the_circle),
		cmocka_unit_test(more_locks_than_are_kept_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
