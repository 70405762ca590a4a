// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What each event says about the state. */
#include "tests/support/rebuild.h"

#include <luo/mm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists */

/* A new item, all zero. */
static void *add(struct rebuilt_list *list, size_t size)
{
	char *item;

	if (!(list->count & (list->count - 1)))
		list->items = realloc(list->items, (list->count ? 2 * list->count : 1) * size);
	item = (char *)list->items + list->count++ * size;
	return memset(item, 0, size);
}

static void drop(struct rebuilt_list *list, size_t index, size_t size)
{
	char *item = (char *)list->items + index * size;

	list->count--;
	memmove(item, item + size, (list->count - index) * size);
}

static void forget(struct rebuilt_list *list)
{
	free(list->items);
	*list = (struct rebuilt_list){ 0 };
}

static void set(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

/* Only the first is of interest: what comes behind it may be wrong because of it. */
static void wrong(struct rebuilt *rebuilt, const struct lfb_event *event, const char *why)
{
	char line[192];

	if (rebuilt->wrong[0])
		return;
	lfb_event_format(event, line, sizeof(line));
	snprintf(rebuilt->wrong, sizeof(rebuilt->wrong), "%s: %s", why, line);
}

/* Kernels */

static void forget_sessions(struct rebuilt *rebuilt)
{
	struct rebuilt_session *sessions = rebuilt->sessions.items;

	for (size_t i = 0; i < rebuilt->sessions.count; i++)
		forget(&sessions[i].files);
	forget(&rebuilt->sessions);
}

/* All of a kernel is gone, but for what it had marked. */
static void kernel_ends(struct rebuilt *rebuilt, struct rebuilt_list marked)
{
	struct rebuilt_list *const lists[] = {
		&rebuilt->flbs, &rebuilt->records, &rebuilt->waiting,
		&rebuilt->locks, &rebuilt->modules, &rebuilt->before,
	};
	struct rebuilt next = { .before = marked, .open = rebuilt->open };

	forget_sessions(rebuilt);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		forget(lists[i]);
	memcpy(next.wrong, rebuilt->wrong, sizeof(next.wrong));
	*rebuilt = next;
}

static void jumped(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	if (rebuilt->ready && !rebuilt->serialized)
		wrong(rebuilt, event, "nothing was serialized");
	kernel_ends(rebuilt, rebuilt->marked);
}

static void switched_off(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	(void)event;
	forget(&rebuilt->marked);
	kernel_ends(rebuilt, (struct rebuilt_list){ 0 });
}

static void booted(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	if (event->edge == LFB_EDGE_END) {
		rebuilt->booted = true;
		return;
	}
	if (rebuilt->on)
		wrong(rebuilt, event, "another kernel runs");
	rebuilt->on = true;
	rebuilt->boot = event->boot;
	set(rebuilt->profile, sizeof(rebuilt->profile), event->profile);
}

static void kho_booted(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	(void)event;
	rebuilt->after_handover = true;
}

static void luo_ready(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	rebuilt->ready = true;
	rebuilt->update = event->count;
}

static void reboot(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	if (event->edge == LFB_EDGE_END && !event->result)
		rebuilt->serialized = true;
}

/* Sessions */

static struct rebuilt_session *find_session(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *sessions = rebuilt->sessions.items;

	for (size_t i = 0; i < rebuilt->sessions.count; i++) {
		if (sessions[i].incoming == event->incoming &&
		    !strcmp(sessions[i].name, event->session))
			return &sessions[i];
	}
	wrong(rebuilt, event, "there is no such session");
	return NULL;
}

static void session_added(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = add(&rebuilt->sessions, sizeof(*session));

	set(session->name, sizeof(session->name), event->session);
	session->incoming = event->incoming;
}

static void session_removed(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);

	if (!session)
		return;
	if (session->files.count)
		wrong(rebuilt, event, "it has files");
	forget(&session->files);
	drop(&rebuilt->sessions, (size_t)(session - (struct rebuilt_session *)
					  rebuilt->sessions.items), sizeof(*session));
}

static void session_retrieved(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);

	if (session)
		session->retrieved = true;
}

static void session_given_back(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);

	if (session)
		session->retrieved = false;
}

static void session_serialized(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);

	if (session && session->files.count != event->count)
		wrong(rebuilt, event, "it has another number of files");
	if (session)
		session->serialized = true;
}

static void session_unfrozen(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);

	if (session)
		session->serialized = false;
}

/* Files */

static struct rebuilt_file *find_file(struct rebuilt *rebuilt, const struct lfb_event *event,
				      struct rebuilt_session **sessionp)
{
	struct rebuilt_session *session = find_session(rebuilt, event);
	struct rebuilt_file *files = session ? session->files.items : NULL;

	*sessionp = session;
	for (size_t i = 0; session && i < session->files.count; i++) {
		if (files[i].token == event->token)
			return &files[i];
	}
	wrong(rebuilt, event, "there is no such file");
	return NULL;
}

