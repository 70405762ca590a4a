// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The known defects of files, docs/facts.md section 9: each with its quirk on and off, in all
 * profiles, also those that ship without the defect.
 */
#include "tests/support/linux_7_3.h"

/* Session "s" with file 1 of handler 0 under token 1, handed over; its descriptor. */
static int hand_over(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
	return world_incoming(world, "s");
}

static void unfreeze_clears_the_handle(struct world *world, bool on)
{
	int session;

	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	world_answer(world, "file h1.freeze", -EBUSY, 1);
	assert_int_equal(world_reboot(world), -EBUSY);
	world_forget_log(world);
	world_close(world, session);
	assert_log(world, "file h1.unpreserve ino=2 data=d002",
		   on ? "file h0.unpreserve ino=1 data=0" : "file h0.unpreserve ino=1 data=10d001");
}

static void a_failed_retrieve_is_tried_again(struct world *world, bool on)
{
	int session = hand_over(world);

	world_answer(world, "file h0.retrieve", -EIO, 1);
	assert_int_equal(world_retrieve(world, session, 1), -EIO);
	world_forget_log(world);
	if (on) {
		assert_descriptor(world_retrieve(world, session, 1));
		assert_log(world, "file h0.retrieve data=10d001 -> 0");
	} else {
		assert_int_equal(world_retrieve(world, session, 1), -EIO);
		assert_no_log(world);
	}
	assert_int_equal(world_unsafe(world), on);
}

static void one_file_is_preserved_twice(struct world *world, bool on)
{
	const int busy = on ? 0 : -EBUSY;
	int one, two, fd;

	world_wire(world, "0:0");
	one = world_session(world, "one");
	two = world_session(world, "two");
	fd = world_file(world, 0, 1);
	assert_int_equal(lfb_agent_preserve(world->agent, one, fd, 1), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, one, fd, 2), busy);
	assert_int_equal(lfb_agent_preserve(world->agent, two, fd, 1), busy);
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, on ? 3 : 1);
	/* When it is preserved no more it may be again. */
	world_close(world, one);
	assert_int_equal(lfb_agent_preserve(world->agent, two, fd, 2), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_retrieve(world, world_incoming(world, "two"), 2));
}

static unsigned long number_of(struct file *file)
{
	return file_inode(file)->i_ino;
}

static void a_handler_says_what_identifies_its_files(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, "FILE_PRESERVED_TWICE");
	int session;

	world_file_ops(world, 0)->get_id = number_of;
	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	for (unsigned long number = 0; number < 40; number++)
		assert_int_equal(world_preserve(world, session, number, 0, number), 0);
	for (unsigned long number = 0; number < 40; number++)
		assert_int_equal(world_preserve(world, session, 100, 0, number), -EBUSY);
	/* The other handler's files are themselves, whatever their number. */
	for (unsigned long number = 0; number < 40; number++)
		assert_int_equal(world_preserve(world, session, 200 + number, 1, number), 0);
	world_destroy(world);
}

static void no_memory_for_the_record_leaves_the_flbs_counted(struct world *world, bool on)
{
	/* Kernels that know which files are preserved take note of it before. */
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = luo_quirk(world_luo(world), LUO_QUIRK_FILE_PRESERVED_TWICE) ? 1 : 2,
	};
	int session, fd;

	world_wire(world, "0:0,1 1:");
	session = world_session(world, "s");
	/* The session's file array is there from another file. */
	assert_int_equal(world_preserve(world, session, 1, 1, 1), 0);
	fd = world_file(world, 0, 2);
	world_forget_log(world);
	lfb_fault_arm(world->machine, &plan);
	assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 2), -ENOMEM);
	assert_int_equal(lfb_fault_hits(world->machine), 1);
	if (on)
		assert_log(world, "flb0.preserve -> 0", "flb1.preserve -> 0");
	else
		assert_log(world, "flb0.preserve -> 0", "flb1.preserve -> 0",
			   "flb1.unpreserve data=f001 obj=1001",
			   "flb0.unpreserve data=f000 obj=1000");
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, on);
}

static void retrieve_runs_in_the_kernel_that_preserved(struct world *world, bool on)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_forget_log(world);
	if (on) {
		assert_descriptor(world_retrieve(world, session, 1));
		assert_log(world, "file h0.retrieve data=d001 -> 0");
	} else {
		assert_int_equal(world_retrieve(world, session, 1), -EINVAL);
		assert_int_equal(world_retrieve(world, session, 2), -EINVAL);
		assert_no_log(world);
	}
	assert_int_equal(world_unsafe(world), on);
}

static void finish_runs_in_the_kernel_that_preserved(struct world *world, bool on)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_forget_log(world);
	assert_int_equal(world_finish(world, session), on ? 0 : -EINVAL);
	if (on)
		assert_log(world, "file h0.can_finish data=d001 -> 1",
			   "file h0.finish data=d001 file=1");
	else
		assert_no_log(world);
	assert_int_equal(world_stats(world).files_preserved, !on);
	/* The FLB stays preserved: it was the incoming side that lost a user. */
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, 1);
	assert_int_equal(world_unsafe(world), on);
	/* Nothing of it is in the way of the session's further life. */
	assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_retrieve(world, world_incoming(world, "s"), 2));
}

static void a_finished_outgoing_file_may_be_preserved_again(void **state)
{
	struct world *world =
		world_create("linux-7.0", "FILE_INCOMING_OPS_ON_OUTGOING", "FILE_PRESERVED_TWICE");
	int session, fd;

	world_wire(world, "0:");
	session = world_session(world, "s");
	fd = world_file(world, 0, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1), 0);
		assert_int_equal(world_finish(world, session), 0);
	}
	world_destroy(world);
}

