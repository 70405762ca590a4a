// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What linux-7.3 makes of what it is handed over: whole, it is given back step by step; damaged,
 * the kernel panics at boot or never opens the device. docs/facts.md sections 4, 7 and 8.2.
 */
#include "tests/support/linux_7_3.h"

#include <libfdt.h>

#define SESSIONS 60		/* two blocks */
#define FILES 70		/* of session "s0": two blocks */
#define SESSIONS_PER_BLOCK 51
#define FILES_PER_BLOCK 63

/* Sessions and files, serialized and on the way into the next kernel. */
static struct world *prepared(const char *profile)
{
	struct world *world = world_create(profile, NULL, NULL);
	int first = world_session(world, "s0");

	world_wire(world, "0:0");
	for (u64 token = 1; token <= FILES; token++)
		assert_int_equal(world_preserve(world, first, token, 0, token), 0);
	for (unsigned int i = 1; i < SESSIONS; i++)
		assert_descriptor(world_session(world, world_session_name(i)));
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	return world;
}

static struct luo_ser_v5 *head_of(struct world *world)
{
	return world_luo(world)->tree;
}

static struct luo_block_ser *first_sessions(struct world *world)
{
	return phys_to_virt(head_of(world)->sessions_pa);
}

static struct luo_session_ser_v2 *first_session(struct world *world)
{
	return (struct luo_session_ser_v2 *)(first_sessions(world) + 1);
}

static struct luo_block_ser *first_files(struct world *world)
{
	return phys_to_virt(first_session(world)->files);
}

static struct luo_block_ser *after(const struct luo_block_ser *block)
{
	return phys_to_virt(block->next_phys);
}

/* An address that is in memory, but where nothing is handed over. */
static phys_addr_t nowhere(struct world *world)
{
	return world->machine->kernel.memory.size - PAGE_SIZE;
}

static void whole_memory_is_given_back_step_by_step(void **state)
{
	for_each_linux_7_3(profile) {
		struct world *world = prepared(profile);
		unsigned long unclaimed;
		int session;

		assert_int_equal(world_jump(world), 0);
		/*
		 * luo_ser is gone. Two blocks of sessions and two of files are here, the FLB page,
		 * and KHO's root tree and kexec-metadata.
		 */
		unclaimed = world_unclaimed(world);
		assert_int_equal(unclaimed, 2 + 2 + 1 + 2);
		assert_descriptor(world_open(world));
		assert_int_equal(world_unclaimed(world), unclaimed - 2);
		session = world_incoming(world, "s0");
		for (u64 token = 1; token <= FILES; token++)
			assert_descriptor(world_retrieve(world, session, token));
		assert_int_equal(world_unclaimed(world), unclaimed - 2);
		assert_int_equal(world_finish(world, session), 0);
		/* And the page for FLBs, where that is mended. */
		assert_int_equal(world_unclaimed(world), unclaimed - 4 -
				 world_luo(world)->flb_page_freed);
		world_destroy(world);
	}
}

static void the_update_number_goes_on(struct world *world)
{
	for (u64 number = 1; number <= 5; number++) {
		assert_int_equal(head_of(world)->liveupdate_num, number);
		assert_string_equal(head_of(world)->compatible, "luo-v5");
		/* Written at serialization, and only when there are sessions. */
		assert_int_equal(lfb_machine_prepare(world->machine), 0);
		assert_int_equal(head_of(world)->sessions_pa, 0);
		assert_int_equal(world_jump(world), 0);
	}
}

/*
 * What a kernel cannot understand, it panics of
 */

static void set_size(struct world *world, u64 size)
{
	void *root = world->machine->kernel.kho.root;
	int node = fdt_subnode_offset(root, 0, "LUO");

	assert_int_equal(fdt_setprop_inplace(root, node, "blob-size", &size, sizeof(size)), 0);
}

static void too_small(struct world *world)
{
	set_size(world, sizeof(struct luo_ser_v5) - 1);
}

static void no_size(struct world *world)
{
	void *root = world->machine->kernel.kho.root;
	int node = fdt_subnode_offset(root, 0, "LUO");

	assert_int_equal(fdt_nop_property(root, node, "blob-size"), 0);
}

