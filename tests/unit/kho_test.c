// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kexec HandOver through whole boots: what arrives, what is gone, and what is refused. */
#include <libfdt.h>

#include "tests/support/kho_fixture.h"

#define MEMORY (32 * FIXTURE_MIB)
#define ORDERS (MAX_PAGE_ORDER + 1)

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int start_moving(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
}

static int start_vast(void **state)
{
	return kho_fixture_set_up(&kernel, 16 * FIXTURE_GIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

/* A jump that ends before the new kernel has allocated anything. */
static void boot_up_to_init(phys_addr_t root)
{
	fixture_jump(kernel);
	assert_int_equal(kho_fixture_boot(kernel, true, root, NULL), 0);
	fixture_ready(kernel);
}

static void fill(phys_addr_t phys, unsigned int order, int byte)
{
	memset(phys_to_virt(phys), byte, PAGE_SIZE << order);
}

static void assert_filled(phys_addr_t phys, unsigned int order, int byte)
{
	const u8 *bytes = phys_to_virt(phys);

	for (size_t i = 0; i < PAGE_SIZE << order; i++)
		assert_int_equal(bytes[i], byte);
}

static void assert_nothing_works(int error)
{
	struct kho_vmalloc preservation = { 0 };
	phys_addr_t phys;
	int local;

	assert_false(kho_is_enabled());
	assert_false(is_kho_boot());
	assert_int_equal(kho_preserve_folio((void *)&local), error);
	kho_unpreserve_folio((void *)&local);
	assert_int_equal(kho_preserve_pages((void *)&local, 1), error);
	kho_unpreserve_pages((void *)&local, 1);
	assert_int_equal(kho_preserve_vmalloc(&local, &preservation), error);
	kho_unpreserve_vmalloc(&preservation);
	assert_null(kho_restore_folio(0));
	assert_null(kho_restore_pages(0, 1));
	assert_null(kho_restore_vmalloc(&preservation));
	assert_int_equal(PTR_ERR(kho_alloc_preserve(1)), error);
	kho_unpreserve_free(&local);
	kho_restore_free(&local);
	kho__restore_free_sized(&local, 1);
	assert_int_equal(kho_add_subtree("name", &local, 1), -EOPNOTSUPP);
	kho_remove_subtree(&local);
	assert_int_equal(kho_retrieve_subtree("name", &phys, NULL), -EOPNOTSUPP);
	assert_int_equal(kho_finalize(), -EOPNOTSUPP);
}

static void without_a_kernel_everything_is_quiet(void **state)
{
	lfb__current = NULL;
	assert_nothing_works(-EOPNOTSUPP);
	lfb__current = kernel;
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
}

static void with_kho_off_preserving_warns_where_the_map_is_live(void **state)
{
	const bool live = kho_fixture_abi->map_is_live;
	struct lfb_problem problem = { 0 };

	fixture_jump(kernel);
	assert_int_equal(kho_fixture_boot(kernel, false, PAGE_SIZE, &problem), 0);
	fixture_ready(kernel);
	assert_int_equal(kho__init(kernel), 0);
	assert_nothing_works(live ? -EINVAL : -EOPNOTSUPP);
	assert_int_equal(kho_preserve_vmalloc(vmalloc(1), &(struct kho_vmalloc){ 0 }),
			 live ? -ENOMEM : -EOPNOTSUPP);
	assert_int_equal(fixture_warns(kernel), live ? 5 : 0);
	assert_int_equal(kho__root_phys(kernel), 0);
	assert_false(kho__is_preserved(kernel, LFB_LOW_PAGES, 0));
	assert_int_equal(kernel->pages.internal, 0);
	assert_string_equal(problem.what, "");
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
}

static void before_init_nothing_can_be_preserved(void **state)
{
	struct folio *folio;

	boot_up_to_init(0);
	folio = folio_alloc(GFP_KERNEL, 0);
	assert_true(kho_is_enabled());
	assert_int_equal(kho_preserve_folio(folio), -ENOMEM);
	assert_int_equal(kho_add_subtree("name", folio_address(folio), 1), -EOPNOTSUPP);
	kho_remove_subtree(folio_address(folio));
	assert_int_equal(kho_finalize(), -EOPNOTSUPP);
	assert_int_equal(kho__init(kernel), 0);
	assert_int_equal(kho_preserve_folio(folio), 0);
}

static void init_without_room_leaves_nothing_behind(void **state)
{
	/* The root tree and the bitmap with its bit; a live map has five tables above that. */
	const unsigned long needed = kho_fixture_abi->map_is_live ? 7 : 2;
	struct page *page, *room[7];

	for (unsigned long pages = 0; pages <= needed; pages++) {
		boot_up_to_init(0);
		for (unsigned long i = 0; i < pages; i++)
			room[i] = alloc_pages(GFP_KERNEL, 0);
		kho_fixture_exhaust();
		for (unsigned long i = 0; i < pages; i++)
			__free_pages(room[i], 0);
		assert_int_equal(kho__init(kernel), pages < needed ? -ENOMEM : 0);
		assert_int_equal(kernel->pages.internal, pages < needed ? 0 : needed);
		assert_int_equal(!kho__root_phys(kernel), pages < needed);
		assert_int_equal(kho__has_handover(kernel),
				 pages == needed && kho_fixture_abi->map_is_live);
	}
	/* Where no bookkeeping was possible, it does not become so. */
	boot_up_to_init(0);
	assert_non_null(lfb__early_alloc(kernel, kernel->memory.scratch_size));
	page = alloc_pages(GFP_KERNEL, 0);
	room[0] = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	kho_fixture_exhaust();
	assert_int_equal(kho__init(kernel), -ENOMEM);
	__free_pages(room[0], MAX_PAGE_ORDER);
	assert_int_equal(kho_preserve_pages(page, 1), -ENOMEM);
	kho_unpreserve_pages(page, 1);
	assert_int_equal(fixture_warns(kernel), 1);
}

static void what_is_preserved_arrives_and_all_else_is_destroyed(void **state)
{
	phys_addr_t kept[ORDERS], lost[ORDERS];
	const void *old_base = kernel->memory.base;

	assert_false(is_kho_boot());
	for (unsigned int order = 0; order < ORDERS; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);

		kept[order] = PFN_PHYS(folio_pfn(folio));
		fill(kept[order], order, 0x10 + (int)order);
		assert_int_equal(kho_preserve_folio(folio), 0);
		lost[order] = page_to_phys(alloc_pages(GFP_KERNEL, order));
		fill(lost[order], order, 0x40);
	}
	assert_int_equal(kho_fixture_finalize(), 0);
	boot_up_to_init(kho__root_phys(kernel));

	assert_true(is_kho_boot());
	assert_true(kernel->memory.base != old_base);
	for (unsigned int order = 0; order < ORDERS; order++) {
		assert_filled(kept[order], order, 0x10 + (int)order);
		assert_filled(lost[order], order, LFB_POISON_DESTROYED);
	}
	/* Nothing that is handed over is given out. */
	assert_int_equal(kho__init(kernel), 0);
	kho_fixture_exhaust();
	for (unsigned int order = 0; order < ORDERS; order++) {
		assert_filled(kept[order], order, 0x10 + (int)order);
		assert_non_null(kho_restore_folio(kept[order]));
		assert_null(kho_restore_folio(kept[order]));
	}
	assert_int_equal(fixture_warns(kernel), ORDERS);
	assert_int_equal(kernel->pages.incoming, 1);
}

static void what_nobody_restored_is_gone_in_the_third_kernel(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);
	const phys_addr_t phys = PFN_PHYS(folio_pfn(folio));
	phys_addr_t first_root = kho__root_phys(kernel);

	fill(phys, 2, 0x11);
	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kernel->kho.incoming_root_phys, first_root);
	assert_filled(phys, 2, 0x11);
	assert_true(kho__root_phys(kernel) != first_root);
	assert_int_equal(kho_fixture_finalize(), 0);
	boot_up_to_init(kho__root_phys(kernel));
	assert_true(is_kho_boot());
	assert_filled(phys, 2, LFB_POISON_DESTROYED);
	assert_filled(first_root, 0, LFB_POISON_DESTROYED);
	assert_null(kho_restore_folio(phys));
	assert_int_equal(fixture_warns(kernel), 1);
}

