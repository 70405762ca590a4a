/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Arenas of machines that are gone, for those that come. */
#ifndef SIM_KERNEL_MEMORY_SPARE_H
#define SIM_KERNEL_MEMORY_SPARE_H

#include "sim/kernel/memory/memory.h"

/*
 * Memory that is laid out gets an arena and tables, all zero, but no window in use. False: there
 * are none like that.
 */
bool lfb__spare_take(struct lfb_memory *memory);
/* Takes over what the host has given for memory that is destroyed, which nothing protects now. */
void lfb__spare_keep(struct lfb_memory *memory);
/* The host gets it back, as far as it gave it. */
void lfb__spare_refuse(const struct lfb_memory *memory);
/* The host has no room: it gets them all back. False: there are none. */
bool lfb__spare_give_up_all(void);

#endif
