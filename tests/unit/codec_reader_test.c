// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Who reads LUO's state: who wants to hear nothing of it, who ends it at any step, and chains of
 * blocks that lead away behind all that are taken.
 */
#include <errno.h>
#include <stdlib.h>

#include <luo/profile.h>

#include "lib/codec/codec.h"
#include "lib/orchestrator.h"
#include "sim/handover/handover.h"
#include "tests/support/staging.h"

static const char story[] = "handler 0\nflb 0 3\nflb 0 4\nopen\nsession vm-1\npreserve vm-1 1 0 1\n"
			    "preserve vm-1 2 0 2\nsession vm-2\nreboot\n";

/* Steps that were told, and how many may be. */
struct heard {
	unsigned int steps, most;
};

static int hear(struct heard *heard)
{
	return heard->steps++ < heard->most ? 0 : -EDOM;
}

static int hear_memory(void *context, phys_addr_t phys, size_t size)
{
	return hear(context);
}

static int hear_block(void *context, phys_addr_t where)
{
	return hear(context);
}

static int hear_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	return hear(context);
}

static int hear_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	return hear(context);
}

static int hear_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	return hear(context);
}

/* A session's files are read once its record is there. */
static int keep_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	if (record->count)
		*(struct luo_session_record *)context = *record;
	return 0;
}

static int read_all(const struct luo_codec *codec, const struct luo_reader *reader,
		    phys_addr_t luo, u64 size)
{
	struct luo_session_record session = { .count = 0 };
	struct luo_reader finder = {
		.view = reader->view, .context = &session, .session = keep_session,
	};
	struct luo_head head;
	int err = codec->read_head(codec, reader, luo, size, &head);

	if (!err)
		err = codec->read_sessions(codec, reader, &head);
	if (err)
		return err;
	assert_int_equal(codec->read_sessions(codec, &finder, &head), 0);
	assert_int_equal(session.count, 2);
	err = codec->read_files(reader, &session);
	return err ? err : luo_read_flbs(reader, &head);
}

static void a_reading_goes_on_until_somebody_ends_it(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		const struct luo_codec *codec = luo_profile_find(profile)->codec;
		struct lfb_blob *blob = blob_of(story, 0, profile);
		const struct lfb_view view = lfb__blob_view(blob);
		const struct luo_reader silent = { .view = &view };
		struct heard heard = { .most = 0 };
		const struct luo_reader reader = {
			.view = &view, .context = &heard, .memory = hear_memory,
			.block = hear_block, .session = hear_session, .file = hear_file,
			.flb = hear_flb,
		};
		struct kho_root root;
		phys_addr_t luo;
		u64 size;

		assert_int_equal(kho__read_root(&view, blob->kho_root, &root, NULL), 0);
		assert_int_equal(kho__read_subtree(&root, kho__abi_of(&root), "LUO", &luo, &size),
				 0);
		assert_int_equal(read_all(codec, &silent, luo, size), 0);
		while (read_all(codec, &reader, luo, size) == -EDOM) {
			/* Nobody is told any more. */
			assert_int_equal(heard.steps, heard.most + 1);
			heard = (struct heard){ .most = heard.most + 1 };
		}
		assert_int_equal(heard.steps, heard.most);
		/* Two sessions, files and FLBs; and areas, of which there are blocks in luo-v5. */
		assert_in_range(heard.most, 9, 14);
		lfb_blob_free(blob);
	}
}

/* Blocks of a session each, from page 1 on, of which the last leads away, or ends. */

struct chain {
	u8 *bytes;
	u64 blocks;
	bool follows;
};

static const void *chain_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct chain *chain = view->context;

	return phys < view->size && size <= view->size - phys ? chain->bytes + phys : NULL;
}

static const void *lead_nowhere(phys_addr_t phys, size_t size)
{
	return NULL;
}

/* What is said of a chain of so many blocks. */
static const struct {
	u64 blocks;
	bool ends;
	int err;
	const char *says;
} chains[] = {
	{ 3, true, 0, "" },
	{ 3, false, -EINVAL, "block 3 of the sessions is not in handed-over memory" },
	{ LUO_BLOCKS_MAX, true, 0, "" },
	{ LUO_BLOCKS_MAX + 1, true, -ENOSPC, "more than 10000 blocks" },
	{ LUO_BLOCKS_MAX + 1, false, -EINVAL, "10000 blocks, or run in a circle" },
};

static void a_chain_that_leads_away_is_refused_however_long_it_is(void **state)
{
	struct chain chain = { calloc(LUO_BLOCKS_MAX + 2, PAGE_SIZE) };

	assert_non_null(chain.bytes);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(chains); i++) {
		const size_t n = i / 2;
		const struct lfb_view view = {
			.at = chain_at, .context = &chain,
			.size = (chains[n].blocks + 1) * PAGE_SIZE,
		};
		struct lfb_problem broken = { .what = "" };
		const struct luo_reader reader = {
			.view = &view, .broken = &broken, .follow = i % 2 ? lead_nowhere : NULL,
		};
		struct luo_ser_v5 *ser = (struct luo_ser_v5 *)chain.bytes;
		struct luo_head head;

		*ser = (struct luo_ser_v5){
			.compatible = LUO_ABI_COMPATIBLE_V5, .sessions_pa = PAGE_SIZE,
		};
		for (u64 block = 1; block <= chains[n].blocks; block++)
			*(struct luo_block_ser *)(chain.bytes + block * PAGE_SIZE) =
				(struct luo_block_ser){ (block + 1) * PAGE_SIZE, 1 };
		if (chains[n].ends)
			((struct luo_block_ser *)(chain.bytes + chains[n].blocks * PAGE_SIZE))
				->next_phys = 0;
		assert_int_equal(luo_codec_v5.read_head(&luo_codec_v5, &reader, 0, PAGE_SIZE,
							&head), chains[n].err);
		assert_non_null(strstr(broken.what, chains[n].says));
	}
	free(chain.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reading_goes_on_until_somebody_ends_it),
		cmocka_unit_test(a_chain_that_leads_away_is_refused_however_long_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