static void other_generation(struct world *world)
{
	memcpy(head_of(world)->compatible, "luo-v6", sizeof("luo-v6"));
}

static void no_string(struct world *world)
{
	memset(head_of(world)->compatible, 'l', sizeof(head_of(world)->compatible));
}

static void sessions_not_preserved(struct world *world)
{
	head_of(world)->sessions_pa = nowhere(world);
}

static void sessions_outside(struct world *world)
{
	head_of(world)->sessions_pa = 1ull << 45;
}

static void sessions_unaligned(struct world *world)
{
	head_of(world)->sessions_pa += 8;
}

static void no_sessions_in_a_block(struct world *world)
{
	after(first_sessions(world))->count = 0;
}

static void too_many_sessions_in_a_block(struct world *world)
{
	first_sessions(world)->count = SESSIONS_PER_BLOCK + 1;
}

static void sessions_in_a_circle(struct world *world)
{
	after(first_sessions(world))->next_phys = head_of(world)->sessions_pa;
}

static void sessions_in_a_small_circle(struct world *world)
{
	first_sessions(world)->next_phys = head_of(world)->sessions_pa;
}

static void second_block_not_preserved(struct world *world)
{
	first_sessions(world)->next_phys = nowhere(world);
}

static void no_flbs(struct world *world)
{
	head_of(world)->flbs_pa = 0;
}

static void flbs_not_preserved(struct world *world)
{
	head_of(world)->flbs_pa = nowhere(world);
}

struct damage {
	void (*apply)(struct world *world);
	const char *why;
	/* The same of the kernel that trusts addresses; NULL: it is not looked at. */
	const char *shipped;
};

static bool trusts(const char *profile)
{
	return lfb_profile_has_quirk(profile, "SESSION_TRUST_SERIALIZED");
}

static void a_state_that_cannot_be_understood_is_a_panic(void **state)
{
	static const struct damage damages[] = {
		{ too_small, "31 bytes, not 32", "31 bytes, not 32" },
		{ no_size, "malformed", "malformed" },
		{ other_generation, "\"luo-v6\", not \"luo-v5\"", "\"luo-v6\", not \"luo-v5\"" },
		{ no_string, "\"llllllll\", not \"luo-v5\"", "\"llllllll\", not" },
		{ sessions_not_preserved, "block 0 of the sessions is not in handed-over memory",
		  "block 0 of the sessions has 0 entries" },
		{ sessions_outside, "block 0 of the sessions is not in handed-over memory",
		  "a block is said to be at 0x200000000000, where there is no memory" },
		{ sessions_unaligned, "block 0 of the sessions is not in handed-over memory",
		  "a block is said to be at 0x33, where there is no memory" },
		{ no_sessions_in_a_block, "block 1 of the sessions has 0 entries",
		  "block 1 of the sessions has 0 entries" },
		{ too_many_sessions_in_a_block, "block 0 of the sessions has 52 entries",
		  "block 0 of the sessions has 52 entries" },
		{ sessions_in_a_circle, "more than 10000 blocks, or run in a circle",
		  "more than 10000 blocks, or run in a circle" },
		{ sessions_in_a_small_circle, "more than 10000 blocks, or run in a circle",
		  "more than 10000 blocks, or run in a circle" },
		{ second_block_not_preserved, "block 1 of the sessions is not in handed-over",
		  "block 1 of the sessions has 0 entries" },
		{ no_flbs, "flbs_pa is 0x0", NULL },
		{ flbs_not_preserved, "where nothing was handed over", NULL },
	};

	for_each_linux_7_3(profile) {
		/* Also where live update is off in the new kernel. */
		for (size_t i = 0; i < 2 * ARRAY_SIZE(damages); i++) {
			const struct damage *damage = &damages[i / 2];
			const char *why = trusts(profile) ? damage->shipped : damage->why;
			struct world *world = prepared(profile);

			damage->apply(world);
			world->machine->liveupdate_on = i % 2;
			assert_int_equal(world_jump(world), why ? -EFAULT : 0);
			assert_int_equal(lfb_machine_state(world->machine),
					 why ? LFB_PANICKED : LFB_RUNNING);
			if (why && !strstr(lfb_error_text(world->machine), why))
				fail_msg("\"%s\" does not say \"%s\"",
					 lfb_error_text(world->machine), why);
			world_destroy(world);
		}
	}
}

