/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A second source file with modules: "second" is all here, "spread" has half of its data here.
 */
#ifndef TESTS_SUPPORT_SECOND_MODULE_H
#define TESTS_SUPPORT_SECOND_MODULE_H

#include <luo/module.h>

/* The module, which logs "second init" and "second exit" with @log. */
struct lfb_module *second_module_for(void (*log)(const char *line));

/* A variable of module "second", 10 when loaded, and one of "spread", 20. */
int *second_counter(void);
int *spread_counter(void);

#endif
