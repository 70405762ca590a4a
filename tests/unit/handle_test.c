// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The list of live handles: what is on it is valid as what it is, everything else is not. */
#include <pthread.h>

#include "sim/machine/machine.h"
#include "tests/support/test.h"

#define KINDS LFB_HANDLE_KINDS
#define MANY 5000

static char objects[MANY * 16];

static void *object(size_t number)
{
	return objects + number * 16;
}

static enum lfb_handle_kind kind_of(size_t number)
{
	return (enum lfb_handle_kind)(LFB_HANDLE_MACHINE + number % KINDS);
}

static void a_handle_is_valid_as_its_own_kind_only(void **state)
{
	for (int kind = LFB_HANDLE_MACHINE; kind < KINDS; kind++) {
		assert_int_equal(lfb__handle_register(object(1), (enum lfb_handle_kind)kind), 0);
		for (int asked = LFB_HANDLE_MACHINE; asked < KINDS; asked++) {
			/* Twice: the second answer may come from this thread's memory. */
			for (int i = 0; i < 2; i++)
				assert_int_equal(lfb__handle_valid(object(1),
								   (enum lfb_handle_kind)asked),
						 asked == kind);
		}
		lfb__handle_unregister(object(1));
		assert_false(lfb__handle_valid(object(1), (enum lfb_handle_kind)kind));
	}
}

static void what_was_never_registered_is_not_valid(void **state)
{
	static const void *const wild[] = { NULL, (void *)1, (void *)0x1234, objects + 1,
					    (void *)UINTPTR_MAX, (void *)(UINTPTR_MAX << 1) };

	for (int registered = 0; registered < 2; registered++) {
		for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
			for (int kind = LFB_HANDLE_MACHINE; kind < KINDS; kind++)
				assert_false(lfb__handle_valid(wild[i],
							       (enum lfb_handle_kind)kind));
			lfb__handle_unregister(wild[i]);
		}
		if (!registered)
			assert_int_equal(lfb__handle_register(object(0), LFB_HANDLE_BLOB), 0);
	}
	assert_true(lfb__handle_valid(object(0), LFB_HANDLE_BLOB));
	lfb__handle_unregister(object(0));
}

static void expect_valid(size_t from, size_t to)
{
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(lfb__handle_valid(object(i), kind_of(i)), i >= from && i < to);
}

static void any_number_of_handles_can_live(void **state)
{
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(lfb__handle_register(object(i), kind_of(i)), 0);
	expect_valid(0, MANY);
	for (size_t i = 0; i < MANY / 2; i++)
		lfb__handle_unregister(object(i));
	expect_valid(MANY / 2, MANY);
	for (size_t i = MANY; i-- > MANY / 2 + 1;)
		lfb__handle_unregister(object(i));
	expect_valid(MANY / 2, MANY / 2 + 1);
	lfb__handle_unregister(object(MANY / 2));
	expect_valid(0, 0);
}

/* Slots of handles that are gone are used again: the table does not fill up with them. */
static void coming_and_going_for_ever_is_no_problem(void **state)
{
	assert_int_equal(lfb__handle_register(object(0), LFB_HANDLE_MACHINE), 0);
	for (size_t i = 1; i < 20 * MANY; i++) {
		void *now = object(1 + i % (MANY - 1));

		assert_int_equal(lfb__handle_register(now, LFB_HANDLE_AGENT), 0);
		assert_true(lfb__handle_valid(now, LFB_HANDLE_AGENT));
		assert_true(lfb__handle_valid(object(0), LFB_HANDLE_MACHINE));
		lfb__handle_unregister(now);
		assert_false(lfb__handle_valid(now, LFB_HANDLE_AGENT));
	}
	lfb__handle_unregister(object(0));
}

static void *come_and_go(void *argument)
{
	size_t first = (size_t)(uintptr_t)argument;
	size_t wrong = 0;

	for (int round = 0; round < 200; round++) {
		for (size_t i = first; i < first + 50; i++)
			wrong += lfb__handle_register(object(i), kind_of(i)) != 0;
		for (size_t i = first; i < first + 50; i++)
			wrong += !lfb__handle_valid(object(i), kind_of(i));
		for (size_t i = first; i < first + 50; i++) {
			lfb__handle_unregister(object(i));
			wrong += lfb__handle_valid(object(i), kind_of(i));
		}
	}
	return (void *)(uintptr_t)wrong;
}

static void threads_come_and_go_at_the_same_time(void **state)
{
	pthread_t threads[4];
	void *wrong;
	int err;

	for (uintptr_t i = 0; i < 4; i++) {
		err = pthread_create(&threads[i], NULL, come_and_go, (void *)(i * 100));
		assert_int_equal(err, 0);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

static void *unregister_it(void *argument)
{
	lfb__handle_unregister(argument);
	return NULL;
}

static void what_another_thread_took_away_is_forgotten(void **state)
{
	pthread_t thread;

	assert_int_equal(lfb__handle_register(object(7), LFB_HANDLE_MACHINE), 0);
	assert_true(lfb__handle_valid(object(7), LFB_HANDLE_MACHINE));
	assert_int_equal(pthread_create(&thread, NULL, unregister_it, object(7)), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(lfb__handle_valid(object(7), LFB_HANDLE_MACHINE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handle_is_valid_as_its_own_kind_only),
		cmocka_unit_test(what_was_never_registered_is_not_valid),
		cmocka_unit_test(any_number_of_handles_can_live),
		cmocka_unit_test(coming_and_going_for_ever_is_no_problem),
		cmocka_unit_test(threads_come_and_go_at_the_same_time),
		cmocka_unit_test(what_another_thread_took_away_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
