// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The assertions of <luo/cmocka.h>: they hold when they should, and fail when they should. */
#include <sys/wait.h>
#include <unistd.h>

#include <luo/kexec_handover.h>

#include "tests/support/world.h"

#include <luo/fixture.h>

static struct world *world;
static struct lfb_callbacks callbacks;

static int create(void **state)
{
	world = world_create("reference", NULL, NULL);
	return 0;
}

static int destroy(void **state)
{
	world_destroy(world);
	return 0;
}

/* What the child process said that fails() ran last. */
static char said[16384];

/* Does @test, the only one of a child process, fail? */
static bool test_fails(struct CMUnitTest test)
{
	const struct CMUnitTest tests[] = { test };
	FILE *output = tmpfile();
	size_t length;
	int status;
	pid_t child;

	assert_non_null(output);
	fflush(NULL);
	child = fork();
	if (!child) {
		if (dup2(fileno(output), 1) < 0 || dup2(1, 2) < 0)
			_exit(2);
		status = cmocka_run_group_tests(tests, NULL, NULL);
		fflush(NULL);
		_exit(status == 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	rewind(output);
	length = fread(said, 1, sizeof(said) - 1, output);
	said[length] = '\0';
	fclose(output);
	return WEXITSTATUS(status) == 1;
}

static bool fails(void (*assertion)(void **state))
{
	return test_fails((struct CMUnitTest)cmocka_unit_test(assertion));
}

/* … and what was @said before that. */
static void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" is not in: %s", text, said);
}

static void put_without_get(void)
{
	world_wire(world, "0:0");
	liveupdate_flb_put_outgoing(world_flb(world, 0));
}

static void no_findings(void **state)
{
	lfb_assert_no_findings(world->machine);
}

static void these_findings(void **state)
{
	lfb_assert_findings(world->machine, LFB_FINDING_FLB_PUT_WITHOUT_GET);
}

static void one_more_finding(void **state)
{
	lfb_assert_findings(world->machine, LFB_FINDING_FLB_PUT_WITHOUT_GET,
			    LFB_FINDING_FLB_GET_NOT_PUT);
}

static void other_findings(void **state)
{
	lfb_assert_findings(world->machine, LFB_FINDING_FLB_GET_NOT_PUT);
}

static void findings_are_asserted(void **state)
{
	no_findings(NULL);
	assert_true(fails(these_findings));
	put_without_get();
	these_findings(NULL);
	assert_true(fails(no_findings));
	assert_true(fails(one_more_finding));
	assert_true(fails(other_findings));
	assert_false(fails(these_findings));
}

static void findings_among_others(void **state)
{
	lfb_assert_findings_among(world->machine, LFB_FINDING_FLB_PUT_WITHOUT_GET,
				  LFB_FINDING_FLB_GET_NOT_PUT);
}

static void findings_among_none_of_these(void **state)
{
	lfb_assert_findings_among(world->machine, LFB_FINDING_FLB_GET_NOT_PUT);
}

static void findings_are_asserted_by_set(void **state)
{
	findings_among_others(NULL);
	put_without_get();
	findings_among_others(NULL);
	assert_true(fails(findings_among_none_of_these));
	assert_said("LFB-FLB-PUT-WITHOUT-GET should not be found, and is");
}

static void no_fatal_findings(void **state)
{
	lfb_assert_findings_below(world->machine, LFB_SEVERITY_FATAL);
}

static void no_findings_of_that_severity(void **state)
{
	lfb_assert_findings_below(world->machine,
				  lfb_finding_severity(LFB_FINDING_FLB_PUT_WITHOUT_GET));
}

static void findings_are_asserted_by_severity(void **state)
{
	no_findings_of_that_severity(NULL);
	put_without_get();
	no_fatal_findings(NULL);
	assert_true(fails(no_findings_of_that_severity));
	assert_said("and LFB-FLB-PUT-WITHOUT-GET is");
	assert_said("what:");
}

static void opens_again(void **state)
{
	lfb_assert_ok(world->machine, lfb_agent_open(world->agent));
}

static void opens_again_is_busy(void **state)
{
	lfb_assert_error(world->machine, lfb_agent_open(world->agent), -EBUSY);
}

static void opens_again_is_no_memory(void **state)
{
	lfb_assert_error(world->machine, lfb_agent_open(world->agent), -ENOMEM);
}

static void preparing_fails(void **state)
{
	lfb_assert_error(world->machine, lfb_machine_prepare(world->machine), -EBUSY);
}

static void calls_are_asserted(void **state)
{
	world_session(world, "s");
	put_without_get();
	opens_again_is_busy(NULL);
	assert_true(fails(opens_again));
	assert_said("lfb_agent_open(world->agent) should succeed, and answered -EBUSY (-16): ");
	assert_said("LFB-FLB-PUT-WITHOUT-GET");
	assert_true(fails(opens_again_is_no_memory));
	assert_said("should answer -ENOMEM (-12), and answered -EBUSY (-16): ");
	assert_true(fails(preparing_fails));
	assert_said("should answer -EBUSY (-16), and answered 0\n");
}

static void a_call_that_succeeds_keeps_its_value(void **state)
{
	int fd;

	lfb_agent_close(world->agent, world->device);
	fd = (int)lfb_assert_ok(world->machine, lfb_agent_open(world->agent));
	assert_non_null(lfb_agent_file(world->agent, fd));
}

/* The fixture */

static struct lfb_fixture fixture;

static void keeps_to_the_rules(void **state)
{
	struct lfb_fixture *mine = *state;
	int device;

	assert_ptr_equal(mine, &fixture);
	device = (int)lfb_assert_ok(mine->machine, lfb_agent_open(mine->agent));
	lfb_assert_ok(mine->machine, lfb_agent_create_session(mine->agent, device, "s"));
}

static long warn(void *unused)
{
	WARN_ON(true);
	return 0;
}

static void warns(void **state)
{
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, warn, NULL));
}

static void warns_as_expected(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	warns(state);
}

static void expects_in_vain(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
}

static void a_fixture_fails_on_findings_nobody_expected(void **state)
{
	assert_false(test_fails((struct CMUnitTest)lfb_unit_test(keeps_to_the_rules, &fixture)));
	assert_true(test_fails((struct CMUnitTest)lfb_unit_test(warns, &fixture)));
	assert_said("LFB-KERNEL-WARN is found, and nobody expected it");
	assert_said("what:");
	assert_false(test_fails((struct CMUnitTest)lfb_unit_test(warns_as_expected, &fixture)));
	assert_true(test_fails((struct CMUnitTest)lfb_unit_test(expects_in_vain, &fixture)));
	assert_said("LFB-KERNEL-WARN is expected, and not found");
}

static void a_fixture_that_cannot_be_built_says_why(void **state)
{
	static const struct lfb_machine_options no_such_profile = {
		.sz = sizeof(no_such_profile), .profile = "linux-0.1",
	};

	fixture.options = &no_such_profile;
	assert_true(test_fails((struct CMUnitTest)lfb_unit_test(keeps_to_the_rules, &fixture)));
	fixture.options = NULL;
	assert_said("-EINVAL (-22): ");
	assert_said("linux-0.1");
}

static int preserve_file(void)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	return session;
}

static void the_callbacks(void **state)
{
	lfb_assert_callbacks(&callbacks, "flb flb-0-v1 preserve", "file handler-0-v1 preserve",
			     "file handler-0-v1 freeze -> -5", "file handler-0-v1 unpreserve",
			     "flb flb-0-v1 unpreserve");
}

static void callbacks_in_another_order(void **state)
{
	lfb_assert_callbacks(&callbacks, "flb flb-0-v1 preserve", "file handler-0-v1 preserve",
			     "file handler-0-v1 freeze -> -5", "flb flb-0-v1 unpreserve",
			     "file handler-0-v1 unpreserve");
}

