// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Every call in every state a machine can be in: what it returns and what state it leaves. */
#include <luo/blob.h>
#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/lock.h>
#include <luo/printk.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

#define STATES (LFB_HUNG + 1)

static const struct lfb_machine_options small = {
	.sz = sizeof(small),
	.memory = 4 << 20,
	.mode = LFB_MEMORY_FIXED,
};

static struct lfb_blob *blob;
static struct module spare_name = { .name = "spare" };
static struct lfb_module spare = { .module = &spare_name };

/*
 * Ways into each state
 */

static long die(void *argument)
{
	panic("told to");
	return 0;
}

static long hang(void *argument)
{
	static struct mutex lock;

	mutex_init(&lock);
	mutex_lock(&lock);
	mutex_lock(&lock);
	return 0;
}

static void make_rig(struct rig *rig, enum lfb_machine_state state)
{
	assert_int_equal(rig_create(rig, &small), 0);
	if (state != LFB_OFF)
		assert_int_equal(lfb_machine_boot(rig->machine), 0);
	if (state == LFB_REBOOTING)
		assert_int_equal(lfb_machine_prepare(rig->machine), 0);
	if (state == LFB_PANICKED)
		assert_int_equal(lfb_machine_call(rig->machine, die, NULL), -EFAULT);
	if (state == LFB_HUNG)
		assert_int_equal(lfb_machine_call(rig->machine, hang, NULL), -EDEADLK);
	assert_int_equal(lfb_machine_state(rig->machine), state);
}

/*
 * The calls
 */

static long seven(void *argument)
{
	return 7;
}

static int do_boot(struct rig *rig)
{
	return lfb_machine_boot(rig->machine);
}

static int do_boot_blob(struct rig *rig)
{
	return lfb_machine_boot_blob(rig->machine, blob);
}

static int do_shutdown(struct rig *rig)
{
	return lfb_machine_shutdown(rig->machine);
}

static int do_prepare(struct rig *rig)
{
	return lfb_machine_prepare(rig->machine);
}

static int do_jump(struct rig *rig)
{
	return lfb_machine_jump(rig->machine, NULL);
}

static int do_jump_nowhere(struct rig *rig)
{
	return lfb_machine_jump(rig->machine, "linux-2.4");
}

static int do_kexec(struct rig *rig)
{
	return lfb_machine_kexec(rig->machine);
}

static int do_read(struct rig *rig)
{
	char byte;

	return lfb_machine_read(rig->machine, 4ull << 30, &byte, 1);
}

static int do_call(struct rig *rig)
{
	return (int)lfb_machine_call(rig->machine, seven, NULL);
}

static int do_stats(struct rig *rig)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	return lfb_machine_stats(rig->machine, &stats);
}

static int do_add(struct rig *rig)
{
	return lfb_machine_add_module(rig->machine, &spare);
}

static int do_add_again(struct rig *rig)
{
	return lfb_machine_add_module(rig->machine, &rig->recorder->image);
}

static int do_remove(struct rig *rig)
{
	int err = lfb_machine_remove_module(rig->machine, "rig");
	enum lfb_machine_state state = lfb_machine_state(rig->machine);

	/* Back into the image while it is off, for the check that all still works. */
	if (!err && state == LFB_OFF)
		err = lfb_machine_add_module(rig->machine, &rig->recorder->image);
	return err;
}

static int do_remove_unknown(struct rig *rig)
{
	return lfb_machine_remove_module(rig->machine, "spare");
}

static int do_agent_create(struct rig *rig)
{
	struct lfb_agent *agent;
	int err = lfb_agent_create(rig->machine, NULL, &agent);

	lfb_agent_destroy(agent);
	return err;
}

static int do_open(struct rig *rig)
{
	return lfb_agent_open(rig->agent);
}

static int do_close(struct rig *rig)
{
	return lfb_agent_close(rig->agent, 3);
}

static int do_ioctl(struct rig *rig)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	return lfb_agent_ioctl(rig->agent, 3, LIVEUPDATE_SESSION_FINISH, &arg);
}

static int do_create_session(struct rig *rig)
{
	return lfb_agent_create_session(rig->agent, 3, "vm");
}

static int do_retrieve_session(struct rig *rig)
{
	return lfb_agent_retrieve_session(rig->agent, 3, "vm");
}

static int do_preserve(struct rig *rig)
{
	return lfb_agent_preserve(rig->agent, 3, 4, 1);
}

static int do_retrieve(struct rig *rig)
{
	return lfb_agent_retrieve(rig->agent, 3, 1);
}

static int do_finish(struct rig *rig)
{
	return lfb_agent_finish(rig->agent, 3);
}

static int do_install(struct rig *rig)
{
	static const struct file_operations nothing;
	static struct file never_closed = { .f_op = &nothing, .f_count = INT32_MAX };

	return lfb_agent_install(rig->agent, &never_closed);
}

static int do_trace(struct rig *rig)
{
	return lfb_trace_to(rig->machine, NULL, NULL);
}

