// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#define _GNU_SOURCE /* reallocarray() */
#include <stdlib.h>

#include "sim/kernel/host/host.h"

#define FIRST_CAPACITY 16

void *lfb__room(void *items, size_t count, size_t more, size_t *capacity, size_t size)
{
	size_t larger = *capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * *capacity;

	LFB_ASSERT(count <= *capacity);
	if (items && more <= *capacity - count)
		return items;
	if (more > SIZE_MAX - count)
		return NULL;
	if (larger < FIRST_CAPACITY)
		larger = FIRST_CAPACITY;
	if (larger < count + more)
		larger = count + more;
	/* More than there can be is no question to ask a sanitizer's allocator. */
	if (larger > PTRDIFF_MAX / size)
		return NULL;
	items = reallocarray(items, larger, size);
	if (items)
		*capacity = larger;
	return items;
}

void *lfb__list_add(struct lfb_list *list, size_t size)
{
	void *items = lfb__room(list->items, list->count, 1, &list->capacity, size);

	if (!items)
		return NULL;
	list->items = items;
	return memset((char *)items + list->count++ * size, 0, size);
}

void lfb__list_free(struct lfb_list *list)
{
	free(list->items);
	*list = (struct lfb_list){ 0 };
}
