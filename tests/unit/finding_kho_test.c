// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Findings about KHO: each mistake in the smallest form that has it, and its corrected twin, in
 * the kernel that preserves and in the one that restores.
 */
#include "tests/support/kho_fixture.h"

#define MEMORY (16 * FIXTURE_MIB)
#define NONE LFB_FINDINGS_NR

static struct lfb_kernel *kernel;
static phys_addr_t phys, other;
static struct kho_vmalloc area;

static struct folio *new_folio(unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, order);

	assert_non_null(folio);
	phys = PFN_PHYS(folio_pfn(folio));
	return folio;
}

static struct page *new_pages(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);

	assert_non_null(page);
	phys = page_to_phys(page);
	return page;
}

static void hand_folio(void) { assert_int_equal(kho_preserve_folio(new_folio(2)), 0); }
static void hand_pages(void) { assert_int_equal(kho_preserve_pages(new_pages(2), 3), 0); }
static void hand_alloc(void) { phys = virt_to_phys(kho_alloc_preserve(PAGE_SIZE)); }
static void hand_own(void) { phys = virt_to_phys(kho__alloc_preserve_own(PAGE_SIZE)); }
static void hand_area(void)
{
	assert_int_equal(kho_preserve_vmalloc(vzalloc(3 * PAGE_SIZE), &area), 0);
	phys = area.first;
}

static void take_folio(void) { kho_restore_folio(phys); }
static void take_folio_twice(void) { take_folio(), take_folio(); }
static void take_folio_and_free_it(void) { folio_put(kho_restore_folio(phys)); }
static void take_folio_behind(void) { kho_restore_folio(phys + PAGE_SIZE); }
static void take_pages(void) { kho_restore_pages(phys, 3); }
static void take_pages_freed_twice(void)
{
	struct page *page = kho_restore_pages(phys, 3);

	for (int i = 0; i < 3; i++)
		__free_pages(page + i, 0);
	take_pages();
}
static void take_fewer_pages(void) { kho_restore_pages(phys, 2); }
static void take_more_pages(void) { kho_restore_pages(phys, 4); }
static void take_free(void) { kho_restore_free(phys_to_virt(phys)); }
static void take_free_twice(void) { take_free(), take_free(); }
static void take_area(void) { vfree(kho_restore_vmalloc(&area)); }
static void take_area_twice(void) { take_area(), take_area(); }
static void take_less_of_area(void)
{
	area.total_pages--;
	take_area();
}
static void take_page_of_area(void) { kho_restore_pages(phys, 1); }
/* Its description first, which says where the others are. */
static void take_area_in_parts(void)
{
	const struct kho_vmalloc_chunk *chunk = page_address(kho_restore_pages(phys, 1));

	for (int i = 0; i < 3; i++)
		__free_pages(kho_restore_pages(chunk->phys[i], 1), 0);
}

static void preserve_twice(void)
{
	struct folio *folio = new_folio(1);

	kho_preserve_folio(folio);
	kho_preserve_folio(folio);
	kho_unpreserve_folio(folio);
}

static void preserve_a_page_of_a_folio(void)
{
	struct folio *folio = new_folio(1);

	kho_preserve_folio(folio);
	kho_preserve_pages(folio_page(folio, 1), 1);
	kho_unpreserve_pages(folio_page(folio, 1), 1);
	kho_unpreserve_folio(folio);
}

static void preserve_and_back(void)
{
	struct folio *folio = new_folio(1);
	struct page *page = new_pages(2);

	kho_preserve_folio(folio);
	kho_unpreserve_folio(folio);
	kho_preserve_folio(folio);
	kho_unpreserve_folio(folio);
	folio_put(folio);
	kho_preserve_pages(page, 3);
	kho_unpreserve_pages(page, 3);
	__free_pages(page, 2);
	kho_unpreserve_free(kho_alloc_preserve(PAGE_SIZE));
	hand_area();
	kho_unpreserve_vmalloc(&area);
}

