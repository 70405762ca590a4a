// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Findings about memory: what is in it when it is handed over, what is expected of it in the next
 * kernel, and pointers that lead nowhere.
 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/page.h"
#include "tests/support/kho_fixture.h"

#define MEMORY (16 * FIXTURE_MIB)

static struct lfb_kernel *kernel;
static struct lfb_frame frame = { .type = "flb", .name = "iommu-v1", .op = "preserve", .call = 1 };

static void start(enum lfb_memory_mode mode)
{
	kernel = kho_fixture_start(MEMORY, mode, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
	kernel->catch_faults = true;
	kernel->operation = 3;
}

static int start_remapped(void **state)
{
	start(LFB_MEMORY_REMAP);
	return 0;
}

static int start_fixed(void **state)
{
	start(LFB_MEMORY_FIXED);
	return 0;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

/* Preserved memory of flb iommu-v1. */
static u64 *hand_over(size_t size)
{
	struct lfb_frame preserving = frame;
	u64 *memory;

	kernel->task->frame = &preserving;
	memory = kho_alloc_preserve(size);
	kernel->task->frame = NULL;
	assert_false(IS_ERR(memory));
	return memory;
}

static const struct lfb_finding *only_finding(enum lfb_finding_id id)
{
	assert_int_equal(kernel->findings.count, 1);
	assert_string_equal(lfb_finding_name(kernel->findings.all[0]->id), lfb_finding_name(id));
	return kernel->findings.all[0];
}

static void assert_text(const struct lfb_finding *finding, const char *object, const char *text)
{
	const char *is = finding->text ? finding->text : "";

	assert_string_equal(finding->object, object);
	if (!strstr(is, text))
		fail_msg("\"%s\" is not in \"%s\"", text, is);
}

static void assert_phys(const struct lfb_finding *finding, phys_addr_t phys, const char *text)
{
	assert_text(finding, lfb__phys_object(phys).text, text);
}

/*
 * What was not preserved
 */

static void memory_that_was_not_preserved_is_not_there(void **state)
{
	phys_addr_t phys = page_to_phys(alloc_pages(GFP_KERNEL, 1)) + PAGE_SIZE + 8;
	phys_addr_t preserved = virt_to_phys(hand_over(PAGE_SIZE));

	assert_int_equal(kho_fixture_handover(kernel), 0);
	phys_to_virt(preserved);
	assert_int_equal(kernel->findings.count, 0);
	phys_to_virt(phys);
	assert_phys(only_finding(LFB_FINDING_MEM_NOT_PRESERVED), phys, "was in use");
	lfb__findings_forget(&kernel->findings);
	phys_to_page(phys);
	only_finding(LFB_FINDING_MEM_NOT_PRESERVED);
	lfb__findings_forget(&kernel->findings);
	pfn_to_page(PHYS_PFN(phys));
	only_finding(LFB_FINDING_MEM_NOT_PRESERVED);
}

static void pages_that_are_lost_in_a_row_are_one_finding(void **state)
{
	const phys_addr_t phys = page_to_phys(alloc_pages(GFP_KERNEL, 3));
	struct lfb_frame asking = frame;

	assert_int_equal(kho_fixture_handover(kernel), 0);
	kernel->task->frame = &asking;
	for (unsigned int i = 0; i < 5; i++)
		phys_to_virt(phys + i * PAGE_SIZE);
	assert_phys(only_finding(LFB_FINDING_MEM_NOT_PRESERVED), phys, "was in use");
	/* Not in a row; and another call. */
	phys_to_virt(phys + 6 * PAGE_SIZE);
	assert_int_equal(kernel->findings.count, 2);
	asking.call++;
	phys_to_virt(phys + 7 * PAGE_SIZE);
	assert_int_equal(kernel->findings.count, 3);
	kernel->task->frame = NULL;
}

/* Also where slab memory lies again. */
static void slab_memory_that_was_handed_over_is_called_so(void **state)
{
	struct lfb_frame retrieving = { .type = "flb", .name = "x", .op = "retrieve", .call = 1 };
	phys_addr_t phys = virt_to_phys(kmalloc(8 * PAGE_SIZE, GFP_KERNEL)) + 7 * PAGE_SIZE;

	assert_int_equal(kho_fixture_handover(kernel), 0);
	phys_to_virt(phys);
	assert_phys(only_finding(LFB_FINDING_MEM_SLAB_HANDED_OVER), phys, "slab memory");
	lfb__findings_forget(&kernel->findings);
	while (!(lfb__page(kernel, PHYS_PFN(phys))->flags & PG_SLAB))
		assert_non_null(kmalloc(512, GFP_KERNEL));
	phys_to_virt(phys);
	assert_int_equal(kernel->findings.count, 0);
	kernel->task->frame = &retrieving;
	phys_to_virt(phys);
	kernel->task->frame = NULL;
	only_finding(LFB_FINDING_MEM_SLAB_HANDED_OVER);
}

/* Never used, freed in time, used anew, of a kernel before that or of another life: all is well. */
static void other_memory_is_nobodys_mistake(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 9);
	phys_addr_t freed = page_to_phys(page) + 511 * PAGE_SIZE;
	phys_addr_t phys = virt_to_phys(kmalloc(8 * PAGE_SIZE, GFP_KERNEL)) + 7 * PAGE_SIZE;

	__free_pages(page, 9);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	phys_to_virt(MEMORY / 2);
	phys_to_virt(freed);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	phys_to_virt(phys);
	page = alloc_pages(GFP_KERNEL, 4);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	while (page_to_phys(alloc_pages(GFP_KERNEL, 0)) < MEMORY / 4)
		;
	phys_to_virt(page_to_phys(page));
	fixture_boot(kernel);
	phys_to_virt(page_to_phys(page));
	assert_int_equal(kernel->findings.count, 0);
}

static void a_callback_that_asks_for_nothing_is_noted(void **state)
{
	static const phys_addr_t nowhere[] = { 0, 0xffff, MEMORY, ~0ull };

	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		struct lfb_frame asking = frame;

		kernel->task->frame = &asking;
		phys_to_virt(MEMORY / 2);
		assert_false(asking.touched_nothing);
		phys_to_virt(nowhere[i]);
		assert_true(asking.touched_nothing);
	}
	kernel->task->frame = NULL;
}

