// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What pools count, and which books are read. What it takes a kexec to see is in the scenarios. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hugetlb.h"

#define SMALL 4		/* the order of the first pool */
#define LARGE 6

static int pools_init(struct kunit *test)
{
	return hugetlb_fill_pools();
}

static void pools_exit(struct kunit *test)
{
	hugetlb_empty_pools();
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++)
		KUNIT_EXPECT_EQ(test, hugetlb_pools[i].nr_pages, 0);
}

static void files_take_pages_and_give_them_back(struct kunit *test)
{
	struct hugetlb_pool *pool = hugetlb_find_pool(LARGE);
	struct hugetlb_pages a = { 0 }, b = { 0 };

	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&a, LARGE, 1), 0);
	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&b, LARGE, 2), -ENOMEM);
	KUNIT_EXPECT_EQ(test, b.nr, 0);
	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&b, LARGE, 1), 0);
	KUNIT_EXPECT_EQ(test, pool->nr_free, 0);
	KUNIT_EXPECT_PTR_NE(test, a.folios[0], b.folios[0]);
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&a), 0);
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&b), 0);
	KUNIT_EXPECT_EQ(test, pool->nr_free, pool->nr_wanted);
	KUNIT_EXPECT_EQ(test, pool->nr_pages, pool->nr_wanted);
}

static void pages_of_a_file_are_of_one_size(struct kunit *test)
{
	struct hugetlb_pages pages = { 0 };

	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&pages, SMALL + 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&pages, SMALL, 1), 0);
	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&pages, LARGE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&pages), 0);
}

static void a_preserved_file_stays_as_it_is(struct kunit *test)
{
	struct hugetlb_pages pages = { 0 };

	KUNIT_ASSERT_EQ(test, hugetlb_take_pages(&pages, SMALL, 2), 0);
	pages.kept = true;
	KUNIT_EXPECT_EQ(test, hugetlb_take_pages(&pages, SMALL, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&pages), -EBUSY);
	KUNIT_EXPECT_EQ(test, pages.nr, 2);
	pages.kept = false;
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&pages), 0);
}

static void what_comes_with_files_is_not_reserved(struct kunit *test)
{
	struct hugetlb_pool *pool = hugetlb_find_pool(SMALL);

	hugetlb_empty_pools();
	pool->nr_coming = 3;
	KUNIT_ASSERT_EQ(test, hugetlb_fill_pools(), 0);
	KUNIT_EXPECT_EQ(test, pool->nr_pages, pool->nr_wanted - 3);
	for (unsigned int left = 3; left; left--) {
		struct hugetlb_pages pages = { .pool = pool, .nr = 1 };

		pages.folios[0] = folio_alloc(GFP_KERNEL, SMALL);
		KUNIT_ASSERT_NOT_NULL(test, pages.folios[0]);
		hugetlb_page_arrives(pool);
		KUNIT_EXPECT_EQ(test, pool->nr_coming, left - 1);
		KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&pages), 0);
	}
	KUNIT_EXPECT_EQ(test, pool->nr_free, pool->nr_wanted);
}

static void too_many_pages_are_given_away(struct kunit *test)
{
	struct hugetlb_pool *pool = hugetlb_find_pool(SMALL);
	struct hugetlb_pages pages = { .pool = pool, .nr = 1 };

	pages.folios[0] = folio_alloc(GFP_KERNEL, SMALL);
	KUNIT_ASSERT_NOT_NULL(test, pages.folios[0]);
	hugetlb_page_arrives(pool);
	KUNIT_EXPECT_EQ(test, pool->nr_coming, 0);
	KUNIT_EXPECT_EQ(test, pool->nr_unexpected, 1);
	KUNIT_EXPECT_EQ(test, pool->nr_pages, pool->nr_wanted + 1);
	KUNIT_EXPECT_EQ(test, hugetlb_put_pages(&pages), 0);
	KUNIT_EXPECT_EQ(test, pool->nr_pages, pool->nr_wanted);
}

/* Books: of two pools, the second with pages that come */
static const struct books {
	const char *what;
	struct hugetlb_ser ser;
	u32 orders[2];
	u32 nr_coming;
	int err;
} books[] = {
	{ "version 1", { 1, 2, 8, 0 }, { SMALL, LARGE }, 1,
	  HUGETLB_SER_OLDEST > 1 ? -EPROTO : 0 },
	{ "version 2", { 2, 2, 12, 0 }, { SMALL, LARGE }, 1, 0 },
	{ "a later one, with more in an entry", { 3, 2, 32, 0 }, { SMALL, LARGE }, 1, 0 },
	{ "no version", { 0, 2, 12, 0 }, { SMALL, LARGE }, 1, -EPROTO },
	{ "entries without end", { 2, 2, 0, 0 }, { SMALL, LARGE }, 1, -EINVAL },
	{ "entries that are too short", { 2, 2, 7, 0 }, { SMALL, LARGE }, 1, -EINVAL },
	{ "more pools than fit", { 2, 1u << 31, 12, 0 }, { SMALL, LARGE }, 1, -EINVAL },
	{ "pages of an unknown size", { 2, 2, 12, 0 }, { SMALL, 9 }, 1, -EOPNOTSUPP },
	{ "an unknown size without pages", { 2, 2, 12, 0 }, { SMALL, 9 }, 0, 0 },
	{ "a size twice", { 2, 2, 12, 0 }, { SMALL, SMALL }, 1, -EINVAL },
};
KUNIT_ARRAY_PARAM_DESC(books, books, what);

static void books_are_checked(struct kunit *test)
{
	const struct books *param = test->param_value;
	struct hugetlb_ser *ser = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ser);
	memcpy(ser, &param->ser, sizeof(*ser));
	for (unsigned int i = 0; i < 2; i++) {
		const struct hugetlb_pool_ser entry = { param->orders[i], i * param->nr_coming, 2 };

		memcpy(ser->pools + i * ser->pool_size, &entry,
		       min_t(size_t, sizeof(entry), ser->pool_size));
	}
	KUNIT_EXPECT_EQ(test, hugetlb_check_ser(ser), param->err);
}

static struct kunit_case hugetlb_cases[] = {
	KUNIT_CASE(files_take_pages_and_give_them_back),
	KUNIT_CASE(pages_of_a_file_are_of_one_size),
	KUNIT_CASE(a_preserved_file_stays_as_it_is),
	KUNIT_CASE(what_comes_with_files_is_not_reserved),
	KUNIT_CASE(too_many_pages_are_given_away),
	KUNIT_CASE_PARAM(books_are_checked, books_gen_params),
	{}
};

static struct kunit_suite hugetlb_suite = {
	.name = "hugetlb",
	.init = pools_init,
	.exit = pools_exit,
	.test_cases = hugetlb_cases,
};
kunit_test_suite(hugetlb_suite);
