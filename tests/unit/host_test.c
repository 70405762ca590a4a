// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The host's containers: what is put in is found, what is taken out is not, and without memory they
 * are as they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <luo/types.h>

static bool no_memory;

static void *meagre_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : calloc(count, size);
}

static void *meagre_reallocarray(void *memory, size_t count, size_t size)
{
	return no_memory ? NULL : reallocarray(memory, count, size);
}

#define calloc meagre_calloc
#define reallocarray meagre_reallocarray
#include "sim/kernel/host/list.c"
#include "sim/kernel/host/table.c"
#undef calloc
#undef reallocarray

#define MANY 5000u

static void a_list_keeps_what_was_added_and_zeroes_what_is_new(void **state)
{
	struct lfb_list list = { 0 };

	for (u32 i = 0; i < MANY; i++) {
		u64 *item = lfb__list_add(&list, sizeof(*item));

		assert_non_null(item);
		assert_int_equal(*item, 0);
		*item = i;
	}
	assert_int_equal(list.count, MANY);
	for (u32 i = 0; i < MANY; i++)
		assert_int_equal(((u64 *)list.items)[i], i);
	lfb__list_free(&list);
	assert_null(list.items);
	assert_int_equal(list.count + list.capacity, 0);
}

static void a_list_without_memory_is_as_it_was(void **state)
{
	struct lfb_list list = { 0 };
	size_t capacity;

	do {
		*(u8 *)lfb__list_add(&list, 1) = 7;
	} while (list.count < list.capacity);
	capacity = list.capacity;
	no_memory = true;
	assert_null(lfb__list_add(&list, 1));
	no_memory = false;
	assert_int_equal(list.count, capacity);
	assert_int_equal(list.capacity, capacity);
	assert_int_equal(((u8 *)list.items)[capacity - 1], 7);
	lfb__list_free(&list);
}

static void room_is_made_for_as_much_as_asked_or_not_at_all(void **state)
{
	size_t capacity = 0;
	u32 *items = lfb__room(NULL, 0, 0, &capacity, sizeof(*items));

	assert_non_null(items);
	items = lfb__room(items, 0, 1000, &capacity, sizeof(*items));
	assert_true(capacity >= 1000);
	memset(items, 0, capacity * sizeof(*items));
	/* More than there can be: of items, of bytes, of items that are there already. */
	assert_null(lfb__room(items, 3, SIZE_MAX - 2, &capacity, 1));
	assert_null(lfb__room(items, 3, SIZE_MAX / 2, &capacity, sizeof(*items)));
	assert_null(lfb__room(items, capacity, SIZE_MAX - capacity, &capacity, 1));
	free(items);
}

/* The keys of the items, by number. */
struct keys {
	u64 key[MANY];
	u64 (*hash)(u64 key);
	struct lfb_table table;
};

static bool same(const void *items, u32 number, const void *key)
{
	return ((const struct keys *)items)->key[number] == *(const u64 *)key;
}

static u32 find(const struct keys *keys, u64 key)
{
	return lfb__table_find(&keys->table, keys->hash(key), same, keys, &key);
}

static u64 itself(u64 key)
{
	return key;
}

static u64 high_half(u64 key)
{
	return key << 40;
}

/* Everything collides. */
static u64 constant(u64 key)
{
	return 42;
}

static void numbers_are_found_until_they_are_removed(void **state)
{
	static u64 (*const hashes[])(u64) = { itself, high_half, constant };
	struct keys *keys = calloc(1, sizeof(*keys));

	for (unsigned int h = 0; h < 3; h++) {
		const u32 count = hashes[h] == constant ? 300 : MANY;

		keys->hash = hashes[h];
		assert_int_equal(find(keys, 0), LFB_TABLE_NONE);
		for (u32 i = 0; i < count; i++) {
			keys->key[i] = i * 3;
			assert_int_equal(find(keys, i * 3), LFB_TABLE_NONE);
			assert_int_equal(lfb__table_add(&keys->table, hashes[h](i * 3), i), 0);
		}
		assert_int_equal(keys->table.count, count);
		/* Every second one, from the middle outwards; the others stay. */
		for (u32 i = 0; i < count; i += 2) {
			u32 gone = (i + count / 2 / 2 * 2) % count & ~1u;

			assert_int_equal(find(keys, gone * 3), gone);
			lfb__table_remove(&keys->table, hashes[h](gone * 3), gone);
			assert_int_equal(find(keys, gone * 3), LFB_TABLE_NONE);
			assert_int_equal(find(keys, (i | 1) * 3), i | 1);
		}
		assert_int_equal(keys->table.count, count / 2);
		for (u32 i = 0; i < count; i++)
			assert_int_equal(find(keys, i * 3), i % 2 ? i : LFB_TABLE_NONE);
		lfb__table_clear(&keys->table);
		assert_int_equal(find(keys, 3), LFB_TABLE_NONE);
		assert_int_equal(lfb__table_add(&keys->table, hashes[h](3), 1), 0);
		assert_int_equal(find(keys, 3), 1);
		lfb__table_free(&keys->table);
		assert_int_equal(find(keys, 3), LFB_TABLE_NONE);
	}
	free(keys);
}

static void a_table_without_memory_is_as_it_was(void **state)
{
	struct keys keys = { .hash = itself };
	u32 count = 0;

	no_memory = true;
	assert_int_equal(lfb__table_add(&keys.table, 0, 0), -ENOMEM);
	for (no_memory = false;; count++) {
		keys.key[count] = count;
		no_memory = keys.table.nr_slots == 64;
		if (lfb__table_add(&keys.table, count, count))
			break;
	}
	no_memory = false;
	assert_int_equal(keys.table.count, count);
	for (u32 i = 0; i < count; i++)
		assert_int_equal(find(&keys, i), i);
	/* What replaces another finds room. */
	no_memory = true;
	lfb__table_remove(&keys.table, 0, 0);
	assert_int_equal(lfb__table_add(&keys.table, 0, 0), 0);
	no_memory = false;
	lfb__table_free(&keys.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_keeps_what_was_added_and_zeroes_what_is_new),
		cmocka_unit_test(a_list_without_memory_is_as_it_was),
		cmocka_unit_test(room_is_made_for_as_much_as_asked_or_not_at_all),
		cmocka_unit_test(numbers_are_found_until_they_are_removed),
		cmocka_unit_test(a_table_without_memory_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
