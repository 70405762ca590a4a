/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The ground floor: what one simulated kernel offers its subsystems, and the four seams. The one
 * header of this floor that floors above include; all that is declared here or in the header of a
 * room is for them. Its rooms, from the ground up: state, seams, race, task, memory, kho; here are
 * the life of the floor, modules, files and descriptors, which use all of them.
 */
#ifndef SIM_KERNEL_KERNEL_H
#define SIM_KERNEL_KERNEL_H

#include <luo/module.h>

#include "sim/kernel/kho/kho.h"
#include "sim/kernel/memory/memory.h"
#include "sim/kernel/seams/seams.h"
#include "sim/kernel/state/state.h"
#include "sim/kernel/task/task.h"

/* kernel.c: life of the ground floor */

int lfb__kernel_init(struct lfb_kernel *kernel, const struct lfb_memory_options *options, u64 seed);
void lfb__kernel_destroy(struct lfb_kernel *kernel);
/* Forget everything of the boot that ended; memory is dealt with by lfb__pages_begin(). */
void lfb__kernel_reset(struct lfb_kernel *kernel);
/*
 * To be put back: all but memory and findings, and what is the user's or the host's: whom events
 * and scheduling points are told to, how faults are caught. Nothing runs. False without memory.
 */
bool lfb__kernel_save(struct lfb_kernel *kernel, struct lfb_saved *saved);

/* racing.c: two tasks race; see race/race.h */
void lfb__report_race(struct lfb_kernel *kernel, const struct lfb_race_pair *pair);

/*
 * The orchestrator's own code runs until the end, where it is not lib/ (kernel->elsewhere): what it
 * allocates is its own, and it may fault as a module does.
 */

static inline void lfb__elsewhere_begin(struct lfb_kernel *kernel)
{
	if (likely(!kernel->elsewhere))
		return;
	lfb__module_comes(kernel);
	lfb__internal_begin(kernel);
}

static inline void lfb__elsewhere_end(struct lfb_kernel *kernel)
{
	if (unlikely(kernel->elsewhere != NULL))
		lfb__internal_end(kernel);
}

/* module.c: references of the kernel's own; as try_module_get() and module_put() */

bool lfb__module_pin(struct module *module);
void lfb__module_unpin(struct module *module);

/* misc.c: what an open of /dev/@name answers: a file, or ERR_PTR(): -ENOENT there is none, … */

struct file *lfb__device_open(struct lfb_kernel *kernel, const char *name);

/* shmem.c: files in memory; the next page from @page on that is no hole, ~0: there is none */

u64 lfb__shmem_next(const struct file *file, u64 page);

/* deferred.c: the call from outside is over, all that was deferred before is done */

void lfb__deferred_end(struct lfb_kernel *kernel);

/* fd.c: descriptors */

#define LFB_FD_RESERVED ((struct file *)(uintptr_t)1)

/* Forgets all descriptors without closing anything: their kernel is gone. */
void lfb__fds_forget(struct lfb_fd_table *fds);
void lfb__fds_destroy(struct lfb_fd_table *fds);
/* To be put back. */
void lfb__fds_save(struct lfb_fd_table *fds, struct lfb_saved *saved);
/* Borrowed pointer, NULL for a descriptor that is not open. */
struct file *lfb__fd_file(const struct lfb_fd_table *fds, int fd);
/* Takes the file out of its slot; the caller owns the reference. NULL: not open. */
struct file *lfb__fd_take(struct lfb_fd_table *fds, int fd);

#endif