/*
 * What is in it
 */

static void a_pointer_that_is_handed_over_is_found(void **state)
{
	u64 *memory = hand_over(2 * PAGE_SIZE);
	void *object = kmalloc(64, GFP_KERNEL), *mapped = vmalloc(PAGE_SIZE);
	char text[160];

	memory[700] = (uintptr_t)object + 8;
	memory[900] = (uintptr_t)mapped;
	lfb__check_serialized(kernel);
	snprintf(text, sizeof(text), "at 0x%llx, offset 5600 of the block of 8192 bytes at 0x%llx, "
		 "preserved by flb iommu-v1 preserve in operation 3; and more",
		 virt_to_phys(&memory[700]),
		 virt_to_phys(memory));
	assert_text(only_finding(LFB_FINDING_MEM_POINTER_HANDED_OVER),
		    lfb__phys_object(virt_to_phys(&memory[700])).text, text);
}

static void numbers_that_are_no_addresses_are_not(void **state)
{
	u64 *memory = hand_over(PAGE_SIZE);
	u64 *own = kho__alloc_preserve_own(PAGE_SIZE);
	u64 *not_handed_over = kmalloc(64, GFP_KERNEL);

	memory[0] = virt_to_phys(memory);
	memory[1] = ~0ull;
	memory[2] = LFB_ADDRESSES_START;
	memory[3] = (uintptr_t)kernel->memory.base + kernel->memory.window_stride - 1;
	memcpy(&memory[5], "a word, a label, a name", 24);
	memory[4] = (uintptr_t)kernel->memory.base + kernel->memory.size;
	own[0] = (uintptr_t)own;
	not_handed_over[0] = (uintptr_t)own;
	assert_true(lfb__is_kernel_address(kernel, (uintptr_t)own));
	lfb__check_serialized(kernel);
	assert_int_equal(kernel->findings.count, 0);
}

static void nothing(void)
{
}

