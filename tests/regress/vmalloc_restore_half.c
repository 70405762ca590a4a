// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An allocation inside of kho_restore_vmalloc() fails. linux-7.2 and linux-7.3 restore one page
 * after the other: the last allocation loses them all, which has a name, the first one none yet.
 * reference frees what it restored.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>

static const char *const kernels[] = { "linux-7.2", "linux-7.3", "reference" };

struct area {
	struct kho_vmalloc *saved;
	phys_addr_t phys;
};

static long hand_over(void *argument)
{
	struct area *area = argument;

	area->saved = kho_alloc_preserve(sizeof(*area->saved));
	area->phys = virt_to_phys(area->saved);
	return kho_preserve_vmalloc(vzalloc(8 * PAGE_SIZE), area->saved);
}

/* Whether it comes, and goes again. */
static long take(void *argument)
{
	const struct area *area = argument;
	struct kho_vmalloc *saved = phys_to_virt(area->phys);
	void *restored = kho_restore_vmalloc(saved);

	kho_restore_free(saved);
	vfree(restored);
	return restored != NULL;
}

/* Is a sentence of a finding of what was lost half way? */
static bool is_lost(struct lfb_machine *machine)
{
	char text[4096];

	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		lfb_finding_format(lfb_finding_at(machine, i), text, sizeof(text));
		if (strstr(text, "8 pages of 8 were restored"))
			return true;
	}
	return false;
}

static void a_late_failure_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = kernels[i],
		};
		const bool frees = !strcmp(kernels[i], "reference");

		for (unsigned long nth = 0; nth <= 3; nth++) {
			struct lfb_fault_plan plan = { .sz = sizeof(plan), .nth = nth };
			struct lfb_machine *machine;
			struct area area;

			plan.kinds = 1u << LFB_FAULT_ALLOC;
			assert_int_equal(lfb_machine_create(&options, &machine), 0);
			assert_int_equal(lfb_machine_boot(machine), 0);
			assert_int_equal(lfb_machine_call(machine, hand_over, &area), 0);
			assert_int_equal(lfb_machine_kexec(machine), 0);
			if (nth)
				lfb_fault_arm(machine, &plan);
			assert_int_equal(lfb_machine_call(machine, take, &area), !nth || nth > 2);
			/* The array of pages, then the area's own record. */
			assert_int_equal(lfb_findings_of(machine, LFB_FINDING_KHO_NEVER_RESTORED),
					 nth == 2 && !frees);
			assert_int_equal(is_lost(machine), nth == 2 && !frees);
			lfb_machine_destroy(machine);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_late_failure_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
