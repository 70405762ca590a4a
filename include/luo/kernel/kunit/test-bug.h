/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: for code that may be under test. */
#ifndef LUO_KUNIT_TEST_BUG_H
#define LUO_KUNIT_TEST_BUG_H

#include <luo/kunit.h>

/** kunit_fail_current_test() - the running case, if there is one, has failed. */
#define kunit_fail_current_test(...)                                                               \
	do {                                                                                       \
		const struct lfb_kunit_place lfb_place_ = { __FILE__, __LINE__, false };           \
                                                                                                   \
		if (kunit_get_current_test())                                                      \
			lfb_kunit_failed(kunit_get_current_test(), &lfb_place_, __VA_ARGS__);      \
	} while (0)

#endif
