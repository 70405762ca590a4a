/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The k-th-failure sweep: what if this step fails? One call tries it for every step that can fail
 * (see fault.h), until none is left, and checks each time that the failure was reported or made no
 * difference, that it left nothing behind, and that the same step works when it is repeated.
 * docs/sweep.md says what is checked and what is excused.
 *
 * A case is one run: "KIND:K" fails the K-th fault point of a kind once, "KIND:K:forever" all from
 * there on, "KIND:K:K2" the K-th and the K2-th. KIND is a fault kind's name, several of them
 * joined by '+', or "any".
 */
#ifndef LUO_SWEEP_H
#define LUO_SWEEP_H

#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/inspect.h>
#include <luo/progress.h>
#include <luo/types.h>

struct lfb_machine;
struct lfb_module;
struct lfb_scenario;

/** enum lfb_sweep_mode - for how long a point fails. */
enum lfb_sweep_mode {
	LFB_SWEEP_BOTH,	   /* each once, and each for good */
	LFB_SWEEP_ONCE,
	LFB_SWEEP_FOREVER,
};

/** LFB_SWEEP_FINDING_WORDS - words of 64 bits for one bit an id; there is room for new ids. */
#define LFB_SWEEP_FINDING_WORDS 4

/** LFB_SWEEP_FOLLOWS - behind a subject's name, the line before violations that are told last */
#define LFB_SWEEP_FOLLOWS "what follows from failures that kernels remember:"

/**
 * struct lfb_sweep_ran - what became of a run, for those who put several sweeps together
 * @sz: sizeof(struct lfb_sweep_ran)
 * @point: which case it was of all that there are, from 1; pairs with the same first point are one.
 *	0: the run without faults, of which only a violation is told
 * @outcome: 'a' absorbed, 'r' reported, 'h' harmless, 'm' remembered, 'k' known, 'v' a
 *	violation, 'u' the point was not there
 * @name: of a violation: its case; else NULL
 * @what: of a violation: what was wrong, one line; else NULL
 * @findings: of a violation: which it is, as in struct lfb_sweep_result; else NULL
 * @follows: it follows from a failure that kernels remember: told last, and only the first of those
 *	with the same @alike
 * @alike: a number for what was wrong, numbers in it aside
 */
struct lfb_sweep_ran {
	size_t sz;
	unsigned long point;
	char outcome;
	const char *name;
	const char *what;
	const u64 *findings;
	bool follows;
	u64 alike;
};

/**
 * struct lfb_sweep_options - what to try and where to report
 * @sz: sizeof(struct lfb_sweep_options)
 * @kinds: mask of 1 << enum lfb_fault_kind; 0: all. Each is swept by itself, and for good also all
 *	together; once, that would fail the same points again
 * @mode: for how long a point fails
 * @pairs: also fail each two points of all kinds, where there are not more than @pairs_max
 * @pairs_max: fault points of a run up to which pairs are tried; 0: 64
 * @violations_max: end after so many violations; 0: 10
 * @harmless: asked about a point that failed without anybody reporting it, by kind and by its name
 *	in the trace; true: nobody needs to. NULL: no point is harmless
 * @write: receives each violation as text that ends with what replays it; with @only also
 *	everything that happens. NULL for silence
 * @context: handed to @harmless, @write, @progress and @ran
 * @only: the one case to run; NULL: all
 * @replay: the command that replays a case, to which " --case CASE" is added; NULL for sweeps that
 *	are replayed by setting @only
 * @replay_file: what comes behind the case; NULL: nothing
 * @progress: told after each run how far it is, and may end it; NULL: nobody is. Not with @only
 * @from_power_on: have each run begin with power on, not behind what goes as without faults, in a
 *	copy of the machine (lfb_machine_copy()). The result is the same
 * @shard: of @shards parts of the cases, try this one, from 1; not with @only. Points count from 1
 *	in the order in which they are tried: it has every @shards-th. Violations that follow from
 *	failures that kernels remember do not count towards @violations_max then
 * @shards: how many parts there are; 0: the sweep is whole
 * @ran: told of each run, before @progress is; NULL: nobody is. Not with @only
 */
