/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Pages that say whose they are, for tests in which the recorded module's handlers and FLBs hand
 * over memory. Kernel code.
 */
#ifndef TESTS_SUPPORT_HANDED_PAGE_H
#define TESTS_SUPPORT_HANDED_PAGE_H

#include "sim/recorder/inside.h"

struct handed_page {
	u64 size;			/* of all of it */
	u64 number;			/* of the file; HANDED_BY_FLB and the FLB's */
	void *pointer;			/* nobody's */
	u64 words[];
};

#define HANDED_BY_FLB (1ull << 63)

/* 0 and *page, which is preserved, or what kho_alloc_preserve() returned. */
int handed_page_give(size_t size, u64 number, struct handed_page **page);
/* What was handed over so, as it was; NULL: nothing of the kind is there. */
struct handed_page *handed_page_find(phys_addr_t data);
/* For "answers" and "meddles": each handler and FLB hands over @size bytes. */
bool handed_page_answers(const struct lfb_recorded_call *call, int *result);
void handed_page_meddles(const struct lfb_recorded_call *call, size_t size, int *result);

#endif
