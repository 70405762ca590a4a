// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Images of physical memory: what they hand over, as a blob to boot from, and made of a blob. */
#include <luo/image.h>

#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/handover/inspect.h"

#define MIB (1024ull * 1024)

/* What it hands over */

int lfb_image_kind(const char *path)
{
	enum lfb_source_kind kind;
	int err;

	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_image_kind(): no path");
	err = lfb__source_kind(path, &kind);
	if (err)
		return err;
	switch (kind) {
	case LFB_SOURCE_BLOB:
		return LFB_IMAGE_BLOB;
	case LFB_SOURCE_CORE:
		return LFB_IMAGE_CORE;
	case LFB_SOURCE_XZ:
	case LFB_SOURCE_KDUMP:
	case LFB_SOURCE_FLAT:
		return LFB_IMAGE_PACKED;
	case LFB_SOURCE_TAR:
	case LFB_SOURCE_DIRECTORY:
		return LFB_IMAGE_DEBUGFS;
	case LFB_SOURCE_RAW:
		break;
	}
	return LFB_IMAGE_RAW;
}

static int open_image(const char *path, const struct lfb_image_options *options,
		      struct lfb_image_options *used, struct lfb_source *source)
{
	int err = 0;

	*used = (struct lfb_image_options){ 0 };
	if (options)
		err = lfb__options_take(NULL, "the options of an image", used, sizeof(*used),
					options, sizeof(*used));
	if (!err && (!path || (used->nr_scratch && !used->scratch)))
		err = lfb__error(NULL, -EINVAL, "an image needs a path, and areas a place");
	return err ? err : lfb__source_open(path, used->base, source);
}

static int no_root(const char *path, const struct lfb_inspection *found)
{
	return lfb__error(NULL, -ENOENT, "%.200s: in %llu bytes of memory there is no KHO root "
			  "tree: nothing is handed over, or it is in a part that is missing", path,
			  found->source->size);
}

int lfb__inspect_image(const char *path, const struct lfb_image_options *options,
		       lfb_inspected_fn then, void *context)
{
	struct lfb_inspection found = { 0 };
	struct lfb_image_options used;
	struct lfb_source source;
	int err = open_image(path, options, &used, &source);

	if (err)
		return err;
	for (size_t i = 0; i < used.nr_scratch; i++)
		lfb__found_add(&found, &found.scratch, &used.scratch[i], sizeof(used.scratch[i]));
	lfb__inspection_read_image(&found, &source, used.root);
	if (!found.error && !found.has_root && !found.problems.count) {
		err = no_root(path, &found);
		lfb__inspection_release(&found);
	} else {
		err = lfb__inspection_finish(&found, then, context);
	}
	lfb__source_close(&source);
	return err;
}

int lfb_inspect_image(const char *path, const struct lfb_image_options *options,
		      enum lfb_inspect_format format, lfb_write_fn write, void *context)
{
	struct lfb_written written = { format, write, context };
	int err = lfb__inspection_check(format, write);

	return err ? err : lfb__inspect_image(path, options, lfb__inspection_write, &written);
}

/* Bare images: memory from address 0, and LUO's state at an address */

struct image {
	const u8 *bytes;
	size_t size;
};

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct image *image = view->context;

	if (!size || phys >= image->size || size > image->size - phys)
		return NULL;
	return image->bytes + phys;
}

int lfb__inspect_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
			lfb_inspected_fn then, void *context)
{
	const struct luo_profile *known = profile ? luo_profile_find(profile) : NULL;
	struct image bytes = { image, size };
	struct lfb_inspection found = { 0 };
	void *aligned = NULL;
	int err;

	if (!known)
		return lfb__error(NULL, -EINVAL, "there is no profile \"%.64s\"",
				  profile ? profile : "");
	if (!image && size)
		return lfb__error(NULL, -EINVAL, "no image to inspect");
	/* Addresses in memory are aligned as in the kernel that wrote it. */
	if (size && !IS_ALIGNED((uintptr_t)image, sizeof(u64))) {
		aligned = malloc(size);
		if (!aligned)
			return lfb__error(NULL, -ENOMEM, "no memory to inspect an image");
		bytes.bytes = memcpy(aligned, image, size);
	}
	found.view = (struct lfb_view){ .at = image_at, .context = &bytes, .size = size };
	found.bytes = bytes.bytes;
	found.has_luo = true;
	found.luo = luo;
	found.luo_size = PAGE_SIZE;
	lfb__inspection_luo(&found, known->codec);
	err = lfb__inspection_finish(&found, then, context);
	free(aligned);
	return err;
}

