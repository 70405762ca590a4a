/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The parser of scenarios, inside. */
#ifndef SIM_SCENARIO_PARSE_H
#define SIM_SCENARIO_PARSE_H

#include "sim/scenario/intern.h"
#include "sim/scenario/scenario.h"

#define LFB_SCENARIO_TIMES_MAX 1000000000u

/* token.c: a line as tokens, and numbers as scenarios write them. */

struct lfb_token {
	const char *text;
	size_t size;		/* 0: the end of the line */
};

struct lfb_line {
	const char *file;	/* for messages */
	unsigned int number;
	const char *start;
	const char *at;
	const char *end;
	struct lfb_token token;	/* the one read last */
};

bool lfb__is_space(char c);
/* Reads on to the next token; at the end of the line, or before a comment, an empty one. */
void lfb__next_token(struct lfb_line *line);
bool lfb__token_is(const struct lfb_line *line, const char *word);
/* Which of @nr words it is; @nr: none of them. */
unsigned int lfb__token_find(const struct lfb_line *line, const char *const *words,
			     unsigned int nr);
/* The token read last is not what belongs here: -EINVAL with the sentence set. */
int lfb__refuse_token(const struct lfb_line *line, const char *format, ...) LFB_PRINTF(2, 3);

int lfb__refuse_at(const struct lfb_line *line, const char *at, const char *expected,
		   const char *found);

/* All of @text is a number of @base that fits. */
bool lfb__number_in(const char *text, size_t size, unsigned int base, u64 *number);
/* The token is a number, decimal or hexadecimal after 0x, of at most @max. */
bool lfb__token_number(const struct lfb_line *line, u64 max, u64 *number);
/* The token is a decimal number from @lowest to @highest: "-17". */
bool lfb__token_signed(const struct lfb_line *line, long lowest, long highest, long *number);

/* What is known of a slot's name, whoever's slot it is. */
struct lfb_slot_use {
	struct lfb_line first;	/* where it was read first, with its name as the token */
	bool filled;
};

struct lfb_parser {
	struct lfb_scenario *scenario;
	size_t capacity; /* of scenario->operations */
	char *pool; /* where the next string goes in scenario->strings … */
	const char *pool_end; /* … which end here */
	struct lfb_intern sessions;
	struct lfb_intern inodes;
	struct lfb_intern slots;
	struct lfb_list slot_uses;	/* struct lfb_slot_use, by number */
	struct lfb_line line;
	unsigned int block;	/* of the "parallel" that is open; 0: none is */
	bool block_has_lines;
	const char *schedule;	/* that is said for it; NULL: none */
	bool transcript; /* only lines that start with "> " count */
};

/*
 * argument.c: what @letter stands for (words.h). Starts with its first token read, and ends with
 * the one behind it read.
 */
int lfb__parse_argument(struct lfb_parser *parser, char letter, struct lfb_operation *operation);
/* step.c: the same, but ends with the step's last token read. */
int lfb__parse_step(struct lfb_parser *parser, struct lfb_step *step);
/* At the end of the text: is each slot filled by some step? -EINVAL with the sentence set. */
int lfb__check_slots(const struct lfb_parser *parser);

/* token.c. The token read last stays so. */
int lfb__parse_handler(struct lfb_parser *parser, unsigned int *number);
int lfb__parse_flb(struct lfb_parser *parser, unsigned int *number);
int lfb__parse_u64(struct lfb_parser *parser, const char *what, u64 *number);
/* Copies the token behind what is in the pool already. */
const char *lfb__keep_token(struct lfb_parser *parser);

#endif
