// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb exhaust --defects: a search for each known defect, as a table. */
#include <stdio.h>
#include <string.h>

#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "exhaust.h"

#define DEFECTS_LENGTH 7u
#define LINES_SHOWN 14u		/* of a scenario, before it is cut in the middle */

struct joined {
	unsigned int lines, line;
};

static int count_line(void *context, const char *bytes, size_t size)
{
	struct joined *joined = context;

	(void)bytes, (void)size;
	joined->lines++;
	return 0;
}

/* A scenario's lines in one, for a table. */
static int join_line(void *context, const char *bytes, size_t size)
{
	struct joined *joined = context;
	unsigned int line = joined->line++;

	if (joined->lines > LINES_SHOWN && line >= 3 && line + 2 < joined->lines) {
		if (line == 3)
			fputs(" …", stdout);
		return 0;
	}
	printf("%s`%.*s`", line ? " " : "", (int)size - 1, bytes);
	return 0;
}

static void print_row(const char *quirk, const struct lfb_exhaust_result *result)
{
	struct joined joined = { 0 };

	if (!result->scenario) {
		printf("| `%s` | not found | | | %llu | |\n", quirk, result->sequences);
		return;
	}
	lfb_scenario_write(result->scenario, true, count_line, &joined);
	printf("| `%s` | %u | %s | %u | %llu | ", quirk, result->found_length, result->what,
	       joined.lines, result->sequences);
	lfb_scenario_write(result->scenario, true, join_line, &joined);
	printf(" |\n");
}

static void json_row(struct cli_json *json, const char *quirk,
		     const struct lfb_exhaust_result *result)
{
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "quirk", quirk);
	exhaust_json_search(json, result);
	cli_json_close(json, '}');
}

static void begin_defects(struct cli_json *json, bool wanted)
{
	if (wanted) {
		cli_json_begin(json, EXHAUST_FORMAT);
		cli_json_open(json, "defects", '[');
		return;
	}
	printf("| defect | found after | what differs | lines | sequences before | shrunk to |\n"
	       "|---|---|---|---|---|---|\n");
}

/* The model knows nothing of what these are about; docs/exhaust.md says where they are shown. */
static bool is_beyond_the_model(const char *quirk)
{
	static const char *const quirks[] = {
		"FLB_COUNT_SATURATES", "SESSION_RETRIEVE_EFAULT_FINISHES", "PRESERVE_EFAULT_KEEPS",
		"FILE_ENTRY_LOST_ON_ENOMEM", "FILES_POINTER_ZERO_ACCEPTED",
		"SESSION_TRUST_SERIALIZED", "CALLBACK_POSITIVE_IS_SUCCESS", "BOOT_ENOMEM_PANICS",
		"KHO_RESTORE_PAGES_NUMA", "KHO_VMALLOC_ROLLBACK_ORDER", NULL,
	};

	for (size_t i = 0; quirks[i]; i++) {
		if (!strcmp(quirk, quirks[i]))
			return true;
	}
	return false;
}

/* The next defect to search for, from *@next on; NULL at the end. */
static const char *next_defect(unsigned int *next)
{
	const char *quirk;

	do
		quirk = lfb_quirk_name((*next)++);
	while (quirk && is_beyond_the_model(quirk));
	return quirk;
}

/* The same, of those that are the shard's; *@number: of the one before, from 1. */
static const char *next_of_shard(const struct cli_shard *shard, unsigned int *next,
				 unsigned int *number)
{
	const char *quirk;

	do
		quirk = next_defect(next);
	while (quirk && ++*number && shard->of && (*number - 1) % shard->of + 1 != shard->number);
	return quirk;
}

static void end_defects(struct cli_json *json, const struct cli_line *line,
			const struct cli_shard *shard)
{
	cli_json_close(json, ']');
	if (shard->of) {
		cli_shard_open(json, line, shard, !cli_stopped());
		cli_json_close(json, '}');
	}
	cli_json_end(json);
}

int exhaust_defects(const struct cli_line *line, const struct lfb_exhaust_options *options,
		    const struct cli_shard *shard, bool as_json)
{
	struct lfb_exhaust_options search = *options;
	unsigned int next = 0, number = 0, tried = 0, found = 0;
	struct cli_json json = { 0 };
	const char *quirk;
	int err = 0;

	if (!search.length)
		search.length = DEFECTS_LENGTH;
	cli_long_begin();
	begin_defects(&json, as_json);
	while (!err && (quirk = next_of_shard(shard, &next, &number)) && cli_part("%s", quirk)) {
		struct lfb_exhaust_result result = { .sz = sizeof(result) };

		search.quirks_on = quirk;
		err = lfb_exhaust(&search, &result);
		cli_progress_clear();
		if (err && err != -EINTR)
			cli_failed("%s: %s", quirk, lfb_error_text(NULL));
		else if (!err && as_json)
			json_row(&json, quirk, &result);
		else if (!err)
			print_row(quirk, &result);
		found += !err && result.scenario;
		tried += !err;
		lfb_scenario_free(result.scenario);
	}
	if (as_json) {
		end_defects(&json, line, shard);
	} else if (!err) {
		printf("\n%u of %u found.\n", found, tried);
	}
	if (cli_stopped() && quirk)
		return cli_stop("%u defects searched for, %u of them found; in the next one, %s, "
				"all sequences shorter than %u", tried, found, quirk,
				cli_progress_last()->length);
	return !err && found == tried ? CLI_OK : CLI_FAILED;
}