static void the_incoming_root_tree_is_readable_for_the_whole_life(void **state)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	const phys_addr_t at = virt_to_phys(blob);
	phys_addr_t phys;

	assert_int_equal(kho_add_subtree("LUO", blob, 8), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	kho_restore_free(phys_to_virt(at));
	kho_fixture_exhaust();
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), 0);
	assert_int_equal(phys, at);
	assert_int_equal(kho_fixture_finalize(), kho_fixture_abi->map_is_live ? 0 : -ENOMEM);
	assert_true(
		kho__fdt_compatible_is(phys_to_virt(kernel->kho.incoming_root_phys), 0,
				       kho_fixture_abi->compatible));
}

static u64 draw(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

/* Is any page of the block already part of a marked one? */
static bool is_taken(unsigned long pfn, unsigned int order)
{
	for (unsigned int other = 0; other < ORDERS; other++) {
		unsigned long at = pfn & ~((1ul << other) - 1);

		for (; at < pfn + (1ul << order); at += 1ul << other) {
			if (kho__is_preserved(kernel, at, other))
				return true;
		}
	}
	return false;
}

static void every_generated_set_of_blocks_is_handed_over(void **state)
{
	static struct {
		unsigned long pfn;
		unsigned int order;
	} block[40];
	const unsigned long end = PHYS_PFN(kernel->memory.scratch);

	for (u64 seed = 1; seed <= 6; seed++) {
		unsigned long pages = 1, restored = 0;
		size_t count = 0;
		u64 value = seed;

		while (count < ARRAY_SIZE(block)) {
			unsigned int order = draw(&value) % ORDERS;
			unsigned long pfn = draw(&value) % end & ~((1ul << order) - 1);
			unsigned int neighbours = draw(&value) % 3;

			for (; neighbours-- && count < ARRAY_SIZE(block); pfn += 1ul << order) {
				if (pfn < LFB_LOW_PAGES || pfn + (1ul << order) > end ||
				    is_taken(pfn, order))
					continue;
				assert_int_equal(kho__track_prepare(kernel, pfn, 1ul << order), 0);
				kho__track_set(kernel, pfn, 1ul << order);
				block[count].pfn = pfn;
				block[count++].order = order;
				pages += 1ul << order;
			}
		}
		assert_int_equal(kernel->kho.blocks, count + 1);
		assert_int_equal(kho_fixture_handover(kernel), 0);
		assert_int_equal(kernel->pages.incoming, pages);
		for (size_t i = 0; i < count; i++) {
			struct folio *folio = kho_restore_folio(PFN_PHYS(block[i].pfn));

			assert_non_null(folio);
			assert_int_equal(folio_order(folio), block[i].order);
			restored += folio_nr_pages(folio);
		}
		assert_int_equal(kernel->pages.incoming, pages - restored);
		assert_int_equal(pages - restored, 1);
		assert_int_equal(fixture_warns(kernel), 0);
		assert_int_equal(kho_fixture_jump(kernel, 0, NULL), 0);
	}
}

/*
 * Roots that are none
 */

/* Jumps with the finalized root tree as it is; it must be no KHO boot, for this reason. */
static void assert_no_kho_boot(phys_addr_t root, const char *reason)
{
	struct lfb_problem problem = { 0 };

	assert_int_equal(kho_fixture_jump(kernel, root, &problem), 0);
	assert_non_null(strstr(problem.what, reason));
	assert_int_equal(problem.where, root);
	assert_false(is_kho_boot());
	assert_true(kho_is_enabled());
	assert_int_equal(kernel->pages.incoming, 0);
}

static void what_is_no_root_tree_makes_no_kho_boot(void **state)
{
	const struct kho_abi *other = kho_fixture_abi == &kho__abi_v1 ? &kho__abi_v4 : &kho__abi_v1;
	char reason[64];

	assert_int_equal(kho__root_set_map(kernel->kho.root, 0), 0);
	assert_no_kho_boot(kho__root_phys(kernel), "no map");
	assert_no_kho_boot(MEMORY, "no page with a root tree");
	assert_no_kho_boot(~0xfffull, "no page with a root tree");
	assert_no_kho_boot(kho__root_phys(kernel) + 8, "no page with a root tree");
	assert_no_kho_boot(kernel->memory.scratch, "magic");

	assert_int_equal(kho_fixture_finalize(), 0);
	assert_int_equal(fdt_setprop_string(kernel->kho.root, 0, "compatible", other->compatible),
			 0);
	snprintf(reason, sizeof(reason), "\"%s\", this kernel reads \"%s\"", other->compatible,
		 kho_fixture_abi->compatible);
	assert_no_kho_boot(kho__root_phys(kernel), reason);
	assert_int_equal(kho_fixture_finalize(), 0);
	assert_int_equal(fdt_delprop(kernel->kho.root, 0, "compatible"), 0);
	assert_no_kho_boot(kho__root_phys(kernel), "\"\"");
	assert_int_equal(kho_fixture_finalize(), 0);
	assert_int_equal(fdt_delprop(kernel->kho.root, 0, "preserved-memory-map"), 0);
	assert_no_kho_boot(kho__root_phys(kernel), "missing");
}

/* Jumps with the finalized root tree; the map must be refused for this reason. */
static void assert_refused(phys_addr_t where, const char *reason)
{
	struct lfb_problem problem = { 0 };

	fixture_jump(kernel);
	assert_int_equal(kho_fixture_boot(kernel, true, where & PAGE_MASK, &problem),
			 -EINVAL);
	assert_non_null(strstr(problem.what, reason));
	assert_false(is_kho_boot());
	/* The way on after a refusal: the same kernel, cold. */
	lfb__pages_begin(kernel);
	assert_int_equal(kho_fixture_boot(kernel, true, 0, NULL), 0);
	fixture_ready(kernel);
	assert_int_equal(kernel->pages.incoming, 0);
	assert_int_equal(kho__init(kernel), 0);
}

static void maps_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		unsigned long pfn;
		unsigned int order;
		const char *reason;
	} cases[] = {
		{ 0, 0, "lies where none may be" },
		{ LFB_LOW_PAGES - 1, 0, "lies where none may be" },
		{ PHYS_PFN(MEMORY) - 1, 0, "lies where none may be" },
		{ PHYS_PFN(MEMORY) - 1024, 10, "lies where none may be" },
		{ 2048, 3, "overlaps another one" },
		{ 2048 + 8, 3, "overlaps another one" },
		{ 2048 + 15, 0, "overlaps another one" },
		{ 2048, 10, "overlaps another one" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(kho__track_prepare(kernel, 2048, 16), 0);
		kho__track_set(kernel, 2048, 16);
		assert_int_equal(kho__track_prepare(kernel, cases[i].pfn, 1ul << cases[i].order),
				 0);
		kho__track_set(kernel, cases[i].pfn, 1ul << cases[i].order);
		assert_int_equal(kho_fixture_finalize(), 0);
		assert_refused(kho__root_phys(kernel), cases[i].reason);
	}

	kho__track_clear(kernel, PHYS_PFN(kho__root_phys(kernel)), 1);
	assert_int_equal(kho_alloc_preserve(1) ? kho_fixture_finalize() : -1, 0);
	assert_refused(kho__root_phys(kernel), "not in preserved memory");

	assert_int_equal(kho_fixture_finalize(), 0);
	assert_int_equal(kho__root_set_map(kernel->kho.root, 0x11), 0);
	assert_refused(kho__root_phys(kernel), "0x11 is no page");
}