struct lfb_sweep_options {
	size_t sz;
	unsigned int kinds;
	enum lfb_sweep_mode mode;
	bool pairs;
	unsigned int pairs_max;
	unsigned int violations_max;
	bool (*harmless)(void *context, enum lfb_fault_kind kind, const char *where);
	lfb_write_fn write;
	void *context;
	const char *only;
	const char *replay;
	const char *replay_file;
	lfb_progress_fn progress;
	bool from_power_on;
	unsigned int shard;
	unsigned int shards;
	void (*ran)(void *context, const struct lfb_sweep_ran *ran);
};

/**
 * struct lfb_sweep_result - what a sweep found
 * @sz: sizeof(struct lfb_sweep_result)
 * @points: fault points of the run without faults, by kind
 * @runs: runs with faults
 * @absorbed: of these, those in which the step succeeded completely all the same
 * @reported: those in which it answered an error, left everything as it was, and then worked
 * @remembered: those with a failure that kernels promise to remember (docs/sweep.md lists them)
 * @harmless: those in which a point failed that was declared harmless
 * @violations: those in which a rule was broken, and 1 for a run without faults that leaks
 * @paired: two faults were tried too
 * @findings: bit id % 64 of word id / 64: a violation was this finding (enum lfb_finding_id)
 * @first_case: the case of the first violation, "" without one; "none": the run without faults
 * @first: what was wrong in it, one line
 * @known: runs with a kernel image in which a rule was broken, as the library's orchestrator of
 *	that version breaks one in the same case, or, where the two have other numbers of points,
 *	for the same kind of faults in the same step
 */
struct lfb_sweep_result {
	size_t sz;
	unsigned long points[LFB_FAULT_KINDS];
	unsigned long runs;
	unsigned long absorbed;
	unsigned long reported;
	unsigned long remembered;
	unsigned long harmless;
	unsigned long violations;
	bool paired;
	u64 findings[LFB_SWEEP_FINDING_WORDS];
	char first_case[96];
	char first[800];
	unsigned long known;
};

/**
 * lfb_scenario_sweep() - sweep a scenario: each of its operations is a step
 * @scenario: the scenario, without fault plans of its own
 * @machine: a machine that is switched off, and is again afterwards; LFB_MEMORY_FIXED is faster
 * @options: what to try; NULL for the defaults
 * @result: set to what was found; may be NULL
 *
 * With a kernel image (docs/tree.md) the same is swept with its profile before, unless the machine
 * has modules of its own or @only is set: what both do wrong is no violation.
 *
 * Forgets the machine's findings: those of the last run with a fault are left. Violations are no
 * errors of the sweep. Return: 0; -EILSEQ, -EFAULT or -EDEADLK already the run without faults goes
 * wrong, as lfb_scenario_run() would say; -EINVAL not a case, or one of a point that is not there,
 * a scenario with "fault" in it; -EBUSY the machine is not off; -ENOMEM; -EINTR @progress of the
 * options ended it, and the result is what was found until then; what writing returned.
 */
LFB_API int lfb_scenario_sweep(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			       const struct lfb_sweep_options *options,
			       struct lfb_sweep_result *result);

/**
 * struct lfb_sweep_body - a test to be swept, in C
 * @sz: sizeof(struct lfb_sweep_body)
 * @name: what to call it in messages
 * @prepare: brings the machine, which was just switched on, where @step begins; nothing fails in
 *	it. May be NULL
 * @step: what is to be tried. Must leave everything as it was when it returns an error
 * @clean_up: takes down what the two others left; runs without faults, also when the kernel died,
 *	and must then still give back what is not the kernel's. May be NULL
 * @modules: modules of every kernel of the test besides those the machine has, up to a NULL; they
 *	are taken out again afterwards. May be NULL
 *
 * All return 0 or a negative errno, and get the machine and the context of the sweep. They are
 * called over and over, in this order, each time in a machine that was switched off in between.
 */
struct lfb_sweep_body {
	size_t sz;
	const char *name;
	int (*prepare)(struct lfb_machine *machine, void *context);
	int (*step)(struct lfb_machine *machine, void *context);
	int (*clean_up)(struct lfb_machine *machine, void *context);
	struct lfb_module *const *modules;
};

/**
 * lfb_sweep() - sweep a test body
 * @machine: a machine that is switched off, with its modules; it is off again afterwards
 * @body: the test
 * @context: handed to its functions
 * @options: what to try; NULL for the defaults
 * @result: set to what was found; may be NULL
 *
 * Also checks that the body leaves nothing behind when nothing fails.
 * Return: as lfb_scenario_sweep(); what prepare or clean_up returned without faults; -EINVAL no
 * step; what adding a module returned.
 */
