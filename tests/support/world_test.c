// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Runs tests that are functions of a world.
 */
#include "tests/support/world_test.h"

void world_test_run(void **state)
{
	const struct world_test *test = *state;

	for (const char *const *profile = test->profiles; *profile; profile++) {
		struct world *world = world_create(*profile, NULL, NULL);

		test->body(world);
		world_destroy(world);
	}
}

static void run_on_and_off(void **state)
{
	const struct quirk_test *test = *state;

	for (const char *const *profile = test->profiles; *profile; profile++) {
		for (int on = 1; on >= 0; on--) {
			struct world *world = world_create_quirk(*profile, test->quirk, on);

			test->body(world, on);
			world_destroy(world);
		}
	}
}

static bool has_test(const struct quirk_test *tests, size_t count, const char *quirk)
{
	while (count--) {
		if (!strcmp(tests[count].quirk, quirk))
			return true;
	}
	return false;
}

/* Those that linux-7.3 brought, or that were seen in its tree first, have tests of their own. */
static bool is_older_than_linux_7_3(const char *quirk)
{
	if (!strcmp(quirk, "FLB_LINKS_COUNT_NOT_FILES") ||
	    !strcmp(quirk, "FLB_PAGE_NEVER_RESTORED"))
		return false;
	return lfb_profile_has_quirk("rfc-v6", quirk) || lfb_profile_has_quirk("linux-7.0", quirk);
}

static bool has_prefix(const char *quirk, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		if (!strncmp(quirk, *prefixes, strlen(*prefixes)))
			return true;
	}
	return false;
}

int quirk_tests_run(const struct quirk_test *tests, size_t count,
			  const char *const *prefixes)
{
	struct CMUnitTest *units = calloc(count, sizeof(*units));
	const char *quirk;
	int failed = 0;

	for (unsigned int i = 0; (quirk = lfb_quirk_name(i)) != NULL; i++) {
		if (has_prefix(quirk, prefixes) && is_older_than_linux_7_3(quirk) &&
		    !has_test(tests, count, quirk)) {
			print_error("quirk %s has no test\n", quirk);
			failed++;
		}
	}
	for (size_t i = 0; units && i < count; i++)
		units[i] = (struct CMUnitTest){
			.name = tests[i].name,
			.test_func = tests[i].body ? run_on_and_off : tests[i].plain,
			.initial_state = (void *)(uintptr_t)&tests[i],
		};
	failed += units ? _cmocka_run_group_tests("quirks", units, count, NULL, NULL) : 1;
	free(units);
	return failed;
}
