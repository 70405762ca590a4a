// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Suites of modules: each machine loads copies of its own, and their suites are there. */
#include <stdlib.h>
#include <string.h>

#include "sim/kunit/kunit.h"
#include "sim/machine/machine.h"

/* Adds those of one module, if it has some. */
static int add_suites(struct lfb_kunit_run *run, const char *path)
{
	struct kunit_suite *const *(*suites_of)(size_t *count);
	struct kunit_suite *const *suites;
	struct kunit_suite **found;
	size_t count = 0;

	*(void **)&suites_of = lfb__module_symbol(run->machine, path, "lfb_kunit_suites");
	suites = suites_of ? suites_of(&count) : NULL;
	if (!count)
		return 0;
	found = realloc(run->found, (run->nr_suites + count) * sizeof(*found));
	if (!found)
		return lfb__error(run->machine, -ENOMEM, "no memory for suites of %.300s", path);
	memcpy(found + run->nr_suites, suites, count * sizeof(*found));
	run->found = found;
	run->suites = found;
	run->nr_suites += count;
	return 0;
}

int lfb__kunit_load(struct lfb_kunit_run *run)
{
	int err = 0;

	run->nr_suites = 0;
	for (const char *const *path = run->paths; *path && !err; path++)
		err = lfb_machine_load_module(run->machine, *path);
	for (const char *const *path = run->paths; *path && !err; path++)
		err = add_suites(run, *path);
	if (!err && !run->nr_suites)
		err = lfb__error(run->machine, -ENOENT, "there are no suites in it: no "
				 "kunit_test_suite() of <kunit/test.h>");
	/* The machine does not live to tell. */
	return err ? lfb__error(NULL, err, "%s", lfb_error_text(run->machine)) : 0;
}
