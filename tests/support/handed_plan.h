/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Handovers made to order: so many sessions, files and FLBs, each with memory of its own that is
 * handed over, and the check that all of it arrives in another kernel, is finished, and leaves
 * nothing behind.
 */
#ifndef TESTS_SUPPORT_HANDED_PLAN_H
#define TESTS_SUPPORT_HANDED_PLAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <luo/blob.h>
#include <luo/machine.h>

#include "sim/handover/inspect.h"

/*
 * What is handed over. With a seed the files of each session are a random number up to @files and
 * their memory is of random size, else each has @files with a page each.
 */
struct handover_plan {
	unsigned int sessions;
	unsigned int files;	/* a session */
	unsigned int flbs;	/* that each file needs */
	u64 seed;
	size_t entry;		/* bytes of another subsystem's entry in the root tree; 0: none */
	bool nameless;		/* the first session's name is empty */
	u64 memory;		/* of the machine that hands over; 0: enough */
};

/* A kernel of @profile hands @plan over. For lfb_blob_free(). */
struct lfb_blob *handover_make(const char *profile, enum lfb_page_policy policy,
			       const struct handover_plan *plan);
/*
 * A kernel of @profile takes @blob over and finds what @plan says. Returns the pages that are left
 * over when all is finished: those a kernel of that profile never frees.
 */
unsigned long handover_take(const struct lfb_blob *blob, const char *profile,
			    const struct handover_plan *plan);

/* Fails unless both hand over the same: records, entries and the memory behind them. */
void handover_compare(const struct lfb_blob *a, const struct lfb_blob *b);

/* Fails unless @from, which is freed, is not converted, with @error and @why in the sentence. */
void handover_refused(struct lfb_blob *from, const char *profile, int error, const char *why);

#endif
