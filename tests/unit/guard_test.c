// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A dying kernel gives control back; the process goes on. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

/* What these bodies do is what sanitizers are there to find first. */
#define WILD __attribute__((no_sanitize("address", "undefined"), noinline))

static struct lfb_kernel kernel;
static struct lfb_kernel other;

static int enter_kernel(void **state)
{
	const struct lfb_memory_options options = { .size = 16 << 20, .mode = LFB_MEMORY_REMAP };

	if (lfb__kernel_init(&kernel, &options, 0) || lfb__kernel_init(&other, &options, 0))
		return -1;
	kernel.catch_faults = true;
	other.catch_faults = true;
	lfb__current = &kernel;
	return 0;
}

static int leave_kernel(void **state)
{
	lfb__kernel_destroy(&kernel);
	lfb__kernel_destroy(&other);
	return 0;
}

/* The kernel can boot again. */
static void revive(void)
{
	kernel.dead = LFB_ALIVE;
	kernel.trace.complaint[0] = '\0';
}

static long answer(void *arg)
{
	return *(long *)arg + 1;
}

static WILD long read_at(void *arg)
{
	return *(volatile unsigned char *)arg;
}

static WILD long write_at(void *arg)
{
	*(volatile unsigned char *)arg = 1;
	return 0;
}

static WILD long call_at(void *arg)
{
	return ((long (*)(void))arg)();
}

static long panics(void *arg)
{
	panic("no way on from %s", (const char *)arg);
	return 7;
}

static long bugs(void *arg)
{
	BUG_ON(arg != NULL);
	return 7;
}

static long hangs(void *arg)
{
	lfb__die(arg, LFB_DEATH_HANG);
	return 7;
}

static void a_body_that_lives_returns_its_result(void **state)
{
	for (long arg = -5; arg < 5; arg++)
		assert_int_equal(lfb__guarded(&kernel, answer, &arg), arg + 1);
	assert_null(kernel.guard);
	assert_int_equal(kernel.dead, LFB_ALIVE);
}

static void panic_and_bug_give_efault_and_a_hang_edeadlk(void **state)
{
	assert_int_equal(lfb__guarded(&kernel, panics, "here"), -EFAULT);
	assert_int_equal(kernel.dead, LFB_DEATH_PANIC);
	assert_string_equal(kernel.trace.complaint, "kernel: no way on from here");
	revive();
	assert_int_equal(lfb__guarded(&kernel, bugs, &kernel), -EFAULT);
	assert_int_equal(kernel.dead, LFB_DEATH_PANIC);
	assert_string_equal(kernel.trace.complaint, "bugs: arg != NULL");
	revive();
	assert_int_equal(lfb__guarded(&kernel, hangs, &kernel), -EDEADLK);
	assert_int_equal(kernel.dead, LFB_DEATH_HANG);
}

static void a_dead_kernel_runs_nothing(void **state)
{
	long arg = 1;

	assert_int_equal(lfb__guarded(&kernel, hangs, &kernel), -EDEADLK);
	assert_int_equal(lfb__guarded(&kernel, answer, &arg), -ESHUTDOWN);
	revive();
	assert_int_equal(lfb__guarded(&kernel, answer, &arg), 2);
}

static void the_first_death_wins(void **state)
{
	lfb__die(&kernel, LFB_DEATH_HANG);
	lfb__die(&kernel, LFB_DEATH_PANIC);
	assert_int_equal(kernel.dead, LFB_DEATH_HANG);
}

static void a_null_pointer_is_named_with_its_offset(void **state)
{
	static long (*const bodies[])(void *) = { read_at, write_at, call_at };
	char expected[64];

	lfb__guard_install();
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		for (uintptr_t offset = 0; offset < PAGE_SIZE; offset += PAGE_SIZE / 4 - 1) {
			assert_int_equal(lfb__guarded(&kernel, bodies[i], (void *)offset), -EFAULT);
			snprintf(expected, sizeof(expected),
				 "kernel: NULL pointer dereference at offset %lu",
				 (unsigned long)offset);
			assert_string_equal(kernel.trace.complaint, expected);
			assert_int_equal(kernel.dead, LFB_DEATH_OOPS);
			revive();
		}
	}
	assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], 15);
}