int lfb_inspect_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
		       enum lfb_inspect_format format, lfb_write_fn write, void *context)
{
	struct lfb_written written = { format, write, context };
	int err = lfb__inspection_check(format, write);

	return err ? err : lfb__inspect_memory(image, size, luo, profile, lfb__inspection_write,
					       &written);
}

/* As a blob */

/* The kernel it may come from: the newest one that writes these formats, as it was released. */
static const char *writer_of(const struct kho_abi *abi, const struct luo_codec *codec)
{
	const char *name, *best = LFB_PROFILE_DEFAULT;

	for (unsigned int i = 0; (name = lfb_profile_name(i)) != NULL; i++) {
		const struct luo_profile *profile = luo_profile_find(name);

		if (profile->kho == abi && profile->codec == codec &&
		    strcmp(name, LFB_PROFILE_DEFAULT))
			best = name;
	}
	return best;
}

static int copy_image(void *context, phys_addr_t phys, void *to, u64 size)
{
	return lfb__source_copy(context, phys, to, size);
}

/* The header, from memory that has none: it ends behind all there is. */
static void make_head(const struct lfb_inspection *found, const struct lfb_image_options *used,
		      struct lfb_blob *head)
{
	const struct lfb_stretch *last = found->source->stretches + found->source->nr_stretches;
	u64 end = found->source->nr_stretches ? last[-1].phys + last[-1].size : 0;
	struct luo_head luo;

	for (size_t i = 0; i < found->runs.count; i++) {
		const struct lfb_found_run *run = (struct lfb_found_run *)found->runs.items + i;
		const u64 run_end = run->address + lfb__run_size(run);

		if (end < run_end)
			end = run_end;
	}
	head->memory = (end + MIB - 1) & ~(MIB - 1);
	head->kho_root = found->root.phys;
	head->boots = 1;
	for (size_t i = 0; i < used->nr_scratch && i < LFB_SCRATCH_MAX; i++) {
		head->scratch[i] = (struct lfb_blob_area){
			used->scratch[i].address, used->scratch[i].size,
		};
		head->more_scratch = (u32)i;
	}
	strncpy(head->profile,
		writer_of(kho__abi_of(&found->root),
			  lfb__found_codec(&found->view, found->luo, found->luo_size, &luo)),
		sizeof(head->profile) - 1);
}

/* The header that the blob of lfb_blob_save_core() had; false: the core is another's. */
static bool read_note(const struct lfb_source *source, struct lfb_blob *head)
{
	struct lfb_core_note note;
	const size_t size = source->note_size;

	if (size < sizeof(note) || size > sizeof(note) + sizeof(head->scratch) ||
	    (size - sizeof(note)) % sizeof(head->scratch[0]))
		return false;
	memcpy(&note, source->note, sizeof(note));
	*head = (struct lfb_blob){
		.memory = note.memory,
		.memory_start = note.memory_start,
		.kho_root = note.kho_root,
		.scratch[0] = { note.scratch, note.scratch_size },
		.more_scratch = (u32)((size - sizeof(note)) / sizeof(head->scratch[0])),
		.boots = note.boots,
	};
	if (head->more_scratch == LFB_SCRATCH_MAX)
		return false;
	memcpy(head->scratch + 1, source->note + sizeof(note), size - sizeof(note));
	memcpy(head->profile, note.profile, sizeof(head->profile) - 1);
	return true;
}

