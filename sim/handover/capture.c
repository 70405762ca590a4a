// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Taking a blob from a machine that is about to jump. The root tree and the map are read as the
 * next kernel will read them, so what is saved is what it can know.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/handover/handover.h"

#define LARGE_PAGE ((size_t)2 << 20)

struct extent {
	u64 pfn;
	u64 nr_pages;
	bool own;	/* KHO's own: the root tree, the map */
};

struct capture {
	struct lfb_list extents;	/* struct extent, as they come */
	u64 root_pfn;
	struct lfb_blob_range *ranges;
	u32 nr_ranges;
	u64 nr_pages;			/* in all ranges */
	u64 done;			/* what lies below it is in ranges; */
	u64 end;			/* up to here, the rest is preserved */
};

static int add_extent(struct capture *capture, phys_addr_t phys, unsigned int order, bool own)
{
	struct extent *extent = lfb__list_add(&capture->extents, sizeof(*extent));

	if (!extent)
		return -ENOMEM;
	*extent = (struct extent){ PHYS_PFN(phys), 1ull << order, own };
	return 0;
}

/* What touches is one, so that there are no more of them than gaps. */
static int add_preserved(void *context, phys_addr_t phys, unsigned int order)
{
	struct capture *capture = context;
	struct extent *last = (struct extent *)capture->extents.items + capture->extents.count;

	if (capture->extents.count && !last[-1].own &&
	    last[-1].pfn + last[-1].nr_pages == PHYS_PFN(phys)) {
		last[-1].nr_pages += 1ull << order;
		return 0;
	}
	return add_extent(capture, phys, order, false);
}

static int add_own(void *capture, phys_addr_t phys, unsigned int order)
{
	return add_extent(capture, phys, order, true);
}

/* Appends to the ranges, which stay merged. There is room: see make_ranges(). */
static void add_range(struct capture *capture, u64 pfn, u64 nr_pages, enum lfb_blob_kind kind)
{
	struct lfb_blob_range *last = capture->ranges + capture->nr_ranges;

	if (!LFB_ASSERT(capture->nr_ranges < 2 * capture->extents.count))
		return;
	capture->nr_pages += nr_pages;
	if (capture->nr_ranges && last[-1].kind == kind &&
	    PHYS_PFN(last[-1].phys) + last[-1].nr_pages == pfn) {
		last[-1].nr_pages += (u32)nr_pages;
		return;
	}
	*last = (struct lfb_blob_range){ PFN_PHYS(pfn), (u32)nr_pages, kind, NULL };
	capture->nr_ranges++;
}

/* Adds what of the preserved blocks lies below @pfn. */
static void add_preserved_until(struct capture *capture, u64 pfn)
{
	const u64 stop = capture->end < pfn ? capture->end : pfn;

	if (capture->done >= stop)
		return;
	add_range(capture, capture->done, stop - capture->done, LFB_BLOB_PRESERVED);
	capture->done = stop;
}

/* Ascending, merged, disjoint ranges: each page once, and first of all as KHO's own. */
static int make_ranges(struct capture *capture)
{
	const size_t count = capture->extents.count;
	struct extent *extents = capture->extents.items;

	qsort(extents, count, sizeof(*extents), lfb__by_address);
	/* An own page adds at most itself and the rest of a block it cuts in two. */
	capture->ranges = calloc(2 * count, sizeof(*capture->ranges));
	if (!capture->ranges)
		return -ENOMEM;
	for (const struct extent *extent = extents; extent < extents + count; extent++) {
		const u64 pfn = extent->pfn;

		add_preserved_until(capture, pfn);
		if (extent->own && pfn >= capture->done) {
			add_range(capture, pfn, 1,
				  pfn == capture->root_pfn ? LFB_BLOB_ROOT : LFB_BLOB_MAP);
			capture->done = pfn + 1;
		} else if (!extent->own) {
			if (capture->done < pfn)
				capture->done = pfn;
			if (capture->end < pfn + extent->nr_pages)
				capture->end = pfn + extent->nr_pages;
		}
	}
	add_preserved_until(capture, UINT64_MAX);
	LFB_ASSERT(capture->done >= capture->end);
	return 0;
}

/* A number of @size bytes, little-endian. */
static void put_le(u8 *at, unsigned int size, u64 value)
{
	for (; size--; value >>= 8)
		*at++ = (u8)value;
}

static void write_header(u8 *bytes, size_t size, const struct lfb_blob *head, u32 nr_ranges)
{
	memcpy(bytes, LFB_BLOB_MAGIC, LFB_BLOB_MAGIC_SIZE);
	put_le(bytes + LFB_BLOB_VERSION_AT, 4, LFB_BLOB_VERSION);
	put_le(bytes + LFB_BLOB_HEADER_SIZE_AT, 4, LFB_BLOB_HEADER_SIZE);
	put_le(bytes + LFB_BLOB_TOTAL_SIZE_AT, 8, size);
	put_le(bytes + LFB_BLOB_MEMORY_AT, 8, head->memory);
	put_le(bytes + LFB_BLOB_MEMORY_START_AT, 8, head->memory_start);
	put_le(bytes + LFB_BLOB_ROOT_AT, 8, head->kho_root);
	put_le(bytes + LFB_BLOB_SCRATCH_AT, 8, head->scratch[0].phys);
	put_le(bytes + LFB_BLOB_SCRATCH_SIZE_AT, 8, head->scratch[0].size);
	put_le(bytes + LFB_BLOB_MORE_SCRATCH_AT, 4, head->more_scratch);
	put_le(bytes + LFB_BLOB_BOOTS_AT, 4, head->boots);
	put_le(bytes + LFB_BLOB_NR_RANGES_AT, 4, nr_ranges);
	memcpy(bytes + LFB_BLOB_PROFILE_AT, head->profile, LFB_BLOB_PROFILE_SIZE - 1);
	memcpy(bytes + LFB_BLOB_COMPATIBLE_AT, head->kho_compatible, LFB_BLOB_COMPATIBLE_SIZE - 1);
}

