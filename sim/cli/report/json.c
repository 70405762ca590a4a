// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: JSON on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/shrink.h>

#include "report.h"

size_t cli_utf8_length(const char *bytes)
{
	const unsigned char *text = (const unsigned char *)bytes;
	static const struct {
		unsigned char mask, lead;
		u32 least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t more = 0; more < sizeof(forms) / sizeof(forms[0]); more++) {
		u32 code = text[0] & (unsigned char)~forms[more].mask;
		size_t i = 1;

		if ((text[0] & forms[more].mask) != forms[more].lead)
			continue;
		for (; i <= more && (text[i] & 0xc0) == 0x80; i++)
			code = code << 6 | (text[i] & 0x3f);
		if (i <= more || code < forms[more].least || code > 0x10ffff ||
		    (code >= 0xd800 && code < 0xe000))
			return 0;
		return i;
	}
	return 0;
}

static void write_string(FILE *to, const char *string)
{
	putc('"', to);
	while (*string) {
		unsigned char c = (unsigned char)*string;
		size_t length = cli_utf8_length(string);

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n' || c == '\t')
			fputs(c == '\n' ? "\\n" : "\\t", to);
		else if (c < ' ' || c == 0x7f)
			fprintf(to, "\\u%04x", c);
		else if (!length)
			fprintf(to, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
		else
			fwrite(string, 1, length, to);
		string += length ? length : 1;
	}
	putc('"', to);
}

static FILE *stream_of(const struct cli_json *json)
{
	return json->stream ? json->stream : stdout;
}

static void new_line(const struct cli_json *json)
{
	if (!json->flat)
		fprintf(stream_of(json), "\n%*s", (int)(2 * json->depth), "");
}

/* What comes before a value: a comma, a line of its own, the key. */
static void before_value(struct cli_json *json, const char *key)
{
	if (json->filled)
		fputs(json->flat ? ", " : ",", stream_of(json));
	if (json->depth)
		new_line(json);
	json->filled = true;
	if (key)
		fprintf(stream_of(json), "\"%s\": ", key);
}

void cli_json_open(struct cli_json *json, const char *key, char bracket)
{
	before_value(json, key);
	putc(bracket, stream_of(json));
	json->depth++;
	json->filled = false;
}

void cli_json_close(struct cli_json *json, char bracket)
{
	json->depth--;
	if (json->filled)
		new_line(json);
	putc(bracket, stream_of(json));
	json->filled = true;
}

void cli_json_begin(struct cli_json *json, const char *format)
{
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "format", format);
}

bool cli_json_end(struct cli_json *json)
{
	if (!json->depth)
		return false;
	cli_json_close(json, '}');
	putc('\n', stream_of(json));
	return true;
}

void cli_json_string(struct cli_json *json, const char *key, const char *text)
{
	before_value(json, key);
	if (text)
		write_string(stream_of(json), text);
	else
		fputs("null", stream_of(json));
}

void cli_json_number(struct cli_json *json, const char *key, u64 number)
{
	before_value(json, key);
	fprintf(stream_of(json), "%llu", number);
}

void cli_json_signed(struct cli_json *json, const char *key, long number)
{
	before_value(json, key);
	fprintf(stream_of(json), "%ld", number);
}

void cli_json_bool(struct cli_json *json, const char *key, bool yes)
{
	before_value(json, key);
	fputs(yes ? "true" : "false", stream_of(json));
}

void cli_json_scenario(struct cli_json *json, const char *key, const struct lfb_scenario *scenario,
		       bool expectations)
{
	struct cli_text text = { 0 };

	if (scenario)
		lfb_scenario_write(scenario, expectations, cli_text_write, &text);
	cli_json_string(json, key, scenario ? cli_text_end(&text) : NULL);
	cli_text_free(&text);
}

void cli_json_finding_id(struct cli_json *json, enum lfb_finding_id id)
{
	cli_json_string(json, "id", lfb_finding_name(id));
	cli_json_string(json, "severity", lfb_severity_name(lfb_finding_severity(id)));
	cli_json_string(json, "meaning", lfb_finding_sentence(id));
}

/* Text */

int cli_text_write(void *context, const char *bytes, size_t size)
{
	struct cli_text *text = context;

	if (!text->stream)
		text->stream = open_memstream(&text->text, &text->size);
	return text->stream && fwrite(bytes, 1, size, text->stream) == size ? 0 : -ENOMEM;
}

const char *cli_text_end(struct cli_text *text)
{
	if (text->stream)
		fclose(text->stream);
	text->stream = NULL;
	return text->text ? text->text : "";
}

void cli_text_free(struct cli_text *text)
{
	cli_text_end(text);
	free(text->text);
	*text = (struct cli_text){ 0 };
}
