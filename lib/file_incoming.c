// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in the new kernel: restore the records, retrieve, finish. */
#include "lib/callback.h"
#include "lib/codec/codec.h"
#include "lib/file.h"
#include "lib/flb.h"
#include "lib/registry.h"

/* Deserialize */

static int restore_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	struct liveupdate_session *session = context;
	struct luo *luo = lfb__current->luo;
	struct liveupdate_file_handler *fh;
	struct luo_file *luo_file;

	luo_registry(luo, down_read);
	fh = luo_handler_by_compatible(luo, record->compatible);
	if (fh && !luo_pin_used(luo, fh->ops->owner))
		fh = NULL;
	luo_registry(luo, up_read);
	if (!fh) {
		lfb__problem(&luo->problem, -ENOENT, where, "no handler %.48s for token %llu of "
			     "session %.64s", record->compatible, record->token, session->name);
		pr_warn("luo: %s", luo->problem.what);
		return -ENOENT;
	}
	luo_file = lfb__kzalloc(sizeof(*luo_file));
	if (!luo_file) {
		luo_unpin_used(luo, fh->ops->owner);
		return -ENOMEM;
	}
	luo_file->handler = fh;
	luo_file->session = session;
	luo_file->token = record->token;
	luo_file->serialized_data = record->data;
	luo_on_file_made(luo_file);
	fh->private.unfinished++;
	luo_file_add(session, luo_file);
	return 0;
}

/* The record that the kernel keeps of each block of files. */
static int restore_block(void *session, phys_addr_t where)
{
	(void)session;
	(void)where;
	return lfb__fault(lfb__current, LFB_FAULT_ALLOC, "block record") ? -ENOMEM : 0;
}

static void forget_all(struct luo *luo, struct liveupdate_session *session)
{
	while (!list_empty(&session->files)) {
		struct luo_file *luo_file = list_last_entry(&session->files, struct luo_file, list);

		luo_file->handler->private.unfinished--;
		luo_unpin_used(luo, luo_file->handler->ops->owner);
		luo_file_drop(session, luo_file);
	}
	LFB_ASSERT(!session->count);
}

int luo_file_deserialize(struct luo *luo, struct liveupdate_session *session,
			 const struct luo_session_record *record)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct lfb_problem broken = { 0 };
	struct luo_reader reader = {
		.view = &view,
		.context = session,
		.broken = &broken,
		.file = restore_file,
		.block = restore_block,
	};
	const struct luo_codec *codec = luo->profile->codec;
	int err;

	if (unlikely(!record->files && record->count) &&
	    luo_quirk(luo, LUO_QUIRK_FILES_POINTER_ZERO_ACCEPTED)) {
		lfb__problem(&luo->problem, -EINVAL, 0, "there is no address of them");
		luo->watch->session->restored_in_part(luo, session, record->count);
		return 0;
	}
	if (luo_quirk(luo, LUO_QUIRK_SESSION_TRUST_SERIALIZED))
		reader.follow = luo_session_follow;
	session->files_phys = record->files;
	err = codec->read_files(&reader, record);
	if (!err)
		return 0;
	if (broken.what[0]) {
		luo->problem = broken;
		pr_warn("luo: session %.64s: files at 0x%llx: %s", session->name, broken.where,
			broken.what);
	}
	if (luo_quirk(luo, LUO_QUIRK_SESSION_DESERIALIZE_IGNORES_FILES)) {
		luo->watch->session->restored_in_part(luo, session, record->count);
		return 0;
	}
	forget_all(luo, session);
	return err;
}

/* Retrieve */

/* The handler said 0; is there a file to show for it? */
static int check_retrieved(struct luo *luo, const struct luo_file *luo_file,
			   const struct liveupdate_file_op_args *args)
{
	/* The shipped kernels follow the pointer. */
	const bool dies = luo_quirk(luo, LUO_QUIRK_FILE_RETRIEVE_WITHOUT_FILE);

	if (likely(!IS_ERR_OR_NULL(args->file)))
		return 0;
	luo->watch->file->retrieved_nothing(luo, luo_file, dies);
	return dies ? -EFAULT : -EIO;
}

/* Called with luo_file->mutex held. */
static int retrieve_locked(struct luo *luo, struct liveupdate_session *session,
			   struct luo_file *luo_file)
{
	struct liveupdate_file_op_args args;
	int err;

	if (luo_file->retrieve_status == 1)
		return 0;
	if (luo_file->retrieve_status < 0 && !luo_quirk(luo, LUO_QUIRK_FILE_RETRIEVE_RETRIED))
		return luo_file->retrieve_status;
	luo_on_file_to_retrieve(luo, luo_file);
	err = luo_call_file(luo, luo_file, &args, LUO_RETRIEVE);
	if (!err)
		err = check_retrieved(luo, luo_file, &args);
	if (err > 0)
		luo->watch->file->answer_taken(luo, luo_file, LUO_RETRIEVE, err);
	luo_file->retrieve_status = err ? err : 1;
	lfb__event(luo->kernel, FILE_RETRIEVED, .session = session->name, .token = luo_file->token,
		   .incoming = session->sessions->incoming, .result = err);
	if (!err) {
		/* In the kernel that preserved it this is about another file from now on. */
		luo_file_forget_preserved(luo, luo_file);
		luo_file->file = args.file;
		luo_file_remember_retrieved(luo, luo_file);
	}
	return err;
}

