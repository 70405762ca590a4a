/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: but for numbers of users, which are read from strings. */
#ifndef LUO_LINUX_KSTRTOX_H
#define LUO_LINUX_KSTRTOX_H

#include <luo/types.h>

/** kstrtobool() - "y", "1", "on" and so on. Return: 0; -EINVAL @s is none of them. */
static inline int kstrtobool(const char *s, bool *result)
{
	char second;

	if (!s)
		return -EINVAL;
	second = s[0] == 'o' || s[0] == 'O' ? (char)(s[1] | 0x20) : '\0';
	if (s[0] == 'y' || s[0] == 'Y' || s[0] == 't' || s[0] == 'T' || s[0] == '1' ||
	    second == 'n') {
		*result = true;
		return 0;
	}
	if (s[0] == 'n' || s[0] == 'N' || s[0] == 'f' || s[0] == 'F' || s[0] == '0' ||
	    second == 'f') {
		*result = false;
		return 0;
	}
	return -EINVAL;
}

static inline unsigned int lfb_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a' + 10) : 99;
}

/* The number @s begins with; of base 0 the text says which. Return: where it ends, NULL: none. */
static inline const char *lfb_number(const char *s, unsigned int base, u64 *result, bool *too_large)
{
	const char *begin;

	if (s[0] == '0' && (s[1] | 0x20) == 'x' && lfb_digit(s[2]) < 16 && (!base || base == 16)) {
		base = 16;
		s += 2;
	}
	if (!base)
		base = s[0] == '0' ? 8 : 10;
	*result = 0;
	*too_large = false;
	for (begin = s; lfb_digit(*s) < base; s++) {
		*too_large |= __builtin_mul_overflow(*result, (u64)base, result);
		*too_large |= __builtin_add_overflow(*result, (u64)lfb_digit(*s), result);
	}
	return s == begin ? NULL : s;
}

/**
 * kstrtoull() - a number, and nothing else but a newline
 * @s: the text; a plus may come first
 * @base: 2 to 36, 0: as the text says
 * @result: the number
 *
 * Return: 0; -EINVAL it is none; -ERANGE it is too large.
 */
static inline int kstrtoull(const char *s, unsigned int base, unsigned long long *result)
{
	bool too_large;
	u64 value;

	if (*s == '+')
		s++;
	s = lfb_number(s, base, &value, &too_large);
	if (!s || (*s && !(*s == '\n' && !s[1])))
		return -EINVAL;
	if (too_large)
		return -ERANGE;
	*result = value;
	return 0;
}

/** kstrtoll() - the same with a sign. */
static inline int kstrtoll(const char *s, unsigned int base, long long *result)
{
	const bool minus = *s == '-';
	unsigned long long value;
	int err;

	if (minus && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + minus, base, &value);
	if (err)
		return err;
	if (value > (unsigned long long)INT64_MAX + minus)
		return -ERANGE;
	*result = minus ? (long long)-value : (long long)value;
	return 0;
}

#define LFB_KSTRTO_(name, type, wide, read)                                                        \
	static inline int name(const char *s, unsigned int base, type *result)                     \
	{                                                                                          \
		wide value;                                                                        \
		const int err = read(s, base, &value);                                             \
                                                                                                   \
		if (err)                                                                           \
			return err;                                                                \
		if (value != (wide)(type)value)                                                    \
			return -ERANGE;                                                            \
		*result = (type)value;                                                             \
		return 0;                                                                          \
	}
LFB_KSTRTO_(kstrtoul, unsigned long, unsigned long long, kstrtoull)
LFB_KSTRTO_(kstrtol, long, long long, kstrtoll)
LFB_KSTRTO_(kstrtouint, unsigned int, unsigned long long, kstrtoull)
LFB_KSTRTO_(kstrtoint, int, long long, kstrtoll)
LFB_KSTRTO_(kstrtou64, u64, unsigned long long, kstrtoull)
LFB_KSTRTO_(kstrtos64, s64, long long, kstrtoll)
LFB_KSTRTO_(kstrtou32, u32, unsigned long long, kstrtoull)
LFB_KSTRTO_(kstrtos32, s32, long long, kstrtoll)
LFB_KSTRTO_(kstrtou16, u16, unsigned long long, kstrtoull)
LFB_KSTRTO_(kstrtou8, u8, unsigned long long, kstrtoull)

/** simple_strtoull() - Return: the number @s begins with; @end is where it ends. */
static inline unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	bool too_large;
	u64 value = 0;
	const char *after = lfb_number(s, base, &value, &too_large);

	if (end)
		*end = (char *)(after ? after : s);
	return value;
}

static inline unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return (unsigned long)simple_strtoull(s, end, base);
}

static inline long simple_strtol(const char *s, char **end, unsigned int base)
{
	return *s == '-' ? -(long)simple_strtoull(s + 1, end, base) :
			   (long)simple_strtoull(s, end, base);
}

/** memparse() - Return: the number @s begins with, in bytes: K, M, G, T, P, E may follow. */
static inline unsigned long long memparse(const char *s, char **end)
{
	static const char units[] = "kmgtpe";
	char *after;
	unsigned long long value = simple_strtoull(s, &after, 0);

	for (unsigned int i = 0; units[i]; i++) {
		if ((*after | 0x20) == units[i]) {
			value <<= 10 * (i + 1);
			after++;
			break;
		}
	}
	if (end)
		*end = after;
	return value;
}

#endif
