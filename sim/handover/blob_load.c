// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blobs from bytes that may be anything. Nothing is used before it is checked: first the digest,
 * then field by field.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/handover.h"

#define MEMORY_MIN (1ull << 20)
#define MEMORY_MAX (1ull << 40)

/* Of what a rule is: the file, or something in it. */
#define BLOB_RULE(name, path, index) ((struct lfb_rule){ LFB_CHECK_##name, path, index })

/* Says which rule does not hold, and where in the file: also to @problem, which may be NULL. */
static LFB_PRINTF(5, 6) int refuse(struct lfb_problem *problem, struct lfb_rule rule, int error,
				   u64 offset, const char *format, ...)
{
	struct lfb_problem refused = { .where = offset };
	va_list args;

	va_start(args, format);
	vsnprintf(refused.what, sizeof(refused.what), format, args);
	va_end(args);
	lfb__problem_name(&refused, rule);
	if (problem)
		*problem = refused;
	return lfb__error(NULL, error, rule.id == LFB_CHECK_BLOB_MAGIC ? "%s" : "blob: %s",
			  refused.what);
}

/* A number of @size bytes, little-endian. */
static u64 get_le(const u8 *at, unsigned int size)
{
	u64 value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

static int check_digest(u8 *bytes, size_t size, struct lfb_problem *problem)
{
	u8 *digest = bytes + size - LFB_DIGEST_SIZE;
	u8 stored[LFB_DIGEST_SIZE];
	int err;

	memcpy(stored, digest, sizeof(stored));
	err = lfb__blob_seal(bytes, size);
	if (err)
		return err;
	if (!memcmp(stored, digest, sizeof(stored)))
		return 0;
	return refuse(problem, BLOB_RULE(BLOB_DIGEST, "blob/sha256", 0), -EINVAL,
		      size - LFB_DIGEST_SIZE, "the SHA-256 at offset 0x%zx is not that of the %zu "
		      "bytes before it: altered or cut off", size - LFB_DIGEST_SIZE,
		      size - LFB_DIGEST_SIZE);
}

/* What tells a blob from anything else comes first, so that the message fits. */
static int check_envelope(u8 *bytes, size_t size, bool with_digest, struct lfb_problem *problem)
{
	u32 version, header_size;
	u64 total;
	int err;

	if (size < LFB_BLOB_MAGIC_SIZE || memcmp(bytes, LFB_BLOB_MAGIC, LFB_BLOB_MAGIC_SIZE))
		return refuse(problem, BLOB_RULE(BLOB_MAGIC, "blob", 0), -EINVAL, 0,
			      "not a blob: it does not start with LFBBLOB");
	if (size < LFB_BLOB_HEADER_SIZE + LFB_DIGEST_SIZE)
		return refuse(problem, BLOB_RULE(BLOB_CUT, "blob", 0), -EINVAL, size,
			      "cut off after %zu bytes, inside the header", size);
	version = get_le(bytes + LFB_BLOB_VERSION_AT, 4);
	if (version != LFB_BLOB_VERSION)
		return refuse(problem, BLOB_RULE(BLOB_VERSION, "blob/version", 0), -EPROTONOSUPPORT,
			      LFB_BLOB_VERSION_AT, "format version %u at offset 0x%x, this library "
			      "reads %u", version, LFB_BLOB_VERSION_AT, LFB_BLOB_VERSION);
	total = get_le(bytes + LFB_BLOB_TOTAL_SIZE_AT, 8);
	if (total != size)
		return refuse(problem, BLOB_RULE(BLOB_SIZE, "blob/size", 0), -EINVAL,
			      LFB_BLOB_TOTAL_SIZE_AT, "total size at offset 0x%x is %llu, but "
			      "there are %zu bytes", LFB_BLOB_TOTAL_SIZE_AT, total, size);
	err = with_digest ? check_digest(bytes, size, problem) : 0;
	if (err)
		return err;
	header_size = get_le(bytes + LFB_BLOB_HEADER_SIZE_AT, 4);
	if (header_size != LFB_BLOB_HEADER_SIZE)
		return refuse(problem, BLOB_RULE(BLOB_HEADER_SIZE, "blob", 0), -EINVAL,
			      LFB_BLOB_HEADER_SIZE_AT, "header size at offset 0x%x is %u, not %u",
			      LFB_BLOB_HEADER_SIZE_AT, header_size, LFB_BLOB_HEADER_SIZE);
	return 0;
}

/* A field of text: printable, terminated, and nothing behind the terminator. */
static int read_text(const u8 *bytes, unsigned int at, size_t size, const char *what, char *text,
		     struct lfb_problem *problem)
{
	const struct lfb_rule rule = BLOB_RULE(BLOB_NAME, at == LFB_BLOB_PROFILE_AT ?
					       "blob/profile" : "blob/compatible", 0);
	size_t i = 0;

	while (i < size && bytes[at + i] > ' ' && bytes[at + i] < 0x7f)
		i++;
	if (i == 0)
		return refuse(problem, rule, -EINVAL, at, "%s at offset 0x%x is no name", what, at);
	memcpy(text, bytes + at, i);
	while (i < size && !bytes[at + i])
		text[i++] = '\0';
	if (i == size && !text[size - 1])
		return 0;
	return refuse(problem, rule, -EINVAL, at, "%s at offset 0x%x is no terminated name", what,
		      at);
}

static bool is_area(const struct lfb_blob *blob, u64 start, u64 size)
{
	const u64 offset = start - blob->memory_start;

	return IS_ALIGNED(start | size, PAGE_SIZE) && offset < blob->memory &&
	       size <= blob->memory - offset;
}

static int check_header(const struct lfb_blob *blob, struct lfb_problem *problem)
{
	const u8 *bytes = blob->bytes;

	if (blob->memory < MEMORY_MIN || blob->memory > MEMORY_MAX ||
	    !IS_ALIGNED(blob->memory, PAGE_SIZE))
		return refuse(problem, BLOB_RULE(BLOB_MEMORY, "blob/memory", 0), -EINVAL,
			      LFB_BLOB_MEMORY_AT, "memory size at offset 0x%x is %llu, not "
			      "whole pages from 1 MiB to 1 TiB", LFB_BLOB_MEMORY_AT, blob->memory);
	if (!lfb__can_start(blob->memory_start))
		return refuse(problem, BLOB_RULE(BLOB_MEMORY, "blob/memory", 0), -EINVAL,
			      LFB_BLOB_MEMORY_START_AT, "start of memory at offset 0x%x is 0x%llx, "
			      "no multiple of 4 MiB up to 4 GiB", LFB_BLOB_MEMORY_START_AT,
			      blob->memory_start);
	if (!is_area(blob, blob->scratch[0].phys, blob->scratch[0].size))
		return refuse(problem, BLOB_RULE(BLOB_SCRATCH, "blob/scratch", 0), -EINVAL,
			      LFB_BLOB_SCRATCH_AT, "scratch at offset 0x%x is no area of whole "
			      "pages in memory", LFB_BLOB_SCRATCH_AT);
	if (!blob->boots)
		return refuse(problem, BLOB_RULE(BLOB_BOOTS, "blob/boots", 0), -EINVAL,
			      LFB_BLOB_BOOTS_AT, "number of kernels at offset 0x%x is 0",
			      LFB_BLOB_BOOTS_AT);
	for (unsigned int i = LFB_BLOB_RESERVED_AT; i < LFB_BLOB_HEADER_SIZE; i++) {
		if (bytes[i])
			return refuse(problem, BLOB_RULE(BLOB_RESERVED, "blob", 0), -EINVAL, i,
				      "reserved byte at offset 0x%x is not 0", i);
	}
	return 0;
}

static int read_header(struct lfb_blob *blob, struct lfb_problem *problem)
{
	const u8 *bytes = blob->bytes;
	int err;

	blob->memory = get_le(bytes + LFB_BLOB_MEMORY_AT, 8);
	blob->memory_start = get_le(bytes + LFB_BLOB_MEMORY_START_AT, 8);
	blob->kho_root = get_le(bytes + LFB_BLOB_ROOT_AT, 8);
	blob->scratch[0].phys = get_le(bytes + LFB_BLOB_SCRATCH_AT, 8);
	blob->scratch[0].size = get_le(bytes + LFB_BLOB_SCRATCH_SIZE_AT, 8);
	blob->more_scratch = get_le(bytes + LFB_BLOB_MORE_SCRATCH_AT, 4);
	blob->boots = get_le(bytes + LFB_BLOB_BOOTS_AT, 4);
	blob->nr_ranges = get_le(bytes + LFB_BLOB_NR_RANGES_AT, 4);
	err = read_text(bytes, LFB_BLOB_PROFILE_AT, LFB_BLOB_PROFILE_SIZE, "profile",
			blob->profile, problem);
	if (!err)
		err = read_text(bytes, LFB_BLOB_COMPATIBLE_AT, LFB_BLOB_COMPATIBLE_SIZE,
				"KHO compatible", blob->kho_compatible, problem);
	return err ? err : check_header(blob, problem);
}

/* Those behind the first one, of which the header tells. Moves @at behind them. */
static int read_areas(struct lfb_blob *blob, const u8 **at, size_t *room,
		      struct lfb_problem *problem)
{
	for (u32 i = 1; i <= blob->more_scratch; i++, *at += LFB_BLOB_AREA_SIZE) {
		struct lfb_blob_area *area = &blob->scratch[i];
		const size_t offset = (size_t)(*at - blob->bytes);

		if (i == LFB_SCRATCH_MAX || *room < LFB_BLOB_AREA_SIZE)
			return refuse(problem, BLOB_RULE(BLOB_SCRATCH, "blob/more_scratch", 0),
				      -EINVAL, LFB_BLOB_MORE_SCRATCH_AT, "%u more scratch areas at "
				      "offset 0x%x, more than %s", blob->more_scratch,
				      LFB_BLOB_MORE_SCRATCH_AT,
				      i == LFB_SCRATCH_MAX ? "a machine has" : "fit");
		*room -= LFB_BLOB_AREA_SIZE;
		area->phys = get_le(*at, 8);
		area->size = get_le(*at + 8, 8);
		if (!area->size || !is_area(blob, area->phys, area->size))
			return refuse(problem,
				      BLOB_RULE(BLOB_SCRATCH, "blob/more_scratch[#]", i - 1),
				      -EINVAL, offset, "scratch at offset 0x%zx is no area of "
				      "whole pages in memory", offset);
	}
	return 0;
}

static bool is_in_scratch(const struct lfb_blob *blob, u64 phys, u64 end)
{
	for (u32 i = 0; i <= blob->more_scratch; i++) {
		/* The first may be empty: then it is nowhere. */
		if (blob->scratch[i].size && phys < blob->scratch[i].phys + blob->scratch[i].size &&
		    end > blob->scratch[i].phys)
			return true;
	}
	return false;
}

static int bad_range(struct lfb_problem *problem, enum lfb_check_id id, u32 index,
		     const char *what)
{
	const u64 offset = LFB_BLOB_HEADER_SIZE + (u64)index * LFB_BLOB_RANGE_SIZE;

	return refuse(problem, (struct lfb_rule){ id, "blob/range[#]", index }, -EINVAL, offset,
		      "range %u at offset 0x%llx: %s", index, offset, what);
}

static int check_order(const struct lfb_blob *blob, u32 index, struct lfb_problem *problem)
{
	const struct lfb_blob_range *range = &blob->ranges[index], *before = range - 1;
	u64 before_end = before->phys + ((u64)before->nr_pages << PAGE_SHIFT);

	if (range->phys < before_end)
		return bad_range(problem, LFB_CHECK_RANGE_ORDER, index,
				 "it does not lie above the range before it");
	if (range->phys == before_end && range->kind == before->kind)
		return bad_range(problem, LFB_CHECK_RANGE_SPLIT, index,
				 "it is a part of the range before it");
	return 0;
}

static int check_range(const struct lfb_blob *blob, u32 index, struct lfb_problem *problem)
{
	const struct lfb_blob_range *range = &blob->ranges[index];
	u64 size = (u64)range->nr_pages << PAGE_SHIFT;
	u64 end = range->phys + size;

	if (!range->nr_pages)
		return bad_range(problem, LFB_CHECK_RANGE_EMPTY, index, "it has no pages");
	if (!is_area(blob, range->phys, size))
		return bad_range(problem, LFB_CHECK_RANGE_OUTSIDE, index,
				 "it is no area of whole pages in memory");
	if (range->phys - blob->memory_start < PFN_PHYS(LFB_LOW_PAGES))
		return bad_range(problem, LFB_CHECK_RANGE_OUTSIDE, index,
				 "it lies in the first 64 KiB, which are never given out");
	if (is_in_scratch(blob, range->phys, end))
		return bad_range(problem, LFB_CHECK_RANGE_IN_SCRATCH, index, "it lies in scratch");
	if (range->kind < LFB_BLOB_ROOT || range->kind > LFB_BLOB_PRESERVED)
		return bad_range(problem, LFB_CHECK_RANGE_KIND, index, "its kind is unknown");
	if (range->kind == LFB_BLOB_ROOT && (range->phys != blob->kho_root || range->nr_pages != 1))
		return bad_range(problem, LFB_CHECK_RANGE_ROOT, index,
				 "it is not the page the header says the root tree is in");
	return index ? check_order(blob, index, problem) : 0;
}

/* The table, and that @room bytes from @content on are the pages of its ranges. */
static int read_table(struct lfb_blob *blob, const u8 *content, size_t room,
		      struct lfb_problem *problem)
{
	const u8 *entry = blob->bytes + LFB_BLOB_HEADER_SIZE;
	bool has_root = false;
	int err;

	for (u32 i = 0; i < blob->nr_ranges; i++, entry += LFB_BLOB_RANGE_SIZE) {
		struct lfb_blob_range *range = &blob->ranges[i];
		u64 size;

		range->phys = get_le(entry, 8);
		range->nr_pages = get_le(entry + 8, 4);
		range->kind = get_le(entry + 12, 4);
		range->bytes = content;
		err = check_range(blob, i, problem);
		if (err)
			return err;
		has_root |= range->kind == LFB_BLOB_ROOT;
		size = (u64)range->nr_pages << PAGE_SHIFT;
		if (size > room)
			return bad_range(problem, LFB_CHECK_RANGE_CUT, i,
					 "its pages are not all there");
		room -= size;
		content += size;
	}
	if (room)
		return refuse(problem, BLOB_RULE(BLOB_REST, "blob", 0), -EINVAL,
			      (u64)(content - blob->bytes), "%zu bytes at offset 0x%zx belong to "
			      "no range", room, (size_t)(content - blob->bytes));
	if (!has_root)
		return refuse(problem, BLOB_RULE(BLOB_NO_ROOT, "blob/ranges", 0), -EINVAL,
			      LFB_BLOB_ROOT_AT, "no range holds the root tree, which the "
			      "header says at offset 0x%x is at 0x%llx", LFB_BLOB_ROOT_AT,
			      blob->kho_root);
	return 0;
}

static int read_ranges(struct lfb_blob *blob, struct lfb_problem *problem)
{
	size_t room = blob->size - LFB_BLOB_HEADER_SIZE - LFB_DIGEST_SIZE;
	const u8 *content = blob->bytes + LFB_BLOB_HEADER_SIZE;
	int err;

	if (blob->nr_ranges > room / LFB_BLOB_RANGE_SIZE)
		return refuse(problem, BLOB_RULE(BLOB_RANGES, "blob/ranges", 0), -EINVAL,
			      LFB_BLOB_NR_RANGES_AT, "%u ranges at offset 0x%x, more than fit",
			      blob->nr_ranges, LFB_BLOB_NR_RANGES_AT);
	room -= (size_t)blob->nr_ranges * LFB_BLOB_RANGE_SIZE;
	content += (size_t)blob->nr_ranges * LFB_BLOB_RANGE_SIZE;
	err = read_areas(blob, &content, &room, problem);
	if (err)
		return err;
	blob->ranges = calloc(blob->nr_ranges + 1ul, sizeof(*blob->ranges));
	if (!blob->ranges)
		return lfb__error(NULL, -ENOMEM, "no memory for a blob's range table");
	return read_table(blob, content, room, problem);
}

int lfb__blob_read(struct lfb_blob *blob, bool with_digest, struct lfb_problem *problem)
{
	int err = check_envelope(blob->bytes, blob->size, with_digest, problem);

	if (!err)
		err = read_header(blob, problem);
	return err ? err : read_ranges(blob, problem);
}

int lfb__blob_try(u8 *bytes, size_t size, bool with_digest, struct lfb_blob **blob,
		  struct lfb_problem *problem)
{
	struct lfb_blob *opened = calloc(1, sizeof(*opened));
	int err;

	if (!opened) {
		free(bytes);
		return lfb__error(NULL, -ENOMEM, "no memory for a blob");
	}
	opened->bytes = bytes;
	opened->size = size;
	err = lfb__blob_read(opened, with_digest, problem);
	if (!err)
		err = lfb__handle_register(opened, LFB_HANDLE_BLOB);
	if (err)
		lfb__blob_destroy(opened);
	else
		*blob = opened;
	return err;
}

int lfb__blob_open(u8 *bytes, size_t size, bool with_digest, struct lfb_blob **blob)
{
	return lfb__blob_try(bytes, size, with_digest, blob, NULL);
}

int lfb__blob_copy(const void *bytes, size_t size, struct lfb_blob **blob,
		   struct lfb_problem *problem)
{
	u8 *copy = malloc(size ? size : 1);

	if (!copy)
		return lfb__error(NULL, -ENOMEM, "no memory for a blob of %zu bytes", size);
	if (size)
		memcpy(copy, bytes, size);
	return lfb__blob_try(copy, size, true, blob, problem);
}

int lfb_blob_from_memory(const void *bytes, size_t size, struct lfb_blob **blob)
{
	if (!blob)
		return lfb__error(NULL, -EINVAL, "lfb_blob_from_memory(): no place for the blob");
	*blob = NULL;
	if (!bytes && size)
		return lfb__error(NULL, -EINVAL, "lfb_blob_from_memory(): no bytes");
	return lfb__blob_copy(bytes, size, blob, NULL);
}

int lfb_blob_load(const char *path, struct lfb_blob **blob)
{
	char *bytes;
	size_t size;
	int err;

	if (!blob)
		return lfb__error(NULL, -EINVAL, "lfb_blob_load(): no place for the blob");
	*blob = NULL;
	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_blob_load(): no path");
	err = lfb__read_whole_file(path, &bytes, &size);
	if (err)
		return err;
	err = lfb__blob_open((u8 *)bytes, size, true, blob);
	return err ? lfb__error(NULL, err, "%.200s: %.255s", path, lfb_error_text(NULL)) : 0;
}
