// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Taking a blob from a machine that is about to jump. The root tree and the map are read as the
 * next kernel will read them, so what is saved is what it can know.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/handover/handover.h"

#define LARGE_PAGE ((size_t)2 << 20)

struct extent {
	u64 pfn;
	u64 nr_pages;
};

struct capture {
	struct lfb_list preserved;	/* struct extent, as those in: */
	struct lfb_list own;		/* single pages: the root tree, the map */
	u64 root_pfn;
	struct lfb_blob_range *ranges;
	u32 nr_ranges;
	u64 nr_pages;			/* in all ranges */
};

static int add_extent(struct lfb_list *extents, u64 pfn, u64 nr_pages)
{
	struct extent *extent = lfb__list_add(extents, sizeof(*extent));

	if (!extent)
		return -ENOMEM;
	*extent = (struct extent){ pfn, nr_pages };
	return 0;
}

static int add_preserved(void *context, phys_addr_t phys, unsigned int order)
{
	struct capture *capture = context;

	return add_extent(&capture->preserved, PHYS_PFN(phys), 1ull << order);
}

static int add_own(void *context, phys_addr_t phys, unsigned int order)
{
	struct capture *capture = context;

	return add_extent(&capture->own, PHYS_PFN(phys), 1ull << order);
}

static void sort_extents(struct lfb_list *extents)
{
	if (extents->count)
		qsort(extents->items, extents->count, sizeof(struct extent), lfb__by_address);
}

/* Appends to the ranges, which stay merged. There is room: see make_ranges(). */
static void add_range(struct capture *capture, u64 pfn, u64 nr_pages, enum lfb_blob_kind kind)
{
	struct lfb_blob_range *last = capture->ranges + capture->nr_ranges;

	capture->nr_pages += nr_pages;
	if (capture->nr_ranges && last[-1].kind == kind &&
	    PHYS_PFN(last[-1].phys) + last[-1].nr_pages == pfn) {
		last[-1].nr_pages += (u32)nr_pages;
		return;
	}
	*last = (struct lfb_blob_range){ PFN_PHYS(pfn), (u32)nr_pages, kind, NULL };
	capture->nr_ranges++;
}

/* Adds KHO's own pages from number *@next up to @end, each page once. */
static void add_own_until(struct capture *capture, size_t *next, u64 end, u64 *done)
{
	const struct extent *own = capture->own.items;

	for (; *next < capture->own.count && own[*next].pfn < end; ++*next) {
		u64 pfn = own[*next].pfn;

		if (pfn < *done)
			continue;
		add_range(capture, pfn, 1, pfn == capture->root_pfn ? LFB_BLOB_ROOT : LFB_BLOB_MAP);
		*done = pfn + 1;
	}
}

/* Adds a preserved block, less what lies below *@done and less KHO's own pages in it. */
static void add_block(struct capture *capture, size_t *next, const struct extent *block, u64 *done)
{
	const struct extent *own = capture->own.items;
	u64 end = block->pfn + block->nr_pages;

	add_own_until(capture, next, block->pfn, done);
	while (*done < end) {
		u64 start = *done > block->pfn ? *done : block->pfn;
		u64 stop = end;

		if (*next < capture->own.count && own[*next].pfn < end)
			stop = own[*next].pfn;
		if (stop > start)
			add_range(capture, start, stop - start, LFB_BLOB_PRESERVED);
		*done = stop > start ? stop : start;
		add_own_until(capture, next, stop + 1, done);
	}
}

/* Blocks and own pages as ascending, merged, disjoint ranges. */
static int make_ranges(struct capture *capture)
{
	const struct extent *preserved = capture->preserved.items;
	size_t next = 0;
	u64 done = 0;

	sort_extents(&capture->preserved);
	sort_extents(&capture->own);
	/* Each own page adds at most itself and the rest of a block it cuts in two. */
	capture->ranges = calloc(capture->preserved.count + 2 * capture->own.count,
				 sizeof(*capture->ranges));
	if (!capture->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < capture->preserved.count; i++)
		add_block(capture, &next, &preserved[i], &done);
	add_own_until(capture, &next, UINT64_MAX, &done);
	return 0;
}

