// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A scenario with the schedule of its blocks written out, as lists of what is chosen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/shrink/shrink.h"

#define MARK "> parallel "

struct transcript {
	char *text;
	size_t size, room;
	bool no_memory;
};

static int take(void *context, const char *bytes, size_t size)
{
	struct transcript *all = context;
	char *text = lfb__room(all->text, all->size, size + 1, &all->room, 1);

	if (!text) {
		all->no_memory = true;
		return -ENOMEM;
	}
	all->text = text;
	memcpy(text + all->size, bytes, size);
	all->size += size;
	text[all->size] = '\0';
	return 0;
}

/* What was chosen in the next blocks that were run; NULL: no more were. */
static char *next_schedule(char **at)
{
	char *mark = *at ? strstr(*at, "\n" MARK) : NULL, *end;

	*at = mark ? mark + 1 : NULL;
	if (!mark)
		return NULL;
	mark += strlen("\n" MARK);
	end = strstr(mark, " {\n");
	if (!LFB_ASSERT(end))
		return NULL;
	*end = '\0';
	*at = end + 1;
	return strcmp(mark, "in-order") ? mark : NULL;
}

static void say_schedules(struct lfb_operation *operations, size_t count, char *transcript)
{
	char *schedule = NULL;

	for (size_t i = 0; i < count; i++) {
		struct lfb_operation *operation = &operations[i];

		if (!operation->parallel)
			continue;
		if (!i || operations[i - 1].parallel != operation->parallel)
			schedule = next_schedule(&transcript);
		operation->schedule = schedule;
	}
}

static int write_out(const struct lfb_scenario *scenario, struct transcript *ran,
		     struct lfb_scenario **scheduled)
{
	struct lfb_operation *operations = calloc(scenario->count + 1, sizeof(*operations));
	const struct lfb_operation *before = NULL;
	size_t size = ran->size + 1;
	char *text, *to;
	int err;

	for (size_t i = 0; i < scenario->count; i++)
		size += strlen(scenario->operations[i].text) + LFB_SHRINK_LINE_SPARE;
	text = malloc(size);
	if (!operations || !text) {
		free(operations);
		free(text);
		return -ENOMEM;
	}
	if (scenario->count)
		memcpy(operations, scenario->operations, scenario->count * sizeof(*operations));
	say_schedules(operations, scenario->count, ran->text);
	to = text;
	for (size_t i = 0; i < scenario->count; i++) {
		to = lfb__write_marks(to, before, &operations[i]);
		to = lfb__write_line(to, operations[i].text, operations[i].expected.given ?
				     &operations[i].expected : NULL);
		before = &operations[i];
	}
	to = lfb__write_marks(to, before, NULL);
	LFB_ASSERT((size_t)(to - text) < size);
	err = lfb_scenario_parse(scenario->name, text, (size_t)(to - text), scheduled);
	free(operations);
	free(text);
	return err;
}

int lfb_scenario_scheduled(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			   const char *schedule, struct lfb_scenario **scheduled)
{
	struct transcript ran = { NULL, 0, 0, false };
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .write = take, .context = &ran, .schedule = schedule,
	};
	struct lfb_schedule read = { 0 };
	int err;

	if (scheduled)
		*scheduled = NULL;
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!scheduled || !lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "lfb_scenario_scheduled(): no %s", scheduled ?
				  "live scenario" : "place for the result");
	err = lfb__schedule_read(machine, schedule, &read);
	lfb__schedule_free(&read);
	if (err)
		return err;
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	if (scenario->nr_parallels) {
		lfb__machine_forget_seen(machine);
		lfb_scenario_run(scenario, machine, &options);
		lfb__machine_forget_seen(machine);
	}
	err = ran.no_memory ? -ENOMEM : write_out(scenario, &ran, scheduled);
	free(ran.text);
	return err ? lfb__error(machine, err, "no memory to write schedules out") : 0;
}
