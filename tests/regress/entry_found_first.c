// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Of the root tree's entries a kernel takes the first that a name fits, whatever its unit address
 * is. So must who says what is wrong with a handover.
 */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/damaged.h"

static int ignore(void *context, const struct lfb_check_problem *problem)
{
	(void)context, (void)problem;
	return 0;
}

/* Errors when an entry of a sound handover has another name, with nothing behind it. */
static int errors_with(const char *entry, const char *name)
{
	static const u8 nothing[] = { 0, 0, 0, 4 };
	const size_t room = (strlen(entry) + 4) / 4 * 4;
	size_t size = (strlen(name) + 4) / 4 * 4;
	struct damaged damaged;
	char *at;

	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	at = memmem(damaged.bytes, damaged.size, entry, strlen(entry) + 1);
	assert_non_null(at);
	memset(at, 0, size);
	memcpy(at, name, strlen(name));
	for (; size < room; size += sizeof(nothing))
		memcpy(at + size, nothing, sizeof(nothing));
	return damaged_check(&damaged, ignore, NULL);
}

/* They are "other", "memblock", "LUO" and "kexec-metadata"; what "other" leads to is no state. */
static void the_first_of_two_is_read(void **state)
{
	(void)state;
	assert_int_equal(errors_with("other", "other"), 0);
	assert_int_not_equal(errors_with("other", "LUO"), 0);
	assert_int_equal(errors_with("kexec-metadata", "LUO"), 0);
}

static void a_unit_address_is_no_part_of_the_name(void **state)
{
	(void)state;
	assert_int_not_equal(errors_with("other", "LUO@0"), 0);
	assert_int_equal(errors_with("kexec-metadata", "LUO@0"), 0);
}

/* Not the same mistake, but of the same day: nothing lies in an area of no bytes. */
static void an_empty_scratch_area_is_nowhere(void **state)
{
	struct damaged damaged;
	u64 inside = 0;

	(void)state;
	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	for (u32 i = 0; i < damaged.blob->nr_ranges; i++) {
		if (damaged.blob->ranges[i].nr_pages > 1)
			inside = damaged.blob->ranges[i].phys + PAGE_SIZE;
	}
	memcpy(damaged.bytes + LFB_BLOB_SCRATCH_AT, &inside, sizeof(inside));
	memset(damaged.bytes + LFB_BLOB_SCRATCH_SIZE_AT, 0, sizeof(u64));
	assert_int_equal(damaged_check(&damaged, ignore, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_two_is_read),
		cmocka_unit_test(a_unit_address_is_no_part_of_the_name),
		cmocka_unit_test(an_empty_scratch_area_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
