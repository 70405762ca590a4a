// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The one walk over what there is in a machine. */
#include <string.h>

#include "lib/codec/codec.h"
#include "sim/explore/state/sink.h"
#include "sim/kernel/kernel.h"

/* @other: what stands for any other value. */
static u64 address(const struct lfb_kernel *kernel, const void *address, u64 other)
{
	phys_addr_t phys;

	switch (lfb__address_kind(&kernel->memory, address, &phys)) {
	case LFB_ADDRESS_CURRENT:
		return LFB_STATE_MEMORY;
	case LFB_ADDRESS_STALE:
		return LFB_STATE_STALE;
	default:
		return other;
	}
}

/* Small numbers in a pointer are what test modules put there. */
static u64 pointer(const struct lfb_kernel *kernel, const void *value)
{
	if ((uintptr_t)value < LFB_STATE_SMALL)
		return (uintptr_t)value;
	return address(kernel, value, LFB_STATE_POINTER);
}

/*
 * A handle: the address of a live block may be another one next time, and so may that of memory
 * which was freed, by a retrieve perhaps. What comes may depend on where that is.
 */
static u64 handle(const struct lfb_state_sink *sink, u64 value)
{
	const struct lfb_kernel *kernel = sink->kernel;
	const u64 within = value & ~PAGE_MASK;
	unsigned long pfn = PHYS_PFN(value);
	const struct page *page;

	if (pfn < lfb__usable_start(&kernel->memory))
		return value;
	if (pfn >= kernel->memory.nr_pages)
		return address(kernel, (const void *)(uintptr_t)value, value);
	page = lfb__page(kernel, pfn);
	if (page->flags & PG_SLAB)
		return LFB_STATE_MEMORY;
	if (page->flags & (PG_ALLOCATED | PG_PRESERVED_IN))
		return LFB_STATE_BLOCK | within << LFB_STATE_WITHIN | page->order;
	return within || sink->ahead ? value : LFB_STATE_FREE;
}

static void lock(struct lfb_state_sink *sink, const char *field, const struct lfb_lock *lock)
{
	lfb__state_fact(sink, field, lock->readers + (lock->owner ? 1000000 : 0));
}

static int go_on(void *context, int error, const struct lfb_problem *problem)
{
	(void)context, (void)error, (void)problem;
	return 0;
}

/* How many files were said to need it, while that matters. */
static u64 handed_count(const struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *in = &flb->private.incoming;
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = { .view = &view, .problem = go_on };
	struct luo_flb_record record;

	if (!in->loaded || in->finished ||
	    luo_find_flb(&reader, &luo->head, flb->compatible, &record))
		return 0;
	return record.count;
}

static void flb_state(struct lfb_state_sink *sink, const struct liveupdate_flb_state *state,
		      const char *const fields[4])
{
	lfb__state_fact(sink, fields[0], (u64)luo_flb_files(state));
	lfb__state_fact(sink, fields[1], (u64)state->references);
	lfb__state_fact(sink, fields[2], handle(sink, state->data));
	lfb__state_fact(sink, fields[3], pointer(sink->kernel, state->obj));
}

void lfb__state_flb(struct lfb_state_sink *sink, const struct liveupdate_flb *theirs)
{
	static const char *const outgoing[] = { "count", "references", "data", "object" };
	static const char *const incoming[] = { "incoming count", "incoming references",
						"incoming data", "incoming object" };
	const struct liveupdate_flb *flb = luo_look_at(sink->kernel, theirs);
	const struct liveupdate_flb_state *in = &flb->private.incoming;

	/* One that is not set up yet is as one that was and is not used. */
	lfb__state_subject(sink, "flb", flb->compatible, sizeof(flb->compatible));
	lfb__state_fact(sink, "handlers", flb->private.users);
	flb_state(sink, &flb->private.outgoing, outgoing);
	lock(sink, "outgoing lock", &flb->private.outgoing.lock.lock);
	lfb__state_remembered(sink, "retrieved", in->retrieve_status);
	lfb__state_fact(sink, "finished", in->finished);
	if (sink->ahead)
		lfb__state_fact(sink, "read", in->loaded);
	/* Before there is an object, having read what was handed over makes no difference. */
	if (sink->ahead || in->retrieve_status == 1)
		flb_state(sink, in, incoming);
	else
		lfb__state_fact(sink, "files finished",
				handed_count(sink->luo, flb) - (u64)luo_flb_files(in));
	lock(sink, "incoming lock", &in->lock.lock);
}

