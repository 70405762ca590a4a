/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: kstrtobool() alone. */
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

#endif
