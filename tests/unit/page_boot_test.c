// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a boot does to physical memory: what was handed over stays, all else is destroyed.
 */
#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *start(u64 size, enum lfb_memory_mode mode)
{
	struct lfb_kernel *kernel = fixture_start(size, mode, LFB_PAGES_BUDDY);

	assert_non_null(kernel);
	return kernel;
}

/* Is all of a page one byte value? */
static bool page_is(const struct lfb_kernel *kernel, unsigned long pfn, u8 value)
{
	const u8 *bytes = lfb__memory_at(&kernel->memory, PFN_PHYS(pfn), PAGE_SIZE);

	return bytes[0] == value && memcmp(bytes, bytes + 1, PAGE_SIZE - 1) == 0;
}

static unsigned long filled_page(u8 value)
{
	struct page *page = alloc_pages(0, 0);

	memset(page_address(page), value, PAGE_SIZE);
	return page_to_pfn(page);
}

static void only_what_was_handed_over_survives(enum lfb_memory_mode mode)
{
	struct lfb_kernel *kernel = start(2 * FIXTURE_MIB, mode);
	unsigned long kept = filled_page(1), lost = filled_page(2), freed = filled_page(3);
	void *object = kmalloc(100, GFP_KERNEL);
	unsigned long slab = page_to_pfn(virt_to_page(object));

	memset(object, 4, 100);
	__free_pages(pfn_to_page(freed), 0);

	fixture_jump(kernel);
	/* Until the boot has read what it was handed, nothing changes. */
	assert_true(page_is(kernel, kept, 1));
	assert_true(page_is(kernel, lost, 2));
	assert_int_equal(lfb__pages_reserve(kernel, kept, 0), 0);
	fixture_ready(kernel);
	assert_true(page_is(kernel, kept, 1));
	assert_true(page_is(kernel, lost, LFB_POISON_DESTROYED));
	assert_true(page_is(kernel, freed, LFB_POISON_DESTROYED));
	assert_true(page_is(kernel, slab, LFB_POISON_DESTROYED));
	/* What was never written is as the host made it, the first page of a free block too. */
	assert_true(page_is(kernel, 255, 0));
	assert_true(page_is(kernel, 256, 0));

	/* Not restored and not handed on, it is gone one kernel later. */
	fixture_jump(kernel);
	fixture_ready(kernel);
	assert_true(page_is(kernel, kept, LFB_POISON_DESTROYED));
	fixture_stop(kernel);
}

static void what_is_not_handed_over_is_destroyed(void **state)
{
	only_what_was_handed_over_survives(LFB_MEMORY_FIXED);
	only_what_was_handed_over_survives(LFB_MEMORY_REMAP);
}

static void all_pages_of_a_block_nobody_restores_are_destroyed(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	struct page *page = alloc_pages(0, 3);
	unsigned long pfn = page_to_pfn(page), i;

	memset(page_address(page), 5, 8 * PAGE_SIZE);
	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, pfn, 3), 0);
	fixture_ready(kernel);
	fixture_jump(kernel);
	assert_true(page_is(kernel, pfn + 7, 5));
	fixture_ready(kernel);
	for (i = 0; i < 8; i++)
		assert_true(page_is(kernel, pfn + i, LFB_POISON_DESTROYED));
	fixture_stop(kernel);
}

static void a_boot_given_up_half_way_leaves_its_work_to_the_next(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	unsigned long pfn = filled_page(1), reserved = filled_page(2);

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, reserved, 0), 0);
	fixture_boot(kernel);
	assert_true(page_is(kernel, pfn, LFB_POISON_DESTROYED));
	assert_true(page_is(kernel, reserved, LFB_POISON_DESTROYED));
	fixture_stop(kernel);
}

