// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Looking into a handover, with the readers a booting kernel uses. A problem ends the reading of
 * the thing it is in (a list of files, the map), and everything else is read all the same.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/handover/inspect.h"

/* Bounds for maps from hell, where nothing else bounds them: a TiB in single pages, … */
#define BLOCKS_MAX (1ull << 28)
/* … and as many gaps. */
#define RUNS_MAX (1u << 22)

/* KHO */

static int add_block(void *context, phys_addr_t phys, unsigned int order)
{
	struct lfb_inspection *found = context;
	struct lfb_found_run *run = found->runs.items;
	u64 size = PAGE_SIZE << order;

	/* Of an image a part may be missing, of a blob not: that bounds maps from hell, too. */
	if (found->source) {
		if (!lfb__source_has(found->source, phys, size))
			found->missing_pages += size >> PAGE_SHIFT;
		if (found->total_blocks >= BLOCKS_MAX || found->runs.count >= RUNS_MAX) {
			lfb__found_problem(found, LFB_FOUND(MAP_TOO_MANY, NULL, 0), phys,
					   "the map has more blocks than anybody would preserve");
			return -EINVAL;
		}
	} else if (!found->view.at(&found->view, phys, size)) {
		lfb__found_problem(found, LFB_FOUND(MAP_BLOCK_AWAY, NULL, 0), phys,
				   "preserved block of order %u is not in the blob", order);
		return -EINVAL;
	}
	found->blocks[order]++;
	found->total_blocks++;
	found->total_bytes += size;
	if (found->runs.count) {
		run += found->runs.count - 1;
		if (run->order == order && run->address + run->blocks * size == phys) {
			run->blocks++;
			return 0;
		}
	}
	return lfb__found_add(found, &found->runs, &(struct lfb_found_run){ phys, 1, order },
			      sizeof(*run));
}

static int add_map_page(void *context, phys_addr_t phys, unsigned int order)
{
	struct lfb_inspection *found = context;

	(void)phys, (void)order;
	found->map_pages++;
	return 0;
}

static void read_map(struct lfb_inspection *found, const struct kho_abi *abi)
{
	struct lfb_problem problem = { 0 };
	int err;

	lfb__found_enter(found, "map");
	/* Others are written in the end: in an image of a kernel that runs there is none yet. */
	if (!found->root.map && (abi->map_is_live || found->blob))
		lfb__found_problem(found, LFB_FOUND(MAP_MISSING, NULL, 0), found->root.phys,
				   "there is no memory map");
	err = abi->read_map(&found->view, found->root.map, add_block, add_map_page, found,
			    &problem);
	if (!err)
		return;
	if (err == -ENOMEM)
		found->error = err;
	found->map_refused = true;
	/* What add_block() objected to is listed already. */
	if (problem.what[0] && !found->error)
		lfb__found_add_problem(found, 0, &problem);
}

static void read_metadata(struct lfb_inspection *found, const struct lfb_found_entry *entry)
{
	struct lfb_problem problem = { 0 };

	if (entry->kind != LFB_ENTRY_METADATA)
		return;
	lfb__found_enter(found, "kho/entry[%zu]",
			 (size_t)(entry - (struct lfb_found_entry *)found->entries.items));
	if (kho__read_metadata(&found->view, entry->address, entry->size, &found->metadata,
			       &problem)) {
		lfb__found_add_problem(found, 0, &problem);
		return;
	}
	found->has_metadata = true;
	found->metadata_at = entry->address;
	lfb__found_add(found, &found->areas, &(struct lfb_found_area){ entry->address, PAGE_SIZE },
		       sizeof(struct lfb_found_area));
}

/* Who reads it: of two that a name fits a kernel finds the first. */
static enum lfb_entry_kind kind_of(const struct lfb_inspection *found, const struct kho_abi *abi,
				   const char *name)
{
	const struct lfb_found_entry *before = found->entries.items;
	const enum lfb_entry_kind kind = lfb__payload_kind(name);

	if (kind == LFB_ENTRY_METADATA && !abi->size_property)
		return LFB_ENTRY_UNKNOWN;
	for (size_t i = 0; i < found->entries.count; i++) {
		if (before[i].kind == kind)
			return LFB_ENTRY_UNKNOWN;
	}
	return kind;
}

