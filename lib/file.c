// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in the old kernel: preserve and unpreserve, freeze and unfreeze. */
#include "lib/file.h"

#include <string.h>

#include "lib/callback.h"
#include "lib/codec/codec.h"
#include "lib/flb.h"
#include "lib/registry.h"

struct luo_file *luo_file_find(const struct liveupdate_session *session, u64 token)
{
	struct luo_hash_node *node = luo_hash_first(&session->tokens, luo_hash_u64(token));

	for (; node; node = luo_hash_next(node)) {
		struct luo_file *luo_file = container_of(node, struct luo_file, by_token);

		if (luo_file->token == token)
			return luo_file;
	}
	return NULL;
}

void luo_file_add(struct liveupdate_session *session, struct luo_file *luo_file)
{
	mutex_init(&luo_file->mutex);
	luo_hash_add(&session->tokens, &luo_file->by_token, luo_hash_u64(luo_file->token));
	list_add_tail(&luo_file->list, &session->files);
	session->count++;
	LFB_ASSERT(session->tokens.count == session->count);
	lfb__event(lfb__current, FILE_ADDED, .session = session->name, .token = luo_file->token,
		   .incoming = session->sessions->incoming,
		   .handler = luo_file->handler->compatible,
		   .handle = lfb__memory_shown(&lfb__current->memory, luo_file->serialized_data));
}

void luo_file_drop(struct liveupdate_session *session, struct luo_file *luo_file)
{
	fput(luo_file->file);
	luo_hash_del(&session->tokens, &luo_file->by_token);
	list_del(&luo_file->list);
	session->count--;
	LFB_ASSERT(list_empty(&session->files) == !session->count);
	lfb__event(lfb__current, FILE_DROPPED, .session = session->name, .token = luo_file->token,
		   .incoming = session->sessions->incoming);
	mutex_destroy(&luo_file->mutex);
	luo_on_file_gone(luo_file);
	kfree(luo_file);
}

/* Preserve */

/* Does this kernel keep track of which files are preserved? */
static bool knows_preserved(const struct luo *luo)
{
	return !luo_quirk(luo, LUO_QUIRK_FILE_PRESERVED_TWICE);
}

/* What is kept under an identity, NULL: nothing. */
static struct luo_file *preserved_as(const struct luo *luo, unsigned long id)
{
	struct luo_hash_node *node = luo_hash_first(&luo->preserved, luo_hash_u64(id));

	for (; node; node = luo_hash_next(node)) {
		struct luo_file *luo_file = container_of(node, struct luo_file, by_id);

		if (luo_file->id == id)
			return luo_file;
	}
	return NULL;
}

/*
 * A file is itself unless its handler says what identifies it, so a mark in the file will do;
 * only identities of a handler's own must be looked up.
 */
static bool preserved_anywhere(const struct luo *luo, const struct luo_file *draft)
{
	if (!draft->handler->ops->get_id)
		return draft->file->lfb_preserved;
	return preserved_as(luo, draft->id) != NULL;
}

static void remember_preserved(struct luo *luo, struct luo_file *luo_file)
{
	luo_file->marks_file = true;
	/* Whether it has get_id by then, too, is up to the handler. */
	luo_file->has_id = luo_file->handler->ops->get_id != NULL;
	if (luo_file->has_id)
		luo_hash_add(&luo->preserved, &luo_file->by_id, luo_hash_u64(luo_file->id));
	else
		luo_file->file->lfb_preserved = true;
}

static void forget(struct luo *luo, struct luo_file *luo_file)
{
	if (luo_file->has_id)
		luo_hash_del(&luo->preserved, &luo_file->by_id);
	else
		luo_file->file->lfb_preserved = false;
	luo_file->marks_file = false;
	luo_file->has_id = false;
}

