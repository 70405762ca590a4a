/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Suites of KUnit cases: they are run in machines, each case as one call into a kernel, and say so
 * in KTAP (run.c, case.c, values.c), also those of modules that machines load (modules.c); and what
 * cases call meanwhile, to have something undone at their end (test.c), or to fail (expect.c). Uses
 * machines, and what is found in them. The one header of this folder.
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
	jmp_buf end;		/* of its function, for who goes no further */
	struct list_head stubs;	/* those it has put in the place of functions */
	char also[1024];	/* what the test itself says of what fails next */
};

extern _Thread_local struct lfb_kunit_now lfb__kunit_now
	__attribute__((visibility("hidden")));

/* A line of @depth: suites lie within the whole, values within cases. */
void lfb__kunit_line(unsigned int depth, const char *format, ...) LFB_PRINTF(2, 3);
/* Each line of @text, behind spaces. */
void lfb__kunit_text(unsigned int spaces, const char *text);
/* Does, newest first, what is to be done at the end of @test; without @alive it is forgotten. */
void lfb__kunit_undo(struct kunit *test, bool alive);

/* What runs, and how it goes. */
struct lfb_kunit_run {
	const struct lfb_machine_options *options;
	const char *const *paths;	/* of modules, up to a NULL; NULL: suites are linked in */
	struct kunit_suite *const *suites;
	size_t nr_suites;
	const char *glob;
	struct lfb_machine *machine;
	struct kunit_suite **found;	/* in the machine's modules; for free() */
	struct kunit_suite *suite;
	bool begun;			/* its suite_init() has run in this kernel */
	unsigned int boots;		/* of kernels in the place of dead ones */
	struct lfb_kunit_counts counts;	/* of the suite, each value of a case for itself */
	struct lfb_kunit_counts cases;
};

/* case.c */

void lfb__kunit_begin(struct kunit *test, const char *name);
/* Each kernel is one in which the suite has begun. Return: 0, or what that answered. */
long lfb__kunit_boot(struct lfb_kunit_run *run);
/* What was found from the @before findings on; all but complaints of the kernel's fail @test. */
void lfb__kunit_findings(struct lfb_kunit_run *run, struct kunit *test, size_t before);
/* Calls into the kernel; a dead one is followed by a new one, and @test has failed. */
void lfb__kunit_call(struct lfb_kunit_run *run, struct kunit *test, long (*function)(void *),
		     void *argument);
/* A case, or one value of it, from its init to its end. */
void lfb__kunit_one(struct lfb_kunit_run *run, struct kunit *test, struct kunit_case *what);
void lfb__kunit_count(struct lfb_kunit_counts *counts, enum kunit_status status);
/* "# name: pass:…", where there is more than one. */
void lfb__kunit_stats(unsigned int depth, const char *name, const struct lfb_kunit_counts *counts);
/* "ok 3 name", with why it was skipped. */
void lfb__kunit_result(unsigned int depth, const struct kunit *test, unsigned int number,
		       const char *name);

/* values.c: a parameterized case. */
void lfb__kunit_values(struct lfb_kunit_run *run, struct kunit *parent, struct kunit_case *what);

/* modules.c: loads the modules into the machine, and finds their suites. */
int lfb__kunit_load(struct lfb_kunit_run *run);

#endif
