// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The rules of sessions, files and FLBs. A session holds files; a file's handler knows how to
 * preserve it, and which FLBs it needs: state that files share. Each FLB counts the files that need
 * it, and the references to its object.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/explore/exhaust/model.h"

#define NO_OTHER UINT32_MAX	/* an identity that no other file will have */

/* Another line of what the callbacks say. */
LFB_PRINTF(2, 3)
static void say(struct lfb_model_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	answer->length += (size_t)vsnprintf(answer->callbacks + answer->length,
					    sizeof(answer->callbacks) - answer->length, format,
					    args);
	va_end(args);
}

/* A callback that was told to fail does so once. */
static int take(short *failure)
{
	int error = *failure;

	*failure = 0;
	return error;
}

/*
 * A kernel that is in the middle of a rule has nothing locked here but the session: what is not
 * about that may be done now, by others. The session's place in its list may be another one then.
 */
static void pause(struct lfb_model *m, struct lfb_model_answer *answer)
{
	if (answer->pauses && !--answer->pauses)
		answer->between(m, answer->context);
}

/*
 * FLBs of the old kernel: the first file preserves, the last one, or the last reference after it,
 * unpreserves.
 */

static int need_flb(struct lfb_model *m, unsigned int f, struct lfb_model_answer *answer)
{
	struct lfb_model_flb *flb = &m->outgoing_flb[f];
	int err;

	if (!flb->count && !flb->references) {
		err = take(&m->flb_fails[f][LFB_RECORDED_PRESERVE]);
		say(answer, "flb%u.preserve -> %d\n", f, err);
		if (err)
			return err;
		flb->no_object = m->no_object[f];
	}
	flb->count++;
	return 0;
}

static void unpreserve_unneeded(struct lfb_model *m, unsigned int f,
				struct lfb_model_answer *answer)
{
	struct lfb_model_flb *flb = &m->outgoing_flb[f];

	/* What is handed over is written down before the jump. */
	if (flb->count || flb->references || m->prepared)
		return;
	say(answer, "flb%u.unpreserve data=f00%u obj=%x\n", f, f,
	    flb->no_object ? 0 : 0x1000 + f);
	flb->no_object = false;
}

/* In reverse order of registration, those that count the file. */
static void drop_flbs(struct lfb_model *m, unsigned int h, unsigned int flbs,
		      struct lfb_model_answer *answer)
{
	for (unsigned int links = m->nr_links[h]; links--;) {
		unsigned int f = m->links[h][links];

		if (flbs >> f & 1) {
			m->outgoing_flb[f].count--;
			unpreserve_unneeded(m, f, answer);
		}
	}
}

/* In order of registration; when one fails those before it are dropped again. */
static int need_flbs(struct lfb_model *m, unsigned int h, u8 *flbs,
		     struct lfb_model_answer *answer)
{
	*flbs = 0;
	for (unsigned int i = 0; i < m->nr_links[h]; i++) {
		int err = need_flb(m, m->links[h][i], answer);

		if (err) {
			drop_flbs(m, h, *flbs, answer);
			return err;
		}
		pause(m, answer);
		*flbs |= (u8)(1u << m->links[h][i]);
	}
	return 0;
}

/*
 * FLBs of the new kernel: retrieved once, on demand; finished by the last file, or by the last
 * reference after it.
 */

int lfb__rule_retrieve_flb(struct lfb_model *m, unsigned int f, struct lfb_model_answer *answer)
{
	struct lfb_model_flb *flb = &m->incoming_flb[f];
	int err;

	if (flb->finished || !m->handed_over)
		return -ENODATA;
	if (flb->status)
		return flb->status == 1 ? 0 : flb->status;
	if (!flb->handed)
		return -ENOENT;
	if (!flb->loaded)
		flb->count = flb->handed;
	flb->loaded = true;
	err = take(&m->flb_fails[f][LFB_RECORDED_RETRIEVE]);
	say(answer, "flb%u.retrieve data=f00%u -> %d\n", f, f, err);
	flb->status = err ? (short)err : 1;
	return err;
}

static bool is_linked(const struct lfb_model *m, unsigned int h, unsigned int f)
{
	return m->registered[h] && memchr(m->links[h], (int)f, m->nr_links[h]);
}

/* Is a file not finished whose handler is linked to it? */
static bool is_needed(const struct lfb_model *m, unsigned int f)
{
	for (unsigned int i = 0; m->opened && i < m->incoming.count; i++) {
		const struct lfb_model_session *session = &m->incoming.list[i];

		for (unsigned int j = 0; j < session->nr_files; j++) {
			if (is_linked(m, session->files[j].handler, f))
				return true;
		}
	}
	return !m->opened;
}

