/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The words every other header uses: integer types, pages, error pointers and the mark of an
 * exported symbol. Names and values are the kernel's.
 */
#ifndef LUO_TYPES_H
#define LUO_TYPES_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Errnos have the kernel's numbers on every system: where the C library's are others, these take
 * their place. Numbers of the host's own calls are not to be compared with them then.
 */
#include <asm-generic/errno.h>

/* What a C and a C++ compiler write differently. */
#ifdef __cplusplus
#define LFB_EXTERN_C extern "C"
#define LFB_STATIC_ASSERT(condition, why) static_assert(condition, why)
#else
#define LFB_EXTERN_C extern
#define LFB_STATIC_ASSERT(condition, why) _Static_assert(condition, why)
#endif

/** LFB_API - marks what liblfb.so exports, with C linkage; everything else is hidden. */
#define LFB_API LFB_EXTERN_C __attribute__((visibility("default")))

/** LFB_PRINTF() - lets the compiler check the arguments of a printf-like function. */
#define LFB_PRINTF(string, first) __attribute__((__format__(__printf__, string, first)))

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;

/** typedef phys_addr_t - an address in the machine's physical memory, in bytes from 0. */
typedef u64 phys_addr_t;

/* A kernel's unsigned long has 64 bits, also where the host's has 32. */
#if ULONG_MAX == UINT64_MAX
#define LFB_ULONG64 unsigned long
#else
#define LFB_ULONG64 unsigned long long
#endif

/** typedef gfp_t - how an allocation may behave; only __GFP_ZERO changes anything here. */
typedef unsigned int gfp_t;
#define GFP_KERNEL 0x0u
#define GFP_ATOMIC 0x1u
#define __GFP_ZERO 0x100u

/*
 * Pages are the simulated machine's, whatever the host's <limits.h> calls by these names. It is
 * included above, so that it does not come later.
 */
#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~((LFB_ULONG64)PAGE_SIZE - 1))

/** MAX_PAGE_ORDER - the largest block the page allocator gives: 2^10 pages, 4 MiB. */
#define MAX_PAGE_ORDER 10

#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(phys) ((unsigned long)((phys) >> PAGE_SHIFT))
#define PAGE_ALIGN(size) (((size) + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE)

/* Errnos that are never told to userspace. */
#undef ENOTSUPP
#define ENOTSUPP 524
#undef ENOIOCTLCMD
#define ENOIOCTLCMD 515

LFB_STATIC_ASSERT(EAGAIN == 11 && EDEADLK == 35 && ENOSYS == 38 && ETIMEDOUT == 110,
		  "errnos are asm-generic's");

#define MAX_ERRNO 4095

/** lfb_errno_name() - Return: "ENOENT" of -ENOENT; NULL for a result that is no errno. */
LFB_API const char *lfb_errno_name(long result);

/**
 * ERR_PTR() - an errno in the place of a pointer
 * @error: a negative errno
 *
 * Return: the pointer that IS_ERR() recognises and PTR_ERR() turns back.
 */
static inline void *ERR_PTR(long error)
{
	return (void *)(intptr_t)error;
}

/**
 * PTR_ERR() - the errno in an error pointer
 * @ptr: a pointer for which IS_ERR() is true
 *
 * Return: the negative errno.
 */
static inline long PTR_ERR(const void *ptr)
{
	return (long)(intptr_t)ptr;
}

/**
 * IS_ERR() - does a pointer carry an errno?
 * @ptr: any pointer
 *
 * Return: true for ERR_PTR(-1) to ERR_PTR(-MAX_ERRNO); false for NULL.
 */
static inline bool IS_ERR(const void *ptr)
{
	return (uintptr_t)ptr >= (uintptr_t)-MAX_ERRNO;
}

/**
 * IS_ERR_OR_NULL() - is there no usable object behind a pointer?
 * @ptr: any pointer
 *
 * Return: true for NULL and for error pointers.
 */
static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

/** ERR_CAST() - Return: the error pointer @ptr, to be returned as a pointer of another type. */
static inline void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}

/** PTR_ERR_OR_ZERO() - Return: the errno in @ptr, 0 for any other pointer. */
static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif
