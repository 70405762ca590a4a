// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Tests in C whose tasks run beside each other in every order. */
#include "tests/support/test.h"

#include <luo/cmocka.h>
#include <luo/lfb.h>
#include <luo/lock.h>

/* What the tasks of a test share; set up anew for each schedule. */
struct race {
	int device;
	int session;
	unsigned int counted;
	bool unlocked;		/* the mutant: counts without the lock */
	struct mutex lock;
	unsigned int runs;
};

/* docs/schedules.md begins with the same as a scenario. */
static int hand_over(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	struct race *race = context;
	int err = lfb_agent_create_session(agent, lfb_agent_open(agent), "s");

	if (err < 0)
		return err;
	err = lfb_machine_kexec(machine);
	if (err)
		return err;
	race->device = lfb_agent_open(agent);
	race->session = lfb_agent_retrieve_session(agent, race->device, "s");
	return race->session < 0 ? race->session : 0;
}

static int retrieve(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	struct race *race = context;
	int fd = lfb_agent_retrieve_session(agent, race->device, "s");

	return fd == -EINVAL || fd == -ENOENT ? 0 : fd;
}

static int close_it(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	return lfb_agent_close(agent, ((struct race *)context)->session);
}

static const struct lfb_schedule_body closing = {
	.sz = sizeof(closing), .name = "closing", .prepare = hand_over,
	.tasks = { retrieve, close_it },
};

static struct lfb_machine *new_machine(const char *quirks_on)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .quirks_on = quirks_on,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

struct told {
	unsigned int count;
	char finding[64], text[512], schedule[512];
	unsigned int preemptions;
	u64 times;
};

static void failed(void *context, const struct lfb_schedule_failure *failure)
{
	struct told *told = context;

	told->count++;
	snprintf(told->finding, sizeof(told->finding), "%s", failure->finding ?: "");
	snprintf(told->text, sizeof(told->text), "%s", failure->text);
	snprintf(told->schedule, sizeof(told->schedule), "%s", failure->schedule);
	told->preemptions = failure->preemptions;
	told->times = failure->times;
}

static struct lfb_explore_result explore(struct lfb_machine *machine,
					 const struct lfb_schedule_body *body, struct race *race,
					 unsigned int bound, struct told *told)
{
	const struct lfb_explore_options options = {
		.sz = sizeof(options), .bound = bound, .failed = failed, .context = told,
	};
	struct lfb_explore_result result = { .sz = sizeof(result) };

	*told = (struct told){ 0 };
	assert_int_equal(lfb_schedules_explore(machine, body, race, &options, &result), 0);
	assert_true(result.whole);
	assert_int_equal(result.failures, told->count);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	assert_int_equal(lfb_finding_count(machine), 0);
	return result;
}

static void the_orders_are_those_of_the_scenario(void **state)
{
	struct lfb_machine *machine = new_machine("SESSION_RETRIEVE_RACE");
	struct race race = { 0 };
	struct told told;
	struct lfb_explore_result result = explore(machine, &closing, &race, 2, &told);

	assert_int_equal(result.schedules, 84);
	assert_int_equal(result.choices, 847);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.finding, "LFB-SESSION-USED-AFTER-CLOSE");
	assert_string_equal(told.schedule, "7x0,1");
	assert_int_equal(told.times, 13);
	lfb_machine_destroy(machine);

	machine = new_machine(NULL);
	result = explore(machine, &closing, &race, 2, &told);
	assert_int_equal(result.schedules, 60);
	assert_int_equal(result.failures, 0);
	lfb_machine_destroy(machine);
}

static void a_failure_replays_and_others_do_not(void **state)
{
	struct lfb_machine *machine = new_machine("SESSION_RETRIEVE_RACE");
	struct race race = { 0 };

	assert_int_equal(lfb_schedules_run(machine, &closing, &race, "7x0,1", NULL, NULL), 0);
	lfb_assert_findings(machine, LFB_FINDING_SESSION_USED_AFTER_CLOSE);
	lfb_findings_clear(machine);
	assert_int_equal(lfb_schedules_run(machine, &closing, &race, NULL, NULL, NULL), 0);
	lfb_assert_no_findings(machine);
	lfb_machine_destroy(machine);
}

/* Module code: a count is read, somebody may go on, and it is written. */

static int count_nothing(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	struct race *race = context;

	mutex_init(&race->lock);
	race->counted = 0;
	race->runs++;
	return 0;
}

static long count_one(void *argument)
{
	struct race *race = argument;
	unsigned int counted;

	if (!race->unlocked)
		mutex_lock(&race->lock);
	counted = race->counted;
	might_sleep();
	race->counted = counted + 1;
	if (!race->unlocked)
		mutex_unlock(&race->lock);
	return 0;
}

static int count(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	return (int)lfb_machine_call(machine, count_one, context);
}

static int is_two(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	return ((struct race *)context)->counted == 2 ? 0 : -ERANGE;
}

static const struct lfb_schedule_body counting = {
	.sz = sizeof(counting), .name = "counting", .prepare = count_nothing,
	.tasks = { count, count }, .check = is_two,
};

