// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Checks of handovers: each raises its own id where its rule is broken, and nothing else; none
 * accuses what is sound.
 */
#include <errno.h>

#include <luo/edit.h>
#include <luo/inspect.h>
#include <luo/profile.h>

#include "tests/support/damaged.h"
#include "tests/support/staging.h"

/* What was told. */
struct told {
	unsigned int count;
	unsigned int errors;
	unsigned int times[LFB_CHECKS_NR];
	char path[128];			/* of the first of the id that is expected */
	enum lfb_check_id expected;
	phys_addr_t address;
	u64 offset;
	char text[256];
	int answer;
};

static int hear(void *context, const struct lfb_check_problem *problem)
{
	struct told *told = context;

	assert_int_equal(problem->sz, sizeof(*problem));
	assert_in_range(problem->id, 0, LFB_CHECKS_NR - 1);
	assert_int_equal(problem->severity, lfb_check_severity(problem->id));
	assert_true(problem->path[0] && problem->text[0]);
	told->count++;
	told->errors += problem->severity >= LFB_SEVERITY_ERROR;
	if (!told->times[problem->id]++ && problem->id == told->expected) {
		snprintf(told->path, sizeof(told->path), "%s", problem->path);
		told->address = problem->address;
		told->offset = problem->offset;
	}
	snprintf(told->text, sizeof(told->text), "%s: [%s] %.100s", problem->path,
		 lfb_check_name(problem->id), problem->text);
	return told->answer;
}

/* Does it raise what it should? All that do not are said. */
static bool check_damage(const struct damage *damage)
{
	struct told told = { .expected = damage->id };
	struct damaged damaged;
	int answer;

	damaged_make(&damaged, damage->profile, damage->as);
	damage->damage(&damaged);
	answer = damaged_check(&damaged, hear, &told);
	if (answer != (int)told.errors || !told.times[damage->id] ||
	    told.count != told.times[damage->id] + (damage->also ? told.times[damage->also] : 0)) {
		print_error("%s: %d, %u problems, the last: %s\n", lfb_check_name(damage->id),
			    answer, told.count, told.text);
		return false;
	}
	if (!damage->path || !strcmp(told.path, damage->path))
		return true;
	print_error("%s: is about %s, not %s\n", lfb_check_name(damage->id), told.path,
		    damage->path);
	return false;
}

static void what_is_damaged_raises_the_one_check_it_breaks(void **state)
{
	size_t right = 0;

	for (size_t i = 0; i < nr_damages; i++)
		right += check_damage(&damages[i]);
	assert_int_equal(right, nr_damages);
}

static void each_check_is_broken_by_a_damage(void **state)
{
	bool broken[LFB_CHECKS_NR] = { false };

	for (size_t i = 0; i < nr_damages; i++)
		broken[damages[i].id] = true;
	for (int id = 0; id < LFB_CHECKS_NR; id++) {
		if (!broken[id])
			fail_msg("no damage breaks %s", lfb_check_name(id));
	}
}

static void check_sound(const char *profile, enum damaged_as as)
{
	struct told told = { .count = 0 };
	struct damaged damaged;

	damaged_make(&damaged, profile, as);
	assert_int_equal(damaged_check(&damaged, hear, &told), 0);
	if (told.count)
		fail_msg("%s: %s", profile, told.text);
}

static void what_is_sound_raises_none(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		check_sound(profile, AS_BLOB);
		check_sound(profile, AS_CORE);
		check_sound(profile, AS_RAW);
	}
	check_sound("linux-7.3", AS_DEBUGFS);
	check_sound("rfc-v6", AS_MEMORY);
	check_sound("linux-7.0", AS_MEMORY);
	check_sound("linux-7.3", AS_MEMORY);
}

