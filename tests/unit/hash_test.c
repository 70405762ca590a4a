// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The table behind lookups by name, token and identity. */
#include "tests/support/world.h"

#define MANY 3000

struct item {
	struct luo_hash_node node;
	u64 key;
};

static struct item items[MANY];
static struct world *world;

static int set_up(void **state)
{
	world = world_create(NULL, NULL, NULL);
	memset(items, 0, sizeof(items));
	return 0;
}

static int tear_down(void **state)
{
	world_destroy(world);
	return 0;
}

static struct item *find(const struct luo_hash *table, u64 hash, u64 key)
{
	struct luo_hash_node *node = luo_hash_first(table, hash);

	for (; node; node = luo_hash_next(node)) {
		if (container_of(node, struct item, node)->key == key)
			return container_of(node, struct item, node);
	}
	return NULL;
}

/* Adds all items with the hash of their number divided by @crowd, then takes every third out. */
static void fill(struct luo_hash *table, u64 crowd)
{
	luo_hash_init(table);
	for (u64 i = 0; i < MANY; i++) {
		items[i].key = i;
		luo_hash_add(table, &items[i].node, luo_hash_u64(i / crowd));
	}
	assert_int_equal(table->count, MANY);
	for (u64 i = 0; i < MANY; i += 3)
		luo_hash_del(table, &items[i].node);
}

static void check(const struct luo_hash *table, u64 crowd)
{
	assert_int_equal(table->count, MANY - MANY / 3);
	for (u64 i = 0; i < MANY; i++)
		assert_ptr_equal(find(table, luo_hash_u64(i / crowd), i), i % 3 ? &items[i] : NULL);
	assert_null(luo_hash_first(table, luo_hash_u64(MANY / crowd + 1)));
}

static void everything_added_is_found_until_it_is_deleted(void **state)
{
	static const u64 crowds[] = { 1, 2, 10, MANY };

	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		struct luo_hash table;

		fill(&table, crowds[i]);
		check(&table, crowds[i]);
		luo_hash_destroy(&table);
		assert_int_equal(table.count, 0);
		assert_null(luo_hash_first(&table, luo_hash_u64(1)));
		assert_int_equal(world_stats(world).slab_objects, 0);
	}
}

/* Whatever else came and went, and however often the table grew. */
static void of_those_that_are_alike_the_first_is_found_first(void **state)
{
	struct luo_hash table;

	fill(&table, 10);
	for (u64 crowd = 0; crowd < MANY / 10; crowd++) {
		struct luo_hash_node *node = luo_hash_first(&table, luo_hash_u64(crowd));

		for (u64 i = 10 * crowd; i < 10 * (crowd + 1); i++) {
			if (i % 3 == 0)
				continue;
			assert_ptr_equal(node, &items[i].node);
			node = luo_hash_next(node);
		}
		assert_null(node);
	}
	luo_hash_destroy(&table);
}

static void deleting_what_is_not_there_changes_nothing(void **state)
{
	struct item stranger = { .node = { .hash = luo_hash_u64(7) } };
	struct luo_hash table;

	fill(&table, 1);
	luo_hash_del(&table, &items[0].node);
	luo_hash_del(&table, &stranger.node);
	check(&table, 1);
	luo_hash_destroy(&table);
}

static void a_small_table_needs_no_memory(void **state)
{
	struct luo_hash table;

	luo_hash_init(&table);
	for (u64 i = 0; i < LUO_HASH_FIRST; i++)
		luo_hash_add(&table, &items[i].node, luo_hash_u64(i));
	assert_int_equal(world_stats(world).slab_objects, 0);
	luo_hash_add(&table, &items[LUO_HASH_FIRST].node, luo_hash_u64(LUO_HASH_FIRST));
	assert_int_equal(world_stats(world).slab_objects, 1);
	luo_hash_destroy(&table);
}

static void growing_is_no_fault_point(void **state)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = LFB_FAULT_ANY,
		.nth = 1,
		.forever = true,
	};
	struct luo_hash table;

	lfb_fault_arm(world->machine, &plan);
	fill(&table, 1);
	check(&table, 1);
	assert_true(table.mask > LUO_HASH_FIRST);
	assert_int_equal(lfb_fault_hits(world->machine), 0);
	/* The plan is as it was. */
	assert_null(kmalloc(16, GFP_KERNEL));
	luo_hash_destroy(&table);
}

static void without_memory_a_table_stays_small_and_works(void **state)
{
	struct luo_hash table;

	while (alloc_pages(GFP_KERNEL, 0))
		;
	while (kmalloc(8, GFP_KERNEL) || kmalloc(256, GFP_KERNEL))
		;
	fill(&table, 1);
	check(&table, 1);
	luo_hash_destroy(&table);
}

static void nothing_is_left_of_an_emptied_table(void **state)
{
	struct luo_hash table;

	luo_hash_init(&table);
	for (u64 i = 0; i < MANY; i++)
		luo_hash_add(&table, &items[i].node, luo_hash_u64(i));
	for (u64 i = 0; i < MANY; i++)
		luo_hash_del(&table, &items[i].node);
	assert_int_equal(world_stats(world).slab_objects, 0);
	luo_hash_add(&table, &items[0].node, luo_hash_u64(0));
	assert_ptr_equal(find(&table, luo_hash_u64(0), 0), &items[0]);
}

/* No distance that is a power of two puts numbers in few places. */
static void numbers_at_any_distance_are_spread(void **state)
{
	enum { BUCKETS = 4096 };
	static unsigned int buckets[BUCKETS];

	for (unsigned int shift = 0; shift < 52; shift++) {
		u64 visits = 0;

		memset(buckets, 0, sizeof(buckets));
		for (u64 i = 0; i < BUCKETS; i++)
			visits += ++buckets[luo_hash_u64(i << shift) % BUCKETS];
		/* Numbers drawn by lot would make it 1.5. */
		if (visits > 3 * BUCKETS)
			fail_msg("distance 2^%u: %.1f steps to find one", shift,
				 (double)visits / BUCKETS);
	}
}

static void hashes_spread_numbers_and_names(void **state)
{
	unsigned int buckets[64] = { 0 };
	char name[16];

	for (u64 i = 0; i < 64 * 64; i++)
		buckets[luo_hash_u64(i << 12) % 64]++;
	for (unsigned int i = 0; i < 64; i++)
		assert_in_range(buckets[i], 16, 256);
	memset(buckets, 0, sizeof(buckets));
	for (unsigned int i = 0; i < 64 * 64; i++) {
		snprintf(name, sizeof(name), "session-%u", i);
		buckets[luo_hash_string(name) % 64]++;
	}
	for (unsigned int i = 0; i < 64; i++)
		assert_in_range(buckets[i], 16, 256);
	assert_int_not_equal(luo_hash_string(""), luo_hash_string("a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_added_is_found_until_it_is_deleted,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_those_that_are_alike_the_first_is_found_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(deleting_what_is_not_there_changes_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_small_table_needs_no_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(growing_is_no_fault_point, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_memory_a_table_stays_small_and_works,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_an_emptied_table, set_up,
						tear_down),
		cmocka_unit_test(numbers_at_any_distance_are_spread),
		cmocka_unit_test(hashes_spread_numbers_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
