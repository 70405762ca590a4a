/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Bounded-exhaustive search: every sequence of operations up to a length, in a small world,
 * compared step by step with a model of the rules; or done with somebody's module, and looked at
 * for findings. docs/exhaust.md says what the worlds are.
 */
#ifndef LUO_EXHAUST_H
#define LUO_EXHAUST_H

#include <luo/finding.h>
#include <luo/progress.h>
#include <luo/sweep.h>
#include <luo/types.h>

struct file;
struct lfb_machine;
struct lfb_machine_options;
struct lfb_module;
struct lfb_scenario;

/** LFB_EXHAUST_LENGTH_MAX - the longest sequences that can be asked for */
#define LFB_EXHAUST_LENGTH_MAX 12u

/**
 * enum lfb_exhaust_group - operations beyond the basic ones, as bits
 * @LFB_EXHAUST_LOCKED: objects are borrowed under a lock and given back, also with another one. The
 *	kernel is rfc-v6 unless the options name another, without any quirk but those asked for
 * @LFB_EXHAUST_UNREGISTERED: an FLB is linked to a handler that was never registered
 * @LFB_EXHAUST_NAMES: a session gets a name that fills its field
 * @LFB_EXHAUST_MANY: as many sessions are created as a block holds
 * @LFB_EXHAUST_MISSING: a handler is not registered after a reboot
 * @LFB_EXHAUST_FAULTS: an allocation fails in the next operation
 * @LFB_EXHAUST_HALVES: the agent does something between the halves of a reboot
 * @LFB_EXHAUST_DAMAGE: the serialized FLBs are written to between the halves of a reboot
 * @LFB_EXHAUST_RACES: a second thread does something in the middle of an operation
 * @LFB_EXHAUST_MODULES: the module is a real one, and unloaded
 * @LFB_EXHAUST_NO_FILE: a retrieve answers 0 and gives no file, a preserve no object
 * @LFB_EXHAUST_IDENTITIES: a handler says what identifies its files, and changes its mind
 * @LFB_EXHAUST_LOST: the next kernel is given nothing, or has no live update, or no KHO, or cannot
 *	prepare its own live update
 * @LFB_EXHAUST_ALL_GROUPS: all but LFB_EXHAUST_LOCKED; with a kernel image it is without
 *	LFB_EXHAUST_FAULTS, too
 */
enum lfb_exhaust_group {
	LFB_EXHAUST_LOCKED = 1 << 0,
	LFB_EXHAUST_UNREGISTERED = 1 << 1,
	LFB_EXHAUST_NAMES = 1 << 2,
	LFB_EXHAUST_MANY = 1 << 3,
	LFB_EXHAUST_MISSING = 1 << 4,
	LFB_EXHAUST_FAULTS = 1 << 5,
	LFB_EXHAUST_HALVES = 1 << 6,
	LFB_EXHAUST_DAMAGE = 1 << 7,
	LFB_EXHAUST_RACES = 1 << 8,
	LFB_EXHAUST_MODULES = 1 << 9,
	LFB_EXHAUST_NO_FILE = 1 << 10,
	LFB_EXHAUST_IDENTITIES = 1 << 11,
	LFB_EXHAUST_LOST = 1 << 12,
	LFB_EXHAUST_ALL_GROUPS = (1 << 13) - 1 - LFB_EXHAUST_LOCKED,
};

/** lfb_exhaust_group_name() - Return: a group's name ("races") by its bit's number, or NULL. */
LFB_API const char *lfb_exhaust_group_name(unsigned int bit);

/**
 * struct lfb_exhaust_options - what to search
 * @sz: sizeof(struct lfb_exhaust_options)
 * @profile: the kernel; default "reference"
 * @quirks_on: quirk names to add to the profile's, separated by spaces or commas
 * @quirks_off: quirk names to take from it
 * @length: operations in a sequence, 1 to LFB_EXHAUST_LENGTH_MAX; default 5
 * @jobs: threads; default as many as there are processors
 * @groups: enum lfb_exhaust_group, added to what the quirks that are on need by themselves
 * @all: follow every sequence to its end instead of going on once from equal states
 * @progress: told how far it is, and may end it; NULL: nobody is
 * @context: handed to @progress
 * @shard: of @shards parts of the sequences of @length operations, try this one, from 1: those that
 *	go on from every @shards-th state. Shorter ones are tried by all
 * @shards: how many parts there are; 0: the search is whole
 * @kernel: a kernel image (docs/tree.md), or NULL. It is compared not with the model but with
 *	@profile, by default that of its version, and @quirks_on and @quirks_off are that one's. It
 *	has no LFB_EXHAUST_LOCKED and no LFB_EXHAUST_FAULTS
 * @beside: also do every two operations beside each other, as two threads of the agent, in every
 *	schedule (luo/schedule.h) with up to @bound preemptions. They are the last two of @length,
 *	and begin in every state that shorter sequences reach; those of one operation after the
 *	other are one shorter than @length. Neither with @kernel nor with @shards
 * @bound: how often a task may stand that could go on
 */
struct lfb_exhaust_options {
	size_t sz;
	const char *profile;
	const char *quirks_on;
	const char *quirks_off;
	unsigned int length;
	unsigned int jobs;
	unsigned int groups;
	bool all;
	lfb_progress_fn progress;
	void *context;
	unsigned int shard;
	unsigned int shards;
	const char *kernel;
	bool beside;
	unsigned int bound;
};

/**
 * struct lfb_exhaust_result - what a search found; but for @scenario plain numbers
 * @sz: sizeof(struct lfb_exhaust_result)
 * @letters: operations a sequence is made of
 * @length: the length that was completed; less than asked for when a difference was found
 * @sequences: sequences of that length, all of them covered
 * @states: different states that were gone on from
 * @runs: times a machine was switched on
 * @steps: operations done and compared
 * @scenario: the shortest scenario that differs from the model, NULL when none was found; for
 *	lfb_scenario_free()
 * @found_length: operations in the sequence it was shrunk from
 * @kernel: the options of lfb run for the kernel that was searched, "" for the default
 * @what: what differs: "result", "callbacks", "counts", "safety" or "life"; of a kernel image also
 *	"state"; of two operations beside each other also "state" and "finding"
 * @expected: by the model, or of an image by its profile
 * @got: from the kernel
 * @shorter_runs: of @runs, those for sequences shorter than were asked for, which all shards do
 * @shorter_steps: likewise, of @steps
 * @found_at: where the sequence that differs comes among those of its length, in the order of the
 *	whole search; nothing but the order counts
 * @beside_states: states from which two operations were done beside each other
 * @pairs: of operations, that were, of all these states
 * @schedules: in which they were
 * @choices: that were made in all of them, of who goes on
 *
 * In a shard @sequences are its own, of the length that was asked for: those of all shards are all.
 */
struct lfb_exhaust_result {
	size_t sz;
	unsigned int letters;
	unsigned int length;
	u64 sequences;
	u64 states;
	u64 runs;
	u64 steps;
	struct lfb_scenario *scenario;
	unsigned int found_length;
	char kernel[1200];
	char what[16];
	char expected[2200];
	char got[2200];
	u64 shorter_runs;
	u64 shorter_steps;
	u64 found_at;
	u64 beside_states;
	u64 pairs;
	u64 schedules;
	u64 choices;
};

/**
 * lfb_exhaust() - compare all sequences of operations with the model
 * @options: which
 * @result: set to what was found
 *
 * Shorter sequences are beginnings of the longest ones and compared on the way. The search ends
 * with the first length at which something differs. The result does not depend on the number of
 * threads.
 *
 * Return: 0, whether a difference was found or not; -EINVAL an option makes no sense; -ENOMEM;
 * -EINTR @progress of the options ended it: the result is about the lengths completed until then,
 * and has a difference if one was seen.
 */
LFB_API int lfb_exhaust(const struct lfb_exhaust_options *options,
			struct lfb_exhaust_result *result);

/**
 * lfb_exhaust_case() - compare one scenario with the model
 * @options: the kernel; @length, @jobs, @groups and @all mean nothing
 * @scenario: operations the model knows, in its world: handlers 0 to 2, FLBs 0 to 2
 * @result: @what, @expected, @got and @steps are set; @what is empty when nothing differs
 *
 * Return: 0; -EINVAL an option makes no sense, or the scenario leaves the model's world:
 * lfb_error_text(NULL) says where; -ENOMEM.
 */
LFB_API int lfb_exhaust_case(const struct lfb_exhaust_options *options,
			     const struct lfb_scenario *scenario,
			     struct lfb_exhaust_result *result);

/**
 * enum lfb_exhaust_choice - what a search of modules tries unless it is told to do without, as bits
 * @LFB_EXHAUST_AGAIN: a file that was retrieved is preserved again, before its session is finished
 *	(-EBUSY) and afterwards
 * @LFB_EXHAUST_OFF: the next kernel boots without live update, or without KHO: what was handed over
 *	is lost, and the one after that has both again
 * @LFB_EXHAUST_LINKS: the next kernel lacks one of the links of handlers and FLBs, or has one more
 * @LFB_EXHAUST_PLAIN: the next kernel was loaded without the handover: it has live update, and is
 *	given nothing
 * @LFB_EXHAUST_TWICE: a file that is preserved is preserved under another token, too (-EBUSY),
 *	where a handler says what identifies its files and the kernel asks it
 * @LFB_EXHAUST_ALL_CHOICES: all of these
 */
enum lfb_exhaust_choice {
	LFB_EXHAUST_AGAIN = 1 << 0,
	LFB_EXHAUST_OFF = 1 << 1,
	LFB_EXHAUST_LINKS = 1 << 2,
	LFB_EXHAUST_PLAIN = 1 << 3,
	LFB_EXHAUST_TWICE = 1 << 4,
	LFB_EXHAUST_ALL_CHOICES = (1 << 5) - 1,
};

/**
 * struct lfb_exhaust_module_options - what to look for, and how far
 * @sz: sizeof(struct lfb_exhaust_module_options)
 * @length: operations in a sequence, 1 to LFB_EXHAUST_LENGTH_MAX; default 6, which is enough to
 *	preserve, reboot, retrieve and finish
 * @finds: findings to look for, of any severity; the search is over when each was found. NULL:
 *	all of severity error and fatal, up to @length
 * @nr_finds: how many they are
 * @progress: told how far it is, and may end it; NULL: nobody is
 * @context: handed to @progress
 * @without: enum lfb_exhaust_choice, what not to try; 0: all of it is tried
 * @jobs: threads; default as many as there are processors
 * @shard: of @shards parts of the sequences of @length operations, try this one, from 1: those that
 *	go on from every @shards-th of the shorter ones. Those are tried by all
 * @shards: how many parts there are; 0: the search is whole
 */
struct lfb_exhaust_module_options {
	size_t sz;
	unsigned int length;
	const enum lfb_finding_id *finds;
	size_t nr_finds;
	lfb_progress_fn progress;
	void *context;
	unsigned int without;
	unsigned int jobs;
	unsigned int shard;
	unsigned int shards;
};

/**
 * struct lfb_exhaust_found - a finding, and the first sequence that raises it
 * @id: which
 * @length: operations in the sequence; 0: registering is enough
 * @tried: sequences that were tried until then, this one included
 * @scenario: the module and what is left of the sequence when it is shrunk: runs by itself
 */
struct lfb_exhaust_found {
	enum lfb_finding_id id;
	unsigned int length;
	u64 tried;
	struct lfb_scenario *scenario;
};

/**
 * struct lfb_exhaust_module_result - what a search found in a module
 * @sz: sizeof(struct lfb_exhaust_module_result)
 * @length: the length of the last sequence that was tried
 * @sequences: sequences that were tried, shorter ones included
 * @found: an entry for each finding, in the order they were found; NULL when there is none
 * @nr_found: how many
 *
 * In a shard the sequences of all shards count as tried, as in the whole search.
 */
