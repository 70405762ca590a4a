// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What subsystems of the kernel handed over: memfds with their folios, regions of reserve_mem=.
 * docs/facts.md 8.5, 8.6 and 13.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "sim/handover/inspect.h"

/* Of all memfds together: 64 GiB in single pages. More is not listed. */
#define FOLIOS_MAX (1u << 24)

/* As kernels look for it: whatever a node's unit address is. */
static bool is_called(const char *node, const char *name)
{
	const size_t length = strlen(name);

	return !strncmp(node, name, length) && (!node[length] || node[length] == '@');
}

enum lfb_entry_kind lfb__payload_kind(const char *name)
{
	if (is_called(name, LUO_FDT_KHO_ENTRY_NAME))
		return LFB_ENTRY_LUO;
	if (is_called(name, KHO_METADATA_NODE_NAME))
		return LFB_ENTRY_METADATA;
	if (is_called(name, MEMBLOCK_KHO_FDT))
		return LFB_ENTRY_MEMBLOCK;
	return LFB_ENTRY_UNKNOWN;
}

static const void *at(const struct lfb_inspection *found, phys_addr_t phys, u64 size)
{
	return found->view.at(&found->view, phys, size);
}

/* Has the map the page there? Without one nobody knows. */
static bool is_preserved(const struct lfb_inspection *found, phys_addr_t phys)
{
	phys_addr_t start;
	unsigned int order;

	return !lfb__found_map(found) || lfb__found_block(found, phys, &start, &order);
}

/* A payload leads there, and gives it up when it is taken over. */
static int own(struct lfb_inspection *found, phys_addr_t phys, u64 size)
{
	const struct lfb_found_area area = { phys & PAGE_MASK, size };

	lfb__found_name(found, area.address, size);
	return lfb__found_add(found, &found->owned, &area, sizeof(area));
}

/* Entries */

static void read_region(struct lfb_inspection *found, const struct lfb_found_entry *entry,
			const void *fdt, int node, u64 index)
{
	struct lfb_found_region region = {
		.name_at = lfb__found_node(fdt, entry->address, node),
		.address_at = lfb__found_property(fdt, entry->address, node, "start"),
		.size_at = lfb__found_property(fdt, entry->address, node, "size"),
	};

	snprintf(region.name, sizeof(region.name), "%s", fdt_get_name(fdt, node, NULL));
	if (!kho__fdt_compatible_is(fdt, node, RESERVE_MEM_KHO_NODE_COMPATIBLE) ||
	    kho__fdt_u64_property(fdt, node, "start", &region.address) ||
	    kho__fdt_u64_property(fdt, node, "size", &region.size)) {
		lfb__found_problem(found, LFB_FOUND(MEMBLOCK_REGION, "memblock[#]", index),
				   entry->address, "region %.63s of entry memblock is no "
				   "reserve-mem-v1 with a start and a size", region.name);
		return;
	}
	lfb__found_name(found, region.address, region.size);
	lfb__found_add(found, &found->regions, &region, sizeof(region));
}

static void read_memblock(struct lfb_inspection *found, const struct lfb_found_entry *entry)
{
	const u64 size = entry->size < PAGE_SIZE ? entry->size : PAGE_SIZE;
	const void *fdt = at(found, entry->address, size);
	struct lfb_problem problem = { 0 };
	u64 index = 0;
	int node;

	if (!fdt) {
		lfb__found_problem(found, LFB_FOUND(MEMBLOCK_AWAY, "memblock", 0), entry->address,
				   "entry memblock is not there");
	} else if (kho__fdt_is_sound(fdt, size, entry->address, &problem)) {
		lfb__found_problem(found, LFB_FOUND(MEMBLOCK_TREE, "memblock", 0), problem.where,
				   "entry memblock: %.120s", problem.what);
	} else if (!kho__fdt_compatible_is(fdt, 0, MEMBLOCK_KHO_NODE_COMPATIBLE)) {
		lfb__found_problem(found, LFB_FOUND(MEMBLOCK_COMPATIBLE, "memblock", 0),
				   entry->address, "entry memblock is no memblock-v1");
	} else {
		fdt_for_each_subnode(node, fdt, 0)
			read_region(found, entry, fdt, node, index++);
	}
}

void lfb__payload_entry(struct lfb_inspection *found, const struct lfb_found_entry *entry)
{
	if (entry->kind == LFB_ENTRY_MEMBLOCK)
		read_memblock(found, entry);
}

