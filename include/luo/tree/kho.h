/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a tree's kexec_handover.c finds behind the headers that include/luo/kernel has not: pages,
 * memblock, vmalloc areas and kexec, as far as KHO uses them. Memory is the machine's, and is asked
 * for through struct lfb_tree_memory, past all that watches modules: what KHO does with a page is
 * nobody's mistake. What only a boot of a whole machine needs is empty.
 */
#ifndef LUO_TREE_KHO_H
#define LUO_TREE_KHO_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/find.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>

#include <luo/tree/image.h>

extern const struct lfb_tree_memory *lfb_tree_memory __attribute__((visibility("hidden")));

#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol)
#define might_sleep() ((void)0)
#ifndef typecheck
#define typecheck(type, x) ((void)sizeof((type *)0 == &(x)))
#endif
#ifndef count_trailing_zeros
#define count_trailing_zeros(n) ((int)__builtin_ctzl(n))
#endif
#undef ilog2
#define ilog2(n) ((int)(63 - __builtin_clzll(n)))

/* Who is of a class of its own is called as that. */
#undef lockdep_set_class
#define lockdep_set_class(held, key) lfb_lock_init(&(held)->lock, #key)

/* What the next kernel is told that this one is. */
struct lfb_tree_names {
	struct new_utsname name;
};
extern struct lfb_tree_names init_uts_ns __attribute__((visibility("hidden")));

/* Addresses */

/* What kernels make of NULL where they expect an address in their memory. */
#define LFB_TREE_PHYS_OF_NULL 0x778000000000ull

/* The number of a page that @function begins with. */
unsigned long lfb_tree_begins(struct page *page, const char *function)
	__attribute__((visibility("hidden")));

#define page_to_pfn(page) lfb_tree_begins(page, __func__)
#define virt_to_phys(virt) lfb_tree_virt_to_phys(virt)
#define phys_to_virt(phys) lfb_tree_memory->at(phys)
#define pfn_to_page(pfn) lfb_tree_memory->page(pfn)
#define pfn_to_online_page(pfn) lfb_tree_memory->page(pfn)
#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define virt_to_page(virt) pfn_to_page(PHYS_PFN(virt_to_phys(virt)))
#define virt_to_folio(virt) lfb_tree_memory->folio(virt)
#define folio_order(folio) lfb_tree_memory->order(folio)
#define folio_address(folio) phys_to_virt(PFN_PHYS(folio_pfn(folio)))
#define early_memremap(phys, size) lfb_tree_memory->at(phys)
#define early_memunmap(virt, size) ((void)(virt))

static inline phys_addr_t lfb_tree_virt_to_phys(const void *virt)
{
	return virt ? lfb_tree_memory->phys(virt) : LFB_TREE_PHYS_OF_NULL;
}

/* Pages. Of a page the kernel's own word is at the end; it stays while nobody has the page. */

struct page {
	u64 lfb_before[7];
	unsigned long private;
};

extern struct lfb_tree_taken {
	bool folios;			/* that is what is asked for */
	unsigned int compound;		/* order of the one that was made of pages */
} lfb_tree_taken __attribute__((visibility("hidden")));

#define CMA_MIN_ALIGNMENT_BYTES (PAGE_SIZE * pageblock_nr_pages)
/* One that is given out has one reference. */
#define set_page_count(page, count) ((void)(page))
#define clear_page_tag_ref(page) ((void)(page))
#define prep_compound_page(page, order) (lfb_tree_taken.compound = (order))
#define pfn_to_nid(pfn) lfb_tree_memory->node(pfn)
#define early_pfn_to_nid(pfn) pfn_to_nid(pfn)
#define init_deferred_page(pfn, node) ((void)(pfn))
#define init_cma_reserved_pageblock(page) ((void)(page))
#define free_reserved_area(start, end, poison, name) ((void)(start))
#define kmemleak_ignore_phys(phys) ((void)(phys))

/* Pages are the kernel's from here on, and somebody's. */
static inline void adjust_managed_page_count(struct page *page, long count)
{
	const bool folio = count > 1 ? lfb_tree_taken.compound : lfb_tree_taken.folios;

	lfb_tree_taken.compound = 0;
	lfb_tree_memory->take(page, (unsigned long)count, folio);
}

/* What the map of preserved memory is made of is KHO's own, as all is that it has at boot. */

#undef get_zeroed_page
#undef free_page
#undef __free_page
#define get_zeroed_page(gfp)                                                                       \
	((unsigned long)lfb_tree_alloc_page(strstr(__func__, "kho_radix_") != NULL))
#define free_page(address) lfb_tree_memory->free((void *)(address))
#define __free_page(page) free_page(phys_to_virt(page_to_phys(page)))
void *lfb_tree_alloc_page(bool own) __attribute__((visibility("hidden")));
#define kzalloc(size, gfp) lfb_tree_memory->alloc(true)
#define kfree(node) free_page(node)
#define folio_alloc(gfp, order) lfb_tree_memory->alloc_folio(gfp, order)
#define folio_put(folio) lfb_tree_memory->put_folio(folio)

/* Memory before there is an allocator: the machine has reserved its scratch areas by itself. */

