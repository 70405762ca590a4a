// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An inspection for programs. Numbers are plain; keys stay as they are. */
#include <stdio.h>

#include "sim/handover/inspect.h"

static void digest(struct lfb_json *json, const struct lfb_blob *blob)
{
	const u8 *bytes = blob->bytes + blob->size - LFB_DIGEST_SIZE;
	char text[2 * LFB_DIGEST_SIZE + 1];

	for (unsigned int i = 0; i < LFB_DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	lfb__json_string(json, "sha256", text);
}

static void blob_header(struct lfb_json *json, const struct lfb_blob *blob)
{
	lfb__json_open(json, "blob", '{');
	lfb__json_number(json, "version", LFB_BLOB_VERSION);
	lfb__json_number(json, "size", blob->size);
	digest(json, blob);
	lfb__json_string(json, "profile", blob->profile);
	lfb__json_number(json, "boots", blob->boots);
	lfb__json_number(json, "memory", blob->memory);
	lfb__json_number(json, "scratch", blob->scratch);
	lfb__json_number(json, "scratch_size", blob->scratch_size);
	lfb__json_open(json, "ranges", '[');
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_number(json, "address", blob->ranges[i].phys);
		lfb__json_number(json, "pages", blob->ranges[i].nr_pages);
		lfb__json_string(json, "kind", lfb__blob_kind_name(blob->ranges[i].kind));
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void kho(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;

	lfb__json_open(json, "kho", '{');
	lfb__json_number(json, "address", found->root.phys);
	lfb__json_string(json, "compatible", found->root_compatible);
	lfb__json_number(json, "map", found->root.map);
	lfb__json_open(json, "entries", '[');
	for (size_t i = 0; i < found->entries.count; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_string(json, "name", entries[i].name);
		lfb__json_number(json, "address", entries[i].address);
		lfb__json_number(json, "size", entries[i].size);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void memory_map(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_run *runs = found->runs.items;

	lfb__json_open(json, "memory_map", '{');
	lfb__json_number(json, "blocks", found->total_blocks);
	lfb__json_number(json, "bytes", found->total_bytes);
	lfb__json_open(json, "orders", '[');
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		if (!found->blocks[order])
			continue;
		lfb__json_open(json, NULL, '{');
		lfb__json_number(json, "order", order);
		lfb__json_number(json, "blocks", found->blocks[order]);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_open(json, "runs", '[');
	for (size_t i = 0; i < found->runs.count; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_number(json, "address", runs[i].address);
		lfb__json_number(json, "order", runs[i].order);
		lfb__json_number(json, "blocks", runs[i].blocks);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void session(struct lfb_json *json, const struct lfb_inspection *found,
		    const struct lfb_found_session *item)
{
	const struct lfb_found_file *files = found->files.items;

	lfb__json_open(json, NULL, '{');
	lfb__json_string(json, "name", item->record.name);
	lfb__json_number(json, "address", item->where);
	lfb__json_number(json, "files_address", item->record.files);
	lfb__json_number(json, "count", item->record.count);
	lfb__json_open(json, "files", '[');
	for (size_t i = item->first_file; i < item->first_file + item->nr_files; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_number(json, "token", files[i].record.token);
		lfb__json_string(json, "compatible", files[i].record.compatible);
		lfb__json_number(json, "data", files[i].record.data);
		lfb__json_number(json, "address", files[i].where);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void luo(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_found_session *sessions = found->sessions.items;
	const struct lfb_found_flb *flbs = found->flbs.items;

	lfb__json_open(json, "luo", '{');
	lfb__json_number(json, "address", found->luo);
	lfb__json_number(json, "number", found->head.number);
	lfb__json_string(json, "session_compatible", found->head.session_compatible);
	lfb__json_number(json, "sessions_address", found->head.sessions);
	lfb__json_number(json, "flbs_address", found->head.flbs);
	lfb__json_open(json, "sessions", '[');
	for (size_t i = 0; i < found->sessions.count; i++)
		session(json, found, &sessions[i]);
	lfb__json_close(json, ']');
	lfb__json_open(json, "flbs", '[');
	for (size_t i = 0; i < found->flbs.count; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_string(json, "name", flbs[i].record.name);
		lfb__json_number(json, "data", flbs[i].record.data);
		lfb__json_number(json, "count", flbs[i].record.count);
		lfb__json_number(json, "address", flbs[i].where);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void problems(struct lfb_json *json, const struct lfb_inspection *found)
{
	const struct lfb_problem *items = found->problems.items;

	lfb__json_open(json, "problems", '[');
	for (size_t i = 0; i < found->problems.count; i++) {
		lfb__json_open(json, NULL, '{');
		lfb__json_number(json, "where", items[i].where);
		lfb__json_string(json, "what", items[i].what);
		lfb__json_close(json, '}');
	}
	lfb__json_close(json, ']');
}

void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output)
{
	struct lfb_json json = { .output = output };

	lfb__json_open(&json, NULL, '{');
	if (found->blob)
		blob_header(&json, found->blob);
	if (found->has_root) {
		kho(&json, found);
		memory_map(&json, found);
	}
	if (found->has_luo)
		luo(&json, found);
	problems(&json, found);
	lfb__json_close(&json, '}');
}
