/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the two sides of the FLB share: its object, and the chains of entries in it. */
#ifndef IOMMU_FLB_H
#define IOMMU_FLB_H

#include <linux/kho_block.h>

#include "iommu.h"

/**
 * struct iommu_chain - entries that begin with a word which is 0 if they are free
 * @blocks: where they are
 * @end: behind the last one
 * @nr: how many, with those that are free. It and @end are of the old kernel only
 */
struct iommu_chain {
	struct kho_block_set blocks;
	struct kho_block_set_it end;
	u64 nr;
};

/** struct iommu_shared - the object, of the old kernel and of the new one. */
struct iommu_shared {
	struct iommu_ser *ser;
	struct iommu_chain domains;
	struct iommu_chain devices;
};

/* flb.c */
extern const struct liveupdate_flb_ops iommu_flb_ops;
struct iommu_domain_ser *iommu_find_domain(struct iommu_shared *shared, u32 id);
struct iommu_device_ser *iommu_find_device(struct iommu_shared *shared, u16 bdf);
int iommu_make_room(struct iommu_chain *chain);
void iommu_trim(struct iommu_chain *chain);
void *iommu_take_entry(struct iommu_chain *chain);
int iommu_get_outgoing(struct iommu_shared **shared);
void iommu_put_outgoing(void);
int iommu_get_incoming(struct iommu_shared **shared);
void iommu_put_incoming(void);

/* incoming.c */
int iommu_reserve_all(struct iommu_shared *shared);
void iommu_drop_incoming(struct iommu_shared *shared);

#endif
