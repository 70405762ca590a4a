// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Who boots from a blob reads it by the rules, or as its kernel does: the first refuses each
 * handover that breaks a rule, before any kernel's code has run, and takes each that breaks none.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include <luo/profile.h>

#include "tests/support/damaged.h"
#include "tests/support/staging.h"

static unsigned int begun;

static int count_begin(void)
{
	begun++;
	return 0;
}

LFB_MODULE(counts, count_begin, NULL);

static struct lfb_machine *machine_of(const char *profile, enum lfb_reading reading)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.reading = reading,
		.scratch_areas = 1,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_add_module(machine, &counts_module), 0);
	begun = 0;
	return machine;
}

/* Boots from what is damaged, and forgets it. Returns what booting did; 1: it is no blob. */
static int boot(struct damaged *damaged, struct lfb_machine *machine)
{
	struct lfb_blob *blob;
	int err = 1;

	if (!damaged->unsealed)
		assert_int_equal(lfb__blob_seal(damaged->bytes, damaged->size), 0);
	if (!lfb_blob_from_memory(damaged->bytes, damaged->size, &blob)) {
		err = lfb_machine_boot_blob(machine, blob);
		lfb_blob_free(blob);
	}
	lfb_blob_free(damaged->blob);
	free(damaged->bytes);
	return err;
}

static bool names(const char *text, enum lfb_check_id id)
{
	char name[64];

	snprintf(name, sizeof(name), "[%s]", lfb_check_name(id));
	return strstr(text, name) != NULL;
}

/* What strict reading did of one, which must be right. */
static int boot_strictly(const struct damage *damage)
{
	const bool is_error = lfb_check_severity(damage->id) >= LFB_SEVERITY_ERROR;
	struct lfb_machine *machine = machine_of(damage->profile, LFB_READING_STRICT);
	struct damaged damaged;
	int err;

	damaged_make(&damaged, damage->profile, damage->as);
	damage->damage(&damaged);
	err = boot(&damaged, machine);
	if (err <= 0)
		assert_int_equal(err, is_error ? -EBADMSG : 0);
	assert_int_equal(begun, !err);
	if (err == -EBADMSG) {
		assert_true(names(lfb_error_text(machine), damage->id) ||
			    (damage->also && names(lfb_error_text(machine), damage->also)));
		assert_int_equal(lfb_machine_state(machine), LFB_OFF);
		assert_int_equal(lfb_machine_boot(machine), 0);
	}
	lfb_machine_destroy(machine);
	return err;
}

static void what_breaks_a_rule_is_refused_before_a_kernel_boots(void **state)
{
	unsigned int refused = 0, taken = 0;

	for (size_t i = 0; i < nr_damages; i++) {
		int err = damages[i].as == AS_BLOB ? boot_strictly(&damages[i]) : 1;

		refused += err == -EBADMSG;
		taken += !err;
	}
	printf("%u damaged blobs refused, %u taken that are only odd\n", refused, taken);
	assert_true(refused > 40 && taken);
}

static void what_is_sound_is_booted_either_way(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		for (int reading = LFB_READING_KERNEL; reading <= LFB_READING_STRICT; reading++) {
			struct lfb_machine *machine = machine_of(profile, reading);
			struct damaged damaged;

			damaged_make(&damaged, profile, AS_BLOB);
			assert_int_equal(boot(&damaged, machine), 0);
			assert_int_equal(begun, 1);
			lfb_machine_destroy(machine);
		}
	}
}

static u64 incoming_pages(struct lfb_machine *machine)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	assert_int_equal(lfb_machine_stats(machine, &stats), 0);
	return stats.incoming_pages;
}

/* The page of the root tree, to be changed. */
static void *root_of(const struct damaged *damaged)
{
	const struct lfb_blob *blob = damaged->blob;

	for (u32 i = 0; i < blob->nr_ranges; i++) {
		if (blob->ranges[i].kind == LFB_BLOB_ROOT)
			return damaged->bytes + (blob->ranges[i].bytes - blob->bytes);
	}
	assert_true(false);
	return NULL;
}

