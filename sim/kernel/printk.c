/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Kernel messages and complaints. Nothing is printed: all of it becomes trace events of the
 * current kernel, and nothing at all outside of one.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim/kernel/kernel.h"

static const char *const level_names[] = {
	[LFB_LEVEL_EMERG] = "emerg",
	[LFB_LEVEL_ALERT] = "alert",
	[LFB_LEVEL_CRIT] = "crit",
	[LFB_LEVEL_ERR] = "err",
	[LFB_LEVEL_WARNING] = "warning",
	[LFB_LEVEL_NOTICE] = "notice",
	[LFB_LEVEL_INFO] = "info",
	[LFB_LEVEL_DEBUG] = "debug",
};

void lfb_printk(enum lfb_level level, const char *format, ...)
{
	struct lfb_kernel *kernel = lfb_current;
	const char *name = "unknown";
	va_list args;

	if (!kernel || !lfb_tracing(kernel))
		return;
	if ((unsigned int)level < ARRAY_SIZE(level_names))
		name = level_names[level];
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_PRINTK, name, "print", format, args);
	va_end(args);
}

/* A complaint whose mistake has no name of its own: about the function that complains. */
static void find_in(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *where,
		    const char *format, va_list args) LFB_PRINTF(4, 0);

static void find_in(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *where,
		    const char *format, va_list args)
{
	char object[80];

	snprintf(object, sizeof(object), "function %.64s", where);
	lfb_find_args(kernel, id, object, format, args);
}

void lfb_warn(const char *where, const char *format, ...)
{
	struct lfb_kernel *kernel = lfb_current;
	va_list args;

	if (!kernel)
		return;
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_WARN, where, "warn", format, args);
	va_end(args);
	va_start(args, format);
	find_in(kernel, LFB_FINDING_KERNEL_WARN, where, format, args);
	va_end(args);
}

void lfb_warn_as(enum lfb_finding_id id, const char *object, const char *where,
		 const char *format, ...)
{
	struct lfb_kernel *kernel = lfb_current;
	va_list args;

	if (!kernel)
		return;
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_WARN, where, "warn", format, args);
	va_end(args);
	va_start(args, format);
	lfb_find_args(kernel, id, object, format, args);
	va_end(args);
}

void lfb_bug(const char *where, const char *format, ...)
{
	struct lfb_kernel *kernel = lfb_current;
	va_list args;

	if (!kernel)
		return;
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_BUG, where, "stop", format, args);
	va_end(args);
	va_start(args, format);
	find_in(kernel, LFB_FINDING_KERNEL_BUG, where, format, args);
	va_end(args);
	lfb_die(kernel, LFB_DEATH_PANIC);
}

void lfb_bug_as(enum lfb_finding_id id, const char *object, const char *where, const char *format,
		...)
{
	struct lfb_kernel *kernel = lfb_current;
	va_list args;

	if (!kernel)
		return;
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_BUG, where, "stop", format, args);
	va_end(args);
	va_start(args, format);
	lfb_find_args(kernel, id, object, format, args);
	va_end(args);
	lfb_die(kernel, LFB_DEATH_PANIC);
}

void panic(const char *format, ...)
{
	struct lfb_kernel *kernel = lfb_current;
	va_list args;

	if (!kernel)
		return;
	va_start(args, format);
	lfb_emit_args(kernel, LFB_EVENT_PANIC, "kernel", "panic", format, args);
	va_end(args);
	va_start(args, format);
	lfb_find_args(kernel, LFB_FINDING_KERNEL_PANIC, "kernel", format, args);
	va_end(args);
	lfb_die(kernel, LFB_DEATH_PANIC);
}
