// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Modules' own radix trees in the spelling of linux-7.2, where keys are pages. */
#define LFB_KHO_RADIX_PAGES
#include <luo/kho_radix_tree.h>

#include "tests/support/kho_fixture.h"

static struct lfb_kernel *kernel;
static struct kho_radix_tree tree;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, 32 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static phys_addr_t seen_phys[8];
static unsigned int seen_order[8], nr_seen;

static int see_page(phys_addr_t phys, unsigned int order)
{
	seen_phys[nr_seen % 8] = phys;
	seen_order[nr_seen++ % 8] = order;
	return nr_seen == 4;
}

static void pages_are_keys(void **state)
{
	nr_seen = 0;
	assert_int_equal(kho_radix_init_tree(&tree, NULL), 0);
	assert_int_equal(kho_radix_add_page(&tree, 5, 0), 0);
	assert_int_equal(kho_radix_add_page(&tree, 1024, 10), 0);
	assert_int_equal(kho_radix_add_page(&tree, 0, 3), 0);
	assert_int_equal(kho_radix_add_page(&tree, 1, 52), -ERANGE);
	assert_int_equal(kho_radix_walk_tree(&tree, see_page), 0);
	assert_int_equal(nr_seen, 3);
	assert_int_equal(seen_phys[0], 1024 * PAGE_SIZE);
	assert_int_equal(seen_order[0], 10);
	assert_int_equal(seen_phys[1], 0);
	assert_int_equal(seen_order[1], 3);
	assert_int_equal(seen_phys[2], 5 * PAGE_SIZE);
	assert_int_equal(seen_order[2], 0);
	kho_radix_del_page(&tree, 0, 3);
	assert_int_equal(kho_radix_walk_tree(&tree, see_page), 1);
	assert_int_equal(seen_phys[3], 1024 * PAGE_SIZE);
	assert_int_equal(kernel->findings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_are_keys, start, stop),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