#define ARCH_LOW_ADDRESS_LIMIT 0xffffffffull
#define MEMBLOCK_ALLOC_ANYWHERE (~(phys_addr_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE 0
#define N_MEMORY 0
#define node_states ((const int[]){ 1 })
#define nodes_weight(nodes) ((unsigned int)(nodes))
#define for_each_node_state(node, state) for ((node) = 0; (node) < 1; (node)++)

#define slab_is_available() lfb_tree_memory->is_ready()
#define memblock_alloc(size, align) lfb_tree_memory->alloc_early(size)
#define memblock_free(memory, size) ((void)(memory))
#define memblock_reserve(phys, size) lfb_tree_memory->reserve(phys, size)
#define memblock_reserved_mark_noinit(phys, size) 0
#define memblock_add(phys, size) ((void)(phys))
#define memblock_mark_kho_scratch(phys, size) ((void)(phys), 0)
#define memblock_set_kho_scratch_only() ((void)0)
#define memblock_end_of_DRAM() (lfb_tree_memory->end())
#define memblock_reserved_kern_size(limit, node) ((phys_addr_t)0)
#define memblock_reserved_hugetlb_size(limit, node) ((phys_addr_t)0)
#define memblock_phys_alloc_range(size, align, start, end) ((phys_addr_t)0)
#define memblock_phys_alloc(size, align) ((phys_addr_t)0)
#define memblock_alloc_range_nid(size, align, start, end, node, exact) ((phys_addr_t)0)
#define memblock_phys_free(phys, size) ((void)(phys))

/* vmalloc areas: what is asked about one, and one that is made of pages. */

struct vm_struct {
	void *addr;
	unsigned long flags;
	unsigned int nr_pages;
	unsigned int lfb_order;
	struct page **pages;
};

#define VM_ALLOC 0x2u
#define VM_ALLOW_HUGE_VMAP 0x400u
#define VM_UNINITIALIZED 0x20u
#define VMALLOC_START 0
#define VMALLOC_END 0
#define PAGE_KERNEL 0

struct vm_struct *lfb_tree_find_area(const void *address) __attribute__((visibility("hidden")));
struct vm_struct *lfb_tree_new_area(unsigned long size, unsigned int flags)
	__attribute__((visibility("hidden")));
int lfb_tree_map_area(unsigned long size, struct page **pages, unsigned int shift)
	__attribute__((visibility("hidden")));
void *lfb_tree_area_is_mapped(void) __attribute__((visibility("hidden")));

#define find_vm_area(address) lfb_tree_find_area(address)
#define get_vm_area_page_order(area) ((area)->lfb_order)
#define get_vm_area_size(area) ((unsigned long)(area)->nr_pages << PAGE_SHIFT)
#define __get_vm_area_node(size, align, shift, flags, start, end, node, gfp, caller)              \
	lfb_tree_new_area(size, flags)
#define vmap_pages_range(start, end, protection, pages, shift)                                    \
	lfb_tree_map_area((end) - (start), pages, shift)
#define free_vm_area(area) ((void)(area))
#define clear_vm_uninitialized_flag(area) ((void)(area))

/* The pages' pointers are needed as long as the area is made. */
#undef kvmalloc_objs
#define kvmalloc_objs(object, count) lfb_tree_memory->alloc_array((count) * sizeof(object))
#define kvfree(array) lfb_tree_memory->free_array(array)

typedef unsigned int kasan_vmalloc_flags_t;
#define KASAN_VMALLOC_PROT_NORMAL 1u
#define KASAN_VMALLOC_VM_ALLOC 2u
#define kasan_unpoison_vmalloc(address, size, flags) lfb_tree_area_is_mapped()

/* kexec: what is told to the next kernel is where the root tree lies. */

#define KEXEC_TYPE_CRASH 1
#define KEXEC_BUF_MEM_UNKNOWN 0

struct resource {
	u64 start, end;
};

struct kexec_segment {
	unsigned long mem, memsz;
};

struct kimage {
	int type;
	unsigned long nr_segments;
	struct kexec_segment segment[1];
	struct {
		phys_addr_t fdt;
		struct kexec_segment *scratch;
	} kho;
};

struct kexec_buf {
	struct kimage *image;
	void *buffer;
	unsigned long bufsz, mem, memsz, buf_align, buf_min, buf_max;
	bool top_down;
};

static inline int kexec_add_buffer(struct kexec_buf *buffer)
{
	buffer->image->segment[buffer->image->nr_segments++].memsz = buffer->memsz;
	return 0;
}

/* linux/kexec_handover.h and linux/kho_radix_tree.h: the types that are not of the tree's ABI. */

#define LUO_LINUX_KEXEC_HANDOVER_H
#define LUO_LINUX_KHO_RADIX_TREE_H
#define LUO_KEXEC_HANDOVER_H
#define LUO_KHO_RADIX_TREE_H

struct kho_scratch {
	phys_addr_t addr;
	phys_addr_t size;
};

struct kho_radix_node;

struct kho_radix_tree {
	struct kho_radix_node *root;
	struct mutex lock;
};

struct kho_radix_walk_cb {
	int (*leaf)(unsigned long key, void *data);
	int (*node)(phys_addr_t phys, void *data);
};

/* Of 7.2 */
typedef int (*kho_radix_tree_walk_callback_t)(phys_addr_t phys, unsigned int order);

#endif
