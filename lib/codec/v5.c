// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * luo-v5: a packed head, sessions and files in linked blocks, the FLB page. docs/facts.md 8.2.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/codec/common.h"

/* Reading */

/* One entry of a block; a nonzero return ends the reading. */
typedef int (*entry_fn)(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			u64 index);

struct chain {
	const char *what;
	const char *path;	/* of a block */
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
	const struct lfb_rule rule = LUO_RULE(BLOCK_CHAIN, chain->path, LUO_BLOCKS_MAX);

	for (unsigned int more = 1; more <= LUO_BLOCKS_MAX; more++) {
		if (!block->next_phys)
			return luo_broken(reader, rule, -ENOSPC, phys,
					  "%s take more than %d blocks", chain->what,
					  LUO_BLOCKS_MAX);
		block = block_at(reader, block->next_phys);
		if (!block)
			break;
	}
	return luo_broken(reader, rule, -EINVAL, phys,
			  "%s take more than %d blocks, or run in a circle", chain->what,
			  LUO_BLOCKS_MAX);
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
			return luo_broken(reader, LUO_RULE(BLOCK_AWAY, chain->path, blocks),
					  -EINVAL, phys, "block %u of %s is not in handed-over "
					  "memory", blocks, chain->what);
		if (++blocks > LUO_BLOCKS_MAX)
			return too_long(reader, chain, phys, block);
		if (!block->count || block->count > chain->per_block)
			return luo_broken(reader, LUO_RULE(BLOCK_COUNT, chain->path, blocks - 1),
					  -EINVAL, phys,
					  "block %u of %s has %llu entries, not 1 to %llu",
					  blocks - 1, chain->what, block->count, chain->per_block);
		if (entry)
			err = luo_area(reader, phys, PAGE_SIZE);
		else if (reader->block)
			err = reader->block(reader->context, phys);
		for (u64 i = 0; entry && i < block->count && !err; i++) {
			size_t offset = sizeof(*block) + i * chain->entry_size;

			err = entry(reader, phys + offset, (const u8 *)block + offset,
				    chain->entries + i);
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
		.path = "session_block[#]",
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
		return luo_broken(reader, LUO_RULE(LUO_SIZE, NULL, 0), -EINVAL, luo,
				  "the LUO state is %llu bytes, not %zu", size, sizeof(*ser));
	ser = reader->view->at(reader->view, luo, sizeof(*ser));
	if (!ser)
		return luo_broken(reader, LUO_RULE(LUO_AWAY, NULL, 0), -EINVAL, luo,
				  "the LUO state is not in handed-over memory");
	if (strncmp(ser->compatible, LUO_ABI_COMPATIBLE_V5, sizeof(ser->compatible)))
		return luo_broken(reader, LUO_RULE(LUO_COMPATIBLE, NULL, 0), -EINVAL, luo,
				  "the LUO state is \"%.8s\", not \"%s\"", ser->compatible,
				  LUO_ABI_COMPATIBLE_V5);
	head->number = ser->liveupdate_num;
	head->sessions = ser->sessions_pa;
	head->flbs = ser->flbs_pa;
	if (!reader->trusts_flbs &&
	    (!IS_ALIGNED(head->flbs, PAGE_SIZE) ||
	     !reader->view->at(reader->view, head->flbs, PAGE_SIZE)))
		return luo_broken(reader, LUO_RULE(LUO_ADDRESS, "flbs_address", 0), -EINVAL, luo,
				  "flbs_pa is 0x%llx, where nothing was handed over", head->flbs);
	err = luo_area(reader, luo, PAGE_SIZE);
	if (err)
		return err;
	chain = session_chain(head->sessions);
	return walk(reader, &chain, NULL);
}

static int read_session(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			u64 index)
{
	const struct luo_session_ser_v2 *ser = entry;
	struct luo_session_record record = { .files = ser->files, .count = ser->count };
	/* Who trusts what it is handed does not look whether it ends. */
	int err = luo_read_name(reader,
				LUO_RULE(SESSION_NAME_UNTERMINATED, "session[#]/name", index),
				where, reader->follow ? NULL : "session name", ser->name,
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
		.path = "file_block[#]",
		.first = session->files,
		.per_block = LUO_FILES_PER_BLOCK,
		.entry_size = sizeof(struct luo_file_ser),
	};
	int err = walk(reader, &chain, NULL);

	if (!err && chain.entries != session->count)
		err = luo_broken(reader, LUO_RULE(FILE_TOTAL, "count", 0), -EINVAL, session->files,
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
	phys_addr_t *blocks = malloc(LUO_BLOCKS_MAX * sizeof(*blocks)), next = first;
	struct luo *luo = lfb__current->luo;
	int count = blocks ? kho__read_chain(&lfb__current->memory, &next, blocks,
					     LUO_BLOCKS_MAX) : -ENOMEM;

	for (int i = 0; i < count; i++)
		kho_restore_free(phys_to_virt(blocks[i]));
	free(blocks);
	/* All was well when it was read; but a module may have freed or overwritten it since. */
	if (count < 0)
		lfb__fail(luo->kernel, count, "no memory to give back the blocks at 0x%llx", first);
	else if (next)
		luo->watch->session->block_overwritten(luo, next);
}

/* Writing: sets of blocks, which are the kernel's own */

static int make_room(struct kho_block_set *blocks, u64 entries)
{
	int err;

	lfb__internal_begin(lfb__current);
	err = kho_block_set_grow(blocks, entries);
	lfb__internal_end(lfb__current);
	return err;
}

/* Where entry @index is written; they are in order, and there is room for them. */
static void *next_entry(struct kho_block_set_it *writing, struct kho_block_set *blocks, u64 index)
{
	void *entry;

	if (!index)
		kho_block_set_it_init(writing, blocks);
	entry = kho_block_set_it_reserve_entry(writing);
	LFB_ASSERT(entry);
	return entry;
}

/* Set up at boot */

static int setup(struct luo *luo)
{
	struct luo_ser_v5 *ser;
	int err;

	kho_block_set_init(&luo->session_blocks, sizeof(struct luo_session_ser_v2));
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
	return make_room(&luo->session_blocks, luo->outgoing.count + 1);
}

static void drop_session(struct luo *luo)
{
	kho_block_set_shrink(&luo->session_blocks, luo->outgoing.count);
}

static void write_session(struct luo *luo, u64 index, const struct liveupdate_session *session)
{
	struct luo_session_ser_v2 *ser = next_entry(&luo->writing_session,
						    &luo->session_blocks, index);

	memcpy(ser->name, session->name, sizeof(ser->name));
	ser->files = session->file_blocks.head_pa;
	ser->count = session->count;
}

/* Undo goes backwards, newest session first. */
static void clear_session(struct luo *luo, u64 index)
{
	struct luo_session_ser_v2 *ser = kho_block_set_it_prev(&luo->writing_session);

	LFB_ASSERT(ser && index < luo->outgoing.count);
	memset(ser->name, 0, sizeof(ser->name));
}

static void write_session_count(struct luo *luo, u64 count)
{
	struct luo_ser_v5 *ser = luo->tree;
	struct kho_block *block;

	list_for_each_entry(block, &luo->session_blocks.blocks, list) {
		u64 here = count < LUO_SESSIONS_PER_BLOCK ? count : LUO_SESSIONS_PER_BLOCK;

		if (unlikely(!here))
			luo->watch->session->empty_block(luo);
		/* Said as they were written; but whoever froze a file since may have changed it. */
		block->ser->count = here;
		count -= here;
	}
	LFB_ASSERT(!count);
	ser->sessions_pa = kho_block_set_head_pa(&luo->session_blocks);
}

/* Files */

static int add_file(struct liveupdate_session *session)
{
	return make_room(&session->file_blocks, session->count + 1);
}

static void drop_file(struct liveupdate_session *session)
{
	kho_block_set_shrink(&session->file_blocks, session->count);
}

static void write_file(struct liveupdate_session *session, u64 index,
		       const struct luo_file_record *record)
{
	struct luo *luo = lfb__current->luo;

	luo_write_file_entry(next_entry(&luo->writing_file, &session->file_blocks, index), record);
}

static void clear_files(struct liveupdate_session *session)
{
	kho_block_set_clear(&session->file_blocks);
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
