// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory of a host of which nothing is known: each byte has one address, and all may touch it. */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/map.h"

/* Where calloc() has it is in front of the first page: what it gives may be zero at no cost. */
void *lfb__map_zeroed(size_t size)
{
	void **at;
	char *start;

	if (size > SIZE_MAX - PAGE_SIZE - sizeof(*at))
		return NULL;
	start = calloc(1, size + PAGE_SIZE + sizeof(*at));
	if (!start)
		return NULL;
	at = (void **)PAGE_ALIGN((uintptr_t)start + sizeof(*at));
	at[-1] = start;
	return at;
}

void *lfb__map_own(size_t size)
{
	return lfb__map_zeroed(size);
}

void *lfb__map_reserve(size_t size)
{
	return lfb__map_zeroed(size);
}

void lfb__map_drop(void *at, size_t size)
{
	void **first = at;

	(void)size;
	if (first)
		free(first[-1]);
}

int lfb__map_seal(void *at, size_t size)
{
	(void)at;
	(void)size;
	return 0;
}

int lfb__map_access(void *at, size_t size, enum lfb_map_access access)
{
	(void)at;
	(void)size;
	(void)access;
	return 0;
}

/* The bytes are those of the reservation. */
int lfb__store_make(const char *name, u64 size)
{
	(void)name;
	(void)size;
	return 0;
}

void lfb__store_drop(int store)
{
	(void)store;
}

int lfb__store_show(int store, void *at, size_t size, u64 offset)
{
	(void)store;
	(void)at;
	(void)size;
	(void)offset;
	return 0;
}

int lfb__store_move(void *from, void *to, size_t size)
{
	(void)size;
	return from == to ? 0 : -ENOMEM;
}

void *lfb__store_again(int store, void *shown, size_t size)
{
	(void)store;
	(void)size;
	return shown;
}

void lfb__store_again_drop(void *again, size_t size)
{
	(void)again;
	(void)size;
}

int lfb__store_empty(int store, void *shown, size_t size)
{
	(void)store;
	memset(shown, 0, size);
	return 0;
}

bool lfb__store_clear(int store, void *shown, size_t size)
{
	return !lfb__store_empty(store, shown, size);
}

u64 lfb__store_used(int store, size_t size)
{
	(void)store;
	return size;
}
