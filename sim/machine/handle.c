// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is alive. Looking a handle up must not cost a lock each time: a thread remembers the last
 * ones it found, until anything at all is unregistered.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "sim/machine/machine.h"

struct entry {
	const void *handle;
	enum lfb_handle_kind kind;
};

static struct {
	pthread_mutex_t lock;
	struct lfb_list entries;
	struct lfb_table table;
	atomic_ulong removals;
} handles = { .lock = PTHREAD_MUTEX_INITIALIZER };

static LFB_THREAD_LOCAL struct {
	struct entry entry[4];
	unsigned long removals;
	unsigned int next;
} remembered;

/*
 * With the lock no kernel code is left by a jump: a broken assertion ends nobody. Returns whom to
 * give to unlock().
 */
struct interrupted {
	struct lfb_kernel *current, *served;
};

static struct interrupted lock(void)
{
	struct interrupted interrupted = { lfb__current, lfb__serve(NULL) };

	pthread_mutex_lock(&handles.lock);
	lfb__current = NULL;
	return interrupted;
}

static void unlock(struct interrupted interrupted)
{
	pthread_mutex_unlock(&handles.lock);
	lfb__current = interrupted.current;
	lfb__served = interrupted.served;
}

static bool same(const void *entries, u32 number, const void *handle)
{
	return ((const struct entry *)entries)[number].handle == handle;
}

/* NULL: it is not alive. */
static struct entry *find(const void *handle)
{
	struct entry *entries = handles.entries.items;
	u32 number = lfb__table_find(&handles.table, (uintptr_t)handle, same, entries, handle);

	return number == LFB_TABLE_NONE ? NULL : &entries[number];
}

int lfb__handle_register(const void *handle, enum lfb_handle_kind kind)
{
	struct interrupted interrupted = lock();
	struct entry *entry;
	int err = -ENOMEM;

	if (find(handle)) {
		unlock(interrupted);
		return -EEXIST;
	}
	entry = lfb__list_add(&handles.entries, sizeof(*entry));
	if (entry) {
		*entry = (struct entry){ handle, kind };
		err = lfb__table_add(&handles.table, (uintptr_t)handle,
				     (u32)handles.entries.count - 1);
		handles.entries.count -= err != 0;
	}
	LFB_ASSERT(handles.entries.count == handles.table.count);
	unlock(interrupted);
	return err;
}

/* Its place in the list is the last one's. */
static void remove_entry(struct entry *gone)
{
	const struct entry *entries = handles.entries.items;
	const u32 number = (u32)(gone - entries), last = (u32)--handles.entries.count;

	LFB_ASSERT(number <= last);
	lfb__table_remove(&handles.table, (uintptr_t)gone->handle, number);
	if (number != last) {
		*gone = entries[last];
		lfb__table_remove(&handles.table, (uintptr_t)gone->handle, last);
		lfb__table_add(&handles.table, (uintptr_t)gone->handle, number);
	}
	LFB_ASSERT(handles.entries.count == handles.table.count);
	if (!last) {
		/* Nothing alive: leave no memory behind. */
		lfb__list_free(&handles.entries);
		lfb__table_free(&handles.table);
	}
}

void lfb__handle_unregister(const void *handle)
{
	struct interrupted interrupted = lock();
	struct entry *entry = find(handle);

	if (entry) {
		remove_entry(entry);
		atomic_fetch_add(&handles.removals, 1);
	}
	unlock(interrupted);
}

void lfb__handle_each(enum lfb_handle_kind kind, void (*fn)(const void *handle))
{
	const struct interrupted interrupted = lock();
	const struct entry *entries = handles.entries.items;

	for (size_t i = 0; i < handles.entries.count; i++) {
		if (entries[i].kind == kind)
			fn(entries[i].handle);
	}
	unlock(interrupted);
}

static LFB_OUT_OF_LINE bool look_up(const void *handle, enum lfb_handle_kind kind)
{
	const struct interrupted interrupted = lock();
	const struct entry *entry = find(handle);
	const bool alive = entry && entry->kind == kind;

	if (alive)
		remembered.entry[remembered.next++ % 4] = *entry;
	unlock(interrupted);
	return alive;
}

static bool is_alive(const void *handle, enum lfb_handle_kind kind)
{
	const unsigned long removals = atomic_load(&handles.removals);

	if (remembered.removals != removals) {
		memset(remembered.entry, 0, sizeof(remembered.entry));
		remembered.removals = removals;
	}
	for (int i = 0; i < 4; i++) {
		if (remembered.entry[i].handle == handle)
			return remembered.entry[i].kind == kind;
	}
	return look_up(handle, kind);
}

bool lfb__handle_valid(const void *handle, enum lfb_handle_kind kind)
{
	static const char *const names[LFB_HANDLE_KINDS] = {
		[LFB_HANDLE_MACHINE] = "machine", [LFB_HANDLE_AGENT] = "agent",
		[LFB_HANDLE_BLOB] = "blob",	  [LFB_HANDLE_SCENARIO] = "scenario",
		[LFB_HANDLE_MODULE] = "module",	  [LFB_HANDLE_COPY] = "copy of a machine",
	};

	if (likely(handle && is_alive(handle, kind)))
		return true;
	lfb__fail(NULL, -EINVAL, "%s%s", handle ? "the pointer is no live " : "no ", names[kind]);
	return false;
}
