/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: WARN and BUG become findings; WARN_ON_ONCE() warns every time. */
#ifndef LUO_LINUX_BUG_H
#define LUO_LINUX_BUG_H

#include <luo/printk.h>

#endif
