/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A module of a handler that takes any file, and of the FLB that a test brings. */
#ifndef TESTS_NEWCOMER_PLAIN_H
#define TESTS_NEWCOMER_PLAIN_H

#include <luo/lfb.h>

struct plain_state {
	u64 reserved[3];
	u64 value;
};

extern struct liveupdate_flb plain_flb;

struct lfb_module *plain_module_of_the_kernel(void);

#endif
