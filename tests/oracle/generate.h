/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Scenarios of every shape that the recorded transcripts have; the same seed gives the same. */
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include <luo/types.h>

/* scenario_generate() - scenario @number of @seed, for free(); NULL without memory. */
char *scenario_generate(u64 seed, unsigned long number);

#endif
