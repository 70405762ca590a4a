// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lists, hashed ones among them, and what sorts. */
#include <kunit/test.h>
#include <linux/hashtable.h>
#include <linux/klist.h>
#include <linux/list.h>
#include <linux/list_private.h>
#include <linux/list_sort.h>
#include <linux/min_heap.h>
#include <linux/poison.h>
#include <linux/random.h>
#include <linux/sort.h>

#define ITEMS 6

struct item {
	int number;
	struct list_head list;
	struct hlist_node node;
	struct list_head __private secret;
};

struct fixture {
	struct list_head head, other;
	struct item items[ITEMS];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	INIT_LIST_HEAD(&f->head);
	INIT_LIST_HEAD(&f->other);
	for (int i = 0; i < ITEMS; i++) {
		f->items[i].number = i;
		list_add_tail(&f->items[i].list, &f->head);
	}
	test->priv = f;
	return 0;
}

/* What is on a list, as a number: 0, 1, 2 is 12. Checked backwards too. */
static long read_list(struct list_head *head)
{
	struct list_head *pos;
	long all = 0, back = 0, place = 1;

	list_for_each(pos, head)
		all = all * 10 + list_entry(pos, struct item, list)->number;
	list_for_each_prev(pos, head) {
		back += place * list_entry(pos, struct item, list)->number;
		place *= 10;
	}
	return all == back ? all : -1;
}

static void walking(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct list_head *pos, *n;
	struct item *item, *next;
	long all = 0;

	KUNIT_EXPECT_EQ(test, read_list(&f->head), 12345l);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&f->head), (size_t)ITEMS);
	pos = &f->items[3].list;
	list_for_each_continue(pos, &f->head)
		all = all * 10 + list_entry(pos, struct item, list)->number;
	KUNIT_EXPECT_EQ(test, all, 45l);
	list_for_each_rcu(pos, &f->head)
		all++;
	list_for_each_entry(item, &f->head, list)
		all++;
	list_for_each_entry_reverse(item, &f->head, list)
		all++;
	KUNIT_EXPECT_EQ(test, all, 63l);
	item = &f->items[4];
	all = 0;
	list_for_each_entry_from(item, &f->head, list)
		all = all * 10 + item->number;
	item = &f->items[1];
	list_for_each_entry_from_reverse(item, &f->head, list)
		all = all * 10 + item->number;
	item = &f->items[3];
	list_for_each_entry_continue(item, &f->head, list)
		all = all * 10 + item->number;
	item = &f->items[2];
	list_for_each_entry_continue_reverse(item, &f->head, list)
		all = all * 10 + item->number;
	KUNIT_EXPECT_EQ(test, all, 45104510l);
	item = NULL;
	item = list_prepare_entry(item, &f->head, list);
	KUNIT_EXPECT_TRUE(test, list_entry_is_head(item, &f->head, list));
	list_for_each_entry_safe(item, next, &f->head, list) {
		if (item->number == 0)
			list_del(&item->list);
	}
	item = &f->items[1];
	list_for_each_entry_safe_continue(item, next, &f->head, list) {
		if (item->number == 2)
			list_del(&item->list);
	}
	all = (long)list_count_nodes(&f->head);
	item = list_first_entry(&f->head, struct item, list);
	list_for_each_entry_safe_from(item, next, &f->head, list)
		all--;
	KUNIT_EXPECT_EQ(test, all, 0l);
	item = &f->items[1];
	list_for_each_entry_safe_from(item, next, &f->head, list) {
		list_safe_reset_next(item, next, list);
		if (item->number == 3)
			list_del(&item->list);
	}
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 145l);
	list_for_each_entry_safe_reverse(item, next, &f->head, list) {
		if (item->number == 5)
			list_del(&item->list);
	}
	list_for_each_safe(pos, n, &f->head)
		list_move(pos, &f->other);
	KUNIT_EXPECT_EQ(test, read_list(&f->other), 41l);
	list_for_each_prev_safe(pos, n, &f->other)
		list_move(pos, &f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 41l);
	KUNIT_EXPECT_PTR_EQ(test, f->items[5].list.next, LIST_POISON1);
	KUNIT_EXPECT_PTR_EQ(test, f->items[5].list.prev, LIST_POISON2);
	KUNIT_EXPECT_TRUE(test, POISON_FREE != POISON_INUSE && POISON_END && POISON_POINTER_DELTA);
}

