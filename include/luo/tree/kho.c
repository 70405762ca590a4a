// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A tree's kexec_handover.c, as it is, with names of its own: who calls kho_preserve_folio() in the
 * image calls liblfb's, which looks at what is asked for and then calls this. LFB_TREE_KHO is the
 * file, LFB_TREE_KHO_DEBUG one that belongs to it in trees up to 7.2.
 */
#include <luo/tree/kho.h>

#define kho_is_enabled lfb_tree_kho_is_enabled
#define is_kho_boot lfb_tree_is_kho_boot
#define kho_scratch_overlap lfb_tree_kho_scratch_overlap
#define kho_preserve_folio lfb_tree_kho_preserve_folio
#define kho_unpreserve_folio lfb_tree_kho_unpreserve_folio
#define kho_preserve_pages lfb_tree_kho_preserve_pages
#define kho_unpreserve_pages lfb_tree_kho_unpreserve_pages
#define kho_preserve_vmalloc lfb_tree_kho_preserve_vmalloc
#define kho_unpreserve_vmalloc lfb_tree_kho_unpreserve_vmalloc
#define kho_alloc_preserve lfb_tree_kho_alloc_preserve
#define kho_unpreserve_free lfb_tree_kho_unpreserve_free
#define kho_restore_folio lfb_tree_kho_restore_folio
#define kho_restore_pages lfb_tree_kho_restore_pages
#define kho_restore_vmalloc lfb_tree_kho_restore_vmalloc
#define kho_restore_free lfb_tree_kho_restore_free
#define kho_add_subtree lfb_tree_kho_add_subtree
#define kho_remove_subtree lfb_tree_kho_remove_subtree
#define kho_retrieve_subtree lfb_tree_kho_retrieve_subtree
#define kho_radix_add_key lfb_tree_kho_radix_add_key
#define kho_radix_del_key lfb_tree_kho_radix_del_key
#define kho_radix_add_page lfb_tree_kho_radix_add_page
#define kho_radix_del_page lfb_tree_kho_radix_del_page
#define kho_radix_init_tree lfb_tree_kho_radix_init_tree
#define kho_radix_destroy_tree lfb_tree_kho_radix_destroy_tree
#define kho_radix_walk_tree lfb_tree_kho_radix_walk_tree

struct kho_vmalloc;
bool is_kho_boot(void);
void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation);
void kho_memory_init_early(void) __attribute__((weak, visibility("hidden")));

#undef fs_initcall
#define fs_initcall(function) static int (*const initcall)(void) = function;

#include LFB_TREE_KHO
#ifdef LFB_TREE_KHO_DEBUG
#include LFB_TREE_KHO_DEBUG
#endif

const struct lfb_tree_memory *lfb_tree_memory;
struct lfb_tree_names init_uts_ns;
struct lfb_tree_taken lfb_tree_taken;

/*
 * A block of an area of large ones is to fail: then nothing leads to where its bit is, and there is
 * no memory for what would.
 */

static struct vm_struct area;
static bool is_marking_area;
static struct kho_radix_node nothing, *root_was;

unsigned long lfb_tree_begins(struct page *page, const char *function)
{
	if (is_marking_area && area.lfb_order && strstr(function, "kho_preserve_pages") &&
	    lfb_tree_memory->fails(page)) {
		root_was = kho_out.radix_tree.root;
		kho_out.radix_tree.root = &nothing;
	}
	return (page_to_pfn)(page);
}

void *lfb_tree_alloc_page(bool own)
{
	if (!root_was)
		return lfb_tree_memory->alloc(own);
	kho_out.radix_tree.root = root_was;
	root_was = NULL;
	return NULL;
}

/* Areas: one at a time is looked at, or made. */

struct vm_struct *lfb_tree_find_area(const void *address)
{
	const struct lfb_tree_area found = lfb_tree_memory->area(address);

	area = (struct vm_struct){
		.addr = found.addr,
		.flags = found.flags,
		.nr_pages = (unsigned int)found.nr_pages,
		.lfb_order = found.order,
		.pages = found.pages,
	};
	return area.addr ? &area : NULL;
}

