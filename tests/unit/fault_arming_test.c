// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An agent's system call makes the fault handler the simulator's when it comes to a module, and
 * not before: that costs as much as a system call itself does. What faults there is a finding,
 * whatever handlers came to the process since the machine was looked at last.
 */
#include <setjmp.h>
#include <signal.h>

#include <luo/choose.h>
#include <luo/cmocka.h>

#include "sim/kernel/host/arm.h"
#include "tests/support/test.h"

/* The test's handlers, which kernel code's faults must not reach. */

static sigjmp_buf back;
static bool reached;

static void jump_back(int number)
{
	reached = true;
	siglongjmp(back, 1);
}

/* The module: address 8 is written to in one of its callbacks. */

static const char *bad;

/* The compiler does not see through it. */
static volatile uintptr_t nowhere = 8;

__attribute__((no_sanitize("address", "undefined"), noinline))
static void come_to(const char *where)
{
	if (bad && !strcmp(bad, where))
		*(volatile char *)nowhere = 0;
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	come_to("flb preserve");
	argp->data = 1;
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	come_to("flb unpreserve");
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	come_to("flb retrieve");
	argp->obj = argp->flb;
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	come_to("flb finish");
}

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	come_to("can_preserve");
	return true;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	come_to("preserve");
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	come_to("unpreserve");
}

static int release(struct inode *inode, struct file *file)
{
	come_to("release");
	return 0;
}

static long take_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	come_to("ioctl");
	return 0;
}

static const struct file_operations fops = { .release = release, .unlocked_ioctl = take_ioctl };

static int retrieve(struct liveupdate_file_op_args *args)
{
	come_to("retrieve");
	args->file = anon_inode_getfile("own", &fops, NULL, 0);
	return IS_ERR(args->file) ? (int)PTR_ERR(args->file) : 0;
}

static bool can_finish(struct liveupdate_file_op_args *args)
{
	come_to("can_finish");
	return true;
}

static void finish(struct liveupdate_file_op_args *args)
{
	come_to("finish");
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = retrieve,
	.can_finish = can_finish,
	.finish = finish,
};

static LFB_MODULE_DATA(own) struct liveupdate_flb flb = { .ops = &flb_ops, .compatible = "own-v1" };
static LFB_MODULE_DATA(own) struct liveupdate_file_handler handler = {
	.ops = &file_ops, .compatible = "own-file-v1",
};

static int init(void)
{
	int err = liveupdate_register_file_handler(&handler);

	return err ? err : liveupdate_register_flb(&handler, &flb);
}

LFB_MODULE(own, init, NULL);

/* What agents do with it */

static struct lfb_machine *machine;
static struct lfb_agent *agent;
static int device, session, file;

static long make_file(void *argument)
{
	return (long)anon_inode_getfile("own", &fops, NULL, 0);
}

static int make_session(void)
{
	return lfb_agent_create_session(agent, device, "vm");
}

static int build(void **state)
{
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_add_module(machine, &own_module), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_agent_create(machine, "agent", &agent), 0);
	device = lfb_agent_open(agent);
	session = make_session();
	file = lfb_agent_install(agent, (struct file *)lfb_machine_call(machine, make_file, NULL));
	assert_true(device >= 0 && session >= 0 && file >= 0);
	return 0;
}

static int take_down(void **state)
{
	bad = NULL;
	lfb_machine_destroy(machine);
	return 0;
}

static int preserve_it(void)
{
	return lfb_agent_preserve(agent, session, file, 1);
}

static int retrieve_it(void)
{
	file = lfb_agent_retrieve(agent, session, 1);
	return file < 0 ? file : 0;
}

static int finish_it(void)
{
	return lfb_agent_finish(agent, session);
}

static int close_session(void)
{
	return lfb_agent_close(agent, session);
}

static int close_file(void)
{
	return lfb_agent_close(agent, file);
}

static int ask_file(void)
{
	return lfb_agent_ioctl(agent, file, 1, NULL);
}

static void have_preserved(void)
{
	assert_int_equal(preserve_it(), 0);
}

static void have_come_over(void)
{
	have_preserved();
	assert_int_equal(lfb_machine_kexec(machine), 0);
	device = lfb_agent_open(agent);
	session = lfb_agent_retrieve_session(agent, device, "vm");
	assert_true(device >= 0 && session >= 0);
}

static void have_retrieved(void)
{
	have_come_over();
	assert_int_equal(retrieve_it(), 0);
}