static int do_arm(struct rig *rig)
{
	return lfb_fault_arm(rig->machine, NULL);
}

static int do_choose(struct rig *rig)
{
	return (int)lfb_choose(rig->machine, 1, "");
}

static int do_sched(struct rig *rig)
{
	return lfb_sched_to(rig->machine, NULL, NULL);
}

#define ALL(value) { value, value, value, value, value }
#define NEEDS_KERNEL(value) { -ESHUTDOWN, value, value, -ESHUTDOWN, -ESHUTDOWN }
#define UNCHANGED { LFB_OFF, LFB_RUNNING, LFB_REBOOTING, LFB_PANICKED, LFB_HUNG }
#define E(errno) (-errno)

/* Columns: off, running, rebooting, panicked, hung. */
static const struct {
	const char *name;
	int (*call)(struct rig *rig);
	int result[STATES];
	enum lfb_machine_state after[STATES];
} calls[] = {
	{ "boot", do_boot, { 0, E(EBUSY), E(EBUSY), E(EBUSY), E(EBUSY) },
	  { LFB_RUNNING, LFB_RUNNING, LFB_REBOOTING, LFB_PANICKED, LFB_HUNG } },
	{ "boot_blob", do_boot_blob, { 0, E(EBUSY), E(EBUSY), E(EBUSY), E(EBUSY) },
	  { LFB_RUNNING, LFB_RUNNING, LFB_REBOOTING, LFB_PANICKED, LFB_HUNG } },
	{ "shutdown", do_shutdown, ALL(0), ALL(LFB_OFF) },
	{ "prepare", do_prepare, { E(EBUSY), 0, E(EBUSY), E(EBUSY), E(EBUSY) },
	  { LFB_OFF, LFB_REBOOTING, LFB_REBOOTING, LFB_PANICKED, LFB_HUNG } },
	{ "jump", do_jump, { E(EBUSY), E(EBUSY), 0, E(EBUSY), E(EBUSY) },
	  { LFB_OFF, LFB_RUNNING, LFB_RUNNING, LFB_PANICKED, LFB_HUNG } },
	{ "jump nowhere", do_jump_nowhere, ALL(E(EINVAL)), UNCHANGED },
	{ "kexec", do_kexec, { E(EBUSY), 0, E(EBUSY), E(EBUSY), E(EBUSY) }, UNCHANGED },
	{ "read", do_read, { E(EINVAL), 0, 0, 0, 0 }, UNCHANGED },
	{ "call", do_call, NEEDS_KERNEL(7), UNCHANGED },
	{ "stats", do_stats, ALL(0), UNCHANGED },
	{ "add_module", do_add, ALL(0), UNCHANGED },
	{ "add_module again", do_add_again, ALL(E(EEXIST)), UNCHANGED },
	{ "remove_module", do_remove, ALL(0), UNCHANGED },
	{ "remove_module unknown", do_remove_unknown, ALL(E(ENOENT)), UNCHANGED },
	{ "agent_create", do_agent_create, ALL(0), UNCHANGED },
	{ "open", do_open, NEEDS_KERNEL(3), UNCHANGED },
	{ "close", do_close, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "ioctl", do_ioctl, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "create_session", do_create_session, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "retrieve_session", do_retrieve_session, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "preserve", do_preserve, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "retrieve", do_retrieve, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "finish", do_finish, NEEDS_KERNEL(E(EBADF)), UNCHANGED },
	{ "install", do_install, NEEDS_KERNEL(3), UNCHANGED },
	{ "trace_to", do_trace, ALL(0), UNCHANGED },
	{ "fault_arm", do_arm, ALL(0), UNCHANGED },
	{ "choose", do_choose, ALL(0), UNCHANGED },
	{ "sched_to", do_sched, ALL(0), UNCHANGED },
};

static void check(size_t call, enum lfb_machine_state state)
{
	struct rig rig;
	int ret;

	make_rig(&rig, state);
	ret = calls[call].call(&rig);
	if (ret != calls[call].result[state])
		fail_msg("%s on a machine that is %s: %d, not %d (%s)", calls[call].name,
			 lfb_machine_state_name(state), ret, calls[call].result[state],
			 lfb_error_text(rig.machine));
	if (ret < 0 && !*lfb_error_text(rig.machine))
		fail_msg("%s on a machine that is %s: no sentence", calls[call].name,
			 lfb_machine_state_name(state));
	if (lfb_machine_state(rig.machine) != calls[call].after[state])
		fail_msg("%s on a machine that is %s: left it %s", calls[call].name,
			 lfb_machine_state_name(state),
			 lfb_machine_state_name(lfb_machine_state(rig.machine)));
	/* Whatever happened, the machine can be used. */
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	ret = lfb_machine_add_module(rig.machine, &rig.recorder->image);
	assert_true(ret == 0 || ret == -EEXIST);
	if (rig_still_works(&rig))
		fail_msg("after %s on a machine that is %s, an update says: %s", calls[call].name,
			 lfb_machine_state_name(state), lfb_error_text(rig.machine));
	rig_stop(&rig);
}

