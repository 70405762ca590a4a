// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare: a difference, as text, for programs, and in files. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <luo/shrink.h>

#include "compare.h"

#define TEXT_MAX 1000

/* What it is in a line. */
static const char *in_a_line(const struct lfb_compare_kernel *kernels,
			     const struct lfb_difference *difference, char *text)
{
	if (difference->only_findings)
		snprintf(text, TEXT_MAX, "they say the same, but find something else");
	else
		cli_table_first(&kernels[0], &kernels[difference->other], difference, text,
				TEXT_MAX);
	return text;
}

/* Findings that @found has and @other has not. */
static void print_findings(const char *name, const bool *found, const bool *other)
{
	bool any = false;

	for (int id = 0; found && id < LFB_FINDINGS_NR; id++) {
		if (!found[id] || other[id])
			continue;
		if (!any)
			printf("    found in %s alone: ", name);
		printf("%s%s", any ? ", " : "", lfb_finding_name(id));
		any = true;
	}
	if (any)
		printf("\n");
}

void cli_difference_print(const struct lfb_compare_kernel *kernels, unsigned int count,
			  const struct lfb_difference *difference)
{
	const char *ours = kernels[0].name, *theirs = kernels[difference->other].name;
	char text[TEXT_MAX];

	printf("difference %u, in %lu scenario%s: %s\n", difference->number, difference->times,
	       cli_plural(difference->times), in_a_line(kernels, difference, text));
	if (difference->quirk)
		printf("    %s, a known defect that %s has: %s\n", difference->quirk,
		       difference->has_quirk ? theirs : ours, lfb_quirk_about(difference->quirk));
	if (difference->ways > 1)
		printf("    shows in %u ways, of which this is the shortest\n", difference->ways);
	print_findings(ours, difference->our_findings, difference->their_findings);
	print_findings(theirs, difference->their_findings, difference->our_findings);
	for (unsigned int k = difference->other + 1; k < count; k++) {
		if (difference->kernels >> k & 1)
			printf("    the same from %s\n", kernels[k].name);
	}
	printf("\n");
	cli_table_print(ours, difference->ours, theirs, difference->theirs);
	printf("\n");
}

static void json_findings(struct cli_json *json, const char *key, const bool *found)
{
	cli_json_open(json, key, '[');
	for (int id = 0; found && id < LFB_FINDINGS_NR; id++) {
		if (found[id])
			cli_json_string(json, NULL, lfb_finding_name(id));
	}
	cli_json_close(json, ']');
}

static void json_side(struct cli_json *json, const struct lfb_compare_kernel *kernel,
		      const char *transcript, const bool *found)
{
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "kernel", kernel->name);
	cli_json_string(json, "transcript", transcript);
	json_findings(json, "findings", found);
	cli_json_close(json, '}');
}

void cli_difference_json(struct cli_json *json, const struct lfb_compare_kernel *kernels,
			 unsigned int count, const struct lfb_difference *difference,
			 bool of_shard)
{
	const struct lfb_compare_kernel *theirs = &kernels[difference->other];
	char text[TEXT_MAX];

	cli_json_open(json, NULL, '{');
	cli_json_number(json, "scenarios", difference->times);
	cli_json_number(json, "ways", difference->ways);
	cli_json_string(json, "what", in_a_line(kernels, difference, text));
	cli_json_string(json, "quirk", difference->quirk);
	cli_json_string(json, "quirk_of", difference->quirk ?
			kernels[difference->has_quirk].name : NULL);
	cli_json_open(json, "kernels", '[');
	for (unsigned int k = 1; k < count; k++) {
		if (difference->kernels >> k & 1)
			cli_json_string(json, NULL, kernels[k].name);
	}
	cli_json_close(json, ']');
	cli_json_scenario(json, "scenario", difference->scenario, false);
	cli_json_open(json, "sides", '[');
	json_side(json, &kernels[0], difference->ours, difference->our_findings);
	json_side(json, theirs, difference->theirs, difference->their_findings);
	cli_json_close(json, ']');
	if (of_shard)
		cli_json_string(json, "key", difference->key);
	cli_json_close(json, '}');
}

static int save(const char *folder, const char *name, const char *text)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return cli_write_file(path, text, strlen(text));
}

int cli_difference_save(const char *folder, const struct lfb_compare_kernel *kernels,
			const struct lfb_difference *difference)
{
	struct cli_text text = { 0 };
	char path[4000], what[TEXT_MAX + 1];
	int result;

	snprintf(path, sizeof(path), "%s/%04u", folder, difference->number);
	if ((mkdir(folder, 0777) && errno != EEXIST) || (mkdir(path, 0777) && errno != EEXIST))
		return cli_failed("%s: %s", path, strerror(errno));
	lfb_scenario_write(difference->scenario, false, cli_text_write, &text);
	result = save(path, "scenario.ops", cli_text_end(&text));
	cli_text_free(&text);
	in_a_line(kernels, difference, what);
	strcat(what, "\n");
	return result || save(path, "ours.trace", difference->ours) ||
	       save(path, "theirs.trace", difference->theirs) || save(path, "what", what) ?
		       CLI_FAILED : CLI_OK;
}