static void a_power_cycle_destroys_everything(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned long pfn = filled_page(9);

	fixture_boot(kernel);
	assert_true(page_is(kernel, pfn, LFB_POISON_DESTROYED));
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

static void pages_written_from_outside_are_destroyed_too(void **state)
{
	struct lfb_kernel *kernel = start(2 * FIXTURE_MIB, LFB_MEMORY_REMAP);
	const unsigned long last = kernel->memory.nr_pages - 1;
	const unsigned long pages[] = { 0, 5, 100, 101, last };

	lfb__memory_remap(kernel);
	lfb__kernel_reset(kernel);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		memset(lfb__memory_at(&kernel->memory, PFN_PHYS(pages[i]), PAGE_SIZE), 7,
		       PAGE_SIZE);
	lfb__pages_mark_dirty(kernel, 0, 1);
	lfb__pages_mark_dirty(kernel, 5, 1);
	lfb__pages_mark_dirty(kernel, 100, 2);
	lfb__pages_mark_dirty(kernel, 200, 0);
	lfb__pages_mark_dirty(kernel, last, ~0ul);
	lfb__pages_mark_dirty(kernel, ~0ul, ~0ul);
	lfb__pages_begin(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 101, 0), 0);
	fixture_ready(kernel);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		assert_true(page_is(kernel, pages[i], pages[i] == 101 ? 7 : LFB_POISON_DESTROYED));
	fixture_stop(kernel);
}

/* Reserves, checks that it is left alone, restores, frees, and finds all memory free again. */
static void hand_over(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, bool folio)
{
	const unsigned long n = 1ul << order;
	const unsigned long all = PHYS_PFN(kernel->memory.scratch) - LFB_LOW_PAGES;
	unsigned long free = 0, i;
	struct page *page;

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, pfn, order), 0);
	fixture_ready(kernel);
	assert_int_equal(kernel->pages.incoming, n);
	while ((page = alloc_pages(0, 0)) != NULL) {
		assert_false(page_to_pfn(page) - pfn < n);
		free++;
	}
	assert_int_equal(free, all - n);

	assert_int_equal(lfb__pages_claim(kernel, pfn, order, folio), 0);
	assert_int_equal(kernel->pages.incoming, 0);
	assert_int_equal(kernel->pages.allocated, all);
	for (i = 0; i < n; i++) {
		page = pfn_to_page(pfn + i);
		assert_int_equal(page_count(page), 1);
		assert_ptr_equal(page_folio(page), pfn_to_page(folio ? pfn : pfn + i));
	}
	if (folio) {
		assert_int_equal(folio_order(page_folio(page)), order);
		folio_put(page_folio(page));
	} else {
		for (i = 0; i < n; i++)
			__free_pages(pfn_to_page(pfn + i), 0);
	}
	page = alloc_pages(0, order);
	assert_int_equal(page_to_pfn(page), pfn);
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void every_block_can_be_handed_over_and_restored(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	const unsigned long end = PHYS_PFN(kernel->memory.scratch);
	unsigned int order;

	for (order = 0; order <= 7; order++) {
		unsigned long n = 1ul << order, pfn;

		for (pfn = n > LFB_LOW_PAGES ? n : LFB_LOW_PAGES; pfn + n <= end; pfn += n) {
			hand_over(kernel, pfn, order, true);
			hand_over(kernel, pfn, order, false);
		}
	}
	fixture_stop(kernel);
}

static void large_blocks_can_be_handed_over_too(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_MEMORY_REMAP);
	unsigned int order;

	for (order = 8; order <= MAX_PAGE_ORDER; order++) {
		hand_over(kernel, 1ul << order, order, true);
		hand_over(kernel, 1ul << order, order, false);
		hand_over(kernel, 2048, order, true);
	}
	fixture_stop(kernel);
}

