/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What an inspection found, before it is written in one format or the other.
 */
#ifndef SIM_HANDOVER_INSPECT_H
#define SIM_HANDOVER_INSPECT_H

#include <luo/image.h>
#include <luo/inspect.h>

#include "lib/codec/codec.h"
#include "sim/handover/handover.h"
#include "sim/handover/json/json.h"
#include "sim/handover/source/source.h"

/* Who reads an entry of the KHO root tree. */
enum lfb_entry_kind {
	LFB_ENTRY_UNKNOWN,		/* nobody here */
	LFB_ENTRY_LUO,
	LFB_ENTRY_METADATA,
	LFB_ENTRY_MEMBLOCK,
};

/* An entry of the KHO root tree. */
struct lfb_found_entry {
	const char *name;
	phys_addr_t address;
	u64 size;
	enum lfb_entry_kind kind;
	struct lfb_field name_at, address_at, size_at;
};

/* Another page that could be the root tree, in memory that was searched. */
struct lfb_found_root {
	phys_addr_t address;
	char compatible[16];
	u64 number;			/* of the update; 0: no LUO state there */
	bool holds_luo;			/* its map has the page of its LUO state */
	bool holds_itself;		/* … and its own: copies lie anywhere */
};

/* Preserved blocks of one order, one behind the other. */
struct lfb_found_run {
	phys_addr_t address;
	u64 blocks;
	unsigned int order;
};

static inline u64 lfb__run_size(const struct lfb_found_run *run)
{
	return run->blocks << (PAGE_SHIFT + run->order);
}

/* A folio of a memfd's, and its block in the map. */
struct lfb_found_folio {
	phys_addr_t where;
	phys_addr_t address;
	unsigned int flags;		/* 1 dirty, 2 up to date */
	u64 index;
	bool preserved;
	unsigned int order;
};

/* A block of a vmalloc area, and where that is said. */
struct lfb_found_page {
	phys_addr_t address;
	phys_addr_t where;
};

/* The payload of a memfd, as "memfd-v2" has it; of memfd-v1 seals and flags are 0. */
struct lfb_found_memfd {
	phys_addr_t where;
	bool is_v2;
	u64 pos;
	u64 size;
	u32 seals;
	u32 flags;
	u64 nr_folios;
	phys_addr_t first;		/* of the vmalloc area its folios are listed in */
	u32 total_pages;
	u16 vmalloc_flags;
	u16 order;
	size_t first_page, nr_pages;	/* in pages: blocks of the area */
	size_t first_folio, nr_read;	/* in folios */
};

struct lfb_found_file {
	phys_addr_t where;
	struct luo_file_record record;
	bool is_memfd;
	size_t memfd;			/* in memfds */
};

struct lfb_found_session {
	phys_addr_t where;
	struct luo_session_record record;
	size_t first_file;		/* in files */
	size_t nr_files;		/* that could be read */
	size_t first_block, nr_blocks;	/* in chains */
};

/* A good block of sessions or of files. */
struct lfb_found_block {
	phys_addr_t where;
	struct luo_block_ser header;
};

struct lfb_found_flb {
	phys_addr_t where;
	struct luo_flb_record record;
};

struct lfb_found_area {
	phys_addr_t address;
	u64 size;
};

/* A region that reserve_mem= named: the entry "memblock". */
struct lfb_found_region {
	char name[64];
	phys_addr_t address;
	u64 size;
	struct lfb_field name_at, address_at, size_at;
};

struct lfb_inspection {
	const struct lfb_blob *blob;	/* NULL: an image */
	struct lfb_source *source;	/* NULL: none, or one of LUO's memory alone */
	struct lfb_view view;
	const u8 *bytes;		/* all of the file; NULL: of the source */
	int error;			/* no memory to go on */
	char path[64];			/* what is being read; "": nothing in particular */

	struct lfb_list roots;		/* struct lfb_found_root; those that were not chosen */
	bool has_root;
	struct kho_root root;
	char root_compatible[32];
	struct lfb_field root_compatible_at, map_at;
	struct lfb_list entries;	/* struct lfb_found_entry */
	bool has_metadata;
	phys_addr_t metadata_at;
	struct kho_kexec_metadata metadata;
	struct lfb_list runs;		/* struct lfb_found_run */
	u64 blocks[KHO_MAX_ORDER + 1];
	u64 total_blocks;
	u64 total_bytes;
	u64 map_pages;
	u64 missing_pages;		/* preserved, and not in the image */
	bool map_refused;		/* before its end */
	struct lfb_found_run **sorted;	/* the runs by address */
	struct lfb_list owned;		/* struct lfb_found_area: of payloads */
	struct lfb_list named;		/* struct lfb_found_area: somebody's, as far as is known */
	struct lfb_list unnamed;	/* struct lfb_found_area: preserved, and nobody's */
	struct lfb_list scratch;	/* struct lfb_found_area */
	phys_addr_t scratch_at;		/* where they are listed, as they are here; 0: nowhere */

	struct lfb_list regions;	/* struct lfb_found_region */

	bool has_luo;
	phys_addr_t luo;
	u64 luo_size;
	struct lfb_list areas;		/* struct lfb_found_area: memory of the format itself */
	struct luo_head head;
	struct lfb_field number_at, session_compatible_at, sessions_at, flbs_at;
	const struct luo_fdt_layout *layout;	/* NULL: of a format without one */
	size_t nr_session_blocks;	/* the first of chains */
	struct lfb_list chains;		/* struct lfb_found_block */
	struct lfb_list sessions;	/* struct lfb_found_session */
	struct lfb_list files;		/* struct lfb_found_file */
	struct lfb_list flbs;		/* struct lfb_found_flb */
	struct lfb_list memfds;		/* struct lfb_found_memfd */
	struct lfb_list pages;		/* struct lfb_found_page */
	struct lfb_list folios;		/* struct lfb_found_folio */

