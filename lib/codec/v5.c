// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Writing luo-v5: a packed head, sessions and files in linked blocks, the FLB page.
 * docs/facts.md 8.2.
 */
#include <string.h>

#include "lib/codec/v5.h"

/*
 * Blocks: a page each, linked by physical address; the descriptors stay behind.
 */

struct luo_block {
	struct list_head list;
	struct luo_block_ser *ser;
};

static phys_addr_t blocks_phys(const struct luo_blocks *blocks)
{
	if (!blocks->count)
		return 0;
	return virt_to_phys(list_first_entry(&blocks->list, struct luo_block, list)->ser);
}

static int blocks_grow(struct luo_blocks *blocks)
{
	struct luo_block *block;
	void *page;

	if (blocks->count == LUO_BLOCKS_MAX)
		return -ENOSPC;
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	page = kho__alloc_preserve_own(PAGE_SIZE);
	if (IS_ERR(page)) {
		kfree(block);
		return (int)PTR_ERR(page);
	}
	block->ser = page;
	if (blocks->count)
		list_last_entry(&blocks->list, struct luo_block, list)->ser->next_phys =
			virt_to_phys(page);
	list_add_tail(&block->list, &blocks->list);
	blocks->count++;
	return 0;
}

static void blocks_shrink(struct luo_blocks *blocks)
{
	struct luo_block *block = list_last_entry(&blocks->list, struct luo_block, list);

	list_del(&block->list);
	if (--blocks->count)
		list_last_entry(&blocks->list, struct luo_block, list)->ser->next_phys = 0;
	kho_unpreserve_free(block->ser);
	kfree(block);
}

static u64 blocks_for(u64 entries, u64 per_block)
{
	return (entries + per_block - 1) / per_block;
}

static void blocks_fit(struct luo_blocks *blocks, u64 entries, u64 per_block)
{
	while (blocks->count > blocks_for(entries, per_block))
		blocks_shrink(blocks);
}

/* Entries are written in order, so the block of the next one is never far. */
static void *blocks_slot(struct luo_blocks *blocks, u64 index, u64 per_block, size_t size)
{
	if (!index)
		blocks->writing = list_first_entry(&blocks->list, struct luo_block, list);
	else if (index % per_block == 0)
		blocks->writing = list_next_entry(blocks->writing, list);
	return (u8 *)(blocks->writing->ser + 1) + index % per_block * size;
}

/*
 * Set up at boot
 */

static int setup(struct luo *luo)
{
	struct luo_ser_v5 *ser;
	int err;

	INIT_LIST_HEAD(&luo->session_blocks.list);
	err = luo_alloc_pages(&luo->tree, 1);
	if (!err)
		err = luo_alloc_flbs(luo);
	if (err)
		goto undo;
	ser = luo->tree;
	memcpy(ser->compatible, LUO_ABI_COMPATIBLE_V5, sizeof(LUO_ABI_COMPATIBLE_V5));
	ser->liveupdate_num = luo->number;
	ser->flbs_pa = virt_to_phys(luo->flb_mem);
	err = kho_add_subtree(LUO_FDT_KHO_ENTRY_NAME, ser, sizeof(*ser));
	if (!err)
		return 0;
undo:
	kho_unpreserve_free(luo->flb_mem);
	kho_unpreserve_free(luo->tree);
	luo->flb_mem = luo->tree = NULL;
	return err;
}

/*
 * Sessions
 */

static int add_session(struct luo *luo)
{
	if (luo->outgoing.count < luo->session_blocks.count * LUO_SESSIONS_PER_BLOCK)
		return 0;
	return blocks_grow(&luo->session_blocks);
}

static void drop_session(struct luo *luo)
{
	blocks_fit(&luo->session_blocks, luo->outgoing.count, LUO_SESSIONS_PER_BLOCK);
}

static void write_session(struct luo *luo, u64 index, const struct liveupdate_session *session)
{
	struct luo_session_ser_v2 *ser =
		blocks_slot(&luo->session_blocks, index, LUO_SESSIONS_PER_BLOCK, sizeof(*ser));

	memcpy(ser->name, session->name, sizeof(ser->name));
	ser->files = blocks_phys(&session->file_blocks);
	ser->count = session->count;
}

/* Undo goes backwards, newest session first. */
static void clear_session(struct luo *luo, u64 index)
{
	u64 slot = index % LUO_SESSIONS_PER_BLOCK;
	struct luo_session_ser_v2 *ser;

	ser = (struct luo_session_ser_v2 *)(luo->session_blocks.writing->ser + 1) + slot;
	memset(ser->name, 0, sizeof(ser->name));
	if (!slot && index)
		luo->session_blocks.writing = list_prev_entry(luo->session_blocks.writing, list);
}

static void write_session_count(struct luo *luo, u64 count)
{
	struct luo_ser_v5 *ser = luo->tree;
	struct luo_block *block;

	list_for_each_entry(block, &luo->session_blocks.list, list) {
		u64 here = count < LUO_SESSIONS_PER_BLOCK ? count : LUO_SESSIONS_PER_BLOCK;

		if (unlikely(!here))
			lfb__find(luo->kernel, LFB_FINDING_SESSION_EMPTY_BLOCK, "luo sessions",
				  "%llu blocks are handed over, and the last is empty",
				  luo->session_blocks.count);
		block->ser->count = here;
		count -= here;
	}
	ser->sessions_pa = blocks_phys(&luo->session_blocks);
}

/*
 * Files
 */

static int add_file(struct liveupdate_session *session)
{
	if (session->count < session->file_blocks.count * LUO_FILES_PER_BLOCK)
		return 0;
	return blocks_grow(&session->file_blocks);
}

static void drop_file(struct liveupdate_session *session)
{
	blocks_fit(&session->file_blocks, session->count, LUO_FILES_PER_BLOCK);
}

static void write_file(struct liveupdate_session *session, u64 index,
		       const struct luo_file_record *record)
{
	struct luo_file_ser *ser =
		blocks_slot(&session->file_blocks, index, LUO_FILES_PER_BLOCK, sizeof(*ser));

	luo_write_file_entry(ser, record);
	session->file_blocks.writing->ser->count = index % LUO_FILES_PER_BLOCK + 1;
}

static void clear_files(struct liveupdate_session *session)
{
	struct luo_block *block;

	list_for_each_entry(block, &session->file_blocks.list, list) {
		block->ser->count = 0;
		memset(block->ser + 1, 0, PAGE_SIZE - sizeof(*block->ser));
	}
}

const struct luo_codec luo_codec_v5 = {
	.name = LUO_ABI_COMPATIBLE_V5,
	.read_head = luo_v5_read_head,
	.read_sessions = luo_v5_read_sessions,
	.read_files = luo_v5_read_files,
	.free_incoming_head = luo_v5_free_head,
	.free_incoming_sessions = luo_v5_free_blocks,
	.free_incoming_files = luo_v5_free_blocks,
	.setup = setup,
	.add_session = add_session,
	.drop_session = drop_session,
	.add_file = add_file,
	.drop_file = drop_file,
	.write_session = write_session,
	.clear_session = clear_session,
	.write_session_count = write_session_count,
	.write_file = write_file,
	.clear_files = clear_files,
};
