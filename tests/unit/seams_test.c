// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The seams of a machine from outside: trace, faults, choices and scheduling points. */
#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/printk.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

static struct rig rig;

static int start(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.mode = LFB_MEMORY_FIXED,
		.seed = 1,
	};

	return rig_start(&rig, &options);
}

static int stop(void **state)
{
	rig_stop(&rig);
	return 0;
}

static void events_are_numbered_and_say_which_kernel(void **state)
{
	char number[16];
	const char *line;
	unsigned long count = 0;
	unsigned int kernel = 0;

	rig_record(&rig);
	assert_int_equal(rig_update(&rig), 0);
	for (line = rig.log; *line; line = strchr(line, '\n') + 1) {
		snprintf(number, sizeof(number), "%5lu k", ++count);
		assert_memory_equal(line, number, strlen(number));
		if (strstr(line, " jump ") && strstr(line, " jump ") < strchr(line, '\n'))
			assert_int_equal(kernel, 0);
		if (strstr(line, "boot handover") &&
		    strstr(line, "boot handover") < strchr(line, '\n'))
			kernel = 1;
		assert_int_equal(line[7] - '0', kernel);
	}
	assert_true(count > 30);
	assert_int_equal(kernel, 1);
}

static unsigned int seen;

static void count_event(void *context, const struct lfb_event *event)
{
	assert_ptr_equal(context, &rig);
	assert_true(event->kind < LFB_EVENT_KINDS);
	assert_true(event->happening < LFB_HAPPENINGS_NR);
	assert_non_null(event->doing);
	assert_non_null(event->task);
	seen++;
}

static void a_sink_can_be_taken_away(void **state)
{
	seen = 0;
	assert_int_equal(lfb_trace_to(rig.machine, count_event, &rig), 0);
	assert_int_equal(rig_preserve(&rig, 1), 0);
	assert_true(seen > 0);
	seen = 0;
	assert_int_equal(lfb_trace_to(rig.machine, NULL, NULL), 0);
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(seen, 0);
}

static long complain(void *argument)
{
	WARN(true, "number %d", 5);
	return 0;
}

static void complaints_are_counted_without_a_sink(void **state)
{
	for (int kind = -1; kind <= LFB_EVENT_KINDS; kind++)
		assert_int_equal(lfb_event_count(rig.machine, (enum lfb_event_kind)kind), 0);
	assert_string_equal(lfb_last_complaint(rig.machine), "");
	for (unsigned long i = 1; i <= 3; i++) {
		assert_int_equal(lfb_machine_call(rig.machine, complain, NULL), 0);
		assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_WARN), i);
	}
	assert_string_equal(lfb_last_complaint(rig.machine), "complain: number 5");
	/* They are kept as long as the machine. */
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_WARN), 3);
}

static void plans_that_make_no_sense_are_refused(void **state)
{
	const struct lfb_fault_plan bad[] = {
		{ .sz = 0, .kinds = 1, .nth = 1 },
		{ .sz = sizeof(bad[0]) - 1, .kinds = 1, .nth = 1 },
		{ .sz = sizeof(bad[0]), .kinds = LFB_FAULT_ANY + 1, .nth = 1 },
		{ .sz = sizeof(bad[0]), .kinds = UINT32_MAX, .nth = 1 },
		{ .sz = sizeof(bad[0]), .kinds = 1, .nth = 0, .chance = 0 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(lfb_fault_arm(rig.machine, &bad[i]), -EINVAL);
		assert_non_null(strstr(lfb_error_text(rig.machine), "lfb_fault_arm"));
	}
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_fault_hits(rig.machine), 0);
}

/* Every fault point of every kind in an update fails once: the machine always lives on. */
static void every_single_fault_in_an_update_is_survived(void **state)
{
	struct lfb_fault_plan plan = { .sz = sizeof(plan) };
	unsigned int points[LFB_FAULT_KINDS] = { 0 };

	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		plan.kinds = 1u << kind;
		for (plan.nth = 1;; plan.nth++) {
			assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
			assert_int_equal(lfb_fault_arm(rig.machine, &plan), 0);
			lfb_machine_boot(rig.machine);
			rig_update(&rig);
			if (!lfb_fault_hits(rig.machine))
				break;
			assert_int_equal(lfb_fault_hits(rig.machine), 1);
			assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_BUG), 0);
			assert_true(lfb_machine_state(rig.machine) == LFB_RUNNING ||
				    lfb_machine_state(rig.machine) == LFB_OFF);
			points[kind]++;
		}
		assert_int_equal(lfb_fault_count(rig.machine, (enum lfb_fault_kind)kind),
				 points[kind]);
	}
	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		print_message("%-16s %u points\n", lfb_fault_kind_name((enum lfb_fault_kind)kind),
			      points[kind]);
		/* The rig's module has no owner to pin: the one kind an update does not meet. */
		assert_int_equal(points[kind] > 0, kind != LFB_FAULT_MODULE);
	}
	assert_int_equal(lfb_fault_arm(rig.machine, NULL), 0);
	assert_int_equal(rig_still_works(&rig), 0);
	assert_int_equal(lfb_fault_count(rig.machine, LFB_FAULT_KINDS), 0);
}

