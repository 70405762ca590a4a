/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Reading scenarios. The whole text is understood before anything runs; what is not understood is
 * reported with line, column and what would have been.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/profile.h>

#include "sim/machine/host_file.h"
#include "sim/machine/intern.h"
#include "sim/machine/machine.h"
#include "sim/machine/scenario.h"
#include "sim/machine/scenario_token.h"

#define TIMES_MAX 1000000000u

struct parser {
	struct lfb_scenario *scenario;
	size_t capacity; /* of scenario->operations */
	char *pool; /* where the next string goes in scenario->strings */
	struct lfb_intern sessions;
	struct lfb_intern inodes;
	struct lfb_line line;
	bool transcript; /* only lines that start with "> " count */
};

/*
 * Each letter of a verb's arguments is one of:
 *	H handler number, F FLB number, N session name, T token, I inode number,
 *	R "into PROFILE" or nothing, W what fails and how often, P fault plan
 */
static const struct {
	const char *name;
	const char *arguments;
} verbs[LFB_VERBS] = {
	[LFB_VERB_HANDLER] = { "handler", "H" },    [LFB_VERB_UNHANDLER] = { "unhandler", "H" },
	[LFB_VERB_FLB] = { "flb", "HF" },	    [LFB_VERB_UNFLB] = { "unflb", "HF" },
	[LFB_VERB_OPEN] = { "open", "" },	    [LFB_VERB_SESSION] = { "session", "N" },
	[LFB_VERB_RSESSION] = { "rsession", "N" },  [LFB_VERB_PRESERVE] = { "preserve", "NTHI" },
	[LFB_VERB_RETRIEVE] = { "retrieve", "NT" }, [LFB_VERB_FINISH] = { "finish", "N" },
	[LFB_VERB_CLOSE] = { "close", "N" },	    [LFB_VERB_GETIN] = { "getin", "F" },
	[LFB_VERB_GETOUT] = { "getout", "F" },	    [LFB_VERB_HOLDIN] = { "holdin", "F" },
	[LFB_VERB_HOLDOUT] = { "holdout", "F" },    [LFB_VERB_PUTIN] = { "putin", "F" },
	[LFB_VERB_PUTOUT] = { "putout", "F" },	    [LFB_VERB_AGAIN] = { "again", "NTI" },
	[LFB_VERB_FAIL] = { "fail", "W" },	    [LFB_VERB_REBOOT] = { "reboot", "R" },
	[LFB_VERB_FAULT] = { "fault", "P" },	    [LFB_VERB_PANIC] = { "panic", "" },
	[LFB_VERB_COLD] = { "cold", "" },
};

static const char *const recorded_ops[LFB_RECORDED_OPS] = {
	[LFB_RECORDED_PRESERVE] = "preserve",
	[LFB_RECORDED_RETRIEVE] = "retrieve",
	[LFB_RECORDED_FREEZE] = "freeze",
	[LFB_RECORDED_CAN_FINISH] = "can_finish",
};

/*
 * Arguments
 */

static int parse_small_number(struct parser *parser, const char *what, unsigned int *number,
			      unsigned int *nr)
{
	u64 value;

	if (!lfb_token_number(&parser->line, LFB_SCENARIO_NUMBER_MAX, &value))
		return lfb_refuse_token(&parser->line, "the number of %s (0 to %u)", what,
					LFB_SCENARIO_NUMBER_MAX);
	*number = (unsigned int)value;
	if (*nr <= *number)
		*nr = *number + 1;
	return 0;
}

/* Copies the token behind what is in the pool already. */
static const char *keep_token(struct parser *parser)
{
	char *kept = parser->pool;

	memcpy(kept, parser->line.token.text, parser->line.token.size);
	kept[parser->line.token.size] = '\0';
	parser->pool += parser->line.token.size + 1;
	return kept;
}

static int parse_session(struct parser *parser, struct lfb_operation *operation)
{
	if (!parser->line.token.size)
		return lfb_refuse_token(&parser->line, "the name of a session");
	operation->name = keep_token(parser);
	return lfb_intern(&parser->sessions, operation->name, parser->line.token.size,
			  &operation->session);
}

