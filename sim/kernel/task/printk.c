// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Kernel messages and complaints. Nothing is printed: all of it becomes trace events of the
 * current kernel, and nothing at all outside of one.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim/kernel/task/task.h"

static const char *const level_names[] = {
	[LFB_LEVEL_EMERG] = "emerg", [LFB_LEVEL_ALERT] = "alert",     [LFB_LEVEL_CRIT] = "crit",
	[LFB_LEVEL_ERR] = "err",     [LFB_LEVEL_WARNING] = "warning", [LFB_LEVEL_NOTICE] = "notice",
	[LFB_LEVEL_INFO] = "info",   [LFB_LEVEL_DEBUG] = "debug",
};

void lfb_printk(enum lfb_level level, const char *format, ...)
{
	struct lfb_kernel *kernel = lfb__current;
	const char *name = "unknown";
	va_list args;

	if (!kernel || !lfb__tracing(kernel))
		return;
	/* KERN_ERR and its like; KERN_CONT goes on with what was said before. */
	if (format[0] == '\001' && format[1]) {
		if (format[1] >= '0' && format[1] <= '7')
			level = (enum lfb_level)(format[1] - '0');
		format += 2;
	}
	if ((unsigned int)level < ARRAY_SIZE(level_names))
		name = level_names[level];
	va_start(args, format);
	lfb__say_args(kernel, LFB_DID_PRINTED, name, format, args);
	va_end(args);
}

/*
 * An event and the finding it is, and what the kernel dies of. Without an @object it is a complaint
 * whose mistake has no name of its own: about the function that complains.
 */
LFB_PRINTF(7, 0)
static void complain(struct lfb_kernel *kernel, enum lfb_happening happening, enum lfb_death death,
		     enum lfb_finding_id id, const char *object, const char *where,
		     const char *format, va_list args)
{
	va_list again;

	if (!kernel)
		return;
	va_copy(again, args);
	lfb__say_args(kernel, happening, where, format, args);
	lfb__find_args(kernel, id, object ? object : lfb__object("function %.64s", where).text,
		       format, again);
	va_end(again);
	if (death)
		lfb__die(kernel, death);
}

void lfb_warn(const char *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(lfb__current, LFB_DID_WARNED, LFB_ALIVE, LFB_FINDING_KERNEL_WARN, NULL, where,
		 format, args);
	va_end(args);
}

void lfb__warn_as(enum lfb_finding_id id, const char *object, const char *where,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(lfb__current, LFB_DID_WARNED, LFB_ALIVE, id, object, where, format, args);
	va_end(args);
}

void lfb_bug(const char *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(lfb__current, LFB_DID_STOPPED, LFB_DEATH_PANIC, LFB_FINDING_KERNEL_BUG, NULL,
		 where, format, args);
	va_end(args);
}

void lfb__bug_as(enum lfb_finding_id id, const char *object, const char *where, const char *format,
		 ...)
{
	va_list args;

	va_start(args, format);
	complain(lfb__current, LFB_DID_STOPPED, LFB_DEATH_PANIC, id, object, where, format, args);
	va_end(args);
}

void lfb__unsafe_as(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(kernel, LFB_DID_TOUCHED, LFB_ALIVE, id, object, object, format, args);
	va_end(args);
}

void lfb__oops_as(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(kernel, LFB_DID_STOPPED, LFB_DEATH_OOPS, id, object, object, format, args);
	va_end(args);
}

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(lfb__current, LFB_DID_PANICKED, LFB_DEATH_PANIC, LFB_FINDING_KERNEL_PANIC,
		 "kernel", "kernel", format, args);
	va_end(args);
}
