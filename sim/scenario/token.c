// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A line of a scenario as tokens, and what is a token long. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/machine/machine.h"
#include "sim/scenario/parse.h"

#define FOUND_MAX 40 /* bytes of a token that a message shows */

bool lfb__is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void lfb__next_token(struct lfb_line *line)
{
	const char *at = line->at;

	while (at < line->end && lfb__is_space(*at))
		at++;
	line->token.text = at;
	if (at == line->end || *at == '#') {
		line->token.size = 0;
		line->at = line->end;
		return;
	}
	while (at < line->end && !lfb__is_space(*at))
		at++;
	line->token.size = (size_t)(at - line->token.text);
	line->at = at;
}

bool lfb__token_is(const struct lfb_line *line, const char *word)
{
	return line->token.size == strlen(word) &&
	       !memcmp(line->token.text, word, line->token.size);
}

unsigned int lfb__token_find(const struct lfb_line *line, const char *const *words, unsigned int nr)
{
	unsigned int i = 0;

	while (i < nr && !lfb__token_is(line, words[i]))
		i++;
	return i;
}

/* The text as a message can show it: printable and not too long. */
static void describe_found(const struct lfb_token *token, char *found, size_t size)
{
	size_t shown = token->size < FOUND_MAX ? token->size : FOUND_MAX;

	snprintf(found, size, "\"%.*s%s\"", (int)shown, token->text,
		 shown < token->size ? "..." : "");
	for (size_t i = 1; i <= shown; i++) {
		unsigned char c = (unsigned char)found[i];

		if (c < ' ' || c == 0x7f)
			found[i] = '?';
	}
	if (!token->size)
		snprintf(found, size, "the end of the line");
}

int lfb__refuse_at(const struct lfb_line *line, const char *at, const char *expected,
		   const char *found)
{
	return lfb__error(NULL, -EINVAL, "%.200s:%u:%zu: expected %s, found %s", line->file,
			  line->number, (size_t)(at - line->start) + 1, expected, found);
}

int lfb__refuse_token(const struct lfb_line *line, const char *format, ...)
{
	char expected[192], found[FOUND_MAX + 16];
	va_list args;

	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	describe_found(&line->token, found, sizeof(found));
	return lfb__refuse_at(line, line->token.text, expected, found);
}

static int digit(char c, unsigned int base)
{
	unsigned int value = 16;

	if (c >= '0' && c <= '9')
		value = (unsigned int)(c - '0');
	else if (c >= 'a' && c <= 'f')
		value = (unsigned int)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		value = (unsigned int)(c - 'A') + 10;
	return value < base ? (int)value : -1;
}

bool lfb__number_in(const char *text, size_t size, unsigned int base, u64 *number)
{
	u64 value = 0;

	if (!size)
		return false;
	for (; size; size--, text++) {
		int next = digit(*text, base);

		if (next < 0 || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (u64)next, &value))
			return false;
	}
	*number = value;
	return true;
}

bool lfb__token_number(const struct lfb_line *line, u64 max, u64 *number)
{
	const char *text = line->token.text;
	size_t size = line->token.size;
	bool hex = size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return lfb__number_in(text + (hex ? 2 : 0), size - (hex ? 2 : 0), hex ? 16 : 10, number) &&
	       *number <= max;
}

bool lfb__token_signed(const struct lfb_line *line, long lowest, long highest, long *number)
{
	const bool negative = line->token.size && line->token.text[0] == '-';
	u64 amount;

	if (!lfb__number_in(line->token.text + negative, line->token.size - negative, 10,
			    &amount) ||
	    amount > (u64)(negative ? -lowest : highest))
		return false;
	*number = negative ? -(long)amount : (long)amount;
	return true;
}

static int parse_small_number(struct lfb_parser *parser, const char *what, unsigned int *number,
			      unsigned int *nr)
{
	u64 value;

	if (!lfb__token_number(&parser->line, LFB_SCENARIO_NUMBER_MAX, &value))
		return lfb__refuse_token(&parser->line, "the number of %s (0 to %u)", what,
					 LFB_SCENARIO_NUMBER_MAX);
	*number = (unsigned int)value;
	if (*nr <= *number)
		*nr = *number + 1;
	return 0;
}

int lfb__parse_handler(struct lfb_parser *parser, unsigned int *number)
{
	return parse_small_number(parser, "a handler", number, &parser->scenario->nr_handlers);
}

int lfb__parse_flb(struct lfb_parser *parser, unsigned int *number)
{
	return parse_small_number(parser, "an FLB", number, &parser->scenario->nr_flbs);
}

int lfb__parse_u64(struct lfb_parser *parser, const char *what, u64 *number)
{
	if (lfb__token_number(&parser->line, UINT64_MAX, number))
		return 0;
	return lfb__refuse_token(&parser->line, "%s (0 to 2^64 - 1)", what);
}

const char *lfb__keep_token(struct lfb_parser *parser)
{
	char *kept = parser->pool;

	if (!LFB_ASSERT(parser->line.token.size < (size_t)(parser->pool_end - kept)))
		return "";
	memcpy(kept, parser->line.token.text, parser->line.token.size);
	kept[parser->line.token.size] = '\0';
	parser->pool += parser->line.token.size + 1;
	return kept;
}