/* vmalloc areas */

/* One block of the area, and where that is said. */
static int add_area_block(struct lfb_inspection *found, struct lfb_found_memfd *memfd, u64 phys,
			  phys_addr_t where)
{
	phys_addr_t start;
	unsigned int order;

	if (!IS_ALIGNED(phys, (u64)PAGE_SIZE << memfd->order) ||
	    (lfb__found_map(found) && !(lfb__found_block(found, phys, &start, &order) &&
					start == phys && order == memfd->order))) {
		lfb__found_problem(found, LFB_FOUND(VMALLOC_BLOCK, "memfd/vmalloc/pages", 0),
				   memfd->first, "vmalloc area: 0x%llx is no preserved block of "
				   "order %u", phys, memfd->order);
		return -EINVAL;
	}
	own(found, phys, (u64)PAGE_SIZE << memfd->order);
	memfd->nr_pages++;
	return lfb__found_add(found, &found->pages, &(struct lfb_found_page){ phys, where },
			      sizeof(struct lfb_found_page));
}

/*
 * All blocks of a descriptor's area. No area is larger than what was preserved, and chunks that
 * come back to one of their own are caught by remembering one at each power of two.
 */
static int read_area(struct lfb_inspection *found, struct lfb_found_memfd *memfd)
{
	u64 left = memfd->total_pages, steps = 0;
	phys_addr_t phys = memfd->first, remembered = 0;
	int err = 0;

	memfd->first_page = found->pages.count;
	if (left << PAGE_SHIFT > found->total_bytes && !lfb__found_map(found))
		return -EINVAL;
	if (left << PAGE_SHIFT > found->total_bytes || memfd->order > KHO_MAX_ORDER) {
		lfb__found_problem(found, LFB_FOUND(VMALLOC_SIZE, "memfd/vmalloc", 0), memfd->first,
				   "vmalloc area of %u pages of order %u, more than was preserved",
				   memfd->total_pages, memfd->order);
		return -EINVAL;
	}
	left >>= memfd->order;
	if (left > FOLIOS_MAX - found->pages.count)
		left = FOLIOS_MAX - found->pages.count;
	while (phys && !err) {
		const struct kho_vmalloc_chunk *chunk =
			IS_ALIGNED(phys, PAGE_SIZE) && is_preserved(found, phys) ?
			at(found, phys, PAGE_SIZE) : NULL;

		if (!chunk || phys == remembered) {
			lfb__found_problem(found, LFB_FOUND(VMALLOC_CHUNK, "memfd/vmalloc", 0),
					   phys, "chunk %llu of a vmalloc area %s", steps,
					   chunk ? "was there before" : "is not there");
			return -EINVAL;
		}
		if (!(steps & (steps + 1)))
			remembered = phys;
		/* A kernel ends it by the one behind the last full one. */
		if (++steps > (memfd->total_pages >> memfd->order) / KHO_VMALLOC_SIZE + 2) {
			lfb__found_problem(found, LFB_FOUND(VMALLOC_CHUNK, "memfd/vmalloc", 0),
					   phys, "a vmalloc area has more chunks than its %u pages "
					   "need", memfd->total_pages);
			return -EINVAL;
		}
		own(found, phys, PAGE_SIZE);
		for (unsigned int i = 0; i < KHO_VMALLOC_SIZE && left && chunk->phys[i] && !err;
		     i++, left--)
			err = add_area_block(found, memfd, chunk->phys[i],
					     phys + offsetof(struct kho_vmalloc_chunk, phys[i]));
		phys = chunk->hdr.next.phys;
	}
	if (!err && left) {
		lfb__found_problem(found, LFB_FOUND(VMALLOC_SHORT, "memfd/vmalloc/pages", 0),
				   memfd->first, "vmalloc area: %llu of its blocks are missing",
				   left);
		err = -EINVAL;
	}
	return err;
}

/* @size bytes at @offset of the area, which lie in one page: at *@where. */
static const void *area_at(const struct lfb_inspection *found, const struct lfb_found_memfd *memfd,
			   u64 offset, size_t size, phys_addr_t *where)
{
	const u64 block = offset >> (PAGE_SHIFT + memfd->order);
	const struct lfb_found_page *pages = found->pages.items;

	if (block >= memfd->nr_pages)
		return NULL;
	*where = pages[memfd->first_page + block].address +
		 offset % ((u64)PAGE_SIZE << memfd->order);
	return at(found, *where, size);
}

