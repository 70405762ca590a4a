// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Reading scenarios: the arguments of operations. But for what may be missing, functions end with
 * the argument's last token read.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <luo/profile.h>

#include "sim/scenario/parse.h"

static int parse_session(struct lfb_parser *parser, struct lfb_operation *operation)
{
	if (!parser->line.token.size)
		return lfb__refuse_token(&parser->line, "the name of a session");
	/* No name at all can be said as well: some kernels take it. */
	operation->name = lfb__token_is(&parser->line, "\"\"") ? "" : lfb__keep_token(parser);
	return lfb__intern(&parser->sessions, operation->name, strlen(operation->name),
			   &operation->session);
}

static int parse_inode(struct lfb_parser *parser, struct lfb_operation *operation)
{
	char *key = parser->pool;
	int length;

	if (lfb__parse_u64(parser, "an inode number", &operation->ino))
		return -EINVAL;
	/* One number is one file, however it was written. Not longer than it was written. */
	length = sprintf(key, "%llx", operation->ino);
	parser->pool += length + 1;
	return lfb__intern(&parser->inodes, key, (size_t)length, &operation->inode);
}

static int parse_pages(struct lfb_parser *parser, struct lfb_operation *operation)
{
	operation->pages = parser->line.token.size ? lfb__keep_token(parser) : NULL;
	if (!operation->pages || !lfb__pages_are_listed(operation->pages))
		return lfb__refuse_token(&parser->line, "pages, as 0,3, or -");
	parser->scenario->has_memfds = true;
	return 0;
}

/* [as INODE] */
static int parse_as(struct lfb_parser *parser, struct lfb_operation *operation)
{
	int err;

	if (!lfb__token_is(&parser->line, "as"))
		return 0;
	lfb__next_token(&parser->line);
	operation->keeps_file = true;
	err = parse_inode(parser, operation);
	if (!err)
		lfb__next_token(&parser->line);
	return err;
}

static int parse_into(struct lfb_parser *parser, struct lfb_operation *operation)
{
	lfb__next_token(&parser->line);
	operation->name = parser->line.token.size ? lfb__keep_token(parser) : NULL;
	if (!operation->name ||
	    (!lfb_profile_about(operation->name) && !lfb__is_image(operation->name)))
		return lfb__refuse_token(&parser->line, "a profile (lfb profiles lists them), or "
					 "the path of a kernel image");
	lfb__next_token(&parser->line);
	return 0;
}

static int parse_without(struct lfb_parser *parser, struct lfb_operation *operation)
{
	static const char *const lacks[] = { "liveupdate", "kho", "handover", "image" };
	unsigned int found;

	lfb__next_token(&parser->line);
	found = lfb__token_find(&parser->line, lacks, ARRAY_SIZE(lacks));
	if (found == ARRAY_SIZE(lacks))
		return lfb__refuse_token(&parser->line, "liveupdate, kho, handover or image");
	operation->lacks = LFB_LACKS_LIVEUPDATE + found;
	lfb__next_token(&parser->line);
	return 0;
}

/* A module's file, in another's place */
static int parse_with(struct lfb_parser *parser, struct lfb_operation *operation)
{
	lfb__next_token(&parser->line);
	operation->version = parser->line.token.size ? lfb__keep_token(parser) : NULL;
	if (!operation->version)
		return lfb__refuse_token(&parser->line, "the file of a module");
	lfb__next_token(&parser->line);
	if (!lfb__token_is(&parser->line, "for"))
		return lfb__refuse_token(&parser->line, "for");
	lfb__next_token(&parser->line);
	operation->replaces = parser->line.token.size ? lfb__keep_token(parser) : NULL;
	if (!operation->replaces)
		return lfb__refuse_token(&parser->line, "the module it is to replace");
	lfb__next_token(&parser->line);
	return 0;
}

static int parse_reboot(struct lfb_parser *parser, struct lfb_operation *operation)
{
	int err = 0;

	if (lfb__token_is(&parser->line, "into"))
		err = parse_into(parser, operation);
	if (!err && lfb__token_is(&parser->line, "with"))
		err = parse_with(parser, operation);
	if (!err && lfb__token_is(&parser->line, "without"))
		err = parse_without(parser, operation);
	return err;
}

