/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: cases run one after the other in a simulated kernel; no logs, attributes or debugfs. */
#ifndef LUO_KUNIT_TEST_H
#define LUO_KUNIT_TEST_H

#include <luo/kernel/kunit/resource.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/init.h>
#include <luo/kernel/linux/kconfig.h>
#include <luo/kernel/linux/kernel.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/module.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/string.h>
#include <luo/kernel/linux/types.h>
#include <luo/kunit.h>

#define KUNIT_SUBTEST_INDENT "    "
#define KUNIT_SUBSUBTEST_INDENT "        "

#define LFB_KUNIT_CASE_(test, params, how_fast, init, exit)                                        \
	{ test, #test, params, { how_fast }, init, exit, KBUILD_MODNAME }
#define KUNIT_CASE(test) LFB_KUNIT_CASE_(test, NULL, KUNIT_SPEED_UNSET, NULL, NULL)
#define KUNIT_CASE_SLOW(test) LFB_KUNIT_CASE_(test, NULL, KUNIT_SPEED_SLOW, NULL, NULL)
#define KUNIT_CASE_ATTR(test, attributes)                                                          \
	{ test, #test, NULL, attributes, NULL, NULL, KBUILD_MODNAME }
#define KUNIT_CASE_PARAM(test, params)                                                             \
	LFB_KUNIT_CASE_(test, params, KUNIT_SPEED_UNSET, NULL, NULL)
#define KUNIT_CASE_PARAM_ATTR(test, params, attributes)                                            \
	{ test, #test, params, attributes, NULL, NULL, KBUILD_MODNAME }
#define KUNIT_CASE_PARAM_WITH_INIT(test, params, init, exit)                                       \
	LFB_KUNIT_CASE_(test, params, KUNIT_SPEED_UNSET, init, exit)

/** kunit_register_params_array() - from a case's init: its values, for kunit_array_gen_params(). */
#define kunit_register_params_array(test, array, count, describe)                                  \
	do {                                                                                       \
		struct kunit_params *lfb_params_ = &(test)->params_array;                          \
                                                                                                   \
		lfb_params_->params = (array);                                                     \
		lfb_params_->num_params = (count);                                                 \
		lfb_params_->elem_size = sizeof((array)[0]);                                       \
		lfb_params_->get_description = (describe);                                         \
	} while (0)
/** KUNIT_ARRAY_PARAM() - @name_gen_params(): the elements of an array, each said by @describe. */
#define KUNIT_ARRAY_PARAM(name, array, describe)                                                   \
	static const void *name##_gen_params(struct kunit *test, const void *prev, char *desc)     \
	{                                                                                          \
		__typeof__(&(array)[0]) lfb_next_ =                                                \
			prev ? (__typeof__(&(array)[0]))prev + 1 : &(array)[0];                    \
		void (*lfb_describe_)(__typeof__(lfb_next_), char *) = describe;                   \
                                                                                                   \
		(void)test;                                                                        \
		if (lfb_next_ == &(array)[ARRAY_SIZE(array)])                                      \
			return NULL;                                                               \
		if (lfb_describe_)                                                                 \
			lfb_describe_(lfb_next_, desc);                                            \
		return lfb_next_;                                                                  \
	}
/** KUNIT_ARRAY_PARAM_DESC() - the same, said by a member that is a string. */
#define KUNIT_ARRAY_PARAM_DESC(name, array, member)                                                \
	static const void *name##_gen_params(struct kunit *test, const void *prev, char *desc)     \
	{                                                                                          \
		__typeof__(&(array)[0]) lfb_next_ =                                                \
			prev ? (__typeof__(&(array)[0]))prev + 1 : &(array)[0];                    \
                                                                                                   \
		(void)test;                                                                        \
		if (lfb_next_ == &(array)[ARRAY_SIZE(array)])                                      \
			return NULL;                                                               \
		strscpy(desc, lfb_next_->member, KUNIT_PARAM_DESC_SIZE);                           \
		return lfb_next_;                                                                  \
	}

/* All suites of a program or module, for who runs them: lfb_kunit_suites() gives them. */
extern struct kunit_suite *__start_lfb_kunit_suite[] __attribute__((__weak__,
								    __visibility__("hidden")));
extern struct kunit_suite *__stop_lfb_kunit_suite[] __attribute__((__weak__,
								   __visibility__("hidden")));
extern struct kunit_suite *const *lfb_kunit_suites(size_t *count)
	__attribute__((__weak__, __visibility__("default")));
struct kunit_suite *const *lfb_kunit_suites(size_t *count)
{
	*count = (size_t)(__stop_lfb_kunit_suite - __start_lfb_kunit_suite);
	return __start_lfb_kunit_suite;
}

#define LFB_KUNIT_SUITES_(name, ...)                                                               \
	static struct kunit_suite *name[]                                                          \
		__attribute__((__used__, __section__("lfb_kunit_suite"))) = { __VA_ARGS__ }
#define LFB_KUNIT_SUITES_AT_(line, ...) LFB_KUNIT_SUITES_(lfb_kunit_suites_##line, __VA_ARGS__)
#define LFB_KUNIT_SUITES_HERE_(line, ...) LFB_KUNIT_SUITES_AT_(line, __VA_ARGS__)
/** kunit_test_suites() - these are run. */
#define kunit_test_suites(...) LFB_KUNIT_SUITES_HERE_(__LINE__, __VA_ARGS__)
#define kunit_test_suite(suite) kunit_test_suites(&suite)
#define kunit_test_init_section_suites(...) kunit_test_suites(__VA_ARGS__)
#define kunit_test_init_section_suite(suite) kunit_test_suites(&suite)

#define kunit_suite_for_each_test_case(suite, at)                                                  \
	for (at = (suite)->test_cases; at->run_case; at++)

/** kunit_suite_num_test_cases() - Return: how many cases there are. */
static inline size_t kunit_suite_num_test_cases(struct kunit_suite *suite)
{
	struct kunit_case *at;
	size_t count = 0;

	kunit_suite_for_each_test_case(suite, at)
		count++;
	return count;
}

#define kunit_info(test, ...) kunit_say(test, __VA_ARGS__)
#define kunit_warn(test, ...) kunit_say(test, __VA_ARGS__)
#define kunit_err(test, ...) kunit_say(test, __VA_ARGS__)
#define kunit_log(level, test, ...) kunit_say(test, __VA_ARGS__)
#define kunit_printk(level, test, ...) kunit_say(test, __VA_ARGS__)

/** kunit_mark_skipped() - the case or suite ends as skipped, for this reason; it goes on. */
#define kunit_mark_skipped(test, ...)                                                              \
	do {                                                                                       \
		(test)->status = KUNIT_SKIPPED;                                                    \
		scnprintf((test)->status_comment, KUNIT_STATUS_COMMENT_SIZE, __VA_ARGS__);         \
	} while (0)
/** kunit_skip() - … and does not go on. */
#define kunit_skip(test, ...)                                                                      \
	do {                                                                                       \
		kunit_mark_skipped(test, __VA_ARGS__);                                             \
		lfb_kunit_abort(test);                                                             \
	} while (0)

static inline void kunit_set_failure(struct kunit *test)
{
	test->status = KUNIT_FAILURE;
}

static inline void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp);
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc(test, size, gfp | __GFP_ZERO);
}

static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, n, size, gfp | __GFP_ZERO);
}

static inline char *kunit_kstrdup(struct kunit *test, const char *s, gfp_t gfp)
{
	const size_t size = s ? strlen(s) + 1 : 0;
	char *copy = s ? (char *)kunit_kmalloc(test, size, gfp) : NULL;

	return copy ? (char *)memcpy(copy, s, size) : NULL;
}

/** kunit_kstrdup_const() - a copy that is not written to. */
static inline const char *kunit_kstrdup_const(struct kunit *test, const char *s, gfp_t gfp)
{
	return kunit_kstrdup(test, s, gfp);
}

static inline void kunit_kfree_const(struct kunit *test, const void *ptr)
{
	kunit_kfree(test, ptr);
}

#include <luo/kernel/kunit/expect.h>

#endif
