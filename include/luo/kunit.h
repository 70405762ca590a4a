/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * KUnit: suites of test cases that run in a simulated kernel. Mirrors kunit/test.h, whose macros
 * are in <luo/kernel/kunit/test.h>; what is here is what these call, and what runs suites.
 */
#ifndef LUO_KUNIT_H
#define LUO_KUNIT_H

#include <stdio.h>

#include <luo/list.h>
#include <luo/types.h>

#define KUNIT_PARAM_DESC_SIZE 128
#define KUNIT_STATUS_COMMENT_SIZE 256

struct kunit;
struct lfb_machine_options;

/** enum kunit_status - how a case ended. */
enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

/** enum kunit_speed - how long cases take; said, not looked at. */
enum kunit_speed {
	KUNIT_SPEED_UNSET,
	KUNIT_SPEED_VERY_SLOW,
	KUNIT_SPEED_SLOW,
	KUNIT_SPEED_NORMAL,
};

/** struct kunit_attributes - what is said of a case or suite. */
struct kunit_attributes {
	enum kunit_speed speed;
};

/**
 * struct kunit_params - the values of a parameterized case, where they are an array
 * @params: the first one
 * @get_description: says something of one; NULL: their numbers do
 * @num_params: how many
 * @elem_size: bytes of each
 */
struct kunit_params {
	const void *params;
	void (*get_description)(struct kunit *test, const void *param, char *desc);
	size_t num_params;
	size_t elem_size;
};

/**
 * struct kunit - the running case
 * @name: its name
 * @priv: the test's own
 * @parent: of a parameterized case, while one of its values is tried: the case itself
 * @params_array: of the case: its values, where kunit_register_params_array() said so
 * @param_value: that value
 * @param_index: … counted from 1; of the case: how many were tried
 * @status: how it ends if nothing more happens
 * @status_comment: why it is skipped
 * @lfb_made: what is undone at its end, newest first
 */
struct kunit {
	const char *name;
	void *priv;
	struct kunit *parent;
	struct kunit_params params_array;
	const void *param_value;
	int param_index;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct list_head lfb_made;
};

/**
 * struct kunit_case - a case; a table of them ends with an empty one
 * @run_case: the test
 * @name: its name
 * @generate_params: the value after @prev, of which @desc says something; NULL: no more
 * @attr: what is said of it
 * @param_init: called before the first value
 * @param_exit: called after the last one
 * @module_name: whose it is
 */
struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(struct kunit *test, const void *prev, char *desc);
	struct kunit_attributes attr;
	int (*param_init)(struct kunit *test);
	void (*param_exit)(struct kunit *test);
	const char *module_name;
};

/**
 * struct kunit_suite - cases that belong together
 * @name: its name
 * @suite_init: called before the first case; what it returns, if not 0, fails the suite. Where a
 *	case ended its kernel it is called in the next one, too
 * @suite_exit: called after the last case
 * @init: called before each case
 * @exit: called after each case, however it ended
 * @test_cases: the cases
 * @attr: what is said of it
 * @status: KUNIT_SKIPPED, set by @suite_init: none of them is tried …
 * @status_comment: … for this reason
 */
struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_attributes attr;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
};

/** typedef kunit_action_t - what is to be done at the end of a case. */
typedef void(kunit_action_t)(void *context);

/**
 * kunit_add_action() - have something done when the case ends
 * @test: the case
 * @action: what
 * @context: what it is given
 *
 * What was added last is done first. Return: 0; -ENOMEM.
 */
LFB_API int kunit_add_action(struct kunit *test, kunit_action_t *action, void *context);
/** kunit_add_action_or_reset() - the same; without memory for it it is done at once. */
LFB_API int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action, void *context);
/** kunit_remove_action() - have it not done. */
LFB_API void kunit_remove_action(struct kunit *test, kunit_action_t *action, void *context);
/** kunit_release_action() - have it done now, and not at the end. */
LFB_API void kunit_release_action(struct kunit *test, kunit_action_t *action, void *context);

/** kunit_kmalloc_array() - kmalloc_array() of memory that is freed when the case ends. */
LFB_API void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
/** kunit_kfree() - free such memory before; NULL is ignored. */
LFB_API void kunit_kfree(struct kunit *test, const void *ptr);

/** kunit_get_current_test() - Return: the running case, NULL: none runs. */
LFB_API struct kunit *kunit_get_current_test(void);
/** lfb_kunit_say() - a line about the case or suite of this name. */
LFB_API void lfb_kunit_say(const char *name, const char *format, ...) LFB_PRINTF(2, 3);
/** kunit_say() - a line about @test, a case or suite; what kunit_info() and its like are. */
#define kunit_say(test, ...) lfb_kunit_say((test)->name, __VA_ARGS__)
/** kunit_array_gen_params() - the values that kunit_register_params_array() said. */
LFB_API const void *kunit_array_gen_params(struct kunit *test, const void *prev, char *desc);