/* flb|h NUMBER */
static int parse_whose(struct lfb_parser *parser, struct lfb_operation *operation)
{
	operation->of_flb = lfb__token_is(&parser->line, "flb");
	if (!operation->of_flb && !lfb__token_is(&parser->line, "h"))
		return lfb__refuse_token(&parser->line, "flb or h");
	lfb__next_token(&parser->line);
	return operation->of_flb ? lfb__parse_flb(parser, &operation->flb) :
				   lfb__parse_handler(parser, &operation->handler);
}

static int parse_callback(struct lfb_parser *parser, struct lfb_operation *operation)
{
	unsigned int nr = operation->of_flb ? LFB_CALLBACK_FINISH + 1 : LFB_CALLBACKS;
	unsigned int callback = lfb__token_find(&parser->line, lfb__callbacks, nr);

	if (callback == nr)
		return lfb__refuse_token(&parser->line, operation->of_flb ?
				"preserve, unpreserve, retrieve or finish" :
				"can_preserve, preserve, unpreserve, freeze, unfreeze, retrieve, "
				"can_finish or finish");
	operation->callback = callback;
	return 0;
}

static int parse_compatible(struct lfb_parser *parser, struct lfb_operation *operation)
{
	if (!parser->line.token.size || parser->line.token.size > LFB_SCENARIO_COMPATIBLE_MAX)
		return lfb__refuse_token(&parser->line, "a string of at most %d bytes",
					 LFB_SCENARIO_COMPATIBLE_MAX);
	operation->name = lfb__keep_token(parser);
	return 0;
}

/* Numbers are the recorded module's; a compatible string begins with a letter. */
static int parse_known(struct lfb_parser *parser, bool flb, struct lfb_operation *operation)
{
	const struct lfb_token *token = &parser->line.token;

	if (!token->size || !isalpha((unsigned char)*token->text))
		return flb ? lfb__parse_flb(parser, &operation->flb) :
			     lfb__parse_handler(parser, &operation->handler);
	if (token->size >= LIVEUPDATE_HNDL_COMPAT_LENGTH)
		return lfb__refuse_token(&parser->line, "a number, or a compatible string of up to "
					 "%d bytes", LIVEUPDATE_HNDL_COMPAT_LENGTH - 1);
	operation->compatible = lfb__keep_token(parser);
	return 0;
}

static int parse_damaged(struct lfb_parser *parser, struct lfb_operation *operation)
{
	operation->damaged = lfb__token_find(&parser->line, lfb__damaged, LFB_DAMAGED);
	return operation->damaged < LFB_DAMAGED ? 0 :
		lfb__refuse_token(&parser->line, "flb, session or tree");
}

static int parse_identity(struct lfb_parser *parser, struct lfb_operation *operation)
{
	unsigned int found = lfb__token_find(&parser->line, lfb__identities, LFB_IDENTITIES);

	operation->identity = found;
	if (found < LFB_IDENTITIES)
		return 0;
	return lfb__parse_u64(parser, "none, inode, changing or a number", &operation->value);
}

static int parse_spoilt(struct lfb_parser *parser, struct lfb_operation *operation)
{
	static const char *const how[] = { "unreadable", "read-only", "short", "long", "tail" };
	unsigned int found = lfb__token_find(&parser->line, how, ARRAY_SIZE(how));

	operation->argument = LFB_ARGUMENT_UNREADABLE + found;
	return found < ARRAY_SIZE(how) ? 0 :
		lfb__refuse_token(&parser->line, "unreadable, read-only, short, long or tail");
}

static int parse_fail_op(struct lfb_parser *parser, struct lfb_operation *operation)
{
	unsigned int nr = operation->of_flb ? LFB_RECORDED_RETRIEVE + 1 : LFB_RECORDED_OPS;
	unsigned int op = lfb__token_find(&parser->line, lfb__recorded_ops, nr);

	if (op == nr)
		return lfb__refuse_token(&parser->line, operation->of_flb ?
				"preserve or retrieve" :
				"preserve, freeze, retrieve or can_finish");
	operation->fail_op = op;
	return 0;
}

static int parse_errno(struct lfb_parser *parser, struct lfb_operation *operation)
{
	long error;

	if (!lfb__token_signed(&parser->line, -MAX_ERRNO, 0, &error))
		return lfb__refuse_token(&parser->line, "a negative errno, or 0");
	operation->fail_error = (int)error;
	return 0;
}

