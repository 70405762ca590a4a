// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is rebuilt and what is there, piece by piece. */
#include "tests/support/follower.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/codec/codec.h"
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"
#include "sim/machine/machine.h"

static void LFB_PRINTF(3, 4) differ(struct follower *follower, const struct lfb_event *event,
				    const char *format, ...)
{
	char line[192], what[256];
	va_list args;

	if (follower->differs)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	follower->differs = true;
	lfb_event_format(event, line, sizeof(line));
	snprintf(follower->what, sizeof(follower->what), "%s, after event %s", what, line);
}

static void same(struct follower *follower, const struct lfb_event *event, u64 rebuilt, u64 actual,
		 const char *what)
{
	follower->facts++;
	if (rebuilt != actual)
		differ(follower, event, "%.150s: rebuilt 0x%llx, is 0x%llx", what, rebuilt, actual);
}

static void same_text(struct follower *follower, const struct lfb_event *event,
		      const char *rebuilt, const char *actual, size_t size, const char *what)
{
	follower->facts++;
	if (strncmp(rebuilt, actual, size))
		differ(follower, event, "%s: rebuilt \"%.64s\", is \"%.64s\"", what, rebuilt,
		       actual);
}

/* Sessions */

static void compare_files(struct follower *follower, const struct lfb_event *event,
			  const struct rebuilt_session *rebuilt,
			  const struct liveupdate_session *session)
{
	const struct lfb_memory *memory = &follower->machine->kernel.memory;
	const struct rebuilt_file *files = rebuilt->files.items;
	const struct luo_file *file;
	size_t i = 0;

	list_for_each_entry(file, &session->files, list) {
		if (i == rebuilt->files.count)
			break;
		same(follower, event, files[i].token, file->token, "token");
		same_text(follower, event, files[i].handler, file->handler->compatible, 47,
			  "handler");
		same(follower, event, files[i].data,
		     lfb__memory_shown(memory, file->serialized_data), "data");
		same(follower, event, (u64)files[i].retrieved, (u64)(long)file->retrieve_status,
		     "file retrieved");
		i++;
	}
	same(follower, event, rebuilt->files.count, session->count, "files");
}

static void compare_sessions(struct follower *follower, const struct lfb_event *event,
			     const struct luo_sessions *sessions)
{
	const struct rebuilt_session *rebuilt = follower->rebuilt.sessions.items;
	size_t i = 0, count = follower->rebuilt.sessions.count, mine = 0;
	const struct liveupdate_session *session;

	for (size_t at = 0; at < count; at++)
		mine += rebuilt[at].incoming == sessions->incoming;
	same(follower, event, mine, sessions->count, sessions->incoming ? "incoming sessions" :
	     "outgoing sessions");
	list_for_each_entry(session, &sessions->list, list) {
		while (i < count && rebuilt[i].incoming != sessions->incoming)
			i++;
		if (i == count)
			break;
		same_text(follower, event, rebuilt[i].name, session->name, 64, "session");
		same(follower, event, rebuilt[i].retrieved, session->retrieved, "retrieved");
		same(follower, event, rebuilt[i].serialized, session->serialized, "serialized");
		compare_files(follower, event, &rebuilt[i++], session);
	}
}

/* FLBs */

static void compare_side(struct follower *follower, const struct lfb_event *event,
			 const struct liveupdate_flb *flb, bool incoming)
{
	const struct liveupdate_flb_state *state =
		incoming ? &flb->private.incoming : &flb->private.outgoing;
	const struct rebuilt_flb *rebuilt = rebuilt_flb(&follower->rebuilt, flb->compatible);

	same(follower, event, rebuilt ? rebuilt->count[incoming] : 0, (u64)luo_flb_files(state),
	     incoming ? "incoming count" : "outgoing count");
	same(follower, event, rebuilt ? rebuilt->references[incoming] : 0, (u64)state->references,
	     incoming ? "incoming references" : "outgoing references");
}

static void compare_flbs(struct follower *follower, const struct lfb_event *event,
			 const struct luo *luo)
{
	const struct liveupdate_flb *flb;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		compare_side(follower, event, flb, false);
		compare_side(follower, event, flb, true);
	}
}

struct records {
	struct follower *follower;
	const struct lfb_event *event;
	size_t count;
};

static int compare_record(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct records *records = context;
	struct follower *follower = records->follower;
	const struct rebuilt_record *rebuilt = follower->rebuilt.records.items;
	const struct lfb_memory *memory = &follower->machine->kernel.memory;
	size_t i = records->count++;

	if (i >= follower->rebuilt.records.count)
		return 0;
	same_text(follower, records->event, rebuilt[i].name, record->name, 47, "handed-over FLB");
	same(follower, records->event, rebuilt[i].count, record->count, "its files");
	same(follower, records->event, rebuilt[i].data, lfb__memory_shown(memory, record->data),
	     "its data");
	return 0;
}

