// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sets of blocks. What leads to a block is the address in the one before it, or that of the first,
 * which the set has itself; so a set ends with an address of 0, and grows and shrinks there.
 *
 * Blocks of the previous kernel may hold anything. Where they lie is noted before any is taken or
 * given back: with the memory of one that of another may go.
 */
#include <luo/kho_block.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define BLOCKS_MAX 10000
/* A chain of more blocks is taken for a circle. */
#define CHAIN_MAX (2 * BLOCKS_MAX)

LFB_ENTRY void kho_block_set_init(struct kho_block_set *bs, size_t entry_size)
{
	const size_t room = KHO_BLOCK_SIZE - sizeof(struct kho_block_header_ser);

	memset(bs, 0, sizeof(*bs));
	INIT_LIST_HEAD(&bs->blocks);
	bs->entry_size = entry_size;
	if (!entry_size) {
		lfb_bug(__func__, "entries of no bytes: a kernel divides by their size");
		return;
	}
	bs->count_per_block = room / entry_size;
	if (entry_size > room)
		lfb_warn(__func__, "entries of %zu bytes do not fit into a block", entry_size);
}

/* Says where the block after @before is, one of the set or the set itself. */
static void lead_to(struct kho_block_set *bs, const struct list_head *before, u64 phys)
{
	if (before == &bs->blocks)
		bs->head_pa = phys;
	else
		list_entry(before, struct kho_block, list)->ser->next = phys;
}

static void add_last(struct kho_block_set *bs, struct kho_block *block, void *page)
{
	block->ser = page;
	list_add_tail(&block->list, &bs->blocks);
	bs->nblocks++;
}

/* Takes a block out of the set, which has no address of it any more. */
static void drop(struct kho_block_set *bs, struct kho_block *block)
{
	list_del(&block->list);
	bs->nblocks--;
	if (bs->incoming)
		kho_restore_free(block->ser);
	else
		kho_unpreserve_free(block->ser);
	kfree(block);
}

static void cut(struct kho_block_set *bs, u64 blocks)
{
	while ((u64)bs->nblocks > blocks) {
		struct kho_block *last = list_last_entry(&bs->blocks, struct kho_block, list);

		/* Before it is given back: the one before may go with it. */
		lead_to(bs, last->list.prev, 0);
		drop(bs, last);
	}
}

/* The record of one more block; or why there can be none. */
static struct kho_block *new_record(const struct kho_block_set *bs)
{
	struct kho_block *block;

	if (bs->nblocks >= BLOCKS_MAX)
		return ERR_PTR(-ENOSPC);
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	return block ? block : ERR_PTR(-ENOMEM);
}

static int append(struct kho_block_set *bs)
{
	struct kho_block *block = new_record(bs);
	void *page;

	if (IS_ERR(block))
		return (int)PTR_ERR(block);
	page = kho_alloc_preserve(KHO_BLOCK_SIZE);
	if (IS_ERR(page)) {
		kfree(block);
		return (int)PTR_ERR(page);
	}
	lead_to(bs, bs->blocks.prev, virt_to_phys(page));
	add_last(bs, block, page);
	return 0;
}

LFB_ENTRY int kho_block_set_grow(struct kho_block_set *bs, u64 count)
{
	const long before = bs->nblocks;
	int err = 0;

	/* With KHO off it is for kho_alloc_preserve() to say so. */
	if (!kho__called(__func__) && !lfb__current)
		return -EOPNOTSUPP;
	if (bs->incoming) {
		lfb_warn(__func__, "the blocks are the previous kernel's: none can be added");
		return -EINVAL;
	}
	while (!err && (u64)bs->nblocks * bs->count_per_block < count)
		err = append(bs);
	if (err)
		cut(bs, (u64)before);
	return err;
}

LFB_ENTRY void kho_block_set_shrink(struct kho_block_set *bs, u64 count)
{
	if (!kho__called(__func__) || !bs->count_per_block)
		return;
	cut(bs, count / bs->count_per_block + (count % bs->count_per_block != 0));
}

LFB_ENTRY void kho_block_set_destroy(struct kho_block_set *bs)
{
	if (!kho__called(__func__))
		return;
	bs->head_pa = 0;
	while (!list_empty(&bs->blocks))
		drop(bs, list_first_entry(&bs->blocks, struct kho_block, list));
}

void kho_block_set_clear(struct kho_block_set *bs)
{
	struct kho_block *block;

	list_for_each_entry(block, &bs->blocks, list)
		memset(&block->ser->count, 0,
		       KHO_BLOCK_SIZE - offsetof(struct kho_block_header_ser, count));
}

/* What the previous kernel left */

