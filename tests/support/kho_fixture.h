/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A bare ground floor with KHO on it, and kexecs by hand, in any generation of the KHO ABI.
 */
#ifndef TESTS_SUPPORT_KHO_FIXTURE_H
#define TESTS_SUPPORT_KHO_FIXTURE_H

#include "tests/support/kernel_fixture.h"

/* The generation that kernels are booted with. */
extern const struct kho_abi *kho_fixture_abi;
/* What they tell the next kernel that they are; NULL, the default: nothing. */
extern const char *kho_fixture_release;

/* Runs cmocka tests once for each generation; the number of those that failed. */
int kho_fixture_run(const struct CMUnitTest *tests, size_t count);

/* A cold boot with KHO on. NULL: the host has no room. */
struct lfb_kernel *kho_fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				     enum lfb_page_policy policy);
struct lfb_kernel *kho_fixture_start_with(const struct lfb_memory_options *options);

/* kho_fixture_start() for a test's setup. 0, -1. */
int kho_fixture_set_up(struct lfb_kernel **kernel, u64 memory_size, enum lfb_memory_mode mode,
		       enum lfb_page_policy policy);

/* kho_finalize(), where the generation has it. */
int kho_fixture_finalize(void);
/* kho_fixture_finalize() and a jump into the next kernel. 0, or what kho__boot() and others say. */
int kho_fixture_handover(struct lfb_kernel *kernel);
/* kho__boot() of a kernel of this generation. */
int kho_fixture_boot(struct lfb_kernel *kernel, bool enabled, phys_addr_t root,
		     struct lfb_problem *problem);
/* A jump into a kernel that is told of a root tree at @root. */
int kho_fixture_jump(struct lfb_kernel *kernel, phys_addr_t root, struct lfb_problem *problem);

struct kho_met_block {
	phys_addr_t phys;
	unsigned int order;
};

/* Blocks, and how many pages of the map itself, in the order a reader met them. */
struct kho_blocks {
	struct kho_met_block block[4096];
	size_t count;
	size_t own_pages;
};

/* Adds a block. 0, -ENOSPC. */
int kho_blocks_add(void *blocks, phys_addr_t phys, unsigned int order);
/* What read_map() says; -ERANGE when a page of the map itself is no page. */
int kho_blocks_read(struct kho_blocks *blocks, const struct kho_abi *abi,
		    const struct lfb_view *view, phys_addr_t first, struct lfb_problem *problem);

/* Makes the @nth step of @kind from now on fail; 0: none. */
void kho_fixture_fail(struct lfb_kernel *kernel, enum lfb_fault_kind kind, unsigned long nth);

/* Takes all the memory there is, up to the last page. */
void kho_fixture_exhaust(void);

#endif
