/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Copies of a machine: it is branched, tried, and put back, any number of times.
 *
 * A copy has what a machine is between two calls: its kernel's memory with every mapping of it,
 * what the simulator knows of locks, callbacks, findings and what was allocated, descriptors of
 * agents, static data of modules, power, and where faults and choices stand. Copying and putting
 * back cost what is in use, not the size of memory. What follows a rewind is, to the byte, what
 * followed the copy.
 *
 * Not in it is what is not the machine's: variables of a test or of a program and what it got from
 * malloc(), static data of linked modules without LFB_MODULE_DATA(), files of the host, what was
 * written to a trace or a transcript; where events and scheduling points are told to; what an
 * agent's calls left in buffers of the caller.
 */
#ifndef LUO_MACHINE_COPY_H
#define LUO_MACHINE_COPY_H

#include <luo/types.h>

struct lfb_machine;
struct lfb_machine_copy;

/**
 * lfb_machine_copy() - keep how a machine is
 * @machine: the machine, in any state
 * @copy: set to the copy, NULL on error; to be given to lfb_machine_copy_free()
 *
 * Context: outside of kernel code: no call into the machine may be under way.
 * Return: 0; -EINVAL no machine or no place for the copy; -EBUSY its own kernel code or a hook of a
 * scheduling point calls; -EOPNOTSUPP it is in guard mode (LFB_CHECKS_GUARD) or runs a kernel image
 * (struct lfb_machine_options, kernel); -ENOMEM.
 */
LFB_API int lfb_machine_copy(struct lfb_machine *machine, struct lfb_machine_copy **copy);

/**
 * lfb_machine_rewind() - have a machine as it was
 * @machine: the machine
 * @copy: a copy of it, which is good for as many rewinds as are wanted
 *
 * Modules that were added since are gone, and those that were removed are back, and must still be
 * there. Findings that were written down since are gone, pointers to them with them. No event says
 * that it happened.
 *
 * Context: as lfb_machine_copy().
 * Return: 0; -EINVAL no machine, or no copy of this one; -EBUSY as lfb_machine_copy(), or another
 * machine has a module now; -ESTALE an agent was created or destroyed since, its memory begins
 * elsewhere since a blob was booted, or modules came that ask before each access; -ENOMEM, and it
 * is as it was before the call, but switched off where the host cannot map its memory.
 * lfb_error_text() says which.
 */
LFB_API int lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy);

/**
 * lfb_machine_copy_free() - forget a copy, whose machine may be gone; NULL is ignored
 * @copy: the copy
 */
LFB_API void lfb_machine_copy_free(struct lfb_machine_copy *copy);

#endif