int kho__read_chain(const struct lfb_memory *memory, phys_addr_t *next, phys_addr_t *blocks,
		    unsigned int room)
{
	const struct kho_block_header_ser *block;
	struct kho_met met = { .count = 0 };
	int count = 0, err = 0;

	while (*next && (unsigned int)count < room) {
		block = kho__page_at(memory, *next);
		if (block)
			err = kho__met_add(&met, *next);
		if (!block || err)
			break;
		blocks[count++] = *next;
		*next = block->next;
	}
	kho__met_forget(&met);
	return err == -ENOMEM ? err : count;
}

/*
 * The chain goes on at @next, and not to its end. Kernels follow it wherever it leads; no module
 * can ask before whether that is somewhere, so it is none's mistake where an address was damaged.
 */
static int refuse(struct lfb_kernel *kernel, phys_addr_t next)
{
	if (kernel->damaged)
		pr_err("no block is at 0x%llx\n", next);
	else if (kho__page_at(&kernel->memory, next))
		pr_err("blocks run in a circle, or are more than %d\n", CHAIN_MAX);
	else
		lfb__unsafe_as(kernel, LFB_FINDING_MEM_WILD_POINTER, lfb__phys_object(next).text,
			       "a block of a set is said to be at 0x%llx, where no %s", next,
			       lfb__memory_at(&kernel->memory, next, KHO_BLOCK_SIZE) ?
			       "page begins" : "memory is");
	return -EINVAL;
}

static int take(struct kho_block_set *bs, phys_addr_t phys)
{
	struct kho_block_header_ser *ser = phys_to_virt(phys);
	struct kho_block *block;

	if (!ser->count || ser->count > bs->count_per_block) {
		pr_warn("a block has %llu entries, not 1 to %llu\n", ser->count,
			bs->count_per_block);
		return -EINVAL;
	}
	block = new_record(bs);
	if (IS_ERR(block))
		return (int)PTR_ERR(block);
	add_last(bs, block, ser);
	return 0;
}

LFB_ENTRY int kho_block_set_restore(struct kho_block_set *bs, u64 head_pa)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	phys_addr_t *blocks, next = head_pa;
	int count, taken = 0, err = 0;

	if (!kernel)
		return -EOPNOTSUPP;
	bs->incoming = true;
	blocks = malloc(CHAIN_MAX * sizeof(*blocks));
	count = blocks ? kho__read_chain(&kernel->memory, &next, blocks, CHAIN_MAX) : -ENOMEM;
	if (count < 0)
		err = count;
	else if (next)
		err = refuse(kernel, next);
	else if (list_empty(&bs->blocks))
		lead_to(bs, &bs->blocks, head_pa);
	while (!err && taken < count) {
		err = take(bs, blocks[taken]);
		taken += !err;
	}
	if (err && !next) {
		kho_block_set_destroy(bs);
		while (taken < count)
			kho_restore_free(phys_to_virt(blocks[taken++]));
	}
	free(blocks);
	return err;
}

/* Places in a set: entries are numbered in each block, and one after the last is in the next. */

static void *entry_of(const struct kho_block_set_it *it, u64 index)
{
	return (u8 *)it->block->ser + sizeof(*it->block->ser) + index * it->bs->entry_size;
}

/* Goes to the block that follows @it's one way or the other; false where none does. */
static bool go_to(struct kho_block_set_it *it, const struct list_head *there, u64 index)
{
	if (there == &it->bs->blocks)
		return false;
	it->block = list_entry(there, struct kho_block, list);
	it->i = index;
	return true;
}

void kho_block_set_it_init(struct kho_block_set_it *it, struct kho_block_set *bs)
{
	*it = (struct kho_block_set_it){ .bs = bs };
	go_to(it, bs->blocks.next, 0);
}

void *kho_block_set_it_reserve_entry(struct kho_block_set_it *it)
{
	if (!it->block)
		return NULL;
	if (it->i == it->bs->count_per_block && !go_to(it, it->block->list.next, 0))
		return NULL;
	it->block->ser->count = ++it->i;
	return entry_of(it, it->i - 1);
}

void *kho_block_set_it_read_entry(struct kho_block_set_it *it)
{
	if (!it->block)
		return NULL;
	/* A count may have been overwritten since it was looked at. */
	while (it->i >= it->block->ser->count || it->i >= it->bs->count_per_block) {
		if (!go_to(it, it->block->list.next, 0))
			return NULL;
	}
	return entry_of(it, it->i++);
}

void *kho_block_set_it_prev(struct kho_block_set_it *it)
{
	if (!it->block)
		return NULL;
	if (!it->i && !go_to(it, it->block->list.prev, it->bs->count_per_block))
		return NULL;
	return entry_of(it, --it->i);
}
