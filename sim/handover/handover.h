/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The handover as a file, the blob: taken from a machine that is about to jump, checked, booted
 * from, inspected as text or JSON, rewritten for another generation. Uses machines, and the codecs
 * of lib/ to understand what is in it. What others need is public (<luo/blob.h>, <luo/inspect.h>,
 * <luo/convert.h>); this is the blob inside. docs/blob.md is the format; here are its numbers.
 */
#ifndef SIM_HANDOVER_HANDOVER_H
#define SIM_HANDOVER_HANDOVER_H

#include <luo/blob.h>

#include "sim/kernel/kernel.h"
#include "sim/machine/machine.h"

#define LFB_BLOB_MAGIC "LFBBLOB\n"
#define LFB_BLOB_MAGIC_SIZE 8
#define LFB_BLOB_PROFILE_SIZE 32
#define LFB_BLOB_COMPATIBLE_SIZE 16

/* Offsets of the header's fields; all integers are little-endian. */
enum {
	LFB_BLOB_VERSION_AT = 8,	/* u32 */
	LFB_BLOB_HEADER_SIZE_AT = 12,	/* u32 */
	LFB_BLOB_TOTAL_SIZE_AT = 16,	/* u64, from here on */
	LFB_BLOB_MEMORY_AT = 24,
	LFB_BLOB_ROOT_AT = 32,
	LFB_BLOB_SCRATCH_AT = 40,
	LFB_BLOB_SCRATCH_SIZE_AT = 48,
	LFB_BLOB_BOOTS_AT = 56,		/* u32 */
	LFB_BLOB_NR_RANGES_AT = 60,	/* u32 */
	LFB_BLOB_PROFILE_AT = 64,
	LFB_BLOB_COMPATIBLE_AT = 96,
	LFB_BLOB_MEMORY_START_AT = 112,
	LFB_BLOB_MORE_SCRATCH_AT = 120,	/* u32 */
	LFB_BLOB_RESERVED_AT = 124,
	LFB_BLOB_HEADER_SIZE = 128,
};

/* An entry of the range table: u64 phys, u32 pages, u32 kind. */
#define LFB_BLOB_RANGE_SIZE 16
/* … and of that of scratch areas behind the first one: u64 phys, u64 bytes. */
#define LFB_BLOB_AREA_SIZE 16

enum lfb_blob_kind {
	LFB_BLOB_ROOT = 1,	/* the KHO root tree */
	LFB_BLOB_MAP = 2,	/* the memory map's own pages */
	LFB_BLOB_PRESERVED = 3,
};

struct lfb_blob_range {
	u64 phys;
	u32 nr_pages;
	enum lfb_blob_kind kind;
	const u8 *bytes;	/* in lfb_blob.bytes */
};

struct lfb_blob_area {
	u64 phys;
	u64 size;
};

/* The bytes, and what they say. */
struct lfb_blob {
	u8 *bytes;
	size_t size;
	u64 memory;		/* bytes of it, from here up: */
	phys_addr_t memory_start;
	u64 kho_root;
	struct lfb_blob_area scratch[LFB_SCRATCH_MAX];
	u32 more_scratch;	/* areas of these behind the first one */
	u32 boots;
	u32 nr_ranges;
	struct lfb_blob_range *ranges;
	char profile[LFB_BLOB_PROFILE_SIZE];
	char kho_compatible[LFB_BLOB_COMPATIBLE_SIZE];
};

/* For qsort(): structures whose first member is an address, or a page's number, as a u64. */
int lfb__by_address(const void *a, const void *b);
/* What a kind of range is called. */
const char *lfb__blob_kind_name(enum lfb_blob_kind kind);
/* Writes the SHA-256 over all but the last LFB_DIGEST_SIZE of @size bytes there. 0, -ENOMEM. */
int lfb__blob_seal(u8 *bytes, size_t size);
/* A look at the handed-over memory; nothing else is there. */
struct lfb_view lfb__blob_view(const struct lfb_blob *blob);
static inline bool lfb__blob_valid(const struct lfb_blob *blob)
{
	return lfb__handle_valid(blob, LFB_HANDLE_BLOB);
}
/* One that is no handle, yet or any more. */
void lfb__blob_destroy(struct lfb_blob *blob);

/*
 * blob_load.c: takes over @bytes (from malloc()), also on error. The digest is checked only if
 * @check_digest: who just made it need not.
 */
int lfb__blob_open(u8 *bytes, size_t size, bool check_digest, struct lfb_blob **blob);
/* Of one that has its bytes and their size. Also on error there are ranges to be freed, or NULL. */
int lfb__blob_read(struct lfb_blob *blob, bool check_digest, struct lfb_problem *problem);
/*
 * The same, and a copy of bytes with its digest. Which rule they break is in @problem, with an
 * offset for an address; nothing is where it is memory that there is none of.
 */
int lfb__blob_try(u8 *bytes, size_t size, bool check_digest, struct lfb_blob **blob,
		  struct lfb_problem *problem);
int lfb__blob_copy(const void *bytes, size_t size, struct lfb_blob **blob,
		   struct lfb_problem *problem);
/* capture.c: memory that hands something over. */
struct lfb_handed {
	struct lfb_view view;
	int (*copy)(void *context, phys_addr_t phys, void *to, u64 size);
	void *context;
	struct lfb_machine *machine;	/* whose errors it has; NULL: nobody's */
};

/*
 * Makes a blob of what lies below the root tree at @head->kho_root. Of @head all but the root's
 * generation, the ranges and the bytes is given. 0, -EINVAL with a sentence, -ENOMEM.
 */
int lfb__blob_make(const struct lfb_handed *handed, struct lfb_blob *head, struct lfb_blob **blob);
/* inspect.c: who is in a blob. A nonzero return ends the telling and is returned. */
struct lfb_blob_names {
	void *context;
	int (*session)(void *context, const char *name, u64 files);	/* may be NULL */
	int (*compatible)(void *context, const char *handler);		/* of each file; the same */
	unsigned int sessions;		/* how many there are, as far as they can be read */
	unsigned int files;
	unsigned int flbs;
};

int lfb__blob_names(const struct lfb_blob *blob, struct lfb_blob_names *names);
/* boot.c: copies a blob's pages into a machine that is off; sets the KHO root's address. */
int lfb__blob_place(const struct lfb_blob *blob, struct lfb_machine *machine, phys_addr_t *root);

#endif
