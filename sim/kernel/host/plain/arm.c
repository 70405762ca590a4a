// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A host that tells nobody of faults: whoever has one is gone. */
#include "sim/kernel/host/arm.h"

#include <stddef.h>

void lfb__arm_for_good(void (*handler)(int number, siginfo_t *info, void *context))
{
	(void)handler;
}

void lfb__arm(void (*handler)(int number, siginfo_t *info, void *context), bool *armed)
{
	(void)handler;
	*armed = true;
}

void lfb__disarm(bool *armed)
{
	*armed = false;
}

bool lfb__others_handle(void)
{
	return false;
}

void lfb__step_aside(int number, const siginfo_t *info)
{
	(void)number;
	(void)info;
}

const void *lfb__interrupted_at(const void *context)
{
	(void)context;
	return NULL;
}

uintptr_t lfb__stack_pointer(const void *context)
{
	(void)context;
	return 0;
}
