// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The transcoder: what it turns into what, and what it refuses.
 */
#include "tests/support/handed_plan.h"

#include <luo/convert.h>
#include <luo/kexec_handover.h>
#include <luo/profile.h>

#define RFC "rfc-v6"
#define V7_0 "linux-7.0"
#define V7_3 "linux-7.3"
#define REFERENCE "reference"

static const char *const profiles[] = { RFC, V7_0, "linux-7.2", V7_3, REFERENCE };
#define NR_PROFILES (sizeof(profiles) / sizeof(profiles[0]))
/* In slow builds every second pair: from and to each of them all the same. */
#define PAIRS_STEP (LFB_SLOW ? 4 : 1)

/* What every generation has room for. */
static const struct handover_plan plans[] = {
	{ .sessions = 0 },
	{ .sessions = 1 },
	{ .sessions = 1, .files = 1 },
	{ .sessions = 1, .files = 1, .flbs = 1 },
	{ .sessions = 2, .files = 3, .flbs = 2, .entry = PAGE_SIZE },
	{ .sessions = 9, .files = 9, .flbs = 3, .seed = 1 },
	{ .sessions = 60, .files = 70, .flbs = 1, .seed = 2, .entry = PAGE_SIZE },
	{ .sessions = 744 },
	{ .sessions = 744, .files = 1, .flbs = 1 },
	{ .sessions = 2, .files = 128, .flbs = 1 },
	{ .sessions = 1, .files = 1, .flbs = 63 },
};
#define NR_PLANS (sizeof(plans) / sizeof(plans[0]))

static struct lfb_blob *convert(const struct lfb_blob *from, const char *profile)
{
	struct lfb_blob *to;

	if (lfb_blob_convert(from, profile, &to))
		fail_msg("%s to %s: %s", lfb_blob_profile(from), profile, lfb_error_text(NULL));
	assert_string_equal(lfb_blob_profile(to), profile);
	return to;
}

static void every_pair_boots_and_arrives(void **state)
{
	unsigned int converted = 0;

	for (size_t p = 0; p < NR_PLANS; p += LFB_SLOW ? 2 : 1) {
		struct lfb_blob *native[NR_PROFILES];

		for (size_t i = 0; i < NR_PROFILES; i++)
			native[i] = handover_make(profiles[i], LFB_PAGES_BUDDY, &plans[p]);
		for (size_t to = 0; to < NR_PROFILES; to++) {
			unsigned long left = handover_take(native[to], profiles[to], &plans[p]);

			for (size_t from = 0; from < NR_PROFILES; from++, converted++) {
				struct lfb_blob *blob = convert(native[from], profiles[to]);

				/* What stays is what stays of that kernel's own handover. */
				assert_int_equal(handover_take(blob, profiles[to], &plans[p]),
						 left);
				lfb_blob_free(blob);
			}
		}
		for (size_t i = 0; i < NR_PROFILES; i++)
			lfb_blob_free(native[i]);
	}
	print_message("%u handovers converted, booted and finished\n", converted);
}

static void there_and_back_is_the_same(void **state)
{
	for (size_t p = 0; p < NR_PLANS; p++) {
		for (size_t i = 0; i < NR_PROFILES * NR_PROFILES; i += PAIRS_STEP) {
			const char *a = profiles[i / NR_PROFILES], *b = profiles[i % NR_PROFILES];
			struct lfb_blob *first = handover_make(a, LFB_PAGES_BUDDY, &plans[p]);
			struct lfb_blob *there = convert(first, b);
			struct lfb_blob *back = convert(there, a);

			handover_compare(first, there);
			handover_compare(first, back);
			lfb_blob_free(first);
			lfb_blob_free(there);
			lfb_blob_free(back);
		}
	}
}

/* The same in, the same out, whatever it was in between. */
static void the_way_does_not_matter(void **state)
{
	for (size_t p = 0; p < NR_PLANS; p++) {
		for (size_t i = 0; i < NR_PROFILES * NR_PROFILES; i += PAIRS_STEP) {
			const char *via = profiles[i / NR_PROFILES];
			const char *to = profiles[i % NR_PROFILES];
			struct lfb_blob *first = handover_make(V7_0, LFB_PAGES_BUDDY, &plans[p]);
			struct lfb_blob *straight = convert(first, to);
			struct lfb_blob *detour = convert(first, via);
			struct lfb_blob *there = convert(detour, to);

			assert_memory_equal(lfb_blob_digest(straight), lfb_blob_digest(there),
					    LFB_DIGEST_SIZE);
			lfb_blob_free(first);
			lfb_blob_free(straight);
			lfb_blob_free(detour);
			lfb_blob_free(there);
		}
	}
}

