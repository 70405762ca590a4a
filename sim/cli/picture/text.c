// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Text in a picture: of the width it is measured with, whatever font it is shown in. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "picture.h"

void svg_print(struct cli_text *to, const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length > 0)
		cli_text_write(to, text, strlen(text));
}

/* A character that XML has: what is none, or does something to terminals, is another. */
static void escape_one(struct cli_text *to, const char *text, size_t length)
{
	const unsigned char c = (unsigned char)*text;

	if (c == '&')
		svg_print(to, "&amp;");
	else if (c == '<')
		svg_print(to, "&lt;");
	else if (c == '>')
		svg_print(to, "&gt;");
	else if (c == '"')
		svg_print(to, "&quot;");
	else if (c < ' ' || c == 0x7f || (length == 3 && !memcmp(text, "\xef\xbf", 2) &&
					  (unsigned char)text[2] >= 0xbe))
		svg_print(to, "?");
	else if (!length)
		svg_print(to, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
	else
		cli_text_write(to, text, length);
}

size_t svg_letters(const char *text)
{
	size_t letters = 0, length;

	for (; *text; letters++) {
		length = cli_utf8_length(text);
		text += length ? length : 1;
	}
	return letters;
}

void svg_escape(struct cli_text *to, const char *text, size_t letters)
{
	const bool is_cut = svg_letters(text) > letters;

	for (size_t i = 0; *text && i + is_cut < letters; i++) {
		const size_t length = cli_utf8_length(text);

		escape_one(to, text, length);
		text += length ? length : 1;
	}
	if (is_cut && letters)
		svg_print(to, "…");
}

size_t svg_text(struct cli_text *to, int x, int y, const char *class, const char *text,
		size_t letters)
{
	const size_t all = svg_letters(text), shown = all < letters ? all : letters;

	if (!shown)
		return 0;
	svg_print(to, "<text class=\"%s\" x=\"%d\" y=\"%d\" textLength=\"%zu\" "
		  "lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">", class, x, y,
		  shown * SVG_LETTER);
	svg_escape(to, text, letters);
	if (all > letters) {
		svg_print(to, "<title>");
		svg_escape(to, text, all);
		svg_print(to, "</title>");
	}
	svg_print(to, "</text>\n");
	return shown;
}

/* Bytes of the first line of a text: up to a blank, where there is one. */
static size_t line_of(const char *text, size_t letters)
{
	size_t at = 0, end = 0, length;

	for (; text[at] && letters; letters--) {
		if (text[at] == ' ')
			end = at;
		length = cli_utf8_length(text + at);
		at += length ? length : 1;
	}
	return text[at] && text[at] != ' ' && end ? end : at;
}

size_t svg_wrap(struct cli_text *to, int x, int y, const char *class, const char *text,
		size_t letters)
{
	size_t lines = 0;

	while (letters && *text) {
		const size_t size = line_of(text, letters);
		struct cli_text line = { 0 };

		cli_text_write(&line, text, size);
		svg_text(to, x, y + (int)lines++ * SVG_LINE, class, cli_text_end(&line), letters);
		cli_text_free(&line);
		text += size;
		text += strspn(text, " ");
	}
	return lines;
}
