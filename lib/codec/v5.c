// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * luo-v5: a packed head, sessions and files in linked blocks, the FLB page. docs/facts.md 8.2.
 */
#include <string.h>

#include "lib/codec/common.h"

/* Reading */

/* One entry of a block; a nonzero return ends the reading. */
typedef int (*entry_fn)(const struct luo_reader *reader, phys_addr_t where, const void *entry);

struct chain {
	const char *what;
	phys_addr_t first;
	u64 per_block;
	size_t entry_size;
	u64 entries;		/* found */
};

static const struct luo_block_ser *block_at(const struct luo_reader *reader, phys_addr_t phys)
{
	const void *block = NULL;

	if (IS_ALIGNED(phys, PAGE_SIZE))
		block = reader->view->at(reader->view, phys, PAGE_SIZE);
	return block || !reader->follow ? block : reader->follow(phys, PAGE_SIZE);
}

/*
 * There are more blocks than are taken, and @block is the last of those. Twice as many are taken
 * for a circle, before any is looked at.
 */
static int too_long(const struct luo_reader *reader, const struct chain *chain, phys_addr_t phys,
		    const struct luo_block_ser *block)
{
	for (unsigned int more = 1; more <= LUO_BLOCKS_MAX; more++) {
		if (!block->next_phys)
			return luo_broken(reader, -ENOSPC, phys, "%s take more than %d blocks",
					  chain->what, LUO_BLOCKS_MAX);
		block = block_at(reader, block->next_phys);
		if (!block)
			break;
	}
	return luo_broken(reader, -EINVAL, phys, "%s take more than %d blocks, or run in a circle",
			  chain->what, LUO_BLOCKS_MAX);
}

/* Kernels look for circles first, and follow what they will refuse for another reason. */
static void follow_all(const struct luo_reader *reader, phys_addr_t phys)
{
	for (unsigned int blocks = 0; phys && blocks < 2 * LUO_BLOCKS_MAX; blocks++) {
		const struct luo_block_ser *block = block_at(reader, phys);

		phys = block ? block->next_phys : 0;
	}
}

/* Walks a chain; @entry may be NULL, to check the blocks alone. */
static int walk(const struct luo_reader *reader, struct chain *chain, entry_fn entry)
{
	phys_addr_t phys = chain->first;
	unsigned int blocks = 0;
	int err = 0;

	chain->entries = 0;
	if (reader->follow && !entry)
		follow_all(reader, phys);
	while (phys && !err) {
		const struct luo_block_ser *block = block_at(reader, phys);

		if (!block)
			return luo_broken(reader, -EINVAL, phys, "block %u of %s is not in "
					  "handed-over memory", blocks, chain->what);
		if (++blocks > LUO_BLOCKS_MAX)
			return too_long(reader, chain, phys, block);
		if (!block->count || block->count > chain->per_block)
			return luo_broken(reader, -EINVAL, phys,
					  "block %u of %s has %llu entries, not 1 to %llu",
					  blocks - 1, chain->what, block->count, chain->per_block);
		if (entry)
			err = luo_area(reader, phys, PAGE_SIZE);
		else if (reader->block)
			err = reader->block(reader->context, phys);
		for (u64 i = 0; entry && i < block->count && !err; i++) {
			size_t offset = sizeof(*block) + i * chain->entry_size;

			err = entry(reader, phys + offset, (const u8 *)block + offset);
		}
		chain->entries += block->count;
		phys = block->next_phys;
	}
	return err;
}

static struct chain session_chain(phys_addr_t first)
{
	return (struct chain){
		.what = "the sessions",
		.first = first,
		.per_block = LUO_SESSIONS_PER_BLOCK,
		.entry_size = sizeof(struct luo_session_ser_v2),
	};
}

static int read_head(const struct luo_codec *codec, const struct luo_reader *reader,
		     phys_addr_t luo, u64 size, struct luo_head *head)
{
	const struct luo_ser_v5 *ser;
	struct chain chain;
	int err;

	(void)codec;
	memset(head, 0, sizeof(*head));
	if (size < sizeof(*ser))
		return luo_broken(reader, -EINVAL, luo, "the LUO state is %llu bytes, not %zu",
				  size, sizeof(*ser));
	ser = reader->view->at(reader->view, luo, sizeof(*ser));
	if (!ser)
		return luo_broken(reader, -EINVAL, luo, "the LUO state is not in handed-over "
				  "memory");
	if (strncmp(ser->compatible, LUO_ABI_COMPATIBLE_V5, sizeof(ser->compatible)))
		return luo_broken(reader, -EINVAL, luo, "the LUO state is \"%.8s\", not \"%s\"",
				  ser->compatible, LUO_ABI_COMPATIBLE_V5);
	head->number = ser->liveupdate_num;
	head->sessions = ser->sessions_pa;
	head->flbs = ser->flbs_pa;
	if (!reader->trusts_flbs &&
	    (!IS_ALIGNED(head->flbs, PAGE_SIZE) ||
	     !reader->view->at(reader->view, head->flbs, PAGE_SIZE)))
		return luo_broken(reader, -EINVAL, luo, "flbs_pa is 0x%llx, where nothing was "
				  "handed over", head->flbs);
	err = luo_area(reader, luo, PAGE_SIZE);
	if (err)
		return err;
	chain = session_chain(head->sessions);
	return walk(reader, &chain, NULL);
}