/*
 * The table in docs/convert.md
 */

static const struct {
	const char *what;
	const char *from;
	struct handover_plan plan;
} rows[] = {
	{ "nothing", V7_0, { 0 } },
	{ "sessions, files, FLBs", V7_0, { .sessions = 3, .files = 3, .flbs = 3 } },
	{ "744 sessions", V7_0, { .sessions = 744 } },
	{ "745 sessions", V7_0, { .sessions = 745 } },
	{ "819 sessions", V7_0, { .sessions = 819 } },
	{ "820 sessions", V7_3, { .sessions = 820 } },
	{ "128 files in a session", V7_3, { .sessions = 1, .files = 128 } },
	{ "129 files in a session", V7_3, { .sessions = 1, .files = 129 } },
	{ "63 FLBs", V7_3, { .sessions = 1, .files = 1, .flbs = 63 } },
	{ "a session without a name", V7_0, { .sessions = 1, .nameless = true } },
	{ "another subsystem's page", V7_3, { .entry = PAGE_SIZE } },
	{ "another subsystem's 24 bytes", V7_3, { .entry = 24 } },
};

static const char *outcome(int err)
{
	switch (err) {
	case 0:
		return "yes";
	case -E2BIG:
		return "`-E2BIG`";
	case -EOPNOTSUPP:
		return "`-EOPNOTSUPP`";
	default:
		return "?";
	}
}

static void the_table_in_the_docs_is_true(void **state)
{
	char *doc = NULL, table[4096] = "";
	size_t size = 0, length = 0;
	FILE *file = fopen(LFB_TEST_DATA "/../../docs/convert.md", "r");

	assert_non_null(file);
	assert_true(getdelim(&doc, &size, '\0', file) > 0);
	fclose(file);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lfb_blob *from = handover_make(rows[i].from, LFB_PAGES_BUDDY, &rows[i].plan);

		length += (size_t)sprintf(table + length, "| %s, from `%s` |", rows[i].what,
					  rows[i].from);
		for (size_t to = 0; to < NR_PROFILES; to++) {
			struct lfb_blob *blob;

			length += (size_t)sprintf(table + length, " %s |",
				outcome(lfb_blob_convert(from, profiles[to], &blob)));
			if (blob)
				handover_take(blob, profiles[to], &rows[i].plan);
			lfb_blob_free(blob);
		}
		length += (size_t)sprintf(table + length, "\n");
		lfb_blob_free(from);
	}
	if (!strstr(doc, table))
		fail_msg("docs/convert.md lacks:\n%s", table);
	free(doc);
}

/*
 * What does not fit
 */

static void more_sessions_than_fit_are_refused(void **state)
{
	const struct handover_plan at_744 = { .sessions = 744 }, at_745 = { .sessions = 745 };
	const struct handover_plan at_819 = { .sessions = 819 }, at_820 = { .sessions = 820 };
	struct lfb_blob *blob, *to;

	handover_refused(handover_make(V7_0, LFB_PAGES_BUDDY, &at_745), RFC, -E2BIG,
			 "there are 745 sessions; rfc-v6 takes 744");
	handover_refused(handover_make(V7_3, LFB_PAGES_BUDDY, &at_745), RFC, -E2BIG, "745");
	handover_refused(handover_make(V7_3, LFB_PAGES_BUDDY, &at_820), V7_0, -E2BIG,
			 "there are 820 sessions; linux-7.0 takes 819");
	handover_refused(handover_make(REFERENCE, LFB_PAGES_BUDDY, &at_820), RFC, -E2BIG, "820");

	blob = handover_make(V7_3, LFB_PAGES_BUDDY, &at_744);
	to = convert(blob, RFC);
	handover_take(to, RFC, &at_744);
	lfb_blob_free(blob);
	lfb_blob_free(to);
	blob = handover_make(V7_3, LFB_PAGES_BUDDY, &at_819);
	to = convert(blob, V7_0);
	handover_take(to, V7_0, &at_819);
	lfb_blob_free(blob);
	lfb_blob_free(to);
}

static void more_files_than_fit_are_refused(void **state)
{
	const struct handover_plan at_129 = { .sessions = 1, .files = 129 };

	handover_refused(handover_make(V7_3, LFB_PAGES_BUDDY, &at_129), RFC, -E2BIG,
			 "session session-0 has 129 files; rfc-v6 takes 128 a session");
	handover_refused(handover_make(V7_3, LFB_PAGES_BUDDY, &at_129), V7_0, -E2BIG,
			 "linux-7.0 takes 128");
}

