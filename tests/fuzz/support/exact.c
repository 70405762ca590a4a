// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Exact looks: in the memory of a machine or a blob there is always something behind an area; here
 * there is not, and a sanitizer says so.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/codec/codec.h"
#include "sim/handover/handover.h"
#include "tests/fuzz/support/support.h"

#define CHAINS 256u

/* A copy of what was asked for; asked for again it is the same. */
struct look {
	struct look *next;
	phys_addr_t phys;
	size_t size;
	u64 bytes[];
};

struct exact {
	struct lfb_view under;
	struct look *looks[CHAINS];
	const struct luo_codec *codec;
	struct luo_reader reader;
	unsigned int problems, bears;	/* so many; then it ends */
	bool strict;
	exact_look_fn told;		/* of each look; NULL: nobody is */
	void *context;
};

static const void *look_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	struct exact *exact = (struct exact *)view->context;
	const void *bytes = exact->under.at(&exact->under, phys, size);
	struct look **chain = &exact->looks[(phys >> PAGE_SHIFT) % CHAINS];
	const size_t offset = phys % sizeof(u64);
	struct look *look;

	if (!bytes)
		return NULL;
	for (look = *chain; look; look = look->next) {
		if (look->phys == phys && look->size == size)
			return (u8 *)look->bytes + offset;
	}
	look = malloc(sizeof(*look) + offset + size);
	must(look);
	*look = (struct look){ *chain, phys, size };
	*chain = look;
	/* Who trusts looks for what is not there at all, too. */
	if (exact->told && exact->strict)
		exact->told(exact->context, bytes, size);
	return memcpy((u8 *)look->bytes + offset, bytes, size);
}

static void end_looks(struct exact *exact)
{
	for (unsigned int i = 0; i < CHAINS; i++) {
		while (exact->looks[i]) {
			struct look *next = exact->looks[i]->next;

			free(exact->looks[i]);
			exact->looks[i] = next;
		}
	}
}

static int on_block(void *context, phys_addr_t phys, unsigned int order)
{
	const struct exact *exact = context;

	must(order <= KHO_MAX_ORDER && IS_ALIGNED(phys, PAGE_SIZE << order));
	must(phys + (PAGE_SIZE << order) <= exact->under.size);
	return 0;
}

static int on_map_page(void *context, phys_addr_t phys, unsigned int order)
{
	return 0;
}

static int on_problem(void *context, int error, const struct lfb_problem *problem)
{
	struct exact *exact = context;

	must(error < 0 && problem->what[0]);
	exact->problems++;
	return exact->problems == exact->bears ? error : 0;
}

static int on_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	must(strlen(record->compatible) < sizeof(record->compatible));
	return 0;
}

static int on_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	struct exact *exact = context;

	must(strlen(record->name) < sizeof(record->name));
	return exact->codec->read_files(&exact->reader, record);
}

static int on_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	must(!((struct exact *)context)->strict || record->count);
	return 0;
}

/*
 * As a kernel that checks, which bears one problem, or one that trusts, which bears many. Returns
 * whether there was nothing to complain of.
 */
static bool read_luo(struct exact *exact, phys_addr_t luo, u64 size, unsigned int bears)
{
	const bool strict = bears == 1;
	const struct luo_codec *codec = exact->codec;
	struct luo_head head;
	int err;

	exact->strict = strict;
	exact->bears = bears;
	exact->problems = 0;
	err = codec->read_head(codec, &exact->reader, luo, size, &head);
	if (!err)
		err = luo_read_flbs(&exact->reader, &head);
	if (!err)
		err = codec->read_sessions(codec, &exact->reader, &head);
	must(!strict || !err == !exact->problems);
	return !err && !exact->problems;
}

static bool read_generations(struct exact *exact, phys_addr_t luo, u64 size)
{
	static const struct luo_codec *const codecs[] = {
		&luo_codec_v1, &luo_codec_v2, &luo_codec_v5,
	};
	bool sound = false;

	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		bool strictly;

		exact->codec = codecs[i];
		strictly = read_luo(exact, luo, size, 1);
		/* Who trusts meets no problem where there is none, and one where there is. */
		must(read_luo(exact, luo, size, UINT_MAX) == strictly);
		sound |= strictly;
	}
	return sound;
}

static bool read_root(struct exact *exact, const struct lfb_view *view, phys_addr_t phys)
{
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;
	struct kho_root root;
	phys_addr_t luo;
	u64 size;

	if (kho__read_root(view, phys, &root, &problem)) {
		must(problem.what[0]);
		return false;
	}
	abi = kho__abi_of(&root);
	if (!abi)
		return false;
	if (root.map && abi->read_map(view, root.map, on_block, on_map_page, exact, &problem)) {
		must(problem.what[0]);
		return false;
	}
	return !kho__read_subtree(&root, abi, LUO_FDT_KHO_ENTRY_NAME, &luo, &size) &&
	       read_generations(exact, luo, size);
}

static struct luo_reader reader_of(struct exact *exact, const struct lfb_view *view)
{
	return (struct luo_reader){
		.view = view,
		.context = exact,
		.problem = on_problem,
		.session = on_session,
		.file = on_file,
		.flb = on_flb,
	};
}

bool exact_read(const struct lfb_blob *blob, exact_look_fn told, void *context)
{
	struct exact exact = {
		.under = lfb__blob_view(blob), .told = told, .context = context, .strict = true,
	};
	const struct lfb_view view = { look_at, &exact, exact.under.size };
	bool sound;

	exact.reader = reader_of(&exact, &view);
	sound = read_root(&exact, &view, blob->kho_root);
	end_looks(&exact);
	return sound;
}

bool exact_read_luo(const struct lfb_view *under, phys_addr_t luo, exact_look_fn told,
		    void *context)
{
	struct exact exact = { .under = *under, .told = told, .context = context };
	const struct lfb_view view = { look_at, &exact, under->size };
	bool sound;

	exact.reader = reader_of(&exact, &view);
	sound = read_generations(&exact, luo, PAGE_SIZE);
	end_looks(&exact);
	return sound;
}

bool raw_read_luo(const struct lfb_view *view, const struct luo_codec *codec, phys_addr_t luo,
		  u64 size, unsigned int bears)
{
	struct exact exact = { .under = *view, .codec = codec };
	bool strictly;

	exact.reader = reader_of(&exact, view);
	strictly = read_luo(&exact, luo, size, 1);
	must(read_luo(&exact, luo, size, bears) == strictly);
	return strictly;
}

bool raw_read_map(const struct lfb_view *view, const struct kho_abi *abi, phys_addr_t map)
{
	struct exact exact = { .under = *view };
	struct lfb_problem problem = { 0 };

	if (!abi->read_map(view, map, on_block, on_map_page, &exact, &problem))
		return true;
	must(problem.what[0]);
	return false;
}