static void a_whole_state_is_no_reason_to_panic_when_live_update_is_off(void **state)
{
	for_each_linux_7_3(profile) {
		struct world *world = prepared(profile);

		world->machine->liveupdate_on = false;
		assert_int_equal(world_jump(world), 0);
		assert_false(liveupdate_enabled());
		assert_int_equal(world_open(world), -ENOENT);
		world_destroy(world);
	}
}

/* A chain of @blocks with one session each, in the place of the sessions there were. */
static void make_chain(struct world *world, unsigned int blocks)
{
	phys_addr_t next = 0;

	while (blocks--) {
		struct luo_block_ser *block = kho_alloc_preserve(PAGE_SIZE);

		assert_false(IS_ERR(block));
		block->count = 1;
		block->next_phys = next;
		next = virt_to_phys(block);
	}
	head_of(world)->sessions_pa = next;
}

static void ten_thousand_blocks_are_read_and_not_one_more(void **state)
{
	for_each_linux_7_3(profile) {
		for (unsigned int more = 0; more < 2; more++) {
			const struct lfb_machine_options options = {
				.sz = sizeof(options),
				.memory = 64ull << 20,
				.profile = profile,
			};
			struct world *world = world_create_with(&options);

			assert_int_equal(lfb_machine_prepare(world->machine), 0);
			make_chain(world, 10000 + more);
			assert_int_equal(world_jump(world), more ? -EFAULT : 0);
			world_destroy(world);
		}
	}
}

/*
 * What cannot be restored keeps the device shut
 */

static void no_files_in_a_block(struct world *world)
{
	first_files(world)->count = 0;
}

static void too_many_files_in_a_block(struct world *world)
{
	first_files(world)->count = FILES_PER_BLOCK + 1;
}

static void fewer_files_than_entries(struct world *world)
{
	first_session(world)->count = FILES - 1;
}

static void more_files_than_entries(struct world *world)
{
	first_session(world)->count = FILES + 1;
}

static void files_in_a_circle(struct world *world)
{
	after(first_files(world))->next_phys = first_session(world)->files;
}

static void files_not_preserved(struct world *world)
{
	first_files(world)->next_phys = nowhere(world);
}

static void files_unaligned(struct world *world)
{
	first_session(world)->files += 64;
}

static void no_files_at_all(struct world *world)
{
	first_session(world)->files = 0;
}

static void endless_handler_name(struct world *world)
{
	struct luo_file_ser *file = (struct luo_file_ser *)(after(first_files(world)) + 1);

	memset(file->compatible, 'h', sizeof(file->compatible));
}

static void unknown_handler(struct world *world)
{
	struct luo_file_ser *file = (struct luo_file_ser *)(after(first_files(world)) + 1);

	strcpy(file->compatible, "handler-9-v1");
}

static void endless_session_name(struct world *world)
{
	memset(first_session(world)->name, 's', sizeof(first_session(world)->name));
}

/* Fails at the first session or its files: nothing of anything stays. */
static void what_cannot_be_restored_keeps_the_device_shut(void **state)
{
	static const struct {
		void (*apply)(struct world *world);
		int shipped;	/* what the kernel that trusts it answers: 0, it restores it */
	} damage[] = {
		{ no_files_in_a_block, -EIO },
		{ too_many_files_in_a_block, -EIO },
		{ fewer_files_than_entries, -EIO },
		{ more_files_than_entries, -EIO },
		{ files_in_a_circle, -EIO },
		{ files_not_preserved, -EIO },
		{ files_unaligned, -EFAULT },
		{ no_files_at_all, 0 },
		{ endless_handler_name, -EIO },
		{ unknown_handler, -EIO },
		{ endless_session_name, 0 },
	};

	for_each_linux_7_3(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
			const int answer = trusts(profile) ? damage[i].shipped : -EIO;
			struct world *world = prepared(profile);
			struct lfb_machine_stats before;

			damage[i].apply(world);
			assert_int_equal(world_jump(world), 0);
			before = world_stats(world);
			if (answer == -EFAULT)
				assert_int_equal(world_open(world), -EFAULT);
			else if (!answer)
				assert_descriptor(world_open(world));
			/* For ever. */
			for (int tries = 0; answer == -EIO && tries < 3; tries++) {
				assert_int_equal(world_open(world), -EIO);
				world_check_stats(world, &before);
			}
			if (answer == -EIO)
				assert_int_equal(module_refcount(&world->recorder->this_module), 0);
			world_destroy(world);
		}
	}
}

