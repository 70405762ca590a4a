#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# KUnit as its user sees it: what passes, fails, is skipped and dies, in KTAP. And with
# LFB_KERNEL_TREE a kernel tree's own suites.

set -eu
. "$(dirname "$0")/cli_common.sh"

cat >"$dir/suite.c" <<'SUITE'
#include <kunit/static_stub.h>
#include <kunit/test.h>

static int undone;

static void undo(void *context)
{
	kunit_say(kunit_get_current_test(), "undone %d", ++undone);
}

static void passes(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, undo, NULL), 0);
	KUNIT_ASSERT_NOT_NULL(test, kunit_kstrdup(test, "freed at the end", GFP_KERNEL));
	KUNIT_SUCCEED(test);
}

static void fails_and_goes_on(struct kunit *test)
{
	int a = 3;

	KUNIT_EXPECT_EQ(test, a, 4);
	KUNIT_EXPECT_STREQ_MSG(test, "a", "b", "letter %d", 1);
	KUNIT_EXPECT_NULL(test, test);
}

static void fails_and_ends(struct kunit *test)
{
	kunit_add_action(test, undo, NULL);
	KUNIT_ASSERT_TRUE_MSG(test, false, "never");
	kunit_info(test, "not reached");
}

static void is_skipped(struct kunit *test)
{
	kunit_skip(test, "no %s", "reason");
}

static void dies(struct kunit *test)
{
	*(volatile int *)NULL = 1;
}

static void panics(struct kunit *test)
{
	panic("of %d", 5);
}

static void frees_twice(struct kunit *test)
{
	void *object = kmalloc(5, GFP_KERNEL);

	kfree(object);
	kfree(object);
}

static noinline int answer(int n)
{
	KUNIT_STATIC_STUB_REDIRECT(answer, n);
	return n;
}

static int other(int n)
{
	return n + 100;
}

static void is_redirected(struct kunit *test)
{
	kunit_activate_static_stub(test, answer, other);
	KUNIT_EXPECT_EQ(test, answer(5), 105);
	kunit_deactivate_static_stub(test, answer);
	KUNIT_EXPECT_EQ(test, answer(5), 5);
	kunit_activate_static_stub(test, answer, other);
}

static void is_not_any_more(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, answer(5), 5);
}

static const struct number {
	const char *name;
	int value;
} numbers[] = { { "one", 1 }, { "two", 2 }, { "six", 6 } };
KUNIT_ARRAY_PARAM_DESC(number, numbers, name);

static void is_small(struct kunit *test)
{
	const struct number *number = test->param_value;

	KUNIT_EXPECT_LT(test, number->value, 5);
}

static int begin(struct kunit *test)
{
	return strcmp(test->name, "is_not_begun") ? 0 : -EBUSY;
}

static void is_not_begun(struct kunit *test)
{
	kunit_info(test, "not reached");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(passes), KUNIT_CASE(fails_and_goes_on), KUNIT_CASE(fails_and_ends),
	KUNIT_CASE(is_skipped), KUNIT_CASE(dies), KUNIT_CASE(panics), KUNIT_CASE(frees_twice),
	KUNIT_CASE(is_redirected), KUNIT_CASE_SLOW(is_not_any_more),
	KUNIT_CASE_PARAM(is_small, number_gen_params), KUNIT_CASE(is_not_begun), {}
};
static struct kunit_suite first = { .name = "first", .init = begin, .test_cases = cases };
static struct kunit_case more[] = { KUNIT_CASE(passes), {} };
static struct kunit_suite second = { .name = "second", .test_cases = more };
kunit_test_suites(&first, &second);
MODULE_LICENSE("GPL");
SUITE
cat >"$dir/expected" <<'KTAP'
KTAP version 1
1..2
    KTAP version 1
    # Subtest: first
    1..11
    # passes: undone 1
    ok 1 passes
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:22
        Expected a == 4, but
        a == 3 (0x3)
        4 == 4 (0x4)
    # fails_and_goes_on:  letter 1
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:23
        Expected "a" == "b", but
        "a" == "a"
        "b" == "b"
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:24
        Expected test is NULL
    not ok 2 fails_and_goes_on
    # fails_and_ends:  never
    # fails_and_ends: ASSERTION FAILED at suite.c:30
        Expected false is true
    # fails_and_ends: undone 2
    not ok 3 fails_and_ends
    ok 4 is_skipped # SKIP no reason
    not ok 5 dies
    not ok 6 panics
    not ok 7 frees_twice
    ok 8 is_redirected
    ok 9 is_not_any_more
        KTAP version 1
        # Subtest: is_small
        ok 1 one
        ok 2 two
        # is_small: EXPECTATION FAILED at suite.c:92
            Expected number->value < 5, but
            number->value == 6 (0x6)
            5 == 5 (0x5)
        not ok 3 six
    # is_small: pass:2 fail:1 skip:0 total:3
    not ok 10 is_small
    # is_not_begun: failed to initialize: -16
    not ok 11 is_not_begun
# first: pass:5 fail:7 skip:1
not ok 1 first
    KTAP version 1
    # Subtest: second
    1..1
    # passes: undone 3
    ok 1 passes
# second: pass:1 fail:0 skip:0
ok 2 second
KTAP

include=$LFB_SOURCE_DIR/include
# shellcheck disable=SC2086 # options, or none
(cd "$dir" && "$CC" -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-missing-field-initializers ${CFLAGS:-} -fno-sanitize=null "-I$include/luo/kernel" \
	"-I$include" suite.c \
	"$LFB_SOURCE_DIR/tests/kunit/main.c" -o suite "-L$LFB_BUILD_DIR" -llfb \
	"-Wl,-rpath,$LFB_BUILD_DIR")
status=0
"$dir/suite" >"$dir/all" 2>&1 || status=$?
[ $status = 1 ] || fail "exit status $status where cases fail"
for text in '# dies: LFB-' '# panics: LFB-KERNEL-PANIC: kernel: of 5' \
	'# frees_twice: LFB-MEM-BAD-FREE' '# dies: the kernel died' \
	'# panics: the kernel died'; do
	checks=$((checks + 1))
	grep -qF -e "$text" "$dir/all" || fail "nothing says \"$text\": $(cat "$dir/all")"
done
grep -v '# [a-z_]*: \(LFB-\|the kernel died\)' "$dir/all" >"$dir/out"
same "$dir/expected" "$dir/out"
status=0
"$dir/suite" 'first.pass*' >"$dir/out" || status=$?
[ $status = 0 ] || fail "exit status $status where none fails"
prints out '# first: pass:1 fail:0 skip:0'
"$dir/suite" second >"$dir/out"
prints out '1..1'
prints out 'ok 1 second'

if [ -n "${LFB_KERNEL_TREE:-}" ]; then
	"$LFB_SOURCE_DIR/tests/kunit/upstream.sh" "$LFB_BUILD_DIR" "$LFB_KERNEL_TREE" ||
		fail "suites of $LFB_KERNEL_TREE"
else
	echo "no LFB_KERNEL_TREE: its suites are not run"
fi

finish
