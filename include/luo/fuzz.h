/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Fuzzing modules: bytes become the life of an agent with the modules' files, and damage to what
 * they hand over. A fuzz target is a line, LFB_FUZZ_TARGET() below, and lfb_add_fuzzer() of CMake
 * makes a program of it: with libFuzzer where the compiler is clang, else with a main() of its own.
 * docs/fuzz-your-module.md begins with an empty file.
 */
#ifndef LUO_FUZZ_H
#define LUO_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/exhaust.h>
#include <luo/machine.h>

/**
 * LFB_FUZZ_RECORD_SIZE - bytes of one thing that is done
 *
 * An input is a row of records: a verb, what of, what fails, how, and a value of 32 bits, little
 * endian. Whatever they are, they mean something: what makes no sense where it comes is left out,
 * and so are bytes behind the last whole record.
 */
#define LFB_FUZZ_RECORD_SIZE 8

/** LFB_FUZZ_RECORDS_MAX - records that are read, at most. */
#define LFB_FUZZ_RECORDS_MAX 32

struct lfb_fuzzer;

/**
 * struct lfb_fuzz_result - what became of an input
 * @sz: sizeof(struct lfb_fuzz_result)
 * @calls: calls of the agent that were done, those that complete the life included
 * @damages: numbers in the modules' payload that were changed before a jump
 * @violations: findings of different ids, and 1 for a kernel that died without one
 * @findings: bit id % 64 of word id / 64 (enum lfb_finding_id)
 * @report: with a violation the calls, what was damaged, and the findings; else ""
 */
struct lfb_fuzz_result {
	size_t sz;
	unsigned int calls;
	unsigned int damages;
	unsigned int violations;
	u64 findings[LFB_SWEEP_FINDING_WORDS];
	char report[12000];
};

/**
 * lfb_fuzzer_create() - make what tries inputs
 * @machine: how the machine is built; NULL: 8 MiB of memory that does not move
 * @what: the modules and what their agent has, as for lfb_exhaust_modules(). @length, @jobs, @only,
 *	@shard, @shards, @write, @progress and @found mean nothing here
 * @context: handed to their functions
 * @fuzzer: set to what lfb_fuzzer_destroy() frees
 *
 * Where machines can be copied (@all_in_data, or modules that are loaded and no functions), each
 * input begins with a copy of a machine that is switched on.
 *
 * Return: 0; -EINVAL options that make no sense, or no place for the fuzzer; -EBUSY a module is in
 * use; -ENOMEM. lfb_error_text(NULL) has the sentence.
 */
LFB_API int lfb_fuzzer_create(const struct lfb_machine_options *machine,
			      const struct lfb_exhaust_modules *what, void *context,
			      struct lfb_fuzzer **fuzzer);
/** lfb_fuzzer_destroy() - free one. NULL is ignored. */
LFB_API void lfb_fuzzer_destroy(struct lfb_fuzzer *fuzzer);

/**
 * lfb_fuzzer_try() - live the life that bytes say
 * @fuzzer: with which modules
 * @data: records; NULL when @size is 0
 * @size: bytes there
 * @result: set to what became of it
 *
 * Records are calls of an agent that makes no mistakes (lfb_exhaust_modules()), any callback in
 * which may fail, and damage: after the reboot call has serialized all, and before the jump, a
 * number in memory that the modules handed over is changed. At the end the life is completed: what
 * is handed over is retrieved and finished, what is not is handed over first.
 *
 * Without damage the modules must be correct: all findings of severity error and fatal count, or
 * those in @finds. After damage a module may refuse, complain and even stop the kernel by panic(),
 * and what it does not take over is lost; but it may touch no memory that is not its own, may not
 * run into a BUG_ON(), nor keep a lock: only such findings count then.
 *
 * Context: outside of every kernel. Return: 0, whether something was found or not; -EINVAL no
 * fuzzer, no input, a result of another size; -ENOMEM; what @make_file answered.
 */
LFB_API int lfb_fuzzer_try(struct lfb_fuzzer *fuzzer, const void *data, size_t size,
			   struct lfb_fuzz_result *result);

/**
 * lfb_fuzz_mutate() - make another input of one
 * @data: the input, with room for @room bytes
 * @size: bytes it has
 * @room: bytes it may have
 * @seed: the same for the same change
 *
 * Adds, repeats, removes, exchanges or changes a record. Return: bytes it has now.
 */
LFB_API size_t lfb_fuzz_mutate(void *data, size_t size, size_t room, unsigned int seed);

/* What the macro below calls. Names that end so are not for users. */
static inline int lfb_fuzz_one_(struct lfb_fuzzer **fuzzer,
				const struct lfb_machine_options *machine,
				const struct lfb_exhaust_modules *what, void *context,
				const void *data, size_t size)
{
	struct lfb_fuzz_result result;
	int err = *fuzzer ? 0 : lfb_fuzzer_create(machine, what, context, fuzzer);

	memset(&result, 0, sizeof(result));
	result.sz = sizeof(result);
	if (!err && size)
		err = lfb_fuzzer_try(*fuzzer, data, size, &result);
	if (err) {
		fprintf(stderr, "%s\n", lfb_error_text(NULL));
		exit(1);
	}
	if (result.violations) {
		fputs(result.report, stderr);
		abort();
	}
	return 0;
}

/**
 * LFB_FUZZ_TARGET() - a whole fuzz target
 * @machine: const struct lfb_machine_options *, or NULL, as for lfb_fuzzer_create()
 * @context: handed to the functions
 * @...: members of struct lfb_exhaust_modules, as ".modules = all, .make_file = make"
 *
 * Defines what libFuzzer and AFL++ call: LLVMFuzzerInitialize(), LLVMFuzzerTestOneInput(), which
 * prints the report of a violation and aborts, and LLVMFuzzerCustomMutator(). Once in a program.
 */
#define LFB_FUZZ_TARGET(machine, context, ...)                                                   \
	static struct lfb_fuzzer *lfb_fuzzer_;                                                   \
	static const struct lfb_exhaust_modules lfb_fuzz_what_ = {                               \
		.sz = sizeof(struct lfb_exhaust_modules), __VA_ARGS__                            \
	};                                                                                       \
	int LLVMFuzzerTestOneInput(const u8 *data, size_t size);                                 \
	int LLVMFuzzerTestOneInput(const u8 *data, size_t size)                                  \
	{                                                                                        \
		return lfb_fuzz_one_(&lfb_fuzzer_, machine, &lfb_fuzz_what_, context, data,      \
				     size);                                                      \
	}                                                                                        \
	int LLVMFuzzerInitialize(int *argc, char ***argv);                                       \
	int LLVMFuzzerInitialize(int *argc, char ***argv)                                        \
	{                                                                                        \
		(void)argc;                                                                      \
		(void)argv;                                                                      \
		return LLVMFuzzerTestOneInput(NULL, 0);                                          \
	}                                                                                        \
	size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t room, unsigned int seed);   \
	size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t room, unsigned int seed)    \
	{                                                                                        \
		return lfb_fuzz_mutate(data, size, room, seed);                                  \
	}                                                                                        \
	struct lfb_fuzzer

#ifdef LFB_FUZZ_STANDALONE
/*
 * Without libFuzzer: NAME [-runs=N] [-seed=S] [FILE...] tries the files, then N inputs that are
 * made of one another by lfb_fuzz_mutate(), and leaves one that aborts in crash-input.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void lfb_fuzz_run_(const u8 *data, size_t size)
{
	FILE *file = fopen("crash-input", "wb");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file)) {
		perror("crash-input");
		exit(1);
	}
	LLVMFuzzerTestOneInput(data, size);
	remove("crash-input");
}

int main(int argc, char **argv)
{
	u8 input[LFB_FUZZ_RECORDS_MAX * LFB_FUZZ_RECORD_SIZE];
	unsigned int seed = 1;
	unsigned long runs = 0;
	size_t size = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		FILE *file;

		if (sscanf(argv[i], "-runs=%lu", &runs) == 1 ||
		    sscanf(argv[i], "-seed=%u", &seed) == 1)
			continue;
		file = fopen(argv[i], "rb");
		if (!file) {
			perror(argv[i]);
			return 1;
		}
		size = fread(input, 1, sizeof(input), file);
		fclose(file);
		LLVMFuzzerTestOneInput(input, size);
	}
	for (unsigned long run = 0; run < runs; run++) {
		/* Long ones are begun anew, for there is no corpus to go back to. */
		if (run % LFB_FUZZ_RECORDS_MAX == 0)
			size = 0;
		size = lfb_fuzz_mutate(input, size, sizeof(input), seed++);
		lfb_fuzz_run_(input, size);
	}
	return 0;
}
#endif

#endif
