/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every interleaving: a scenario whose "parallel" blocks, or a test in C whose tasks are run in
 * each order there is. What a schedule is, and what is no scheduling point: docs/schedules.md.
 */
#ifndef LUO_SCHEDULE_H
#define LUO_SCHEDULE_H

#include <luo/inspect.h>
#include <luo/progress.h>
#include <luo/types.h>

struct lfb_agent;
struct lfb_machine;
struct lfb_module;
struct lfb_scenario;

/**
 * struct lfb_schedule_failure - what schedules lead to
 * @sz: sizeof(struct lfb_schedule_failure)
 * @finding: the finding, as "LFB-LOCK-DEADLOCK"; NULL: an answer was not as expected, or a kernel
 *	died, without one
 * @text: the finding's object and sentence, or what went wrong
 * @schedule: the first one with the fewest preemptions that leads there, as @schedule of struct
 *	lfb_scenario_options takes it
 * @preemptions: how often a task stands in it that could have gone on
 * @times: how many schedules lead there
 */
struct lfb_schedule_failure {
	size_t sz;
	const char *finding;
	const char *text;
	const char *schedule;
	unsigned int preemptions;
	u64 times;
};

/** LFB_EXPLORE_BOUND - how many preemptions a schedule may have, where nothing is said. */
#define LFB_EXPLORE_BOUND 2u

/**
 * struct lfb_explore_options - what to try
 * @sz: sizeof(struct lfb_explore_options)
 * @bound: how many preemptions a schedule may have; 0: tasks go on until they wait or end
 * @limit: end after so many schedules; 0: when all were tried
 * @failed: called for each failure when no more is tried, in the order in which they were found;
 *	what it is given is gone when it returns. May be NULL
 * @progress: told how far it is, with schedules as @done. May be NULL
 * @context: handed to both
 * @from_power_on: begin each schedule with power on, as those of tests in C do, not only where
 *	there can be no copy: the same, and slow
 * @reduce: of scenarios, end a run where it comes to a state from which another one went on, with
 *	as many preemptions or fewer: what it leads to is known. The same failures are found, each
 *	with the same @schedule and @preemptions, in fewer schedules and so with fewer @times; how
 *	many depends on how the library was compiled. A state is what struct lfb_machine_copy has,
 *	and the stacks of the tasks; what else a module keeps, as static data without
 *	LFB_MODULE_DATA(), must decide nothing. Where there can be no copy, where a module says
 *	what it touches, where work is a task, and where a sanitizer keeps variables elsewhere than
 *	on stacks, nothing is left out
 */
struct lfb_explore_options {
	size_t sz;
	unsigned int bound;
	u64 limit;
	void (*failed)(void *context, const struct lfb_schedule_failure *failure);
	lfb_progress_fn progress;
	void *context;
	bool from_power_on;
	bool reduce;
};

/**
 * struct lfb_explore_result - what was tried
 * @sz: sizeof(struct lfb_explore_result)
 * @schedules: that were run, each as from power on to the scenario's end
 * @choices: that were made in all of them
 * @failures: different ones
 * @cut: so many of @schedules ended early, for @reduce
 * @whole: there is no other schedule within the bound
 */
struct lfb_explore_result {
	size_t sz;
	u64 schedules;
	u64 choices;
	u64 failures;
	bool whole;
	u64 cut;
};

/**
 * lfb_scenario_explore() - run a scenario in every schedule of its "parallel" blocks
 * @scenario: the scenario; schedules that it says itself do not count
 * @machine: a machine that is switched off, as it is again afterwards. What it has found is
 *	forgotten before each run and at the end
 * @options: what to try; NULL: two preemptions
 * @result: what was tried; may be NULL
 *
 * A failure is a finding of severity warning and above, or, in a run without any, what
 * lfb_scenario_run() returns. They are the same if their findings and objects, or sentences are.
 *
 * What is in front of blocks is done once, and each schedule of them begins in a copy of the
 * machine (struct lfb_machine_copy), where there can be one.
 *
 * Context: outside of kernel code.
 * Return: 0, also with failures; -EINTR @progress ended it; -EINVAL no live scenario or machine, or
 * the scenario has no "parallel"; -EBUSY the machine is on; -EILSEQ a run did otherwise than one
 * before with the same choices: something decides that is not the machine's; -ENOMEM.
 * lfb_error_text() says which.
 */
