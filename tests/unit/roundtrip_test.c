// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Decode, then encode: every generation's state, read by the codec's readers and written again by
 * its writers, is the same bytes. First for states made to order, with pages given out in the same
 * order; then for every handover the recorded scenarios produce.
 */
#define _GNU_SOURCE
#include "tests/support/handed_plan.h"

#include <dirent.h>

#include <luo/scenario.h>
#include <luo/trace.h>

#include "lib/orchestrator.h"
#include "sim/handover/convert.h"

static const char *const profiles[] = {
	"rfc-v6", "linux-7.0", "linux-7.2", "linux-7.3", "reference",
};
#define NR_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

struct tally {
	unsigned int states;
	unsigned int in_place;	/* of these, with every page where it was */
	unsigned int areas;
};

/*
 * Comparing the pages of the format itself
 */

static const void *bytes_of(const struct lfb_inspection *found, const struct lfb_found_area *area)
{
	const void *bytes = found->view.at(&found->view, area->address, area->size);

	assert_non_null(bytes);
	return bytes;
}

static bool are_in_place(const struct lfb_inspection *a, const struct lfb_inspection *b)
{
	return a->areas.count == b->areas.count &&
	       (!a->areas.count ||
		!memcmp(a->areas.items, b->areas.items,
			a->areas.count * sizeof(struct lfb_found_area)));
}

/* The areas are listed in the order they are read: the n-th of one is the n-th of the other. */
static u64 moved(const struct lfb_inspection *a, const struct lfb_inspection *b, u64 address)
{
	const struct lfb_found_area *from = a->areas.items, *to = b->areas.items;

	for (size_t i = 0; i < a->areas.count; i++) {
		if (from[i].address == address)
			return to[i].address;
	}
	return address;
}

/* A copy of an area with each address of an area in it replaced by where that one is in @b. */
static u8 *normalised(const struct lfb_inspection *a, const struct lfb_inspection *b,
		      const struct lfb_found_area *area)
{
	u8 *copy = malloc(area->size);

	assert_non_null(copy);
	memcpy(copy, bytes_of(a, area), area->size);
	/* Device trees align what they hold to 4 bytes only. */
	for (size_t at = 0; at + sizeof(u64) <= area->size; at += 4) {
		u64 word, other;

		memcpy(&word, copy + at, sizeof(word));
		other = word && !(word % PAGE_SIZE) ? moved(a, b, word) : word;
		if (other == word)
			continue;
		memcpy(copy + at, &other, sizeof(other));
		at += 4;
	}
	return copy;
}

static void compare_areas(const char *what, const struct lfb_inspection *a,
			  const struct lfb_inspection *b, struct tally *tally)
{
	const struct lfb_found_area *left = a->areas.items, *right = b->areas.items;

	assert_int_equal(a->areas.count, b->areas.count);
	for (size_t i = 0; i < a->areas.count; i++) {
		u8 *wanted = normalised(a, b, &left[i]);

		assert_int_equal(left[i].size, right[i].size);
		if (memcmp(wanted, bytes_of(b, &right[i]), right[i].size)) {
			print_error("%s: area %zu at 0x%llx\n", what, i,
				    left[i].address);
			assert_memory_equal(wanted, bytes_of(b, &right[i]), right[i].size);
		}
		free(wanted);
	}
	tally->states++;
	tally->areas += (unsigned int)a->areas.count;
	tally->in_place += are_in_place(a, b);
}

static void write_again(const char *what, const struct lfb_blob *blob, struct tally *tally)
{
	struct lfb_inspection before = { 0 }, after = { 0 };
	struct lfb_blob *again;

	if (lfb__convert(blob, lfb_blob_profile(blob), LFB_PAGES_ASCENDING, &again)) {
		/* A count that is saturated is none, and no kernel is told of it. */
		if (strstr(lfb_error_text(NULL), "needed by 3221225472 files"))
			return;
		fail_msg("%s: %s", what, lfb_error_text(NULL));
	}
	handover_compare(blob, again);
	lfb__inspection_read(&before, blob);
	lfb__inspection_read(&after, again);
	compare_areas(what, &before, &after, tally);
	lfb__inspection_release(&before);
	lfb__inspection_release(&after);
	lfb_blob_free(again);
}

/*
 * States made to order
 */

static void check_plan(const char *profile, const struct handover_plan *plan, struct tally *tally)
{
	struct lfb_blob *blob = handover_make(profile, LFB_PAGES_ASCENDING, plan);
	unsigned int in_place = tally->in_place;
	char what[120];

	snprintf(what, sizeof(what), "%s: %u sessions, %u files, %u FLBs, seed %llu", profile,
		 plan->sessions, plan->files, plan->flbs, plan->seed);
	write_again(what, blob, tally);
	if (tally->in_place == in_place)
		fail_msg("%s: the pages are elsewhere", what);
	lfb_blob_free(blob);
}

