// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An inspection for programs. Numbers are plain; keys stay as they are. */
#include <stdio.h>

#include "sim/handover/inspect.h"

/* Values that have no bytes of their own. */
#define LIES LFB_FIELD_IS("where it lies: edit the address that leads there")
#define OF_MAP                                                                                     \
	LFB_FIELD_IS("made of bits in the pages of the map: edit those, as @ADDRESS:u64; kho/map " \
		     "says where the first one is")
#define OF_IMAGE                                                                                   \
	LFB_FIELD_IS("made of the file's size or its headers: edit those, as +OFFSET:u64")
#define OTHERS LFB_FIELD_IS("of a root tree that is not looked at: --root ADDRESS looks at it")
#define OF_PROBLEM LFB_FIELD_IS("what is wrong with others: edit those")

static void blob_areas(struct lfb_json *json, const struct lfb_blob *blob)
{
	u64 at = LFB_BLOB_HEADER_SIZE + (u64)blob->nr_ranges * LFB_BLOB_RANGE_SIZE;

	if (!blob->more_scratch)
		return;
	lfb__json_open(json, "more_scratch", '[');
	for (u32 i = 1; i <= blob->more_scratch; i++, at += LFB_BLOB_AREA_SIZE)
		lfb__json_item(json, "address=%llu%p size=%llu%p",
			       blob->scratch[i].phys, LFB_NUMBER_IN_FILE(at, 8),
			       blob->scratch[i].size, LFB_NUMBER_IN_FILE(at + 8, 8));
	lfb__json_close(json, ']');
}

static void blob_ranges(struct lfb_json *json, const struct lfb_blob *blob)
{
	const struct lfb_blob_range *range = blob->ranges;
	u64 at = LFB_BLOB_HEADER_SIZE;

	lfb__json_open(json, "ranges", '[');
	for (u32 i = 0; i < blob->nr_ranges; i++, range++, at += LFB_BLOB_RANGE_SIZE)
		lfb__json_item(json, "address=%llu%p pages=%u%p kind=%s%p",
			       range->phys, LFB_NUMBER_IN_FILE(at, 8),
			       range->nr_pages, LFB_NUMBER_IN_FILE(at + 8, 4),
			       lfb__blob_kind_name(range->kind), LFB_NUMBER_IN_FILE(at + 12, 4));
	lfb__json_close(json, ']');
}

static void blob_header(struct lfb_json *json, const struct lfb_blob *blob)
{
	static const struct lfb_field profile = {
		LFB_FIELD_TEXT, true, .at = LFB_BLOB_PROFILE_AT, .width = LFB_BLOB_PROFILE_SIZE,
	};
	const u8 *digest = blob->bytes + blob->size - LFB_DIGEST_SIZE;
	char sha256[2 * LFB_DIGEST_SIZE + 1];

	for (unsigned int i = 0; i < LFB_DIGEST_SIZE; i++)
		snprintf(sha256 + 2 * i, 3, "%02x", digest[i]);
	lfb__json_open(json, "blob", '{');
	lfb__json_members(json, "version=%u%p size=%llu%p sha256=%s%p profile=%s%p boots=%u%p "
			  "memory=%llu%p scratch=%llu%p scratch_size=%llu%p",
			  LFB_BLOB_VERSION, LFB_NUMBER_IN_FILE(LFB_BLOB_VERSION_AT, 4),
			  (u64)blob->size, LFB_NUMBER_IN_FILE(LFB_BLOB_TOTAL_SIZE_AT, 8),
			  sha256, LFB_FIELD_IS("computed from all that is before it: --digest says "
					       "what becomes of it"),
			  blob->profile, &profile,
			  blob->boots, LFB_NUMBER_IN_FILE(LFB_BLOB_BOOTS_AT, 4),
			  blob->memory, LFB_NUMBER_IN_FILE(LFB_BLOB_MEMORY_AT, 8),
			  blob->scratch[0].phys, LFB_NUMBER_IN_FILE(LFB_BLOB_SCRATCH_AT, 8),
			  blob->scratch[0].size, LFB_NUMBER_IN_FILE(LFB_BLOB_SCRATCH_SIZE_AT, 8));
	blob_areas(json, blob);
	blob_ranges(json, blob);
	lfb__json_close(json, '}');
}

