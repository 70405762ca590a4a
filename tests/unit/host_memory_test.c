// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The host running out of memory: each allocation of blobs, inspections and scenarios fails once,
 * gives -ENOMEM with a sentence, and leaves nothing behind.
 *
 * The sources are compiled into this test with allocators that can be told to fail; the library's
 * own objects of the same names are then not linked.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <luo/types.h>

static long allocations_left = -1; /* -1: any number */

static bool fails(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

static void *meagre_malloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

static void *meagre_calloc(size_t count, size_t size)
{
	return fails() ? NULL : calloc(count, size);
}

static void *meagre_reallocarray(void *memory, size_t count, size_t size)
{
	return fails() ? NULL : reallocarray(memory, count, size);
}

static char *meagre_strdup(const char *string)
{
	return fails() ? NULL : strdup(string);
}

#undef strdup
#define malloc meagre_malloc
#define calloc meagre_calloc
#define reallocarray meagre_reallocarray
#define strdup meagre_strdup

#define grow table_grow
#include "sim/kernel/host/list.c"
#include "sim/kernel/host/table.c"
#undef grow
#define same intern_same
#include "sim/scenario/intern.c"
#undef same
#include "sim/handover/blob.c"
#include "sim/handover/blob_load.c"
#include "sim/handover/capture.c"
#include "sim/recorder/learn.c"
#include "sim/recorder/object.c"
#include "sim/recorder/recorder.c"
#include "sim/scenario/parse.c"
#define complain host_file_complain
#include "sim/machine/host_file.c"
#undef complain
#define find inspect_find
#define add_block inspect_add_block
#define read_header inspect_read_header
#define finish inspect_finish
#include "sim/handover/inspect.c"
#define prepare scenario_prepare
#include "sim/play/run.c"

#undef malloc
#undef calloc
#undef reallocarray
#undef strdup

static const char story[] = "handler 0\nflb 0 0\nfail flb 1 preserve -1 1\nfail h 1 freeze -1 1\n"
			    "open\nsession a\npreserve a 1 0 1\npreserve a 2 0 2\nreboot\n";

static int discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

static struct lfb_machine *new_machine(void)
{
	struct lfb_machine_options options = { .sz = sizeof(options), .memory = 1 << 20 };
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

/* Calls @attempt with its first, second, third … allocation failing until it succeeds. */
static void fail_each(int (*attempt)(void *context), void *context, long at_least)
{
	long n = 0;
	int err;

	do {
		allocations_left = n++;
		err = attempt(context);
		if (err && err != -ENOMEM)
			fail_msg("allocation %ld: %d", n, err);
	} while (allocations_left < 0);
	allocations_left = -1;
	assert_int_equal(err, 0);
	assert_true(n > at_least);
}

static int try_parse(void *context)
{
	struct lfb_scenario *scenario;
	int err = lfb_scenario_parse("test", context, strlen(context), &scenario);

	if (err)
		assert_string_equal(lfb_error_text(NULL), "no memory for a scenario");
	lfb_scenario_free(scenario);
	return err;
}

static void parsing_survives_it(void **state)
{
	static char text[8192];

	for (unsigned int i = 0; i < 100; i++)
		sprintf(text + strlen(text), "preserve session%u 1 0 %u\n", i, i);
	fail_each(try_parse, text, 8);
}

static int try_capture(void *context)
{
	struct lfb_blob *blob;
	int err = lfb_blob_capture(context, &blob);

	if (err)
		assert_string_not_equal(lfb_error_text(context), "");
	lfb_blob_free(blob);
	return err;
}

static void capturing_survives_it(void **state)
{
	struct lfb_machine *machine = new_machine();

	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	fail_each(try_capture, machine, 5);
	lfb_machine_destroy(machine);
}

static struct lfb_blob *captured(void)
{
	struct lfb_machine *machine = new_machine();
	struct lfb_blob *blob;
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = &blob };
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", story, strlen(story), &scenario), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return blob;
}

static int try_load(void *context)
{
	struct lfb_blob *blob;
	int err = lfb_blob_load(context, &blob);

	if (err)
		assert_string_not_equal(lfb_error_text(NULL), "");
	lfb_blob_free(blob);
	return err;
}

static int try_from_memory(void *context)
{
	struct lfb_blob *blob;
	size_t size;
	const void *bytes = lfb_blob_bytes(context, &size);
	int err = lfb_blob_from_memory(bytes, size, &blob);

	lfb_blob_free(blob);
	return err;
}

static void loading_survives_it(void **state)
{
	char path[] = "/tmp/lfb-memory-XXXXXX";
	int fd = mkstemp(path);
	struct lfb_blob *blob = captured();

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(lfb_blob_save(blob, path), 0);
	fail_each(try_load, path, 3);
	fail_each(try_from_memory, blob, 3);
	unlink(path);
	lfb_blob_free(blob);
}

static int try_read_pipe(void *context)
{
	char path[32], *bytes;
	size_t size;
	int ends[2];
	int err;

	/* Of a pipe the size is not known: the buffer grows. */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], context, 1000), 1000);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	err = lfb__read_whole_file(path, &bytes, &size);
	close(ends[0]);
	if (err)
		return err;
	assert_int_equal(size, 1000);
	free(bytes);
	return 0;
}

static void reading_a_pipe_survives_it(void **state)
{
	static char content[1000];

	fail_each(try_read_pipe, content, 2);
}

static int try_inspect(void *context)
{
	return lfb_inspect_blob(context, LFB_INSPECT_JSON, discard, NULL);
}

static int try_inspect_odd_image(void *context)
{
	const char *text = context;
	int err = lfb_inspect_memory(text + 1, 64, 0, "rfc-v6", LFB_INSPECT_TEXT, discard, NULL);

	/* There is nothing in the image: a problem, if there was memory to say so. */
	return err == -EINVAL ? 0 : err;
}

static void inspecting_survives_it(void **state)
{
	static const u64 image[16];
	struct lfb_blob *blob = captured();

	fail_each(try_inspect, blob, 5);
	fail_each(try_inspect_odd_image, (void *)image, 2);
	lfb_blob_free(blob);
}

/* What a run needs before the first kernel boots; later failures are results of operations. */
static void running_survives_it(void **state)
{
	struct lfb_machine *machine = new_machine();
	struct lfb_scenario *scenario;
	long n = 0;
	int err;

	assert_int_equal(lfb_scenario_parse("test", story, strlen(story), &scenario), 0);
	do {
		allocations_left = n++;
		err = lfb_scenario_run(scenario, machine, NULL);
		assert_true(err == 0 || err == -ENOMEM);
		assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	} while (allocations_left < 0);
	allocations_left = -1;
	assert_true(n > 7);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing_survives_it),
		cmocka_unit_test(capturing_survives_it),
		cmocka_unit_test(loading_survives_it),
		cmocka_unit_test(reading_a_pipe_survives_it),
		cmocka_unit_test(inspecting_survives_it),
		cmocka_unit_test(running_survives_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
