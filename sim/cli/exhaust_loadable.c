// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb exhaust: all sequences of calls with modules that are loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust.h"

#define MEMORY (8ull << 20)

/* For JSON, in which what was covered comes first. */
struct loadable_found {
	struct lfb_exhaust_modules_found found;
	char *name, *calls, *text;
};

struct loadable {
	struct loadable_found list[LFB_FINDINGS_NR + 1];
	unsigned int count;
	bool failed;
};

static void keep_found(void *context, const struct lfb_exhaust_modules_found *found)
{
	struct loadable *loadable = context;
	struct loadable_found *kept = &loadable->list[loadable->count++];

	*kept = (struct loadable_found){
		.found = *found, .name = strdup(found->name), .calls = strdup(found->calls),
		.text = strdup(found->text),
	};
	loadable->failed |= !kept->name || !kept->calls || !kept->text;
}

static void release(struct loadable *loadable)
{
	for (unsigned int i = 0; i < loadable->count; i++) {
		free(loadable->list[i].name);
		free(loadable->list[i].calls);
		free(loadable->list[i].text);
	}
}

static void json_found(struct cli_json *json, const struct loadable_found *kept)
{
	char *rest = kept->calls, *call;

	cli_json_open(json, NULL, '{');
	if (kept->found.id < LFB_FINDINGS_NR) {
		cli_json_finding_id(json, kept->found.id);
	} else {
		cli_json_string(json, "id", NULL);
		cli_json_string(json, "severity", lfb_severity_name(LFB_SEVERITY_FATAL));
		cli_json_string(json, "meaning", "the kernel or process died without a finding");
	}
	cli_json_number(json, "length", kept->found.length);
	cli_json_string(json, "case", kept->name);
	cli_json_open(json, "calls", '[');
	while ((call = strsep(&rest, "\n")) && *call)
		cli_json_string(json, NULL, call + strspn(call, " "));
	cli_json_close(json, ']');
	cli_json_string(json, "text", kept->text);
	cli_json_close(json, '}');
}

/* What lfb merge needs besides. */
static void json_shard(struct cli_json *json, const struct cli_line *line,
		       const struct cli_shard *shard, const struct loadable *loadable,
		       const struct lfb_exhaust_modules_result *result)
{
	cli_shard_open(json, line, shard, !cli_stopped());
	cli_json_number(json, "shorter", result->shorter);
	cli_json_open(json, "at", '[');
	for (unsigned int i = 0; i < loadable->count; i++)
		cli_json_number(json, NULL, loadable->list[i].found.at);
	cli_json_close(json, ']');
	cli_json_close(json, '}');
}

static int json_result(const struct cli_line *line, const struct cli_shard *shard,
		       const struct loadable *loadable,
		       const struct lfb_exhaust_modules_result *result)
{
	struct cli_json json = { 0 };

	if (loadable->failed)
		return cli_failed("no memory");
	cli_json_begin(&json, EXHAUST_FORMAT);
	cli_json_open(&json, "modules", '[');
	for (const char *const *module = line->machine.modules; *module; module++)
		cli_json_string(&json, NULL, *module);
	cli_json_close(&json, ']');
	cli_json_number(&json, "length", result->length);
	cli_json_number(&json, "sequences", result->sequences);
	cli_json_open(&json, "findings", '[');
	for (unsigned int i = 0; i < loadable->count; i++)
		json_found(&json, &loadable->list[i]);
	cli_json_close(&json, ']');
	if (shard->of)
		json_shard(&json, line, shard, loadable, result);
	cli_json_end(&json);
	return CLI_OK;
}

static void print_result(const char *name, const struct lfb_exhaust_modules_result *result)
{
	printf("# %s: %llu sequences of up to %u operations: ", name, result->sequences,
	       result->length);
	if (result->violations)
		printf("%u finding%s; the first one again: --only %s\n", result->violations,
		       cli_plural(result->violations), result->first_case);
	else
		printf("nothing found\n");
}

int exhaust_loadable(struct cli_line *line, struct lfb_exhaust_modules *what,
		     const struct cli_shard *shard, bool as_json, unsigned int *violations)
{
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
	struct lfb_machine_options *options = &line->machine.options;
	const char *slash = strrchr(line->machine.modules[0], '/');
	struct loadable loadable = { .count = 0 };
	int err, status = CLI_OK;

	what->sz = sizeof(*what);
	what->name = slash ? slash + 1 : line->machine.modules[0];
	what->loadable = line->machine.modules;
	what->write = as_json ? NULL : cli_write;
	what->found = as_json ? keep_found : NULL;
	what->found_context = &loadable;
	what->progress = what->only ? NULL : cli_progress;
	what->shard = shard->number;
	what->shards = shard->of;
	options->sz = sizeof(*options);
	options->quirks_on = line->machine.quirks_on;
	options->quirks_off = line->machine.quirks_off;
	if (!options->memory)
		options->memory = MEMORY;
	cli_long_begin();
	err = lfb_exhaust_modules(options, what, NULL, &result);
	if (!err || err == -EINTR) {
		cli_progress_clear();
		if (as_json)
			status = json_result(line, shard, &loadable, &result);
		else if (!what->only)
			print_result(what->name, &result);
	} else {
		status = err == -EINVAL ? cli_error(line, err) :
					  cli_failed("%s", lfb_error_text(NULL));
	}
	release(&loadable);
	*violations = result.violations;
	return !status && result.violations ? CLI_FAILED : status;
}
