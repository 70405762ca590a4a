// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Tasks beside each other, and every schedule of them. */
#include <luo/lfb.h>

#include "sim/explore/schedule/schedule.h"
#include "tests/support/test.h"

static struct lfb_machine *new_machine(const char *quirks_on)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.quirks_on = quirks_on,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

static struct lfb_scenario *parse(const char *text)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	return scenario;
}

struct text {
	char bytes[65536];
	size_t size;
};

static int take(void *context, const char *bytes, size_t size)
{
	struct text *text = context;

	assert_true(text->size + size < sizeof(text->bytes));
	memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
	text->bytes[text->size] = '\0';
	return 0;
}

static int run(struct lfb_machine *machine, const char *lines, const char *schedule,
	       struct text *text)
{
	struct lfb_scenario *scenario = parse(lines);
	const struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.write = text ? take : NULL,
		.context = text,
		.schedule = schedule,
	};
	int err;

	if (text)
		text->size = 0;
	lfb_findings_clear(machine);
	err = lfb_scenario_run(scenario, machine, &options);
	lfb_scenario_free(scenario);
	return err;
}

/* In a machine of its own, whose events have numbers from 1. */
static void run_alone(const char *lines, const char *schedule, struct text *text)
{
	struct lfb_machine *machine = new_machine(NULL);

	assert_int_equal(run(machine, lines, schedule, text), 0);
	lfb_machine_destroy(machine);
}

static bool found(struct lfb_machine *machine, enum lfb_finding_id id, const char *text)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (finding->id == id && (!text || strstr(finding->text, text)))
			return true;
	}
	return false;
}

/* Two tasks of the same steps: there are as many orders as ways to mix two packs of cards. */
#define TWO "parallel {\ndo lock 0\ndo unlock 0\n} {\ndo lock 1\ndo unlock 1\n}\n"
#define THREE "parallel {\ndo lock 0\n} {\ndo lock 1\n} {\ndo lock 2\n}\n"

static struct lfb_explore_result explore(const char *lines, const char *quirks_on,
					 const struct lfb_explore_options *options)
{
	struct lfb_machine *machine = new_machine(quirks_on);
	struct lfb_scenario *scenario = parse(lines);
	struct lfb_explore_result result = { .sz = sizeof(result) };

	assert_int_equal(lfb_scenario_explore(scenario, machine, options, &result), 0);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	assert_null(lfb_finding_at(machine, 0));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return result;
}

static u64 schedules(const char *lines, unsigned int bound)
{
	const struct lfb_explore_options options = { .sz = sizeof(options), .bound = bound };
	const struct lfb_explore_result result = explore(lines, NULL, &options);

	assert_true(result.whole);
	return result.schedules;
}

static u64 choose(u64 n, u64 k)
{
	u64 ways = 1;

	for (u64 i = 0; i < k; i++)
		ways = ways * (n - i) / (i + 1);
	return ways;
}

static void every_order_is_tried_once(void **state)
{
	const struct lfb_explore_options one = { .sz = sizeof(one), .limit = 1 };
	/* In order each part of the first task is chosen. */
	const u64 parts = explore(TWO, NULL, &one).choices;
	const u64 of_three = explore(THREE, NULL, &one).choices;

	assert_in_range(parts, 3, 8);
	assert_false(explore(TWO, NULL, &one).whole);
	assert_int_equal(schedules(TWO, 1000), choose(2 * parts, parts));
	/* Without a preemption, each task in one; with one, the first is cut in two once. */
	assert_int_equal(schedules(TWO, 0), 2);
	assert_int_equal(schedules(TWO, 1), 2 + 2 * (parts - 1));
	/* The second of three is chosen from two, each of whose parts is one. */
	assert_int_equal(of_three % 2, 0);
	assert_int_equal(schedules(THREE, 1000),
			 choose(3 * of_three / 2, of_three / 2) * choose(of_three, of_three / 2));
	assert_int_equal(schedules(THREE, 0), 6);
}

struct seen {
	unsigned int count;
	char schedule[64];
	u64 times;
	unsigned int preemptions;
	char text[256];
};

