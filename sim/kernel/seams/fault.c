// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Fault points: which of the steps that can fail does fail. */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

static const char *const kind_names[LFB_FAULT_KINDS] = {
	[LFB_FAULT_ALLOC] = "alloc",
	[LFB_FAULT_KHO] = "kho",
	[LFB_FAULT_FDT] = "fdt",
	[LFB_FAULT_MODULE] = "module",
	[LFB_FAULT_FLB_PRESERVE] = "flb-preserve",
	[LFB_FAULT_FLB_RETRIEVE] = "flb-retrieve",
	[LFB_FAULT_FILE_PRESERVE] = "file-preserve",
	[LFB_FAULT_FILE_FREEZE] = "file-freeze",
	[LFB_FAULT_FILE_RETRIEVE] = "file-retrieve",
	[LFB_FAULT_FILE_CAN_FINISH] = "file-can-finish",
	[LFB_FAULT_USER_READ] = "user-read",
	[LFB_FAULT_USER_WRITE] = "user-write",
};

const char *lfb_fault_kind_name(enum lfb_fault_kind kind)
{
	return (unsigned int)kind < LFB_FAULT_KINDS ? kind_names[kind] : "unknown";
}

int lfb__faults_arm(struct lfb_kernel *kernel, const struct lfb_fault_plan *plan)
{
	struct lfb_faults *faults = &kernel->faults;
	const struct lfb_fault_plan accepted = plan ? *plan : (struct lfb_fault_plan){ 0 };

	if (accepted.kinds & ~LFB_FAULT_ANY)
		return -EINVAL;
	if (accepted.kinds && accepted.nth == 0 && accepted.chance == 0)
		return -EINVAL;
	*faults = (struct lfb_faults){ .plan = accepted };
	return 0;
}

/* Empty and never inlined: a place for a debugger's breakpoint on every injected fault. */
__attribute__((noinline)) void lfb_fault_hit(const char *where)
{
	__asm__ volatile("" : : "r"(where) : "memory");
}

static bool must_fail(struct lfb_kernel *kernel)
{
	const struct lfb_faults *faults = &kernel->faults;
	const struct lfb_fault_plan *plan = &faults->plan;

	if (plan->forever && faults->hits > 0)
		return true;
	if (plan->then && faults->hits > 0)
		return faults->reached == faults->first_hit + plan->then;
	if (plan->nth == 0)
		return lfb__choices_choose(&kernel->choices, plan->chance) == 0;
	return faults->reached == plan->nth;
}

bool lfb__fault_fires(struct lfb_kernel *kernel, enum lfb_fault_kind kind, const char *where)
{
	struct lfb_faults *faults = &kernel->faults;

	faults->reached++;
	if (!must_fail(kernel))
		return false;
	if (!faults->hits++)
		faults->first_hit = faults->reached;
	faults->kind = kind;
	snprintf(faults->where, sizeof(faults->where), "%s", where);
	lfb__say(kernel, LFB_DID_FAILED, where, "%s", lfb_fault_kind_name(kind));
	lfb_fault_hit(where);
	return true;
}
