/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the four seams and the findings remember. */
#ifndef SIM_KERNEL_STATE_SEAMS_STATE_H
#define SIM_KERNEL_STATE_SEAMS_STATE_H

#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/trace.h>

#define LFB_FINDING_PLACES 3	/* of one at most: of itself, and two more */

struct lfb_trace {
	lfb_trace_fn sink;
	void *context;
	lfb_trace_fn listener;	/* hears of callbacks: for checks of this library */
	void *listening;	/* its context */
	bool fine;		/* the sink asked for everything */
	unsigned long number;
	unsigned long inside;	/* the number of the innermost beginning, 0: none */
	unsigned long count[LFB_EVENT_KINDS];
	char complaint[640];
};

struct lfb_faults {
	struct lfb_fault_plan plan;
	unsigned long reached;	/* points of the plan's kinds since it was armed */
	unsigned long hits;
	unsigned long first_hit;	/* which of them failed first */
	unsigned long count[LFB_FAULT_KINDS];
	enum lfb_fault_kind kind;	/* of the newest one that failed … */
	char where[64];			/* … and its name */
};

enum lfb_choice_source { LFB_CHOICE_SEED, LFB_CHOICE_LIST, LFB_CHOICE_BYTES, LFB_CHOICE_ALL };

struct lfb_choices {
	enum lfb_choice_source source;
	u64 state;		/* generator state */
	unsigned int *list;	/* the list, or the odometer's values */
	unsigned int *bounds;	/* the odometer's bounds */
	u8 *bytes;
	size_t room;		/* at bytes */
	size_t count;		/* of list or bytes */
	size_t capacity;
	size_t next;		/* of list or bytes */
	unsigned int *record;
	size_t record_count;
	size_t record_capacity;
	bool record_ended;	/* no memory or too long: what is there is the beginning */
};

struct lfb_beside;
struct lfb_race;
struct lfb_kernel;

struct lfb_sched {
	lfb_sched_fn hook;		/* never NULL while tasks run beside each other */
	void *context;
	struct lfb_beside *beside;	/* those tasks; NULL: one runs */
	struct lfb_race *race;		/* what these touch; NULL as well */
	void (*stand)(struct lfb_kernel *kernel, const char *point, const char *object);
	bool at_accesses;		/* what says what it touches stands there, too */
};

/*
 * An event that is kept: its strings lie in text[], bounded, but for those that are constants. The
 * last ones are kept for findings; most are never looked at.
 */
#define LFB_PAST_EVENTS 64

struct lfb_past {
	struct lfb_event event;
	char text[152];
};

struct lfb_history {
	struct lfb_past *events;	/* LFB_PAST_EVENTS of them, NULL: not kept */
	unsigned long next;		/* counts all there ever were */
};

struct lfb_site;

struct lfb_findings {
	struct lfb_finding **all;
	size_t count;
	size_t capacity;
	bool silent[LFB_FINDINGS_NR];
	bool known[LFB_FINDINGS_NR];	/* one at least is written down */
	unsigned long lost;		/* were found and not written down */
	size_t looked_at;		/* the first so many, by the user */
	bool raising;			/* a finding's own event leads to no other finding */
	unsigned int nr_places;		/* that are known of the next one */
	struct {
		const char *what;
		const struct lfb_site *site;
	} places[LFB_FINDING_PLACES - 1];
};

#endif
