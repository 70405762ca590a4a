// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two readers of handovers, which share no code (tests/fuzz/support/reference.h), agree about all
 * that is recorded here and about each rule broken; that they do of others the fuzzer tries.
 */
#include <dirent.h>

#include <luo/profile.h>

#include "tests/fuzz/support/opinions.h"
#include "tests/support/damaged.h"
#include "tests/support/staging.h"
#include "tests/support/wire_image.h"

/* Other containers hold the same, and have readers of their own. */
static bool is_read_twice(enum damaged_as as)
{
	return as == AS_BLOB || as == AS_MEMORY;
}

static enum opinions opinions_of_damaged(const struct damaged *damaged)
{
	if (damaged->as == AS_MEMORY)
		return opinions_of_memory(damaged->bytes, damaged->size, TREE, damaged->profile);
	if (!damaged->unsealed && damaged->size > LFB_BLOB_HEADER_SIZE)
		assert_int_equal(lfb__blob_seal(damaged->bytes, damaged->size), 0);
	return opinions_of(damaged->bytes, damaged->size, true);
}

static void forget(struct damaged *damaged)
{
	lfb_blob_free(damaged->blob);
	free(damaged->bytes);
}

/* What breaks a rule of those that both have is refused; what another one, or a warning, taken. */
static enum opinions expected_of(enum lfb_check_id id)
{
	return lfb_check_severity(id) < LFB_SEVERITY_ERROR || id > LFB_CHECK_FLB_TWICE ?
		       BOTH_TAKE : BOTH_REFUSE;
}

static void each_broken_rule_is_one_to_both(void **state)
{
	unsigned int came[OPINIONS_DIFFER] = { 0 }, wrong = 0;

	for (size_t i = 0; i < nr_damages; i++) {
		struct damaged damaged;
		enum opinions both;

		if (!is_read_twice(damages[i].as))
			continue;
		damaged_make(&damaged, damages[i].profile, damages[i].as);
		damages[i].damage(&damaged);
		both = opinions_of_damaged(&damaged);
		forget(&damaged);
		if (both != expected_of(damages[i].id)) {
			print_error("%s: %d\n", lfb_check_name(damages[i].id), both);
			wrong++;
			continue;
		}
		came[both]++;
	}
	print_message("%u damaged handovers are refused by both, %u taken, of %zu\n",
		      came[BOTH_REFUSE], came[BOTH_TAKE], nr_damages);
	assert_int_equal(wrong, 0);
	assert_in_range(came[BOTH_REFUSE], 60, nr_damages);
}

static void what_is_sound_is_taken_by_both(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		struct damaged damaged;

		damaged_make(&damaged, profile, AS_BLOB);
		assert_int_equal(opinions_of_damaged(&damaged), BOTH_TAKE);
		forget(&damaged);
	}
}

static void check_blob(const char *path)
{
	struct lfb_blob *blob;

	assert_int_equal(lfb_blob_load(path, &blob), 0);
	if (opinions_of(blob->bytes, blob->size, true) != BOTH_TAKE)
		fail_msg("%s", path);
	lfb_blob_free(blob);
}

static void recorded_blobs_are_taken_by_both(void **state)
{
	static const char folder[] = LFB_TEST_DATA "/../fuzz/blob_seed_corpus";
	unsigned int count = 0;
	struct dirent *entry;
	char path[512];
	DIR *all = opendir(folder);

	assert_non_null(all);
	while ((entry = readdir(all)) != NULL) {
		if (!strstr(entry->d_name, ".blob"))
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, entry->d_name);
		check_blob(path);
		count++;
	}
	closedir(all);
	assert_in_range(count, 9, 1000);
	check_blob(LFB_TEST_DATA "/blobs/linux-7.3-0.1.0.blob");
}

static void recorded_images_are_taken_by_both(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		for (size_t n = 0; n < IMAGES; n++) {
			struct image image;

			image_load_wire(&image, profiles[i], images[n]);
			assert_int_equal(opinions_of_memory(image.bytes, image.size, TREE,
							    profiles[i]), BOTH_TAKE);
			image_unload(&image);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_broken_rule_is_one_to_both),
		cmocka_unit_test(what_is_sound_is_taken_by_both),
		cmocka_unit_test(recorded_blobs_are_taken_by_both),
		cmocka_unit_test(recorded_images_are_taken_by_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
