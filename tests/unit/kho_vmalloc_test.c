// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* vmalloc areas handed over, and descriptors that lie. */
#include "sim/kernel/kho/map.h"
#include "tests/support/kho_fixture.h"

#define MEMORY (32 * FIXTURE_MIB)
#define CHUNK_PAGES 511

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static void *filled_area(unsigned long nr_pages)
{
	u8 *area = vmalloc(nr_pages * PAGE_SIZE);

	assert_non_null(area);
	for (unsigned long i = 0; i < nr_pages; i++)
		memset(area + i * PAGE_SIZE, (int)(i * 7 + 3), PAGE_SIZE);
	return area;
}

static void assert_filled(const u8 *area, unsigned long nr_pages)
{
	for (size_t i = 0; i < nr_pages * PAGE_SIZE; i += 512)
		assert_int_equal(area[i], (u8)((i / PAGE_SIZE) * 7 + 3));
}

/* Preserves a filled area of @nr_pages and jumps; the root tree is the one other page. */
static struct kho_vmalloc hand_over(unsigned long nr_pages)
{
	struct kho_vmalloc preservation;

	assert_int_equal(kho_preserve_vmalloc(filled_area(nr_pages), &preservation), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	return preservation;
}

static u64 *chunk_at(phys_addr_t phys)
{
	return phys_to_virt(phys);
}

static unsigned long nr_chunks(unsigned long nr_pages)
{
	/* A full one is followed by another, which may stay empty. */
	return nr_pages / CHUNK_PAGES + 1;
}

static const unsigned long sizes[] = { 1, 2, 510, 511, 512, 1021, 1022, 1023 };

/* As earlier versions of this project wrote them. */
static void what_lacks_the_empty_chunk_arrives(void **state)
{
	struct kho_vmalloc preservation = hand_over(2 * CHUNK_PAGES);
	u64 *chunk = chunk_at(chunk_at(preservation.first)[0]);
	u64 *empty = chunk_at(chunk[0]);
	void *area;

	assert_int_equal(empty[0], 0);
	assert_int_equal(empty[1], 0);
	chunk[0] = 0;
	area = kho_restore_vmalloc(&preservation);
	assert_non_null(area);
	assert_filled(area, 2 * CHUNK_PAGES);
	assert_int_equal(fixture_warns(kernel), 0);
}

/* What is behind a full chunk is an empty one or none. */
static void more_than_the_empty_chunk_is_refused(void **state)
{
	struct kho_vmalloc preservation = hand_over(CHUNK_PAGES);
	u64 *empty = chunk_at(chunk_at(preservation.first)[0]);

	empty[1] = chunk_at(preservation.first)[1];
	assert_null(kho_restore_vmalloc(&preservation));
	assert_int_equal(fixture_warns(kernel), 1);
	empty[1] = 0;
	empty[0] = preservation.first;
	assert_null(kho_restore_vmalloc(&preservation));
	assert_int_equal(fixture_warns(kernel), 1);
	empty[0] = 0;
	assert_non_null(kho_restore_vmalloc(&preservation));
}

static void areas_arrive_whole_and_once(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kho_vmalloc preservation = hand_over(sizes[i]);
		u8 *area;

		assert_int_equal(preservation.total_pages, sizes[i]);
		assert_int_equal(preservation.flags, KHO_VMALLOC_ALLOC);
		assert_int_equal(preservation.order, 0);
		assert_int_equal(kernel->pages.incoming, sizes[i] + nr_chunks(sizes[i]) + 1);
		area = kho_restore_vmalloc(&preservation);
		assert_non_null(area);
		assert_filled(area, sizes[i]);
		assert_int_equal(kernel->pages.incoming, 1);
		assert_int_equal(kernel->vmallocs.count, 1);
		assert_int_equal(fixture_warns(kernel), 0);

		assert_null(kho_restore_vmalloc(&preservation));
		assert_int_equal(fixture_warns(kernel), 1);
		vfree(area);
		assert_int_equal(kernel->pages.allocated, 0);
		assert_int_equal(kernel->slabs.objects, 0);
		assert_int_equal(fixture_bugs(kernel), 0);
	}
}

