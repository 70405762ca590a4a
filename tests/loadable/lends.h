/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What lends.c has for others. */
#ifndef TESTS_LOADABLE_LENDS_H
#define TESTS_LOADABLE_LENDS_H

#ifndef VERSION
#define VERSION 1
#endif
#ifndef FAILS
#define FAILS 0
#endif

struct lends_table {
	int (*count)(void);
	int version;
};

extern const struct lends_table lends_table;

int lends_count(void);
int lends_in_secret(void);

/* Nobody has it. */
int lends_nothing(void) __attribute__((weak));

#endif
