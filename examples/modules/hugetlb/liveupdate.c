// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The books of the pools are an FLB: there as long as a file of either kind is preserved, and
 * edited with each. The new kernel reads them at boot, long before anybody asks for a file. When
 * the last file is finished all pages that were on their way must have arrived.
 */
#define pr_fmt(fmt) "hugetlb: " fmt

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "hugetlb.h"

static struct hugetlb_pool_ser *pool_ser(const struct hugetlb_ser *ser, unsigned int i)
{
	return (struct hugetlb_pool_ser *)(ser->pools + i * ser->pool_size);
}

static struct hugetlb_pool_ser *find_pool_ser(const struct hugetlb_ser *ser, unsigned int order)
{
	for (unsigned int i = 0; i < ser->nr_pools; i++) {
		if (pool_ser(ser, i)->order == order)
			return pool_ser(ser, i);
	}
	return NULL;
}

/* The old kernel keeps them */

static int hugetlb_flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct hugetlb_ser *ser;

	ser = kho_alloc_preserve(sizeof(*ser) + HUGETLB_POOLS * HUGETLB_POOL_SER_SIZE);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->version = HUGETLB_SER_VERSION;
	ser->nr_pools = HUGETLB_POOLS;
	ser->pool_size = HUGETLB_POOL_SER_SIZE;
	ser->reserved = 0;
	mutex_lock(&hugetlb_lock);
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++) {
		struct hugetlb_pool_ser *entry = pool_ser(ser, i);

		entry->order = hugetlb_pools[i].order;
		entry->nr_coming = 0;
#if HUGETLB_SER_VERSION >= 2
		entry->nr_wanted = hugetlb_pools[i].nr_wanted;
#endif
	}
	mutex_unlock(&hugetlb_lock);
	argp->obj = ser;
	argp->data = virt_to_phys(ser);
	return 0;
}

/* The last file took its pages out before. */
static void hugetlb_flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct hugetlb_ser *ser = argp->obj;

	for (unsigned int i = 0; i < ser->nr_pools; i++) {
		WARN(pool_ser(ser, i)->nr_coming, "hugetlb: %u pages of order %u are in no file",
		     pool_ser(ser, i)->nr_coming, pool_ser(ser, i)->order);
	}
	kho_unpreserve_free(ser);
}

/* The new kernel takes them over */

int hugetlb_check_ser(const struct hugetlb_ser *ser)
{
	if (ser->version < HUGETLB_SER_OLDEST)
		return -EPROTO;
	if (ser->pool_size < offsetof(struct hugetlb_pool_ser, nr_wanted) ||
	    ser->nr_pools > (PAGE_SIZE - sizeof(*ser)) / ser->pool_size)
		return -EINVAL;
	for (unsigned int i = 0; i < ser->nr_pools; i++) {
		const struct hugetlb_pool_ser *entry = pool_ser(ser, i);

		/* Pages of a size that this kernel does not have would be lost. */
		if (entry->nr_coming && !hugetlb_find_pool(entry->order))
			return -EOPNOTSUPP;
		if (find_pool_ser(ser, entry->order) != entry)
			return -EINVAL;
	}
	return 0;
}

static int hugetlb_flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct hugetlb_ser *ser = phys_to_virt(argp->data);
	int err = hugetlb_check_ser(ser);

	if (!err)
		argp->obj = ser;
	return err;
}

/* Without an object they were refused, and this kernel expected nothing. */
static void hugetlb_flb_finish(struct liveupdate_flb_op_args *argp)
{
	mutex_lock(&hugetlb_lock);
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++) {
		struct hugetlb_pool *pool = &hugetlb_pools[i];

		WARN(argp->obj && (pool->nr_coming || pool->nr_unexpected),
		     "hugetlb: %u pages of order %u never came, %u came that are in no books",
		     pool->nr_coming, pool->order, pool->nr_unexpected);
		pool->nr_coming = 0;
		pool->nr_unexpected = 0;
	}
	mutex_unlock(&hugetlb_lock);
	kho_restore_free(argp->obj ?: phys_to_virt(argp->data));
}