static void file_state(struct lfb_state_sink *sink, const struct liveupdate_session *session,
		       const struct luo_file *file)
{
	lfb__state_number(sink, "file of session", session->name, sizeof(session->name),
			  file->token);
	lfb__state_fact(sink, "token", file->token);
	if (session->sessions->incoming)
		lfb__state_consumed(sink, "data", handle(sink, file->serialized_data));
	else
		lfb__state_thawing(sink, "data", handle(sink, file->serialized_data));
	lfb__state_fact(sink, "private data", pointer(sink->kernel, file->private_data));
	lfb__state_fact(sink, "file", pointer(sink->kernel, file->file));
	if (sink->ahead && file->file)
		lfb__state_fact(sink, "inode", (u64)file->file->lfb_inode.i_ino << 1 |
					       file->file->lfb_preserved);
	lfb__state_remembered(sink, "retrieved", file->retrieve_status);
	lock(sink, "lock", &file->mutex.lock);
	lfb__state_subject(sink, "handler of a file", file->handler->compatible,
			   sizeof(file->handler->compatible));
}

static void session_state(struct lfb_state_sink *sink, const struct liveupdate_session *session)
{
	const struct luo_file *file;

	lfb__state_subject(sink, session->sessions->incoming ? "incoming session" : "session",
			   session->name, sizeof(session->name));
	lfb__state_fact(sink, "is there", 1);
	lfb__state_fact(sink, "files", session->count);
	lfb__state_own(sink, "array of files", session->files_mem != NULL);
	lfb__state_own(sink, "blocks of files", session->file_blocks.nblocks);
	lfb__state_own(sink, "files handed over", session->files_phys != 0);
	lfb__state_fact(sink, "held by an agent", session->retrieved);
	lock(sink, "lock", &session->mutex.lock);
	sink->tables += luo_hash_has_grown(&session->tokens);
	list_for_each_entry(file, &session->files, list)
		file_state(sink, session, file);
}

static void sessions_state(struct lfb_state_sink *sink, const struct luo_sessions *sessions)
{
	const char *name = sessions->incoming ? "incoming" : "outgoing";
	const struct liveupdate_session *session;

	lfb__state_subject(sink, "sessions", name, 16);
	lfb__state_fact(sink, "count", sessions->count);
	lock(sink, "lock", &sessions->rwsem.lock);
	sink->tables += luo_hash_has_grown(&sessions->names);
	list_for_each_entry(session, &sessions->list, list)
		session_state(sink, session);
}

static int flb_handed_over(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct lfb_state_sink *sink = context;

	(void)where;
	lfb__state_subject(sink, "flb handed over", record->name, sizeof(record->name));
	lfb__state_fact(sink, "data", record->data);
	lfb__state_fact(sink, "count", record->count);
	return 0;
}

static void handed_over_state(struct lfb_state_sink *sink, const struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = {
		.view = &view,
		.context = sink,
		.problem = go_on,
		.flb = flb_handed_over,
	};

	luo_read_flbs(&reader, &luo->head);
}

static void registry_state(struct lfb_state_sink *sink, const struct luo *luo)
{
	const struct liveupdate_file_handler *handler;
	const struct liveupdate_flb *flb;
	const struct luo_flb_link *link;

	list_for_each_entry(handler, &luo->handlers, private.list) {
		lfb__state_subject(sink, "handler", handler->compatible,
				   sizeof(handler->compatible));
		lfb__state_fact(sink, "is there", 1);
		list_for_each_entry(link, &handler->private.flb_list, list) {
			lfb__state_subject(sink, "linked flb", link->flb->compatible,
					   sizeof(link->flb->compatible));
			lfb__state_fact(sink, "is there", 1);
		}
	}
	list_for_each_entry(flb, &luo->flbs, private.list)
		lfb__state_flb(sink, flb);
}

