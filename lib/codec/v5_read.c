// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Reading luo-v5. docs/facts.md 8.2.
 */
#include <stdio.h>
#include <string.h>

#include "lib/codec/v5.h"

/* One entry of a block; a nonzero return ends the reading. */
typedef int (*entry_fn)(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			void *context);

struct chain {
	const char *what;
	phys_addr_t first;
	u64 per_block;
	size_t entry_size;
	u64 entries;		/* found */
};

static const struct luo_block_ser *block_at(const struct luo_reader *reader, phys_addr_t phys)
{
	if (!IS_ALIGNED(phys, PAGE_SIZE))
		return NULL;
	return reader->view->at(reader->view, phys, PAGE_SIZE);
}

/* Walks a chain; @entry may be NULL, to check the blocks alone. More than 10000 is also a cycle. */
static int walk(const struct luo_reader *reader, struct chain *chain, entry_fn entry, void *context)
{
	phys_addr_t phys = chain->first;
	unsigned int blocks = 0;
	int err = 0;

	chain->entries = 0;
	while (phys && !err) {
		const struct luo_block_ser *block = block_at(reader, phys);

		if (!block)
			return luo_broken(reader, -EINVAL, phys, "block %u of %s is not in "
					  "handed-over memory", blocks, chain->what);
		if (++blocks > LUO_BLOCKS_MAX)
			return luo_broken(reader, -EINVAL, phys, "%s take more than %d blocks, or "
					  "run in a circle", chain->what, LUO_BLOCKS_MAX);
		if (!block->count || block->count > chain->per_block)
			return luo_broken(reader, -EINVAL, phys, "block %u of %s has %llu "
					  "entries, not 1 to %llu", blocks - 1, chain->what,
					  block->count,
					  chain->per_block);
		if (entry)
			err = luo_area(reader, phys, PAGE_SIZE);
		for (u64 i = 0; entry && i < block->count && !err; i++) {
			size_t offset = sizeof(*block) + i * chain->entry_size;

			err = entry(reader, phys + offset, (const u8 *)block + offset, context);
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

int luo_v5_read_head(const struct luo_codec *codec, const struct luo_reader *reader,
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
	if (!IS_ALIGNED(head->flbs, PAGE_SIZE) ||
	    !reader->view->at(reader->view, head->flbs, PAGE_SIZE))
		return luo_broken(reader, -EINVAL, luo, "flbs_pa is 0x%llx, where nothing was "
				  "handed over", head->flbs);
	err = luo_area(reader, luo, PAGE_SIZE);
	if (err)
		return err;
	chain = session_chain(head->sessions);
	return walk(reader, &chain, NULL, NULL);
}

static int read_session(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			void *context)
{
	const struct luo_session_ser_v2 *ser = entry;
	struct luo_session_record record = { .files = ser->files, .count = ser->count };
	int err;

	(void)context;
	err = luo_read_name(reader, where, "session name", ser->name, sizeof(ser->name),
			    record.name);
	if (err)
		return err;
	return reader->session ? reader->session(reader->context, where, &record) : 0;
}

int luo_v5_read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			 const struct luo_head *head)
{
	struct chain chain = session_chain(head->sessions);

	(void)codec;
	return walk(reader, &chain, read_session, NULL);
}

static int read_file(const struct luo_reader *reader, phys_addr_t where, const void *entry,
		     void *context)
{
	(void)context;
	return luo_read_file_entry(reader, where, entry);
}

int luo_v5_read_files(const struct luo_codec *codec, const struct luo_reader *reader,
		      const struct luo_session_record *session)
{
	struct chain chain = {
		.what = "the files",
		.first = session->files,
		.per_block = LUO_FILES_PER_BLOCK,
		.entry_size = sizeof(struct luo_file_ser),
	};
	int err;

	(void)codec;
	err = walk(reader, &chain, NULL, NULL);
	if (!err && chain.entries != session->count)
		err = luo_broken(reader, -EINVAL, session->files, "session %.64s has %llu files, "
				 "its blocks hold %llu", session->name,
				 session->count,
				 chain.entries);
	return err ? err : walk(reader, &chain, read_file, NULL);
}

/*
 * Giving back
 */

void luo_v5_free_head(phys_addr_t luo)
{
	kho_restore_free(phys_to_virt(luo));
}

void luo_v5_free_blocks(phys_addr_t first)
{
	unsigned int blocks = 0;
	phys_addr_t block_phys;

	/* Checked when it was read; but a module may have freed or overwritten it since. */
	while (first && blocks++ < LUO_BLOCKS_MAX) {
		struct luo_block_ser *block = NULL;
		char object[32];

		if (IS_ALIGNED(first, PAGE_SIZE))
			block = lfb__memory_at(&lfb__current->memory, first, PAGE_SIZE);
		if (!block) {
			snprintf(object, sizeof(object), "phys 0x%llx", first);
			lfb__unsafe_as(
				lfb__current, LFB_FINDING_MEM_WILD_POINTER, object,
				"a block that was handed over has been overwritten: the next "
				"one is said to be there");
			return;
		}
		block_phys = first;
		first = block->next_phys;
		kho_restore_free(phys_to_virt(block_phys));
	}
}
