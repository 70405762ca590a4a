// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a scenario tells the recorded module: what its callbacks do and answer, its names. */
#include <string.h>

#include "sim/recorder/inside.h"

static unsigned int number_of(const struct lfb_operation *operation)
{
	return operation->of_flb ? operation->flb : operation->handler;
}

int lfb__recorder_fail(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	struct lfb_recorded *recorded =
		lfb__recorded(recorder, operation->of_flb, number_of(operation));

	if (!recorded)
		return -ENOMEM;
	recorded->fails[operation->fail_op] =
		(struct lfb_failure){ operation->fail_error, operation->fail_times };
	return 0;
}

static struct lfb_code *code_of(struct lfb_recorder *recorder,
				const struct lfb_operation *operation)
{
	return &recorder->code[lfb__recorded_index(recorder, operation->of_flb,
						   number_of(operation))];
}

int lfb__recorder_when(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	struct lfb_list *program = &code_of(recorder, operation)->programs[operation->callback];
	struct lfb_program_line *line = lfb__list_add(program, sizeof(*line));

	if (!line)
		return -ENOMEM;
	line->step = &operation->step;
	return 0;
}

int lfb__recorder_forget(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	code_of(recorder, operation)->programs[operation->callback].count = 0;
	return 0;
}

int lfb__recorder_rename(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	const unsigned int number = number_of(operation);
	struct lfb_code *code = code_of(recorder, operation);
	struct lfb_recorded *recorded =
		recorder->handlers[lfb__recorded_index(recorder, operation->of_flb, number)];
	size_t size = strlen(operation->name);

	if (lfb__recorder_is_registered(recorder, operation->of_flb, number))
		return -EBUSY;
	/* As a careless strncpy() does it: no terminator where there is no room for one. */
	memset(code->compatible, 0, sizeof(code->compatible));
	memcpy(code->compatible, operation->name,
	       size < sizeof(code->compatible) ? size : sizeof(code->compatible));
	code->named = true;
	if (recorded)
		lfb__recorded_name(recorded);
	return 0;
}

int lfb__recorder_identify(struct lfb_recorder *recorder, const struct lfb_operation *operation)
{
	struct lfb_code *code = code_of(recorder, operation);
	struct lfb_recorded *recorded = recorder->handlers[operation->handler];
	const bool comes_or_goes = (code->identity == LFB_IDENTITY_NONE) !=
				   (operation->identity == LFB_IDENTITY_NONE);

	if (comes_or_goes && lfb__recorder_is_registered(recorder, false, operation->handler))
		return -EBUSY;
	code->identity = operation->identity;
	code->constant = operation->value;
	if (recorded)
		lfb__recorded_identify(recorded);
	return 0;
}