/*
 * How far a restore came that failed, and what a kernel without live update looked at: nobody can
 * get at it, and kernels differ in it.
 */
static bool leaves_incoming(const struct lfb_state_sink *sink)
{
	return sink->shared && sink->luo && (sink->luo->restore_error || !sink->luo->enabled);
}

static void luo_state(struct lfb_state_sink *sink, const struct luo *luo)
{
	lfb__state_subject(sink, "luo", "", 1);
	lfb__state_fact(sink, "enabled", luo->enabled);
	if (!sink->ahead)
		lfb__state_own(sink, "update number", luo->number);
	lfb__state_own(sink, "state handed over", luo->handed_over);
	lfb__state_fact(sink, "serialized", luo->serialized + 2 * luo->serializing);
	lfb__state_fact(sink, "device open", luo->device_open);
	if (sink->ahead)
		lfb__state_fact(sink, "was opened", luo->was_opened);
	lfb__state_fact(sink, "sessions restored", luo->restored);
	/* Whatever it was, every open says -EIO. */
	lfb__state_fact(sink, "restore error", luo->restore_error != 0);
	lfb__state_fact(sink, "FLBs", luo->flb_count);
	lfb__state_own(sink, "tree", luo->tree != NULL);
	lfb__state_own(sink, "array of sessions", luo->session_mem != NULL);
	lfb__state_own(sink, "page of FLBs", luo->flb_mem != NULL);
	/* A kernel without live update never set this up. */
	lfb__state_fact(sink, "blocks of sessions", luo->session_blocks.nblocks);
	lfb__state_own(sink, "files known to be preserved", luo->preserved.count);
	lock(sink, "registry lock", &luo->register_lock.lock);
	sink->tables += luo_hash_has_grown(&luo->preserved);
	registry_state(sink, luo);
	sessions_state(sink, &luo->outgoing);
	if (!leaves_incoming(sink))
		sessions_state(sink, &luo->incoming);
	if (sink->ahead && luo->handed_over && !sink->kernel->elsewhere)
		handed_over_state(sink, luo);
}

static void kho_state(struct lfb_state_sink *sink)
{
	static const char *const orders[] = {
		"blocks of order 0", "blocks of order 1", "blocks of order 2",	"blocks of order 3",
		"blocks of order 4", "blocks of order 5", "blocks of order 6",	"blocks of order 7",
		"blocks of order 8", "blocks of order 9", "blocks of order 10",
	};
	const struct kho *kho = &sink->kernel->kho;
	unsigned long blocks[KHO_MAX_ORDER + 1], pages = 0;

	_Static_assert(ARRAY_SIZE(orders) == MAX_PAGE_ORDER + 1, "a name for each order");
	kho__blocks_by_order(sink->kernel, blocks);
	for (unsigned int order = MAX_PAGE_ORDER + 1; order <= KHO_MAX_ORDER; order++)
		pages += blocks[order] << order;
	lfb__state_subject(sink, "preserved memory", "", 1);
	lfb__state_fact(sink, "on", kho->enabled);
	lfb__state_fact(sink, "handed over", kho->incoming);
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++)
		lfb__state_fact(sink, orders[order], blocks[order]);
	lfb__state_fact(sink, "pages in larger blocks", pages);
	lock(sink, "kho_out.lock", &kho->lock.lock);
	lock(sink, "map lock", &kho->map_lock.lock);
}

