/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_ERR_H
#define LUO_LINUX_ERR_H

#include <luo/types.h>

#endif
