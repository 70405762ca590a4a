// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files between their callbacks: preserved once, retrieved once, in the kernel that may. */
#include "lib/contract/contract.h"

static s64 to_preserve(const struct luo *luo, const struct liveupdate_file_handler *fh)
{
	const struct luo_flb_link *link;
	s64 users = 0;

	if (!lfb__checking(luo->kernel))
		return 0;
	list_for_each_entry(link, &fh->private.flb_list, list)
		users += luo_flb_files(&link->flb->private.outgoing);
	return users;
}

static void not_preserved(struct luo *luo, const struct liveupdate_file_handler *fh,
			       s64 before)
{
	const struct luo_flb_link *link;
	s64 now = to_preserve(luo, fh);

	/* Another task may have come in between where tasks take turns. */
	if (likely(now <= before) || luo->kernel->sched.hook)
		return;
	list_for_each_entry(link, &fh->private.flb_list, list)
		lfb__find(luo->kernel, LFB_FINDING_FLB_COUNT_LEAKED, luo_flb_name(link->flb).text,
			  "a file of handler %.47s was not preserved; %lld files need it all the "
			  "same", fh->compatible,
			  luo_flb_files(&link->flb->private.outgoing));
}

static void preserved_twice(struct luo *luo, const struct luo_file *luo_file)
{
	lfb__find(luo->kernel, LFB_FINDING_SESSION_FILE_TWICE,
		  luo_name("session", luo_file->session->name).text,
		  "the file under token %llu is preserved already", luo_file->token);
}

static void kept(struct luo *luo, const struct liveupdate_session *session, u64 token)
{
	lfb__find(luo->kernel, LFB_FINDING_FILE_KEPT_AFTER_ERROR,
		  luo_name("session", session->name).text, "the file under token %llu is "
		  "preserved, and its agent was answered %d", token, -EFAULT);
}

static void identity_changed(struct luo *luo, const struct luo_file *luo_file, unsigned long id)
{
	lfb__find(luo->kernel, LFB_FINDING_FILE_IDENTITY_CHANGED, luo_file_name(luo_file).text,
		  "get_id said 0x%lx when it was %s, and says 0x%lx now", luo_file->id,
		  luo_file->retrieve_status == 1 ? "retrieved" : "preserved", id);
}

static void identity_stays(struct luo *luo, const struct luo_file *luo_file, unsigned long id)
{
	lfb__find(luo->kernel, LFB_FINDING_FILE_IDENTITY_STAYS, luo_file_name(luo_file).text,
		  "identity 0x%lx is looked for and 0x%lx stays: no file that has it can be "
		  "preserved any more", id, luo_file->id);
}

static void identity_taken(struct luo *luo, const struct luo_file *luo_file)
{
	(void)luo;
	lfb__warn_as(LFB_FINDING_FILE_IDENTITY_TAKEN, luo_file_name(luo_file).text,
		     "luo_file_retrieve", "%.47s: another file that is preserved or retrieved has "
		     "the same identity", luo_file->handler->compatible);
}

static void entry_lost(struct luo *luo, const struct luo_file *luo_file)
{
	(void)luo;
	lfb__warn_as(LFB_FINDING_FILE_ENTRY_LOST, luo_file_name(luo_file).text,
		     "luo_file_retrieve", "%.47s: no memory to enter the file: it can be preserved "
		     "before it is finished", luo_file->handler->compatible);
}

static void answer_taken(struct luo *luo, const struct luo_file *luo_file, enum luo_op op,
			 int answer)
{
	struct luo_name object = luo_file_name(luo_file);

	if (op == LUO_RETRIEVE)
		lfb__oops_as(luo->kernel, LFB_FINDING_KERNEL_ANSWER_TAKEN, object.text,
			     "retrieve answered %d: no file is taken from it, and a pointer that "
			     "was never set is given to the agent", answer);
	else
		lfb__find(luo->kernel, LFB_FINDING_KERNEL_ANSWER_TAKEN, object.text,
			  op == LUO_FREEZE ? "freeze answered %d: the reboot goes on, and the "
			  "handle that it set is dropped" : "preserve answered %d: nothing is "
			  "preserved, and the agent is told no error", answer);
}

static void odd_retrieve(struct luo *luo, const struct luo_file *luo_file)
{
	const char *name = luo_file->handler->compatible;

	if (luo_file->retrieve_status < 0)
		lfb__unsafe_as(luo->kernel, LFB_FINDING_FILE_RETRIEVED_AGAIN,
			       luo_file_name(luo_file).text, "%.47s is retrieved again after it "
			       "failed (%d)", name, luo_file->retrieve_status);
	if (!luo_file->session->sessions->incoming)
		lfb__unsafe_as(luo->kernel, LFB_FINDING_FILE_INCOMING_IN_OLD_KERNEL,
			       luo_file_name(luo_file).text, "%.47s: retrieve runs in the kernel "
			       "that preserved the file", name);
}

static void gave_nothing(struct luo *luo, const struct luo_file *luo_file)
{
	lfb__find(luo->kernel, LFB_FINDING_FILE_RETRIEVE_WITHOUT_FILE,
		  luo_file_name(luo_file).text, "retrieve returned 0");
}

static void retrieved_nothing(struct luo *luo, const struct luo_file *luo_file, bool dies)
{
	const char *name = luo_file->handler->compatible;
	struct luo_name object = luo_file_name(luo_file);

	if (dies) {
		gave_nothing(luo, luo_file);
		lfb__oops_as(luo->kernel, LFB_FINDING_FILE_NULL_FOLLOWED, object.text,
			     "%.47s: retrieve returned 0 without a file, which is used all the "
			     "same", name);
	} else {
		lfb__warn_as(LFB_FINDING_FILE_RETRIEVE_WITHOUT_FILE, object.text,
			     "luo_file_retrieve", "%.47s: retrieve returned 0 without a file",
			     name);
	}
}

static void head_read(struct luo *luo, const struct liveupdate_session *session, u64 token)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_FILE_UNKNOWN_TOKEN,
		       luo_name("session", session->name).text, "%.64s: unknown token %llu: the "
		       "list's head is read as a file", session->name, token);
}

static void to_finish(struct luo *luo, const struct luo_file *luo_file)
{
	if (unlikely(!luo_file->session->sessions->incoming))
		lfb__find(luo->kernel, LFB_FINDING_FILE_INCOMING_IN_OLD_KERNEL,
			  luo_file_name(luo_file).text,
			  "finish runs in the kernel that preserved the file");
}

static void preserved_memory_freed(struct luo *luo, const struct liveupdate_session *session)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_FILE_INCOMING_IN_OLD_KERNEL,
		       luo_name("session", session->name).text, "%.64s: memory being preserved is "
		       "freed as if it had been handed over", session->name);
}

const struct luo_watch_file luo_contract_file = {
	.to_preserve = to_preserve,
	.not_preserved = not_preserved,
	.preserved_twice = preserved_twice,
	.kept = kept,
	.identity_changed = identity_changed,
	.identity_stays = identity_stays,
	.identity_taken = identity_taken,
	.entry_lost = entry_lost,
	.answer_taken = answer_taken,
	.odd_retrieve = odd_retrieve,
	.gave_nothing = gave_nothing,
	.retrieved_nothing = retrieved_nothing,
	.head_read = head_read,
	.to_finish = to_finish,
	.preserved_memory_freed = preserved_memory_freed,
};
