// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in memory, as kernel code has them. */
#include <luo/lfb.h>

#include "tests/support/test.h"

static struct lfb_machine *machine, *before;

static int start(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .memory = 16ull << 20 };

	if (lfb_machine_create(&options, &machine) || lfb_machine_boot(machine))
		return -1;
	before = lfb_machine_enter(machine);
	return 0;
}

static int stop(void **state)
{
	lfb_machine_enter(before);
	lfb_machine_destroy(machine);
	return 0;
}

/* Kernel code for a test: what it answers is found to be 0. */
#define in_kernel(function) assert_int_equal(lfb_machine_call(machine, function, NULL), 0)

static long other_files_refuse(void *argument)
{
	static const struct file_operations other;
	struct file *file = anon_inode_getfile("other", &other, NULL, 0);
	unsigned long offset;
	struct folio *folio;
	s64 pos = 0;

	assert_false(shmem_file(file));
	assert_false(shmem_file(NULL));
	assert_int_equal(memfd_get_seals(file), -EINVAL);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), -EINVAL);
	assert_int_equal(kernel_write(file, "x", 1, &pos), -EINVAL);
	assert_int_equal(kernel_read(file, &pos, 1, &pos), -EINVAL);
	assert_int_equal(memfd_pin_folios(file, 0, 0, &folio, 1, &offset), -EINVAL);
	assert_int_equal(PTR_ERR(lfb_shmem_reopen(file)), -ENXIO);
	fput(file);
	return 0;
}

static long seals_forbid(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, MFD_ALLOW_SEALING);
	s64 pos = 0;

	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	assert_int_equal(memfd_add_seals(file, 0x40), -EINVAL);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), 0);
	assert_int_equal(kernel_write(file, "c", 1, &pos), -EPERM);
	pos = 0;
	assert_int_equal(kernel_write(file, "c", 1, &pos), 1);
	assert_int_equal(memfd_add_seals(file, F_SEAL_WRITE | F_SEAL_SEAL), 0);
	assert_int_equal(kernel_write(file, "c", 1, &pos), -EPERM);
	assert_int_equal(memfd_add_seals(file, F_SEAL_EXEC), -EPERM);
	fput(file);
	return 0;
}

static long inodes_live_as_long_as_any_file(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, 0), *again = lfb_shmem_reopen(file);
	s64 pos = 3 * PAGE_SIZE - 1;
	char bytes[3] = "xy";

	assert_ptr_equal(file_inode(file), file_inode(again));
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	fput(file);
	pos = 3 * PAGE_SIZE - 2;
	assert_int_equal(kernel_read(again, bytes, 8, &pos), 3);
	assert_memory_equal(bytes, "\0ab", 3);
	assert_int_equal(kernel_read(again, bytes, 1, &pos), 0);
	fput(again);
	return 0;
}

/* Two bytes at a page's end and three behind it, where each page is asked for by itself. */
static long write_some(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, MFD_ALLOW_SEALING);
	const struct lfb_fault_plan next = {
		.sz = sizeof(next), .kinds = 1u << LFB_FAULT_ALLOC, .nth = 1,
	};
	s64 pos = 0;

	/* Nothing is to be written, so nothing is asked for. */
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = PAGE_SIZE - 2;
	i_size_write(file_inode(file), PAGE_SIZE);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), 0);
	assert_int_equal(kernel_write(file, "uvxyz", 5, &pos), 2);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(kernel_write(file, "xyz", 3, &pos), -EPERM);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(i_size_read(file_inode(file)), PAGE_SIZE);
	assert_int_equal(memfd_add_seals(file, F_SEAL_WRITE), 0);
	assert_int_equal(kernel_write(file, "", 0, &pos), 0);
	assert_int_equal(kernel_write(file, "x", 1, &pos), -EPERM);
	fput(file);

	file = memfd_alloc_file(NULL, 0);
	pos = 0;
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = PAGE_SIZE - 2;
	assert_int_equal(lfb_fault_arm(machine, &next), 0);
	assert_int_equal(kernel_write(file, "uvxyz", 5, &pos), 2);
	assert_int_equal(lfb_fault_hits(machine), 1);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(i_size_read(file_inode(file)), PAGE_SIZE);
	assert_int_equal(lfb_fault_arm(machine, NULL), 0);
	fput(file);
	return 0;
}

static void a_write_ends_where_the_first_page_says_no(void **state)
{
	in_kernel(write_some);
	assert_int_equal(lfb_finding_count(machine), 0);
}

/* Two bytes of page 0, a hole, a folio of pages 2 and 3, and a page. */
static long read_across(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, 0);
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 1);
	char bytes[3 * PAGE_SIZE + 8], expected[sizeof(bytes)] = { 0 };
	s64 pos = PAGE_SIZE - 2;

	assert_int_equal(shmem_add_to_page_cache(folio, file_inode(file)->i_mapping, 2,
						 NULL, GFP_KERNEL), 0);
	folio_put(folio);
	i_size_write(file_inode(file), 6 * PAGE_SIZE);
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = 3 * PAGE_SIZE - 2;
	assert_int_equal(kernel_write(file, "cdef", 4, &pos), 4);
	pos = 4 * PAGE_SIZE - 2;
	assert_int_equal(kernel_write(file, "ghij", 4, &pos), 4);
	memcpy(expected, "ab", 2);
	memcpy(expected + 2 * PAGE_SIZE, "cdef", 4);
	memcpy(expected + 3 * PAGE_SIZE, "ghij", 4);
	for (size_t first = 0; first < 4; first++) {
		for (size_t size = 0; size < sizeof(bytes) - first; size += 1021) {
			pos = (s64)(PAGE_SIZE - 2 + first);
			memset(bytes, 'x', sizeof(bytes));
			assert_int_equal(kernel_read(file, bytes, size, &pos), (s64)size);
			assert_int_equal(pos, PAGE_SIZE - 2 + first + size);
			assert_memory_equal(bytes, expected + first, size);
			assert_int_equal(bytes[size], 'x');
		}
	}
	fput(file);
	return 0;
}

static void a_read_goes_across_folios_and_holes(void **state)
{
	in_kernel(read_across);
	assert_int_equal(lfb_finding_count(machine), 0);
}

static void what_is_no_file_in_memory_is_refused(void **state)
{
	in_kernel(other_files_refuse);
}

static void seals_are_kept_to(void **state)
{
	in_kernel(seals_forbid);
}

static void an_inode_lives_as_long_as_any_open_file(void **state)
{
	in_kernel(inodes_live_as_long_as_any_file);
	assert_int_equal(lfb_finding_count(machine), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_write_ends_where_the_first_page_says_no),
		TEST(a_read_goes_across_folios_and_holes),
		TEST(what_is_no_file_in_memory_is_refused),
		TEST(seals_are_kept_to),
		TEST(an_inode_lives_as_long_as_any_open_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
