// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What goes wrong in schedules: each failure once, with the schedule that has the fewest
 * preemptions, and of these the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule/schedule.h"

static struct lfb_failed *find(const struct lfb_list *failures, enum lfb_finding_id id,
			       const char *same)
{
	struct lfb_failed *failed = failures->items;

	for (size_t i = 0; i < failures->count; i++) {
		if (failed[i].id == id && !strcmp(failed[i].same, same))
			return &failed[i];
	}
	return NULL;
}

static void release(struct lfb_failed *failed)
{
	free(failed->same);
	free(failed->text);
	free(failed->schedule);
}

int lfb__failures_keep(struct lfb_list *failures, const struct lfb_schedules *schedules,
		       enum lfb_finding_id id, const char *same, const char *text,
		       const char *name)
{
	struct lfb_failed now = { .id = id, .times = 1 }, *kept = find(failures, id, same);

	now.preemptions = lfb__schedules_preemptions(schedules);
	if (kept && kept->preemptions <= now.preemptions) {
		kept->times++;
		return 0;
	}
	snprintf(now.name, sizeof(now.name), "%s", name);
	now.same = strdup(same);
	now.text = strdup(text);
	now.schedule = lfb__schedules_text(schedules);
	if (kept)
		now.times += kept->times;
	else if (now.same && now.text && now.schedule)
		kept = lfb__list_add(failures, sizeof(*kept));
	if (!kept || !now.same || !now.text || !now.schedule) {
		release(&now);
		return -ENOMEM;
	}
	release(kept);
	*kept = now;
	return 0;
}

int lfb__failures_keep_finding(struct lfb_list *failures, const struct lfb_schedules *schedules,
			       const struct lfb_finding *finding, const char *name)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s: %s", finding->object, finding->text);
	return lfb__failures_keep(failures, schedules, finding->id, finding->object, text, name);
}

void lfb__failures_free(struct lfb_list *failures)
{
	for (size_t i = 0; i < failures->count; i++)
		release((struct lfb_failed *)failures->items + i);
	lfb__list_free(failures);
}

int lfb__schedules_ended(struct lfb_machine *machine, int err)
{
	switch (err) {
	case -EILSEQ:
		return lfb__error(machine, err, "a run did otherwise than one before it with the "
				  "same choices: something decides that is not the machine's");
	case -EINTR:
		return lfb__error(machine, err, "it was ended");
	case -ENOMEM:
		return lfb__error(machine, err, "no memory to try all schedules");
	default:
		return err;
	}
}
