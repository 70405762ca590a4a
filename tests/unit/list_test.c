// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The linked list. */
#include <luo/list.h>

#include "tests/support/test.h"

#define ITEMS 5

struct item {
	int number;
	struct list_head list;
};

static struct item items[ITEMS];

/* A list of items 0 to count - 1, built from either end. */
static void build(struct list_head *head, int count, bool from_front)
{
	INIT_LIST_HEAD(head);
	for (int i = 0; i < count; i++) {
		struct item *item = &items[from_front ? count - 1 - i : i];

		item->number = (int)(item - items);
		if (from_front)
			list_add(&item->list, head);
		else
			list_add_tail(&item->list, head);
	}
}

/* Walks both ways; bit n of the result: item n is on the list. */
static unsigned int walk(struct list_head *head)
{
	unsigned int forward = 0, backward = 0;
	struct item *item;
	int last = -1;

	list_for_each_entry(item, head, list) {
		assert_true(item->number > last);
		last = item->number;
		forward |= 1u << item->number;
	}
	last = ITEMS;
	list_for_each_entry_reverse(item, head, list) {
		assert_true(item->number < last);
		last = item->number;
		backward |= 1u << item->number;
	}
	assert_int_equal(forward, backward);
	return forward;
}

static void lists_grow_at_both_ends(void **state)
{
	LIST_HEAD(head);

	assert_true(list_empty(&head));
	for (int count = 0; count <= ITEMS; count++) {
		for (int from_front = 0; from_front < 2; from_front++) {
			build(&head, count, from_front);
			assert_int_equal(walk(&head), (1u << count) - 1);
			assert_int_equal(list_empty(&head), count == 0);
			if (count == 0)
				continue;
			assert_ptr_equal(list_first_entry(&head, struct item, list), &items[0]);
			assert_ptr_equal(list_last_entry(&head, struct item, list),
					 &items[count - 1]);
		}
	}
}

static void any_subset_can_be_taken_off_while_walking(void **state)
{
	struct list_head head;
	struct item *item, *next;

	for (unsigned int taken = 0; taken < 1u << ITEMS; taken++) {
		build(&head, ITEMS, false);
		list_for_each_entry_safe(item, next, &head, list) {
			if (!(taken & (1u << item->number)))
				continue;
			if (item->number % 2) {
				list_del_init(&item->list);
				assert_true(list_empty(&item->list));
			} else {
				list_del(&item->list);
				assert_ptr_equal(item->list.next, LIST_POISON1);
				assert_ptr_equal(item->list.prev, LIST_POISON2);
			}
		}
		assert_int_equal(walk(&head), ((1u << ITEMS) - 1) & ~taken);
	}
}

static void a_walk_can_go_back_from_where_it_stopped(void **state)
{
	struct list_head head;

	build(&head, ITEMS, false);
	for (int stop = 0; stop < ITEMS; stop++) {
		struct item *item = &items[stop];
		int expected = stop;

		list_for_each_entry_continue_reverse(item, &head, list)
			assert_int_equal(item->number, --expected);
		assert_int_equal(expected, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_grow_at_both_ends),
		cmocka_unit_test(any_subset_can_be_taken_off_while_walking),
		cmocka_unit_test(a_walk_can_go_back_from_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
