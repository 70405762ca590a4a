/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The seams: what everything else on this floor and above tells or asks while it works. Events
 * (trace.c, event.c, history.c), mistakes (finding.c), fault points (fault.c), the choice stream
 * and scheduling points (choose.c), and the sentence and the name of an errno (error.c, errno.c).
 * Uses nothing but the state.
 */
#ifndef SIM_KERNEL_SEAMS_SEAMS_H
#define SIM_KERNEL_SEAMS_SEAMS_H

#include "sim/kernel/state/state.h"

/* error.c: the sentence behind an errno */

/* Sets the sentence for the human and returns @error, so that "return lfb__fail(…)" works. */
int lfb__fail(struct lfb_kernel *kernel, int error, const char *format, ...) LFB_PRINTF(3, 4);
/* The newest sentence; with no kernel this thread's newest one about no kernel. */
const char *lfb__fail_text(const struct lfb_kernel *kernel);

/* errno.c */

/* "ENOENT" of -ENOENT; NULL for a result that is no errno. */
const char *lfb__errno_name(long result);
/* What the kernel returns for the host's errno @error: negative, and -EIO for what it has not. */
int lfb__host_error(int error);

/* trace.c */

/* Does anybody want to know of events, now or when a finding asks what led there? */
static inline bool lfb__tracing(const struct lfb_kernel *kernel)
{
	return kernel->trace.sink || kernel->history.events;
}

/*
 * Emits an event when somebody listens. Complaints are counted and kept in any case. @action and,
 * but for complaints and kernel messages, @format must be string literals.
 */
void lfb__emit(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
	       const char *action, const char *format, ...) LFB_PRINTF(5, 6);
void lfb__emit_result(struct lfb_kernel *kernel, enum lfb_event_kind kind, long result,
		      const char *subject, const char *action, const char *format, ...)
	LFB_PRINTF(6, 7);

/* event.c */

/* Names come from anywhere, hostile images included: makes @text one harmless line. */
void lfb__make_harmless(char *text);
/* An event without its number and columns: "k0 callback flb iommu-v1 preserve -> 0". */
size_t lfb__event_format_short(const struct lfb_event *event, char *line, size_t size);

/* lfb__emit() for functions that are printf-like themselves. */
void lfb__emit_args(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
		    const char *action, const char *format, va_list args) LFB_PRINTF(5, 0);

#define lfb__trace(kernel, ...)                         \
	do {                                            \
		if (lfb__tracing(kernel))               \
			lfb__emit(kernel, __VA_ARGS__); \
	} while (0)
#define lfb__trace_result(kernel, ...)                         \
	do {                                                   \
		if (lfb__tracing(kernel))                      \
			lfb__emit_result(kernel, __VA_ARGS__); \
	} while (0)

/* finding.c */

/* A name for what a finding is about, for the time of an expression: "lock kho_out.lock". */
struct lfb_object {
	char text[80];
};
struct lfb_object lfb__object(const char *format, ...) LFB_PRINTF(1, 2);

/*
 * Writes down a finding. @object says what it is about: a type and a name, separated by a blank,
 * as in the events that concern it. Does nothing when nobody checks.
 */
void lfb__find(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
	       const char *format, ...) LFB_PRINTF(4, 5);
void lfb__find_args(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, va_list args) LFB_PRINTF(4, 0);
void lfb__findings_forget(struct lfb_findings *findings);
void lfb__findings_destroy(struct lfb_findings *findings);

/* history.c */

int lfb__history_create(struct lfb_history *history);
void lfb__history_destroy(struct lfb_history *history);
void lfb__history_add(struct lfb_history *history, const struct lfb_event *event,
		      const char *format, va_list args);
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

/* What is called so has none. Locks of this name are of no class. */
extern const char lfb__no_name[];

/* Other tasks act; what the running one is doing is put away until they are done. */
void lfb__sched_switch(struct lfb_kernel *kernel, const char *point, const char *object);

static inline void lfb__sched_point(struct lfb_kernel *kernel, const char *point,
				    const char *object)
{
	if (unlikely(kernel->sched.hook != NULL))
		lfb__sched_switch(kernel, point, object);
}

#endif
