// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * With KHO off linux-7.2 and linux-7.3 warn and refuse to preserve, die of a subtree that is added
 * or removed, as there is no tree, and still see what was handed over to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/blob.h>
#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>

static const char *const kernels[] = { "linux-7.2", "linux-7.3", "reference" };

static bool is_reference(const char *profile)
{
	return !strcmp(profile, "reference");
}

static struct lfb_machine *boot(const char *profile, bool kho_off)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.kho_off = kho_off,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	if (profile && kho_off)
		assert_int_equal(lfb_machine_boot(machine), 0);
	return machine;
}

static long alloc_preserved(void *unused)
{
	void *mem = kho_alloc_preserve(4096);

	(void)unused;
	return IS_ERR(mem) ? PTR_ERR(mem) : 0;
}

static long preserve_folio(void *unused)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	const int err = kho_preserve_folio(folio);

	(void)unused;
	folio_put(folio);
	return err;
}

static long preserve_area(void *unused)
{
	struct kho_vmalloc preservation = { 0 };
	void *area = vmalloc(4096);
	const int err = kho_preserve_vmalloc(area, &preservation);

	(void)unused;
	vfree(area);
	return err;
}

static long add_subtree(void *unused)
{
	static char blob[64];

	(void)unused;
	return kho_add_subtree("mine", blob, sizeof(blob));
}

static long remove_subtree(void *unused)
{
	(void)unused;
	kho_remove_subtree(NULL);
	return 0;
}

static long retrieve_subtree(void *unused)
{
	phys_addr_t phys;

	(void)unused;
	return kho_retrieve_subtree("mine", &phys, NULL);
}

static void preserving_warns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		struct lfb_machine *machine = boot(kernels[i], true);

		assert_int_equal(lfb_machine_call(machine, alloc_preserved, NULL), -EINVAL);
		assert_int_equal(lfb_machine_call(machine, preserve_folio, NULL), -EINVAL);
		assert_int_equal(lfb_machine_call(machine, preserve_area, NULL), -ENOMEM);
		assert_true(lfb_findings_of(machine, LFB_FINDING_KERNEL_WARN) > 0);
		assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
		lfb_machine_destroy(machine);
	}
}

static void the_tree_that_is_not_there_is_followed(void **state)
{
	static long (*const calls[])(void *) = { add_subtree, remove_subtree };

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		for (size_t k = 0; k < 2; k++) {
			struct lfb_machine *machine = boot(kernels[i], true);
			const bool lives = is_reference(kernels[i]);
			const long answer = lfb_machine_call(machine, calls[k], NULL);

			assert_int_equal(answer, !lives ? -EFAULT : k ? 0 : -EOPNOTSUPP);
			assert_int_equal(lfb_machine_state(machine),
					 lives ? LFB_RUNNING : LFB_PANICKED);
			assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MEM_WILD_POINTER),
					 !lives);
			lfb_machine_destroy(machine);
		}
	}
}

static long hand_over(void *unused)
{
	void *mem = kho_alloc_preserve(4096);

	(void)unused;
	return kho_add_subtree("mine", mem, 4096);
}

static void what_was_handed_over_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		struct lfb_machine *machine = boot(kernels[i], false);
		struct lfb_machine *next = boot(kernels[i], true);
		const bool sees = !is_reference(kernels[i]);
		struct lfb_blob *blob;

		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_call(machine, hand_over, NULL), 0);
		assert_int_equal(lfb_machine_prepare(machine), 0);
		assert_int_equal(lfb_blob_capture(machine, &blob), 0);
		/* Cold, there is nothing to see. */
		assert_int_equal(lfb_machine_call(next, retrieve_subtree, NULL),
				 sees ? -ENOENT : -EOPNOTSUPP);
		lfb_machine_shutdown(next);
		assert_int_equal(lfb_machine_boot_blob(next, blob), 0);
		assert_int_equal(lfb_machine_call(next, retrieve_subtree, NULL),
				 sees ? 0 : -EOPNOTSUPP);
		lfb_blob_free(blob);
		lfb_machine_destroy(next);
		lfb_machine_destroy(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preserving_warns),
		cmocka_unit_test(the_tree_that_is_not_there_is_followed),
		cmocka_unit_test(what_was_handed_over_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
