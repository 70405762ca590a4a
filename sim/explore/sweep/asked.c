// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * FLBs are retrieved when somebody first asks for their object, and stay so whatever becomes of
 * who asked: a step that fails afterwards leaves the state from before it with those FLBs
 * retrieved. What that is like is found out by another run without faults, for each set of FLBs
 * that a step leaves so.
 */
#include <luo/liveupdate.h>

#include "lib/luo/luo.h"
#include "sim/explore/sweep/sweep.h"

static void ask(const struct luo *luo, struct liveupdate_flb *flb)
{
	void *obj;

	if (luo->profile->accessors == LUO_ACCESSORS_LOCKED) {
		if (!liveupdate_flb_incoming_locked(flb, &obj))
			liveupdate_flb_incoming_unlock(flb, obj);
	} else if (!liveupdate_flb_get_incoming(flb, &obj) &&
		   !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED)) {
		liveupdate_flb_put_incoming(flb);
	}
}

static long ask_all(void *context)
{
	const struct lfb_sweep *sweep = context;
	const struct lfb_kernel *kernel = &sweep->machine->kernel;
	const struct luo *luo = luo_look(kernel);
	const struct liveupdate_flb *flb;
	u64 bit = 1;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		/* The module's own. */
		struct liveupdate_flb *asked =
			luo_flb_by_compatible(luo_seen(kernel), flb->compatible);

		if (asked && sweep->wanted.flbs & bit)
			ask(luo, asked);
		bit <<= 1;
	}
	return 0;
}

static bool find_out(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	struct lfb_machine *machine = sweep->machine;
	struct lfb_sweep_asked *asked = lfb__list_add(&sweep->asked, sizeof(*asked));
	u64 object;

	if (!asked) {
		sweep->said.error = -ENOMEM;
		return false;
	}
	lfb__sweep_begin(sweep);
	for (size_t step = 0; step < sweep->wanted.step; step++)
		subject->perform(subject->self, step, &object);
	lfb__machine_run(machine, &machine->kernel.boot_task, ask_all, sweep);
	*asked = (struct lfb_sweep_asked){ sweep->wanted, lfb__sweep_digest(sweep) };
	return true;
}

enum lfb_outcome lfb__sweep_follow(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	enum lfb_outcome outcome;

	do {
		sweep->wanted.flbs = 0;
		outcome = lfb__sweep_run(sweep, that);
	} while (sweep->wanted.flbs && find_out(sweep));
	return outcome;
}
