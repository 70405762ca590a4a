/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How rules about memfds, vmalloc areas and reserve_mem= are broken, for the table in damages.c. */
#ifndef TESTS_SUPPORT_DAMAGES_PAYLOAD_H
#define TESTS_SUPPORT_DAMAGES_PAYLOAD_H

#include "tests/support/damaged.h"

/* damages.c: an address in memory where nothing is handed over; one there, and not in the map */
u64 damaged_nowhere(const struct damaged *damaged);
u64 damaged_unpreserved(const struct damaged *damaged);
/* … where an entry of the root tree leads, and to have it lead nowhere; a record of luo-v5 */
u64 damaged_entry(const struct damaged *damaged, const char *name);
void damaged_move_entry(const struct damaged *damaged, const char *name);
struct luo_file_ser *damaged_file(const struct damaged *damaged, unsigned int session,
				  unsigned int index);

void damage_memblock_away(struct damaged *damaged);
void damage_memblock_tree(struct damaged *damaged);
void damage_memfd_away(struct damaged *damaged);
void damage_memfd_unpreserved(struct damaged *damaged);
void damage_block_unpreserved(struct damaged *damaged);
void damage_chunk_unpreserved(struct damaged *damaged);
void damage_memfd_cut(struct damaged *damaged);
void damage_folios_without_end(struct damaged *damaged);
void damage_list_full(struct damaged *damaged);
void damage_block_bad_before_another(struct damaged *damaged);
void damage_memfd_seals(struct damaged *damaged);
void damage_memfd_folio(struct damaged *damaged);
void damage_vmalloc_size(struct damaged *damaged);
void damage_vmalloc_block(struct damaged *damaged);
void damage_vmalloc_chunk(struct damaged *damaged);
void damage_vmalloc_short(struct damaged *damaged);
void damage_vmalloc_order(struct damaged *damaged);
void damage_chunk_itself(struct damaged *damaged);
void damage_chunks_too_many(struct damaged *damaged);
void damage_block_bad_in_two_lists(struct damaged *damaged);
void damage_block_too_small(struct damaged *damaged);
void damage_block_in_larger(struct damaged *damaged);
void damage_owned_twice(struct damaged *damaged);
void damage_memblock_compatible(struct damaged *damaged);
void damage_memblock_region(struct damaged *damaged);
void damage_region_start(struct damaged *damaged);
void damage_region_compatible(struct damaged *damaged);
void damage_folio_missing(struct damaged *damaged);

#endif
