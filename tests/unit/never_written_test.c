// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Bytes that are handed over and that nobody wrote. */
#include "sim/kernel/memory/check.h"
#include "tests/support/kho_fixture.h"

#define MEMORY (16 * FIXTURE_MIB)
#define NEVER_WRITTEN 0xa3c5b1e7u

static struct lfb_kernel *kernel;
static struct lfb_frame frame = { .type = "flb", .name = "iommu-v1", .op = "preserve", .call = 1 };

static int start(void **state)
{
	kernel = kho_fixture_start(MEMORY, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);
	if (!kernel)
		return -1;
	kernel->operation = 3;
	frame.site = NULL;
	kernel->task->frame = &frame;
	return 0;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static u32 *page_of(gfp_t gfp, unsigned int order)
{
	struct folio *folio = folio_alloc(gfp, order);

	assert_non_null(folio);
	assert_int_equal(kho_preserve_folio(folio), 0);
	return folio_address(folio);
}

static void serialize(void)
{
	kernel->task->frame = NULL;
	lfb__check_serialized(kernel);
}

static void assert_hole(const void *memory, unsigned int offset, const char *text)
{
	const struct lfb_finding *finding = kernel->findings.all[0];
	const phys_addr_t phys = virt_to_phys(memory) + offset;
	char bytes[80];

	assert_int_equal(kernel->findings.count, 1);
	assert_int_equal(finding->id, LFB_FINDING_MEM_NEVER_WRITTEN);
	assert_string_equal(finding->object, lfb__phys_object(phys).text);
	snprintf(bytes, sizeof(bytes), "%s at 0x%llx were never written", text, phys);
	assert_ptr_equal(strstr(finding->text, bytes), finding->text);
}

static void a_hole_is_found_and_is_zeros_afterwards(void **state)
{
	u32 *page = page_of(GFP_KERNEL, 0);

	page[0] = 1;
	page[3] = 2;
	page[5] = 3;
	serialize();
	assert_hole(page, 4, "8 bytes");
	assert_non_null(strstr(kernel->findings.all[0]->text, "preserved by flb iommu-v1 preserve "
			       "in operation 3; and more in the same block"));
	assert_true(!page[1] && !page[2] && !page[4] && !page[1023]);
}

static void what_is_behind_all_that_was_written_is_no_hole(void **state)
{
	u32 *page = page_of(GFP_KERNEL, 1), *untouched = page_of(GFP_KERNEL, 0);

	memset(page, 1, 24);
	serialize();
	assert_int_equal(kernel->findings.count, 0);
	assert_true(!page[6] && !page[2047] && !untouched[0]);
}

static void zeros_that_were_asked_for_are_written(void **state)
{
	u32 *page = page_of(GFP_KERNEL | __GFP_ZERO, 0), *own = kho_alloc_preserve(PAGE_SIZE);
	u32 *object = kzalloc(64, GFP_KERNEL), *area = vzalloc(PAGE_SIZE);

	page[9] = 1;
	own[9] = 1;
	assert_true(!object[0] && !object[15] && !area[0]);
	assert_false(kernel->pages.never_written);
	serialize();
	assert_int_equal(kernel->findings.count, 0);
}

static void a_part_of_a_word_is_enough(void **state)
{
	u32 *page = page_of(GFP_KERNEL, 0);

	page[0] = 1;
	((u8 *)page)[6] = 0;
	page[2] = 3;
	serialize();
	assert_int_equal(kernel->findings.count, 0);
}

static void an_object_takes_its_holes_along(void **state)
{
	u32 *page = page_of(GFP_KERNEL | __GFP_ZERO, 0);
	u32 *object = kmalloc(16, GFP_KERNEL);

	object[0] = 1;
	object[2] = 2;
	object[3] = 3;
	memcpy(page + 4, object, 16);
	serialize();
	assert_hole(page, 20, "4 bytes");
}

static void areas_have_holes_too(void **state)
{
	struct kho_vmalloc preserved;
	u32 *area = vmalloc(2 * PAGE_SIZE);

	area[1024] = 1;
	area[1026] = 2;
	assert_int_equal(kho_preserve_vmalloc(area, &preserved), 0);
	serialize();
	assert_hole(page_address(vmalloc_to_page(area + 1024)), 4, "4 bytes");
}

static void pages_of_an_area_are_one_finding(void **state)
{
	struct kho_vmalloc preserved;
	u32 *area = vmalloc(5 * PAGE_SIZE);

	for (int i = 0; i < 5; i++) {
		area[i * 1024] = 1;
		area[i * 1024 + 2] = i == 3 ? NEVER_WRITTEN : 2;
	}
	assert_int_equal(kho_preserve_vmalloc(area, &preserved), 0);
	serialize();
	assert_hole(page_address(vmalloc_to_page(area)), 4, "4 bytes");
	assert_non_null(strstr(kernel->findings.all[0]->text, "in operation 3; and 3 more blocks "
			       "preserved with it"));
}

/* Side by side and of one call, else they are two. */
static void so_are_blocks_that_belong_together(void **state)
{
	const u32 *last = NULL;
	size_t apart = 0;

	for (int i = 0; i < 6; i++) {
		u32 *page;

		frame.call = 1 + (unsigned long)i / 3;
		page = page_of(GFP_KERNEL, 0);
		apart += !last || page != last + 1024 || i == 3;
		page[1] = 1;
		last = page;
	}
	frame.call = 1;
	assert_true(apart >= 2 && apart < 6);
	serialize();
	assert_int_equal(kernel->findings.count, apart);
}

static void nothing_is_filled_outside_of_callbacks_or_unchecked(void **state)
{
	u32 *page;

	kernel->task->frame = NULL;
	page = page_of(GFP_KERNEL, 0);
	page[2] = 1;
	kernel->checks = LFB_CHECKS_OFF;
	kernel->task->frame = &frame;
	page = page_of(GFP_KERNEL, 0);
	page[2] = 1;
	kernel->checks = LFB_CHECKS_ON;
	lfb__internal_begin(kernel);
	page = page_of(GFP_KERNEL, 0);
	page[2] = 1;
	lfb__internal_end(kernel);
	assert_false(kernel->pages.never_written);
	serialize();
	assert_int_equal(kernel->findings.count, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hole_is_found_and_is_zeros_afterwards),
		TEST(what_is_behind_all_that_was_written_is_no_hole),
		TEST(zeros_that_were_asked_for_are_written),
		TEST(a_part_of_a_word_is_enough),
		TEST(an_object_takes_its_holes_along),
		TEST(areas_have_holes_too),
		TEST(pages_of_an_area_are_one_finding),
		TEST(so_are_blocks_that_belong_together),
		TEST(nothing_is_filled_outside_of_callbacks_or_unchecked),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
