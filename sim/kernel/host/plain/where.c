// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A host that does not say where in the program something is, nor what is behind an address. */
#include <stdio.h>

#include "sim/kernel/host/host.h"

void lfb__thread_name(char *name, size_t size)
{
	snprintf(name, size, "lfb");
}

unsigned int lfb__frames_here(void **frames, unsigned int max)
{
	(void)frames;
	(void)max;
	return 0;
}

void *lfb__caller(void)
{
	return NULL;
}

size_t lfb__frames_text(void *const *frames, unsigned int count, char *text, size_t size)
{
	(void)frames;
	(void)count;
	if (size)
		*text = '\0';
	return 0;
}

void lfb__behind_read(struct lfb_list *map)
{
	(void)map;
}

enum lfb_behind lfb__behind(const struct lfb_list *map, u64 value)
{
	(void)map;
	(void)value;
	return LFB_BEHIND_NOTHING;
}

void lfb__behind_name(enum lfb_behind what, u64 value, char *text, size_t size)
{
	(void)what;
	snprintf(text, size, "%#llx", value);
}