static const struct liveupdate_flb_ops hugetlb_flb_ops = {
	.preserve = hugetlb_flb_preserve,
	.unpreserve = hugetlb_flb_unpreserve,
	.retrieve = hugetlb_flb_retrieve,
	.finish = hugetlb_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb hugetlb_flb = {
	.ops = &hugetlb_flb_ops,
	.compatible = HUGETLB_COMPATIBLE,
};

static void read_entry(struct hugetlb_pool *pool, const struct hugetlb_pool_ser *entry, u32 size)
{
	pool->nr_coming = entry->nr_coming;
	if (HUGETLB_SER_VERSION >= 2 && size >= sizeof(*entry))
		pool->nr_wanted = min_t(u32, entry->nr_wanted, HUGETLB_POOL_MAX);
}

/*
 * At boot: what the pools need not reserve. Books that are too old are no reason to be without
 * pools: they are filled, no file can be retrieved, and what files bring goes to whoever wants
 * memory.
 */
int hugetlb_read_books(void)
{
	const struct hugetlb_ser *ser;
	void *obj;
	int err = liveupdate_flb_get_incoming(&hugetlb_flb, &obj);

	if (err == -ENODATA || err == -ENOENT || err == -EOPNOTSUPP)
		return 0;
	if (err == -EPROTO) {
		pr_err("the books of the previous kernel are too old\n");
		return 0;
	}
	if (err)
		return err;
	ser = obj;
	mutex_lock(&hugetlb_lock);
	for (unsigned int i = 0; i < HUGETLB_POOLS; i++) {
		const struct hugetlb_pool_ser *entry = find_pool_ser(ser, hugetlb_pools[i].order);

		if (entry)
			read_entry(&hugetlb_pools[i], entry, ser->pool_size);
	}
	mutex_unlock(&hugetlb_lock);
	pr_info("books of version %u\n", ser->version);
	liveupdate_flb_put_incoming(&hugetlb_flb);
	return 0;
}

/* Handlers */

/** hugetlb_register_handler() - files of @handler bring pages. Return: 0 or a negative errno. */
int hugetlb_register_handler(struct liveupdate_file_handler *handler)
{
	int err = liveupdate_register_file_handler(handler);

	/* Files are of use without live update, too. */
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;
	err = liveupdate_register_flb(handler, &hugetlb_flb);
	if (err)
		liveupdate_unregister_file_handler(handler);
	return err;
}
EXPORT_SYMBOL_GPL(hugetlb_register_handler);

void hugetlb_unregister_handler(struct liveupdate_file_handler *handler)
{
	if (!liveupdate_enabled())
		return;
	liveupdate_unregister_flb(handler, &hugetlb_flb);
	liveupdate_unregister_file_handler(handler);
}
EXPORT_SYMBOL_GPL(hugetlb_unregister_handler);

/* Enters pages of a file in the books, or takes them out. */
static int edit_books(const struct hugetlb_pages *pages, int change)
{
	void *obj;
	int err = liveupdate_flb_get_outgoing(&hugetlb_flb, &obj);

	if (err)
		return err;
	mutex_lock(&hugetlb_lock);
	find_pool_ser(obj, pages->pool->order)->nr_coming += change;
	mutex_unlock(&hugetlb_lock);
	liveupdate_flb_put_outgoing(&hugetlb_flb);
	return 0;
}

static void keep_pages(struct hugetlb_pages *pages, bool kept)
{
	mutex_lock(&hugetlb_lock);
	pages->kept = kept;
	mutex_unlock(&hugetlb_lock);
}

static void unpreserve_folios(struct hugetlb_pages *pages, unsigned int nr)
{
	while (nr)
		kho_unpreserve_folio(pages->folios[--nr]);
	keep_pages(pages, false);
}

/**
 * hugetlb_preserve_pages() - hand the pages of a file over
 * @pages: what it has; no page comes or goes from here on
 * @ser: in preserved memory, with room for them
 *
 * Return: 0 or a negative errno, and nothing has happened.
 */
int hugetlb_preserve_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser)
{
	int err = 0;

	keep_pages(pages, true);
	for (unsigned int i = 0; i < pages->nr; i++) {
		err = kho_preserve_folio(pages->folios[i]);
		if (err) {
			unpreserve_folios(pages, i);
			return err;
		}
		ser->phys[i] = PFN_PHYS(folio_pfn(pages->folios[i]));
	}
	ser->order = pages->pool->order;
	ser->nr = pages->nr;
	err = edit_books(pages, pages->nr);
	if (err)
		unpreserve_folios(pages, pages->nr);
	return err;
}
EXPORT_SYMBOL_GPL(hugetlb_preserve_pages);

/** hugetlb_unpreserve_pages() - take hugetlb_preserve_pages() back. */
void hugetlb_unpreserve_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser)
{
	edit_books(pages, -(int)ser->nr);
	unpreserve_folios(pages, ser->nr);
}
EXPORT_SYMBOL_GPL(hugetlb_unpreserve_pages);

static struct folio *restore_one(struct hugetlb_pages_ser *ser, unsigned int i)
{
	struct folio *folio = ser->phys[i] ? kho_restore_folio(ser->phys[i]) : NULL;

	if (folio)
		ser->phys[i] = 0;
	return folio;
}

/* Were they refused, the file is, too. */
static int ask_for_books(void)
{
	void *obj;
	int err = liveupdate_flb_get_incoming(&hugetlb_flb, &obj);

	if (!err)
		liveupdate_flb_put_incoming(&hugetlb_flb);
	return err;
}

/**
 * hugetlb_restore_pages() - give a file the pages it brought
 * @pages: what it has: nothing yet
 * @ser: what was handed over; what is restored is taken out
 *
 * Return: 0 or a negative errno: some are in @pages, hugetlb_discard_pages() has the others.
 */
int hugetlb_restore_pages(struct hugetlb_pages *pages, struct hugetlb_pages_ser *ser)
{
	int err = ask_for_books();

	if (err)
		return err;
	pages->pool = hugetlb_find_pool(ser->order);
	if (!pages->pool || ser->nr > HUGETLB_FILE_MAX)
		return -EINVAL;
	while (pages->nr < ser->nr) {
		struct folio *folio = restore_one(ser, pages->nr);

		if (!folio)
			return -EIO;
		pages->folios[pages->nr++] = folio;
		hugetlb_page_arrives(pages->pool);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(hugetlb_restore_pages);

/** hugetlb_discard_pages() - nobody wants the file: what is left of it goes to the pool. */
void hugetlb_discard_pages(struct hugetlb_pages_ser *ser)
{
	struct hugetlb_pages pages = { .pool = hugetlb_find_pool(ser->order) };

	for (unsigned int i = 0; i < min_t(u32, ser->nr, HUGETLB_FILE_MAX); i++) {
		struct folio *folio = restore_one(ser, i);

		if (folio && pages.pool) {
			pages.folios[pages.nr++] = folio;
			hugetlb_page_arrives(pages.pool);
		} else if (folio) {
			folio_put(folio);
		}
	}
	hugetlb_put_pages(&pages);
}
EXPORT_SYMBOL_GPL(hugetlb_discard_pages);
