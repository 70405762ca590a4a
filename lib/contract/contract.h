/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The contract between the orchestrator and the callbacks it calls: what each side owes the other,
 * looked at around every call and whenever something should be over. The flow tells it at the seams
 * below; nothing here changes what happens, and nothing is raised where nobody checks. Uses
 * lib/codec/ and lib/luo/; used by lib/.
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
/* Raises @id when there is anything. */
void luo_contract_find_left(struct lfb_kernel *kernel, const struct luo_left *left,
			    enum lfb_finding_id id, const char *object);
/* Is @data the address of a block of this callback's that is not restored? */
bool luo_contract_waits(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data);

/* flb.c: FLBs and the files that need them, from one kernel to the next */

/* The FLBs are serialized: what is handed over is remembered for the next kernel. */
void luo_contract_flbs_serialized(struct luo *luo);
/* An FLB's record was found: is it the same FLB? */
void luo_contract_flb_found(struct luo *luo, const struct liveupdate_flb *flb);
/* @flb is linked to @fh from here on: whose files may not be counted when they go. */
void luo_contract_flb_linked(struct luo *luo, const struct liveupdate_file_handler *fh,
			     const struct liveupdate_flb *flb);
/* The sum of users of a handler's FLBs. */
s64 luo_contract_users(const struct luo *luo, const struct liveupdate_file_handler *fh);
/* A file was not preserved: are they as many as before? */
void luo_contract_file_not_preserved(struct luo *luo, const struct liveupdate_file_handler *fh,
				     s64 before);

/* session.c: sessions that begin and end */

/* Only the kernels that do not check names make a session of a bad one. */
void luo_contract_session_created(struct luo *luo, const struct liveupdate_session *session,
				  const char *name);
/* Files of a session that nobody has retrieved. */
u64 luo_contract_unretrieved(const struct luo *luo, const struct liveupdate_session *session);
/* The close of a session could not finish it (@err), and nobody gets it again; or it did. */
void luo_contract_session_closed(struct luo *luo, const struct liveupdate_session *session,
				 u64 unretrieved, int err);

/* settled.c: what should be over */

/* A session handed over is finished and gone: was it the last? */
void luo_contract_session_gone(struct luo *luo);
/* Before the jump to the next kernel, and whenever the user says that all is over. */
void luo_contract_settled(struct luo *luo);

#endif