	struct lfb_list problems;	/* struct lfb_problem */
};

/* Is there a map, read to its end? Else nobody knows what is preserved. */
static inline bool lfb__found_map(const struct lfb_inspection *found)
{
	return found->root.map && !found->map_refused;
}

/* found.c: what was found, as it is gathered */

/* Appends @item of @size bytes. -ENOMEM, also in error, ends the inspection. */
int lfb__found_add(struct lfb_inspection *found, struct lfb_list *list, const void *item,
		   size_t size);
/* What is read from here on: the path of a problem begins with it. */
void lfb__found_enter(struct lfb_inspection *found, const char *format, ...) LFB_PRINTF(2, 3);
/* What a rule is about, below that. */
#define LFB_FOUND(name, path, index) ((struct lfb_rule){ LFB_CHECK_##name, path, index })
/* Lists a problem. */
void lfb__found_problem(struct lfb_inspection *found, struct lfb_rule rule, phys_addr_t where,
			const char *format, ...) LFB_PRINTF(4, 5);
/* The same, of a reader; returns @error. */
int lfb__found_add_problem(void *found, int error, const struct lfb_problem *problem);
/* Lists it when nothing ends a "compatible": kernels take the byte behind it for its end. */
void lfb__found_compatible_ends(struct lfb_inspection *found, struct lfb_rule rule,
				phys_addr_t phys, const void *fdt, int node);
/* The preserved block that holds @phys; false: none does. */
bool lfb__found_block(const struct lfb_inspection *found, phys_addr_t phys, phys_addr_t *start,
		      unsigned int *order);
/* Where in the file the byte at @phys is; LFB_CHECK_NOWHERE: it is not in there. */
u64 lfb__found_offset(const struct lfb_inspection *found, phys_addr_t phys);
/* Where the value of a property, or the name of a node, of a tree at @phys is. */
struct lfb_field lfb__found_property(const void *fdt, phys_addr_t phys, int node,
				     const char *name);
struct lfb_field lfb__found_node(const void *fdt, phys_addr_t phys, int node);
/* The runs can be looked at by address from here on. */
void lfb__found_sort(struct lfb_inspection *found);
/* @size bytes at @address are somebody's. */
void lfb__found_name(struct lfb_inspection *found, phys_addr_t address, u64 size);
/* What is nobody's, and what is in scratch. */
void lfb__found_owners(struct lfb_inspection *found);

/* payload.c: what subsystems handed over, of those that are known */
enum lfb_entry_kind lfb__payload_kind(const char *name);
void lfb__payload_entry(struct lfb_inspection *found, const struct lfb_found_entry *entry);
/* With the file being what is read. */
void lfb__payload_file(struct lfb_inspection *found, struct lfb_found_file *file);

/* Finds the root tree at @root, or with 0 by itself, and reads all there is of an image. */
void lfb__inspection_read_image(struct lfb_inspection *found, struct lfb_source *source,
				phys_addr_t root);
/* found.c: the root tree of an image; those that are not it are listed. 0: there is none. */
phys_addr_t lfb__image_root(struct lfb_inspection *found);
/* The codec whose strings are there, else NULL; what of the head could be read. */
const struct luo_codec *lfb__found_codec(const struct lfb_view *view, phys_addr_t luo, u64 size,
					 struct luo_head *head);
/* Reads all there is; what is wrong is listed, error is set when there is no memory to go on. */
void lfb__inspection_read(struct lfb_inspection *found, const struct lfb_blob *blob);
/* Of that, LUO's state at found->luo, if there is any. */
void lfb__inspection_luo(struct lfb_inspection *found, const struct luo_codec *codec);
/* The entries of the root tree that was read; LUO's and what else is known are not looked into. */
void lfb__inspection_entries(struct lfb_inspection *found);
/* Is there somewhere to write to, in a format there is? */
int lfb__inspection_check(enum lfb_inspect_format format, lfb_write_fn write);

/* What is done with an inspection when it is complete. 0, or an error with its sentence. */
typedef int (*lfb_inspected_fn)(void *context, struct lfb_inspection *found);

/* Writes it; the context is a struct lfb_written. -EINVAL where there are problems. */
struct lfb_written {
	enum lfb_inspect_format format;
	lfb_write_fn write;
	void *context;
};

int lfb__inspection_write(void *written, struct lfb_inspection *found);
/* Has it done, and forgets it all; without memory to complete it that is the error. */
int lfb__inspection_finish(struct lfb_inspection *found, lfb_inspected_fn then, void *context);
/* Read something, have it done, and forget all again. Errors as of the public functions. */
int lfb__inspect_blob(const struct lfb_blob *blob, lfb_inspected_fn then, void *context);
int lfb__inspect_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
			lfb_inspected_fn then, void *context);
int lfb__inspect_image(const char *path, const struct lfb_image_options *options,
		       lfb_inspected_fn then, void *context);
/* Of debugfs, where addresses are none: what it shows is done one side after the other. */
int lfb__inspect_debugfs(const char *path, lfb_inspected_fn then, void *context);
void lfb__inspection_release(struct lfb_inspection *found);
void lfb__inspection_text(const struct lfb_inspection *found, struct lfb_output *output);
void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output);
/* The values of that, each with its path and its place. */
void lfb__inspection_values(const struct lfb_inspection *found, lfb_value_fn tell, void *context);
void lfb__json_problem(struct lfb_json *json, const struct lfb_problem *problem);

#endif
