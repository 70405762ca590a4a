/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: functions that a case has replaced for its time. */
#ifndef LUO_KUNIT_STATIC_STUB_H
#define LUO_KUNIT_STATIC_STUB_H

#include <luo/kernel/kunit/test-bug.h>
#include <luo/kunit.h>

/** KUNIT_STATIC_STUB_REDIRECT() - first in @function, with its arguments: they may be another's. */
#define KUNIT_STATIC_STUB_REDIRECT(function, ...)                                                  \
	do {                                                                                       \
		__typeof__(&function) lfb_stub_ =                                                  \
			(__typeof__(&function))lfb_kunit_redirected((void (*)(void))function);     \
                                                                                                   \
		if (__builtin_expect(lfb_stub_ != NULL, 0))                                        \
			return lfb_stub_(__VA_ARGS__);                                             \
	} while (0)
/** kunit_activate_static_stub() - while @test runs, calls of @function are for @replacement. */
#define kunit_activate_static_stub(test, function, replacement)                                    \
	do {                                                                                       \
		__typeof__(&function) lfb_stub_ = (replacement);                                   \
                                                                                                   \
		lfb_kunit_redirect(test, (void (*)(void))function, (void (*)(void))lfb_stub_);     \
	} while (0)
#define kunit_deactivate_static_stub(test, function)                                               \
	lfb_kunit_redirect(test, (void (*)(void))function, NULL)

#endif
