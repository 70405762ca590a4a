// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The rules of FLBs, state that files share: each counts the files that need it, and the references
 * to its object.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim/explore/exhaust/model_rules.h"

void lfb__rule_say(struct lfb_model_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	answer->length += (size_t)vsnprintf(answer->callbacks + answer->length,
					    sizeof(answer->callbacks) - answer->length, format,
					    args);
	va_end(args);
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
		err = lfb__rule_take(&m->flb_fails[f][LFB_RECORDED_PRESERVE]);
		lfb__rule_say(answer, "flb%u.preserve -> %d\n", f, err);
		if (err)
			return err;
	}
	flb->count++;
	return 0;
}

static void unpreserve_unneeded(struct lfb_model *m, unsigned int f,
				struct lfb_model_answer *answer)
{
	if (!m->outgoing_flb[f].count && !m->outgoing_flb[f].references)
		lfb__rule_say(answer, "flb%u.unpreserve data=f00%u obj=100%u\n", f, f, f);
}

/* In reverse order of registration. A link newer than the file may find nothing to drop. */
void lfb__rule_drop_flbs(struct lfb_model *m, unsigned int h, unsigned int links,
			 struct lfb_model_answer *answer)
{
	while (links--) {
		unsigned int f = m->links[h][links];

		if (m->outgoing_flb[f].count) {
			m->outgoing_flb[f].count--;
			unpreserve_unneeded(m, f, answer);
		}
	}
}

/* In order of registration; when one fails those before it are dropped again. */
int lfb__rule_need_flbs(struct lfb_model *m, unsigned int h, struct lfb_model_answer *answer)
{
	for (unsigned int i = 0; i < m->nr_links[h]; i++) {
		int err = need_flb(m, m->links[h][i], answer);

		if (err) {
			lfb__rule_drop_flbs(m, h, i, answer);
			return err;
		}
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
	err = lfb__rule_take(&m->flb_fails[f][LFB_RECORDED_RETRIEVE]);
	lfb__rule_say(answer, "flb%u.retrieve data=f00%u -> %d\n", f, f, err);
	flb->status = err ? (short)err : 1;
	return err;
}

/* Runs even if retrieve failed: then without an object. */
static void finish_unneeded(struct lfb_model *m, unsigned int f, struct lfb_model_answer *answer)
{
	struct lfb_model_flb *flb = &m->incoming_flb[f];

	if (!flb->loaded || flb->finished || flb->count > 0 || flb->references)
		return;
	if (lfb__rule_retrieve_flb(m, f, answer))
		lfb__rule_say(answer, "flb%u.finish obj=0\n", f);
	else
		lfb__rule_say(answer, "flb%u.finish obj=200%u\n", f, f);
	flb->finished = true;
	flb->status = 0;
}

void lfb__rule_finish_flbs(struct lfb_model *m, unsigned int h, struct lfb_model_answer *answer)
{
	for (unsigned int links = m->nr_links[h]; links--;) {
		struct lfb_model_flb *flb = &m->incoming_flb[m->links[h][links]];

		if (!flb->handed || flb->finished)
			continue;
		if (!flb->loaded)
			flb->count = flb->handed;
		flb->loaded = true;
		flb->count--;
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
	if (!err)
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
