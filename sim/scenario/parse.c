// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Reading scenarios. The whole text is understood before anything runs; what is not understood is
 * reported with line, column and what would have been.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/machine.h"
#include "sim/scenario/parse.h"

/* "= RESULT [obj=HEX]" */
static int parse_expectation(struct lfb_parser *parser, struct lfb_expectation *expected)
{
	static const char object[] = "obj=";
	const size_t prefix = sizeof(object) - 1;

	if (!parser->line.token.size)
		return 0;
	if (!lfb__token_is(&parser->line, "="))
		return lfb__refuse_token(&parser->line, "\"= RESULT\" or the end of the line");
	lfb__next_token(&parser->line);
	if (!lfb__token_signed(&parser->line, -MAX_ERRNO, 0, &expected->result))
		return lfb__refuse_token(&parser->line, "a result: 0 or a negative errno");
	expected->given = true;
	lfb__next_token(&parser->line);
	if (parser->line.token.size > prefix && !memcmp(parser->line.token.text, object, prefix)) {
		if (!lfb__number_in(parser->line.token.text + prefix,
				    parser->line.token.size - prefix, 16, &expected->object))
			return lfb__refuse_token(&parser->line, "obj= and a hexadecimal number");
		expected->object_given = true;
		lfb__next_token(&parser->line);
	}
	if (parser->line.token.size)
		return lfb__refuse_token(&parser->line, "the end of the line");
	return 0;
}

/* Lines */

/* The operation's tokens, one space between them: from @first up to the token read last. */
static const char *keep_operation(struct lfb_parser *parser, const char *first)
{
	const char *stop = parser->line.token.text;
	char *kept = parser->pool, *to = kept;

	if (!LFB_ASSERT(stop - first < parser->pool_end - kept))
		return "";
	for (const char *at = first; at < stop; at++) {
		if (!lfb__is_space(*at))
			*to++ = *at;
		else if (to[-1] != ' ')
			*to++ = ' ';
	}
	while (to[-1] == ' ')
		to--;
	*to = '\0';
	parser->pool = to + 1;
	return kept;
}

static struct lfb_operation *add_operation(struct lfb_parser *parser)
{
	struct lfb_scenario *scenario = parser->scenario;
	struct lfb_operation *operations =
		lfb__room(scenario->operations, scenario->count, 1, &parser->capacity,
			  sizeof(*operations));

	if (!operations)
		return NULL;
	scenario->operations = operations;
	return memset(&operations[scenario->count++], 0, sizeof(*operations));
}

/* "at POINT [N]" in front of an operation; *@first is set to where that starts. */
static int parse_point(struct lfb_parser *parser, struct lfb_operation *operation,
		       const char **first)
{
	u64 nth = 1;

	lfb__next_token(&parser->line);
	if (!parser->line.token.size)
		return lfb__refuse_token(&parser->line, "the name of a scheduling point");
	if (lfb__token_find(&parser->line, lfb__points, LFB_POINTS) == LFB_POINTS)
		return lfb__refuse_token(&parser->line,
					 "a scheduling point (docs/scenarios.md lists them)");
	operation->point = lfb__keep_token(parser);
	lfb__next_token(&parser->line);
	if (lfb__token_number(&parser->line, LFB_SCENARIO_TIMES_MAX, &nth)) {
		if (!nth)
			return lfb__refuse_token(&parser->line, "how many times (1 to %u)",
						 LFB_SCENARIO_TIMES_MAX);
		lfb__next_token(&parser->line);
	}
	operation->nth = (unsigned int)nth;
	*first = parser->line.token.text;
	parser->scenario->nr_points++;
	return 0;
}

/* What ends a kernel, or says what is in its image, is not done beside anything. */
static bool goes_beside(const struct lfb_operation *operation)
{
	switch (operation->verb) {
	case LFB_VERB_REBOOT: case LFB_VERB_JUMP: case LFB_VERB_COLD: case LFB_VERB_DAMAGE:
	case LFB_VERB_FAULT: case LFB_VERB_MODULE: case LFB_VERB_INSMOD: case LFB_VERB_RMMOD:
	case LFB_VERB_MEMFD: case LFB_VERB_CHECK: case LFB_VERB_ARGUMENT:
		return false;
	default:
		return !operation->point &&
		       !(lfb__verbs[operation->verb].flags & LFB_DEFINING_VERB);
	}
}