static void unpreserve_never_preserved(void) { kho_unpreserve_folio(new_folio(0)); }
static void unpreserve_fewer(void)
{
	struct page *page = new_pages(2);

	kho_preserve_pages(page, 3);
	kho_unpreserve_pages(page, 2);
	kho_unpreserve_pages(page + 2, 1);
}
static void unpreserve_more(void)
{
	struct page *page = new_pages(2);

	kho_preserve_pages(page, 3);
	kho_unpreserve_pages(page, 4);
	kho_unpreserve_pages(page, 3);
}
static void unpreserve_pages_as_folio(void)
{
	struct folio *folio = new_folio(0);

	kho_preserve_pages(folio_page(folio, 0), 1);
	kho_unpreserve_folio(folio);
}
static void unpreserve_area_twice(void)
{
	struct kho_vmalloc copy;

	hand_area();
	copy = area;
	kho_unpreserve_vmalloc(&area);
	kho_unpreserve_vmalloc(&copy);
}
static void unpreserve_free_of_a_folio(void)
{
	struct folio *folio = new_folio(0);

	kho_preserve_folio(folio);
	kho_unpreserve_free(folio_address(folio));
}

static void preserve_scratch(void)
{
	kho_preserve_pages(pfn_to_page(PHYS_PFN(kernel->memory.scratch)), 1);
}
static void preserve_slab(void) { kho_preserve_folio(virt_to_folio(kmalloc(64, GFP_KERNEL))); }
static void preserve_freed(void)
{
	struct folio *folio = new_folio(0);

	folio_put(folio);
	kho_preserve_folio(folio);
}
static void preserve_no_area(void) { kho_preserve_vmalloc(kmalloc(64, GFP_KERNEL), &area); }

static void free_preserved_folio(void)
{
	struct folio *folio = new_folio(1);

	kho_preserve_folio(folio);
	folio_put(folio);
}
static void free_preserved_pages(void)
{
	struct page *page = new_pages(2);

	kho_preserve_pages(page + 1, 1);
	__free_pages(page, 2);
}
static void free_preserved_area(void)
{
	void *address = vzalloc(3 * PAGE_SIZE);

	assert_int_equal(kho_preserve_vmalloc(address, &area), 0);
	vfree(address);
}

static void hand_nothing(void) { phys = PFN_PHYS(100); }
static void take_nothing(void) { kho_restore_folio(phys); }

static void hand_two(void)
{
	hand_folio();
	other = phys;
	hand_alloc();
}
static void take_one(void) { take_free(); }
static void take_two(void)
{
	take_free();
	phys = other;
	take_folio();
}

