/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * HugeTLB, as small as it can be and still have what matters in a live update: pools of large
 * pages, reserved at boot, and files of two kinds that take pages out of them. A page must not be
 * in two places: what a file brings along from the previous kernel is not reserved anew, though at
 * boot nobody has asked for that file yet.
 *
 * A file handler says hugetlb_register_handler() once, then hugetlb_preserve_pages() in preserve(),
 * hugetlb_unpreserve_pages() in unpreserve(), hugetlb_restore_pages() in retrieve(), and
 * hugetlb_discard_pages() in finish() of a file that nobody retrieved.
 */
#ifndef HUGETLB_H
#define HUGETLB_H

#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "abi.h"

#define HUGETLB_POOLS 2
#define HUGETLB_POOL_MAX 16	/* pages of a pool */
#define HUGETLB_FILE_MAX 8	/* pages of a file */

/**
 * struct hugetlb_pool - the pages of one size
 * @order: of each
 * @nr_wanted: how many there should be
 * @nr_pages: how many there are, in files or free
 * @nr_coming: how many more the files of the previous kernel bring
 * @nr_unexpected: how many they brought that were not in its books
 * @nr_free: how many are free
 * @free: these
 */
struct hugetlb_pool {
	unsigned int order;
	unsigned int nr_wanted;
	unsigned int nr_pages;
	unsigned int nr_coming;
	unsigned int nr_unexpected;
	unsigned int nr_free;
	struct folio *free[HUGETLB_POOL_MAX];
};

/**
 * struct hugetlb_pages - what a file has
 * @pool: where its pages are from
 * @nr: how many
 * @kept: it is preserved: no page comes or goes
 * @folios: the pages
 */
struct hugetlb_pages {
	struct hugetlb_pool *pool;
	unsigned int nr;
	bool kept;
	struct folio *folios[HUGETLB_FILE_MAX];
};

/* Held while pages come and go, or what is said of them in handed-over memory changes. */
extern struct mutex hugetlb_lock;
extern struct hugetlb_pool hugetlb_pools[HUGETLB_POOLS];

/* hugetlb.c */
struct hugetlb_pool *hugetlb_find_pool(unsigned int order);
int hugetlb_fill_pools(void);
void hugetlb_empty_pools(void);
int hugetlb_take_pages(struct hugetlb_pages *pages, unsigned int order, unsigned int nr);
int hugetlb_put_pages(struct hugetlb_pages *pages);
void hugetlb_page_arrives(struct hugetlb_pool *pool);

/* liveupdate.c */
int hugetlb_check_ser(const struct hugetlb_ser *ser);
int hugetlb_read_books(void);
int hugetlb_register_handler(struct liveupdate_file_handler *handler);
void hugetlb_unregister_handler(struct liveupdate_file_handler *handler);
int hugetlb_preserve_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser);
void hugetlb_unpreserve_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser);
int hugetlb_restore_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser);
void hugetlb_discard_pages(struct hugetlb_pages_ser *ser);

#endif
