/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Suites of KUnit cases: they are run in machines, each case as one call into a kernel, and say so
 * in KTAP (run.c); and what cases call meanwhile, to fail, to say something or to have something
 * undone at their end (test.c). Uses what any program may: machines and their findings by public
 * headers alone, and the host's assertions. The one header of this folder.
 */
#ifndef SIM_KUNIT_KUNIT_H
#define SIM_KUNIT_KUNIT_H

#include <setjmp.h>

#include <luo/kunit.h>

#include "sim/kernel/host/host.h"

/* The case that runs in this thread, and where what it says goes. */
struct lfb_kunit_now {
	struct kunit *test;
	FILE *out;
	unsigned int depth;	/* of what it says: suites within the whole, values within cases */
	jmp_buf end;		/* of its function, for who goes no further */
	struct list_head stubs;	/* those it has put in the place of functions */
};

extern _Thread_local struct lfb_kunit_now lfb__kunit_now
	__attribute__((visibility("hidden")));

/* A line of @depth. */
void lfb__kunit_line(unsigned int depth, const char *format, ...) LFB_PRINTF(2, 3);
/* Does, newest first, what is to be done at the end of @test; without @alive it is forgotten. */
void lfb__kunit_undo(struct kunit *test, bool alive);

#endif