/* Handlers */

static long do_nothing(void *argument)
{
	return 0;
}

/* Others' handlers come when the simulator has just seen that there are none. */
static void surprise(void)
{
	const struct sigaction none = { .sa_handler = SIG_DFL }, own = { .sa_handler = jump_back };

	sigaction(SIGSEGV, &none, NULL);
	sigaction(SIGBUS, &none, NULL);
	assert_int_equal(lfb_machine_call(machine, do_nothing, NULL), 0);
	sigaction(SIGSEGV, &own, NULL);
	sigaction(SIGBUS, &own, NULL);
	assert_false(lfb__others_handle());
	reached = false;
}

static bool is_own(int number)
{
	struct sigaction now;

	sigaction(number, NULL, &now);
	return now.sa_handler == jump_back;
}

static int result_of(int (*action)(void))
{
	return sigsetjmp(back, 1) ? 0 : action();
}

/* @action dies where @bad says, is named, and the test's handlers are there again. */
static void dies(int (*action)(void))
{
	surprise();
	assert_int_equal(result_of(action), -EFAULT);
	assert_false(reached);
	assert_true(is_own(SIGSEGV) && is_own(SIGBUS));
	assert_int_equal(lfb_machine_state(machine), LFB_PANICKED);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MEM_WILD_POINTER), 1);
}

static void faults_of_callbacks_are_named(void **state)
{
	static const struct {
		const char *where;
		void (*before)(void);
		int (*action)(void);
	} cases[] = {
		{ "can_preserve", NULL, preserve_it },
		{ "preserve", NULL, preserve_it },
		{ "flb preserve", NULL, preserve_it },
		{ "unpreserve", have_preserved, close_session },
		{ "flb unpreserve", have_preserved, close_session },
		{ "retrieve", have_come_over, retrieve_it },
		{ "flb retrieve", have_retrieved, finish_it },
		{ "can_finish", have_retrieved, finish_it },
		{ "finish", have_retrieved, finish_it },
		{ "flb finish", have_retrieved, finish_it },
		{ "release", NULL, close_file },
		{ "ioctl", NULL, ask_file },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		build(state);
		if (cases[i].before)
			cases[i].before();
		bad = cases[i].where;
		dies(cases[i].action);
		take_down(state);
	}
}

static void come_to_hook(void *context, const char *point, const char *object)
{
	come_to("hook");
}

static void faults_of_hooks_are_named(void **state)
{
	bad = "hook";
	assert_int_equal(lfb_sched_to(machine, come_to_hook, NULL), 0);
	dies(make_session);
}

static void what_reaches_no_module_looks_at_no_handlers(void **state)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];

	surprise();
	assert_int_equal(close_session(), 0);
	session = make_session();
	assert_int_equal(lfb_agent_get_name(agent, session, name), 0);
	assert_false(lfb__others_handle());
	have_preserved();
	assert_true(lfb__others_handle());
	assert_true(is_own(SIGSEGV) && is_own(SIGBUS));
}

static int ask_the_impossible(void)
{
	return lfb_agent_ioctl(agent, device, LIVEUPDATE_IOCTL_CREATE_SESSION, (void *)8);
}

static void a_structure_that_is_not_there_is_refused(void **state)
{
	surprise();
	assert_int_equal(result_of(ask_the_impossible), -EFAULT);
	assert_false(reached);
	assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
	assert_true(is_own(SIGSEGV) && is_own(SIGBUS));
}

/* A machine that a module's code uses is inside another: its end is not the last. */
static long use_another(void *another)
{
	return lfb_machine_call(another, do_nothing, NULL) ?: is_own(SIGSEGV);
}

static void handlers_come_back_when_the_outermost_entry_ends(void **state)
{
	struct lfb_machine *another;

	assert_int_equal(lfb_machine_create(NULL, &another), 0);
	assert_int_equal(lfb_machine_boot(another), 0);
	surprise();
	assert_int_equal(lfb_machine_call(machine, use_another, another), 0);
	assert_true(is_own(SIGSEGV) && is_own(SIGBUS));
	lfb_machine_destroy(another);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, build, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_callbacks_are_named),
		TEST(faults_of_hooks_are_named),
		TEST(what_reaches_no_module_looks_at_no_handlers),
		TEST(a_structure_that_is_not_there_is_refused),
		TEST(handlers_come_back_when_the_outermost_entry_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
