/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Tests as functions of a world, which is made for them and destroyed after them: once in each of
 * some profiles, or with a quirk on and off in each.
 */
#ifndef TESTS_SUPPORT_WORLD_TEST_H
#define TESTS_SUPPORT_WORLD_TEST_H

#include "tests/support/world.h"

struct world_test {
	void (*body)(struct world *world);
	const char *const *profiles;	/* up to a NULL */
};
void world_test_run(void **state);

/* A cmocka test that runs @body in each of @profiles. */
#define world_test_in(profiles, body)                                                              \
	{ #body, world_test_run, NULL, NULL, &(struct world_test){ body, profiles } }

struct quirk_test {
	const char *quirk;
	const char *name;
	/* Runs in each of @profiles with the quirk on, then off, the others as they are shipped. */
	void (*body)(struct world *world, bool on);
	const char *const *profiles;
	CMUnitTestFunction plain;	/* instead of a body */
};

#define quirk_test_in(profiles, quirk, body) { #quirk, #body, body, profiles, NULL }
#define quirk_test(quirk, function) { #quirk, #function, NULL, NULL, function }
/* Runs them all, and fails if one of @prefixes has a quirk without a test. */
int quirk_tests_run(const struct quirk_test *tests, size_t count, const char *const *prefixes);

/* The profile of a world, for what differs between them. */
static inline const char *world_profile(const struct world *world)
{
	return world->machine->profile->name;
}

#endif
