// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the views of a running kernel's memory show, and what they hide. */
#include "tests/support/kho_fixture.h"

#define MEMORY (16 * FIXTURE_MIB)

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static void the_memory_view_shows_the_whole_arena(void **state)
{
	const struct lfb_view view = kho__memory_view(kernel);

	assert_int_equal(view.size, MEMORY);
	assert_ptr_equal(view.at(&view, 0, MEMORY), kernel->memory.base);
	assert_ptr_equal(view.at(&view, MEMORY - 1, 1), kernel->memory.base + MEMORY - 1);
	assert_null(view.at(&view, MEMORY - 1, 2));
	assert_null(view.at(&view, MEMORY + 1, 1));
	assert_null(view.at(&view, ~0ull, 2));
}

static void the_incoming_view_shows_what_waits_to_be_restored(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	const unsigned long pfn = page_to_pfn(page);
	struct lfb_view view;

	/* Blocks of 1, 2, 4, 4, 2 and 1 pages side by side. */
	assert_int_equal(kho_preserve_pages(page + 1, 14), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	view = kho__incoming_view(kernel);
	assert_int_equal(view.size, MEMORY);
	for (int restored = 0; restored < 2; restored++) {
		for (unsigned long first = 0; first < 16; first++) {
			for (unsigned long end = first + 1; end <= 16; end++) {
				const phys_addr_t phys = PFN_PHYS(pfn + first) + 8;
				const size_t size = (end - first) * PAGE_SIZE - 16;
				bool visible = first >= 1 && end <= 15;

				/* The block of 4 pages from page 4 on. */
				if (restored && first < 8 && end > 4)
					visible = false;
				assert_ptr_equal(view.at(&view, phys, size),
						 visible ? phys_to_virt(phys) : NULL);
			}
		}
		if (!restored)
			assert_non_null(kho_restore_folio(PFN_PHYS(pfn + 4)));
	}
	assert_null(view.at(&view, PFN_PHYS(pfn + 1), 0));
	assert_null(view.at(&view, MEMORY, 1));
	assert_null(view.at(&view, PFN_PHYS(pfn + 1), ~0ul));
}

static void problems_are_cut_to_their_room(void **state)
{
	struct lfb_problem problem;
	char text[400];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(lfb__problem(&problem, -EIO, 5, "%s", text), -EIO);
	assert_int_equal(problem.where, 5);
	assert_int_equal(strlen(problem.what), sizeof(problem.what) - 1);
	assert_int_equal(lfb__problem(NULL, -ENOENT, 5, "%s", text), -ENOENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(the_memory_view_shows_the_whole_arena),
		TEST(the_incoming_view_shows_what_waits_to_be_restored),
		cmocka_unit_test(problems_are_cut_to_their_room),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
