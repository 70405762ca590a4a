// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The rules around sessions, files and FLBs: the device, the reboot, the registry. And which rule
 * an operation is about.
 */
#include <string.h>

#include "sim/explore/exhaust/model.h"

/* The first open restores what was handed over: all of it, or the device is no use for ever. */
static long open_device(struct lfb_model *m)
{
	if (m->off)
		return -ENOENT;
	if (m->opened)
		return -EBUSY;
	for (unsigned int i = 0; i < m->incoming.count; i++) {
		const struct lfb_model_session *session = &m->incoming.list[i];

		for (unsigned int j = 0; j < session->nr_files; j++)
			m->useless |= !m->registered[session->files[j].handler];
	}
	if (m->useless)
		return -EIO;
	m->opened = true;
	m->open_files++;
	return 0;
}

/* A kernel does not boot on what it cannot understand. */
static long jump(struct lfb_model *m, enum lfb_lack lacks)
{
	m->dead = m->damaged;
	if (m->dead)
		return -EFAULT;
	lfb__rule_jump(m, lacks);
	return 0;
}

/* At once, or the first of two halves. */
static long reboot(struct lfb_model *m, const struct lfb_operation *op,
		   struct lfb_model_answer *answer)
{
	const bool at_once = op->verb == LFB_VERB_REBOOT;
	long err = lfb__rule_freeze_all(m, answer);

	m->prepared = !err && !at_once;
	return err || !at_once ? err : jump(m, op->lacks);
}

static bool in_use(const struct lfb_model *m, unsigned int f)
{
	return m->outgoing_flb[f].count || m->outgoing_flb[f].references ||
	       (m->opened && m->incoming_flb[f].status == 1);
}

/* An FLB that is preserved or retrieved stays linked. */
static long change_registry(struct lfb_model *m, const struct lfb_operation *op)
{
	unsigned int h = op->handler, f = op->flb, at = 0;

	if (m->off)
		return -EOPNOTSUPP;
	if (m->locked && (op->verb == LFB_VERB_UNHANDLER || op->verb == LFB_VERB_UNFLB))
		return -EOPNOTSUPP;
	if (m->locked && m->opened)
		return -EBUSY;
	while (at < m->nr_links[h] && m->links[h][at] != f)
		at++;
	switch (op->verb) {
	case LFB_VERB_HANDLER:
		if (m->registered[h])
			return -EEXIST;
		m->registered[h] = true;
		return 0;
	case LFB_VERB_UNHANDLER:
		if (!m->registered[h])
			return -EINVAL;
		for (at = 0; at < m->nr_links[h]; at++) {
			if (in_use(m, m->links[h][at]))
				return -EBUSY;
		}
		m->registered[h] = false;
		m->nr_links[h] = 0;
		memset(m->links[h], 0, sizeof(m->links[h]));
		return 0;
	case LFB_VERB_FLB:
		if (!m->registered[h])
			return -EINVAL;
		if (at < m->nr_links[h])
			return -EEXIST;
		if (!LFB_ASSERT(m->nr_links[h] < LFB_MODEL_FLBS))
			return -ENOSPC;
		m->links[h][m->nr_links[h]++] = (u8)f;
		return 0;
	default:
		if (at == m->nr_links[h])
			return -ENOENT;
		if (in_use(m, f) || m->incoming_flb[f].status == 1)
			return -EBUSY;
		for (m->nr_links[h]--; at < m->nr_links[h]; at++)
			m->links[h][at] = m->links[h][at + 1];
		m->links[h][at] = 0;
		return 0;
	}
}

/* A module that is used stays. */
static long remove_module(struct lfb_model *m)
{
	for (unsigned int f = 0; f < LFB_MODEL_FLBS; f++) {
		if (in_use(m, f))
			return -EBUSY;
	}
	for (unsigned int i = 0; i < LFB_MODEL_NAMES; i++) {
		if (m->outgoing.list[i].nr_files || (m->opened && m->incoming.list[i].nr_files))
			return -EBUSY;
	}
	return 0;
}

/* Borrows an object under its lock, or gives it back; the object stays what it is. */
static long borrow(struct lfb_model *m, const struct lfb_step *step,
		   struct lfb_model_answer *answer)
{
	enum lfb_model_handle lent = LFB_MODEL_CLOSED;
	long err = 0;

	if (step->code == LFB_STEP_lock_incoming) {
		lent = LFB_MODEL_INCOMING;
		err = lfb__rule_retrieve_flb(m, step->flb, answer);
	} else if (step->code == LFB_STEP_lock_outgoing) {
		lent = LFB_MODEL_OUTGOING;
		err = m->outgoing_flb[step->flb].count ? 0 : -ENOENT;
	}
	m->lent[step->flb] = err ? LFB_MODEL_CLOSED : (u8)lent;
	return err;
}

/* Nothing else is done while an object is lent: who waits for its lock waits for ever. */
static bool lends(const struct lfb_model *m, const struct lfb_operation *op)
{
	unsigned int f = op->step.flb;

	for (unsigned int other = 0; other < LFB_MODEL_FLBS; other++) {
		if (m->lent[other] && (op->verb != LFB_VERB_DO || other != f))
			return false;
	}
	if (op->verb != LFB_VERB_DO)
		return true;
	if (op->step.code == LFB_STEP_unlock_incoming)
		return m->lent[f] == LFB_MODEL_INCOMING;
	if (op->step.code == LFB_STEP_unlock_outgoing)
		return m->lent[f] == LFB_MODEL_OUTGOING;
	return !m->lent[f];
}

/* A registered handler has get_id or has none. */
static long teach(struct lfb_model *m, const struct lfb_operation *op)
{
	if (m->registered[op->handler] && !m->identity[op->handler] != !op->identity)
		return -EBUSY;
	m->identity[op->handler] = (u8)op->identity;
	m->constant[op->handler] = (u32)op->value;
	return 0;
}

static long step(struct lfb_model *model, const struct lfb_operation *op,
		 struct lfb_model_answer *answer)
{
	short *fails;

	switch (op->verb) {
	case LFB_VERB_HANDLER:
	case LFB_VERB_UNHANDLER:
	case LFB_VERB_FLB:
	case LFB_VERB_UNFLB:
		return change_registry(model, op);
	case LFB_VERB_OPEN:
		return open_device(model);
	case LFB_VERB_SESSION:
		return lfb__rule_create_session(model, op);
	case LFB_VERB_RSESSION:
		return lfb__rule_retrieve_session(model, op);
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
	case LFB_VERB_HOLDIN:
	case LFB_VERB_HOLDOUT:
		return lfb__rule_get(model, op, answer);
	case LFB_VERB_PUTIN:
	case LFB_VERB_PUTOUT:
		return lfb__rule_put(model, op, answer);
	case LFB_VERB_FAIL:
		fails = op->of_flb ? model->flb_fails[op->flb] : model->file_fails[op->handler];
		fails[op->fail_op] = op->fail_times ? (short)op->fail_error : 0;
		return 0;
	case LFB_VERB_REBOOT:
	case LFB_VERB_PREPARE:
		return reboot(model, op, answer);
	case LFB_VERB_JUMP:
		return jump(model, op->lacks);
	case LFB_VERB_DAMAGE:
		model->damaged = true;
		return 0;
	case LFB_VERB_FAULT:
		model->faulty = op->plan.kinds == 1u << LFB_FAULT_ALLOC;
		model->no_room = op->plan.kinds == 1u << LFB_FAULT_FDT;
		return 0;
	case LFB_VERB_IDENTITY:
		return teach(model, op);
	case LFB_VERB_WHEN:
		if (op->of_flb)
			model->no_object[op->flb] = true;
		else
			model->no_file[op->handler] = true;
		return 0;
	case LFB_VERB_MODULE:
		model->module = true;
		return 0;
	case LFB_VERB_RMMOD:
		return remove_module(model);
	case LFB_VERB_DO:
		return borrow(model, &op->step, answer);
	default:
		return lfb__rule_use_session(model, op, answer);
	}
}

/* Sessions are made, found, or used. */
static bool is_about_session(enum lfb_verb verb)
{
	return verb == LFB_VERB_SESSION || verb == LFB_VERB_RSESSION ||
	       (lfb__verbs[verb].flags & LFB_SESSION_VERB);
}

