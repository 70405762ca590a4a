// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The transcoder: handovers no kernel would have written, of which nothing is converted.
 */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/handed_plan.h"

#include <libfdt.h>

#include <luo/convert.h>
#include <luo/kexec_handover.h>

#include "lib/luo/luo.h"
#include "sim/machine/machine.h"

#define V7_0 "linux-7.0"
#define V7_3 "linux-7.3"

static const char *const profiles[] = { "rfc-v6", V7_0, V7_3, "reference" };
#define NR_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

struct edited {
	struct lfb_blob *blob;
	struct lfb_inspection found;
};

static void edit(struct edited *edited, const char *profile, const struct handover_plan *plan)
{
	memset(edited, 0, sizeof(*edited));
	edited->blob = handover_make(profile, LFB_PAGES_BUDDY, plan);
	lfb__inspection_read(&edited->found, edited->blob);
}

static void *memory(struct edited *edited, phys_addr_t phys)
{
	return (void *)edited->found.view.at(&edited->found.view, phys, 8);
}

/* A blob with the changes in it, of which the digest knows. */
static struct lfb_blob *edited(struct edited *edited)
{
	size_t size;
	const void *bytes = lfb_blob_bytes(edited->blob, &size);
	u8 *copy = malloc(size);
	struct lfb_blob *blob;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	assert_int_equal(lfb__blob_seal(copy, size), 0);
	assert_int_equal(lfb__blob_open(copy, size, true, &blob), 0);
	lfb__inspection_release(&edited->found);
	lfb_blob_free(edited->blob);
	return blob;
}

static phys_addr_t session_at(const struct edited *edited, size_t index)
{
	return ((struct lfb_found_session *)edited->found.sessions.items)[index].where;
}

static void two_sessions_of_one_name_are_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 2 };
	struct edited twice;

	for (size_t i = 0; i < NR_PROFILES; i++) {
		edit(&twice, profiles[i], &plan);
		strcpy(memory(&twice, session_at(&twice, 1)), "session-0");
		handover_refused(edited(&twice), V7_3, -EEXIST, "session session-0 exists already");
	}
}

static void files_of_two_sessions_in_one_place_are_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 2, .files = 1 };
	struct edited shared;

	for (size_t i = 0; i < NR_PROFILES; i++) {
		edit(&shared, profiles[i], &plan);
		memcpy(memory(&shared, session_at(&shared, 1) + 64),
		       memory(&shared, session_at(&shared, 0) + 64), sizeof(u64));
		handover_refused(edited(&shared), V7_0, -EINVAL, "share a page");
	}
}

static void memory_for_no_files_is_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 1, .files = 1 };
	struct edited empty;

	edit(&empty, V7_0, &plan);
	memset(memory(&empty, session_at(&empty, 0) + 72), 0, sizeof(u64));
	handover_refused(edited(&empty), V7_3, -EINVAL, "session session-0 has memory for files");
}

static void a_handover_that_breaks_a_rule_is_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 1, .files = 1 };
	struct edited broken;

	for (size_t i = 0; i < NR_PROFILES; i++) {
		edit(&broken, profiles[i], &plan);
		memset(memory(&broken, session_at(&broken, 0)), 'x', 64);
		handover_refused(edited(&broken), V7_0, -EINVAL, "not terminated within 64 bytes");
	}
}

/* An entry, a property, a node more than is known: nothing may be lost of it. */
static void what_the_trees_say_beyond_what_is_known_is_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 1, .entry = PAGE_SIZE };

	for (int what = 0; what < 7; what++) {
		struct edited more;
		void *root, *luo;
		int node;

		edit(&more, V7_0, &plan);
		root = memory(&more, more.found.root.phys);
		luo = memory(&more, more.found.luo);
		assert_int_equal(fdt_open_into(luo, luo, PAGE_SIZE), 0);
		assert_int_equal(fdt_open_into(root, root, PAGE_SIZE), 0);
		node = fdt_subnode_offset(root, 0, "other");
		if (what == 0)
			assert_int_equal(fdt_setprop_u32(root, 0, "more", 1), 0);
		else if (what == 1)
			assert_int_equal(fdt_setprop_u32(root, node, "more", 1), 0);
		else if (what == 2)
			assert_true(fdt_add_subnode(root, node, "more") > 0);
		else if (what == 3)
			assert_int_equal(fdt_setprop_u32(luo, 0, "more", 1), 0);
		else if (what == 4)
			assert_true(fdt_add_subnode(luo, 0, "more") > 0);
		else if (what == 5)
			assert_int_equal(fdt_setprop_u32(luo, fdt_subnode_offset(luo, 0, "luo-flb"),
							 "more", 1), 0);
		else
			assert_true(fdt_add_subnode(luo, fdt_subnode_offset(luo, 0, "luo-session"),
						    "more") > 0);
		handover_refused(edited(&more), V7_3, -EINVAL,
				 what ? "has more in it than is known" :
					"the root tree has properties that are not known");
	}
}

