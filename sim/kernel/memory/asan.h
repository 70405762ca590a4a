/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * AddressSanitizer, for allocators of our own: poisoned memory is reported when it is touched.
 * Without the sanitizer all of it is nothing.
 */
#ifndef SIM_KERNEL_MEMORY_ASAN_H
#define SIM_KERNEL_MEMORY_ASAN_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define LFB_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LFB_ASAN 1
#endif
#endif

#ifdef LFB_ASAN
#include <sanitizer/asan_interface.h>
#define lfb__poison(address, size) __asan_poison_memory_region(address, size)
#define lfb__unpoison(address, size) __asan_unpoison_memory_region(address, size)
#else
#define LFB_ASAN 0
#define lfb__poison(address, size) ((void)(address), (void)(size))
#define lfb__unpoison(address, size) ((void)(address), (void)(size))
#endif

#endif
