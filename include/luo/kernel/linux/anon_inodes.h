/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: anon_inode_getfile() alone. */
#ifndef LUO_LINUX_ANON_INODES_H
#define LUO_LINUX_ANON_INODES_H

#include <luo/file.h>

#endif
