// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "sim/machine/handle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * A small open-addressing table of what is alive. Looking a handle up must not cost a lock each
 * time: a thread remembers the last ones it found, until anything at all is unregistered.
 */

struct entry {
	const void *handle;	/* NULL: never used; &removed: was used */
	enum lfb_handle_kind kind;
};

static struct {
	pthread_mutex_t lock;
	struct entry *entries;
	size_t size;		/* a power of two, or 0 */
	size_t used;		/* slots that are not "never used" */
	size_t live;
	atomic_ulong removals;
} handles = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char removed;

static _Thread_local struct {
	struct entry entry[4];
	unsigned long removals;
	unsigned int next;
} remembered;

static size_t slot_of(const void *handle, size_t size)
{
	return (size_t)(((uintptr_t)handle >> 4) * 0x9e3779b97f4a7c15ull >> 20) & (size - 1);
}

static void put(struct entry *entries, size_t size, const struct entry *entry)
{
	size_t slot = slot_of(entry->handle, size);

	while (entries[slot].handle)
		slot = (slot + 1) & (size - 1);
	entries[slot] = *entry;
}

/* Makes room for one more; also gets rid of removed slots. */
static int make_room(void)
{
	struct entry *entries;
	size_t size = 16;

	if (handles.used * 2 < handles.size)
		return 0;
	while (size < handles.live * 4 + 4)
		size *= 2;
	entries = calloc(size, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < handles.size; i++) {
		if (handles.entries[i].handle && handles.entries[i].handle != &removed)
			put(entries, size, &handles.entries[i]);
	}
	free(handles.entries);
	handles.entries = entries;
	handles.size = size;
	handles.used = handles.live;
	return 0;
}

static struct entry *find(const void *handle)
{
	size_t slot;

	if (!handles.size)
		return NULL;
	slot = slot_of(handle, handles.size);
	while (handles.entries[slot].handle) {
		if (handles.entries[slot].handle == handle)
			return &handles.entries[slot];
		slot = (slot + 1) & (handles.size - 1);
	}
	return NULL;
}

int lfb__handle_register(const void *handle, enum lfb_handle_kind kind)
{
	struct entry entry = { handle, kind };
	int err;

	pthread_mutex_lock(&handles.lock);
	err = find(handle) ? -EEXIST : make_room();
	if (!err) {
		put(handles.entries, handles.size, &entry);
		handles.used++;
		handles.live++;
	}
	pthread_mutex_unlock(&handles.lock);
	return err;
}

void lfb__handle_unregister(const void *handle)
{
	struct entry *entry;

	pthread_mutex_lock(&handles.lock);
	entry = handle ? find(handle) : NULL;
	if (entry) {
		entry->handle = &removed;
		if (!--handles.live) {
			/* Nothing alive: leave no memory behind. */
			free(handles.entries);
			handles.entries = NULL;
			handles.size = handles.used = 0;
		}
		atomic_fetch_add(&handles.removals, 1);
	}
	pthread_mutex_unlock(&handles.lock);
}

static void remember(const struct entry *entry)
{
	remembered.entry[remembered.next++ % 4] = *entry;
}

static void forget_if_stale(void)
{
	unsigned long removals = atomic_load(&handles.removals);

	if (remembered.removals == removals)
		return;
	for (int i = 0; i < 4; i++)
		remembered.entry[i].handle = NULL;
	remembered.removals = removals;
}

bool lfb__handle_valid(const void *handle, enum lfb_handle_kind kind)
{
	struct entry *entry;
	bool valid;

	if (!handle)
		return false;
	forget_if_stale();
	for (int i = 0; i < 4; i++) {
		if (remembered.entry[i].handle == handle)
			return remembered.entry[i].kind == kind;
	}
	pthread_mutex_lock(&handles.lock);
	entry = find(handle);
	valid = entry && entry->kind == kind;
	if (valid)
		remember(entry);
	pthread_mutex_unlock(&handles.lock);
	return valid;
}
