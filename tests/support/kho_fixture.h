/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A bare ground floor with KHO on it, and kexecs by hand.
 */
#ifndef TESTS_SUPPORT_KHO_FIXTURE_H
#define TESTS_SUPPORT_KHO_FIXTURE_H

#include "tests/support/kernel_fixture.h"

/* A cold boot with KHO on. NULL: the host has no room. */
struct lfb_kernel *kho_fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				     enum lfb_page_policy policy);

/* kho_finalize() and a jump into the next kernel. 0, or what kho_boot() and co. returned. */
int kho_fixture_handover(struct lfb_kernel *kernel);
/* A jump into a kernel that is told of a root tree at @root. */
int kho_fixture_jump(struct lfb_kernel *kernel, phys_addr_t root, struct lfb_problem *problem);

/* Makes the @nth step of @kind from now on fail; 0: none. */
void kho_fixture_fail(struct lfb_kernel *kernel, enum lfb_fault_kind kind, unsigned long nth);

/* Takes all the memory there is, up to the last page. */
void kho_fixture_exhaust(void);

#endif
