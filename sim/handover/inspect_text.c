// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An inspection for people. */
#include "sim/handover/inspect.h"

/* Areas that are listed for people. */
#define AREAS_MAX 16

static const char *plural(u64 count)
{
	return count == 1 ? "" : "s";
}

static void blob_header(struct lfb_output *output, const struct lfb_blob *blob)
{
	const u8 *digest = blob->bytes + blob->size - LFB_DIGEST_SIZE;

	lfb__output_text(output, "blob version %u, %zu bytes\n", LFB_BLOB_VERSION, blob->size);
	lfb__output_text(output, "  written by   kernel %u of a machine with %llu bytes of memory, "
			 "%s\n", blob->boots, blob->memory, blob->profile);
	lfb__output_text(output, "  sha256       ");
	for (u32 i = 0; i < LFB_DIGEST_SIZE; i++)
		lfb__output_text(output, "%02x", digest[i]);
	lfb__output_text(output, "\n");
	for (u32 i = 0; i <= blob->more_scratch; i++)
		lfb__output_text(output, "  scratch      0x%llx, %llu bytes\n",
				 blob->scratch[i].phys, blob->scratch[i].size);
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *range = &blob->ranges[i];

		lfb__output_text(output, "  %-12s 0x%llx, %u page%s\n",
				 lfb__blob_kind_name(range->kind), range->phys, range->nr_pages,
				 plural(range->nr_pages));
	}
}

static void image_header(struct lfb_output *output, const struct lfb_inspection *found)
{
	const struct lfb_found_area *scratch = found->scratch.items;
	const struct lfb_found_root *roots = found->roots.items;
	const struct lfb_source *source = found->source;

	lfb__output_text(output, "%s of physical memory, %llu bytes in %zu area%s\n",
			 source->is_core ? "ELF core" : "raw image", source->size,
			 source->nr_stretches, plural(source->nr_stretches));
	for (size_t i = 0; i < source->nr_stretches && i < AREAS_MAX; i++)
		lfb__output_text(output, "  memory       0x%llx, %llu bytes\n",
				 source->stretches[i].phys, source->stretches[i].size);
	if (source->nr_stretches > AREAS_MAX)
		lfb__output_text(output, "  memory       and %zu more\n",
				 source->nr_stretches - AREAS_MAX);
	for (size_t i = 0; i < found->scratch.count; i++)
		lfb__output_text(output, "  scratch      0x%llx, %llu bytes\n", scratch[i].address,
				 scratch[i].size);
	if (found->missing_pages)
		lfb__output_text(output, "  not in it    %llu preserved page%s\n",
				 found->missing_pages, plural(found->missing_pages));
	for (size_t i = 0; i < found->roots.count; i++) {
		lfb__output_text(output, "  other root   0x%llx, ", roots[i].address);
		lfb__output_name(output, roots[i].compatible);
		if (roots[i].number)
			lfb__output_text(output, ", update number %llu", roots[i].number);
		if (!roots[i].holds_luo)
			lfb__output_text(output, ", its map does not have the page of a LUO state");
		else if (!roots[i].holds_itself)
			lfb__output_text(output, ", its map does not have its own page");
		lfb__output_text(output, "\n");
	}
}

static void kho(struct lfb_output *output, const struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;
	const struct lfb_found_run *runs = found->runs.items;

	lfb__output_text(output, "KHO root tree at 0x%llx, ", found->root.phys);
	lfb__output_name(output, found->root_compatible);
	lfb__output_text(output, "\n");
	for (size_t i = 0; i < found->entries.count; i++) {
		lfb__output_text(output, "  entry ");
		lfb__output_name(output, entries[i].name);
		lfb__output_text(output, " at 0x%llx, %llu bytes%s\n", entries[i].address,
				 entries[i].size,
				 entries[i].kind == LFB_ENTRY_UNKNOWN ? ", not known here" : "");
	}
	if (found->has_metadata) {
		lfb__output_text(output, "  kexec %u since power on, from release ",
				 found->metadata.kexec_count);
		lfb__output_name(output, found->metadata.previous_release);
		lfb__output_text(output, "\n");
	}
	lfb__output_text(output, "memory map at 0x%llx: %llu block%s, %llu bytes; %llu page%s of "
			 "its own\n", found->root.map, found->total_blocks,
			 plural(found->total_blocks), found->total_bytes, found->map_pages,
			 plural(found->map_pages));
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		if (!found->blocks[order])
			continue;
		lfb__output_text(output, "  order %u: %llu block%s\n", order,
				 found->blocks[order], plural(found->blocks[order]));
		for (size_t i = 0; i < found->runs.count; i++) {
			if (runs[i].order != order)
				continue;
			lfb__output_text(output, "    0x%llx, %llu block%s\n", runs[i].address,
					 runs[i].blocks, plural(runs[i].blocks));
		}
	}
}