static void see(void *context, const struct lfb_schedule_failure *failure)
{
	struct seen *seen = context;

	if (!failure->finding || strcmp(failure->finding, "LFB-LOCK-DEADLOCK"))
		return;
	seen->count++;
	snprintf(seen->schedule, sizeof(seen->schedule), "%s", failure->schedule);
	snprintf(seen->text, sizeof(seen->text), "%s", failure->text);
	seen->times = failure->times;
	seen->preemptions = failure->preemptions;
}

#define INVERTED \
	"parallel {\ndo lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n} {\n" \
	"do lock 1\ndo lock 0\ndo unlock 0\ndo unlock 1\n}\n"
#define ORDERED \
	"parallel {\ndo lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n} {\n" \
	"do lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n}\n"

static void a_deadlock_is_a_circle_and_replays(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);
	struct seen seen = { 0 };
	const struct lfb_explore_options options = {
		.sz = sizeof(options), .bound = 2, .failed = see, .context = &seen,
	};

	explore(INVERTED, NULL, &options);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.preemptions, 1);
	assert_non_null(strstr(seen.text, "task task-1 -> lock 1 -> task task-2 -> lock 0 -> "
			       "task task-1"));
	assert_int_equal(run(machine, INVERTED, seen.schedule, NULL), -EDEADLK);
	assert_true(found(machine, LFB_FINDING_LOCK_DEADLOCK, NULL));
	/* In order nobody meets anybody. */
	assert_int_equal(run(machine, INVERTED, NULL, NULL), 0);
	assert_false(found(machine, LFB_FINDING_LOCK_DEADLOCK, NULL));
	/* Who only has to wait waits. */
	assert_int_equal(explore(ORDERED, NULL, NULL).failures, 0);
	lfb_machine_destroy(machine);
}

static void who_has_the_lock_itself_is_told_at_once(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);

	assert_int_equal(run(machine, "parallel {\ndo lock 0\ndo lock 0\n} {\nopen\n}\n", NULL,
			     NULL), -EDEADLK);
	assert_true(found(machine, LFB_FINDING_LOCK_DEADLOCK, "task task-1 -> lock 0 -> task "
			  "task-1"));
	lfb_machine_destroy(machine);
}

static void what_a_task_kept_is_never_free(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);

	assert_int_equal(run(machine, "parallel {\ndo lock 0\n} {\ndo lock 0\n}\n", NULL, NULL),
			 -EDEADLK);
	assert_true(found(machine, LFB_FINDING_LOCK_DEADLOCK, "task task-2 -> lock 0 -> task "
			  "task-1"));
	lfb_machine_destroy(machine);
}

/* A death in one task ends the others where they stand, and nothing is lost or hangs. */
static void a_kernel_dies_for_all_tasks(void **state)
{
	static const char lines[] =
		"open\nsession s\nparallel 3x0,1 {\nclose s\n} {\ndo bug\n}\ncold\nopen = 0\n";
	struct lfb_machine *machine = new_machine(NULL);
	struct text text;

	for (unsigned int seed = 0; seed < 50; seed++) {
		char schedule[32];

		snprintf(schedule, sizeof(schedule), "random:%u", seed);
		assert_int_equal(run(machine, lines, schedule, &text), -EFAULT);
		assert_non_null(strstr(text.bytes, "> do bug = -14\n"));
	}
	lfb_machine_destroy(machine);
}

#define RACE \
	"handler 0\nflb 0 0\nopen\nsession s\nsession t\nparallel {\npreserve s 1 0 100\n" \
	"getout 0\nclose s\n} {\npreserve t 2 0 101\nclose t\n} {\nsession u\nclose u\n}\n" \
	"reboot\nhandler 0\nflb 0 0\nopen\n"

static void the_same_schedule_is_the_same_run(void **state)
{
	static struct text once, again, read;

	for (unsigned int seed = 0; seed < (LFB_SLOW ? 4 : 20); seed++) {
		char schedule[32];

		snprintf(schedule, sizeof(schedule), seed % 2 ? "random:%u" : "pct:3:%u", seed);
		run_alone(RACE, schedule, &once);
		run_alone(RACE, schedule, &again);
		assert_string_equal(once.bytes, again.bytes);
		/* What is printed does it again. */
		run_alone(once.bytes, NULL, &read);
		assert_string_equal(once.bytes, read.bytes);
	}
}

