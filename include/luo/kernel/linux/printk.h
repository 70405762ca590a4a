/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: messages become trace events. */
#ifndef LUO_LINUX_PRINTK_H
#define LUO_LINUX_PRINTK_H

#include <luo/printk.h>

#endif
