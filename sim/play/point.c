// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Operations that wait for a scheduling point: what another thread of the agent, or of the module,
 * does while the first one is in the middle of something.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

/*
 * The second thread has the descriptors of the first: they share one table, which lies with whoever
 * runs.
 */
static void switch_threads(struct lfb_run *run)
{
	struct lfb_fd_table fds = run->agent->fds;
	struct lfb_agent *agent = run->agent;

	run->agent->fds = run->other_agent->fds;
	run->other_agent->fds = fds;
	run->agent = run->other_agent;
	run->other_agent = agent;
}

static void ended(struct lfb_run *run, long result, u64 object)
{
	const struct lfb_run_point *point = run->firing;

	switch_threads(run);
	run->firing = NULL;
	lfb__run_show_point(run, point, result, object);
}

static void fire(struct lfb_run *run, struct lfb_run_point *point)
{
	u64 object = 0;
	long result;

	LFB_ASSERT(!run->firing && run->other_agent);
	run->firing = point;
	lfb__run_at(run, point->operation);
	switch_threads(run);
	result = lfb__run_perform(run, point->operation, &object);
	ended(run, result, object);
}

void lfb__run_point_died(struct lfb_run *run, long result)
{
	if (!run->firing)
		return;
	if (run->firing->operation->verb == LFB_VERB_PANIC && result == -EFAULT)
		result = 0;
	ended(run, result, 0);
}

/* What waits does not wait for points passed by a boot, or by something that waited. */
static void on_point(void *context, const char *name, const char *object)
{
	struct lfb_run *run = context;

	if (run->sched_before.hook)
		run->sched_before.hook(run->sched_before.context, name, object);
	for (unsigned int i = 0; i < run->nr_points && !run->firing && !run->booting; i++) {
		struct lfb_run_point *point = &run->points[i];

		if (!point->left || strcmp(point->operation->point, name))
			continue;
		point->passed++;
		if (!--point->left)
			fire(run, point);
	}
}

void lfb__run_wait(struct lfb_run *run, const struct lfb_operation *operation)
{
	if (!LFB_ASSERT(run->nr_points < run->scenario->nr_points))
		return;
	run->points[run->nr_points++] = (struct lfb_run_point){
		.operation = operation,
		.left = operation->nth,
	};
}

void lfb__run_points_begin(struct lfb_run *run)
{
	unsigned int to = 0;

	for (unsigned int from = 0; from < run->nr_points; from++) {
		if (!run->points[from].left)
			continue;
		run->points[to] = run->points[from];
		run->points[to++].passed = 0;
	}
	run->nr_points = to;
}

int lfb__run_points_prepare(struct lfb_run *run)
{
	if (!run->scenario->nr_points)
		return 0;
	run->points = calloc(run->scenario->nr_points, sizeof(*run->points));
	if (!run->points)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	return lfb_agent_create(run->machine, "agent-2", &run->other_agent);
}

void lfb__run_points_hook(struct lfb_run *run)
{
	run->sched_before = run->machine->kernel.sched;
	if (run->points)
		lfb_sched_to(run->machine, on_point, run);
}

void lfb__run_points_unhook(struct lfb_run *run)
{
	if (run->machine->kernel.sched.hook == on_point)
		run->machine->kernel.sched = run->sched_before;
}
