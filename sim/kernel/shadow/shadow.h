/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The shadow: which bytes of simulated memory module code may touch, for code that asks before each
 * access. Compilers make such code (the kernel's address sanitizer, as kernels are built with it);
 * what it calls is in hooks.c, under the names that the linker gives those calls.
 *
 * One byte stands for eight: how many of them, from the first on, may be touched. So memory that
 * nobody was given is as a page of zeros has it, and why a byte may not be touched is asked of the
 * rooms above, once one was. All addresses of the running kernel have a shadow: its linear map,
 * vmalloc areas and lone objects.
 *
 * Only a machine with a module that asks has one. Other code of the library touches what it likes.
 * Uses tasks: who touched what he may not is dead.
 */
#ifndef SIM_KERNEL_SHADOW_SHADOW_H
#define SIM_KERNEL_SHADOW_SHADOW_H

#include "sim/kernel/task/task.h"

#define LFB_SHADOW_STEP 8u /* bytes that one stands for */

/* That of the byte at @address; NULL: it has none. */
static inline u8 *lfb__shadow_byte(const struct lfb_shadow *shadow, const void *address)
{
	uintptr_t offset = (uintptr_t)address - (uintptr_t)shadow->window;

	if (offset < shadow->window_size)
		return shadow->bytes + offset / LFB_SHADOW_STEP;
	offset = (uintptr_t)address - (uintptr_t)shadow->lones;
	return offset < LFB_LONES_SIZE ? shadow->lone_bytes + offset / LFB_SHADOW_STEP : NULL;
}

/* A kernel begins. If there is code that asks, there is a shadow from now on. */
void lfb__shadow_begin(struct lfb_kernel *kernel);
void lfb__shadow_destroy(struct lfb_memory *memory);

void lfb__shadow_set(const struct lfb_shadow *shadow, const void *address, size_t size,
		     bool allowed);

/* @address is a multiple of 8. What is behind @size, up to the next one, may not be touched. */
static inline void lfb__allow(const struct lfb_memory *memory, const void *address, size_t size)
{
	if (unlikely(memory->shadow != NULL))
		lfb__shadow_set(memory->shadow, address, size, true);
}

static inline void lfb__forbid(const struct lfb_memory *memory, const void *address, size_t size)
{
	if (unlikely(memory->shadow != NULL))
		lfb__shadow_set(memory->shadow, address, size, false);
}

/* The first of @size bytes that may not be touched; NULL: all may, or nobody knows. */
const void *lfb__shadow_first(const struct lfb_shadow *shadow, const void *address, size_t size);

/* The library does to a module's memory, for the module, what that may not. */
void lfb__shadow_touch(struct lfb_kernel *kernel, const void *address, size_t size,
		       enum lfb_stray how);

#endif
