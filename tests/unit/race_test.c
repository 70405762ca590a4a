// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What races and what does not, by hand: which task runs is said here. */
#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

static struct lfb_kernel kernel;
static struct lfb_race race;
static struct lfb_race_pair found;
static unsigned int times;
static u64 memory[8];
static char lock, other;

static void note(struct lfb_kernel *its, const struct lfb_race_pair *pair)
{
	assert_ptr_equal(its, &kernel);
	found = *pair;
	times++;
}

static int set_up(void **state)
{
	kernel.report_race = note;
	lfb__race_begin(&kernel, &race, 3);
	times = 0;
	return 0;
}

static int tear_down(void **state)
{
	lfb__race_free(&race);
	memset(&race, 0, sizeof(race));
	return 0;
}

/* @task touches @size bytes of memory. */
static void touch(unsigned int task, const void *address, size_t size, unsigned int how)
{
	race.now = task;
	kernel.operation = task;
	lfb__race_touch(&race, address, size, how, (const char *)memory + task);
}

static void take(unsigned int task, const void *object, bool shared)
{
	race.now = task;
	lfb__race_see(&race, object, shared);
}

static void drop(unsigned int task, const void *object, bool shared)
{
	race.now = task;
	lfb__race_show(&race, object, shared);
}

static void two_of_which_one_writes_race_unless_both_are_marked(void **state)
{
	static const unsigned int hows[] = {
		LFB_RACE_READ, LFB_RACE_WRITE, LFB_RACE_MARKED, LFB_RACE_MARKED | LFB_RACE_WRITE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(hows); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(hows); j++) {
			const bool writes = (hows[i] | hows[j]) & LFB_RACE_WRITE;
			const bool marked = hows[i] & hows[j] & LFB_RACE_MARKED;

			set_up(NULL);
			touch(0, memory, 8, hows[i]);
			touch(1, memory, 8, hows[j]);
			assert_int_equal(times, writes && !marked);
			/* Who was first does not matter. */
			touch(0, memory, 8, hows[i]);
			assert_int_equal(times, writes && !marked ? 2 : 0);
		}
	}
}

static void the_pair_says_who_did_what(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	touch(2, (char *)memory + 4, 2, LFB_RACE_READ);
	assert_int_equal(times, 1);
	assert_ptr_equal(found.address, (char *)memory + 4);
	assert_int_equal(found.size, 2);
	assert_int_equal(found.how, LFB_RACE_READ);
	assert_int_equal(found.how_before, LFB_RACE_WRITE);
	assert_int_equal(found.before, 0);
	assert_ptr_equal(found.at_before.frames[0], memory);
	assert_null(found.at_before.frames[1]);
	assert_int_equal(found.operation_before, 0);
}