/* Symbols of a program are not known to the dynamic linker, those of the C library are. */
static void a_pointer_to_what_is_the_hosts_is_called_what_it_is(void **state)
{
	static const char constant[8];
	static int data;
	void *heap = malloc(64), *mapped = malloc(1 << 20);
	/* A sanitizer may move what is on the stack. */
	const struct {
		u64 value;
		const char *text;
	} kinds[] = {
		{ (uintptr_t)&data, "a pointer to module data is at" },
		{ (uintptr_t)constant + 4, "a pointer to module data is at" },
		{ (uintptr_t)nothing, "a pointer to module code is at" },
		{ (uintptr_t)dlsym(RTLD_DEFAULT, "strtol"), "to module code 'strtol' is at" },
		{ (uintptr_t)dlsym(RTLD_DEFAULT, "stdout") + 4, "to module data 'stdout'+0x4 is" },
		{ (uintptr_t)__builtin_frame_address(0), "a pointer to the stack is at" },
		{ (uintptr_t)heap + 1, "a pointer to the host's heap is at" },
		{ (uintptr_t)mapped, "a pointer to the host's heap is at" },
		{ (uintptr_t)pfn_to_page(20), "a pointer to a struct page is at" },
	};
	u64 *memory = hand_over(PAGE_SIZE);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		memory[20] = kinds[i].value;
		lfb__check_serialized(kernel);
		assert_phys(only_finding(LFB_FINDING_MEM_POINTER_HANDED_OVER),
			    virt_to_phys(&memory[20]), kinds[i].text);
		lfb__findings_forget(&kernel->findings);
	}
	free(mapped);
	free(heap);
}

static void *behind_own_frame(void *what)
{
	struct lfb_list map = { 0 };

	lfb__behind_read(&map);
	*(enum lfb_behind *)what = lfb__behind(&map, (uintptr_t)__builtin_frame_address(0));
	lfb__list_free(&map);
	return NULL;
}

static void a_threads_stack_is_one(void **state)
{
	enum lfb_behind what = LFB_BEHIND_NOTHING;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, behind_own_frame, &what), 0);
	pthread_join(thread, NULL);
	assert_int_equal(what, LFB_BEHIND_STACK);
}

static void large_blocks_are_not_looked_through(void **state)
{
	u64 *large = hand_over(PAGE_SIZE << 5), *small = hand_over(PAGE_SIZE << 4);

	large[4] = (uintptr_t)large;
	lfb__check_serialized(kernel);
	assert_int_equal(kernel->findings.count, 0);
	small[(PAGE_SIZE << 4) / 8 - 1] = (uintptr_t)large;
	lfb__check_serialized(kernel);
	only_finding(LFB_FINDING_MEM_POINTER_HANDED_OVER);
}

__attribute__((no_sanitize("address", "undefined"))) static long write_to(void *argument)
{
	*(volatile u64 *)argument += 1;
	return 0;
}

/* Frameworks put a handler of their own there before each test. */
static bool died(void *address)
{
	lfb__guard_install();
	return lfb__guarded(kernel, write_to, address) == -EFAULT;
}

static long do_nothing(void *argument)
{
	return 0;
}

static void a_write_after_the_state_is_serialized_is_found(void **state)
{
	u64 *memory = hand_over(PAGE_SIZE), *own = kho__alloc_preserve_own(PAGE_SIZE);

	write_to(memory);
	lfb__check_serialized(kernel);
	lfb__guarded(kernel, do_nothing, NULL);
	lfb__guarded(kernel, write_to, own);
	lfb__guarded(kernel, write_to, kmalloc(8, GFP_KERNEL | __GFP_ZERO));
	assert_int_equal(kernel->findings.count, 0);
	lfb__guarded(kernel, write_to, memory);
	assert_phys(only_finding(LFB_FINDING_KHO_WRITTEN_AFTER_SERIALIZE), virt_to_phys(memory),
		    "preserved by flb iommu-v1 preserve in operation 3");
	lfb__guarded(kernel, do_nothing, NULL);
	assert_int_equal(kernel->findings.all[0]->times, 1);
	write_to(memory);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kernel->findings.all[0]->times, 2);
}

