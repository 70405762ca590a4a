// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The sentence behind an errno: what the simulator's own calls leave for the human. */
#include <stdarg.h>
#include <stdio.h>

#include "sim/kernel/seams/seams.h"

/* For calls that failed before there was a machine, or because there was none. */
static _Thread_local char homeless[sizeof(((struct lfb_kernel *)NULL)->error)];

int lfb__fail(struct lfb_kernel *kernel, int error, const char *format, ...)
{
	char *text = kernel ? kernel->error : homeless;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(homeless), format, args);
	va_end(args);
	return error;
}

void lfb__fail_nothing(struct lfb_kernel *kernel)
{
	*(kernel ? kernel->error : homeless) = '\0';
}

const char *lfb__fail_text(const struct lfb_kernel *kernel)
{
	return kernel ? kernel->error : homeless;
}
