/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: panic() ends the simulated kernel, not the process. */
#ifndef LUO_LINUX_PANIC_H
#define LUO_LINUX_PANIC_H

#include <luo/printk.h>

#endif