static int parse_blocks_end(struct lfb_parser *parser)
{
	lfb__next_token(&parser->line);
	if (parser->line.token.size)
		return lfb__refuse_token(&parser->line, "the end of the line");
	return 0;
}

/* "parallel [SCHEDULE] {" */
static int open_parallel(struct lfb_parser *parser)
{
	parser->schedule = NULL;
	lfb__next_token(&parser->line);
	if (parser->line.token.size && !lfb__token_is(&parser->line, "{")) {
		parser->schedule = lfb__keep_token(parser);
		lfb__next_token(&parser->line);
	}
	if (!lfb__token_is(&parser->line, "{"))
		return lfb__refuse_token(&parser->line, "\"{\"");
	parser->scenario->nr_parallels++;
	parser->block = 1;
	parser->block_has_lines = false;
	return parse_blocks_end(parser);
}

/* "} {" or "}" */
static int close_block(struct lfb_parser *parser)
{
	struct lfb_scenario *scenario = parser->scenario;

	if (!parser->block_has_lines)
		return lfb__refuse_token(&parser->line, "an operation");
	lfb__next_token(&parser->line);
	if (lfb__token_is(&parser->line, "{")) {
		if (parser->block == LFB_BESIDE_MAX)
			return lfb__refuse_token(&parser->line, "the end of the line after %u "
						 "blocks", LFB_BESIDE_MAX);
		parser->block++;
		parser->block_has_lines = false;
		return parse_blocks_end(parser);
	}
	if (parser->block < 2)
		return lfb__refuse_token(&parser->line, "\"{\": a second block");
	if (parser->line.token.size)
		return lfb__refuse_token(&parser->line, "\"{\" or the end of the line");
	if (scenario->nr_blocks < parser->block)
		scenario->nr_blocks = parser->block;
	parser->block = 0;
	return 0;
}

static int note_block(struct lfb_parser *parser, const char *start, struct lfb_operation *operation)
{
	if (!parser->block)
		return 0;
	if (!goes_beside(operation))
		return lfb__refuse_at(&parser->line, start, "an operation that can be done beside "
				      "others", "this one");
	operation->parallel = parser->scenario->nr_parallels;
	operation->block = parser->block;
	operation->schedule = parser->schedule;
	parser->block_has_lines = true;
	return 0;
}

/* Starts with the verb's token read. */
static int parse_operation(struct lfb_parser *parser)
{
	const char *start = parser->line.token.text, *first = start;
	struct lfb_operation *operation = add_operation(parser);
	unsigned int verb = 0;
	int err = 0;

	if (!operation)
		return -ENOMEM;
	operation->line = parser->line.number;
	if (lfb__token_is(&parser->line, "at"))
		err = parse_point(parser, operation, &first);
	if (err)
		return err;
	while (verb < LFB_VERBS && !lfb__token_is(&parser->line, lfb__verbs[verb].name))
		verb++;
	if (verb == LFB_VERBS)
		return lfb__refuse_token(&parser->line,
					 "an operation (docs/scenarios.md lists them)");
	operation->verb = verb;

	lfb__next_token(&parser->line);
	for (const char *letter = lfb__verbs[verb].arguments; !err && *letter; letter++)
		err = lfb__parse_argument(parser, *letter, operation);
	if (err)
		return err;
	err = note_block(parser, start, operation);
	if (err)
		return err;
	operation->text = keep_operation(parser, start);
	if (operation->point)
		operation->point_text = keep_operation(parser, first);
	return parse_expectation(parser, &operation->expected);
}

static int parse_statement(struct lfb_parser *parser)
{
	if (!parser->block && lfb__token_is(&parser->line, "parallel"))
		return open_parallel(parser);
	if (parser->block && lfb__token_is(&parser->line, "}"))
		return close_block(parser);
	return parse_operation(parser);
}

static int parse_line(struct lfb_parser *parser)
{
	lfb__next_token(&parser->line);
	if (!parser->line.token.size)
		return 0;
	if (!parser->scenario->count && !parser->transcript && lfb__token_is(&parser->line, "==")) {
		lfb__next_token(&parser->line);
		if (!lfb__token_is(&parser->line, "boot"))
			return lfb__refuse_token(&parser->line, "boot, as transcripts start");
		parser->transcript = true;
		return 0;
	}
	if (!parser->transcript)
		return parse_statement(parser);
	if (parser->line.end - parser->line.start < 2 || memcmp(parser->line.start, "> ", 2))
		return 0;
	parser->line.at = parser->line.start + 2;
	lfb__next_token(&parser->line);
	return parse_statement(parser);
}

/* What no line may hold; checked first, so that nothing else need think of it. */
static int check_line(const struct lfb_line *line)
{
	size_t size = (size_t)(line->end - line->start);
	const char *nul = memchr(line->start, '\0', size);
	char found[32];

	if (nul)
		return lfb__refuse_at(line, nul, "text", "a NUL byte");
	if (size <= LFB_SCENARIO_LINE_MAX)
		return 0;
	snprintf(found, sizeof(found), "%zu bytes", size);
	return lfb__refuse_at(line, line->start + LFB_SCENARIO_LINE_MAX,
			      "the end of the line after at most 1024 bytes", found);
}

static int parse_text(struct lfb_parser *parser, const char *text, size_t size)
{
	const char *stop = text + size;
	int err = 0;

	while (!err && text < stop) {
		const char *newline = memchr(text, '\n', (size_t)(stop - text));

		parser->line.number++;
		parser->line.start = parser->line.at = text;
		parser->line.end = newline ? newline : stop;
		text = newline ? newline + 1 : stop;
		if (parser->line.end > parser->line.start && parser->line.end[-1] == '\r')
			parser->line.end--;
		err = check_line(&parser->line);
		if (!err)
			err = parse_line(parser);
	}
	if (!err && parser->block) {
		parser->line.token = (struct lfb_token){ .text = parser->line.end };
		err = lfb__refuse_token(&parser->line, "\"}\"");
	}
	return err;
}

static void destroy_scenario(struct lfb_scenario *scenario)
{
	free(scenario->operations);
	free(scenario->strings);
	free(scenario->name);
	free(scenario);
}

/*
 * What a text can need: a line's tokens as the operation's text and twice more as names and keys,
 * each with a terminator where the text has at least a separator.
 */
static size_t strings_size(size_t text_size)
{
	return 3 * text_size + 8;
}

static struct lfb_scenario *alloc_scenario(const char *name, size_t size)
{
	struct lfb_scenario *scenario = calloc(1, sizeof(*scenario));

	if (!scenario)
		return NULL;
	scenario->name = strdup(name && *name ? name : "scenario");
	scenario->strings = malloc(strings_size(size));
	if (scenario->name && scenario->strings)
		return scenario;
	destroy_scenario(scenario);
	return NULL;
}

int lfb_scenario_parse(const char *name, const char *text, size_t size,
		       struct lfb_scenario **scenario)
{
	struct lfb_parser parser = { 0 };
	int err;

	if (!scenario)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_parse(): no place for the scenario");
	*scenario = NULL;
	if (!text && size)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_parse(): no text");
	parser.scenario = alloc_scenario(name, size);
	if (!parser.scenario)
		return lfb__error(NULL, -ENOMEM, "no memory for a scenario");
	parser.pool = parser.scenario->strings;
	parser.pool_end = parser.pool + strings_size(size);
	parser.line.file = parser.scenario->name;

	err = size ? parse_text(&parser, text, size) : 0;
	if (!err)
		err = lfb__check_slots(&parser);
	parser.scenario->nr_sessions = parser.sessions.entries.count;
	parser.scenario->nr_inodes = parser.inodes.entries.count;
	lfb__intern_destroy(&parser.sessions);
	lfb__intern_destroy(&parser.inodes);
	lfb__intern_destroy(&parser.slots);
	lfb__list_free(&parser.slot_uses);
	if (!err)
		err = lfb__handle_register(parser.scenario, LFB_HANDLE_SCENARIO);
	if (err == -ENOMEM)
		lfb__error(NULL, err, "no memory for a scenario");
	if (err) {
		destroy_scenario(parser.scenario);
		return err;
	}
	*scenario = parser.scenario;
	return 0;
}

int lfb_scenario_load(const char *path, struct lfb_scenario **scenario)
{
	char *text;
	size_t size;
	int err;

	if (!scenario)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_load(): no place for the scenario");
	*scenario = NULL;
	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_load(): no path");
	err = lfb__read_whole_file(path, &text, &size);
	if (err)
		return err;
	err = lfb_scenario_parse(path, text, size, scenario);
	free(text);
	return err;
}

void lfb_scenario_free(struct lfb_scenario *scenario)
{
	if (!scenario || !lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return;
	lfb__handle_unregister(scenario);
	destroy_scenario(scenario);
}
