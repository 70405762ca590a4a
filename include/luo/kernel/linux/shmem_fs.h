/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: what live update does with files in memory. */
#ifndef LUO_LINUX_SHMEM_FS_H
#define LUO_LINUX_SHMEM_FS_H

#include <luo/kernel/linux/file.h>
#include <luo/kernel/linux/fs.h>
#include <luo/kernel/linux/pagemap.h>
#include <luo/shmem.h>

#endif