int luo_file_retrieve(struct luo *luo, struct liveupdate_session *session, u64 token,
		      struct file **filep)
{
	struct luo_file *luo_file = luo_file_find(session, token);
	int err;

	if (!luo_file) {
		if (luo_quirk(luo, LUO_QUIRK_FILE_TOKEN_NOT_FOUND_WILD))
			luo->watch->file->head_read(luo, session, token);
		return lfb__fail(luo->kernel, -ENOENT, "session %.64s has no token %llu",
				 session->name, token);
	}
	mutex_lock(&luo_file->mutex);
	err = retrieve_locked(luo, session, luo_file);
	if (!err)
		*filep = get_file(luo_file->file);
	mutex_unlock(&luo_file->mutex);
	if (err)
		return lfb__fail(luo->kernel, err, "handler %.47s could not retrieve token %llu "
				 "of session %.64s (%d)", luo_file->handler->compatible,
				 token, session->name, err);
	return 0;
}

/* Finish */

static bool can_finish(struct luo *luo, struct luo_file *luo_file)
{
	struct liveupdate_file_op_args args;
	bool can = true;

	if (!luo_file->handler->ops->can_finish)
		return true;
	mutex_lock(&luo_file->mutex);
	can = luo_call_file(luo, luo_file, &args, LUO_CAN_FINISH);
	mutex_unlock(&luo_file->mutex);
	return can;
}

static void finish_one(struct luo *luo, struct liveupdate_session *session,
		       struct luo_file *luo_file)
{
	bool flb_first = luo_quirk(luo, LUO_QUIRK_FLB_FINISH_BEFORE_FILE);
	struct liveupdate_file_handler *fh = luo_file->handler;
	struct liveupdate_file_op_args args;

	if (flb_first)
		luo_flb_file_finish(luo, fh);
	mutex_lock(&luo_file->mutex);
	luo->watch->file->to_finish(luo, luo_file);
	luo_call_file(luo, luo_file, &args, LUO_FINISH);
	mutex_unlock(&luo_file->mutex);
	if (!flb_first)
		luo_flb_file_finish(luo, fh);
	luo_file_forget_preserved(luo, luo_file);
	luo_unpin_used(luo, fh->ops->owner);
	luo_file_drop(session, luo_file);
}

/* What was handed over for the session's files has served its purpose. */
static void free_handed_over(struct luo *luo, struct liveupdate_session *session)
{
	if (session->files_phys) {
		luo->profile->codec->free_incoming_files(session->files_phys);
		session->files_phys = 0;
	}
	if (session->files_mem || session->file_blocks.nblocks) {
		/* FILE_INCOMING_OPS_ON_OUTGOING: restored here, though never handed over. */
		luo->watch->file->preserved_memory_freed(luo, session);
		session->files_mem = NULL;
		luo->profile->codec->drop_file(session);
	}
}

int luo_file_finish_all(struct luo *luo, struct liveupdate_session *session)
{
	struct luo_file *luo_file;

	list_for_each_entry(luo_file, &session->files, list) {
		if (!can_finish(luo, luo_file))
			return lfb__fail(luo->kernel, -EBUSY, "session %.64s: handler %.47s cannot "
					 "finish token %llu yet", session->name,
					 luo_file->handler->compatible, luo_file->token);
	}
	while (!list_empty(&session->files))
		finish_one(luo, session, list_last_entry(&session->files, struct luo_file, list));
	LFB_ASSERT(!session->count && !session->tokens.count);
	free_handed_over(luo, session);
	luo_flb_page_done(luo);
	return 0;
}

/* Lookups for callbacks */

static int check_lookup(struct luo *luo, const struct luo_args *args)
{
	if (!luo->profile->has_session_lookup)
		return luo_not_here(luo, args->function);
	if (!args->session || (!args->tokenp && !args->filep))
		return lfb__fail(luo->kernel, -EINVAL, "%s: a NULL argument", args->function);
	return 0;
}

static int get_token_outgoing(struct luo *luo, const struct luo_args *args)
{
	struct luo_file *luo_file;
	int err = check_lookup(luo, args);

	if (err)
		return err;
	/* By the list, as the kernels do: nothing leads from a file to its record. */
	list_for_each_entry(luo_file, &args->session->files, list) {
		if (luo_file->file == args->file) {
			*args->tokenp = luo_file->token;
			return 0;
		}
	}
	return -ENOENT;
}

int liveupdate_get_token_outgoing(struct liveupdate_session *session, struct file *file,
				  u64 *tokenp)
{
	return luo_enter(get_token_outgoing,
			 &(struct luo_args){ .function = __func__, .session = session,
					     .file = file, .tokenp = tokenp });
}

static int get_file_incoming(struct luo *luo, const struct luo_args *args)
{
	int err = check_lookup(luo, args);

	if (!err)
		err = luo_session_is_for(luo, args->session, true, "retrieve");
	return err ? err : luo_file_retrieve(luo, args->session, args->token, args->filep);
}

int liveupdate_get_file_incoming(struct liveupdate_session *session, u64 token, struct file **filep)
{
	return luo_enter(get_file_incoming,
			 &(struct luo_args){ .function = __func__, .session = session,
					     .token = token, .filep = filep });
}
