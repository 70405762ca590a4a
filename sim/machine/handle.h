/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Live handles: so that a NULL, wild or freed pointer given to a public function is an errno.
 *
 * The one list of what is alive in the process; everything else belongs to a machine.
 */
#ifndef SIM_MACHINE_HANDLE_H
#define SIM_MACHINE_HANDLE_H

#include <luo/types.h>

enum lfb_handle_kind {
	LFB_HANDLE_MACHINE = 1,
	LFB_HANDLE_AGENT,
	LFB_HANDLE_BLOB,
	LFB_HANDLE_SCENARIO,
	LFB_HANDLE_MODULE,	/* its static data is in use by a machine */
};

/* 0, -EEXIST or -ENOMEM. Thread-safe. */
int lfb__handle_register(const void *handle, enum lfb_handle_kind kind);
void lfb__handle_unregister(const void *handle);
/* Does not look at what @handle points to. */
bool lfb__handle_valid(const void *handle, enum lfb_handle_kind kind);

#endif