/* The shipped defect: what is kept under today's identity goes, whoever's; another stays. */
static void forget_as(struct luo *luo, struct luo_file *luo_file, unsigned long id)
{
	struct luo_file *kept = preserved_as(luo, id);
	struct luo_file *rest;

	if (kept && kept->session) {
		forget(luo, kept);
	} else if (kept) {
		luo_hash_del(&luo->preserved, &kept->by_id);
		kfree(kept);
	}
	if (!luo_file->marks_file)
		return;
	/* Nobody's any more, and never to be found by who could take it away. */
	luo->watch->file->identity_stays(luo, luo_file, id);
	if (!luo_file->has_id) {
		luo_file->marks_file = false;
		return;
	}
	rest = luo_index_alloc(1, sizeof(*rest));
	forget(luo, luo_file);
	if (!rest)
		return;
	rest->id = luo_file->id;
	luo_hash_add(&luo->preserved, &rest->by_id, luo_hash_u64(rest->id));
}

void luo_file_forget_preserved(struct luo *luo, struct luo_file *luo_file)
{
	struct liveupdate_file_handler *fh = luo_file->handler;
	const bool asks_anew = luo_quirk(luo, LUO_QUIRK_FILE_GET_ID_CHANGES);
	const bool retrieved = luo_file->file && luo_file->retrieve_status == 1;
	unsigned long id;

	/* Who asks anew does not know whether it is this one that is in the table. */
	if (!luo_file->marks_file && !(asks_anew && retrieved && knows_preserved(luo)))
		return;
	if (!knows_preserved(luo) || !fh->ops->get_id) {
		forget(luo, luo_file);
		return;
	}
	id = luo_call_get_id(luo, fh, luo_file->file);
	if (unlikely(id != luo_file->id))
		luo->watch->file->identity_changed(luo, luo_file, id);
	if (asks_anew)
		forget_as(luo, luo_file, id);
	else
		forget(luo, luo_file);
}

void luo_file_remember_retrieved(struct luo *luo, struct luo_file *luo_file)
{
	if (!knows_preserved(luo))
		return;
	if (luo_file->handler->ops->get_id)
		luo_file->id = luo_call_get_id(luo, luo_file->handler, luo_file->file);
	if (preserved_anywhere(luo, luo_file))
		luo->watch->file->identity_taken(luo, luo_file);
	else if (luo_quirk(luo, LUO_QUIRK_FILE_ENTRY_LOST_ON_ENOMEM) &&
		 lfb__fault(luo->kernel, LFB_FAULT_ALLOC, "preserved files"))
		luo->watch->file->entry_lost(luo, luo_file);
	else
		remember_preserved(luo, luo_file);
}

/* Marked before any callback: while one runs, somebody else may want the same file. */
static int mark(struct luo *luo, struct luo_file *draft)
{
	struct liveupdate_file_handler *fh = draft->handler;

	if (fh->ops->get_id)
		draft->id = luo_call_get_id(luo, fh, draft->file);
	if (!knows_preserved(luo))
		return 0;
	if (preserved_anywhere(luo, draft))
		return lfb__fail(luo->kernel, -EBUSY, "the file is preserved already");
	if (lfb__fault(luo->kernel, LFB_FAULT_ALLOC, "preserved files"))
		return lfb__fail(luo->kernel, -ENOMEM, "no memory in the table of preserved files");
	remember_preserved(luo, draft);
	return 0;
}

static int check_room(struct luo *luo, const struct liveupdate_session *session)
{
	unsigned long max = luo->profile->codec->file_max;

	if (max && session->count >= max)
		return lfb__fail(luo->kernel, -ENOSPC, "session %.64s holds %lu files already",
				 session->name, max);
	return 0;
}

static int add_memory(struct luo *luo, struct liveupdate_session *session)
{
	int err = luo->profile->codec->add_file(session);

	return err ? lfb__fail(luo->kernel, err, "session %.64s: no room for one more file (%d)",
			       session->name, err) : 0;
}

