// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Machines in several threads: each thread has machines of its own, and nothing shows that there
 * are others. Also built with -fsanitize=thread.
 */
#include <pthread.h>

#include <luo/printk.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

#define THREADS 4
#define UPDATES 20

struct job {
	pthread_t thread;
	enum lfb_memory_mode mode;
	bool may_die;
	char *log;
	int err;
};

static long die(void *argument)
{
	panic("told to");
	return 0;
}

static long follow_null(void *argument)
{
	return *(volatile char *)argument;
}

/*
 * ThreadSanitizer runs fault handlers with all signals blocked; the guard leaves its handler by a
 * jump that restores no mask, so a second fault would end the process.
 */
#ifdef __SANITIZE_THREAD__
#define FAULTS false
#else
#define FAULTS true
#endif

/* Deaths in one thread go back to that thread's own guard. */
static int die_in_two_ways(struct rig *rig)
{
	if (lfb_machine_call(rig->machine, die, NULL) != -EFAULT)
		return -EILSEQ;
	if (rig_still_works(rig))
		return -EILSEQ;
	if (FAULTS && lfb_machine_call(rig->machine, follow_null, (void *)0x10) != -EFAULT)
		return -EILSEQ;
	return rig_still_works(rig);
}

static int work(struct job *job)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.mode = job->mode,
	};
	struct rig rig;
	int err = rig_create(&rig, &options);

	if (err)
		return err;
	rig_record(&rig);
	err = lfb_machine_boot(rig.machine);
	for (int i = 0; i < UPDATES && !err; i++) {
		err = rig_update(&rig);
		if (!err && job->may_die && i % 5 == 4)
			err = die_in_two_ways(&rig);
	}
	job->log = rig_take_log(&rig);
	rig_stop(&rig);
	return err;
}

static void *run(void *argument)
{
	struct job *job = argument;

	job->err = work(job);
	return NULL;
}

static void check_identical(struct job *jobs)
{
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&jobs[i].thread, NULL, run, &jobs[i]), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(jobs[i].thread, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(jobs[i].err, 0);
		assert_non_null(jobs[i].log);
		assert_string_equal(jobs[i].log, jobs[0].log);
	}
	for (int i = 0; i < THREADS; i++)
		free(jobs[i].log);
}

static void machines_in_parallel_threads_trace_alike(void **state)
{
	struct job jobs[THREADS] = { 0 };

	for (int i = 0; i < THREADS; i++)
		jobs[i].mode = i % 2 ? LFB_MEMORY_FIXED : LFB_MEMORY_REMAP;
	check_identical(jobs);
}

static void kernels_die_in_parallel_threads(void **state)
{
	struct job jobs[THREADS] = { 0 };

	for (int i = 0; i < THREADS; i++)
		jobs[i].may_die = true;
	check_identical(jobs);
}

/* A machine may be handed from thread to thread, one at a time. */
static void *update_once(void *argument)
{
	struct rig *rig = argument;
	struct lfb_machine *before = lfb_machine_enter(rig->machine);

	if (!before && !lfb_machine_kexec(rig->machine) &&
	    lfb_machine_current() == rig->machine)
		rig->finished = 1;
	lfb_machine_enter(NULL);
	return NULL;
}

static void a_machine_can_be_handed_to_another_thread(void **state)
{
	pthread_t thread;
	struct rig rig;

	assert_int_equal(rig_create(&rig, NULL), 0);
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	for (int i = 0; i < 5; i++) {
		rig.finished = 0;
		assert_int_equal(pthread_create(&thread, NULL, update_once, &rig), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(rig.finished, 1);
	}
	assert_int_equal(lfb_machine_boots(rig.machine), 6);
	rig_stop(&rig);
}

/* What one thread failed at is no news for another. */
static void *read_error(void *argument)
{
	snprintf(argument, 128, "%s", lfb_error_text(NULL));
	return NULL;
}

static void sentences_belong_to_their_thread(void **state)
{
	char text[128] = "unread";
	pthread_t thread;

	assert_int_equal(lfb_machine_boot(NULL), -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "no machine");
	assert_int_equal(pthread_create(&thread, NULL, read_error, text), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_in_parallel_threads_trace_alike),
		cmocka_unit_test(kernels_die_in_parallel_threads),
		cmocka_unit_test(a_machine_can_be_handed_to_another_thread),
		cmocka_unit_test(sentences_belong_to_their_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
