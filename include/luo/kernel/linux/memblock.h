/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* STUB: kernels boot with their memory given out; any use is an error of the build. */
#ifndef LUO_LINUX_MEMBLOCK_H
#define LUO_LINUX_MEMBLOCK_H

#include <luo/kernel/linux/types.h>

#define LFB_NOT_HERE_ __attribute__((__error__("there is no memblock in a simulated kernel")))
LFB_EXTERN_C void *memblock_alloc(size_t size, size_t align) LFB_NOT_HERE_;
LFB_EXTERN_C void memblock_free(void *ptr, size_t size) LFB_NOT_HERE_;
LFB_EXTERN_C phys_addr_t memblock_phys_alloc(size_t size, size_t align) LFB_NOT_HERE_;
LFB_EXTERN_C int memblock_phys_free(phys_addr_t base, size_t size) LFB_NOT_HERE_;
LFB_EXTERN_C int memblock_add(phys_addr_t base, size_t size) LFB_NOT_HERE_;
LFB_EXTERN_C int memblock_reserve(phys_addr_t base, size_t size) LFB_NOT_HERE_;
LFB_EXTERN_C phys_addr_t memblock_end_of_DRAM(void) LFB_NOT_HERE_;

#endif