static void chunks_are_as_the_kernel_lays_them_out(void **state)
{
	u8 *area = filled_area(513);
	struct kho_vmalloc preservation;
	struct page **pages;
	const u64 *chunk;

	assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
	pages = lfb__vmalloc_area(kernel, area).pages;
	chunk = chunk_at(preservation.first);
	for (unsigned long i = 0; i < CHUNK_PAGES; i++)
		assert_int_equal(chunk[1 + i], page_to_phys(pages[i]));
	assert_true(kho__is_preserved(kernel, PHYS_PFN(chunk[0]), 0));
	chunk = chunk_at(chunk[0]);
	assert_int_equal(chunk[0], 0);
	assert_int_equal(chunk[1], page_to_phys(pages[511]));
	assert_int_equal(chunk[2], page_to_phys(pages[512]));
	assert_int_equal(chunk[3], 0);
	assert_int_equal(chunk[511], 0);
}

static void preserving_is_taken_back_whole(void **state)
{
	const unsigned long blocks = kernel->kho.blocks;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *area = filled_area(sizes[i]);
		const unsigned long allocated = kernel->pages.allocated;
		struct kho_vmalloc preservation;

		assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
		assert_int_equal(kernel->kho.blocks, blocks + sizes[i] + nr_chunks(sizes[i]));
		kho_unpreserve_vmalloc(&preservation);
		assert_int_equal(kernel->kho.blocks, blocks);
		assert_int_equal(kernel->pages.allocated, allocated);
		assert_int_equal(fixture_warns(kernel), 0);
		assert_int_equal(preservation.first, 0);
		kho_unpreserve_vmalloc(&preservation);
		assert_int_equal(fixture_warns(kernel), 1);
		assert_filled(area, sizes[i]);
		vfree(area);
	}
}

static void what_is_no_area_is_refused(void **state)
{
	struct kho_vmalloc preservation = { .first = 7 };
	u8 *area = filled_area(2);
	void *object = kmalloc(64, GFP_KERNEL);
	void *const wrong[] = { NULL, &state, object, area + 2 * PAGE_SIZE,
				kernel->memory.vmalloc_base - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(kho_preserve_vmalloc(wrong[i], &preservation), -EINVAL);
		assert_int_equal(fixture_warns(kernel), 1);
		assert_int_equal(preservation.first, 7);
	}
	assert_int_equal(kho_preserve_vmalloc(area, NULL), -EINVAL);
	kho_unpreserve_vmalloc(NULL);
	assert_null(kho_restore_vmalloc(NULL));
	assert_int_equal(fixture_warns(kernel), 3);
	assert_int_equal(kho_preserve_vmalloc(vmalloc_user(PAGE_SIZE), &preservation), -EOPNOTSUPP);
	assert_int_equal(kernel->kho.blocks, 1);

	/* An address inside will do. */
	assert_int_equal(kho_preserve_vmalloc(area + PAGE_SIZE + 1, &preservation), 0);
	assert_int_equal(preservation.total_pages, 2);
	kho_unpreserve_vmalloc(&preservation);
	assert_int_equal(kernel->kho.blocks, 1);
}

