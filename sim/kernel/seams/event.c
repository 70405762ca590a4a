// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An event as a line: the names of kinds and results, and how it is laid out. */
#include <stdio.h>

#include "sim/kernel/seams/seams.h"

static const char *const kind_names[LFB_EVENT_KINDS] = {
	[LFB_EVENT_BOOT] = "boot",	   [LFB_EVENT_JUMP] = "jump",
	[LFB_EVENT_CALLBACK] = "callback", [LFB_EVENT_AGENT] = "agent",
	[LFB_EVENT_LUO] = "luo",	   [LFB_EVENT_KHO] = "kho",
	[LFB_EVENT_MODULE] = "module",	   [LFB_EVENT_PRINTK] = "printk",
	[LFB_EVENT_WARN] = "warn",	   [LFB_EVENT_UNSAFE] = "unsafe",
	[LFB_EVENT_BUG] = "bug",	   [LFB_EVENT_PANIC] = "panic",
	[LFB_EVENT_FAULT] = "fault",	   [LFB_EVENT_FINDING] = "finding",
};

const char *lfb_event_kind_name(enum lfb_event_kind kind)
{
	return (unsigned int)kind < LFB_EVENT_KINDS ? kind_names[kind] : "unknown";
}

/* " -> 0", " -> -ENOENT": results are errnos or small numbers. */
static void format_result(const struct lfb_event *event, char *text, size_t size)
{
	const char *name = lfb__errno_name(event->result);

	text[0] = '\0';
	if (!event->has_result)
		return;
	if (name)
		snprintf(text, size, " -> -%s", name);
	else
		snprintf(text, size, " -> %ld", event->result);
}

void lfb__make_harmless(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

static size_t finish(char *line, size_t size, int length)
{
	if (size)
		lfb__make_harmless(line);
	return length < 0 ? 0 : (size_t)length;
}

size_t lfb_event_format(const struct lfb_event *event, char *line, size_t size)
{
	bool has_detail = event->detail[0] != '\0';
	char result[32];
	int length;

	format_result(event, result, sizeof(result));
	length = snprintf(line, size, "%5lu k%u %-8s %-28s %-*s%s%s%s", event->number, event->boot,
			  lfb_event_kind_name(event->kind), event->subject,
			  has_detail || event->has_result ? 16 : 0, event->action,
			  has_detail ? " " : "", event->detail, result);
	return finish(line, size, length);
}

size_t lfb__event_format_short(const struct lfb_event *event, char *line, size_t size)
{
	char result[32];
	int length;

	format_result(event, result, sizeof(result));
	length = snprintf(line, size, "k%u %s %s %s%s%s%s", event->boot,
			  lfb_event_kind_name(event->kind), event->subject, event->action,
			  event->detail[0] ? " " : "", event->detail, result);
	return finish(line, size, length);
}
