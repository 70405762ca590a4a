/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Physical memory of a real machine in a file: an ELF core or a raw image, looked at through a
 * bounded view. Memory has gaps and may be larger than this machine's, so only the pages that are
 * looked at are read. Uses views of sim/kernel and what sim/machine has for errors; of the world
 * outside <elf.h> and files.
 */
#ifndef SIM_HANDOVER_SOURCE_SOURCE_H
#define SIM_HANDOVER_SOURCE_SOURCE_H

#include <sys/stat.h>

#include "sim/kernel/kernel.h"
#include "sim/machine/machine.h"

/* Physical addresses have no more bits than this; whoever says otherwise is not believed. */
#define LFB_SOURCE_ADDRESSES (1ull << 52)

/* Part of a file that is memory. Behind @file_size bytes it is zero. */
struct lfb_segment {
	u64 phys;
	u64 size;
	u64 offset;
	u64 file_size;
};

/* A note of this project's in an ELF core: what a blob knows and memory does not tell. */
#define LFB_CORE_NOTE_NAME "LFB"
#define LFB_CORE_NOTE_TYPE 1
#define LFB_CORE_NOTE_MAX 4096

struct lfb_core_note {
	u64 memory;
	u64 memory_start;
	u64 kho_root;
	u64 scratch;
	u64 scratch_size;
	u32 boots;
	u32 reserved;
	char profile[32];
};

struct lfb_source {
	int fd;
	bool is_core;
	u64 file_size;			/* of the whole file, as it says */
	struct lfb_segment *segments;	/* ascending, disjoint */
	size_t nr_segments;
	struct lfb_stretch *stretches;	/* the same, merged where they touch */
	size_t nr_stretches;
	u64 size;			/* bytes of memory, in all segments */
	int error;			/* -ENOMEM: for what was looked at there was no room */
	u8 *note;			/* NULL: there is none */
	size_t note_size;
	/* What a search came across besides roots: scratch.c. */
	struct lfb_list boots;		/* struct lfb_boot_data */
	struct lfb_list pairs;		/* phys_addr_t of pages */
	u64 tree_bytes;			/* of device trees that were looked at: chosen.c */
};

/* What kernels tell the next one as it boots: where the root is, and the scratch areas. */
struct lfb_boot_data {
	u64 root;
	u64 root_size;
	u64 scratch;			/* where the list of them will be … */
	u64 scratch_size;		/* … and its bytes */
};

/* Memory that the next kernel boots in. */
struct lfb_scratch_area {
	u64 address;
	u64 size;
};

/* Memory without gaps, and the pages of it that were read. */
struct lfb_stretch {
	u64 phys;
	u64 size;
	u8 *bytes;			/* NULL until it is first looked at */
	u64 *read;			/* a bit a page */
};

enum lfb_source_kind {
	LFB_SOURCE_RAW,			/* or anything else */
	LFB_SOURCE_BLOB,
	LFB_SOURCE_CORE,
	LFB_SOURCE_XZ,
	LFB_SOURCE_KDUMP,		/* makedumpfile's own format */
	LFB_SOURCE_FLAT,		/* … or anything, in pieces */
	LFB_SOURCE_TAR,
	LFB_SOURCE_DIRECTORY,
};

/* file.c */

/* A descriptor to read from, or -errno. */
int lfb__source_open_file(const char *path, struct stat *about);
/* What a file looks like: 0 or -errno of opening it. */
int lfb__source_kind(const char *path, enum lfb_source_kind *kind);
/* How many of @size bytes at @offset could be read; if not all, was it the file's end? */
size_t lfb__source_read(int fd, void *to, size_t size, u64 offset, bool *ended);
/* All of @size bytes at @offset of the file, or -EIO. */
int lfb__source_pread(int fd, void *to, size_t size, u64 offset);

/* source.c */

/*
 * Opens memory; a raw image begins at @base. 0, -EINVAL when it is no memory image, -ENOMEM or
 * -errno of reading it; an error has its sentence.
 */
int lfb__source_open(const char *path, u64 base, struct lfb_source *source);
void lfb__source_close(struct lfb_source *source);
/* Good while @source is open and lies where it is. */
struct lfb_view lfb__source_view(struct lfb_source *source);
/* Are all @size bytes at @phys there? Nothing is read. */
bool lfb__source_has(const struct lfb_source *source, phys_addr_t phys, u64 size);
/* Where in the file the byte at @phys is, ~0: nowhere. */
u64 lfb__source_offset(const struct lfb_source *source, phys_addr_t phys);
/* Copies what is there; the rest is zero. 0 or -EIO. */
int lfb__source_copy(struct lfb_source *source, phys_addr_t phys, void *to, u64 size);

/* elf.c: fills in the segments of a core and its note. Errors as lfb__source_open(). */
int lfb__source_read_elf(struct lfb_source *source, const char *path);
/* A piece of memory to be written. */
struct lfb_piece {
	u64 phys;
	u64 size;
	const u8 *bytes;
};
/*
 * An ELF core of @pieces with @note in it: 0 and memory for free(), or -ENOMEM. It can be read by
 * whoever reads a vmcore.
 */
int lfb__source_write_elf(const struct lfb_piece *pieces, size_t count, const void *note,
			  size_t note_size, u8 **bytes, size_t *size);

/* patch.c: the bits of a byte of a file that are to be others */
struct lfb_patch {
	u64 offset;
	u8 byte;
	u8 mask;
};

/* Of @size bytes at @offset of the file; the last one that is about a bit counts. */
void lfb__source_patch(const struct lfb_patch *patches, size_t count, u64 offset, u8 *bytes,
		       size_t size);
/* Writes the whole file again, to @path: 0, or -errno with its sentence. */
int lfb__source_write_patched(const struct lfb_source *source, const struct lfb_patch *patches,
			      size_t count, const char *path);

/* tree.c: a file of a directory, or of a tar of one, wherever in that it begins */

/* What is behind it is not read: all that there is to know is smaller. */
#define LFB_TREE_FILE_MAX 65536

struct lfb_tree_file {
	bool there;
	u8 *bytes;			/* for free(); a NUL follows them */
	size_t size;
};

/* 0, also when it is not there, or -errno with its sentence. */
int lfb__tree_file(const char *tree, const char *path, struct lfb_tree_file *file);

/*
 * scratch.c: kernels write a list of scratch areas for the next one, and where it will be. The list
 * is loaded elsewhere until the jump, so it is known by what must be in it.
 */

/* Notes what may be of that in a page, or in the device tree that begins in it. 0 or -ENOMEM. */
int lfb__source_note(struct lfb_source *source, phys_addr_t phys, const u8 *page);
/* The list that goes with @root, or NULL: *@count areas at *@at. Good as a view's memory is. */
const struct lfb_scratch_area *lfb__source_scratch(struct lfb_source *source, phys_addr_t root,
						   size_t *count, phys_addr_t *at);

/* chosen.c: the same of arm64, if it is in a device tree at @phys, whose first page is @page. */
bool lfb__source_chosen(struct lfb_source *source, phys_addr_t phys, const u8 *page,
			struct lfb_boot_data *boot);

/*
 * root.c: calls @found for each page that may be a root tree, a device tree that is sound, is
 * compatible with a "kho-v" and has a map, in order of addresses. A nonzero return ends it and is
 * returned; -EIO.
 */
typedef int (*lfb_root_fn)(void *context, const struct kho_root *root);
int lfb__source_find_roots(struct lfb_source *source, lfb_root_fn found, void *context);

#endif