/* 2 MiB and a byte are two blocks of order 9. */
static void huge_areas_arrive(void **state)
{
	for (unsigned int n = 0; n < 2; n++) {
		const size_t size = 2 * FIXTURE_MIB + 1;
		struct kho_vmalloc preservation;
		u8 *area, *small;

		fixture_stop(kernel);
		kernel = kho_fixture_start(32 * FIXTURE_MIB, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
		area = vmalloc_huge(size, GFP_KERNEL | __GFP_ZERO);
		assert_non_null(area);
		area[size - 1] = 7;
		assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
		assert_int_equal(preservation.total_pages, 1024);
		assert_int_equal(preservation.order, 9);
		assert_int_equal(preservation.flags, KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP);
		/* Root tree, chunk, two blocks. */
		assert_int_equal(kernel->kho.blocks, 4);
		kho_unpreserve_vmalloc(&preservation);
		assert_int_equal(kernel->kho.blocks, 1);
		assert_int_equal(fixture_warns(kernel), 0);

		assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
		assert_int_equal(kho_fixture_handover(kernel), 0);
		kernel->kho.rules |= n ? KHO_RESTORES_BY_HEADS : 0;
		area = kho_restore_vmalloc(&preservation);
		assert_non_null(area);
		assert_int_equal(area[size - 1], 7);
		assert_int_equal(lfb__vmalloc_area(kernel, area).order, 9);
		assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
		assert_int_equal(preservation.order, 9);
		kho_unpreserve_vmalloc(&preservation);
		vfree(area);
		assert_int_equal(kernel->pages.allocated, 0);

		/* Smaller ones are of pages, and may be mapped as huge ones. */
		small = vmalloc_huge(PAGE_SIZE + 1, GFP_KERNEL | __GFP_ZERO);
		assert_int_equal(kho_preserve_vmalloc(small, &preservation), 0);
		assert_int_equal(preservation.order, 0);
		assert_int_equal(preservation.flags, KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP);
	}
}

/* The first of two blocks is marked when the second fails. */
static void a_huge_area_is_rolled_back(void **state)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct kho_vmalloc preservation = { .order = i == 2 ? 9 : 0 };
		void *area;

		fixture_stop(kernel);
		kernel = kho_fixture_start(32 * FIXTURE_MIB, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
		kernel->kho.rules |= i ? KHO_FORGETS_ORDER : 0;
		area = vmalloc_huge(4 * FIXTURE_MIB, GFP_KERNEL | __GFP_ZERO);
		kho_fixture_fail(kernel, LFB_FAULT_KHO, 3);
		assert_int_equal(kho_preserve_vmalloc(area, &preservation), -ENOMEM);
		/* With the defect it stays so, but where the caller had the order by chance. */
		assert_int_equal(kernel->kho.blocks, i == 1 ? 2 : 1);
		assert_int_equal(fixture_warns(kernel), 0);
		vfree(area);
		assert_int_equal(kernel->pages.allocated, 0);
	}
}

