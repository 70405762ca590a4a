/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: what mm/ keeps to itself, as far as mm/memfd_luo.c uses it: -iquote …/luo/kernel/mm. */
#ifndef LUO_MM_INTERNAL_H
#define LUO_MM_INTERNAL_H

#include <luo/kernel/linux/pagemap.h>
#include <luo/kernel/linux/shmem_fs.h>

/** shmem_recalc_inode() - nothing is counted twice, and there is no swap. */
static inline void shmem_recalc_inode(struct inode *inode, long alloced, long swapped)
{
	(void)inode;
	(void)alloced;
	(void)swapped;
}

#endif
