// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* One of a walker's machines: made, and one operation in it. */
#include "sim/explore/exhaust/walk.h"

#define MEMORY (4ull << 20)

/* A machine, an agent and the recorded module, as new. */
int lfb__walker_make_run(struct lfb_walker *walker, const char *profile, const char *kernel,
			 int (*write)(void *context, const char *bytes, size_t size),
			 struct lfb_run *made)
{
	const struct lfb_exhaust_options *options = walker->options;
	struct lfb_machine_options machine = {
		.sz = sizeof(machine),
		.memory = MEMORY,
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
		.kernel = kernel,
		.quirks_on = options->quirks_on,
		.quirks_off = options->quirks_off,
	};
	struct lfb_run run = {
		.scenario = walker->run.scenario,
		.options = { sizeof(run.options), .golden = true, .write = write,
			     .context = walker },
	};
	int err = lfb__machine_create_own(&machine, &run.machine);

	*made = run;
	return err ? err : lfb__run_make(made);
}

long lfb__walker_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object)
{
	long result;

	if (operation->point) {
		lfb__run_wait(run, operation);
		return 0;
	}
	lfb__run_points_hook(run);
	result = lfb__run_perform(run, operation, object);
	lfb__run_point_died(run, result);
	lfb__run_points_unhook(run);
	return result;
}
