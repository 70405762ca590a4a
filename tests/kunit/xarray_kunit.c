// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The XArray beside a plain array of all indices that a space has: every sequence of so many
 * operations, after each of which all that can be asked is asked. And what there is no memory for.
 */
#include <kunit/test.h>
#include <linux/xarray.h>
#include <luo/fault.h>
#include <luo/machine.h>

/* Indices of one lowest node and of two, and one that takes a level more. */
#define SPACE 68
#define FAR (1ul << 12)

/* What the array is to be: of each index the entry, by the first index it has, and its order. */
struct model {
	u8 order[SPACE];
	bool there[SPACE];
	u8 first[SPACE];
	u8 marks[SPACE];	/* of the entry, at its first index */
	bool far;
	unsigned int version[SPACE];
};

struct operation {
	char what;		/* s: store, e: erase, m: mark, c: clear a mark, f: far in or out */
	unsigned int index, order;
};

static const struct operation operations[] = {
	{ 's', 0, 0 },	{ 's', 1, 0 },	{ 's', 63, 0 }, { 's', 65, 0 }, { 's', 0, 1 },
	{ 's', 62, 1 }, { 's', 0, 2 },	{ 's', 64, 2 }, { 's', 0, 6 },	{ 'e', 0, 0 },
	{ 'e', 1, 0 },	{ 'e', 63, 0 }, { 'e', 65, 0 }, { 'e', 0, 6 },	{ 'm', 1, 0 },
	{ 'm', 65, 0 }, { 'c', 0, 0 },	{ 'f', 0, 0 },
};

static unsigned int entry_of(const struct model *model, unsigned int index)
{
	return model->version[model->first[index]];
}

/* All entries that have any of these indices go. Return: their marks. */
static u8 take_out(struct model *model, unsigned int index, unsigned int order)
{
	u8 marks = 0;

	for (unsigned int i = index; i < index + (1u << order) && i < SPACE; i++) {
		const unsigned int first = model->first[i];

		if (!model->there[i])
			continue;
		marks |= model->marks[first];
		for (unsigned int j = first; j < first + (1u << model->order[first]); j++)
			model->there[j] = false;
	}
	return marks;
}

/* What an operation makes of the model. */
static void imagine(struct model *model, const struct operation *op, unsigned int version)
{
	const unsigned int first = model->first[op->index];
	unsigned int index = op->index, order = op->order;

	switch (op->what) {
	case 's':
		/* An entry of more indices remains one. */
		if (model->there[index] && model->order[first] > order) {
			index = first;
			order = model->order[first];
		}
		model->marks[index] = take_out(model, index, order);
		model->order[index] = (u8)order;
		model->version[index] = version;
		for (unsigned int i = index; i < index + (1u << order); i++) {
			model->first[i] = (u8)index;
			model->there[i] = true;
		}
		break;
	case 'e':
		take_out(model, index, order);
		break;
	case 'm':
		if (model->there[index])
			model->marks[first] |= 1u << XA_MARK_1;
		break;
	case 'c':
		if (model->there[index])
			model->marks[first] &= ~(1u << XA_MARK_1);
		break;
	default:
		model->far = !model->far;
	}
}

