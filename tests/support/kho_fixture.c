/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A bare ground floor with KHO on it.
 */
#include <stddef.h>

#include "tests/support/kho_fixture.h"

struct lfb_kernel *kho_fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				     enum lfb_page_policy policy)
{
	struct lfb_kernel *kernel = fixture_start(memory_size, mode, policy);

	if (kernel && (kho_boot(kernel, &kho_abi_v1, true, 0, NULL) || kho_init(kernel))) {
		fixture_stop(kernel);
		return NULL;
	}
	return kernel;
}

int kho_fixture_jump(struct lfb_kernel *kernel, phys_addr_t root, struct lfb_problem *problem)
{
	int err;

	fixture_jump(kernel);
	err = kho_boot(kernel, &kho_abi_v1, true, root, problem);
	fixture_ready(kernel);
	return err ? err : kho_init(kernel);
}

int kho_fixture_handover(struct lfb_kernel *kernel)
{
	int err = kho_finalize();

	return err ? err : kho_fixture_jump(kernel, kho_root_phys(kernel), NULL);
}

void kho_fixture_fail(struct lfb_kernel *kernel, enum lfb_fault_kind kind, unsigned long nth)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << kind,
		.nth = nth,
	};

	lfb_faults_arm(kernel, nth ? &plan : NULL);
}

void kho_fixture_exhaust(void)
{
	unsigned int order = MAX_PAGE_ORDER + 1;

	while (order--)
		while (alloc_pages(GFP_KERNEL, order))
			;
}
