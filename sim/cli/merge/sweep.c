// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb merge: the shards of a sweep. A shard has every N-th point of each scenario; what became of
 * each run is gone through in the order of the whole, up to where that would have ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/sweep.h>

#include "merge.h"

/* A shard's part of a scenario, and how far it is gone through. */
struct swept_part {
	const struct cli_value *scenario;
	const char *outcome;			/* the next one … */
	const struct cli_value *violation;	/* … and the next that is one */
};

struct swept {
	struct swept_part *parts;
	unsigned int count;
	const struct cli_value **kept;	/* violations, in the order of the whole */
	size_t nr_kept;
	u64 max;
	u64 runs;
	u64 outcomes[UCHAR_MAX + 1];	/* by letter */
};

static bool is_told(const struct swept *swept, const struct cli_value *violation)
{
	const char *follows = cli_value_text(violation, "follows");

	for (size_t i = 0; *follows && i < swept->nr_kept; i++) {
		if (!strcmp(follows, cli_value_text(swept->kept[i], "follows")))
			return true;
	}
	return false;
}

/* The part's next violation, which is at @point. False: there is none. */
static bool keep(struct swept *swept, struct swept_part *part, u64 point, bool *told)
{
	const struct cli_value *violation = part->violation;

	if (!violation || cli_value_number(violation, "point") != point)
		return false;
	part->violation = violation->next;
	*told = is_told(swept, violation);
	if (!*told)
		swept->kept[swept->nr_kept++] = violation;
	return true;
}

static const struct cli_value *plain_of(const struct swept_part *part)
{
	const struct cli_value *violation = part->violation;

	return violation && !cli_value_number(violation, "point") ? violation : NULL;
}

/* What the run without faults has is in every part, and counts once. NULL, or who differs. */
static const struct swept_part *take_plain(struct swept *swept)
{
	const struct cli_value *first = plain_of(&swept->parts[0]);

	for (unsigned int i = 0; i < swept->count; i++) {
		struct swept_part *part = &swept->parts[i];
		const struct cli_value *plain = plain_of(part);

		if (!plain != !first || (plain && !cli_value_same(plain, first)))
			return part;
		part->violation = plain ? plain->next : part->violation;
	}
	if (first)
		swept->kept[swept->nr_kept++] = first;
	return NULL;
}

/* The runs of a point. False: its violations are not there. */
static bool follow_point(struct swept *swept, struct swept_part *part, u64 point)
{
	for (; *part->outcome && *part->outcome != ' '; part->outcome++) {
		char outcome = *part->outcome;
		bool told = false;

		if (swept->nr_kept >= swept->max)
			return true;
		if (outcome == 'v' && !keep(swept, part, point, &told))
			return false;
		swept->outcomes[(unsigned char)(told ? 'm' : outcome)]++;
		swept->runs++;
	}
	part->outcome += *part->outcome == ' ';
	return true;
}

/* Goes through all points. Returns NULL, or the part that does not fit. */
static const struct swept_part *follow(struct swept *swept)
{
	const struct swept_part *wrong = take_plain(swept);

	for (u64 point = 1; !wrong && swept->nr_kept < swept->max; point++) {
		struct swept_part *part = &swept->parts[(point - 1) % swept->count];

		if (!*part->outcome)
			break;
		if (!follow_point(swept, part, point))
			wrong = part;
	}
	/* Where one has no more, none has. */
	for (unsigned int i = 0; i < swept->count && swept->nr_kept < swept->max; i++) {
		if (!wrong && (*swept->parts[i].outcome || swept->parts[i].violation))
			wrong = &swept->parts[i];
	}
	return wrong;
}

static void json_findings(struct cli_json *json, const struct swept *swept)
{
	bool found[LFB_FINDINGS_NR] = { false };

	for (size_t i = 0; i < swept->nr_kept; i++) {
		const struct cli_value *name = cli_value_of(swept->kept[i], "findings")->first;

		for (; name; name = name->next) {
			const int id = name->text ? lfb_finding_by_name(name->text) : -1;

			if (id >= 0)
				found[id] = true;
		}
	}
	cli_json_open(json, "findings", '[');
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (found[id])
			cli_json_string(json, NULL, lfb_finding_name(id));
	}
	cli_json_close(json, ']');
}

/* Violations that follow from failures that are remembered are told behind the others. */
static void write_report(struct cli_text *report, const struct swept *swept, const char *replay,
			 const char *path, bool follows, const struct cli_value **first)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool begun = false;

	for (size_t i = 0; stream && i < swept->nr_kept; i++) {
		const struct cli_value *violation = swept->kept[i];

		if ((*cli_value_text(violation, "follows") != '\0') != follows)
			continue;
		if (follows && !begun)
			fprintf(stream, "%s: " LFB_SWEEP_FOLLOWS "\n", path);
		begun = true;
		*first = *first ? *first : violation;
		fprintf(stream, "%s\n    %s --case %s %s\n", cli_value_text(violation, "what"),
			replay, cli_value_text(violation, "case"), path);
	}
	if (stream && !fclose(stream))
		cli_text_write(report, text, size);
	free(text);
}