static int parse_times(struct lfb_parser *parser, struct lfb_operation *operation)
{
	u64 times;

	if (!lfb__token_number(&parser->line, LFB_SCENARIO_TIMES_MAX, &times))
		return lfb__refuse_token(&parser->line, "how many times (0 to %u)",
					 LFB_SCENARIO_TIMES_MAX);
	operation->fail_times = (unsigned int)times;
	return 0;
}

/* KIND N [forever] | off */
static int parse_fault(struct lfb_parser *parser, struct lfb_operation *operation)
{
	struct lfb_fault_plan *plan = &operation->plan;
	unsigned int kind = 0;
	u64 nth;

	plan->sz = sizeof(*plan);
	if (lfb__token_is(&parser->line, "off")) {
		lfb__next_token(&parser->line);
		return 0;
	}
	while (kind < LFB_FAULT_KINDS && !lfb__token_is(&parser->line, lfb_fault_kind_name(kind)))
		kind++;
	if (kind == LFB_FAULT_KINDS && !lfb__token_is(&parser->line, "any"))
		return lfb__refuse_token(&parser->line,
					 "a kind of fault (alloc, kho, fdt, module, flb-preserve, "
					 "flb-retrieve, file-preserve, file-freeze, file-retrieve, "
					 "file-can-finish, user-read, user-write, any) or off");
	plan->kinds = kind == LFB_FAULT_KINDS ? LFB_FAULT_ANY : 1u << kind;
	lfb__next_token(&parser->line);
	if (!lfb__token_number(&parser->line, LFB_SCENARIO_TIMES_MAX, &nth) || !nth)
		return lfb__refuse_token(&parser->line, "which one is to fail (1 to %u)",
					 LFB_SCENARIO_TIMES_MAX);
	plan->nth = (unsigned long)nth;
	lfb__next_token(&parser->line);
	if (lfb__token_is(&parser->line, "forever")) {
		plan->forever = true;
		lfb__next_token(&parser->line);
	}
	return 0;
}

/* Those that may end early, R, P and Y, have read on. */
static int parse_one(struct lfb_parser *parser, char letter, struct lfb_operation *operation)
{
	switch (letter) {
	case 'R':
		return parse_reboot(parser, operation);
	case 'P':
		return parse_fault(parser, operation);
	case 'Y':
		return parse_as(parser, operation);
	case 'K':
		return parse_fail_op(parser, operation);
	case 'E':
		return parse_errno(parser, operation);
	case 'M':
		return parse_times(parser, operation);
	case 'C':
		return parse_whose(parser, operation);
	case 'O':
		return parse_callback(parser, operation);
	case 'S':
		return lfb__parse_step(parser, &operation->step);
	case 'B':
		return parse_compatible(parser, operation);
	case 'D':
		return parse_damaged(parser, operation);
	case 'J':
		return parse_identity(parser, operation);
	case 'U':
		return parse_spoilt(parser, operation);
	case 'A':
		return lfb__parse_u64(parser, "an offset", &operation->offset);
	case 'V':
		return lfb__parse_u64(parser, "a value", &operation->value);
	case 'H':
		return lfb__parse_handler(parser, &operation->handler);
	case 'X':
		return parse_known(parser, false, operation);
	case 'Z':
		return parse_known(parser, true, operation);
	case 'F':
		return lfb__parse_flb(parser, &operation->flb);
	case 'N':
		return parse_session(parser, operation);
	case 'T':
		return lfb__parse_u64(parser, "a token", &operation->token);
	case 'I':
		return parse_inode(parser, operation);
	case 'L':
		return lfb__parse_u64(parser, "a size in bytes", &operation->size);
	case 'G':
		return parse_pages(parser, operation);
	case 'W':
		return lfb__parse_u64(parser, "a seed", &operation->value);
	}
	return 0;
}

int lfb__parse_argument(struct lfb_parser *parser, char letter, struct lfb_operation *operation)
{
	int err = parse_one(parser, letter, operation);

	if (!err && letter != 'R' && letter != 'P' && letter != 'Y')
		lfb__next_token(&parser->line);
	return err;
}
