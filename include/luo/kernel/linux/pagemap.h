/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: folios of files in memory, their lock and what is charged for them. */
#ifndef LUO_LINUX_PAGEMAP_H
#define LUO_LINUX_PAGEMAP_H

#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/fs.h>
#include <luo/kernel/linux/highmem.h>
#include <luo/kernel/linux/kernel.h>
#include <luo/kernel/linux/page-flags.h>
#include <luo/shmem.h>

static inline gfp_t mapping_gfp_mask(const struct address_space *mapping)
{
	(void)mapping;
	return GFP_KERNEL;
}

static inline bool folio_trylock(struct folio *folio)
{
	if (folio_test_locked(folio))
		return false;
	__folio_set_locked(folio);
	return true;
}

/** folio_lock() - who finds it locked waits for ever: there is nobody else. A BUG. */
static inline void folio_lock(struct folio *folio)
{
	BUG_ON(!folio_trylock(folio));
}

/** folio_unlock() - what is not locked is a BUG. */
static inline void folio_unlock(struct folio *folio)
{
	BUG_ON(!folio_test_locked(folio));
	__folio_clear_locked(folio);
}

/** folio_mark_dirty() - Return: whether it was not. */
static inline bool folio_mark_dirty(struct folio *folio)
{
	const bool was = folio_test_dirty(folio);

	folio->lfb_flags |= BIT(PG_dirty);
	return !was;
}

/** mem_cgroup_charge() - there are no control groups. Return: 0. */
static inline int mem_cgroup_charge(struct folio *folio, void *mm, gfp_t gfp)
{
	(void)folio;
	(void)mm;
	(void)gfp;
	return 0;
}

/** folio_add_lru() - nobody looks for what has not been used for long. */
static inline void folio_add_lru(struct folio *folio)
{
	(void)folio;
}

#endif
