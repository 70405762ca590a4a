/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* STUB: there are no kobjects. */
#ifndef LUO_LINUX_KOBJECT_H
#define LUO_LINUX_KOBJECT_H

#include <luo/kernel/linux/list.h>

#endif
