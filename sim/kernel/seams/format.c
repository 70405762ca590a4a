// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Formats as the kernel has them: those of the C library, and more behind %p. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <luo/printk.h>

#include "sim/kernel/seams/seams.h"

struct out {
	char *buf;
	size_t size;
	size_t at;	/* also past the end: how long it would be */
};

/* What is between "%" and what it is a conversion of, with numbers in the place of "*". */
struct spec {
	char text[64];
	int width;
	char length;	/* 'l', 'q' for two of them, 'h', 'H' for two, 'z', 't', 'j', 'L', or 0 */
	char conversion;
};

static void put(struct out *out, const char *text, size_t length)
{
	const size_t room = out->at + 1 < out->size ? out->size - 1 - out->at : 0;

	if (room)
		memcpy(out->buf + out->at, text, length < room ? length : room);
	out->at += length;
}

LFB_PRINTF(2, 3)
static void put_as(struct out *out, const char *format, ...)
{
	const size_t room = out->at < out->size ? out->size - out->at : 0;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(room ? out->buf + out->at : NULL, room, format, args);
	va_end(args);
	out->at += length > 0 ? (size_t)length : 0;
}

/* @from: behind the "%". Return: behind the conversion. */
static const char *read_spec(const char *from, struct spec *spec, va_list *args)
{
	size_t at = 0;

	*spec = (struct spec){ .width = -1 };
	spec->text[at++] = '%';
	for (; *from && strchr("-+ #0123456789.*", *from) && at < sizeof(spec->text) - 16; from++) {
		if (*from != '*') {
			spec->text[at++] = *from;
			continue;
		}
		spec->width = va_arg(*args, int);
		at += (size_t)snprintf(spec->text + at, 16, "%d", spec->width);
	}
	for (; *from && strchr("hlzjtLq", *from); from++)
		spec->length = *from != spec->length ? *from : *from == 'l' ? 'q' : 'H';
	spec->conversion = *from;
	return *from ? from + 1 : from;
}

static long long number(const struct spec *spec, va_list *args)
{
	const bool is_signed = strchr("di", spec->conversion);
	int value;

	switch (spec->length) {
	case 'l':
	case 'z':
	case 't':
		return va_arg(*args, long);
	case 'q':
	case 'j':
	case 'L':
		return va_arg(*args, long long);
	default:
		break;
	}
	value = va_arg(*args, int);
	switch (spec->length) {
	case 'h':
		return is_signed ? (short)value : (unsigned short)value;
	case 'H':
		return is_signed ? (signed char)value : (unsigned char)value;
	default:
		return is_signed ? value : (long long)(unsigned int)value;
	}
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* As the C library does: @spec says so, but for the length, which is one for all. */
static void put_plain(struct out *out, const struct spec *spec, va_list *args)
{
	const char *length = strchr("diuxXo", spec->conversion) ? "ll" : "";
	const char *text;
	char format[sizeof(spec->text) + 8];
	char *end = stpcpy(stpcpy(format, spec->text), length);

	*end++ = spec->conversion;
	*end = '\0';
	switch (spec->conversion) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_as(out, format, number(spec, args));
		break;
	case 'c':
		put_as(out, format, va_arg(*args, int));
		break;
	case 's':
		text = va_arg(*args, const char *);
		if (text && !spec->text[1])
			put(out, text, strlen(text));
		else
			put_as(out, format, text);
		break;
	case 'e':
	case 'f':
	case 'g':
	case 'E':
	case 'G':
		put_as(out, format, va_arg(*args, double));
		break;
	case '%':
		put(out, "%", 1);
		break;
	default:
		put(out, format, strlen(format));
		break;
	}
}

#pragma GCC diagnostic pop

static void put_bytes(struct out *out, const struct spec *spec, const u8 *bytes)
{
	const int count = spec->width < 0 ? 1 : spec->width;

	for (int i = 0; i < count && i < 64; i++)
		put_as(out, "%s%02x", i ? " " : "", bytes[i]);
}

static void put_formatted(struct out *out, const struct va_format *more)
{
	char text[LFB_EVENT_TEXT];
	va_list args;

	va_copy(args, *more->va);
	lfb_vsnprintf(text, sizeof(text), more->fmt, args);
	va_end(args);
	put(out, text, strlen(text));
}

/* @more: what is behind the "p". Return: how much of it belongs to that. */
static size_t put_pointer(struct out *out, const struct spec *spec, const void *value,
			  const char *more)
{
	const char *name = IS_ERR(value) ? lfb_errno_name(PTR_ERR(value)) : NULL;

	switch (*more) {
	case 'e':
		if (name)
			put_as(out, "-%s", name);
		else if (IS_ERR(value))
			put_as(out, "%ld", PTR_ERR(value));
		else
			put_as(out, "%p", value);
		return 1;
	case 'V':
		put_formatted(out, value);
		return 1;
	case 'a':
		put_as(out, "0x%016llx", *(const u64 *)value);
		return more[1] == 'p' || more[1] == 'd' ? 2 : 1;
	case 'x':
		put_as(out, "%016lx", (unsigned long)value);
		return 1;
	case 'h':
		put_bytes(out, spec, value);
		return 1;
	default:
		put_as(out, "%p", value);
		return *more == 'K' || *more == 'S' || *more == 's';
	}
}

int lfb_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct out out = { .buf = buf, .size = size };
	struct spec spec;
	va_list left;

	va_copy(left, args);
	while (*format) {
		const size_t length = strcspn(format, "%");

		put(&out, format, length);
		format += length;
		if (!*format)
			break;
		format = read_spec(format + 1, &spec, &left);
		if (spec.conversion == 'p')
			format += put_pointer(&out, &spec, va_arg(left, const void *), format);
		else
			put_plain(&out, &spec, &left);
	}
	va_end(left);
	if (size)
		buf[out.at < size ? out.at : size - 1] = '\0';
	return (int)out.at;
}
