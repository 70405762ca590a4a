// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Trace events: kept for findings and handed to the machine's sink. Complaints are kept with or
 * without one.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <luo/printk.h>

#include "sim/kernel/seams/seams.h"

static bool is_complaint(enum lfb_event_kind kind)
{
	return kind == LFB_EVENT_WARN || kind == LFB_EVENT_UNSAFE || kind == LFB_EVENT_BUG ||
	       kind == LFB_EVENT_PANIC;
}

/* Kernel messages end in a newline as often as not; an event is one line, maybe a cut one. */
static void cut_blanks(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
		text[--length] = '\0';
}

/* A string that is no constant, of at most @max bytes: some are not terminated. */
static inline char *keep_string(const char **string, size_t max, char *to, const char *end)
{
	size_t room = (size_t)(end - to), length;

	if (!*string)
		return to;
	length = strnlen(*string, room < max ? room : max);
	memcpy(to, *string, length);
	to[length] = '\0';
	*string = to;
	return to + length + (to + length < end);
}

static void keep(struct lfb_past *past, const struct lfb_event *told)
{
	const char *end = past->text + sizeof(past->text) - 1;
	struct lfb_event *event = &past->event;
	char *to = past->text;

	*event = *told;
	to = keep_string(&event->task, 47, to, end);
	to = keep_string(&event->session, 64, to, end);
	to = keep_string(&event->handler, 47, to, end);
	to = keep_string(&event->flb, 47, to, end);
	to = keep_string(&event->module, 64, to, end);
	to = keep_string(&event->lock, 47, to, end);
	to = keep_string(&event->subtree, 64, to, end);
	to = keep_string(&event->owner, 80, to, end);
	to = keep_string(&event->where, 55, to, end);
	keep_string(&event->message, 95, to, end);
	if (event->message)
		cut_blanks(to);
}

/* With what is known of the moment; sentences are as long as they were. */
static void show(struct lfb_kernel *kernel, const struct lfb_past *past,
		 const struct lfb_event *told)
{
	struct lfb_trace *trace = &kernel->trace;
	struct lfb_event event = past->event;

	event.number = ++trace->number;
	event.doing = kernel->doing ? kernel->doing : "";
	event.where = told->where;
	event.message = told->message;
	if (!event.task)
		event.task = kernel->task ? kernel->task->name : "nobody";
	trace->sink(trace->context, &event);
}

void lfb__event_tell(struct lfb_kernel *kernel, struct lfb_event *event)
{
	const struct lfb_event_row *row = &lfb__event_rows[event->happening];
	bool fine = event->edge == LFB_EDGE_BEGIN || row->how & LFB_FINE;
	struct lfb_past *past, passing_by;

	if (fine && !kernel->trace.fine)
		return;
	event->kind = row->kind;
	event->has_result = event->edge != LFB_EDGE_BEGIN && row->how & LFB_RESULT;
	event->boot = kernel->boot_number;
	event->operation = kernel->operation;
	if (event->edge != LFB_EDGE_END)
		event->parent = kernel->trace.inside;
	past = kernel->history.events && !fine ? lfb__history_next(&kernel->history) : &passing_by;
	keep(past, event);
	if (unlikely(kernel->trace.listener != NULL))
		kernel->trace.listener(kernel->trace.listening, &past->event);
	if (kernel->trace.sink)
		show(kernel, past, event);
}

struct lfb_span lfb__event_begins(struct lfb_kernel *kernel, const struct lfb_event *event)
{
	struct lfb_span span = { .outer = kernel->trace.inside };
	struct lfb_event begin;

	if (likely(!kernel->trace.fine))
		return span;
	begin = *event;
	begin.edge = LFB_EDGE_BEGIN;
	lfb__event_tell(kernel, &begin);
	kernel->trace.inside = span.number = kernel->trace.number;
	return span;
}

void lfb__event_ends(struct lfb_kernel *kernel, struct lfb_span span, struct lfb_event *event)
{
	kernel->trace.inside = span.outer;
	event->edge = LFB_EDGE_END;
	event->parent = span.number;
	lfb__event_tell(kernel, event);
}

static void say(struct lfb_kernel *kernel, struct lfb_event *event, const char *format,
		va_list args)
{
	enum lfb_event_kind kind = lfb__event_rows[event->happening].kind;
	struct lfb_trace *trace = &kernel->trace;
	char message[LFB_EVENT_TEXT];

	if (is_complaint(kind) || kind >= LFB_EVENT_FAULT)
		trace->count[kind]++;
	if (!lfb__tracing(kernel) && !is_complaint(kind))
		return;
	lfb_vsnprintf(message, sizeof(message), format, args);
	cut_blanks(message);
	if (!event->where)
		event->where = lfb__no_name;
	if (is_complaint(kind))
		snprintf(trace->complaint, sizeof(trace->complaint), "%s: %s", event->where,
			 message);
	event->message = message;
	if (lfb__tracing(kernel))
		lfb__event_tell(kernel, event);
}

void lfb__say_args(struct lfb_kernel *kernel, enum lfb_happening happening, const char *where,
		   const char *format, va_list args)
{
	struct lfb_event event = { .happening = happening, .where = where };

	say(kernel, &event, format, args);
}

void lfb__say(struct lfb_kernel *kernel, enum lfb_happening happening, const char *where,
	      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lfb__say_args(kernel, happening, where, format, args);
	va_end(args);
}

void lfb__say_finding(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		      const char *text)
{
	kernel->trace.count[LFB_EVENT_FINDING]++;
	lfb__event(kernel, FOUND, .finding = id, .where = object, .message = text);
}