static void *store(struct xarray *xa, unsigned long index, unsigned int order, void *entry)
{
	XA_STATE_ORDER(xas, xa, index, order);
	void *old;

	do {
		xas_lock(&xas);
		old = xas_store(&xas, entry);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	return xas_error(&xas) ? (void *)xas.xa_node : old;
}

static void perform(struct xarray *xa, const struct operation *op, unsigned int version, bool far)
{
	switch (op->what) {
	case 's':
		store(xa, op->index, op->order, xa_mk_value(version));
		break;
	case 'e':
		store(xa, op->index, op->order, NULL);
		break;
	case 'm':
		xa_set_mark(xa, op->index, XA_MARK_1);
		break;
	case 'c':
		xa_clear_mark(xa, op->index, XA_MARK_1);
		break;
	default:
		if (far)
			xa_store(xa, FAR, xa, GFP_KERNEL);
		else
			xa_erase(xa, FAR);
	}
}

/* Counts that a node has, and whether those above it know its marks. */
static bool node_is_right(const struct xarray *xa, const struct xa_node *node)
{
	unsigned int count = 0, values = 0;
	bool value = false;

	if (node->array != xa)
		return false;
	for (unsigned int i = 0; i < XA_CHUNK_SIZE; i++) {
		void *entry = xa_entry_locked(xa, node, i);

		if (!xa_is_sibling(entry))
			value = xa_is_value(entry);
		count += entry != NULL;
		values += entry && value;
		if (!node->shift || !xa_is_node(entry))
			continue;
		for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
			if ((node->marks[mark][0] >> i & 1) !=
			    !!xa_to_node(entry)->marks[mark][0])
				return false;
		}
		if (xa_parent_locked(xa, xa_to_node(entry)) != node ||
		    xa_to_node(entry)->offset != i || !node_is_right(xa, xa_to_node(entry)))
			return false;
	}
	return count && count == node->count && values == node->nr_values;
}

/* The lowest tree there can be, with nothing in it that is empty. */
static bool tree_is_right(const struct xarray *xa)
{
	const struct xa_node *node;

	if (!xa_is_node(xa_head_locked(xa)))
		return true;
	node = xa_to_node(xa_head_locked(xa));
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
		if (xa_marked(xa, mark) != !!node->marks[mark][0])
			return false;
	}
	return !node->parent && node_is_right(xa, node) &&
	       (node->count > 1 || !node->slots[0] ||
		(node->shift && !xa_is_node(node->slots[0])));
}

/* Walks over all, by place or by number, with the mark or without. */
static bool walks_right(struct xarray *xa, const struct model *model, bool marked,
			unsigned int from)
{
	const xa_mark_t filter = marked ? XA_MARK_1 : XA_PRESENT;
	XA_STATE(xas, xa, from);
	unsigned long index = from;
	void *entry = marked ? xas_find_marked(&xas, ULONG_MAX, XA_MARK_1) :
			       xas_find(&xas, ULONG_MAX);
	void *also = xa_find(xa, &index, ULONG_MAX, filter);

	for (unsigned int i = from; i < SPACE; i++) {
		const unsigned int first = model->first[i];

		if (!model->there[i] || (i != from && i != first) ||
		    (marked && !(model->marks[first] >> XA_MARK_1 & 1)))
			continue;
		if (entry != xa_mk_value(entry_of(model, i)) || xas.xa_index != i ||
		    also != entry || index != i ||
		    (unsigned int)xas_get_order(&xas) != model->order[first])
			return false;
		entry = marked ? xas_next_marked(&xas, ULONG_MAX, XA_MARK_1) :
				 xas_next_entry(&xas, ULONG_MAX);
		also = xa_find_after(xa, &index, ULONG_MAX, filter);
	}
	if (entry != also || (entry != NULL) != (model->far && !marked))
		return false;
	return !entry || (xas.xa_index == FAR && index == FAR);
}

static bool is_as_imagined(struct xarray *xa, const struct model *model)
{
	bool empty = !model->far, none = true;

	for (unsigned int i = 0; i < SPACE; i++) {
		const bool mark = model->there[i] &&
				  model->marks[model->first[i]] >> XA_MARK_1 & 1;

		if (xa_load(xa, i) != (model->there[i] ? xa_mk_value(entry_of(model, i)) : NULL) ||
		    xa_get_mark(xa, i, XA_MARK_1) != mark ||
		    xa_get_order(xa, i) != (model->there[i] ? model->order[model->first[i]] : 0))
			return false;
		empty &= !model->there[i];
		none &= !mark;
	}
	return xa_empty(xa) == empty && xa_marked(xa, XA_MARK_1) == !none && tree_is_right(xa) &&
	       walks_right(xa, model, false, 0) && walks_right(xa, model, false, 1) &&
	       walks_right(xa, model, true, 0) && walks_right(xa, model, false, 63);
}

