/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: all memory is mapped; caches are told nothing. */
#ifndef LUO_LINUX_HIGHMEM_H
#define LUO_LINUX_HIGHMEM_H

#include <luo/kernel/linux/mm.h>
#include <luo/kernel/linux/string.h>

static inline void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	memset((char *)folio_address(folio) + start, 0, length);
}

static inline void flush_dcache_folio(struct folio *folio)
{
	(void)folio;
}

#endif
