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

/* One more item of @size bytes; NULL: this balance went blind. */
static void *append(struct lfb_balance *balance, struct lfb_list *list, size_t size)
{
	void *item = lfb__list_add(list, size);

	balance->blind |= !item;
	return item;
}

static struct lfb_balance_flb *find_flb(const struct lfb_balance *balance, const void *flb)
{
	struct lfb_balance_flb *flbs = balance->flbs.items;

	for (size_t i = 0; i < balance->flbs.count; i++) {
		if (flbs[i].flb == flb)
			return &flbs[i];
	}
	return NULL;
}

static struct lfb_balance_flb *get_flb(struct lfb_balance *balance, const void *flb)
{
	struct lfb_balance_flb *entry = find_flb(balance, flb);

	if (!entry) {
		entry = append(balance, &balance->flbs, sizeof(*entry));
		if (entry)
			entry->flb = flb;
	}
	return entry;
}

static void flb_preserved(struct lfb_balance *balance, struct lfb_balance_flb *flb,
			  const struct lfb_returned *call)
{
	if (flb->preserved)
		breach(balance, "FLB %.47s: preserve ran while it was preserved", call->compatible);
	if (!call->result)
		*flb = (struct lfb_balance_flb){ flb->flb, true, flb->retrieved,
						 ++balance->numbers, balance->machine->calls };
}

static void flb_unpreserved(struct lfb_balance *balance, struct lfb_balance_flb *flb,
			    const struct lfb_returned *call)
{
	if (!flb->preserved)
		breach(balance, "FLB %.47s: unpreserve ran without a preserve that succeeded",
		       call->compatible);
	flb->preserved = false;
	if (flb->call != balance->machine->calls)
		return;
	for (size_t i = 0; i < balance->flbs.count; i++) {
		const struct lfb_balance_flb *other =
			(const struct lfb_balance_flb *)balance->flbs.items + i;

		if (other->preserved && other->call == flb->call && other->number > flb->number)
			breach(balance, "FLB %.47s: undone before one that was preserved later",
			       call->compatible);
	}
}

static void flb_returned(struct lfb_balance *balance, const struct lfb_returned *call)
{
	struct lfb_balance_flb *flb = get_flb(balance, call->owner);

	if (!flb)
		return;
	if (!strcmp(call->op, "preserve")) {
		flb_preserved(balance, flb, call);
	} else if (!strcmp(call->op, "unpreserve")) {
		flb_unpreserved(balance, flb, call);
	} else if (!strcmp(call->op, "retrieve")) {
		if (flb->retrieved)
			breach(balance, "FLB %.47s: retrieve ran while it was retrieved",
			       call->compatible);
		flb->retrieved = !call->result;
	} else if (!strcmp(call->op, "finish")) {
		flb->retrieved = false;
	}
}

static struct lfb_balance_file *file_at(const struct lfb_balance *balance, size_t i)
{
	return (struct lfb_balance_file *)balance->files.items + i;
}

/* Is it the file that a callback was called for? */
static bool is_given(const struct lfb_balance_file *file,
		     const struct liveupdate_file_op_args *args)
{
	return file->handler == args->handler && file->file == args->file;
}

static void file_preserved(struct lfb_balance *balance, const struct lfb_returned *call)
{
	const struct liveupdate_file_op_args *args = call->given;
	struct lfb_balance_file *file;

	if (call->result)
		return;
	file = append(balance, &balance->files, sizeof(*file));
	if (file)
		*file = (struct lfb_balance_file){ args->handler, args->file, call->data };
}

static void file_unpreserved(struct lfb_balance *balance, const struct lfb_returned *call)
{
	const struct liveupdate_file_op_args *args = call->given;

	for (size_t i = balance->files.count; i-- > 0;) {
		if (is_given(file_at(balance, i), args)) {
			*file_at(balance, i) = *file_at(balance, --balance->files.count);
			return;
		}
	}
	breach(balance, "handler %.47s: unpreserve ran without a preserve that succeeded",
	       call->compatible);
}

static void file_frozen(struct lfb_balance *balance, const struct lfb_returned *call)
{
	const struct liveupdate_file_op_args *args = call->given;

	for (size_t i = 0; i < balance->files.count && !call->result; i++) {
		struct lfb_balance_file *file = file_at(balance, i);

		if (is_given(file, args) && file->data == args->serialized_data)
			file->data = call->data;
	}
}

