// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory with two root trees in it: which is the one, and what the other must be for that. */
#include <libfdt.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/damaged.h"
#include "tests/support/staging.h"
#include "tests/support/temporary.h"

/* A page is preserved that may be another state, and the last one. */
static const char story[] = "do pages a 0\ndo preserve-pages a 1\ndo add-subtree other a\nopen\n"
			    "session vm-1\nreboot\n";

static const char *const path = temporary_path;

/* The second root tree, in memory that nobody preserved, before the first one or behind it. */
struct second {
	const char *what;
	bool before;
	bool is_taken;
	bool inside;		/* … or in the page that is preserved, itself */
	/* Damages it; its state is in a page that is preserved. */
	void (*change)(void *root, struct luo_ser_v5 *state, u64 other);
};

static void lead_to(void *root, u64 state)
{
	assert_int_equal(fdt_setprop_inplace(root, fdt_subnode_offset(root, 0, "LUO"),
					     "preserved-data", &state, sizeof(state)), 0);
}

static void newer(void *root, struct luo_ser_v5 *state, u64 other) { lead_to(root, other); }

static void older(void *root, struct luo_ser_v5 *state, u64 other)
{
	lead_to(root, other);
	state->liveupdate_num = 0;
}

static void newer_that_is_given_out(void *root, struct luo_ser_v5 *state, u64 other)
{
	const u64 none = 0;

	lead_to(root, other);
	assert_int_equal(fdt_setprop_inplace(root, 0, "preserved-memory-map", &none,
					     sizeof(none)), 0);
}

static void of_no_generation(void *root, struct luo_ser_v5 *state, u64 other)
{
	lead_to(root, other);
	assert_int_equal(fdt_setprop_inplace(root, 0, "compatible", "kho-v8", 7), 0);
}

static void without_state(void *root, struct luo_ser_v5 *state, u64 other)
{
	assert_int_equal(fdt_nop_node(root, fdt_subnode_offset(root, 0, "LUO")), 0);
}

static void of_nothing_that_is_known(void *root, struct luo_ser_v5 *state, u64 other)
{
	assert_int_equal(fdt_setprop_inplace(root, 0, "compatible", "foo-v8", 7), 0);
}

static const struct second seconds[] = {
	{ "a copy behind it" },
	{ "a copy before it", true },
	{ "a copy that is preserved, too", .inside = true },
	{ "one with a newer state behind it", false, true, .change = newer },
	{ "one with a newer state before it", true, true, .change = newer },
	{ "one with an older state before it", true, .change = older },
	{ "one with an older state behind it", .change = older },
	{ "one whose state was given out", true, .change = newer_that_is_given_out },
	{ "one whose state was given out, behind it", .change = newer_that_is_given_out },
	{ "one of a generation nobody knows", true, .change = of_no_generation },
	{ "one without a state", .change = without_state },
	{ "one that is none", true, .change = of_nothing_that_is_known },
};

/* Writes memory of a blob with a second root, and tells where that is. */
static u64 write_memory(const struct lfb_blob *blob, const struct second *second)
{
	const struct lfb_view view = lfb__blob_view(blob);
	const struct lfb_blob_range *last = &blob->ranges[blob->nr_ranges - 1];
	const u64 end = last->phys + PFN_PHYS(last->nr_pages);
	u64 at = second->before ? blob->memory_start : end + PAGE_SIZE;
	struct luo_ser_v5 *state = calloc(1, PAGE_SIZE);
	u8 *copied = malloc(PAGE_SIZE);
	struct kho_root root;
	u64 luo, other, size;
	FILE *file;

	assert_int_equal(kho__read_root(&view, blob->kho_root, &root, NULL), 0);
	assert_int_equal(kho__read_subtree(&root, kho__abi_of(&root), "LUO", &luo, &size), 0);
	assert_int_equal(kho__read_subtree(&root, kho__abi_of(&root), "other", &other, &size), 0);
	memcpy(copied, root.fdt, PAGE_SIZE);
	memcpy(state, view.at(&view, luo, sizeof(*state)), sizeof(*state));
	state->liveupdate_num += 7;
	if (second->change)
		second->change(copied, state, other);
	if (second->inside)
		at = other;
	damaged_write_raw(blob, path, blob->memory_start, 0);
	file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, (long)(other - blob->memory_start), SEEK_SET);
	assert_int_equal(fwrite(state, PAGE_SIZE, 1, file), 1);
	fseek(file, (long)(at - blob->memory_start), SEEK_SET);
	assert_int_equal(fwrite(copied, PAGE_SIZE, 1, file), 1);
	fclose(file);
	free(copied);
	free(state);
	return at;
}

static void of_two_roots_the_one_that_is_in_use_is_taken(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;
	const struct lfb_image_options options = {
		.sz = sizeof(options), .base = blob->memory_start,
	};

	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		const u64 at = write_memory(blob, &seconds[i]);

		if (lfb_blob_from_image(path, &options, &again, NULL))
			fail_msg("%s: %s", seconds[i].what, lfb_error_text(NULL));
		if (again->kho_root != (seconds[i].is_taken ? at : blob->kho_root))
			fail_msg("with %s, 0x%llx is taken", seconds[i].what, again->kho_root);
		lfb_blob_free(again);
	}
	lfb_blob_free(blob);
}

/* What a kernel says of scratch as it boots, of which an area is empty. */
static void an_empty_area_of_scratch_is_none(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3");
	const struct lfb_image_options options = {
		.sz = sizeof(options), .base = blob->memory_start,
	};
	const u64 list = ALIGN(blob->memory_start + (32ull << 20), 2ull << 20);
	const u64 areas[] = { 0, 0, list, 2ull << 20 };
	const u64 boot[] = { 10 | 32ull << 32, blob->kho_root, PAGE_SIZE, list, sizeof(areas) };
	struct output json = { .writes_left = -1 };
	u64 address = 0;
	const char *said;
	FILE *file;

	damaged_write_raw(blob, path, blob->memory_start, 0);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fwrite(boot, sizeof(boot), 1, file), 1);
	fseek(file, (long)(list - blob->memory_start), SEEK_SET);
	assert_int_equal(fwrite(areas, sizeof(areas), 1, file), 1);
	fclose(file);
	assert_int_equal(lfb_inspect_image(path, &options, LFB_INSPECT_JSON, output_collect, &json),
			 0);
	said = strstr(json.text, "\"scratch\": [");
	assert_non_null(said);
	assert_int_equal(sscanf(said, "\"scratch\": [ { \"address\": %llu", &address), 1);
	assert_int_equal(address, list);
	free(json.text);
	lfb_blob_free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_roots_the_one_that_is_in_use_is_taken),
		cmocka_unit_test(an_empty_area_of_scratch_is_none),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
