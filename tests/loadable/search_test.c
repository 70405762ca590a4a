// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A search of modules that were loaded finds, to the byte, the same whether its sequences go on
 * from copies of the machine or all begin with power on. So are schedules of their work, and what
 * their threads leave.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/cmocka.h>
#include <luo/lfb.h>

#define MODULE(name) LFB_TEST_MODULES "/" name ".so"

struct told {
	char *text;
	size_t size;
	FILE *stream;
	struct lfb_exhaust_modules_result result;
};

static int keep(void *context, const char *bytes, size_t size)
{
	struct told *told = context;

	return fwrite(bytes, 1, size, told->stream) == size ? 0 : -EIO;
}

static void search(const struct lfb_machine_options *machine, struct lfb_exhaust_modules what,
		   bool from_power_on, struct told *told)
{
	int err;

	told->result.sz = sizeof(told->result);
	told->stream = open_memstream(&told->text, &told->size);
	what.from_power_on = from_power_on;
	what.write = keep;
	what.write_context = told;
	err = lfb_exhaust_modules(machine, &what, NULL, &told->result);
	if (err)
		fail_msg("%d: %s", err, lfb_error_text(NULL));
	fclose(told->stream);
}

static void they_are_searched_the_same_way(void **state)
{
	static const struct {
		const char *loadable[4];
		const char *next, *replaced;
		unsigned int files;
		unsigned int violations[2];	/* where memory moves, and where it does not */
	} searches[] = {
		{ { MODULE("keeper") }, NULL, NULL, 2, { 0, 0 } },
		{ { MODULE("keeper") }, MODULE("keeper-v2"), NULL, 2, { 0, 0 } },
		{ { MODULE("keeper") }, MODULE("keeper-strict"), NULL, 2, { 1, 1 } },
		{ { MODULE("lends"), MODULE("borrows"), MODULE("keeper") },
		  MODULE("lends-v2"), "lends", 1, { 0, 0 } },
		{ { MODULE("keeper-data") }, NULL, NULL, 1, { 1, 0 } },
		{ { MODULE("keeper-code") }, NULL, NULL, 1, { 1, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(searches) / sizeof(searches[0]); i++) {
		const struct lfb_machine_options machine = {
			.sz = sizeof(machine), .memory = 8 << 20,
			.mode = i % 2 ? LFB_MEMORY_FIXED : LFB_MEMORY_REMAP,
		};
		const struct lfb_exhaust_modules what = {
			.sz = sizeof(what),
			.loadable = searches[i / 2].loadable,
			.next = searches[i / 2].next,
			.replaced = searches[i / 2].replaced,
			.length = 4,
			.files = searches[i / 2].files,
			.jobs = 1 + (unsigned int)i / 2 % 2,
		};
		struct told copied = { 0 }, replayed = { 0 };

		search(&machine, what, false, &copied);
		search(&machine, what, true, &replayed);
		printf("%llu sequences of %s%s%s\n", copied.result.sequences, what.loadable[0],
		       what.next ? " and " : "", what.next ? what.next : "");
		assert_string_equal(copied.text, replayed.text);
		assert_memory_equal(&copied.result, &replayed.result, sizeof(copied.result));
		assert_int_equal(copied.result.violations, searches[i / 2].violations[i % 2]);
		free(copied.text);
		free(replayed.text);
	}
}

struct found {
	u64 times, others;
	char schedule[64];
};

static void note(void *context, const struct lfb_schedule_failure *failure)
{
	struct found *found = context;

	if (!failure->finding || strcmp(failure->finding, "LFB-MEM-USE-AFTER-FREE")) {
		found->others++;
		return;
	}
	found->times += failure->times;
	snprintf(found->schedule, sizeof(found->schedule), "%s", failure->schedule);
}

static struct lfb_scenario *preserve_beside(void)
{
	static const char lines[] = "open\nsession s\nparallel {\npreserve s 1 works-v1 100\n"
				    "close s\n} {\nsession t\n}\n";
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("works", lines, strlen(lines), &scenario), 0);
	return scenario;
}

static struct found explore(const char *module, bool replay)
{
	struct lfb_scenario *scenario = preserve_beside();
	struct found found = { 0 };
	const struct lfb_explore_options options = {
		.sz = sizeof(options), .bound = 1, .failed = note, .context = &found,
	};
	struct lfb_scenario_options again = { .sz = sizeof(again), .schedule = found.schedule };
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	lfb_assert_ok(machine, lfb_machine_load_module(machine, module));
	lfb_assert_ok(machine, lfb_scenario_explore(scenario, machine, &options, NULL));
	if (replay) {
		assert_int_equal(lfb_scenario_run(scenario, machine, &again), -EFAULT);
		assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MEM_USE_AFTER_FREE), 1);
		lfb_findings_clear(machine);
	}
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
	return found;
}

/* It is done later than its owner is freed in some schedule, which can be done again. */
static void work_that_outlives_its_owner_is_found(void **state)
{
	struct found found = explore(MODULE("works-hasty"), true);

	(void)state;
	assert_true(found.times > 0);
	assert_int_equal(found.others, 0);
	found = explore(MODULE("works"), false);
	assert_int_equal(found.times + found.others, 0);
}

/* Its thread gets a file ready, in front of the reboot and behind it. */
static struct lfb_machine *use_thread(const char *module)
{
	static const char lines[] = "open\nsession s\npreserve s 1 threads-v1 100 = 0\nreboot = 0\n"
				    "open\nsession t\npreserve t 1 threads-v1 100 = 0\nclose t\n";
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	assert_int_equal(lfb_scenario_parse("threads", lines, strlen(lines), &scenario), 0);
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	lfb_assert_ok(machine, lfb_machine_load_module(machine, module));
	lfb_assert_ok(machine, lfb_scenario_run(scenario, machine, NULL));
	lfb_scenario_free(scenario);
	lfb_findings_clear(machine);
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	return machine;
}

static void a_thread_that_outlives_its_module_is_told(void **state)
{
	struct lfb_machine *machine = use_thread(MODULE("threads"));

	(void)state;
	lfb_assert_ok(machine, lfb_machine_remove_module(machine, "threads"));
	lfb_assert_no_findings(machine);
	lfb_machine_destroy(machine);
	machine = use_thread(MODULE("threads-hasty"));
	lfb_assert_error(machine, lfb_machine_remove_module(machine, "threads_hasty"), -EFAULT);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_MODULE_GONE);
	assert_non_null(strstr(lfb_finding_at(machine, 0)->text, "thread get_ready goes on"));
	lfb_findings_clear(machine);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_searched_the_same_way),
		cmocka_unit_test(work_that_outlives_its_owner_is_found),
		cmocka_unit_test(a_thread_that_outlives_its_module_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
