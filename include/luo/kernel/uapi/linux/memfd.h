/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_UAPI_LINUX_MEMFD_H
#define LUO_UAPI_LINUX_MEMFD_H

#include <luo/kernel/linux/memfd.h>

#endif