static void choices_can_be_made_by_anything(void **state)
{
	static const unsigned int list[] = { 3, 1, 4, 1, 5 };
	static const unsigned char bytes[] = { 9, 2, 6 };
	unsigned int tried = 0;
	size_t count;

	assert_int_equal(lfb_choose_listed(rig.machine, list, 5), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(lfb_choose(rig.machine, 10, "test"), list[i]);
	assert_int_equal(lfb_choose(rig.machine, 10, NULL), 0);
	assert_non_null(lfb_choose_record(rig.machine, &count));
	assert_int_equal(count, 6);
	assert_int_equal(lfb_choose_bytes(rig.machine, bytes, 3), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(lfb_choose(rig.machine, 10, "test"), bytes[i]);
	assert_int_equal(lfb_choose_all(rig.machine), 0);
	do {
		lfb_choose(rig.machine, 3, "test");
		lfb_choose(rig.machine, 2, "test");
		tried++;
	} while (lfb_choose_next(rig.machine));
	assert_int_equal(tried, 6);
	assert_int_equal(lfb_choose_listed(rig.machine, NULL, 0), 0);
	assert_int_equal(lfb_choose_bytes(rig.machine, NULL, 0), 0);
	assert_int_equal(lfb_choose_listed(rig.machine, NULL, 1), -EINVAL);
	assert_int_equal(lfb_choose_bytes(rig.machine, NULL, 1), -EINVAL);
	assert_non_null(strstr(lfb_error_text(rig.machine), "no bytes"));
}

static void the_same_seed_gives_the_same_choices(void **state)
{
	unsigned int first[100];

	for (u64 seed = 0; seed < 10; seed++) {
		for (int round = 0; round < 2; round++) {
			assert_int_equal(lfb_choose_seeded(rig.machine, seed), 0);
			for (size_t i = 0; i < 100; i++) {
				unsigned int choice = lfb_choose(rig.machine, 1000, "test");

				assert_true(choice < 1000);
				if (round)
					assert_int_equal(choice, first[i]);
				first[i] = choice;
			}
		}
	}
}

static void the_seed_of_the_options_is_used(void **state)
{
	unsigned int choices[2][3];

	for (unsigned int i = 0; i < 6; i++)
		choices[0][i % 3] = lfb_choose(rig.machine, 1u << 30, "test");
	assert_int_equal(lfb_choose_seeded(rig.machine, 1), 0);
	for (unsigned int i = 0; i < 6; i++)
		choices[1][i % 3] = lfb_choose(rig.machine, 1u << 30, "test");
	assert_memory_equal(choices[0], choices[1], sizeof(choices[0]));
}

struct points {
	unsigned int callbacks;
	unsigned int all;
};

static void see_point(void *context, const char *point, const char *object)
{
	struct points *points = context;

	assert_non_null(object);
	points->all++;
	points->callbacks += !strcmp(point, "freeze") && !strcmp(object, RIG_HANDLER);
}

static void scheduling_points_are_told(void **state)
{
	struct points points = { 0 };

	assert_int_equal(lfb_sched_to(rig.machine, see_point, &points), 0);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(points.callbacks, 4); /* before and after, for two files */
	assert_true(points.all > 20);
	points = (struct points){ 0 };
	assert_int_equal(lfb_sched_to(rig.machine, NULL, NULL), 0);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(points.all, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_numbered_and_say_which_kernel),
		TEST(a_sink_can_be_taken_away),
		TEST(complaints_are_counted_without_a_sink),
		TEST(plans_that_make_no_sense_are_refused),
		TEST(every_single_fault_in_an_update_is_survived),
		TEST(choices_can_be_made_by_anything),
		TEST(the_same_seed_gives_the_same_choices),
		TEST(the_seed_of_the_options_is_used),
		TEST(scheduling_points_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