static int parse_inode(struct parser *parser, struct lfb_operation *operation)
{
	char *key = parser->pool;
	int length;

	if (!lfb_token_number(&parser->line, UINT64_MAX, &operation->ino))
		return lfb_refuse_token(&parser->line, "an inode number (0 to 2^64 - 1)");
	/* One number is one file, however it was written. Not longer than it was written. */
	length = sprintf(key, "%llx", (unsigned long long)operation->ino);
	parser->pool += length + 1;
	return lfb_intern(&parser->inodes, key, (size_t)length, &operation->inode);
}

static int parse_reboot(struct parser *parser, struct lfb_operation *operation)
{
	if (!lfb_token_is(&parser->line, "into"))
		return 0;
	lfb_next_token(&parser->line);
	operation->name = parser->line.token.size ? keep_token(parser) : NULL;
	if (!operation->name || !lfb_profile_about(operation->name))
		return lfb_refuse_token(&parser->line, "a profile (lfb profiles lists them)");
	lfb_next_token(&parser->line);
	return 0;
}

static int parse_fail_op(struct parser *parser, struct lfb_operation *operation)
{
	unsigned int op, nr = operation->fail_flb ? LFB_RECORDED_RETRIEVE + 1 : LFB_RECORDED_OPS;

	for (op = 0; op < nr; op++) {
		if (lfb_token_is(&parser->line, recorded_ops[op])) {
			operation->fail_op = op;
			return 0;
		}
	}
	return lfb_refuse_token(&parser->line, operation->fail_flb ?
						       "preserve or retrieve" :
						       "preserve, freeze, retrieve or can_finish");
}

/* flb|h NUMBER OP ERRNO TIMES */
static int parse_fail(struct parser *parser, struct lfb_operation *operation)
{
	struct lfb_scenario *scenario = parser->scenario;
	long error;
	u64 times;
	int err;

	operation->fail_flb = lfb_token_is(&parser->line, "flb");
	if (!operation->fail_flb && !lfb_token_is(&parser->line, "h"))
		return lfb_refuse_token(&parser->line, "flb or h");
	lfb_next_token(&parser->line);
	if (operation->fail_flb)
		err = parse_small_number(parser, "an FLB", &operation->flb, &scenario->nr_flbs);
	else
		err = parse_small_number(parser, "a handler", &operation->handler,
					 &scenario->nr_handlers);
	if (err)
		return err;
	lfb_next_token(&parser->line);
	err = parse_fail_op(parser, operation);
	if (err)
		return err;
	lfb_next_token(&parser->line);
	if (!lfb_token_errno(&parser->line, &error))
		return lfb_refuse_token(&parser->line, "a negative errno, or 0");
	lfb_next_token(&parser->line);
	if (!lfb_token_number(&parser->line, TIMES_MAX, &times))
		return lfb_refuse_token(&parser->line, "how many times (0 to %u)", TIMES_MAX);
	lfb_next_token(&parser->line);
	operation->fail_error = (int)error;
	operation->fail_times = (unsigned int)times;
	return 0;
}

/* KIND N [forever] | off */
static int parse_fault(struct parser *parser, struct lfb_operation *operation)
{
	struct lfb_fault_plan *plan = &operation->plan;
	unsigned int kind = 0;
	u64 nth;

	plan->sz = sizeof(*plan);
	if (lfb_token_is(&parser->line, "off")) {
		lfb_next_token(&parser->line);
		return 0;
	}
	while (kind < LFB_FAULT_KINDS && !lfb_token_is(&parser->line, lfb_fault_kind_name(kind)))
		kind++;
	if (kind == LFB_FAULT_KINDS && !lfb_token_is(&parser->line, "any"))
		return lfb_refuse_token(&parser->line,
					"a kind of fault (alloc, kho, fdt, module, flb-preserve, "
					"flb-retrieve, file-preserve, file-freeze, file-retrieve, "
					"file-can-finish, any) or off");
	plan->kinds = kind == LFB_FAULT_KINDS ? LFB_FAULT_ANY : 1u << kind;
	lfb_next_token(&parser->line);
	if (!lfb_token_number(&parser->line, TIMES_MAX, &nth) || !nth)
		return lfb_refuse_token(&parser->line, "which one is to fail (1 to %u)", TIMES_MAX);
	plan->nth = (unsigned long)nth;
	lfb_next_token(&parser->line);
	if (lfb_token_is(&parser->line, "forever")) {
		plan->forever = true;
		lfb_next_token(&parser->line);
	}
	return 0;
}

