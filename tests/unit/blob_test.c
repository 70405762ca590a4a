// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blobs: what is captured is what was preserved, and travels as a file.
 */
#define _GNU_SOURCE /* memmem() */
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <luo/convert.h>
#include <luo/image.h>
#include <luo/kexec_handover.h>
#include <luo/machine.h>
#include <luo/scenario.h>

#include "sim/handover/handover.h"
#include "sim/machine/machine.h"
#include "tests/support/staging.h"

static const char story[] = "handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\n"
			    "preserve a 2 0 2\nsession b\nreboot\n";
static void expect_handover_only_before_the_jump(const char *profile)
{
	struct lfb_machine *machine = new_machine(1 << 20, profile);
	struct lfb_blob *blob;

	assert_int_equal(lfb_blob_capture(machine, &blob), -EBUSY);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), -EBUSY);
	assert_null(blob);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, NULL), -EINVAL);
	assert_int_equal(lfb_blob_capture(NULL, &blob), -EINVAL);
	assert_int_equal(lfb_blob_capture(machine, &blob), 0);
	assert_string_equal(lfb_blob_profile(blob), profile);
	assert_int_equal(lfb_blob_memory(blob), 1 << 20);
	lfb_blob_free(blob);
	assert_int_equal(lfb_machine_jump(machine, NULL), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), -EBUSY);
	lfb_machine_destroy(machine);
}

static void handover_exists_only_before_the_jump(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++)
		expect_handover_only_before_the_jump(profile);
}

static void nothing_handed_over_is_no_blob(void **state)
{
	struct lfb_machine_options options = { .sz = sizeof(options), .kho_off = true };
	struct lfb_machine *machine;
	struct lfb_blob *blob;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), -ENODATA);
	lfb_machine_destroy(machine);
}

/* Overwrites what is found in the root tree by @altered. */
static void spoil_root(struct lfb_machine *machine, const void *found, const void *altered,
		       size_t size)
{
	u8 *root = lfb__memory_at(&machine->kernel.memory, machine->handover_root, PAGE_SIZE);
	u8 *at = memmem(root, PAGE_SIZE, found, size);

	assert_non_null(at);
	memcpy(at, altered, size);
}

static void handover_that_cannot_be_read_is_no_blob(void **state)
{
	static const struct {
		const char *string; /* NULL: the generation; empty: the address of the map */
		const char *altered;
		const char *why;
	} cases[] = {
		{ "\xd0\x0d\xfe\xed", "\xd0\x0d\xfe\xee", "KHO root tree: " },
		{ "preserved-memory-map", "preserved-memory-mop", "KHO root tree: " },
		{ NULL, "kho-v9", "unknown generation" },
		{ "", NULL, "KHO memory map: " },
	};
	const u64 nowhere = 0xfff;
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i / 4)) != NULL; i++) {
		struct lfb_machine *machine = new_machine(1 << 20, profile);
		const char *string = cases[i % 4].string, *altered = cases[i % 4].altered;
		struct lfb_blob *blob;
		u64 map;

		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_prepare(machine), 0);
		if (!string)
			string = lfb_profile_kho_abi(profile);
		map = PFN_PHYS(machine->kernel.kho.map_page);
		if (altered)
			spoil_root(machine, string, altered, strlen(altered));
		else
			spoil_root(machine, &map, &nowhere, sizeof(map));
		assert_int_equal(lfb_blob_capture(machine, &blob), -EINVAL);
		assert_null(blob);
		if (!strstr(lfb_error_text(machine), cases[i % 4].why))
			fail_msg("%s: %s", profile, lfb_error_text(machine));
		lfb_machine_destroy(machine);
	}
}

static void blob_is_its_bytes(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL), *again;
	size_t size, again_size;
	const u8 *bytes = lfb_blob_bytes(blob, &size);
	u8 digest[LFB_DIGEST_SIZE];

	assert_int_equal(lfb_blob_from_memory(bytes, size, &again), 0);
	assert_memory_equal(lfb_blob_bytes(again, &again_size), bytes, size);
	assert_int_equal(again_size, size);
	assert_string_equal(lfb_blob_profile(again), lfb_blob_profile(blob));
	assert_int_equal(lfb_blob_memory(again), lfb_blob_memory(blob));
	assert_int_equal(EVP_Digest(bytes, size - LFB_DIGEST_SIZE, digest, NULL, EVP_sha256(),
				    NULL), 1);
	assert_memory_equal(lfb_blob_digest(again), digest, sizeof(digest));
	lfb_blob_free(again);
	lfb_blob_free(blob);
}

