/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Findings, inside: written down here, from wherever on the ground floor or above a mistake shows;
 * with the callback that runs and the last events that concern the object.
 */
#ifndef SIM_KERNEL_SEAMS_FINDING_H
#define SIM_KERNEL_SEAMS_FINDING_H

#include <luo/finding.h>
#include <luo/list.h>
#include <luo/trace.h>

struct lfb_kernel;
struct lfb_lock;
struct lfb_site;

/* A callback that runs; a task's innermost is its frame. They lie on the stack. */
struct lfb_frame {
	struct lfb_frame *up;
	const char *type;		/* "flb" or "file" */
	const char *name;		/* compatible */
	const char *op;
	struct lfb_holder *holder;	/* NULL: none */
	const void *object;		/* the FLB, or the file handler */
	const struct lfb_site *site;	/* of what it does, for the ledger; NULL: not looked up */
	unsigned long call;		/* number of this call, never 0 */
	const struct lfb_lock *lock;	/* the object's own, held around the callback; NULL: none */
	unsigned int locks_held;	/* when it began */
	bool touched_nothing;		/* it asked for memory that is not there: see folio.c */
	/* Told when the kernel dies in the callback; may be NULL. */
	void (*died)(struct lfb_kernel *kernel, const struct lfb_frame *frame);
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

enum lfb_past_arg { LFB_ARG_INT, LFB_ARG_UNSIGNED, LFB_ARG_LONG, LFB_ARG_STRING };

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

/*
 * Writes down a finding. @object says what it is about: a type and a name, separated by a blank,
 * as in the events that concern it. Does nothing when nobody checks.
 */
void lfb__find(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
	       const char *format, ...) LFB_PRINTF(4, 5);
void lfb__find_args(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, va_list args) LFB_PRINTF(4, 0);
/* lfb_warn() and lfb_bug() of mistakes that have a name of their own. */
void lfb__warn_as(enum lfb_finding_id id, const char *object, const char *where,
		  const char *format, ...) LFB_PRINTF(4, 5);
void lfb__bug_as(enum lfb_finding_id id, const char *object, const char *where, const char *format,
		 ...) LFB_PRINTF(4, 5);
/* A real kernel would touch memory it must not touch here; recorded, not done. */
void lfb__unsafe_as(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, ...) LFB_PRINTF(4, 5);
void lfb__findings_forget(struct lfb_findings *findings);
void lfb__findings_destroy(struct lfb_findings *findings);

/* history.c */
int lfb__history_create(struct lfb_history *history);
void lfb__history_destroy(struct lfb_history *history);
void lfb__history_add(struct lfb_history *history, const struct lfb_event *event,
		      const char *format, va_list args);
/* The newest events that concern @object as lines in memory for free(); NULL without memory. */
char *lfb__history_about(const struct lfb_history *history, const char *object);

#endif
