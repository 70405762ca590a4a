/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The transcoder, inside.
 */
#ifndef SIM_HANDOVER_CONVERT_H
#define SIM_HANDOVER_CONVERT_H

#include <luo/convert.h>

#include "lib/luo/luo.h"
#include "sim/handover/inspect.h"

/* The pages of a handover that are LUO's own and the root tree's: ascending, disjoint areas. */
struct lfb_own {
	struct lfb_found_area *areas;
	size_t count;
};

/* 0, -EINVAL when areas overlap or are not whole pages, -ENOMEM. In any case free() own->areas. */
int lfb__own_find(struct lfb_own *own, const struct lfb_inspection *found);

/* Whose a block is. */
enum lfb_owner {
	LFB_OWNER_OTHER,
	LFB_OWNER_SELF,
	LFB_OWNER_BOTH,
};
enum lfb_owner lfb__own_block(const struct lfb_own *own, phys_addr_t address, u64 size);

/* Could all be read? 0, or the error with its sentence. */
int lfb__convert_readable(const struct lfb_inspection *found);
/* Does the other kernel's format hold all of it? 0, or the error with its sentence. */
int lfb__convert_fits(const struct lfb_inspection *found, const struct lfb_own *own,
		      const struct luo_profile *target);

/* lfb_blob_convert() with a say in which pages are used. */
int lfb__convert(const struct lfb_blob *from, const char *profile, enum lfb_page_policy policy,
		 struct lfb_blob **to);

#endif
