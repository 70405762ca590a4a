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
			  sha256, blob->profile, blob->boots, blob->memory, blob->scratch,
			  blob->scratch_size);
	lfb__json_open(json, "ranges", '[');
	for (u32 i = 0; i < blob->nr_ranges; i++)
		lfb__json_item(json, "address=%llu pages=%u kind=%s", blob->ranges[i].phys,
			       blob->ranges[i].nr_pages,
			       lfb__blob_kind_name(blob->ranges[i].kind));
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
		lfb__json_item(json, "name=%s address=%llu size=%llu", entries[i].name,
			       entries[i].address, entries[i].size);
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
	lfb__json_members(json, "blocks=%llu bytes=%llu", found->total_blocks, found->total_bytes);
	lfb__json_open(json, "orders", '[');
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
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

static void session(struct lfb_json *json, const struct lfb_inspection *found,
		    const struct lfb_found_session *item)
{
	const struct lfb_found_file *files = found->files.items;

	lfb__json_open(json, NULL, '{');
	lfb__json_members(json, "name=%s address=%llu files_address=%llu count=%llu",
			  item->record.name, item->where, item->record.files, item->record.count);
	lfb__json_open(json, "files", '[');
	for (size_t i = item->first_file; i < item->first_file + item->nr_files; i++)
		lfb__json_item(json, "token=%llu compatible=%s data=%llu address=%llu",
			       files[i].record.token, files[i].record.compatible,
			       files[i].record.data, files[i].where);
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

void lfb__inspection_json(const struct lfb_inspection *found, struct lfb_output *output)
{
	const struct lfb_problem *problems = found->problems.items;
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
	lfb__json_open(&json, "problems", '[');
	for (size_t i = 0; i < found->problems.count; i++)
		lfb__json_item(&json, "where=%llu what=%s", problems[i].where, problems[i].what);
	lfb__json_close(&json, ']');
	lfb__json_close(&json, '}');
}
