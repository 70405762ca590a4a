// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module's data: its objects, made anew for each kernel, and its code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/recorder/recorder.h"

static bool alloc_tables(struct lfb_recorder *recorder)
{
	const size_t handlers = recorder->nr_handlers + 1ul, flbs = recorder->nr_flbs + 1ul;

	recorder->handlers = calloc(handlers, sizeof(*recorder->handlers));
	recorder->handler_code = calloc(handlers, sizeof(*recorder->handler_code));
	recorder->flbs = calloc(flbs, sizeof(*recorder->flbs));
	recorder->flb_code = calloc(flbs, sizeof(*recorder->flb_code));
	return recorder->handlers && recorder->handler_code && recorder->flbs &&
	       recorder->flb_code;
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
		lfb_machine_remove_module(recorder->machine, LFB_RECORDER_NAME);
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

/*
 * Handlers and FLBs
 */

static struct lfb_code *get_code(struct lfb_recorder *recorder, bool flb, unsigned int number)
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

static struct lfb_recorded_handler *get_handler(struct lfb_recorder *recorder, unsigned int number)
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
	handler->code = get_code(recorder, false, number);
	if (!handler->code) {
		free(handler);
		return NULL;
	}
	name((char *)handler->handler.compatible, handler->code, "handler-%u-v1", number);
	recorder->handlers[number] = handler;
	return handler;
}

static struct lfb_recorded_flb *get_flb(struct lfb_recorder *recorder, unsigned int number)
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
	flb->code = get_code(recorder, true, number);
	if (!flb->code) {
		free(flb);
		return NULL;
	}
	name((char *)flb->flb.compatible, flb->code, "flb-%u-v1", number);
	recorder->flbs[number] = flb;
	return flb;
}

struct liveupdate_file_handler *lfb__recorder_handler(struct lfb_recorder *recorder,
						      unsigned int number)
{
	struct lfb_recorded_handler *handler = get_handler(recorder, number);

	return handler ? &handler->handler : NULL;
}

int lfb__recorder_flb(struct lfb_recorder *recorder, unsigned int number,
		      struct liveupdate_flb **flb)
{
	struct lfb_recorded_flb *recorded = get_flb(recorder, number);
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

/*
 * What scenarios change
 */

int lfb__recorder_fail(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	const struct lfb_failure failure = { operation->fail_error, operation->fail_times };
	struct lfb_recorded_handler *handler;
	struct lfb_recorded_flb *flb;

	if (operation->of_flb) {
		flb = get_flb(recorder, operation->flb);
		if (!flb)
			return -ENOMEM;
		flb->fails[operation->fail_op] = failure;
		return 0;
	}
	handler = get_handler(recorder, operation->handler);
	if (!handler)
		return -ENOMEM;
	handler->fails[operation->fail_op] = failure;
	return 0;
}

static struct lfb_code *code_of(struct lfb_recorder *recorder,
				const struct lfb_operation *operation)
{
	return get_code(recorder, operation->of_flb,
			operation->of_flb ? operation->flb : operation->handler);
}

int lfb__recorder_when(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	struct lfb_code *code = code_of(recorder, operation);
	struct lfb_program_line *lines;
	struct lfb_program *program;

	if (!code)
		return -ENOMEM;
	program = &code->programs[operation->callback];
	lines = lfb__room(program->lines, program->count, 1, &program->capacity, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	program->lines = lines;
	lines[program->count++] = (struct lfb_program_line){ &operation->step, false };
	return 0;
}

int lfb__recorder_forget(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	struct lfb_code *code = code_of(recorder, operation);

	if (!code)
		return -ENOMEM;
	code->programs[operation->callback].count = 0;
	return 0;
}

int lfb__recorder_rename(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	const unsigned int number = operation->of_flb ? operation->flb : operation->handler;
	struct lfb_code *code = code_of(recorder, operation);
	size_t size = strlen(operation->name);

	if (!code)
		return -ENOMEM;
	if (lfb__recorder_is_registered(recorder, operation->of_flb, number))
		return -EBUSY;
	/* As a careless strncpy() does it: no terminator where there is no room for one. */
	memset(code->compatible, 0, sizeof(code->compatible));
	memcpy(code->compatible, operation->name,
	       size < sizeof(code->compatible) ? size : sizeof(code->compatible));
	code->renamed = true;
	if (operation->of_flb && recorder->flbs[number])
		name((char *)recorder->flbs[number]->flb.compatible, code, "", 0);
	else if (!operation->of_flb && recorder->handlers[number])
		name((char *)recorder->handlers[number]->handler.compatible, code, "", 0);
	return 0;
}