static void memory_state(struct lfb_state_sink *sink, const struct lfb_kernel *kernel)
{
	lfb__state_subject(sink, "memory", "", 1);
	/* A file may have got its pages whatever became of the call that looked at them. */
	lfb__state_own(sink, "pages", kernel->pages.allocated -
				      (sink->ahead ? 0 : kernel->pages.of_files));
	/* Whether there is a table already decides which allocation comes next. */
	lfb__state_own(sink, "slab objects", kernel->slabs.objects -
					     (sink->ahead ? 0 : sink->tables));
	lfb__state_fact(sink, "vmalloc areas", kernel->vmallocs.count);
	if (!leaves_incoming(sink))
		lfb__state_consumed(sink, "pages not restored", kernel->pages.incoming);
	lfb__state_fact(sink, "open files", kernel->files_open);
}

static void agent_state(struct lfb_state_sink *sink, const struct lfb_agent *agent)
{
	const struct lfb_fd_table *fds = &agent->fds;

	lfb__state_subject(sink, "task", agent->task.name, 64);
	lfb__state_fact(sink, "locks held", agent->task.locks_held);
	lfb__state_fact(sink, "blocked", agent->task.blocked_on != NULL);
	for (unsigned int fd = 0; fd < fds->size; fd++) {
		const struct file *file = fds->files[fd];

		if (!file)
			continue;
		lfb__state_number(sink, "descriptor", agent->task.name, 64, fd);
		if (file == LFB_FD_RESERVED)
			lfb__state_fact(sink, "reserved", 1);
		else
			lfb__state_fact(sink, "references", (u64)file->f_count);
	}
}

static void modules_state(struct lfb_state_sink *sink, const struct lfb_machine *machine)
{
	const struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		const struct module *module = image->module->module;

		lfb__state_subject(sink, "module", module->name, 64);
		lfb__state_fact(sink, "loaded", image->loaded);
		lfb__state_fact(sink, "references", (u64)module->refcnt);
		lfb__state_fact(sink, "state", module->state);
	}
}

static long walk_kernel(void *context)
{
	struct lfb_state_sink *sink = context;
	const struct lfb_kernel *kernel = sink->kernel;
	const struct lfb_agent *agent;

	sink->luo = luo_look(kernel);
	if (sink->luo)
		luo_state(sink, sink->luo);
	if (sink->more)
		sink->more(sink, sink->context);
	kho_state(sink);
	memory_state(sink, kernel);
	modules_state(sink, sink->machine);
	if (sink->ahead) {
		lfb__state_fact(sink, "faults to come", kernel->faults.plan.kinds);
		return 0;
	}
	list_for_each_entry(agent, &sink->machine->agents, list)
		agent_state(sink, agent);
	return 0;
}

void lfb__state_walk(struct lfb_state_sink *sink)
{
	struct lfb_machine *machine = sink->machine;
	struct lfb_kernel *kernel = &machine->kernel;

	sink->kernel = kernel;
	lfb__state_subject(sink, "machine", "", 1);
	lfb__state_fact(sink, "state", lfb_machine_state(machine));
	if (lfb_machine_state(machine) == LFB_OFF || kernel->dead)
		return;
	lfb__state_fact(sink, "kernels booted", machine->boots);
	lfb__state_subject(sink, "profile", machine->profile->name, 64);
	/* As kernel code: whatever a module did to a list ends the kernel, and not the process. */
	if (lfb__machine_run(machine, &kernel->boot_task, walk_kernel, sink))
		lfb__state_fact(sink, "intact", 0);
}

void lfb__state_digest(struct lfb_machine *machine, lfb_state_more_fn more, const void *context,
		       struct lfb_digest *digest)
{
	struct lfb_state_sink sink = { .machine = machine, .more = more, .context = context };

	lfb__state_walk(&sink);
	*digest = sink.digest;
}

void lfb__state_key(struct lfb_machine *machine, lfb_state_more_fn more, const void *context,
		    struct lfb_state_key *key)
{
	struct lfb_state_sink sink = {
		.machine = machine,
		.kernel = &machine->kernel,
		.more = more,
		.context = context,
		.ahead = true,
	};

	walk_kernel(&sink);
	*key = (struct lfb_state_key){ { sink.digest.exact, sink.second } };
}
