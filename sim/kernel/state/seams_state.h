/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the four seams and the findings remember. */
#ifndef SIM_KERNEL_STATE_SEAMS_STATE_H
#define SIM_KERNEL_STATE_SEAMS_STATE_H

#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/trace.h>

struct lfb_trace {
	lfb_trace_fn sink;
	void *context;
	unsigned long number;
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
	size_t count;		/* of list or bytes */
	size_t capacity;
	size_t next;		/* of list or bytes */
	unsigned int *record;
	size_t record_count;
	size_t record_capacity;
	bool record_ended;	/* no memory or too long: what is there is the beginning */
};

struct lfb_sched {
	lfb_sched_fn hook;
	void *context;
};

/* A callback of a handler or an FLB, as it returned. */
struct lfb_returned {
	const void *owner;		/* the handler or FLB */
	const void *given;		/* what a handler's callback was given; NULL for an FLB's */
	const char *compatible;
	const char *op;
	bool is_flb;
	int result;			/* 0 for those that return nothing */
	u64 data;			/* the handle, as the callback left it */
};

/* Who is told of callbacks, for checks of their balance; cheaper than the trace. */
struct lfb_watch {
	void (*returned)(void *context, const struct lfb_returned *call);
	void *context;
};

/*
 * The last events, kept for findings. What printf() would do to them is put off until somebody
 * wants to know: most are never looked at.
 */
#define LFB_PAST_EVENTS 64
#define LFB_PAST_ARGS 4

struct lfb_past {
	enum lfb_event_kind kind;
	unsigned int boot;
	bool has_result;
	long result;
	const char *action;		/* a string literal */
	const char *format;		/* likewise; NULL: text[] is the detail */
	u64 args[LFB_PAST_ARGS];	/* numbers; strings as offsets into text[] */
	char subject[56];
	char text[96];
};

/* What a format wants, found out once: formats are string literals. */
#define LFB_KNOWN_FORMATS 64	/* a power of 2 */

enum lfb_past_arg {
	LFB_ARG_INT,
	LFB_ARG_UNSIGNED,
	LFB_ARG_LONG,
	LFB_ARG_LONG_LONG,
	LFB_ARG_STRING,
};

struct lfb_known_format {
	const char *format;
	bool unusual;			/* not worth it */
	u8 count;
	u8 arg[LFB_PAST_ARGS];		/* enum lfb_past_arg */
	int precision[LFB_PAST_ARGS];	/* of strings, -1: none */
};

struct lfb_history {
	struct lfb_known_format *formats; /* LFB_KNOWN_FORMATS of them, by address */
	struct lfb_past *events;	/* LFB_PAST_EVENTS of them, NULL: not kept */
	unsigned long next;		/* counts all there ever were */
};

struct lfb_findings {
	struct lfb_finding **all;
	size_t count;
	size_t capacity;
	bool silent[LFB_FINDINGS_NR];
	bool known[LFB_FINDINGS_NR];	/* one at least is written down */
	unsigned long lost;		/* were found and not written down */
	bool raising;			/* a finding's own event leads to no other finding */
};

#endif
