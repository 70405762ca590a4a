// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module comes and goes. */
#include <stdlib.h>
#include <string.h>

#include "sim/recorder/inside.h"

static unsigned int nr_objects(const struct lfb_recorder *recorder)
{
	return recorder->nr_handlers + recorder->nr_flbs;
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
	recorder->identity_ops = recorder->file_ops;
	recorder->identity_ops.get_id = lfb__recorder_get_id;
	recorder->flb_ops = lfb__recorder_flb_ops;
	recorder->handlers = calloc(nr_objects(recorder) + 1ul, sizeof(*recorder->handlers));
	recorder->code = calloc(nr_objects(recorder) + 1ul, sizeof(*recorder->code));
	recorder->objects = calloc(nr_objects(recorder) + 1ul, sizeof(*recorder->objects));
	if (!recorder->handlers || !recorder->code || !recorder->objects) {
		lfb__recorder_destroy(recorder);
		return NULL;
	}
	recorder->flbs = recorder->handlers + nr_handlers;
	return recorder;
}

static void forget_answers(struct lfb_code *code)
{
	for (int callback = 0; callback < LFB_CALLBACKS; callback++) {
		struct lfb_program_line *lines = code->programs[callback].items;

		for (size_t i = 0; i < code->programs[callback].count; i++)
			lines[i].used = false;
	}
}

void lfb__recorder_reset(struct lfb_recorder *recorder)
{
	for (unsigned int i = 0; i < nr_objects(recorder); i++) {
		recorder->handlers[i] = NULL;
		forget_answers(&recorder->code[i]);
	}
	lfb__slots_forget(&recorder->slots);
	memset(&recorder->locks, 0, sizeof(recorder->locks));
	recorder->registrations.count = 0;
	recorder->held.count = 0;
	recorder->done.count = 0;
}

void lfb__recorder_destroy(struct lfb_recorder *recorder)
{
	if (!recorder)
		return;
	if (recorder->loaded)
		lfb_machine_remove_module(recorder->machine, recorder->this_module.name);
	for (unsigned int i = 0; recorder->flbs && i < nr_objects(recorder); i++) {
		for (int callback = 0; callback < LFB_CALLBACKS; callback++)
			lfb__list_free(&recorder->code[i].programs[callback]);
	}
	free(recorder->handlers);
	free(recorder->code);
	free(recorder->objects);
	lfb__slots_destroy(&recorder->slots);
	lfb__list_free(&recorder->registrations);
	lfb__list_free(&recorder->held);
	lfb__list_free(&recorder->done);
	free(recorder);
}

void lfb__recorder_save(struct lfb_recorder *recorder, struct lfb_saved *saved)
{
	const size_t count = nr_objects(recorder);

	lfb__save_members(saved, recorder, machine, slots);
	lfb__saved_told(saved, recorder, recorder, slots, slots);
	lfb__save_members(saved, recorder, locks, user);
	lfb__saved_told(saved, recorder, &recorder->locks, registrations, done);
	lfb__save(saved, recorder->handlers, count * sizeof(*recorder->handlers));
	lfb__save(saved, recorder->objects, count * sizeof(*recorder->objects));
	lfb__save(saved, recorder->code, count * sizeof(*recorder->code));
	for (size_t i = 0; i < count; i++) {
		for (int callback = 0; callback < LFB_CALLBACKS; callback++)
			lfb__save_list(saved, &recorder->code[i].programs[callback],
				       sizeof(struct lfb_program_line));
	}
	lfb__save_list(saved, &recorder->slots.entries, sizeof(struct lfb_slot_entry));
	lfb__save_table(saved, &recorder->slots.table);
	lfb__save_list(saved, &recorder->registrations, sizeof(struct lfb_registration));
	lfb__save_list(saved, &recorder->held, sizeof(struct lfb_taken));
	lfb__save_list(saved, &recorder->done, sizeof(struct lfb_taken));
}

void lfb__recorder_unlearn(struct lfb_recorder *recorder)
{
	for (unsigned int i = 0; i < nr_objects(recorder); i++) {
		recorder->code[i].named = false;
		recorder->code[i].identity = LFB_IDENTITY_NONE;
		for (int callback = 0; callback < LFB_CALLBACKS; callback++)
			recorder->code[i].programs[callback].count = 0;
	}
	if (recorder->loaded)
		lfb_machine_remove_module(recorder->machine, recorder->this_module.name);
	recorder->loaded = false;
	recorder->is_module = false;
	recorder->file_ops.owner = NULL;
	recorder->identity_ops.owner = NULL;
	recorder->flb_ops.owner = NULL;
}

void lfb__recorder_end(struct lfb_recorder *recorder)
{
	lfb__undo_steps(recorder);
	for (unsigned int i = 0; i < nr_objects(recorder); i++) {
		struct lfb_recorded *recorded = recorder->handlers[i];

		if (!recorded)
			continue;
		memset(recorded->fails, 0, sizeof(recorded->fails));
		for (; recorded->held[0]; recorded->held[0]--)
			liveupdate_flb_put_outgoing(&recorded->flb);
		for (; recorded->held[1]; recorded->held[1]--)
			liveupdate_flb_put_incoming(&recorded->flb);
	}
}
