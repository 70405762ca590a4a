/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Lone objects: what modules and tests get from kmalloc() while somebody checks. Each lies at the
 * end of a page of its own, or of two, with nothing mapped behind it, and when it is freed they
 * become inaccessible until their turn comes again, the longest free first.
 *
 * These pages are no physical memory. Every lone object stands for one in a slab, which is taken
 * and given back as ever: nothing lies at another physical address for it, and its address
 * is converted to that and back. What is larger than two pages stays where it is.
 */
#ifndef SIM_KERNEL_MEMORY_LONE_H
#define SIM_KERNEL_MEMORY_LONE_H

#include "sim/kernel/memory/memory.h"

/* A place for an object, and who had it. */
struct lfb_lone {
	const struct lfb_site *made;
	const struct lfb_site *freed;
	unsigned long made_operation;
	unsigned long freed_operation;
	phys_addr_t phys;	/* of the object it stands for */
	unsigned int boot;	/* the kernel it was made in, as lfb__lones_begin() counts */
	u32 size;		/* that was asked for; 0: none ever was */
	u32 mapped;		/* bytes up to the end of the place */
	u32 next;		/* the one that was freed after it */
	bool live;
	unsigned long use;	/* how many objects all places together had before */
};

/* Gives the new object at @object, of @size bytes, a place. NULL: there is none for it. */
void *lfb__lone_give(struct lfb_kernel *kernel, void *object, size_t size);
/* @lone was freed; nobody may touch it any more. */
void lfb__lone_freed(struct lfb_kernel *kernel, struct lfb_lone *lone);
/* A kernel begins: what the one before had is out of reach. */
void lfb__lones_begin(struct lfb_kernel *kernel);
void lfb__lones_destroy(struct lfb_memory *memory);

/*
 * As they are, and as they were: see rewind.c. False: no memory, or the host cannot map them.
 * Putting back also undoes that there are any.
 */
struct lfb_lones_copy {
	struct lfb_list places;	/* struct lfb_lone */
	u8 *bytes;		/* in them */
	u32 live, resting, oldest, newest;
	unsigned int boot;
};

bool lfb__lones_copy(struct lfb_memory *memory, struct lfb_lones_copy *copy);
bool lfb__lones_are_as(const struct lfb_memory *memory, const struct lfb_lones_copy *copy);
bool lfb__lones_put_back(struct lfb_memory *memory, const struct lfb_lones_copy *copy);
/* What lfb__lones_are_as() looks at, or more. False: the host cannot map them. */
bool lfb__lones_mix(const struct lfb_memory *memory, struct lfb_mix *mix);

/* The addresses of all there ever were; a size of 0: there are none. */
void lfb__lones_range(const struct lfb_memory *memory, u64 *start, u64 *size);
/*
 * Whose place @address is in, or is behind; NULL: that is nobody's. *@offset is that of @address in
 * the object.
 */
struct lfb_lone *lfb__lone_of(const struct lfb_memory *memory, const void *address,
			      long long *offset);
/* The address of what stands for the memory at @phys; NULL: nothing does. */
void *lfb__lone_at(const struct lfb_memory *memory, phys_addr_t phys);
/* How many kernels ago it was made. */
unsigned int lfb__lone_age(const struct lfb_memory *memory, const struct lfb_lone *lone);
/* How many bytes of it may be used. */
size_t lfb__lone_room(const struct lfb_lone *lone);
/* The offset of a byte in front of or behind it that was written; 0: none was. */
long long lfb__lone_written(const struct lfb_memory *memory, const struct lfb_lone *lone);

#endif
