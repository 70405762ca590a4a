// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What calls from outside are given and leave: options and results of more than one version, what
 * options say of NUMA nodes, and the sentence behind an errno.
 */
#include <stdio.h>
#include <stdlib.h>
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

int lfb__shard_check(struct lfb_machine *machine, unsigned int shard, unsigned int shards)
{
	if (shards ? shard && shard <= shards : !shard)
		return 0;
	return lfb__error(machine, -EINVAL, "there is no shard %u of %u", shard, shards);
}

/* "0:1G,1:1G" */

#define NODE_IDS 64

/* A decimal number at *@text, which moves behind it. */
static bool take_number(const char **text, u64 *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

static bool take_size(const char **text, u64 *size)
{
	static const char units[] = "KMG";
	const char *unit;
	unsigned int shift = 0;

	if (!take_number(text, size) || !*size)
		return false;
	unit = **text ? strchr(units, **text) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		++*text;
	}
	if (*size > UINT64_MAX >> shift)
		return false;
	*size <<= shift;
	return IS_ALIGNED(*size, PAGE_SIZE);
}

static bool take_node(const char **text, struct lfb_nodes *nodes)
{
	const unsigned int n = nodes->count;
	const unsigned long start = n ? nodes->each[n - 1].end : 0;
	u64 id, size;

	if (n == LFB_NODES_MAX || !take_number(text, &id) || id >= NODE_IDS || *(*text)++ != ':' ||
	    !take_size(text, &size) || PHYS_PFN(size) > LFB_NO_PFN - start)
		return false;
	nodes->each[n].id = (unsigned int)id;
	nodes->each[n].end = start + PHYS_PFN(size);
	nodes->count++;
	return true;
}

int lfb__nodes_parse(const char *text, struct lfb_nodes *nodes, u64 *memory)
{
	const char *at = text;
	u64 bytes;

	*nodes = (struct lfb_nodes){ 0 };
	if (!text || !*text)
		return 0;
	do {
		if (!take_node(&at, nodes))
			return lfb__error(NULL, -EINVAL, "nodes are \"%.80s\"; up to %d of them "
					  "are written as 0:1G,1:1G, with sizes in whole pages",
					  text, LFB_NODES_MAX);
	} while (*at == ',' && *++at);
	bytes = PFN_PHYS(nodes->each[nodes->count - 1].end);
	if (*at || at[-1] == ',')
		return lfb__error(NULL, -EINVAL, "nodes are \"%.80s\": what is \"%.20s\"?", text,
				  *at ? at : at - 1);
	if (*memory && *memory != bytes)
		return lfb__error(NULL, -EINVAL, "the nodes have %llu bytes of memory, the machine "
				  "%llu", bytes, *memory);
	*memory = bytes;
	return 0;
}

/* The sentence behind an errno */

int lfb__error(struct lfb_machine *machine, int error, const char *format, ...)
{
	char text[sizeof(machine->kernel.error)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return lfb__fail(machine ? &machine->kernel : NULL, error, "%s", text);
}

const char *lfb_error_text(struct lfb_machine *machine)
{
	if (machine && !lfb__machine_valid(machine))
		return lfb__fail_text(NULL);
	if (machine)
		lfb__outside_ask(&machine->kernel);
	return lfb__fail_text(machine ? &machine->kernel : NULL);
}