/* The handler's part: its FLBs, the record, the callback. Undoes itself, but for @draft's mark. */
static int preserve_with(struct luo *luo, struct liveupdate_session *session,
			 struct luo_file *draft)
{
	struct liveupdate_file_handler *fh = draft->handler;
	struct liveupdate_file_op_args args;
	struct luo_file *luo_file;
	int err = luo_flb_file_preserve(luo, draft);

	if (err)
		return lfb__fail(luo->kernel, err, "an FLB of handler %.47s could not be preserved "
				 "(%d)", fh->compatible, err);
	luo_file = lfb__kmalloc(sizeof(*luo_file), GFP_KERNEL);
	if (!luo_file) {
		if (!luo_quirk(luo, LUO_QUIRK_FILE_FLB_LEAK_ON_ENOMEM))
			luo_flb_file_unpreserve(luo, draft);
		return lfb__fail(luo->kernel, -ENOMEM, "no memory for a file's record");
	}
	*luo_file = *draft;
	luo_on_file_made(luo_file);
	err = luo_call_file(luo, luo_file, &args, LUO_PRESERVE);
	if (err) {
		if (err > 0)
			luo->watch->file->answer_taken(luo, luo_file, LUO_PRESERVE, err);
		luo_on_file_gone(luo_file);
		kfree(luo_file);
		luo_flb_file_unpreserve(luo, draft);
		return lfb__fail(luo->kernel, err, "handler %.47s could not preserve the file (%d)",
				 fh->compatible, err);
	}
	luo_file->serialized_data = args.serialized_data;
	luo_file->private_data = args.private_data;
	luo_file_add(session, luo_file);
	if (draft->marks_file)
		forget(luo, draft);
	else if (preserved_anywhere(luo, luo_file))
		luo->watch->file->preserved_twice(luo, luo_file);
	remember_preserved(luo, luo_file);
	return 0;
}

/* Finds the handler and pins what is in use as long as the file is preserved. */
static int preserve_file(struct luo *luo, struct liveupdate_session *session, u64 token,
			 struct file *file)
{
	struct luo_file draft = { .session = session, .file = file, .token = token };
	struct liveupdate_file_handler *fh;
	s64 users;
	int err;

	luo_registry(luo, down_read);
	fh = luo_handler_for(luo, file);
	if (fh && !luo_pin_used(luo, fh->ops->owner))
		fh = NULL;
	luo_registry(luo, up_read);
	if (!fh)
		return lfb__fail(luo->kernel, -ENOENT, "no handler takes the file");
	draft.handler = fh;
	users = luo->watch->file->to_preserve(luo, fh);
	err = mark(luo, &draft);
	if (!err)
		err = preserve_with(luo, session, &draft);
	if (err) {
		luo_file_forget_preserved(luo, &draft);
		luo->watch->file->not_preserved(luo, fh, users);
		luo_unpin_used(luo, fh->ops->owner);
	}
	return err;
}

int luo_file_preserve(struct luo *luo, struct liveupdate_session *session, u64 token, int fd)
{
	enum luo_room room = luo->profile->room;
	struct file *file = NULL;
	int err = 0;

	if (luo_file_find(session, token))
		return lfb__fail(luo->kernel, -EEXIST, "token %llu is in use in session %.64s",
				 token, session->name);
	if (room != LUO_ROOM_AFTER_FD)
		err = check_room(luo, session);
	if (!err && room == LUO_ROOM_AND_MEMORY_BEFORE_FD)
		err = add_memory(luo, session);
	if (err)
		return err;
	file = fd < 0 ? NULL : fget((unsigned int)fd);
	if (!file)
		err = lfb__fail(luo->kernel, -EBADF, "descriptor %d is not open", fd);
	if (!err && room == LUO_ROOM_AFTER_FD)
		err = check_room(luo, session);
	if (!err && room != LUO_ROOM_AND_MEMORY_BEFORE_FD)
		err = add_memory(luo, session);
	if (!err)
		err = preserve_file(luo, session, token, file);
	if (err) {
		luo->profile->codec->drop_file(session);
		fput(file);
	}
	return err;
}

