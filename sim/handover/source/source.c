// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory in a file as a view: pages are read when they are first looked at. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/handover/source/source.h"

/* Where memory is */

static int by_address(const void *a, const void *b)
{
	const struct lfb_segment *left = a, *right = b;

	return left->phys < right->phys ? -1 : left->phys > right->phys;
}

/* Whole pages, ascending; where two say they are the same memory, the lower one is it. */
static void put_in_order(struct lfb_source *source)
{
	struct lfb_segment *segments = source->segments;
	size_t count = 0;
	u64 end = 0;

	qsort(segments, source->nr_segments, sizeof(*segments), by_address);
	for (size_t i = 0; i < source->nr_segments; i++) {
		struct lfb_segment segment = segments[i];
		const u64 start = PAGE_ALIGN(end > segment.phys ? end : segment.phys);
		const u64 skipped = start - segment.phys;

		if (segment.phys >= LFB_SOURCE_ADDRESSES || skipped >= segment.size)
			continue;
		segment.phys = start;
		segment.size -= skipped;
		if (segment.size > LFB_SOURCE_ADDRESSES - start)
			segment.size = LFB_SOURCE_ADDRESSES - start;
		segment.size &= PAGE_MASK;
		if (!segment.size)
			continue;
		segment.offset += skipped;
		segment.file_size -= segment.file_size < skipped ? segment.file_size : skipped;
		if (segment.file_size > segment.size)
			segment.file_size = segment.size;
		end = start + segment.size;
		source->size += segment.size;
		segments[count++] = segment;
	}
	source->nr_segments = count;
}

static int make_stretches(struct lfb_source *source)
{
	struct lfb_stretch *stretch;

	source->stretches = calloc(source->nr_segments + 1, sizeof(*stretch));
	if (!source->stretches)
		return lfb__error(NULL, -ENOMEM, "no memory to open a memory image");
	stretch = source->stretches - 1;
	for (size_t i = 0; i < source->nr_segments; i++) {
		const struct lfb_segment *segment = &source->segments[i];

		if (source->nr_stretches && stretch->phys + stretch->size == segment->phys) {
			stretch->size += segment->size;
			continue;
		}
		*++stretch = (struct lfb_stretch){ .phys = segment->phys, .size = segment->size };
		source->nr_stretches++;
	}
	return 0;
}

