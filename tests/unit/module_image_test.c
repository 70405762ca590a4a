// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A kernel image is a set of modules: loaded in order at each boot, with their data as new. */
#include <luo/file.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/agent.h>
#include <luo/trace.h>

#include "tests/support/second_module.h"
#include "tests/support/test.h"

static char history[512];

static void note(const char *line)
{
	size_t length = strlen(history);

	snprintf(history + length, sizeof(history) - length, "%s%s", length ? ", " : "", line);
}

static void expect_history(const char *expected)
{
	assert_string_equal(history, expected);
	history[0] = '\0';
}

/*
 * Module "first": can fail, and owns a file handler
 */

static LFB_MODULE_DATA(first) int counter = 1;
static LFB_MODULE_DATA(first) char text[32] = "as loaded";
static LFB_MODULE_DATA(first) struct liveupdate_file_handler first_handler;
static int first_result; /* host data: not reset */
static bool first_registers;

static const struct file_operations fops;

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &fops;
}

static int succeed(struct liveupdate_file_op_args *args)
{
	return 0;
}

static void ignore(struct liveupdate_file_op_args *args)
{
}

static struct liveupdate_file_ops first_ops = {
	.can_preserve = can_preserve,
	.preserve = succeed,
	.unpreserve = ignore,
	.retrieve = succeed,
	.finish = ignore,
};

static int first_init(void);

static void first_exit(void)
{
	note("first exit");
	if (first_registers)
		liveupdate_unregister_file_handler(&first_handler);
}

LFB_MODULE(first, first_init, first_exit);

static int first_init(void)
{
	const struct liveupdate_file_handler handler = {
		.ops = &first_ops,
		.compatible = "first-file-v1",
	};

	note("first init");
	assert_int_equal(counter, 1);
	assert_string_equal(text, "as loaded");
	assert_null(first_handler.ops);
	assert_int_equal(module_refcount(&first_this_module), 0);
	if (first_result || !first_registers)
		return first_result;
	memcpy(&first_handler, &handler, sizeof(handler));
	first_ops.owner = &first_this_module;
	return liveupdate_register_file_handler(&first_handler);
}

/*
 * Module "spread": its data lies in two source files; no functions
 */

static LFB_MODULE_DATA(spread) int other_half = 2;
LFB_MODULE(spread, NULL, NULL);

/*
 * The machine
 */

static struct lfb_machine *machine;

struct kernel {
	const char *profile;
	const char *quirks_on, *quirks_off;
};

/* A test's initial state is its kernel; none: the default. */
static int build(void **state)
{
	static const struct kernel usual;
	const struct kernel *kernel = *state ? *state : &usual;
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.profile = kernel->profile,
		.quirks_on = kernel->quirks_on,
		.quirks_off = kernel->quirks_off,
	};

	history[0] = '\0';
	first_result = 0;
	first_registers = false;
	return lfb_machine_create(&options, &machine);
}

/* The modules' data is shared by all tests here: a removed module leaves it as it was added. */
static int take_apart(void **state)
{
	lfb_machine_shutdown(machine);
	lfb_machine_remove_module(machine, "first");
	lfb_machine_remove_module(machine, "second");
	lfb_machine_remove_module(machine, "spread");
	lfb_machine_destroy(machine);
	return 0;
}

static void add_all(void)
{
	assert_int_equal(lfb_machine_add_module(machine, &first_module), 0);
	assert_int_equal(lfb_machine_add_module(machine, second_module_for(note)), 0);
	assert_int_equal(lfb_machine_add_module(machine, &spread_module), 0);
}

static void modules_are_loaded_in_the_order_they_were_added(void **state)
{
	add_all();
	expect_history("");
	assert_int_equal(lfb_machine_boot(machine), 0);
	expect_history("first init, second init");
	assert_int_equal(lfb_machine_kexec(machine), 0);
	expect_history("first init, second init");
	assert_int_equal(lfb_machine_remove_module(machine, "first"), 0);
	expect_history("first exit");
	assert_int_equal(lfb_machine_add_module(machine, &first_module), 0);
	expect_history("first init");
	assert_int_equal(lfb_machine_kexec(machine), 0);
	expect_history("second init, first init");
}

static void scribble(void)
{
	counter = 17;
	strcpy(text, "scribbled on");
	*second_counter() = 18;
	*spread_counter() = 19;
	other_half = 20;
}

static void expect_fresh(void)
{
	assert_int_equal(counter, 1);
	assert_string_equal(text, "as loaded");
	assert_int_equal(*second_counter(), 10);
	assert_int_equal(*spread_counter(), 20);
	assert_int_equal(other_half, 2);
}

