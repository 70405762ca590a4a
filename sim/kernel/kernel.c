/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Life of the ground floor: made once a machine, emptied at every boot.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kernel.h"

_Thread_local struct lfb_kernel *lfb_current;

int lfb_kernel_init(struct lfb_kernel *kernel, const struct lfb_memory_options *options, u64 seed)
{
	int error;

	memset(kernel, 0, sizeof(*kernel));
	error = lfb_memory_create(kernel, options);
	if (error)
		return error;
	kernel->checks = options->checks;
	if (lfb_checking(kernel)) {
		error = lfb_history_create(&kernel->history);
		if (error) {
			lfb_memory_destroy(kernel);
			return error;
		}
	}
	lfb_choices_seed(&kernel->choices, seed);
	lfb_kernel_reset(kernel);
	return 0;
}

void lfb_kernel_destroy(struct lfb_kernel *kernel)
{
	if (lfb_current == kernel)
		lfb_current = NULL;
	lfb_memory_destroy(kernel);
	lfb_choices_destroy(&kernel->choices);
	lfb_findings_destroy(&kernel->findings);
	lfb_ledger_destroy(&kernel->ledger);
	lfb_lockdep_destroy(kernel);
	free(kernel->kept.data);
	lfb_history_destroy(&kernel->history);
}

void lfb_kernel_reset(struct lfb_kernel *kernel)
{
	const size_t boot = offsetof(struct lfb_kernel, boot_number);

	memset((u8 *)kernel + boot, 0, sizeof(*kernel) - boot);
	kernel->boot_task.name = "boot";
	kernel->task = &kernel->boot_task;
}
