/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The contract between the orchestrator and the callbacks it calls: what each side owes the other.
 * The flow tells here what happens, around every call (luo_contract_*()) and wherever a session, a
 * file or an FLB gets on (luo_on_*()); what is wrong with it is known here alone, and so are the
 * ledger's holders and who has an object without being counted. Nothing here changes what happens.
 * Uses lib/codec/ and lib/luo/; used by lib/.
 */
#ifndef LIB_CONTRACT_CONTRACT_H
#define LIB_CONTRACT_CONTRACT_H

#include "lib/luo/luo.h"

enum luo_op {
	LUO_CAN_PRESERVE,
	LUO_PRESERVE,
	LUO_UNPRESERVE,
	LUO_FREEZE,
	LUO_UNFREEZE,
	LUO_RETRIEVE,
	LUO_CAN_FINISH,
	LUO_FINISH,
};

/*
 * contract.c: around a callback, and only where somebody checks (lfb__checking()). @before is what
 * it was given, @after what it left there.
 */

void luo_contract_flb(struct luo *luo, const struct lfb_frame *frame, enum luo_op op,
		      const struct liveupdate_flb_op_args *before,
		      const struct liveupdate_flb_op_args *after, int result);
/* An answer that is no errno; a call into a module that is unloaded: the latter ends the kernel. */
void luo_contract_bad_answer(const struct lfb_frame *frame, int result);
void luo_contract_code_gone(const struct lfb_frame *frame);
/* The kernel died in a retrieve that was given no handle. */
void luo_contract_died(struct lfb_kernel *kernel, const struct lfb_frame *frame);
/* Before the call. */
void luo_contract_file_given(struct luo *luo, const struct luo_file *luo_file, enum luo_op op);
void luo_contract_file(struct luo *luo, const struct lfb_frame *frame, struct luo_file *luo_file,
		       enum luo_op op, const struct liveupdate_file_op_args *before,
		       const struct liveupdate_file_op_args *after, int result);

/* left.c: what is left when something is over */

/* What a callback's holder still has, of call number @call or of all for 0. */
struct luo_left {
	unsigned int count;
	const struct lfb_ledger_entry *first;	/* made first */
	bool object;				/* @object of luo_contract_left() is there too */
};

/* Counts what is left but for @object, and makes it nobody's: it is told of once. */
struct luo_left luo_contract_left(struct lfb_kernel *kernel, struct lfb_holder *holder,
				  unsigned long call, const void *object);
/* What would be counted is @heir's, who is asked for it at the end of its own @op. */
void luo_contract_pass_on(struct lfb_holder *holder, unsigned long call, struct luo_file *heir,
			  enum luo_op op);
/* Raises @id when there is anything. */
void luo_contract_find_left(struct lfb_kernel *kernel, const struct luo_left *left,
			    enum lfb_finding_id id, const char *object);
/* Is @data the address of a block of this callback's that is not restored? */
bool luo_contract_waits(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data);

/* session.c: sessions, in the order of their life */

void luo_on_session_created(struct luo *luo, const struct liveupdate_session *session,
			    const char *name);
/* @what is done to one, or to @session NULL to all, while the reboot call is at work. */
void luo_on_session_changed(struct luo *luo, const struct liveupdate_session *session,
			    const char *what);
/* Asked for again after the first open. */
void luo_on_sessions_taken_again(struct luo *luo);
/* Not all of its files, which were so many, could be restored: it goes on without. */
void luo_on_session_restored_in_part(struct luo *luo, const struct liveupdate_session *session,
				     u64 files);
void luo_on_session_closed_while_found(struct luo *luo, const char *name);
/* Returns how many of its files nobody has retrieved. */
u64 luo_on_session_closing(const struct luo *luo, const struct liveupdate_session *session);
/* The close of a session could not finish it (@err), and nobody gets it again; or it did. */
void luo_on_session_closed(struct luo *luo, const struct liveupdate_session *session,
			   u64 unretrieved, int err);

/* settled.c: what should be over */

/* A session handed over is finished and gone: was it the last? */
void luo_on_session_gone(struct luo *luo);
/* Before the jump to the next kernel, and whenever the user says that all is over. */
void luo_contract_settled(struct luo *luo);

/* file.c: files, in the order of their life */

/* What its callbacks make is its holder's from here on, until it is gone. */
static inline void luo_on_file_made(struct luo_file *luo_file)
{
	lfb__holder_init(&luo_file->holder);
	luo_file->kept_data = luo_file->serialized_data;
}

static inline void luo_on_file_gone(struct luo_file *luo_file)
{
	lfb__holder_forget(&luo_file->holder);
}

/* Returns the sum of users of a handler's FLBs. */
s64 luo_on_file_to_preserve(const struct luo *luo, const struct liveupdate_file_handler *fh);
/* A file was not preserved: are they as many as @before? */
void luo_on_file_not_preserved(struct luo *luo, const struct liveupdate_file_handler *fh,
			       s64 before);