/* A module's stray write, between the reading of its session's files and their finish. */
static void blocks_may_be_overwritten_before_they_are_given_back(void **state)
{
	for_each_linux_7_3(profile) {
		for (unsigned int i = 0; i < 3; i++) {
			struct world *world = prepared(profile);
			const phys_addr_t files = first_session(world)->files;
			/* Beyond memory, in a circle (then nothing is lost), into a page. */
			const phys_addr_t wrong[] = { 1ull << 52, files, files + 8 };
			struct luo_block_ser *block;
			unsigned long unclaimed;
			int session;

			assert_int_equal(world_jump(world), 0);
			assert_descriptor(world_open(world));
			session = world_incoming(world, "s0");
			for (u64 token = 1; token <= FILES; token++)
				assert_descriptor(world_retrieve(world, session, token));
			unclaimed = world_unclaimed(world);
			block = phys_to_virt(files);
			if (i == 1)
				block = after(block);
			block->next_phys = wrong[i];
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(lfb_findings_of(world->machine,
							 LFB_FINDING_MEM_WILD_POINTER), 1);
			assert_int_equal(world_unclaimed(world), unclaimed - (i == 1 ? 2 : 1) -
					 world_luo(world)->flb_page_freed);
			world_destroy(world);
		}
	}
}

static void a_session_that_came_twice_keeps_the_device_shut(void **state)
{
	for_each_linux_7_3(profile) {
		struct world *world = prepared(profile);

		strcpy(first_session(world)[2].name, "s1");
		assert_int_equal(world_jump(world), 0);
		assert_int_equal(world_open(world), -EIO);
		assert_int_equal(world_open(world), -EIO);
		world_destroy(world);
	}
}

/* The device's own file can be tried again; a session or file that failed is for ever. */
static void an_open_without_memory_is_the_last(void **state)
{
	for_each_linux_7_3(profile) {
		unsigned int shut = 0;
		bool fails = true;

		for (unsigned long nth = 1; fails; nth++) {
			struct world *world = prepared(profile);
			int first, second;

			assert_int_equal(world_jump(world), 0);
			world_fail_step(world, LFB_FAULT_ALLOC, nth);
			first = world_open(world);
			fails = lfb_fault_hits(world->machine) > 0;
			world_fail_step(world, LFB_FAULT_ALLOC, 0);
			second = world_open(world);
			if (first == -ENOMEM)
				assert_descriptor(second);
			else if (first < 0)
				assert_true(first == -EIO && second == -EIO);
			shut += first == -EIO;
			world_destroy(world);
		}
		assert_true(shut >= SESSIONS + FILES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_memory_is_given_back_step_by_step),
		world_test_in(linux_7_3_profiles, the_update_number_goes_on),
		cmocka_unit_test(a_state_that_cannot_be_understood_is_a_panic),
		cmocka_unit_test(a_whole_state_is_no_reason_to_panic_when_live_update_is_off),
		cmocka_unit_test(ten_thousand_blocks_are_read_and_not_one_more),
		cmocka_unit_test(what_cannot_be_restored_keeps_the_device_shut),
		cmocka_unit_test(blocks_may_be_overwritten_before_they_are_given_back),
		cmocka_unit_test(a_session_that_came_twice_keeps_the_device_shut),
		cmocka_unit_test(an_open_without_memory_is_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