struct lfb_exhaust_module_result {
	size_t sz;
	unsigned int length;
	u64 sequences;
	struct lfb_exhaust_found *found;
	size_t nr_found;
};

/**
 * lfb_exhaust_module() - try a module in all sequences of operations
 * @module: a scenario; of its lines those that say what the module does count ("when", "forget",
 *	"compatible", "identity", "module"), for handlers and FLBs 0 and 1. The others are left out
 * @machine: a machine that is switched off, and is again afterwards; its findings and the orders
 *	in which it saw locks taken are forgotten
 * @options: which; NULL for the defaults
 * @result: set to what was found, for lfb_exhaust_module_end()
 *
 * The agent makes no mistakes, so a finding is the module's, or the kernel's when it has defects.
 * Sequences are tried by length, those of one length in the same order each time, with what is
 * left over at their end looked for. There is no model: nothing is compared. The result does not
 * depend on the number of threads; each has a machine of its own, like @machine.
 *
 * Return: 0, whether something was found or not; -EINVAL no live scenario or machine, options or a
 * result that make no sense, a module with other numbers; -EBUSY the machine is not off; -ENOMEM;
 * -EINTR @progress of the options ended it: the result is what was found until then.
 */
LFB_API int lfb_exhaust_module(const struct lfb_scenario *module, struct lfb_machine *machine,
			       const struct lfb_exhaust_module_options *options,
			       struct lfb_exhaust_module_result *result);
/** lfb_exhaust_module_end() - free what a result holds. NULL is ignored. */
LFB_API void lfb_exhaust_module_end(struct lfb_exhaust_module_result *result);

/**
 * struct lfb_exhaust_modules_found - a finding in modules in C, and the first sequence with it
 * @sz: sizeof(struct lfb_exhaust_modules_found)
 * @id: which; LFB_FINDINGS_NR: none, the kernel or the process died without one
 * @length: calls in the sequence; 0: loading the modules is enough
 * @name: the sequence, for @only of struct lfb_exhaust_modules
 * @calls: the sequence as C, a line each
 * @text: the finding, as lfb_finding_format() has it
 * @at: where the sequence comes among those of its length, in the order of the whole search: of
 *	shards that found the same the first counts
 */
struct lfb_exhaust_modules_found {
	size_t sz;
	enum lfb_finding_id id;
	unsigned int length;
	const char *name;
	const char *calls;
	const char *text;
	u64 at;
};

/**
 * struct lfb_exhaust_modules - modules in C, and what their agent has
 * @sz: sizeof(struct lfb_exhaust_modules)
 * @name: what to call it in messages; NULL: "modules"
 * @modules: what the kernels are built with, ended by NULL; NULL: @loadable is all
 * @make_file: makes a file of one of the kinds, 0 and up. Runs as kernel code; may return
 *	ERR_PTR(), which ends the search. NULL: lfb_module_file() for the handlers in the order
 *	in which they are registered
 * @kinds: how many kinds of files there are; 0: 1, or without @make_file one for each handler
 * @files: how many of each kind, 8 together at most; 0: 2. They are alike, and named in order only
 * @sessions: 1 to 4; 0: 2
 * @use: what the module's users do in a new kernel before all is finished, as kernel code; 0 or
 *	-errno. NULL: nothing
 * @length: calls in a sequence, 1 to LFB_EXHAUST_LENGTH_MAX; 0: 6, which is enough to preserve,
 *	jump, retrieve and finish
 * @without: enum lfb_exhaust_choice, what not to try; 0: all of it is tried
 * @no_failures: the callbacks that may fail are not made to
 * @jobs: processes; 0: as many as there are processors; 1: none but this one, for a debugger
 * @finds: findings to look for, of any severity; NULL: all of severity error and fatal
 * @nr_finds: how many they are
 * @only: the one sequence to do, as the result names it; NULL: all
 * @write: receives each finding as text, with its case and the calls that lead to it; with @only
 *	all that happens. NULL for silence
 * @write_context: handed to @write
 * @progress: told how far it is, and may end it; NULL: nobody is. Not with @only
 * @progress_context: handed to @progress
 * @loadable: files of more modules (lfb_machine_load_module()), ended by NULL. May be NULL
 * @next: the file that takes the place of the last of @loadable at the first kexec
 *	(lfb_machine_swap_module()); NULL: none does
 * @replaced: the one of @loadable that it takes the place of: its name, or its file's; NULL: the
 *	last
 * @all_in_data: what @modules, @make_file and @use keep is in LFB_MODULE_DATA() or in the kernel's
 *	memory, and nowhere else, @context included
 * @from_power_on: have each sequence begin with power on. Else those with the same beginning go on
 *	from copies of the machine (lfb_machine_copy()) where there can be some, and where no more
 *	is kept than is in them: with @loadable alone, or @all_in_data. The result is the same
 * @shard: of @shards parts of the sequences of @length calls, try this one, from 1; not with @only.
 *	Shorter ones are tried by all
 * @shards: how many parts there are; 0: the search is whole
 * @found: told of each finding, before @write is; NULL: nobody is
 * @found_context: handed to @found
 */
struct lfb_exhaust_modules {
	size_t sz;
	const char *name;
	struct lfb_module *const *modules;
	struct file *(*make_file)(struct lfb_machine *machine, void *context, unsigned int kind);
	unsigned int kinds;
	unsigned int files;
	unsigned int sessions;
	int (*use)(struct lfb_machine *machine, void *context);
	unsigned int length;
	unsigned int without;
	bool no_failures;
	unsigned int jobs;
	const enum lfb_finding_id *finds;
	size_t nr_finds;
	const char *only;
	lfb_write_fn write;
	void *write_context;
	lfb_progress_fn progress;
	void *progress_context;
	const char *const *loadable;
	const char *next;
	const char *replaced;
	bool all_in_data;
	bool from_power_on;
	unsigned int shard;
	unsigned int shards;
	void (*found)(void *context, const struct lfb_exhaust_modules_found *found);
	void *found_context;
};

/**
 * struct lfb_exhaust_modules_result - what was covered and found
 * @sz: sizeof(struct lfb_exhaust_modules_result)
 * @length: of the longest sequences that were done
 * @sequences: sequences that were done, shorter ones included
 * @violations: findings of different ids, and 1 for a kernel or process that died without one
 * @findings: bit id % 64 of word id / 64 (enum lfb_finding_id)
 * @first_case: the shortest sequence with a violation, for @only; "" without one
 * @first: the finding and the calls that lead to it
 * @shorter: of @sequences, those that are shorter than was asked for, which all shards do
 *
 * In a shard @sequences of the length that was asked for are its own.
 */
struct lfb_exhaust_modules_result {
	size_t sz;
	unsigned int length;
	u64 sequences;
	unsigned int violations;
	u64 findings[LFB_SWEEP_FINDING_WORDS];
	char first_case[400];
	char first[4000];
	u64 shorter;
};

/**
 * lfb_exhaust_modules() - try modules in C in all sequences of an agent's calls
 * @machine: how the machines are built (struct lfb_machine_options); NULL for the defaults with
 *	8 MiB of memory
 * @what: the modules, and what to try
 * @context: handed to their functions
 * @result: set to what was found
 *
 * Each sequence begins with a machine switched on and the device opened, which is opened again
 * after every kexec, and ends with a look at what should be over. The agent makes no mistakes, so
 * that what is found is the modules' doing. Sequences are done by length; the search ends with the
 * first length at which something is found. In @jobs processes, forked from this one: one that
 * dies is a violation. The result does not depend on how many they are, as long as the modules
 * keep nothing outside of their data.
 *
 * Return: 0, whether something was found or not; -EINVAL options that make no sense, a case that is
 * none; -EBUSY a module is in use; -ENOMEM; what @make_file answered; what writing returned;
 * -EINTR @progress ended it, and the result is what was found until then.
 */
LFB_API int lfb_exhaust_modules(const struct lfb_machine_options *machine,
				const struct lfb_exhaust_modules *what, void *context,
				struct lfb_exhaust_modules_result *result);

#endif
