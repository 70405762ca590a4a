// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb sweep --shard: what became of each run, kept until it is written. */
#define _GNU_SOURCE /* reallocarray() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

struct sweep_violation {
	unsigned long point;
	char *name;
	char *what;
	u64 findings[LFB_SWEEP_FINDING_WORDS];
	bool follows;
	u64 alike;
};

static bool add_violation(struct sweep_shard *shard, const struct lfb_sweep_ran *ran)
{
	struct sweep_violation *all = reallocarray(shard->violations, shard->count + 1,
						   sizeof(*all));
	struct sweep_violation *added = all ? &all[shard->count] : NULL;

	if (!all)
		return false;
	shard->violations = all;
	*added = (struct sweep_violation){
		.point = ran->point, .name = strdup(ran->name), .what = strdup(ran->what),
		.follows = ran->follows, .alike = ran->alike,
	};
	memcpy(added->findings, ran->findings, sizeof(added->findings));
	shard->count++;
	return added->name && added->what;
}

void sweep_shard_note(struct sweep_shard *shard, const struct lfb_sweep_ran *ran)
{
	if (ran->name)
		shard->failed |= !add_violation(shard, ran);
	if (!ran->point)
		return;
	if (shard->point && shard->point != ran->point)
		shard->failed |= cli_text_write(&shard->outcomes, " ", 1) != 0;
	shard->point = ran->point;
	shard->failed |= cli_text_write(&shard->outcomes, &ran->outcome, 1) != 0;
}

static void json_violation(struct cli_json *json, const struct sweep_violation *violation)
{
	char alike[20];

	snprintf(alike, sizeof(alike), "%016llx", violation->alike);
	cli_json_open(json, NULL, '{');
	cli_json_number(json, "point", violation->point);
	cli_json_string(json, "case", violation->name);
	cli_json_string(json, "what", violation->what);
	cli_json_open(json, "findings", '[');
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (violation->findings[id / 64] >> (id % 64) & 1)
			cli_json_string(json, NULL, lfb_finding_name(id));
	}
	cli_json_close(json, ']');
	cli_json_string(json, "follows", violation->follows ? alike : NULL);
	cli_json_close(json, '}');
}

bool sweep_shard_json(struct cli_json *json, struct sweep_shard *shard)
{
	cli_json_open(json, "ran", '{');
	cli_json_string(json, "outcomes", shard->failed ? NULL : cli_text_end(&shard->outcomes));
	cli_json_open(json, "violations", '[');
	for (size_t i = 0; i < shard->count && !shard->failed; i++)
		json_violation(json, &shard->violations[i]);
	cli_json_close(json, ']');
	cli_json_close(json, '}');
	return !shard->failed;
}

void sweep_shard_end(struct sweep_shard *shard)
{
	for (size_t i = 0; i < shard->count; i++) {
		free(shard->violations[i].name);
		free(shard->violations[i].what);
	}
	free(shard->violations);
	cli_text_free(&shard->outcomes);
	*shard = (struct sweep_shard){ 0 };
}