/* It is written in the end: a kernel of kho-v1 that runs has none, and nobody knows what stays. */
static void a_kernel_that_runs_may_have_no_map_yet(void **state)
{
	struct told told = { .count = 0 };
	struct damaged damaged;

	damaged_make(&damaged, "linux-7.0", AS_RAW);
	for (size_t i = 0; i < nr_damages; i++) {
		if (damages[i].id == LFB_CHECK_MAP_MISSING &&
		    !strcmp(damages[i].profile, "linux-7.0"))
			damages[i].damage(&damaged);
	}
	assert_int_equal(damaged_check(&damaged, hear, &told), 0);
	if (told.count)
		fail_msg("%s", told.text);
}

static void a_blob_of_an_older_release_raises_none(void **state)
{
	struct told told = { .count = 0 };
	struct lfb_blob *blob;

	assert_int_equal(lfb_blob_load(LFB_TEST_DATA "/blobs/linux-7.3-0.1.0.blob", &blob), 0);
	assert_int_equal(lfb_check_blob(blob, hear, &told), 0);
	assert_int_equal(told.count, 0);
	lfb_blob_free(blob);
}

static void warnings_are_told_and_no_errors(void **state)
{
	struct told told = { .expected = LFB_CHECK_FILE_TOKEN_TWICE };

	for (size_t i = 0; i < nr_damages; i++) {
		struct damaged damaged;

		if (damages[i].id != LFB_CHECK_FILE_TOKEN_TWICE)
			continue;
		damaged_make(&damaged, damages[i].profile, damages[i].as);
		damages[i].damage(&damaged);
		assert_int_equal(damaged_check(&damaged, hear, &told), 0);
	}
	assert_int_equal(told.count, 1);
	assert_int_equal(lfb_check_severity(LFB_CHECK_FILE_TOKEN_TWICE), LFB_SEVERITY_WARNING);
}

/* What is at the offset that is told of a problem in a blob is what is wrong. */
static void an_offset_is_where_the_address_is_in_the_file(void **state)
{
	struct told told = { .expected = LFB_CHECK_SESSION_NAME_TWICE };
	struct damaged damaged;
	u8 *bytes;

	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	for (size_t i = 0; i < nr_damages; i++) {
		if (damages[i].id == told.expected)
			damages[i].damage(&damaged);
	}
	bytes = malloc(damaged.size);
	assert_non_null(bytes);
	memcpy(bytes, damaged.bytes, damaged.size);
	damaged_check(&damaged, hear, &told);
	assert_int_not_equal(told.address, LFB_CHECK_NOWHERE);
	assert_string_equal(bytes + told.offset, "vm-1");
	free(bytes);
	told = (struct told){ .expected = LFB_CHECK_BLOB_BOOTS };
	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	memset(damaged.bytes + LFB_BLOB_BOOTS_AT, 0, 4);
	damaged_check(&damaged, hear, &told);
	assert_int_equal(told.address, LFB_CHECK_NOWHERE);
	assert_int_equal(told.offset, LFB_BLOB_BOOTS_AT);
}

static void who_is_told_can_end_it(void **state)
{
	struct told told = { .answer = -EPIPE };
	struct damaged damaged;

	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	memset(damaged.bytes + LFB_BLOB_BOOTS_AT, 0, 4);
	assert_int_equal(damaged_check(&damaged, hear, &told), -EPIPE);
	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	memcpy(damaged.bytes + LFB_BLOB_PROFILE_AT, "other", 6);
	memcpy(damaged.bytes + LFB_BLOB_COMPATIBLE_AT, "other", 6);
	told.count = 0;
	assert_int_equal(damaged_check(&damaged, hear, &told), -EPIPE);
	assert_int_equal(told.count, 1);
	/* … whatever it is that is told. */
	for (size_t i = 0; i < nr_damages; i++) {
		damaged_make(&damaged, damages[i].profile, damages[i].as);
		damages[i].damage(&damaged);
		told.count = 0;
		assert_int_equal(damaged_check(&damaged, hear, &told), -EPIPE);
		assert_int_equal(told.count, 1);
	}
}

/* Of three files with the same token two are told, or the first that somebody ends it at. */
static void a_token_is_told_each_time_it_comes_again(void **state)
{
	static const struct lfb_edit edits[] = {
		{ "luo/session[0]/file[1]/token", "1" }, { "luo/session[0]/file[2]/token", "1" },
	};
	struct lfb_blob *blob = blob_of("handler 0\nopen\nsession a\npreserve a 1 0 1\n"
					"preserve a 2 0 2\npreserve a 3 0 3\nreboot\n", 0,
					"linux-7.3");
	struct told told = { .expected = LFB_CHECK_FILE_TOKEN_TWICE };
	u8 *bytes = malloc(blob->size);

	assert_non_null(bytes);
	memcpy(bytes, blob->bytes, blob->size);
	assert_int_equal(lfb_edit_bytes(bytes, blob->size, edits, ARRAY_SIZE(edits), NULL), 0);
	assert_int_equal(lfb_check_bytes(bytes, blob->size, hear, &told), 0);
	assert_int_equal(told.count, 2);
	assert_string_equal(told.path, "luo/session[0]/file[1]/token");
	told = (struct told){ .answer = -EPIPE };
	assert_int_equal(lfb_check_bytes(bytes, blob->size, hear, &told), -EPIPE);
	assert_int_equal(told.count, 1);
	free(bytes);
	lfb_blob_free(blob);
}

/* What an FLB left may be an address in memory that is preserved; that is nobody's problem. */
static void what_an_flb_left_may_be_an_address(void **state)
{
	struct lfb_edit edit = { "luo/flb[0]/data" };
	struct told told = { .count = 0 };
	struct damaged damaged;
	char address[32];

	damaged_make(&damaged, "linux-7.3", AS_BLOB);
	snprintf(address, sizeof(address), "0x%llx", damaged.blob->kho_root);
	edit.value = address;
	assert_int_equal(lfb_edit_bytes(damaged.bytes, damaged.size, &edit, 1, NULL), 0);
	assert_int_equal(damaged_check(&damaged, hear, &told), 0);
	assert_int_equal(told.count, 0);
}

/* What an older generation knows nothing of is anybody's there. */
static void metadata_of_a_generation_without_it_is_no_metadata(void **state)
{
	struct lfb_blob *blob = blob_of("do pages a 0\ndo preserve-pages a 1\n"
					"do add-subtree kexec-metadata a\nopen\nreboot\n", 0,
					"linux-7.0");
	struct told told = { .count = 0 };

	assert_int_equal(lfb_check_blob(blob, hear, &told), 0);
	assert_int_equal(told.count, 0);
	lfb_blob_free(blob);
}

static int pass_over(void *context, const char *bytes, size_t size)
{
	return 0;
}

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

/* Bytes of a blob are others, one after the other; its digest is right. */
static void damage_at_random(const struct lfb_blob *blob, u64 *state)
{
	struct told told = { .count = 0 };
	struct lfb_blob *changed;
	u8 *bytes = malloc(blob->size);
	int answer;

	assert_non_null(bytes);
	memcpy(bytes, blob->bytes, blob->size);
	for (u64 n = 1 + next_random(state) % 4; n; n--) {
		size_t at = next_random(state) % blob->size;

		/* Most are zeros, and nobody's. */
		while (n % 4 != 1 && !bytes[at] && at + 1 < blob->size)
			at++;
		bytes[at] = (u8)next_random(state);
	}
	assert_int_equal(lfb__blob_seal(bytes, blob->size), 0);
	answer = lfb_check_bytes(bytes, blob->size, hear, &told);
	assert_int_equal(answer, told.errors);
	if (lfb_blob_from_memory(bytes, blob->size, &changed)) {
		assert_int_equal(answer, 1);
	} else {
		const int inspected = lfb_inspect_blob(changed, LFB_INSPECT_JSON, pass_over, NULL);

		assert_int_equal(lfb_check_blob(changed, hear, &told), answer);
		/* An inspection does not look at names, nor whose memory is. */
		if (!told.times[LFB_CHECK_SESSION_NAME_TWICE] &&
		    !told.times[LFB_CHECK_OWNED_TWICE])
			assert_int_equal(inspected, answer ? -EINVAL : 0);
		lfb_blob_free(changed);
	}
	free(bytes);
}

