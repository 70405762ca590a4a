/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what kunit/test.h has of expectations. No such name on a kernel. */
#ifndef LUO_KUNIT_EXPECT_H
#define LUO_KUNIT_EXPECT_H

#include <string.h>

#include <luo/kernel/linux/err.h>
#include <luo/kunit.h>

#define LFB_KUNIT_FAILED_(test, fatal, ...)                                                        \
	do {                                                                                       \
		const struct lfb_kunit_place lfb_place_ = { __FILE__, __LINE__, fatal };           \
                                                                                                   \
		lfb_kunit_failed(test, &lfb_place_, __VA_ARGS__);                                  \
	} while (0)
/* A sentence of the test's own, if there is one. */
#define LFB_KUNIT_ALSO_(...)                                                                       \
	do {                                                                                       \
		if (sizeof(#__VA_ARGS__) > 1)                                                      \
			lfb_kunit_also(" " __VA_ARGS__);                                           \
	} while (0)
#define LFB_KUNIT_HOLDS_(test, fatal, holds, sentence, ...)                                        \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			LFB_KUNIT_ALSO_(__VA_ARGS__);                                              \
			LFB_KUNIT_FAILED_(test, fatal, "Expected %s", sentence);                   \
		}                                                                                  \
	} while (0)
/* @how says that @left @op @right is not so. */
#define LFB_KUNIT_FAILS_(how, test, is_fatal, left, op, right, also, ...)                          \
	do {                                                                                       \
		const struct lfb_kunit_place lfb_place_ = { __FILE__, __LINE__, is_fatal };        \
		const char *lfb_words_[3] = { left, op, right };                                   \
                                                                                                   \
		also;                                                                              \
		how(test, &lfb_place_, lfb_words_, __VA_ARGS__);                                   \
	} while (0)
/* As kernels are built, an unsigned number is compared with a signed one without a warning. */
#define LFB_KUNIT_NUMBERS_(test, fatal, a, op, b, ...)                                             \
	do {                                                                                       \
		__auto_type lfb_left_ = (a);                                                       \
		__auto_type lfb_right_ = (b);                                                      \
		_Pragma("GCC diagnostic push")                                                     \
		_Pragma("GCC diagnostic ignored \"-Wsign-compare\"")                               \
		const bool lfb_holds_ = lfb_left_ op lfb_right_;                                   \
		_Pragma("GCC diagnostic pop")                                                      \
                                                                                                   \
		if (!lfb_holds_)                                                                   \
			LFB_KUNIT_FAILS_(lfb_kunit_numbers_fail, test, fatal, #a, #op, #b,         \
					 LFB_KUNIT_ALSO_(__VA_ARGS__),                             \
					 (long long)lfb_left_, (long long)lfb_right_);             \
	} while (0)
#define LFB_KUNIT_PTRS_(test, fatal, a, op, b, ...)                                                \
	do {                                                                                       \
		const void *lfb_left_ = (const void *)(a);                                         \
		const void *lfb_right_ = (const void *)(b);                                        \
                                                                                                   \
		if (!(lfb_left_ op lfb_right_))                                                    \
			LFB_KUNIT_FAILS_(lfb_kunit_ptrs_fail, test, fatal, #a, #op, #b,            \
					 LFB_KUNIT_ALSO_(__VA_ARGS__), lfb_left_, lfb_right_);     \
	} while (0)
#define LFB_KUNIT_STRINGS_(test, fatal, a, op, b, ...)                                             \
	do {                                                                                       \
		const char *lfb_left_ = (a);                                                       \
		const char *lfb_right_ = (b);                                                      \
                                                                                                   \
		if (!lfb_left_ || !lfb_right_ || !(strcmp(lfb_left_, lfb_right_) op 0))            \
			LFB_KUNIT_FAILS_(lfb_kunit_strings_fail, test, fatal, #a, #op, #b,         \
					 LFB_KUNIT_ALSO_(__VA_ARGS__), lfb_left_, lfb_right_);     \
	} while (0)
#define LFB_KUNIT_MEMORY_(test, fatal, a, op, b, size, ...)                                        \
	do {                                                                                       \
		const void *lfb_left_ = (a);                                                       \
		const void *lfb_right_ = (b);                                                      \
		const size_t lfb_size_ = (size);                                                   \
                                                                                                   \
		if (!lfb_left_ || !lfb_right_ || !(memcmp(lfb_left_, lfb_right_, lfb_size_) op 0)) \
			LFB_KUNIT_FAILS_(lfb_kunit_memory_fails, test, fatal, #a, #op, #b,         \
					 LFB_KUNIT_ALSO_(__VA_ARGS__), lfb_left_, lfb_right_,      \
					 lfb_size_);                                               \
	} while (0)
#define LFB_KUNIT_NULL_(test, fatal, ptr, op, ...)                                                 \
	LFB_KUNIT_PTRS_(test, fatal, ptr, op, NULL, __VA_ARGS__)
#define LFB_KUNIT_NO_ERROR_(test, fatal, ptr, ...)                                                 \
	do {                                                                                       \
		const void *lfb_ptr_ = (ptr);                                                      \
                                                                                                   \
		if (!lfb_ptr_) {                                                                   \
			LFB_KUNIT_ALSO_(__VA_ARGS__);                                              \
			LFB_KUNIT_FAILED_(test, fatal, "Expected %s is not null, but is", #ptr);   \
		} else if (IS_ERR(lfb_ptr_)) {                                                     \
			LFB_KUNIT_ALSO_(__VA_ARGS__);                                              \
			LFB_KUNIT_FAILED_(test, fatal, "Expected %s is not error, but is: %ld",    \
					  #ptr, PTR_ERR(lfb_ptr_));                                \
		}                                                                                  \
	} while (0)

#define KUNIT_SUCCEED(test) ((void)(test))
#define KUNIT_FAIL(test, ...) LFB_KUNIT_FAILED_(test, false, __VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, ...) LFB_KUNIT_FAILED_(test, true, __VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, condition)                                                         \
	LFB_KUNIT_HOLDS_(test, false, condition, #condition " to be true, but is false", )
#define KUNIT_EXPECT_FALSE(test, condition)                                                        \
	LFB_KUNIT_HOLDS_(test, false, !(condition), #condition " to be false, but is true", )
#define KUNIT_EXPECT_NULL(test, ptr) LFB_KUNIT_NULL_(test, false, ptr, ==, )
#define KUNIT_EXPECT_NOT_NULL(test, ptr) LFB_KUNIT_NULL_(test, false, ptr, !=, )
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) LFB_KUNIT_NO_ERROR_(test, false, ptr, )
#define KUNIT_EXPECT_EQ(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, ==, b, )
#define KUNIT_EXPECT_NE(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, !=, b, )
#define KUNIT_EXPECT_LT(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, <, b, )
#define KUNIT_EXPECT_LE(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, <=, b, )
#define KUNIT_EXPECT_GT(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, >, b, )
#define KUNIT_EXPECT_GE(test, a, b) LFB_KUNIT_NUMBERS_(test, false, a, >=, b, )
#define KUNIT_EXPECT_PTR_EQ(test, a, b) LFB_KUNIT_PTRS_(test, false, a, ==, b, )
#define KUNIT_EXPECT_PTR_NE(test, a, b) LFB_KUNIT_PTRS_(test, false, a, !=, b, )
#define KUNIT_EXPECT_STREQ(test, a, b) LFB_KUNIT_STRINGS_(test, false, a, ==, b, )
#define KUNIT_EXPECT_STRNEQ(test, a, b) LFB_KUNIT_STRINGS_(test, false, a, !=, b, )
#define KUNIT_EXPECT_MEMEQ(test, a, b, size) LFB_KUNIT_MEMORY_(test, false, a, ==, b, size, )
#define KUNIT_EXPECT_MEMNEQ(test, a, b, size) LFB_KUNIT_MEMORY_(test, false, a, !=, b, size, )
#define KUNIT_EXPECT_TRUE_MSG(test, condition, ...)                                                \
	LFB_KUNIT_HOLDS_(test, false, condition, #condition " to be true, but is false",           \
			 __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, condition, ...)                                               \
	LFB_KUNIT_HOLDS_(test, false, !(condition), #condition " to be false, but is true",        \
			 __VA_ARGS__)
#define KUNIT_EXPECT_NULL_MSG(test, ptr, ...)                                                      \
	LFB_KUNIT_NULL_(test, false, ptr, ==, __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, ...)                                                  \
	LFB_KUNIT_NULL_(test, false, ptr, !=, __VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, ...)                                           \
	LFB_KUNIT_NO_ERROR_(test, false, ptr, __VA_ARGS__)
#define KUNIT_EXPECT_EQ_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, <, b, __VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, <=, b, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, >, b, __VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, false, a, >=, b, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, a, b, ...) LFB_KUNIT_PTRS_(test, false, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE_MSG(test, a, b, ...) LFB_KUNIT_PTRS_(test, false, a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_STREQ_MSG(test, a, b, ...)                                                    \
	LFB_KUNIT_STRINGS_(test, false, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ_MSG(test, a, b, ...)                                                   \
	LFB_KUNIT_STRINGS_(test, false, a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ_MSG(test, a, b, size, ...)                                              \
	LFB_KUNIT_MEMORY_(test, false, a, ==, b, size, __VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, a, b, size, ...)                                             \
	LFB_KUNIT_MEMORY_(test, false, a, !=, b, size, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, condition)                                                         \
	LFB_KUNIT_HOLDS_(test, true, condition, #condition " to be true, but is false", )
#define KUNIT_ASSERT_FALSE(test, condition)                                                        \
	LFB_KUNIT_HOLDS_(test, true, !(condition), #condition " to be false, but is true", )
#define KUNIT_ASSERT_NULL(test, ptr) LFB_KUNIT_NULL_(test, true, ptr, ==, )
#define KUNIT_ASSERT_NOT_NULL(test, ptr) LFB_KUNIT_NULL_(test, true, ptr, !=, )
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) LFB_KUNIT_NO_ERROR_(test, true, ptr, )
#define KUNIT_ASSERT_EQ(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, ==, b, )
#define KUNIT_ASSERT_NE(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, !=, b, )
#define KUNIT_ASSERT_LT(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, <, b, )
#define KUNIT_ASSERT_LE(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, <=, b, )
#define KUNIT_ASSERT_GT(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, >, b, )
#define KUNIT_ASSERT_GE(test, a, b) LFB_KUNIT_NUMBERS_(test, true, a, >=, b, )
#define KUNIT_ASSERT_PTR_EQ(test, a, b) LFB_KUNIT_PTRS_(test, true, a, ==, b, )
#define KUNIT_ASSERT_PTR_NE(test, a, b) LFB_KUNIT_PTRS_(test, true, a, !=, b, )
#define KUNIT_ASSERT_STREQ(test, a, b) LFB_KUNIT_STRINGS_(test, true, a, ==, b, )
#define KUNIT_ASSERT_STRNEQ(test, a, b) LFB_KUNIT_STRINGS_(test, true, a, !=, b, )
#define KUNIT_ASSERT_MEMEQ(test, a, b, size) LFB_KUNIT_MEMORY_(test, true, a, ==, b, size, )
#define KUNIT_ASSERT_MEMNEQ(test, a, b, size) LFB_KUNIT_MEMORY_(test, true, a, !=, b, size, )
#define KUNIT_ASSERT_TRUE_MSG(test, condition, ...)                                                \
	LFB_KUNIT_HOLDS_(test, true, condition, #condition " to be true, but is false", __VA_ARGS__)
#define KUNIT_ASSERT_FALSE_MSG(test, condition, ...)                                               \
	LFB_KUNIT_HOLDS_(test, true, !(condition), #condition " to be false, but is true",         \
			 __VA_ARGS__)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, ...)                                                      \
	LFB_KUNIT_NULL_(test, true, ptr, ==, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, ...)                                                  \
	LFB_KUNIT_NULL_(test, true, ptr, !=, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, ...)                                           \
	LFB_KUNIT_NO_ERROR_(test, true, ptr, __VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, <, b, __VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, <=, b, __VA_ARGS__)
#define KUNIT_ASSERT_GT_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, >, b, __VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(test, a, b, ...) LFB_KUNIT_NUMBERS_(test, true, a, >=, b, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, a, b, ...) LFB_KUNIT_PTRS_(test, true, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE_MSG(test, a, b, ...) LFB_KUNIT_PTRS_(test, true, a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_STREQ_MSG(test, a, b, ...)                                                    \
	LFB_KUNIT_STRINGS_(test, true, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ_MSG(test, a, b, ...)                                                   \
	LFB_KUNIT_STRINGS_(test, true, a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ_MSG(test, a, b, size, ...)                                              \
	LFB_KUNIT_MEMORY_(test, true, a, ==, b, size, __VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, a, b, size, ...)                                             \
	LFB_KUNIT_MEMORY_(test, true, a, !=, b, size, __VA_ARGS__)

#endif