static void read_entries(struct lfb_inspection *found, const struct kho_abi *abi)
{
	const phys_addr_t phys = found->root.phys;
	const void *fdt = found->root.fdt;
	int node;

	fdt_for_each_subnode(node, fdt, 0) {
		struct lfb_found_entry entry = {
			.name = fdt_get_name(fdt, node, NULL),
			.size = PAGE_SIZE,
			.name_at = lfb__found_node(fdt, phys, node),
			.address_at = lfb__found_property(fdt, phys, node, abi->data_property),
			.size_at.instead = "a page in all trees of this generation",
		};

		if (abi->size_property)
			entry.size_at = lfb__found_property(fdt, phys, node, abi->size_property);
		entry.kind = kind_of(found, abi, entry.name);
		if (kho__fdt_u64_property(fdt, node, abi->data_property, &entry.address) ||
		    (abi->size_property &&
		     kho__fdt_u64_property(fdt, node, abi->size_property, &entry.size))) {
			lfb__found_problem(found, LFB_FOUND(ENTRY_ADDRESS, "entries", 0), phys,
					   "entry %.64s of the root tree has no "
					   "address of 8 bytes", entry.name);
			continue;
		}
		if (lfb__found_add(found, &found->entries, &entry, sizeof(entry)))
			return;
		if (entry.kind == LFB_ENTRY_LUO) {
			found->has_luo = true;
			found->luo = entry.address;
			found->luo_size = entry.size;
		}
	}
}

void lfb__inspection_entries(struct lfb_inspection *found)
{
	const struct kho_abi *abi = kho__abi_of(&found->root);

	if (abi)
		read_entries(found, abi);
	else
		lfb__found_problem(found, LFB_FOUND(ROOT_COMPATIBLE, "compatible", 0),
				   found->root.phys, "root tree of unknown generation \"%s\"",
				   found->root_compatible);
}

static void read_kho(struct lfb_inspection *found, phys_addr_t root)
{
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;

	lfb__found_enter(found, "kho");
	if (kho__read_root(&found->view, root, &found->root, &problem)) {
		lfb__found_add_problem(found, 0, &problem);
		return;
	}
	found->has_root = true;
	kho__fdt_compatible_text(found->root.fdt, 0, found->root_compatible,
				 sizeof(found->root_compatible));
	found->root_compatible_at = lfb__found_property(found->root.fdt, root, 0, "compatible");
	found->map_at = lfb__found_property(found->root.fdt, root, 0, "preserved-memory-map");
	abi = kho__abi_of(&found->root);
	lfb__inspection_entries(found);
	found->map_refused = !abi;
	if (!abi)
		return;
	lfb__found_compatible_ends(found, LFB_FOUND(ROOT_COMPATIBLE, "compatible", 0), root,
				   found->root.fdt, 0);
	if (found->blob && strcmp(abi->compatible, found->blob->kho_compatible))
		lfb__found_problem(found, LFB_FOUND(BLOB_COMPATIBLE, "compatible", 0),
				   found->root.phys, "root tree is %s, the blob's header says %s",
				   abi->compatible, found->blob->kho_compatible);
	for (size_t i = 0; i < found->entries.count && abi->size_property; i++)
		read_metadata(found, (struct lfb_found_entry *)found->entries.items + i);
	read_map(found, abi);
}

/* LUO */

static int add_block_header(void *context, phys_addr_t where)
{
	struct lfb_inspection *found = context;
	const struct luo_block_ser *header = found->view.at(&found->view, where, sizeof(*header));

	return lfb__found_add(found, &found->chains, &(struct lfb_found_block){ where, *header },
			      sizeof(struct lfb_found_block));
}

static int add_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	struct lfb_inspection *found = context;

	return lfb__found_add(found, &found->files,
			      &(struct lfb_found_file){ .where = where, .record = *record },
			      sizeof(struct lfb_found_file));
}

static int add_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	struct lfb_inspection *found = context;

	return lfb__found_add(found, &found->sessions,
		   &(struct lfb_found_session){ .where = where, .record = *record },
		   sizeof(struct lfb_found_session));
}

static int add_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct lfb_inspection *found = context;

	return lfb__found_add(found, &found->flbs, &(struct lfb_found_flb){ where, *record },
		   sizeof(struct lfb_found_flb));
}

static int add_area(void *context, phys_addr_t address, size_t size)
{
	struct lfb_inspection *found = context;

	return lfb__found_add(found, &found->areas, &(struct lfb_found_area){ address, size },
		   sizeof(struct lfb_found_area));
}

/* The strings in the tree decide; when none fits, the profile's format says what is wrong. */
static const struct luo_codec *codec_of(const struct lfb_inspection *found)
{
	const struct luo_profile *known = NULL;
	const struct luo_codec *codec;
	struct luo_head head;

	if (found->blob)
		known = luo_profile_find(found->blob->profile);
	codec = lfb__found_codec(&found->view, found->luo, found->luo_size, &head);
	if (codec && (!known || head.flbs))
		return codec;
	return known ? known->codec : &luo_codec_v5;
}