/* Every sequence of three operations, on its own. */
static void sequences(struct kunit *test)
{
	const unsigned int n = ARRAY_SIZE(operations);
	unsigned int tried = 0;

	for (unsigned int all = 0; all < n * n * n; all++) {
		DEFINE_XARRAY(xa);
		struct model model = { .far = false };
		unsigned int left = all;

		for (unsigned int i = 0; i < 3; i++, left /= n) {
			const struct operation *op = &operations[left % n];

			imagine(&model, op, i + 1);
			perform(&xa, op, i + 1, model.far);
			KUNIT_ASSERT_TRUE_MSG(test, is_as_imagined(&xa, &model),
					      "sequence %u, operation %u", all, i);
		}
		xa_destroy(&xa);
		tried++;
	}
	kunit_info(test, "%u sequences of 3 out of %u operations", tried, n);
}

/* The calls that allocate, on an array that has something at 0, or only 3, or nothing. */
static int call(struct xarray *xa, unsigned int which)
{
	u32 id, next = 70;

	switch (which) {
	case 0:
		return xa_err(xa_store(xa, FAR, xa, GFP_KERNEL));
	case 1:
		return xa_insert(xa, FAR, xa, GFP_KERNEL);
	case 2:
		return xa_reserve(xa, FAR + 1, GFP_KERNEL);
	case 3:
		return xa_err(xa_cmpxchg(xa, 64, NULL, xa, GFP_ATOMIC));
	case 4:
		return xa_alloc(xa, &id, xa, XA_LIMIT(FAR, FAR), GFP_KERNEL);
	case 5:
		return xa_alloc_cyclic(xa, &id, xa, XA_LIMIT(1, FAR), &next, GFP_KERNEL);
	default:
		return xa_err(store(xa, FAR, 13, xa));
	}
}

#define CALLS 7

/* Each allocation of each call fails once, then all from it on: the array is as it was before. */
static void no_memory(struct kunit *test)
{
	unsigned int failures = 0;

	for (unsigned int all = 0; all < CALLS * 3; all++) {
		struct xarray xa;
		struct lfb_fault_plan plan = { .sz = sizeof(plan), .kinds = 1 << LFB_FAULT_ALLOC };
		void *head;
		int err;

		xa_init_flags(&xa, XA_FLAGS_ALLOC);
		if (all % 3)
			xa_store(&xa, all % 3 == 1 ? 0 : 3, test, GFP_KERNEL);
		head = xa.xa_head;
		plan.forever = all / 3 == CALLS - 1;
		do {
			plan.nth++;
			lfb_fault_arm(lfb_machine_current(), &plan);
			err = call(&xa, all / 3);
			if (!lfb_fault_hits(lfb_machine_current()))
				break;
			failures++;
			KUNIT_ASSERT_EQ(test, err, -ENOMEM);
			KUNIT_ASSERT_TRUE(test, plan.forever || (xa.xa_head == head &&
								 tree_is_right(&xa)));
		} while (plan.nth < 10);
		lfb_fault_arm(lfb_machine_current(), NULL);
		KUNIT_ASSERT_EQ(test, err, 0);
		KUNIT_ASSERT_TRUE(test, tree_is_right(&xa) && !xa_empty(&xa));
		xa_destroy(&xa);
		KUNIT_ASSERT_TRUE(test, xa_empty(&xa) && xa_marked(&xa, XA_FREE_MARK));
	}
	kunit_info(test, "%u allocations failed", failures);
	KUNIT_EXPECT_GT(test, failures, CALLS * 3u);
}

/* Every range in the first two nodes, stored and taken out again. */
static void ranges(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	for (unsigned long first = 0; first < 130; first++) {
		for (unsigned long last = first; last < 130; last++) {
			unsigned long n = 0;

			KUNIT_ASSERT_NULL(test, xa_store_range(&xa, first, last, test, GFP_KERNEL));
			for (unsigned long i = 0; i < 132; i++)
				n += (xa_load(&xa, i) == test) == (i >= first && i <= last);
			KUNIT_ASSERT_EQ(test, n, 132ul);
			KUNIT_ASSERT_TRUE(test, tree_is_right(&xa));
			xa_store_range(&xa, first, last, NULL, GFP_KERNEL);
			KUNIT_ASSERT_TRUE(test, xa_empty(&xa));
		}
	}
	KUNIT_EXPECT_NULL(test, xa_store_range(&xa, 0, ULONG_MAX, test, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, ULONG_MAX), test);
	KUNIT_EXPECT_EQ(test, xa_err(xa_store_range(&xa, 2, 1, test, GFP_KERNEL)), -EINVAL);
	xa_destroy(&xa);
}

