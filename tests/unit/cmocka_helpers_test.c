// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The assertions of <luo/cmocka.h>: they hold when they should, and fail when they should. */
#include <sys/wait.h>
#include <unistd.h>

#include <luo/kexec_handover.h>

#include "tests/support/world.h"

#include <luo/cmocka.h>

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

/* Runs @assertion as the only test of a child process, whose output is for nobody. */
static bool fails(void (*assertion)(void **state))
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(assertion) };
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(2);
		_exit(cmocka_run_group_tests(tests, NULL, NULL) == 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	return WEXITSTATUS(status) == 1;
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
		TEST(an_order_of_callbacks_is_asserted),
		TEST(more_callbacks_than_fit_are_never_the_right_ones),
		TEST(counts_are_asserted),
		TEST(what_is_preserved_is_asserted),
		cmocka_unit_test(a_fresh_kernel_of_any_profile_has_nothing_preserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
