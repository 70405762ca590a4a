/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The machine: memory, power, kernels that boot in it one after the other.
 *
 * A machine is used by one thread at a time; different machines do not disturb each other. A module
 * may be part of several images, but its static data is there once in a process: while a machine
 * that has it is switched on, others are not switched on with it (-EBUSY). All functions check
 * what they are given: a pointer that is no live machine gives -EINVAL.
 *
 * Options and results, here and elsewhere, say in their first field, sz, how long they are: caller
 * and library may be of different versions. What a shorter one lacks is zero; a longer one must be
 * zero behind what the library knows, else it asks for something unknown (-E2BIG). A longer result
 * is filled with zeros. An sz that no version has gives -EINVAL.
 */
#ifndef LUO_MACHINE_H
#define LUO_MACHINE_H

#include <luo/machine_options.h>
#include <luo/types.h>

struct lfb_blob;
struct lfb_machine;
struct lfb_module;

/**
 * struct lfb_machine_options - how to build a machine; zero means the default
 * @sz: sizeof(struct lfb_machine_options)
 * @memory: bytes of physical memory, 1 MiB to 1 TiB, whole pages; default 64 MiB
 * @mode: what happens to addresses at a kexec; default LFB_MEMORY_REMAP
 * @policy: which page comes next; default LFB_PAGES_BUDDY
 * @seed: for the choice stream
 * @profile: the kernel that boots; default LFB_PROFILE_DEFAULT
 * @quirks_on: quirk names to add to the profile's, separated by spaces or commas
 * @quirks_off: quirk names to take from it; "all", here or there, means every quirk that the
 *	other list does not name
 * @kho_off: boot without kho=on: nothing can be handed over
 * @liveupdate_off: boot without liveupdate=on
 * @raw_faults: do not turn faults inside kernel code into a dead kernel; for use with a debugger
 * @checks: how closely kernels are watched; default LFB_CHECKS_ON
 * @map: which physical addresses memory has; default high ones
 * @release: what its kernels tell the next one that they are (kexec-metadata, kho-v4), 1 to 64
 *	characters; default the profile's
 * @kexec_count: kexecs before the machine was switched on, counted on from there (kho-v4)
 * @memory_start: the physical address where memory begins, in bytes, a multiple of 4 MiB up to
 *	4 GiB; 0: as @map says
 * @scratch_areas: where the next kernel boots and nothing is preserved or given out: as kernels
 *	have them for each node, one at the end of memory and the others at equal distances below
 *	it; 1 to 16, default 1
 * @nodes: NUMA nodes from the start of memory on, as "0:1G,1:1G": a number below 64 and a size in
 *	bytes or with K, M or G, whole pages; up to 16, with all of @memory, which may be 0 then; no
 *	block of pages lies in two of them. Default: one node
 * @kernel: the path of a kernel image, as "lfb tree" makes it of a kernel tree: its orchestrator
 *	runs in kernels of the machine's profile, in the place of the library's (docs/tree.md). The
 *	profile's default is then that of the tree's version, or linux-7.3. Default: none
 * @kho_debug: kernels built with CONFIG_KEXEC_HANDOVER_DEBUG, which refuse to preserve scratch
 * @reading: how lfb_machine_boot_blob() reads; default LFB_READING_KERNEL
 * @points: where a task that runs beside others may have to stand; default LFB_POINTS_CALLS
 */
struct lfb_machine_options {
	size_t sz;
	u64 memory;
	enum lfb_memory_mode mode;
	enum lfb_page_policy policy;
	u64 seed;
	const char *profile;
	const char *quirks_on;
	const char *quirks_off;
	bool kho_off;
	bool liveupdate_off;
	bool raw_faults;
	enum lfb_checks checks;
	enum lfb_memory_map map;
	const char *release;
	u32 kexec_count;
	u64 memory_start;
	unsigned int scratch_areas;
	const char *nodes;
	bool kho_debug;
	const char *kernel;
	enum lfb_reading reading;
	enum lfb_points points;
};

