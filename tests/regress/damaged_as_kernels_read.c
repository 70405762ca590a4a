// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a kernel's own code makes of a damaged handover, its profile makes of it. Both were found by
 * tests/fuzz/image_oracle.c.
 */
#include <luo/edit.h>
#include <luo/scenario.h>

#include "sim/handover/handover.h"
#include "tests/support/test.h"

/* The golden transcript of the last run. */
static char said[4096];

static int append(void *context, const char *bytes, size_t size)
{
	(void)context;
	assert_true(strlen(said) + size < sizeof(said));
	strncat(said, bytes, size);
	return 0;
}

/* Runs a scenario, from a handover or none. The handover it leaves is for lfb_blob_free(). */
static struct lfb_blob *run(const char *text, const struct lfb_blob *from)
{
	const struct lfb_machine_options machine_options = {
		.sz = sizeof(machine_options), .profile = "linux-7.3",
	};
	struct lfb_blob *left = NULL;
	struct lfb_scenario_options options = {
		.sz = sizeof(options), .golden = true, .write = append, .boot_from = from,
		.last_blob = &left,
	};
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	said[0] = '\0';
	assert_int_equal(lfb_scenario_parse("life", text, strlen(text), &scenario), 0);
	assert_int_equal(lfb_machine_create(&machine_options, &machine), 0);
	lfb_scenario_run(scenario, machine, &options);
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
	return left;
}

static int note(void *context, const struct lfb_edited *edited)
{
	*(u64 *)context = edited->to;
	return 0;
}

/* Changes the handover in @blob; without a @value, the value there is returned. */
static u64 edit(const struct lfb_blob *blob, const char *path, const char *value)
{
	const struct lfb_edit edit = { .path = path, .value = value };
	u64 is = 0;
	const struct lfb_edit_options options = {
		.sz = sizeof(options), .tell = note, .context = &is,
	};

	assert_int_equal(lfb_edit_bytes(blob->bytes, blob->size, &edit, 1, &options), 0);
	return is;
}

/* Files are in a list and looked for from its beginning: the second one cannot be reached. */
static void of_two_files_with_one_token_the_first_is_retrieved(void **state)
{
	struct lfb_blob *blob = run("handler 0\nhandler 1\nopen\nsession s\npreserve s 1 0 1\n"
				    "preserve s 2 1 2\nreboot\n", NULL);

	(void)state;
	assert_non_null(blob);
	edit(blob, "luo/session[0]/file[1]/token", "1");
	assert_null(run("handler 0\nhandler 1\nopen\nrsession s\nretrieve s 1\n", blob));
	assert_non_null(strstr(said, "file h0.retrieve"));
	assert_null(strstr(said, "file h1.retrieve"));
	lfb_blob_free(blob);
}

/* An FLB that is not there is looked for in as many records as there are said to be. */
static void who_looks_for_an_flb_behind_memory_dies(void **state)
{
	static const char next[] = "handler 0\nflb 0 0\ngetin 0\n";
	struct lfb_blob *blob = run("handler 0\nopen\nreboot\n", NULL);
	char count[40];

	(void)state;
	assert_non_null(blob);
	snprintf(count, sizeof(count), "@0x%llx:u64",
		 edit(blob, "luo/flbs_address", NULL) + sizeof(u64));
	assert_int_equal(edit(blob, count, NULL), 0);
	edit(blob, count, "64");
	assert_null(run(next, blob));
	assert_non_null(strstr(said, "> getin 0 = -2 obj=0\n"));
	edit(blob, count, "0x100000000");
	assert_null(run(next, blob));
	assert_non_null(strstr(said, "== oops"));
	lfb_blob_free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_files_with_one_token_the_first_is_retrieved),
		cmocka_unit_test(who_looks_for_an_flb_behind_memory_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