/* Every order below 13 becomes every lower one that it can, with marks. */
static void splits(struct kunit *test)
{
	for (unsigned int all = 0; all < 13 * 13 * 2; all++) {
		const unsigned int order = all / 2 / 13, lower = all / 2 % 13;
		const bool one_by_one = all % 2;
		DEFINE_XARRAY(xa);
		XA_STATE_ORDER(xas, &xa, 1ul << 13, lower);
		unsigned long n = 0, index;
		void *entry;

		if (lower >= order || lower / 6 + 2 <= order / 6)
			continue;
		store(&xa, 1ul << 13, order, xa_mk_value(1));
		xa_set_mark(&xa, 1ul << 13, XA_MARK_2);
		if (one_by_one) {
			xas_try_split(&xas, xa_mk_value(2), order);
			if (lower < xas_try_split_min_order(order)) {
				KUNIT_ASSERT_EQ(test, xas_error(&xas), -EINVAL);
				xa_destroy(&xa);
				continue;
			}
		} else {
			xas_split_alloc(&xas, NULL, order, GFP_KERNEL);
			xas_lock_irq(&xas);
			xas_split(&xas, xa_mk_value(2), order);
			xas_unlock_irq(&xas);
		}
		xa_for_each_marked(&xa, index, entry, XA_MARK_2) {
			KUNIT_ASSERT_EQ(test, index, (1ul << 13) + (n << lower));
			KUNIT_ASSERT_EQ(test, xa_to_value(entry), 2ul);
			KUNIT_ASSERT_EQ(test, xa_get_order(&xa, index), lower);
			n++;
		}
		KUNIT_ASSERT_EQ(test, n, 1ul << (order - lower));
		KUNIT_ASSERT_TRUE(test, tree_is_right(&xa) && !xas_error(&xas) && !xas.xa_alloc);
		xa_destroy(&xa);
	}
}

static unsigned int updates;

static void updated(struct xa_node *node)
{
	updates += node->shift + 1;
}

