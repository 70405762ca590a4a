// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Reading scenarios: steps. */
#include <string.h>

#include "sim/scenario/parse.h"

#define SLOT_NAME_MAX 32

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int note_use(struct lfb_parser *parser, unsigned int number, bool fills)
{
	struct lfb_slot_use *use;

	if (number == parser->slot_uses.count) {
		use = lfb__list_add(&parser->slot_uses, sizeof(*use));
		if (!use)
			return -ENOMEM;
		use->first = parser->line;
	}
	use = (struct lfb_slot_use *)parser->slot_uses.items + number;
	use->filled |= fills;
	return 0;
}

int lfb__check_slots(const struct lfb_parser *parser)
{
	const struct lfb_slot_use *uses = parser->slot_uses.items;

	for (size_t i = 0; i < parser->slot_uses.count; i++) {
		if (!uses[i].filled)
			return lfb__refuse_token(&uses[i].first,
						 "a slot that some step of the scenario fills");
	}
	return 0;
}

/* A letter, then letters, digits and '-'; in front of it ':' for one of the module's. */
static int parse_slot(struct lfb_parser *parser, struct lfb_step *step, bool fills)
{
	const char *name = parser->line.token.text;
	size_t size = parser->line.token.size;
	bool of_module = size && *name == ':';
	unsigned int number;
	int err;

	name += of_module;
	size -= of_module;
	if (!size || size > SLOT_NAME_MAX || !is_letter(*name))
		return lfb__refuse_token(&parser->line, "the name of a slot (1 to %d letters, "
					 "digits and '-', a letter first)", SLOT_NAME_MAX);
	for (size_t i = 1; i < size; i++) {
		if (!is_letter(name[i]) && name[i] != '-' && (name[i] < '0' || name[i] > '9'))
			return lfb__refuse_token(&parser->line, "the name of a slot (letters, "
								"digits and '-')");
	}
	err = lfb__intern(&parser->slots, lfb__keep_token(parser) + of_module, size, &number);
	if (err)
		return err;
	if (!LFB_ASSERT(step->nr_slots < LFB_STEP_SLOTS))
		return -EINVAL;
	step->slots[step->nr_slots].name = number;
	step->slots[step->nr_slots++].of_module = of_module;
	return note_use(parser, number, fills);
}

static int parse_number(struct lfb_parser *parser, struct lfb_step *step)
{
	if (!LFB_ASSERT(step->nr_numbers < LFB_STEP_NUMBERS))
		return -EINVAL;
	return lfb__parse_u64(parser, "a number", &step->numbers[step->nr_numbers++]);
}

/* Negative or not: what a callback must not answer can be said too. */
static int parse_error(struct lfb_parser *parser, struct lfb_step *step)
{
	long number;

	if (!lfb__token_signed(&parser->line, -INT32_MAX, INT32_MAX, &number))
		return lfb__refuse_token(&parser->line, "a number (%d to %d)", -INT32_MAX,
					 INT32_MAX);
	step->error = (int)number;
	return 0;
}

static int parse_lock(struct lfb_parser *parser, struct lfb_step *step)
{
	u64 number;

	if (!lfb__token_number(&parser->line, LFB_STEP_LOCKS - 1, &number))
		return lfb__refuse_token(&parser->line, "the number of a lock (0 to %d)",
					 LFB_STEP_LOCKS - 1);
	step->lock = (unsigned int)number;
	return 0;
}

static int parse_field(struct lfb_parser *parser, struct lfb_step *step)
{
	unsigned int field = lfb__token_find(&parser->line, lfb__step_fields, LFB_FIELDS);

	if (field == LFB_FIELDS)
		return lfb__refuse_token(&parser->line, "a field (handler, session, retrieved, "
					 "retrieve_status, file, serialized_data, private_data, "
					 "flb, data, obj)");
	step->field = field;
	return 0;
}

static int parse_word(struct lfb_parser *parser, struct lfb_step *step)
{
	if (!parser->line.token.size)
		return lfb__refuse_token(&parser->line, "a name");
	step->word = lfb__keep_token(parser);
	return 0;
}

static int parse_argument(struct lfb_parser *parser, char letter, struct lfb_step *step)
{
	char first = parser->line.token.size ? *parser->line.token.text : '\0';

	switch (letter) {
	case 'S':
	case 's':
		return parse_slot(parser, step, letter == 's');
	case 'V':
		return first >= '0' && first <= '9' ? parse_number(parser, step) :
						      parse_slot(parser, step, false);
	case 'L':
		return parse_lock(parser, step);
	case 'F':
		return lfb__parse_flb(parser, &step->flb);
	case 'H':
		return lfb__parse_handler(parser, &step->handler);
	case 'E':
		return parse_error(parser, step);
	case 'A':
		return parse_field(parser, step);
	case 'W':
		return parse_word(parser, step);
	default:
		return parse_number(parser, step);
	}
}

int lfb__parse_step(struct lfb_parser *parser, struct lfb_step *step)
{
	unsigned int code = 0;
	int err = 0;

	while (code < LFB_STEP_CODES && !lfb__token_is(&parser->line, lfb__steps[code].name))
		code++;
	if (code == LFB_STEP_CODES)
		return lfb__refuse_token(&parser->line, "a step (docs/scenarios.md lists them)");
	step->code = code;
	for (const char *letter = lfb__steps[code].arguments; !err && *letter; letter++) {
		lfb__next_token(&parser->line);
		err = parse_argument(parser, *letter, step);
	}
	return err;
}