/* Runs even if retrieve failed: then without an object. */
static void finish_unneeded(struct lfb_model *m, unsigned int f, struct lfb_model_answer *answer)
{
	struct lfb_model_flb *flb = &m->incoming_flb[f];

	if (!flb->loaded || flb->finished || flb->count > 0 || flb->references || is_needed(m, f))
		return;
	if (lfb__rule_retrieve_flb(m, f, answer))
		say(answer, "flb%u.finish obj=0\n", f);
	else
		say(answer, "flb%u.finish obj=200%u\n", f, f);
	flb->finished = true;
	flb->status = 0;
}

static void finish_flbs(struct lfb_model *m, unsigned int h, struct lfb_model_answer *answer)
{
	for (unsigned int links = m->nr_links[h]; links--;) {
		struct lfb_model_flb *flb = &m->incoming_flb[m->links[h][links]];

		if (!flb->handed || flb->finished)
			continue;
		if (!flb->loaded)
			flb->count = flb->handed;
		flb->loaded = true;
		flb->count -= flb->count > 0;
		finish_unneeded(m, m->links[h][links], answer);
	}
}

/* Get, and put again unless the reference is to be kept. */
long lfb__rule_get(struct lfb_model *m, const struct lfb_operation *op,
		   struct lfb_model_answer *answer)
{
	bool incoming = op->verb == LFB_VERB_GETIN || op->verb == LFB_VERB_HOLDIN;
	bool keep = op->verb == LFB_VERB_HOLDIN || op->verb == LFB_VERB_HOLDOUT;
	struct lfb_model_flb *flb = incoming ? &m->incoming_flb[op->flb] :
					       &m->outgoing_flb[op->flb];
	int err = -ENOENT;

	if (keep && m->locked)
		return -EOPNOTSUPP;
	if (incoming)
		err = lfb__rule_retrieve_flb(m, op->flb, answer);
	else if (flb->count || flb->references)
		err = 0;
	if (!err && !flb->no_object)
		answer->object = (incoming ? 0x2000 : 0x1000) + op->flb;
	if (!err && keep)
		flb->references++;
	return err;
}

long lfb__rule_put(struct lfb_model *m, const struct lfb_operation *op,
		   struct lfb_model_answer *answer)
{
	if (op->verb == LFB_VERB_PUTIN) {
		m->incoming_flb[op->flb].references--;
		finish_unneeded(m, op->flb, answer);
	} else {
		m->outgoing_flb[op->flb].references--;
		unpreserve_unneeded(m, op->flb, answer);
	}
	return 0;
}

/*
 * Sessions, and the files in them.
 */

static struct lfb_model_session *find_session(struct lfb_model_sessions *sessions,
					      unsigned int name)
{
	for (unsigned int i = 0; i < sessions->count; i++) {
		if (sessions->list[i].name == name)
			return &sessions->list[i];
	}
	return NULL;
}

static void remove_session(struct lfb_model_sessions *sessions, struct lfb_model_session *session)
{
	struct lfb_model_session *end = &sessions->list[--sessions->count];

	LFB_ASSERT(session >= sessions->list && session <= end);
	memmove(session, session + 1, (size_t)((char *)end - (char *)session));
	memset(end, 0, sizeof(*end));
}

static struct lfb_model_file *find_file(struct lfb_model_session *session, u64 token)
{
	for (unsigned int i = 0; i < session->nr_files; i++) {
		if (session->files[i].token == token)
			return &session->files[i];
	}
	return NULL;
}

long lfb__rule_create_session(struct lfb_model *m, const struct lfb_operation *op)
{
	if (strlen(op->name) >= 64)
		return -EINVAL;
	if (find_session(&m->outgoing, op->session))
		return -EEXIST;
	if (!LFB_ASSERT(m->outgoing.count < LFB_MODEL_NAMES))
		return -ENOSPC;
	m->outgoing.list[m->outgoing.count++].name = (u8)op->session;
	m->handles[op->session] = LFB_MODEL_OUTGOING;
	m->open_files++;
	return 0;
}

long lfb__rule_retrieve_session(struct lfb_model *m, const struct lfb_operation *op)
{
	struct lfb_model_session *session = find_session(&m->incoming, op->session);

	if (!session)
		return -ENOENT;
	if (session->retrieved)
		return -EINVAL;
	session->retrieved = true;
	m->handles[op->session] = LFB_MODEL_INCOMING;
	m->open_files++;
	return 0;
}