static void a_restored_block_freed_before_its_chunk_is_used_is_found(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned long rest = PHYS_PFN(kernel->memory.scratch) - LFB_LOW_PAGES - 2048;
	struct page *page;

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 1024 + 7, 0), 0);
	assert_int_equal(lfb__pages_reserve(kernel, 2048 + 8, 3), 0);
	fixture_ready(kernel);
	assert_int_equal(lfb__pages_claim(kernel, 1024 + 7, 0, true), 0);
	folio_put(page_folio(pfn_to_page(1024 + 7)));
	/* Of three whole chunks, one still has something in it. */
	page = alloc_pages(0, MAX_PAGE_ORDER);
	assert_int_equal(page_to_pfn(page), 1024);
	assert_null(alloc_pages(0, MAX_PAGE_ORDER));
	assert_int_equal(lfb__pages_claim(kernel, 2048 + 8, 3, true), 0);
	folio_put(page_folio(pfn_to_page(2048 + 8)));
	assert_int_equal(page_to_pfn(alloc_pages(0, MAX_PAGE_ORDER)), 2048);
	while (alloc_pages(0, 0))
		rest--;
	assert_int_equal(rest, 0);
	fixture_stop(kernel);
}

static void a_block_that_cannot_be_is_refused(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED);
	const unsigned long scratch = PHYS_PFN(kernel->memory.scratch);

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 2048, MAX_PAGE_ORDER + 2), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 0, 64), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 33, 1), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 1024 + 512, 10), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 0, 0), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, LFB_LOW_PAGES - 1, 0), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 0, 5), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, scratch, 0), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 3072, 10), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, kernel->memory.nr_pages, 0), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, ~0ul, 0), -EINVAL);
	assert_int_equal(lfb__pages_reserve(kernel, 1ul << 62, 10), -EINVAL);
	assert_int_equal(kernel->pages.incoming, 0);
	assert_int_equal(lfb__pages_reserve(kernel, LFB_LOW_PAGES, 0), 0);
	assert_int_equal(lfb__pages_reserve(kernel, scratch - 1, 0), 0);
	assert_int_equal(kernel->pages.incoming, 2);
	fixture_stop(kernel);
}

static void overlapping_blocks_are_refused(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned int order;
	unsigned long pfn;

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 64, 3), 0);
	for (order = 0; order <= 5; order++) {
		for (pfn = 32; pfn < 128; pfn += 1ul << order) {
			if (!IS_ALIGNED(pfn, 1ul << order))
				continue;
			if (pfn + (1ul << order) <= 64 || pfn >= 72)
				continue;
			assert_int_equal(lfb__pages_reserve(kernel, pfn, order), -EEXIST);
		}
	}
	assert_int_equal(kernel->pages.incoming, 8);
	assert_int_equal(lfb__pages_reserve(kernel, 72, 3), 0);
	assert_int_equal(lfb__pages_reserve(kernel, 63, 0), 0);
	fixture_stop(kernel);
}

static void only_the_block_that_was_handed_over_can_be_claimed(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 32, 2), 0);
	fixture_ready(kernel);
	__free_pages(pfn_to_page(32), 2);
	assert_int_equal(fixture_bugs(kernel), 1);
	assert_non_null(strstr(kernel->trace.complaint, "not restored"));
	assert_int_equal(lfb__pages_claim(kernel, 32, 1, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, 32, 3, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, 32, 99, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, 33, 0, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, 36, 2, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, ~0ul, 2, true), -ENOENT);
	assert_int_equal(lfb__pages_claim(kernel, 32, 2, true), 0);
	assert_int_equal(lfb__pages_claim(kernel, 32, 2, true), -ENOENT);
	fixture_stop(kernel);
}

static void incoming_blocks_are_walked_in_order(void **state)
{
	static const struct {
		unsigned long pfn;
		unsigned int order;
	} blocks[] = { { 16, 0 }, { 17, 0 }, { 32, 5 }, { 1023, 0 }, { 1024, 10 }, { 3000, 3 } };
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned int order, i;
	unsigned long pfn;

	fixture_jump(kernel);
	for (i = ARRAY_SIZE(blocks); i-- > 0;)
		assert_int_equal(lfb__pages_reserve(kernel, blocks[i].pfn, blocks[i].order), 0);
	fixture_ready(kernel);
	alloc_pages(0, 3);
	pfn = 0;
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		assert_true(lfb__pages_next_incoming(kernel, &pfn, &order));
		assert_int_equal(pfn, blocks[i].pfn);
		assert_int_equal(order, blocks[i].order);
		pfn += 1ul << order;
	}
	assert_false(lfb__pages_next_incoming(kernel, &pfn, &order));
	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		assert_int_equal(lfb__pages_claim(kernel, blocks[i].pfn, blocks[i].order, true), 0);
	pfn = 0;
	assert_false(lfb__pages_next_incoming(kernel, &pfn, &order));
	fixture_stop(kernel);
}