/* Starts with the argument's first token read, ends with the first one behind it read. */
static int parse_argument(struct parser *parser, char letter, struct lfb_operation *operation)
{
	struct lfb_scenario *scenario = parser->scenario;
	int err = 0;

	switch (letter) {
	case 'R':
		return parse_reboot(parser, operation);
	case 'W':
		return parse_fail(parser, operation);
	case 'P':
		return parse_fault(parser, operation);
	case 'H':
		err = parse_small_number(parser, "a handler", &operation->handler,
					 &scenario->nr_handlers);
		break;
	case 'F':
		err = parse_small_number(parser, "an FLB", &operation->flb, &scenario->nr_flbs);
		break;
	case 'N':
		err = parse_session(parser, operation);
		break;
	case 'T':
		if (!lfb_token_number(&parser->line, UINT64_MAX, &operation->token))
			err = lfb_refuse_token(&parser->line, "a token (0 to 2^64 - 1)");
		break;
	case 'I':
		err = parse_inode(parser, operation);
		break;
	}
	if (!err)
		lfb_next_token(&parser->line);
	return err;
}

/* "= RESULT [obj=HEX]" */
static int parse_expectation(struct parser *parser, struct lfb_expectation *expected)
{
	static const char object[] = "obj=";
	const size_t prefix = sizeof(object) - 1;

	if (!parser->line.token.size)
		return 0;
	if (!lfb_token_is(&parser->line, "="))
		return lfb_refuse_token(&parser->line, "\"= RESULT\" or the end of the line");
	lfb_next_token(&parser->line);
	if (!lfb_token_errno(&parser->line, &expected->result))
		return lfb_refuse_token(&parser->line, "a result: 0 or a negative errno");
	expected->given = true;
	lfb_next_token(&parser->line);
	if (parser->line.token.size > prefix && !memcmp(parser->line.token.text, object, prefix)) {
		if (!lfb_number_in(parser->line.token.text + prefix,
				   parser->line.token.size - prefix, 16, &expected->object))
			return lfb_refuse_token(&parser->line, "obj= and a hexadecimal number");
		expected->object_given = true;
		lfb_next_token(&parser->line);
	}
	if (parser->line.token.size)
		return lfb_refuse_token(&parser->line, "the end of the line");
	return 0;
}

/*
 * Lines
 */

