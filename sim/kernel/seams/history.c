// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The last events: kept as they come, made readable when a finding asks for them. */
#define _GNU_SOURCE /* memmem() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

#define LINE_SIZE 256
#define LINES_SHOWN 8

int lfb__history_create(struct lfb_history *history)
{
	history->events = calloc(LFB_PAST_EVENTS, sizeof(*history->events));
	history->formats = calloc(LFB_KNOWN_FORMATS, sizeof(*history->formats));
	if (history->events && history->formats)
		return 0;
	lfb__history_destroy(history);
	return -ENOMEM;
}

void lfb__history_destroy(struct lfb_history *history)
{
	free(history->events);
	free(history->formats);
	history->events = NULL;
	history->formats = NULL;
}

/* One conversion of a format: "%.47s", "0x%llx" … */
struct conversion {
	const char *start;	/* the per cent sign */
	const char *end;	/* behind the letter */
	unsigned int longs;	/* l and z: 1, ll: 2 */
	int precision;		/* -1: none */
	char letter;
};

/* Finds the next one at or behind @format; false: there is none. */
static bool next_conversion(const char *format, struct conversion *conversion)
{
	const char *at = strchr(format, '%');

	if (!at || !at[1])
		return false;
	*conversion = (struct conversion){ .start = at++, .precision = -1 };
	while (*at && strchr("#0- +123456789", *at))
		at++;
	if (*at == '.') {
		conversion->precision = 0;
		while (*++at >= '0' && *at <= '9')
			conversion->precision = conversion->precision * 10 + (*at - '0');
	}
	for (; *at == 'l' || *at == 'z'; at++)
		conversion->longs++;
	conversion->letter = *at;
	conversion->end = *at ? at + 1 : at;
	return true;
}

/* Copies a string argument; what does not fit is cut. */
static u64 keep_string(struct lfb_past *past, size_t *used, const char *string, int precision)
{
	size_t room = sizeof(past->text) - *used - 1;
	size_t start = *used;
	size_t length;

	if (precision >= 0 && (size_t)precision < room)
		room = (size_t)precision;
	length = string ? strnlen(string, room) : 0;
	if (length)
		memcpy(past->text + start, string, length);
	past->text[start + length] = '\0';
	if (*used + length + 1 < sizeof(past->text))
		*used += length + 1;
	return start;
}

static void learn(struct lfb_known_format *known, const char *format)
{
	struct conversion conversion;

	*known = (struct lfb_known_format){ .format = format };
	for (; next_conversion(format, &conversion); format = conversion.end) {
		u8 *arg = &known->arg[known->count];

		if (known->count == LFB_PAST_ARGS || !strchr("sdux", conversion.letter)) {
			known->unusual = true;
			return;
		}
		*arg = conversion.letter == 'd' ? LFB_ARG_INT : LFB_ARG_UNSIGNED;
		if (conversion.letter == 's')
			*arg = LFB_ARG_STRING;
		else if (conversion.longs)
			*arg = conversion.longs == 1 ? LFB_ARG_LONG : LFB_ARG_LONG_LONG;
		known->precision[known->count++] = conversion.precision;
	}
}

/* Keeps the arguments. False for what is not worth it: then the detail is printed at once. */
static bool keep_arguments(struct lfb_history *history, struct lfb_past *past, const char *format,
			   va_list args)
{
	const uintptr_t address = (uintptr_t)format;
	struct lfb_known_format *known =
		&history->formats[(address ^ address >> 6) % LFB_KNOWN_FORMATS];
	size_t used = 0;

	if (unlikely(known->format != format))
		learn(known, format);
	if (known->unusual)
		return false;
	for (unsigned int i = 0; i < known->count; i++) {
		if (known->arg[i] == LFB_ARG_STRING)
			past->args[i] = keep_string(past, &used, va_arg(args, const char *),
						    known->precision[i]);
		else if (known->arg[i] == LFB_ARG_LONG)
			past->args[i] = va_arg(args, unsigned long);
		else if (known->arg[i] == LFB_ARG_LONG_LONG)
			past->args[i] = va_arg(args, unsigned long long);
		else if (known->arg[i] == LFB_ARG_INT)
			past->args[i] = (u64)(s64)va_arg(args, int);
		else
			past->args[i] = va_arg(args, unsigned int);
	}
	return true;
}

/* Complaints and kernel messages may be formatted by a module that is gone by then. */
static bool may_wait(enum lfb_event_kind kind)
{
	return kind <= LFB_EVENT_MODULE;
}

