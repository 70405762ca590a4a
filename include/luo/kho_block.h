/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Entries of one size for the next kernel, in pages that are linked by physical address. Mirrors
 * linux/kho_block.h and linux/kho/abi/block.h of linux-7.2 and later.
 *
 *	struct kho_block_set set;
 *	struct kho_block_set_it it;
 *
 *	kho_block_set_init(&set, sizeof(*entry));
 *	kho_block_set_grow(&set, 200);			(may fail; what follows does not)
 *	kho_block_set_it_init(&it, &set);
 *	entry = kho_block_set_it_reserve_entry(&it);	(as often as there are entries)
 *	state->entries = kho_block_set_head_pa(&set);
 *
 * and in the next kernel:
 *
 *	kho_block_set_init(&set, sizeof(*entry));
 *	kho_block_set_restore(&set, state->entries);
 *	kho_block_set_it_init(&it, &set);
 *	while ((entry = kho_block_set_it_read_entry(&it)))
 *		…
 *	kho_block_set_destroy(&set);
 *
 * Context, for all functions here: any phase in which a kernel runs; the caller sees to it that
 * nobody else uses the set. On a thread that has entered no machine, and with KHO off, those that
 * make, take over or free blocks do nothing, and return -EOPNOTSUPP.
 */
#ifndef LUO_KHO_BLOCK_H
#define LUO_KHO_BLOCK_H

#include <luo/list.h>
#include <luo/types.h>

/** KHO_BLOCK_SIZE - bytes of a block. */
#define KHO_BLOCK_SIZE PAGE_SIZE

/**
 * struct kho_block_header_ser - what a block begins with; entries follow
 * @next: physical address of the next block, 0: there is none
 * @count: entries in this block
 */
struct kho_block_header_ser {
	u64 next;
	u64 count;
} __attribute__((packed));

/**
 * struct kho_block - a block as this kernel knows it
 * @list: its place in the set
 * @ser: where it is mapped
 */
struct kho_block {
	struct list_head list;
	struct kho_block_header_ser *ser;
};

/**
 * struct kho_block_set - blocks of entries of one size
 * @blocks: of struct kho_block, first to last
 * @nblocks: how many
 * @head_pa: physical address of the first, 0: there is none
 * @entry_size: bytes of an entry
 * @count_per_block: entries that a block has room for
 * @incoming: the previous kernel made them
 */
struct kho_block_set {
	struct list_head blocks;
	long nblocks;
	u64 head_pa;
	size_t entry_size;
	u64 count_per_block;
	bool incoming;
};

/**
 * struct kho_block_set_it - a place in a set
 * @bs: the set
 * @block: the block, NULL: the set had none
 * @i: the entry of the block that comes next
 */
struct kho_block_set_it {
	struct kho_block_set *bs;
	struct kho_block *block;
	u64 i;
};

/**
 * KHO_BLOCK_SET_INIT() - kho_block_set_init() of a variable where it is defined
 * @_name: the variable
 * @_entry_size: bytes of an entry
 */
#define KHO_BLOCK_SET_INIT(_name, _entry_size)                                                     \
	{                                                                                          \
		LIST_HEAD_INIT((_name).blocks), 0, 0, (_entry_size),                               \
			(KHO_BLOCK_SIZE - sizeof(struct kho_block_header_ser)) / (_entry_size),    \
			false                                                                      \
	}

/**
 * kho_block_set_init() - make an empty set
 * @bs: the set
 * @entry_size: bytes of an entry; more than 4080 do not fit into a block, which is a WARN. 0 is a
 * BUG, for a kernel divides by it.
 *
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 */
LFB_API void kho_block_set_init(struct kho_block_set *bs, size_t entry_size);

/**
 * kho_block_set_grow() - make room
 * @bs: the set
 * @count: entries that it is to have room for, with those that it has
 *
 * For each new block a fault point of kind LFB_FAULT_ALLOC, then those of kho_alloc_preserve().
 * Context: may sleep, for it allocates. Takes what kho_alloc_preserve() takes.
 * Return: 0; -EINVAL with a WARN for a set that was restored, -ENOSPC beyond 10000 blocks, or an
 * error of kho_alloc_preserve(). On error the set is as it was.
 */
LFB_API int kho_block_set_grow(struct kho_block_set *bs, u64 count);

/**
 * kho_block_set_shrink() - free blocks from the end
 * @bs: the set
 * @count: entries that still need room; what is free after them goes, as far as it is whole blocks
 *
 * Context: may sleep. Takes what kho_unpreserve_free() takes.
 */
LFB_API void kho_block_set_shrink(struct kho_block_set *bs, u64 count);

/**
 * kho_block_set_restore() - take over the blocks of the previous kernel
 * @bs: a set just made, with the size of entries that the previous kernel had
 * @head_pa: what kho_block_set_head_pa() said there; 0 is an empty set
 *
 * Fault points of kind LFB_FAULT_ALLOC. What lies in the blocks is the previous kernel's word, and
 * a kernel follows addresses in it without a look: one that leads out of memory, or into a page
 * and not to where it begins, is a finding here, and the answer -EINVAL.
 * Context: may sleep, for it allocates. Takes no lock.
 * Return: 0; -EINVAL also when the blocks run in a circle, or one has no entries or too many;
 * -ENOSPC there are more than 10000; -ENOMEM. On error the set is empty, and all the blocks are
 * freed where there is an end to them.
 */
LFB_API int kho_block_set_restore(struct kho_block_set *bs, u64 head_pa);

/**
 * kho_block_set_destroy() - free all blocks; a set that was restored gives them back
 * @bs: the set; empty then
 *
 * Context: may sleep. Takes what kho_unpreserve_free() takes.
 */
LFB_API void kho_block_set_destroy(struct kho_block_set *bs);

/**
 * kho_block_set_clear() - forget all entries; the blocks stay, and are zeroed
 * @bs: the set
 *
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 */
LFB_API void kho_block_set_clear(struct kho_block_set *bs);

/** kho_block_set_head_pa() - Return: physical address of the first block of @bs, 0 without one. */
static inline u64 kho_block_set_head_pa(struct kho_block_set *bs)
{
	return bs->head_pa;
}

/** kho_block_set_is_empty() - Return: whether @bs has no blocks. */
static inline bool kho_block_set_is_empty(struct kho_block_set *bs)
{
	return bs->blocks.next == &bs->blocks;
}

/**
 * kho_block_set_it_init() - go to the beginning
 * @it: the place
 * @bs: the set
 *
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 */
LFB_API void kho_block_set_it_init(struct kho_block_set_it *it, struct kho_block_set *bs);

/**
 * kho_block_set_it_reserve_entry() - the next entry, to be written
 * @it: the place
 *
 * From now on the block says that its entries end after this one.
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 * Return: where it lies; NULL when there is no room.
 */
LFB_API void *kho_block_set_it_reserve_entry(struct kho_block_set_it *it);

/**
 * kho_block_set_it_read_entry() - the next entry, as it was written
 * @it: the place
 *
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 * Return: where it lies; NULL after the last one.
 */
LFB_API void *kho_block_set_it_read_entry(struct kho_block_set_it *it);

/**
 * kho_block_set_it_prev() - one entry back
 * @it: the place
 *
 * Context: any, also where nothing may sleep. Takes no lock: the caller has the set for itself.
 * Return: where it lies; NULL at the beginning.
 */
LFB_API void *kho_block_set_it_prev(struct kho_block_set_it *it);

#endif