/* "compatible" is a list of strings, of which one has to be the wanted one: strictly, too. */
static void one_of_a_list_of_compatible_strings_will_do(void **state)
{
	static const struct {
		const char *list;
		int size;
		bool taken, sound;
	} cases[] = {
		{ "kho-v4\0other", 13, true, true }, { "other\0kho-v4", 13, true, true },
		{ "kho-v4\0kho-v1", 14, true, true }, { "\0kho-v4", 8, true, true },
		/* where a list has no end, kernels look at the byte behind it */
		{ "other\0kho-v4", 12, true, false }, { "kho-v4\0other", 12, true, false },
		{ "other\0kho-v44", 14, false, false },
		{ "xkho-v4", 8, false, false }, { "", 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int reading = LFB_READING_KERNEL; reading <= LFB_READING_STRICT; reading++) {
			struct lfb_machine *machine = machine_of("linux-7.3", reading);
			struct damaged damaged;
			void *root;
			int err;

			damaged_make(&damaged, "linux-7.3", AS_BLOB);
			root = root_of(&damaged);
			assert_int_equal(fdt_open_into(root, root, PAGE_SIZE), 0);
			assert_int_equal(fdt_setprop(root, 0, "compatible", cases[i].list,
						     cases[i].size), 0);
			err = boot(&damaged, machine);
			if (cases[i].sound || reading == LFB_READING_STRICT)
				assert_int_equal(err, cases[i].sound ? 0 : -EBADMSG);
			if (!err)
				assert_int_equal(!!incoming_pages(machine), cases[i].taken);
			lfb_machine_destroy(machine);
		}
	}
}

/* Behind all others, with a page between; the map does not know of it. */
static void add_page(struct damaged *damaged)
{
	const struct lfb_blob *blob = damaged->blob;
	const struct lfb_blob_range *last = &blob->ranges[blob->nr_ranges - 1];
	const size_t table = LFB_BLOB_HEADER_SIZE + blob->nr_ranges * LFB_BLOB_RANGE_SIZE;
	const size_t more = LFB_BLOB_RANGE_SIZE + PAGE_SIZE;
	const u64 phys = last->phys + PFN_PHYS(last->nr_pages + 1ul), size = damaged->size + more;
	const u32 kind = LFB_BLOB_PRESERVED, one = 1, ranges = blob->nr_ranges + 1;
	u8 *bytes = realloc(damaged->bytes, size);

	assert_non_null(bytes);
	memmove(bytes + table + LFB_BLOB_RANGE_SIZE, bytes + table, damaged->size - table);
	memcpy(bytes + table, &phys, sizeof(phys));
	memcpy(bytes + table + 8, &one, sizeof(one));
	memcpy(bytes + table + 12, &kind, sizeof(kind));
	memcpy(bytes + LFB_BLOB_NR_RANGES_AT, &ranges, sizeof(ranges));
	memcpy(bytes + LFB_BLOB_TOTAL_SIZE_AT, &size, sizeof(size));
	memset(bytes + size - LFB_DIGEST_SIZE - PAGE_SIZE, 0x5a, PAGE_SIZE);
	damaged->bytes = bytes;
	damaged->size = size;
}

/* Nobody is told of it, and the next kernel gives it out as any other memory. */
static void a_page_that_no_map_names_breaks_no_rule(void **state)
{
	u64 without = 0;

	(void)state;
	for (int more = 0; more <= 1; more++) {
		for (int reading = LFB_READING_KERNEL; reading <= LFB_READING_STRICT; reading++) {
			struct lfb_machine *machine = machine_of("linux-7.3", reading);
			struct damaged damaged;

			damaged_make(&damaged, "linux-7.3", AS_BLOB);
			if (more)
				add_page(&damaged);
			assert_int_equal(boot(&damaged, machine), 0);
			if (!more)
				without = incoming_pages(machine);
			assert_int_equal(incoming_pages(machine), without);
			lfb_machine_destroy(machine);
		}
	}
}

/* The default: linux-7.3 follows the address of a block wherever it leads, and dies of it. */
static void a_kernel_that_trusts_dies_of_what_strict_reading_refuses(void **state)
{
	unsigned int died = 0, took = 0, refused = 0;

	for (size_t i = 0; i < nr_damages; i++) {
		struct lfb_machine *machine;
		struct damaged damaged;
		int err;

		if (damages[i].as != AS_BLOB ||
		    lfb_check_severity(damages[i].id) < LFB_SEVERITY_ERROR)
			continue;
		machine = machine_of(damages[i].profile, LFB_READING_KERNEL);
		damaged_make(&damaged, damages[i].profile, damages[i].as);
		damages[i].damage(&damaged);
		err = boot(&damaged, machine);
		died += err < 0 && lfb_machine_state(machine) == LFB_PANICKED;
		refused += err < 0 && lfb_machine_state(machine) == LFB_OFF;
		took += !err;
		lfb_machine_destroy(machine);
	}
	printf("of those that break a rule kernels take %u, die of %u, and %u do not fit\n", took,
	       died, refused);
	assert_true(took && died);
}

static void there_are_two_ways_of_reading(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.reading = LFB_READING_STRICT + 1,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "there is no way of reading 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused_before_a_kernel_boots),
		cmocka_unit_test(what_is_sound_is_booted_either_way),
		cmocka_unit_test(one_of_a_list_of_compatible_strings_will_do),
		cmocka_unit_test(a_page_that_no_map_names_breaks_no_rule),
		cmocka_unit_test(a_kernel_that_trusts_dies_of_what_strict_reading_refuses),
		cmocka_unit_test(there_are_two_ways_of_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
