// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Values as people write them, and the bytes that they are at their places. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/json/json.h"
#include "sim/machine/machine.h"

/* Names of nodes end with one of these. */
#define FDT_WORD 4u

static u64 ones(unsigned int bits)
{
	return bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;
}

static unsigned int bits_of(const struct lfb_field *field)
{
	return field->bits ? field->bits : (unsigned int)field->width * 8;
}

u64 lfb__field_number(const struct lfb_field *field, const u8 *bytes)
{
	u64 number = 0;

	for (size_t i = field->width; i--;)
		number = number << 8 | bytes[i];
	return (number >> field->shift & ones(bits_of(field))) << field->unit;
}

/* Numbers as everywhere in the tool; all of @text is one. */
static bool read_number(const char *text, u64 *number)
{
	const bool is_hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	const char *digits = is_hex ? text + 2 : text;
	char *end;

	if (strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits) ||
	    !*digits)
		return false;
	errno = 0;
	*number = strtoull(digits, &end, is_hex ? 16 : 10);
	return !errno;
}

static int parse_number(const struct lfb_field *field, const char *path, const char *value,
			u8 *bytes, u8 *mask)
{
	const u64 most = ones(bits_of(field));
	u64 number, raw, set = most << field->shift;

	if (!strcmp(value, "-1"))
		number = most << field->unit;
	else if (!read_number(value, &number))
		return lfb__error(NULL, -EINVAL, "%.128s takes a number, as 17 or 0x11, or -1 for "
				  "all ones", path);
	raw = number >> field->unit;
	if (raw > most)
		return lfb__error(NULL, -ERANGE, "%.128s has %u bits: at most 0x%llx fits, 0x%llx "
				  "does not", path, bits_of(field), most << field->unit, number);
	if (raw << field->unit != number)
		return lfb__error(NULL, -ERANGE, "%.128s counts in units of 0x%llx: 0x%llx is none",
				  path, 1ull << field->unit, number);
	raw <<= field->shift;
	for (size_t i = 0; i < field->width; i++, raw >>= 8, set >>= 8) {
		bytes[i] = (u8)raw;
		mask[i] = (u8)set;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte of a text, in which \xNN is one. */
static u8 next_byte(const char **text)
{
	const char *at = *text;

	if (at[0] == '\\' && at[1] == 'x' && hex_digit(at[2]) >= 0 && hex_digit(at[3]) >= 0) {
		*text += 4;
		return (u8)(hex_digit(at[2]) << 4 | hex_digit(at[3]));
	}
	++*text;
	return (u8)*at;
}

static int parse_text(const struct lfb_field *field, const char *path, const char *value,
		      u8 *bytes, u8 *mask)
{
	const bool is_node = field->kind == LFB_FIELD_NODE;
	const size_t most = field->width - is_node;
	const char *text = value;
	size_t length = 0;

	memset(mask, 0xff, field->width);
	memset(bytes, 0, field->width);
	while (*text) {
		const u8 byte = next_byte(&text);

		if (length < most)
			bytes[length] = byte;
		length++;
	}
	if (length > most)
		return lfb__error(NULL, -ERANGE, "%.128s has room for %zu bytes: %zu do not fit",
				  path, most, length);
	/* Whoever reads a tree goes on behind the name, in whole words. */
	if (is_node && strlen((const char *)bytes) + FDT_WORD < field->width)
		return lfb__error(NULL, -ERANGE, "%.128s is the name of a node, which may have %zu "
				  "to %zu bytes here", path, field->width - FDT_WORD, most);
	return 0;
}

int lfb__field_parse(const struct lfb_field *field, const char *path, const char *value, u8 *bytes,
		     u8 *mask)
{
	if (field->kind == LFB_FIELD_NUMBER)
		return parse_number(field, path, value, bytes, mask);
	return parse_text(field, path, value, bytes, mask);
}

int lfb__field_raw(const char *path, struct lfb_field *field)
{
	const char *colon = strrchr(path, ':');
	char number[32];
	u64 bits = 0;

	if (path[0] != '@' && path[0] != '+')
		return -ENOENT;
	*field = (struct lfb_field){ .kind = LFB_FIELD_NUMBER, .in_file = path[0] == '+' };
	if (colon && colon[1] == 'u' && read_number(colon + 2, &bits))
		field->width = bits / 8;
	if (colon)
		snprintf(number, sizeof(number), "%.*s", (int)(colon - path) - 1, path + 1);
	if ((bits != 8 && bits != 16 && bits != 32 && bits != 64) ||
	    colon - path > (long)sizeof(number) || !read_number(number, &field->at))
		return lfb__error(NULL, -EINVAL, "%.128s: expected @ADDRESS or +OFFSET with :u8, "
				  ":u16, :u32 or :u64 behind it, as @0x10000:u64", path);
	return 0;
}
