/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Kexec HandOver (KHO): how memory gets from one kernel to the next. Mirrors
 * linux/kexec_handover.h; the rules are those of docs/facts.md section 10.
 *
 * The old kernel preserves memory, names the blobs that the new one must find, and writes the map
 * of what it preserved:
 *
 *	void *state = kho_alloc_preserve(sizeof(*state));
 *	kho_add_subtree("my-subsystem", state, sizeof(*state));
 *	kho_finalize();			(the reboot does this, where it is needed)
 *
 * The new kernel finds the blob, reads it in place, follows the physical addresses in it and takes
 * over each piece of memory once:
 *
 *	kho_retrieve_subtree("my-subsystem", &phys, NULL);
 *	state = phys_to_virt(phys);
 *	folio = kho_restore_folio(state->folio_phys);
 *	kho_restore_free(state);
 *
 * Preserving marks one bit per (address, order): preserved twice and unpreserved once is not
 * preserved. Preserved data may be read through phys_to_virt() before it is restored. Restoring
 * is one-shot per block. What is neither preserved nor restored is gone: unpreserved memory at the
 * jump, and handed-over memory that nobody restored at the jump after that.
 *
 * Context, for all functions here: any phase in which a kernel runs; each says what else. On a
 * thread that has entered no machine, and with KHO off, all of them do nothing and return
 * -EOPNOTSUPP, NULL or false; with kho-v4 off, preserving folios, pages and new memory is -EINVAL
 * with a WARN. linux-7.2 and linux-7.3 die of a subtree added or removed then, and still see and
 * restore what was handed over to them. They do not look at what they are given: slab and freed
 * memory is preserved by them, with a finding, NULL taken for a blob, and scratch memory preserved
 * by linux-7.3 without .kho_debug. They follow a NULL name or description, and die.
 * A WARN is an event of kind LFB_EVENT_WARN, and the call changed nothing unless said otherwise.
 */
#ifndef LUO_KEXEC_HANDOVER_H
#define LUO_KEXEC_HANDOVER_H

#include <luo/mm.h>
#include <luo/types.h>

struct folio;
struct page;

/** KHO_VMALLOC_ALLOC - the area came from vmalloc(). */
#define KHO_VMALLOC_ALLOC 0x1
/** KHO_VMALLOC_HUGE_VMAP - the area may be mapped with huge pages. */
#define KHO_VMALLOC_HUGE_VMAP 0x2

/**
 * struct kho_vmalloc - describes a preserved vmalloc area (docs/facts.md 8.5)
 * @first: physical address of the first chunk page
 * @total_pages: pages of the area
 * @flags: KHO_VMALLOC_*
 * @order: the area is made of blocks of 2^@order pages
 */
struct kho_vmalloc {
	phys_addr_t first;
	u32 total_pages;
	u16 flags;
	u16 order;
};

/**
 * kho_is_enabled()
 *
 * Context: any, also where nothing may sleep. Takes no lock, runs no callback.
 * Return: true unless the machine was started with KHO off.
 */
LFB_API bool kho_is_enabled(void);
/**
 * is_kho_boot()
 *
 * Context: any, also where nothing may sleep. Takes no lock, runs no callback.
 * Return: true when this kernel was handed something it understands.
 */
LFB_API bool is_kho_boot(void);

/**
 * kho_preserve_folio() - hand a folio over
 * @folio: a live folio
 *
 * A fault point of kind LFB_FAULT_KHO.
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 * Return: 0, -EINVAL with a WARN when it lies in scratch memory, is not naturally aligned or is
 * no live folio (freed, of another kernel, a page inside of one, slab memory), -ENOMEM,
 * -EOPNOTSUPP.
 */
LFB_API int kho_preserve_folio(struct folio *folio);

/**
 * kho_unpreserve_folio() - take kho_preserve_folio() back
 * @folio: a live folio; one that was not preserved is a finding, and a WARN where the map has
 *	no place for it
 *
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 */
LFB_API void kho_unpreserve_folio(struct folio *folio);

/**
 * kho_preserve_pages() - hand a range of pages over
 * @page: the first page
 * @nr_pages: how many; the range is cut into maximal naturally aligned blocks, which may be larger
 *	than MAX_PAGE_ORDER
 *
 * A fault point of kind LFB_FAULT_KHO, one for the whole range. What rfc-v6 and linux-7.0 have in
 * such a block they do not restore.
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 * Return: 0, also for no pages; -EINVAL with a WARN when the range goes past the end of memory
 * or into scratch memory, or one of the pages is not allocated; -ENOMEM, -EOPNOTSUPP. On error the
 * call has marked nothing, and what was preserved before still is.
 */