static void each_boot_finds_the_data_as_loaded(void **state)
{
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	for (int i = 0; i < 10; i++) {
		expect_fresh();
		scribble();
		if (i % 2) {
			assert_int_equal(lfb_machine_kexec(machine), 0);
		} else {
			assert_int_equal(lfb_machine_shutdown(machine), 0);
			assert_int_equal(lfb_machine_boot(machine), 0);
		}
	}
	expect_fresh();
}

static void a_boot_starts_with_the_data_at_the_time_of_adding(void **state)
{
	*second_counter() = 55;
	assert_int_equal(lfb_machine_add_module(machine, second_module_for(note)), 0);
	*second_counter() = 66;
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(*second_counter(), 55);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_remove_module(machine, "second"), 0);
	*second_counter() = 10;
}

static void an_init_that_fails_leaves_the_module_out(void **state)
{
	static const int errors[] = { -ENODEV, -EINVAL, -1, -4095 };

	add_all();
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		first_result = errors[i];
		assert_int_equal(lfb_machine_boot(machine), 0);
		expect_history("first init, second init");
		assert_int_equal(first_this_module.state, MODULE_STATE_GOING);
		/* It is still part of the image. */
		first_result = 0;
		assert_int_equal(lfb_machine_kexec(machine), 0);
		expect_history("first init, second init");
		assert_int_equal(first_this_module.state, MODULE_STATE_LIVE);
		assert_int_equal(lfb_machine_shutdown(machine), 0);
	}
	/* What was not loaded is not unloaded. */
	first_result = -ENODEV;
	assert_int_equal(lfb_machine_boot(machine), 0);
	expect_history("first init, second init");
	assert_int_equal(lfb_machine_remove_module(machine, "first"), 0);
	expect_history("");
	counter = 1;
}

static void a_module_that_fails_to_load_into_a_running_kernel_is_not_added(void **state)
{
	assert_int_equal(lfb_machine_boot(machine), 0);
	first_result = -ENXIO;
	assert_int_equal(lfb_machine_add_module(machine, &first_module), -ENXIO);
	assert_int_equal(lfb_machine_remove_module(machine, "first"), -ENOENT);
	first_result = 0;
	assert_int_equal(lfb_machine_add_module(machine, &first_module), 0);
	expect_history("first init, first init");
	assert_int_equal(lfb_machine_kexec(machine), 0);
	expect_history("first init");
}

static void a_positive_answer_of_init_is_no_failure(void **state)
{
	assert_int_equal(lfb_machine_boot(machine), 0);
	first_result = 1;
	assert_int_equal(lfb_machine_add_module(machine, &first_module), 0);
	assert_int_equal(first_this_module.state, MODULE_STATE_LIVE);
}

static void a_name_is_taken_once(void **state)
{
	struct module same_name = { .name = "first" };
	struct lfb_module other = { .module = &same_name };

	add_all();
	assert_int_equal(lfb_machine_add_module(machine, &first_module), -EEXIST);
	assert_int_equal(lfb_machine_add_module(machine, &other), -EEXIST);
	assert_string_equal(lfb_error_text(machine), "there is a module first already");
}

static long pin(void *argument)
{
	return try_module_get(argument);
}

static long unpin(void *argument)
{
	module_put(argument);
	return 0;
}

static void a_module_in_use_stays(void **state)
{
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	for (int references = 1; references <= 3; references++)
		assert_int_equal(lfb_machine_call(machine, pin, &first_this_module), 1);
	for (int references = 3; references > 0; references--) {
		char sentence[64];

		assert_int_equal(lfb_machine_remove_module(machine, "first"), -EBUSY);
		snprintf(sentence, sizeof(sentence), "module first is in use (%d references)",
			 references);
		assert_string_equal(lfb_error_text(machine), sentence);
		assert_int_equal(lfb_machine_call(machine, unpin, &first_this_module), 0);
	}
	expect_history("first init, second init");
	assert_int_equal(lfb_machine_remove_module(machine, "first"), 0);
	expect_history("first exit");
	assert_int_equal(lfb_machine_remove_module(machine, "first"), -ENOENT);
}

static void references_end_with_their_kernel(void **state)
{
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, pin, &first_this_module), 1);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_int_equal(module_refcount(&first_this_module), 0);
	assert_int_equal(lfb_machine_remove_module(machine, "first"), 0);
	expect_history("first init, second init, first init, second init, first exit");
}