static bool preserved_anywhere(struct lfb_model *m, unsigned int inode)
{
	for (unsigned int i = 0; i < m->outgoing.count; i++) {
		for (unsigned int j = 0; j < m->outgoing.list[i].nr_files; j++) {
			if (m->outgoing.list[i].files[j].inode == inode)
				return true;
		}
	}
	return false;
}

static bool is_kept(const struct lfb_model_sessions *sessions, u32 id)
{
	for (unsigned int i = 0; i < sessions->count; i++) {
		for (unsigned int j = 0; j < sessions->list[i].nr_files; j++) {
			const struct lfb_model_file *file = &sessions->list[i].files[j];

			if (file->identified && file->id == id)
				return true;
		}
	}
	return false;
}

/*
 * A handler may say what a file is; then no other can be that until this one is gone. Asked again
 * it may say something else: what counts is what it was kept under. Returns whether there is one.
 */
static bool identify(const struct lfb_model *m, struct lfb_model_file *file, u64 ino)
{
	const u8 how = m->identity[file->handler];
	bool taken;

	if (how == LFB_IDENTITY_NONE)
		return false;
	file->id = how == LFB_IDENTITY_CONSTANT ? m->constant[file->handler] :
		   how == LFB_IDENTITY_INODE ? (u32)ino : NO_OTHER;
	taken = file->id != NO_OTHER &&
		(is_kept(&m->outgoing, file->id) || is_kept(&m->incoming, file->id));
	file->identified = !taken;
	return taken;
}

/* First the FLBs that the file needs, then the file; all of it or nothing. */
static long preserve(struct lfb_model *m, struct lfb_model_session *session,
		     const struct lfb_operation *op, struct lfb_model_answer *answer)
{
	unsigned int h = op->verb == LFB_VERB_AGAIN ? m->made[op->inode] - 1u : op->handler;
	struct lfb_model_file file = { .token = op->token, .data = 0xd000u + (u32)op->ino,
				       .handler = (u16)h, .inode = (u16)op->inode };
	int err;

	m->open_files += op->verb == LFB_VERB_PRESERVE;
	m->made[op->inode] = (u8)(h + 1);
	if (m->handles[op->session] == LFB_MODEL_INCOMING)
		return -EINVAL;
	if (find_file(session, op->token))
		return -EEXIST;
	if (!m->registered[h])
		return -ENOENT;
	if (identify(m, &file, op->ino) ||
	    (!file.identified && op->verb == LFB_VERB_AGAIN && preserved_anywhere(m, op->inode)))
		return -EBUSY;
	pause(m, answer);
	err = need_flbs(m, h, &file.flbs, answer);
	if (err)
		return err;
	err = take(&m->file_fails[h][LFB_RECORDED_PRESERVE]);
	say(answer, "file h%u.preserve ino=%llu -> %d\n", h, op->ino, err);
	if (err) {
		pause(m, answer);
		drop_flbs(m, h, file.flbs, answer);
		return err;
	}
	session = find_session(&m->outgoing, op->session);
	if (LFB_ASSERT(session && session->nr_files < LFB_MODEL_FILES))
		session->files[session->nr_files++] = file;
	return 0;
}

/* Once; how it went is remembered. */
static long retrieve(struct lfb_model *m, struct lfb_model_session *session,
		     const struct lfb_operation *op, struct lfb_model_answer *answer)
{
	struct lfb_model_file *file = find_file(session, op->token);
	int err;

	if (m->handles[op->session] == LFB_MODEL_OUTGOING)
		return -EINVAL;
	if (!file)
		return -ENOENT;
	if (file->status)
		return file->status == 1 ? 0 : file->status;
	err = take(&m->file_fails[file->handler][LFB_RECORDED_RETRIEVE]);
	say(answer, "file h%u.retrieve data=%x -> %d\n", file->handler, file->data, err);
	if (!err && m->no_file[file->handler])
		err = -EIO;
	file->status = err ? (short)err : 1;
	m->open_files += !err;
	if (!err)
		identify(m, file, file->data & 0xfff);
	return err;
}

/* All files can be finished, or none is; newest first, each before its FLBs. */
static long finish(struct lfb_model *m, struct lfb_model_session *session,
		   struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < session->nr_files; i++) {
		struct lfb_model_file *file = &session->files[i];
		bool can = !take(&m->file_fails[file->handler][LFB_RECORDED_CAN_FINISH]);

		say(answer, "file h%u.can_finish data=%x -> %d\n", file->handler,
			      file->data, can);
		if (!can)
			return -EBUSY;
	}
	while (session->nr_files) {
		struct lfb_model_file *file = &session->files[--session->nr_files];

		say(answer, "file h%u.finish data=%x file=%d\n", file->handler,
			      file->data, file->status == 1);
		finish_flbs(m, file->handler, answer);
		memset(file, 0, sizeof(*file));
	}
	return 0;
}