LFB_API int kho_preserve_pages(struct page *page, unsigned long nr_pages);

/**
 * kho_unpreserve_pages() - take kho_preserve_pages() back
 * @page: as it was preserved
 * @nr_pages: as it was preserved; with another number the range is cut into other blocks
 *
 * Blocks of the range that were not preserved are a finding, and a WARN where the map has no place
 * for them; the others are unpreserved.
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 */
LFB_API void kho_unpreserve_pages(struct page *page, unsigned long nr_pages);

/**
 * kho_preserve_vmalloc() - hand a vmalloc area over
 * @ptr: an address in an area of vmalloc(), vzalloc() or vmalloc_huge()
 * @preservation: filled in; must itself reach the next kernel inside preserved memory
 *
 * A fault point of kind LFB_FAULT_KHO, one for each block of an area that is made of larger ones
 * than pages, and one of kind LFB_FAULT_ALLOC for each 511 blocks.
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 * Return: 0, -EINVAL with a WARN when there is no vmalloc area or @preservation is NULL,
 * -EOPNOTSUPP also for other areas, -ENOMEM. On error the call has marked nothing and @preservation
 * is as it was; with KHO_VMALLOC_ROLLBACK_ORDER large blocks stay marked.
 */
LFB_API int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation);

/**
 * kho_unpreserve_vmalloc() - take kho_preserve_vmalloc() back
 * @preservation: as it was filled in; cleared
 *
 * A descriptor that describes no preserved area, or does so no more, is a WARN; as much of it as
 * can be recognised is unpreserved.
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 */
LFB_API void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation);

/**
 * kho_restore_folio() - take over a folio the previous kernel preserved
 * @phys: its physical address, or one inside of its first page
 *
 * Context: any phase. Takes no lock, runs no callback.
 * Return: the folio with one reference, its order as it was preserved; NULL with a WARN when
 * nothing was preserved there or it was restored already.
 */
LFB_API struct folio *kho_restore_folio(phys_addr_t phys);

/**
 * kho_restore_pages() - take over pages the previous kernel preserved
 * @phys: physical address of the first page
 * @nr_pages: how many, as they were preserved
 *
 * Context: any phase. Takes no lock, runs no callback.
 * Return: the first page, each page with one reference; NULL with a WARN when a block of the
 * range was not preserved or was restored already. Nothing is restored then, but linux-7.2 and
 * linux-7.3 look only where blocks begin, and restore up to there whole blocks as they were. With
 * KHO_RESTORE_PAGES_NUMA pages behind the border of a node may be left, and that is no error.
 */
LFB_API struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages);

/**
 * kho_restore_vmalloc() - map a preserved vmalloc area again
 * @preservation: as kho_preserve_vmalloc() filled it in
 *
 * Fault points of kind LFB_FAULT_ALLOC.
 * Context: may sleep, for it allocates. Takes no lock, runs no callback.
 * Return: the new address; NULL with a WARN when the descriptor is damaged, or names memory that
 * was not preserved so, is restored already (nothing is restored then) or is named twice (what
 * was restored is freed again); NULL without one when memory or room for mappings is exhausted.
 * linux-7.2 and linux-7.3 restore one block after the other, ignore unknown flags, and lose what is
 * restored when they fail, with a finding.
 */
LFB_API void *kho_restore_vmalloc(const struct kho_vmalloc *preservation);

/**
 * kho_alloc_preserve() - allocate zeroed memory and hand it over
 * @size: bytes, rounded up to a power of two of pages
 *
 * A fault point of kind LFB_FAULT_ALLOC, then one of kind LFB_FAULT_KHO.
 * Context: may sleep, for it allocates. Runs no callback. Takes the mutex of the map with kho-v4.
 * Return: the address, or ERR_PTR(): -EINVAL size 0, -E2BIG above order 10, -ENOMEM, -EOPNOTSUPP.
 */
LFB_API void *kho_alloc_preserve(size_t size);

/**
 * kho_unpreserve_free() - take kho_alloc_preserve() back
 * @mem: what it returned, or an address inside of that; NULL is ignored, an ERR_PTR() is a BUG,
 *	what is no such memory a WARN
 *
 * Context: may sleep. Runs no callback. Takes the mutex of the map with kho-v4, no lock before.
 */
LFB_API void kho_unpreserve_free(void *mem);

/**
 * kho_restore_free() - free what the previous kernel got from kho_alloc_preserve()
 * @mem: where it is mapped now; NULL is ignored, an ERR_PTR() is a BUG
 *
 * An address inside of the first page will do. What was not preserved or is restored already is a
 * WARN. With LFB_PAGES_ASCENDING memory that
 * is not naturally aligned goes over in several blocks: only the first of them is freed.
 * Context: any phase. Takes no lock, runs no callback.
 */
