/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A file that a test program writes and reads; for cmocka_run_group_tests(). */
#ifndef TESTS_SUPPORT_TEMPORARY_H
#define TESTS_SUPPORT_TEMPORARY_H

/* Where it is, once it was made. */
extern char temporary_path[];

int temporary_make(void **state);
int temporary_remove(void **state);

#endif