static void what_the_check_answers_is_a_failure(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);
	struct race race = { .unlocked = true };
	struct told told, none;
	struct lfb_explore_result result = explore(machine, &counting, &race, 2, &told);

	assert_int_equal(result.schedules, race.runs);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.finding, "");
	assert_string_equal(told.text, "check answers -ERANGE (-34)");
	assert_int_equal(told.preemptions, 1);
	assert_int_equal(lfb_schedules_run(machine, &counting, &race, told.schedule, NULL, NULL),
			 -EILSEQ);
	assert_string_equal(lfb_error_text(machine), told.text);

	race.unlocked = false;
	result = explore(machine, &counting, &race, 2, &none);
	assert_int_equal(result.failures, 0);
	assert_int_equal(lfb_schedules_run(machine, &counting, &race, told.schedule, NULL, NULL),
			 0);
	lfb_machine_destroy(machine);
}

static long die(void *wild)
{
	*(volatile int *)wild = 0;
	return 0;
}

static int dies(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	lfb_machine_call(machine, die, (void *)8);
	return 0;
}

static void a_kernel_that_dies_is_a_failure(void **state)
{
	static const struct lfb_schedule_body body = {
		.sz = sizeof(body), .prepare = count_nothing, .tasks = { count, dies },
	};
	struct lfb_machine *machine = new_machine(NULL);
	struct race race = { 0 };
	struct told told;
	struct lfb_explore_result result = explore(machine, &body, &race, 1, &told);

	assert_true(result.schedules > 1);
	assert_true(told.count > 0);
	assert_int_equal(lfb_schedules_run(machine, &body, &race, NULL, NULL, NULL), -EILSEQ);
	lfb_findings_clear(machine);
	lfb_machine_destroy(machine);
}

/* What ends a kernel is not done beside anything. */
static int ends_it(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	assert_int_equal(lfb_machine_kexec(machine), -EBUSY);
	assert_int_equal(lfb_machine_shutdown(machine), -EBUSY);
	lfb_agent_destroy(agent);
	lfb_machine_destroy(machine);
	return lfb_agent_close(agent, 7) == -EBADF ? 0 : -EINVAL;
}

static void a_task_cannot_end_what_it_runs_in(void **state)
{
	static const struct lfb_schedule_body body = {
		.sz = sizeof(body), .tasks = { ends_it, ends_it },
	};
	struct lfb_machine *machine = new_machine(NULL);

	assert_int_equal(lfb_schedules_run(machine, &body, NULL, "1", NULL, NULL), 0);
	lfb_machine_destroy(machine);
}

static int one(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	unsigned int *order = context;

	*order = *order * 10 + 1;
	return 0;
}

static void up_to_eight_tasks(void **state)
{
	const struct lfb_schedule_body body = {
		.sz = sizeof(body),
		.tasks = { one, one, one, one, one, one, one, one },
	};
	struct lfb_machine *machine = new_machine(NULL);
	unsigned int order = 0;

	assert_int_equal(lfb_schedules_run(machine, &body, &order, "random:3", NULL, NULL), 0);
	assert_int_equal(order, 11111111);
	lfb_machine_destroy(machine);
}

static int switch_off(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	return lfb_machine_shutdown(machine);
}

static int otherwise(struct lfb_machine *machine, struct lfb_agent *agent, void *context)
{
	struct race *race = context;

	return race->runs++ ? 0 : count(machine, agent, context);
}

static void what_cannot_be_tried_is_refused(void **state)
{
	struct lfb_machine *machine = new_machine(NULL);
	struct lfb_schedule_body body = { .sz = sizeof(body), .tasks = { count } };
	struct race race = { .unlocked = true };

	assert_int_equal(lfb_schedules_explore(NULL, &counting, &race, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_schedules_explore(machine, NULL, &race, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_schedules_explore(machine, &body, &race, NULL, NULL), -EINVAL);
	assert_string_equal(lfb_error_text(machine), "the body has 1 task: there is one schedule");
	assert_int_equal(lfb_schedules_run(machine, &counting, &race, "x", NULL, NULL), -EINVAL);
	body.tasks[1] = count;
	body.prepare = switch_off;
	assert_int_equal(lfb_schedules_explore(machine, &body, &race, NULL, NULL), -EINVAL);
	body.prepare = NULL;
	body.tasks[0] = otherwise;
	assert_int_equal(lfb_schedules_explore(machine, &body, &race, NULL, NULL), -EILSEQ);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_schedules_run(machine, &counting, &race, NULL, NULL, NULL), -EBUSY);
	assert_int_equal(lfb_schedules_explore(machine, &counting, &race, NULL, NULL), -EBUSY);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_orders_are_those_of_the_scenario),
		cmocka_unit_test(a_failure_replays_and_others_do_not),
		cmocka_unit_test(what_the_check_answers_is_a_failure),
		cmocka_unit_test(a_kernel_that_dies_is_a_failure),
		cmocka_unit_test(a_task_cannot_end_what_it_runs_in),
		cmocka_unit_test(up_to_eight_tasks),
		cmocka_unit_test(what_cannot_be_tried_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
