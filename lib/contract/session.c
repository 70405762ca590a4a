// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sessions: what they are called, who changes them when, and how they end. */
#include <string.h>

#include "lib/contract/contract.h"

static void created(struct luo *luo, const struct liveupdate_session *session,
			    const char *name)
{
	lfb__event(luo->kernel, SESSION_CREATED, .session = session->name);
	/* Only the kernels that do not check names make a session of a bad one. */
	if (unlikely(!name[0]))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NAMELESS, "session", "it was created "
			  "with an empty name");
	else if (unlikely(strnlen(name, sizeof(session->name)) == sizeof(session->name)))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NAME_TRUNCATED,
			  luo_name("session", session->name).text, "the name it was created with "
			  "does not end within %zu bytes; its last byte is lost",
			  sizeof(session->name));
}

static void changed(struct luo *luo, const struct liveupdate_session *session,
			    const char *what)
{
	struct luo_name name = session ? luo_name("session", session->name) :
					 luo_name("luo", "sessions");

	if (luo->serialized)
		lfb__unsafe_as(luo->kernel, LFB_FINDING_SESSION_CHANGED_AFTER_SERIALIZE, name.text,
			       "%s after the sessions were serialized", what);
	else if (session && session->serialized)
		lfb__find(luo->kernel, LFB_FINDING_SESSION_CHANGED_AFTER_SERIALIZE, name.text,
			  "%s after this session was serialized", what);
}

static void taken_again(struct luo *luo)
{
	if (unlikely(luo->restore_failed && !luo->restore_error))
		lfb__find(luo->kernel, LFB_FINDING_SESSION_HALF_RESTORED, "luo sessions",
			  "restoring failed at the first open; %llu sessions are there",
			  luo->incoming.count);
}

static void restored_in_part(struct luo *luo, const struct liveupdate_session *session,
				     u64 files)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_FILES_MISSING,
		  luo_name("session", session->name).text, "%u of %llu files are there: %s",
		  session->count, files, luo->problem.what);
}

static void closed_while_found(struct luo *luo, const char *name)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_SESSION_USED_AFTER_CLOSE,
		       luo_name("session", name).text,
		       "%.64s was closed while it was being retrieved", name);
}

static void lost(struct luo *luo, const char *name)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_LOST, luo_name("session", name).text,
		  "its agent cannot be told its descriptor; it is finished, and with it all that "
		  "was handed over in it");
}

static void name_cut(struct luo *luo, const struct liveupdate_session *session)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_NAME_TRUNCATED,
		  luo_name("session", session->name).text, "the name that was handed over does not "
		  "end within %zu bytes; its last byte is lost", sizeof(session->name));
}

static void name_twice(struct luo *luo, const char *name)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_NAME_TWICE, luo_name("session", name).text,
		  "there is one of this name already: restoring ends here, and no agent gets any "
		  "of the sessions that were handed over");
}

static void block_followed(struct luo *luo, phys_addr_t where)
{
	lfb__oops_as(luo->kernel, LFB_FINDING_SESSION_WILD_BLOCK, "luo blocks",
		     "a block is said to be at 0x%llx, where there is no memory", where);
}

static void block_overwritten(struct luo *luo, phys_addr_t where)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_MEM_WILD_POINTER, lfb__phys_object(where).text,
		       "a block that was handed over has been overwritten: the next one is said to "
		       "be there");
}

static void no_memory_at_boot(struct luo *luo)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_LOST_AT_BOOT, "luo sessions",
		  "there is no memory to take note of a block of sessions: the kernel panics, and "
		  "all that was handed over is lost");
}

static void empty_block(struct luo *luo)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_EMPTY_BLOCK, "luo sessions",
		  "%ld blocks are handed over, and the last is empty",
		  luo->session_blocks.nblocks);
}

static u64 closing(const struct luo *luo, const struct liveupdate_session *session)
{
	const struct luo_file *luo_file;
	u64 count = 0;

	if (!lfb__checking(luo->kernel) || !session->sessions->incoming)
		return 0;
	list_for_each_entry(luo_file, &session->files, list)
		count += !luo_file->retrieve_status;
	return count;
}

static void closed(struct luo *luo, const struct liveupdate_session *session,
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

const struct luo_watch_session luo_contract_session = {
	.created = created,
	.changed = changed,
	.taken_again = taken_again,
	.restored_in_part = restored_in_part,
	.closed_while_found = closed_while_found,
	.lost = lost,
	.name_cut = name_cut,
	.name_twice = name_twice,
	.block_followed = block_followed,
	.block_overwritten = block_overwritten,
	.no_memory_at_boot = no_memory_at_boot,
	.empty_block = empty_block,
	.closing = closing,
	.closed = closed,
};
