// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The pools: pages are reserved at boot, and given to files and taken back. */
#define pr_fmt(fmt) "hugetlb: " fmt

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "hugetlb.h"

DEFINE_MUTEX(hugetlb_lock);

/* Sizes that arm64 has with 4 KiB pages; the larger one is what fits a small machine. */
struct hugetlb_pool hugetlb_pools[HUGETLB_POOLS] = {
	{ .order = 4, .nr_wanted = 8 },
	{ .order = 6, .nr_wanted = 2 },
};

struct hugetlb_pool *hugetlb_find_pool(unsigned int order)
{
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++) {
		if (hugetlb_pools[i].order == order)
			return &hugetlb_pools[i];
	}
	return NULL;
}

/* What there are too many of goes to whoever wants memory. */
static void give_back(struct hugetlb_pool *pool, struct folio *folio)
{
	if (pool->nr_pages + pool->nr_coming > pool->nr_wanted ||
	    pool->nr_free == HUGETLB_POOL_MAX) {
		pool->nr_pages--;
		folio_put(folio);
	} else {
		pool->free[pool->nr_free++] = folio;
	}
}

static int fill_pool(struct hugetlb_pool *pool)
{
	while (pool->nr_pages + pool->nr_coming < pool->nr_wanted) {
		struct folio *folio = folio_alloc(GFP_KERNEL, pool->order);

		if (!folio)
			return -ENOMEM;
		pool->nr_pages++;
		give_back(pool, folio);
	}
	pr_info("%u kB: %u of %u pages reserved, %u come with files\n",
		4u << pool->order, pool->nr_pages, pool->nr_wanted, pool->nr_coming);
	return 0;
}

int hugetlb_fill_pools(void)
{
	int err = 0;

	mutex_lock(&hugetlb_lock);
	for (unsigned int i = 0; i < HUGETLB_POOLS && !err; i++)
		err = fill_pool(&hugetlb_pools[i]);
	mutex_unlock(&hugetlb_lock);
	return err;
}

void hugetlb_empty_pools(void)
{
	mutex_lock(&hugetlb_lock);
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++) {
		struct hugetlb_pool *pool = &hugetlb_pools[i];

		while (pool->nr_free) {
			folio_put(pool->free[--pool->nr_free]);
			pool->nr_pages--;
		}
	}
	mutex_unlock(&hugetlb_lock);
}

/**
 * hugetlb_take_pages() - give more pages to a file
 * @pages: what it has
 * @order: of the pages, the same each time
 * @nr: how many more
 *
 * Return: 0; -EBUSY the file is preserved; -EINVAL no such pool; -ENOMEM the pool is empty, or the
 * file is full.
 */
int hugetlb_take_pages(struct hugetlb_pages *pages, unsigned int order, unsigned int nr)
{
	struct hugetlb_pool *pool = hugetlb_find_pool(order);
	int err = 0;

	if (!pool || (pages->pool && pages->pool != pool))
		return -EINVAL;
	mutex_lock(&hugetlb_lock);
	if (pages->kept)
		err = -EBUSY;
	else if (nr > pool->nr_free || nr > HUGETLB_FILE_MAX - pages->nr)
		err = -ENOMEM;
	if (!err)
		pages->pool = pool;
	for (; nr && !err; nr--)
		pages->folios[pages->nr++] = pool->free[--pool->nr_free];
	mutex_unlock(&hugetlb_lock);
	return err;
}
EXPORT_SYMBOL_GPL(hugetlb_take_pages);

/**
 * hugetlb_put_pages() - take all pages of a file back
 * @pages: what it has
 *
 * Return: 0; -EBUSY the file is preserved.
 */
int hugetlb_put_pages(struct hugetlb_pages *pages)
{
	int err;

	mutex_lock(&hugetlb_lock);
	err = pages->kept ? -EBUSY : 0;
	while (pages->nr && !err)
		give_back(pages->pool, pages->folios[--pages->nr]);
	mutex_unlock(&hugetlb_lock);
	return err;
}
EXPORT_SYMBOL_GPL(hugetlb_put_pages);

/* One that was on its way is there. A kernel that did not read the books expected none. */
void hugetlb_page_arrives(struct hugetlb_pool *pool)
{
	mutex_lock(&hugetlb_lock);
	pool->nr_pages++;
	if (pool->nr_coming)
		pool->nr_coming--;
	else
		pool->nr_unexpected++;
	mutex_unlock(&hugetlb_lock);
}

static int __init hugetlb_init(void)
{
	int err = hugetlb_read_books();

	if (err)
		return err;
	err = hugetlb_fill_pools();
	if (err)
		hugetlb_empty_pools();
	return err;
}
module_init(hugetlb_init);

static void __exit hugetlb_exit(void)
{
	hugetlb_empty_pools();
}
module_exit(hugetlb_exit);

MODULE_DESCRIPTION("Pools of large pages");
MODULE_LICENSE("GPL");
