/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Scenarios that are played in two ways, which must say the same. */
#ifndef TESTS_SUPPORT_BOTH_WAYS_H
#define TESTS_SUPPORT_BOTH_WAYS_H

#include <luo/machine.h>

#include "tests/support/test.h"

/* Fails with the first line that differs; @one and @other are what @path was played like. */
void assert_same_text(const char *path, const char *one, const char *text, const char *other,
		      const char *other_text);

/*
 * Has every @step-th file of @pattern compared: @compare returns how many @counted there were. How
 * much is tried of each, @much, is its own affair.
 */
void compare_files(const char *pattern, unsigned int step,
		   unsigned long (*compare)(const char *path,
					    const struct lfb_machine_options *options, size_t much),
		   const struct lfb_machine_options *options, size_t much, const char *counted);

#endif