static void a_removed_module_is_left_out_of_later_boots(void **state)
{
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_remove_module(machine, "second"), 0);
	expect_history("first init, second init, second exit");
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	/* Where no kernel runs there is nothing to unload, whoever holds references. */
	assert_int_equal(lfb_machine_remove_module(machine, "first"), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	expect_history("first init");
}

static void expect_removable(bool removable)
{
	assert_int_equal(lfb_machine_remove_module(machine, "first"), removable ? 0 : -EBUSY);
}

/* MODULE_PINNED_FROM_REGISTRATION, as rfc-v6 and linux-7.0 ship. */
static void a_registered_module_is_pinned_for_good(void **state)
{
	first_registers = true;
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(module_refcount(&first_this_module), 1);
	expect_removable(false);
}

/* Mended, it is pinned while one of its files is preserved. */
static void a_registered_module_is_pinned_while_in_use(void **state)
{
	struct lfb_agent *agent;
	struct file *file;

	first_registers = true;
	add_all();
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(module_refcount(&first_this_module), 0);
	assert_int_equal(lfb_agent_create(machine, "agent", &agent), 0);
	assert_int_equal(lfb_agent_open(agent), 3);
	assert_int_equal(lfb_agent_create_session(agent, 3, "vm"), 4);
	lfb_machine_enter(machine);
	file = anon_inode_getfile("first", &fops, NULL, 0);
	lfb_machine_enter(NULL);
	assert_int_equal(lfb_agent_install(agent, file), 5);
	assert_int_equal(lfb_agent_preserve(agent, 4, 5, 1), 0);
	expect_removable(false);
	assert_int_equal(lfb_agent_close(agent, 4), 0);
	expect_removable(true);
	expect_history("first init, second init, first exit");
	/* Its handler is gone with it, but for rfc-v6, where nothing can be unregistered. */
	assert_int_equal(lfb_agent_create_session(agent, 3, "vm"), 4);
	assert_int_equal(lfb_agent_preserve(agent, 4, 5, 1),
			 strcmp(lfb_machine_profile(machine), "rfc-v6") ? -ENOENT : -EFAULT);
	counter = 1;
	memset(&first_handler, 0, sizeof(first_handler));
}

static void the_same_module_may_be_in_two_images(void **state)
{
	struct lfb_machine *other;

	add_all();
	assert_int_equal(lfb_machine_create(NULL, &other), 0);
	assert_int_equal(lfb_machine_add_module(other, second_module_for(note)), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_boot(other), 0);
	expect_history("first init, second init, second init");
	lfb_machine_destroy(other);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, build, take_apart)
#define TEST_ON(test, kernel)                                                                      \
	{ #test, test, build, take_apart, (void *)(kernel) }

#define PINNED "MODULE_PINNED_FROM_REGISTRATION"

int main(void)
{
	static const struct kernel pins[] = {
		{ "rfc-v6", NULL, NULL },
		{ "linux-7.0", NULL, NULL },
		{ "linux-7.3", PINNED, NULL },
		{ "reference", PINNED, NULL },
	}, pins_not[] = {
		{ "rfc-v6", NULL, PINNED },
		{ "linux-7.0", NULL, PINNED },
		{ "linux-7.3", NULL, NULL },
		{ "reference", NULL, NULL },
	};
	const struct CMUnitTest tests[] = {
		TEST(modules_are_loaded_in_the_order_they_were_added),
		TEST(each_boot_finds_the_data_as_loaded),
		TEST(a_boot_starts_with_the_data_at_the_time_of_adding),
		TEST(an_init_that_fails_leaves_the_module_out),
		TEST(a_module_that_fails_to_load_into_a_running_kernel_is_not_added),
		TEST(a_positive_answer_of_init_is_no_failure),
		TEST(a_name_is_taken_once),
		TEST(a_module_in_use_stays),
		TEST(references_end_with_their_kernel),
		TEST(a_removed_module_is_left_out_of_later_boots),
		TEST_ON(a_registered_module_is_pinned_for_good, &pins[0]),
		TEST_ON(a_registered_module_is_pinned_for_good, &pins[1]),
		TEST_ON(a_registered_module_is_pinned_for_good, &pins[2]),
		TEST_ON(a_registered_module_is_pinned_for_good, &pins[3]),
		TEST_ON(a_registered_module_is_pinned_while_in_use, &pins_not[0]),
		TEST_ON(a_registered_module_is_pinned_while_in_use, &pins_not[1]),
		TEST_ON(a_registered_module_is_pinned_while_in_use, &pins_not[2]),
		TEST_ON(a_registered_module_is_pinned_while_in_use, &pins_not[3]),
		TEST(the_same_module_may_be_in_two_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
