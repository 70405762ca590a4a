// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is found by a key or number: trees, arrays of pointers, numbers that are given out. */
#include <kunit/test.h>
#include <linux/idr.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>
#include <linux/xarray.h>

#define NODES 200

struct item {
	u32 key;
	u32 most;
	bool in;
	struct rb_node node;
};

#define item_of(rb) rb_entry(rb, struct item, node)

static u32 key_of(struct item *item)
{
	return item->key;
}

RB_DECLARE_CALLBACKS_MAX(static, mosts, struct item, node, u32, most, key_of)

/* Black nodes on each way down, 0 where they differ or a red node is below a red one. */
static int blacks(struct rb_node *node, const struct rb_node *parent)
{
	int left, right;

	if (!node)
		return 1;
	if (rb_parent(node) != parent || (rb_is_red(node) && parent && rb_is_red(parent)))
		return 0;
	left = blacks(node->rb_left, node);
	right = blacks(node->rb_right, node);
	return left && left == right ? left + !!rb_is_black(node) : 0;
}

static u32 largest(struct rb_node *node)
{
	return node ? max3(item_of(node)->key, largest(node->rb_left), largest(node->rb_right)) : 0;
}

static bool knows(struct rb_node *node)
{
	return !node || (item_of(node)->most == largest(node) && knows(node->rb_left) &&
			 knows(node->rb_right));
}

static void insert(struct rb_root *root, struct item *item, bool knowing)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	item->most = item->key;
	while (*link) {
		parent = *link;
		if (knowing)
			item_of(parent)->most = max(item_of(parent)->most, item->key);
		link = item->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	if (knowing)
		rb_insert_augmented(&item->node, root, &mosts);
	else
		rb_insert_color(&item->node, root);
}

static void check(struct kunit *test, const struct rb_root *root, unsigned int count)
{
	u32 last = 0, n = 0;

	for (struct rb_node *node = rb_first(root); node; node = rb_next(node)) {
		KUNIT_ASSERT_LE(test, last, item_of(node)->key);
		last = item_of(node)->key;
		n++;
	}
	KUNIT_ASSERT_EQ(test, n, count);
	for (struct rb_node *node = rb_last(root); node; node = rb_prev(node))
		n--;
	KUNIT_ASSERT_EQ(test, n, 0u);
	KUNIT_ASSERT_NE(test, blacks(root->rb_node, NULL), 0);
}

/* Any node comes or goes, 3000 times; everything is looked at each time. */
static void balance(struct kunit *test)
{
	for (int knowing = 0; knowing < 2; knowing++) {
		struct item *items = kunit_kcalloc(test, NODES, sizeof(*items), GFP_KERNEL);
		struct rb_root root = RB_ROOT;
		unsigned int count = 0;

		KUNIT_ASSERT_NOT_NULL(test, items);
		KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
		for (int i = 0; i < 3000; i++) {
			struct item *item = &items[get_random_u32_below(NODES)];

			if (!item->in) {
				item->key = get_random_u32_below(100);
				insert(&root, item, knowing);
			} else if (knowing) {
				rb_erase_augmented(&item->node, &root, &mosts);
			} else {
				rb_erase(&item->node, &root);
			}
			item->in = !item->in;
			count += item->in ? 1 : -1;
			check(test, &root, count);
			KUNIT_ASSERT_TRUE(test, !knowing || knows(root.rb_node));
		}
	}
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int compare(struct rb_node *a, const struct rb_node *b)
{
	return (int)item_of(a)->key - (int)item_of(b)->key;
}

static int compare_key(const void *key, const struct rb_node *b)
{
	return (int)*(const u32 *)key - (int)item_of(b)->key;
}

static void trees(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED, other = RB_ROOT_CACHED;
	struct item items[6] = { { 5 }, { 3 }, { 5 }, { 9 }, { 1 }, { 5 } }, *item, *next;
	struct rb_node *node;
	u32 key = 5;
	int n = 0;

	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, rb_add_cached(&items[i].node, &root, less) != NULL,
				i == 0 || i == 1 || i == 4);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &items[4].node);
	KUNIT_EXPECT_EQ(test, item_of(rb_find(&key, &root.rb_root, compare_key))->key, 5u);
	rb_for_each(node, &key, &root.rb_root, compare_key)
		n++;
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_PTR_EQ(test, rb_find_first(&key, &root.rb_root, compare_key), &items[0].node);
	KUNIT_EXPECT_NOT_NULL(test, rb_find_add(&items[5].node, &root.rb_root, compare));
	items[5].key = 7;
	KUNIT_EXPECT_NULL(test, rb_find_add(&items[5].node, &root.rb_root, compare));
	check(test, &root.rb_root, 6);
	items[3].key = 5;
	rb_replace_node_cached(&items[4].node, &(struct item){ .key = 1 }.node, &root);
	items[4].node = *rb_first_cached(&root);
	rb_replace_node_cached(rb_first_cached(&root), &items[4].node, &root);
	rb_replace_node(&items[0].node, &(struct item){ .key = 5 }.node, &root.rb_root);
	n = 0;
	rbtree_postorder_for_each_entry_safe(item, next, &root.rb_root, node)
		n++;
	KUNIT_EXPECT_EQ(test, n, 6);
	KUNIT_EXPECT_PTR_EQ(test, rb_erase_cached(&items[4].node, &root), &items[1].node);
	RB_CLEAR_NODE(&items[4].node);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&items[4].node) && !rb_next(&items[4].node));
	rb_link_node(&items[4].node, NULL, &other.rb_root.rb_node);
	rb_insert_color_cached(&items[4].node, &other, true);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&other), &items[4].node);
	KUNIT_EXPECT_NULL(test, rb_entry_safe((struct rb_node *)NULL, struct item, node));
}

