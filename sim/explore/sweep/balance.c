// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "sim/explore/sweep/balance.h"

#include <stdio.h>
#include <string.h>

#include "lib/luo/luo.h"

/* The first one is kept. */
LFB_PRINTF(2, 3)
static void breach(struct lfb_balance *balance, const char *format, ...)
{
	va_list args;

	if (balance->breach[0] || balance->blind)
		return;
	va_start(args, format);
	vsnprintf(balance->breach, sizeof(balance->breach), format, args);
	va_end(args);
}

static struct lfb_balance_flb *find_flb(const struct lfb_balance *balance, const char *flb)
{
	struct lfb_balance_flb *flbs = balance->flbs.items;

	for (size_t i = 0; i < balance->flbs.count; i++) {
		if (!strcmp(flbs[i].flb, flb))
			return &flbs[i];
	}
	return NULL;
}

static struct lfb_balance_flb *get_flb(struct lfb_balance *balance, const char *flb)
{
	struct lfb_balance_flb *entry = find_flb(balance, flb);

	if (!entry) {
		entry = lfb__list_add(&balance->flbs, sizeof(*entry));
		balance->blind |= !entry;
		if (entry)
			snprintf(entry->flb, sizeof(entry->flb), "%s", flb);
	}
	return entry;
}

static void flb_preserved(struct lfb_balance *balance, struct lfb_balance_flb *flb,
			  const struct lfb_event *event)
{
	if (flb->preserved)
		breach(balance, "FLB %.47s: preserve ran while it was preserved", event->flb);
	if (event->result)
		return;
	flb->preserved = true;
	flb->number = ++balance->numbers;
	flb->call = balance->machine->calls;
}

static void flb_unpreserved(struct lfb_balance *balance, struct lfb_balance_flb *flb,
			    const struct lfb_event *event)
{
	if (!flb->preserved)
		breach(balance, "FLB %.47s: unpreserve ran without a preserve that succeeded",
		       event->flb);
	flb->preserved = false;
	if (flb->call != balance->machine->calls)
		return;
	for (size_t i = 0; i < balance->flbs.count; i++) {
		const struct lfb_balance_flb *other =
			(const struct lfb_balance_flb *)balance->flbs.items + i;

		if (other->preserved && other->call == flb->call && other->number > flb->number)
			breach(balance, "FLB %.47s: undone before one that was preserved later",
			       event->flb);
	}
}

static void flb_returned(struct lfb_balance *balance, const struct lfb_event *event)
{
	struct lfb_balance_flb *flb = get_flb(balance, event->flb);

	if (!flb)
		return;
	if (event->happening == LFB_DID_FLB_PRESERVE) {
		flb_preserved(balance, flb, event);
	} else if (event->happening == LFB_DID_FLB_UNPRESERVE) {
		flb_unpreserved(balance, flb, event);
	} else if (event->happening == LFB_DID_FLB_RETRIEVE) {
		if (flb->retrieved)
			breach(balance, "FLB %.47s: retrieve ran while it was retrieved",
			       event->flb);
		flb->retrieved = !event->result;
	} else {
		flb->retrieved = false;
	}
}

static struct lfb_balance_file *file_at(const struct lfb_balance *balance, size_t i)
{
	LFB_ASSERT(i < balance->files.capacity);
	return (struct lfb_balance_file *)balance->files.items + i;
}

static bool is_file(const struct lfb_balance_file *file, const char *session, u64 token)
{
	return file->token == token && !strcmp(file->session, session);
}

/* The file of a session under a token; NULL: no callback preserved it. */
static struct lfb_balance_file *find_file(const struct lfb_balance *balance, const char *session,
					  u64 token)
{
	for (size_t i = balance->files.count; i-- > 0;) {
		struct lfb_balance_file *file = file_at(balance, i);

		if (is_file(file, session, token))
			return file;
	}
	return NULL;
}

/* Where a kernel image's callback is for a file that nobody knows, it is none that is preserved. */
static struct lfb_balance_file *file_of(const struct lfb_balance *balance,
					const struct lfb_event *event)
{
	return event->session ? find_file(balance, event->session, event->token) : NULL;
}

static void file_preserved(struct lfb_balance *balance, const struct lfb_event *event)
{
	struct lfb_balance_file *file;

	if (event->result)
		return;
	file = event->session ? lfb__list_add(&balance->files, sizeof(*file)) : NULL;
	balance->blind |= !file;
	if (!file)
		return;
	snprintf(file->session, sizeof(file->session), "%s", event->session);
	file->token = event->token;
	file->handle = event->handle;
}

static void file_unpreserved(struct lfb_balance *balance, const struct lfb_event *event)
{
	struct lfb_balance_file *file = file_of(balance, event);

	if (file)
		*file = *file_at(balance, --balance->files.count);
	else
		breach(balance, "handler %.47s: unpreserve ran without a preserve that succeeded",
		       event->handler);
}

static void file_frozen(struct lfb_balance *balance, const struct lfb_event *event)
{
	struct lfb_balance_file *file = file_of(balance, event);

	if (file && !event->result)
		file->handle = event->handle;
}

static bool is_last(const struct luo_sessions *sessions, const struct lfb_event *event)
{
	const struct liveupdate_session *session;

	list_for_each_entry(session, &sessions->list, list) {
		if (!list_empty(&session->files) && !strcmp(session->name, event->session) &&
		    list_last_entry(&session->files, struct luo_file, list)->token == event->token)
			return true;
	}
	return false;
}

