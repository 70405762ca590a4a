// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The host running out of memory while a handover is read, whatever form it has: each allocation,
 * and each mapping, fails once. That gives -ENOMEM and a sentence, never half an answer, and leaves
 * nothing behind. host_memory_test.c is about who writes handovers and scenarios.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <luo/convert.h>
#include <luo/edit.h>
#include <luo/inspect.h>
#include <luo/profile.h>

#include "sim/handover/source/source.h"
#include "tests/support/damaged.h"
#include "tests/support/staging.h"

#define SEEDS LFB_TEST_DATA "/../fuzz/image_seed_corpus"

/* The one after so many fails, and no other; -1: none. */
static long allocations_left = -1;

static bool fails(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(memory, count, size);
}

void *__real_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED : __real_mmap(at, size, access, flags, fd, offset);
}

/* What is read, and how: what came of it, an error or not. */
struct attempt {
	const char *what;
	int (*read)(const struct attempt *attempt);
	struct damaged *damaged;
	const struct lfb_blob *blob;
	const char *path;
	struct lfb_image_options options;
};

/* Returns how many of its allocations failed, each once. */
static long fail_each(const struct attempt *attempt)
{
	int usual = attempt->read(attempt);
	long n = 0;

	for (;; n++) {
		int err;

		allocations_left = n;
		err = attempt->read(attempt);
		if (allocations_left >= 0)
			break;
		if (err != -ENOMEM || !strstr(lfb_error_text(NULL), "memory"))
			fail_msg("%s, without allocation %ld: %d, not %d: %s", attempt->what, n,
				 err, usual, lfb_error_text(NULL));
	}
	allocations_left = -1;
	assert_int_equal(attempt->read(attempt), usual);
	return n;
}

static int pass_over(void *context, const struct lfb_check_problem *problem)
{
	return 0;
}

static int discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

static int check_bytes(const struct attempt *attempt)
{
	return lfb_check_bytes(attempt->damaged->bytes, attempt->damaged->size, pass_over, NULL);
}

static int check_memory(const struct attempt *attempt)
{
	const struct damaged *damaged = attempt->damaged;

	return lfb_check_memory(damaged->bytes, damaged->size, 0x10000, damaged->profile,
				pass_over, NULL);
}

static int edit_bytes(const struct attempt *attempt)
{
	static const struct lfb_edit edits[] = { { "luo/number", "9" }, { "blob/boots", "2" } };

	return lfb_edit_bytes(attempt->damaged->bytes, attempt->damaged->size, edits,
			      ARRAY_SIZE(edits), NULL);
}

static int inspect_blob(const struct attempt *attempt)
{
	return lfb_inspect_blob(attempt->blob, LFB_INSPECT_JSON, discard, NULL);
}

static int check_image(const struct attempt *attempt)
{
	return lfb_check_image(attempt->path, &attempt->options, pass_over, NULL);
}

static int take_image(const struct attempt *attempt)
{
	struct lfb_blob *blob = NULL;
	int err = lfb_blob_from_image(attempt->path, &attempt->options, &blob, NULL);

	lfb_blob_free(blob);
	return err;
}

static int save_core(const struct attempt *attempt)
{
	return lfb_blob_save_core(attempt->blob, "/dev/null");
}

static int edit_image(const struct attempt *attempt)
{
	static const struct lfb_edit edit = { "luo/number", "9" };

	return lfb_edit_file(attempt->path, &attempt->options, &edit, 1, NULL, "/dev/null");
}

static int check_debugfs(const struct attempt *attempt)
{
	return lfb_check_debugfs(attempt->path, pass_over, NULL);
}

static int read_folder(const struct attempt *attempt)
{
	struct lfb_tree_file file;
	int err = lfb__tree_file(attempt->path, "README.md", &file);

	assert_int_equal(!err, file.size > 100);
	free(file.bytes);
	return err;
}

static void forget(struct damaged *damaged)
{
	lfb_blob_free(damaged->blob);
	free(damaged->bytes);
}