/** enum lfb_machine_state - what a machine is doing. */
enum lfb_machine_state {
	LFB_OFF,       /* no kernel runs */
	LFB_RUNNING,   /* a kernel runs */
	LFB_REBOOTING, /* lfb_machine_prepare() succeeded: serialized, not jumped yet */
	LFB_PANICKED,  /* the kernel ended by panic, BUG or a fault */
	LFB_HUNG,      /* the kernel ended in a deadlock */
};

/**
 * lfb_machine_create() - build a machine, switched off
 * @options: how; NULL for the defaults
 * @machine: set to the machine, NULL on error
 *
 * Return: 0; -EINVAL an option makes no sense (unknown profile or quirk, memory out of range);
 * -ENOEXEC @kernel is no kernel image; -ENOMEM, or what else the host said. lfb_error_text(NULL)
 * says which.
 */
LFB_API int lfb_machine_create(const struct lfb_machine_options *options,
			       struct lfb_machine **machine);
/**
 * lfb_machine_destroy() - take a machine apart, whatever it is doing; NULL is ignored
 * @machine: the machine
 *
 * The static data of its modules is what it was when they were added.
 *
 * This and what switches on and off, jumps, or adds and removes modules and agents is for the
 * world outside: called by the machine's own kernel code it does nothing (-EBUSY).
 */
LFB_API void lfb_machine_destroy(struct lfb_machine *machine);

/**
 * lfb_machine_add_module() - make a module part of the kernel image
 * @machine: the machine
 * @module: the module; must live as long as the machine. Its static data as it is now is what
 *	every boot starts with
 *
 * Takes effect at the next boot; in a running kernel the module is loaded at once.
 * Return: 0, -EINVAL, -EEXIST a module of this name is there, -EBUSY a machine that is switched on
 * has it, -ENOMEM, what its init returned.
 */
LFB_API int lfb_machine_add_module(struct lfb_machine *machine, struct lfb_module *module);

/**
 * lfb_machine_load_module() - make a module in a shared object part of the kernel image
 * @machine: the machine
 * @path: the file, as lfb build or lfb_add_module() make it: LFB_MODULE(), or module_init() and
 *	module_exit(), is in it
 *
 * As lfb_machine_add_module(), but all of its static data is as freshly loaded at every boot,
 * marked or not. With LFB_MEMORY_REMAP each kexec has it at another address, and neither its code
 * nor its data can be used where they were before: a pointer to them that was handed over is
 * LFB-MEM-STALE-POINTER when it is followed. Each machine has a copy of its own, so that several
 * may run it at once. The file is read once; the program must offer it the library's functions, as
 * one linked with liblfb.so does. What modules that were loaded before export (EXPORT_SYMBOL()) it
 * may use: of those that are there, in each kernel anew. A kernel without them is one without it.
 * Return: 0, -EINVAL, -EEXIST a module of this name is there, -EBUSY or one of this file that was
 * swapped in for another, -ENOEXEC it is no shared object, no
 * module, or something it needs is missing: lfb_error_text() says what; -ENOMEM, what reading it
 * or its init returned.
 */
LFB_API int lfb_machine_load_module(struct lfb_machine *machine, const char *path);
/**
 * lfb_machine_swap_module() - have another version of a module from the next kernel on
 * @machine: the machine
 * @name: the module: its name, or its file's with or without the folders
 * @path: the other version, loaded as lfb_machine_load_module() does; without a '/' it lies where
 *	the file of @name does
 *
 * Takes effect at the next kexec, at once if the machine is off: the new code finds what the old
 * one handed over. It goes by the old one's name. A module that was linked in cannot be replaced.
 * Return: 0, -EINVAL, -EBUSY another module is loaded from that file, -ENOENT no such module was
 * loaded from a file, or as lfb_machine_load_module().
 */
LFB_API int lfb_machine_swap_module(struct lfb_machine *machine, const char *name,
				    const char *path);

