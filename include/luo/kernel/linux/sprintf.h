/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: of the formats behind %p those of live update code. As C++, the C library's. */
#ifndef LUO_LINUX_SPRINTF_H
#define LUO_LINUX_SPRINTF_H

#include <stdarg.h>
#include <stdio.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/types.h>
#include <luo/printk.h>

/** vscnprintf() - vsnprintf(). Return: what is in @buf, without its end. */
LFB_PRINTF(3, 0)
static inline int vscnprintf(char *buf, size_t size, const char *format, va_list args)
{
	const int length = size ? lfb_vsnprintf(buf, size, format, args) : 0;

	return !size || length < (int)size ? length : (int)size - 1;
}

LFB_PRINTF(3, 4)
static inline int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

LFB_PRINTF(3, 4)
static inline int lfb_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = lfb_vsnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

LFB_PRINTF(2, 3)
static inline int lfb_sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = lfb_vsnprintf(buf, INT_MAX, format, args);
	va_end(args);
	return length;
}

/* The C library has these names, too, and C++ asks for its own by them. */
#ifndef __cplusplus
#undef snprintf
#undef vsnprintf
#undef sprintf
#undef vsprintf
#define snprintf(...) lfb_snprintf(__VA_ARGS__)
#define vsnprintf(...) lfb_vsnprintf(__VA_ARGS__)
#define sprintf(...) lfb_sprintf(__VA_ARGS__)
#define vsprintf(buf, format, args) lfb_vsnprintf(buf, INT_MAX, format, args)
#endif

/** kvasprintf() - Return: the text, for kfree(); NULL. */
LFB_PRINTF(2, 0)
static inline char *kvasprintf(gfp_t gfp, const char *format, va_list args)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = lfb_vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = length < 0 ? NULL : (char *)kmalloc((size_t)length + 1, gfp);
	if (text)
		lfb_vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

LFB_PRINTF(2, 3)
static inline char *kasprintf(gfp_t gfp, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = kvasprintf(gfp, format, args);
	va_end(args);
	return text;
}

#endif