static void file_added(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session = find_session(rebuilt, event);
	struct rebuilt_file *file;

	if (!session)
		return;
	file = add(&session->files, sizeof(*file));
	file->token = event->token;
	file->data = event->handle;
	set(file->handler, sizeof(file->handler), event->handler);
}

static void file_dropped(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session;
	struct rebuilt_file *file = find_file(rebuilt, event, &session);

	if (file)
		drop(&session->files, (size_t)(file - (struct rebuilt_file *)session->files.items),
		     sizeof(*file));
}

static void file_data(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session;
	struct rebuilt_file *file = find_file(rebuilt, event, &session);

	if (file)
		file->data = event->handle;
}

static void file_retrieved(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_session *session;
	struct rebuilt_file *file = find_file(rebuilt, event, &session);

	if (file)
		file->retrieved = event->result ? event->result : 1;
}

/* FLBs */

struct rebuilt_flb *rebuilt_flb(const struct rebuilt *rebuilt, const char *name)
{
	struct rebuilt_flb *flbs = rebuilt->flbs.items;

	for (size_t i = 0; i < rebuilt->flbs.count; i++) {
		if (!strcmp(flbs[i].name, name))
			return &flbs[i];
	}
	return NULL;
}

static void flb_changed(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_flb *flb = rebuilt_flb(rebuilt, event->flb);
	const int side = event->incoming;

	if (!flb) {
		flb = add(&rebuilt->flbs, sizeof(*flb));
		set(flb->name, sizeof(flb->name), event->flb);
	}
	if (flb->count[side] != event->count_before ||
	    flb->references[side] != event->references_before)
		wrong(rebuilt, event, "its counts were others");
	flb->count[side] = event->count;
	flb->references[side] = event->references;
}

static void flb_handed_over(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_record *record = add(&rebuilt->records, sizeof(*record));

	set(record->name, sizeof(record->name), event->flb);
	record->count = event->count;
	record->data = event->handle;
}

/* Memory */

static void add_block(struct rebuilt_list *list, u64 pfn, unsigned int order, const char *owner)
{
	struct rebuilt_block *blocks = list->items;

	/* Who marked it first is its owner. */
	for (size_t i = 0; i < list->count; i++) {
		if (blocks[i].pfn == pfn && blocks[i].order == order)
			return;
	}
	blocks = add(list, sizeof(*blocks));
	blocks->pfn = pfn;
	blocks->order = order;
	set(blocks->owner, sizeof(blocks->owner), owner);
}

static bool drop_block(struct rebuilt_list *list, u64 pfn, unsigned int order)
{
	struct rebuilt_block *blocks = list->items;

	for (size_t i = list->count; i-- > 0;) {
		if (blocks[i].pfn != pfn || blocks[i].order != order)
			continue;
		drop(list, i, sizeof(*blocks));
		return true;
	}
	return false;
}

/* Pages are marked as the largest blocks that are aligned to their size. */
static unsigned int cut(u64 pfn, u64 pages)
{
	unsigned int order = 0;

	while (!(pfn & (1ull << order)) && 2ull << order <= pages)
		order++;
	return order;
}

static void pages_marked(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	u64 pfn = event->phys / PAGE_SIZE, end = pfn + event->pages;

	for (unsigned int order; pfn < end; pfn += 1ull << order) {
		order = cut(pfn, end - pfn);
		add_block(&rebuilt->marked, pfn, order, event->owner);
	}
}

/* Some may not be marked: that is the mistake of whoever unpreserves them. */
static void pages_unmarked(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	u64 pfn = event->phys / PAGE_SIZE, end = pfn + event->pages;

	for (unsigned int order; pfn < end; pfn += 1ull << order) {
		order = cut(pfn, end - pfn);
		drop_block(&rebuilt->marked, pfn, order);
	}
}

static void pages_handed_over(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	u64 pfn = event->phys / PAGE_SIZE;

	add_block(&rebuilt->waiting, pfn, cut(pfn, event->pages), event->owner);
}

static void pages_claimed(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	u64 pfn = event->phys / PAGE_SIZE;

	if (!drop_block(&rebuilt->waiting, pfn, cut(pfn, event->pages)))
		wrong(rebuilt, event, "they were not handed over");
}

/* Locks */

static void lock_taken(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_lock *lock = add(&rebuilt->locks, sizeof(*lock));

	set(lock->task, sizeof(lock->task), event->task);
	set(lock->name, sizeof(lock->name), event->lock);
}

static void lock_released(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_lock *locks = rebuilt->locks.items;

	for (size_t i = rebuilt->locks.count; i-- > 0;) {
		if (strcmp(locks[i].task, event->task) || strcmp(locks[i].name, event->lock))
			continue;
		drop(&rebuilt->locks, i, sizeof(*locks));
		return;
	}
	wrong(rebuilt, event, "the task does not hold it");
}

/* Modules */

