/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what live update code uses of it. */
#ifndef LUO_LINUX_LIST_H
#define LUO_LINUX_LIST_H

#include <luo/list.h>

#endif