static DEFINE_XARRAY(array);
static DEFINE_XARRAY_ALLOC(numbered);
static DEFINE_XARRAY_ALLOC1(from_one);

static void arrays(struct kunit *test)
{
	struct xarray own;
	unsigned long index, sum = 0;
	void *entry;
	const struct xa_limit two = XA_LIMIT(0, 2);
	u32 id = 0, next = 0;

	xa_init(&own);
	KUNIT_EXPECT_TRUE(test, xa_empty(&own) && xa_empty(&array));
	for (unsigned long i = 0; i < 100; i++)
		KUNIT_EXPECT_NULL(test, xa_store(&array, i * i, xa_mk_value(i), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xa_to_value(xa_load(&array, 81)), 9ul);
	KUNIT_EXPECT_NULL(test, xa_load(&array, 82));
	KUNIT_EXPECT_EQ(test, xa_insert(&array, 81, test, GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_EQ(test, xa_insert(&array, 82, test, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&array, 82, NULL, &own, GFP_KERNEL), test);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&array, 82, test, NULL, GFP_KERNEL), test);
	xa_for_each(&array, index, entry)
		sum += index == xa_to_value(entry) * xa_to_value(entry);
	KUNIT_EXPECT_EQ(test, sum, 100ul);
	sum = 0;
	xa_for_each_range(&array, index, entry, 10, 50)
		sum += xa_to_value(entry);
	KUNIT_EXPECT_EQ(test, sum, 4ul + 5 + 6 + 7);
	xa_for_each_start(&array, index, entry, 98 * 98 + 1)
		sum = xa_to_value(entry);
	KUNIT_EXPECT_EQ(test, sum, 99ul);
	xa_set_mark(&array, 25, XA_MARK_1);
	xa_set_mark(&array, 36, XA_MARK_1);
	xa_set_mark(&array, 37, XA_MARK_1);
	xa_clear_mark(&array, 36, XA_MARK_1);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&array, 25, XA_MARK_1) && xa_marked(&array, XA_MARK_1));
	xa_for_each_marked(&array, index, entry, XA_MARK_1)
		KUNIT_EXPECT_EQ(test, index, 25ul);
	KUNIT_EXPECT_FALSE(test, xa_marked(&array, XA_MARK_0) || xa_marked(&array, XA_MARK_2));
	index = 26;
	KUNIT_EXPECT_EQ(test, xa_to_value(xa_find(&array, &index, 100, XA_PRESENT)), 6ul);
	KUNIT_EXPECT_EQ(test, xa_to_value(xa_find_after(&array, &index, 100, XA_PRESENT)), 7ul);
	KUNIT_EXPECT_EQ(test, xa_reserve(&own, 5, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, xa_empty(&own) || xa_load(&own, 5));
	xa_release(&own, 5);
	KUNIT_EXPECT_TRUE(test, xa_empty(&own));
	xa_lock(&array);
	KUNIT_EXPECT_EQ(test, xa_trylock(&array), 0);
	KUNIT_EXPECT_EQ(test, xa_to_value(__xa_erase(&array, 4)), 2ul);
	xa_unlock(&array);
	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_mk_value(0)) && !xa_is_value(test));
	KUNIT_EXPECT_TRUE(test, xa_is_err(XA_ERROR(-ENOMEM)));
	KUNIT_EXPECT_EQ(test, xa_err(XA_ERROR(-ENOMEM)), -ENOMEM);
	xa_destroy(&array);
	KUNIT_EXPECT_TRUE(test, xa_empty(&array));
	for (u32 i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, xa_alloc(&numbered, &id, test, two, GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, id, i);
	}
	KUNIT_EXPECT_EQ(test, xa_alloc(&numbered, &id, test, two, GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_EQ(test, xa_alloc(&from_one, &id, test, xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1u);
	xa_destroy(&numbered);
	for (u32 i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&numbered, &id, test, XA_LIMIT(1, 3), &next,
						      GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, id, i % 3 + 1);
		xa_erase(&numbered, id);
	}
	xa_destroy(&from_one);
	KUNIT_EXPECT_EQ(test, xa_limit_31b.max + xa_limit_16b.max, 0x8000fffeu);
}

static int count_them(int id, void *ptr, void *data)
{
	*(int *)data += id;
	return id == 7 ? -EINTR : 0;
}

static DEFINE_IDR(idr);
static DEFINE_IDA(ida);

static void numbers(struct kunit *test)
{
	struct idr own;
	struct ida also;
	int id, sum = 0;
	char *entry;

	idr_init(&own);
	ida_init(&also);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&own) && ida_is_empty(&also));
	idr_preload(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, "a", 5, 7, GFP_KERNEL), 5);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, "b", 5, 7, GFP_KERNEL), 6);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, "c", 5, 7, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, "c", 5, 0, GFP_KERNEL), 7);
	idr_preload_end();
	KUNIT_EXPECT_STREQ(test, (char *)idr_find(&idr, 6), "b");
	KUNIT_EXPECT_STREQ(test, (char *)idr_replace(&idr, "d", 6), "b");
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, "d", 8), ERR_PTR(-ENOENT));
	idr_for_each_entry(&idr, entry, id)
		sum += id * (*entry - 'a' + 1);
	KUNIT_EXPECT_EQ(test, sum, 5 + 6 * 4 + 7 * 3);
	id = 6;
	idr_for_each_entry_continue(&idr, entry, id)
		KUNIT_EXPECT_GT(test, *entry, 'a');
	sum = 0;
	KUNIT_EXPECT_EQ(test, idr_for_each(&idr, count_them, &sum), -EINTR);
	KUNIT_EXPECT_EQ(test, sum, 18);
	id = 0;
	KUNIT_EXPECT_STREQ(test, (char *)idr_get_next(&idr, &id), "a");
	KUNIT_EXPECT_STREQ(test, (char *)idr_remove(&idr, 5), "a");
	idr_destroy(&idr);
	for (int i = 0; i < 6; i++) {
		id = idr_alloc_cyclic(&own, "x", 1, 4, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, id, i % 3 + 1);
		idr_remove(&own, id);
	}
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL) + ida_alloc(&ida, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 5, GFP_KERNEL), 5);
	KUNIT_EXPECT_EQ(test, ida_alloc_max(&ida, 1, GFP_KERNEL), -ENOSPC);
	ida_free(&ida, 1);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 1, 4, GFP_KERNEL), 1);
	KUNIT_EXPECT_TRUE(test, ida_exists(&ida, 5) && !ida_exists(&ida, 6));
	ida_destroy(&ida);
}