static int write_ranges(u8 *bytes, const struct lfb_handed *handed, const struct lfb_blob *head,
			const struct capture *capture)
{
	u8 *entry = bytes + LFB_BLOB_HEADER_SIZE;
	u8 *content = entry + (size_t)capture->nr_ranges * LFB_BLOB_RANGE_SIZE;

	for (u32 i = 1; i <= head->more_scratch; i++, content += LFB_BLOB_AREA_SIZE) {
		put_le(content, 8, head->scratch[i].phys);
		put_le(content + 8, 8, head->scratch[i].size);
	}
	for (u32 i = 0; i < capture->nr_ranges; i++, entry += LFB_BLOB_RANGE_SIZE) {
		const struct lfb_blob_range *range = &capture->ranges[i];
		size_t size = (size_t)range->nr_pages << PAGE_SHIFT;

		if (handed->copy(handed->context, range->phys, content, size))
			return lfb__error(handed->machine, -EINVAL, "0x%llx is preserved, but no "
					  "memory or cannot be read", range->phys);
		put_le(entry, 8, range->phys);
		put_le(entry + 8, 4, range->nr_pages);
		put_le(entry + 12, 4, range->kind);
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

static int write_blob(const struct lfb_handed *handed, const struct lfb_blob *head,
		      const struct capture *capture, struct lfb_blob **blob)
{
	size_t table = LFB_BLOB_HEADER_SIZE + (size_t)capture->nr_ranges * LFB_BLOB_RANGE_SIZE +
		       (size_t)head->more_scratch * LFB_BLOB_AREA_SIZE;
	size_t size = table + ((size_t)capture->nr_pages << PAGE_SHIFT) + LFB_DIGEST_SIZE;
	u8 *bytes = alloc_bytes(size);
	int err;

	if (!bytes)
		return lfb__error(handed->machine, -ENOMEM, "no memory for a blob of %zu bytes",
				  size);
	memset(bytes, 0, LFB_BLOB_HEADER_SIZE);
	write_header(bytes, size, head, capture->nr_ranges);
	err = write_ranges(bytes, handed, head, capture);
	if (!err)
		err = lfb__blob_seal(bytes, size);
	if (err) {
		free(bytes);
		return err;
	}
	err = lfb__blob_open(bytes, size, false, blob);
	if (err && handed->machine)
		lfb__error(handed->machine, err, "%s", lfb_error_text(NULL));
	return err;
}

static int read_handover(const struct lfb_handed *handed, struct lfb_blob *head,
			 struct capture *capture)
{
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;
	struct kho_root root;
	int err = kho__read_root(&handed->view, head->kho_root, &root, &problem);

	if (err)
		return lfb__error(handed->machine, err, "KHO root tree: %s", problem.what);
	abi = kho__abi_of(&root);
	if (!abi)
		return lfb__error(handed->machine, -EINVAL, "KHO root tree of an unknown "
				  "generation");
	strncpy(head->kho_compatible, abi->compatible, sizeof(head->kho_compatible) - 1);
	capture->root_pfn = PHYS_PFN(root.phys);
	err = add_own(capture, root.phys, 0);
	if (!err)
		err = abi->read_map(&handed->view, root.map, add_preserved, add_own, capture,
				    &problem);
	if (!err)
		err = make_ranges(capture);
	if (err == -ENOMEM)
		return lfb__error(handed->machine, err, "no memory to list what is handed over");
	if (err)
		return lfb__error(handed->machine, err, "KHO memory map: %s", problem.what);
	return 0;
}

int lfb__blob_make(const struct lfb_handed *handed, struct lfb_blob *head, struct lfb_blob **blob)
{
	struct capture capture = { 0 };
	int err = read_handover(handed, head, &capture);

	if (!err)
		err = write_blob(handed, head, &capture, blob);
	lfb__list_free(&capture.extents);
	free(capture.ranges);
	return err;
}

static int copy_memory(void *context, phys_addr_t phys, void *to, u64 size)
{
	return lfb__memory_copy(context, phys, to, size);
}

int lfb_blob_capture(struct lfb_machine *machine, struct lfb_blob **blob)
{
	struct lfb_blob head = { 0 };
	struct lfb_handed handed;
	struct lfb_memory *memory;

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
	memory = &machine->kernel.memory;
	handed = (struct lfb_handed){
		.view = kho__memory_view(&machine->kernel),
		.copy = copy_memory,
		.context = memory,
		.machine = machine,
	};
	head.memory = memory->size - memory->start;
	head.memory_start = memory->start;
	head.kho_root = machine->handover_root;
	head.more_scratch = memory->scratch_areas - 1;
	for (u32 i = 0; i <= head.more_scratch; i++)
		head.scratch[i] = (struct lfb_blob_area){
			PFN_PHYS(lfb__scratch_area(memory, i)), memory->scratch_size,
		};
	head.boots = lfb_machine_boots(machine);
	strncpy(head.profile, machine->profile->name, sizeof(head.profile) - 1);
	return lfb__blob_make(&handed, &head, blob);
}
