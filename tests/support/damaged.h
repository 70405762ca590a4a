/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Handovers that break one rule each: sound ones, of which a few bytes were changed.
 */
#ifndef TESTS_SUPPORT_DAMAGED_H
#define TESTS_SUPPORT_DAMAGED_H

#include <luo/check.h>
#include <luo/image.h>

#include "sim/handover/handover.h"
#include "tests/support/test.h"

/* In what form it is looked at. */
enum damaged_as {
	AS_BLOB,
	AS_LARGE,	/* … of which more than 2 MiB are preserved */
	AS_MEMORY,	/* a bare image of LUO's, recorded */
	AS_CORE,	/* an ELF core */
	AS_RAW,		/* memory of a machine */
	AS_DEBUGFS,	/* the folder */
};

/* One that is being damaged. */
struct damaged {
	const char *profile;
	enum damaged_as as;
	struct lfb_blob *blob;		/* the sound one; NULL: AS_MEMORY */
	u8 *bytes;			/* of it, to be changed */
	size_t size;
	bool unsealed;			/* its digest stays as it was */
	struct lfb_image_options options;
	struct lfb_image_area area;
	unsigned int copies;		/* of the root tree, behind what is handed over */
	bool no_luo;			/* of debugfs: what is there is no state … */
	bool no_length;			/* … and an area has no length */
};

/* How a rule is broken, and what else then comes of it. */
struct damage {
	enum lfb_check_id id;
	const char *profile;
	enum damaged_as as;
	void (*damage)(struct damaged *damaged);
	enum lfb_check_id also;		/* 0: nothing */
	const char *path;		/* of the problem */
};

extern const struct damage damages[];
extern const size_t nr_damages;

/* Makes a sound one. */
void damaged_make(struct damaged *damaged, const char *profile, enum damaged_as as);
/* Has it checked, and forgets it. Returns what the check did. */
int damaged_check(struct damaged *damaged, lfb_check_fn tell, void *context);

/* Memory from @base on with a blob's pages where they were, and copies of its root behind them. */
void damaged_write_raw(const struct lfb_blob *blob, const char *path, u64 base,
		       unsigned int copies);

/* Where @size bytes of its memory are in its bytes. */
void *damaged_at(const struct damaged *damaged, phys_addr_t phys, size_t size);

#endif