/* Each sound, and with each of its rules broken: who tells problems, too, needs memory. */
static void blobs_and_bare_memory_are_read_whole_or_not_at_all(void **state)
{
	const struct damage *damage = damages;
	const char *profile;
	long failed = 0;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		struct damaged damaged;
		struct attempt attempt = { profile, check_bytes, &damaged };

		damaged_make(&damaged, profile, AS_BLOB);
		assert_int_equal(lfb__blob_seal(damaged.bytes, damaged.size), 0);
		failed += fail_each(&attempt);
		attempt.read = edit_bytes;
		failed += fail_each(&attempt);
		attempt.read = inspect_blob;
		attempt.blob = damaged.blob;
		failed += fail_each(&attempt);
		attempt.read = save_core;
		failed += fail_each(&attempt);
		forget(&damaged);
	}
	for (size_t i = 0; i < nr_damages; i++, damage++) {
		struct damaged damaged;
		struct attempt attempt = { lfb_check_name(damage->id), check_bytes, &damaged };

		if (damage->as != AS_BLOB && damage->as != AS_MEMORY)
			continue;
		damaged_make(&damaged, damage->profile, damage->as);
		damage->damage(&damaged);
		if (damage->as == AS_MEMORY)
			attempt.read = check_memory;
		else if (!damaged.unsealed && damaged.size > LFB_BLOB_HEADER_SIZE)
			assert_int_equal(lfb__blob_seal(damaged.bytes, damaged.size), 0);
		failed += fail_each(&attempt);
		forget(&damaged);
	}
	assert_in_range(failed, 1000, 100000);
	print_message("%ld allocations failed\n", failed);
}

/* Of a large map it is remembered which of its pages were met. */
static void large_maps_are_read_whole_or_not_at_all(void **state)
{
	char text[2048] = "";
	struct lfb_blob *blob;

	for (unsigned int order = 0; order <= 10; order++)
		snprintf(text + strlen(text), 128, "do pages p%u %u\ndo preserve-pages p%u %u\n",
			 order, order, order, 1u << order);
	strcat(text, "open\nreboot\n");
	blob = blob_of(text, 0, "linux-7.3");
	assert_in_range(fail_each(&(struct attempt){ "a map", inspect_blob, .blob = blob }), 5,
			100);
	lfb_blob_free(blob);
}

static long fail_each_way(const char *path, u64 base)
{
	static int (*const ways[])(const struct attempt *) = {
		check_image, take_image, edit_image, check_debugfs,
	};
	long failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		const struct attempt attempt = {
			.what = path, .read = ways[i], .path = path,
			.options = { .sz = sizeof(attempt.options), .base = base },
		};

		failed += fail_each(&attempt);
	}
	return failed;
}

static void images_and_debugfs_are_read_whole_or_not_at_all(void **state)
{
	const struct attempt folder = { "a folder", read_folder, .path = LFB_TEST_DATA "/golden" };
	char path[] = "/tmp/lfb-memory-XXXXXX";
	struct damaged damaged;
	int fd = mkstemp(path);
	DIR *seeds = opendir(SEEDS);
	struct dirent *entry;
	long failed = fail_each(&folder);

	assert_in_range(fd, 0, INT_MAX);
	close(fd);
	assert_non_null(seeds);
	while ((entry = readdir(seeds)) != NULL) {
		char seed[512];

		snprintf(seed, sizeof(seed), SEEDS "/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			failed += fail_each_way(seed, 0);
	}
	closedir(seeds);
	damaged_make(&damaged, "linux-7.3", AS_RAW);
	damaged_write_raw(damaged.blob, path, damaged.blob->memory_start, 20);
	failed += fail_each_way(path, damaged.blob->memory_start);
	forget(&damaged);
	unlink(path);
	assert_in_range(failed, 100, 10000);
	print_message("%ld allocations failed\n", failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blobs_and_bare_memory_are_read_whole_or_not_at_all),
		cmocka_unit_test(large_maps_are_read_whole_or_not_at_all),
		cmocka_unit_test(images_and_debugfs_are_read_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