/* memfds */

static void read_folios(struct lfb_inspection *found, struct lfb_found_memfd *memfd,
			phys_addr_t where)
{
	struct lfb_rule rule = LFB_FOUND(MEMFD_FOLIO_MISSING, "memfd/folio[#]", 0);

	memfd->first_folio = found->folios.count;
	for (u64 i = 0; i < memfd->nr_folios && !found->error; i++) {
		struct lfb_found_folio folio = { 0 };
		const struct memfd_luo_folio_ser *ser =
			area_at(found, memfd, i * sizeof(*ser), sizeof(*ser), &folio.where);
		phys_addr_t start;

		if (!ser || found->folios.count == FOLIOS_MAX) {
			rule.index = i;
			lfb__found_problem(found, rule, where, "folio %llu of %llu %s", i,
					   memfd->nr_folios, ser ?
					   "is one too many to be listed" :
					   "is nowhere described");
			return;
		}
		folio.address = PFN_PHYS(ser->pfn);
		folio.flags = ser->flags;
		folio.index = ser->index;
		folio.preserved = lfb__found_block(found, folio.address, &start, &folio.order) &&
				  start == folio.address;
		if (folio.preserved)
			own(found, folio.address, PAGE_SIZE << folio.order);
		else if (lfb__found_map(found))
			lfb__found_problem(found, LFB_FOUND(MEMFD_FOLIO, "memfd/folio[#]", i),
					   folio.address, "folio %llu of the memfd at 0x%llx is no "
					   "preserved block", i, where);
		lfb__found_add(found, &found->folios, &folio, sizeof(folio));
		memfd->nr_read++;
	}
}

static bool read_payload(const struct lfb_inspection *found, const struct luo_file_record *record,
			 struct lfb_found_memfd *memfd)
{
	const bool is_v2 = !strcmp(record->compatible, MEMFD_LUO_FH_COMPATIBLE);
	const void *ser = at(found, record->data, is_v2 ? sizeof(struct memfd_luo_ser) :
						  sizeof(struct memfd_luo_ser_v1));
	const struct memfd_luo_ser_v1 *v1 = ser;
	const struct memfd_luo_ser *v2 = ser;
	struct kho_vmalloc folios;

	if (!ser)
		return false;
	folios = is_v2 ? v2->folios : v1->folios;
	*memfd = (struct lfb_found_memfd){
		.where = record->data,
		.is_v2 = is_v2,
		.pos = v1->pos,
		.size = v1->size,
		.seals = is_v2 ? v2->seals : 0,
		.flags = is_v2 ? v2->flags : 0,
		.nr_folios = is_v2 ? v2->nr_folios : v1->nr_folios,
		.first = folios.first,
		.total_pages = folios.total_pages,
		.vmalloc_flags = folios.flags,
		.order = folios.order,
	};
	return true;
}

void lfb__payload_file(struct lfb_inspection *found, struct lfb_found_file *file)
{
	const phys_addr_t where = file->record.data;
	struct lfb_found_memfd memfd;

	if (strcmp(file->record.compatible, MEMFD_LUO_FH_COMPATIBLE) &&
	    strcmp(file->record.compatible, MEMFD_LUO_FH_COMPATIBLE_V1))
		return;
	/* A module may take that name for what is none. */
	if (!where || !is_preserved(found, where) ||
	    !read_payload(found, &file->record, &memfd)) {
		lfb__found_problem(found, LFB_FOUND(MEMFD_AWAY, "data", 0), file->where,
				   "the payload of a memfd is not at 0x%llx", where);
		return;
	}
	if (memfd.seals & ~MEMFD_LUO_ALL_SEALS)
		lfb__found_problem(found, LFB_FOUND(MEMFD_SEALS, "memfd/seals", 0), where,
				   "memfd has seals 0x%x, of which a kernel knows 0x%x",
				   memfd.seals, MEMFD_LUO_ALL_SEALS);
	own(found, where, PAGE_SIZE);
	if (!memfd.nr_folios || !read_area(found, &memfd))
		read_folios(found, &memfd, where);
	file->is_memfd = true;
	file->memfd = found->memfds.count;
	lfb__found_add(found, &found->memfds, &memfd, sizeof(memfd));
}
