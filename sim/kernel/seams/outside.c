// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A kernel's functions, called by a thread that is in no kernel. */
#include <stdio.h>

#include "sim/kernel/seams/seams.h"

#define NOT_ENTERED                                                                                \
	"%s() was called by a thread that is in no running kernel: enter a machine that is "       \
	"switched on by lfb_machine_enter(), or have it call the function by lfb_machine_call()"

/*
 * The kernel this thread worked for last, never followed as it may be gone, and what was called
 * outside since: whoever asks the machine next is told.
 */
static LFB_THREAD_LOCAL struct {
	const struct lfb_kernel *last;
	const char *function;
	void *at[LFB_FRAMES_MAX];
	unsigned int frames;
} outside;

static void say(void)
{
	fprintf(stderr, "%s: " NOT_ENTERED "\n", lfb_finding_name(LFB_FINDING_KERNEL_NOT_ENTERED),
		outside.function);
	outside.function = NULL;
}

int lfb__not_entered(const char *function)
{
	lfb__fail(NULL, -EOPNOTSUPP, NOT_ENTERED, function);
	if (!outside.function) {
		outside.function = function;
		outside.frames = lfb__frames_here(outside.at, LFB_FRAMES_MAX);
	}
	if (!outside.last)
		say();
	return -EOPNOTSUPP;
}


void lfb__outside_ask(struct lfb_kernel *kernel)
{
	const struct lfb_findings *findings = &kernel->findings;
	const char *function = outside.function;
	const size_t count = findings->count;

	if (likely(!function) || outside.last != kernel)
		return;
	outside.function = NULL;
	lfb__fail(kernel, -EOPNOTSUPP, NOT_ENTERED, function);
	lfb__find(kernel, LFB_FINDING_KERNEL_NOT_ENTERED,
		  lfb__object("function %s", function).text, NOT_ENTERED, function);
	if (findings->count > count)
		lfb__finding_was_at(findings->all[count], outside.at, outside.frames);
}

void lfb__outside_works_for(struct lfb_kernel *kernel)
{
	if (likely(outside.last == kernel && !outside.function))
		return;
	lfb__outside_ask(kernel);
	if (outside.function)
		say();
	outside.last = kernel;
}

void lfb__outside_gone(const struct lfb_kernel *kernel)
{
	if (outside.last != kernel)
		return;
	if (outside.function)
		say();
	outside.last = NULL;
}
