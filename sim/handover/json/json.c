// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Writing JSON and text. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/handover/json/json.h"

static void flush(struct lfb_output *output)
{
	int result;

	if (output->used && !output->error) {
		result = output->write(output->context, output->buffer, output->used);
		if (result < 0)
			output->error = result;
	}
	output->used = 0;
}

void lfb__output_bytes(struct lfb_output *output, const char *bytes, size_t size)
{
	while (size) {
		size_t room = sizeof(output->buffer) - output->used;
		size_t now = size < room ? size : room;

		memcpy(output->buffer + output->used, bytes, now);
		output->used += now;
		bytes += now;
		size -= now;
		if (output->used == sizeof(output->buffer))
			flush(output);
	}
}

void lfb__output_text(struct lfb_output *output, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) > 0)
		lfb__output_bytes(output, text, strlen(text));
	va_end(args);
}

void lfb__output_name(struct lfb_output *output, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c >= 0x7f)
			lfb__output_text(output, "\\x%02x", c);
		else
			lfb__output_bytes(output, text, 1);
	}
}

int lfb__output_end(struct lfb_output *output)
{
	flush(output);
	return output->error;
}

static void write_string(struct lfb_output *output, const char *string)
{
	lfb__output_bytes(output, "\"", 1);
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c == '"' || c == '\\')
			lfb__output_text(output, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			lfb__output_text(output, "\\u%04x", c);
		else
			lfb__output_bytes(output, string, 1);
	}
	lfb__output_bytes(output, "\"", 1);
}

static void new_line(struct lfb_json *json)
{
	lfb__output_bytes(json->output, "\n", 1);
	for (unsigned int i = 0; i < json->depth; i++)
		lfb__output_bytes(json->output, "  ", 2);
}

/* The path of the value that comes, below what is open. */
static void enter(struct lfb_json *json, const char *key, size_t length)
{
	const size_t at = json->depth ? json->length[json->depth] : 0;
	char *path = json->path + at;

	if (!json->tell || !json->depth)
		return;
	if (length)
		snprintf(path, sizeof(json->path) - at, "%s%.*s", at ? "/" : "", (int)length, key);
	else
		snprintf(path, sizeof(json->path) - at, "[%llu]", json->items[json->depth]++);
}

/* One of "sessions" is "session[0]", of "entries" "entry[0]". */
static void enter_list(struct lfb_json *json)
{
	const size_t length = strlen(json->path);

	if (length > 3 && !strcmp(json->path + length - 3, "ies"))
		strcpy(json->path + length - 3, "y");
	else if (length && json->path[length - 1] == 's')
		json->path[length - 1] = '\0';
}

/* What comes before a value: a comma, a line of its own, the key (not in an array). */
static void before_value(struct lfb_json *json, const char *key, size_t length)
{
	enter(json, key, length);
	if (json->depth) {
		if (!json->empty)
			lfb__output_bytes(json->output, ",", 1);
		new_line(json);
	}
	json->empty = false;
	if (length)
		lfb__output_text(json->output, "\"%.*s\": ", (int)length, key);
}

void lfb__json_open(struct lfb_json *json, const char *key, char bracket)
{
	before_value(json, key, key ? strlen(key) : 0);
	lfb__output_bytes(json->output, &bracket, 1);
	json->depth++;
	json->empty = true;
	if (!json->tell)
		return;
	if (bracket == '[')
		enter_list(json);
	json->length[json->depth] = strlen(json->path);
	json->items[json->depth] = 0;
}

void lfb__json_close(struct lfb_json *json, char bracket)
{
	json->depth--;
	if (!json->empty)
		new_line(json);
	json->empty = false;
	lfb__output_bytes(json->output, &bracket, 1);
	if (!json->depth)
		lfb__output_bytes(json->output, "\n", 1);
}

static void add_members(struct lfb_json *json, const char *format, va_list *args)
{
	static const struct lfb_field made = {
		.instead = "made of other values, and in no bytes of its own: edit those",
	};

	while (*format) {
		const size_t length = strcspn(format, "=");
		struct lfb_value value = { json->path, &made, NULL, 0 };

		before_value(json, format, length);
		format += length + strlen("=%");
		if (*format == 's')
			value.text = va_arg(*args, const char *);
		else if (*format == 'u')
			value.number = va_arg(*args, unsigned int);
		else
			value.number = va_arg(*args, u64);
		format += strcspn(format, " %");
		if (*format == '%')
			value.field = va_arg(*args, const struct lfb_field *);
		format += strcspn(format, " ");
		format += strspn(format, " ");
		if (value.text)
			write_string(json->output, value.text);
		else
			lfb__output_text(json->output, "%llu", value.number);
		if (json->tell)
			json->tell(json->context, &value);
	}
}

void lfb__json_members(struct lfb_json *json, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_members(json, format, &args);
	va_end(args);
}

void lfb__json_item(struct lfb_json *json, const char *format, ...)
{
	va_list args;

	lfb__json_open(json, NULL, '{');
	va_start(args, format);
	add_members(json, format, &args);
	va_end(args);
	lfb__json_close(json, '}');
}
