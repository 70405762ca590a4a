// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sessions: made and found by name, handed over at the reboot, restored in the next kernel.
 */
#include <string.h>

#include "lib/luo/luo.h"

void luo_sessions_init(struct luo_sessions *sessions, bool incoming)
{
	lfb_lock_init(&sessions->rwsem.lock,
		      incoming ? "incoming sessions" : "outgoing sessions");
	INIT_LIST_HEAD(&sessions->list);
	luo_hash_init(&sessions->names);
	sessions->count = 0;
	sessions->incoming = incoming;
}

bool luo_any_session(const struct luo *luo)
{
	return luo->incoming.count || luo->outgoing.count;
}

/* Names are compared over all 64 bytes: one that fills the field equals no kept name. */
static struct liveupdate_session *find(const struct luo_sessions *sessions, const char *name)
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
	struct liveupdate_session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return NULL;
	memcpy(session->name, name, strnlen(name, sizeof(session->name) - 1));
	mutex_init(&session->mutex);
	INIT_LIST_HEAD(&session->list);
	INIT_LIST_HEAD(&session->files);
	luo_blocks_init(&session->file_blocks);
	luo_hash_init(&session->tokens);
	return session;
}

static void session_free(struct liveupdate_session *session)
{
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
	err = codec->add_session(luo);
	return err ? lfb__fail(luo->kernel, err, "no room for one more session (%d)", err) : 0;
}

static int session_insert(struct luo *luo, struct luo_sessions *sessions,
			  struct liveupdate_session *session)
{
	int err = 0;

	down_write(&sessions->rwsem);
	if (!sessions->incoming)
		err = make_room(luo);
	if (!err && find(sessions, session->name)) {
		err = lfb__fail(luo->kernel, -EEXIST, "session %.64s exists already",
				session->name);
		if (!sessions->incoming &&
		    !luo_quirk(luo, LUO_QUIRK_SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK))
			luo->profile->codec->drop_session(luo);
	}
	if (!err) {
		session->sessions = sessions;
		list_add_tail(&session->list, &sessions->list);
		luo_hash_add(&sessions->names, &session->by_name, luo_hash_string(session->name));
		sessions->count++;
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
	if (!sessions->incoming)
		luo->profile->codec->drop_session(luo);
	up_write(&sessions->rwsem);
	session_free(session);
	if (sessions->incoming)
		luo_session_is_over(luo);
}

static int check_name(struct luo *luo, const char *name)
{
	size_t length = strnlen(name, LIVEUPDATE_SESSION_NAME_LENGTH);

	if (luo_quirk(luo, LUO_QUIRK_SESSION_NAME_UNCHECKED))
		return 0;
	if (!length)
		return lfb__fail(luo->kernel, -EINVAL, "a session needs a name");
	if (length == LIVEUPDATE_SESSION_NAME_LENGTH)
		return lfb__fail(luo->kernel, -EINVAL, "the session name is not terminated "
				 "within 64 bytes");
	return 0;
}

int luo_session_new(struct luo *luo, const char *name, struct liveupdate_session **sessionp)
{
	struct liveupdate_session *session = session_alloc(name);
	int err;

	if (!session)
		return lfb__fail(luo->kernel, -ENOMEM, "no memory for session %.64s", name);
	err = session_insert(luo, &luo->outgoing, session);
	if (err)
		session_free(session);
	else
		*sessionp = session;
	return err;
}

/* Only the kernels that do not check names get here with one. */
static void find_bad_name(struct luo *luo, const struct liveupdate_session *session,
			  const char *name)
{
	if (unlikely(!name[0]))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NAMELESS, "session", "it was created "
			  "with an empty name");
	else if (unlikely(strnlen(name, sizeof(session->name)) == sizeof(session->name)))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NAME_TRUNCATED,
			  luo_name("session", session->name).text, "the name it was created with "
			  "does not end within %zu bytes; its last byte is lost",
			  sizeof(session->name));
}

int luo_session_create(struct luo *luo, const char *name, struct file **filep)
{
	struct liveupdate_session *session;
	struct file *file;
	int err;

	err = check_name(luo, name);
	if (!err)
		err = luo_session_new(luo, name, &session);
	if (err)
		return err;
	file = luo_session_getfile(session);
	if (IS_ERR(file)) {
		luo_session_remove(luo, session);
		return lfb__fail(luo->kernel, (int)PTR_ERR(file), "no file for session %.64s",
				 name);
	}
	*filep = file;
	lfb__trace(luo->kernel, LFB_EVENT_LUO, session->name, "create-session", "%s", "");
	find_bad_name(luo, session, name);
	return 0;
}

/*
 * Called with the list's lock held for reading, which keeps the session from being freed. With
 * the shipped defect it is dropped before the session is used: whoever closes the session in
 * between leaves a pointer to nothing.
 */
