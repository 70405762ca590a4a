// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A task stood at a lock whose memory another one freed: whoever was to choose the next task read
 * that lock, and was blamed for it. It is the mistake of the one who freed it, in every order.
 */
#include <luo/lfb.h>
#include <luo/slab.h>

#include "tests/support/tasks.h"
#include "tests/support/test.h"

struct object {
	struct mutex lock;
	unsigned int users;
};

static DEFINE_MUTEX(list_lock);
static struct object *listed;
static unsigned int freed, died, alone;

static long make_object(void *argument)
{
	(void)argument;
	listed = kzalloc(sizeof(*listed), GFP_KERNEL);
	mutex_init(&listed->lock);
	listed->users = 2;
	return 0;
}

static struct object *find(void)
{
	struct object *object;

	mutex_lock(&list_lock);
	object = listed;
	mutex_unlock(&list_lock);
	return object;
}

static void take_off_list(void)
{
	mutex_lock(&list_lock);
	listed = NULL;
	mutex_unlock(&list_lock);
}

static long use(void *argument)
{
	struct object *object = find();

	(void)argument;
	if (object) {
		mutex_lock(&object->lock);
		mutex_unlock(&object->lock);
	}
	return 0;
}

static long free_it(void *argument)
{
	struct object *object = listed;

	(void)argument;
	mutex_lock(&object->lock);
	take_off_list();
	mutex_unlock(&object->lock);
	kfree(object);
	return 0;
}

static long free_it_locked(void *argument)
{
	struct object *object = listed;

	(void)argument;
	mutex_lock(&object->lock);
	take_off_list();
	kfree(object);
	return 0;
}

static long drop_reference(void *argument)
{
	struct object *object = listed;
	bool last;

	(void)argument;
	mutex_lock(&object->lock);
	last = !--object->users;
	mutex_unlock(&object->lock);
	if (last)
		kfree(object);
	return 0;
}

/* Whose the finding is; NULL: nobody's. */
static const char *blamed(struct lfb_machine *machine)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (finding->id == LFB_FINDING_LOCK_FREED)
			return finding->text;
	}
	return NULL;
}

static void count(struct lfb_machine *machine, const char *schedule)
{
	const char *text = blamed(machine);

	if (lfb_machine_state(machine) == LFB_PANICKED)
		died++;
	if (!text)
		return;
	freed++;
	assert_ptr_equal(strstr(text, "task task-1 frees the memory it lies in, and "), text);
	/* Who only went on is no more than dead. */
	if (!strstr(text, "task task-2 is at mutex_lock()"))
		alone++;
	else
		assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MEM_USE_AFTER_FREE), 0);
}

static unsigned int explore(long (*one)(void *argument), long (*other)(void *argument))
{
	long (*const tasks[])(void *argument) = { one, other };

	freed = died = alone = 0;
	return tasks_explore(tasks, 2, 2, make_object, count);
}

static void who_frees_what_another_waits_for_is_told(void **state)
{
	const unsigned int all = explore(free_it, use);

	(void)state;
	assert_in_range(freed, 1, all - 1);
	assert_int_equal(alone, 0);
	assert_in_range(died, freed, all - 1);
}

static void who_frees_what_is_held_is_told_in_every_order(void **state)
{
	const unsigned int all = explore(free_it_locked, use);

	(void)state;
	assert_int_equal(freed, all);
	assert_int_equal(alone, all);
}

/* The other of the two holds it. */
static long hold(void *argument)
{
	struct object *object = find();

	(void)argument;
	if (!object)
		return 0;
	mutex_lock(&object->lock);
	might_sleep();
	mutex_unlock(&object->lock);
	return 0;
}

static long free_at_once(void *argument)
{
	struct object *object = listed;

	(void)argument;
	take_off_list();
	kfree(object);
	return 0;
}

static void who_frees_what_another_holds_is_told(void **state)
{
	(void)state;
	explore(free_at_once, hold);
	assert_true(freed && alone && freed > alone && died >= freed);
}

static void the_last_of_two_may_free_it(void **state)
{
	(void)state;
	assert_true(explore(drop_reference, drop_reference) > 4);
	assert_int_equal(freed + died, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_frees_what_another_waits_for_is_told),
		cmocka_unit_test(who_frees_what_is_held_is_told_in_every_order),
		cmocka_unit_test(who_frees_what_another_holds_is_told),
		cmocka_unit_test(the_last_of_two_may_free_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
