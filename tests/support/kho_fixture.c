// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A bare ground floor with KHO on it.
 */
#include "tests/support/kho_fixture.h"

static const struct kho_abi *const abis[] = { &kho__abi_v1, &kho__abi_v4 };
const struct kho_abi *kho_fixture_abi = &kho__abi_v1;
const char *kho_fixture_release;

int kho_fixture_boot(struct lfb_kernel *kernel, bool enabled, phys_addr_t root,
		     struct lfb_problem *problem)
{
	const struct kho_config config = {
		.abi = kho_fixture_abi,
		.enabled = enabled,
		.release = kho_fixture_release,
	};

	return kho__boot(kernel, &config, root, problem);
}

struct lfb_kernel *kho_fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				     enum lfb_page_policy policy)
{
	return kho_fixture_start_with(&(struct lfb_memory_options){
		.size = memory_size,
		.mode = mode,
		.policy = policy,
	});
}

struct lfb_kernel *kho_fixture_start_with(const struct lfb_memory_options *options)
{
	struct lfb_kernel *kernel = fixture_start_with(options);

	if (kernel && (kho_fixture_boot(kernel, true, 0, NULL) || kho__init(kernel))) {
		fixture_stop(kernel);
		return NULL;
	}
	return kernel;
}

int kho_fixture_set_up(struct lfb_kernel **kernel, u64 memory_size, enum lfb_memory_mode mode,
		       enum lfb_page_policy policy)
{
	*kernel = kho_fixture_start(memory_size, mode, policy);
	return *kernel ? 0 : -1;
}

int kho_fixture_run(const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(abis); i++) {
		kho_fixture_abi = abis[i];
		failed += _cmocka_run_group_tests(kho_fixture_abi->compatible, tests, count, NULL,
						  NULL);
	}
	return failed;
}

int kho_fixture_jump(struct lfb_kernel *kernel, phys_addr_t root, struct lfb_problem *problem)
{
	int err;

	if (kernel->watching)
		lfb__check_unchanged(kernel);
	fixture_jump(kernel);
	lfb__ledger_jump(kernel, root != 0);
	err = kho_fixture_boot(kernel, true, root, problem);
	fixture_ready(kernel);
	return err ? err : kho__init(kernel);
}

int kho_fixture_finalize(void)
{
	return kho_fixture_abi->map_is_live ? 0 : kho_finalize();
}

int kho_fixture_handover(struct lfb_kernel *kernel)
{
	int err = kho_fixture_finalize();

	return err ? err : kho_fixture_jump(kernel, kho__root_phys(kernel), NULL);
}

int kho_blocks_add(void *context, phys_addr_t phys, unsigned int order)
{
	struct kho_blocks *blocks = context;

	if (blocks->count == ARRAY_SIZE(blocks->block))
		return -ENOSPC;
	blocks->block[blocks->count++] = (struct kho_met_block){ phys, order };
	return 0;
}

static int add_own_page(void *context, phys_addr_t phys, unsigned int order)
{
	struct kho_blocks *blocks = context;

	blocks->own_pages++;
	return order || !IS_ALIGNED(phys, PAGE_SIZE) ? -ERANGE : 0;
}

int kho_blocks_read(struct kho_blocks *blocks, const struct kho_abi *abi,
		    const struct lfb_view *view, phys_addr_t first, struct lfb_problem *problem)
{
	blocks->count = 0;
	blocks->own_pages = 0;
	return abi->read_map(view, first, kho_blocks_add, add_own_page, blocks, problem);
}

void kho_fixture_fail(struct lfb_kernel *kernel, enum lfb_fault_kind kind, unsigned long nth)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << kind,
		.nth = nth,
	};

	lfb__faults_arm(kernel, nth ? &plan : NULL);
}

void kho_fixture_exhaust(void)
{
	unsigned int order = MAX_PAGE_ORDER + 1;

	while (order--) {
		while (alloc_pages(GFP_KERNEL, order))
			;
	}
}
