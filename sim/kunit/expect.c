// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is said of expectations that do not hold, as KUnit says it. */
#include <stdarg.h>
#include <string.h>

#include <luo/printk.h>

#include "sim/kunit/kunit.h"

void lfb_kunit_also(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lfb_vsnprintf(lfb__kunit_now.also, sizeof(lfb__kunit_now.also), format, args);
	va_end(args);
}

/* @how: lines that are indented as they are to be, behind four spaces. */
static void failed(struct kunit *test, const struct lfb_kunit_place *place, const char *how)
{
	lfb__kunit_line(1, "# %.200s: %s FAILED at %.200s:%d", test->name,
			place->fatal ? "ASSERTION" : "EXPECTATION", place->file, place->line);
	lfb__kunit_text(4, how);
	/* It begins with a space, so that it is never empty as a format. */
	if (lfb__kunit_now.also[0])
		lfb__kunit_text(4, lfb__kunit_now.also + 1);
	lfb__kunit_now.also[0] = '\0';
	test->status = KUNIT_FAILURE;
	if (place->fatal)
		lfb_kunit_abort(test);
}

void lfb_kunit_failed(struct kunit *test, const struct lfb_kunit_place *place, const char *format,
		      ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	lfb_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	failed(test, place, text);
}

/* "        a == 3 (0x3)", or nothing where what is written is the value. */
static void number(char *to, size_t size, const char *text, long long value)
{
	char literal[32];

	snprintf(literal, sizeof(literal), "%lld", value);
	*to = '\0';
	if (strcmp(text, literal) != 0)
		snprintf(to, size, "\n    %.400s == %lld (0x%llx)", text, value, value);
}

void lfb_kunit_numbers_fail(struct kunit *test, const struct lfb_kunit_place *place,
			    const char *words[3], long long left, long long right)
{
	char a[512], b[512], text[2048];

	number(a, sizeof(a), words[0], left);
	number(b, sizeof(b), words[2], right);
	snprintf(text, sizeof(text), "Expected %.400s %s %.400s, but%s%s", words[0], words[1],
		 words[2], a, b);
	failed(test, place, text);
}

void lfb_kunit_ptrs_fail(struct kunit *test, const struct lfb_kunit_place *place,
			 const char *words[3], const void *left, const void *right)
{
	char text[2048];

	snprintf(text, sizeof(text), "Expected %.300s %s %.300s, but\n    %.300s == %016lx\n"
		 "    %.300s == %016lx", words[0], words[1], words[2], words[0],
		 (unsigned long)left, words[2], (unsigned long)right);
	failed(test, place, text);
}

static void string(char *to, size_t size, const char *text, const char *value)
{
	const size_t length = strlen(text);

	*to = '\0';
	if (value && length >= 2 && text[0] == '"' && strlen(value) == length - 2 &&
	    !strncmp(text + 1, value, length - 2))
		return;
	snprintf(to, size, "\n    %.200s == \"%.200s\"", text, value ? value : "(null)");
}

void lfb_kunit_strings_fail(struct kunit *test, const struct lfb_kunit_place *place,
			    const char *words[3], const char *left, const char *right)
{
	char a[512], b[512], text[2048];

	string(a, sizeof(a), words[0], left);
	string(b, sizeof(b), words[2], right);
	snprintf(text, sizeof(text), "Expected %.300s %s %.300s, but%s%s", words[0], words[1],
		 words[2], a, b);
	failed(test, place, text);
}

/* Sixteen a line; those that differ from @other's stand between < and >. */
static size_t bytes(char *to, size_t size, const char *name, const u8 *these, const u8 *other,
		    size_t count)
{
	size_t at = (size_t)snprintf(to, size, "\n    %.200s ==", name);

	for (size_t i = 0; i < count && at + 16 < size; i++) {
		at += (size_t)snprintf(to + at, size - at, "%s%s%02x%s", i % 16 ? "" : "\n    ",
				       these[i] == other[i] ? " " : "<", these[i],
				       these[i] == other[i] ? " " : ">");
	}
	return at;
}

/* As much of them as can be looked at. */
#define BYTES_MAX 256

void lfb_kunit_memory_fails(struct kunit *test, const struct lfb_kunit_place *place,
			    const char *words[3], const void *left, const void *right, size_t size)
{
	const size_t count = size < BYTES_MAX ? size : BYTES_MAX;
	char text[4096];
	size_t at;

	if (!left || !right) {
		snprintf(text, sizeof(text), "Expected %.400s is not null, but is",
			 words[left ? 2 : 0]);
	} else {
		at = (size_t)snprintf(text, sizeof(text), "Expected %.300s %s %.300s, but",
				      words[0], words[1], words[2]);
		at += bytes(text + at, sizeof(text) / 2 - at, words[0], left, right, count);
		at += bytes(text + at, sizeof(text) - at, words[2], right, left, count);
		if (count < size)
			snprintf(text + at, sizeof(text) - at, "\n    and %zu bytes more",
				 size - count);
	}
	failed(test, place, text);
}
