// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a call from outside leaves: the sentence behind its errno. */
#include <stdio.h>

#include "sim/machine/machine.h"

int lfb__error(struct lfb_machine *machine, int error, const char *format, ...)
{
	char text[sizeof(machine->kernel.error)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return lfb__fail(machine ? &machine->kernel : NULL, error, "%s", text);
}

const char *lfb_error_text(struct lfb_machine *machine)
{
	if (machine && !lfb__machine_valid(machine))
		return lfb__fail_text(NULL);
	if (machine)
		lfb__outside_ask(&machine->kernel);
	return lfb__fail_text(machine ? &machine->kernel : NULL);
}
