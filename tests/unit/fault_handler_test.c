// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Faults of kernel code are findings whatever handlers the process has, in each thread and at the
 * end of the stack; all other faults reach whom they would without the simulator.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include <luo/cmocka.h>

#include "tests/support/test.h"

/* What these bodies do is what sanitizers are there to find first. */
#define WILD __attribute__((no_sanitize("address", "undefined"), noinline))

/* ThreadSanitizer runs fault handlers with all signals blocked: see thread_test.c. */
#ifdef __SANITIZE_THREAD__
#define FAULTS 1
#else
#define FAULTS 3
#endif

static struct lfb_machine *machine;

static struct lfb_machine *boot(enum lfb_checks checks)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .checks = checks };
	struct lfb_machine *booted;

	assert_int_equal(lfb_machine_create(&options, &booted), 0);
	assert_int_equal(lfb_machine_boot(booted), 0);
	return booted;
}

static int build(void **state)
{
	machine = boot(LFB_CHECKS_ON);
	return 0;
}

static int take_down(void **state)
{
	lfb_machine_destroy(machine);
	return 0;
}

static WILD long follow(void *argument)
{
	return *(volatile char *)argument;
}

static WILD unsigned long nest(const volatile unsigned long *outer)
{
	volatile unsigned long depth = *outer + 1;

	return depth ? nest(&depth) + depth : 0;
}

static long recurse(void *argument)
{
	const volatile unsigned long depth = 0;

	return (long)nest(&depth);
}

static long answer(void *argument)
{
	return 42;
}

/* Kernel code dies of it @of, is named, and the machine can be used again. */
static bool dies(struct lfb_machine *of, long (*body)(void *), enum lfb_finding_id id)
{
	for (int i = 0; i < FAULTS; i++) {
		if (lfb_machine_call(of, body, NULL) != -EFAULT ||
		    lfb_machine_state(of) != LFB_PANICKED || !lfb_findings_of(of, id))
			return false;
		lfb_machine_shutdown(of);
		if (lfb_machine_boot(of) || lfb_machine_call(of, answer, NULL) != 42)
			return false;
	}
	return true;
}

static bool dies_of_null(struct lfb_machine *of)
{
	return dies(of, follow, LFB_FINDING_MEM_WILD_POINTER);
}

static bool dies_of_recursion(struct lfb_machine *of)
{
	return dies(of, recurse, LFB_FINDING_KERNEL_STACK_EXHAUSTED);
}

static void a_fault_under_the_handlers_of_a_fixture_is_named(void **state)
{
	assert_true(dies_of_null(machine));
}

static void endless_recursion_is_named(void **state)
{
	assert_true(dies_of_recursion(machine));
	assert_true(dies_of_null(machine));
}

/* The test's own handlers */

static sigjmp_buf back;
static unsigned int handled;

static void jump_back(int number)
{
	handled++;
	siglongjmp(back, 1);
}

static void take_note(int number)
{
	handled++;
}

static struct sigaction before_segv, before_bus;

static void set_own(void (*handler)(int number))
{
	const struct sigaction own = { .sa_handler = handler };

	handled = 0;
	sigaction(SIGSEGV, &own, &before_segv);
	sigaction(SIGBUS, &own, &before_bus);
}

static void (*handler_of(int number))(int number)
{
	struct sigaction now;

	sigaction(number, NULL, &now);
	return now.sa_handler;
}

static void unset_own(void)
{
	sigaction(SIGSEGV, &before_segv, NULL);
	sigaction(SIGBUS, &before_bus, NULL);
}

static void fault_outside_of_kernel_code(void)
{
	if (!sigsetjmp(back, 1))
		follow(NULL);
}

static void own_faults_are_handled(unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		fault_outside_of_kernel_code();
	assert_int_equal(handled, times);
	handled = 0;
}

static void the_handlers_are_the_test_s_again(void)
{
	assert_ptr_equal(handler_of(SIGSEGV), jump_back);
	assert_ptr_equal(handler_of(SIGBUS), jump_back);
}

static void own_handlers_from_before_the_machine_come_back(void **state)
{
	struct lfb_machine *own;

	set_own(jump_back);
	own = boot(LFB_CHECKS_ON);
	the_handlers_are_the_test_s_again();
	own_faults_are_handled(3);
	assert_true(dies_of_null(own));
	the_handlers_are_the_test_s_again();
	own_faults_are_handled(3);
	lfb_machine_destroy(own);
	the_handlers_are_the_test_s_again();
	unset_own();
}

static void own_handlers_from_after_the_machine_come_back(void **state)
{
	struct lfb_machine *before = lfb_machine_enter(machine);

	set_own(jump_back);
	own_faults_are_handled(3);
	assert_true(dies_of_null(machine));
	assert_true(dies_of_recursion(machine));
	the_handlers_are_the_test_s_again();
	own_faults_are_handled(3);
	unset_own();
	lfb_machine_enter(before);
}

/* Without checks the handlers stay the simulator's, which hands on what is not its own. */
static void without_checks_own_handlers_are_called_all_the_same(void **state)
{
	struct lfb_machine *own;

	set_own(jump_back);
	own = boot(LFB_CHECKS_OFF);
	assert_int_equal(lfb_machine_call(own, follow, NULL), -EFAULT);
	own_faults_are_handled(1);
	lfb_machine_destroy(own);
	unset_own();
}