static unsigned int most_sessions(const char *profile)
{
	unsigned long max = luo_profile_find(profile)->codec->session_max;

	return max ? (unsigned int)max : 1021;
}

static void made_states_are_written_as_they_were(void **state)
{
	static const unsigned int counts[] = {
		0, 1, 2, 50, 51, 52, 63, 64, 101, 102, 103, 126, 127, 128,
	};
	static const unsigned int flbs[] = { 0, 1, 62, 63 };
	struct tally tally = { 0 };

	for (size_t p = 0; p < NR_PROFILES; p++) {
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			for (unsigned int other = 0; other < 3; other++) {
				check_plan(profiles[p], &(struct handover_plan){
					.sessions = counts[i], .files = other, .flbs = other,
				}, &tally);
				check_plan(profiles[p], &(struct handover_plan){
					.sessions = other, .files = counts[i], .flbs = other,
				}, &tally);
			}
		}
		for (size_t i = 0; i < sizeof(flbs) / sizeof(flbs[0]); i++)
			check_plan(profiles[p], &(struct handover_plan){
				.sessions = 1, .files = 1, .flbs = flbs[i],
			}, &tally);
		for (unsigned int less = 0; less < 2; less++)
			check_plan(profiles[p], &(struct handover_plan){
				.sessions = most_sessions(profiles[p]) - less, .files = 1,
			}, &tally);
	}
	print_message("%u states, %u areas: byte for byte in the same places\n", tally.states,
		      tally.areas);
}

static void random_states_are_written_as_they_were(void **state)
{
	struct tally tally = { 0 };

	for (size_t p = 0; p < NR_PROFILES; p++) {
		for (u64 seed = 1; seed <= (LFB_SLOW ? 8 : 25); seed++)
			check_plan(profiles[p], &(struct handover_plan){
				.sessions = (unsigned int)(seed * 37 % 70),
				.files = (unsigned int)(seed * 53 % 129),
				.flbs = (unsigned int)(seed % 8 ? seed % 5 : 63),
				.seed = seed,
			}, &tally);
	}
	print_message("%u states, %u areas: byte for byte in the same places\n", tally.states,
		      tally.areas);
}

/*
 * Everything the scenarios produce
 */

struct watch {
	struct lfb_machine *machine;
	const char *what;
	struct tally *tally;
};

/* The jump is announced while all of the old kernel's memory is still there. */
static void at_the_jump(void *context, const struct lfb_event *event)
{
	struct watch *watch = context;
	struct lfb_blob *blob;

	if (event->kind != LFB_EVENT_JUMP)
		return;
	assert_int_equal(lfb_blob_capture(watch->machine, &blob), 0);
	write_again(watch->what, blob, watch->tally);
	lfb_blob_free(blob);
}

static void run_scenario(const char *path, const char *profile, struct tally *tally)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.policy = LFB_PAGES_ASCENDING,
		.profile = profile,
	};
	struct watch watch = { .what = path, .tally = tally };
	struct lfb_scenario *scenario;

	if (lfb_scenario_load(path, &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	assert_int_equal(lfb_machine_create(&options, &watch.machine), 0);
	lfb_trace_to(watch.machine, at_the_jump, &watch);
	/* How the run ends is another test's business. */
	lfb_scenario_run(scenario, watch.machine, NULL);
	lfb_machine_destroy(watch.machine);
	lfb_scenario_free(scenario);
}

static void run_directory(const char *directory, const char *profile, struct tally *tally)
{
	struct dirent **entries;
	char path[512];
	int count;

	snprintf(path, sizeof(path), "%s/golden/%s", LFB_TEST_DATA, directory);
	count = scandir(path, &entries, NULL, alphasort);
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		const char *suffix = strrchr(entries[i]->d_name, '.');

		snprintf(path, sizeof(path), "%s/golden/%s/%s", LFB_TEST_DATA, directory,
			 entries[i]->d_name);
		if (suffix && !strcmp(suffix, ".ops"))
			run_scenario(path, profile, tally);
		free(entries[i]);
	}
	free(entries);
}

static void what_scenarios_hand_over_is_written_as_it_was(void **state)
{
	for (size_t p = 0; p < NR_PROFILES; p++) {
		const char *recorded = p >= 2 ? "linux-7.3" : profiles[p];
		struct tally tally = { 0 };

		run_directory(recorded, profiles[p], &tally);
		run_directory("wire", profiles[p], &tally);
		print_message("%-9s  %u handovers, %u areas: %u with every page in its place, in "
			      "%u others addresses were normalised\n", profiles[p], tally.states,
			      tally.areas, tally.in_place, tally.states - tally.in_place);
		assert_true(tally.in_place > 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_states_are_written_as_they_were),
		cmocka_unit_test(random_states_are_written_as_they_were),
		cmocka_unit_test(what_scenarios_hand_over_is_written_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
