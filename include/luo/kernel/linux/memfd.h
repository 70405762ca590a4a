/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: files in memory, their seals and their pages; no huge pages. */
#ifndef LUO_LINUX_MEMFD_H
#define LUO_LINUX_MEMFD_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/memfd.h>
#include <luo/kernel/linux/file.h>
#include <luo/shmem.h>

#endif
