/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Assertions for tests written with cmocka: a call succeeds or answers this errno, no findings,
 * exactly these, callbacks in this order, these counts, nothing left preserved, no step whose
 * failure does harm. A header and nothing else: the library needs no cmocka. <luo/fixture.h> has
 * a fixture, <luo/cmocka_schedules.h> tests of tasks beside each other.
 *
 * Each fails the test like cmocka's own do, with the line it stands in, and prints the machine's
 * findings. What nobody looked at until the machine is destroyed, or the program ends, is printed
 * then (lfb_findings_print()): a test that only sees -EFAULT has the fault named too. Before this
 * header, include <cmocka.h> as it wants to be included; without, that is done here.
 */
#ifndef LUO_CMOCKA_H
#define LUO_CMOCKA_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CMOCKA_H_
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

/* Its own header does not know of C++. */
#ifdef __cplusplus
extern "C" {
#endif
#include <cmocka.h>
#ifdef __cplusplus
}
#endif
#endif

#include <luo/lfb.h>

/** LFB_CALLBACKS_MAX - how many callbacks a struct lfb_callbacks holds. */
#define LFB_CALLBACKS_MAX 256

/**
 * struct lfb_callbacks - records the callbacks of a machine, for lfb_assert_callbacks()
 * @machine: whose
 * @count: how many there were since the last assertion
 * @line: the first LFB_CALLBACKS_MAX of them
 */
struct lfb_callbacks {
	struct lfb_machine *machine;
	unsigned int count;
	char line[LFB_CALLBACKS_MAX][96];
};

/* What the macros call. Names that end so are not for users. */
__attribute__((constructor, unused)) static void lfb_cmocka_prints_(void)
{
	lfb_findings_print(true);
}

static inline struct lfb_machine_stats lfb_stats_(struct lfb_machine *machine)
{
	struct lfb_machine_stats stats;

	memset(&stats, 0, sizeof(stats));
	stats.sz = sizeof(stats);
	lfb_machine_stats(machine, &stats);
	return stats;
}

static inline void lfb_print_findings_(struct lfb_machine *machine)
{
	char text[4096];

	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		lfb_finding_format(lfb_finding_at(machine, i), text, sizeof(text));
		print_error("%s", text);
	}
	if (lfb_findings_lost(machine))
		print_error("%lu more were found and not written down\n",
			    lfb_findings_lost(machine));
}

/* Says what was called, what it should answer, and what it answered and why. */
static inline void lfb_print_answer_(struct lfb_machine *machine, const char *call, long value,
				     const char *wanted)
{
	const char *name = lfb_errno_name(value), *why = lfb_error_text(machine);

	if (name)
		print_error("%s should %s, and answered -%s (%ld)%s%s\n", call, wanted, name, value,
			    *why ? ": " : "", why);
	else
		print_error("%s should %s, and answered %ld\n", call, wanted, value);
	lfb_print_findings_(machine);
}

static inline long lfb_ok_(struct lfb_machine *machine, long value, const char *call,
			   const char *file, int line)
{
	if (value < 0) {
		lfb_print_answer_(machine, call, value, "succeed");
		_fail(file, line);
	}
	return value;
}

static inline void lfb_error_(struct lfb_machine *machine, long value, long error,
			      const char *call, const char *file, int line)
{
	const char *name = lfb_errno_name(error);
	char wanted[64];

	if (value == error)
		return;
	snprintf(wanted, sizeof(wanted), "answer %s%s (%ld)", name ? "-" : "", name ? name : "",
		 error);
	lfb_print_answer_(machine, call, value, wanted);
	_fail(file, line);
}

static inline void lfb_findings_below_(struct lfb_machine *machine, enum lfb_severity severity,
				       const char *file, int line)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (lfb_finding_severity(finding->id) < severity)
			continue;
		print_error("no finding should be a %s or worse, and %s is\n",
			    lfb_severity_name(severity), lfb_finding_name(finding->id));
		lfb_print_findings_(machine);
		_fail(file, line);
	}
}

static inline void lfb_no_findings_(struct lfb_machine *machine, const char *file, int line)
{
	if (!lfb_finding_count(machine))
		return;
	print_error("there should be no findings, and there are:\n");
	lfb_print_findings_(machine);
	_fail(file, line);
}

