/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: descriptors are those of the agent whose call is running. */
#ifndef LUO_LINUX_FILE_H
#define LUO_LINUX_FILE_H

#include <luo/file.h>

#endif