static void same_scenario_gives_the_same_bytes(void **state)
{
	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		const char *profile = lfb_profile_name(i);
		struct lfb_blob *first = blob_of(story, 1 << 20, profile);
		struct lfb_blob *second = blob_of(story, 1 << 20, profile);

		assert_memory_equal(lfb_blob_digest(first), lfb_blob_digest(second),
				    LFB_DIGEST_SIZE);
		lfb_blob_free(first);
		lfb_blob_free(second);
	}
}

/* Kernel code that preserves blocks next to each other, of every order, some of them twice. */
static long preserve_blocks(void *argument)
{
	phys_addr_t *where = argument;
	unsigned int order;

	for (order = 0; order < 6; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, order);

		if (!folio || kho_preserve_folio(folio))
			return -ENOMEM;
		where[order] = PFN_PHYS(folio_pfn(folio));
		memset(folio_address(folio), 'A' + (int)order, PAGE_SIZE << order);
		/* A larger block that was preserved page by page as well. */
		if (order == 3 && kho_preserve_pages(folio_page(folio, 2), 3))
			return -ENOMEM;
	}
	return 0;
}

static void every_preserved_block_is_in_the_blob(void **state)
{
	struct lfb_machine *machine = new_machine(2 << 20, NULL);
	phys_addr_t where[6];
	struct lfb_blob *blob;
	struct lfb_view view;

	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, preserve_blocks, where), 0);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), 0);
	view = lfb__blob_view(blob);
	for (unsigned int order = 0; order < 6; order++) {
		const u8 *bytes = view.at(&view, where[order], PAGE_SIZE << order);

		assert_non_null(bytes);
		for (size_t n = 0; n < PAGE_SIZE << order; n++)
			assert_int_equal(bytes[n], 'A' + order);
	}
	for (u32 i = 1; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *before = &blob->ranges[i - 1];
		u64 end = before->phys + (u64)before->nr_pages * PAGE_SIZE;

		assert_true(blob->ranges[i].phys >= end);
		assert_true(blob->ranges[i].phys > end || blob->ranges[i].kind != before->kind);
	}
	lfb_blob_free(blob);
	lfb_machine_destroy(machine);
}

static void view_shows_nothing_but_the_ranges(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL);
	struct lfb_view view = lfb__blob_view(blob);
	const phys_addr_t start = blob->memory_start;
	u8 present[256] = { 0 };

	for (u32 i = 0; i < blob->nr_ranges; i++)
		memset(present + PHYS_PFN(blob->ranges[i].phys - start), 1,
		       blob->ranges[i].nr_pages);
	for (unsigned int i = 0; i < 256; i++) {
		bool two = i < 255 && present[i] && present[i + 1];
		phys_addr_t phys = start + PFN_PHYS(i);

		assert_int_equal(view.at(&view, phys, 1) != NULL, present[i]);
		assert_int_equal(view.at(&view, phys, PAGE_SIZE) != NULL, present[i]);
		assert_int_equal(view.at(&view, phys + 1, PAGE_SIZE) != NULL, two);
		assert_null(view.at(&view, phys, 0));
		assert_null(view.at(&view, phys, SIZE_MAX));
		assert_null(view.at(&view, PFN_PHYS(i), 1));
	}
	assert_null(view.at(&view, UINT64_MAX, 1));
	lfb_blob_free(blob);
}

/* Where memory may begin: low, where the user says, and high. */
static const u64 starts[] = { 0, 128ull << 20, 4ull << 30 };

static struct lfb_machine *machine_of(u64 start)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .map = LFB_MAP_LOW, .memory_start = start,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

/* What a scenario hands over in a machine with this map. */
static struct lfb_blob *blob_in(const struct lfb_scenario *scenario, u64 start,
				struct lfb_blob **blob)
{
	struct lfb_machine *machine = machine_of(start);
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = blob };

	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	lfb_machine_destroy(machine);
	return *blob;
}

static void blob_boots_in_machines_of_any_size(void **state)
{
	static const u64 sizes[] = { 1 << 20, 3 << 20, 64 << 20, 1ull << 30 };
	static const char text[] = "handler 0\nflb 0 0\ngetin 0 = 0 obj=2000\nopen\n"
				   "rsession a = 0\nretrieve a 2 = 0\nfinish a = 0\n";
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL);
	struct lfb_scenario_options options = { .sz = sizeof(options), .boot_from = blob };
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	for (unsigned int i = 0; i < 4; i++) {
		struct lfb_machine *machine = new_machine(sizes[i], NULL);

		if (lfb_scenario_run(scenario, machine, &options))
			fail_msg("%s", lfb_error_text(machine));
		lfb_machine_destroy(machine);
	}
	lfb_scenario_free(scenario);
	lfb_blob_free(blob);
}