static void early_memory_is_zeroed_and_starts_anew_each_boot(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	u8 *first = lfb__early_alloc(kernel, 10), *second = lfb__early_alloc(kernel, 5000);
	u8 *before;

	assert_int_equal(virt_to_phys(first), kernel->memory.scratch);
	assert_ptr_equal(second, first + 16);
	memset(first, 1, 10);
	memset(second, 2, 5000);
	assert_null(lfb__early_alloc(kernel, 0));
	assert_null(lfb__early_alloc(kernel, SIZE_MAX));

	fixture_jump(kernel);
	before = lfb__early_alloc(kernel, 100);
	assert_int_equal(virt_to_phys(before), kernel->memory.scratch);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(before[i], 0);
	memset(before, 3, 100);
	fixture_ready(kernel);
	/* The new kernel's survives its own boot, the old kernel's does not. */
	assert_int_equal(before[99], 3);
	assert_true(page_is(kernel, PHYS_PFN(kernel->memory.scratch) + 1, LFB_POISON_DESTROYED));
	fixture_stop(kernel);
}

static void early_memory_ends(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned int count = 0;

	while (lfb__early_alloc(kernel, 1000))
		count++;
	assert_int_equal(count, (64 << 10) / 1008);
	assert_non_null(lfb__early_alloc(kernel, 16));
	assert_null(lfb__early_alloc(kernel, 1000));
	assert_non_null(alloc_pages(0, 0));
	fixture_stop(kernel);
}

static void a_boot_forgets_the_work_of_the_last_one(void **state)
{
	struct lfb_kernel *kernel = start(64 * FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned long touched = 0, i;

	while (alloc_pages(0, MAX_PAGE_ORDER))
		;
	fixture_boot(kernel);
	for (i = 0; i < kernel->memory.nr_chunks; i++)
		touched += kernel->memory.chunk_touched[i];
	assert_int_equal(touched, 0);
	for (i = 0; i < kernel->memory.nr_pages / 64; i++)
		assert_int_equal(kernel->memory.touched[i], 0);
	for (i = 0; i < kernel->memory.nr_pages; i++)
		assert_int_equal(kernel->memory.map[i].flags, 0);
	fixture_stop(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_handed_over_is_destroyed),
		cmocka_unit_test(all_pages_of_a_block_nobody_restores_are_destroyed),
		cmocka_unit_test(a_boot_given_up_half_way_leaves_its_work_to_the_next),
		cmocka_unit_test(a_power_cycle_destroys_everything),
		cmocka_unit_test(pages_written_from_outside_are_destroyed_too),
		cmocka_unit_test(every_block_can_be_handed_over_and_restored),
		cmocka_unit_test(large_blocks_can_be_handed_over_too),
		cmocka_unit_test(a_restored_block_freed_before_its_chunk_is_used_is_found),
		cmocka_unit_test(a_block_that_cannot_be_is_refused),
		cmocka_unit_test(overlapping_blocks_are_refused),
		cmocka_unit_test(only_the_block_that_was_handed_over_can_be_claimed),
		cmocka_unit_test(incoming_blocks_are_walked_in_order),
		cmocka_unit_test(early_memory_is_zeroed_and_starts_anew_each_boot),
		cmocka_unit_test(early_memory_ends),
		cmocka_unit_test(a_boot_forgets_the_work_of_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