static void a_state_that_does_not_begin_with_a_page_is_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 1 };
	struct edited shifted;
	u64 address;

	edit(&shifted, V7_3, &plan);
	address = shifted.found.luo + 64;
	memcpy(memory(&shifted, address), memory(&shifted, shifted.found.luo), 32);
	memcpy(memmem(memory(&shifted, shifted.found.root.phys), PAGE_SIZE, &shifted.found.luo,
		      sizeof(address)), &address, sizeof(address));
	handover_refused(edited(&shifted), V7_0, -EINVAL, "does not begin with a page");
}

/* Marks that no kernel would set by itself. */
static void blocks_that_overlap_are_refused(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .profile = V7_3, .policy = LFB_PAGES_ASCENDING,
	};

	for (int own = 0; own < 2; own++) {
		struct lfb_machine *machine;
		struct lfb_blob *blob;
		unsigned long pfn;

		assert_int_equal(lfb_machine_create(&options, &machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
		lfb_machine_enter(machine);
		/* The state and the FLB page are neighbours. */
		pfn = PHYS_PFN(virt_to_phys(((struct luo *)machine->kernel.luo)->tree));
		assert_int_equal(pfn % 2, 0);
		if (!own)
			pfn = PHYS_PFN(virt_to_phys(kho_alloc_preserve(2 * PAGE_SIZE)));
		assert_int_equal(kho__track_prepare(&machine->kernel, pfn, 1), 0);
		assert_int_equal(kho__track_prepare(&machine->kernel, pfn, 2), 0);
		kho__track_set(&machine->kernel, pfn, 1);
		kho__track_set(&machine->kernel, pfn, 2);
		assert_int_equal(lfb_machine_prepare(machine), 0);
		assert_int_equal(lfb_blob_capture(machine, &blob), 0);
		lfb_machine_destroy(machine);
		handover_refused(blob, V7_0, -EINVAL,
				 own ? "holds the old state and something else" :
				       "overlaps another one");
	}
}

static void an_entry_without_memory_of_its_own_is_refused(void **state)
{
	const struct handover_plan plan = { .sessions = 1, .entry = PAGE_SIZE };
	struct lfb_found_entry *entries;
	struct edited wild;
	u64 address, *at;

	for (int nowhere = 0; nowhere < 2; nowhere++) {
		edit(&wild, V7_0, &plan);
		entries = wild.found.entries.items;
		address = entries[!strcmp(entries[0].name, LUO_FDT_KHO_ENTRY_NAME)].address;
		at = memmem(memory(&wild, wild.found.root.phys), PAGE_SIZE, &address,
			    sizeof(address));
		assert_non_null(at);
		address = nowhere ? 1ull << 50 : wild.found.luo;
		memcpy(at, &address, sizeof(address));
		handover_refused(edited(&wild), V7_3, -EINVAL,
				 "where nothing of its own was handed over");
	}
}

static void what_is_not_understood_is_not_counted(void **state)
{
	const struct handover_plan plan = { .sessions = 1 };
	struct lfb_handover handover = { .sz = sizeof(handover) };
	struct edited broken;
	struct lfb_blob *blob;

	edit(&broken, V7_3, &plan);
	memset(memory(&broken, session_at(&broken, 0)), 'x', 64);
	blob = edited(&broken);
	assert_int_equal(lfb_blob_count(blob, &handover), -EINVAL);
	lfb_blob_free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_sessions_of_one_name_are_refused),
		cmocka_unit_test(files_of_two_sessions_in_one_place_are_refused),
		cmocka_unit_test(memory_for_no_files_is_refused),
		cmocka_unit_test(a_handover_that_breaks_a_rule_is_refused),
		cmocka_unit_test(what_the_trees_say_beyond_what_is_known_is_refused),
		cmocka_unit_test(a_state_that_does_not_begin_with_a_page_is_refused),
		cmocka_unit_test(blocks_that_overlap_are_refused),
		cmocka_unit_test(an_entry_without_memory_of_its_own_is_refused),
		cmocka_unit_test(what_is_not_understood_is_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
