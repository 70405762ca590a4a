/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: vmalloc(), vmalloc_huge(); kvmalloc() is kmalloc() as long as that gives so much. */
#ifndef LUO_LINUX_VMALLOC_H
#define LUO_LINUX_VMALLOC_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/overflow.h>
#include <luo/kernel/linux/slab.h>
#include <luo/vmalloc.h>

static inline void *__vmalloc(size_t size, gfp_t gfp)
{
	return gfp & __GFP_ZERO ? vzalloc(size) : vmalloc(size);
}

static inline void *vmalloc_array(size_t n, size_t size)
{
	return vmalloc(size_mul(n, size));
}

/** vcalloc() - vmalloc_array() of zeroed memory. */
static inline void *vcalloc(size_t n, size_t size)
{
	return vzalloc(size_mul(n, size));
}

static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return size <= KMALLOC_MAX_SIZE ? kmalloc(size, gfp) : __vmalloc(size, gfp);
}

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvmalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return kvmalloc(size, gfp);
}

static inline void *kvzalloc_node(size_t size, gfp_t gfp, int node)
{
	return kvmalloc_node(size, gfp | __GFP_ZERO, node);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc(size_mul(n, size), gfp);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

#define kvzalloc_obj(...) LFB_OBJ_(kvzalloc, __VA_ARGS__, GFP_KERNEL, )
#define kvmalloc_objs(...) LFB_OBJS_(kvmalloc_array, __VA_ARGS__, GFP_KERNEL, )
#define kvzalloc_objs(...) LFB_OBJS_(kvcalloc, __VA_ARGS__, GFP_KERNEL, )

/** kvfree() - free either. */
static inline void kvfree(const void *ptr)
{
	if (is_vmalloc_addr(ptr))
		vfree(ptr);
	else
		kfree(ptr);
}

DEFINE_FREE(vfree, void *, if (!IS_ERR_OR_NULL(_T)) vfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif
