// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Profiles and quirks: which there are, and which kernel has which. docs/facts.md section 9. */
#include "tests/support/world.h"

static const struct {
	const char *name, *luo_abi, *kho_abi;
} profiles[] = {
	{ "rfc-v6", "luo-v1/luo-session-v1", "kho-v1" },
	{ "linux-7.0", "luo-v1/luo-session-v2", "kho-v1" },
	{ "linux-7.2", "luo-v5", "kho-v4" },
	{ "linux-7.3", "luo-v5", "kho-v4" },
	{ "reference", "luo-v5", "kho-v4" },
};

static void profiles_have_names_formats_and_say_what_they_are(void **state)
{
	unsigned int count = 0;
	const char *name;

	for (; (name = lfb_profile_name(count)) != NULL; count++) {
		assert_true(count < ARRAY_SIZE(profiles));
		assert_string_equal(name, profiles[count].name);
		assert_string_equal(lfb_profile_luo_abi(name), profiles[count].luo_abi);
		assert_string_equal(lfb_profile_kho_abi(name), profiles[count].kho_abi);
		assert_true(strlen(lfb_profile_about(name)) > 10);
		assert_string_equal(luo_profile_find(name)->name, name);
	}
	assert_int_equal(count, ARRAY_SIZE(profiles));
	assert_null(lfb_profile_name(count + 1));
}

static void unknown_profiles_have_nothing(void **state)
{
	static const char *const names[] = { "linux-6.0", "", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_null(lfb_profile_about(names[i]));
		assert_null(lfb_profile_luo_abi(names[i]));
		assert_null(lfb_profile_kho_abi(names[i]));
	}
}

/* R: rfc-v6, 0: linux-7.0, 3: linux-7.2 and 7.3; the reference has none. */
static const struct {
	const char *name;
	const char *in;
} quirks[] = {
	{ "FLB_FINISH_NEEDS_GET", "R03" },
	{ "FLB_RETRIEVE_AFTER_FINISH", "R" },
	{ "FLB_FINISH_BEFORE_FILE", "R" },
	{ "FLB_UNLOCK_STORES_OBJ", "R" },
	{ "FLB_GET_UNCOUNTED", "R0" },
	{ "FLB_RETRIEVE_RETRIED", "R0" },
	{ "FLB_FAILED_RETRIEVE_LEAKS", "R03" },
	{ "FLB_GET_OUTGOING_NULL", "0" },
	{ "FLB_COUNT_INCLUDES_GETS", "3" },
	{ "FLB_UNREGISTER_WHILE_PRESERVED", "3" },
	{ "FLB_TRUST_SERIALIZED", "R03" },
	{ "FLB_REGISTER_UNCHECKED_HANDLER", "R03" },
	{ "FILE_UNFREEZE_CLEARS_DATA", "R" },
	{ "FILE_RETRIEVE_RETRIED", "R" },
	{ "FILE_PRESERVED_TWICE", "R0" },
	{ "FILE_FLB_LEAK_ON_ENOMEM", "R" },
	{ "FILE_INCOMING_OPS_ON_OUTGOING", "R0" },
	{ "FILE_TOKEN_NOT_FOUND_WILD", "R" },
	{ "FILE_RETRIEVE_WITHOUT_FILE", "R03" },
	{ "SESSION_NAME_UNCHECKED", "R0" },
	{ "SESSION_DESERIALIZE_IGNORES_FILES", "R0" },
	{ "SESSION_DESERIALIZE_NOT_LATCHED", "0" },
	{ "SESSION_RETRIEVE_RACE", "R0" },
	{ "SESSION_MUTATE_WHILE_REBOOTING", "R0" },
	{ "SESSION_STUCK_AFTER_FAILED_CLOSE", "R03" },
	{ "SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK", "3" },
	{ "FLB_LAZY_INIT_RACE", "0" },
	{ "FLB_LINK_UNREGISTERED_HANDLER", "3" },
	{ "FLB_LINK_WHILE_PRESERVED", "3" },
	{ "FLB_LINKS_COUNT_NOT_FILES", "R03" },
	{ "FLB_PUT_AFTER_SERIALIZE", "3" },
	{ "FLB_INCOMING_UNLINK", "3" },
	{ "FLB_PAGE_NEVER_RESTORED", "R03" },
	{ "FLB_GET_OUTGOING_NEEDS_OBJ", "3" },
	{ "FLB_COUNT_SATURATES", "3" },
	{ "LATE_INIT_LEAKS_FLB_PAGE", "3" },
	{ "REGISTRY_UNLOCKED", "R0" },
	{ "MODULE_PINNED_FROM_REGISTRATION", "R0" },
	{ "SESSION_RETRIEVE_EFAULT_FINISHES", "3" },
	{ "PRESERVE_EFAULT_KEEPS", "3" },
	{ "FILE_GET_ID_CHANGES", "3" },
	{ "FILE_ENTRY_LOST_ON_ENOMEM", "3" },
	{ "FILES_POINTER_ZERO_ACCEPTED", "3" },
	{ "SESSION_TRUST_SERIALIZED", "3" },
	{ "CALLBACK_POSITIVE_IS_SUCCESS", "3" },
	{ "BOOT_ENOMEM_PANICS", "3" },
	{ "KHO_RESTORE_PAGES_NUMA", "3" },
	{ "KHO_VMALLOC_ROLLBACK_ORDER", "3" },
};