LFB_API int lfb_sweep(struct lfb_machine *machine, const struct lfb_sweep_body *body, void *context,
		      const struct lfb_sweep_options *options, struct lfb_sweep_result *result);

/**
 * struct lfb_sweep_schedules_failure - what a fault and a schedule lead to together
 * @sz: sizeof(struct lfb_sweep_schedules_failure)
 * @finding: the finding, as "LFB-LOCK-DEADLOCK"
 * @text: the finding's object and sentence
 * @name: the case of the first one with the fewest preemptions that leads there; its points count
 *	from the beginning of the first blocks
 * @schedule: and its schedule, a list
 * @preemptions: how often a task stands in it that could have gone on
 * @times: how many runs lead there
 */
struct lfb_sweep_schedules_failure {
	size_t sz;
	const char *finding;
	const char *text;
	const char *name;
	const char *schedule;
	unsigned int preemptions;
	u64 times;
};

/**
 * struct lfb_sweep_schedules_options - what to try
 * @sz: sizeof(struct lfb_sweep_schedules_options)
 * @kinds: mask of 1 << enum lfb_fault_kind; 0: all. Each is failed by itself, once
 * @bound: how many preemptions a schedule may have
 * @limit: with each fault, end after so many schedules; 0: when all were tried
 * @failed: called for each failure when no more is tried; what it is given is gone when it returns.
 *	May be NULL
 * @progress: told how far it is, with runs as @done. May be NULL
 * @context: handed to both
 */
struct lfb_sweep_schedules_options {
	size_t sz;
	unsigned int kinds;
	unsigned int bound;
	u64 limit;
	void (*failed)(void *context, const struct lfb_sweep_schedules_failure *failure);
	lfb_progress_fn progress;
	void *context;
};

/**
 * struct lfb_sweep_schedules_result - what was tried
 * @sz: sizeof(struct lfb_sweep_schedules_result)
 * @points: fault points from the beginning of the first blocks on, by kind, in the schedule that
 *	has the most
 * @schedules: without faults
 * @runs: all of them, each from power on to the scenario's end
 * @failures: different ones
 * @whole: there is no other schedule within the bound
 */
struct lfb_sweep_schedules_result {
	size_t sz;
	unsigned long points[LFB_FAULT_KINDS];
	u64 schedules;
	u64 runs;
	u64 failures;
	bool whole;
};

/**
 * lfb_scenario_sweep_schedules() - fail each point of "parallel" blocks in each of their schedules
 * @scenario: the scenario, without fault plans; schedules that it says itself do not count
 * @machine: a machine that is switched off, as it is again afterwards. What it has found is
 *	forgotten
 * @options: what to try; NULL: all kinds of faults, one preemption
 * @result: what was tried; may be NULL
 *
 * A failure is a finding of severity warning and above whose id neither a schedule without faults
 * has, nor a fault in order: those are what lfb_scenario_explore() and lfb_scenario_sweep() tell.
 * Failures are the same if finding and object are. What lines must answer is not looked at.
 *
 * Context: outside of kernel code.
 * Return: 0, also with failures; -EINTR @progress ended it; -EINVAL no live scenario or machine, no
 * such kind, or the scenario has no "parallel", or a "fault"; -EBUSY the machine is on; -EOPNOTSUPP
 * the scenario boots images by their paths; -EILSEQ a run did otherwise than one before with the
 * same choices; -ENOMEM.
 */
LFB_API int lfb_scenario_sweep_schedules(const struct lfb_scenario *scenario,
					 struct lfb_machine *machine,
					 const struct lfb_sweep_schedules_options *options,
					 struct lfb_sweep_schedules_result *result);

/**
 * lfb_scenario_sweep_schedule() - one case in one schedule
 * @scenario: as for lfb_scenario_sweep_schedules()
 * @machine: a machine that is switched off, as it is again afterwards; it has what was found
 * @name: @name of a failure
 * @schedule: @schedule of it
 * @write: receives the transcript; NULL for silence
 * @context: handed to @write
 *
 * Return: 0, however the run ended; else as lfb_scenario_sweep_schedules(), -EINVAL also when @name
 * is no case or @schedule no list.
 */
LFB_API int lfb_scenario_sweep_schedule(const struct lfb_scenario *scenario,
					struct lfb_machine *machine, const char *name,
					const char *schedule, lfb_write_fn write, void *context);

#endif
