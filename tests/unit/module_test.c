// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Module references, and what LFB_MODULE() makes. */
#include "sim/kernel/kernel.h"
#include "tests/support/event.h"
#include "tests/support/test.h"

static LFB_MODULE_DATA(demo) int users = 3;
static LFB_MODULE_DATA(demo) struct mutex lock = LFB_LOCK_INIT("demo lock");

static int demo_init(void)
{
	return 0;
}

LFB_MODULE(demo, demo_init, NULL);

static struct lfb_kernel kernel;
static char line[128];

static void keep(void *context, const struct lfb_event *event)
{
	event_words(event, line, sizeof(line));
}

static int enter_kernel(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.checks = LFB_CHECKS_OFF;
	kernel.trace.sink = keep;
	lfb__current = &kernel;
	return 0;
}

static int leave_kernel(void **state)
{
	lfb__current = NULL;
	return 0;
}

static bool is_module_data(const void *object, size_t size)
{
	const char *start = demo_module.data;
	const char *at = object;

	return at >= start && at + size <= start + demo_module.data_size;
}

static void a_module_knows_its_data_and_functions(void **state)
{
	assert_string_equal(demo_module.module->name, "demo");
	assert_ptr_equal(demo_module.init, demo_init);
	assert_null(demo_module.exit);
	assert_true(is_module_data(&users, sizeof(users)));
	assert_true(is_module_data(&lock, sizeof(lock)));
	assert_true(is_module_data(demo_module.module, sizeof(struct module)));
	assert_false(is_module_data(&kernel, sizeof(kernel)));
}

static void module_data_can_be_put_back(void **state)
{
	char saved[4096];

	assert_true(demo_module.data_size <= sizeof(saved));
	memcpy(saved, demo_module.data, demo_module.data_size);
	users = 17;
	demo_module.module->refcnt = 5;
	mutex_lock(&lock);
	memcpy(demo_module.data, saved, demo_module.data_size);
	assert_int_equal(users, 3);
	assert_int_equal(module_refcount(demo_module.module), 0);
	assert_false(mutex_is_locked(&lock));
}

static void references_are_counted(void **state)
{
	struct module module = { .name = "gpu" };
	char expected[64];

	for (int i = 1; i <= 5; i++) {
		assert_true(try_module_get(&module));
		assert_int_equal(module_refcount(&module), i);
		snprintf(expected, sizeof(expected), "module gpu get: refcnt %d", i);
		assert_string_equal(line, expected);
	}
	for (int i = 4; i >= 0; i--) {
		module_put(&module);
		assert_int_equal(module_refcount(&module), i);
		snprintf(expected, sizeof(expected), "module gpu put: refcnt %d", i);
		assert_string_equal(line, expected);
	}
	assert_int_equal(kernel.trace.count[LFB_EVENT_WARN], 0);
	module_put(&module);
	assert_string_equal(kernel.trace.complaint, "module_put: gpu has no reference left to put");
	assert_int_equal(module_refcount(&module), 0);
}

static void built_in_code_is_always_there(void **state)
{
	assert_true(try_module_get(NULL));
	module_put(NULL);
	assert_int_equal(module_refcount(NULL), 0);
	assert_int_equal(kernel.faults.count[LFB_FAULT_MODULE], 0);
}

static void a_module_that_goes_away_cannot_be_pinned(void **state)
{
	struct module module = { .name = "gpu" };

	for (int i = MODULE_STATE_LIVE; i <= MODULE_STATE_GOING; i++) {
		module.state = i;
		assert_int_equal(try_module_get(&module), i != MODULE_STATE_GOING);
	}
	assert_int_equal(module.refcnt, 2);
	module_put(&module);
	assert_int_equal(module.refcnt, 1);
}

static void pinning_is_a_fault_point(void **state)
{
	struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_MODULE,
		.nth = 2,
	};
	struct module module = { .name = "gpu" };

	assert_int_equal(lfb__faults_arm(&kernel, &plan), 0);
	assert_true(try_module_get(&module));
	assert_false(try_module_get(&module));
	assert_true(try_module_get(&module));
	assert_int_equal(module.refcnt, 2);
}

static void references_work_outside_of_a_kernel(void **state)
{
	struct module module = { .name = "gpu" };

	lfb__current = NULL;
	assert_true(try_module_get(&module));
	module_put(&module);
	module_put(&module);
	assert_int_equal(module.refcnt, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, enter_kernel, leave_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_module_knows_its_data_and_functions),
		TEST(module_data_can_be_put_back),
		TEST(references_are_counted),
		TEST(built_in_code_is_always_there),
		TEST(a_module_that_goes_away_cannot_be_pinned),
		TEST(pinning_is_a_fault_point),
		TEST(references_work_outside_of_a_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
