// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Modules' own radix trees: keys and pages, over a kexec, and trees that are none. */
#include <luo/kho_radix_tree.h>
#include <string.h>

#include "tests/support/kho_fixture.h"

static struct lfb_kernel *kernel;
static struct kho_radix_tree tree;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, 32 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

struct seen {
	LFB_ULONG64 keys[64];
	unsigned int count;
	unsigned int nodes;
	/* What the callbacks answer at their @stop'th call. */
	unsigned int stop;
};

static int see_key(LFB_ULONG64 key, void *data)
{
	struct seen *seen = data;

	if (++seen->count == seen->stop)
		return 7;
	if (seen->count <= ARRAY_SIZE(seen->keys))
		seen->keys[seen->count - 1] = key;
	return 0;
}

static int see_node(phys_addr_t phys, void *data)
{
	struct seen *seen = data;

	return ++seen->nodes == seen->stop ? -7 : 0;
}

static int preserve_node(phys_addr_t phys, void *data)
{
	return kho_preserve_pages(phys_to_page(phys), 1);
}

static int restore_node(phys_addr_t phys, void *data)
{
	return kho_restore_pages(phys, 1) ? 0 : -ENOENT;
}

static const struct kho_radix_walk_cb see = { .leaf = see_key, .node = see_node };

/* In order, with keys at the ends of tables and bitmaps among them. */
static const LFB_ULONG64 keys[] = {
	0, 1, 63, 64, 32767, 32768, 1ul << 24, 1ul << 33, (1ul << 42) + 5, 1ul << 52,
	(1ul << 53) - 1,
};

static void assert_keys(void)
{
	struct seen seen = { .stop = 0 };

	assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen), 0);
	assert_int_equal(seen.count, ARRAY_SIZE(keys));
	assert_memory_equal(seen.keys, keys, sizeof(keys));
}

static void keys_come_over(void **state)
{
	const struct kho_radix_walk_cb preserve = { .node = preserve_node };
	const struct kho_radix_walk_cb restore = { .node = restore_node };
	phys_addr_t root;

	assert_int_equal(sizeof(struct kho_radix_node), PAGE_SIZE);
	assert_int_equal(sizeof(struct kho_radix_leaf), PAGE_SIZE);
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned int i = ARRAY_SIZE(keys); i--;)
		assert_int_equal(kho_radix_add_key(&tree, keys[i]), 0);
	assert_int_equal(kho_radix_add_key(&tree, keys[3]), 0);
	assert_int_equal(kho_radix_add_key(&tree, 99), 0);
	kho_radix_del_key(&tree, 99);
	kho_radix_del_key(&tree, 99);
	assert_keys();
	assert_int_equal(kho_radix_walk_tree(&tree, &preserve, NULL), 0);
	root = virt_to_phys(tree.root);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kho_radix_init_tree(&tree, phys_to_virt(root)), 0);
	assert_int_equal(kho_radix_walk_tree(&tree, &restore, NULL), 0);
	assert_keys();
	kho_radix_destroy_tree(&tree);
	assert_null(tree.root);
	kho_radix_destroy_tree(&tree);
	kho__check_left(kernel);
	assert_int_equal(kernel->findings.count, 0);
}

static void a_key_is_of_53_bits(void **state)
{
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned int bit = 0; bit < 64; bit++) {
		assert_int_equal(kho_radix_add_key(&tree, 1ul << bit), bit < 53 ? 0 : -ERANGE);
		kho_radix_del_key(&tree, 1ul << bit);
	}
	assert_int_equal(kernel->findings.count, 0);
	kho_radix_del_key(&tree, 3ul << 30);
	assert_int_equal(fixture_warns(kernel), 1);
	kho_radix_destroy_tree(&tree);
	assert_int_equal(kho_radix_add_key(&tree, 1), -EINVAL);
	assert_int_equal(kho_radix_walk_tree(&tree, &see, NULL), -EINVAL);
	kho_radix_del_key(&tree, 1);
	assert_int_equal(fixture_warns(kernel), 3);
	/* A wide key is seen after that. */
	assert_int_equal(kho_radix_add_key(&tree, ~0ul), -EINVAL);
	assert_int_equal(fixture_warns(kernel), 1);
}

static void a_callback_ends_the_walk(void **state)
{
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(kho_radix_add_key(&tree, i), 0);
	for (unsigned int stop_at = 1; stop_at < 8; stop_at++) {
		struct seen seen = { .stop = stop_at };
		const struct kho_radix_walk_cb leaves = { .leaf = see_key };

		/* Six nodes above three keys. */
		assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen),
				 stop_at <= 6 ? -7 : 0);
		assert_int_equal(seen.count, stop_at <= 6 ? 0 : 3);
		seen = (struct seen){ .stop = stop_at };
		assert_int_equal(kho_radix_walk_tree(&tree, &leaves, &seen), stop_at <= 3 ? 7 : 0);
		assert_int_equal(seen.nodes, 0);
		assert_false(mutex_is_locked(&tree.lock));
	}
}

static void without_memory_nothing_is_left(void **state)
{
	fixture_fail_alloc(kernel, 1, false);
	assert_int_equal(kho_radix_init_tree(&tree, NULL), -ENOMEM);
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned long nth = 1; nth <= 5; nth++) {
		struct seen seen = { .stop = 0 };

		fixture_fail_alloc(kernel, nth, false);
		assert_int_equal(kho_radix_add_key(&tree, 1ul << 52), -ENOMEM);
		assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen), 0);
		assert_int_equal(seen.nodes, 1);
	}
	assert_int_equal(kho_radix_add_key(&tree, 1ul << 52), 0);
	assert_int_equal(kernel->findings.count, 0);
}

