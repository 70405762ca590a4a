/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * How a machine is built: the choices lfb_machine_create() takes.
 */
#ifndef LUO_MACHINE_OPTIONS_H
#define LUO_MACHINE_OPTIONS_H

#include <luo/types.h>

/**
 * enum lfb_memory_mode - what happens to addresses at a kexec
 * @LFB_MEMORY_REMAP: the arena appears at another address and the old one faults; a pointer
 *	smuggled through handed-over data is caught at its first use; on a host that cannot
 *	move memory (a build with -DLFB_HOST=plain) it is as LFB_MEMORY_FIXED
 * @LFB_MEMORY_FIXED: the arena stays where it is; fast, for fuzzing and sweeps
 */
enum lfb_memory_mode {
	LFB_MEMORY_REMAP,
	LFB_MEMORY_FIXED,
};

/**
 * enum lfb_memory_map - which physical addresses a machine's memory has
 * @LFB_MAP_DEFAULT: high ones; low ones with LFB_PAGES_ASCENDING, as the golden images have them
 * @LFB_MAP_LOW: from 0 up
 * @LFB_MAP_HIGH: from 4 GiB up, as servers have most of theirs, and nothing below: a physical
 *	address that was cut to 32 bits is none, so it fails at its first use
 *
 * A machine that boots from a blob has the map of the machine that wrote it.
 */
enum lfb_memory_map {
	LFB_MAP_DEFAULT,
	LFB_MAP_LOW,
	LFB_MAP_HIGH,
};

/**
 * enum lfb_page_policy - which page comes next
 * @LFB_PAGES_BUDDY: a buddy allocator, as in a kernel
 * @LFB_PAGES_ASCENDING: ascending addresses from 64 KiB without gaps, in order of allocation,
 *	nothing freed is given out again: the allocator the golden wire images were recorded with
 */
enum lfb_page_policy {
	LFB_PAGES_BUDDY,
	LFB_PAGES_ASCENDING,
};

/**
 * enum lfb_checks - how closely a machine watches the kernels that run in it
 * @LFB_CHECKS_ON: mistakes become findings (luo/finding.h). Memory of modules: each object from
 *	kmalloc() of up to 8 KiB lies alone, so that the use of it when it is freed and of what is
 *	behind it faults, and so does the use of pages that a callback freed, until they are given
 *	out again; modules that ask before each access (lfb build) are told of every byte that is
 *	not theirs; physical addresses are those without checks
 * @LFB_CHECKS_OFF: nothing is watched: fastest
 * @LFB_CHECKS_GUARD: as ON, for all memory of any size, also what nobody preserved or ever
 *	allocated, and freed memory is given out again as late as possible: slow, and physical
 *	addresses are others
 *
 * The environment variable LFB_CHECKS (on, off, guard) takes the place of what a program says.
 */
enum lfb_checks {
	LFB_CHECKS_ON,
	LFB_CHECKS_OFF,
	LFB_CHECKS_GUARD,
};

/**
 * enum lfb_reading - how a handover that comes as a blob is read
 * @LFB_READING_KERNEL: as the kernel that boots reads it, with what that one checks and what it
 *	trusts; where it follows what leads nowhere it dies, with a finding that says so
 * @LFB_READING_STRICT: by the rules of lfb_check_blob() first: one that breaks any, warnings aside,
 *	is refused before a kernel boots
 */
enum lfb_reading {
	LFB_READING_KERNEL,
	LFB_READING_STRICT,
};

/**
 * enum lfb_points - where a task that runs beside others may have to stand (luo/schedule.h)
 * @LFB_POINTS_CALLS: where it calls the kernel for what may have to wait, and around callbacks
 * @LFB_POINTS_ACCESSES: also in front of each access to memory by a module that says what it
 *	touches (lfb build --races), so that what becomes of a race is tried
 */
enum lfb_points {
	LFB_POINTS_CALLS,
	LFB_POINTS_ACCESSES,
};

#endif
