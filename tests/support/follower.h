/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Who follows a machine: rebuilds its state from events, and compares it with the machine's own
 * after each of them.
 *
 * An event is told when what it says is done, so that there is no moment at which both may differ,
 * but for these:
 *	the end of a kernel (JUMPED, SWITCHED_OFF) is told while it is still there;
 *	once a kernel is dead only its locks are compared: it died in the middle of something;
 *	the ledger knows the owner of pages only when they are preserved, so owners are compared
 *	where a callback, an agent's call, a boot or a reboot begins or ends.
 */
#ifndef TESTS_SUPPORT_FOLLOWER_H
#define TESTS_SUPPORT_FOLLOWER_H

#include "tests/support/rebuild.h"

struct lfb_machine;

struct follower {
	struct lfb_machine *machine;
	struct rebuilt rebuilt;
	enum lfb_happening withheld;	/* an event that is not shown to who rebuilds */
	void (*bend)(struct lfb_event *event);	/* what is shown is not quite true; NULL: it is */
	unsigned long events;
	unsigned long comparisons;
	unsigned long facts;		/* compared in them */
	unsigned long seen[LFB_HAPPENINGS_NR];
	bool differs;
	char what[512];			/* the first difference */
};

#define NOTHING LFB_HAPPENINGS_NR	/* is withheld */

/* Attaches one, whose @withheld and @bend are set, to a machine that is switched off. */
void follower_begin(struct follower *follower, struct lfb_machine *machine);
/* Frees what was rebuilt; the machine may be gone. */
void follower_end(struct follower *follower);

#endif
