/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the IOMMU core of one kernel tells that of the next: the domains that are preserved, and
 * which devices are attached to them.
 *
 * The FLB "iommu-v1" has the physical address of a struct iommu_ser. From there two chains of
 * blocks (linux/kho/abi/block.h) begin. Entries of which the first word is 0 are free. The version
 * says how long the entries are; one that means something else is another FLB.
 */
#ifndef IOMMU_ABI_H
#define IOMMU_ABI_H

#include <linux/types.h>

/* The version that is written, and the oldest one that is still read. */
#ifndef IOMMU_SER_VERSION
#define IOMMU_SER_VERSION 1
#endif
#ifndef IOMMU_SER_OLDEST
#define IOMMU_SER_OLDEST 1
#endif

/**
 * struct iommu_ser - where it begins
 * @version: IOMMU_SER_VERSION of who wrote it
 * @reserved: 0
 * @domains: physical address of the first block of struct iommu_domain_ser; 0: there is none
 * @devices: the same of struct iommu_device_ser
 */
struct iommu_ser {
	u32 version;
	u32 reserved;
	u64 domains;
	u64 devices;
} __attribute__((packed));

/**
 * struct iommu_domain_ser - a domain
 * @id: what the hardware tags its translations with; 0: the entry is free
 * @count: who needs it: its file, and each device that is preserved
 * @table: physical address of its table, a page of physical addresses of others, or 0
 * @mappings: pages it maps; from version 2 on
 */
struct iommu_domain_ser {
	u32 id;
	u32 count;
	u64 table;
#if IOMMU_SER_VERSION >= 2
	u64 mappings;
#endif
} __attribute__((packed));

/** IOMMU_DOMAIN_SER_V1 - bytes of an entry of version 1. */
#define IOMMU_DOMAIN_SER_V1 16

/**
 * struct iommu_device_ser - a device
 * @domain: id of the domain it is attached to; 0: the entry is free
 * @bdf: its address
 * @reserved: 0
 */
struct iommu_device_ser {
	u32 domain;
	u16 bdf;
	u16 reserved;
} __attribute__((packed));

#endif