static void whatever_bytes_say_each_problem_has_its_check(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	u64 random = 1;

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct damaged damaged;

		damaged_make(&damaged, profiles[i], AS_BLOB);
		for (unsigned int n = 0; n < (LFB_SLOW ? 300 : 3000); n++)
			damage_at_random(damaged.blob, &random);
		lfb_blob_free(damaged.blob);
		free(damaged.bytes);
	}
}

static void names_are_of_one_kind_and_none_is_there_twice(void **state)
{
	for (int id = 0; id < LFB_CHECKS_NR; id++) {
		const char *name = lfb_check_name(id);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		assert_non_null(strchr(name, '-'));
		assert_int_equal(lfb_check_by_name(name), id);
		assert_true(lfb_check_sentence(id)[0]);
		assert_in_range(lfb_check_severity(id), LFB_SEVERITY_WARNING, LFB_SEVERITY_ERROR);
	}
	assert_int_equal(lfb_check_by_name("no-such-check"), -ENOENT);
	assert_int_equal(lfb_check_by_name(NULL), -ENOENT);
	assert_null(lfb_check_name(LFB_CHECKS_NR));
	assert_string_equal(lfb_check_sentence(LFB_CHECKS_NR), "");
	assert_int_equal(lfb_check_severity(LFB_CHECKS_NR), LFB_SEVERITY_NOTE);
}

static void what_cannot_be_checked_is_an_error(void **state)
{
	struct lfb_blob *blob = blob_of("open\nreboot\n", 0, "linux-7.3");
	struct told told = { .count = 0 };

	assert_int_equal(lfb_check_blob(NULL, hear, &told), -EINVAL);
	assert_int_equal(lfb_check_blob(blob, NULL, &told), -EINVAL);
	assert_int_equal(lfb_check_memory("x", 1, 0, "linux-7.3", NULL, &told), -EINVAL);
	assert_int_equal(lfb_check_image("/dev/null", NULL, NULL, &told), -EINVAL);
	assert_int_equal(lfb_check_bytes(NULL, 7, hear, &told), -EINVAL);
	assert_int_equal(lfb_check_bytes("x", 1, NULL, &told), -EINVAL);
	assert_int_equal(lfb_check_memory(NULL, 7, 0, "linux-7.3", hear, &told), -EINVAL);
	assert_int_equal(lfb_check_memory("x", 1, 0, "none", hear, &told), -EINVAL);
	assert_int_equal(lfb_check_image(NULL, NULL, hear, &told), -EINVAL);
	assert_int_equal(lfb_check_image("/dev/null/none", NULL, hear, &told), -ENOTDIR);
	assert_int_equal(lfb_check_debugfs(NULL, hear, &told), -EINVAL);
	assert_int_equal(lfb_check_debugfs("/dev/null/none", hear, &told), -ENOTDIR);
	assert_int_equal(told.count, 0);
	assert_int_equal(lfb_check_bytes(NULL, 0, hear, &told), 1);
	assert_int_equal(told.times[LFB_CHECK_BLOB_MAGIC], 1);
	lfb_blob_free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_damaged_raises_the_one_check_it_breaks),
		cmocka_unit_test(each_check_is_broken_by_a_damage),
		cmocka_unit_test(what_is_sound_raises_none),
		cmocka_unit_test(a_kernel_that_runs_may_have_no_map_yet),
		cmocka_unit_test(a_blob_of_an_older_release_raises_none),
		cmocka_unit_test(warnings_are_told_and_no_errors),
		cmocka_unit_test(an_offset_is_where_the_address_is_in_the_file),
		cmocka_unit_test(who_is_told_can_end_it),
		cmocka_unit_test(a_token_is_told_each_time_it_comes_again),
		cmocka_unit_test(what_an_flb_left_may_be_an_address),
		cmocka_unit_test(metadata_of_a_generation_without_it_is_no_metadata),
		cmocka_unit_test(whatever_bytes_say_each_problem_has_its_check),
		cmocka_unit_test(names_are_of_one_kind_and_none_is_there_twice),
		cmocka_unit_test(what_cannot_be_checked_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