/* Kernels that take no note of what is preserved take none away. */
static void a_file_that_is_in_no_table_is_finished(void **state)
{
	for_each_profile(profile) {
		/* The handler identifies its files: never, until one is finished, always. */
		for (int until = 0; until < 3; until++) {
			struct world *world = world_create(profile, "all", NULL);
			int session;

			world_file_ops(world, 0)->get_id = until ? number_of : NULL;
			world_wire(world, "0:0");
			session = world_session(world, "s");
			assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
			assert_descriptor(world_retrieve(world, session, 1));
			if (until == 1)
				world_file_ops(world, 0)->get_id = NULL;
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
			world_destroy(world);
		}
	}
}

/* The first one that is asked about, and all others. */
static struct file *first;

static unsigned long first_or_not(struct file *file)
{
	if (!first)
		first = file;
	return file == first;
}

/* What it was kept under is gone with its retrieve, and what it is now is another's. */
static void a_file_whose_identity_was_taken_is_finished(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, "FILE_GET_ID_CHANGES "
						   "FILE_INCOMING_OPS_ON_OUTGOING",
						   "FILE_PRESERVED_TWICE");
		int session, other;

		first = NULL;
		world_file_ops(world, 0)->get_id = first_or_not;
		world_wire(world, "0:0");
		session = world_session(world, "s");
		other = world_session(world, "other");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_preserve(world, other, 1, 0, 2), 0);
		assert_descriptor(world_retrieve(world, session, 1));
		assert_int_equal(world_warns(world), 1);
		world_file_ops(world, 0)->get_id = NULL;
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(world_close(world, other), 0);
		assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
		world_destroy(world);
	}
}

/* The third allocation of a retrieve is that of the entry; elsewhere there is none. */
static void a_retrieved_file_without_memory_is_in_no_table(struct world *world, bool on)
{
	int session = hand_over(world), other = world_session(world, "other"), fd;

	world_fail_step(world, LFB_FAULT_ALLOC, 3);
	fd = world_retrieve(world, session, 1);
	world_fail_step(world, LFB_FAULT_ALLOC, 0);
	assert_descriptor(fd);
	assert_int_equal(world_warns(world), on);
	assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 1), on ? 0 : -EBUSY);
	/* That one is entered; with this defect alone nobody else takes it out. */
	assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 2), -EBUSY);
	assert_int_equal(world_finish(world, session), 0);
}

static void an_unknown_token_reads_the_lists_head(struct world *world, bool on)
{
	int session = hand_over(world);

	assert_int_equal(world_retrieve(world, session, 2), -ENOENT);
	assert_int_equal(world_unsafe(world), on);
}

static void retrieve_succeeds_without_a_file(struct world *world, bool on)
{
	int session = hand_over(world);

	world_answer(world, "file h0.retrieve", 0, 1);
	assert_int_equal(world_retrieve(world, session, 1), on ? -EFAULT : -EIO);
	assert_int_equal(world_warns(world), !on);
	assert_int_equal(lfb_machine_state(world->machine), on ? LFB_PANICKED : LFB_RUNNING);
	if (on)
		return;
	world_forget_log(world);
	assert_int_equal(world_finish(world, session), 0);
	assert_non_null(strstr(world->log, "file h0.finish data=10d001 file=0"));
}

int main(void)
{
	static const char *const prefixes[] = { "FILE_", NULL };
	const struct quirk_test tests[] = {
		quirk_test_in(world_profiles, FILE_UNFREEZE_CLEARS_DATA,
			      unfreeze_clears_the_handle),
		quirk_test_in(world_profiles, FILE_RETRIEVE_RETRIED,
			      a_failed_retrieve_is_tried_again),
		quirk_test_in(world_profiles, FILE_PRESERVED_TWICE, one_file_is_preserved_twice),
		quirk_test(FILE_PRESERVED_TWICE, a_handler_says_what_identifies_its_files),
		quirk_test_in(world_profiles, FILE_FLB_LEAK_ON_ENOMEM,
			      no_memory_for_the_record_leaves_the_flbs_counted),
		quirk_test_in(world_profiles, FILE_INCOMING_OPS_ON_OUTGOING,
			      retrieve_runs_in_the_kernel_that_preserved),
		quirk_test_in(world_profiles, FILE_INCOMING_OPS_ON_OUTGOING,
			      finish_runs_in_the_kernel_that_preserved),
		quirk_test(FILE_INCOMING_OPS_ON_OUTGOING,
			   a_finished_outgoing_file_may_be_preserved_again),
		quirk_test(FILE_GET_ID_CHANGES, a_file_that_is_in_no_table_is_finished),
		quirk_test(FILE_GET_ID_CHANGES, a_file_whose_identity_was_taken_is_finished),
		quirk_test_in(linux_7_3_profiles, FILE_ENTRY_LOST_ON_ENOMEM,
			      a_retrieved_file_without_memory_is_in_no_table),
		quirk_test_in(world_profiles, FILE_TOKEN_NOT_FOUND_WILD,
			      an_unknown_token_reads_the_lists_head),
		quirk_test_in(world_profiles, FILE_RETRIEVE_WITHOUT_FILE,
			      retrieve_succeeds_without_a_file),
	};

	return quirk_tests_run(tests, ARRAY_SIZE(tests), prefixes);
}