static void writing_before_or_in_the_next_kernel_is_right(void **state)
{
	u64 *memory = hand_over(PAGE_SIZE);
	phys_addr_t phys = virt_to_phys(memory);

	lfb__guarded(kernel, write_to, memory);
	lfb__check_serialized(kernel);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	lfb__guarded(kernel, write_to, phys_to_virt(phys));
	assert_int_equal(kernel->findings.count, 0);
}

/*
 * Stray pointers
 */

static void a_stale_pointer_is_found_where_it_was_handed_over(void **state)
{
	u64 *memory = hand_over(PAGE_SIZE), *target = hand_over(PAGE_SIZE);
	phys_addr_t phys = virt_to_phys(memory), target_phys = virt_to_phys(target);
	char text[160];

	memory[1] = (uintptr_t)target;
	memory[5] = (uintptr_t)target - 256;
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_true(died(target + 2));
	snprintf(text, sizeof(text), "it was found at 0x%llx, offset 8 of the block of 4096 bytes "
		 "at 0x%llx, preserved by flb iommu-v1 preserve in operation 3",
		 phys + 8, phys);
	assert_phys(only_finding(LFB_FINDING_MEM_STALE_POINTER), target_phys + 16, text);
}

/* After it was restored, and without knowing of its preservation. */
static void a_stale_pointer_is_found_in_restored_and_in_foreign_memory(void **state)
{
	for (int foreign = 0; foreign < 2; foreign++) {
		u64 *memory = hand_over(PAGE_SIZE), *target = hand_over(PAGE_SIZE);
		phys_addr_t phys = virt_to_phys(memory);

		memory[511] = (uintptr_t)target;
		assert_int_equal(kho_fixture_handover(kernel), 0);
		if (foreign)
			lfb__ledger_jump(kernel, false);
		else
			kho_restore_folio(phys);
		assert_true(died(target));
		assert_non_null(strstr(only_finding(LFB_FINDING_MEM_STALE_POINTER)->text,
				       foreign ? "in memory that was handed over" : "offset 4088"));
		lfb__findings_forget(&kernel->findings);
		fixture_boot(kernel);
		assert_int_equal(kho_fixture_jump(kernel, 0, NULL), 0);
	}
}

static void a_stale_pointer_from_elsewhere_is_one_as_well(void **state)
{
	u64 *target = hand_over(PAGE_SIZE);

	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_true(died(target));
	assert_null(strstr(only_finding(LFB_FINDING_MEM_STALE_POINTER)->text, "found"));
}

static void a_stale_vmalloc_address_is_known_by_where_it_was(void **state)
{
	u64 *memory = hand_over(PAGE_SIZE);

	memory[3] = (uintptr_t)vmalloc(PAGE_SIZE);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	kernel->task->frame = &frame;
	assert_true(died(kernel->memory.vmalloc_base + 24));
	assert_text(only_finding(LFB_FINDING_MEM_STALE_POINTER), "flb iommu-v1", "offset 24 of");
}

static void a_pointer_to_nothing_is_wild(void **state)
{
	static u64 *const wild[] = { NULL, (u64 *)0x18, (u64 *)0xdbdbdbdbdbdbdbd8ul };

	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		kernel->task->frame = &frame;
		assert_true(died(wild[i]));
		assert_text(only_finding(LFB_FINDING_MEM_WILD_POINTER), "flb iommu-v1",
			    i == 1 ? "NULL pointer dereference at offset 24" : "");
		lfb__findings_forget(&kernel->findings);
		fixture_bugs(kernel);
	}
	kernel->task->frame = NULL;
	assert_true(died(NULL));
	assert_text(only_finding(LFB_FINDING_MEM_WILD_POINTER), "task finding_memory_test", "");
}

static void what_is_behind_a_vmalloc_area_and_what_was_one_are_told_apart(void **state)
{
	u8 *area = vmalloc(2 * PAGE_SIZE), *behind = vmalloc(PAGE_SIZE);

	assert_true(died(area + 2 * PAGE_SIZE + 8));
	assert_text(only_finding(LFB_FINDING_MEM_OVERRUN), "task finding_memory_test",
		    "offset 8 behind");
	lfb__findings_forget(&kernel->findings);
	fixture_bugs(kernel);
	vfree(behind);
	assert_true(died(behind + 8));
	assert_text(only_finding(LFB_FINDING_MEM_USE_AFTER_FREE), "task finding_memory_test",
		    ": 4096 bytes, freed outside of callbacks in operation 3, were used at "
		    "offset 8");
}

