/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The contract between the orchestrator and the callbacks it calls: what each side owes the other,
 * looked at around every call and whenever something should be over. Nothing here changes what
 * happens; all of it is called only where somebody checks (lfb__checking()).
 */
#ifndef LIB_CONTRACT_CONTRACT_H
#define LIB_CONTRACT_CONTRACT_H

#include "lib/luo/luo.h"

/*
 * contract.c: around a callback. @before is what it was given, @after what it left there.
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
/* A handler takes a file: does a later one as well? */
void luo_contract_other_handlers(struct luo *luo, struct liveupdate_file_handler *first,
				 struct file *file);

/*
 * left.c: what is left when something is over
 */

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

/*
 * flb.c: FLBs from one kernel to the next
 */

/* What is handed over, remembered for the next kernel. */
void luo_contract_remember_flbs(struct luo *luo);
/* An FLB's record was found: is it the same FLB? */
void luo_contract_same_flb(struct luo *luo, const struct liveupdate_flb *flb);
/* The sum of users of a handler's FLBs. */
/* @flb is linked to @fh from here on: whose files may not be counted when they go. */
void luo_contract_linked(struct luo *luo, const struct liveupdate_file_handler *fh,
			 const struct liveupdate_flb *flb);
s64 luo_contract_users(const struct liveupdate_file_handler *fh);
/* A file was not preserved: are they as many as before? */
void luo_contract_users_again(struct luo *luo, const struct liveupdate_file_handler *fh,
			      s64 before);

#endif
