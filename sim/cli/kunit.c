// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb kunit: the test suites that are in modules. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <luo/kunit.h>

#include "cli.h"

struct kunit_line {
	bool list;
};

/* What is no file but could be one, a name gone wrong, say, is meant as one. */
static bool is_glob(const char *word)
{
	const char *dot = strrchr(word, '.');

	return !strchr(word, '/') && (!dot || strcmp(dot, ".so")) && !cli_is_loadable(word);
}

static int failed(struct cli_line *line, int err)
{
	return err == -EINVAL ? cli_error(line, err) : cli_failed("%s", lfb_error_text(NULL));
}

static int run_kunit(struct cli_line *line)
{
	const struct kunit_line *given = line->state;
	struct lfb_machine_options *options = &line->machine.options;
	const int last = line->argc - 1;
	const char *glob = last > 0 && is_glob(line->argv[last]) ? line->argv[last] : NULL;
	const char **paths = line->machine.modules;
	struct lfb_kunit_counts counts = { 0, 0, 0 };
	int nr = line->argc - (glob != NULL), count, err;

	if (nr > CLI_MODULES_MAX)
		return cli_usage(line->command, "more than %d modules", CLI_MODULES_MAX);
	for (int i = 0; i < nr; i++)
		paths[i] = line->argv[i];
	options->sz = sizeof(*options);
	options->quirks_on = line->machine.quirks_on;
	options->quirks_off = line->machine.quirks_off;
	if (given->list) {
		count = lfb_kunit_list_modules(options, paths, glob, stdout);
		if (count < 0)
			return failed(line, count);
	} else {
		err = lfb_kunit_run_modules(options, paths, glob, stdout, &counts);
		if (err)
			return failed(line, err);
		count = (int)(counts.passed + counts.failed + counts.skipped);
	}
	if (!count)
		return glob ? cli_failed("no case is called %s", glob) :
			      cli_failed("there are no cases in the suites");
	return counts.failed ? CLI_FAILED : CLI_OK;
}

static const struct cli_option options[] = {
	{ "list", NULL, "print the cases' names, and run none",
	  .at = offsetof(struct kunit_line, list) },
	{ .more = cli_machine_options },
	{ 0 },
};

const struct cli_command cli_kunit = {
	"kunit", "run the KUnit suites of modules",
	"usage: lfb kunit [OPTION]... MODULE.so... [GLOB]\n"
	"\n"
	"Runs the suites that kunit_test_suites() names in modules, as lfb build makes them, and\n"
	"prints KTAP. Each suite has a machine that has loaded all of the modules; a case that\n"
	"ends its kernel has failed, and so has one during which something was found. GLOB says\n"
	"which: SUITE or SUITE.CASE, where * stands for anything. docs/kunit.md is about it.\n",
	options, sizeof(struct kunit_line), run_kunit,
	.min = 1, .max = INT_MAX, .expected = "expected modules",
};
