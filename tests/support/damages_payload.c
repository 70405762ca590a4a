// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/damages_payload.h"

#include <libfdt.h>

#include "sim/kernel/kho/map.h"

static void *memblock(const struct damaged *d)
{
	return damaged_at(d, damaged_entry(d, "memblock"), PAGE_SIZE);
}

static struct memfd_luo_ser *memfd(const struct damaged *d)
{
	return damaged_at(d, damaged_file(d, 1, 0)->data, sizeof(struct memfd_luo_ser));
}

static struct kho_vmalloc_chunk *folio_list(const struct damaged *d)
{
	return damaged_at(d, memfd(d)->folios.first, PAGE_SIZE);
}

static struct memfd_luo_folio_ser *folio(const struct damaged *d)
{
	return damaged_at(d, folio_list(d)->phys[0], PAGE_SIZE);
}

void damage_memblock_away(struct damaged *d) { damaged_move_entry(d, "memblock"); }
void damage_memblock_tree(struct damaged *d) { *(u8 *)memblock(d) ^= 1; }
void damage_memfd_away(struct damaged *d) { damaged_file(d, 1, 0)->data = 0; }

void damage_memfd_unpreserved(struct damaged *d)
{
	damaged_file(d, 1, 0)->data = damaged_unpreserved(d);
}

void damage_block_unpreserved(struct damaged *d)
{
	folio_list(d)->phys[0] = damaged_unpreserved(d);
}

void damage_chunk_unpreserved(struct damaged *d)
{
	memfd(d)->folios.first = damaged_unpreserved(d);
}

/* It begins in the last page there is, and would go on behind it. */
void damage_memfd_cut(struct damaged *d)
{
	const struct lfb_view view = lfb__blob_view(d->blob);
	u32 i = d->blob->nr_ranges;
	u64 end;

	do {
		assert_int_not_equal(i--, 0);
		end = d->blob->ranges[i].phys + PFN_PHYS(d->blob->ranges[i].nr_pages);
	} while (d->blob->ranges[i].kind != LFB_BLOB_PRESERVED || view.at(&view, end, 1));
	damaged_file(d, 1, 0)->data = end - 8;
}

/* Its list has the same page again and again, and in that there is little more than nothing. */
void damage_folios_without_end(struct damaged *d)
{
	for (unsigned int i = 1; i < 10; i++)
		folio_list(d)->phys[i] = folio_list(d)->phys[0];
	memfd(d)->folios.total_pages = 10;
	memfd(d)->nr_folios = 10 * PAGE_SIZE / sizeof(struct memfd_luo_folio_ser) - 10;
}

/* A list that is full, and not enough. */
void damage_list_full(struct damaged *d)
{
	for (unsigned int i = 1; i < KHO_VMALLOC_SIZE; i++)
		folio_list(d)->phys[i] = folio_list(d)->phys[0];
	memfd(d)->folios.total_pages = KHO_VMALLOC_SIZE + 1;
}

void damage_block_bad_before_another(struct damaged *d)
{
	memfd(d)->folios.total_pages = 2;
	folio_list(d)->phys[1] = folio_list(d)->phys[0]++;
}

void damage_memfd_seals(struct damaged *d) { memfd(d)->seals = 0x80; }
void damage_memfd_folio(struct damaged *d) { folio(d)->pfn = PHYS_PFN(damaged_nowhere(d)); }
void damage_vmalloc_size(struct damaged *d) { memfd(d)->folios.total_pages = ~0u; }
void damage_vmalloc_block(struct damaged *d) { folio_list(d)->phys[0] += 1; }
void damage_vmalloc_chunk(struct damaged *d) { memfd(d)->folios.first = damaged_nowhere(d); }
void damage_vmalloc_short(struct damaged *d) { folio_list(d)->phys[0] = 0; }

void damage_vmalloc_order(struct damaged *d) { memfd(d)->folios.order = 63; }

void damage_chunk_itself(struct damaged *d)
{
	folio_list(d)->hdr.next.phys = memfd(d)->folios.first;
}

/* Pages that are preserved, each by itself, lead on and on. */
void damage_chunks_too_many(struct damaged *d)
{
	folio_list(d)->hdr.next.phys = damaged_entry(d, "other");
	*(u64 *)damaged_at(d, damaged_entry(d, "other"), 8) = damaged_entry(d, "memblock");
}

/* … and the next list is not looked at. */
void damage_block_bad_in_two_lists(struct damaged *d)
{
	damage_vmalloc_block(d);
	folio_list(d)->hdr.next.phys = damaged_entry(d, "other");
}

/* Said to be one of two pages; it is aligned as one, and is a page. */
void damage_block_too_small(struct damaged *d)
{
	const u64 pages[] = {
		damaged_entry(d, "other"), damaged_entry(d, "memblock"), d->blob->kho_root,
	};
	size_t i = 0;

	while (pages[i] & PAGE_SIZE)
		assert_in_range(++i, 1, ARRAY_SIZE(pages) - 1);
	memfd(d)->folios.order = 1;
	memfd(d)->folios.total_pages = 2;
	folio_list(d)->phys[0] = pages[i];
}

static int find_larger(void *context, phys_addr_t phys, unsigned int order)
{
	if (order)
		*(u64 *)context = phys;
	return 0;
}

/* … and the other way round. */
void damage_block_in_larger(struct damaged *d)
{
	const struct lfb_view view = lfb__blob_view(d->blob);
	struct kho_root found;
	u64 larger = 0;

	assert_int_equal(kho__read_root(&view, d->blob->kho_root, &found, NULL), 0);
	assert_int_equal(kho__abi_of(&found)->read_map(&view, found.map, find_larger, NULL,
						       &larger, NULL), 0);
	assert_int_not_equal(larger, 0);
	folio_list(d)->phys[0] = larger + PAGE_SIZE;
}

/* A page of the file is the list of its pages. */
void damage_owned_twice(struct damaged *d) { folio(d)->pfn = PHYS_PFN(folio_list(d)->phys[0]); }

void damage_memblock_compatible(struct damaged *d)
{
	assert_int_equal(fdt_setprop_inplace(memblock(d), 0, "compatible", "memblock-v9", 12), 0);
}

void damage_memblock_region(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(memblock(d),
					  fdt_subnode_offset(memblock(d), 0, "ramoops"), "size"),
			 0);
}

void damage_region_start(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(memblock(d),
					  fdt_subnode_offset(memblock(d), 0, "ramoops"), "start"),
			 0);
}

void damage_region_compatible(struct damaged *d)
{
	assert_int_equal(fdt_setprop_inplace(memblock(d),
					     fdt_subnode_offset(memblock(d), 0, "ramoops"),
					     "compatible", "reserve-mem-v9", 15), 0);
}

void damage_folio_missing(struct damaged *d)
{
	memset(&memfd(d)->folios, 0, sizeof(memfd(d)->folios));
}