static void image_header(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_root *roots = found->roots.items;
	const struct lfb_source *source = found->source;

	lfb__json_open(json, "image", '{');
	lfb__json_members(json, "kind=%s%p bytes=%llu%p missing_pages=%llu%p",
			  source->is_core ? "core" : "raw", OF_IMAGE, source->size, OF_IMAGE,
			  found->missing_pages, OF_IMAGE);
	lfb__json_open(json, "areas", '[');
	for (size_t i = 0; i < source->nr_stretches; i++)
		lfb__json_item(json, "address=%llu%p size=%llu%p", source->stretches[i].phys,
			       OF_IMAGE, source->stretches[i].size, OF_IMAGE);
	lfb__json_close(json, ']');
	lfb__json_open(json, "other_roots", '[');
	for (size_t i = 0; i < found->roots.count; i++)
		lfb__json_item(json, "address=%llu%p compatible=%s%p number=%llu%p holds_luo=%u%p "
			       "holds_itself=%u%p", roots[i].address, OTHERS,
			       roots[i].compatible, OTHERS, roots[i].number, OTHERS,
			       roots[i].holds_luo, OTHERS, roots[i].holds_itself, OTHERS);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void kho(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;

	lfb__json_open(json, "kho", '{');
	lfb__json_members(json, "address=%llu%p compatible=%s%p map=%llu%p", found->root.phys,
			  found->blob ? LFB_NUMBER_IN_FILE(LFB_BLOB_ROOT_AT, 8) :
					LFB_FIELD_IS("where it was found: --root says another"),
			  found->root_compatible, &found->root_compatible_at,
			  found->root.map, &found->map_at);
	lfb__json_open(json, "entries", '[');
	for (size_t i = 0; i < found->entries.count; i++)
		lfb__json_item(json, "name=%s%p address=%llu%p size=%llu%p known=%u%p",
			       entries[i].name, &entries[i].name_at,
			       entries[i].address, &entries[i].address_at,
			       entries[i].size, &entries[i].size_at,
			       entries[i].kind != LFB_ENTRY_UNKNOWN,
			       LFB_FIELD_IS("what its name makes it: edit that"));
	lfb__json_close(json, ']');
	if (found->has_metadata)
		lfb__json_members(json, "previous_release=%s%p kexec_count=%u%p",
				  found->metadata.previous_release,
				  LFB_TEXT_AT(found->metadata_at, struct kho_kexec_metadata,
					      previous_release),
				  found->metadata.kexec_count,
				  LFB_NUMBER_AT(found->metadata_at, struct kho_kexec_metadata,
						kexec_count));
	lfb__json_close(json, '}');
}

static void memory_map(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_run *runs = found->runs.items;

	lfb__json_open(json, "memory_map", '{');
	lfb__json_members(json, "blocks=%llu%p bytes=%llu%p pages=%llu%p", found->total_blocks,
			  OF_MAP, found->total_bytes, OF_MAP, found->map_pages, OF_MAP);
	lfb__json_open(json, "orders", '[');
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		if (found->blocks[order])
			lfb__json_item(json, "order=%u%p blocks=%llu%p", order, OF_MAP,
				       found->blocks[order], OF_MAP);
	}
	lfb__json_close(json, ']');
	lfb__json_open(json, "runs", '[');
	for (size_t i = 0; i < found->runs.count; i++)
		lfb__json_item(json, "address=%llu%p order=%u%p blocks=%llu%p", runs[i].address,
			       OF_MAP, runs[i].order, OF_MAP, runs[i].blocks, OF_MAP);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void unnamed(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_area *items = found->unnamed.items;

	lfb__json_open(json, "unnamed", '[');
	for (size_t i = 0; i < found->unnamed.count; i++)
		lfb__json_item(json, "address=%llu%p size=%llu%p", items[i].address, OF_MAP,
			       items[i].size, OF_MAP);
	lfb__json_close(json, ']');
}

static void scratch(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_area *items = found->scratch.items;
	const struct lfb_field *const given =
		LFB_FIELD_IS("what --scratch said, or in no list without empty areas");

	if (!found->scratch.count)
		return;
	lfb__json_open(json, "scratch", '[');
	for (size_t i = 0; i < found->scratch.count; i++) {
		const phys_addr_t at = found->scratch_at + i * sizeof(struct lfb_scratch_area);

		lfb__json_item(json, "address=%llu%p size=%llu%p", items[i].address,
			       !found->scratch_at ? given :
			       LFB_NUMBER_AT(at, struct lfb_scratch_area, address), items[i].size,
			       !found->scratch_at ? given :
			       LFB_NUMBER_AT(at, struct lfb_scratch_area, size));
	}
	lfb__json_close(json, ']');
}

static void subsystems(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_region *regions = found->regions.items;

	if (found->regions.count) {
		lfb__json_open(json, "memblock", '[');
		for (size_t i = 0; i < found->regions.count; i++)
			lfb__json_item(json, "name=%s%p address=%llu%p size=%llu%p",
				       regions[i].name, &regions[i].name_at,
				       regions[i].address, &regions[i].address_at,
				       regions[i].size, &regions[i].size_at);
		lfb__json_close(json, ']');
	}
	unnamed(json, found);
	scratch(json, found);
}

static void folios(struct lfb_json *json, const struct lfb_inspection *found,
		   const struct lfb_found_memfd *item)
{
	const struct lfb_found_folio *all = found->folios.items;

	lfb__json_open(json, "folios", '[');
	for (size_t i = item->first_folio; i < item->first_folio + item->nr_read; i++) {
		/* The structure's fields of bits: the page's number, then the flags. */
		const struct lfb_field address = {
			LFB_FIELD_NUMBER, .bits = 52, .unit = PAGE_SHIFT, .at = all[i].where,
			.width = sizeof(u64),
		};
		const struct lfb_field flags = {
			LFB_FIELD_NUMBER, .shift = 52, .bits = 12, .at = all[i].where,
			.width = sizeof(u64),
		};

		lfb__json_item(json, "index=%llu%p address=%llu%p flags=%u%p preserved=%u%p "
			       "order=%u%p", all[i].index,
			       LFB_NUMBER_AT(all[i].where, struct memfd_luo_folio_ser, index),
			       all[i].address, &address, all[i].flags, &flags,
			       all[i].preserved, OF_MAP, all[i].order, OF_MAP);
	}
	lfb__json_close(json, ']');
}

static void vmalloc_area(struct lfb_json *json, const struct lfb_inspection *found,
			 const struct lfb_found_memfd *item)
{
	const phys_addr_t at = item->where + (item->is_v2 ?
			       offsetof(struct memfd_luo_ser, folios) :
			       offsetof(struct memfd_luo_ser_v1, folios));
	const struct lfb_found_page *pages = found->pages.items;

	lfb__json_open(json, "vmalloc", '{');
	lfb__json_members(json, "first=%llu%p total_pages=%u%p flags=%u%p order=%u%p",
			  item->first, LFB_NUMBER_AT(at, struct kho_vmalloc, first),
			  item->total_pages, LFB_NUMBER_AT(at, struct kho_vmalloc, total_pages),
			  (unsigned int)item->vmalloc_flags,
			  LFB_NUMBER_AT(at, struct kho_vmalloc, flags),
			  (unsigned int)item->order,
			  LFB_NUMBER_AT(at, struct kho_vmalloc, order));
	lfb__json_open(json, "pages", '[');
	for (size_t i = item->first_page; i < item->first_page + item->nr_pages; i++)
		lfb__json_item(json, "address=%llu%p", pages[i].address,
			       &(const struct lfb_field){ LFB_FIELD_NUMBER, .at = pages[i].where,
							  .width = sizeof(u64) });
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void memfd(struct lfb_json *json, const struct lfb_inspection *found,
		  const struct lfb_found_memfd *item)
{
	const struct lfb_field *const missing = LFB_FIELD_IS("not there in memfd-v1");

	lfb__json_open(json, "memfd", '{');
	lfb__json_members(json, "pos=%llu%p size=%llu%p seals=%u%p flags=%u%p nr_folios=%llu%p",
			  item->pos, LFB_NUMBER_AT(item->where, struct memfd_luo_ser, pos),
			  item->size, LFB_NUMBER_AT(item->where, struct memfd_luo_ser, size),
			  item->seals, !item->is_v2 ? missing :
			  LFB_NUMBER_AT(item->where, struct memfd_luo_ser, seals),
			  item->flags, !item->is_v2 ? missing :
			  LFB_NUMBER_AT(item->where, struct memfd_luo_ser, flags),
			  item->nr_folios, item->is_v2 ?
			  LFB_NUMBER_AT(item->where, struct memfd_luo_ser, nr_folios) :
			  LFB_NUMBER_AT(item->where, struct memfd_luo_ser_v1, nr_folios));
	vmalloc_area(json, found, item);
	folios(json, found, item);
	lfb__json_close(json, '}');
}

/* Blocks, which others have than those that have a layout. */
static void blocks(struct lfb_json *json, const struct lfb_inspection *found, const char *key,
		   size_t first, size_t count)
{
	const struct lfb_found_block *all = found->chains.items;

	if (found->layout)
		return;
	lfb__json_open(json, key, '[');
	for (size_t i = first; i < first + count; i++)
		lfb__json_item(json, "address=%llu%p next=%llu%p count=%llu%p",
			       all[i].where, LIES, all[i].header.next_phys,
			       LFB_NUMBER_AT(all[i].where, struct luo_block_ser, next_phys),
			       all[i].header.count,
			       LFB_NUMBER_AT(all[i].where, struct luo_block_ser, count));
	lfb__json_close(json, ']');
}

static void file(struct lfb_json *json, const struct lfb_inspection *found,
		 const struct lfb_found_file *item)
{
	const struct lfb_found_memfd *memfds = found->memfds.items;

	lfb__json_open(json, NULL, '{');
	lfb__json_members(json, "token=%llu%p compatible=%s%p data=%llu%p address=%llu%p",
			  item->record.token,
			  LFB_NUMBER_AT(item->where, struct luo_file_ser, token),
			  item->record.compatible,
			  LFB_TEXT_AT(item->where, struct luo_file_ser, compatible),
			  item->record.data, LFB_NUMBER_AT(item->where, struct luo_file_ser, data),
			  item->where, LIES);
	if (item->is_memfd)
		memfd(json, found, &memfds[item->memfd]);
	lfb__json_close(json, '}');
}

static void session(struct lfb_json *json, const struct lfb_inspection *found,
		    const struct lfb_found_session *item)
{
	const struct lfb_found_file *files = found->files.items;
	const struct lfb_field count = {
		LFB_FIELD_NUMBER, .width = sizeof(u64),
		.at = item->where + (found->layout ? found->layout->session_count :
				     offsetof(struct luo_session_ser_v2, count)),
	};

	lfb__json_open(json, NULL, '{');
	lfb__json_members(json, "name=%s%p address=%llu%p files_address=%llu%p count=%llu%p",
			  item->record.name,
			  LFB_TEXT_AT(item->where, struct luo_session_ser_v2, name),
			  item->where, LIES, item->record.files,
			  LFB_NUMBER_AT(item->where, struct luo_session_ser_v2, files),
			  item->record.count, &count);
	if (found->layout && found->layout->has_pgcnt)
		lfb__json_members(json, "pages=%llu%p", item->record.pgcnt,
				  LFB_NUMBER_AT(item->where, struct luo_session_ser_v1, pgcnt));
	blocks(json, found, "file_blocks", item->first_block, item->nr_blocks);
	lfb__json_open(json, "files", '[');
	for (size_t i = item->first_file; i < item->first_file + item->nr_files; i++)
		file(json, found, &files[i]);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

/* What is before the array of sessions, in formats that have one. */
static void session_header(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct luo_fdt_layout *layout = found->layout;
	const phys_addr_t at = found->head.sessions;
	const u8 *header = layout ? found->view.at(&found->view, at, layout->session_header_size) :
				    NULL;
	const struct lfb_field count = {
		LFB_FIELD_NUMBER, .width = sizeof(u64),
		.at = at + (layout ? layout->session_header_count : 0),
	};

	if (!header)
		return;
	lfb__json_open(json, "session_header", '{');
	if (layout->has_pgcnt)
		lfb__json_members(json, "pages=%llu%p", lfb__field_number(&count, header),
				  LFB_NUMBER_AT(at, struct luo_session_header_ser_v1, pgcnt));
	lfb__json_members(json, "count=%llu%p",
			  lfb__field_number(&count, header + layout->session_header_count), &count);
	lfb__json_close(json, '}');
}

static void flbs(struct lfb_json *json, const struct lfb_inspection *found)
{
	const phys_addr_t at = found->head.flbs;
	const struct luo_flb_header_ser *header = found->view.at(&found->view, at, sizeof(*header));
	const struct lfb_found_flb *all = found->flbs.items;

	if (header) {
		lfb__json_open(json, "flb_header", '{');
		lfb__json_members(json, "pages=%llu%p count=%llu%p", header->pgcnt,
				  LFB_NUMBER_AT(at, struct luo_flb_header_ser, pgcnt),
				  header->count,
				  LFB_NUMBER_AT(at, struct luo_flb_header_ser, count));
		lfb__json_close(json, '}');
	}
	lfb__json_open(json, "flbs", '[');
	for (size_t i = 0; i < found->flbs.count; i++)
		lfb__json_item(json, "name=%s%p data=%llu%p count=%llu%p address=%llu%p",
			       all[i].record.name,
			       LFB_TEXT_AT(all[i].where, struct luo_flb_ser, name),
			       all[i].record.data,
			       LFB_NUMBER_AT(all[i].where, struct luo_flb_ser, data),
			       all[i].record.count,
			       LFB_NUMBER_AT(all[i].where, struct luo_flb_ser, count),
			       all[i].where, LIES);
	lfb__json_close(json, ']');
}

static void luo(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_session *sessions = found->sessions.items;

	lfb__json_open(json, "luo", '{');
	lfb__json_members(json, "address=%llu%p number=%llu%p session_compatible=%s%p "
			  "sessions_address=%llu%p flbs_address=%llu%p",
			  found->luo, LFB_FIELD_IS("where kho/entry[LUO]/address, or --luo, says"),
			  found->head.number, &found->number_at,
			  found->head.session_compatible, &found->session_compatible_at,
			  found->head.sessions, &found->sessions_at,
			  found->head.flbs, &found->flbs_at);
	session_header(json, found);
	blocks(json, found, "session_blocks", 0, found->nr_session_blocks);
	lfb__json_open(json, "sessions", '[');
	for (size_t i = 0; i < found->sessions.count; i++)
		session(json, found, &sessions[i]);
	lfb__json_close(json, ']');
	flbs(json, found);
	lfb__json_close(json, '}');
}

void lfb__json_problem(struct lfb_json *json, const struct lfb_problem *problem)
{
	lfb__json_item(json, "where=%llu%p what=%s%p id=%s%p path=%s%p", problem->where, OF_PROBLEM,
		       problem->what, OF_PROBLEM, lfb_check_name(problem->id), OF_PROBLEM,
		       problem->path, OF_PROBLEM);
}

static void document(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_problem *problems = found->problems.items;

	lfb__json_open(json, NULL, '{');
	if (found->blob)
		blob_header(json, found->blob);
	if (found->source)
		image_header(json, found);
	if (found->has_root) {
		kho(json, found);
		memory_map(json, found);
		subsystems(json, found);
	}
	if (found->has_luo)
		luo(json, found);
	lfb__json_open(json, "problems", '[');
	for (size_t i = 0; i < found->problems.count; i++)
		lfb__json_problem(json, &problems[i]);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output)
{
	struct lfb_json json = { .output = output };

	document(&json, found);
}

static int write_nowhere(void *context, const char *bytes, size_t size)
{
	(void)context, (void)bytes, (void)size;
	return 0;
}

void lfb__inspection_values(const struct lfb_inspection *found, lfb_value_fn tell, void *context)
{
	struct lfb_output output = { .write = write_nowhere };
	struct lfb_json json = { .output = &output, .tell = tell, .context = context };

	document(&json, found);
}
