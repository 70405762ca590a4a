/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Codecs: the orchestrator's state as bytes, one codec a generation of the LUO ABI.
 *
 * Only codecs know offsets. Reading never trusts: it works on a bounded view and checks every
 * address, count, string and link before use. The same reader serves the booting kernel, the
 * inspector and the fuzzer; they differ in what they do about a broken rule. Uses lib/luo/ and
 * sim/kernel/; used by all of lib/, and by whoever reads a handover from outside.
 */
#ifndef LIB_CODEC_CODEC_H
#define LIB_CODEC_CODEC_H

#include <luo/abi.h>

#include "lib/luo/luo.h"

/*
 * Who reads. Records are handed to session, file and flb, with their physical address; a nonzero
 * return ends the reading and becomes its result.
 *
 * memory is told of every area the format itself takes, as it is come across.
 *
 * problem is told of every rule that does not hold. It returns 0 to go on like a kernel that does
 * not check (the reader then stays within memory by itself), or the errno that ends the reading.
 * Without it a broken rule ends the reading, and broken says which it was.
 *
 * Kernels trust some of it. follow makes an address that is not in handed-over memory one that is
 * read all the same; it does not return where there is nothing to read. trusts_flbs leaves the
 * address of the FLB page to who asks for an FLB.
 *
 * block is told of each block of a chain once it is found good, before any of its entries is read.
 */
struct luo_reader {
	const struct lfb_view *view;
	void *context;
	int (*problem)(void *context, int error, const struct lfb_problem *problem);
	struct lfb_problem *broken;		/* may be NULL */
	int (*memory)(void *context, phys_addr_t phys, size_t size);
	const void *(*follow)(phys_addr_t phys, size_t size);
	bool trusts_flbs;
	int (*block)(void *context, phys_addr_t where);
	int (*session)(void *context, phys_addr_t where, const struct luo_session_record *record);
	int (*file)(void *context, phys_addr_t where, const struct luo_file_record *record);
	int (*flb)(void *context, phys_addr_t where, const struct luo_flb_record *record);
	struct luo_flb_record *wanted;		/* see luo_find_flb() */
};

/* Where fields lie in the generations that describe themselves by a device tree. */
struct luo_fdt_layout {
	const char *session_compatible;
	u16 session_header_size;
	u16 session_header_count;	/* offset */
	u16 session_size;		/* of an entry */
	u16 session_count;		/* offset in an entry */
	bool has_pgcnt;			/* page counts in header (at 0) and entries (at 72) */
};

struct luo_codec {
	const char *name;
	const struct luo_fdt_layout *layout;
	unsigned long session_max;	/* 0: no limit of the format */
	unsigned long file_max;

	/* Reading. @luo, @size: where the KHO entry points to. */
	int (*read_head)(const struct luo_codec *codec, const struct luo_reader *reader,
			 phys_addr_t luo, u64 size, struct luo_head *head);
	int (*read_sessions)(const struct luo_codec *codec, const struct luo_reader *reader,
			     const struct luo_head *head);
	int (*read_files)(const struct luo_reader *reader,
			  const struct luo_session_record *session);
	/* Gives back what was handed over, once it is read. The first may be NULL. */
	void (*free_incoming_head)(phys_addr_t luo);
	void (*free_incoming_sessions)(phys_addr_t sessions);
	void (*free_incoming_files)(phys_addr_t files);

	/* Writing. setup prepares everything at boot: 0 or -errno with nothing left behind. */
	int (*setup)(struct luo *luo);
	/*
	 * Room for one more, before it is added; room nobody needs any more, after it went. NULL
	 * for sessions: they always have as much as they ever will.
	 */
	int (*add_session)(struct luo *luo);
	void (*drop_session)(struct luo *luo);
	int (*add_file)(struct liveupdate_session *session);
	void (*drop_file)(struct liveupdate_session *session);
	void (*write_session)(struct luo *luo, u64 index, const struct liveupdate_session *session);
	void (*clear_session)(struct luo *luo, u64 index);
	void (*write_session_count)(struct luo *luo, u64 count);
	void (*write_file)(struct liveupdate_session *session, u64 index,
			   const struct luo_file_record *record);
	void (*clear_files)(struct liveupdate_session *session);
};

extern const struct luo_codec luo_codec_v1;	/* luo-v1 with luo-session-v1 */
extern const struct luo_codec luo_codec_v2;	/* luo-v1 with luo-session-v2 */
extern const struct luo_codec luo_codec_v5;	/* packed luo-v5 with linked blocks */

/* The FLB page, which is the same in all generations. */

int luo_read_flbs(const struct luo_reader *reader, const struct luo_head *head);
/*
 * The first record of an FLB with this name: 0, or -ENOENT where there is none before the reading
 * ends. @reader tells of what is read on the way there.
 */
int luo_find_flb(const struct luo_reader *reader, const struct luo_head *head, const char *name,
		 struct luo_flb_record *record);
void luo_write_flb(struct luo *luo, u64 index, const struct luo_flb_record *record);
void luo_write_flb_count(struct luo *luo, u64 count);

#endif