void lfb__history_add(struct lfb_history *history, const struct lfb_event *event,
		      const char *format, va_list args)
{
	struct lfb_past *past = &history->events[history->next++ % LFB_PAST_EVENTS];
	size_t length = strnlen(event->subject, sizeof(past->subject) - 1);
	va_list again;

	past->kind = event->kind;
	past->boot = event->boot;
	past->has_result = event->has_result;
	past->result = event->result;
	past->action = event->action;
	memcpy(past->subject, event->subject, length);
	past->subject[length] = '\0';
	past->format = format;
	va_copy(again, args);
	if (!may_wait(event->kind) || !keep_arguments(history, past, format, again))
		past->format = NULL;
	va_end(again);
	if (past->format)
		return;
	va_copy(again, args);
	vsnprintf(past->text, sizeof(past->text), format, again);
	va_end(again);
}

static int print_argument(char *text, size_t size, const struct conversion *conversion,
			  const struct lfb_past *past, u64 argument)
{
	char format[16];
	size_t length = (size_t)(conversion->end - conversion->start);

	if (length >= sizeof(format))
		return 0;
	memcpy(format, conversion->start, length);
	format[length] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (conversion->letter == 's')
		return snprintf(text, size, format, past->text + argument);
	if (conversion->longs == 1)
		return snprintf(text, size, format, (unsigned long)argument);
	if (conversion->longs)
		return snprintf(text, size, format, argument);
	return snprintf(text, size, format, (unsigned int)argument);
#pragma GCC diagnostic pop
}

static void print_detail(const struct lfb_past *past, char *text, size_t size)
{
	const char *format = past->format;
	struct conversion conversion;
	unsigned int count = 0;
	size_t used = 0;

	if (!format) {
		snprintf(text, size, "%s", past->text);
		return;
	}
	for (; next_conversion(format, &conversion); format = conversion.end) {
		used += (size_t)snprintf(text + used, size - used, "%.*s",
					 (int)(conversion.start - format), format);
		if (used < size)
			used += (size_t)print_argument(text + used, size - used, &conversion, past,
						       past->args[count++]);
		if (used >= size)
			return;
	}
	snprintf(text + used, size - used, "%s", format);
}

static void print_line(const struct lfb_past *past, char *line, size_t size)
{
	char detail[LINE_SIZE];
	struct lfb_event event = {
		.boot = past->boot,
		.kind = past->kind,
		.subject = past->subject,
		.action = past->action,
		.detail = detail,
		.has_result = past->has_result,
		.result = past->result,
	};

	print_detail(past, detail, sizeof(detail));
	lfb__event_format_short(&event, line, size);
}

/*
 * Its name is what is behind the type: "flb-0-v1" of "flb flb-0-v1", "0x1000" of "phys 0x1000";
 * of "file memfd-v1 token 7 of session s" it is the handler's.
 */
static const char *name_of(const char *object, size_t *length)
{
	const char *blank = strchr(object, ' ');
	const char *name = blank ? blank + 1 : object;
	const char *token = strncmp(object, "file ", 5) ? NULL : strstr(name, " token ");

	*length = token ? (size_t)(token - name) : strlen(name);
	return name;
}

/* Is @name there as a word of its own? 0x1000 is not in 0x10000. */
static bool mentions(const char *line, const char *object)
{
	const char *at = line;
	size_t length;
	const char *name = name_of(object, &length);

	while (length && (at = memmem(at, strlen(at), name, length)) != NULL) {
		char before = at == line ? ' ' : at[-1];
		char after = at[length];

		if (strchr(" =,:", before) && (!after || strchr(" ,:", after)))
			return true;
		at++;
	}
	return false;
}

char *lfb__history_about(const struct lfb_history *history, const char *object)
{
	unsigned long count = history->next < LFB_PAST_EVENTS ? history->next : LFB_PAST_EVENTS;
	char (*lines)[LINE_SIZE] = calloc(LINES_SHOWN, LINE_SIZE);
	char *text = malloc(LINES_SHOWN * (LINE_SIZE + 1) + 1);
	unsigned int found = 0;
	size_t used = 0;

	for (unsigned long back = 1; lines && back <= count && found < LINES_SHOWN; back++) {
		const struct lfb_past *past =
			&history->events[(history->next - back) % LFB_PAST_EVENTS];

		print_line(past, lines[found], LINE_SIZE);
		if (past->kind != LFB_EVENT_FINDING && mentions(lines[found], object))
			found++;
	}
	if (text)
		text[0] = '\0';
	while (lines && text && found--)
		used += (size_t)sprintf(text + used, "%s\n", lines[found]);
	free(lines);
	return text;
}
