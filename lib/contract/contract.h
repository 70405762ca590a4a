/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The contract between the orchestrator and the callbacks it calls: what each side owes the other.
 * It watches the orchestrator (lib/luo/watch.h), and what is wrong is known here alone: so are the
 * ledger's holders and who has an object without being counted. Nothing here changes what happens.
 * Uses lib/codec/ and lib/luo/; lib/ does without it, the machine gives it to each kernel.
 */
#ifndef LIB_CONTRACT_CONTRACT_H
#define LIB_CONTRACT_CONTRACT_H

#include "lib/luo/luo.h"

extern const struct luo_watch luo_contract;

extern const struct luo_watch_call luo_contract_call;
extern const struct luo_watch_session luo_contract_session;
extern const struct luo_watch_file luo_contract_file;
extern const struct luo_watch_flb luo_contract_flb;
extern const struct luo_watch_access luo_contract_access;
extern const struct luo_watch_registry luo_contract_registry;
extern const struct luo_watch_settled luo_contract_settled;

/* left.c: what is left when something is over */

/* What a callback's holder still has, of call number @call or of all for 0. */
struct luo_left {
	unsigned int count;
	const struct lfb_ledger_entry *first;	/* made first */
	const struct lfb_ledger_entry *object;	/* that of luo_contract_left(), when it is there */
};

/* Counts what is left but for @object, and makes it nobody's: it is told of once. */
struct luo_left luo_contract_left(struct lfb_kernel *kernel, struct lfb_holder *holder,
				  unsigned long call, const void *object);
/* The next finding is about @entry: it says where that was made. */
void luo_contract_place(struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry);
/* What would be counted is @heir's, who is asked for it at the end of its own @op. */
void luo_contract_pass_on(struct lfb_holder *holder, unsigned long call, struct luo_file *heir,
			  enum luo_op op);
/* Raises @id when there is anything. */
void luo_contract_find_left(struct lfb_kernel *kernel, const struct luo_left *left,
			    enum lfb_finding_id id, const char *object);
/* Is @data the address of a block of this callback's that is not restored? */
bool luo_contract_waits(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data);

#endif
