// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Kexec HandOver through one boot: what the previous kernel left is found, the next kernel's root
 * tree made, and in the end the map written, unless it is live. What differs between generations
 * of the ABI is behind struct kho_abi.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/kho/map.h"

bool kho_is_enabled(void)
{
	return kho__kernel() != NULL;
}

bool is_kho_boot(void)
{
	const struct lfb_kernel *kernel = lfb__current;

	return kernel && kernel->kho.incoming;
}

bool kho_scratch_overlap(phys_addr_t phys, size_t size)
{
	const struct lfb_kernel *kernel = lfb__current;
	const u64 end = phys + size + PAGE_SIZE - 1;

	return kernel && size && end > phys &&
	       lfb__in_scratch(&kernel->memory, PHYS_PFN(phys), PHYS_PFN(end) - PHYS_PFN(phys));
}

struct kho_reservation {
	struct lfb_kernel *kernel;
	struct lfb_problem *problem;
	bool has_root;
	unsigned long root_pfn;
	int err;			/* of a tree's code, which asks for none */
};

static LFB_OUT_OF_LINE void tell_block(struct lfb_kernel *kernel, phys_addr_t phys,
				       unsigned int order)
{
	const struct lfb_ledger_entry *entry =
		lfb__ledger_covering(kernel, LFB_LEDGER_INCOMING, phys);
	const struct lfb_site *site = entry ? entry->site : NULL;
	char owner[80] = "somebody";

	if (site && *site->type)
		snprintf(owner, sizeof(owner), "%s %s %s", site->type, site->name, site->op);
	else if (entry && entry->internal)
		strcpy(owner, "luo");
	lfb__event(kernel, PAGES_HANDED_OVER, .phys = phys, .pages = 1ull << order,
		   .owner = owner);
}

static int reserve_block(void *context, phys_addr_t phys, unsigned int order)
{
	struct kho_reservation *reservation = context;
	struct lfb_kernel *kernel = reservation->kernel;
	unsigned long pfn = PHYS_PFN(phys);
	int err;

	/* Who does not refuse it boots there, and nothing of it is left. */
	if (!(kernel->kho.rules & KHO_REFUSES_SCRATCH) && kernel->kho.rules & KHO_TRUSTS_CALLERS &&
	    lfb__in_scratch(&kernel->memory, pfn, 1ul << order))
		return 0;
	err = lfb__pages_reserve(kernel, pfn, order);
	if (err)
		return lfb__problem(
			reservation->problem, -EINVAL, phys, "preserved block of order %u %s",
			order, err == -EEXIST ? "overlaps another one" : "lies where none may be");
	if (unlikely(kernel->trace.fine))
		tell_block(kernel, phys, order);
	if (pfn <= reservation->root_pfn && reservation->root_pfn < pfn + (1ul << order))
		reservation->has_root = true;
	return 0;
}

void kho__reserve(struct lfb_kernel *kernel, phys_addr_t phys, u64 size)
{
	struct kho_reservation *reservation = kernel->kho.reservation;
	const unsigned int order = size > PAGE_SIZE ? get_order(size) : 0;

	/* Scratch, where the machine has booted. */
	if (!reservation || reservation->err || !kernel->kho.code->is_boot())
		return;
	reservation->err = reserve_block(reservation, phys, order);
}

/* What a tree's code is to read is sound. */
static int pass_over(void *context, phys_addr_t phys, unsigned int order)
{
	(void)context;
	(void)phys;
	(void)order;
	return 0;
}

/*
 * A tree's code looks for what was handed over at @root and reserves it. Scratch memory that it
 * needs is free again, but for the list of areas.
 */
