// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module comes and goes.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/recorder/inside.h"

static bool alloc_tables(struct lfb_recorder *recorder)
{
	const size_t handlers = recorder->nr_handlers + 1ul, flbs = recorder->nr_flbs + 1ul;

	recorder->handlers = calloc(handlers, sizeof(*recorder->handlers));
	recorder->handler_code = calloc(handlers, sizeof(*recorder->handler_code));
	recorder->flbs = calloc(flbs, sizeof(*recorder->flbs));
	recorder->flb_code = calloc(flbs, sizeof(*recorder->flb_code));
	return recorder->handlers && recorder->handler_code && recorder->flbs && recorder->flb_code;
}

struct lfb_recorder *lfb__recorder_create(struct lfb_machine *machine, unsigned int nr_handlers,
					  unsigned int nr_flbs, struct lfb_transcript *transcript)
{
	struct lfb_recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return NULL;
	recorder->machine = machine;
	recorder->transcript = transcript;
	recorder->nr_handlers = nr_handlers;
	recorder->nr_flbs = nr_flbs;
	recorder->file_ops = lfb__recorder_file_ops;
	recorder->flb_ops = lfb__recorder_flb_ops;
	if (!alloc_tables(recorder)) {
		lfb__recorder_destroy(recorder);
		return NULL;
	}
	return recorder;
}

static void forget_answers(struct lfb_code *code)
{
	unsigned int callback, line;

	for (callback = 0; code && callback < LFB_CALLBACKS; callback++) {
		for (line = 0; line < code->programs[callback].count; line++)
			code->programs[callback].lines[line].used = false;
	}
}

void lfb__recorder_reset(struct lfb_recorder *recorder)
{
	unsigned int i;

	for (i = 0; i < recorder->nr_handlers; i++) {
		free(recorder->handlers[i]);
		recorder->handlers[i] = NULL;
		forget_answers(recorder->handler_code[i]);
	}
	for (i = 0; i < recorder->nr_flbs; i++) {
		free(recorder->flbs[i]);
		recorder->flbs[i] = NULL;
		forget_answers(recorder->flb_code[i]);
	}
	lfb__slots_forget(&recorder->slots);
	memset(&recorder->locks, 0, sizeof(recorder->locks));
	recorder->nr_registrations = 0;
	recorder->nr_held = 0;
}

static void free_code(struct lfb_code **table, unsigned int nr)
{
	unsigned int i, callback;

	for (i = 0; table && i < nr; i++) {
		for (callback = 0; table[i] && callback < LFB_CALLBACKS; callback++)
			free(table[i]->programs[callback].lines);
		free(table[i]);
	}
	free(table);
}

void lfb__recorder_destroy(struct lfb_recorder *recorder)
{
	if (!recorder)
		return;
	if (recorder->loaded)
		lfb_machine_remove_module(recorder->machine, recorder->this_module.name);
	if (recorder->handlers && recorder->flbs && recorder->handler_code && recorder->flb_code)
		lfb__recorder_reset(recorder);
	free(recorder->handlers);
	free(recorder->flbs);
	free_code(recorder->handler_code, recorder->nr_handlers);
	free_code(recorder->flb_code, recorder->nr_flbs);
	lfb__slots_destroy(&recorder->slots);
	free(recorder->registrations);
	free(recorder->held);
	free(recorder);
}

static void unlearn(struct lfb_code **table, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!table[i])
			continue;
		table[i]->renamed = false;
		for (int callback = 0; callback < LFB_CALLBACKS; callback++)
			table[i]->programs[callback].count = 0;
	}
}

void lfb__recorder_unlearn(struct lfb_recorder *recorder)
{
	unlearn(recorder->handler_code, recorder->nr_handlers);
	unlearn(recorder->flb_code, recorder->nr_flbs);
	if (recorder->loaded)
		lfb_machine_remove_module(recorder->machine, recorder->this_module.name);
	recorder->loaded = false;
	recorder->is_module = false;
	recorder->file_ops.owner = NULL;
	recorder->flb_ops.owner = NULL;
}

void lfb__recorder_end(struct lfb_recorder *recorder)
{
	unsigned int i;

	for (i = 0; i < recorder->nr_handlers; i++) {
		struct lfb_recorded_handler *handler = recorder->handlers[i];

		if (handler)
			memset(handler->fails, 0, sizeof(handler->fails));
	}
	for (i = 0; i < recorder->nr_flbs; i++) {
		struct lfb_recorded_flb *flb = recorder->flbs[i];

		if (!flb)
			continue;
		memset(flb->fails, 0, sizeof(flb->fails));
		for (; flb->held[0]; flb->held[0]--)
			liveupdate_flb_put_outgoing(&flb->flb);
		for (; flb->held[1]; flb->held[1]--)
			liveupdate_flb_put_incoming(&flb->flb);
	}
}
