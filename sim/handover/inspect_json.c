// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An inspection for programs. Numbers are plain; keys stay as they are. */
#include <stdio.h>

#include "sim/handover/inspect.h"

static void blob_header(struct lfb_json *json, const struct lfb_blob *blob)
{
	const u8 *digest = blob->bytes + blob->size - LFB_DIGEST_SIZE;
	char sha256[2 * LFB_DIGEST_SIZE + 1];

	for (unsigned int i = 0; i < LFB_DIGEST_SIZE; i++)
		snprintf(sha256 + 2 * i, 3, "%02x", digest[i]);
	lfb__json_open(json, "blob", '{');
	lfb__json_members(json, "version=%u size=%llu sha256=%s profile=%s boots=%u memory=%llu "
			  "scratch=%llu scratch_size=%llu", LFB_BLOB_VERSION, (u64)blob->size,
			  sha256, blob->profile, blob->boots, blob->memory,
			  blob->scratch[0].phys, blob->scratch[0].size);
	if (blob->more_scratch) {
		lfb__json_open(json, "more_scratch", '[');
		for (u32 i = 1; i <= blob->more_scratch; i++)
			lfb__json_item(json, "address=%llu size=%llu", blob->scratch[i].phys,
				       blob->scratch[i].size);
		lfb__json_close(json, ']');
	}
	lfb__json_open(json, "ranges", '[');
	for (u32 i = 0; i < blob->nr_ranges; i++)
		lfb__json_item(json, "address=%llu pages=%u kind=%s", blob->ranges[i].phys,
			       blob->ranges[i].nr_pages,
			       lfb__blob_kind_name(blob->ranges[i].kind));
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void image_header(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_root *roots = found->roots.items;
	const struct lfb_source *source = found->source;

	lfb__json_open(json, "image", '{');
	lfb__json_members(json, "kind=%s bytes=%llu missing_pages=%llu",
			  source->is_core ? "core" : "raw", source->size, found->missing_pages);
	lfb__json_open(json, "areas", '[');
	for (size_t i = 0; i < source->nr_stretches; i++)
		lfb__json_item(json, "address=%llu size=%llu", source->stretches[i].phys,
			       source->stretches[i].size);
	lfb__json_close(json, ']');
	lfb__json_open(json, "other_roots", '[');
	for (size_t i = 0; i < found->roots.count; i++)
		lfb__json_item(json, "address=%llu compatible=%s number=%llu holds_luo=%u "
			       "holds_itself=%u",
			       roots[i].address, roots[i].compatible, roots[i].number,
			       roots[i].holds_luo, roots[i].holds_itself);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void kho(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;

	lfb__json_open(json, "kho", '{');
	lfb__json_members(json, "address=%llu compatible=%s map=%llu", found->root.phys,
			  found->root_compatible, found->root.map);
	lfb__json_open(json, "entries", '[');
	for (size_t i = 0; i < found->entries.count; i++)
		lfb__json_item(json, "name=%s address=%llu size=%llu known=%u", entries[i].name,
			       entries[i].address, entries[i].size,
			       entries[i].kind != LFB_ENTRY_UNKNOWN);
	lfb__json_close(json, ']');
	if (found->has_metadata)
		lfb__json_members(json, "previous_release=%s kexec_count=%u",
				  found->metadata.previous_release, found->metadata.kexec_count);
	lfb__json_close(json, '}');
}

static void memory_map(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_run *runs = found->runs.items;

	lfb__json_open(json, "memory_map", '{');
	lfb__json_members(json, "blocks=%llu bytes=%llu pages=%llu", found->total_blocks,
			  found->total_bytes, found->map_pages);
	lfb__json_open(json, "orders", '[');
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		if (found->blocks[order])
			lfb__json_item(json, "order=%u blocks=%llu", order, found->blocks[order]);
	}
	lfb__json_close(json, ']');
	lfb__json_open(json, "runs", '[');
	for (size_t i = 0; i < found->runs.count; i++)
		lfb__json_item(json, "address=%llu order=%u blocks=%llu", runs[i].address,
			       runs[i].order, runs[i].blocks);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void areas(struct lfb_json *json, const char *key, const struct lfb_list *list)
{
	const struct lfb_found_area *items = list->items;

	lfb__json_open(json, key, '[');
	for (size_t i = 0; i < list->count; i++)
		lfb__json_item(json, "address=%llu size=%llu", items[i].address, items[i].size);
	lfb__json_close(json, ']');
}

static void subsystems(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_region *regions = found->regions.items;

	if (found->regions.count) {
		lfb__json_open(json, "memblock", '[');
		for (size_t i = 0; i < found->regions.count; i++)
			lfb__json_item(json, "name=%s address=%llu size=%llu", regions[i].name,
				       regions[i].address, regions[i].size);
		lfb__json_close(json, ']');
	}
	areas(json, "unnamed", &found->unnamed);
	if (found->scratch.count)
		areas(json, "scratch", &found->scratch);
}

static void memfd(struct lfb_json *json, const struct lfb_inspection *found,
		  const struct lfb_found_memfd *item)
{
	const struct lfb_found_folio *folios = found->folios.items;
	const phys_addr_t *pages = found->pages.items;

	lfb__json_open(json, "memfd", '{');
	lfb__json_members(json, "pos=%llu size=%llu seals=%u flags=%u nr_folios=%llu", item->pos,
			  item->size, item->seals, item->flags, item->nr_folios);
	lfb__json_open(json, "vmalloc", '{');
	lfb__json_members(json, "first=%llu total_pages=%u flags=%u order=%u", item->first,
			  item->total_pages, (unsigned int)item->vmalloc_flags,
			  (unsigned int)item->order);
	lfb__json_open(json, "pages", '[');
	for (size_t i = item->first_page; i < item->first_page + item->nr_pages; i++)
		lfb__json_item(json, "address=%llu", pages[i]);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
	lfb__json_open(json, "folios", '[');
	for (size_t i = item->first_folio; i < item->first_folio + item->nr_read; i++)
		lfb__json_item(json, "index=%llu address=%llu flags=%u preserved=%u order=%u",
			       folios[i].index, folios[i].address, folios[i].flags,
			       folios[i].preserved, folios[i].order);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void file(struct lfb_json *json, const struct lfb_inspection *found,
		 const struct lfb_found_file *item)
{
	const struct lfb_found_memfd *memfds = found->memfds.items;

	lfb__json_open(json, NULL, '{');
	lfb__json_members(json, "token=%llu compatible=%s data=%llu address=%llu",
			  item->record.token, item->record.compatible, item->record.data,
			  item->where);
	if (item->is_memfd)
		memfd(json, found, &memfds[item->memfd]);
	lfb__json_close(json, '}');
}

static void session(struct lfb_json *json, const struct lfb_inspection *found,
		    const struct lfb_found_session *item)
{
	const struct lfb_found_file *files = found->files.items;

	lfb__json_open(json, NULL, '{');
	lfb__json_members(json, "name=%s address=%llu files_address=%llu count=%llu",
			  item->record.name, item->where, item->record.files, item->record.count);
	lfb__json_open(json, "files", '[');
	for (size_t i = item->first_file; i < item->first_file + item->nr_files; i++)
		file(json, found, &files[i]);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void luo(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_session *sessions = found->sessions.items;
	const struct lfb_found_flb *flbs = found->flbs.items;

	lfb__json_open(json, "luo", '{');
	lfb__json_members(json, "address=%llu number=%llu session_compatible=%s "
			  "sessions_address=%llu flbs_address=%llu", found->luo,
			  found->head.number, found->head.session_compatible,
			  found->head.sessions, found->head.flbs);
	lfb__json_open(json, "sessions", '[');
	for (size_t i = 0; i < found->sessions.count; i++)
		session(json, found, &sessions[i]);
	lfb__json_close(json, ']');
	lfb__json_open(json, "flbs", '[');
	for (size_t i = 0; i < found->flbs.count; i++)
		lfb__json_item(json, "name=%s data=%llu count=%llu address=%llu",
			       flbs[i].record.name, flbs[i].record.data, flbs[i].record.count,
			       flbs[i].where);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

void lfb__json_problem(struct lfb_json *json, const struct lfb_problem *problem)
{
	lfb__json_item(json, "where=%llu what=%s id=%s path=%s", problem->where, problem->what,
		       lfb_check_name(problem->id), problem->path);
}

void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output)
{
	const struct lfb_problem *problems = found->problems.items;
	struct lfb_json json = { .output = output };

	lfb__json_open(&json, NULL, '{');
	if (found->blob)
		blob_header(&json, found->blob);
	if (found->source)
		image_header(&json, found);
	if (found->has_root) {
		kho(&json, found);
		memory_map(&json, found);
		subsystems(&json, found);
	}
	if (found->has_luo)
		luo(&json, found);
	lfb__json_open(&json, "problems", '[');
	for (size_t i = 0; i < found->problems.count; i++)
		lfb__json_problem(&json, &problems[i]);
	lfb__json_close(&json, ']');
	lfb__json_close(&json, '}');
}
