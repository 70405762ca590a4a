// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module's handlers and FLBs, made anew for each kernel, and their code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/recorder/inside.h"

struct lfb_code *lfb__recorder_code(struct lfb_recorder *recorder, bool flb, unsigned int number)
{
	struct lfb_code **code = flb ? &recorder->flb_code[number] :
				       &recorder->handler_code[number];

	if (!*code)
		*code = calloc(1, sizeof(**code));
	return *code;
}

static void name(char *compatible, const struct lfb_code *code, const char *format,
		 unsigned int number)
{
	memset(compatible, 0, sizeof(code->compatible));
	if (code->renamed)
		memcpy(compatible, code->compatible, sizeof(code->compatible));
	else
		snprintf(compatible, sizeof(code->compatible), format, number);
}

struct lfb_recorded_handler *lfb__recorded_handler(struct lfb_recorder *recorder,
						   unsigned int number)
{
	struct lfb_recorded_handler *handler = recorder->handlers[number];

	if (handler)
		return handler;
	handler = calloc(1, sizeof(*handler));
	if (!handler)
		return NULL;
	handler->recorder = recorder;
	handler->number = number;
	handler->handler.ops = &recorder->file_ops;
	handler->code = lfb__recorder_code(recorder, false, number);
	if (!handler->code) {
		free(handler);
		return NULL;
	}
	name((char *)handler->handler.compatible, handler->code, "handler-%u-v1", number);
	recorder->handlers[number] = handler;
	return handler;
}

struct lfb_recorded_flb *lfb__recorded_flb(struct lfb_recorder *recorder, unsigned int number)
{
	struct lfb_recorded_flb *flb = recorder->flbs[number];

	if (flb)
		return flb;
	flb = calloc(1, sizeof(*flb));
	if (!flb)
		return NULL;
	flb->recorder = recorder;
	flb->number = number;
	flb->flb.ops = &recorder->flb_ops;
	flb->code = lfb__recorder_code(recorder, true, number);
	if (!flb->code) {
		free(flb);
		return NULL;
	}
	name((char *)flb->flb.compatible, flb->code, "flb-%u-v1", number);
	recorder->flbs[number] = flb;
	return flb;
}

int lfb__recorder_flb(struct lfb_recorder *recorder, unsigned int number,
		      struct liveupdate_flb **flb)
{
	struct lfb_recorded_flb *recorded = lfb__recorded_flb(recorder, number);
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

unsigned int *lfb__recorder_held(struct lfb_recorder *recorder, unsigned int number, bool incoming)
{
	return &recorder->flbs[number]->held[incoming];
}

bool lfb__recorder_counts_references(const struct lfb_recorder *recorder)
{
	const struct luo *luo = recorder->machine->kernel.luo;

	return luo && luo->profile->accessors == LUO_ACCESSORS_GET &&
	       !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED);
}