/* An outgoing session is taken back; an incoming one is finished, or can be retrieved again. */
static long close(struct lfb_model *m, struct lfb_model_session *session,
		  const struct lfb_operation *op, struct lfb_model_answer *answer)
{
	bool incoming = m->handles[op->session] == LFB_MODEL_INCOMING;
	struct lfb_model_sessions *sessions = incoming ? &m->incoming : &m->outgoing;

	m->handles[op->session] = LFB_MODEL_CLOSED;
	m->open_files--;
	if (incoming && finish(m, session, answer)) {
		session->retrieved = false;
		return 0;
	}
	while (session->nr_files) {
		struct lfb_model_file *file = &session->files[--session->nr_files];

		say(answer, "file h%u.unpreserve ino=%u data=%x\n", file->handler,
			      file->data & 0xfff, file->data);
		drop_flbs(m, file->handler, file->flbs, answer);
		memset(file, 0, sizeof(*file));
		if (session->nr_files)
			pause(m, answer);
		session = find_session(sessions, op->session);
	}
	remove_session(sessions, session);
	return 0;
}

long lfb__rule_use_session(struct lfb_model *m, const struct lfb_operation *op,
			   struct lfb_model_answer *answer)
{
	bool incoming = m->handles[op->session] == LFB_MODEL_INCOMING;
	struct lfb_model_session *session =
		find_session(incoming ? &m->incoming : &m->outgoing, op->session);

	switch (op->verb) {
	case LFB_VERB_RETRIEVE:
		return retrieve(m, session, op, answer);
	case LFB_VERB_FINISH:
		return incoming ? finish(m, session, answer) : -EINVAL;
	case LFB_VERB_CLOSE:
		return close(m, session, op, answer);
	default:
		return preserve(m, session, op, answer);
	}
}

/*
 * The reboot: every file is frozen, oldest first; when one cannot be, all before it are unfrozen
 * and the kernel goes on. What a freeze did to the handle stays.
 */

static void unfreeze(const struct lfb_model_session *session, unsigned int count,
		     struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < count; i++)
		say(answer, "file h%u.unfreeze data=%x\n", session->files[i].handler,
			      session->files[i].data);
}

static int freeze(struct lfb_model *m, struct lfb_model_session *session,
		  struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < session->nr_files; i++) {
		struct lfb_model_file *file = &session->files[i];
		int err = take(&m->file_fails[file->handler][LFB_RECORDED_FREEZE]);

		say(answer, "file h%u.freeze data=%x -> %d\n", file->handler, file->data,
			      err);
		if (err) {
			unfreeze(session, i, answer);
			return err;
		}
		file->data |= 0x100000;
	}
	return 0;
}

/* Of the old kernel's state the next one sees what was preserved, and the FLBs that need. */
void lfb__rule_jump(struct lfb_model *m, enum lfb_lack lacks)
{
	struct lfb_model old = *m;

	memset(m, 0, sizeof(*m));
	m->locked = old.locked;
	m->module = old.module;
	memcpy(m->no_file, old.no_file, sizeof(m->no_file));
	memcpy(m->no_object, old.no_object, sizeof(m->no_object));
	memcpy(m->identity, old.identity, sizeof(m->identity));
	memcpy(m->constant, old.constant, sizeof(m->constant));
	if (lacks == LFB_LACKS_LIVEUPDATE || lacks == LFB_LACKS_KHO) {
		m->off = (u8)lacks;
		/* Who does not try leaves it to the next one to fail. */
		m->no_room = old.no_room;
	} else if (old.no_room) {
		m->off = LFB_LACKS_LIVEUPDATE;
	}
	m->handed_over = !lacks && !m->off && !old.off;
	if (!m->handed_over)
		return;
	m->incoming = old.outgoing;
	for (unsigned int i = 0; i < m->incoming.count; i++) {
		for (unsigned int j = 0; j < m->incoming.list[i].nr_files; j++)
			m->incoming.list[i].files[j].identified = false;
	}
	for (unsigned int f = 0; f < LFB_MODEL_FLBS; f++)
		m->incoming_flb[f].handed = old.outgoing_flb[f].count;
}

long lfb__rule_freeze_all(struct lfb_model *m, struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < m->outgoing.count; i++) {
		int err = freeze(m, &m->outgoing.list[i], answer);

		while (err && i--)
			unfreeze(&m->outgoing.list[i], m->outgoing.list[i].nr_files, answer);
		if (err)
			return err;
	}
	return 0;
}
