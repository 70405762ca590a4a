// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory: pages that can be handed over, objects that cannot, and the handover itself. */
#include <string.h>
#include <sys/mman.h>

#include <linux/kexec_handover.h>
#include <linux/slab.h>
#include <luo/deferred.h>

#include "host.h"

/* Room for addresses that are no memory: following them is a fault. */
#define WINDOW (1ull << 36)
#define NO_ADDRESS 0xdead000000000000ull
#define GONE 0xdb

void world_memory_make(void)
{
	const size_t size = WORLD_PAGES * PAGE_SIZE;

	world->memory = mmap(NULL, WINDOW, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			     -1, 0);
	if (world->memory == MAP_FAILED || mprotect(world->memory, size, PROT_READ | PROT_WRITE))
		panic("no memory for a machine");
	world->heap = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (world->heap == MAP_FAILED)
		panic("no memory for a machine");
}

/* What was not preserved is gone, and so is all of it without a handover. */
void world_memory_jump(bool handover)
{
	for (unsigned int i = 0; i < WORLD_PAGES; i++) {
		const bool kept = handover && world->page[i].preserved;

		if (world->page[i].used && !kept) {
			memset(world->memory + PFN_PHYS(i), GONE, PAGE_SIZE);
			world->page[i].used = false;
			world->page[i].pages = 0;
		}
		world->page[i].incoming = kept;
		world->page[i].preserved = false;
	}
	memset(world->heap, GONE, world->heap_used);
	world->heap_used = 0;
	memset(world->in, 0, sizeof(world->in));
	if (handover)
		memcpy(world->in, world->out_tree, sizeof(world->in));
	memset(world->out_tree, 0, sizeof(world->out_tree));
}

void *world_page(phys_addr_t phys)
{
	const phys_addr_t pfn = PHYS_PFN(phys);

	return !phys || !IS_ALIGNED(phys, PAGE_SIZE) || pfn >= WORLD_PAGES ||
	       !world->page[pfn].used ? NULL : world->memory + phys;
}

/* As on machines whose memory is mapped as a whole: computed, whatever it is. */
void *phys_to_virt(phys_addr_t phys)
{
	return phys < WINDOW ? world->memory + phys : (void *)(uintptr_t)(NO_ADDRESS | phys);
}

phys_addr_t virt_to_phys(const void *virt)
{
	return (phys_addr_t)((const u8 *)virt - world->memory);
}

/* Objects. None is given out twice in one kernel: nothing depends on who gets whose. */

void *kmalloc(size_t size, gfp_t gfp)
{
	u8 *object = world->heap + world->heap_used;

	size = (size + 15) & ~(size_t)15;
	if (fault_here(LFB_FAULT_ALLOC))
		return NULL;
	if (size > WORLD_PAGES * PAGE_SIZE - world->heap_used)
		return NULL;
	world->heap_used += size;
	if (gfp & __GFP_ZERO)
		memset(object, 0, size);
	return object;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

void kfree(const void *ptr)
{
	const u8 *object = ptr;

	if (object && (object < world->heap || object >= world->heap + world->heap_used))
		world_die(WORLD_OOPS);
}

/* Nobody is reading anything: there is one task. */
void lfb_defer_kfree(void *object)
{
	kfree(object);
}

/* The handover */

bool kho_is_enabled(void)
{
	return world->kho;
}

static unsigned long find_room(unsigned long nr_pages)
{
	unsigned long found = 0;

	for (unsigned long i = WORLD_FIRST_PAGE; i < WORLD_PAGES; i++) {
		found = world->page[i].used ? 0 : found + 1;
		if (found == nr_pages)
			return i + 1 - nr_pages;
	}
	return 0;
}

void *kho_alloc_preserve(size_t size)
{
	const unsigned long nr_pages = 1ul << get_order(size);
	const unsigned long first = nr_pages < 256 ? find_room(nr_pages) : 0;

	if (fault_here(LFB_FAULT_ALLOC) || fault_here(LFB_FAULT_KHO) || !first)
		return ERR_PTR(-ENOMEM);
	for (unsigned long i = first; i < first + nr_pages; i++)
		world->page[i].used = world->page[i].preserved = true;
	world->page[first].pages = (u8)nr_pages;
	return memset(world->memory + PFN_PHYS(first), 0, nr_pages * PAGE_SIZE);
}

static void free_block(const void *mem)
{
	const unsigned long first = PHYS_PFN(virt_to_phys(mem));

	for (unsigned long i = first; i < first + world->page[first].pages; i++) {
		world->page[i].used = false;
		world->page[i].preserved = false;
		world->page[i].incoming = false;
	}
	world->page[first].pages = 0;
}

static bool is_block(const void *mem)
{
	const unsigned long first = PHYS_PFN(virt_to_phys(mem));

	return first < WORLD_PAGES && world->page[first].pages;
}

void kho_unpreserve_free(void *mem)
{
	if (mem && is_block(mem) && world->page[PHYS_PFN(virt_to_phys(mem))].preserved)
		free_block(mem);
}

void kho_restore_free(void *mem)
{
	if (mem && is_block(mem) && world->page[PHYS_PFN(virt_to_phys(mem))].incoming)
		free_block(mem);
}

static struct world_subtree *find_subtree(struct world_subtree *trees, const char *name)
{
	for (unsigned int i = 0; i < WORLD_SUBTREES; i++) {
		if (!strcmp(trees[i].name, name))
			return &trees[i];
	}
	return NULL;
}

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	struct world_subtree *tree = find_subtree(world->out_tree, "");

	if (find_subtree(world->out_tree, name))
		return -EEXIST;
	if (fault_here(LFB_FAULT_FDT) || !tree)
		return -ENOMEM;
	snprintf(tree->name, sizeof(tree->name), "%s", name);
	tree->phys = virt_to_phys(blob);
	tree->size = size;
	return 0;
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	const struct world_subtree *tree = find_subtree(world->in, name);

	if (!tree)
		return -ENOENT;
	*phys = tree->phys;
	*size = tree->size;
	return 0;
}
