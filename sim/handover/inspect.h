/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What an inspection found, before it is written in one format or the other.
 */
#ifndef SIM_HANDOVER_INSPECT_H
#define SIM_HANDOVER_INSPECT_H

#include <luo/inspect.h>

#include "lib/codec/codec.h"
#include "sim/handover/handover.h"
#include "sim/handover/json.h"

/* An entry of the KHO root tree. */
struct lfb_found_entry {
	const char *name;
	phys_addr_t address;
	u64 size;
};

/* Preserved blocks of one order, one behind the other. */
struct lfb_found_run {
	phys_addr_t address;
	u64 blocks;
	unsigned int order;
};

struct lfb_found_file {
	phys_addr_t where;
	struct luo_file_record record;
};

struct lfb_found_session {
	phys_addr_t where;
	struct luo_session_record record;
	size_t first_file;		/* in files */
	size_t nr_files;		/* that could be read */
};

struct lfb_found_flb {
	phys_addr_t where;
	struct luo_flb_record record;
};

struct lfb_found_area {
	phys_addr_t address;
	u64 size;
};

struct lfb_inspection {
	const struct lfb_blob *blob;	/* NULL: a bare image */
	struct lfb_view view;
	int error;			/* no memory to go on */

	bool has_root;
	struct kho_root root;
	char root_compatible[32];
	struct lfb_list entries;	/* struct lfb_found_entry */
	bool has_metadata;
	struct kho_kexec_metadata metadata;
	struct lfb_list runs;		/* struct lfb_found_run */
	u64 blocks[MAX_PAGE_ORDER + 1];
	u64 total_blocks;
	u64 total_bytes;

	bool has_luo;
	phys_addr_t luo;
	u64 luo_size;
	struct lfb_list areas;		/* struct lfb_found_area: memory of the format itself */
	struct luo_head head;
	struct lfb_list sessions;	/* struct lfb_found_session */
	struct lfb_list files;		/* struct lfb_found_file */
	struct lfb_list flbs;		/* struct lfb_found_flb */

	struct lfb_list problems;	/* struct lfb_problem */
};

/* Reads all there is; what is wrong is listed, error is set when there is no memory to go on. */
void lfb__inspection_read(struct lfb_inspection *found, const struct lfb_blob *blob);
void lfb__inspection_release(struct lfb_inspection *found);
void lfb__inspection_text(const struct lfb_inspection *found, struct lfb_output *output);
void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output);

#endif
