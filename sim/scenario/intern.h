/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Numbers for strings: equal strings get equal numbers, from 0 up in order of first appearance,
 * so that what runs later can use arrays instead of looking names up.
 */
#ifndef SIM_SCENARIO_INTERN_H
#define SIM_SCENARIO_INTERN_H

#include "sim/kernel/host/host.h"

struct lfb_intern_entry {
	const void *bytes;	/* the caller's, not copied */
	size_t size;
};

/* Starts as all zero. */
struct lfb_intern {
	struct lfb_list entries; /* struct lfb_intern_entry, by number */
	struct lfb_table table;
};

/* 0 and *number, or -ENOMEM. @bytes must live as long as @strings. */
int lfb__intern(struct lfb_intern *strings, const void *bytes, size_t size, unsigned int *number);
void lfb__intern_destroy(struct lfb_intern *strings);

#endif
