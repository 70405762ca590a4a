// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Options and results of more than one version. */
#include <string.h>

#include "sim/machine/machine.h"

/* Longer than any version will be: it is no size, but what happened to be there. */
#define LONGEST (64ul << 10)

/* Such structures are as long as a multiple of their sz. */
static int check_size(struct lfb_machine *machine, const char *what, size_t sz, size_t least)
{
	if (sz < least || sz % sizeof(sz))
		return lfb__error(machine, -EINVAL, "%s: sz is %zu, which is no version's", what,
				  sz);
	if (sz > LONGEST)
		return lfb__error(machine, -E2BIG, "%s: sz is %zu, longer than any", what, sz);
	return 0;
}

int lfb__options_take(struct lfb_machine *machine, const char *what, void *options, size_t size,
		      const void *given, size_t least)
{
	size_t sz;
	int err;

	memset(options, 0, size);
	if (!given)
		return 0;
	memcpy(&sz, given, sizeof(sz));
	err = check_size(machine, what, sz, least);
	if (err)
		return err;
	for (size_t at = size; at < sz; at++) {
		if (((const char *)given)[at])
			return lfb__error(machine, -E2BIG, "%s: sz is %zu, and behind the %zu "
					  "bytes known here something is set", what, sz, size);
	}
	memcpy(options, given, sz < size ? sz : size);
	return 0;
}

int lfb__result_check(struct lfb_machine *machine, const char *what, const void *given,
		      size_t least)
{
	size_t sz = 0;

	if (given)
		memcpy(&sz, given, sizeof(sz));
	return check_size(machine, what, sz, least);
}

void lfb__result_give(void *given, const void *result, size_t size)
{
	size_t sz;

	memcpy(&sz, given, sizeof(sz));
	memset(given, 0, sz);
	memcpy(given, result, sz < size ? sz : size);
	memcpy(given, &sz, sizeof(sz));
}