static long set_other_handlers(void *argument)
{
	signal(SIGSEGV, take_note);
	signal(SIGBUS, take_note);
	return 0;
}

static void handlers_that_kernel_code_sets_stay(void **state)
{
	set_own(jump_back);
	assert_int_equal(lfb_machine_call(machine, set_other_handlers, NULL), 0);
	assert_ptr_equal(handler_of(SIGSEGV), take_note);
	assert_ptr_equal(handler_of(SIGBUS), take_note);
	raise(SIGSEGV);
	assert_int_equal(handled, 1);
	assert_true(dies_of_null(machine));
	unset_own();
}

/* An assertion of the test's fails in kernel code: frameworks leave it by a jump. */
static long jump_out(void *argument)
{
	siglongjmp(back, 1);
	return 0;
}

static void leave_by_a_jump(struct lfb_machine *of)
{
	if (!sigsetjmp(back, 1))
		lfb_machine_call(of, jump_out, NULL);
}

static void after_a_jump_out_of_kernel_code_faults_are_named(void **state)
{
	set_own(jump_back);
	for (int i = 0; i < 3; i++) {
		leave_by_a_jump(machine);
		assert_int_equal(lfb_machine_call(machine, answer, NULL), 42);
		the_handlers_are_the_test_s_again();
		assert_true(dies_of_null(machine));
	}
	unset_own();
}

static void a_machine_that_was_jumped_out_of_takes_nothing_along(void **state)
{
	struct lfb_machine *own;

	set_own(jump_back);
	own = boot(LFB_CHECKS_ON);
	leave_by_a_jump(own);
	lfb_machine_destroy(own);
	the_handlers_are_the_test_s_again();
	unset_own();
}

/* Threads */

static void *die_in_a_thread(void *result)
{
	struct lfb_machine *own = NULL;
	const struct lfb_machine_options options = { .sz = sizeof(options) };
	bool *fine = result;
	sigset_t all;

	/* As threads do that want none of the process's signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	*fine = !lfb_machine_create(&options, &own) && !lfb_machine_boot(own);
	for (int i = 0; *fine && i < 20 * (FAULTS > 1); i++)
		*fine = dies_of_null(own) && (i % 10 || dies_of_recursion(own));
	lfb_machine_destroy(own);
	return NULL;
}

static void faults_in_several_threads_at_once_are_named_and_the_handlers_come_back(void **state)
{
	pthread_t threads[4];
	bool fine[4];

	set_own(jump_back);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, die_in_a_thread, &fine[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(fine[i]);
	}
	the_handlers_are_the_test_s_again();
	own_faults_are_handled(1);
	unset_own();
}

static void *use_in_a_thread(void *result)
{
	*(bool *)result = dies_of_null(machine) && dies_of_recursion(machine);
	return NULL;
}

static void a_machine_of_another_thread_is_no_different(void **state)
{
	pthread_t thread;
	bool fine;

	assert_int_equal(pthread_create(&thread, NULL, use_in_a_thread, &fine), 0);
	pthread_join(thread, NULL);
	assert_true(fine);
}

/* A thread's own alternate stack stays, and one that is made for it goes with it. */
static void *look_at_the_stack(void *result)
{
	static char memory[64 << 10];
	const stack_t own = { .ss_sp = memory, .ss_size = sizeof(memory) };
	stack_t before, now;

	sigaltstack(&own, &before);
	*(bool *)result = dies_of_null(machine) && dies_of_recursion(machine) &&
			  !sigaltstack(NULL, &now) && now.ss_sp == memory;
	/* A sanitizer's, say, which frees what is there. */
	sigaltstack(&before, NULL);
	return NULL;
}

static void a_stack_of_the_thread_s_own_is_kept(void **state)
{
	pthread_t thread;
	bool fine;

	assert_int_equal(pthread_create(&thread, NULL, look_at_the_stack, &fine), 0);
	pthread_join(thread, NULL);
	assert_true(fine);
}

static void *note_the_stack(void *result)
{
	stack_t now;

	lfb_machine_call(machine, answer, NULL);
	sigaltstack(NULL, &now);
	*(void **)result = now.ss_flags & SS_DISABLE ? NULL : now.ss_sp;
	return NULL;
}

static void the_stack_of_a_thread_is_freed_with_it(void **state)
{
	void *stack = NULL;
	unsigned char resident;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, note_the_stack, &stack), 0);
	pthread_join(thread, NULL);
	assert_non_null(stack);
	assert_int_equal(mincore(stack, 4096, &resident), -1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, build, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fault_under_the_handlers_of_a_fixture_is_named),
		TEST(endless_recursion_is_named),
		cmocka_unit_test(own_handlers_from_before_the_machine_come_back),
		TEST(own_handlers_from_after_the_machine_come_back),
		cmocka_unit_test(without_checks_own_handlers_are_called_all_the_same),
		TEST(handlers_that_kernel_code_sets_stay),
		TEST(after_a_jump_out_of_kernel_code_faults_are_named),
		cmocka_unit_test(a_machine_that_was_jumped_out_of_takes_nothing_along),
		TEST(faults_in_several_threads_at_once_are_named_and_the_handlers_come_back),
		TEST(a_machine_of_another_thread_is_no_different),
		TEST(a_stack_of_the_thread_s_own_is_kept),
		TEST(the_stack_of_a_thread_is_freed_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