static void put32(u8 *at, u32 value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(u8 *at, u64 value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

static void write_header(u8 *bytes, size_t size, struct lfb_machine *machine,
			 const struct capture *capture, const struct kho_abi *abi)
{
	const struct lfb_memory *memory = &machine->kernel.memory;

	memcpy(bytes, LFB_BLOB_MAGIC, LFB_BLOB_MAGIC_SIZE);
	put32(bytes + LFB_BLOB_VERSION_AT, LFB_BLOB_VERSION);
	put32(bytes + LFB_BLOB_HEADER_SIZE_AT, LFB_BLOB_HEADER_SIZE);
	put64(bytes + LFB_BLOB_TOTAL_SIZE_AT, size);
	put64(bytes + LFB_BLOB_MEMORY_AT, memory->size);
	put64(bytes + LFB_BLOB_ROOT_AT, machine->handover_root);
	put64(bytes + LFB_BLOB_SCRATCH_AT, memory->scratch);
	put64(bytes + LFB_BLOB_SCRATCH_SIZE_AT, memory->scratch_size);
	put32(bytes + LFB_BLOB_BOOTS_AT, lfb_machine_boots(machine));
	put32(bytes + LFB_BLOB_NR_RANGES_AT, capture->nr_ranges);
	strncpy((char *)bytes + LFB_BLOB_PROFILE_AT, machine->profile->name,
		LFB_BLOB_PROFILE_SIZE - 1);
	strncpy((char *)bytes + LFB_BLOB_COMPATIBLE_AT, abi->compatible,
		LFB_BLOB_COMPATIBLE_SIZE - 1);
}

static int write_ranges(u8 *bytes, struct lfb_machine *machine, const struct capture *capture)
{
	u8 *entry = bytes + LFB_BLOB_HEADER_SIZE;
	u8 *content = entry + (size_t)capture->nr_ranges * LFB_BLOB_RANGE_SIZE;

	for (u32 i = 0; i < capture->nr_ranges; i++, entry += LFB_BLOB_RANGE_SIZE) {
		const struct lfb_blob_range *range = &capture->ranges[i];
		size_t size = (size_t)range->nr_pages << PAGE_SHIFT;

		if (lfb__memory_copy(&machine->kernel.memory, range->phys, content, size))
			return lfb__error(machine, -EINVAL, "0x%llx is preserved but no memory",
					  range->phys);
		put64(entry, range->phys);
		put32(entry + 8, range->nr_pages);
		put32(entry + 12, range->kind);
		content += size;
	}
	return 0;
}

/* Large blobs in large pages: touching memory for the first time costs more than copying to it. */
static u8 *alloc_bytes(size_t size)
{
	u8 *bytes;

	if (size < 2 * LARGE_PAGE)
		return malloc(size);
	bytes = aligned_alloc(LARGE_PAGE, (size + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
	if (bytes)
		madvise(bytes, size & ~(LARGE_PAGE - 1), MADV_HUGEPAGE);
	return bytes;
}

static int write_blob(struct lfb_machine *machine, const struct capture *capture,
		      const struct kho_abi *abi, struct lfb_blob **blob)
{
	size_t table = LFB_BLOB_HEADER_SIZE + (size_t)capture->nr_ranges * LFB_BLOB_RANGE_SIZE;
	size_t size = table + ((size_t)capture->nr_pages << PAGE_SHIFT) + LFB_DIGEST_SIZE;
	u8 *bytes = alloc_bytes(size);
	int err;

	if (!bytes)
		return lfb__error(machine, -ENOMEM, "no memory for a blob of %zu bytes", size);
	memset(bytes, 0, LFB_BLOB_HEADER_SIZE);
	write_header(bytes, size, machine, capture, abi);
	err = write_ranges(bytes, machine, capture);
	if (!err)
		err = lfb__blob_seal(bytes, size);
	if (err) {
		free(bytes);
		return err;
	}
	err = lfb__blob_open(bytes, size, false, blob);
	return err ? lfb__error(machine, err, "%s", lfb_error_text(NULL)) : 0;
}

static int capture_handover(struct lfb_machine *machine, struct capture *capture,
			    struct lfb_blob **blob)
{
	struct lfb_view view = kho__memory_view(&machine->kernel);
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;
	struct kho_root root;
	int err = kho__read_root(&view, machine->handover_root, &root, &problem);

	if (err)
		return lfb__error(machine, err, "KHO root tree: %s", problem.what);
	abi = kho__abi_of(&root);
	if (!abi)
		return lfb__error(machine, -EINVAL, "KHO root tree of an unknown generation");
	capture->root_pfn = PHYS_PFN(root.phys);
	err = add_own(capture, root.phys, 0);
	if (!err)
		err = abi->read_map(&view, root.map, add_preserved, add_own, capture, &problem);
	if (!err)
		err = make_ranges(capture);
	if (err == -ENOMEM)
		return lfb__error(machine, err, "no memory to list what is handed over");
	if (err)
		return lfb__error(machine, err, "KHO memory map: %s", problem.what);
	return write_blob(machine, capture, abi, blob);
}

int lfb_blob_capture(struct lfb_machine *machine, struct lfb_blob **blob)
{
	struct capture capture = { 0 };
	int err;

	if (blob)
		*blob = NULL;
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!blob)
		return lfb__error(machine, -EINVAL, "lfb_blob_capture(): no place for the blob");
	if (machine->state != LFB_REBOOTING)
		return lfb__error(machine, -EBUSY, "there is a handover only between "
				  "lfb_machine_prepare() and the jump");
	if (!machine->handover_root)
		return lfb__error(machine, -ENODATA, "nothing is handed over: live update is off");
	err = capture_handover(machine, &capture, blob);
	lfb__list_free(&capture.preserved);
	lfb__list_free(&capture.own);
	free(capture.ranges);
	return err;
}