static void a_session_without_a_name_is_refused_where_each_has_one(void **state)
{
	const struct handover_plan plan = { .sessions = 2, .files = 1, .nameless = true };
	struct lfb_blob *blob, *to;

	for (size_t i = 0; i < 2; i++) {
		blob = handover_make(profiles[i], LFB_PAGES_BUDDY, &plan);
		handover_refused(blob, V7_3, -EOPNOTSUPP,
				 "a session has no name; in linux-7.3 each has one");
		blob = handover_make(profiles[i], LFB_PAGES_BUDDY, &plan);
		handover_refused(blob, REFERENCE, -EOPNOTSUPP, "a session has no name");
		blob = handover_make(profiles[i], LFB_PAGES_BUDDY, &plan);
		to = convert(blob, profiles[1 - i]);
		handover_take(to, profiles[1 - i], &plan);
		lfb_blob_free(blob);
		lfb_blob_free(to);
	}
}

static void an_entry_whose_size_would_be_lost_is_refused(void **state)
{
	static const size_t sizes[] = { 1, 24, PAGE_SIZE - 1, PAGE_SIZE + 1, 1 << 20 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct handover_plan plan = { .sessions = 1, .entry = sizes[i] };
		struct lfb_blob *blob = handover_make(V7_3, LFB_PAGES_BUDDY, &plan);
		struct lfb_blob *to = convert(blob, REFERENCE);

		handover_take(to, REFERENCE, &plan);
		lfb_blob_free(to);
		handover_refused(blob, V7_0, -EOPNOTSUPP, "kho-v1 has no place for it");
	}
}

/* Entries take more room in kho-v4: a root tree that is full in kho-v1 is too full there. */
static void a_root_tree_that_would_overflow_is_refused(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .profile = V7_0 };
	struct lfb_machine *machine;
	struct lfb_blob *blob, *same;
	unsigned int entries = 0;
	char name[16];

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	lfb_machine_enter(machine);
	for (;; entries++) {
		snprintf(name, sizeof(name), "entry-%u", entries);
		if (kho_add_subtree(name, kho_alloc_preserve(PAGE_SIZE), PAGE_SIZE))
			break;
	}
	assert_true(entries > 50);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), 0);
	lfb_machine_destroy(machine);
	same = convert(blob, RFC);
	handover_compare(blob, same);
	lfb_blob_free(same);
	handover_refused(blob, V7_3, -ENOMEM, "no room for entry");
}

