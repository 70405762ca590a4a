// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Four pages are preserved two by two and restored as four: linux-7.2 and linux-7.3 answer with
 * success and leave the second half where it is. The mistake has a name, and reference refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>

static const char *const profiles[] = { "linux-7.2", "linux-7.3", "reference" };

static long hand(void *phys)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	int err;

	if (!page)
		return -ENOMEM;
	*(phys_addr_t *)phys = page_to_phys(page);
	err = kho_preserve_pages(page, 2);
	return err ? err : kho_preserve_pages(pfn_to_page(page_to_pfn(page) + 2), 2);
}

static long take(void *phys)
{
	return kho_restore_pages(*(phys_addr_t *)phys, 4) != NULL;
}

/* The second half, which is still there. */
static long take_rest(void *phys)
{
	return kho_restore_pages(*(phys_addr_t *)phys + 2 * PAGE_SIZE, 2) != NULL;
}

static void the_second_half_is_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = profiles[i],
		};
		const bool refuses = !strcmp(profiles[i], "reference");
		struct lfb_machine *machine;
		phys_addr_t phys;

		assert_int_equal(lfb_machine_create(&options, &machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_call(machine, hand, &phys), 0);
		assert_int_equal(lfb_machine_kexec(machine), 0);
		assert_int_equal(lfb_machine_call(machine, take, &phys), !refuses);
		assert_true(lfb_findings_of(machine, LFB_FINDING_KHO_RESTORE_MISMATCH) > 0);
		assert_int_equal(lfb_machine_call(machine, take_rest, &phys), 1);
		lfb_machine_destroy(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_half_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
