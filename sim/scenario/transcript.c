// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The transcript, a line at a time. */
#include <stdarg.h>
#include <stdio.h>

#include "sim/scenario/scenario.h"

void lfb__transcript_line(struct lfb_transcript *transcript, const char *format, ...)
{
	char line[LFB_SCENARIO_LINE_MAX + 600];
	va_list args;
	int length;

	if (!transcript->write || transcript->error)
		return;
	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length] = '\n';
	transcript->error = transcript->write(transcript->context, line, (size_t)length + 1);
	if (transcript->error > 0)
		transcript->error = 0;
}