/* Kernels restore in turn: of a descriptor that lies what comes before the lie is gone. */
static void what_is_restored_in_turn_is_lost_half_way(void **state)
{
	struct kho_vmalloc preservation;

	assert_int_equal(kho_preserve_vmalloc(filled_area(600), &preservation), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	kernel->kho.rules |= KHO_RESTORES_BY_HEADS;
	preservation.flags |= 0x8000;
	preservation.total_pages = 599;
	assert_null(kho_restore_vmalloc(&preservation));
	/* All but one page and its chunk; the first chunk is free again. */
	assert_int_equal(kernel->pages.allocated, 599);
	preservation.total_pages = 600;
	assert_null(kho_restore_vmalloc(&preservation));
	assert_int_equal(fixture_warns(kernel), 1);
}

static void a_failed_preserve_marks_nothing(void **state)
{
	static const enum lfb_fault_kind kinds[] = { LFB_FAULT_KHO, LFB_FAULT_ALLOC };
	void *area = filled_area(1023);
	const unsigned long allocated = kernel->pages.allocated;
	struct kho_vmalloc preservation = { .first = 7 };

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		unsigned long nth = 0;
		int err;

		do {
			kho_fixture_fail(kernel, kinds[kind], ++nth);
			err = kho_preserve_vmalloc(area, &preservation);
			if (!err)
				break;
			assert_int_equal(err, -ENOMEM);
			assert_int_equal(preservation.first, 7);
			assert_int_equal(kernel->kho.blocks, 1);
			assert_int_equal(kernel->pages.allocated, allocated);
		} while (nth < 10);
		assert_int_equal(nth, kinds[kind] == LFB_FAULT_KHO ? 2 : nr_chunks(1023) + 1);
		kho_unpreserve_vmalloc(&preservation);
		preservation.first = 7;
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

/*
 * An area high up in memory, and one free page for its chunk: first a low one, with the bitmap of
 * the root tree, then a high one. In both cases there is no room for the bitmap up there.
 */
static void without_room_for_a_bitmap_nothing_is_marked(void **state)
{
	struct kho_vmalloc preservation = { .first = 7 };
	struct page *spare[2], *high;
	void *area;

	fixture_stop(kernel);
	kernel = kho_fixture_start(512 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
	spare[0] = alloc_pages(GFP_KERNEL, 0);
	do
		high = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	while (page_to_pfn(high) < 2 * KHO_BITMAP_BITS);
	kho_fixture_exhaust();
	__free_pages(high, MAX_PAGE_ORDER);
	area = vmalloc(PAGE_SIZE);
	spare[1] = alloc_pages(GFP_KERNEL, 0);
	assert_true(page_to_pfn(*lfb__vmalloc_area(kernel, area).pages) > KHO_BITMAP_BITS);
	assert_true(page_to_pfn(spare[1]) > KHO_BITMAP_BITS);
	kho_fixture_exhaust();

	for (size_t i = 0; i < ARRAY_SIZE(spare); i++) {
		const unsigned long allocated = kernel->pages.allocated;

		__free_pages(spare[i], 0);
		assert_int_equal(kho_preserve_vmalloc(area, &preservation), -ENOMEM);
		assert_int_equal(preservation.first, 7);
		assert_int_equal(kernel->pages.allocated, allocated - 1);
		assert_int_equal(kernel->kho.blocks, 1);
		assert_ptr_equal(alloc_pages(GFP_KERNEL, 0), spare[i]);
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void every_word_of_a_descriptor_may_lie(void **state)
{
	static const struct kho_vmalloc lies[] = {
		{ .total_pages = 0 },
		{ .total_pages = 1 },
		{ .total_pages = 3 },
		{ .total_pages = 4 },
		{ .total_pages = ~0u },
		{ .flags = 4 },
		{ .flags = 0xffff },
		{ .order = 1 },
		{ .order = 11 },
		{ .order = 0xffff },
		{ .first = 8 },
		{ .first = PAGE_SIZE },
		{ .first = MEMORY },
		{ .first = ~0xfffull },
	};
	struct kho_vmalloc preservation = hand_over(600), lie;
	const unsigned long incoming = kernel->pages.incoming;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		lie = preservation;
		if (i < 5)
			lie.total_pages = lies[i].total_pages;
		lie.first += lies[i].first;
		lie.flags |= lies[i].flags;
		lie.order |= lies[i].order;
		assert_null(kho_restore_vmalloc(&lie));
		assert_int_equal(fixture_warns(kernel), 1);
		assert_int_equal(kernel->pages.incoming, incoming);
		assert_int_equal(kernel->pages.allocated, 0);
	}
	assert_non_null(kho_restore_vmalloc(&preservation));
}

static void every_lie_in_a_chunk_is_noticed(void **state)
{
	const struct kho_vmalloc preservation = hand_over(515);
	const unsigned long incoming = kernel->pages.incoming;
	u64 *chunk[2] = { chunk_at(preservation.first) };
	const u64 lies[] = { 0, 1, PAGE_SIZE, MEMORY, ~0xfffull, ~0ull,
			     kernel->kho.incoming_root_phys + 8,
			     kho__root_phys(kernel) };
	const size_t places[][2] = { { 0, 0 }, { 0, 1 }, { 0, 511 }, { 1, 1 }, { 1, 4 } };

	chunk[1] = chunk_at(chunk[0][0]);
	for (size_t place = 0; place < ARRAY_SIZE(places); place++) {
		u64 *word = &chunk[places[place][0]][places[place][1]];
		const u64 before = *word;

		for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
			*word = lies[i];
			assert_null(kho_restore_vmalloc(&preservation));
			assert_int_equal(fixture_warns(kernel), 1);
			assert_int_equal(kernel->pages.incoming, incoming);
			assert_int_equal(kernel->pages.allocated, 0);
		}
		*word = before;
	}
	/* A third chunk, where two are enough. */
	chunk[1][0] = preservation.first;
	assert_null(kho_restore_vmalloc(&preservation));
	chunk[1][0] = 0;
	assert_int_equal(fixture_warns(kernel), 1);
	assert_non_null(kho_restore_vmalloc(&preservation));
}

static void memory_named_twice_is_freed_again(void **state)
{
	for (int what = 0; what < 2; what++) {
		const struct kho_vmalloc preservation = hand_over(5);
		u64 *chunk = chunk_at(preservation.first);

		/* The second page is also the first one; or it is the chunk. */
		chunk[2] = what ? preservation.first : chunk[1];
		assert_null(kho_restore_vmalloc(&preservation));
		assert_int_equal(fixture_warns(kernel), 1);
		assert_int_equal(kernel->pages.allocated, 0);
		assert_int_equal(kernel->slabs.objects, 0);
		assert_int_equal(fixture_bugs(kernel), 0);
	}
}

static void a_failed_restore_leaks_nothing(void **state)
{
	unsigned long nth = 0;
	void *area;

	do {
		const struct kho_vmalloc preservation = hand_over(520);

		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, ++nth);
		area = kho_restore_vmalloc(&preservation);
		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, 0);
		assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
		if (area)
			break;
		assert_int_equal(kernel->pages.allocated, 0);
		assert_int_equal(kernel->slabs.objects, 0);
		/* The first allocation comes before anything is taken over. */
		if (nth == 1)
			assert_non_null(kho_restore_vmalloc(&preservation));
	} while (nth < 10);
	assert_int_equal(nth, 3);
}

/* Another kernel may have preserved blocks of several pages. */
static void areas_of_larger_blocks_are_restored(void **state)
{
	struct kho_vmalloc preservation = { .total_pages = 8, .flags = 3, .order = 2 };
	u64 *chunk = kho_alloc_preserve(PAGE_SIZE);
	struct folio *folio[2];
	u8 *area;

	for (unsigned int i = 0; i < 2; i++) {
		folio[i] = folio_alloc(GFP_KERNEL, 2);
		assert_int_equal(kho_preserve_folio(folio[i]), 0);
		chunk[1 + i] = PFN_PHYS(folio_pfn(folio[i]));
		for (unsigned int page = 0; page < 4; page++)
			memset((u8 *)folio_address(folio[i]) + page * PAGE_SIZE,
			       (int)(i * 4 + page) * 7 + 3, PAGE_SIZE);
	}
	preservation.first = virt_to_phys(chunk);
	assert_int_equal(kho_fixture_handover(kernel), 0);

	preservation.total_pages = 7;
	assert_null(kho_restore_vmalloc(&preservation));
	assert_int_equal(fixture_warns(kernel), 1);
	preservation.total_pages = 8;
	area = kho_restore_vmalloc(&preservation);
	assert_non_null(area);
	assert_filled(area, 8);
	vfree(area);
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
}

static void a_damaged_description_is_unpreserved_as_far_as_it_goes(void **state)
{
	struct kho_vmalloc preservation;
	unsigned long allocated;
	void *area = filled_area(3);
	u64 *chunk;

	/* One page is named twice, so another stays preserved. */
	allocated = kernel->pages.allocated;
	assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
	chunk = chunk_at(preservation.first);
	chunk[2] = chunk[1];
	kho_unpreserve_vmalloc(&preservation);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_int_equal(kernel->kho.blocks, 2);
	assert_int_equal(kernel->pages.allocated, allocated);

	/* No chunk at all. */
	preservation = (struct kho_vmalloc){ .first = MEMORY, .total_pages = 3 };
	kho_unpreserve_vmalloc(&preservation);
	preservation = (struct kho_vmalloc){ .first = kho__root_phys(kernel), .total_pages = 3 };
	kho_unpreserve_vmalloc(&preservation);
	preservation =
		(struct kho_vmalloc){ .first = kho__root_phys(kernel) + 8, .total_pages = 3 };
	kho_unpreserve_vmalloc(&preservation);
	assert_int_equal(fixture_warns(kernel), 3);
	assert_int_equal(kernel->kho.blocks, 2);

	/* Fewer chunks than there should be. */
	kho_unpreserve_vmalloc(&preservation);
	assert_int_equal(kho_preserve_vmalloc(area, &preservation), 0);
	preservation.total_pages = 600;
	kho_unpreserve_vmalloc(&preservation);
	assert_int_equal(fixture_warns(kernel), 2);
	assert_int_equal(kernel->pages.allocated, allocated);
	assert_int_equal(fixture_bugs(kernel), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(what_lacks_the_empty_chunk_arrives),
		TEST(more_than_the_empty_chunk_is_refused),
		TEST(areas_arrive_whole_and_once),
		TEST(chunks_are_as_the_kernel_lays_them_out),
		TEST(preserving_is_taken_back_whole),
		TEST(what_is_no_area_is_refused),
		TEST(huge_areas_arrive),
		TEST(a_huge_area_is_rolled_back),
		TEST(what_is_restored_in_turn_is_lost_half_way),
		TEST(a_failed_preserve_marks_nothing),
		TEST(without_room_for_a_bitmap_nothing_is_marked),
		TEST(every_word_of_a_descriptor_may_lie),
		TEST(every_lie_in_a_chunk_is_noticed),
		TEST(memory_named_twice_is_freed_again),
		TEST(a_failed_restore_leaks_nothing),
		TEST(areas_of_larger_blocks_are_restored),
		TEST(a_damaged_description_is_unpreserved_as_far_as_it_goes),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
