/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Tests written with cmocka whose tasks run beside each other, in every order (docs/schedules.md).
 */
#ifndef LUO_CMOCKA_SCHEDULES_H
#define LUO_CMOCKA_SCHEDULES_H

#include <luo/cmocka.h>

/**
 * lfb_assert_schedules() - assert that nothing goes wrong in any order of tasks beside each other
 * @machine_options: the machine it runs in (struct lfb_machine_options); NULL for one with the
 *	default profile and LFB_MEMORY_FIXED
 * @body: the test (struct lfb_schedule_body)
 * @context: handed to the body's functions
 * @bound: how many preemptions a schedule may have; 2 finds most races
 *
 * The test fails with the first failure, and with how to see it again: run with the environment
 * variable LFB_SCHEDULE_CASE set to NAME/SCHEDULE, the test of that name runs only this schedule
 * ("in-order", a list, "random:SEED" …), and shows on standard error all that happens.
 */
#define lfb_assert_schedules(machine_options, body, context, bound)                                \
	lfb_cmocka_schedules(machine_options, body, context, bound, __FILE__, __LINE__)

/* For the macro above. */

struct lfb_cmocka_schedules {
	const char *name;
	unsigned int failures;
};

static inline void lfb_cmocka_failed(void *context, const struct lfb_schedule_failure *failure)
{
	struct lfb_cmocka_schedules *schedules = (struct lfb_cmocka_schedules *)context;

	if (schedules->failures++)
		return;
	print_error("%s: %s%s%s\n    LFB_SCHEDULE_CASE=%s/%s shows it\n", schedules->name,
		    failure->finding ? failure->finding : "", failure->finding ? ": " : "",
		    failure->text, schedules->name, failure->schedule);
}

/* One schedule. False: something goes wrong in it. */
static inline bool lfb_cmocka_schedule(struct lfb_machine *machine,
				       const struct lfb_schedule_body *body, void *context,
				       const char *schedule)
{
	int err = lfb_schedules_run(machine, body, context, schedule, lfb_cmocka_show, NULL);
	bool good = !err;

	if (err)
		print_error("%s\n", lfb_error_text(machine));
	for (size_t i = 0; i < lfb_finding_count(machine); i++)
		good = good && lfb_finding_severity(lfb_finding_at(machine, i)->id) <
				       LFB_SEVERITY_WARNING;
	lfb_print_findings_(machine);
	return good;
}

static inline void lfb_cmocka_schedules(const struct lfb_machine_options *machine_options,
					const struct lfb_schedule_body *body, void *context,
					unsigned int bound, const char *file, int line)
{
	struct lfb_cmocka_schedules schedules;
	struct lfb_explore_options options;
	struct lfb_machine *machine;
	const char *only;
	bool good;
	int err;

	schedules.name = body->name ? body->name : "body";
	schedules.failures = 0;
	only = lfb_cmocka_of("LFB_SCHEDULE_CASE", schedules.name);
	memset(&options, 0, sizeof(options));
	options.sz = sizeof(options);
	options.bound = bound;
	options.failed = lfb_cmocka_failed;
	options.progress = lfb_progress_draw;
	options.context = &schedules;
	err = lfb_cmocka_machine(machine_options, &machine);
	if (!err && only) {
		good = lfb_cmocka_schedule(machine, body, context, only);
	} else {
		lfb_progress_draw(NULL, NULL);
		if (!err)
			err = lfb_schedules_explore(machine, body, context, &options, NULL);
		lfb_progress_draw(NULL, NULL);
		good = !err && !schedules.failures;
	}
	if (err)
		print_error("%s: the schedules could not be tried (%d): %s\n", schedules.name, err,
			    lfb_error_text(machine));
	lfb_machine_destroy(machine);
	if (!good)
		_fail(file, line);
}

#endif