/*
 * Freeing
 */

static void free_twice(void *object) { kfree(object), kfree(object); }
static void free_inside(void *object) { kfree((u8 *)object + 8); }
static void free_page_of_slab(void *object) { __free_pages(virt_to_page(object), 0); }
static void free_as_area(void *object) { vfree(object); }
static void free_foreign(void *object) { (void)object, kfree(&kernel); }
static void put_twice(void *object)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	folio_put(folio);
	folio_put(folio);
}
static void free_with_another_order(void *object)
{
	__free_pages(alloc_pages(GFP_KERNEL, 1), 0);
}

static void freeing_what_is_not_there_is_found(void **state)
{
	static void (*const wrong[])(void *) = {
		free_twice, free_inside, free_page_of_slab, free_as_area, free_foreign, put_twice,
		free_with_another_order,
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		wrong[i](kmalloc(100, GFP_KERNEL));
		only_finding(LFB_FINDING_MEM_BAD_FREE);
		if (i < 2)
			assert_string_equal(kernel->findings.all[0]->object, "object kmalloc-128");
		lfb__findings_forget(&kernel->findings);
		fixture_bugs(kernel);
	}
}

static void a_reference_on_a_freed_folio_is_use_after_free(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	folio_put(folio);
	folio_get(folio);
	only_finding(LFB_FINDING_MEM_USE_AFTER_FREE);
}

static void without_checks_nothing_is_looked_at(void **state)
{
	u64 *memory;
	phys_addr_t phys;

	kernel->checks = LFB_CHECKS_OFF;
	memory = hand_over(PAGE_SIZE);
	memory[0] = (uintptr_t)memory;
	phys = virt_to_phys(kmalloc(64, GFP_KERNEL));
	lfb__check_serialized(kernel);
	lfb__guarded(kernel, write_to, memory);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	phys_to_virt(phys);
	kho__check_left(kernel);
	assert_int_equal(kernel->findings.count, 0);
	assert_int_equal(kernel->ledger.table.count, 0);
}

#define remapped_test(f) cmocka_unit_test_setup_teardown(f, start_remapped, stop)
#define fixed_test(f) cmocka_unit_test_setup_teardown(f, start_fixed, stop)
#define both_tests(f) remapped_test(f), fixed_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both_tests(memory_that_was_not_preserved_is_not_there),
		both_tests(pages_that_are_lost_in_a_row_are_one_finding),
		both_tests(slab_memory_that_was_handed_over_is_called_so),
		both_tests(other_memory_is_nobodys_mistake),
		fixed_test(a_callback_that_asks_for_nothing_is_noted),
		both_tests(a_pointer_that_is_handed_over_is_found),
		both_tests(numbers_that_are_no_addresses_are_not),
		both_tests(a_pointer_to_what_is_the_hosts_is_called_what_it_is),
		cmocka_unit_test(a_threads_stack_is_one),
		fixed_test(large_blocks_are_not_looked_through),
		both_tests(a_write_after_the_state_is_serialized_is_found),
		both_tests(writing_before_or_in_the_next_kernel_is_right),
		remapped_test(a_stale_pointer_is_found_where_it_was_handed_over),
		remapped_test(a_stale_pointer_is_found_in_restored_and_in_foreign_memory),
		remapped_test(a_stale_pointer_from_elsewhere_is_one_as_well),
		fixed_test(a_stale_vmalloc_address_is_known_by_where_it_was),
		both_tests(a_pointer_to_nothing_is_wild),
		fixed_test(what_is_behind_a_vmalloc_area_and_what_was_one_are_told_apart),
		fixed_test(freeing_what_is_not_there_is_found),
		fixed_test(a_reference_on_a_freed_folio_is_use_after_free),
		fixed_test(without_checks_nothing_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