/* What else there is to say of places. */
static void places(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	XA_STATE(xas, &xa, 5);
	void *found[4];
	unsigned long flags;

	xas_set_update(&xas, updated);
	xas_set_lru(&xas, NULL);
	KUNIT_EXPECT_TRUE(test, xas_invalid(&xas) && !xas_valid(&xas) && xas_top(xas.xa_node));
	xas_lock_irqsave(&xas, flags);
	xas_store(&xas, xa_mk_value(1));
	xas_unlock_irqrestore(&xas, flags);
	KUNIT_EXPECT_TRUE(test, xas_is_node(&xas) && updates == 2 && !xas_not_node(xas.xa_node));
	KUNIT_EXPECT_FALSE(test, xas_frozen(xas.xa_node) || xas_marked(&xas, XA_MARK_0));
	KUNIT_EXPECT_PTR_EQ(test, xa_parent(&xa, xas.xa_node), NULL);
	KUNIT_EXPECT_PTR_EQ(test, xa_entry(&xa, xas.xa_node, 5), xa_mk_value(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_mk_node(xas.xa_node), xa_head(&xa));
	xas_set_order(&xas, 9, 2);
	KUNIT_EXPECT_NULL(test, xas_find_conflict(&xas));
	xas_create_range(&xas);
	xas_advance(&xas, 11);
	KUNIT_EXPECT_NULL(test, xas_reload(&xas));
	xas_set_order(&xas, 5, 3);
	xas_for_each_conflict(&xas, found[0])
		KUNIT_EXPECT_PTR_EQ(test, found[0], xa_mk_value(1));
	xa_store_bh(&xa, 70, test, GFP_KERNEL);
	xa_lock_irq(&xa);
	__xa_set_mark(&xa, 70, XA_MARK_0);
	__xa_clear_mark(&xa, 5, XA_MARK_0);
	xa_unlock_irq(&xa);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, found, 0, 69, 4, XA_PRESENT), 1u);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, found, 0, ULONG_MAX, 4, XA_MARK_0), 1u);
	KUNIT_EXPECT_PTR_EQ(test, found[0], test);
	xa_lock_nested(&xa, 1);
	xa_delete_node(xa_to_node(xa_entry(&xa, xa_to_node(xa_head(&xa)), 0)), updated);
	xa_unlock(&xa);
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 5));
	xas_set(&xas, 70);
	xas_load(&xas);
	xas_init_marks(&xas);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_0) || xa.xa_flags & XA_FLAGS_MARK(2));
	xa_lock_bh(&xa);
	KUNIT_EXPECT_EQ(test, __xa_insert(&xa, 70, test, GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, __xa_cmpxchg(&xa, 70, test, NULL, GFP_KERNEL), test);
	xa_unlock_bh(&xa);
	xa_lock_irqsave(&xa, flags);
	KUNIT_EXPECT_NULL(test, __xa_store(&xa, 0, test, GFP_KERNEL));
	xa_unlock_irqrestore(&xa, flags);
	KUNIT_EXPECT_PTR_EQ(test, xa_head(&xa), test);
	KUNIT_EXPECT_PTR_EQ(test, xa_erase_irq(&xa, 0), test);
	xas_set_order(&xas, 0, 2);
	xas_create_range(&xas);
	KUNIT_EXPECT_TRUE(test, xas_is_node(&xas));
	xa_destroy(&xa);
	KUNIT_EXPECT_TRUE(test, xa_is_advanced(XA_RETRY_ENTRY) && xa_is_retry(XA_RETRY_ENTRY));
	KUNIT_EXPECT_PTR_EQ(test, xa_untag_pointer(xa_tag_pointer(test, 3)), test);
	KUNIT_EXPECT_EQ(test, xa_pointer_tag(xa_tag_pointer(test, 1)), 1u);
	KUNIT_EXPECT_EQ(test, xa_to_sibling(xa_mk_sibling(7)), 7ul);
	KUNIT_EXPECT_TRUE(test, xa_is_internal(XA_ZERO_ENTRY) && xa_is_zero(XA_ZERO_ENTRY));
	KUNIT_EXPECT_EQ(test, xa_to_internal(xa_mk_internal(257)), 257ul);
	dump_stack();
}

/* Numbers are given out up to the last, and begin again. */
static void numbers(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id, next = UINT_MAX;

	for (u32 i = 1; i < 130; i++) {
		KUNIT_ASSERT_EQ(test, xa_alloc(&xa, &id, NULL, XA_LIMIT(0, 129), GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, id, i);
	}
	KUNIT_EXPECT_EQ(test, xa_alloc_irq(&xa, &id, test, XA_LIMIT(0, 129), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_TRUE(test, tree_is_right(&xa));
	xa_lock(&xa);
	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, __xa_alloc_cyclic(&xa, &id, test, xa_limit_32b, &next,
							GFP_KERNEL), i);
	KUNIT_EXPECT_EQ(test, id, 130u);
	KUNIT_EXPECT_EQ(test, __xa_alloc(&xa, &id, test, xa_limit_32b, GFP_KERNEL), 0);
	xa_unlock(&xa);
	for (u32 i = 1; i < 132; i++)
		xa_erase(&xa, i);
	xa_erase_bh(&xa, UINT_MAX);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, test, XA_LIMIT(FAR, FAR), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, test, XA_LIMIT(0, FAR), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1u);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, test, XA_LIMIT(0, FAR), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 2u);
	xa_destroy(&xa);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sequences), KUNIT_CASE(no_memory), KUNIT_CASE(ranges), KUNIT_CASE(splits),
	KUNIT_CASE(places),    KUNIT_CASE(numbers),   {}
};

static struct kunit_suite suite = { .name = "xarray", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("arrays of pointers by number");
MODULE_LICENSE("GPL");
