/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A module in C without mistakes: files that hand over a page each, an FLB that all of them need,
 * files in memory, and an FLB of those. Works on kernels of every profile. What was handed over
 * must be as it was; else it ends the process.
 */
#ifndef TESTS_FUZZ_LIFE_MODULE_H
#define TESTS_FUZZ_LIFE_MODULE_H

#include <luo/file.h>
#include <luo/module.h>

struct lfb_module *life_module_get(void);
/* In a kernel: a file of the page kind. ERR_PTR() on error. */
struct file *life_file(unsigned long number);
/* Which one it is; 0: it is none. */
unsigned long life_file_number(const struct file *file);
/* In a kernel: has a user of the FLBs look at their objects. 0 or what asking answered. */
long life_use(bool incoming);

#endif
