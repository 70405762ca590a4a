/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Comparing kernels: what they make of the same scenarios, and what they do differently.
 */
#ifndef LUO_COMPARE_H
#define LUO_COMPARE_H

#include <luo/finding.h>
#include <luo/inspect.h>
#include <luo/progress.h>
#include <luo/types.h>

struct lfb_blob;
struct lfb_machine_options;
struct lfb_scenario;

/**
 * lfb_scenario_generate() - make a scenario up
 * @seed: which row of scenarios
 * @number: which one of it, from 0
 * @scenario: set to the scenario, for lfb_scenario_free(); NULL on error
 *
 * What a life of one to four kernels can hold, and what goes wrong in it; docs/oracle.md lists
 * the shapes. The same numbers give the same scenario.
 * Return: 0, -EINVAL no @scenario, -ENOMEM.
 */
LFB_API int lfb_scenario_generate(u64 seed, unsigned long number, struct lfb_scenario **scenario);

/**
 * typedef lfb_play_fn - performs a scenario as some kernel does, and writes its golden transcript
 *
 * Called in a process of its own, so that nothing it does harms others. Return: 0, or a negative
 * errno when the scenario cannot be performed.
 */
typedef int (*lfb_play_fn)(void *self, const struct lfb_scenario *scenario, lfb_write_fn write,
			   void *context);

/** LFB_COMPARE_KERNELS - as many can be compared at once. */
#define LFB_COMPARE_KERNELS 8

/**
 * struct lfb_compare_kernel - one of the kernels that are compared
 * @sz: sizeof(struct lfb_compare_kernel)
 * @name: what to call it in messages
 * @machine: a machine that has it
 * @modules: shared objects that its kernels have modules in, up to a NULL; NULL: none
 * @play: performs scenarios in the place of a machine; NULL: @machine does
 * @self: handed to @play
 * @like: the profile that is most like it, by which differences are explained; NULL: by none
 */
struct lfb_compare_kernel {
	size_t sz;
	const char *name;
	const struct lfb_machine_options *machine;
	const char *const *modules;
	lfb_play_fn play;
	void *self;
	const struct lfb_machine_options *like;
};

/**
 * struct lfb_difference - something that two kernels do differently
 * @sz: sizeof(struct lfb_difference)
 * @number: of the difference, from 1
 * @times: scenarios that show it
 * @ways: how many different ways they show it in
 * @scenario: the smallest that does
 * @kernels: bit k: kernel k differs so from kernel 0
 * @other: the lowest of these
 * @ours: the transcript of @scenario by kernel 0
 * @theirs: by @other
 * @our_findings: by id: kernel 0 raises this finding (enum lfb_finding_id), of those that
 *	are warnings at least; only where machines perform both, and both or none has a kernel image
 * @their_findings: the same of @other
 * @only_findings: the transcripts are the same, what is found is not
 * @quirk: the known defect that makes it: with and without it, a profile that is like one of them
 *	does what they do; NULL: none does
 * @has_quirk: the one that acts as with it: 0, or @other
 * @key: the way in which @scenario shows it, or one that it was taken for; as in struct
 *	lfb_compare_seen
 */
struct lfb_difference {
	size_t sz;
	unsigned int number;
	unsigned long times;
	unsigned int ways;
	const struct lfb_scenario *scenario;
	unsigned int kernels;
	unsigned int other;
	const char *ours;
	const char *theirs;
	const bool *our_findings;
	const bool *their_findings;
	bool only_findings;
	const char *quirk;
	unsigned int has_quirk;
	const char *key;
};

/**
 * struct lfb_compare_seen - what one kernel made of one scenario, for those who put several
 * comparisons together
 * @sz: sizeof(struct lfb_compare_seen)
 * @scenario: its number among all, from 0: those that are there already come first
 * @other: the kernel that differs from kernel 0, or could not perform the scenario
 * @key: how it differs, so that equal ways have equal keys; NULL: it could not be performed
 * @why: it could not
 */
struct lfb_compare_seen {
	size_t sz;
	unsigned long scenario;
	unsigned int other;
	const char *key;
	const char *why;
};

/**
 * struct lfb_compare_options - what to compare kernels by
 * @sz: sizeof(struct lfb_compare_options)
 * @scenarios: scenarios that are there already; what their lines must answer is not looked at
 * @nr_scenarios: how many
 * @generate: as many more are made up
 * @seed: of lfb_scenario_generate()
 * @jobs: processes at once; 0: as many as there are processors
 * @seconds: of computing, after which what a kernel does has no end; 0: 5
 * @differences_max: no more are shrunk and told; 0: 64
 * @findings: that one raises a finding that the other does not is a difference, too, where machines
 *	look for the same: in both or none is a kernel image
 * @report: told each difference once, when all scenarios were performed. What it returns, if
 *	negative, is returned at once
 * @progress: told how far it is, and may end it; NULL: nobody is
 * @context: handed to @report, @progress and @seen
 * @shard: of @shards parts of the scenarios, perform this one, from 1: every @shards-th of them.
 *	Each way to differ is a difference of its own then, whichever defect makes it
 * @shards: how many parts there are; 0: all scenarios are performed
 * @seen: told each time that a kernel differs from the first or cannot perform a scenario, in the
 *	order of scenarios, also of ways beyond @differences_max; NULL: nobody is
 * @boot_from: the first kernel of each scenario boots from this handover, and reads it as the
 *	kernel does; it is not taken, and no kernel plays by itself. NULL: machines are cold
 */
struct lfb_compare_options {
	size_t sz;
	const struct lfb_scenario *const *scenarios;
	size_t nr_scenarios;
	unsigned long generate;
	u64 seed;
	unsigned int jobs;
	unsigned int seconds;
	unsigned int differences_max;
	bool findings;
	int (*report)(void *context, const struct lfb_difference *difference);
	lfb_progress_fn progress;
	void *context;
	unsigned int shard;
	unsigned int shards;
	void (*seen)(void *context, const struct lfb_compare_seen *seen);
	const struct lfb_blob *boot_from;
};

/**
 * struct lfb_compare_result - what came of it
 * @sz: sizeof(struct lfb_compare_result)
 * @scenarios: that all kernels performed
 * @left_out: that one could not
 * @why: of the first of these, which kernel could not and why, "" without one
 * @differ: of @scenarios, those in which something differs
 * @differences: how many were told apart
 * @untold: scenarios with differences beyond those that are told
 */
struct lfb_compare_result {
	size_t sz;
	unsigned long scenarios;
	unsigned long left_out;
	char why[512];
	unsigned long differ;
	unsigned int differences;
	unsigned long untold;
};

/**
 * lfb_compare() - what kernels do differently from the first of them
 * @kernels: the kernels
 * @count: how many: 2 to LFB_COMPARE_KERNELS
 * @options: by what to compare them
 * @result: set to what came of it; may be NULL
 *
 * Each performs each scenario in a process of its own, so that one that crashes or never comes back
 * is a difference and no more. Differences are told apart by the operation in which transcripts
 * part and how each goes on, numbers left aside, and are one where one known defect makes them.
 * Each is shrunk as lfb_scenario_shrink() does it. The caller has one thread.
 *
 * Return: 0, whether there are differences or not; -EINVAL; -ENOMEM; -EAGAIN no more processes;
 * -EINTR @progress ended it, and what was found until then was told; what @report returned.
 */
LFB_API int lfb_compare(const struct lfb_compare_kernel *kernels, unsigned int count,
			const struct lfb_compare_options *options,
			struct lfb_compare_result *result);

#endif
