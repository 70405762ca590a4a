// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A module's static data is in one running kernel at a time: a machine that has it is not switched
 * on while another one is, in whatever threads they are, and disturbs nothing when it is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include <luo/lfb.h>
#include <luo/machine.h>
#include <luo/module.h>

#define THREADS 4
#define ROUNDS 200

static LFB_MODULE_DATA(shared) unsigned int counter;

LFB_MODULE(shared, NULL, NULL);

static long count_up(void *argument)
{
	for (unsigned int i = 0; i < 1000; i++)
		counter++;
	*(unsigned int *)argument = counter;
	return 0;
}

/* Returns NULL, or what went wrong. */
static void *boot_again_and_again(void *argument)
{
	struct lfb_machine *machine;
	unsigned int counted = 0;
	void *wrong = NULL;
	int err;

	if (lfb_machine_create(NULL, &machine))
		return "a machine could not be made";
	for (int i = 0; i < ROUNDS && !wrong; i++) {
		err = lfb_machine_add_module(machine, &shared_module);
		if (!err)
			err = lfb_machine_boot(machine);
		if (err != 0 && err != -EBUSY)
			wrong = "neither booted nor busy";
		if (err && !strstr(lfb_error_text(machine), "module shared is in use"))
			wrong = "no sentence";
		if (!err && (lfb_machine_call(machine, count_up, &counted) || counted != 1000))
			wrong = "data was not as loaded";
		*(unsigned int *)argument += !err;
		lfb_machine_shutdown(machine);
		lfb_machine_remove_module(machine, "shared");
	}
	lfb_machine_destroy(machine);
	return wrong;
}

static void one_thread_at_a_time_runs_a_module(void **state)
{
	pthread_t thread[THREADS];
	unsigned int booted[THREADS] = { 0 }, all = 0;
	void *wrong;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, boot_again_and_again, &booted[i]),
				 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &wrong);
		if (wrong)
			fail_msg("thread %d: %s", i, (const char *)wrong);
		all += booted[i];
	}
	assert_int_not_equal(all, 0);
}

static void who_is_refused_disturbs_nothing(void **state)
{
	struct lfb_machine *on, *off, *late;
	unsigned int counted;

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &on), 0);
	assert_int_equal(lfb_machine_create(NULL, &off), 0);
	assert_int_equal(lfb_machine_create(NULL, &late), 0);
	assert_int_equal(lfb_machine_add_module(on, &shared_module), 0);
	assert_int_equal(lfb_machine_add_module(off, &shared_module), 0);
	assert_int_equal(lfb_machine_boot(on), 0);
	assert_int_equal(lfb_machine_call(on, count_up, &counted), 0);

	assert_int_equal(lfb_machine_boot(off), -EBUSY);
	assert_string_equal(lfb_error_text(off), "module shared is in use by another machine that "
			    "is switched on");
	assert_int_equal(lfb_machine_state(off), LFB_OFF);
	assert_int_equal(lfb_machine_add_module(late, &shared_module), -EBUSY);
	assert_int_equal(lfb_machine_remove_module(late, "shared"), -ENOENT);
	assert_int_equal(lfb_machine_boot(late), 0);
	assert_int_equal(lfb_machine_add_module(late, &shared_module), -EBUSY);
	/* Taken apart it sets data back only where nobody uses it. */
	lfb_machine_destroy(off);
	lfb_machine_destroy(late);
	assert_int_equal(lfb_machine_call(on, count_up, &counted), 0);
	assert_int_equal(counted, 2000);
	lfb_machine_destroy(on);
	assert_int_equal(counter, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_refused_disturbs_nothing),
		cmocka_unit_test(one_thread_at_a_time_runs_a_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