LFB_API int lfb_scenario_explore(const struct lfb_scenario *scenario, struct lfb_machine *machine,
				 const struct lfb_explore_options *options,
				 struct lfb_explore_result *result);

/** LFB_SCHEDULE_TASKS_MAX - how many tasks a test in C may have. */
#define LFB_SCHEDULE_TASKS_MAX 8

/**
 * typedef lfb_task_fn - a part of a test in C
 * @machine: the machine
 * @agent: the test's agent, in a task one of its threads: descriptors are the same in all of them
 * @context: what the test was given
 *
 * Return: 0, or a negative errno where something is not as it should be.
 */
typedef int (*lfb_task_fn)(struct lfb_machine *machine, struct lfb_agent *agent, void *context);

/**
 * struct lfb_schedule_body - a test in C of tasks beside each other
 * @sz: sizeof(struct lfb_schedule_body)
 * @name: what to call it in messages
 * @prepare: what is done before, by the agent alone, in a machine that was just switched on. May be
 *	NULL
 * @tasks: two to eight, a NULL behind the last. Each has a stack of its own (256 KiB), on which it
 *	may call what an agent may, lfb_machine_call() and lfb_machine_prepare(). It must return: a
 *	test framework's assertion that jumps belongs into none of these functions. One whose call
 *	may fail in some order returns 0 then, too
 * @check: what must be so when all are done; by the agent alone, in any state of the machine, also
 *	a dead kernel's. What @prepare took that is not the machine's is given back here. Not
 *	called where @prepare failed. May be NULL
 * @modules: modules of every kernel of the test besides those the machine has, up to a NULL; they
 *	are taken out again afterwards. May be NULL
 *
 * All is called once for each schedule, and must do the same with the same answers: @prepare sets
 * whatever the context remembers.
 */
struct lfb_schedule_body {
	size_t sz;
	const char *name;
	lfb_task_fn prepare;
	lfb_task_fn tasks[LFB_SCHEDULE_TASKS_MAX];
	lfb_task_fn check;
	struct lfb_module *const *modules;
};

/**
 * lfb_schedules_explore() - run a test in C in every schedule of its tasks
 * @machine: a machine that is switched off, as it is again afterwards. What it has found is
 *	forgotten before each run and at the end
 * @body: the test
 * @context: handed to its functions
 * @options: what to try; NULL: two preemptions
 * @result: what was tried; may be NULL
 *
 * A failure is a finding of severity warning and above, or, in a run without any, what one of the
 * functions answered, or that the kernel died.
 *
 * Context: outside of kernel code.
 * Return: as lfb_scenario_explore(); -EINVAL also fewer than two tasks; what adding a module
 * returned; -EOPNOTSUPP this host has no stacks for tasks.
 */
LFB_API int lfb_schedules_explore(struct lfb_machine *machine, const struct lfb_schedule_body *body,
				  void *context, const struct lfb_explore_options *options,
				  struct lfb_explore_result *result);

/**
 * lfb_schedules_run() - run a test in C in one schedule
 * @machine: as there; what this run finds is left in it
 * @body: the test
 * @context: handed to its functions
 * @schedule: who goes on, as @schedule of struct lfb_scenario_options; NULL: in order
 * @write: receives all that happens, one event a line; NULL for silence
 * @to: handed to @write
 *
 * Context: outside of kernel code.
 * Return: 0; -EILSEQ one of the functions answered an errno, or the kernel died; else as there, or
 * what writing returned. lfb_error_text() says which.
 */
LFB_API int lfb_schedules_run(struct lfb_machine *machine, const struct lfb_schedule_body *body,
			      void *context, const char *schedule, lfb_write_fn write, void *to);

#endif