static const struct mistake {
	const char *name;
	void (*before)(void);
	void (*after)(void);
	enum lfb_finding_id id;
} mistakes[] = {
	{ "folio", hand_folio, take_folio, NONE },
	{ "folio, freed", hand_folio, take_folio_and_free_it, NONE },
	{ "pages", hand_pages, take_pages, NONE },
	{ "alloc", hand_alloc, take_free, NONE },
	{ "alloc as folio", hand_alloc, take_folio, NONE },
	{ "area", hand_area, take_area, NONE },
	{ "area in parts", hand_area, take_area_in_parts, NONE },
	{ "own", hand_own, NULL, NONE },
	{ "own, freed", hand_own, take_free, NONE },
	{ "there and back", preserve_and_back, NULL, NONE },
	{ "two of two", hand_two, take_two, NONE },

	{ "folio twice", hand_folio, take_folio_twice, LFB_FINDING_KHO_RESTORED_TWICE },
	{ "pages twice", hand_pages, take_pages_freed_twice, LFB_FINDING_KHO_RESTORED_TWICE },
	{ "alloc twice", hand_alloc, take_free_twice, LFB_FINDING_KHO_RESTORED_TWICE },
	{ "area twice", hand_area, take_area_twice, LFB_FINDING_KHO_RESTORED_TWICE },
	{ "nothing", hand_nothing, take_nothing, LFB_FINDING_KHO_RESTORE_NOT_PRESERVED },
	{ "inside of a folio", hand_folio, take_folio_behind, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "folio as pages", hand_folio, take_more_pages, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "folio freed", hand_folio, take_free, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "pages as folio", hand_pages, take_folio, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "fewer pages", hand_pages, take_fewer_pages, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "more pages", hand_pages, take_more_pages, LFB_FINDING_KHO_RESTORE_MISMATCH },
	{ "less of an area", hand_area, take_less_of_area, LFB_FINDING_KHO_RESTORE_MISMATCH },

	{ "twice", preserve_twice, NULL, LFB_FINDING_KHO_PRESERVED_TWICE },
	{ "part of it", preserve_a_page_of_a_folio, NULL, LFB_FINDING_KHO_PRESERVED_TWICE },
	{ "never", unpreserve_never_preserved, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },
	{ "fewer", unpreserve_fewer, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },
	{ "more", unpreserve_more, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },
	{ "as folio", unpreserve_pages_as_folio, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },
	{ "area gone", unpreserve_area_twice, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },
	{ "freed", unpreserve_free_of_a_folio, NULL, LFB_FINDING_KHO_UNPRESERVE_MISMATCH },

	{ "scratch", preserve_scratch, NULL, LFB_FINDING_KHO_SCRATCH },
	{ "slab", preserve_slab, NULL, LFB_FINDING_KHO_SLAB_PRESERVED },
	{ "free", preserve_freed, NULL, LFB_FINDING_KHO_NOT_ALLOCATED },
	{ "no area", preserve_no_area, NULL, LFB_FINDING_KHO_NOT_ALLOCATED },
	{ "folio freed", free_preserved_folio, NULL, LFB_FINDING_KHO_FREED_WHILE_PRESERVED },
	{ "pages freed", free_preserved_pages, NULL, LFB_FINDING_KHO_FREED_WHILE_PRESERVED },
	{ "area freed", free_preserved_area, NULL, LFB_FINDING_KHO_FREED_WHILE_PRESERVED },
	{ "folio left", hand_folio, NULL, LFB_FINDING_KHO_NEVER_RESTORED },
	{ "pages left", hand_pages, NULL, LFB_FINDING_KHO_NEVER_RESTORED },
	{ "area left", hand_area, NULL, LFB_FINDING_KHO_NEVER_RESTORED },
	{ "page of an area", hand_area, take_page_of_area, LFB_FINDING_KHO_NEVER_RESTORED },
	{ "one of two", hand_two, take_one, LFB_FINDING_KHO_NEVER_RESTORED },
};

static const struct lfb_finding *only_finding(void)
{
	assert_int_equal(kernel->findings.count, 1);
	return kernel->findings.all[0];
}

/* The findings of a mistake all have its id; who does it right has none. */
static void check(const struct mistake *mistake, bool in_callbacks, bool known)
{
	struct lfb_frame frame = { .type = "flb", .name = "iommu-v1", .op = "preserve", .call = 1 };
	bool of_ledger = mistake->id == LFB_FINDING_KHO_RESTORE_MISMATCH && !known;

	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
	kernel->task->frame = in_callbacks ? &frame : NULL;
	mistake->before();
	kernel->task->frame = NULL;
	if (mistake->after || mistake->id == LFB_FINDING_KHO_NEVER_RESTORED ||
	    !kernel->findings.count) {
		assert_int_equal(kho_fixture_handover(kernel), 0);
		if (!known)
			lfb__ledger_jump(kernel, false);
		if (mistake->after)
			mistake->after();
		if (mistake->id == LFB_FINDING_KHO_NEVER_RESTORED ||
		    (mistake->id == NONE && (known || mistake->before != hand_own)))
			kho__check_left(kernel);
	}
	for (size_t i = 0; i < kernel->findings.count; i++) {
		if (kernel->findings.all[i]->id != mistake->id)
			print_error("%s: %s\n", mistake->name, kernel->findings.all[i]->text);
		assert_int_equal(kernel->findings.all[i]->id, mistake->id);
	}
	/* How it was preserved only the ledger knows. */
	if (!of_ledger && !!kernel->findings.count != (mistake->id != NONE))
		fail_msg("%s: %zu findings", mistake->name, kernel->findings.count);
	fixture_stop(kernel);
}

