/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: physical and virtual addresses, no device memory. */
#ifndef LUO_ASM_IO_H
#define LUO_ASM_IO_H

#include <luo/kernel/linux/io.h>

#endif
