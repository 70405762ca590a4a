// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sessions: made and found by name, handed over at the reboot, restored in the next kernel. */
#include "lib/session.h"

#include <luo/abi.h>
#include <string.h>

#include "lib/codec/codec.h"
#include "lib/flb.h"
#include "lib/file.h"

void luo_sessions_init(struct luo_sessions *sessions, bool incoming)
{
	lfb_lock_init(&sessions->rwsem.lock, incoming ? "incoming sessions" : "outgoing sessions");
	INIT_LIST_HEAD(&sessions->list);
	luo_hash_init(&sessions->names);
	sessions->count = 0;
	sessions->incoming = incoming;
}

/* Names are compared over all 64 bytes: one that fills the field equals no kept name. */
struct liveupdate_session *luo_session_find(const struct luo_sessions *sessions, const char *name)
{
	char text[LIVEUPDATE_SESSION_NAME_LENGTH + 1] = { 0 };
	struct luo_hash_node *node;

	memcpy(text, name, strnlen(name, LIVEUPDATE_SESSION_NAME_LENGTH));
	node = luo_hash_first(&sessions->names, luo_hash_string(text));
	for (; node; node = luo_hash_next(node)) {
		struct liveupdate_session *session =
			container_of(node, struct liveupdate_session, by_name);

		if (!strncmp(session->name, name, sizeof(session->name)))
			return session;
	}
	return NULL;
}

static struct liveupdate_session *session_alloc(const char *name)
{
	struct liveupdate_session *session = lfb__kzalloc(sizeof(*session));

	if (!session)
		return NULL;
	memcpy(session->name, name, strnlen(name, sizeof(session->name) - 1));
	mutex_init(&session->mutex);
	INIT_LIST_HEAD(&session->list);
	INIT_LIST_HEAD(&session->files);
	kho_block_set_init(&session->file_blocks, sizeof(struct luo_file_ser));
	luo_hash_init(&session->tokens);
	return session;
}

static void session_free(struct liveupdate_session *session)
{
	LFB_ASSERT(list_empty(&session->files) && !session->count);
	mutex_destroy(&session->mutex);
	luo_hash_destroy(&session->tokens);
	kfree(session);
}

/* An outgoing session will be handed over: there must be room for one more. */
static int make_room(struct luo *luo)
{
	const struct luo_codec *codec = luo->profile->codec;
	int err;

	if (codec->session_max && luo->outgoing.count == codec->session_max)
		return lfb__fail(luo->kernel, luo->profile->session_full_error,
				 "there are %lu sessions already", codec->session_max);
	err = codec->add_session ? codec->add_session(luo) : 0;
	return err ? lfb__fail(luo->kernel, err, "no room for one more session (%d)", err) : 0;
}

static void give_room_back(struct luo *luo)
{
	if (luo->profile->codec->drop_session)
		luo->profile->codec->drop_session(luo);
}

static int session_insert(struct luo *luo, struct luo_sessions *sessions,
			  struct liveupdate_session *session)
{
	int err = 0;

	down_write(&sessions->rwsem);
	LFB_ASSERT(list_empty(&session->list) && !session->sessions);
	if (!sessions->incoming)
		err = make_room(luo);
	if (!err && luo_session_find(sessions, session->name)) {
		err = lfb__fail(luo->kernel, -EEXIST, "session %.64s exists already",
				session->name);
		if (!sessions->incoming &&
		    !luo_quirk(luo, LUO_QUIRK_SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK))
			give_room_back(luo);
	}
	if (!err) {
		session->sessions = sessions;
		luo_hash_add(&sessions->names, &session->by_name, luo_hash_string(session->name));
		list_add_tail(&session->list, &sessions->list);
		sessions->count++;
		LFB_ASSERT(sessions->names.count == sessions->count);
		lfb__event(luo->kernel, SESSION_ADDED, .session = session->name,
			   .incoming = sessions->incoming);
	}
	up_write(&sessions->rwsem);
	return err;
}

