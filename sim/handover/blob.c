// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Blobs: sealing one, looking into one, saving one. */
#include <stdlib.h>

#include "sim/handover/handover.h"
#include "sim/kernel/host/host.h"

/* The digest */

int lfb__blob_seal(u8 *bytes, size_t size)
{
	size_t covered = size - LFB_DIGEST_SIZE;

	if (!lfb__digest(bytes, covered, bytes + covered))
		return lfb__error(NULL, -ENOMEM, "no memory for a SHA-256");
	return 0;
}

/* A live blob */

int lfb__by_address(const void *a, const void *b)
{
	const u64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

const char *lfb__blob_kind_name(enum lfb_blob_kind kind)
{
	static const char *const names[] = {
		[0] = "unknown",
		[LFB_BLOB_ROOT] = "root tree",
		[LFB_BLOB_MAP] = "memory map",
		[LFB_BLOB_PRESERVED] = "preserved",
	};

	return names[(unsigned int)kind < ARRAY_SIZE(names) ? kind : 0];
}

static u64 range_size(const struct lfb_blob_range *range)
{
	return (u64)range->nr_pages << PAGE_SHIFT;
}

/* The last range that starts at or below @phys. */
static const struct lfb_blob_range *range_below(const struct lfb_blob *blob, phys_addr_t phys)
{
	u32 low = 0, high = blob->nr_ranges;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (blob->ranges[middle].phys <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &blob->ranges[low - 1] : NULL;
}

/* Ranges that touch each other in memory do so in the blob. */
static const void *blob_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct lfb_blob *blob = view->context;
	const struct lfb_blob_range *range = range_below(blob, phys);
	const u8 *bytes;
	u64 offset;

	if (!range || !size)
		return NULL;
	offset = phys - range->phys;
	if (offset >= range_size(range))
		return NULL;
	bytes = range->bytes + offset;
	while (size > range_size(range) - offset) {
		size -= range_size(range) - offset;
		offset = 0;
		if (range + 1 == blob->ranges + blob->nr_ranges ||
		    range[1].phys != range->phys + range_size(range))
			return NULL;
		range++;
	}
	return bytes;
}

struct lfb_view lfb__blob_view(const struct lfb_blob *blob)
{
	return (struct lfb_view){
		.at = blob_at,
		.context = blob,
		.size = blob->memory_start + blob->memory,
	};
}

int lfb_blob_save(const struct lfb_blob *blob, const char *path)
{
	if (!lfb__blob_valid(blob))
		return -EINVAL;
	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_blob_save(): no path");
	return lfb__write_whole_file(path, blob->bytes, blob->size);
}

void lfb__blob_destroy(struct lfb_blob *blob)
{
	free(blob->ranges);
	free(blob->bytes);
	free(blob);
}

void lfb_blob_free(struct lfb_blob *blob)
{
	if (!blob || !lfb__blob_valid(blob))
		return;
	lfb__handle_unregister(blob);
	lfb__blob_destroy(blob);
}

const void *lfb_blob_bytes(const struct lfb_blob *blob, size_t *size)
{
	bool valid = lfb__blob_valid(blob);

	if (size)
		*size = valid ? blob->size : 0;
	return valid ? blob->bytes : NULL;
}

const u8 *lfb_blob_digest(const struct lfb_blob *blob)
{
	return lfb__blob_valid(blob) ? blob->bytes + blob->size - LFB_DIGEST_SIZE : NULL;
}

const char *lfb_blob_profile(const struct lfb_blob *blob)
{
	return lfb__blob_valid(blob) ? blob->profile : NULL;
}

u64 lfb_blob_memory(const struct lfb_blob *blob)
{
	return lfb__blob_valid(blob) ? blob->memory : 0;
}