/* Events without their numbers and those that name a task. */
static void keep_events(struct text *text)
{
	char *to = text->bytes;

	for (char *line = text->bytes, *end; *line; line = end) {
		char *event;

		end = strchr(line, '\n') + 1;
		end[-1] = '\0';
		event = strstr(line, "k0 ");
		if (event && !strstr(line, " agent "))
			to += sprintf(to, "%s\n", event);
	}
	*to = '\0';
}

static void in_order_is_one_after_the_other(void **state)
{
	static const char one_by_one[] =
		"handler 0\nopen\nsession s\npreserve s 1 0 100\nclose s\nsession t\nclose t\n";
	static const char beside[] =
		"handler 0\nopen\nparallel {\nsession s\npreserve s 1 0 100\nclose s\n} {\n"
		"session t\nclose t\n}\n";
	static struct text a, b;

	run_alone(one_by_one, NULL, &a);
	run_alone(beside, NULL, &b);
	keep_events(&a);
	keep_events(&b);
	assert_non_null(strstr(a.bytes, "preserve         data=0xd064 -> 0\n"));
	assert_string_equal(a.bytes, b.bytes);
}

static void the_reboot_call_waits_and_is_waited_for(void **state)
{
	static const char lines[] =
		"handler 0\nopen\nsession s\nparallel {\nprepare\n} {\npreserve s 1 0 100\n} {\n"
		"session t\nclose t\n}\n";
	const struct lfb_explore_options options = { .sz = sizeof(options), .bound = 2 };
	struct lfb_machine *machine = new_machine(NULL);
	struct text text;

	assert_int_equal(explore(lines, NULL, &options).failures, 0);
	/* The call that comes first is done; what comes then waits for the next kernel. */
	assert_int_equal(run(machine, lines, "1,9x0", &text), 0);
	assert_non_null(strstr(text.bytes, "> preserve s 1 0 100 = 0\n"));
	assert_int_equal(run(machine, lines, NULL, &text), 0);
	assert_non_null(strstr(text.bytes, "> preserve s 1 0 100 = -11\n"));
	lfb_machine_destroy(machine);
}

static void blocks_are_written_as_they_were_read(void **state)
{
	static const char lines[] =
		"open\nparallel 3x0,1 {\nsession s = 0\n} {\nsession t\nclose t\n} {\n"
		"session u\n}\n"
		"parallel {\nclose s\n} {\nclose u\n}\n";
	struct lfb_scenario *scenario = parse(lines);
	struct text text = { .size = 0 };

	assert_int_equal(lfb_scenario_write(scenario, true, take, &text), 0);
	assert_string_equal(text.bytes, lines);
	lfb_scenario_free(scenario);
}

static bool end_at_ten(void *context, const struct lfb_progress *progress)
{
	return progress->done < 10;
}

static void what_cannot_be_explored_is_refused(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);
	struct lfb_scenario *scenario = parse(TWO), *none = parse("open\n");
	struct lfb_explore_result result = { .sz = sizeof(result) };
	const struct lfb_explore_options ended = {
		.sz = sizeof(ended), .bound = 9, .progress = end_at_ten,
	};
	const struct lfb_explore_options small = { .sz = 1 };

	assert_int_equal(lfb_scenario_explore(none, machine, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_explore(NULL, machine, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_explore(scenario, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_explore(scenario, machine, &small, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_explore(scenario, machine, &ended, &result), -EINTR);
	assert_int_equal(result.schedules, 10);
	assert_false(result.whole);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_scenario_explore(scenario, machine, NULL, NULL), -EBUSY);
	lfb_scenario_free(scenario);
	lfb_scenario_free(none);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_is_tried_once),
		cmocka_unit_test(a_deadlock_is_a_circle_and_replays),
		cmocka_unit_test(who_has_the_lock_itself_is_told_at_once),
		cmocka_unit_test(what_a_task_kept_is_never_free),
		cmocka_unit_test(a_kernel_dies_for_all_tasks),
		cmocka_unit_test(the_same_schedule_is_the_same_run),
		cmocka_unit_test(in_order_is_one_after_the_other),
		cmocka_unit_test(the_reboot_call_waits_and_is_waited_for),
		cmocka_unit_test(blocks_are_written_as_they_were_read),
		cmocka_unit_test(what_cannot_be_explored_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