static int read_session(const struct luo_reader *reader, phys_addr_t where, const void *entry)
{
	const struct luo_session_ser_v2 *ser = entry;
	struct luo_session_record record = { .files = ser->files, .count = ser->count };
	/* Who trusts what it is handed does not look whether it ends. */
	int err = luo_read_name(reader, where, reader->follow ? NULL : "session name", ser->name,
				sizeof(ser->name), record.name);

	if (err)
		return err;
	return reader->session ? reader->session(reader->context, where, &record) : 0;
}

static int read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			 const struct luo_head *head)
{
	struct chain chain = session_chain(head->sessions);

	(void)codec;
	return walk(reader, &chain, read_session);
}

static int read_files(const struct luo_reader *reader, const struct luo_session_record *session)
{
	struct chain chain = {
		.what = "the files",
		.first = session->files,
		.per_block = LUO_FILES_PER_BLOCK,
		.entry_size = sizeof(struct luo_file_ser),
	};
	int err = walk(reader, &chain, NULL);

	if (!err && chain.entries != session->count)
		err = luo_broken(reader, -EINVAL, session->files,
				 "session %.64s has %llu files, its blocks hold %llu",
				 session->name, session->count, chain.entries);
	return err ? err : walk(reader, &chain, luo_read_file_entry);
}

/* Giving back */

static void free_head(phys_addr_t luo)
{
	kho_restore_free(phys_to_virt(luo));
}

/* Frees a chain from its first block; 0 is an empty one. */
static void free_blocks(phys_addr_t first)
{
	struct luo *luo = lfb__current->luo;
	unsigned int blocks = 0;

	/* Checked when it was read; but a module may have freed or overwritten it since. */
	while (first && blocks++ < LUO_BLOCKS_MAX) {
		struct luo_block_ser *block = NULL;
		phys_addr_t next;

		if (IS_ALIGNED(first, PAGE_SIZE))
			block = lfb__memory_at(&lfb__current->memory, first, PAGE_SIZE);
		if (!block) {
			luo->watch->session->block_overwritten(luo, first);
			return;
		}
		next = block->next_phys;
		kho_restore_free(phys_to_virt(first));
		first = next;
	}
}

/* Blocks: a page each, linked by physical address; the descriptors stay behind. */

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
	block = lfb__kzalloc(sizeof(*block));
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
	LFB_ASSERT(blocks->count <= LUO_BLOCKS_MAX);
	return 0;
}

static void blocks_shrink(struct luo_blocks *blocks)
{
	struct luo_block *block = list_last_entry(&blocks->list, struct luo_block, list);

	LFB_ASSERT(blocks->count && !list_empty(&blocks->list));
	list_del(&block->list);
	LFB_ASSERT(list_empty(&blocks->list) == (blocks->count == 1));
	if (--blocks->count)
		list_last_entry(&blocks->list, struct luo_block, list)->ser->next_phys = 0;
	kho_unpreserve_free(block->ser);
	kfree(block);
}

static void blocks_fit(struct luo_blocks *blocks, u64 entries, u64 per_block)
{
	while (blocks->count > (entries + per_block - 1) / per_block)
		blocks_shrink(blocks);
}

/* Entries are written in order, so the block of the next one is never far. */
static void *blocks_slot(struct luo_blocks *blocks, u64 index, u64 per_block, size_t size)
{
	LFB_ASSERT(index < blocks->count * per_block);
	if (!index)
		blocks->writing = list_first_entry(&blocks->list, struct luo_block, list);
	else if (index % per_block == 0)
		blocks->writing = list_next_entry(blocks->writing, list);
	return (u8 *)(blocks->writing->ser + 1) + index % per_block * size;
}

/* Set up at boot */

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
	if (luo->flb_mem && luo_quirk(luo, LUO_QUIRK_LATE_INIT_LEAKS_FLB_PAGE))
		luo->watch->flb->page_left(luo);
	else
		kho_unpreserve_free(luo->flb_mem);
	kho_unpreserve_free(luo->tree);
	luo->flb_mem = luo->tree = NULL;
	return err;
}

/* Sessions */

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

	LFB_ASSERT(luo->session_blocks.writing && index < luo->outgoing.count);
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
			luo->watch->session->empty_block(luo);
		block->ser->count = here;
		count -= here;
	}
	LFB_ASSERT(!count);
	ser->sessions_pa = blocks_phys(&luo->session_blocks);
}

/* Files */

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
	.read_head = read_head,
	.read_sessions = read_sessions,
	.read_files = read_files,
	.free_incoming_head = free_head,
	.free_incoming_sessions = free_blocks,
	.free_incoming_files = free_blocks,
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