static void neighbours(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct item *first = &f->items[0], *last = &f->items[ITEMS - 1];

	KUNIT_EXPECT_PTR_EQ(test, list_first_entry(&f->head, struct item, list), first);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry(&f->head, struct item, list), last);
	KUNIT_EXPECT_PTR_EQ(test, list_first_entry_or_null(&f->head, struct item, list), first);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry_or_null(&f->head, struct item, list), last);
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&f->other, struct item, list));
	KUNIT_EXPECT_NULL(test, list_last_entry_or_null(&f->other, struct item, list));
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry(first, list), first + 1);
	KUNIT_EXPECT_PTR_EQ(test, list_prev_entry(last, list), last - 1);
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry_circular(last, &f->head, list), first);
	KUNIT_EXPECT_PTR_EQ(test, list_prev_entry_circular(first, &f->head, list), last);
	KUNIT_EXPECT_TRUE(test, list_is_first(&first->list, &f->head));
	KUNIT_EXPECT_TRUE(test, list_is_last(&last->list, &f->head));
	KUNIT_EXPECT_TRUE(test, list_is_head(&f->head, &f->head));
	KUNIT_EXPECT_FALSE(test, list_is_singular(&f->head) || list_is_singular(&f->other));
	KUNIT_EXPECT_TRUE(test, list_empty(&f->other) && list_empty_careful(&f->other));
	list_del_init_careful(&first->list);
	KUNIT_EXPECT_TRUE(test, list_empty_careful(&first->list));
	list_add(&first->list, &f->other);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&f->other));
}

static void moving(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct item *i = f->items;
	struct list_head list;

	list_swap(&i[0].list, &i[1].list);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 102345l);
	list_swap(&i[5].list, &i[1].list);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 502341l);
	list_move_tail(&i[5].list, &f->head);
	list_rotate_left(&f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 234150l);
	list_rotate_to_front(&i[4].list, &f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 415023l);
	list_bulk_move_tail(&f->head, &i[1].list, &i[5].list);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 402315l);
	list_cut_position(&list, &f->head, &i[0].list);
	KUNIT_EXPECT_EQ(test, read_list(&list), 40l);
	list_cut_before(&f->other, &f->head, &i[1].list);
	KUNIT_EXPECT_EQ(test, read_list(&f->other), 23l);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 15l);
	list_splice_tail_init(&f->other, &f->head);
	list_splice_init(&list, &f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 401523l);
	KUNIT_EXPECT_TRUE(test, list_empty(&f->other) && list_empty(&list));
	list_cut_position(&list, &f->head, &f->head);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	list_splice(&f->head, &f->other);
	INIT_LIST_HEAD(&f->head);
	list_splice_tail(&f->other, &f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 401523l);
	list_del_init(&i[2].list);
	list_replace(&i[4].list, &i[2].list);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 20153l);
	list_replace_init(&i[2].list, &i[4].list);
	KUNIT_EXPECT_TRUE(test, list_empty(&i[2].list));
	__list_del_entry(&i[3].list);
	__list_del(i[4].list.prev, i[4].list.next);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 15l);
}

static void a_private_member(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct item *item, *next;
	LIST_HEAD(head);
	int n = 0;

	for (int i = 0; i < 4; i++)
		list_add_tail(&ACCESS_PRIVATE(&f->items[i], secret), &head);
	KUNIT_EXPECT_PTR_EQ(test, list_private_first_entry(&head, struct item, secret), f->items);
	item = list_private_last_entry(&head, struct item, secret);
	KUNIT_EXPECT_EQ(test, item->number, 3);
	KUNIT_EXPECT_EQ(test, list_private_next_entry_circular(item, &head, secret)->number, 0);
	KUNIT_EXPECT_EQ(test, list_private_prev_entry(item, secret)->number, 2);
	item = f->items;
	KUNIT_EXPECT_EQ(test, list_private_prev_entry_circular(item, &head, secret)->number, 3);
	KUNIT_EXPECT_EQ(test, list_private_next_entry(item, secret)->number, 1);
	KUNIT_EXPECT_PTR_EQ(test, list_private_entry(head.next, struct item, secret), item);
	KUNIT_EXPECT_FALSE(test, list_private_entry_is_head(item, &head, secret));
	list_private_for_each_entry(item, &head, secret)
		n += item->number;
	list_private_for_each_entry_reverse(item, &head, secret)
		n += item->number;
	item = &f->items[1];
	list_private_for_each_entry_from(item, &head, secret)
		n += item->number;
	item = &f->items[1];
	list_private_for_each_entry_from_reverse(item, &head, secret)
		n += item->number;
	item = &f->items[1];
	list_private_for_each_entry_continue(item, &head, secret)
		n += item->number;
	item = &f->items[1];
	list_private_for_each_entry_continue_reverse(item, &head, secret)
		n += item->number;
	KUNIT_EXPECT_EQ(test, n, 24);
	item = &f->items[2];
	list_private_for_each_entry_safe_continue(item, next, &head, secret)
		list_del(&item->secret);
	item = &f->items[2];
	list_private_for_each_entry_safe_from(item, next, &head, secret) {
		list_private_safe_reset_next(item, next, secret);
		list_del(&item->secret);
	}
	list_private_for_each_entry_safe_reverse(item, next, &head, secret) {
		if (item->number)
			list_del(&item->secret);
	}
	list_private_for_each_entry_safe(item, next, &head, secret)
		list_del(&item->secret);
	KUNIT_EXPECT_TRUE(test, list_empty(&head));
}

static long read_hlist(struct hlist_head *head)
{
	struct item *item;
	struct hlist_node *pos;
	long all = 0, again = 0;

	hlist_for_each_entry(item, head, node)
		all = all * 10 + item->number;
	hlist_for_each(pos, head)
		again = again * 10 + hlist_entry(pos, struct item, node)->number;
	return all == again ? all : -1;
}

static void hashed_lists(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct item *i = f->items, *item;
	struct hlist_node *n, *pos;
	struct hlist_head head = HLIST_HEAD_INIT;
	HLIST_HEAD(other);

	INIT_HLIST_NODE(&i[1].node);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&i[1].node) && hlist_unhashed_lockless(&i[1].node));
	hlist_add_head(&i[1].node, &head);
	KUNIT_EXPECT_TRUE(test, hlist_is_singular_node(&i[1].node, &head));
	hlist_add_before(&i[2].node, &i[1].node);
	hlist_add_behind(&i[3].node, &i[1].node);
	hlist_add_head(&i[4].node, &head);
	KUNIT_EXPECT_EQ(test, read_hlist(&head), 4213l);
	KUNIT_EXPECT_EQ(test, hlist_count_nodes(&head), 4ul);
	hlist_del(&i[2].node);
	KUNIT_EXPECT_PTR_EQ(test, i[2].node.next, LIST_POISON1);
	hlist_del_init(&i[3].node);
	hlist_del_init(&i[3].node);
	KUNIT_EXPECT_EQ(test, read_hlist(&head), 41l);
	hlist_move_list(&head, &other);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	hlist_add_head(&i[5].node, &head);
	hlist_splice_init(&other, &i[1].node, &head);
	KUNIT_EXPECT_EQ(test, read_hlist(&head), 415l);
	item = &i[4];
	hlist_for_each_entry_continue(item, node)
		KUNIT_EXPECT_NE(test, item->number, 4);
	item = &i[1];
	hlist_for_each_entry_from(item, node)
		KUNIT_EXPECT_NE(test, item->number, 4);
	hlist_for_each_entry_rcu(item, &head, node)
		KUNIT_EXPECT_GT(test, item->number, 0);
	hlist_for_each_entry_safe(item, n, &head, node) {
		if (item->number == 1)
			hlist_del(&item->node);
	}
	hlist_for_each_safe(pos, n, &head)
		hlist_del_init(pos);
	KUNIT_EXPECT_NULL(test, hlist_entry_safe(head.first, struct item, node));
	hlist_add_fake(&i[0].node);
	KUNIT_EXPECT_TRUE(test, hlist_fake(&i[0].node));
	__hlist_del(&i[0].node);
	INIT_HLIST_HEAD(&other);
}

