/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the kmalloc() family; caches give single objects of their size. */
#ifndef LUO_LINUX_SLAB_H
#define LUO_LINUX_SLAB_H

#include <string.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/overflow.h>
#include <luo/kernel/linux/types.h>
#include <luo/slab.h>

/** kzalloc_obj() - a zeroed object of the type of @object, which is not looked at. */
#define kzalloc_obj(...) LFB_OBJ_(kzalloc, __VA_ARGS__, GFP_KERNEL, )
#define kmalloc_obj(...) LFB_OBJ_(kmalloc, __VA_ARGS__, GFP_KERNEL, )
#define LFB_OBJ_(alloc, object, gfp, ...) ((__typeof__(object) *)alloc(sizeof(object), gfp))
/** kzalloc_objs() - @count zeroed objects. */
#define kzalloc_objs(...) LFB_OBJS_(kcalloc, __VA_ARGS__, GFP_KERNEL, )
#define kmalloc_objs(...) LFB_OBJS_(kmalloc_array, __VA_ARGS__, GFP_KERNEL, )
#define LFB_OBJS_(alloc, object, count, gfp, ...)                                                  \
	((__typeof__(object) *)alloc(count, sizeof(object), gfp))
/** kzalloc_flex() - a zeroed structure with @count elements of its flexible @member. */
#define kzalloc_flex(...) LFB_FLEX_OBJ_(kzalloc, __VA_ARGS__, GFP_KERNEL, )
#define kmalloc_flex(...) LFB_FLEX_OBJ_(kmalloc, __VA_ARGS__, GFP_KERNEL, )
#define LFB_FLEX_OBJ_(alloc, object, member, count, gfp, ...)                                      \
	((__typeof__(object) *)alloc(struct_size((__typeof__(object) *)NULL, member, count), gfp))

#define ARCH_KMALLOC_MINALIGN 16
#define KMALLOC_MAX_SIZE (4ul << 20)
#define ZERO_OR_NULL_PTR(ptr) (!(ptr))
#define SLAB_HWCACHE_ALIGN 0x1u
#define SLAB_PANIC 0x2u
#define SLAB_ACCOUNT 0x4u

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))

/** kmalloc_array() - @n elements of @size bytes; NULL when the product overflows. */
static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc(size_mul(n, size), gfp);
}

/** kmalloc_node() - kmalloc(); there is one node. */
static inline void *kmalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return kmalloc(size, gfp);
}

static inline void *kzalloc_node(size_t size, gfp_t gfp, int node)
{
	return kmalloc_node(size, gfp | __GFP_ZERO, node);
}

static inline void *kcalloc_node(size_t n, size_t size, gfp_t gfp, int node)
{
	(void)node;
	return kcalloc(n, size, gfp);
}

/** kfree_sensitive() - nobody reads what was there. */
static inline void kfree_sensitive(const void *ptr)
{
	if (ptr)
		memset((void *)ptr, 0, ksize(ptr));
	kfree(ptr);
}

/** krealloc() - Return: the object in its new size, maybe elsewhere; NULL: it is as it was. */
static inline void *krealloc(const void *ptr, size_t size, gfp_t gfp)
{
	const size_t old = ptr ? ksize(ptr) : 0;
	void *now;

	if (!size) {
		kfree(ptr);
		return NULL;
	}
	now = kmalloc(size, gfp);
	if (!now || !ptr)
		return now;
	memcpy(now, ptr, old < size ? old : size);
	kfree(ptr);
	return now;
}

static inline void *krealloc_array(void *ptr, size_t n, size_t size, gfp_t gfp)
{
	const size_t bytes = size_mul(n, size);

	return bytes == SIZE_MAX ? NULL : krealloc(ptr, bytes, gfp);
}

/** kstrndup() - kstrdup() of at most @max characters. */
static inline char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	size_t length = 0;
	char *copy;

	if (!s)
		return NULL;
	while (length < max && s[length])
		length++;
	copy = (char *)kmalloc(length + 1, gfp);
	if (!copy)
		return NULL;
	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

/** kmemdup_nul() - a string of @length bytes that may not end. */
static inline char *kmemdup_nul(const char *s, size_t length, gfp_t gfp)
{
	char *copy = s ? (char *)kmalloc(length + 1, gfp) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

static inline void *kmemdup_array(const void *src, size_t n, size_t size, gfp_t gfp)
{
	return kmemdup(src, size_mul(n, size), gfp);
}

#define kstrdup_const(s, gfp) kstrdup(s, gfp)
#define kfree_const(s) kfree(s)

/** struct kmem_cache - objects of one size. */
struct kmem_cache {
	const char *name;
	size_t size;
	void (*ctor)(void *object);
};

/** kmem_cache_create() - Return: a cache, NULL. */
static inline struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
						   unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kzalloc_obj(struct kmem_cache);

	(void)align;
	(void)flags;
	if (!cache)
		return NULL;
	cache->name = name;
	cache->size = size;
	cache->ctor = ctor;
	return cache;
}

#define KMEM_CACHE(type, flags) kmem_cache_create(#type, sizeof(struct type), 0, flags, NULL)

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	kfree(cache);
}

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmalloc(cache->size, gfp);

	if (object && cache->ctor)
		cache->ctor(object);
	return object;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	(void)cache;
	kfree(object);
}

#endif