static int boot_by_code(struct lfb_kernel *kernel, const struct kho_config *config,
			phys_addr_t root, struct kho_reservation *reservation)
{
	const struct lfb_memory *memory = &kernel->memory;
	u64 *scratch = lfb__early_alloc(kernel, memory->scratch_areas * 2 * sizeof(*scratch));
	const struct lfb_tree_booted booted = {
		.root = root,
		.scratch = scratch,
		.nr_scratch = memory->scratch_areas,
		.watches_scratch = kernel->kho.rules & KHO_REFUSES_SCRATCH,
		.release = config->release,
		.kexec_count = config->kexec_count,
	};
	const phys_addr_t early = kernel->pages.early_next;

	if (!scratch)
		return -ENOMEM;
	for (unsigned int n = 0; n < memory->scratch_areas; n++) {
		scratch[2 * n] = PFN_PHYS(lfb__scratch_area(memory, n));
		scratch[2 * n + 1] = memory->scratch_size;
	}
	kernel->kho.reservation = reservation;
	kho__code(kernel)->boot(config->memory, &booted);
	kernel->kho.reservation = NULL;
	kernel->pages.early_next = early;
	if (root && !reservation->err && !kernel->kho.code->is_boot())
		lfb__problem(reservation->problem, 0, root, "the tree's KHO does not take it");
	return reservation->err;
}

/* A root tree this kernel understands, with a map; false when this is no KHO boot. */
static bool find_root(struct lfb_kernel *kernel, phys_addr_t phys, struct kho_root *root,
		      struct lfb_problem *problem)
{
	struct lfb_view view = kho__memory_view(kernel);
	char text[48];

	if (kho__read_handed_root(kernel, &view, phys, root, problem))
		return false;
	if (!kho__fdt_compatible_is(root->fdt, 0, kernel->kho.abi->compatible)) {
		kho__fdt_compatible_text(root->fdt, 0, text, sizeof(text));
		lfb__problem(problem, 0, phys, "root tree is \"%s\", this kernel reads \"%s\"",
			     text, kernel->kho.abi->compatible);
		return false;
	}
	if (!root->map) {
		lfb__problem(problem, 0, phys, "the previous kernel wrote no map of its memory");
		return false;
	}
	return true;
}

int kho__boot(struct lfb_kernel *kernel, const struct kho_config *config, phys_addr_t root,
	      struct lfb_problem *problem)
{
	struct kho_reservation reservation = {
		.kernel = kernel,
		.problem = problem,
		.root_pfn = PHYS_PFN(root),
	};
	struct kho *kho = &kernel->kho;
	struct lfb_view view = kho__memory_view(kernel);
	struct kho_root found;
	bool handed;
	int err = 0;

	*kho = (struct kho){
		.enabled = config->enabled,
		.abi = config->abi,
		.code = config->code,
		.release = config->release,
		.kexec_count = config->kexec_count,
		.rules = config->rules,
	};
	lfb_lock_init(&kho->lock.lock, "kho_out.lock");
	lfb_lock_init(&kho->map_lock.lock, "kho radix tree");
	/* As kernels have it, what was handed over is there for one with KHO off, too. */
	handed = root && (kho->enabled || kho->rules & KHO_TRUSTS_CALLERS) &&
		 find_root(kernel, root, &found, problem);
	if (handed)
		err = kho->abi->read_map(&view, found.map, kho->code ? pass_over : reserve_block,
					 NULL, &reservation, problem);
	if (!err && unlikely(kho->code != NULL)) {
		err = boot_by_code(kernel, config, handed ? root : 0, &reservation);
		handed = kho->code->is_boot();
	}
	if (err || !handed)
		return err;
	/* They do not ask whether the tree is preserved, which stays as it is while they boot. */
	if (!reservation.has_root && kho->rules & KHO_TRUSTS_CALLERS)
		reservation.has_root = !lfb__pages_reserve(kernel, PHYS_PFN(root), 0);
	if (!reservation.has_root)
		return lfb__problem(problem, -EINVAL, root, "root tree is not in preserved memory");
	kho->incoming = true;
	kho->incoming_root_phys = root;
	lfb__event(kernel, KHO_BOOTED, .phys = root, .pages = kernel->pages.incoming);
	return 0;
}

/* The outgoing root tree, in a page that is marked: the next kernel reads it while it runs. */
static int make_root(struct lfb_kernel *kernel, u32 pfn)
{
	void *root = lfb__pfn_address(&kernel->memory, pfn);
	struct kho *kho = &kernel->kho;
	int err;

	err = kho__root_create(root, kho->abi, PFN_PHYS(kho->map_page));
	if (!err)
		err = kho__track_prepare(kernel, pfn, 1);
	if (err)
		return err;
	kho__track_set(kernel, pfn, 1);
	kho->root = root;
	return 0;
}

