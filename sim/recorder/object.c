// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module's handlers and FLBs, made anew for each kernel. */
#include <stdio.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/recorder/inside.h"

unsigned int lfb__recorded_index(const struct lfb_recorder *recorder, bool of_flb,
				 unsigned int number)
{
	LFB_ASSERT(number < (of_flb ? recorder->nr_flbs : recorder->nr_handlers));
	return of_flb ? recorder->nr_handlers + number : number;
}

void lfb__recorded_name(struct lfb_recorded *recorded)
{
	struct lfb_code *code = recorded->code;
	const bool of_flb = recorded->of_flb;

	if (!code->named) {
		memset(code->compatible, 0, sizeof(code->compatible));
		snprintf(code->compatible, sizeof(code->compatible), "%s-%u-v1",
			 of_flb ? "flb" : "handler", recorded->number);
		code->named = true;
	}
	memcpy((char *)(of_flb ? recorded->flb.compatible : recorded->handler.compatible),
	       code->compatible, sizeof(code->compatible));
}

void lfb__recorded_identify(struct lfb_recorded *recorded)
{
	struct lfb_recorder *recorder = recorded->recorder;

	recorded->handler.ops = recorded->code->identity == LFB_IDENTITY_NONE ?
				&recorder->file_ops : &recorder->identity_ops;
}

struct lfb_recorded *lfb__recorded(struct lfb_recorder *recorder, bool of_flb, unsigned int number)
{
	const unsigned int index = lfb__recorded_index(recorder, of_flb, number);
	struct lfb_recorded *recorded = recorder->handlers[index];

	if (recorded)
		return recorded;
	recorded = &recorder->objects[index];
	memset(recorded, 0, sizeof(*recorded));
	recorded->recorder = recorder;
	recorded->of_flb = of_flb;
	recorded->number = number;
	recorded->code = &recorder->code[index];
	if (of_flb)
		recorded->flb.ops = &recorder->flb_ops;
	else
		lfb__recorded_identify(recorded);
	lfb__recorded_name(recorded);
	recorder->handlers[index] = recorded;
	return recorded;
}

int lfb__recorder_flb(struct lfb_recorder *recorder, unsigned int number,
		      struct liveupdate_flb **flb)
{
	struct lfb_recorded *recorded = lfb__recorded(recorder, true, number);
	int err;

	if (!recorded)
		return -ENOMEM;
	if (recorder->machine->profile->has_init_flb && !recorded->initialized) {
		err = liveupdate_init_flb(&recorded->flb);
		if (err)
			return err;
		recorded->initialized = true;
	}
	*flb = &recorded->flb;
	return 0;
}

bool lfb__recorder_counts_references(const struct lfb_recorder *recorder)
{
	const struct luo *luo = recorder->machine->kernel.luo;

	if (recorder->machine->kernel.elsewhere)
		return true;
	return luo && luo->profile->accessors == LUO_ACCESSORS_GET &&
	       !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED);
}
