// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Looking at physical memory from outside the kernel, whoever it belongs to and in whatever state
 * it is: a freed page has bytes too, though kernel code may not touch them.
 */
#include <string.h>

#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/memory.h"

#if LFB_ASAN
/* Volatile, or the compiler makes a checked memcpy() of it again. */
__attribute__((no_sanitize("address"))) static void copy_words(u8 *to, const volatile u8 *from,
							       size_t size)
{
	for (; size >= sizeof(u64) && IS_ALIGNED((uintptr_t)from, sizeof(u64));
	     size -= sizeof(u64), to += sizeof(u64), from += sizeof(u64)) {
		u64 word = *(const volatile u64 *)(const volatile void *)from;

		__builtin_memcpy(to, &word, sizeof(word));
	}
	while (size--)
		*to++ = *from++;
}
#else
static void copy_words(u8 *to, const u8 *from, size_t size)
{
	memcpy(to, from, size);
}
#endif

int lfb__memory_copy(const struct lfb_memory *memory, phys_addr_t phys, void *buffer, size_t size)
{
	const u8 *from = lfb__memory_at(memory, phys, size);

	if (!from)
		return -EFAULT;
	copy_words(buffer, from, size);
	return 0;
}
