/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every interleaving: a scenario's "parallel" blocks, run in each order there is. What a schedule
 * is, and what is no scheduling point: docs/schedules.md.
 */
#ifndef LUO_SCHEDULE_H
#define LUO_SCHEDULE_H

#include <luo/finding_ids.h>
#include <luo/types.h>

struct lfb_machine;
struct lfb_scenario;

/** LFB_SCHEDULE_UNBOUNDED - preemptions are not counted */
#define LFB_SCHEDULE_UNBOUNDED 0xffffffffu

/**
 * struct lfb_explore_failure - what a schedule leads to
 * @finding: what was found, as its name ("LFB-LOCK-DEADLOCK"); NULL: an answer was not as expected,
 *	or a kernel died
 * @text: the finding's object and sentence, or what went wrong
 * @schedule: the choices that lead there, for "schedule" of struct lfb_scenario_options
 * @preemptions: how often a task stands in it that could have gone on
 * @times: how many schedules lead there
 */
struct lfb_explore_failure {
	const char *finding;
	const char *text;
	const char *schedule;
	unsigned int preemptions;
	u64 times;
};

/**
 * struct lfb_explore_options - what to try
 * @sz: sizeof(struct lfb_explore_options)
 * @bound: how many preemptions a schedule may have
 * @all: also schedules that are known to lead where another one has led
 * @limit: end after so many schedules; 0: when all were tried
 * @fails: called for each failure, once all schedules were tried; the first is that of the fewest
 *	preemptions. May be NULL
 * @context: handed to @fails
 */
struct lfb_explore_options {
	size_t sz;
	unsigned int bound;
	bool all;
	u64 limit;
	void (*fails)(void *context, const struct lfb_explore_failure *failure);
	void *context;
};

/**
 * struct lfb_explore_result - what was tried
 * @sz: sizeof(struct lfb_explore_result)
 * @schedules: that were run to their ends
 * @pruned: that were left where another one had been
 * @failures: different ones
 * @steps: that tasks made in all of them
 * @ended: @limit was reached before all were tried
 */
struct lfb_explore_result {
	size_t sz;
	u64 schedules;
	u64 pruned;
	u64 failures;
	u64 steps;
	bool ended;
};

/**
 * lfb_scenario_explore() - run a scenario in every schedule of its first "parallel"
 * @scenario: the scenario; others of its "parallel"s run in order
 * @machine: a machine that is switched off; it is switched off again afterwards
 * @options: what to try; NULL for two preemptions
 * @result: what was tried
 *
 * Each schedule goes on from a copy of the machine made in front of the blocks; in guard mode and
 * with a kernel image it begins with power on, and none is pruned.
 *
 * Return: 0, also with failures; -EINVAL, -EBUSY, -ENOMEM, and what an unexpected answer in front of
 * the blocks gives.
 */
LFB_API int lfb_scenario_explore(const struct lfb_scenario *scenario, struct lfb_machine *machine,
				 const struct lfb_explore_options *options,
				 struct lfb_explore_result *result);

#endif