/* Whoever goes is the newest of a session. */
static void check_newest(struct lfb_balance *balance, const struct lfb_event *event)
{
	const struct luo *luo = luo_seen(&balance->machine->kernel);

	if (event->session && !is_last(event->incoming ? &luo->incoming : &luo->outgoing, event))
		breach(balance, "handler %.47s: %s ran for a file that is not its session's newest",
		       event->handler, lfb_event_action(event));
}

static void file_returned(struct lfb_balance *balance, const struct lfb_event *event)
{
	if (event->happening == LFB_DID_FILE_PRESERVE) {
		file_preserved(balance, event);
	} else if (event->happening == LFB_DID_FILE_FREEZE) {
		file_frozen(balance, event);
	} else if (event->happening == LFB_DID_FILE_UNPRESERVE) {
		check_newest(balance, event);
		file_unpreserved(balance, event);
	} else if (event->happening == LFB_DID_FILE_FINISH) {
		check_newest(balance, event);
		if (++balance->finished > balance->handed)
			breach(balance, "handler %.47s: finish ran for more files than were handed "
			       "over", event->handler);
	}
}

void lfb__balance_reset(struct lfb_balance *balance)
{
	balance->boot = 0;
	balance->handed = balance->finished = 0;
	balance->files.count = balance->flbs.count = 0;
}

/* Another kernel: what was preserved was handed over, or is gone. */
static void follow_boot(struct lfb_balance *balance)
{
	unsigned int boot = balance->machine->kernel.boot_number;
	unsigned long preserved = balance->files.count;

	if (boot == balance->boot)
		return;
	lfb__balance_reset(balance);
	balance->boot = boot;
	balance->handed = preserved;
}

static void hear(void *context, const struct lfb_event *event)
{
	struct lfb_balance *balance = context;

	if (event->kind != LFB_EVENT_CALLBACK || event->edge != LFB_EDGE_END)
		return;
	follow_boot(balance);
	if (event->flb)
		flb_returned(balance, event);
	else
		file_returned(balance, event);
}

static bool is_over(const struct lfb_machine *machine)
{
	return machine->state == LFB_OFF || machine->kernel.dead;
}

/* What is left for later, or only of use in the call that is over, is done: so states compare. */
static void settle(struct lfb_balance *balance)
{
	struct lfb_balance_flb *flbs = balance->flbs.items;

	if (!is_over(balance->machine))
		follow_boot(balance);
	balance->numbers = 0;
	for (size_t i = 0; i < balance->flbs.count; i++)
		flbs[i].number = flbs[i].call = 0;
}

void lfb__balance_save(struct lfb_balance *balance, struct lfb_saved *saved)
{
	settle(balance);
	lfb__save(saved, balance, sizeof(*balance));
	lfb__saved_told(saved, balance, balance, flbs, files);
	lfb__save_list(saved, &balance->flbs, sizeof(struct lfb_balance_flb));
	lfb__save_list(saved, &balance->files, sizeof(struct lfb_balance_file));
}

static void compare_files(struct lfb_balance *balance, const struct luo_sessions *sessions)
{
	const struct liveupdate_session *session;
	const struct luo_file *file;
	const struct lfb_memory *memory = &balance->machine->kernel.memory;
	const struct lfb_balance_file *said;
	unsigned long files = 0;
	size_t next = 0;

	list_for_each_entry(session, &sessions->list, list)
		files += session->count;
	if (files != balance->files.count)
		breach(balance, "%lu files are preserved in sessions, but callbacks say %zu", files,
		       balance->files.count);
	list_for_each_entry(session, &sessions->list, list) {
		list_for_each_entry(file, &session->files, list) {
			const u64 handle = lfb__memory_shown(memory, file->serialized_data);

			/* They were preserved one after the other, as a rule. */
			said = next < balance->files.count ? file_at(balance, next) : NULL;
			if (!said || !is_file(said, session->name, file->token))
				said = find_file(balance, session->name, file->token);
			if (said)
				next = (size_t)(said - file_at(balance, 0)) + 1;
			if (!said || said->handle != handle)
				breach(balance, "session %.64s, token %llu: its handle is 0x%llx, "
				       "which its handler never said", session->name, file->token,
				       handle);
		}
	}
}

static long compare(void *argument)
{
	struct lfb_balance *balance = argument;
	const struct luo *luo = luo_look(&balance->machine->kernel);
	const struct liveupdate_flb *flb;

	if (!luo)
		return 0;
	list_for_each_entry(flb, &luo->flbs, private.list) {
		const struct lfb_balance_flb *entry = find_flb(balance, flb->compatible);
		const struct liveupdate_flb_state *out = &flb->private.outgoing;
		bool used = out->count > 0 || out->references > 0;

		if (used != (entry && entry->preserved))
			breach(balance, "FLB %.47s is %s, but its callbacks say otherwise",
			       flb->compatible, used ? "in use" : "not in use");
	}
	compare_files(balance, &luo->outgoing);
	return 0;
}

void lfb__balance_compare(struct lfb_balance *balance)
{
	struct lfb_machine *machine = balance->machine;

	if (is_over(machine))
		return;
	follow_boot(balance);
	lfb__machine_run(machine, &machine->kernel.boot_task, compare, balance);
}

void lfb__balance_watch(struct lfb_balance *balance, struct lfb_machine *machine)
{
	*balance = (struct lfb_balance){ .machine = machine };
	machine->kernel.trace.listener = hear;
	machine->kernel.trace.listening = balance;
}

void lfb__balance_end(struct lfb_balance *balance)
{
	if (!balance->machine)
		return;
	balance->machine->kernel.trace.listener = NULL;
	lfb__list_free(&balance->flbs);
	lfb__list_free(&balance->files);
}
