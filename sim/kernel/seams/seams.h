/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The seams: what everything else on this floor and above tells or asks while it works. Events
 * (trace.c, event.c, history.c), mistakes (finding.c), fault points (fault.c), the choice stream
 * and scheduling points (choose.c), the sentence and the name of an errno (error.c, errno.c), and
 * calls from outside of every kernel (outside.c).
 * Uses nothing but the state.
 */
#ifndef SIM_KERNEL_SEAMS_SEAMS_H
#define SIM_KERNEL_SEAMS_SEAMS_H

#include <string.h>

#include "sim/kernel/state/state.h"

/* error.c: the sentence behind an errno */

/* Sets the sentence for the human and returns @error, so that "return lfb__fail(…)" works. */
int lfb__fail(struct lfb_kernel *kernel, int error, const char *format, ...) LFB_PRINTF(3, 4);
/* There is none. */
void lfb__fail_nothing(struct lfb_kernel *kernel);
/* The newest sentence; with no kernel this thread's newest one about no kernel. */
const char *lfb__fail_text(const struct lfb_kernel *kernel);

/*
 * outside.c: the kernel's functions, called by a thread that is in no kernel. The machine that the
 * thread worked for last has the finding, once it is asked; where there is none, standard error.
 */

/* @function, a constant, was called so. -EOPNOTSUPP. */
int lfb__not_entered(const char *function);
/* This thread works for @kernel; and does not any more, as it is gone. */
void lfb__outside_works_for(struct lfb_kernel *kernel);
void lfb__outside_gone(const struct lfb_kernel *kernel);
/* @kernel is asked for something: tells it what was called before. */
void lfb__outside_ask(struct lfb_kernel *kernel);

/* errno.c */

/* What the kernel returns for the host's errno @error: negative, and -EIO for what it has not. */
int lfb__host_error(int error);

/* trace.c */

/* Does anybody want to know of events, now or when a finding asks what led there? */
static inline bool lfb__tracing(const struct lfb_kernel *kernel)
{
	return kernel->trace.sink || kernel->history.events;
}

/* … and of callbacks, which the listener hears in any case? */
static inline bool lfb__tracing_callbacks(const struct lfb_kernel *kernel)
{
	return lfb__tracing(kernel) || kernel->trace.listener;
}

/* Bytes for the sentence of an event, or for what a trace shows of it. */
#define LFB_EVENT_TEXT 512

/* Tells of @event, whose happening and fields are set. */
void lfb__event_tell(struct lfb_kernel *kernel, struct lfb_event *event);

/* What the column "how" of LFB_HAPPENINGS() says, in bits. */
enum { LFB_PLAIN, LFB_RESULT, LFB_FINE, LFB_FINE_RESULT };

/* It of each happening, as constants: LFB_HOW_FLB_GOT … */
enum {
#define LFB_ENUMERATE(name, kind, how, subject, action, detail) LFB_HOW_##name = LFB_##how,
	LFB_HAPPENINGS(LFB_ENUMERATE)
#undef LFB_ENUMERATE
};

/* A row of LFB_HAPPENINGS(). */
struct lfb_event_row {
	enum lfb_event_kind kind;
	unsigned int how;
	const char *subject;
	const char *action;
	const char *detail;
};

extern const struct lfb_event_row lfb__event_rows[LFB_HAPPENINGS_NR];

