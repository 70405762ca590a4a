/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_ARRAY_SIZE_H
#define LUO_LINUX_ARRAY_SIZE_H

#include <luo/macros.h>

#define ARRAY_END(a) (&(a)[ARRAY_SIZE(a)])

#endif
