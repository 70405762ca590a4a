// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What should be over: sessions finished, FLBs finished after the last of them, references given
 * back.
 */
#include "lib/codec/codec.h"
#include "lib/contract/contract.h"

/* FLBs that were handed over */

/* No file that needs it is left: is it finished? */
static int check_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	const struct liveupdate_flb_state *state;
	const struct liveupdate_flb *flb;
	struct luo_name object;
	struct luo *luo = context;

	(void)where;
	if (record->index < 64 && luo->flbs_finished >> record->index & 1)
		return 0;
	object = luo_name("flb", record->name);
	flb = luo_flb_by_compatible(luo, record->name);
	if (!flb) {
		lfb__find(luo->kernel, LFB_FINDING_FLB_NOBODY_REGISTERED, object.text, "%llu files "
			  "needed it, and what it handed over with handle 0x%llx stays",
			  record->count, record->data);
		return 0;
	}
	luo->watch->flb->found(luo, flb);
	state = &flb->private.incoming;
	/* Held: finish comes with the last put. Failed: that has been told of. */
	if (state->references > 0 || (state->retrieve_status < 0 && state->count <= 0))
		return 0;
	if (state->loaded)
		lfb__find(luo->kernel, LFB_FINDING_FLB_FINISH_NEVER_REACHED, object.text,
			  "%lld of %llu users have not finished it and never will",
			  luo_flb_files(state), record->count);
	else
		lfb__find(luo->kernel, LFB_FINDING_FLB_FINISH_NEVER_REACHED, object.text,
			  "%llu files needed it, and nobody asked for it", record->count);
	return 0;
}

static void check_flbs(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = { .view = &view, .context = luo, .flb = check_flb };

	if (luo->flb_page_freed)
		return;
	/* Of a kernel that ships with the defect that would be said at every update. */
	if (luo->serialized && luo_quirk(luo, LUO_QUIRK_FLB_PAGE_NEVER_RESTORED) &&
	    !(luo->profile->quirks & (1ull << LUO_QUIRK_FLB_PAGE_NEVER_RESTORED)))
		lfb__find(luo->kernel, LFB_FINDING_FLB_PAGE_LEAKED, "luo flbs", "all that was "
			  "handed over is finished, and the page it was handed over in is reserved "
			  "until the next kernel boots");
	luo_read_flbs(&reader, &luo->head);
}

static void session_gone(struct luo *luo)
{
	if (lfb__checking(luo->kernel) && luo->handed_over && !luo->incoming.count &&
	    luo->restored && !luo->restore_failed)
		check_flbs(luo);
}

/* Sessions that were handed over */

static int check_record(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	struct luo *luo = context;

	(void)where;
	lfb__find(luo->kernel, LFB_FINDING_SESSION_NEVER_FINISHED,
		  luo_name("session", record->name).text,
		  "it was handed over with %llu files, and %s", record->count,
		  luo->restored ? "could not be restored" : "nobody opened /dev/liveupdate");
	return 0;
}

static void check_records(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = { .view = &view, .context = luo, .session = check_record };

	luo->profile->codec->read_sessions(luo->profile->codec, &reader, &luo->head);
}

static void check_sessions(struct luo *luo)
{
	const struct liveupdate_session *session;

	list_for_each_entry(session, &luo->incoming.list, list) {
		/* Finished, and only not closed yet. */
		if (session->retrieved && !session->count)
			continue;
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NEVER_FINISHED,
			  luo_name("session", session->name).text, "%u of its files are not "
			  "finished%s", session->count,
			  session->retrieved ? "" : ", and nobody has it");
	}
}

static void check_references(struct luo *luo)
{
	const struct liveupdate_flb *flb;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		s64 incoming = flb->private.incoming.references;
		s64 outgoing = flb->private.outgoing.references;

		if (unlikely(incoming > 0 || outgoing > 0))
			lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NOT_PUT,
				  luo_flb_name(flb).text,
				  "%lld references to the %s object are still held",
				  (outgoing > 0 ? outgoing : incoming),
				  outgoing > 0 ? "outgoing" : "incoming");
	}
}

static void check_all(struct luo *luo)
{
	check_references(luo);
	if (!luo->handed_over)
		return;
	check_sessions(luo);
	if (!luo->restored || luo->restore_failed)
		check_records(luo);
	else if (luo_all_finished(luo))
		check_flbs(luo);
}

const struct luo_watch_settled luo_contract_settled = {
	.session_gone = session_gone,
	.all = check_all,
};
