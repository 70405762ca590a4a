// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The outgoing state of a kernel that never ran: written from records by the codec, for turning a
 * handover of one generation into one of another.
 */
#include "lib/codec/codec.h"
#include "lib/orchestrator.h"
#include "lib/session.h"

int luo_transcribe_session(struct luo *luo, const struct luo_session_record *record,
			   const struct luo_file_record *(*file)(void *context, u64 index),
			   void *context)
{
	const struct luo_codec *codec = luo->profile->codec;
	struct liveupdate_session *session;
	int err = luo_session_new(luo, record->name, &session);

	if (err)
		return err;
	for (u64 i = 0; i < record->count; i++) {
		err = codec->add_file(session);
		if (err)
			return lfb__fail(luo->kernel, err, "session %.64s: no room for file %llu",
					 record->name, i);
		session->count++;
		codec->write_file(session, i, file(context, i));
	}
	return 0;
}

void luo_transcribe_end(struct luo *luo, const struct luo_flb_record *(*flb)(void *context,
									     u64 index),
			void *context, u64 nr_flbs)
{
	const struct luo_codec *codec = luo->profile->codec;
	struct liveupdate_session *session;
	u64 index = 0;

	list_for_each_entry(session, &luo->outgoing.list, list)
		codec->write_session(luo, index++, session);
	codec->write_session_count(luo, index);
	for (u64 i = 0; i < nr_flbs; i++)
		luo_write_flb(luo, i, flb(context, i));
	luo_write_flb_count(luo, nr_flbs);
}
