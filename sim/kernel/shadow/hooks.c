// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What compiled code calls before each access. The linker puts "__wrap_" before the compiler's
 * names, so that a sanitizer's runtime in the same process has its own functions and we have ours.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim/kernel/shadow/shadow.h"

#define HOOK __attribute__((visibility("default")))

/* Begins and ends in what one byte stands for, or is two of these. */
static inline bool is_allowed(const u8 *byte, const void *address, size_t size)
{
	const size_t in = (uintptr_t)address % LFB_SHADOW_STEP;

	if (size == 2 * LFB_SHADOW_STEP)
		return in == 0 && byte[0] == LFB_SHADOW_STEP && byte[1] == LFB_SHADOW_STEP;
	return in + size <= *byte;
}

static inline void ask(const void *address, size_t size, enum lfb_stray how)
{
	struct lfb_kernel *kernel = lfb__current;
	const u8 *byte;

	if (!kernel || !kernel->memory.shadow)
		return;
	byte = lfb__shadow_byte(kernel->memory.shadow, address);
	if (likely(!byte || is_allowed(byte, address, size)))
		return;
	lfb__shadow_touch(kernel, address, size, how);
}

#define LOAD_AND_STORE(size)                                                                       \
	HOOK void __wrap___asan_load##size##_noabort(const void *address);                         \
	HOOK void __wrap___asan_store##size##_noabort(const void *address);                        \
                                                                                                   \
	void __wrap___asan_load##size##_noabort(const void *address)                               \
	{                                                                                          \
		ask(address, size, LFB_STRAY_READ);                                                \
	}                                                                                          \
                                                                                                   \
	void __wrap___asan_store##size##_noabort(const void *address)                              \
	{                                                                                          \
		ask(address, size, LFB_STRAY_WRITE);                                               \
	}

LOAD_AND_STORE(1)
LOAD_AND_STORE(2)
LOAD_AND_STORE(4)
LOAD_AND_STORE(8)
LOAD_AND_STORE(16)

HOOK void __wrap___asan_loadN_noabort(const void *address, size_t size);
HOOK void __wrap___asan_storeN_noabort(const void *address, size_t size);
HOOK void __wrap___asan_handle_no_return(void);

/* Inline, so that who called is who called the hook: it may be code that says what it touches. */
static inline __attribute__((always_inline)) void ask_about(const void *address, size_t size,
							    enum lfb_stray how)
{
	if (!lfb__current)
		return;
	lfb__shadow_touch(lfb__current, address, size, how);
	if (unlikely(lfb__current->sched.race != NULL))
		lfb__race_copy(address, size, how == LFB_STRAY_WRITE, __builtin_return_address(0));
}

void __wrap___asan_loadN_noabort(const void *address, size_t size)
{
	ask_about(address, size, LFB_STRAY_READ);
}

void __wrap___asan_storeN_noabort(const void *address, size_t size)
{
	ask_about(address, size, LFB_STRAY_WRITE);
}

/* Nothing is known of stacks. */
void __wrap___asan_handle_no_return(void)
{
}

/* The C library's functions, which nobody compiled so, and one of ours that is as those. */

HOOK void *__wrap_memcpy(void *to, const void *from, size_t size);
HOOK void *__wrap_memmove(void *to, const void *from, size_t size);
HOOK void *__wrap_memset(void *to, int byte, size_t size);
HOOK int __wrap_memcmp(const void *one, const void *other, size_t size);
HOOK int __wrap_bcmp(const void *one, const void *other, size_t size);
HOOK size_t __wrap_strlen(const char *string);
HOOK size_t __wrap_strnlen(const char *string, size_t size);
HOOK int __wrap_strcmp(const char *one, const char *other);
HOOK int __wrap_strncmp(const char *one, const char *other, size_t size);
HOOK char *__wrap_strcpy(char *to, const char *from);
HOOK char *__wrap_strncpy(char *to, const char *from, size_t size);
HOOK int __wrap_vsnprintf(char *to, size_t size, const char *format, va_list args)
	LFB_PRINTF(3, 0);
HOOK int __wrap_lfb_vsnprintf(char *to, size_t size, const char *format, va_list args)
	LFB_PRINTF(3, 0);
HOOK int __wrap_snprintf(char *to, size_t size, const char *format, ...) LFB_PRINTF(3, 4);
HOOK int __wrap_sprintf(char *to, const char *format, ...) LFB_PRINTF(2, 3);

void *__wrap_memcpy(void *to, const void *from, size_t size)
{
	ask_about(from, size, LFB_STRAY_READ);
	ask_about(to, size, LFB_STRAY_WRITE);
	return memcpy(to, from, size);
}

void *__wrap_memmove(void *to, const void *from, size_t size)
{
	ask_about(from, size, LFB_STRAY_READ);
	ask_about(to, size, LFB_STRAY_WRITE);
	return memmove(to, from, size);
}

void *__wrap_memset(void *to, int byte, size_t size)
{
	ask_about(to, size, LFB_STRAY_WRITE);
	return memset(to, byte, size);
}

int __wrap_memcmp(const void *one, const void *other, size_t size)
{
	ask_about(one, size, LFB_STRAY_READ);
	ask_about(other, size, LFB_STRAY_READ);
	return memcmp(one, other, size);
}

/* What a compiler makes of it that need not know more. */
int __wrap_bcmp(const void *one, const void *other, size_t size)
{
	return __wrap_memcmp(one, other, size);
}

/* Byte by byte, asking before each: it may have no end. At most @size of them. */
static size_t length_of(const char *string, size_t size)
{
	size_t length = 0;

	for (; length < size; length++) {
		ask(string + length, 1, LFB_STRAY_READ);
		if (!string[length])
			break;
	}
	return length;
}

size_t __wrap_strlen(const char *string)
{
	return length_of(string, SIZE_MAX);
}

size_t __wrap_strnlen(const char *string, size_t size)
{
	return length_of(string, size);
}

int __wrap_strncmp(const char *one, const char *other, size_t size)
{
	for (; size; size--, one++, other++) {
		ask(one, 1, LFB_STRAY_READ);
		ask(other, 1, LFB_STRAY_READ);
		if (*one != *other || !*one)
			return (unsigned char)*one - (unsigned char)*other;
	}
	return 0;
}

int __wrap_strcmp(const char *one, const char *other)
{
	return __wrap_strncmp(one, other, SIZE_MAX);
}

char *__wrap_strcpy(char *to, const char *from)
{
	return __wrap_memcpy(to, from, length_of(from, SIZE_MAX) + 1);
}

char *__wrap_strncpy(char *to, const char *from, size_t size)
{
	const size_t length = length_of(from, size);

	ask_about(to, size, LFB_STRAY_WRITE);
	memset(to + length, 0, size - length);
	return memcpy(to, from, length);
}

static void ask_about_text(char *to, size_t size, int length)
{
	if (length >= 0 && size)
		ask_about(to, (size_t)length < size ? (size_t)length + 1 : size, LFB_STRAY_WRITE);
}

int __wrap_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	ask_about_text(to, size, vsnprintf(NULL, 0, format, again));
	va_end(again);
	return vsnprintf(to, size, format, args);
}

int __wrap_lfb_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	ask_about_text(to, size, lfb_vsnprintf(NULL, 0, format, again));
	va_end(again);
	return lfb_vsnprintf(to, size, format, args);
}

int __wrap_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = __wrap_vsnprintf(to, size, format, args);
	va_end(args);
	return length;
}

int __wrap_sprintf(char *to, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = __wrap_vsnprintf(to, INT_MAX, format, args);
	va_end(args);
	return length;
}
