// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: test cases as XML, in the form that JUnit's has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define NO_CHARACTER "\357\277\275"	/* U+FFFD, for what XML has no way to write */

static void put(struct cli_junit *junit, const char *bytes, size_t size)
{
	cli_text_write(&junit->cases, bytes, size);
}

static void put_text(struct cli_junit *junit, const char *text)
{
	put(junit, text, strlen(text));
}

/* A byte that is written otherwise, in attributes and between tags; NULL: as it is. */
static const char *written_as(unsigned char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return byte < ' ' ? NO_CHARACTER : NULL;
	}
}

/* Bytes that are no UTF-8 become the characters with their numbers, as in JSON. */
static void put_escaped(struct cli_junit *junit, const char *text)
{
	while (*text) {
		size_t length = cli_utf8_length(text);
		unsigned char byte = (unsigned char)*text;
		const char *other = written_as(byte);
		const char both[2] = { (char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f)) };

		if (!strncmp(text, "\357\277\276", 3) || !strncmp(text, "\357\277\277", 3))
			other = NO_CHARACTER;
		if (other)
			put_text(junit, other);
		else if (length)
			put(junit, text, length);
		else
			put(junit, both, sizeof(both));
		text += length ? length : 1;
	}
}

static void put_attribute(struct cli_junit *junit, const char *name, const char *value)
{
	put_text(junit, " ");
	put_text(junit, name);
	put_text(junit, "=\"");
	put_escaped(junit, value);
	put_text(junit, "\"");
}

void cli_junit_case(struct cli_junit *junit, const char *name, enum cli_junit_end end,
		    const char *why, const char *details)
{
	const char *tag = end == CLI_JUNIT_FAILED ? "failure" : "skipped";

	junit->ends[end]++;
	put_text(junit, "<testcase");
	put_attribute(junit, "classname", junit->suite);
	put_attribute(junit, "name", name);
	if (end == CLI_JUNIT_PASSED) {
		put_text(junit, "/>\n");
		return;
	}
	put_text(junit, ">\n<");
	put_text(junit, tag);
	put_attribute(junit, "message", why);
	put_text(junit, ">");
	put_escaped(junit, details ? details : "");
	put_text(junit, "</");
	put_text(junit, tag);
	put_text(junit, ">\n</testcase>\n");
}

int cli_junit_write(struct cli_junit *junit)
{
	const unsigned long *ends = junit->ends;
	FILE *file = fopen(junit->path, "wb");

	if (!file)
		return -1;
	fprintf(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		"<testsuite name=\"%s\" tests=\"%lu\" failures=\"%lu\" errors=\"0\" "
		"skipped=\"%lu\">\n%s</testsuite>\n</testsuites>\n", junit->suite,
		ends[CLI_JUNIT_PASSED] + ends[CLI_JUNIT_FAILED] + ends[CLI_JUNIT_SKIPPED],
		ends[CLI_JUNIT_FAILED], ends[CLI_JUNIT_SKIPPED], cli_text_end(&junit->cases));
	return fclose(file);
}
