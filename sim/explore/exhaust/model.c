// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The rules of sessions and files. A session holds files; a file's handler knows how to preserve
 * it, and which FLBs it needs.
 */
#include "sim/explore/exhaust/model_rules.h"

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

/* First the FLBs that the file needs, then the file; all of it or nothing. */
static long preserve(struct lfb_model *m, struct lfb_model_session *session,
		     const struct lfb_operation *op, struct lfb_model_answer *answer)
{
	unsigned int h = op->verb == LFB_VERB_AGAIN ? m->made[op->inode] - 1u : op->handler;
	int err;

	m->open_files += op->verb == LFB_VERB_PRESERVE;
	m->made[op->inode] = (u8)(h + 1);
	if (m->handles[op->session] == LFB_MODEL_INCOMING)
		return -EINVAL;
	if (find_file(session, op->token))
		return -EEXIST;
	if (!m->registered[h])
		return -ENOENT;
	if (op->verb == LFB_VERB_AGAIN && preserved_anywhere(m, op->inode))
		return -EBUSY;
	err = lfb__rule_need_flbs(m, h, answer);
	if (err)
		return err;
	err = lfb__rule_take(&m->file_fails[h][LFB_RECORDED_PRESERVE]);
	lfb__rule_say(answer, "file h%u.preserve ino=%llu -> %d\n", h, op->ino, err);
	if (err)
		lfb__rule_drop_flbs(m, h, m->nr_links[h], answer);
	else
		session->files[session->nr_files++] =
			(struct lfb_model_file){ .token = op->token,
						 .data = 0xd000u + (u32)op->ino,
						 .handler = (u8)h,
						 .inode = (u8)op->inode };
	return err;
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
	err = lfb__rule_take(&m->file_fails[file->handler][LFB_RECORDED_RETRIEVE]);
	lfb__rule_say(answer, "file h%u.retrieve data=%x -> %d\n", file->handler, file->data, err);
	if (!err && m->no_file[file->handler])
		err = -EIO;
	file->status = err ? (short)err : 1;
	m->open_files += !err;
	return err;
}

/* All files can be finished, or none is; newest first, each before its FLBs. */
static long finish(struct lfb_model *m, struct lfb_model_session *session,
		   struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < session->nr_files; i++) {
		struct lfb_model_file *file = &session->files[i];
		bool can = !lfb__rule_take(&m->file_fails[file->handler][LFB_RECORDED_CAN_FINISH]);

		lfb__rule_say(answer, "file h%u.can_finish data=%x -> %d\n", file->handler,
			      file->data, can);
		if (!can)
			return -EBUSY;
	}
	while (session->nr_files) {
		struct lfb_model_file *file = &session->files[--session->nr_files];

		lfb__rule_say(answer, "file h%u.finish data=%x file=%d\n", file->handler,
			      file->data, file->status == 1);
		lfb__rule_finish_flbs(m, file->handler, answer);
		memset(file, 0, sizeof(*file));
	}
	return 0;
}

/* An outgoing session is taken back; an incoming one is finished, or can be retrieved again. */
static long close(struct lfb_model *m, struct lfb_model_session *session,
		  const struct lfb_operation *op, struct lfb_model_answer *answer)
{
	bool incoming = m->handles[op->session] == LFB_MODEL_INCOMING;

	m->handles[op->session] = LFB_MODEL_CLOSED;
	m->open_files--;
	if (incoming && finish(m, session, answer)) {
		session->retrieved = false;
		return 0;
	}
	while (session->nr_files) {
		struct lfb_model_file *file = &session->files[--session->nr_files];

		lfb__rule_say(answer, "file h%u.unpreserve ino=%u data=%x\n", file->handler,
			      file->data & 0xfff, file->data);
		lfb__rule_drop_flbs(m, file->handler, m->nr_links[file->handler], answer);
		memset(file, 0, sizeof(*file));
	}
	remove_session(incoming ? &m->incoming : &m->outgoing, session);
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
		lfb__rule_say(answer, "file h%u.unfreeze data=%x\n", session->files[i].handler,
			      session->files[i].data);
}

static int freeze(struct lfb_model *m, struct lfb_model_session *session,
		  struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < session->nr_files; i++) {
		struct lfb_model_file *file = &session->files[i];
		int err = lfb__rule_take(&m->file_fails[file->handler][LFB_RECORDED_FREEZE]);

		lfb__rule_say(answer, "file h%u.freeze data=%x -> %d\n", file->handler, file->data,
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
void lfb__rule_jump(struct lfb_model *m)
{
	struct lfb_model old = *m;

	memset(m, 0, sizeof(*m));
	m->locked = old.locked;
	m->module = old.module;
	memcpy(m->no_file, old.no_file, sizeof(m->no_file));
	m->handed_over = true;
	m->incoming = old.outgoing;
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
