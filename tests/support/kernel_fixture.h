/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A bare ground floor for unit tests: memory and its allocators, without KHO, LUO or a machine.
 */
#ifndef TESTS_SUPPORT_KERNEL_FIXTURE_H
#define TESTS_SUPPORT_KERNEL_FIXTURE_H

#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

#define FIXTURE_MIB (1024ul * 1024)
#define FIXTURE_GIB (1024 * FIXTURE_MIB)

/* Makes a kernel and boots it cold; it is lfb__current from then on. NULL: the host has no room. */
struct lfb_kernel *fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				 enum lfb_page_policy policy);
struct lfb_kernel *fixture_start_with(const struct lfb_memory_options *options);
/* NULL is ignored. */
void fixture_stop(struct lfb_kernel *kernel);

/* A power cycle: nothing is handed over. */
void fixture_boot(struct lfb_kernel *kernel);

/*
 * A kexec in two steps. After the jump the old kernel is gone and lfb__pages_reserve() may be
 * called; fixture_ready() ends the boot.
 */
void fixture_jump(struct lfb_kernel *kernel);
void fixture_ready(struct lfb_kernel *kernel);

/* How many BUGs there were since the last time this was asked; the kernel is alive again. */
unsigned long fixture_bugs(struct lfb_kernel *kernel);
/* The same for WARNs. */
unsigned long fixture_warns(struct lfb_kernel *kernel);

/* Kernel code adds 1 to a byte: does the kernel die of it? */
bool fixture_dies(struct lfb_kernel *kernel, void *address);
/* From here on it is callback @op of FLB iommu-v1 that runs, in @operation. */
void fixture_enter(struct lfb_kernel *kernel, struct lfb_frame *frame, const char *op,
		   unsigned long operation);
/* There is exactly one finding, about @object (NULL: any), with @text in it; forgotten then. */
void fixture_assert_finding(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
			    const char *text);

/* Makes the @nth allocation from now on fail, and all after it when @forever; 0: none. */
void fixture_fail_alloc(struct lfb_kernel *kernel, unsigned long nth, bool forever);

/* Can a byte be read? Asks the host, so that it is safe for any address. */
bool fixture_readable(const void *address);

#endif