/* Where a tree's code has its root tree and its map: both are read here, and at the next boot. */
static bool find_made(struct lfb_kernel *kernel)
{
	const struct lfb_view view = kho__memory_view(kernel);
	struct kho *kho = &kernel->kho;
	const phys_addr_t phys = kho->code->root();
	struct lfb_problem problem;
	struct kho_root made;

	if (kho__read_root(&view, phys, &made, &problem)) {
		panic("KHO: the tree's own root tree is at 0x%llx: %s", problem.where,
		      problem.what);
		return false;
	}
	if (kho__abi_of(&made) != kho->abi || !made.map) {
		panic("KHO: the tree's own handover is not \"%s\", which is all that machines of "
		      "this profile read", kho->abi->compatible);
		return false;
	}
	/* Where it is edited: in guarded memory it is read elsewhere. */
	kho->root = lfb__pfn_address(&kernel->memory, PHYS_PFN(phys));
	kho->map_page = (u32)PHYS_PFN(made.map);
	return true;
}

static int init_by_code(struct lfb_kernel *kernel)
{
	struct kho *kho = &kernel->kho;
	phys_addr_t metadata;
	int err = kho__code(kernel)->init();

	if (err)
		return err;
	if (!find_made(kernel))
		return -EFAULT;
	kho__track_set(kernel, PHYS_PFN(kho__root_phys(kernel)), 1);
	metadata = kho__outgoing_subtree(kernel, KHO_METADATA_NODE_NAME);
	if (metadata)
		kho__track_set(kernel, PHYS_PFN(metadata), 1);
	kho__metadata_came(kernel);
	kho->kexec_count = kho->code->came_from(kho->previous_release,
						sizeof(kho->previous_release));
	kho->own_blocks = kho__blocks(kernel);
	return 0;
}

int kho__init(struct lfb_kernel *kernel)
{
	struct kho *kho = &kernel->kho;
	u32 root;
	int err;

	if (!kho->enabled)
		return 0;
	if (unlikely(kho->code != NULL))
		return init_by_code(kernel);
	err = kho->abi->track_init(kernel);
	if (err)
		return err;
	root = lfb__alloc_internal_page(kernel);
	err = root ? make_root(kernel, root) : -ENOMEM;
	if (!err)
		err = kho__metadata_init(kernel);
	kho->own_blocks = kho->blocks;
	if (!err)
		return 0;
	if (root)
		lfb__free_internal_page(kernel, root);
	/* A live map, which has nothing in it yet. */
	if (kho->map_page)
		lfb__free_internal_page(kernel, kho->map_page);
	kho->map_page = 0;
	return err;
}

phys_addr_t kho__root_phys(const struct lfb_kernel *kernel)
{
	const u8 *root = kernel->kho.root;
	phys_addr_t phys = root ? lfb__linear(&kernel->memory, (uintptr_t)root) : 0;

	LFB_ASSERT(!root || lfb__is_memory(&kernel->memory, phys));
	return phys;
}

bool kho__has_handover(const struct lfb_kernel *kernel)
{
	return kernel->kho.root && kernel->kho.map_page;
}

static int finalize(struct lfb_kernel *kernel)
{
	struct kho *kho = &kernel->kho;
	u32 map;
	int err;

	if (lfb__fault(kernel, LFB_FAULT_KHO, "kho_finalize"))
		return -ENOMEM;
	err = kho->abi->write_map(kernel, &map);
	if (err)
		return err;
	err = kho__root_set_map(kho->root, PFN_PHYS(map));
	if (err) {
		kho->abi->free_map(kernel, map);
		return err;
	}
	LFB_ASSERT(!map == !kho->blocks);
	kho->abi->free_map(kernel, kho->map_page);
	kho->map_page = map;
	return 0;
}

int kho_finalize(void)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	int err;

	if (!kernel || !kernel->kho.root)
		return -EOPNOTSUPP;
	if (kernel->kho.abi->map_is_live) {
		lfb_warn(__func__, "there is none with %s: its map is always current",
			 kernel->kho.abi->compatible);
		return -EOPNOTSUPP;
	}
	mutex_lock(&kernel->kho.lock);
	err = finalize(kernel);
	mutex_unlock(&kernel->kho.lock);
	lfb__event(kernel, KHO_FINALIZE, .count = kernel->kho.blocks, .result = err);
	return err;
}