static struct liveupdate_session *find_incoming(struct luo *luo, const char *name)
{
	struct luo_sessions *sessions = &luo->incoming;
	struct liveupdate_session *session = find(sessions, name);

	if (!session || !luo_quirk(luo, LUO_QUIRK_SESSION_RETRIEVE_RACE))
		return session;
	up_read(&sessions->rwsem);
	lfb__sched_point(luo->kernel, "session-found", "incoming sessions");
	down_read(&sessions->rwsem);
	if (find(sessions, name) == session)
		return session;
	lfb__unsafe_as(luo->kernel, LFB_FINDING_SESSION_USED_AFTER_CLOSE,
		       luo_name("session", name).text,
		       "%.64s was closed while it was being retrieved", name);
	return NULL;
}

static int retrieve(struct luo *luo, struct liveupdate_session *session, struct file **filep)
{
	struct file *file;

	if (session->retrieved)
		return lfb__fail(luo->kernel, -EINVAL, "session %.64s is retrieved already",
				 session->name);
	file = luo_session_getfile(session);
	if (IS_ERR(file))
		return lfb__fail(luo->kernel, (int)PTR_ERR(file), "no file for session %.64s",
				 session->name);
	session->retrieved = true;
	*filep = file;
	return 0;
}

int luo_session_retrieve(struct luo *luo, const char *name, struct file **filep)
{
	struct liveupdate_session *session;
	int err;

	down_read(&luo->incoming.rwsem);
	session = find_incoming(luo, name);
	if (session) {
		mutex_lock(&session->mutex);
		err = retrieve(luo, session, filep);
		mutex_unlock(&session->mutex);
	} else {
		err = lfb__fail(luo->kernel, -ENOENT, "no session %.64s was handed over", name);
	}
	up_read(&luo->incoming.rwsem);
	return err;
}

/*
 * The reboot
 */

static int freeze_session(struct luo *luo, struct liveupdate_session *session)
{
	int err;

	mutex_lock(&session->mutex);
	err = luo_file_freeze_all(luo, session);
	mutex_unlock(&session->mutex);
	return err;
}

static void unfreeze_session(struct luo *luo, struct liveupdate_session *session)
{
	mutex_lock(&session->mutex);
	luo_file_unfreeze_all(luo, session);
	mutex_unlock(&session->mutex);
}

int luo_session_serialize(struct luo *luo)
{
	struct luo_sessions *sessions = &luo->outgoing;
	const struct luo_codec *codec = luo->profile->codec;
	struct liveupdate_session *session;
	u64 index = 0;
	int err;

	down_write(&sessions->rwsem);
	list_for_each_entry(session, &sessions->list, list) {
		err = freeze_session(luo, session);
		if (err)
			goto undo;
		codec->write_session(luo, index++, session);
		session->serialized = true;
	}
	codec->write_session_count(luo, index);
	up_write(&sessions->rwsem);
	lfb__trace(luo->kernel, LFB_EVENT_LUO, "luo", "serialize", "sessions=%llu",
		   index);
	return 0;

undo:
	list_for_each_entry_continue_reverse(session, &sessions->list, list) {
		unfreeze_session(luo, session);
		codec->clear_session(luo, --index);
		session->serialized = false;
	}
	up_write(&sessions->rwsem);
	return err;
}

/*
 * The next kernel
 */

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
	err = session_insert(luo, &luo->incoming, session);
	if (err) {
		pr_warn("luo: session %.64s was handed over twice", record->name);
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

static int refuse(void *context, int error, const struct lfb_problem *problem)
{
	struct luo *luo = context;

	luo->problem = *problem;
	pr_warn("luo: sessions at 0x%llx: %s", problem->where, problem->what);
	return error;
}

static int restore_sessions(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = {
		.view = &view,
		.context = luo,
		.problem = refuse,
		.session = restore_session,
	};
	const struct luo_codec *codec = luo->profile->codec;
	int err;

	err = codec->read_sessions(codec, &reader, &luo->head);
	if (!err)
		codec->free_incoming_sessions(&luo->head);
	lfb__trace_result(luo->kernel, LFB_EVENT_LUO, err, "luo", "restore", "sessions=%llu",
			  luo->incoming.count);
	return err;
}

int luo_session_deserialize(struct luo *luo)
{
	int err = 0;

	if (luo->restored) {
		if (unlikely(luo->restore_failed && !luo->restore_error))
			lfb__find(luo->kernel, LFB_FINDING_SESSION_HALF_RESTORED, "luo sessions",
				  "restoring failed at the first open; %llu sessions are there",
				  luo->incoming.count);
		return luo->restore_error;
	}
	luo->restored = true;
	if (luo->handed_over)
		err = restore_sessions(luo);
	luo->restore_failed = err;
	if (err != -ENOMEM || !luo_quirk(luo, LUO_QUIRK_SESSION_DESERIALIZE_NOT_LATCHED))
		luo->restore_error = err;
	return err;
}