/* lfb__event(kernel, FLB_REGISTERED, .flb = …): costs a branch when nobody listens. */
#define lfb__event(kernel, name, ...)                                                             \
	do {                                                                                      \
		bool told_ = LFB_HOW_##name & LFB_FINE ? unlikely((kernel)->trace.fine) :         \
							 lfb__tracing(kernel);                    \
                                                                                                  \
		if (told_) {                                                                      \
			struct lfb_event event_ = { .happening = LFB_DID_##name, ##__VA_ARGS__ }; \
                                                                                                  \
			lfb__event_tell(kernel, &event_);                                         \
		}                                                                                 \
	} while (0)

/*
 * The beginning of a call whose end is @event: what has happened from here on happened in it. What
 * comes back is for the end, and takes it off again, whatever became of those inside.
 */
struct lfb_span {
	unsigned long number;
	unsigned long outer;
};

struct lfb_span lfb__event_begins(struct lfb_kernel *kernel, const struct lfb_event *event);
void lfb__event_ends(struct lfb_kernel *kernel, struct lfb_span span, struct lfb_event *event);

/*
 * An event that is a sentence, about @where. Complaints, failures and findings are counted and
 * complaints kept, whoever listens.
 */
void lfb__say(struct lfb_kernel *kernel, enum lfb_happening happening, const char *where,
	      const char *format, ...) LFB_PRINTF(4, 5);
void lfb__say_args(struct lfb_kernel *kernel, enum lfb_happening happening, const char *where,
		   const char *format, va_list args) LFB_PRINTF(4, 0);
void lfb__say_finding(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		      const char *text);

/*
 * event.c
 */


/* Names come from anywhere, hostile images included: makes @text one harmless line. */
void lfb__make_harmless(char *text);
/* An event without its number and columns: "k0 callback flb iommu-v1 preserve -> 0". */
size_t lfb__event_format_short(const struct lfb_event *event, char *line, size_t size);
/* Does one of the fields that its text shows say @name, or its message? */
bool lfb__event_mentions(const struct lfb_event *event, const char *name, size_t length);

/* finding.c */

/* A name for what a finding is about, for the time of an expression: "lock kho_out.lock". */
struct lfb_object {
	char text[80];
};
struct lfb_object lfb__object(const char *format, ...) LFB_PRINTF(1, 2);

/* The operation is this call of an agent, about @session, and where there is one a token. */
static inline void lfb__call_is(struct lfb_kernel *kernel, const char *what,
				const char session[64], const u64 *token)
{
	struct lfb_call_about *about = &kernel->about;

	/* Kernel code that calls is no operation of its own. */
	if (!about->wanted)
		return;
	kernel->doing = what;
	about->wanted = false;
	about->has_token = token != NULL;
	about->token = token ? *token : 0;
	memcpy(about->session, session, sizeof(about->session));
}

/*
 * Who is at work. Module code that a program calls is run by the program's thread, whose name it
 * is then.
 */
void lfb__who_works(const struct lfb_kernel *kernel, char *name, size_t size);
/*
 * Writes down a finding. @object says what it is about: a type and a name, separated by a blank,
 * as in the events that concern it. Does nothing when nobody checks.
 */
void lfb__find(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
	       const char *format, ...) LFB_PRINTF(4, 5);
void lfb__find_args(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, va_list args) LFB_PRINTF(4, 0);
/* The next finding is about what was done there ("allocated at"). A place not known is none. */
void lfb__find_place(struct lfb_kernel *kernel, const char *what, const struct lfb_site *site);
/* It was the calls @at that led there, not those that led to its finding. */
void lfb__finding_was_at(struct lfb_finding *finding, void *const *at, unsigned int frames);
void lfb__findings_forget(struct lfb_findings *findings);

struct lfb_findings_copy {
	struct lfb_findings then;
	struct lfb_list known;
};

/* To be put back, into what they were in. False without memory. */
bool lfb__findings_save(const struct lfb_findings *findings, struct lfb_findings_copy *copy);
void lfb__findings_copy_free(struct lfb_findings_copy *copy);
void lfb__findings_put_back(struct lfb_findings *findings, const struct lfb_findings_copy *copy);
void lfb__findings_destroy(struct lfb_findings *findings);

/* history.c */

int lfb__history_create(struct lfb_history *history);
void lfb__history_destroy(struct lfb_history *history);
/* To be put back. */
void lfb__history_save(struct lfb_history *history, struct lfb_saved *saved);
/* Where the next event is kept; the oldest one goes. */
struct lfb_past *lfb__history_next(struct lfb_history *history);
/* The newest events that concern @object as lines in memory for free(); NULL without memory. */
char *lfb__history_about(const struct lfb_history *history, const char *object);

/* fault.c, choose.c */

bool lfb__fault_fires(struct lfb_kernel *kernel, enum lfb_fault_kind kind, const char *where);

/* True when the step at @where must fail. */
static inline bool lfb__fault(struct lfb_kernel *kernel, enum lfb_fault_kind kind,
			      const char *where)
{
	kernel->faults.count[kind]++;
	if (likely(!(kernel->faults.plan.kinds & (1u << kind))))
		return false;
	return lfb__fault_fires(kernel, kind, where);
}

int lfb__faults_arm(struct lfb_kernel *kernel, const struct lfb_fault_plan *plan);

void lfb__choices_seed(struct lfb_choices *choices, u64 seed);
int lfb__choices_list(struct lfb_choices *choices, const unsigned int *list, size_t count);
int lfb__choices_bytes(struct lfb_choices *choices, const void *bytes, size_t size);
void lfb__choices_all(struct lfb_choices *choices);
bool lfb__choices_next(struct lfb_choices *choices);
unsigned int lfb__choices_choose(struct lfb_choices *choices, unsigned int bound);
void lfb__choices_destroy(struct lfb_choices *choices);
void lfb__choices_save(struct lfb_choices *choices, struct lfb_saved *saved);

/* What is called so has none. Locks of this name are of no class. */
extern const char lfb__no_name[];

/* Other tasks act; what the running one is doing is put away until they are done. */
void lfb__sched_switch(struct lfb_kernel *kernel, const char *point, const char *object);
/* The same, after tasks that run beside the running one. */
void lfb__sched_pass(struct lfb_kernel *kernel, const char *point, const char *object);

static inline void lfb__sched_point(struct lfb_kernel *kernel, const char *point,
				    const char *object)
{
	if (unlikely(kernel->sched.hook != NULL))
		lfb__sched_pass(kernel, point, object);
}

#endif
