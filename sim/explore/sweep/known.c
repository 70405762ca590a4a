// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is no news of a kernel image: that a rule is broken in a case in which its profile, the
 * library's orchestrator of that version, breaks one too. Where the two have other numbers of
 * points it is a case in which the same goes wrong in the same step.
 */
#include <string.h>

#include "sim/explore/sweep/sweep.h"

void lfb__sweep_note_violation(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	struct lfb_sweep_known *notes = sweep->subject->notes;
	struct lfb_sweep_case *noted;

	if (!that) {
		notes->without_faults = true;
		return;
	}
	noted = lfb__list_add(&notes->cases, sizeof(*noted));
	if (noted)
		*noted = (struct lfb_sweep_case){ *that, sweep->failed_step };
	else
		sweep->said.error = -ENOMEM;
}

bool lfb__sweep_is_known(const struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_known *known = sweep->subject->known;
	const struct lfb_sweep_case *one;
	bool same_points = true;

	if (!known || !that)
		return known && known->without_faults;
	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		same_points &= !(that->kinds >> kind & 1) ||
			       known->points[kind] == sweep->result.points[kind];
	one = known->cases.items;
	for (size_t i = 0; i < known->cases.count; i++, one++) {
		if (one->plan.kinds != that->kinds || one->plan.forever != that->forever)
			continue;
		if (same_points ? one->plan.nth == that->nth && one->plan.then == that->then :
				  one->step == sweep->failed_step)
			return true;
	}
	return false;
}

void lfb__sweep_share_known(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_known *known = sweep->subject->known;

	if (sweep->subject->notes)
		memcpy(sweep->subject->notes->ids, sweep->known, sizeof(sweep->known));
	for (int id = 0; known && id < LFB_FINDINGS_NR; id++)
		sweep->known[id] |= known->ids[id];
}
