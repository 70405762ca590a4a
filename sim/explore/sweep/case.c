// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The name of a run, KIND:K[:forever|:K2], and the fault plan behind it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/sweep/sweep.h"

void lfb__case_format(const struct lfb_sweep_case *that, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	if (that->kinds == LFB_FAULT_ANY)
		used = (size_t)snprintf(text, size, "any");
	for (int kind = 0; kind < LFB_FAULT_KINDS && that->kinds != LFB_FAULT_ANY; kind++) {
		if (!(that->kinds & (1u << kind)) || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "+" : "",
					 lfb_fault_kind_name(kind));
	}
	if (used >= size)
		return;
	if (that->then)
		snprintf(text + used, size - used, ":%lu:%lu", that->nth, that->nth + that->then);
	else
		snprintf(text + used, size - used, ":%lu%s", that->nth,
			 that->forever ? ":forever" : "");
}

static bool parse_kind(const char *text, size_t length, unsigned int *kinds)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		const char *name = lfb_fault_kind_name(kind);

		if (strlen(name) == length && !memcmp(name, text, length)) {
			*kinds |= 1u << kind;
			return true;
		}
	}
	return false;
}

static bool parse_kinds(const char *text, size_t length, unsigned int *kinds)
{
	*kinds = 0;
	if (length == 3 && !memcmp(text, "any", 3)) {
		*kinds = LFB_FAULT_ANY;
		return true;
	}
	for (;;) {
		const char *plus = memchr(text, '+', length);
		size_t now = plus ? (size_t)(plus - text) : length;

		if (!parse_kind(text, now, kinds))
			return false;
		if (!plus)
			return true;
		text += now + 1;
		length -= now + 1;
	}
}

/* From 1 up; sets *@end to what follows. */
static bool parse_number(const char *text, const char **end, unsigned long *number)
{
	char *stop;

	if (*text < '1' || *text > '9')
		return false;
	errno = 0;
	*number = strtoul(text, &stop, 10);
	*end = stop;
	return !errno && *number < 1ull << 48;
}

bool lfb__case_parse(const char *text, struct lfb_sweep_case *that)
{
	const char *colon = strchr(text, ':');
	unsigned long second;

	*that = (struct lfb_sweep_case){ 0 };
	if (!colon || !parse_kinds(text, (size_t)(colon - text), &that->kinds) ||
	    !parse_number(colon + 1, &text, &that->nth))
		return false;
	that->forever = !strcmp(text, ":forever");
	if (!*text || that->forever)
		return true;
	if (*text != ':' || !parse_number(text + 1, &text, &second) || *text)
		return false;
	that->then = second - that->nth;
	return second > that->nth;
}

void lfb__case_plan(const struct lfb_sweep_case *that, struct lfb_fault_plan *plan)
{
	*plan = (struct lfb_fault_plan){
		.sz = sizeof(*plan),
		.kinds = that->kinds,
		.nth = that->nth,
		.forever = that->forever,
		.then = that->then,
	};
}