/* Where what the head says is said. */
static void place_tree(struct lfb_inspection *found, const void *fdt)
{
	const int sessions = fdt_subnode_offset(fdt, 0, LUO_FDT_SESSION_NODE_NAME);
	const int flbs = fdt_subnode_offset(fdt, 0, LUO_FDT_FLB_NODE_NAME);
	const int nodes[] = { 0, sessions, flbs };

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		lfb__found_compatible_ends(found, LFB_FOUND(LUO_COMPATIBLE, NULL, 0), found->luo,
					   fdt, nodes[i]);
	found->number_at = lfb__found_property(fdt, found->luo, 0, LUO_FDT_LIVEUPDATE_NUM);
	found->session_compatible_at = lfb__found_property(fdt, found->luo, sessions, "compatible");
	found->sessions_at = lfb__found_property(fdt, found->luo, sessions, LUO_FDT_SESSION_HEADER);
	found->flbs_at = lfb__found_property(fdt, found->luo, flbs, LUO_FDT_FLB_HEADER);
}

static void place_head(struct lfb_inspection *found, const struct luo_codec *codec)
{
	found->layout = codec->layout;
	if (codec->layout) {
		/* It was sound when it was read. */
		place_tree(found, found->view.at(&found->view, found->luo, FDT_V17_SIZE));
	} else {
		found->number_at = *LFB_NUMBER_AT(found->luo, struct luo_ser_v5, liveupdate_num);
		found->session_compatible_at.instead = "of formats before luo-v5";
		found->sessions_at = *LFB_NUMBER_AT(found->luo, struct luo_ser_v5, sessions_pa);
		found->flbs_at = *LFB_NUMBER_AT(found->luo, struct luo_ser_v5, flbs_pa);
	}
}

void lfb__inspection_luo(struct lfb_inspection *found, const struct luo_codec *codec)
{
	const struct luo_reader reader = {
		.view = &found->view,
		.context = found,
		.problem = lfb__found_add_problem,
		.memory = add_area,
		.block = add_block_header,
		.session = add_session,
		.file = add_file,
		.flb = add_flb,
	};
	bool refused = false;

	lfb__found_enter(found, "luo");
	if (codec->read_head(codec, &reader, found->luo, found->luo_size, &found->head)) {
		refused = true;
		found->has_luo = found->head.flbs;
		if (!found->has_luo)
			return;
	}
	place_head(found, codec);
	found->nr_session_blocks = found->chains.count;
	codec->read_sessions(codec, &reader, &found->head);
	/* The rest can be read all the same, but not by a kernel. */
	if (refused)
		lfb__found_problem(found, LFB_FOUND(BOOT_PANIC, NULL, 0), found->luo,
				   "the next kernel panics on this as it boots");
	for (size_t i = 0; i < found->sessions.count && !found->error; i++) {
		struct lfb_found_session *session =
			(struct lfb_found_session *)found->sessions.items + i;

		session->first_file = found->files.count;
		session->first_block = found->chains.count;
		lfb__found_enter(found, "luo/session[%zu]", i);
		codec->read_files(&reader, &session->record);
		session->nr_files = found->files.count - session->first_file;
		session->nr_blocks = found->chains.count - session->first_block;
	}
	lfb__found_enter(found, "luo");
	luo_read_flbs(&reader, &found->head);
}

/* Both kinds of input */

int lfb__inspection_check(enum lfb_inspect_format format, lfb_write_fn write)
{
	if (!write)
		return lfb__error(NULL, -EINVAL, "an inspection needs a function to write to");
	if (format != LFB_INSPECT_TEXT && format != LFB_INSPECT_JSON)
		return lfb__error(NULL, -EINVAL, "inspection format %d is unknown", (int)format);
	return 0;
}

int lfb__inspection_write(void *context, struct lfb_inspection *found)
{
	const struct lfb_problem *first = found->problems.items;
	const struct lfb_written *written = context;
	struct lfb_output output = { .write = written->write, .context = written->context };
	int err;

	if (written->format == LFB_INSPECT_JSON)
		lfb__inspection_json(found, &output);
	else
		lfb__inspection_text(found, &output);
	err = lfb__output_end(&output);
	if (err)
		lfb__error(NULL, err, "the inspection could not be written");
	else if (found->problems.count)
		err = lfb__error(NULL, -EINVAL, "at 0x%llx: %s", first->where, first->what);
	return err;
}

