// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The last events: kept as they come, made readable when a finding asks for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

#define LINE_SIZE 256
#define LINES_SHOWN 8

int lfb__history_create(struct lfb_history *history)
{
	/* What was never written is never read. */
	history->events = malloc(LFB_PAST_EVENTS * sizeof(*history->events));
	return history->events ? 0 : -ENOMEM;
}

void lfb__history_destroy(struct lfb_history *history)
{
	free(history->events);
	history->events = NULL;
}

void lfb__history_save(struct lfb_history *history, struct lfb_saved *saved)
{
	const size_t count = history->next < LFB_PAST_EVENTS ? history->next : LFB_PAST_EVENTS;

	lfb__save(saved, &history->next, sizeof(history->next));
	lfb__saved_skip(saved, 0, sizeof(history->next));
	if (!history->events)
		return;
	lfb__save(saved, history->events, count * sizeof(*history->events));
	lfb__saved_skip(saved, 0, count * sizeof(*history->events));
}

struct lfb_past *lfb__history_next(struct lfb_history *history)
{
	return &history->events[history->next++ % LFB_PAST_EVENTS];
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

char *lfb__history_about(const struct lfb_history *history, const char *object)
{
	unsigned long count = history->next < LFB_PAST_EVENTS ? history->next : LFB_PAST_EVENTS;
	const struct lfb_event *about[LINES_SHOWN];
	unsigned int found = 0;
	size_t length, used = 0;
	const char *name = name_of(object, &length);
	char line[LINE_SIZE], *text;

	for (unsigned long back = 1; back <= count && found < LINES_SHOWN; back++) {
		const struct lfb_event *event =
			&history->events[(history->next - back) % LFB_PAST_EVENTS].event;

		if (event->kind != LFB_EVENT_FINDING && lfb__event_mentions(event, name, length))
			about[found++] = event;
	}
	LFB_ASSERT(!found || history->events);
	text = malloc(found * (LINE_SIZE + 1) + 1);
	if (text)
		text[0] = '\0';
	while (text && found--) {
		lfb__event_format_short(about[found], line, sizeof(line));
		used += (size_t)sprintf(text + used, "%s\n", line);
	}
	return text;
}
