/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: what is said of folios in files; nobody writes back or reclaims what is said so. */
#ifndef LUO_LINUX_PAGE_FLAGS_H
#define LUO_LINUX_PAGE_FLAGS_H

#include <luo/kernel/linux/bits.h>
#include <luo/kernel/linux/mm.h>

enum pageflags {
	PG_locked,
	PG_uptodate,
	PG_dirty,
	PG_swapbacked,
};

#define LFB_FOLIO_TEST_(name, bit)                                                                 \
	static inline bool folio_test_##name(const struct folio *folio)                            \
	{                                                                                          \
		return folio->lfb_flags & BIT(bit);                                                \
	}
#define LFB_FOLIO_CHANGE_(function, change)                                                        \
	static inline void function(struct folio *folio)                                           \
	{                                                                                          \
		folio->lfb_flags change;                                                           \
	}

LFB_FOLIO_TEST_(locked, PG_locked)
LFB_FOLIO_TEST_(uptodate, PG_uptodate)
LFB_FOLIO_TEST_(dirty, PG_dirty)
LFB_FOLIO_TEST_(swapbacked, PG_swapbacked)
LFB_FOLIO_CHANGE_(__folio_set_locked, |= BIT(PG_locked))
LFB_FOLIO_CHANGE_(__folio_clear_locked, &= ~BIT(PG_locked))
LFB_FOLIO_CHANGE_(folio_mark_uptodate, |= BIT(PG_uptodate))
LFB_FOLIO_CHANGE_(folio_clear_uptodate, &= ~BIT(PG_uptodate))
LFB_FOLIO_CHANGE_(__folio_set_swapbacked, |= BIT(PG_swapbacked))

#endif
