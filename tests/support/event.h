/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An event as tests write it down: "luo vm-1 create-session: ". */
#ifndef TESTS_SUPPORT_EVENT_H
#define TESTS_SUPPORT_EVENT_H

#include <luo/trace.h>
#include <stdio.h>

static inline void event_words(const struct lfb_event *event, char *line, size_t size)
{
	char subject[256], detail[512];

	lfb_event_subject(event, subject, sizeof(subject));
	lfb_event_detail(event, detail, sizeof(detail));
	/* It may be cut. */
	if (snprintf(line, size, "%s %s %s: %s", lfb_event_kind_name(event->kind), subject,
		     lfb_event_action(event), detail) < 0)
		line[0] = '\0';
}

#endif