static void a_task_does_not_race_with_itself(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	touch(0, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
}

static void bytes_next_to_each_other_are_no_race(void **state)
{
	char *bytes = (char *)memory;

	/* Each pair of a range of 1 to 9 bytes and a byte, in two words. */
	for (size_t from = 0; from < 8; from++) {
		for (size_t size = 1; size < 10 && from + size <= 16; size++) {
			for (size_t byte = 0; byte < 16; byte++) {
				set_up(NULL);
				touch(0, bytes + from, size, LFB_RACE_WRITE);
				touch(1, bytes + byte, 1, LFB_RACE_READ);
				assert_int_equal(times, byte >= from && byte < from + size);
			}
		}
	}
}

static void a_range_that_races_is_told_once(void **state)
{
	touch(0, memory, sizeof(memory), LFB_RACE_WRITE);
	touch(1, memory, sizeof(memory), LFB_RACE_WRITE);
	assert_int_equal(times, 1);
	assert_ptr_equal(found.address, memory);
}

static void who_takes_what_another_let_go_comes_after_it(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	drop(0, &lock, false);
	take(1, &lock, false);
	touch(1, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
	/* And who takes it from that one, too. */
	drop(1, &other, false);
	take(2, &other, false);
	touch(2, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
}

static void another_lock_orders_nothing(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	drop(0, &lock, false);
	take(1, &other, false);
	touch(1, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 1);
}

static void what_is_done_behind_the_lock_is_not_ordered(void **state)
{
	touch(1, memory + 1, 8, LFB_RACE_READ);
	drop(0, &lock, false);
	touch(0, memory, 8, LFB_RACE_WRITE);
	take(1, &lock, false);
	touch(1, memory, 8, LFB_RACE_READ);
	assert_int_equal(times, 1);
}

static void readers_share_with_writers_alone(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	drop(0, &lock, true);
	take(1, &lock, true);
	touch(1, memory, 8, LFB_RACE_READ);
	assert_int_equal(times, 1);
	take(2, &lock, false);
	touch(2, memory, 8, LFB_RACE_READ);
	assert_int_equal(times, 1);
	touch(2, memory + 1, 8, LFB_RACE_WRITE);
	drop(2, &lock, false);
	take(1, &lock, true);
	touch(1, memory + 1, 8, LFB_RACE_READ);
	assert_int_equal(times, 1);
}

static void an_older_access_is_not_hidden_by_another_task(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	touch(1, memory + 1, 8, LFB_RACE_WRITE);
	drop(1, &lock, false);
	take(2, &lock, false);
	touch(2, memory + 1, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
	touch(2, memory, 8, LFB_RACE_READ);
	assert_int_equal(times, 1);
	assert_int_equal(found.before, 0);
}

static void memory_that_was_freed_is_somebody_elses(void **state)
{
	/* As one of few words, and as many words as were touched. */
	for (size_t size = 8; size <= sizeof(memory); size += sizeof(memory) - 8) {
		set_up(NULL);
		touch(0, memory, 8, LFB_RACE_WRITE);
		touch(0, memory + 1, 8, LFB_RACE_WRITE);
		lfb__race_forget(&race, memory, size);
		touch(1, memory, 8, LFB_RACE_WRITE);
		assert_int_equal(times, 0);
		touch(1, memory + 1, 8, LFB_RACE_WRITE);
		assert_int_equal(times, size == 8);
	}
}

static void what_was_not_freed_is_remembered(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	touch(0, memory + 1, 8, LFB_RACE_WRITE);
	lfb__race_forget(&race, memory + 1, sizeof(memory) - 8);
	touch(1, memory + 1, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
	touch(1, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 1);
}

static void a_lock_that_was_freed_has_nothing_to_show(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	drop(0, memory + 3, false);
	lfb__race_forget(&race, memory + 3, 8);
	take(1, memory + 3, false);
	touch(1, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 1);
}

static void before_the_blocks_nothing_is_remembered(void **state)
{
	touch(0, memory, 8, LFB_RACE_WRITE);
	lfb__race_begin(&kernel, &race, 3);
	touch(1, memory, 8, LFB_RACE_WRITE);
	assert_int_equal(times, 0);
}

/* A million words of memory: it is not slow, and not for ever. */
static void much_memory_is_touched(void **state)
{
	const size_t size = LFB_SLOW ? 1u << 16 : 12u << 20;
	const char *much = (const char *)memory;

	touch(0, much, size, LFB_RACE_WRITE);
	assert_int_equal(race.blind, !LFB_SLOW);
	touch(1, much, size, LFB_RACE_WRITE);
	assert_int_equal(times, LFB_SLOW ? 1 : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(two_of_which_one_writes_race_unless_both_are_marked),
		TEST(the_pair_says_who_did_what),
		TEST(a_task_does_not_race_with_itself),
		TEST(bytes_next_to_each_other_are_no_race),
		TEST(a_range_that_races_is_told_once),
		TEST(who_takes_what_another_let_go_comes_after_it),
		TEST(another_lock_orders_nothing),
		TEST(what_is_done_behind_the_lock_is_not_ordered),
		TEST(readers_share_with_writers_alone),
		TEST(an_older_access_is_not_hidden_by_another_task),
		TEST(memory_that_was_freed_is_somebody_elses),
		TEST(what_was_not_freed_is_remembered),
		TEST(a_lock_that_was_freed_has_nothing_to_show),
		TEST(before_the_blocks_nothing_is_remembered),
		TEST(much_memory_is_touched),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
