/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: some of them. */
#ifndef LUO_LINUX_UNITS_H
#define LUO_LINUX_UNITS_H

#include <luo/kernel/linux/types.h>

#define NANO 1000000000UL
#define MICRO 1000000UL
#define MILLI 1000UL
#define KILO 1000UL
#define MEGA 1000000UL
#define GIGA 1000000000UL
#define BYTES_PER_KBIT (KILO / 8)
#define BYTES_PER_MBIT (MEGA / 8)

#endif