static void fewer_callbacks(void **state)
{
	lfb_assert_callbacks(&callbacks, "flb flb-0-v1 preserve");
}

static void no_callbacks(void **state)
{
	lfb_assert_callbacks(&callbacks);
}

static void an_order_of_callbacks_is_asserted(void **state)
{
	int session;

	lfb_record_callbacks(world->machine, &callbacks);
	no_callbacks(NULL);
	assert_true(fails(the_callbacks));
	session = preserve_file();
	world_answer(world, "file h0.freeze", -EIO, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
	world_close(world, session);
	assert_true(fails(callbacks_in_another_order));
	assert_true(fails(fewer_callbacks));
	assert_true(fails(no_callbacks));
	assert_false(fails(the_callbacks));
	the_callbacks(NULL);
	no_callbacks(NULL);
}

static void more_callbacks_than_fit_are_never_the_right_ones(void **state)
{
	lfb_record_callbacks(world->machine, &callbacks);
	for (unsigned int i = 0; i < LFB_CALLBACKS_MAX; i++) {
		if (i)
			world_close(world, world_session(world, "s"));
		else
			world_close(world, preserve_file());
	}
	assert_int_equal(callbacks.count, 4);
	callbacks.count = LFB_CALLBACKS_MAX + 1;
	assert_true(fails(fewer_callbacks));
	callbacks.count = 0;
}

static void counts_of_nothing(void **state)
{
	lfb_assert_counts(world->machine, 0, 0, 0);
	lfb_assert_flb_counts(world_flb(world, 0), 0, 0);
}

static void counts_of_one_outgoing(void **state)
{
	lfb_assert_counts(world->machine, 1, 0, 1);
	lfb_assert_flb_counts(world_flb(world, 0), 1, 0);
}

static void flb_counts_of_nothing(void **state)
{
	lfb_assert_flb_counts(world_flb(world, 0), 0, 0);
}

static void counts_are_asserted(void **state)
{
	void *obj;

	world_wire(world, "0:0");
	counts_of_nothing(NULL);
	assert_true(fails(counts_of_one_outgoing));
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	counts_of_one_outgoing(NULL);
	assert_true(fails(counts_of_nothing));
	assert_true(fails(flb_counts_of_nothing));
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_descriptor(world_incoming(world, "s"));
	lfb_assert_counts(world->machine, 0, 1, 0);
	lfb_assert_flb_counts(world_flb(world, 0), 0, 1);
}

static void nothing_preserved(void **state)
{
	lfb_assert_nothing_preserved(world->machine);
}

static void what_is_preserved_is_asserted(void **state)
{
	void *page;
	int session;

	nothing_preserved(NULL);
	session = preserve_file();
	assert_true(fails(nothing_preserved));
	world_close(world, session);
	nothing_preserved(NULL);
	page = kho_alloc_preserve(PAGE_SIZE);
	assert_true(fails(nothing_preserved));
	kho_unpreserve_free(page);
	nothing_preserved(NULL);
}

static void a_fresh_kernel_of_any_profile_has_nothing_preserved(void **state)
{
	for_each_profile(profile) {
		struct world *other = world_create(profile, NULL, NULL);

		lfb_assert_nothing_preserved(other->machine);
		world_destroy(other);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(findings_are_asserted),
		TEST(findings_are_asserted_by_set),
		TEST(findings_are_asserted_by_severity),
		TEST(calls_are_asserted),
		TEST(a_call_that_succeeds_keeps_its_value),
		cmocka_unit_test(a_fixture_fails_on_findings_nobody_expected),
		cmocka_unit_test(a_fixture_that_cannot_be_built_says_why),
		TEST(an_order_of_callbacks_is_asserted),
		TEST(more_callbacks_than_fit_are_never_the_right_ones),
		TEST(counts_are_asserted),
		TEST(what_is_preserved_is_asserted),
		cmocka_unit_test(a_fresh_kernel_of_any_profile_has_nothing_preserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