int lfb__inspection_finish(struct lfb_inspection *found, lfb_inspected_fn then, void *context)
{
	const int err = found->error ?
				lfb__error(NULL, found->error, "no memory to inspect a handover") :
				then(context, found);

	lfb__inspection_release(found);
	return err;
}

/* Everything from the root tree on that the next kernel reads before it has modules. */
static void read_state(struct lfb_inspection *found, phys_addr_t root)
{
	read_kho(found, root);
	if (found->has_luo && !found->error)
		lfb__inspection_luo(found, codec_of(found));
}

static void read_files(struct lfb_inspection *found, size_t session)
{
	const struct lfb_found_session *of = found->sessions.items;
	const size_t first = of[session].first_file;

	for (size_t i = 0; i < of[session].nr_files && !found->error; i++) {
		lfb__found_enter(found, "luo/session[%zu]/file[%zu]", session, i);
		lfb__payload_file(found, (struct lfb_found_file *)found->files.items + first + i);
	}
}

/* What is in the memory of those that are known, and whose the rest is. */
static void read_payloads(struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;

	if (!found->has_root || found->error)
		return;
	lfb__found_enter(found, "%s", "");
	lfb__found_sort(found);
	for (size_t i = 0; i < found->entries.count && !found->error; i++)
		lfb__payload_entry(found, &entries[i]);
	for (size_t i = 0; i < found->sessions.count && !found->error; i++)
		read_files(found, i);
	lfb__found_enter(found, "%s", "");
	if (!found->error)
		lfb__found_owners(found);
}

void lfb__inspection_read(struct lfb_inspection *found, const struct lfb_blob *blob)
{
	found->blob = blob;
	found->view = lfb__blob_view(blob);
	found->bytes = blob->bytes;
	read_state(found, blob->kho_root);
}

int lfb__blob_names(const struct lfb_blob *blob, struct lfb_blob_names *names)
{
	struct lfb_inspection found = { 0 };
	const struct lfb_found_session *sessions;
	const struct lfb_found_file *files;
	int err;

	lfb__inspection_read(&found, blob);
	err = found.error;
	names->sessions = (unsigned int)found.sessions.count;
	names->files = (unsigned int)found.files.count;
	names->flbs = (unsigned int)found.flbs.count;
	sessions = found.sessions.items;
	for (size_t i = 0; i < found.sessions.count && names->session && !err; i++)
		err = names->session(names->context, sessions[i].record.name,
				     sessions[i].nr_files);
	files = found.files.items;
	for (size_t i = 0; i < found.files.count && names->compatible && !err; i++)
		err = names->compatible(names->context, files[i].record.compatible);
	lfb__inspection_release(&found);
	return err;
}

/* Who asks about areas of his own is told about those. */
static void read_scratch(struct lfb_inspection *found)
{
	const struct lfb_scratch_area *areas;
	size_t count;

	if (found->scratch.count || found->error)
		return;
	areas = lfb__source_scratch(found->source, found->root.phys, &count, &found->scratch_at);
	for (size_t i = 0; areas && i < count; i++) {
		if (!areas[i].size)
			found->scratch_at = 0;
		else
			lfb__found_add(found, &found->scratch,
				       &(struct lfb_found_area){ areas[i].address, areas[i].size },
				       sizeof(struct lfb_found_area));
	}
}

void lfb__inspection_read_image(struct lfb_inspection *found, struct lfb_source *source,
				phys_addr_t root)
{
	found->source = source;
	found->view = lfb__source_view(source);
	if (!root)
		root = lfb__image_root(found);
	if (root && !found->error) {
		read_state(found, root);
		read_scratch(found);
		read_payloads(found);
	}
	/* It looked as if it were not there. */
	if (source->error)
		found->error = source->error;
}

int lfb__inspect_blob(const struct lfb_blob *blob, lfb_inspected_fn then, void *context)
{
	struct lfb_inspection found = { 0 };

	lfb__inspection_read(&found, blob);
	read_payloads(&found);
	return lfb__inspection_finish(&found, then, context);
}

int lfb_inspect_blob(const struct lfb_blob *blob, enum lfb_inspect_format format,
		     lfb_write_fn write, void *context)
{
	struct lfb_written written = { format, write, context };
	int err;

	if (!lfb__blob_valid(blob))
		return -EINVAL;
	err = lfb__inspection_check(format, write);
	return err ? err : lfb__inspect_blob(blob, lfb__inspection_write, &written);
}