/* A kernel would follow them. */
static void a_tree_that_is_none_is_a_finding(void **state)
{
	const u64 wild[] = { 1, 4095, 32 * FIXTURE_MIB, 1ull << 52, ~0ull << 12 };
	struct seen seen = { .stop = 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(wild); i++) {
		assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
		tree.root->table[0] = wild[i];
		assert_int_equal(kho_radix_add_key(&tree, 0), -EINVAL);
		fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL, "radix tree");
		assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen), -EINVAL);
		fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL, "radix tree");
		kho_radix_del_key(&tree, 0);
		fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL, "radix tree");
	}
}

#define LEVELS 6

/* A tree with one key, 0; and its pages, the root first. */
static void one_key(struct kho_radix_node *node[LEVELS])
{
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	assert_int_equal(kho_radix_add_key(&tree, 0), 0);
	node[0] = tree.root;
	for (unsigned int level = 1; level < LEVELS; level++)
		node[level] = phys_to_virt(node[level - 1]->table[0]);
}

/* One walk tells nobody, and the other frees nothing: each page is there to be freed once. */
static void assert_is_refused(struct kho_radix_node *const node[LEVELS])
{
	struct seen seen = { .stop = 0 };

	assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen), -EINVAL);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL,
			       "is in a radix tree twice");
	assert_int_equal(seen.nodes + seen.count, 0);
	assert_false(mutex_is_locked(&tree.lock));
	kho_radix_destroy_tree(&tree);
	assert_null(tree.root);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL,
			       "is in a radix tree twice");
	for (unsigned int level = 0; level < LEVELS; level++)
		__free_pages(virt_to_page(node[level]), 0);
	assert_int_equal(kernel->findings.count, 0);
}

/* A kernel would follow it until its stack ends. */
static void a_tree_in_a_circle_is_a_finding(void **state)
{
	struct kho_radix_node *node[LEVELS];

	for (unsigned int from = 0; from < LEVELS - 1; from++) {
		for (unsigned int to = 0; to < LEVELS; to++) {
			one_key(node);
			for (unsigned int i = 1; i < 512; i++)
				node[from]->table[i] = virt_to_phys(node[to]);
			assert_is_refused(node);
		}
	}
}

/* It ends, but not before each of 32768 keys was told 2^45 times. */
static void a_tree_of_shared_pages_is_a_finding(void **state)
{
	struct kho_radix_node *node[LEVELS];

	one_key(node);
	memset(node[LEVELS - 1], 0xff, PAGE_SIZE);
	for (unsigned int level = 0; level < LEVELS - 1; level++) {
		for (unsigned int i = 1; i < 512; i++)
			node[level]->table[i] = node[level]->table[0];
	}
	assert_is_refused(node);
}

/* What the callback does no walk could have seen before. */
static int close_circle(phys_addr_t phys, void *data)
{
	unsigned int *calls = data;

	tree.root->table[511] = virt_to_phys(tree.root);
	++*calls;
	return 0;
}

static void a_callback_may_not_change_the_tree(void **state)
{
	const struct kho_radix_walk_cb cb = { .node = close_circle };
	struct kho_radix_node *node[LEVELS];
	unsigned int calls = 0;

	one_key(node);
	assert_int_equal(kho_radix_walk_tree(&tree, &cb, &calls), -EINVAL);
	assert_int_equal(calls, LEVELS);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL, "was changed");
}

/* More pages than a walk remembers without memory of its own. */
static void a_large_tree_is_none_of_those(void **state)
{
	struct seen seen = { .stop = 0 };

	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned long i = 0; i < 500; i++)
		assert_int_equal(kho_radix_add_key(&tree, i << 15), 0);
	assert_int_equal(kho_radix_walk_tree(&tree, &see, &seen), 0);
	assert_int_equal(seen.count, 500);
	assert_int_equal(seen.nodes, 5 + 500);
	kho_radix_destroy_tree(&tree);
	assert_int_equal(kernel->findings.count, 0);
}

/* What was never allocated is not a node to be freed. */
static void destroying_what_is_no_node_is_a_finding(void **state)
{
	struct kho_radix_node *node[LEVELS];

	for (unsigned int level = 0; level < LEVELS; level++) {
		one_key(node);
		__free_pages(virt_to_page(node[level]), 0);
		kho_radix_destroy_tree(&tree);
		assert_true(fixture_bugs(kernel) > 0);
		assert_null(tree.root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_come_over, start, stop),
		cmocka_unit_test_setup_teardown(a_key_is_of_53_bits, start, stop),
		cmocka_unit_test_setup_teardown(a_callback_ends_the_walk, start, stop),
		cmocka_unit_test_setup_teardown(without_memory_nothing_is_left, start, stop),
		cmocka_unit_test_setup_teardown(a_tree_that_is_none_is_a_finding, start, stop),
		cmocka_unit_test_setup_teardown(a_tree_in_a_circle_is_a_finding, start, stop),
		cmocka_unit_test_setup_teardown(a_tree_of_shared_pages_is_a_finding, start, stop),
		cmocka_unit_test_setup_teardown(a_callback_may_not_change_the_tree, start, stop),
		cmocka_unit_test_setup_teardown(a_large_tree_is_none_of_those, start, stop),
		cmocka_unit_test_setup_teardown(destroying_what_is_no_node_is_a_finding, start,
						stop),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
