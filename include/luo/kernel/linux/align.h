/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: constant where its arguments are. */
#ifndef LUO_LINUX_ALIGN_H
#define LUO_LINUX_ALIGN_H

#include <luo/macros.h>

#endif
