// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What linux-7.2 and linux-7.3 do not look at when something is preserved, they preserve; it has
 * its name all the same. Scratch is looked at by linux-7.2, and by linux-7.3 if it was built to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>

static long preserve_scratch(void *unused)
{
	phys_addr_t phys = 4ull << 30;
	struct page *page;
	long err;

	(void)unused;
	while (!kho_scratch_overlap(phys, PAGE_SIZE))
		phys += PAGE_SIZE;
	page = phys_to_page(phys);
	err = kho_preserve_pages(page, 1);
	if (!err)
		kho_unpreserve_pages(page, 1);
	return err ? err : kho_preserve_pages(page, 1);
}

static long preserve_slab(void *unused)
{
	(void)unused;
	return kho_preserve_folio(virt_to_folio(kmalloc(64, GFP_KERNEL)));
}

static long preserve_freed(void *unused)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	(void)unused;
	__free_pages(page, 0);
	return kho_preserve_pages(page, 1);
}

static long preserve_nothing(void *unused)
{
	long err = kho_add_subtree("nothing", NULL, 1);

	(void)unused;
	if (err)
		return err;
	kho_remove_subtree(NULL);
	return kho_add_subtree("nothing", NULL, 1);
}

/* The second block lies in the first one: kernels reserve both. */
static long preserve_overlapping(void *unused)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	struct page *inner = pfn_to_page(page_to_pfn(page) + 1);
	long err = kho_preserve_pages(page, 4);

	(void)unused;
	if (!err)
		err = kho_preserve_pages(inner, 1);
	return err ? err : kho_add_subtree("overlapping", page_address(inner), PAGE_SIZE);
}

static long restore_inner(void *unused)
{
	phys_addr_t phys;

	(void)unused;
	if (kho_retrieve_subtree("overlapping", &phys, NULL))
		return -ENOENT;
	return kho_restore_pages(phys, 1) ? 0 : -EINVAL;
}

static struct lfb_machine *boot(const char *profile, bool kho_debug)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.kho_debug = kho_debug,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	return machine;
}

/* It is taken and named, and the next kernel boots all the same. */
static void expect(const char *profile, bool kho_debug, long (*preserve)(void *),
		   enum lfb_finding_id id, bool taken)
{
	struct lfb_machine *machine = boot(profile, kho_debug);
	const long answer = lfb_machine_call(machine, preserve, NULL);

	if (answer != (taken ? 0 : -EINVAL))
		fail_msg("%s: %ld", profile, answer);
	if (taken || id != LFB_FINDING_KHO_NOT_ALLOCATED || preserve != preserve_nothing)
		assert_true(lfb_findings_of(machine, id) > 0);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_KERNEL_WARN), 0);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
	lfb_machine_destroy(machine);
}

static void what_is_not_looked_at_is_taken(void **state)
{
	static const struct {
		long (*preserve)(void *unused);
		enum lfb_finding_id id;
	} calls[] = {
		{ preserve_slab, LFB_FINDING_KHO_SLAB_PRESERVED },
		{ preserve_freed, LFB_FINDING_KHO_NOT_ALLOCATED },
		{ preserve_nothing, LFB_FINDING_KHO_NOT_ALLOCATED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		expect("linux-7.2", false, calls[i].preserve, calls[i].id, true);
		expect("linux-7.3", false, calls[i].preserve, calls[i].id, true);
		expect("linux-7.3", true, calls[i].preserve, calls[i].id, true);
		expect("reference", false, calls[i].preserve, calls[i].id, false);
	}
}

static void scratch_is_looked_at_by_who_is_built_to(void **state)
{
	(void)state;
	expect("linux-7.2", false, preserve_scratch, LFB_FINDING_KHO_SCRATCH, false);
	expect("linux-7.3", false, preserve_scratch, LFB_FINDING_KHO_SCRATCH, true);
	expect("linux-7.3", true, preserve_scratch, LFB_FINDING_KHO_SCRATCH, false);
	expect("reference", false, preserve_scratch, LFB_FINDING_KHO_SCRATCH, false);
}

static void blocks_that_overlap_are_reserved(void **state)
{
	static const char *const kernels[] = { "linux-7.2", "linux-7.3", "reference" };

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		struct lfb_machine *machine = boot(kernels[i], false);
		const bool looks = !strcmp(kernels[i], "reference");

		assert_int_equal(lfb_machine_call(machine, preserve_overlapping, NULL), 0);
		assert_true(lfb_findings_of(machine, LFB_FINDING_KHO_PRESERVED_TWICE) > 0);
		assert_int_equal(lfb_machine_kexec(machine), looks ? -EFAULT : 0);
		if (!looks)
			assert_int_equal(lfb_machine_call(machine, restore_inner, NULL), 0);
		lfb_machine_destroy(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_looked_at_is_taken),
		cmocka_unit_test(scratch_is_looked_at_by_who_is_built_to),
		cmocka_unit_test(blocks_that_overlap_are_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