/**
 * struct lfb_kunit_place - where something was expected
 * @file: its source
 * @line: … and line
 * @fatal: the case goes no further without it
 */
struct lfb_kunit_place {
	const char *file;
	int line;
	bool fatal;
};

/** lfb_kunit_also() - " " and a sentence of the test's own about what fails next. */
LFB_API void lfb_kunit_also(const char *format, ...) LFB_PRINTF(1, 2);
/** lfb_kunit_failed() - @test failed there; the sentence says how. */
LFB_API void lfb_kunit_failed(struct kunit *test, const struct lfb_kunit_place *place,
			      const char *format, ...) LFB_PRINTF(3, 4);
/** lfb_kunit_numbers_fail() - "a", "==" and "b" is not so of these numbers. */
LFB_API void lfb_kunit_numbers_fail(struct kunit *test, const struct lfb_kunit_place *place,
				    const char *words[3], long long left, long long right);
/** lfb_kunit_ptrs_fail() - … of these pointers. */
LFB_API void lfb_kunit_ptrs_fail(struct kunit *test, const struct lfb_kunit_place *place,
				 const char *words[3], const void *left, const void *right);
/** lfb_kunit_strings_fail() - … of these strings. */
LFB_API void lfb_kunit_strings_fail(struct kunit *test, const struct lfb_kunit_place *place,
				    const char *words[3], const char *left, const char *right);
/** lfb_kunit_memory_fails() - … of these bytes. */
LFB_API void lfb_kunit_memory_fails(struct kunit *test, const struct lfb_kunit_place *place,
				    const char *words[3], const void *left, const void *right,
				    size_t size);
/** lfb_kunit_abort() - the case goes no further; its end comes. */
LFB_API void lfb_kunit_abort(struct kunit *test) __attribute__((__noreturn__));
/** lfb_kunit_redirect() - calls of @from are for @to while @test runs; NULL: for themselves. */
LFB_API void lfb_kunit_redirect(struct kunit *test, void (*from)(void), void (*to)(void));
/** lfb_kunit_redirected() - Return: for whom calls of @from are, NULL: for themselves. */
LFB_API void (*lfb_kunit_redirected(void (*from)(void)))(void);

/**
 * struct lfb_kunit_counts - how many cases ended how
 * @passed: as they should
 * @failed: otherwise
 * @skipped: were not tried
 */
struct lfb_kunit_counts {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
};

/**
 * lfb_kunit_run() - run suites, each in a machine of its own
 * @options: what machines are like, NULL: as by default
 * @suites: the suites
 * @count: how many
 * @glob: those to run: "SUITE" or "SUITE.CASE", in which * stands for anything; NULL: all. The
 *	first dot is between suite and case
 * @out: what is said, as KTAP
 * @counts: filled in; of a parameterized case each value is one
 *
 * A case that ends its kernel has failed; the next one has a new one. What is found meanwhile is
 * said, and fails the case unless it is a complaint of the kernel's alone. What is found while the
 * suite begins or ends fails the suite, as one case more.
 *
 * Return: 0, also when cases failed; -ENOMEM, -EINVAL: no machine could be made.
 */
LFB_API int lfb_kunit_run(const struct lfb_machine_options *options,
			  struct kunit_suite *const *suites, size_t count, const char *glob,
			  FILE *out, struct lfb_kunit_counts *counts);
/**
 * lfb_kunit_run_modules() - run the suites of modules, each in a machine that has loaded them all
 * @options: as for lfb_kunit_run()
 * @paths: the modules' files, as lfb build makes them, up to a NULL; loaded in this order
 * @glob: as for lfb_kunit_run()
 * @out: as for lfb_kunit_run()
 * @counts: as for lfb_kunit_run()
 *
 * Return: as lfb_kunit_run(), or what lfb_machine_load_module() returns; -ENOENT: none of them has
 * suites. lfb_error_text() says what is wrong.
 */
LFB_API int lfb_kunit_run_modules(const struct lfb_machine_options *options,
				  const char *const *paths, const char *glob, FILE *out,
				  struct lfb_kunit_counts *counts);
/**
 * lfb_kunit_list_modules() - say which cases would be run, one a line
 * @options: as for lfb_kunit_run_modules()
 * @paths: as for lfb_kunit_run_modules()
 * @glob: as for lfb_kunit_run_modules()
 * @out: gets the lines
 *
 * Return: how many, or as lfb_kunit_run_modules().
 */
LFB_API int lfb_kunit_list_modules(const struct lfb_machine_options *options,
				   const char *const *paths, const char *glob, FILE *out);

#endif
