// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <kunit/test.h>

#include "tally.c"

static void there_are_so_many_queues(struct kunit *test)
{
	struct file *files[8];

	for (u32 i = 0; i < 8; i++) {
		files[i] = queue_open("queue-v1", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, files[i]);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(queue_open("queue-v1", 8)), -EBUSY);
	for (u32 i = 0; i < 8; i++)
		fput(files[i]);
	KUNIT_EXPECT_EQ(test, taken, 0u);
}

static void more_than_there_are_is_refused(struct kunit *test)
{
	struct tally_ser *ser = kunit_kzalloc(test, sizeof(*ser), GFP_KERNEL);
	struct liveupdate_flb_op_args args = { .flb = &tally };

	KUNIT_ASSERT_NOT_NULL(test, ser);
	ser->taken = 9;
	args.data = virt_to_phys(ser);
	KUNIT_EXPECT_EQ(test, tally_retrieve(&args), -EINVAL);
	KUNIT_EXPECT_EQ(test, taken, 0u);
}

static struct kunit_case tally_cases[] = {
	KUNIT_CASE(there_are_so_many_queues),
	KUNIT_CASE(more_than_there_are_is_refused),
	{}
};

static struct kunit_suite tally_suite = { .name = "tally", .test_cases = tally_cases };
kunit_test_suite(tally_suite);
