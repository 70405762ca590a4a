/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is handed over, as data: the head of it, and a record each for a session, a file and an
 * FLB. How they lie in memory only the codecs know.
 */
#ifndef LIB_LUO_RECORD_H
#define LIB_LUO_RECORD_H

#include <luo/types.h>

/* What the LUO tree says. */
struct luo_head {
	char session_compatible[32];	/* "" where the format has none */
	u64 number;			/* liveupdate number */
	phys_addr_t sessions;		/* the session array, or its first block */
	phys_addr_t flbs;		/* the FLB page */
};

struct luo_session_record {
	char name[65];			/* terminated here whatever the bytes were */
	phys_addr_t files;		/* 0: no files */
	u64 pgcnt;			/* rfc-v6 only */
	u64 count;
};

struct luo_file_record {
	char compatible[49];
	u64 data;
	u64 token;
};

struct luo_flb_record {
	char name[49];
	u64 data;
	u64 count;
	u64 index;			/* its place among them; only where it was read */
};

#endif
