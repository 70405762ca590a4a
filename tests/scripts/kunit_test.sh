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

static void undo(void *context)
{
	kunit_say(kunit_get_current_test(), "undone");
}

static void passes(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, undo, NULL), 0);
	KUNIT_ASSERT_NOT_NULL(test, kunit_kstrdup(test, "freed at the end", GFP_KERNEL));
	KUNIT_SUCCEED(test);
}

static void fails_and_goes_on(struct kunit *test)
{
	const char *text = "b"; int a = 3;

	KUNIT_EXPECT_EQ(test, a, 4);
	KUNIT_EXPECT_STREQ_MSG(test, "a", text, "letter %d, %pe", 1, ERR_PTR(-EIO));
	KUNIT_EXPECT_TRUE(test, a > 5);
	KUNIT_EXPECT_MEMEQ(test, "ab", "ac", 2);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ERR_PTR(-5));
}

static void fails_and_ends(struct kunit *test)
{
	kunit_add_action(test, undo, NULL);
	KUNIT_ASSERT_TRUE_MSG(test, false, "never");
	kunit_info(test, "not reached");
}

static void is_skipped(struct kunit *test)
{
	kunit_skip(test, "no reason: %pe", ERR_PTR(-EBUSY));
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

static int list(struct kunit *test)
{
	kunit_add_action(test, undo, NULL);
	if (!strcmp(test->name, "never_tried"))
		return -EIO;
	kunit_register_params_array(test, numbers, ARRAY_SIZE(numbers), NULL);
	return 0;
}

static void is_listed(struct kunit *test)
{
	if (test->param_index == 2)
		BUG();
}

static void never_tried(struct kunit *test)
{
	kunit_info(test, "not reached");
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
	KUNIT_CASE_PARAM(is_small, number_gen_params),
	KUNIT_CASE_PARAM_WITH_INIT(is_listed, kunit_array_gen_params, list, NULL),
	KUNIT_CASE(is_not_begun),
	KUNIT_CASE_PARAM_WITH_INIT(never_tried, kunit_array_gen_params, list, NULL), {}
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
    # module: NAME
    1..13
    # passes: undone
    ok 1 passes
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:20
    Expected a == 4, but
        a == 3 (0x3)
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:21
    Expected "a" == text, but
        text == "b"
    letter 1, -EIO
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:22
    Expected a > 5 to be true, but is false
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:23
    Expected "ab" == "ac", but
        "ab" ==
         61 <62>
        "ac" ==
         61 <63>
    # fails_and_goes_on: EXPECTATION FAILED at suite.c:24
    Expected ERR_PTR(-5) is not error, but is: -5
    not ok 2 fails_and_goes_on
    # fails_and_ends: ASSERTION FAILED at suite.c:30
    Expected false to be true, but is false
    never
    # fails_and_ends: undone
    not ok 3 fails_and_ends
    ok 4 is_skipped # SKIP no reason: -EBUSY
    not ok 5 dies
    not ok 6 panics
    not ok 7 frees_twice
    ok 8 is_redirected
    # is_not_any_more.speed: slow
    ok 9 is_not_any_more
        KTAP version 1
        # Subtest: is_small
        ok 1 one
        ok 2 two
    # is_small: EXPECTATION FAILED at suite.c:92
    Expected number->value < 5, but
        number->value == 6 (0x6)
        not ok 3 six
    # is_small: pass:2 fail:1 skip:0 total:3
    not ok 10 is_small
        KTAP version 1
        # Subtest: is_listed
        1..3
        ok 1 param-1
        not ok 2 param-2
        ok 3 param-3
    # is_listed: undone
    # is_listed: pass:2 fail:1 skip:0 total:3
    not ok 11 is_listed
    # is_not_begun: failed to initialize: -16
    not ok 12 is_not_begun
        # failed to initialize parent parameter test (-5)
    # never_tried: undone
    not ok 13 never_tried
# first: pass:3 fail:9 skip:1 total:13
# Totals: pass:7 fail:9 skip:1 total:17
not ok 1 first
    KTAP version 1
    # Subtest: second
    # module: NAME
    1..1
    # passes: undone
    ok 1 passes
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

# told FILE NAME: all of the suites' ends is in FILE, which says that the module is NAME
told() {
	for text in '# dies: LFB-' '# panics: LFB-KERNEL-PANIC: kernel: of 5' \
		'# frees_twice: LFB-MEM-BAD-FREE' '# dies: the kernel died' \
		'# panics: the kernel died' '# is_listed: LFB-KERNEL-'; do
		checks=$((checks + 1))
		grep -qF -e "$text" "$1" || fail "nothing says \"$text\": $(cat "$1")"
	done
	grep -v '# [a-z_]*: \(LFB-\|the kernel died\)' "$1" >"$dir/found"
	sed "s/# module: NAME/# module: $2/" "$dir/expected" >"$dir/wanted"
	same "$dir/wanted" "$dir/found"
}
told "$dir/all" module
status=0
"$dir/suite" 'first.pass*' >"$dir/out" || status=$?
[ $status = 0 ] || fail "exit status $status where none fails"
prints out 'ok 1 first'
"$dir/suite" second >"$dir/out"
prints out '1..1'
prints out 'ok 1 second'

# The same as a module, and another one, whose suites begin and end.
cat >"$dir/more.c" <<'SUITE'
#include <kunit/test.h>
#include <kunit/visibility.h>

static int begun;

static int begin(struct kunit_suite *suite)
{
	begun++;
	return 0;
}

static int refuse(struct kunit_suite *suite)
{
	return -ENODEV;
}

static int skip(struct kunit_suite *suite)
{
	kunit_mark_skipped(suite, "for a %s", "reason");
	return 0;
}

static void frees_twice(struct kunit_suite *suite)
{
	void *object = kmalloc(5, GFP_KERNEL);

	kfree(object);
	kfree(object);
}

VISIBLE_IF_KUNIT void dies(struct kunit *test);
VISIBLE_IF_KUNIT void dies(struct kunit *test)
{
	kunit_kmalloc(test, 5, GFP_KERNEL);
	begun++;
	BUG();
}
EXPORT_SYMBOL_IF_KUNIT(dies);

/* Data is as it was loaded, and the suite has begun, in the kernel after one that died. */
static void begins_again(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, begun, 1);
}

static void warns(struct kunit *test)
{
	WARN(1, "told");
}

static void leaves_at_exit(struct kunit *test)
{
	kunit_info(test, "its exit does not end");
}

static void leave(struct kunit *test)
{
	if (!strcmp(test->name, "leaves_at_exit"))
		KUNIT_ASSERT_TRUE(test, false);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dies), KUNIT_CASE(begins_again), KUNIT_CASE(warns),
	KUNIT_CASE(leaves_at_exit), {}
};
static struct kunit_case one[] = { KUNIT_CASE(begins_again), {} };
static struct kunit_suite good = {
	.name = "more", .suite_init = begin, .exit = leave, .test_cases = cases,
};
static struct kunit_suite refused = {
	.name = "refused", .suite_init = refuse, .test_cases = one,
};
static struct kunit_suite skipped = { .name = "skipped", .suite_init = skip, .test_cases = one };
static struct kunit_suite wrong = {
	.name = "wrong", .suite_init = begin, .suite_exit = frees_twice, .test_cases = one,
};
kunit_test_suites(&good, &refused, &skipped);
kunit_test_suite(wrong);
MODULE_LICENSE("GPL");
SUITE
cat >"$dir/expected-more" <<'KTAP'
KTAP version 1
1..4
    KTAP version 1
    # Subtest: more
    # module: more
    1..4
    not ok 1 dies
    ok 2 begins_again
    ok 3 warns
    # leaves_at_exit: its exit does not end
    # leaves_at_exit: ASSERTION FAILED at more.c:59
    Expected false to be true, but is false
    # leaves_at_exit: test aborted during cleanup. continuing without cleaning up
    not ok 4 leaves_at_exit