/* Places in arrays. */
static void states(struct kunit *test)
{
	DEFINE_XARRAY(own);
	XA_STATE(xas, &own, 3);
	unsigned long sum = 0;
	void *entry;

	do {
		xas_lock(&xas);
		KUNIT_EXPECT_NULL(test, xas_store(&xas, xa_mk_value(3)));
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, xas_error(&xas), 0);
	xas_set(&xas, 5);
	KUNIT_EXPECT_NULL(test, xas_load(&xas));
	/* As if there were no memory at first. */
	xas_set_err(&xas, -ENOMEM);
	KUNIT_EXPECT_NULL(test, xas_store(&xas, xa_mk_value(5)));
	KUNIT_EXPECT_NULL(test, xa_load(&own, 5));
	KUNIT_EXPECT_TRUE(test, xas_nomem(&xas, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, xas_store(&xas, xa_mk_value(5)));
	KUNIT_EXPECT_FALSE(test, xas_nomem(&xas, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, xas_reload(&xas), xa_mk_value(5));
	xa_store(&own, ULONG_MAX, xa_mk_value(9), GFP_KERNEL);
	xas_set_mark(&xas, XA_MARK_1);
	KUNIT_EXPECT_TRUE(test, xas_get_mark(&xas, XA_MARK_1));
	KUNIT_EXPECT_FALSE(test, xas_get_mark(&xas, XA_MARK_2));
	xas_set(&xas, 0);
	xas_lock(&xas);
	xas_for_each(&xas, entry, ULONG_MAX) {
		KUNIT_EXPECT_FALSE(test, xas_retry(&xas, entry));
		sum = sum * 10 + xa_to_value(entry);
		xas_pause(&xas);
		xas_unlock(&xas);
		KUNIT_ASSERT_TRUE(test, xas_trylock(&xas));
	}
	xas_unlock(&xas);
	KUNIT_EXPECT_EQ(test, sum, 359ul);
	xas_set(&xas, 0);
	xas_for_each(&xas, entry, 3)
		sum++;
	KUNIT_EXPECT_EQ(test, sum * 10 + xas.xa_index, 3604ul);
	xas_set(&xas, 0);
	xas_for_each_marked(&xas, entry, ULONG_MAX, XA_MARK_1)
		sum = xas.xa_index;
	KUNIT_EXPECT_EQ(test, sum, 5ul);
	xas_set(&xas, 5);
	xas_load(&xas);
	xas_clear_mark(&xas, XA_MARK_1);
	KUNIT_EXPECT_NULL(test, xas_find_marked(&xas, ULONG_MAX, XA_MARK_1));
	xas_set(&xas, 4);
	KUNIT_EXPECT_NULL(test, xas_next(&xas));
	KUNIT_EXPECT_PTR_EQ(test, xas_next(&xas), xa_mk_value(5));
	KUNIT_EXPECT_NULL(test, xas_prev(&xas));
	KUNIT_EXPECT_PTR_EQ(test, xas_prev(&xas), xa_mk_value(3));
	xas_lock_irq(&xas);
	KUNIT_EXPECT_PTR_EQ(test, xas_store(&xas, NULL), xa_mk_value(3));
	xas_unlock_irq(&xas);
	xas_lock_bh(&xas);
	xas_unlock_bh(&xas);
	xas_reset(&xas);
	KUNIT_EXPECT_PTR_EQ(test, xas_find(&xas, 5), xa_mk_value(5));
	KUNIT_EXPECT_NULL(test, xas_next_entry(&xas, 5));
	xas_set(&xas, 0);
	KUNIT_EXPECT_NULL(test, xas_next_marked(&xas, 5, XA_MARK_0));
	xas_destroy(&xas);
	xa_destroy(&own);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(balance), KUNIT_CASE(trees), KUNIT_CASE(arrays), KUNIT_CASE(states),
	KUNIT_CASE(numbers), {}
};

static struct kunit_suite suite = { .name = "trees", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("trees, arrays and numbers");
MODULE_LICENSE("GPL");
