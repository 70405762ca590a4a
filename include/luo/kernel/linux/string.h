/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the C library's functions, and strscpy(). */
#ifndef LUO_LINUX_STRING_H
#define LUO_LINUX_STRING_H

#include <string.h>
#include <sys/types.h>
#include <luo/types.h>

/**
 * strscpy() - copy a string, always terminated
 * @dest: where to
 * @src: the string
 * @size: bytes at @dest
 *
 * Return: the length copied, or -E2BIG when @src was cut or @size is 0.
 */
static inline ssize_t strscpy(char *dest, const char *src, size_t size)
{
	size_t length = 0;

	while (length < size && src[length])
		length++;
	if (size == 0)
		return -E2BIG;
	if (length == size) {
		memcpy(dest, src, size - 1);
		dest[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, length + 1);
	return (ssize_t)length;
}

#endif
