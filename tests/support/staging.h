/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios and what they are performed with, each made in one line; what cannot be made fails the
 * test.
 */
#ifndef TESTS_SUPPORT_STAGING_H
#define TESTS_SUPPORT_STAGING_H

#include <luo/blob.h>
#include <luo/machine.h>
#include <luo/scenario.h>

#include "tests/support/test.h"

struct lfb_scenario *parsed(const char *text);
/* With fixed memory, not switched on. */
struct lfb_machine *new_machine(u64 memory, const char *profile);
/* Runs a scenario; its last handover. */
struct lfb_blob *blob_of(const char *text, u64 memory, const char *profile);

/* What was written to it, as text; fails with -EPIPE once @writes_left is used up. */
struct output {
	char *text;
	size_t size;
	long writes_left; /* -1: any number */
	int answer; /* to each write */
};
int output_collect(void *output, const char *bytes, size_t size);

#endif