struct vm_struct *lfb_tree_new_area(unsigned long size, unsigned int flags)
{
	area = (struct vm_struct){
		.flags = flags & ~VM_UNINITIALIZED,
		.nr_pages = (unsigned int)(size >> PAGE_SHIFT),
	};
	return &area;
}

int lfb_tree_map_area(unsigned long size, struct page **pages, unsigned int shift)
{
	const struct lfb_tree_area wanted = {
		.flags = (unsigned int)area.flags,
		.order = shift - PAGE_SHIFT,
		.nr_pages = size >> PAGE_SHIFT,
		.pages = pages,
	};

	area.addr = lfb_tree_memory->map(&wanted);
	return area.addr ? 0 : -ENOMEM;
}

/* It knows its pages by itself. */
void *lfb_tree_area_is_mapped(void)
{
	lfb_tree_memory->free_array(area.pages);
	return area.addr;
}

/* Boot */

static void boot(const struct lfb_tree_memory *memory, const struct lfb_tree_booted *booted)
{
	const u64 size = booted->nr_scratch * sizeof(struct kho_scratch);

	lfb_tree_memory = memory;
	kho_enable = true;
	if (booted->release)
		strscpy(init_uts_ns.name.release, booted->release,
			sizeof(init_uts_ns.name.release));
	kho_in.kexec_count = booted->kexec_count;
	if (booted->root)
		kho_populate(booted->root, PAGE_SIZE, virt_to_phys(booted->scratch), size);
	if (is_kho_boot()) {
		if (kho_memory_init_early)
			kho_memory_init_early();
		kho_memory_init();
	}
	kho_scratch = (struct kho_scratch *)booted->scratch;
	kho_scratch_cnt = booted->watches_scratch ? booted->nr_scratch : 0;
}

static u32 came_from(char *release, size_t size)
{
	strscpy(release, kho_in.previous_release, size);
	return kho_in.kexec_count;
}

static u64 root(void)
{
	struct kimage image = { .type = 0 };

	return kho_fill_kimage(&image) ? 0 : image.kho.fdt;
}

/* What is restored is meant as one or the other. */

static struct folio *restore_folio(u64 phys)
{
	lfb_tree_taken = (struct lfb_tree_taken){ .folios = true };
	return kho_restore_folio(phys);
}

static void restore_free(void *mem)
{
	lfb_tree_taken = (struct lfb_tree_taken){ .folios = true };
	kho_restore_free(mem);
}

static struct page *restore_pages(u64 phys, unsigned long nr_pages)
{
	lfb_tree_taken = (struct lfb_tree_taken){ .folios = false };
	return kho_restore_pages(phys, nr_pages);
}

static void *restore_vmalloc(const void *preservation)
{
	lfb_tree_taken = (struct lfb_tree_taken){ .folios = false };
	return kho_restore_vmalloc(preservation);
}

static int preserve_vmalloc(void *ptr, void *preservation)
{
	int err;

	is_marking_area = true;
	err = kho_preserve_vmalloc(ptr, preservation);
	is_marking_area = false;
	return err;
}

static void unpreserve_vmalloc(void *preservation)
{
	kho_unpreserve_vmalloc(preservation);
}

const struct lfb_tree_kho lfb_tree_kho = {
	.boot = boot,
	.init = initcall,
	.is_boot = is_kho_boot,
	.came_from = came_from,
	.root = root,
	.preserve_folio = kho_preserve_folio,
	.unpreserve_folio = kho_unpreserve_folio,
	.preserve_pages = kho_preserve_pages,
	.unpreserve_pages = kho_unpreserve_pages,
	.preserve_vmalloc = preserve_vmalloc,
	.unpreserve_vmalloc = unpreserve_vmalloc,
	.alloc_preserve = kho_alloc_preserve,
	.unpreserve_free = kho_unpreserve_free,
	.restore_folio = restore_folio,
	.restore_pages = restore_pages,
	.restore_vmalloc = restore_vmalloc,
	.restore_free = restore_free,
	.add_subtree = kho_add_subtree,
	.remove_subtree = kho_remove_subtree,
	.retrieve_subtree = kho_retrieve_subtree,
};
