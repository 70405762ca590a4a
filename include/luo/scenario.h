/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios: a live update as text, one operation a line. docs/scenarios.md is the language.
 */
#ifndef LUO_SCENARIO_H
#define LUO_SCENARIO_H

#include <luo/inspect.h>
#include <luo/types.h>

struct lfb_blob;
struct lfb_machine;
struct lfb_scenario;

/**
 * lfb_scenario_parse() - read a scenario; nothing is run
 * @name: what to call it in messages, as a rule the file's name
 * @text: the text
 * @size: bytes of @text
 * @scenario: set to the scenario, NULL on error
 *
 * Return: 0; -EINVAL a line is not understood: lfb_error_text(NULL) gives name, line, column and
 * what was expected; -ENOMEM.
 */
LFB_API int lfb_scenario_parse(const char *name, const char *text, size_t size,
			       struct lfb_scenario **scenario);
/** lfb_scenario_load() - lfb_scenario_parse() of a file; also the errors of reading it. */
LFB_API int lfb_scenario_load(const char *path, struct lfb_scenario **scenario);
/** lfb_scenario_free() - free a scenario; NULL is ignored. */
LFB_API void lfb_scenario_free(struct lfb_scenario *scenario);

/**
 * struct lfb_scenario_options - how to run one
 * @sz: sizeof(struct lfb_scenario_options)
 * @golden: print the transcript of callbacks and results only, in the format of the recorded
 *	kernels; else the whole trace
 * @write: receives the output; NULL for none
 * @context: handed to @write
 * @boot_from: boot from this handover instead of cold; NULL for cold
 * @last_blob: if not NULL, set to the handover of the last jump, NULL when there was none; for
 *	lfb_blob_free()
 * @last_memory: if not NULL, set to a copy of physical memory at the last jump, from address 0 to
 *	the highest page given out, NULL when there was no jump; for free(). Needs a machine with
 *	LFB_PAGES_ASCENDING
 * @last_memory_size: set to the bytes of @last_memory; not NULL where that is not
 * @trace_all: the whole trace is lfb_trace_all_to()'s, each event further in than what it happened
 *	in; not with @golden
 * @strict: operations whose lines do not say what they must answer must answer 0
 * @schedule: who goes on where tasks run beside each other ("parallel"): "0,1,0", "random:SEED" or
 *	"pct:DEPTH:SEED" (docs/schedules.md); NULL: in order
 */
struct lfb_scenario_options {
	size_t sz;
	bool golden;
	lfb_write_fn write;
	void *context;
	const struct lfb_blob *boot_from;
	struct lfb_blob **last_blob;
	void **last_memory;
	size_t *last_memory_size;
	bool trace_all;
	bool strict;
	const char *schedule;
};

/**
 * lfb_scenario_run() - run a scenario from the first boot to the end
 * @scenario: the scenario
 * @machine: a machine that is switched off; it is switched off again afterwards
 * @options: how; NULL for silence
 *
 * Return: 0; -EILSEQ an operation's result was not the expected one its line gives
 * (lfb_error_text(@machine) names line, expected and actual result); -EFAULT or -EDEADLK a kernel
 * died that the scenario did not expect to; -EINVAL; what writing returned.
 */
LFB_API int lfb_scenario_run(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			     const struct lfb_scenario_options *options);

#endif