static DEFINE_HASHTABLE(table, 3);

static void hash_tables(struct kunit *test)
{
	struct fixture *f = test->priv;
	DECLARE_HASHTABLE(own, 2);
	struct hlist_node *n;
	struct item *item;
	int bucket, seen = 0;

	hash_init(own);
	KUNIT_EXPECT_TRUE(test, hash_empty(own) && hash_empty(table));
	KUNIT_EXPECT_EQ(test, HASH_SIZE(table), 8ul);
	KUNIT_EXPECT_EQ(test, HASH_BITS(table), 3);
	for (int i = 0; i < ITEMS; i++)
		hash_add(table, &f->items[i].node, f->items[i].number);
	hash_for_each(table, bucket, item, node)
		seen |= 1 << item->number;
	hash_for_each_rcu(table, bucket, item, node)
		seen |= 1 << item->number;
	KUNIT_EXPECT_EQ(test, seen, (1 << ITEMS) - 1);
	hash_for_each_possible(table, item, node, 3)
		seen += item->number == 3;
	hash_for_each_possible_rcu(table, item, node, 3)
		seen += item->number == 3;
	hash_for_each_possible_safe(table, item, n, node, 4) {
		if (item->number == 4)
			hash_del(&item->node);
	}
	KUNIT_EXPECT_EQ(test, seen, (1 << ITEMS) + 1);
	KUNIT_EXPECT_FALSE(test, hash_hashed(&f->items[4].node));
	hash_for_each_safe(table, bucket, n, item, node)
		hash_del(&item->node);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
	hash_add_rcu(own, &f->items[4].node, 4ul);
	hash_del_rcu(&f->items[4].node);
	KUNIT_EXPECT_EQ(test, hash_min((u8)3, 4), hash_32(3, 4));
}

static int users;

static void get_node(struct klist_node *node)
{
	users++;
}

static void put_node(struct klist_node *node)
{
	users--;
}

static void lists_walked_over(struct kunit *test)
{
	DEFINE_KLIST(list, get_node, put_node);
	struct klist other;
	struct klist_node a, b, c, d;
	struct klist_iter at, again;

	klist_init(&other, NULL, NULL);
	klist_add_tail(&c, &list);
	klist_add_head(&a, &list);
	klist_add_behind(&b, &a);
	klist_add_before(&d, &c);
	klist_iter_init(&list, &at);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&at), &a);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&at), &b);
	klist_del(&b);
	KUNIT_EXPECT_EQ(test, users, 4);
	/* Somebody else passes it by. */
	klist_iter_init_node(&list, &again, &a);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&again), &d);
	klist_iter_exit(&again);
	KUNIT_EXPECT_TRUE(test, klist_node_attached(&b));
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&at), &d);
	KUNIT_EXPECT_FALSE(test, klist_node_attached(&b));
	KUNIT_EXPECT_PTR_EQ(test, klist_prev(&at), &a);
	klist_iter_exit(&at);
	klist_iter_init_node(&list, &at, &c);
	KUNIT_EXPECT_NULL(test, klist_next(&at));
	klist_iter_exit(&at);
	klist_remove(&a);
	klist_del(&c);
	klist_del(&d);
	KUNIT_EXPECT_EQ(test, users, 0);
}

static int by_number(void *priv, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct item, list)->number / 2 -
	       list_entry(b, struct item, list)->number / 2;
}

