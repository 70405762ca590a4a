/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The parser of scenarios, inside.
 */
#ifndef SIM_MACHINE_SCENARIO_PARSE_H
#define SIM_MACHINE_SCENARIO_PARSE_H

#include "sim/machine/intern.h"
#include "sim/machine/scenario.h"
#include "sim/machine/scenario_token.h"

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

/* Copies the token behind what is in the pool already. */
const char *lfb_keep_token(struct lfb_parser *parser);

/*
 * scenario_argument.c. Each starts with the argument's first token read and ends with the first
 * one behind it read.
 */

/*
 * Each letter of a verb's arguments is one of:
 *	H handler number, F FLB number, N session name, T token, I inode number,
 *	R "into PROFILE" or nothing, W what fails and how often, P fault plan,
 *	C whose callback, O which callback, S step, B a compatible string, D what is damaged
 */
int lfb_parse_argument(struct lfb_parser *parser, char letter, struct lfb_operation *operation);
int lfb_parse_handler(struct lfb_parser *parser, unsigned int *number);
int lfb_parse_flb(struct lfb_parser *parser, unsigned int *number);

/* scenario_step_parse.c */
int lfb_parse_step(struct lfb_parser *parser, struct lfb_step *step);

#endif