/* At the end of a boot. A kernel that trusts what it was handed over has not looked at it yet. */
static void compare_records(struct follower *follower, const struct lfb_event *event,
			    const struct luo *luo)
{
	struct lfb_view view = kho__memory_view(luo->kernel);
	struct records records = { follower, event, 0 };
	struct luo_reader reader = { .view = &view, .context = &records, .flb = compare_record };

	if (luo->handed_over && !luo_quirk(luo, LUO_QUIRK_FLB_TRUST_SERIALIZED))
		luo_read_flbs(&reader, &luo->head);
	same(follower, event, follower->rebuilt.records.count, records.count, "handed-over FLBs");
}

/* Memory */

static bool is_of_callback(const char *owner)
{
	return !strncmp(owner, "flb ", 4) || !strncmp(owner, "file ", 5);
}

/* As the events say it; "" when nobody in particular made it. */
static void owner_of(const struct lfb_ledger_entry *entry, char *owner, size_t size)
{
	const struct lfb_site *site = entry->site;

	snprintf(owner, size, "%s", entry->internal ? "luo" : "");
	if (site)
		snprintf(owner, size, "%s %s %s", site->type, site->name, site->op);
}

/* One block may be of two, who both preserved it: that is a mistake with a finding. */
static void compare_owner(struct follower *follower, const struct lfb_event *event,
			  enum lfb_ledger_kind kind, const struct rebuilt_block *block)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const bool told = is_of_callback(block->owner) || !strcmp(block->owner, "luo");
	const u64 phys = PFN_PHYS(block->pfn);
	const struct lfb_ledger_entry *entry;
	char owner[88] = "";

	follower->facts++;
	if (!kernel->ledger.table.count)
		return;
	list_for_each_entry(entry, &kernel->ledger.all[kind], all) {
		if (phys - entry->key >= lfb__ledger_span(entry))
			continue;
		owner_of(entry, owner, sizeof(owner));
		if (!strcmp(owner, told ? block->owner : ""))
			return;
	}
	if (told || owner[0])
		differ(follower, event, "page 0x%llx: rebuilt owner \"%s\", is \"%s\"", phys,
		       block->owner, owner);
}

static bool is_edge(const struct lfb_event *event)
{
	return event->edge != LFB_EDGE_NONE;
}

static void compare_memory(struct follower *follower, const struct lfb_event *event)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct rebuilt_list *marked = &follower->rebuilt.marked;
	const struct rebuilt_list *waiting = &follower->rebuilt.waiting;
	const bool owners = is_edge(event) && lfb__checking(kernel);
	const struct rebuilt_block *block;
	u64 pages = 0;

	same(follower, event, marked->count, kernel->kho.blocks, "marked blocks");
	/* A kernel that has only begun has no map to look into. */
	if (follower->differs)
		return;
	for (size_t i = 0; i < marked->count; i++) {
		block = (const struct rebuilt_block *)marked->items + i;
		if (!kho__is_preserved(kernel, block->pfn, block->order))
			differ(follower, event, "page 0x%llx: rebuilt as marked",
			       PFN_PHYS(block->pfn));
		if (owners)
			compare_owner(follower, event, LFB_LEDGER_PRESERVED, block);
	}
	for (size_t i = 0; i < waiting->count; i++) {
		block = (const struct rebuilt_block *)waiting->items + i;
		pages += 1ull << block->order;
		if (!kho__is_waiting(kernel, PFN_PHYS(block->pfn), block->order))
			differ(follower, event, "page 0x%llx: rebuilt as waiting",
			       PFN_PHYS(block->pfn));
		if (owners)
			compare_owner(follower, event, LFB_LEDGER_INCOMING, block);
	}
	same(follower, event, pages, kernel->pages.incoming, "waiting pages");
	follower->facts += marked->count + waiting->count;
}

/* When a kernel has found what the one before handed over, that is what was marked there. */
static void compare_handover(struct follower *follower, const struct lfb_event *event)
{
	const struct rebuilt_list *before = &follower->rebuilt.before;
	const struct rebuilt_list *waiting = &follower->rebuilt.waiting;
	const struct rebuilt_block *old = before->items, *new = waiting->items;
	size_t at;

	if (!follower->rebuilt.boot)
		return;
	same(follower, event, waiting->count, before->count, "blocks handed over");
	for (size_t i = 0; i < waiting->count; i++) {
		for (at = 0; at < before->count; at++) {
			if (old[at].pfn == new[i].pfn && old[at].order == new[i].order)
				break;
		}
		if (at == before->count)
			differ(follower, event, "page 0x%llx: was not marked",
			       PFN_PHYS(new[i].pfn));
		else if (lfb__checking(&follower->machine->kernel) &&
			 strcmp(new[i].owner, "somebody"))
			same_text(follower, event, new[i].owner, old[at].owner, 80, "owner");
	}
}

/* Locks */

/* How many locks of @name, of any name for NULL, tasks called @task have. */
static size_t rebuilt_locks(const struct follower *follower, const char *task, const char *name)
{
	const struct rebuilt_lock *locks = follower->rebuilt.locks.items;
	size_t count = 0;

	for (size_t i = 0; i < follower->rebuilt.locks.count; i++)
		count += !strcmp(locks[i].task, task) &&
			 (!name || !strncmp(locks[i].name, name, 47));
	return count;
}

