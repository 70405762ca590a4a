// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Trace events: made here, handed to the machine's sink. Complaints are kept with or without one.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

#define DETAIL_SIZE 512

const char lfb__no_name[] = "without a name";

static bool is_complaint(enum lfb_event_kind kind)
{
	return kind == LFB_EVENT_WARN || kind == LFB_EVENT_UNSAFE || kind == LFB_EVENT_BUG ||
	       kind == LFB_EVENT_PANIC;
}

/* Kernel messages end in a newline as often as not; an event is one line anyway. */
static void cut_newlines(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
}

static void emit(struct lfb_kernel *kernel, struct lfb_event *event, const char *format,
		 va_list args)
{
	struct lfb_trace *trace = &kernel->trace;
	char detail[DETAIL_SIZE];

	if (is_complaint(event->kind) || event->kind >= LFB_EVENT_FAULT)
		trace->count[event->kind]++;
	event->boot = kernel->boot_number;
	if (unlikely(!event->subject))
		event->subject = lfb__no_name;
	if (kernel->history.events)
		lfb__history_add(&kernel->history, event, format, args);
	if (!trace->sink && !is_complaint(event->kind))
		return;

	vsnprintf(detail, sizeof(detail), format, args);
	cut_newlines(detail);
	if (is_complaint(event->kind))
		snprintf(trace->complaint, sizeof(trace->complaint), "%s: %s", event->subject,
			 detail);
	if (!trace->sink)
		return;

	event->number = ++trace->number;
	event->detail = detail;
	trace->sink(trace->context, event);
}

void lfb__emit_args(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
		    const char *action, const char *format, va_list args)
{
	struct lfb_event event = { .kind = kind, .subject = subject, .action = action };

	emit(kernel, &event, format, args);
}

void lfb__emit(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
	       const char *action, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lfb__emit_args(kernel, kind, subject, action, format, args);
	va_end(args);
}

void lfb__emit_result(struct lfb_kernel *kernel, enum lfb_event_kind kind, long result,
		      const char *subject, const char *action, const char *format, ...)
{
	struct lfb_event event = {
		.kind = kind,
		.subject = subject,
		.action = action,
		.has_result = true,
		.result = result,
	};
	va_list args;

	va_start(args, format);
	emit(kernel, &event, format, args);
	va_end(args);
}