/*
 * Trace
 */

struct events {
	char text[2048];
};

static void write_down(void *context, const struct lfb_event *event)
{
	struct events *events = context;
	size_t length = strlen(events->text);
	char detail[128];

	if (event->kind != LFB_EVENT_KHO)
		return;
	lfb_event_detail(event, detail, sizeof(detail));
	length += (size_t)snprintf(events->text + length, sizeof(events->text) - length, "%s %s",
				   lfb_event_action(event), detail);
	if (event->has_result)
		length += (size_t)snprintf(events->text + length, sizeof(events->text) - length,
					   " = %ld", event->result);
	snprintf(events->text + length, sizeof(events->text) - length, "\n");
}

static void every_change_is_an_event(void **state)
{
	struct events events = { "" };
	char boot[80];
	struct kho_vmalloc preservation, other;
	struct folio *folio;
	struct page *page;
	phys_addr_t phys;
	void *mem;

	fixture_stop(kernel);
	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_ASCENDING);
	kernel->trace.sink = write_down;
	kernel->trace.context = &events;
	folio = folio_alloc(GFP_KERNEL, 1);
	page = alloc_pages(GFP_KERNEL, 2);
	kho_preserve_folio(folio);
	kho_unpreserve_folio(folio);
	kho_preserve_folio(folio);
	kho_preserve_pages(page, 3);
	kho_unpreserve_pages(page, 3);
	kho_preserve_pages(page, 3);
	kho_unpreserve_free(kho_alloc_preserve(1));
	mem = kho_alloc_preserve(1);
	kho_preserve_vmalloc(vmalloc(PAGE_SIZE), &preservation);
	kho_preserve_vmalloc(vmalloc(PAGE_SIZE), &other);
	kho_unpreserve_vmalloc(&other);
	kho_add_subtree("LUO", mem, 1);
	kho_add_subtree("LUO", mem, 1);
	kho_remove_subtree(mem);
	kho_add_subtree("LUO", mem, 1);
	snprintf(boot, sizeof(boot), "%sboot root=0x%llx pages=9\n",
		 kho_fixture_abi->map_is_live ? "" : "finalize blocks=7 = 0\n",
		 kho__root_phys(kernel));
	kho_fixture_handover(kernel);
	assert_non_null(strstr(events.text, boot));
	*strstr(events.text, boot) = '\0';
	assert_string_equal(events.text,
			    "preserve-folio phys=0x10000 order=1 = 0\n"
			    "unpreserve-folio phys=0x10000 order=1\n"
			    "preserve-folio phys=0x10000 order=1 = 0\n"
			    "preserve-pages phys=0x12000 pages=3 = 0\n"
			    "unpreserve-pages phys=0x12000 pages=3\n"
			    "preserve-pages phys=0x12000 pages=3 = 0\n"
			    "alloc-preserve phys=0x16000 order=0 = 0\n"
			    "unpreserve-free phys=0x16000 order=0\n"
			    "alloc-preserve phys=0x17000 order=0 = 0\n"
			    "preserve-vmalloc pages=1 = 0\n"
			    "preserve-vmalloc pages=1 = 0\n"
			    "unpreserve-vmalloc pages=1\n"
			    "add-subtree LUO phys=0x17000 = 0\n"
			    "add-subtree LUO phys=0x17000 = -17\n"
			    "remove-subtree phys=0x17000\n"
			    "add-subtree LUO phys=0x17000 = 0\n");
	events.text[0] = '\0';
	kho_retrieve_subtree("LUO", &phys, NULL);
	kho_restore_free(phys_to_virt(phys));
	kho_restore_folio(0x10000);
	kho_restore_pages(0x12000, 3);
	kho_restore_vmalloc(&preservation);
	assert_string_equal(events.text,
			    "retrieve-subtree LUO = 0\n"
			    "restore-free phys=0x17000 pages=1\n"
			    "restore-folio phys=0x10000 order=1\n"
			    "restore-pages phys=0x12000 pages=3\n"
			    "restore-vmalloc pages=1\n");
}

int main(void)
{
#define TEST_IN(name, setup) cmocka_unit_test_setup_teardown(name, setup, stop)
#define TEST(name) TEST_IN(name, start)
	const struct CMUnitTest tests[] = {
		TEST(without_a_kernel_everything_is_quiet),
		TEST(with_kho_off_preserving_warns_where_the_map_is_live),
		TEST(before_init_nothing_can_be_preserved),
		TEST(init_without_room_leaves_nothing_behind),
		TEST_IN(what_is_preserved_arrives_and_all_else_is_destroyed, start_moving),
		TEST(what_nobody_restored_is_gone_in_the_third_kernel),
		TEST(the_incoming_root_tree_is_readable_for_the_whole_life),
		TEST_IN(every_generated_set_of_blocks_is_handed_over, start_vast),
		TEST(what_is_no_root_tree_makes_no_kho_boot),
		TEST(maps_that_make_no_sense_are_refused),
		TEST(every_change_is_an_event),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
