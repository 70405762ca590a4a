// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Looking for root trees in memory that nobody knows anything about. */
#define _GNU_SOURCE /* SEEK_DATA */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/handover/source/source.h"

#define BATCH ((u64)1 << 20)
/* Pages that cannot be read; then there are too many to go on. */
#define UNREADABLE_MAX (1u << 20)

struct search {
	struct lfb_source *source;
	struct lfb_view view;
	lfb_root_fn found;
	void *context;
	u8 *batch;
	u64 budget;			/* bytes: no honest file has the same twice in memory */
	unsigned int unreadable;	/* pages */
};

/* Most pages are seen here only; a device tree is looked at as the rest of the house does. */
static int look(struct search *search, phys_addr_t phys, const u8 *page)
{
	static const u8 magic[] = { 0xd0, 0x0d, 0xfe, 0xed };
	struct kho_root root;
	char text[8];
	int err = lfb__source_note(search->source, phys, page);

	if (err)
		return err;
	if (memcmp(page, magic, sizeof(magic)) ||
	    kho__read_root(&search->view, phys, &root, NULL))
		return 0;
	kho__fdt_compatible_text(root.fdt, 0, text, sizeof(text));
	if (strncmp(text, "kho-v", 5))
		return 0;
	return search->found(search->context, &root);
}

/* Files have holes. Where that cannot be asked, as of /proc/kcore, all is data. */
static u64 next_data(int fd, u64 offset)
{
	const off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? UINT64_MAX : offset;
	return (u64)data > offset ? (u64)data : offset;
}

/*
 * Up to *@size bytes; of devices, which give all or nothing, a page alone before one that cannot be
 * read. What comes back is less than *@size where that begins, or the file has *@ended.
 */
static u64 read_batch(struct search *search, u64 *size, u64 offset, bool *ended)
{
	const int fd = search->source->fd;
	u64 got = lfb__source_read(fd, search->batch, *size, offset, ended);

	if (!got && !*ended && *size > PAGE_SIZE) {
		*size = PAGE_SIZE;
		got = lfb__source_read(fd, search->batch, *size, offset, ended);
	}
	search->budget -= got < search->budget ? got : search->budget;
	if (got < *size && !*ended)
		return got & PAGE_MASK;
	/* Of the last page nothing may be left from before. */
	memset(search->batch + got, 0, PAGE_ALIGN(got) - got);
	return got;
}

static int search_segment(struct search *search, const struct lfb_segment *segment)
{
	u64 at = 0;
	int err = 0;

	while (!err && at < segment->file_size && search->budget &&
	       search->unreadable < UNREADABLE_MAX) {
		const u64 data = next_data(search->source->fd, segment->offset + at);
		u64 size, got;
		bool ended;

		if (data == UINT64_MAX)
			return 0;
		at += (data - segment->offset - at) & PAGE_MASK;
		if (at >= segment->file_size)
			return 0;
		size = segment->file_size - at;
		if (size > BATCH)
			size = BATCH;
		got = read_batch(search, &size, segment->offset + at, &ended);
		for (u64 page = 0; !err && page < got; page += PAGE_SIZE)
			err = look(search, segment->phys + at + page, search->batch + page);
		at += PAGE_ALIGN(got);
		/* A file that was cut: what is there is looked at. */
		if (ended)
			break;
		/* A page that is broken, or nobody may read. */
		if (got < size) {
			at += PAGE_SIZE;
			search->unreadable++;
		}
	}
	return err;
}

int lfb__source_find_roots(struct lfb_source *source, lfb_root_fn found, void *context)
{
	struct search search = {
		.source = source,
		.view = lfb__source_view(source),
		.found = found,
		.context = context,
		.batch = malloc(BATCH),
		/* A device does not say. */
		.budget = source->file_size ? 2 * source->file_size : UINT64_MAX,
	};
	int err = 0;

	if (!search.batch)
		return -ENOMEM;
	for (size_t i = 0; i < source->nr_segments && !err; i++)
		err = search_segment(&search, &source->segments[i]);
	free(search.batch);
	return err;
}