/* A machine of 16 MiB with @areas of scratch, and what a scenario hands over in it. */
static struct lfb_blob *blob_with(unsigned int areas)
{
	const struct lfb_machine_options machine_options = {
		.sz = sizeof(machine_options), .memory = 16 << 20, .scratch_areas = areas,
	};
	struct lfb_scenario_options options = { .sz = sizeof(options) };
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	struct lfb_blob *blob;

	options.last_blob = &blob;
	assert_int_equal(lfb_machine_create(&machine_options, &machine), 0);
	assert_int_equal(lfb_scenario_parse("test", story, strlen(story), &scenario), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	assert_int_equal(blob->more_scratch, areas - 1);
	for (u32 i = 0; i < areas; i++) {
		assert_int_equal(blob->scratch[i].phys,
				 PFN_PHYS(lfb__scratch_area(&machine->kernel.memory, i)));
		assert_int_equal(blob->scratch[i].size, machine->kernel.memory.scratch_size);
	}
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return blob;
}

static void assert_same_bytes(const struct lfb_blob *one, const struct lfb_blob *other)
{
	size_t size, other_size;
	const void *bytes = lfb_blob_bytes(one, &size);
	const void *others = lfb_blob_bytes(other, &other_size);

	assert_int_equal(size, other_size);
	assert_memory_equal(bytes, others, size);
}

static void a_blob_has_all_areas_of_scratch(void **state)
{
	static const unsigned int counts[] = { 1, 2, 3, LFB_SCRATCH_MAX };
	static char path[] = "/tmp/lfb-areas-XXXXXX";

	close(mkstemp(path));
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct lfb_blob *blob = blob_with(counts[i]), *again;
		size_t size, areas = (counts[i] - 1) * 16ul;
		const u8 *bytes = lfb_blob_bytes(blob, &size);
		u64 pages = 0;

		/* Where there is one, nothing is said of others. */
		assert_int_equal(bytes[0x78], counts[i] - 1);
		for (unsigned int at = 0x79; at < 0x80; at++)
			assert_int_equal(bytes[at], 0);
		for (u32 range = 0; range < blob->nr_ranges; range++)
			pages += blob->ranges[range].nr_pages;
		assert_int_equal(size, 128 + 16ul * blob->nr_ranges + areas + 4096 * pages + 32);
		assert_int_equal(lfb_blob_from_memory(bytes, size, &again), 0);
		assert_same_bytes(blob, again);
		assert_memory_equal(blob->scratch, again->scratch, sizeof(blob->scratch));
		lfb_blob_free(again);
		assert_int_equal(lfb_blob_save_core(blob, path), 0);
		assert_int_equal(lfb_blob_from_image(path, NULL, &again, NULL), 0);
		assert_same_bytes(blob, again);
		lfb_blob_free(again);
		assert_int_equal(lfb_blob_convert(blob, "linux-7.3", &again), 0);
		assert_int_equal(again->more_scratch, counts[i] - 1);
		assert_memory_equal(blob->scratch, again->scratch, sizeof(blob->scratch));
		lfb_blob_free(again);
		lfb_blob_free(blob);
	}
	unlink(path);
}

/* Also over a kernel of its own map; switched on cold, a machine has its own again. */
static void a_machine_has_the_memory_map_of_the_blob_it_boots(void **state)
{
	static const char text[] = "handler 0\nflb 0 0\ngetin 0 = 0 obj=2000\nopen\n"
				   "rsession a = 0\nretrieve a 2 = 0\nfinish a = 0\nreboot = 0\n";
	struct lfb_blob *blobs[3], *blob;
	struct lfb_scenario *scenario, *first;
	u64 byte;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	assert_int_equal(lfb_scenario_parse("test", story, strlen(story), &first), 0);
	for (unsigned int i = 0; i < 3; i++) {
		blobs[i] = blob_in(first, starts[i], &blob);
		assert_int_equal(blob->memory_start, starts[i]);
	}
	for (unsigned int i = 0; i < 18; i++) {
		const u64 own = starts[i % 3];
		const struct lfb_blob *from = blobs[i / 3 % 3];
		struct lfb_machine *machine = machine_of(own);
		struct lfb_scenario_options options = {
			.sz = sizeof(options), .boot_from = from, .last_blob = &blob,
		};

		if (i & 1)
			assert_int_equal(lfb_scenario_run(first, machine, NULL), 0);
		if (lfb_scenario_run(scenario, machine, &options))
			fail_msg("%s", lfb_error_text(machine));
		assert_int_equal(blob->memory_start, from->memory_start);
		lfb_blob_free(blob);
		lfb_machine_shutdown(machine);
		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_read(machine, own, &byte, 8), 0);
		assert_int_equal(lfb_machine_read(machine, starts[(i + 1) % 3], &byte, 8), -EFAULT);
		lfb_machine_destroy(machine);
	}
	for (unsigned int i = 0; i < 3; i++)
		lfb_blob_free(blobs[i]);
	lfb_scenario_free(scenario);
	lfb_scenario_free(first);
}