static int compare(const void *a, const void *b)
{
	return *(const u16 *)a - *(const u16 *)b;
}

static int compare_down(const void *a, const void *b, const void *priv)
{
	return (*(const u16 *)b - *(const u16 *)a) * *(const int *)priv;
}

static void swap_counted(void *a, void *b, int size)
{
	swap(*(u16 *)a, *(u16 *)b);
}

static bool is_less(const void *a, const void *b, void *args)
{
	return *(const u16 *)a < *(const u16 *)b;
}

/* All arrays of up to six numbers below four. */
static void short_arrays(struct kunit *test)
{
	for (unsigned int all = 0; all < 7u << 12; all++) {
		const unsigned int count = all >> 12;
		u16 numbers[6];

		for (unsigned int i = 0; i < count; i++)
			numbers[i] = all >> (2 * i) & 3;
		sort(numbers, count, sizeof(u16), compare, NULL);
		for (unsigned int i = 1; i < count; i++)
			KUNIT_ASSERT_LE(test, numbers[i - 1], numbers[i]);
	}
}

static void sorting(struct kunit *test)
{
	static const struct min_heap_callbacks smallest = { .less = is_less };
	struct fixture *f = test->priv;
	const int up = -1;
	u16 numbers[100], copy[100], last;
	DEFINE_MIN_HEAP(u16, pile) heap;

	list_rotate_to_front(&f->items[3].list, &f->head);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 345012l);
	list_sort(NULL, &f->head, by_number);
	KUNIT_EXPECT_EQ(test, read_list(&f->head), 13245l);
	for (int i = 0; i < 100; i++)
		copy[i] = numbers[i] = get_random_u16() % 50;
	sort(numbers, 100, sizeof(u16), compare, NULL);
	sort_r(copy, 100, sizeof(u16), compare_down, NULL, &up);
	KUNIT_EXPECT_MEMEQ(test, numbers, copy, sizeof(copy));
	for (int i = 1; i < 100; i++)
		KUNIT_EXPECT_LE(test, numbers[i - 1], numbers[i]);
	for (int i = 0; i < 50; i++)
		swap(numbers[i], numbers[99 - i]);
	sort(numbers, 100, sizeof(u16), compare, swap_counted);
	KUNIT_EXPECT_MEMEQ(test, numbers, copy, sizeof(copy));
	min_heap_init(&heap, numbers, 100);
	for (int i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, min_heap_push(&heap, &copy[99 - i], &smallest, NULL));
	KUNIT_EXPECT_TRUE(test, min_heap_full(&heap));
	min_heap_del(&heap, 10, &smallest, NULL);
	last = *min_heap_peek(&heap);
	min_heap_pop_push(&heap, &copy[99], &smallest, NULL);
	for (int left = 99; left; left--) {
		KUNIT_EXPECT_LE(test, last, *min_heap_peek(&heap));
		last = *min_heap_peek(&heap);
		min_heap_pop(&heap, &smallest, NULL);
	}
	KUNIT_EXPECT_NULL(test, min_heap_peek(&heap));
	heap.nr = 3;
	numbers[0] = 5;
	numbers[1] = 9;
	numbers[2] = 1;
	min_heapify_all(&heap, &smallest, NULL);
	KUNIT_EXPECT_EQ(test, numbers[0], 1);
	numbers[2] = 0;
	min_heap_sift_up(&heap, 2, &smallest, NULL);
	numbers[0] = 30;
	min_heap_sift_down(&heap, 0, &smallest, NULL);
	KUNIT_EXPECT_EQ(test, numbers[0], 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(walking), KUNIT_CASE(neighbours), KUNIT_CASE(moving),
	KUNIT_CASE(a_private_member), KUNIT_CASE(hashed_lists), KUNIT_CASE(hash_tables),
	KUNIT_CASE(lists_walked_over), KUNIT_CASE(short_arrays), KUNIT_CASE(sorting), {}
};

static struct kunit_suite suite = { .name = "lists", .init = fixture_init, .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("lists");
MODULE_LICENSE("GPL");