static void every_call_is_defined_in_every_state(void **state)
{
	unsigned int combinations = 0;

	for (size_t call = 0; call < sizeof(calls) / sizeof(calls[0]); call++) {
		for (unsigned int in = 0; in < STATES; in++, combinations++)
			check(call, (enum lfb_machine_state)in);
	}
	print_message("%u combinations of call and state\n", combinations);
	assert_int_equal(combinations, sizeof(calls) / sizeof(calls[0]) * STATES);
}

static void every_pair_of_calls_leaves_a_machine_that_works(void **state)
{
	const size_t count = sizeof(calls) / sizeof(calls[0]);
	struct rig rig;
	int ret;

	for (size_t pair = 0; pair < count * count; pair++) {
		assert_int_equal(rig_start(&rig, &small), 0);
		calls[pair / count].call(&rig);
		calls[pair % count].call(&rig);
		assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
		ret = lfb_machine_add_module(rig.machine, &rig.recorder->image);
		assert_true(ret == 0 || ret == -EEXIST);
		assert_int_equal(rig_still_works(&rig), 0);
		rig_stop(&rig);
	}
	print_message("%zu pairs of calls\n", count * count);
}

static void states_have_names(void **state)
{
	static const char *const names[] = { "off", "running", "rebooting", "panicked", "hung" };

	for (unsigned int i = 0; i < STATES; i++)
		assert_string_equal(lfb_machine_state_name((enum lfb_machine_state)i), names[i]);
	assert_string_equal(lfb_machine_state_name(STATES), "unknown");
	assert_string_equal(lfb_machine_state_name((enum lfb_machine_state)-1), "unknown");
}

/* A failed preparation leaves the kernel running; what made it fail gone, it succeeds. */
static int refuse_once(struct rig *rig, const char *op)
{
	if (strcmp(op, "file h0.freeze"))
		return 0;
	rig->hook = NULL;
	return -ENXIO;
}

static void a_refused_reboot_can_be_tried_again(void **state)
{
	struct rig rig;

	assert_int_equal(rig_start(&rig, &small), 0);
	assert_int_equal(rig_preserve(&rig, 2), 0);
	rig.hook = refuse_once;
	assert_int_equal(lfb_machine_kexec(rig.machine), -ENXIO);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
	assert_non_null(strstr(lfb_error_text(rig.machine), "could not freeze the file"));
	assert_int_equal(lfb_machine_jump(rig.machine, NULL), -EBUSY);
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(rig_restore(&rig, 2), 0);
	rig_stop(&rig);
}

/* What ends a kernel is not for its own code to call. */
static long calls_the_outside(void *argument)
{
	static int (*const outside[])(struct rig *rig) = {
		do_shutdown, do_prepare, do_jump, do_kexec, do_add, do_remove, do_boot,
	};
	struct rig *rig = argument;

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		if (outside[i](rig) != -EBUSY)
			return (long)i + 1;
	}
	lfb_agent_destroy(rig->agent);
	if (!strstr(lfb_error_text(rig->machine), "own kernel code"))
		return 100;
	lfb_machine_destroy(rig->machine);
	return strstr(lfb_error_text(rig->machine), "own kernel code") ? 0 : 101;
}

static void kernel_code_cannot_pull_the_plug_on_itself(void **state)
{
	struct rig rig;

	assert_int_equal(rig_start(&rig, &small), 0);
	assert_int_equal(lfb_machine_call(rig.machine, calls_the_outside, &rig), 0);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
	assert_int_equal(rig_update(&rig), 0);
	rig_stop(&rig);
}

static jmp_buf out;

static long jumps_out(void *argument)
{
	longjmp(out, 1);
}

static void a_machine_can_be_destroyed_after_a_jump_out_of_its_kernel(void **state)
{
	struct rig rig;

	assert_int_equal(rig_start(&rig, &small), 0);
	if (!setjmp(out))
		lfb_machine_call(rig.machine, jumps_out, NULL);
	rig_stop(&rig);
	assert_null(lfb_machine_current());
}

static int make_blob(void **state)
{
	struct rig rig;
	int err;

	err = rig_start(&rig, &small);
	if (!err)
		err = rig_preserve(&rig, 2);
	if (!err)
		err = lfb_machine_prepare(rig.machine);
	if (!err)
		err = lfb_blob_capture(rig.machine, &blob);
	rig_stop(&rig);
	return err;
}

static int free_blob(void **state)
{
	lfb_blob_free(blob);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_defined_in_every_state),
		cmocka_unit_test(every_pair_of_calls_leaves_a_machine_that_works),
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(a_refused_reboot_can_be_tried_again),
		cmocka_unit_test(kernel_code_cannot_pull_the_plug_on_itself),
		cmocka_unit_test(a_machine_can_be_destroyed_after_a_jump_out_of_its_kernel),
	};

	return cmocka_run_group_tests(tests, make_blob, free_blob);
}