static bool is_last(const struct luo_sessions *sessions, const struct lfb_returned *call)
{
	const struct liveupdate_file_op_args *args = call->given;
	const struct liveupdate_session *session;

	list_for_each_entry(session, &sessions->list, list) {
		const struct luo_file *file;

		if (list_empty(&session->files))
			continue;
		file = list_last_entry(&session->files, struct luo_file, list);
		if (file->handler == args->handler && file->file == args->file &&
		    file->serialized_data == args->serialized_data)
			return true;
	}
	return false;
}

/* Whoever goes is the newest of a session. */
static void check_newest(struct lfb_balance *balance, const struct lfb_returned *call)
{
	const struct luo *luo = balance->machine->kernel.luo;

	if (!is_last(&luo->outgoing, call) && !is_last(&luo->incoming, call))
		breach(balance, "handler %.47s: %s ran for a file that is not its session's newest",
		       call->compatible, call->op);
}

static void file_returned(struct lfb_balance *balance, const struct lfb_returned *call)
{
	if (!strcmp(call->op, "preserve")) {
		file_preserved(balance, call);
	} else if (!strcmp(call->op, "freeze")) {
		file_frozen(balance, call);
	} else if (!strcmp(call->op, "unpreserve")) {
		check_newest(balance, call);
		file_unpreserved(balance, call);
	} else if (!strcmp(call->op, "finish")) {
		check_newest(balance, call);
		if (++balance->finished > balance->handed)
			breach(balance, "handler %.47s: finish ran for more files than were handed "
			       "over", call->compatible);
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

static void returned(void *context, const struct lfb_returned *call)
{
	struct lfb_balance *balance = context;

	follow_boot(balance);
	if (call->is_flb)
		flb_returned(balance, call);
	else
		file_returned(balance, call);
}

/* *@at: where to begin; files are mostly asked for in the order they were preserved in. */
static bool knows_file(const struct lfb_balance *balance, const struct luo_file *luo_file,
		       size_t *at)
{
	for (size_t i = 0; i < balance->files.count; i++, ++*at) {
		const struct lfb_balance_file *file = file_at(balance, *at % balance->files.count);

		if (file->handler == luo_file->handler && file->file == luo_file->file &&
		    file->data == luo_file->serialized_data)
			return true;
	}
	return false;
}

static void compare_files(struct lfb_balance *balance, const struct luo_sessions *sessions)
{
	const struct liveupdate_session *session;
	const struct luo_file *file;
	unsigned long files = 0;
	size_t at = 0;

	list_for_each_entry(session, &sessions->list, list)
		files += session->count;
	if (files != balance->files.count)
		breach(balance, "%lu files are preserved in sessions, but callbacks say %zu", files,
		       balance->files.count);
	list_for_each_entry(session, &sessions->list, list) {
		list_for_each_entry(file, &session->files, list) {
			if (!knows_file(balance, file, &at))
				breach(balance, "session %.64s, token %llu: its handle is 0x%llx, "
				       "which its handler never said", session->name, file->token,
				       file->serialized_data);
		}
	}
}

static long compare(void *argument)
{
	struct lfb_balance *balance = argument;
	const struct luo *luo = balance->machine->kernel.luo;
	const struct liveupdate_flb *flb;

	if (!luo)
		return 0;
	list_for_each_entry(flb, &luo->flbs, private.list) {
		const struct lfb_balance_flb *entry = find_flb(balance, flb);
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

	if (machine->state == LFB_OFF || machine->kernel.dead)
		return;
	follow_boot(balance);
	lfb__machine_run(machine, &machine->kernel.boot_task, compare, balance);
}

void lfb__balance_watch(struct lfb_balance *balance, struct lfb_machine *machine)
{
	*balance = (struct lfb_balance){ .machine = machine };
	machine->kernel.watch = (struct lfb_watch){ returned, balance };
}

void lfb__balance_end(struct lfb_balance *balance)
{
	if (!balance->machine)
		return;
	balance->machine->kernel.watch = (struct lfb_watch){ NULL, NULL };
	lfb__list_free(&balance->flbs);
	lfb__list_free(&balance->files);
}
