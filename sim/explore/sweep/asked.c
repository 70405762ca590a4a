// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * FLBs are retrieved when somebody first asks for their object, and stay so whatever becomes of who
 * asked: a step that fails afterwards leaves the state from before it with those FLBs retrieved. What
 * that is like is found out by another run without faults, for each set of FLBs that a step leaves so.
 */
#include "lib/flb.h"
#include "sim/explore/sweep/sweep.h"

struct lfb_sweep_asked {
	size_t step;
	u64 flbs;
	struct lfb_digest before;
};

/* In the order they were registered in; those behind the 64th are not looked at. */
u64 lfb__sweep_retrieved(const struct lfb_machine *machine)
{
	const struct luo *luo = machine->kernel.luo;
	const struct liveupdate_flb *flb;
	u64 flbs = 0, bit = 1;

	if (machine->state != LFB_RUNNING || machine->kernel.dead || !luo)
		return 0;
	list_for_each_entry(flb, &luo->flbs, private.list) {
		flbs |= flb->private.incoming.retrieve_status == 1 ? bit : 0;
		bit <<= 1;
	}
	return flbs;
}

const struct lfb_digest *lfb__sweep_before(struct lfb_sweep *sweep, size_t step, long result)
{
	const struct lfb_sweep_record *record = &sweep->records[step];
	const u64 flbs = lfb__sweep_retrieved(sweep->machine) & ~record->retrieved;
	const struct lfb_sweep_asked *asked = sweep->asked.items;

	if (result >= 0 || !flbs)
		return &record->before;
	for (size_t i = 0; i < sweep->asked.count; i++) {
		if (asked[i].step == step && asked[i].flbs == flbs)
			return &asked[i].before;
	}
	sweep->wanted = (struct lfb_sweep_wanted){ step, flbs };
	return NULL;
}

static long retrieve(void *context)
{
	struct lfb_sweep *sweep = context;
	struct luo *luo = sweep->machine->kernel.luo;
	struct liveupdate_flb *flb;
	u64 bit = 1;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		if (sweep->wanted.flbs & bit) {
			mutex_lock(&flb->private.incoming.lock);
			luo_flb_retrieve_locked(luo, flb);
			mutex_unlock(&flb->private.incoming.lock);
		}
		bit <<= 1;
	}
	return 0;
}

bool lfb__sweep_ask(struct lfb_sweep *sweep)
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
	lfb__machine_run(machine, &machine->kernel.boot_task, retrieve, sweep);
	*asked = (struct lfb_sweep_asked){ sweep->wanted.step, sweep->wanted.flbs,
					   lfb__sweep_digest(sweep) };
	return true;
}