/* Refused before anybody waits: for a session of the other direction, or without a proper name. */
static bool is_refused(const struct lfb_model *model, const struct lfb_operation *op)
{
	const bool incoming = model->handles[op->session] == LFB_MODEL_INCOMING;

	switch (op->verb) {
	case LFB_VERB_SESSION:
		return !*op->name || strlen(op->name) >= LIVEUPDATE_SESSION_NAME_LENGTH;
	case LFB_VERB_RETRIEVE:
	case LFB_VERB_FINISH:
		return !incoming;
	case LFB_VERB_PRESERVE:
	case LFB_VERB_AGAIN:
		return incoming;
	default:
		return false;
	}
}

/* Between the halves of a reboot the agent waits, for ever. */
void lfb__model_step(struct lfb_model *model, const struct lfb_operation *op,
		     struct lfb_model_answer *answer)
{
	answer->object = 0;
	answer->length = 0;
	answer->callbacks[0] = '\0';
	if (model->prepared && is_about_session(op->verb) && !is_refused(model, op))
		answer->result = -EAGAIN;
	else
		answer->result = step(model, op, answer);
}

bool lfb__model_take_fault(struct lfb_model *model, const struct lfb_model *before,
			   const struct lfb_operation *op, long result, bool made)
{
	bool open = op->verb == LFB_VERB_OPEN;

	if (result != -ENOMEM && !(open && result == -EIO))
		return false;
	*model = *before;
	model->useless |= open && result == -EIO;
	if (made && !model->made[op->inode]) {
		model->made[op->inode] = (u8)(op->handler + 1);
		model->open_files++;
	}
	return true;
}

/* Sessions and FLBs can be used only by who has them. */
bool lfb__model_possible(const struct lfb_model *model, const struct lfb_operation *op)
{
	if (model->dead || !lends(model, op))
		return false;
	if ((lfb__verbs[op->verb].flags & LFB_SESSION_VERB) && !model->handles[op->session])
		return false;
	switch (op->verb) {
	case LFB_VERB_SESSION:
	case LFB_VERB_RSESSION:
		return model->opened;
	case LFB_VERB_PRESERVE:
		return !model->made[op->inode];
	case LFB_VERB_AGAIN:
		return model->made[op->inode];
	case LFB_VERB_RMMOD:
		return model->module && !model->useless;
	case LFB_VERB_PUTIN:
		return model->incoming_flb[op->flb].references > 0;
	case LFB_VERB_PUTOUT:
		return model->outgoing_flb[op->flb].references > 0;
	default:
		return true;
	}
}

/* There is none in rfc-v6 for preserving into a session that was handed over. */
bool lfb__model_knows(const struct lfb_model *model, const struct lfb_operation *op)
{
	return !model->locked || model->handles[op->session] != LFB_MODEL_INCOMING ||
	       (op->verb != LFB_VERB_PRESERVE && op->verb != LFB_VERB_AGAIN);
}

void lfb__model_count(const struct lfb_model *model, struct lfb_machine_stats *counts)
{
	*counts = (struct lfb_machine_stats){
		.sessions_outgoing = model->outgoing.count,
		.sessions_incoming = model->opened ? model->incoming.count : 0,
		.files = model->open_files,
		/* What each kernel prepares, and blocks of 51 sessions. */
		.preserved_blocks = 4 + (model->outgoing.count + 50) / 51,
	};
	/* A kernel without live update prepares none of its own, one without KHO nothing. */
	if (model->off)
		counts->preserved_blocks = model->off == LFB_LACKS_KHO ? 0 : 2;
	/* A block for a session's files. */
	for (unsigned int i = 0; i < model->outgoing.count; i++) {
		counts->files_preserved += model->outgoing.list[i].nr_files;
		counts->preserved_blocks += model->outgoing.list[i].nr_files > 0;
	}
}

static long identified(const struct lfb_model_sessions *sessions)
{
	long count = 0;

	for (unsigned int i = 0; i < sessions->count; i++) {
		for (unsigned int j = 0; j < sessions->list[i].nr_files; j++)
			count += sessions->list[i].files[j].identified;
	}
	return count;
}

long lfb__model_identities(const struct lfb_model *model)
{
	return identified(&model->outgoing) + identified(&model->incoming);
}
