// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Modules' own radix trees: keys and pages, over a kexec, and trees that are none. */
#include <luo/kho_radix_tree.h>

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
	unsigned long keys[64];
	unsigned int count;
	unsigned int nodes;
	/* What the callbacks answer at their @stop'th call. */
	unsigned int stop;
};

static int see_key(unsigned long key, void *data)
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
static const unsigned long keys[] = {
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

/* A kernel would follow them, and a circle until its stack ends. */
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
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	for (unsigned int i = 0; i < 512; i++)
		tree.root->table[i] = virt_to_phys(tree.root);
	assert_int_equal(kho_radix_walk_tree(&tree, &(struct kho_radix_walk_cb){ 0 }, NULL),
			 -EINVAL);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL, "twice");
	/* What is in it twice is freed twice. */
	kho_radix_destroy_tree(&tree);
	assert_true(fixture_bugs(kernel) > 0);
	assert_null(tree.root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_come_over, start, stop),
		cmocka_unit_test_setup_teardown(a_key_is_of_53_bits, start, stop),
		cmocka_unit_test_setup_teardown(a_callback_ends_the_walk, start, stop),
		cmocka_unit_test_setup_teardown(without_memory_nothing_is_left, start, stop),
		cmocka_unit_test_setup_teardown(a_tree_that_is_none_is_a_finding, start, stop),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