/* @all: each must be there. Ends with -1. */
static inline void lfb_findings_(const char *file, int line, bool all, struct lfb_machine *machine,
				 ...)
{
	bool good = true;
	va_list ids;
	int id;

	va_start(ids, machine);
	while ((id = va_arg(ids, int)) != -1) {
		if (!all || lfb_findings_of(machine, (enum lfb_finding_id)id))
			continue;
		good = false;
		print_error("%s should be found, and is not\n",
			    lfb_finding_name((enum lfb_finding_id)id));
	}
	va_end(ids);
	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		enum lfb_finding_id found = lfb_finding_at(machine, i)->id;

		va_start(ids, machine);
		do {
			id = va_arg(ids, int);
		} while (id != -1 && id != (int)found);
		va_end(ids);
		if (id != -1)
			continue;
		good = false;
		print_error("%s should not be found, and is\n", lfb_finding_name(found));
	}
	if (good)
		return;
	lfb_print_findings_(machine);
	_fail(file, line);
}

static inline void lfb_callback_(void *context, const struct lfb_event *event)
{
	struct lfb_callbacks *callbacks = (struct lfb_callbacks *)context;

	if (event->kind != LFB_EVENT_CALLBACK)
		return;
	if (callbacks->count < LFB_CALLBACKS_MAX) {
		char *line = callbacks->line[callbacks->count];
		char subject[64];
		int length;

		lfb_event_subject(event, subject, sizeof(subject));
		length = snprintf(line, sizeof(callbacks->line[0]), "%s %s", subject,
				  lfb_event_action(event));
		if (event->has_result && event->result < 0)
			snprintf(line + length, sizeof(callbacks->line[0]) - (size_t)length,
				 " -> %ld", event->result);
	}
	callbacks->count++;
}

/* Ends with NULL. */
static inline void lfb_callbacks_(const char *file, int line, struct lfb_callbacks *callbacks, ...)
{
	unsigned int count = 0;
	const char *wanted;
	bool good = true;
	va_list list;

	va_start(list, callbacks);
	for (; (wanted = va_arg(list, const char *)) != NULL; count++)
		good = good && count < callbacks->count && count < LFB_CALLBACKS_MAX &&
		       !strcmp(wanted, callbacks->line[count]);
	va_end(list);
	if (good && count == callbacks->count) {
		callbacks->count = 0;
		return;
	}
	print_error("the callbacks should be:\n");
	va_start(list, callbacks);
	while ((wanted = va_arg(list, const char *)) != NULL)
		print_error("\t%s\n", wanted);
	va_end(list);
	print_error("and are:\n");
	for (count = 0; count < callbacks->count && count < LFB_CALLBACKS_MAX; count++)
		print_error("\t%s\n", callbacks->line[count]);
	callbacks->count = 0;
	lfb_print_findings_(callbacks->machine);
	_fail(file, line);
}

static inline bool lfb_is_count_(const char *what, unsigned long is, unsigned long wanted)
{
	if (is != wanted)
		print_error("there should be %lu %s, and there are %lu\n", wanted, what, is);
	return is == wanted;
}

static inline void lfb_counts_(struct lfb_machine *machine, unsigned long outgoing,
			       unsigned long incoming, unsigned long files, const char *file,
			       int line)
{
	const struct lfb_machine_stats stats = lfb_stats_(machine);
	bool good;

	good = lfb_is_count_("outgoing sessions", stats.sessions_outgoing, outgoing);
	good &= lfb_is_count_("incoming sessions", stats.sessions_incoming, incoming);
	good &= lfb_is_count_("preserved files", stats.files_preserved, files);
	if (good)
		return;
	lfb_print_findings_(machine);
	_fail(file, line);
}

static inline void lfb_flb_counts_(const struct liveupdate_flb *flb, long outgoing, long incoming,
				   const char *file, int line)
{
	long out = (long)flb->LFB_PRIVATE.outgoing.count;
	long in = (long)flb->LFB_PRIVATE.incoming.count;

	if (out == outgoing && in == incoming)
		return;
	print_error("FLB %.47s should count %ld files outgoing and %ld incoming, and counts %ld "
		    "and %ld\n", flb->compatible, outgoing, incoming, out, in);
	_fail(file, line);
}