static void json_first(struct cli_json *json, const struct cli_value *first)
{
	if (!first) {
		cli_json_string(json, "first", NULL);
		return;
	}
	cli_json_open(json, "first", '{');
	cli_json_string(json, "case", cli_value_text(first, "case"));
	cli_json_string(json, "what", cli_value_text(first, "what"));
	cli_json_close(json, '}');
}

/* As lfb sweep writes it. */
static void json_scenario(struct cli_parts *parts, const struct swept *swept)
{
	const struct cli_value *scenario = swept->parts[0].scenario, *first = NULL;
	const char *replay = cli_value_text(parts->list[0].shard, "replay");
	const char *path = cli_value_text(scenario, "scenario");
	struct cli_json *json = &parts->out;
	struct cli_text report = { 0 };

	write_report(&report, swept, replay, path, false, &first);
	write_report(&report, swept, replay, path, true, &first);
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "scenario", path);
	cli_json_value(json, "error", cli_value_of(scenario, "error"));
	cli_json_value(json, "points", cli_value_of(scenario, "points"));
	cli_json_number(json, "runs", swept->runs);
	cli_json_value(json, "pairs", cli_value_of(scenario, "pairs"));
	cli_json_number(json, "reported", swept->outcomes['r']);
	cli_json_number(json, "absorbed", swept->outcomes['a']);
	cli_json_number(json, "remembered", swept->outcomes['m']);
	cli_json_number(json, "harmless", swept->outcomes['h']);
	cli_json_number(json, "known", swept->outcomes['k']);
	cli_json_number(json, "violations", swept->nr_kept);
	json_findings(json, swept);
	json_first(json, first);
	cli_json_string(json, "shrunk", NULL);
	cli_json_string(json, "report", cli_text_end(&report));
	cli_json_close(json, '}');
	cli_text_free(&report);
}

/* What all of them say of a scenario that does not depend on faults is the same. */
static int check_scenario(struct cli_parts *parts, const struct swept *swept)
{
	static const char *const keys[] = { "scenario", "error", "points", "pairs" };

	for (unsigned int i = 0; i < parts->count; i++) {
		const struct cli_value *scenario = swept->parts[i].scenario;

		if (!scenario ||
		    cli_value_of(cli_value_of(scenario, "ran"), "outcomes")->kind != '"')
			return cli_misfit(&parts->list[i], "a scenario, or its runs, are missing");
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			if (!cli_value_same(cli_value_of(scenario, keys[k]),
					    cli_value_of(swept->parts[0].scenario, keys[k])))
				return cli_misfit(&parts->list[i], keys[k]);
		}
	}
	return CLI_OK;
}

/* The scenario that each part is at. */
static int merge_scenario(struct cli_parts *parts, struct swept *swept)
{
	const struct swept_part *wrong;
	int result = check_scenario(parts, swept);
	size_t room = 0;

	if (result)
		return result;
	for (unsigned int i = 0; i < parts->count; i++) {
		struct swept_part *part = &swept->parts[i];
		const struct cli_value *ran = cli_value_of(part->scenario, "ran");

		part->outcome = cli_value_text(ran, "outcomes");
		part->violation = cli_value_of(ran, "violations")->first;
		room += cli_value_count(cli_value_of(ran, "violations"));
	}
	swept->nr_kept = 0;
	swept->runs = 0;
	memset(swept->outcomes, 0, sizeof(swept->outcomes));
	swept->kept = calloc(room + 1, sizeof(*swept->kept));
	if (!swept->kept)
		return cli_failed("no memory");
	wrong = follow(swept);
	if (wrong)
		result = cli_misfit(&parts->list[wrong - swept->parts], "it has other runs");
	else
		json_scenario(parts, swept);
	free(swept->kept);
	if (swept->nr_kept || *cli_value_text(swept->parts[0].scenario, "error"))
		parts->status = CLI_FAILED;
	return result;
}

/* Moves each part to its next scenario. Returns whether one has more. */
static bool next_scenario(struct swept *swept)
{
	bool is_there = false;

	for (unsigned int i = 0; i < swept->count; i++) {
		swept->parts[i].scenario = swept->parts[i].scenario->next;
		is_there |= swept->parts[i].scenario != NULL;
	}
	return is_there;
}

static int merge_scenarios(struct cli_parts *parts, struct swept *swept)
{
	int result;

	for (unsigned int i = 0; i < parts->count; i++)
		swept->parts[i].scenario = cli_value_of(parts->list[i].root, "scenarios")->first;
	do
		result = merge_scenario(parts, swept);
	while (!result && next_scenario(swept));
	return result;
}

int cli_merge_sweep(struct cli_parts *parts)
{
	struct swept swept = {
		.parts = calloc(parts->count, sizeof(*swept.parts)),
		.count = parts->count,
		.max = cli_value_number(parts->list[0].shard, "max"),
	};
	int result;

	if (!swept.parts)
		return cli_failed("no memory");
	cli_json_open(&parts->out, "scenarios", '[');
	result = merge_scenarios(parts, &swept);
	cli_json_close(&parts->out, ']');
	free(swept.parts);
	return result;
}