static size_t actual_locks(const struct follower *follower, const char *task, const char *name)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct task_struct *others[] = { &kernel->boot_task, &kernel->point_task };
	const struct task_struct *at;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i]->name, task))
			continue;
		count += name ? 0 : others[i]->locks_held;
		for (unsigned int held = 0; name && held < others[i]->nr_held; held++)
			count += !strcmp(lfb__held_name(kernel, &others[i]->held[held]), name);
	}
	list_for_each_entry(at, &kernel->tasks, list) {
		if (strcmp(at->name, task))
			continue;
		count += name ? 0 : at->locks_held;
		for (unsigned int held = 0; name && held < at->nr_held; held++)
			count += !strcmp(lfb__held_name(kernel, &at->held[held]), name);
	}
	return count;
}

/* Each lock of @task has as many of its name on both sides, and there are as many in all. */
static void compare_task(struct follower *follower, const struct lfb_event *event,
			 const struct task_struct *task)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;

	same(follower, event, rebuilt_locks(follower, task->name, NULL),
	     actual_locks(follower, task->name, NULL), task->name);
	for (unsigned int i = 0; i < task->nr_held && task->nr_held == task->locks_held; i++) {
		const char *name = lfb__held_name(kernel, &task->held[i]);

		same(follower, event, rebuilt_locks(follower, task->name, name),
		     actual_locks(follower, task->name, name), name);
	}
}

static void compare_locks(struct follower *follower, const struct lfb_event *event)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct task_struct *task;

	compare_task(follower, event, &kernel->boot_task);
	compare_task(follower, event, &kernel->point_task);
	list_for_each_entry(task, &kernel->tasks, list)
		compare_task(follower, event, task);
}

/* Modules */

static void compare_modules(struct follower *follower, const struct lfb_event *event)
{
	const struct rebuilt_module *modules = follower->rebuilt.modules.items;
	const struct lfb_image_module *image;

	list_for_each_entry(image, &follower->machine->modules, list) {
		const struct module *module = image->module->module;
		size_t i = 0, count = follower->rebuilt.modules.count;

		while (i < count && strcmp(modules[i].name, module->name))
			i++;
		same(follower, event, i < count && modules[i].loaded, image->loaded,
		     "module loaded");
		if (image->loaded && i < count)
			same(follower, event, modules[i].references, (u64)module->refcnt,
			     "module's references");
	}
}

/* All of it */

static void compare_luo(struct follower *follower, const struct lfb_event *event,
			const struct luo *luo)
{
	const struct rebuilt *rebuilt = &follower->rebuilt;

	same(follower, event, rebuilt->serialized, luo->serialized, "reboot prepared");
	if (rebuilt->booted) {
		same(follower, event, rebuilt->ready, luo->enabled, "live update");
		same(follower, event, rebuilt->update, luo->enabled ? luo->number : 0, "update");
	}
	if (event->happening == LFB_DID_BOOTED && event->edge == LFB_EDGE_END)
		compare_records(follower, event, luo);
	compare_sessions(follower, event, &luo->outgoing);
	compare_sessions(follower, event, &luo->incoming);
	compare_flbs(follower, event, luo);
}

static void compare(struct follower *follower, const struct lfb_event *event)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct rebuilt *rebuilt = &follower->rebuilt;

	if (rebuilt->wrong[0])
		differ(follower, event, "%s", rebuilt->wrong);
	if (event->happening == LFB_DID_JUMPED || event->happening == LFB_DID_SWITCHED_OFF)
		return;
	follower->comparisons++;
	same(follower, event, rebuilt->on, true, "a kernel runs");
	same(follower, event, rebuilt->boot, kernel->boot_number, "kernel");
	same_text(follower, event, rebuilt->profile, follower->machine->profile->name, 48,
		  "profile");
	compare_locks(follower, event);
	if (kernel->dead)
		return;
	same(follower, event, rebuilt->after_handover, kernel->kho.incoming, "after a handover");
	if (event->happening == LFB_DID_KHO_BOOTED)
		compare_handover(follower, event);
	compare_memory(follower, event);
	compare_modules(follower, event);
	if (kernel->luo)
		compare_luo(follower, event, kernel->luo);
}

static void follow(void *context, const struct lfb_event *event)
{
	struct follower *follower = context;
	struct lfb_event shown = *event;

	follower->events++;
	follower->seen[event->happening]++;
	if (follower->bend)
		follower->bend(&shown);
	/* What happens in it still happens in something. */
	if (event->happening == follower->withheld)
		shown.happening = LFB_DID_PRINTED;
	rebuild_event(&follower->rebuilt, &shown);
	if (!follower->differs)
		compare(follower, event);
}

void follower_begin(struct follower *follower, struct lfb_machine *machine)
{
	follower->machine = machine;
	lfb_trace_all_to(machine, follow, follower);
}

void follower_end(struct follower *follower)
{
	rebuild_free(&follower->rebuilt);
}
