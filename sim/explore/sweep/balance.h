/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Callbacks keep a balance: what was preserved is unpreserved once or handed over once, what
 * failed is not undone by anybody else, and undo goes backwards. A file's handle is what its
 * handler made it in preserve or freeze. Followed callback by callback
 * while a machine runs; the first breach is kept as a sentence.
 *
 * An FLB is preserved or not, retrieved or not. A file is one of those preserved, until it is
 * unpreserved or the kernel is gone; the next kernel finishes no more than were handed over. Where
 * several FLBs are preserved for one call and that call fails, the newest goes first; a session's
 * files are unpreserved and finished newest first.
 */
#ifndef SIM_EXPLORE_SWEEP_BALANCE_H
#define SIM_EXPLORE_SWEEP_BALANCE_H

#include "sim/kernel/host/host.h"
#include "sim/machine/machine.h"

struct lfb_balance_flb {
	char flb[LIVEUPDATE_FLB_COMPAT_LENGTH];
	bool preserved;
	bool retrieved;
	unsigned long number;		/* of its preserve */
	unsigned long call;		/* in which it was preserved */
};

struct lfb_balance_file {
	char session[LIVEUPDATE_SESSION_NAME_LENGTH];
	u64 token;
	u64 handle;			/* as its handler said last, as traces show it */
};

struct lfb_balance {
	struct lfb_machine *machine;
	unsigned int boot;		/* which kernel this is about */
	unsigned long numbers;
	struct lfb_list flbs;		/* struct lfb_balance_flb */
	struct lfb_list files;		/* struct lfb_balance_file: preserved */
	unsigned long handed;		/* files that came from the previous kernel, at most */
	unsigned long finished;		/* of them */
	bool blind;			/* not all was followed: nothing is said any more */
	char breach[200];		/* "": all is well */
};

/* Listens from the next boot on; there must be no other listener. */
void lfb__balance_watch(struct lfb_balance *balance, struct lfb_machine *machine);
/* Power was off: nothing is preserved any more. A breach stays. */
void lfb__balance_reset(struct lfb_balance *balance);
/* To be put back. */
void lfb__balance_save(struct lfb_balance *balance, struct lfb_saved *saved);
/* Compares with what the orchestrator believes, between two calls. */
void lfb__balance_compare(struct lfb_balance *balance);
void lfb__balance_end(struct lfb_balance *balance);

#endif
