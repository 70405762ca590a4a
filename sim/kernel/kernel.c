// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Life of the ground floor: made once a machine, emptied at every boot. */
#include <string.h>

#include "sim/kernel/kernel.h"

int lfb__kernel_init(struct lfb_kernel *kernel, const struct lfb_memory_options *options, u64 seed)
{
	int error;

	lfb__assert_tell(lfb__simulator_bug);
	memset(kernel, 0, sizeof(*kernel));
	error = lfb__memory_create(kernel, options);
	if (error)
		return error;
	kernel->checks = options->checks;
	kernel->check_unchanged = lfb__check_unchanged;
	kernel->do_deferred = lfb__deferred_end;
	kernel->report_stray = lfb__report_stray;
	kernel->report_race = lfb__report_race;
	if (lfb__checking(kernel)) {
		error = lfb__history_create(&kernel->history);
		if (error) {
			lfb__memory_destroy(kernel);
			return error;
		}
	}
	lfb__choices_seed(&kernel->choices, seed);
	INIT_LIST_HEAD(&kernel->tasks);
	lfb__kernel_reset(kernel);
	return 0;
}

void lfb__kernel_destroy(struct lfb_kernel *kernel)
{
	if (lfb__current == kernel)
		lfb__current = NULL;
	if (lfb__served == kernel)
		lfb__served = NULL;
	lfb__threads_end(kernel);
	lfb__guard_release(kernel);
	lfb__memory_destroy(kernel);
	lfb__choices_destroy(&kernel->choices);
	lfb__findings_destroy(&kernel->findings);
	lfb__ledger_destroy(&kernel->ledger);
	lfb__lockdep_destroy(kernel);
	lfb__list_free(&kernel->kept.flbs);
	lfb__list_free(&kernel->deferred);
	lfb__list_free(&kernel->unread);
	lfb__list_free(&kernel->devices);
	lfb__history_destroy(&kernel->history);
}

bool lfb__kernel_save(struct lfb_kernel *kernel, struct lfb_saved *saved)
{
	lfb__save_members(saved, kernel, trace.number, trace);
	lfb__saved_told(saved, kernel, &kernel->trace.number, trace.number, trace);
	lfb__history_save(&kernel->history, saved);
	lfb__ledger_save(&kernel->ledger, saved);
	lfb__save_members(saved, kernel, operation, faults);
	lfb__saved_told(saved, kernel, &kernel->operation, faults, faults);
	lfb__save_list(saved, &kernel->kept.flbs, kernel->kept.size);
	lfb__save_members(saved, kernel, kept.boot, kept.boot);
	lfb__choices_save(&kernel->choices, saved);
	lfb__save_members(saved, kernel, error, error);
	lfb__saved_told(saved, kernel, &kernel->error, error, error);
	lfb__save_list(saved, &kernel->deferred, sizeof(struct lfb_deferred));
	lfb__save_list(saved, &kernel->unread, sizeof(void *));
	lfb__save_list(saved, &kernel->devices, sizeof(void *));
	lfb__save(saved, &kernel->boot_number,
		  sizeof(*kernel) - offsetof(struct lfb_kernel, boot_number));
	/* Whatever the next one's number is, it is a new one. */
	lfb__saved_told(saved, kernel, &kernel->boot_number, calls, calls);
	return lfb__lockdep_save(kernel, saved);
}

void lfb__kernel_reset(struct lfb_kernel *kernel)
{
	const size_t boot = offsetof(struct lfb_kernel, boot_number);

	lfb__threads_end(kernel);
	memset((u8 *)kernel + boot, 0, sizeof(*kernel) - boot);
	kernel->deferred.count = 0;
	kernel->unread.count = 0;
	kernel->devices.count = 0;
	if (unlikely(kernel->wrong))
		kernel->dead = LFB_DEATH_PANIC;
	lfb__task_begin(&kernel->boot_task, "boot", NULL);
	lfb__task_begin(&kernel->point_task, "boot-2", NULL);
	kernel->task = &kernel->boot_task;
}
