/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: open files with an f_op, no file systems. */
#ifndef LUO_LINUX_FS_H
#define LUO_LINUX_FS_H

#include <luo/kernel/linux/init.h>
#include <luo/kernel/linux/list.h>
#include <fcntl.h>
#include <luo/file.h>

#endif
