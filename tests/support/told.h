/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A page allocator that is told which addresses to give out. Kernels take the same allocations each
 * time they do the same, so what the last of them led to says which is which.
 *
 * Whoever links this is linked with --wrap=lfb__alloc_block.
 */
#ifndef TESTS_SUPPORT_TOLD_H
#define TESTS_SUPPORT_TOLD_H

#include "sim/kernel/memory/page.h"
#include "tests/support/test.h"

/* Nothing is told any more. */
void told_forget(void);
/* A machine with up to 64 MiB is about to be switched on, as it was before. */
void told_begin(void);
/*
 * Of the allocations before the last kernel booted, the last one that page @pfn was part of is to
 * be where that page is @real. Returns 1 when that was not told before, else 0.
 */
unsigned int told_want(unsigned long pfn, unsigned long real);

#endif
