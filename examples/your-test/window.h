/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The window that guests' devices write to: a live update does not move it. */
#ifndef WINDOW_H
#define WINDOW_H

#include <linux/module.h>
#include <linux/types.h>

struct liveupdate_file_handler;

/* Data of a module is marked for the simulator only. */
#ifndef LFB_MODULE_DATA
#define LFB_MODULE_DATA(modname)
#endif

#define WINDOW_BASE 0xfee00000ull

/* Files of this handler need the window. */
int window_register(struct liveupdate_file_handler *handler);

/* Where the kernel before had it. */
int window_handed_over(u64 *base);

#endif
