/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Wire formats: what lies in handed-over memory, byte for byte (docs/facts.md section 8).
 * Native-endian, packed. The kernel's names, plus the generation where they differ.
 */
#ifndef LUO_ABI_H
#define LUO_ABI_H

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

#endif