void luo_session_remove(struct luo *luo, struct liveupdate_session *session)
{
	struct luo_sessions *sessions = session->sessions;

	down_write(&sessions->rwsem);
	list_del(&session->list);
	luo_hash_del(&sessions->names, &session->by_name);
	sessions->count--;
	LFB_ASSERT(list_empty(&sessions->list) == !sessions->count);
	LFB_ASSERT(sessions->names.count == sessions->count);
	lfb__event(luo->kernel, SESSION_REMOVED, .session = session->name,
		   .incoming = sessions->incoming);
	if (!sessions->incoming)
		give_room_back(luo);
	up_write(&sessions->rwsem);
	session_free(session);
	if (sessions->incoming)
		luo->watch->settled->session_gone(luo);
}

int luo_session_new(struct luo *luo, const char *name, struct liveupdate_session **sessionp)
{
	struct liveupdate_session *session = session_alloc(name);
	int err;

	if (!session)
		return lfb__fail(luo->kernel, -ENOMEM, "no memory for session %.64s", name);
	/* Who waits for the end of a reboot has got that far. */
	err = luo_begin_change(luo, NULL, "ioctl on /dev/liveupdate") ? 0 : -EAGAIN;
	if (!err) {
		err = session_insert(luo, &luo->outgoing, session);
		if (err)
			luo_end_change(luo);
	}
	if (err)
		session_free(session);
	else
		*sessionp = session;
	return err;
}

static void tell_blocked(struct luo *luo, const char *what)
{
	lfb__event(luo->kernel, TASK_BLOCKED, .task = luo->kernel->task->name, .reason = what,
		   .lock = luo->serialize_rwsem.lock.name);
}

/* Held for writing by the reboot call, and never released once that succeeded. */
static void wait_for_reboot(struct luo *luo, const char *what)
{
	luo->kernel->task->waits = true;
	if (luo->serialized)
		luo->kernel->task->blocked_on = "luo_session_serialize_rwsem";
	tell_blocked(luo, what);
	lfb__fail(luo->kernel, -EAGAIN, "%s: the task waits for luo_session_serialize_rwsem, which "
		  "the reboot call holds", what);
}

bool luo_begin_change(struct luo *luo, const struct liveupdate_session *session, const char *what)
{
	const struct lfb_lock *lock = &luo->serialize_rwsem.lock;

	while (unlikely(luo->serializing || luo->serialized || lock->owner)) {
		if (luo_quirk(luo, LUO_QUIRK_SESSION_MUTATE_WHILE_REBOOTING)) {
			luo->watch->session->changed(luo, session, what);
			break;
		}
		if (!lfb__beside_wait(luo->kernel, lock, true)) {
			wait_for_reboot(luo, what);
			return false;
		}
	}
	luo->serialize_rwsem.lock.readers++;
	lfb__race_take(luo->kernel, lock, true);
	return true;
}

void luo_end_change(struct luo *luo)
{
	LFB_ASSERT(luo->serialize_rwsem.lock.readers);
	lfb__race_drop(luo->kernel, &luo->serialize_rwsem.lock, true);
	luo->serialize_rwsem.lock.readers--;
}

bool luo_begin_serializing(struct luo *luo)
{
	struct lfb_lock *lock = &luo->serialize_rwsem.lock;

	/* Others are there who can wait, so it is held as the kernel holds it. */
	if (!luo_quirk(luo, LUO_QUIRK_SESSION_MUTATE_WHILE_REBOOTING) &&
	    lfb__beside_wait(luo->kernel, lock, false)) {
		lock->owner = luo->kernel->task;
		lfb__race_take(luo->kernel, lock, false);
		luo->serializing = true;
		return true;
	}
	if (!rwsem_is_locked(&luo->serialize_rwsem) ||
	    luo_quirk(luo, LUO_QUIRK_SESSION_MUTATE_WHILE_REBOOTING)) {
		luo->serializing = true;
		return true;
	}
	/* An agent is in the middle of a request of its own, and waits for itself. */
	if (luo->kernel->task->fds)
		down_write(&luo->serialize_rwsem);
	tell_blocked(luo, "reboot call");
	lfb__fail(luo->kernel, -EAGAIN, "reboot: the call waits for luo_session_serialize_rwsem, "
		  "which who changes a session holds");
	return false;
}

