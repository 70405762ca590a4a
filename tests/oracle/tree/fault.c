// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Steps that fail because a scenario says so: "fault KIND N [forever]", "fault off". */
#include <stdlib.h>
#include <string.h>

#include "host.h"

static const char *const kinds[LFB_FAULT_KINDS] = {
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

/* For longer than a kernel. */
long fault_plan(const struct world_line *line)
{
	world->fault = (struct lfb_fault_plan){ .forever = line->nr_words > 3 };
	world->reached = 0;
	world->fault_hit = false;
	for (int i = 0; i < LFB_FAULT_KINDS; i++) {
		if (!strcmp(line->words[1], kinds[i]) || !strcmp(line->words[1], "any"))
			world->fault.kinds |= 1u << i;
	}
	if (world->fault.kinds)
		world->fault.nth = strtoul(line->words[2], NULL, 0);
	return 0;
}

bool fault_here(enum lfb_fault_kind kind)
{
	const struct lfb_fault_plan *plan = &world->fault;

	if (!(plan->kinds >> kind & 1))
		return false;
	if (++world->reached == plan->nth)
		return world->fault_hit = true;
	return plan->forever && world->fault_hit;
}
