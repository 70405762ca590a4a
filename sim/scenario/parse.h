/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The parser of scenarios, inside.
 */
#ifndef SIM_SCENARIO_PARSE_H
#define SIM_SCENARIO_PARSE_H

#include "sim/scenario/intern.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/token.h"

#define LFB_SCENARIO_TIMES_MAX 1000000000u

struct lfb_parser {
	struct lfb_scenario *scenario;
	size_t capacity; /* of scenario->operations */
	char *pool; /* where the next string goes in scenario->strings */
	struct lfb_intern sessions;
	struct lfb_intern inodes;
	struct lfb_intern slots;
	struct lfb_line line;
	bool transcript; /* only lines that start with "> " count */
};

/*
 * Each starts with the argument's first token read and ends with the first one behind it read.
 */

/* argument.c: what @letter stands for (words.h). */
int lfb__parse_argument(struct lfb_parser *parser, char letter, struct lfb_operation *operation);
/* step.c */
int lfb__parse_step(struct lfb_parser *parser, struct lfb_step *step);

/*
 * token.c. The token read last stays so.
 */
int lfb__parse_handler(struct lfb_parser *parser, unsigned int *number);
int lfb__parse_flb(struct lfb_parser *parser, unsigned int *number);
/* Copies the token behind what is in the pool already. */
const char *lfb__keep_token(struct lfb_parser *parser);

#endif