void luo_end_serializing(struct luo *luo, int err)
{
	lfb__race_drop(luo->kernel, &luo->serialize_rwsem.lock, false);
	if (err)
		luo->serialize_rwsem.lock.owner = NULL;
}

/* The reboot */

int luo_session_serialize(struct luo *luo)
{
	struct luo_sessions *sessions = &luo->outgoing;
	const struct luo_codec *codec = luo->profile->codec;
	struct liveupdate_session *session;
	u64 index = 0;
	int err;

	down_write(&sessions->rwsem);
	list_for_each_entry(session, &sessions->list, list) {
		mutex_lock(&session->mutex);
		err = luo_file_freeze_all(luo, session);
		lfb__event(luo->kernel, SESSION_FROZEN, .session = session->name, .result = err);
		mutex_unlock(&session->mutex);
		if (err)
			goto undo;
		codec->write_session(luo, index++, session);
		session->serialized = true;
		lfb__event(luo->kernel, SESSION_SERIALIZED, .session = session->name,
			   .count = session->count);
	}
	LFB_ASSERT(index == sessions->count);
	codec->write_session_count(luo, index);
	up_write(&sessions->rwsem);
	lfb__event(luo->kernel, SESSIONS_SERIALIZED, .count = index);
	return 0;

undo:
	list_for_each_entry_continue_reverse(session, &sessions->list, list) {
		mutex_lock(&session->mutex);
		luo_file_unfreeze_all(luo, session);
		mutex_unlock(&session->mutex);
		codec->clear_session(luo, --index);
		session->serialized = false;
		lfb__event(luo->kernel, SESSION_UNFROZEN, .session = session->name);
	}
	LFB_ASSERT(!index);
	up_write(&sessions->rwsem);
	return err;
}

/* The next kernel */

static int restore_session(void *context, phys_addr_t where,
			   const struct luo_session_record *record)
{
	struct luo *luo = context;
	struct liveupdate_session *session = session_alloc(record->name);
	int err;

	(void)where;
	if (!session) {
		pr_warn("luo: no memory to restore session %.64s", record->name);
		return -ENOMEM;
	}
	if (unlikely(record->name[sizeof(session->name) - 1]))
		luo->watch->session->name_cut(luo, session);
	err = session_insert(luo, &luo->incoming, session);
	if (err) {
		pr_warn("luo: session %.64s was handed over twice", record->name);
		luo->watch->session->name_twice(luo, session->name);
		session_free(session);
		return err;
	}
	mutex_lock(&session->mutex);
	err = luo_file_deserialize(luo, session, record);
	mutex_unlock(&session->mutex);
	if (err)
		luo_session_remove(luo, session);
	return err;
}

static int restore_sessions(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct lfb_problem broken = { 0 };
	struct luo_reader reader = {
		.view = &view,
		.context = luo,
		.broken = &broken,
		.session = restore_session,
	};
	const struct luo_codec *codec = luo->profile->codec;
	int err;

	if (luo_quirk(luo, LUO_QUIRK_SESSION_TRUST_SERIALIZED))
		reader.follow = luo_session_follow;
	err = codec->read_sessions(codec, &reader, &luo->head);

	if (broken.what[0]) {
		luo->problem = broken;
		pr_warn("luo: sessions at 0x%llx: %s", broken.where, broken.what);
	}
	if (!err)
		codec->free_incoming_sessions(luo->head.sessions);
	lfb__event(luo->kernel, SESSIONS_RESTORED, .count = luo->incoming.count, .result = err);
	return err;
}

int luo_session_deserialize(struct luo *luo)
{
	int err = 0;

	if (luo->restored) {
		luo->watch->session->taken_again(luo);
		return luo->restore_error;
	}
	luo->restored = true;
	if (luo->handed_over)
		err = restore_sessions(luo);
	luo->restore_failed = err;
	luo_flb_page_done(luo);
	if (err != -ENOMEM || !luo_quirk(luo, LUO_QUIRK_SESSION_DESERIALIZE_NOT_LATCHED))
		luo->restore_error = err;
	return err;
}
