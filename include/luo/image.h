/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Memory of a real machine: what it hands over, read from an ELF core (of a virtual machine, of a
 * crash, of /proc/kcore) or a raw image, and from /sys/kernel/debug/kho. docs/dump.md says how to
 * get them.
 */
#ifndef LUO_IMAGE_H
#define LUO_IMAGE_H

#include <luo/inspect.h>

struct lfb_blob;

/** struct lfb_image_area - part of physical memory. */
struct lfb_image_area {
	phys_addr_t address;
	u64 size;
};

/**
 * enum lfb_image_kind - what a file is, by its first bytes
 * @LFB_IMAGE_RAW: physical memory, or whatever else nobody knows
 * @LFB_IMAGE_BLOB: a blob
 * @LFB_IMAGE_CORE: an ELF file
 * @LFB_IMAGE_PACKED: one that is to be unpacked first: xz's, makedumpfile's
 * @LFB_IMAGE_DEBUGFS: a directory, or a tar of one
 */
enum lfb_image_kind {
	LFB_IMAGE_RAW,
	LFB_IMAGE_BLOB,
	LFB_IMAGE_CORE,
	LFB_IMAGE_PACKED,
	LFB_IMAGE_DEBUGFS,
};

/**
 * struct lfb_image_options - how to look at an image; all zero will do
 * @sz: sizeof(struct lfb_image_options)
 * @base: physical address of the first byte of a raw image
 * @root: physical address of the KHO root tree; 0: it is searched for
 * @scratch: where the next kernel boots, as out/scratch_phys and out/scratch_len say
 * @nr_scratch: how many areas
 */
struct lfb_image_options {
	size_t sz;
	u64 base;
	phys_addr_t root;
	const struct lfb_image_area *scratch;
	size_t nr_scratch;
};

/**
 * lfb_image_kind() - what a file is
 * @path: the file
 *
 * Return: an enum lfb_image_kind; -EINVAL no path; -errno of opening or reading the file.
 */
LFB_API int lfb_image_kind(const char *path);

/**
 * lfb_inspect_image() - describe what an image of physical memory hands over
 * @path: an ELF core, else a raw image
 * @options: may be NULL
 * @format: how
 * @write: receives the description
 * @context: handed to @write
 *
 * Only the pages that are looked at are read into memory.
 *
 * Return: as lfb_inspect_blob(); -ENOENT there is no root tree; -errno of reading the file.
 */
LFB_API int lfb_inspect_image(const char *path, const struct lfb_image_options *options,
			      enum lfb_inspect_format format, lfb_write_fn write, void *context);

/**
 * lfb_inspect_debugfs() - describe what a kernel shows in /sys/kernel/debug/kho
 * @path: that directory, a copy of it, or a tar of one
 * @format: how
 * @write: receives the description
 * @context: handed to @write
 *
 * Also said is where that misleads: files that are shorter than they claim, pages that were freed.
 *
 * Return: as lfb_inspect_blob(); -ENOENT nothing of it is there; -errno of reading it.
 */
LFB_API int lfb_inspect_debugfs(const char *path, enum lfb_inspect_format format,
				lfb_write_fn write, void *context);

/**
 * lfb_blob_from_image() - make a blob of what an image hands over, to boot from
 * @path: a blob, an ELF core, else a raw image
 * @options: may be NULL
 * @blob: set to the blob, NULL on error
 * @missing: set to the number of preserved pages that are not in the image, and zero in the blob;
 *	may be NULL
 *
 * From a core that lfb_blob_save_core() wrote it is the same blob again.
 *
 * Return: 0; -ENOENT there is no root tree; -EINVAL it cannot be understood, or nobody could boot
 * from it; -ENOMEM; -errno of reading the file. lfb_error_text(NULL) says what and where.
 */
LFB_API int lfb_blob_from_image(const char *path, const struct lfb_image_options *options,
				struct lfb_blob **blob, u64 *missing);

/**
 * lfb_blob_save_core() - write a blob's memory as an ELF core, whole or not at all
 * @blob: the blob
 * @path: the file
 *
 * A segment for each range, as a vmcore has them, and a note with the blob's header.
 *
 * Return: 0; -EINVAL no live blob, or no path; -ENOMEM; -errno of writing the file.
 */
LFB_API int lfb_blob_save_core(const struct lfb_blob *blob, const char *path);

#endif