/* The last item of @size bytes, in an ascending array, whose first member is not above @phys. */
static size_t last_below(const void *items, size_t count, size_t size, phys_addr_t phys)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (*(const u64 *)((const u8 *)items + middle * size) <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

static struct lfb_stretch *stretch_of(const struct lfb_source *source, phys_addr_t phys, u64 size)
{
	const size_t i = last_below(source->stretches, source->nr_stretches,
				    sizeof(*source->stretches), phys);
	struct lfb_stretch *stretch;

	if (i == SIZE_MAX)
		return NULL;
	stretch = &source->stretches[i];
	if (phys - stretch->phys >= stretch->size ||
	    size > stretch->size - (phys - stretch->phys))
		return NULL;
	return stretch;
}

bool lfb__source_has(const struct lfb_source *source, phys_addr_t phys, u64 size)
{
	return stretch_of(source, phys, size) != NULL;
}

u64 lfb__source_offset(const struct lfb_source *source, phys_addr_t phys)
{
	const size_t i = last_below(source->segments, source->nr_segments,
				    sizeof(*source->segments), phys);
	const struct lfb_segment *segment;

	if (i == SIZE_MAX)
		return ~0ull;
	segment = &source->segments[i];
	return phys - segment->phys < segment->file_size ? segment->offset + phys - segment->phys :
							    ~0ull;
}

/* Looking at it */

/* Segments are whole pages, so a page lies in one. */
static int read_page(struct lfb_source *source, phys_addr_t phys, u8 *to)
{
	const size_t i = last_below(source->segments, source->nr_segments,
				    sizeof(*source->segments), phys);
	const struct lfb_segment *segment = &source->segments[i];
	const u64 at = phys - segment->phys;
	u64 size = PAGE_SIZE;

	if (at >= segment->file_size)
		return 0;
	if (size > segment->file_size - at)
		size = segment->file_size - at;
	return lfb__source_pread(source->fd, to, size, segment->offset + at);
}

/* The pages of a stretch, and behind them a bit for each. */
static size_t room_of(const struct lfb_stretch *stretch)
{
	const u64 pages = stretch->size >> PAGE_SHIFT;

	return stretch->size + (pages + 63) / 64 * sizeof(*stretch->read);
}

/* It costs nothing until pages are put into it, whatever size a file claims. */
static int make_room(struct lfb_source *source, struct lfb_stretch *stretch)
{
	void *bytes = mmap(NULL, room_of(stretch), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (bytes == MAP_FAILED)
		return source->error = -ENOMEM;
	stretch->bytes = bytes;
	stretch->read = (u64 *)(stretch->bytes + stretch->size);
	return 0;
}

static const void *source_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	/* What is read of it changes nothing that can be seen. */
	struct lfb_source *source = (struct lfb_source *)view->context;
	struct lfb_stretch *stretch = size ? stretch_of(source, phys, size) : NULL;
	u64 page, last;

	if (!stretch || (!stretch->bytes && make_room(source, stretch)))
		return NULL;
	page = (phys - stretch->phys) >> PAGE_SHIFT;
	last = (phys - stretch->phys + size - 1) >> PAGE_SHIFT;
	for (; page <= last; page++) {
		const u64 bit = 1ull << page % 64;

		if (stretch->read[page / 64] & bit)
			continue;
		if (read_page(source, stretch->phys + (page << PAGE_SHIFT),
			      stretch->bytes + (page << PAGE_SHIFT)))
			return NULL;
		stretch->read[page / 64] |= bit;
	}
	return stretch->bytes + (phys - stretch->phys);
}

/* Memory may end where the image does not: a block beyond it is not there, and no error. */
struct lfb_view lfb__source_view(struct lfb_source *source)
{
	return (struct lfb_view){
		.at = source_at,
		.context = source,
		.size = LFB_SOURCE_ADDRESSES,
	};
}

int lfb__source_copy(struct lfb_source *source, phys_addr_t phys, void *to, u64 size)
{
	u8 *at = to;

	memset(to, 0, size);
	for (; size; phys += PAGE_SIZE, at += PAGE_SIZE, size -= PAGE_SIZE) {
		if (lfb__source_has(source, phys, PAGE_SIZE) && read_page(source, phys, at))
			return -EIO;
	}
	return 0;
}

/* Opening and closing */

static int read_raw(struct lfb_source *source, u64 base, u64 size)
{
	if (!IS_ALIGNED(base, PAGE_SIZE) || base >= LFB_SOURCE_ADDRESSES)
		return lfb__error(NULL, -EINVAL, "0x%llx is no address of a page", base);
	source->segments = calloc(1, sizeof(*source->segments));
	if (!source->segments)
		return lfb__error(NULL, -ENOMEM, "no memory to open a memory image");
	source->segments[0] = (struct lfb_segment){
		.phys = base,
		.size = PAGE_ALIGN(size),
		.file_size = size,
	};
	source->nr_segments = 1;
	return 0;
}

int lfb__source_open(const char *path, u64 base, struct lfb_source *source)
{
	enum lfb_source_kind kind;
	struct stat about;
	int err = lfb__source_kind(path, &kind);

	*source = (struct lfb_source){ .fd = -1 };
	if (err)
		return err;
	if (kind == LFB_SOURCE_XZ)
		return lfb__error(NULL, -EINVAL, "%.200s is compressed: unpack it with xz -dk; "
				  "pages of zeros take no room then", path);
	if (kind == LFB_SOURCE_KDUMP)
		return lfb__error(NULL, -EINVAL, "%.200s has makedumpfile's compressed format, of "
				  "which no ELF core can be made again: dump once more, by "
				  "makedumpfile -E, or in QEMU by dump-guest-memory without -z, -l "
				  "or -s", path);
	if (kind == LFB_SOURCE_FLAT)
		return lfb__error(NULL, -EINVAL, "%.200s has makedumpfile's flattened format: "
				  "makedumpfile -R puts together what it was made of", path);
	source->fd = lfb__source_open_file(path, &about);
	if (source->fd < 0)
		return source->fd;
	source->is_core = kind == LFB_SOURCE_CORE;
	source->file_size = (u64)about.st_size;
	err = source->is_core ? lfb__source_read_elf(source, path) :
				read_raw(source, base, (u64)about.st_size);
	if (!err) {
		put_in_order(source);
		err = make_stretches(source);
	}
	if (err)
		lfb__source_close(source);
	return err;
}

void lfb__source_close(struct lfb_source *source)
{
	for (size_t i = 0; i < source->nr_stretches; i++) {
		if (source->stretches[i].bytes)
			munmap(source->stretches[i].bytes, room_of(&source->stretches[i]));
	}
	free(source->stretches);
	free(source->segments);
	free(source->note);
	lfb__list_free(&source->boots);
	lfb__list_free(&source->pairs);
	if (source->fd >= 0)
		close(source->fd);
	*source = (struct lfb_source){ .fd = -1 };
}