static void file_is_written_whole_or_not_at_all(void **state)
{
	char directory[] = "/tmp/lfb-blob-XXXXXX";
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL), *loaded;
	char path[64], missing[80];
	const void *bytes;
	struct stat st;
	size_t size;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/blob", directory);
	snprintf(missing, sizeof(missing), "%s/missing/blob", directory);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(lfb_blob_save(blob, path), 0);
		assert_int_equal(lfb_blob_load(path, &loaded), 0);
		bytes = lfb_blob_bytes(loaded, &size);
		assert_memory_equal(bytes, lfb_blob_bytes(blob, NULL), size);
		lfb_blob_free(loaded);
	}
	assert_int_equal(lfb_blob_save(blob, missing), -ENOENT);
	assert_non_null(strstr(lfb_error_text(NULL), "missing/blob: cannot be created: No such"));
	assert_int_equal(lfb_blob_save(blob, directory), -EISDIR);
	assert_int_equal(lfb_blob_save(blob, NULL), -EINVAL);
	if (!stat("/dev/full", &st)) {
		assert_int_equal(lfb_blob_save(blob, "/dev/full"), -ENOSPC);
		assert_int_equal(stat("/dev/full", &st), 0);
		assert_true(S_ISCHR(st.st_mode));
	}
	assert_int_equal(lfb_blob_load(missing, &loaded), -ENOENT);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(lfb_blob_load(path, &loaded), -EINVAL);
	assert_non_null(strstr(lfb_error_text(NULL), "/blob: blob: cut off after 100 bytes"));
	/* Nothing is left beside the blob. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	lfb_blob_free(blob);
}

static void what_is_no_live_blob_is_refused(void **state)
{
	struct lfb_machine *machine = new_machine(1 << 20, NULL);
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL);
	const struct lfb_blob *dead[] = { NULL, (void *)machine, (void *)16, blob };
	size_t size = 1;

	lfb_blob_free(blob);
	for (unsigned int i = 0; i < 4; i++) {
		assert_null(lfb_blob_bytes(dead[i], &size));
		assert_int_equal(size, 0);
		assert_null(lfb_blob_digest(dead[i]));
		assert_null(lfb_blob_profile(dead[i]));
		assert_int_equal(lfb_blob_memory(dead[i]), 0);
		assert_int_equal(lfb_blob_save(dead[i], "/dev/null"), -EINVAL);
		assert_int_equal(lfb_machine_boot_blob(machine, dead[i]), -EINVAL);
		lfb_blob_free((struct lfb_blob *)dead[i]);
	}
	assert_int_equal(lfb_blob_from_memory(NULL, 1, &blob), -EINVAL);
	assert_int_equal(lfb_blob_from_memory(NULL, 0, &blob), -EINVAL);
	assert_int_equal(lfb_blob_from_memory("x", 1, NULL), -EINVAL);
	assert_int_equal(lfb_blob_load("/dev/null", NULL), -EINVAL);
	assert_int_equal(lfb_blob_load(NULL, &blob), -EINVAL);
	lfb_machine_destroy(machine);
}

static void every_kind_of_range_has_a_name(void **state)
{
	assert_string_equal(lfb__blob_kind_name(LFB_BLOB_ROOT), "root tree");
	assert_string_equal(lfb__blob_kind_name(LFB_BLOB_MAP), "memory map");
	assert_string_equal(lfb__blob_kind_name(LFB_BLOB_PRESERVED), "preserved");
	assert_string_equal(lfb__blob_kind_name(0), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handover_exists_only_before_the_jump),
		cmocka_unit_test(nothing_handed_over_is_no_blob),
		cmocka_unit_test(handover_that_cannot_be_read_is_no_blob),
		cmocka_unit_test(blob_is_its_bytes),
		cmocka_unit_test(same_scenario_gives_the_same_bytes),
		cmocka_unit_test(every_preserved_block_is_in_the_blob),
		cmocka_unit_test(view_shows_nothing_but_the_ranges),
		cmocka_unit_test(blob_boots_in_machines_of_any_size),
		cmocka_unit_test(a_blob_has_all_areas_of_scratch),
		cmocka_unit_test(a_machine_has_the_memory_map_of_the_blob_it_boots),
		cmocka_unit_test(file_is_written_whole_or_not_at_all),
		cmocka_unit_test(what_is_no_live_blob_is_refused),
		cmocka_unit_test(every_kind_of_range_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