static void each_profile_has_the_defects_it_shipped_with(void **state)
{
	unsigned int count = 0;

	while (lfb_quirk_name(count))
		count++;
	assert_int_equal(count, ARRAY_SIZE(quirks));
	assert_null(lfb_quirk_name(count + 1));
	for (size_t i = 0; i < ARRAY_SIZE(quirks); i++) {
		const char *name = quirks[i].name;

		assert_int_equal(lfb_profile_has_quirk("rfc-v6", name),
				 strchr(quirks[i].in, 'R') != NULL);
		assert_int_equal(lfb_profile_has_quirk("linux-7.0", name),
				 strchr(quirks[i].in, '0') != NULL);
		assert_int_equal(lfb_profile_has_quirk("linux-7.3", name),
				 strchr(quirks[i].in, '3') != NULL);
		assert_int_equal(lfb_profile_has_quirk("linux-7.2", name),
				 strchr(quirks[i].in, '3') != NULL);
		assert_false(lfb_profile_has_quirk("reference", name));
		assert_true(strlen(lfb_quirk_about(name)) > 10);
	}
}

static void unknown_names_are_no_quirks(void **state)
{
	assert_false(lfb_profile_has_quirk("linux-6.0", "FLB_FINISH_NEEDS_GET"));
	assert_false(lfb_profile_has_quirk("rfc-v6", "FLB_FINISH_NEEDS"));
	assert_false(lfb_profile_has_quirk("rfc-v6", "flb_finish_needs_get"));
	assert_false(lfb_profile_has_quirk(NULL, NULL));
	assert_false(lfb_profile_has_quirk("rfc-v6", NULL));
	assert_null(lfb_quirk_about(""));
	assert_null(lfb_quirk_about(NULL));
}

static u64 bit(enum luo_quirk quirk)
{
	return 1ull << quirk;
}

static void lists_of_quirks_are_separated_by_spaces_and_commas(void **state)
{
	static const char *const lists[] = {
		"FLB_GET_UNCOUNTED REGISTRY_UNLOCKED",
		"FLB_GET_UNCOUNTED,REGISTRY_UNLOCKED",
		" , REGISTRY_UNLOCKED ,,FLB_GET_UNCOUNTED, ",
		"REGISTRY_UNLOCKED REGISTRY_UNLOCKED FLB_GET_UNCOUNTED",
	};
	const u64 both = bit(LUO_QUIRK_FLB_GET_UNCOUNTED) | bit(LUO_QUIRK_REGISTRY_UNLOCKED);
	char bad[16];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		u64 mask = 0;

		assert_int_equal(luo_quirks_parse(lists[i], &mask, bad, sizeof(bad)), 0);
		assert_int_equal(mask, both);
	}
}

static void an_empty_list_changes_nothing(void **state)
{
	static const char *const lists[] = { "", " ", ",, ,", NULL };
	char bad[16];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		u64 mask = 5;

		assert_int_equal(luo_quirks_parse(lists[i], &mask, bad, sizeof(bad)), 0);
		assert_int_equal(mask, 5);
	}
}

static void what_is_no_quirk_is_named(void **state)
{
	char bad[16];
	u64 mask = 0;

	assert_int_equal(luo_quirks_parse("REGISTRY_UNLOCKED NO_QUIRK", &mask, bad,
					  sizeof(bad)),
			 -EINVAL);
	assert_string_equal(bad, "NO_QUIRK");
	assert_int_equal(luo_quirks_parse("A_NAME_LONGER_THAN_THE_PLACE", &mask, bad,
					  sizeof(bad)),
			 -EINVAL);
	assert_string_equal(bad, "A_NAME_LONGER_T");
}

static void machines_take_quirks_that_exist_and_do_not_contradict(void **state)
{
	static const struct {
		const char *profile, *on, *off;
		int result;
	} options[] = {
		{ "rfc-v6", NULL, NULL, 0 },
		{ "rfc-v6", "FLB_LAZY_INIT_RACE", "FLB_GET_UNCOUNTED", 0 },
		{ "linux-7.0", "NO_QUIRK", NULL, -EINVAL },
		{ "linux-7.0", NULL, "NO_QUIRK", -EINVAL },
		{ "linux-7.0", "FLB_GET_UNCOUNTED", "FLB_GET_UNCOUNTED", -EINVAL },
		{ "linux-6.0", NULL, NULL, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct lfb_machine_options machine_options = {
			.sz = sizeof(machine_options),
			.profile = options[i].profile,
			.quirks_on = options[i].on,
			.quirks_off = options[i].off,
		};
		struct lfb_machine *machine;

		assert_int_equal(lfb_machine_create(&machine_options, &machine), options[i].result);
		assert_int_equal(machine == NULL, options[i].result != 0);
		lfb_machine_destroy(machine);
	}
}

static void a_booted_kernel_has_its_profiles_quirks_more_or_less(void **state)
{
	struct world *world = world_create("rfc-v6", "FLB_LAZY_INIT_RACE", "FLB_GET_UNCOUNTED");
	const u64 shipped = luo_profile_find("rfc-v6")->quirks;

	assert_int_equal(world_luo(world)->quirks, (shipped | bit(LUO_QUIRK_FLB_LAZY_INIT_RACE)) &
							   ~bit(LUO_QUIRK_FLB_GET_UNCOUNTED));
	world_destroy(world);
	world = world_create("linux-7.0", NULL, "all");
	assert_int_equal(world_luo(world)->quirks, 0);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_have_names_formats_and_say_what_they_are),
		cmocka_unit_test(unknown_profiles_have_nothing),
		cmocka_unit_test(each_profile_has_the_defects_it_shipped_with),
		cmocka_unit_test(unknown_names_are_no_quirks),
		cmocka_unit_test(lists_of_quirks_are_separated_by_spaces_and_commas),
		cmocka_unit_test(an_empty_list_changes_nothing),
		cmocka_unit_test(what_is_no_quirk_is_named),
		cmocka_unit_test(machines_take_quirks_that_exist_and_do_not_contradict),
		cmocka_unit_test(a_booted_kernel_has_its_profiles_quirks_more_or_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
