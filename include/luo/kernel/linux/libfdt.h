/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: libfdt itself, the system's. */
#ifndef LUO_LINUX_LIBFDT_H
#define LUO_LINUX_LIBFDT_H

#include <libfdt.h>

#endif
