// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A newcomer's test program: "run" is a test with the default checks, "guard" the same in guard
 * mode, "sweep" sweeps each step of an update, "exhaust" does all sequences of calls, up to 5 for
 * the table. Findings are printed, and fail the test.
 */
#include <pthread.h>

#include <luo/cmocka.h>

#include "tests/newcomer/life.h"

static struct lfb_machine_options options = { .sz = sizeof(options) };
static struct lfb_machine *machine;
static struct life life;

static int build(void **state)
{
	int err = lfb_machine_create(&options, &machine);

	if (!err)
		err = lfb_machine_add_module(machine, newcomer_module_of_the_kernel());
	return err ? err : lfb_machine_boot(machine);
}

static int take_down(void **state)
{
	lfb_machine_destroy(machine);
	return 0;
}

static void *in_a_thread(void *result)
{
	*(int *)result = life_whole(machine, &life);
	return NULL;
}

static void check(void **state)
{
	int err;

	if (newcomer.thread) {
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, in_a_thread, &err), 0);
		pthread_join(thread, NULL);
	} else {
		err = life_whole(machine, &life);
	}
	if (err)
		print_error("where it stopped: %s\n", life.doing);
	lfb_assert_ok(machine, err);
	lfb_assert_no_findings(machine);
}

static void check_alone(void **state)
{
	assert_int_equal(build(state), 0);
	check(state);
	take_down(state);
}

static void sweep(void **state)
{
	const struct lfb_machine_options fixed = { .sz = sizeof(fixed), .mode = LFB_MEMORY_FIXED };
	static const struct lfb_sweep_body bodies[] = {
		{ sizeof(bodies[0]), "preserve", life_begin, life_preserve, life_end },
		{ sizeof(bodies[0]), "second", life_to_first, life_preserve_second, life_end },
		{ sizeof(bodies[0]), "abort", life_to_preserved, life_abort, life_end },
		{ sizeof(bodies[0]), "prepare", life_to_preserved, life_prepare, life_end },
		{ sizeof(bodies[0]), "kexec", life_to_preserved, life_kexec, life_end },
		{ sizeof(bodies[0]), "use", life_to_next_kernel, life_use, life_end },
		{ sizeof(bodies[0]), "retrieve", life_to_next_kernel, life_retrieve, life_end },
		{ sizeof(bodies[0]), "finish", life_to_retrieved, life_finish, life_end },
		{ sizeof(bodies[0]), "discard", life_to_next_kernel, life_finish, life_end },
	};
	int failed = 0;

	assert_int_equal(lfb_machine_create(&fixed, &machine), 0);
	assert_int_equal(lfb_machine_add_module(machine, newcomer_module_of_the_kernel()), 0);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct lfb_sweep_result result = { .sz = sizeof(result) };
		int err = lfb_sweep(machine, &bodies[i], &life, NULL, &result);

		failed += err || result.violations;
		if (err)
			print_error("%s: %d, %s\n", bodies[i].name, err, lfb_error_text(machine));
		if (result.violations)
			print_error("%s\n", result.first);
	}
	lfb_machine_destroy(machine);
	assert_int_equal(failed, 0);
}

static struct file *any_file(struct lfb_machine *searched, void *context, unsigned int kind)
{
	struct file *file = anon_inode_getfile("newcomer", &newcomer_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = 1;
	return file;
}

static void exhaust(void **state)
{
	struct lfb_module *const modules[] = { newcomer_module_of_the_kernel(), NULL };
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what),
		.name = "newcomer",
		.modules = modules,
		.make_file = any_file,
		.length = 5,
		.jobs = 2,
		.use = newcomer.flb[0] && !newcomer.outside ? life_use_now : NULL,
	};

	lfb_assert_exhaust(NULL, &what, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest alone[] = { cmocka_unit_test(check_alone) };
	const struct CMUnitTest in_fixture[] = {
		cmocka_unit_test_setup_teardown(check, build, take_down),
	};
	const struct CMUnitTest swept[] = { cmocka_unit_test(sweep) };
	const struct CMUnitTest searched[] = { cmocka_unit_test(exhaust) };

	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "sweep"))
		return cmocka_run_group_tests(swept, NULL, NULL);
	if (!strcmp(argv[1], "exhaust"))
		return cmocka_run_group_tests(searched, NULL, NULL);
	if (!strcmp(argv[1], "guard"))
		options.checks = LFB_CHECKS_GUARD;
	if (newcomer.fixture)
		return cmocka_run_group_tests(in_fixture, NULL, NULL);
	return cmocka_run_group_tests(alone, NULL, NULL);
}
