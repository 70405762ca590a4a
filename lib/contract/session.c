// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sessions: what they are called, and how they end. */
#include <string.h>

#include "lib/contract/contract.h"

void luo_contract_session_created(struct luo *luo, const struct liveupdate_session *session,
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

u64 luo_contract_unretrieved(const struct luo *luo, const struct liveupdate_session *session)
{
	const struct luo_file *luo_file;
	u64 count = 0;

	if (!lfb__checking(luo->kernel) || !session->sessions->incoming)
		return 0;
	list_for_each_entry(luo_file, &session->files, list)
		count += !luo_file->retrieve_status;
	return count;
}

void luo_contract_session_closed(struct luo *luo, const struct liveupdate_session *session,
				 u64 unretrieved, int err)
{
	if (unlikely(err))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_STUCK,
			  luo_name("session", session->name).text, "its close could not finish it "
			  "(%d), and nobody can retrieve it again", err);
	else if (unlikely(unretrieved > 0))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_CLOSED_UNRETRIEVED,
			  luo_name("session", session->name).text,
			  "%llu of its files were not retrieved", unretrieved);
}
