/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Shrinking: the shortest part of a scenario that still shows something.
 */
#ifndef LUO_SHRINK_H
#define LUO_SHRINK_H

#include <luo/finding.h>
#include <luo/inspect.h>
#include <luo/progress.h>
#include <luo/types.h>

struct lfb_scenario;

/**
 * lfb_scenario_write() - a scenario back as text that can be read again
 * @scenario: the scenario
 * @expectations: with what its lines say they must answer
 * @write: receives the text, a line at a time
 * @context: handed to @write
 *
 * Comments, empty lines and what a transcript shows besides its operations are gone.
 *
 * Return: 0; -EINVAL @scenario is no live scenario, or no @write; what @write returned.
 */
LFB_API int lfb_scenario_write(const struct lfb_scenario *scenario, bool expectations,
			       lfb_write_fn write, void *context);

/**
 * LFB_SHRINK_TRIES - candidates that lfb_scenario_shrink() looks at before it gives up
 *
 * Enough for any scenario that a person would want to read; a search of hundreds of lines that
 * depend on each other in no simple way may reach it.
 */
#define LFB_SHRINK_TRIES 10000u

/** typedef lfb_still_fn - does this candidate still show it? */
typedef bool (*lfb_still_fn)(void *context, const struct lfb_scenario *candidate);

/**
 * struct lfb_shrink_options - who hears how far it is
 * @sz: sizeof(struct lfb_shrink_options)
 * @progress: told before each candidate: how many there were (done) and how many lines (length) of
 *	the scenario's (longest) are left. False ends it: the result is the shortest until then.
 *	NULL: nobody is told
 * @context: handed to @progress
 */
struct lfb_shrink_options {
	size_t sz;
	lfb_progress_fn progress;
	void *context;
};

/**
 * lfb_scenario_shrink() - the shortest part of a scenario that still shows the same
 * @scenario: the scenario; not changed
 * @still: asked of each candidate; must answer the same whenever it is asked the same
 * @context: handed to @still
 * @options: who is told how far it is; NULL: nobody
 * @shortest: set to the result, for lfb_scenario_free(); NULL on error
 *
 * Leaves out lines by delta debugging, then one by one and two by two, drops what lines say they
 * must answer, and makes numbers (tokens, inode numbers, handlers, FLBs, counts) as small as they
 * can be, each everywhere it stands and then in single places. Where a "parallel" says its
 * schedule as a list, other tasks are chosen as seldom as can be, and of the choices as many left
 * out; lines of its blocks are left out with the schedule as it was, or with tasks that stand
 * earlier. No line of the result can be left out, and no number in it be 0 to 3 instead, nor, of up
 * to 64 lines, can any two be left out, unless LFB_SHRINK_TRIES candidates were looked at before
 * that was reached. The same scenario and @still give the same result.
 *
 * Return: 0; -EINVAL @scenario is no live scenario, no @still or @shortest, or @still does not
 * hold for @scenario as it is; -ENOMEM.
 */
LFB_API int lfb_scenario_shrink(const struct lfb_scenario *scenario, lfb_still_fn still,
				void *context, const struct lfb_shrink_options *options,
				struct lfb_scenario **shortest);

/**
 * lfb_scenario_shrink_finding() - the shortest part of a scenario that still raises a finding
 * @scenario: the scenario; not changed
 * @machine: a machine that is switched off, and is again afterwards; its findings and the orders
 *	in which it saw locks taken are forgotten
 * @id: the finding
 * @keep_module: leave the lines alone that say what the module does ("when", "forget",
 *	"compatible", "module"): without one of them another mistake might raise the same finding
 * @options: who is told how far it is; NULL: nobody
 * @shortest: set to the result, for lfb_scenario_free(); NULL on error
 *
 * What raises something else than the whole does, of severity warning or above, is another story
 * and no candidate.
 *
 * Return: as lfb_scenario_shrink(), -EINVAL also when @scenario does not raise @id or @machine is
 * no live machine; -EBUSY the machine is not off.
 */
LFB_API int lfb_scenario_shrink_finding(const struct lfb_scenario *scenario,
					struct lfb_machine *machine, enum lfb_finding_id id,
					bool keep_module,
					const struct lfb_shrink_options *options,
					struct lfb_scenario **shortest);

struct lfb_machine;

/**
 * lfb_scenario_scheduled() - a scenario with the schedules of its "parallel" blocks written out
 * @scenario: the scenario; not changed
 * @machine: a machine that is switched off, as it is again afterwards; its findings are forgotten
 * @schedule: as @schedule of struct lfb_scenario_options, which goes before what the scenario says
 *	itself; NULL: as that says
 * @scheduled: set to the result, for lfb_scenario_free(); NULL on error
 *
 * The scenario is run once, if it has such blocks, and each "parallel" that is come to says what
 * was chosen there as a list, which lfb_scenario_shrink() can shorten. The result does the same
 * without @schedule.
 *
 * Return: 0, however the run ended; -EINVAL no live scenario or machine, or @schedule is none;
 * -EBUSY the machine is not off; -ENOMEM.
 */
LFB_API int lfb_scenario_scheduled(const struct lfb_scenario *scenario,
				   struct lfb_machine *machine, const char *schedule,
				   struct lfb_scenario **scheduled);

/**
 * struct lfb_run_failure - how a run failed
 * @result: what lfb_scenario_run() returned, 0 when it went well
 * @why: lfb_error_text() with each run of digits as one "N"
 */
struct lfb_run_failure {
	int result;
	char why[512];
};

struct lfb_machine_options;

/**
 * lfb_scenario_failure() - run a scenario in a machine of its own and say how it failed
 * @scenario: the scenario
 * @options: the machine; NULL for the defaults
 * @failure: set to how
 *
 * Two runs that fail in the same way have equal failures, though line numbers and addresses differ.
 *
 * Return: 0, whether the run failed or not; -EINVAL, -ENOMEM there was no machine to run it in.
 */
LFB_API int lfb_scenario_failure(const struct lfb_scenario *scenario,
				 const struct lfb_machine_options *options,
				 struct lfb_run_failure *failure);

#endif