/**
 * lfb_machine_remove_module() - unload a module (rmmod) and leave it out of later boots
 * @machine: the machine
 * @name: the module's name
 *
 * What its exit function leaves registered stays so; a kernel that calls it then ends in a BUG.
 * Return: 0, -ENOENT, -EBUSY while references are held or another module uses what it exports,
 * -EINVAL.
 */
LFB_API int lfb_machine_remove_module(struct lfb_machine *machine, const char *name);

/**
 * lfb_machine_boot() - switch on: cold boot
 * @machine: a machine that is switched off
 *
 * Return: 0; -EBUSY it is running, or another machine that is has a module of it; -ENOMEM; -EFAULT
 * or -EDEADLK the kernel died while booting.
 */
LFB_API int lfb_machine_boot(struct lfb_machine *machine);

/**
 * lfb_machine_boot_blob() - switch on with what another machine handed over
 * @machine: a machine that is switched off, with enough memory
 * @blob: the handover
 *
 * The machine's own profile boots, whatever profile made the blob.
 * Return: as lfb_machine_boot(); -EINVAL the blob does not fit this machine; -EBADMSG it breaks a
 * rule of lfb_check_blob(), and the machine has LFB_READING_STRICT: lfb_error_text() says which.
 */
LFB_API int lfb_machine_boot_blob(struct lfb_machine *machine, const struct lfb_blob *blob);

/**
 * lfb_machine_shutdown() - switch off
 * @machine: the machine
 *
 * Memory is lost, agents lose their descriptors, the static data of modules is as it was loaded.
 * Return: 0, also when it is off; -EINVAL no machine; -EBUSY its own kernel code calls.
 */
LFB_API int lfb_machine_shutdown(struct lfb_machine *machine);

/** enum lfb_image - what kexec has loaded. */
enum lfb_image {
	LFB_IMAGE_HANDOVER, /* a kernel that is given what is handed over; always, unless said */
	LFB_IMAGE_PLAIN,    /* loaded without KHO: a kernel that is given nothing */
	LFB_IMAGE_NONE,     /* nothing */
};

/**
 * lfb_machine_load() - load the kernel for the next kexec
 * @machine: the machine
 * @image: what is loaded
 *
 * Until the next boot; each begins with LFB_IMAGE_HANDOVER. Kernels serialize and freeze whatever
 * is loaded: with LFB_IMAGE_PLAIN all of it is lost (LFB-SESSION-NOT-HANDED-OVER).
 * Return: 0 or -EINVAL.
 */
LFB_API int lfb_machine_load(struct lfb_machine *machine, enum lfb_image image);

/**
 * lfb_machine_prepare() - first half of a kexec: liveupdate_reboot()
 * @machine: a running machine
 *
 * Return: 0 and state LFB_REBOOTING, or the error of liveupdate_reboot() with the kernel running
 * on; -EFAULT, -EDEADLK it died; -EINVAL no image is loaded (lfb_machine_load()) or no machine;
 * -EBUSY not running.
 */
LFB_API int lfb_machine_prepare(struct lfb_machine *machine);

/**
 * lfb_machine_jump() - second half of a kexec: the old kernel ends, the new one boots
 * @machine: a machine in state LFB_REBOOTING
 * @kernel: the kernel that boots: a profile, or the path of a kernel image, that is, what has a '/'
 *	in it or ends in ".so"; without a '/' it lies beside the machine's own image, if it has one.
 *	NULL for the same again. The name of the profile that the machine's own image runs in is
 *	that image
 *
 * Everything not preserved is destroyed. Without serialized state (live update off) this is an
 * ordinary kexec. Return: 0; -EINVAL; -EBUSY not prepared; of an image -ENOEXEC it is none, or what
 * reading it answers; -EFAULT or -EDEADLK the new kernel died while booting, for instance of an
 * incoming state it could not understand (lfb_error_text()).
 */
LFB_API int lfb_machine_jump(struct lfb_machine *machine, const char *kernel);

/** lfb_machine_kexec() - lfb_machine_prepare(), then lfb_machine_jump() to the same profile. */
LFB_API int lfb_machine_kexec(struct lfb_machine *machine);