void luo_on_file_preserved_twice(struct luo *luo, const struct luo_file *luo_file);
void luo_contract_odd_retrieve(struct luo *luo, const struct luo_file *luo_file);
static inline void luo_on_file_to_retrieve(struct luo *luo, const struct luo_file *luo_file)
{
	if (unlikely(luo_file->retrieve_status || !luo_file->session->sessions->incoming))
		luo_contract_odd_retrieve(luo, luo_file);
}

/* Its handler said 0 and gave no file. */
void luo_on_file_retrieved_nothing(struct luo *luo, const struct luo_file *luo_file);
/* @token is not there; a list without it was searched to its end, and that taken for a file. */
void luo_on_head_read_as_file(struct luo *luo, const struct liveupdate_session *session, u64 token);
void luo_on_file_to_finish(struct luo *luo, const struct luo_file *luo_file);
/* What was about to be handed over was restored here. */
void luo_on_preserved_memory_freed(struct luo *luo, const struct liveupdate_session *session);

/* flb.c: FLBs, in the order of their life */

/* What the kernels themselves warn of. */
enum luo_flb_warning {
	LUO_WARN_HELD_BY_REFERENCES,	/* alone, when it is serialized */
	LUO_WARN_RETRIEVED_NOTHING,
	LUO_WARN_NOT_RETRIEVED,		/* when it is finished: without an object … */
	LUO_WARN_LEAKED,		/* … or not at all */
	LUO_WARN_NOTHING_TO_LOCK,
	LUO_WARN_UNLOCKED_WITH_OTHER,
	LUO_WARN_PUT_WITHOUT_GET,
	LUO_WARN_PRESERVED,		/* when it is unregistered */
};
void luo_warn_flb(const struct liveupdate_flb *flb, enum luo_flb_warning warning);

void luo_contract_tell_flb(struct luo *luo, enum lfb_happening happening,
			   struct liveupdate_flb *flb, bool incoming, s64 by, const char *reason);

/* Its count, or its references, were changed by so much; called with the lock held. */
static inline void luo_on_flb(struct luo *luo, enum lfb_happening happening,
			      struct liveupdate_flb *flb, bool incoming, s64 by, const char *reason)
{
	if (unlikely(luo->kernel->trace.fine))
		luo_contract_tell_flb(luo, happening, flb, incoming, by, reason);
}

void luo_on_references_serialized(struct luo *luo, const struct liveupdate_flb *flb);
/* All are serialized: what is handed over is remembered for the next kernel. */
void luo_on_flbs_serialized(struct luo *luo);
/* A codec's reader goes on all the same; @flb is its context. */
int luo_on_flb_trusted(void *flb, int error, const struct lfb_problem *problem);
/* An FLB's record was found: is it the same FLB? */
void luo_on_flb_found(struct luo *luo, const struct liveupdate_flb *flb);
void luo_on_flb_to_retrieve(struct luo *luo, const struct liveupdate_flb *flb);
/* Whoever has it without being counted has a pointer to nothing from here on. */
static inline void luo_on_flb_object_gone(struct liveupdate_flb_state *state)
{
	state->overdue += state->lent;
	state->lent = 0;
}

/* access.c: who gets at an FLB's object; @err: what the answer is */

void luo_on_flb_asked(struct luo *luo, const struct liveupdate_flb *flb, bool incoming, int err);
void luo_on_flb_object_replaced(struct luo *luo, const struct liveupdate_flb *flb);
void luo_on_flb_got(struct luo *luo, const struct luo_args *args, bool counted);
/* There is nothing, and the answer is 0. */
void luo_on_flb_got_nothing(struct luo *luo, const struct luo_args *args);
/* By a put that this kernel has not. */
void luo_on_flb_given_back(struct luo *luo, struct liveupdate_flb *flb, bool incoming);

/* registry.c: what is registered */

/* It is not, as it is in use. @how: "set up" or "initialized". */
void luo_on_flb_set_up_again(struct luo *luo, const struct liveupdate_flb *flb, const char *how);
/* Linked to a handler that is not registered; @follows: to its list, which is NULL. */
void luo_on_flb_of_unregistered(struct luo *luo, const struct liveupdate_file_handler *fh,
				const struct liveupdate_flb *flb, bool follows);
/* @flb is linked to @fh from here on: whose files may not be counted when they go. */
void luo_on_flb_linked(struct luo *luo, const struct liveupdate_file_handler *fh,
		       const struct liveupdate_flb *flb);
void luo_on_flb_to_unlink(struct luo *luo, const struct liveupdate_flb *flb);
void luo_on_unterminated_compatible(struct luo *luo, bool of_flb, const char *compatible);
/* A list was walked without the lock, and is not what it was. */
void luo_on_registry_moved(struct luo *luo, const char *walker);
/* Where somebody checks: @fh takes @file; @takes asks others whether they would. */
void luo_on_handler_found(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file,
			  bool (*takes)(struct luo *luo, struct liveupdate_file_handler *fh,
					struct file *file));
/* @module is gone, and not what it registered: a file handler or an FLB, says @what. */
void luo_on_left_registered(struct luo *luo, const char *module, const char *what,
			    const char *compatible);

#endif