/* What a kernel of this profile preserves by itself, with nothing to hand over. */
static inline unsigned long lfb_blocks_of_its_own_(struct lfb_machine *machine)
{
	struct lfb_machine_options options;
	struct lfb_machine *fresh;
	unsigned long blocks;

	memset(&options, 0, sizeof(options));
	options.sz = sizeof(options);
	options.profile = lfb_machine_profile(machine);
	if (lfb_machine_create(&options, &fresh))
		return 0;
	lfb_machine_boot(fresh);
	blocks = lfb_stats_(fresh).preserved_blocks;
	lfb_machine_destroy(fresh);
	return blocks;
}

static inline void lfb_nothing_preserved_(struct lfb_machine *machine, const char *file, int line)
{
	const struct lfb_machine_stats stats = lfb_stats_(machine);
	unsigned long own = lfb_blocks_of_its_own_(machine);
	bool good;

	good = lfb_is_count_("preserved files", stats.files_preserved, 0);
	good &= lfb_is_count_("outgoing sessions", stats.sessions_outgoing, 0);
	if (stats.preserved_blocks > own) {
		good = false;
		print_error("%lu blocks are still preserved\n", stats.preserved_blocks - own);
	}
	if (good)
		return;
	lfb_print_findings_(machine);
	_fail(file, line);
}

/**
 * lfb_assert_ok() - a call succeeds
 * @machine: the machine it is about
 * @call: the call, which answers a negative errno when it fails
 *
 * Prints the call, the errno's name, the sentence behind it (lfb_error_text()) and the findings.
 * The value is the call's: int fd = lfb_assert_ok(machine, lfb_agent_open(agent));
 */
#define lfb_assert_ok(machine, call) lfb_ok_(machine, call, #call, __FILE__, __LINE__)

/**
 * lfb_assert_error() - a call fails, with this errno
 * @machine: the machine it is about
 * @call: the call
 * @error: what it must answer: -EBUSY
 */