static void a_wild_address_is_caught_and_not_printed(void **state)
{
	u8 *page = mmap(NULL, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	lfb__guard_install();
	assert_int_equal(lfb__guarded(&kernel, read_at, page + 8), -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: access to an address that is not mapped");
	revive();
	assert_int_equal(lfb__guarded(&kernel, write_at, page + 8), -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: access to an address that is not mapped");
	munmap(page, PAGE_SIZE);
}

static void a_poisoned_pointer_is_no_address(void **state)
{
#ifdef __x86_64__
	lfb__guard_install();
	assert_int_equal(lfb__guarded(&kernel, read_at, (void *)0xdbdbdbdbdbdbdbdbul), -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: a pointer that is no address was followed");
#else
	skip();
#endif
}

static void a_file_shorter_than_its_mapping_is_caught(void **state)
{
	FILE *file = tmpfile();
	u8 *page;

	assert_non_null(file);
	page = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fileno(file), 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	lfb__guard_install();
	assert_int_equal(lfb__guarded(&kernel, read_at, page), -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: access to an address that is not mapped");
	munmap(page, PAGE_SIZE);
	fclose(file);
}

static void a_pointer_of_an_earlier_kernel_is_called_stale(void **state)
{
	u8 *base = kernel.memory.base;

	lfb__guard_install();
	assert_int_equal(lfb__memory_remap(&kernel), 0);
	assert_int_equal(lfb__guarded(&kernel, read_at, base + 0x12345), -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: stale pointer: an address of an earlier kernel was followed "
			    "(physical 0x12345)");
	revive();
	/* Behind the linear map: an old vmalloc address, say. */
	assert_int_equal(lfb__guarded(&kernel, write_at, base + kernel.memory.size + PAGE_SIZE),
			 -EFAULT);
	assert_string_equal(kernel.trace.complaint,
			    "kernel: stale pointer: an address of an earlier kernel was followed");
}

static long guarded_panic(void *arg)
{
	long result = lfb__guarded(&kernel, panics, arg);

	assert_int_equal(result, 12345); /* never reached */
	return result;
}

static long guarded_answer(void *arg)
{
	return lfb__guarded(&kernel, answer, arg) + 1;
}

static void nested_guards_are_one(void **state)
{
	long arg = 5;

	assert_int_equal(lfb__guarded(&kernel, guarded_answer, &arg), 7);
	assert_int_equal(lfb__guarded(&kernel, guarded_panic, "inside"), -EFAULT);
	assert_null(kernel.guard);
}

static long dies_in_another_kernel(void *arg)
{
	long result;

	lfb__current = &other;
	result = lfb__guarded(&other, read_at, arg);
	assert_ptr_equal(lfb__current, &other);
	lfb__current = &kernel;
	return result - 1;
}

static void the_death_of_one_kernel_is_not_that_of_another(void **state)
{
	lfb__guard_install();
	assert_int_equal(lfb__guarded(&kernel, dies_in_another_kernel, NULL), -EFAULT - 1);
	assert_int_equal(kernel.dead, LFB_ALIVE);
	assert_int_equal(other.dead, LFB_DEATH_OOPS);
}

static long changes_task_and_dies(void *arg)
{
	kernel.task = arg;
	lfb__current = &other;
	lfb__die(&kernel, LFB_DEATH_PANIC);
	return 0;
}

static void task_and_current_kernel_are_as_before(void **state)
{
	struct task_struct agent = { .name = "agent" };
	struct task_struct *task = kernel.task;

	assert_int_equal(lfb__guarded(&kernel, changes_task_and_dies, &agent), -EFAULT);
	assert_ptr_equal(kernel.task, task);
	assert_ptr_equal(lfb__current, &kernel);
}

static long copies_from_nowhere(void *nowhere)
{
	u8 byte = 0;

	return lfb__copy(&kernel, &byte, nowhere, 1) - 1;
}

static void copying_from_or_to_nowhere_is_an_error_and_no_death(void **state)
{
	u8 *page = mmap(NULL, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 from[] = { 1, 2, 3 }, to[] = { 0, 0, 0 };

	assert_ptr_not_equal(page, MAP_FAILED);
	lfb__guard_install();
	assert_int_equal(lfb__copy(&kernel, to, from, sizeof(to)), 0);
	assert_memory_equal(to, from, sizeof(to));
	assert_int_equal(lfb__copy(&kernel, to, NULL, 1), -EFAULT);
	assert_int_equal(lfb__copy(&kernel, NULL, from, 1), -EFAULT);
	assert_int_equal(lfb__copy(&kernel, to, page, 1), -EFAULT);
	assert_int_equal(lfb__copy(&kernel, page, from, 1), -EFAULT);
	assert_int_equal(lfb__guarded(&kernel, copies_from_nowhere, page), -EFAULT - 1);
	assert_null(kernel.copying);
	assert_int_equal(kernel.dead, LFB_ALIVE);
	assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], 0);
	munmap(page, PAGE_SIZE);
}

/* Runs body(arg) guarded in a child process. Returns the wait status. */
static int status_of_child(long (*body)(void *), void *arg)
{
	const struct rlimit no_core = { 0, 0 };
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		setrlimit(RLIMIT_CORE, &no_core);
		lfb__guard_install();
		_exit(lfb__guarded(&kernel, body, arg) == -EFAULT ? 0 : 1);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static long raises(void *arg)
{
	raise(*(int *)arg);
	return -EFAULT;
}

static void a_crashing_sink(void *context, const struct lfb_event *event)
{
	write_at(context);
}

static void faults_that_are_not_ours_kill_as_ever(void **state)
{
	int segv = SIGSEGV;
	int status;

	status = status_of_child(read_at, NULL);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);

	/* A signal somebody sent is no fault. */
	status = status_of_child(raises, &segv);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

	/* A sink that crashes while it is told of a crash. */
	kernel.trace.sink = a_crashing_sink;
	status = status_of_child(read_at, NULL);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	kernel.trace.sink = NULL;

	kernel.catch_faults = false;
	status = status_of_child(read_at, NULL);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

	kernel.catch_faults = true;
	lfb__current = NULL;
	status = status_of_child(read_at, NULL);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static sigjmp_buf back;
static unsigned int handled;

static void plain_handler(int number)
{
	handled++;
	siglongjmp(back, 1);
}

static void full_handler(int number, siginfo_t *info, void *context)
{
	handled += number == SIGBUS && info->si_code > 0 ? 10 : 100;
}

static void the_earlier_handler_gets_what_is_not_ours(void **state)
{
	struct sigaction full = { .sa_sigaction = full_handler, .sa_flags = SA_SIGINFO };
	struct sigaction before_segv, before_bus;

	sigaction(SIGSEGV, NULL, &before_segv);
	sigaction(SIGBUS, &full, &before_bus);
	signal(SIGSEGV, plain_handler);
	lfb__guard_install();
	lfb__guard_install();
	handled = 0;
	kernel.catch_faults = false;
	if (sigsetjmp(back, 1) == 0)
		lfb__guarded(&kernel, read_at, NULL);
	assert_int_equal(handled, 1);
	kernel.guard = NULL;
	raise(SIGBUS);
	assert_int_equal(handled, 101);

	sigaction(SIGSEGV, &before_segv, NULL);
	sigaction(SIGBUS, &before_bus, NULL);
}

static struct sigaction ours;

static void hands_on_to_ours(int number, siginfo_t *info, void *context)
{
	ours.sa_sigaction(number, info, context);
}

static long hand_on_in_a_circle(void *arg)
{
	struct sigaction later = { .sa_sigaction = hands_on_to_ours, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &later, &ours);
	lfb__guard_install();
	kernel.catch_faults = false;
	return read_at(arg);
}

static void two_handlers_that_hand_on_to_each_other_do_not_hang(void **state)
{
	int status = status_of_child(hand_on_in_a_circle, NULL);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void a_kernel_may_die_many_times(void **state)
{
	lfb__guard_install();
	for (unsigned int i = 0; i < 2000; i++) {
		assert_int_equal(lfb__guarded(&kernel, i % 2 ? read_at : panics, NULL), -EFAULT);
		revive();
	}
	assert_int_equal(kernel.trace.count[LFB_EVENT_BUG], 1000);
	assert_int_equal(kernel.trace.count[LFB_EVENT_PANIC], 1000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, enter_kernel, leave_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_body_that_lives_returns_its_result),
		TEST(panic_and_bug_give_efault_and_a_hang_edeadlk),
		TEST(a_dead_kernel_runs_nothing),
		TEST(the_first_death_wins),
		TEST(a_null_pointer_is_named_with_its_offset),
		TEST(a_wild_address_is_caught_and_not_printed),
		TEST(a_poisoned_pointer_is_no_address),
		TEST(a_file_shorter_than_its_mapping_is_caught),
		TEST(a_pointer_of_an_earlier_kernel_is_called_stale),
		TEST(nested_guards_are_one),
		TEST(the_death_of_one_kernel_is_not_that_of_another),
		TEST(task_and_current_kernel_are_as_before),
		TEST(copying_from_or_to_nowhere_is_an_error_and_no_death),
		TEST(faults_that_are_not_ours_kill_as_ever),
		TEST(the_earlier_handler_gets_what_is_not_ours),
		TEST(two_handlers_that_hand_on_to_each_other_do_not_hang),
		TEST(a_kernel_may_die_many_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
