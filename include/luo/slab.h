/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The slab allocator: small objects in the kernel's own memory. Mirrors linux/slab.h.
 *
 * Slab objects die with their kernel. Handing one over is a mistake: preserve whole pages.
 * In sanitizer builds freed objects and the slack behind an object are poisoned. Outside of a
 * kernel nothing is allocated or freed.
 *
 * Context, for all functions here: any phase in which a kernel runs. They take no lock and run no
 * callback; what allocates may sleep, but with GFP_ATOMIC, and nothing else does.
 */
#ifndef LUO_SLAB_H
#define LUO_SLAB_H

#include <luo/types.h>

/**
 * kmalloc() - allocate @size bytes
 * @size: 1 to 4 MiB; 0 gives NULL
 * @gfp: GFP_KERNEL, with __GFP_ZERO for zeroed memory
 *
 * Context: any phase in which a kernel runs. A fault point of kind LFB_FAULT_ALLOC.
 * Return: memory aligned to 16 bytes; NULL when memory is exhausted, @size is 0 or too large or the
 * fault point fired.
 */
LFB_API void *kmalloc(size_t size, gfp_t gfp);
/** kzalloc() - kmalloc() of zeroed memory. */
LFB_API void *kzalloc(size_t size, gfp_t gfp);
/** kcalloc() - zeroed array of @n elements of @size bytes; NULL when the product overflows. */
LFB_API void *kcalloc(size_t n, size_t size, gfp_t gfp);
/** kmemdup() - Return: a copy of @size bytes at @src, or NULL; NULL gives NULL. */
LFB_API void *kmemdup(const void *src, size_t size, gfp_t gfp);
/** kstrdup() - Return: a copy of the string @s, or NULL; NULL gives NULL. */
LFB_API char *kstrdup(const char *s, gfp_t gfp);

/**
 * kfree() - give an object back
 * @ptr: what kmalloc() returned; NULL is ignored
 *
 * A pointer that is not a live object (freed twice, inside an object, not from the slab, from an
 * earlier kernel) is recorded as a BUG and changes nothing.
 */
LFB_API void kfree(const void *ptr);

/** ksize() - Return: the bytes usable behind @ptr, 0 for NULL or a pointer that is no object. */
LFB_API size_t ksize(const void *ptr);

#endif
