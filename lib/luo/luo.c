// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "lib/luo/luo.h"

#include <stdio.h>
#include <string.h>

bool luo_any_session(const struct luo *luo)
{
	return luo->incoming.count || luo->outgoing.count;
}

bool luo_all_finished(const struct luo *luo)
{
	const struct liveupdate_session *session;

	if (luo->handed_over && !luo->restored)
		return false;
	list_for_each_entry(session, &luo->incoming.list, list) {
		if (session->count)
			return false;
	}
	return true;
}

struct liveupdate_file_handler *luo_handler_by_compatible(const struct luo *luo,
							  const char *compatible)
{
	struct liveupdate_file_handler *fh;

	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (!strncmp(fh->compatible, compatible, sizeof(fh->compatible)))
			return fh;
	}
	return NULL;
}

struct liveupdate_flb *luo_flb_by_compatible(const struct luo *luo, const char *compatible)
{
	struct liveupdate_flb *flb;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		if (!strncmp(flb->compatible, compatible, sizeof(flb->compatible)))
			return flb;
	}
	return NULL;
}

int luo_check_compatible(struct luo *luo, bool of_flb, const char *compatible)
{
	if (strnlen(compatible, LIVEUPDATE_HNDL_COMPAT_LENGTH) < LIVEUPDATE_HNDL_COMPAT_LENGTH)
		return 0;
	luo->watch->registry->unterminated(luo, of_flb, compatible);
	return lfb__fail(luo->kernel, -EINVAL, "%s %.47s…: the compatible string is not terminated",
			 of_flb ? "flb" : "file handler", compatible);
}

struct luo_flb_link *luo_flb_link(const struct liveupdate_file_handler *fh,
				  const struct liveupdate_flb *flb)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &fh->private.flb_list, list) {
		if (link->flb == flb)
			return link;
	}
	return NULL;
}

struct luo_name luo_name(const char *type, const char *name)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "%s %.64s", type, name);
	return object;
}

struct luo_name luo_flb_name(const struct liveupdate_flb *flb)
{
	return luo_name("flb", flb->compatible);
}

struct luo_name luo_file_name(const struct luo_file *luo_file)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "file %.47s token %llu of session %.64s",
		 luo_file->handler->compatible, luo_file->token, luo_file->session->name);
	return object;
}

void luo_tell_flb(struct luo *luo, enum lfb_happening happening, struct liveupdate_flb *flb,
		  bool incoming, s64 by, const char *reason)
{
	const struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);
	bool files = happening == LFB_DID_FLB_COUNTED;

	lfb__event_tell(luo->kernel, &(struct lfb_event){
		.happening = happening,
		.flb = flb->compatible,
		.incoming = incoming,
		.reason = reason,
		.count = (u64)luo_flb_files(state),
		.count_before = (u64)luo_flb_files(state) - (files ? (u64)by : 0),
		.references = (u64)state->references,
		.references_before = (u64)state->references - (files ? 0 : (u64)by),
	});
}

int luo_session_is_for(struct luo *luo, const struct liveupdate_session *session, bool incoming,
		       const char *what)
{
	const bool looks = incoming ? !luo_quirk(luo, LUO_QUIRK_FILE_INCOMING_OPS_ON_OUTGOING) :
				      luo->profile->preserve_needs_outgoing;

	if (!looks || session->sessions->incoming == incoming)
		return 0;
	return lfb__fail(luo->kernel, -EINVAL, "%s: session %.64s %s", what, session->name,
			 incoming ? "is being preserved, not restored" : "was handed over");
}

const void *luo_session_follow(phys_addr_t phys, size_t size)
{
	const void *block = lfb__memory_at(&lfb__current->memory, phys, size);
	struct luo *luo = lfb__current->luo;

	if (!block)
		luo->watch->session->block_followed(luo, phys);
	return block;
}