static void each_mistake_is_found_and_what_is_right_is_not(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		check(&mistakes[i], true, true);
		check(&mistakes[i], false, true);
	}
}

/* A machine that boots from a blob does not know how anything was preserved. */
static void what_came_from_elsewhere_is_believed(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		check(&mistakes[i], true, false);
}

static void an_area_preserved_twice_is_one_finding(void **state)
{
	void *address;

	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	address = vzalloc(20 * PAGE_SIZE);
	for (int i = 0; i < 2; i++)
		assert_int_equal(kho_preserve_vmalloc(address, &area), 0);
	assert_int_equal(only_finding()->id, LFB_FINDING_KHO_PRESERVED_TWICE);
	fixture_stop(kernel);
}

static void a_finding_says_how_it_was_preserved_and_by_whom(void **state)
{
	struct lfb_frame frame = { .type = "flb", .name = "iommu-v1", .op = "preserve", .call = 1 };
	char text[256];

	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	kernel->operation = 7;
	kernel->task->frame = &frame;
	hand_folio();
	kernel->task->frame = NULL;
	assert_int_equal(kho_fixture_handover(kernel), 0);
	take_free();
	snprintf(text, sizeof(text), "4 pages were freed by kho_restore_free(): 16384 bytes at "
		 "0x%llx, preserved as a folio by flb iommu-v1 preserve in operation 7",
		 phys);
	assert_string_equal(only_finding()->text, text);
	snprintf(text, sizeof(text), "phys 0x%llx", phys);
	assert_string_equal(only_finding()->object, text);
	fixture_stop(kernel);
}

static unsigned int entries_of(const struct lfb_holder *holder)
{
	const struct list_head *at;
	unsigned int count = 0;

	for (at = holder->entries.next; at != &holder->entries; at = at->next)
		count++;
	return count;
}

/* What a callback made is its holder's until it is freed, and an area is one entry. */
static void the_ledger_knows_what_callbacks_made(void **state)
{
	struct lfb_holder holder;
	struct lfb_frame frame = { .type = "flb", .name = "x", .op = "preserve", .call = 1,
				   .holder = &holder };
	struct page *page;
	void *object, *memory;

	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	lfb__holder_init(&holder);
	kernel->task->frame = &frame;
	object = kmalloc(100, GFP_KERNEL);
	assert_int_equal(lfb__ledger_find(kernel, LFB_LEDGER_SLAB, (uintptr_t)object)->size, 100);
	page = new_pages(1);
	memory = vmalloc(5 * PAGE_SIZE);
	assert_int_equal(entries_of(&holder), 3);
	assert_int_equal(kho_preserve_vmalloc(memory, &area), 0);
	assert_int_equal(entries_of(&holder), 4);
	assert_int_equal(lfb__ledger_find(kernel, LFB_LEDGER_PRESERVED, area.first)->size,
			 5 * PAGE_SIZE);
	kho_unpreserve_vmalloc(&area);
	vfree(memory);
	__free_pages(page, 1);
	kfree(object);
	assert_int_equal(entries_of(&holder), 0);
	kho__alloc_preserve_own(PAGE_SIZE);
	assert_int_equal(entries_of(&holder), 0);
	fixture_stop(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_found_and_what_is_right_is_not),
		cmocka_unit_test(what_came_from_elsewhere_is_believed),
		cmocka_unit_test(an_area_preserved_twice_is_one_finding),
		cmocka_unit_test(a_finding_says_how_it_was_preserved_and_by_whom),
		cmocka_unit_test(the_ledger_knows_what_callbacks_made),
	};
	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