/* The operation's tokens, one space between them: from @first up to the token read last. */
static const char *keep_operation(struct parser *parser, const char *first)
{
	const char *stop = parser->line.token.text;
	char *kept = parser->pool, *to = kept;
	const char *at;

	for (at = first; at < stop; at++) {
		if (!lfb_is_space(*at))
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

static struct lfb_operation *add_operation(struct parser *parser)
{
	struct lfb_scenario *scenario = parser->scenario;
	struct lfb_operation *operations;

	if (scenario->count == parser->capacity) {
		parser->capacity = parser->capacity ? parser->capacity * 2 : 64;
		operations =
			reallocarray(scenario->operations, parser->capacity, sizeof(*operations));
		if (!operations)
			return NULL;
		scenario->operations = operations;
	}
	return memset(&scenario->operations[scenario->count++], 0, sizeof(*operations));
}

/* Starts with the verb's token read. */
static int parse_operation(struct parser *parser)
{
	const char *first = parser->line.token.text;
	struct lfb_operation *operation;
	const char *letter;
	unsigned int verb = 0;
	int err = 0;

	while (verb < LFB_VERBS && !lfb_token_is(&parser->line, verbs[verb].name))
		verb++;
	if (verb == LFB_VERBS)
		return lfb_refuse_token(&parser->line,
					"an operation (docs/scenarios.md lists them)");
	operation = add_operation(parser);
	if (!operation)
		return -ENOMEM;
	operation->verb = verb;
	operation->line = parser->line.number;

	lfb_next_token(&parser->line);
	for (letter = verbs[verb].arguments; !err && *letter; letter++)
		err = parse_argument(parser, *letter, operation);
	if (err)
		return err;
	operation->text = keep_operation(parser, first);
	return parse_expectation(parser, &operation->expected);
}

static int parse_line(struct parser *parser)
{
	static const char mark[] = "> ";

	lfb_next_token(&parser->line);
	if (!parser->line.token.size)
		return 0;
	if (!parser->scenario->count && !parser->transcript && lfb_token_is(&parser->line, "==")) {
		lfb_next_token(&parser->line);
		if (!lfb_token_is(&parser->line, "boot"))
			return lfb_refuse_token(&parser->line, "boot, as transcripts start");
		parser->transcript = true;
		return 0;
	}
	if (!parser->transcript)
		return parse_operation(parser);
	if (parser->line.end - parser->line.start < 2 || memcmp(parser->line.start, mark, 2))
		return 0;
	parser->line.at = parser->line.start + 2;
	lfb_next_token(&parser->line);
	return parse_operation(parser);
}

/* What no line may hold; checked first, so that nothing else need think of it. */
static int check_line(const struct lfb_line *line)
{
	size_t size = (size_t)(line->end - line->start);
	const char *nul = memchr(line->start, '\0', size);
	char found[32];

	if (nul)
		return lfb_refuse_at(line, nul, "text", "a NUL byte");
	if (size <= LFB_SCENARIO_LINE_MAX)
		return 0;
	snprintf(found, sizeof(found), "%zu bytes", size);
	return lfb_refuse_at(line, line->start + LFB_SCENARIO_LINE_MAX,
			     "the end of the line after at most 1024 bytes", found);
}

static int parse_text(struct parser *parser, const char *text, size_t size)
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
	return err;
}

/*
 * Bytes of strings that a text of @size bytes can need: a line's tokens as the operation's text and
 * once more as names and keys, each with a terminator where the text has at least a separator.
 */
static size_t pool_size(size_t size)
{
	return 2 * size + 8;
}

static struct lfb_scenario *alloc_scenario(const char *name, size_t size)
{
	struct lfb_scenario *scenario = calloc(1, sizeof(*scenario));

	if (!scenario)
		return NULL;
	scenario->name = strdup(name && *name ? name : "scenario");
	scenario->strings = malloc(pool_size(size));
	if (scenario->name && scenario->strings)
		return scenario;
	free(scenario->name);
	free(scenario->strings);
	free(scenario);
	return NULL;
}

static void destroy_scenario(struct lfb_scenario *scenario)
{
	free(scenario->operations);
	free(scenario->strings);
	free(scenario->name);
	free(scenario);
}

int lfb_scenario_parse(const char *name, const char *text, size_t size,
		       struct lfb_scenario **scenario)
{
	struct parser parser = { 0 };
	int err;

	if (!scenario)
		return lfb_error(NULL, -EINVAL, "lfb_scenario_parse(): no place for the scenario");
	*scenario = NULL;
	if (!text && size)
		return lfb_error(NULL, -EINVAL, "lfb_scenario_parse(): no text");
	parser.scenario = alloc_scenario(name, size);
	if (!parser.scenario)
		return lfb_error(NULL, -ENOMEM, "no memory for a scenario");
	parser.pool = parser.scenario->strings;
	parser.line.file = parser.scenario->name;

	err = size ? parse_text(&parser, text, size) : 0;
	parser.scenario->nr_sessions = parser.sessions.count;
	parser.scenario->nr_inodes = parser.inodes.count;
	lfb_intern_destroy(&parser.sessions);
	lfb_intern_destroy(&parser.inodes);
	if (!err)
		err = lfb_handle_register(parser.scenario, LFB_HANDLE_SCENARIO);
	if (err == -ENOMEM)
		lfb_error(NULL, err, "no memory for a scenario");
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
		return lfb_error(NULL, -EINVAL, "lfb_scenario_load(): no place for the scenario");
	*scenario = NULL;
	if (!path)
		return lfb_error(NULL, -EINVAL, "lfb_scenario_load(): no path");
	err = lfb_read_whole_file(path, &text, &size);
	if (err)
		return err;
	err = lfb_scenario_parse(path, text, size, scenario);
	free(text);
	return err;
}

void lfb_scenario_free(struct lfb_scenario *scenario)
{
	if (!lfb_handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return;
	lfb_handle_unregister(scenario);
	destroy_scenario(scenario);
}
