/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Mistakes that raise a finding: each is made once, and once its twin runs that is correct.
 */
#ifndef TESTS_SUPPORT_MISTAKE_H
#define TESTS_SUPPORT_MISTAKE_H

#include "tests/support/linux_7_3.h"

#include <luo/cmocka.h>

struct mistake {
	enum lfb_finding_id id;
	void (*act)(struct world *world);
	world_meddle_fn meddle;		/* NULL: the callbacks do no more than the world's */
	enum lfb_finding_id also;	/* raised too; 0: nothing more */
	const char *profile;		/* NULL: reference */
};

/* Whether what runs is mistaken; @act and @meddle ask it. */
extern bool mistaken;

/* Acts in @world; the findings of @mistake are there afterwards, or none, and no others. */
void mistake_check(struct world *world, const struct mistake *mistake, bool mistakenly);

/* The two tests of a table, which ends with an empty row. */
#define mistake_tests(table)                                                                       \
	{ "each_mistake_is_found_and_nothing_else", mistakes_run, NULL, NULL,                      \
	  (void *)(uintptr_t)(table) },                                                            \
	{ "without_the_mistake_there_is_no_finding", mistakes_run_twins, NULL, NULL,               \
	  (void *)(uintptr_t)(table) }
void mistakes_run(void **state);
void mistakes_run_twins(void **state);

#endif