LFB_API void kho_restore_free(void *mem);

/**
 * kho_add_subtree() - name a blob in the KHO root tree, for the next kernel to find
 * @name: any text; kernels do not look at it
 * @blob: its address in preserved memory; this preserves nothing by itself
 * @size: bytes; carried by kho-v4 only
 *
 * A fault point of kind LFB_FAULT_FDT.
 * Context: may sleep. Runs no callback. Takes kho_out.lock.
 * Return: 0, -EEXIST the name is taken, -ENOMEM the page is full (the half-made node is removed),
 * -EINVAL a NULL argument or, with a WARN, @blob outside the linear map;
 * -EOPNOTSUPP.
 */
LFB_API int kho_add_subtree(const char *name, void *blob, size_t size);

/**
 * kho_remove_subtree() - take kho_add_subtree() back
 * @blob: the address it was added with; an address that names no subtree is ignored
 *
 * Context: may sleep. Runs no callback. Takes kho_out.lock.
 */
LFB_API void kho_remove_subtree(void *blob);

/**
 * kho_retrieve_subtree() - find a blob the previous kernel named
 * @name: the node name
 * @phys: set to the blob's physical address
 * @size: set to its size, PAGE_SIZE where the ABI carries none; may be NULL
 *
 * The address is as the previous kernel wrote it: whether anything was preserved there is for the
 * caller to find out.
 * Context: any phase. Takes no lock, runs no callback.
 * Return: 0; -ENOENT no KHO boot, which is seen before anything else, or no such node; -EINVAL a
 * NULL argument, a property missing or not 8 bytes (@phys is set already when it is the size), or
 * the root tree's page was restored and overwritten; -EOPNOTSUPP.
 */
LFB_API int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size);

/**
 * kho_scratch_overlap() - does memory reach into scratch?
 * @phys: its first byte
 * @size: bytes
 *
 * Nothing that lies there can be handed over: the next kernel boots in it. In kernels up to
 * linux-7.2 it is KHO's own. Return: so, or not; false outside of kernels.
 * Context: any, also where nothing may sleep. Takes no lock, runs no callback.
 */
LFB_API bool kho_scratch_overlap(phys_addr_t phys, size_t size);

/**
 * kho_scratch_migratetype() - of what kind is a block of pages?
 * @pfn: the first of pageblock_nr_pages pages
 * @mt: of what kind it is where it does not reach into scratch
 *
 * Return: MIGRATE_CMA where it does, for only what can be moved may lie there; else @mt.
 */
static inline enum migratetype kho_scratch_migratetype(unsigned long pfn, enum migratetype mt)
{
	return kho_scratch_overlap((phys_addr_t)pfn << PAGE_SHIFT,
				   pageblock_nr_pages << PAGE_SHIFT) ?
		       MIGRATE_CMA :
		       mt;
}

/**
 * DECLARE_KHOSER_PTR() - a member of a handed-over structure that leads to preserved memory
 * @name: the member: a union of "phys", which is handed over, and "ptr", which gives it a type
 * @type: the type of the pointer
 */
#define DECLARE_KHOSER_PTR(name, type)                                                             \
	union {                                                                                    \
		u64 phys;                                                                          \
		type ptr;                                                                          \
	} name

/**
 * KHOSER_STORE_PTR() - put a pointer into such a member, as a physical address
 * @dest: the member
 * @val: the pointer, of the member's type
 */
#define KHOSER_STORE_PTR(dest, val)                                                                \
	((void)sizeof((dest).ptr == (val)), (dest).phys = virt_to_phys(val))

/**
 * KHOSER_LOAD_PTR() - the pointer in such a member, as this kernel sees it
 * @src: the member
 *
 * Evaluates @src more than once. Is NULL where the member is 0.
 */
#define KHOSER_LOAD_PTR(src)                                                                       \
	((__typeof__((src).ptr))((src).phys ? phys_to_virt((src).phys) : NULL))

/**
 * kho_finalize() - write the preserved-memory map
 *
 * Called by liveupdate_reboot() in the profiles that have it; may be called again, and must be for
 * what was preserved since to be handed over. A fault point of kind LFB_FAULT_KHO. Profiles with
 * "kho-v4" do not have it, for their map is always current.
 * Context: may sleep. Runs no callback. Takes kho_out.lock.
 * Return: 0, -ENOMEM (the map is as it was before), -EINVAL the root tree was overwritten,
 * -EOPNOTSUPP, with a WARN in profiles that do not have it.
 */
LFB_API int kho_finalize(void);

#endif
