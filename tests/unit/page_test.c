// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The page allocator: what it gives, what it takes back, what it refuses.
 */
#include "sim/kernel/memory/page.h"
#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *start(u64 size, enum lfb_page_policy policy)
{
	struct lfb_kernel *kernel = fixture_start(size, LFB_MEMORY_FIXED, policy);

	assert_non_null(kernel);
	return kernel;
}

static unsigned long usable_end(const struct lfb_kernel *kernel)
{
	return PHYS_PFN(kernel->memory.scratch);
}

static void every_order_is_given_and_taken_back(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_PAGES_BUDDY);
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);
		unsigned long pfn = page_to_pfn(page);

		assert_non_null(page);
		assert_true(IS_ALIGNED(pfn, 1ul << order));
		assert_true(pfn >= LFB_LOW_PAGES);
		assert_true(pfn + (1ul << order) <= usable_end(kernel));
		assert_int_equal(page_count(page), 1);
		assert_int_equal(kernel->pages.allocated, 1ul << order);
		__free_pages(page, order);
		assert_int_equal(page_count(page), 0);
		assert_int_equal(kernel->pages.allocated, 0);
	}
	assert_null(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1));
	assert_null(alloc_pages(GFP_KERNEL, ~0u));
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void zeroed_means_zeroed(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB, LFB_PAGES_BUDDY);
	static const u8 zeros[PAGE_SIZE << 3];
	unsigned int order;

	for (order = 0; order <= 3; order++) {
		struct page *page = alloc_pages(0, order);

		memset(page_address(page), 0xff, PAGE_SIZE << order);
		__free_pages(page, order);
		page = alloc_pages(__GFP_ZERO, order);
		assert_memory_equal(page_address(page), zeros, PAGE_SIZE << order);
		__free_pages(page, order);
	}
	fixture_stop(kernel);
}

static void freed_page_is_given_out_again(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_BUDDY);
	struct page *page = alloc_pages(0, 0);

	alloc_pages(0, 0);
	__free_pages(page, 0);
	assert_ptr_equal(alloc_pages(0, 0), page);
	fixture_stop(kernel);
}

static unsigned long take_all(unsigned int order, struct page **pages)
{
	unsigned long count = 0;

	while ((pages[count] = alloc_pages(0, order)) != NULL)
		count++;
	return count;
}

static void exhausted_memory_recovers(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_BUDDY);
	struct page *pages[257];
	unsigned long count, i;
	unsigned int order;

	/* 256 pages less 16 low ones and 16 of scratch. */
	for (order = 0; order <= 4; order++) {
		count = take_all(order, pages);
		assert_int_equal(count, 224 >> order);
		assert_null(alloc_pages(0, 0));
		assert_int_equal(lfb__alloc_internal_page(kernel), 0);
		assert_null(kmalloc(1, GFP_KERNEL));
		assert_null(kmalloc(10000, GFP_KERNEL));
		for (i = 0; i < count; i++)
			__free_pages(pages[(i * 37 + order) % count], order);
		assert_int_equal(kernel->pages.allocated, 0);
	}
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static unsigned int free_blocks(const struct lfb_kernel *kernel, unsigned int order)
{
	unsigned int count = 0;
	u32 pfn;

	for (pfn = kernel->pages.free_list[order]; pfn != LFB_NO_PFN;
	     pfn = kernel->memory.map[pfn].next)
		count++;
	return count;
}

static void all_free_pages_join_again(void **state)
{
	struct lfb_kernel *kernel = start(4 * FIXTURE_MIB, LFB_PAGES_BUDDY);
	struct page *pages[1025];
	unsigned int order, blocks[MAX_PAGE_ORDER + 1];
	unsigned long count, i;

	/* Brings all of memory in, in blocks as large as they get. */
	__free_pages(alloc_pages(0, 0), 0);
	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		blocks[order] = free_blocks(kernel, order);
	count = take_all(0, pages);
	assert_int_equal(count, usable_end(kernel) - LFB_LOW_PAGES);
	for (i = 0; i < count; i += 2)
		__free_pages(pages[i], 0);
	for (i = 1; i < count; i += 2)
		__free_pages(pages[i], 0);
	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		assert_int_equal(free_blocks(kernel, order), blocks[order]);
	fixture_stop(kernel);
}

/*
 * Random steps against a model
 */

#define MODEL_BLOCKS 600

struct model {
	u8 used[2048];			/* per page */
	struct page *blocks[MODEL_BLOCKS];
	unsigned int orders[MODEL_BLOCKS];
	unsigned int count;
	u64 random;
};

static unsigned int random_below(struct model *model, unsigned int bound)
{
	model->random = model->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(model->random >> 33) % bound;
}

static bool model_has_room(const struct lfb_kernel *kernel, const struct model *model,
			   unsigned int order)
{
	const unsigned long n = 1ul << order;
	unsigned long pfn, i;

	for (pfn = 0; pfn + n <= usable_end(kernel); pfn += n) {
		for (i = 0; i < n && pfn >= LFB_LOW_PAGES && !model->used[pfn + i]; i++)
			;
		if (i == n)
			return true;
	}
	return false;
}

static void model_alloc(struct lfb_kernel *kernel, struct model *model)
{
	const unsigned int order = random_below(model, 3) ? random_below(model, 4) :
							    random_below(model, MAX_PAGE_ORDER + 1);
	struct page *page = alloc_pages(0, order);
	unsigned long pfn, i;

	assert_int_equal(page != NULL, model_has_room(kernel, model, order));
	if (!page)
		return;
	pfn = page_to_pfn(page);
	assert_true(IS_ALIGNED(pfn, 1ul << order));
	assert_true(pfn >= LFB_LOW_PAGES && pfn + (1ul << order) <= usable_end(kernel));
	for (i = 0; i < 1ul << order; i++) {
		assert_int_equal(model->used[pfn + i], 0);
		model->used[pfn + i] = 1;
	}
	model->blocks[model->count] = page;
	model->orders[model->count++] = order;
}

static void model_free(struct model *model)
{
	const unsigned int which = random_below(model, model->count);
	const unsigned int order = model->orders[which];
	struct page *page = model->blocks[which];

	memset(model->used + page_to_pfn(page), 0, 1ul << order);
	__free_pages(page, order);
	model->blocks[which] = model->blocks[--model->count];
	model->orders[which] = model->orders[model->count];
}

static void random_steps(u64 memory_size, u64 seed)
{
	struct lfb_kernel *kernel = start(memory_size, LFB_PAGES_BUDDY);
	static struct model model;
	unsigned int step;

	memset(&model, 0, sizeof(model));
	model.random = seed;
	for (step = 0; step < 5000; step++) {
		/* Phases of growing and of shrinking. */
		const bool grow = random_below(&model, 10) < (step / 500 % 2 ? 3u : 7u);

		if (model.count == 0 || (grow && model.count < MODEL_BLOCKS))
			model_alloc(kernel, &model);
		else
			model_free(&model);
	}
	while (model.count)
		model_free(&model);
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void blocks_are_aligned_and_disjoint_and_none_is_missed(void **state)
{
	u64 seed;

	for (seed = 1; seed <= 4; seed++) {
		random_steps(FIXTURE_MIB, seed);
		random_steps(8 * FIXTURE_MIB, seed);
		random_steps(5 * FIXTURE_MIB + 3 * PAGE_SIZE, seed);
	}
}

static void same_steps_give_the_same_pages(void **state)
{
	unsigned long first[100];
	unsigned int run, i;

	for (run = 0; run < 2; run++) {
		struct lfb_kernel *kernel = start(4 * FIXTURE_MIB, LFB_PAGES_BUDDY);
		struct page *last = NULL;

		for (i = 0; i < 100; i++) {
			struct page *page = alloc_pages(0, i % 4);

			if (run == 0)
				first[i] = page_to_pfn(page);
			assert_int_equal(page_to_pfn(page), first[i]);
			if (i % 3 == 2)
				__free_pages(last, (i - 1) % 4);
			last = page;
		}
		fixture_stop(kernel);
	}
}

/*
 * The ascending policy
 */

static void golden_images_find_their_addresses(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_ASCENDING);
	struct page *page;

	assert_int_equal(page_to_phys(alloc_pages(0, 0)), 0x10000);
	page = alloc_pages(0, 4);
	assert_int_equal(page_to_phys(page), 0x11000);
	assert_non_null(kmalloc(100, GFP_KERNEL));
	assert_int_not_equal(lfb__alloc_internal_page(kernel), 0);
	assert_int_equal(folio_pfn(folio_alloc(0, 0)), 0x21);
	__free_pages(page, 4);
	page = alloc_pages(0, 1);
	assert_int_equal(page_to_phys(page), 0x22000);
	__free_pages(page, 1);
	assert_int_equal(page_to_phys(alloc_pages(0, 0)), 0x24000);
	fixture_stop(kernel);
}

static void ascending_pages_go_round_what_was_handed_over(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_ASCENDING);
	const unsigned long end = usable_end(kernel);
	struct page *restored;

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 0x12, 1), 0);
	assert_int_equal(lfb__pages_reserve(kernel, end - 3, 0), 0);
	fixture_ready(kernel);
	/* The first page not at 0x11: a block goes where all of it has room. */
	assert_int_equal(page_to_pfn(alloc_pages(0, 0)), 0x10);
	assert_int_equal(page_to_pfn(alloc_pages(0, 1)), 0x14);
	assert_int_equal(lfb__pages_claim(kernel, 0x12, 1, true), 0);
	restored = pfn_to_page(0x12);
	__free_pages(restored, 1);
	assert_int_equal(page_to_pfn(alloc_pages(0, 0)), 0x16);

	assert_int_equal(lfb__alloc_internal_page(kernel), end - 1);
	assert_int_equal(lfb__alloc_internal_page(kernel), end - 2);
	assert_int_equal(lfb__alloc_internal_page(kernel), end - 4);
	fixture_stop(kernel);
}

static void the_gap_right_behind_what_was_handed_over_is_used(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_ASCENDING);

	fixture_jump(kernel);
	assert_int_equal(lfb__pages_reserve(kernel, 0x12, 0), 0);
	fixture_ready(kernel);
	assert_int_equal(page_to_pfn(alloc_pages(0, 2)), 0x13);
	fixture_stop(kernel);
}

static void ascending_and_internal_pages_meet_in_the_middle(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_ASCENDING);
	unsigned long low = 0, high = 0, internal = 0;

	while (alloc_pages(0, 3))
		low++;
	assert_int_equal(low, 224 / 8);
	assert_int_equal(lfb__alloc_internal_page(kernel), 0);
	fixture_boot(kernel);
	for (low = 0; low < 100; low++)
		assert_non_null(alloc_pages(0, 0));
	while (lfb__alloc_internal_page(kernel))
		high++;
	assert_int_equal(high, 124);
	internal = kernel->pages.internal;
	assert_int_equal(internal, 124);
	assert_null(alloc_pages(0, 0));
	assert_null(alloc_pages(0, MAX_PAGE_ORDER));
	fixture_stop(kernel);
}

/*
 * Misuse
 */

static void expect_refused(struct lfb_kernel *kernel, struct page *page, unsigned int order,
			   const char *why)
{
	const unsigned long allocated = kernel->pages.allocated;

	__free_pages(page, order);
	assert_int_equal(fixture_bugs(kernel), 1);
	assert_non_null(strstr(kernel->trace.complaint, why));
	assert_int_equal(kernel->pages.allocated, allocated);
}