static struct rebuilt_module *module_of(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct rebuilt_module *modules = rebuilt->modules.items;

	for (size_t i = 0; i < rebuilt->modules.count; i++) {
		if (!strcmp(modules[i].name, event->module))
			return &modules[i];
	}
	modules = add(&rebuilt->modules, sizeof(*modules));
	set(modules->name, sizeof(modules->name), event->module);
	return modules;
}

static void module_init(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	module_of(rebuilt, event)->loaded = event->result >= 0;
}

static void module_exit(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	*module_of(rebuilt, event) = (struct rebuilt_module){ .name = "" };
}

static void module_counted(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	module_of(rebuilt, event)->references = event->count;
}

static void (*const rules[LFB_HAPPENINGS_NR])(struct rebuilt *rebuilt,
					      const struct lfb_event *event) = {
	[LFB_DID_BOOTED] = booted,
	[LFB_DID_JUMPED] = jumped,
	[LFB_DID_SWITCHED_OFF] = switched_off,
	[LFB_DID_KHO_BOOTED] = kho_booted,
	[LFB_DID_LUO_READY] = luo_ready,
	[LFB_DID_REBOOT] = reboot,
	[LFB_DID_SESSION_ADDED] = session_added,
	[LFB_DID_SESSION_REMOVED] = session_removed,
	[LFB_DID_SESSION_RETRIEVED] = session_retrieved,
	[LFB_DID_SESSION_GIVEN_BACK] = session_given_back,
	[LFB_DID_SESSION_SERIALIZED] = session_serialized,
	[LFB_DID_SESSION_UNFROZEN] = session_unfrozen,
	[LFB_DID_FILE_ADDED] = file_added,
	[LFB_DID_FILE_DROPPED] = file_dropped,
	[LFB_DID_FILE_DATA] = file_data,
	[LFB_DID_FILE_RETRIEVED] = file_retrieved,
	[LFB_DID_FLB_COUNTED] = flb_changed,
	[LFB_DID_FLB_GOT] = flb_changed,
	[LFB_DID_FLB_PUT] = flb_changed,
	[LFB_DID_FLB_HANDED_OVER] = flb_handed_over,
	[LFB_DID_PAGES_MARKED] = pages_marked,
	[LFB_DID_PAGES_UNMARKED] = pages_unmarked,
	[LFB_DID_PAGES_HANDED_OVER] = pages_handed_over,
	[LFB_DID_PAGES_CLAIMED] = pages_claimed,
	[LFB_DID_LOCK_TAKEN] = lock_taken,
	[LFB_DID_LOCK_RELEASED] = lock_released,
	[LFB_DID_MODULE_INIT] = module_init,
	[LFB_DID_MODULE_EXIT] = module_exit,
	[LFB_DID_MODULE_GET] = module_counted,
	[LFB_DID_MODULE_PUT] = module_counted,
};

bool rebuild_follows(enum lfb_happening happening)
{
	return rules[happening] != NULL;
}

/* Something that has begun. */
struct open {
	u64 number, parent;
	bool beside;		/* in a block beside others, not in the first */
};

static bool is_beside(const struct lfb_event *event)
{
	return !strncmp(event->task, "task-", 5) || !strncmp(event->task, "work-", 5);
}

/* Had @open begun in what the event happened in? Tasks beside each other are in nothing. */
static bool is_inside(const struct open *open, const struct lfb_event *event,
		      const struct rebuilt_list *gone)
{
	const u64 *numbers = gone->items;

	if (!event->parent)
		return !open->beside && !is_beside(event);
	for (size_t i = 0; i < gone->count; i++) {
		if (open->parent == numbers[i])
			return true;
	}
	return open->parent == event->parent;
}

/*
 * What an event happened in is still open. What had begun in there since has no end: the kernel
 * died, or a task waits for ever.
 */
static void check_parent(struct rebuilt *rebuilt, const struct lfb_event *event)
{
	struct open *open = rebuilt->open.items;
	struct rebuilt_list gone = { 0 };
	size_t count = 0;
	bool found = !event->parent;

	for (size_t i = 0; i < rebuilt->open.count; i++) {
		found |= open[i].number == event->parent;
		if (is_inside(&open[i], event, &gone) ||
		    (event->edge == LFB_EDGE_END && open[i].number == event->parent))
			*(u64 *)add(&gone, sizeof(u64)) = open[i].number;
		else
			open[count++] = open[i];
	}
	rebuilt->open.count = count;
	forget(&gone);
	if (!found)
		wrong(rebuilt, event, "what it happened in is over");
	if (event->edge == LFB_EDGE_BEGIN)
		*(struct open *)add(&rebuilt->open, sizeof(struct open)) = (struct open){
			event->number, event->parent, is_beside(event),
		};
}

void rebuild_event(void *rebuilt, const struct lfb_event *event)
{
	check_parent(rebuilt, event);
	if (rules[event->happening])
		rules[event->happening](rebuilt, event);
}

void rebuild_free(struct rebuilt *rebuilt)
{
	forget(&rebuilt->marked);
	kernel_ends(rebuilt, (struct rebuilt_list){ 0 });
	forget(&rebuilt->before);
	forget(&rebuilt->open);
}