/** lfb_machine_state() - Return: what a machine is doing; LFB_OFF for what is no machine. */
LFB_API enum lfb_machine_state lfb_machine_state(struct lfb_machine *machine);
/** lfb_machine_state_name() - Return: a state in words ("running"). */
LFB_API const char *lfb_machine_state_name(enum lfb_machine_state state);
/** lfb_machine_profile() - Return: the name of the profile that runs or would boot next. */
LFB_API const char *lfb_machine_profile(struct lfb_machine *machine);
/** lfb_machine_boots() - Return: kernels booted since the last cold boot, that one included. */
LFB_API unsigned int lfb_machine_boots(struct lfb_machine *machine);

/**
 * lfb_machine_enter() - make a machine this thread's current one
 * @machine: the machine; NULL leaves the current one
 *
 * Kernel-facing functions (kmalloc(), liveupdate_register_flb() …) act on the current machine.
 * Calls that run kernel code enter their machine by themselves.
 * Return: the machine that was current before, to be entered again afterwards.
 */
LFB_API struct lfb_machine *lfb_machine_enter(struct lfb_machine *machine);
/** lfb_machine_current() - Return: this thread's current machine, NULL for none. */
LFB_API struct lfb_machine *lfb_machine_current(void);

/**
 * lfb_machine_call() - run code inside the machine's kernel
 * @machine: a running machine
 * @function: the code
 * @argument: handed to it
 *
 * A fault, BUG, panic or deadlock inside ends the simulated kernel, not the process.
 * Return: what @function returned; -EFAULT, -EDEADLK it died; -ESHUTDOWN not running; -EINVAL.
 */
LFB_API long lfb_machine_call(struct lfb_machine *machine, long (*function)(void *argument),
			      void *argument);

/**
 * lfb_machine_read() - copy from a machine's physical memory
 * @machine: the machine, in any state but LFB_OFF
 * @phys: physical address
 * @buffer: where to
 * @size: bytes
 *
 * Return: 0, -EINVAL, -EFAULT the range is not all in memory.
 */
LFB_API int lfb_machine_read(struct lfb_machine *machine, phys_addr_t phys, void *buffer,
			     size_t size);

/**
 * struct lfb_machine_stats - what is in use in the running kernel
 * @sz: sizeof(struct lfb_machine_stats)
 * @pages: pages given out, without those of the slab allocator and of KHO itself
 * @slab_objects: live slab objects
 * @vmalloc_areas: live vmalloc areas
 * @preserved_blocks: blocks marked preserved for the next kernel
 * @incoming_pages: pages handed over by the previous kernel and not restored yet
 * @files: open files
 * @sessions_outgoing: sessions that will be handed over
 * @sessions_incoming: sessions that were handed over and are not finished and closed
 * @files_preserved: files preserved in outgoing sessions
 * @memory: bytes of memory in use: @pages, those of slab objects, and KHO's own
 */
struct lfb_machine_stats {
	size_t sz;
	unsigned long pages;
	unsigned long slab_objects;
	unsigned long vmalloc_areas;
	unsigned long preserved_blocks;
	unsigned long incoming_pages;
	unsigned long files;
	unsigned long sessions_outgoing;
	unsigned long sessions_incoming;
	unsigned long files_preserved;
	u64 memory;
};

/** lfb_machine_stats() - read the counters. Return: 0 or -EINVAL. */
LFB_API int lfb_machine_stats(struct lfb_machine *machine, struct lfb_machine_stats *stats);

/**
 * lfb_error_text() - the sentence behind the last error
 * @machine: the machine the failed call was about; NULL for calls without one
 *
 * Return: a sentence that says what was wrong and where; "" when nothing went wrong. Good until
 * the next call.
 */
LFB_API const char *lfb_error_text(struct lfb_machine *machine);

/** lfb_version() - Return: the library's version, "0.1.0". */
LFB_API const char *lfb_version(void);

#endif
