// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sets of blocks. A set that this kernel makes is preserved block by block; one that was handed
 * over may hold anything, and is walked twice: to see that it ends, and to take it.
 */
#include <luo/kho_block.h>
#include <string.h>

#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define BLOCKS_MAX 10000

LFB_ENTRY void kho_block_set_init(struct kho_block_set *bs, size_t entry_size)
{
	*bs = (struct kho_block_set)KHO_BLOCK_SET_INIT(*bs, entry_size ? entry_size : SIZE_MAX);
	bs->entry_size = entry_size;
	if (!entry_size)
		lfb_bug(__func__, "entries of no bytes: a kernel divides by their size");
	else if (!bs->count_per_block)
		lfb_warn(__func__, "entries of %zu bytes do not fit into a block", entry_size);
}

static struct kho_block *first_of(const struct kho_block_set *bs)
{
	return list_first_entry(&bs->blocks, struct kho_block, list);
}

static struct kho_block *last_of(const struct kho_block_set *bs)
{
	return list_last_entry(&bs->blocks, struct kho_block, list);
}

static void *entry_at(const struct kho_block_set_it *it, u64 index)
{
	return (u8 *)(it->block->ser + 1) + index * it->bs->entry_size;
}

static void free_ser(const struct kho_block_set *bs, struct kho_block_header_ser *ser)
{
	if (bs->incoming)
		kho_restore_free(ser);
	else
		kho_unpreserve_free(ser);
}

static int add(struct kho_block_set *bs, struct kho_block_header_ser *ser)
{
	struct kho_block *block;

	if (bs->nblocks >= BLOCKS_MAX)
		return -ENOSPC;
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	block->ser = ser;
	if (list_empty(&bs->blocks))
		bs->head_pa = virt_to_phys(ser);
	else if (!bs->incoming)
		last_of(bs)->ser->next = virt_to_phys(ser);
	list_add_tail(&block->list, &bs->blocks);
	bs->nblocks++;
	return 0;
}

static int grow_by_one(struct kho_block_set *bs)
{
	struct kho_block_header_ser *ser = kho_alloc_preserve(KHO_BLOCK_SIZE);
	int err;

	if (IS_ERR(ser))
		return (int)PTR_ERR(ser);
	err = add(bs, ser);
	if (err)
		free_ser(bs, ser);
	return err;
}

static void shrink_by_one(struct kho_block_set *bs)
{
	struct kho_block *last = last_of(bs);

	list_del(&last->list);
	bs->nblocks--;
	free_ser(bs, last->ser);
	kfree(last);
	if (list_empty(&bs->blocks))
		bs->head_pa = 0;
	else
		last_of(bs)->ser->next = 0;
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
	while (!err && count > (u64)bs->nblocks * bs->count_per_block)
		err = grow_by_one(bs);
	while (err && bs->nblocks > before)
		shrink_by_one(bs);
	return err;
}

LFB_ENTRY void kho_block_set_shrink(struct kho_block_set *bs, u64 count)
{
	if (!kho__called(__func__))
		return;
	while (!list_empty(&bs->blocks) && count <= (u64)(bs->nblocks - 1) * bs->count_per_block)
		shrink_by_one(bs);
}

/* Reading what the previous kernel left */

/* The block at @phys; NULL with a finding where there is no memory for one. */
static const struct kho_block_header_ser *header_at(phys_addr_t phys)
{
	const void *block = lfb__memory_at(&lfb__current->memory, phys, KHO_BLOCK_SIZE);

	if (!block)
		lfb__unsafe_as(lfb__current, LFB_FINDING_MEM_WILD_POINTER,
			       lfb__phys_object(phys).text, "a block of a set is said to be at "
			       "0x%llx, where no memory is", phys);
	return block;
}

/* Does the chain end? One of its walkers makes two steps while the other makes one. */
static bool ends(phys_addr_t first)
{
	const struct kho_block_header_ser *slow = header_at(first);
	const struct kho_block_header_ser *fast = slow;

	for (unsigned int rounds = 0; fast && rounds < BLOCKS_MAX; rounds++) {
		for (unsigned int step = 0; step < 2; step++) {
			if (!fast->next)
				return true;
			fast = header_at(fast->next);
			if (!fast)
				return false;
		}
		slow = header_at(slow->next);
		if (slow == fast)
			break;
	}
	if (fast)
		pr_err("blocks run in a circle, or are more than %d\n", 2 * BLOCKS_MAX);
	return false;
}

LFB_ENTRY int kho_block_set_restore(struct kho_block_set *bs, u64 head_pa)
{
	u64 next = head_pa;
	int err = 0;

	if (!kho__called(__func__))
		return -EOPNOTSUPP;
	bs->incoming = true;
	if (head_pa && !ends(head_pa))
		return -EINVAL;
	while (next && !err) {
		const struct kho_block_header_ser *ser = header_at(next);

		if (!ser->count || ser->count > bs->count_per_block) {
			pr_warn("a block has %llu entries, not 1 to %llu\n", ser->count,
				bs->count_per_block);
			err = -EINVAL;
		} else {
			err = add(bs, phys_to_virt(next));
		}
		if (!err)
			next = ser->next;
	}
	if (!err)
		return 0;
	kho_block_set_destroy(bs);
	while (next) {
		void *ser = phys_to_virt(next);

		next = header_at(next)->next;
		free_ser(bs, ser);
	}
	return err;
}

LFB_ENTRY void kho_block_set_destroy(struct kho_block_set *bs)
{
	struct kho_block *block, *following;

	if (!kho__called(__func__))
		return;
	list_for_each_entry_safe(block, following, &bs->blocks, list) {
		list_del(&block->list);
		free_ser(bs, block->ser);
		kfree(block);
	}
	bs->nblocks = 0;
	bs->head_pa = 0;
}

void kho_block_set_clear(struct kho_block_set *bs)
{
	struct kho_block *block;

	list_for_each_entry(block, &bs->blocks, list) {
		block->ser->count = 0;
		memset(block->ser + 1, 0, KHO_BLOCK_SIZE - sizeof(*block->ser));
	}
}

/* Places in a set */

void kho_block_set_it_init(struct kho_block_set_it *it, struct kho_block_set *bs)
{
	it->bs = bs;
	it->block = list_empty(&bs->blocks) ? NULL : first_of(bs);
	it->i = 0;
}

/* On to the next block; false after the last one. */
static bool next_block(struct kho_block_set_it *it)
{
	if (it->block->list.next == &it->bs->blocks)
		return false;
	it->block = list_next_entry(it->block, list);
	it->i = 0;
	return true;
}

void *kho_block_set_it_reserve_entry(struct kho_block_set_it *it)
{
	void *entry;

	if (!it->block || (it->i == it->bs->count_per_block && !next_block(it)))
		return NULL;
	entry = entry_at(it, it->i++);
	it->block->ser->count = it->i;
	return entry;
}

void *kho_block_set_it_read_entry(struct kho_block_set_it *it)
{
	if (!it->block)
		return NULL;
	/* The count may have been overwritten since it was checked: no entry is outside. */
	if ((it->i == it->block->ser->count || it->i >= it->bs->count_per_block) &&
	    !next_block(it))
		return NULL;
	return entry_at(it, it->i++);
}

void *kho_block_set_it_prev(struct kho_block_set_it *it)
{
	if (!it->block)
		return NULL;
	if (!it->i) {
		if (it->block->list.prev == &it->bs->blocks)
			return NULL;
		it->block = list_prev_entry(it->block, list);
		it->i = it->bs->count_per_block;
	}
	return entry_at(it, --it->i);
}
