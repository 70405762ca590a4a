// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a scenario tells the recorded module: what its callbacks do and answer, what it is called.
 */
#include <string.h>

#include "sim/recorder/inside.h"

int lfb__recorder_fail(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	const struct lfb_failure failure = { operation->fail_error, operation->fail_times };
	struct lfb_recorded_handler *handler;
	struct lfb_recorded_flb *flb;

	if (operation->of_flb) {
		flb = lfb__recorded_flb(recorder, operation->flb);
		if (!flb)
			return -ENOMEM;
		flb->fails[operation->fail_op] = failure;
		return 0;
	}
	handler = lfb__recorded_handler(recorder, operation->handler);
	if (!handler)
		return -ENOMEM;
	handler->fails[operation->fail_op] = failure;
	return 0;
}

static struct lfb_code *code_of(struct lfb_recorder *recorder,
				const struct lfb_operation *operation)
{
	return lfb__recorder_code(recorder, operation->of_flb,
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
		memcpy((char *)recorder->flbs[number]->flb.compatible, code->compatible,
		       sizeof(code->compatible));
	else if (!operation->of_flb && recorder->handlers[number])
		memcpy((char *)recorder->handlers[number]->handler.compatible, code->compatible,
		       sizeof(code->compatible));
	return 0;
}