static void a_wrong_free_is_a_bug_and_changes_nothing(void **state)
{
	struct lfb_kernel *kernel = start(4 * FIXTURE_MIB, LFB_PAGES_BUDDY);
	struct page *page = alloc_pages(0, 2);
	const u32 internal = lfb__alloc_internal_page(kernel);
	struct page *other = alloc_pages(0, 0);
	void *object = kmalloc(5000, GFP_KERNEL);
	void *area = vmalloc(1);

	expect_refused(kernel, page, 1, "order 2, not 1");
	expect_refused(kernel, page, 3, "order 2, not 3");
	expect_refused(kernel, page + 1, 0, "inside of a block");
	expect_refused(kernel, lfb__page(kernel, internal), 0, "KHO");
	expect_refused(kernel, virt_to_page(object), 1, "slab");
	expect_refused(kernel, virt_to_page((u8 *)object + PAGE_SIZE), 0, "slab");
	expect_refused(kernel, vmalloc_to_page(area), 0, "vmalloc");
	expect_refused(kernel, pfn_to_page(0), 0, "not allocated");
	expect_refused(kernel, pfn_to_page(kernel->memory.nr_pages - 1), 0, "not allocated");
	expect_refused(kernel, kernel->memory.map + kernel->memory.nr_pages, 0, "not a page");
	expect_refused(kernel, (struct page *)((u8 *)page + 8), 0, "not a page");
	expect_refused(kernel, (struct page *)object, 0, "not a page");
	expect_refused(kernel, ERR_PTR(-ENOMEM), 0, "not a page");
	__free_pages(other, 0);
	expect_refused(kernel, other, 0, "not allocated");
	__free_pages(NULL, 0);

	__free_pages(page, 2);
	expect_refused(kernel, page, 2, "not allocated");
	kfree(object);
	vfree(area);
	lfb__free_internal_page(kernel, internal);
	assert_int_equal(kernel->pages.internal, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	lfb__free_internal_page(kernel, internal);
	lfb__free_internal_page(kernel, 0);
	assert_int_equal(fixture_bugs(kernel), 2);
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

static void addresses_are_allocated_and_freed_like_pages(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_BUDDY);
	unsigned long address = __get_free_pages(__GFP_ZERO, 2);

	assert_int_equal(virt_to_phys((void *)address) % (4 * PAGE_SIZE), 0);
	assert_int_equal(((u8 *)address)[4 * PAGE_SIZE - 1], 0);
	free_pages(address + 1, 2);
	free_pages((unsigned long)&state, 2);
	assert_int_equal(fixture_bugs(kernel), 2);
	free_pages(address, 2);
	free_pages(0, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(__get_free_pages(0, MAX_PAGE_ORDER), 0);
	fixture_stop(kernel);
}

static void a_split_block_is_freed_page_by_page(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_BUDDY);
	struct page *page = (struct page *)folio_alloc(0, 3);

	lfb__split_page(kernel, page, 2);
	assert_int_equal(fixture_bugs(kernel), 1);
	lfb__split_page(kernel, page, 3);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(page_count(page + i), 1);
		assert_ptr_equal(page_folio(page + i), page + i);
		assert_int_equal(kernel->pages.allocated, 8 - i);
		__free_pages(page + i, 0);
	}
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void an_armed_fault_point_gives_no_page(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_PAGES_BUDDY);

	fixture_fail_alloc(kernel, 1, true);
	assert_null(alloc_pages(0, 0));
	assert_null(folio_alloc(0, 0));
	assert_int_equal(__get_free_pages(0, 0), 0);
	assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], 3);
	/* KHO's own pages and orders that do not exist are no fault points. */
	assert_int_not_equal(lfb__alloc_internal_page(kernel), 0);
	assert_null(alloc_pages(0, MAX_PAGE_ORDER + 1));
	assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], 3);
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_is_given_and_taken_back),
		cmocka_unit_test(zeroed_means_zeroed),
		cmocka_unit_test(freed_page_is_given_out_again),
		cmocka_unit_test(exhausted_memory_recovers),
		cmocka_unit_test(all_free_pages_join_again),
		cmocka_unit_test(blocks_are_aligned_and_disjoint_and_none_is_missed),
		cmocka_unit_test(same_steps_give_the_same_pages),
		cmocka_unit_test(golden_images_find_their_addresses),
		cmocka_unit_test(ascending_pages_go_round_what_was_handed_over),
		cmocka_unit_test(the_gap_right_behind_what_was_handed_over_is_used),
		cmocka_unit_test(ascending_and_internal_pages_meet_in_the_middle),
		cmocka_unit_test(a_wrong_free_is_a_bug_and_changes_nothing),
		cmocka_unit_test(addresses_are_allocated_and_freed_like_pages),
		cmocka_unit_test(a_split_block_is_freed_page_by_page),
		cmocka_unit_test(an_armed_fault_point_gives_no_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
