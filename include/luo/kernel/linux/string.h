/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the C library's functions, and those that only kernels have. */
#ifndef LUO_LINUX_STRING_H
#define LUO_LINUX_STRING_H

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>
#include <luo/kernel/linux/array_size.h>
#include <luo/kernel/linux/compiler_types.h>
#include <luo/types.h>

/*
 * Copies a string, always terminated. Return: the length copied, or -E2BIG when it was cut or
 * @size is 0.
 */
static inline ssize_t lfb_strscpy(char *dest, const char *src, size_t size, bool pad)
{
	size_t length = 0;

	while (length < size && src[length]) {
		dest[length] = src[length];
		length++;
	}
	if (size == 0)
		return -E2BIG;
	if (length == size) {
		dest[size - 1] = '\0';
		return -E2BIG;
	}
	memset(dest + length, 0, pad ? size - length : 1);
	return (ssize_t)length;
}

#define LFB_STRSCPY_(pad, dest, src, size, ...) lfb_strscpy(dest, src, size, pad)
/** strscpy() - copy a string, always terminated; without a size that of the array @dest. */
#define strscpy(dest, ...) LFB_STRSCPY_(false, dest, __VA_ARGS__, sizeof(dest), )
/** strscpy_pad() - the same, with zeroes to the end. */
#define strscpy_pad(dest, ...) LFB_STRSCPY_(true, dest, __VA_ARGS__, sizeof(dest), )

/** strtomem_pad() - fill the array @dest, which needs no end, with @src and then @pad. */
#define strtomem_pad(dest, src, pad)                                                               \
	do {                                                                                       \
		const size_t lfb_room_ = sizeof(dest);                                             \
		size_t lfb_at_ = 0;                                                                \
		for (; lfb_at_ < lfb_room_ && (src)[lfb_at_]; lfb_at_++)                           \
			(dest)[lfb_at_] = (src)[lfb_at_];                                          \
		memset((dest) + lfb_at_, (pad), lfb_room_ - lfb_at_);                              \
	} while (0)
#define strtomem(dest, src)                                                                        \
	do {                                                                                       \
		for (size_t lfb_at_ = 0; lfb_at_ < sizeof(dest) && (src)[lfb_at_]; lfb_at_++)      \
			(dest)[lfb_at_] = (src)[lfb_at_];                                          \
	} while (0)
/** memtostr() - make a string of the array @src, which may have no end. */
#define memtostr(dest, src)                                                                        \
	do {                                                                                       \
		size_t lfb_at_ = 0;                                                                \
		for (; lfb_at_ < sizeof(dest) - 1 && lfb_at_ < sizeof(src) && (src)[lfb_at_];      \
		     lfb_at_++)                                                                    \
			(dest)[lfb_at_] = (src)[lfb_at_];                                          \
		(dest)[lfb_at_] = '\0';                                                            \
	} while (0)
#define memtostr_pad(dest, src)                                                                    \
	do {                                                                                       \
		memset(dest, 0, sizeof(dest));                                                     \
		memtostr(dest, src);                                                               \
	} while (0)

#define memzero_explicit(p, size)                                                                  \
	do {                                                                                       \
		memset((p), 0, (size));                                                            \
		__asm__ volatile("" : : "r"(p) : "memory");                                        \
	} while (0)

/** memchr_inv() - Return: the first byte that is not @c, NULL: all are. */
static inline void *memchr_inv(const void *start, int c, size_t size)
{
	const unsigned char *at = (const unsigned char *)start;

	for (size_t i = 0; i < size; i++) {
		if (at[i] != (unsigned char)c)
			return (void *)(at + i);
	}
	return NULL;
}

static inline bool mem_is_zero(const void *start, size_t size)
{
	return !memchr_inv(start, 0, size);
}

#define LFB_MEMSET_(bits)                                                                          \
	static inline void *memset##bits(uint##bits##_t *at, uint##bits##_t value, size_t count)   \
	{                                                                                          \
		for (size_t i = 0; i < count; i++)                                                 \
			at[i] = value;                                                             \
		return at;                                                                         \
	}
LFB_MEMSET_(16)
LFB_MEMSET_(32)

static inline void *memset64(u64 *at, u64 value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		at[i] = value;
	return at;
}

/** skip_spaces() - Return: the first character of @s that is no white space. */
static inline char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

/** strim() - cut white space off at both ends, in place. Return: where it begins. */
static inline char *strim(char *s)
{
	size_t length = strlen(s);

	while (length && isspace((unsigned char)s[length - 1]))
		length--;
	s[length] = '\0';
	return skip_spaces(s);
}

#define strstrip(s) strim(s)

/** strreplace() - each @old becomes @with, in place. */
static inline char *strreplace(char *s, char old, char with)
{
	for (char *at = s; *at; at++) {
		if (*at == old)
			*at = with;
	}
	return s;
}

/** strnchr() - strchr() in the first @count bytes. */
static inline char *strnchr(const char *s, size_t count, int c)
{
	for (; count--; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

/** strnchrnul() - the same; where it ends if there is none. */
static inline char *strnchrnul(const char *s, size_t count, int c)
{
	while (count-- && *s && *s != (char)c)
		s++;
	return (char *)s;
}

/** strnstr() - strstr() in the first @length bytes. */
static inline char *strnstr(const char *s, const char *what, size_t length)
{
	const size_t size = strlen(what);

	for (; length >= size; length--, s++) {
		if (!memcmp(s, what, size))
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

/** str_has_prefix() - Return: the length of @prefix if @s begins so, else 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	const size_t length = strlen(prefix);

	return strncmp(s, prefix, length) ? 0 : length;
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/** strlcat() - put @src behind what is in @dest. Return: how long both are together. */
static inline size_t lfb_strlcat(char *dest, const char *src, size_t size)
{
	const size_t length = strlen(dest);

	if (length < size)
		lfb_strscpy(dest + length, src, size - length, false);
	return length + strlen(src);
}

#undef strlcat
#define strlcat(dest, src, size) lfb_strlcat(dest, src, size)

/** strends() - Return: whether @s ends so. */
static inline bool strends(const char *s, const char *suffix)
{
	const size_t length = strlen(s), size = strlen(suffix);

	return length >= size && !memcmp(s + length - size, suffix, size);
}

/** kbasename() - Return: what comes after the last slash. */
static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/** sysfs_streq() - Return: whether they are the same but for a newline at the end. */
static inline bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b || (!*a && *b == '\n' && !b[1]) || (!*b && *a == '\n' && !a[1]);
}

/** match_string() - Return: which of @n strings, up to a NULL, @s is; -EINVAL: none. */
static inline int match_string(const char *const *strings, size_t n, const char *s)
{
	for (size_t i = 0; i < n && strings[i]; i++) {
		if (!strcmp(strings[i], s))
			return (int)i;
	}
	return -EINVAL;
}

static inline int __sysfs_match_string(const char *const *strings, size_t n, const char *s)
{
	for (size_t i = 0; i < n && strings[i]; i++) {
		if (sysfs_streq(strings[i], s))
			return (int)i;
	}
	return -EINVAL;
}

#define sysfs_match_string(strings, s)                                                             \
	__sysfs_match_string(strings, sizeof(strings) / sizeof((strings)[0]), s)

#endif