# more: pass:2 fail:2 skip:0 total:4
# Totals: pass:2 fail:2 skip:0 total:4
not ok 1 more
    # failed to initialize (-19)
not ok 2 refused
ok 3 skipped # SKIP for a reason
    KTAP version 1
    # Subtest: wrong
    # module: more
    1..1
    ok 1 begins_again
not ok 4 wrong
KTAP
cd "$dir"
for name in suite more; do
	lfb 0 build $name.c -o $name.so
done
echo 'int nothing;' >nothing.c
lfb 0 build nothing.c -o nothing.so
cat >bare.c <<'BARE'
#include <linux/module.h>
static int init(void)
{
	return 0;
}
module_init(init);
BARE
lfb 0 build bare.c -o bare.so

lfb 1 kunit suite.so
silent err
cp out all
told all suite
lfb 1 kunit --mode fixed suite.so
cp out all
told all suite
lfb 1 kunit more.so
grep -v '# [a-z_]*: \(LFB-\|the kernel died\)' out >found
same expected-more found
prints out '# warns: LFB-KERNEL-WARN: function warns: told'
prints out '# wrong: LFB-MEM-BAD-FREE'

lfb 0 kunit bare.so suite.so more.so 'more.*s_*again'
prints out '1..1'
lfb 1 kunit bare.so suite.so more.so '*.begins_again'
prints out '1..4'
prints out 'not ok 2 refused'
lfb 0 kunit --list suite.so more.so
[ "$(sort -u out | wc -l)" = 21 ] || fail "--list says $(wc -l <out) cases"
prints out 'first.passes'
prints out 'wrong.begins_again'
lfb 0 kunit --list suite.so 's*.pass*'
[ "$(cat out)" = second.passes ] || fail "--list with a glob says $(cat out)"

lfb 1 kunit suite.so 'first.none'
prints err 'no case is called first.none'
lfb 1 kunit --list suite.so 'none'
prints err 'no case is called none'
lfb 1 kunit bare.so
prints err 'there are no suites in it'
lfb 1 kunit suite.so suite.so
prints err 'module suite is of that file'
lfb 1 kunit nothing.so
prints err 'is no module'
lfb 1 kunit suite.so absent.so
prints err 'absent.so'
lfb 1 kunit absent.so
lfb 2 kunit
prints err 'expected modules'
lfb 2 kunit --profile none suite.so
lfb 0 kunit --help

if [ -n "${LFB_KERNEL_TREE:-}" ]; then
	"$LFB_SOURCE_DIR/tests/kunit/upstream.sh" "$LFB_BUILD_DIR" "$LFB_KERNEL_TREE" ||
		fail "suites of $LFB_KERNEL_TREE"
else
	echo "no LFB_KERNEL_TREE: its suites are not run"
fi

finish