static void subsystems(struct lfb_output *output, const struct lfb_inspection *found)
{
	const struct lfb_found_area *unnamed = found->unnamed.items;
	const struct lfb_found_region *regions = found->regions.items;

	for (size_t i = 0; i < found->unnamed.count; i++)
		lfb__output_text(output, "  named by nobody that is known here: 0x%llx, %llu "
				 "page%s\n", unnamed[i].address, unnamed[i].size >> PAGE_SHIFT,
				 plural(unnamed[i].size >> PAGE_SHIFT));
	for (size_t i = 0; i < found->regions.count; i++) {
		lfb__output_text(output, "reserve_mem ");
		lfb__output_name(output, regions[i].name);
		lfb__output_text(output, ": 0x%llx, %llu bytes\n", regions[i].address,
				 regions[i].size);
	}
}

/* Does @next carry on where @folio ends? */
static bool follows(const struct lfb_found_folio *folio, const struct lfb_found_folio *next)
{
	return next->index == folio->index + (1ull << folio->order) &&
	       next->address == folio->address + (PAGE_SIZE << folio->order) &&
	       next->order == folio->order && next->flags == folio->flags &&
	       next->preserved == folio->preserved;
}

static void memfd(struct lfb_output *output, const struct lfb_inspection *found,
		  const struct lfb_found_memfd *item)
{
	const struct lfb_found_folio *all = found->folios.items;
	const struct lfb_found_folio *folio = item->nr_read ? all + item->first_folio : NULL;
	const struct lfb_found_folio *end = item->nr_read ? folio + item->nr_read : NULL;

	lfb__output_text(output, "      %llu bytes at position %llu, seals 0x%x, %llu folio%s",
			 item->size, item->pos, item->seals, item->nr_folios,
			 plural(item->nr_folios));
	if (item->total_pages)
		lfb__output_text(output, ", listed in a vmalloc area of %u page%s at 0x%llx",
				 item->total_pages, plural(item->total_pages), item->first);
	lfb__output_text(output, "\n");
	while (item->nr_read && folio < end) {
		const struct lfb_found_folio *first = folio;

		while (++folio < end && follows(folio - 1, folio))
			;
		lfb__output_text(output, "      page %llu: 0x%llx, %zu of order %u%s%s%s\n",
				 first->index, first->address, (size_t)(folio - first),
				 first->order, first->flags & 1 ? ", dirty" : "",
				 first->flags & 2 ? ", up to date" : "",
				 first->preserved ? "" : ", not preserved");
	}
}

static void session(struct lfb_output *output, const struct lfb_inspection *found,
		    const struct lfb_found_session *item)
{
	const struct lfb_found_memfd *memfds = found->memfds.items;
	const struct lfb_found_file *files = found->files.items;

	lfb__output_text(output, "  session ");
	lfb__output_name(output, item->record.name);
	lfb__output_text(output, ": %llu file%s", item->record.count, plural(item->record.count));
	if (item->record.files)
		lfb__output_text(output, " at 0x%llx", item->record.files);
	lfb__output_text(output, "\n");
	for (size_t i = item->first_file; i < item->first_file + item->nr_files; i++) {
		lfb__output_text(output, "    token %llu: ", files[i].record.token);
		lfb__output_name(output, files[i].record.compatible);
		lfb__output_text(output, ", data 0x%llx\n", files[i].record.data);
		if (files[i].is_memfd)
			memfd(output, found, &memfds[files[i].memfd]);
	}
}

static void luo(struct lfb_output *output, const struct lfb_inspection *found)
{
	const struct lfb_found_session *sessions = found->sessions.items;
	const struct lfb_found_flb *flbs = found->flbs.items;

	lfb__output_text(output, "LUO state at 0x%llx, update number %llu", found->luo,
			 found->head.number);
	if (found->head.session_compatible[0])
		lfb__output_text(output, ", %s", found->head.session_compatible);
	lfb__output_text(output, "\n  sessions at 0x%llx, FLBs at 0x%llx\n",
			 found->head.sessions, found->head.flbs);
	for (size_t i = 0; i < found->sessions.count; i++)
		session(output, found, &sessions[i]);
	for (size_t i = 0; i < found->flbs.count; i++) {
		lfb__output_text(output, "  FLB ");
		lfb__output_name(output, flbs[i].record.name);
		lfb__output_text(output, ": needed by %llu file%s, data 0x%llx\n",
				 flbs[i].record.count, plural(flbs[i].record.count),
				 flbs[i].record.data);
	}
}

void lfb__inspection_text(const struct lfb_inspection *found, struct lfb_output *output)
{
	const struct lfb_problem *problems = found->problems.items;

	if (found->blob)
		blob_header(output, found->blob);
	if (found->source)
		image_header(output, found);
	if (found->has_root) {
		kho(output, found);
		subsystems(output, found);
	}
	if (found->has_luo)
		luo(output, found);
	else if (!found->problems.count)
		lfb__output_text(output, "no LUO state\n");
	for (size_t i = 0; i < found->problems.count; i++) {
		lfb__output_text(output, "problem at 0x%llx: ", problems[i].where);
		lfb__output_name(output, problems[i].what);
		lfb__output_text(output, "\n");
	}
}