#define lfb_assert_error(machine, call, error)                                                     \
	lfb_error_(machine, call, error, #call, __FILE__, __LINE__)

/**
 * lfb_assert_no_findings() - the machine has no findings
 * @machine: the machine
 *
 * To be asked at the end of a test, after lfb_machine_settle().
 */
#define lfb_assert_no_findings(machine) lfb_no_findings_(machine, __FILE__, __LINE__)

/**
 * lfb_assert_findings() - the machine has findings of these ids, each at least once, and no others
 * @machine: the machine
 * @...: one or more of enum lfb_finding_id
 */
#define lfb_assert_findings(machine, ...)                                                          \
	lfb_findings_(__FILE__, __LINE__, true, machine, __VA_ARGS__, -1)

/**
 * lfb_assert_findings_among() - the machine has no findings but of these ids, and need not have any
 * @machine: the machine
 * @...: one or more of enum lfb_finding_id
 */
#define lfb_assert_findings_among(machine, ...)                                                    \
	lfb_findings_(__FILE__, __LINE__, false, machine, __VA_ARGS__, -1)

/**
 * lfb_assert_findings_below() - no finding is as bad as this, or worse
 * @machine: the machine
 * @severity: enum lfb_severity; LFB_SEVERITY_WARNING leaves notes
 */
#define lfb_assert_findings_below(machine, severity)                                               \
	lfb_findings_below_(machine, severity, __FILE__, __LINE__)

/**
 * lfb_record_callbacks() - begin to record the callbacks of a machine
 * @machine: the machine; its trace goes here from now on (lfb_trace_to())
 * @callbacks: where to; must live as long as that is so
 */
static inline void lfb_record_callbacks(struct lfb_machine *machine,
					struct lfb_callbacks *callbacks)
{
	callbacks->machine = machine;
	callbacks->count = 0;
	lfb_trace_to(machine, lfb_callback_, callbacks);
}

/**
 * lfb_assert_callbacks() - these callbacks returned, in this order, since the last assertion
 * @...: the recorder (struct lfb_callbacks), then strings like "flb iommu-v1 preserve", for a
 *	callback that failed "file memfd-v1 freeze -> -5"; none at all for no callbacks
 */
#define lfb_assert_callbacks(...)                                                                  \
	lfb_callbacks_(__FILE__, __LINE__, __VA_ARGS__, (const char *)NULL)

/**
 * lfb_assert_counts() - so many sessions and files are there
 * @machine: the machine
 * @outgoing: sessions that will be handed over
 * @incoming: sessions that were handed over and are not finished and closed
 * @files: files preserved in outgoing sessions
 */
#define lfb_assert_counts(machine, outgoing, incoming, files)                                      \
	lfb_counts_(machine, outgoing, incoming, files, __FILE__, __LINE__)

/**
 * lfb_assert_flb_counts() - so many files need an FLB
 * @flb: the FLB
 * @outgoing: files of this kernel
 * @incoming: files that were handed over and not finished, 0 before anybody asked for the FLB
 */
#define lfb_assert_flb_counts(flb, outgoing, incoming)                                             \
	lfb_flb_counts_(flb, outgoing, incoming, __FILE__, __LINE__)

/**
 * lfb_assert_nothing_preserved() - nothing is preserved for the next kernel
 * @machine: a machine whose kernel runs
 *
 * No session, no file, and no more memory than a kernel of this profile preserves for itself.
 */
#define lfb_assert_nothing_preserved(machine) lfb_nothing_preserved_(machine, __FILE__, __LINE__)

/*
 * Sweeps
 */

/**
 * lfb_assert_sweep() - assert that a test body survives the failure of every step that can fail
 * @machine_options: the machine it runs in (struct lfb_machine_options); NULL for one with the
 *	default profile and LFB_MEMORY_FIXED
 * @body: the test (struct lfb_sweep_body)
 * @context: handed to the body's functions
 *
 * Tries all kinds of faults, once and for good. The test fails with the first violation and with
 * how to see it again: run with the environment variable LFB_SWEEP_CASE set to NAME/CASE, the sweep
 * of the body of that name runs only this case, and shows on standard error all that happens. A
 * program in which no sweep of that name was run says so at its end, and exits with status 1.
 */
#define lfb_assert_sweep(machine_options, body, context)                                           \
	lfb_assert_sweep_with(machine_options, body, context, NULL)

/**
 * lfb_assert_sweep_with() - lfb_assert_sweep() with options
 * @machine_options: as there
 * @body: as there
 * @context: as there
 * @sweep_options: struct lfb_sweep_options: pairs, kinds, harmless points; NULL for the defaults.
 *	Its write function, case and replay command are not used, its context is @harmless's
 */
#define lfb_assert_sweep_with(machine_options, body, context, sweep_options)                       \
	lfb_cmocka_sweep(machine_options, body, context, sweep_options, __FILE__, __LINE__)

/* For the macros above. */

static inline int lfb_cmocka_show(void *context, const char *bytes, size_t size)
{
	(void)context;
	return fwrite(bytes, 1, size, stderr) == size ? 0 : -EIO;
}

/* What the environment variable has behind "NAME/"; NULL: it is of another name, or not set. */
static inline const char *lfb_cmocka_of(const char *variable, const char *name)
{
	const char *wanted = getenv(variable);
	size_t length = strlen(name);

	return wanted && !strncmp(wanted, name, length) && wanted[length] == '/' ?
		       wanted + length + 1 : NULL;
}

/* One each for all sources of a program: a sweep had the name; whether one had is asked last. */
__attribute__((weak)) bool lfb_cmocka_named;
__attribute__((weak)) bool lfb_cmocka_waits;

static inline void lfb_cmocka_case_end(void)
{
	if (lfb_cmocka_named)
		return;
	fflush(stdout);
	fprintf(stderr, "LFB_SWEEP_CASE=%s: no sweep of this name was run: expected NAME/CASE, "
		"the name of a sweep\nand KIND:K, KIND:K:forever or KIND:K:K2, as in "
		"preserve/alloc:5\n", getenv("LFB_SWEEP_CASE"));
	_Exit(EXIT_FAILURE);
}

/* The case that is to be replayed, if it is one of this body. */
static inline const char *lfb_cmocka_case(const char *name)
{
	const char *wanted = lfb_cmocka_of("LFB_SWEEP_CASE", name);

	if (getenv("LFB_SWEEP_CASE") && !lfb_cmocka_waits)
		lfb_cmocka_waits = !atexit(lfb_cmocka_case_end);
	if (wanted)
		lfb_cmocka_named = true;
	return wanted;
}

/* As the options say; NULL: one of the default profile whose memory stays in its place. */
static inline int lfb_cmocka_machine(const struct lfb_machine_options *options,
				     struct lfb_machine **machine)
{
	struct lfb_machine_options fixed;

	memset(&fixed, 0, sizeof(fixed));
	fixed.sz = sizeof(fixed);
	fixed.mode = LFB_MEMORY_FIXED;
	return lfb_machine_create(options ? options : &fixed, machine);
}

static inline void lfb_cmocka_sweep(const struct lfb_machine_options *machine_options,
				    const struct lfb_sweep_body *body, void *context,
				    const struct lfb_sweep_options *sweep_options, const char *file,
				    int line)
{
	struct lfb_sweep_options options;
	struct lfb_sweep_result result;
	const char *name = body->name ? body->name : "body";
	struct lfb_machine *machine;
	char error[512] = "";
	int err;

	memset(&result, 0, sizeof(result));
	result.sz = sizeof(result);
	memset(&options, 0, sizeof(options));
	options.violations_max = 1;
	if (sweep_options)
		memcpy(&options, sweep_options, sweep_options->sz < sizeof(options) ?
						sweep_options->sz : sizeof(options));
	options.sz = sizeof(options);
	options.only = lfb_cmocka_case(name);
	options.write = options.only ? lfb_cmocka_show : NULL;
	options.replay = NULL;
	if (!options.progress)
		options.progress = lfb_progress_draw;
	lfb_progress_draw(NULL, NULL);
	err = lfb_cmocka_machine(machine_options, &machine);
	if (err)
		snprintf(error, sizeof(error), "%s", lfb_error_text(NULL));
	else
		err = lfb_sweep(machine, body, context, &options, &result);
	lfb_progress_draw(NULL, NULL);
	if (err && machine)
		snprintf(error, sizeof(error), "%s", lfb_error_text(machine));
	lfb_machine_destroy(machine);
	if (err)
		print_error("%s: the sweep could not run (%d): %s\n", name, err, error);
	else if (result.violations)
		print_error("%s\n    LFB_SWEEP_CASE=%s/%s shows it\n", result.first, name,
			    result.first_case);
	if (err || result.violations)
		_fail(file, line);
}

/*
 * Searches
 */

/**
 * lfb_assert_exhaust() - assert that nothing is found in any sequence of an agent's calls
 * @machine_options: the machines it is done in (struct lfb_machine_options); NULL for the defaults
 * @what: the modules and their files (struct lfb_exhaust_modules). Its write function and only are
 *	not used
 * @context: handed to their functions
 *
 * The test fails with the finding, the shortest sequence of calls that leads to it, and how to see
 * it again: run with the environment variable LFB_EXHAUST_CASE set to NAME/CASE, the search of that
 * name does only this sequence, in this process, and shows on standard error all that happens.
 */
#define lfb_assert_exhaust(machine_options, what, context)                                         \
	lfb_cmocka_exhaust(machine_options, what, context, __FILE__, __LINE__)

/* For the macro above. */

static inline int lfb_cmocka_print(void *context, const char *bytes, size_t size)
{
	/* By lines, because what it prints at once is bounded. */
	for (size_t length; size; bytes += length, size -= length) {
		const char *end = (const char *)memchr(bytes, '\n', size);

		length = end ? (size_t)(end - bytes) + 1 : size;
		print_error("%.*s", (int)length, bytes);
	}
	(void)context;
	return 0;
}

static inline void lfb_cmocka_exhaust(const struct lfb_machine_options *machine_options,
				      const struct lfb_exhaust_modules *given, void *context,
				      const char *file, int line)
{
	const char *name = given->name ? given->name : "modules";
	struct lfb_exhaust_modules_result result;
	struct lfb_exhaust_modules what;
	int err;

	memset(&result, 0, sizeof(result));
	result.sz = sizeof(result);
	memset(&what, 0, sizeof(what));
	memcpy(&what, given, given->sz < sizeof(what) ? given->sz : sizeof(what));
	what.sz = sizeof(what);
	what.only = lfb_cmocka_of("LFB_EXHAUST_CASE", name);
	what.write = what.only ? lfb_cmocka_show : lfb_cmocka_print;
	if (!what.progress)
		what.progress = lfb_progress_draw;
	lfb_progress_draw(NULL, NULL);
	err = lfb_exhaust_modules(machine_options, &what, context, &result);
	lfb_progress_draw(NULL, NULL);
	if (err)
		print_error("%s: the search could not run (%d): %s\n", name, err,
			    lfb_error_text(NULL));
	else if (result.violations && !what.only)
		print_error("    LFB_EXHAUST_CASE=%s/%s shows it\n", name, result.first_case);
	if (err || result.violations)
		_fail(file, line);
}

#endif