static void unpreserve_one(struct luo *luo, struct liveupdate_session *session,
			   struct luo_file *luo_file)
{
	struct liveupdate_file_handler *fh = luo_file->handler;
	struct liveupdate_file_op_args args;

	luo_call_file(luo, luo_file, &args, LUO_UNPRESERVE);
	luo_flb_file_unpreserve(luo, luo_file);
	luo_file_forget_preserved(luo, luo_file);
	luo_unpin_used(luo, fh->ops->owner);
	luo_file_drop(session, luo_file);
	luo->profile->codec->drop_file(session);
}

void luo_file_unpreserve_all(struct luo *luo, struct liveupdate_session *session)
{
	while (!list_empty(&session->files))
		unpreserve_one(luo, session,
			       list_last_entry(&session->files, struct luo_file, list));
}

/* Freeze */

static void set_data(struct luo_file *luo_file, u64 data)
{
	const struct liveupdate_session *session = luo_file->session;

	luo_file->serialized_data = data;
	lfb__event(lfb__current, FILE_DATA, .session = session->name, .token = luo_file->token,
		   .incoming = session->sessions->incoming,
		   .handle = lfb__memory_shown(&lfb__current->memory, data));
}

static int freeze_one(struct luo *luo, struct luo_file *luo_file)
{
	const struct liveupdate_file_ops *ops = luo_file->handler->ops;
	struct liveupdate_file_op_args args;
	int err;

	if (!ops->freeze)
		return 0;
	mutex_lock(&luo_file->mutex);
	err = luo_call_file(luo, luo_file, &args, LUO_FREEZE);
	if (!err)
		set_data(luo_file, args.serialized_data);
	else if (err > 0)
		luo->watch->file->answer_taken(luo, luo_file, LUO_FREEZE, err);
	mutex_unlock(&luo_file->mutex);
	return err;
}

/* Files before @failed, or all for NULL, are as before; what was serialized of them is gone. */
static void unfreeze_until(struct luo *luo, struct liveupdate_session *session,
			   const struct luo_file *failed)
{
	struct liveupdate_file_op_args args;
	struct luo_file *luo_file;

	list_for_each_entry(luo_file, &session->files, list) {
		const struct liveupdate_file_ops *ops = luo_file->handler->ops;

		if (luo_file == failed)
			break;
		if (ops->unfreeze) {
			mutex_lock(&luo_file->mutex);
			luo_call_file(luo, luo_file, &args, LUO_UNFREEZE);
			mutex_unlock(&luo_file->mutex);
		}
		if (luo_quirk(luo, LUO_QUIRK_FILE_UNFREEZE_CLEARS_DATA))
			set_data(luo_file, 0);
	}
	luo->profile->codec->clear_files(session);
}

int luo_file_freeze_all(struct luo *luo, struct liveupdate_session *session)
{
	struct luo_file_record record;
	struct luo_file *luo_file;
	u64 index = 0;
	int err;

	list_for_each_entry(luo_file, &session->files, list) {
		err = freeze_one(luo, luo_file);
		if (err < 0) {
			unfreeze_until(luo, session, luo_file);
			return lfb__fail(luo->kernel, err, "session %.64s, token %llu: handler "
					 "%.47s could not freeze the file (%d)", session->name,
					 luo_file->token, luo_file->handler->compatible, err);
		}
		record = (struct luo_file_record){
			.data = luo_file->serialized_data,
			.token = luo_file->token,
		};
		memcpy(record.compatible, luo_file->handler->compatible,
		       sizeof(luo_file->handler->compatible));
		luo->profile->codec->write_file(session, index++, &record);
	}
	LFB_ASSERT(index == session->count);
	return 0;
}

void luo_file_unfreeze_all(struct luo *luo, struct liveupdate_session *session)
{
	if (session->count)
		unfreeze_until(luo, session, NULL);
}