/* 1 MiB of which nearly all stays where it is. */
static void full_memory_is_refused(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .profile = V7_3, .memory = 1 << 20,
	};
	unsigned int refusals = 0;

	for (unsigned int room = 0; room < 60; room++) {
		struct lfb_machine *machine;
		struct lfb_blob *blob, *to;
		void *spare[60];
		int err;

		assert_int_equal(lfb_machine_create(&options, &machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
		lfb_machine_enter(machine);
		for (unsigned int i = 0; i < room; i++)
			spare[i] = kho_alloc_preserve(PAGE_SIZE);
		while (!IS_ERR(kho_alloc_preserve(PAGE_SIZE)))
			;
		for (unsigned int i = 0; i < room; i++)
			kho_unpreserve_free(IS_ERR(spare[i]) ? NULL : spare[i]);
		assert_int_equal(lfb_machine_prepare(machine), 0);
		assert_int_equal(lfb_blob_capture(machine, &blob), 0);
		lfb_machine_destroy(machine);
		err = lfb_blob_convert(blob, V7_0, &to);
		refusals += err != 0;
		if (err) {
			assert_int_equal(err, -ENOMEM);
			assert_true(lfb_error_text(NULL)[0] != '\0');
		} else {
			handover_compare(blob, to);
		}
		lfb_blob_free(to);
		lfb_blob_free(blob);
	}
	assert_in_range(refusals, 5, 55);
}

/* The same where it is the files' memory that is too much: two pages a session, not one. */
static void no_room_for_files_is_refused(void **state)
{
	unsigned int refusals = 0;

	for (unsigned int sessions = 40; sessions < 70; sessions++) {
		const struct handover_plan plan = {
			.sessions = sessions, .files = 1, .memory = 1 << 20,
		};
		struct lfb_blob *blob = handover_make(V7_3, LFB_PAGES_BUDDY, &plan), *to;
		int err = lfb_blob_convert(blob, V7_0, &to);

		if (err) {
			refusals++;
			assert_int_equal(err, -ENOMEM);
			assert_non_null(strstr(lfb_error_text(NULL), "no room for file 0"));
		}
		lfb_blob_free(to);
		lfb_blob_free(blob);
	}
	assert_in_range(refusals, 1, 29);
}

static void arguments_are_checked(void **state)
{
	const struct handover_plan plan = { 0 };
	struct lfb_blob *blob = handover_make(V7_3, LFB_PAGES_BUDDY, &plan), *to = blob;

	assert_int_equal(lfb_blob_convert(blob, V7_3, NULL), -EINVAL);
	assert_int_equal(lfb_blob_convert(NULL, V7_3, &to), -EINVAL);
	assert_null(to);
	assert_int_equal(lfb_blob_convert(blob, NULL, &to), -EINVAL);
	assert_int_equal(lfb_blob_convert(blob, "linux-9", &to), -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "there is no profile \"linux-9\" to convert to");
	assert_null(to);
	lfb_blob_free(blob);
	assert_int_equal(lfb_blob_convert(blob, V7_3, &to), -EINVAL);
}

static void counts_are_those_of_the_handover(void **state)
{
	const struct handover_plan plan = { .sessions = 3, .files = 2, .flbs = 4,
					    .entry = PAGE_SIZE };
	struct lfb_handover handover = { .sz = sizeof(handover) };
	struct lfb_blob *blob;

	for (size_t i = 0; i < NR_PROFILES; i++) {
		blob = handover_make(profiles[i], LFB_PAGES_BUDDY, &plan);
		assert_int_equal(lfb_blob_count(blob, &handover), 0);
		assert_int_equal(handover.update, 1);
		assert_int_equal(handover.sessions, 3);
		assert_int_equal(handover.files, 6);
		assert_int_equal(handover.flbs, 4);
		assert_int_equal(handover.entries, 2);
		/* A page for each file and FLB, one for the entry. */
		assert_int_equal(handover.bytes - handover.own_bytes, (6 + 4 + 1) * PAGE_SIZE);
		assert_int_equal(lfb_blob_count(blob, NULL), -EINVAL);
		handover.sz--;
		assert_int_equal(lfb_blob_count(blob, &handover), -EINVAL);
		handover.sz++;
		lfb_blob_free(blob);
	}
	assert_int_equal(lfb_blob_count(NULL, &handover), -EINVAL);
}

/* Memory can be handed over without LUO. */
static void a_handover_without_luo_is_converted(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .profile = V7_3, .liveupdate_off = true,
	};
	struct lfb_machine *machine;
	struct lfb_blob *blob, *to;
	phys_addr_t phys;
	u64 *mem;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	lfb_machine_enter(machine);
	mem = kho_alloc_preserve(PAGE_SIZE);
	*mem = 77;
	assert_int_equal(kho_add_subtree("mine", mem, PAGE_SIZE), 0);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_blob_capture(machine, &blob), 0);
	lfb_machine_destroy(machine);
	for (size_t i = 0; i < NR_PROFILES; i++) {
		const struct lfb_machine_options next = {
			.sz = sizeof(next), .profile = profiles[i],
		};

		to = convert(blob, profiles[i]);
		assert_int_equal(lfb_machine_create(&next, &machine), 0);
		assert_int_equal(lfb_machine_boot_blob(machine, to), 0);
		lfb_machine_enter(machine);
		assert_int_equal(kho_retrieve_subtree("mine", &phys, NULL), 0);
		assert_int_equal(*(u64 *)phys_to_virt(phys), 77);
		assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), -ENOENT);
		lfb_machine_destroy(machine);
		lfb_blob_free(to);
	}
	lfb_blob_free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_boots_and_arrives),
		cmocka_unit_test(there_and_back_is_the_same),
		cmocka_unit_test(the_way_does_not_matter),
		cmocka_unit_test(the_table_in_the_docs_is_true),
		cmocka_unit_test(more_sessions_than_fit_are_refused),
		cmocka_unit_test(more_files_than_fit_are_refused),
		cmocka_unit_test(a_session_without_a_name_is_refused_where_each_has_one),
		cmocka_unit_test(an_entry_whose_size_would_be_lost_is_refused),
		cmocka_unit_test(a_root_tree_that_would_overflow_is_refused),
		cmocka_unit_test(full_memory_is_refused),
		cmocka_unit_test(no_room_for_files_is_refused),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(counts_are_those_of_the_handover),
		cmocka_unit_test(a_handover_without_luo_is_converted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
