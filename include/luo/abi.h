/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Wire formats: what lies in handed-over memory, byte for byte (docs/facts.md section 8).
 * Native-endian, packed. The kernel's names, plus the generation where they differ.
 */
#ifndef LUO_ABI_H
#define LUO_ABI_H

#include <luo/kexec_handover.h>
#include <luo/types.h>

#define LUO_ABI_PACKED __attribute__((packed))

/* The LUO tree: KHO entry "LUO", one page. */
#define LUO_FDT_KHO_ENTRY_NAME "LUO"
#define LUO_FDT_COMPATIBLE "luo-v1"
#define LUO_FDT_LIVEUPDATE_NUM "liveupdate-number"
#define LUO_FDT_SESSION_NODE_NAME "luo-session"
#define LUO_FDT_SESSION_COMPATIBLE_V1 "luo-session-v1"
#define LUO_FDT_SESSION_COMPATIBLE_V2 "luo-session-v2"
#define LUO_FDT_SESSION_HEADER "luo-session-header"
#define LUO_FDT_FLB_NODE_NAME "luo-flb"
#define LUO_FDT_FLB_COMPATIBLE "luo-flb-v1"
#define LUO_FDT_FLB_HEADER "luo-flb-header"

#define LUO_SESSION_PGCNT 16 /* pages of the session array */
#define LUO_FILE_PGCNT 2     /* pages of a session's file array */
#define LUO_FLB_PGCNT 1	     /* pages of the FLB array */

/* luo-session-v1 */
struct luo_session_header_ser_v1 {
	u64 pgcnt;
	u64 count;
} LUO_ABI_PACKED;

struct luo_session_ser_v1 {
	char name[64];
	u64 files;
	u64 pgcnt;
	u64 count;
} LUO_ABI_PACKED;

/* luo-session-v2 */
struct luo_session_header_ser_v2 {
	u64 count;
} LUO_ABI_PACKED;

struct luo_session_ser_v2 {
	char name[64];
	u64 files;
	u64 count;
} LUO_ABI_PACKED;

/* luo-v5: KHO entry "LUO" is this structure; its string is its size rounded up to 8. */
#define LUO_ABI_COMPATIBLE_V5 "luo-v5"

struct luo_ser_v5 {
	char compatible[8];
	u64 liveupdate_num;
	u64 sessions_pa;	/* first block of session entries, 0 without sessions */
	u64 flbs_pa;
} LUO_ABI_PACKED;

/* One page: this, then entries. */
struct luo_block_ser {
	u64 next_phys;
	u64 count;
} LUO_ABI_PACKED;

#define LUO_SESSIONS_PER_BLOCK                                                                     \
	((PAGE_SIZE - sizeof(struct luo_block_ser)) / sizeof(struct luo_session_ser_v2))
#define LUO_FILES_PER_BLOCK                                                                        \
	((PAGE_SIZE - sizeof(struct luo_block_ser)) / sizeof(struct luo_file_ser))
#define LUO_BLOCKS_MAX 10000

/* kho-v4: KHO entry "kexec-metadata", which kernel jumped and how often since power on. */
#define KHO_METADATA_NODE_NAME "kexec-metadata"
#define KHO_KEXEC_METADATA_VERSION 1
#define KHO_RELEASE_SIZE 65

struct kho_kexec_metadata {
	u32 version;
	char previous_release[KHO_RELEASE_SIZE];
	u32 kexec_count;
} LUO_ABI_PACKED;

/* The same in all generations. */
struct luo_file_ser {
	char compatible[48];
	u64 data;
	u64 token;
} LUO_ABI_PACKED;

struct luo_flb_header_ser {
	u64 pgcnt;
	u64 count;
} LUO_ABI_PACKED;

struct luo_flb_ser {
	char name[48];
	u64 data;
	u64 count;
} LUO_ABI_PACKED;

#define LUO_FILE_MAX (LUO_FILE_PGCNT * PAGE_SIZE / sizeof(struct luo_file_ser))
#define LUO_FLB_MAX                                                                                \
	((LUO_FLB_PGCNT * PAGE_SIZE - sizeof(struct luo_flb_header_ser)) /                         \
	 sizeof(struct luo_flb_ser))

/*
 * A preserved vmalloc area (struct kho_vmalloc) is a list of these pages: the addresses of its
 * blocks, 0 behind the last one.
 */
struct kho_vmalloc_chunk;

struct kho_vmalloc_hdr {
	DECLARE_KHOSER_PTR(next, struct kho_vmalloc_chunk *);
};

#define KHO_VMALLOC_SIZE ((PAGE_SIZE - sizeof(struct kho_vmalloc_hdr)) / sizeof(u64))

struct kho_vmalloc_chunk {
	struct kho_vmalloc_hdr hdr;
	u64 phys[KHO_VMALLOC_SIZE];
};

/*
 * A file in memory, of linux-7.2 and linux-7.3: a page that a file entry's data is the address of,
 * and behind its descriptor an array of folios in the order of their indices.
 */
#define MEMFD_LUO_FH_COMPATIBLE "memfd-v2"
#define MEMFD_LUO_FOLIO_DIRTY 0x1u
#define MEMFD_LUO_FOLIO_UPTODATE 0x2u
#define MEMFD_LUO_ALL_SEALS 0x3fu /* F_SEAL_SEAL to F_SEAL_EXEC */

struct memfd_luo_folio_ser {
	u64 pfn : 52;		/* 0: there is none */
	u64 flags : 12;
	u64 index;		/* in pages from the beginning of the file */
} LUO_ABI_PACKED;

struct memfd_luo_ser {
	u64 pos;
	u64 size;
	u32 seals;
	u32 flags;		/* none is defined */
	u64 nr_folios;
	struct kho_vmalloc folios; /* of struct memfd_luo_folio_ser; all zero without any */
} LUO_ABI_PACKED;

/* The same of kernels before them. */
#define MEMFD_LUO_FH_COMPATIBLE_V1 "memfd-v1"

struct memfd_luo_ser_v1 {
	u64 pos;
	u64 size;
	u64 nr_folios;
	struct kho_vmalloc folios;
} LUO_ABI_PACKED;

/*
 * Regions of reserve_mem=: KHO entry "memblock" is a tree with a node for each, which has its name,
 * "start" and "size", u64.
 */
#define MEMBLOCK_KHO_FDT "memblock"
#define MEMBLOCK_KHO_NODE_COMPATIBLE "memblock-v1"
#define RESERVE_MEM_KHO_NODE_COMPATIBLE "reserve-mem-v1"

#endif