static int make_blob(const char *path, struct lfb_inspection *found,
		     const struct lfb_image_options *used, struct lfb_blob **blob)
{
	struct lfb_handed handed = {
		.view = found->view, .copy = copy_image, .context = found->source,
	};
	const struct lfb_problem *first = found->problems.items;
	struct lfb_blob head = { 0 };

	if (found->error)
		return lfb__error(NULL, found->error, "no memory to read %.200s", path);
	if (!found->has_root || !kho__abi_of(&found->root))
		return !found->problems.count ? no_root(path, found) :
			       lfb__error(NULL, -EINVAL, "%.200s: at 0x%llx: %s", path,
					  first->where, first->what);
	/* Nobody walks a map from hell a second time. */
	if (found->map_refused && first)
		return lfb__error(NULL, -EINVAL, "%.200s: at 0x%llx: %s", path, first->where,
				  first->what);
	if (PFN_PHYS(found->missing_pages) > found->source->size)
		return lfb__error(NULL, -EINVAL, "%.200s: %llu pages that are preserved are not "
				  "in it, which is most of them", path, found->missing_pages);
	/* A root that was asked for may be another kernel's than the note is about. */
	if (!read_note(found->source, &head) || (used->root && head.kho_root != used->root)) {
		head = (struct lfb_blob){ 0 };
		make_head(found, used, &head);
	}
	return lfb__blob_make(&handed, &head, blob);
}

int lfb_blob_from_image(const char *path, const struct lfb_image_options *options,
			struct lfb_blob **blob, u64 *missing)
{
	struct lfb_inspection found = { 0 };
	struct lfb_image_options used;
	struct lfb_source source;
	int err;

	if (missing)
		*missing = 0;
	if (!blob)
		return lfb__error(NULL, -EINVAL, "lfb_blob_from_image(): no place for the blob");
	*blob = NULL;
	err = lfb_image_kind(path);
	if (err < 0)
		return err;
	if (err == LFB_IMAGE_BLOB)
		return lfb_blob_load(path, blob);
	err = open_image(path, options, &used, &source);
	if (err)
		return err;
	lfb__inspection_read_image(&found, &source, used.root);
	err = make_blob(path, &found, &used, blob);
	if (!err && missing)
		*missing = found.missing_pages;
	lfb__inspection_release(&found);
	lfb__source_close(&source);
	return err;
}

/* A blob as an image */

int lfb_blob_save_core(const struct lfb_blob *blob, const char *path)
{
	struct {
		struct lfb_core_note head;
		struct lfb_blob_area more[LFB_SCRATCH_MAX];
	} note = { .head.memory = 0 };
	struct lfb_piece *pieces;
	size_t size, note_size;
	u8 *bytes;
	int err;

	if (!lfb__blob_valid(blob))
		return -EINVAL;
	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_blob_save_core(): no path");
	note.head = (struct lfb_core_note){
		.memory = blob->memory,
		.memory_start = blob->memory_start,
		.kho_root = blob->kho_root,
		.scratch = blob->scratch[0].phys,
		.scratch_size = blob->scratch[0].size,
		.boots = blob->boots,
	};
	memcpy(note.head.profile, blob->profile, sizeof(note.head.profile));
	size = blob->more_scratch * sizeof(note.more[0]);
	memcpy(note.more, blob->scratch + 1, size);
	note_size = sizeof(note.head) + size;
	pieces = calloc(blob->nr_ranges + 1ul, sizeof(*pieces));
	if (!pieces)
		return lfb__error(NULL, -ENOMEM, "no memory for a core's segments");
	for (u32 i = 0; i < blob->nr_ranges; i++)
		pieces[i] = (struct lfb_piece){
			.phys = blob->ranges[i].phys,
			.size = (u64)blob->ranges[i].nr_pages << PAGE_SHIFT,
			.bytes = blob->ranges[i].bytes,
		};
	err = lfb__source_write_elf(pieces, blob->nr_ranges, &note, note_size, &bytes, &size);
	free(pieces);
	if (err)
		return err;
	err = lfb__write_whole_file(path, bytes, size);
	free(bytes);
	return err;
}
