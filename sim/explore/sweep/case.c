// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The name of a run, KIND:K[:forever|:K2], which is a fault plan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/sweep/sweep.h"

void lfb__case_format(const struct lfb_fault_plan *that, char *text, size_t size)
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

/* Sets *@end to the colon behind them. */
static bool parse_kinds(const char *text, const char **end, unsigned int *kinds)
{
	if (!strncmp(text, "any:", 4)) {
		*kinds = LFB_FAULT_ANY;
		*end = text + 3;
		return true;
	}
	do {
		size_t length = strcspn(text, "+:");
		int kind = 0;

		while (kind < LFB_FAULT_KINDS && (strlen(lfb_fault_kind_name(kind)) != length ||
						  memcmp(lfb_fault_kind_name(kind), text, length)))
			kind++;
		if (kind == LFB_FAULT_KINDS)
			return false;
		*kinds |= 1u << kind;
		*end = text + length;
		text = *end + 1;
	} while (**end == '+');
	return **end == ':';
}

/* From 1 up; sets *@end to what follows. */
static bool parse_number(const char *text, const char **end, unsigned long *number)
{
	char *stop;
	u64 value;

	if (*text < '1' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &stop, 10);
	*number = (unsigned long)value;
	*end = stop;
	return !errno && value < 1ull << 48 && *number == value;
}

bool lfb__case_parse(const char *text, struct lfb_fault_plan *that)
{
	unsigned long second;

	*that = (struct lfb_fault_plan){ 0 };
	if (!parse_kinds(text, &text, &that->kinds) || !parse_number(text + 1, &text, &that->nth))
		return false;
	that->forever = !strcmp(text, ":forever");
	if (!*text || that->forever)
		return true;
	if (*text != ':' || !parse_number(text + 1, &text, &second) || *text)
		return false;
	that->then = second - that->nth;
	return second > that->nth;
}
