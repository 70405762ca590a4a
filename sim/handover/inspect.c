// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Looking into a handover, with the readers a booting kernel uses. A problem ends the reading of
 * the thing it is in (a list of files, the map), and everything else is read all the same.
 */
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/handover/inspect.h"

#define PROBLEMS_MAX 1000

/* Appends @item. -ENOMEM ends the inspection. */
static int add(struct lfb_inspection *found, struct lfb_list *list, const void *item, size_t size)
{
	void *room = lfb__list_add(list, size);

	if (!room)
		return found->error = -ENOMEM;
	memcpy(room, item, size);
	return 0;
}

static int add_problem(void *context, int error, const struct lfb_problem *problem)
{
	struct lfb_inspection *found = context;

	if (found->problems.count < PROBLEMS_MAX &&
	    add(found, &found->problems, problem, sizeof(*problem)))
		return -ENOMEM;
	return error;
}

static void complain(struct lfb_inspection *found, phys_addr_t where, const char *format, ...)
	LFB_PRINTF(3, 4);

static void complain(struct lfb_inspection *found, phys_addr_t where, const char *format, ...)
{
	struct lfb_problem problem = { .where = where };
	va_list args;

	va_start(args, format);
	vsnprintf(problem.what, sizeof(problem.what), format, args);
	va_end(args);
	add_problem(found, -EINVAL, &problem);
}

/* KHO */

static int add_block(void *context, phys_addr_t phys, unsigned int order)
{
	struct lfb_inspection *found = context;
	struct lfb_found_run *run = found->runs.items;
	u64 size = PAGE_SIZE << order;

	/* Also the bound for maps from hell: no more blocks than what is there can hold. */
	if (!found->view.at(&found->view, phys, size)) {
		complain(found, phys, "preserved block of order %u is not in the blob", order);
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
	return add(found, &found->runs, &(struct lfb_found_run){ phys, 1, order }, sizeof(*run));
}

static void read_map(struct lfb_inspection *found, const struct kho_abi *abi)
{
	struct lfb_problem problem = { 0 };

	if (!abi->read_map(&found->view, found->root.map, add_block, NULL, found, &problem))
		return;
	/* What add_block() objected to is listed already. */
	if (problem.what[0] && !found->error)
		add_problem(found, 0, &problem);
}

static void read_metadata(struct lfb_inspection *found, const struct lfb_found_entry *entry)
{
	struct lfb_problem problem = { 0 };

	if (kho__read_metadata(&found->view, entry->address, entry->size, &found->metadata,
			       &problem)) {
		add_problem(found, 0, &problem);
		return;
	}
	found->has_metadata = true;
	add(found, &found->areas, &(struct lfb_found_area){ entry->address, PAGE_SIZE },
	    sizeof(struct lfb_found_area));
}

static void read_entries(struct lfb_inspection *found, const struct kho_abi *abi)
{
	const void *fdt = found->root.fdt;
	int node;

	fdt_for_each_subnode(node, fdt, 0) {
		struct lfb_found_entry entry = {
			.name = fdt_get_name(fdt, node, NULL),
			.size = PAGE_SIZE,
		};

		if (kho__fdt_u64_property(fdt, node, abi->data_property, &entry.address) ||
		    (abi->size_property &&
		     kho__fdt_u64_property(fdt, node, abi->size_property, &entry.size))) {
			complain(found, found->root.phys, "entry %.64s of the root tree has no "
				 "address of 8 bytes", entry.name);
			continue;
		}
		if (add(found, &found->entries, &entry, sizeof(entry)))
			return;
		if (!strcmp(entry.name, LUO_FDT_KHO_ENTRY_NAME)) {
			found->has_luo = true;
			found->luo = entry.address;
			found->luo_size = entry.size;
		}
		if (abi->size_property && !strcmp(entry.name, KHO_METADATA_NODE_NAME))
			read_metadata(found, &entry);
	}
}

static void read_kho(struct lfb_inspection *found)
{
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;

	if (kho__read_root(&found->view, found->blob->kho_root, &found->root, &problem)) {
		add_problem(found, 0, &problem);
		return;
	}
	found->has_root = true;
	kho__fdt_compatible_text(found->root.fdt, 0, found->root_compatible,
				 sizeof(found->root_compatible));
	abi = kho__abi_of(&found->root);
	if (!abi) {
		complain(found, found->root.phys, "root tree of unknown generation \"%s\"",
			 found->root_compatible);
		return;
	}
	if (strcmp(found->root_compatible, found->blob->kho_compatible))
		complain(found, found->root.phys, "root tree is %s, the blob's header says %s",
			 found->root_compatible, found->blob->kho_compatible);
	read_entries(found, abi);
	read_map(found, abi);
}

/* LUO */

static int add_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	struct lfb_inspection *found = context;

	return add(found, &found->files, &(struct lfb_found_file){ where, *record },
		   sizeof(struct lfb_found_file));
}

static int add_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	struct lfb_inspection *found = context;

	return add(found, &found->sessions,
		   &(struct lfb_found_session){ .where = where, .record = *record },
		   sizeof(struct lfb_found_session));
}

static int add_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct lfb_inspection *found = context;

	return add(found, &found->flbs, &(struct lfb_found_flb){ where, *record },
		   sizeof(struct lfb_found_flb));
}

static int add_area(void *context, phys_addr_t address, size_t size)
{
	struct lfb_inspection *found = context;

	return add(found, &found->areas, &(struct lfb_found_area){ address, size },
		   sizeof(struct lfb_found_area));
}

/* The strings in the tree decide; when none fits, the profile's format says what is wrong. */
static const struct luo_codec *codec_of(const struct lfb_inspection *found, const char *profile)
{
	static const struct luo_codec *const codecs[] = {
		&luo_codec_v1, &luo_codec_v2, &luo_codec_v5,
	};
	const struct luo_profile *known = luo_profile_find(profile);
	const struct luo_reader silent = { .view = &found->view };
	struct luo_head head;

	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		if (!codecs[i]->read_head(codecs[i], &silent, found->luo, found->luo_size, &head))
			return codecs[i];
	}
	return known ? known->codec : codecs[0];
}

static void read_luo(struct lfb_inspection *found, const struct luo_codec *codec)
{
	const struct luo_reader reader = {
		.view = &found->view,
		.context = found,
		.problem = add_problem,
		.memory = add_area,
		.session = add_session,
		.file = add_file,
		.flb = add_flb,
	};

	if (codec->read_head(codec, &reader, found->luo, found->luo_size, &found->head)) {
		found->has_luo = false;
		return;
	}
	codec->read_sessions(codec, &reader, &found->head);
	for (size_t i = 0; i < found->sessions.count && !found->error; i++) {
		struct lfb_found_session *session =
			(struct lfb_found_session *)found->sessions.items + i;

		session->first_file = found->files.count;
		codec->read_files(&reader, &session->record);
		session->nr_files = found->files.count - session->first_file;
	}
	luo_read_flbs(&reader, &found->head);
}

/* Both kinds of input */

static int check_output(enum lfb_inspect_format format, lfb_write_fn write)
{
	if (!write)
		return lfb__error(NULL, -EINVAL, "an inspection needs a function to write to");
	if (format != LFB_INSPECT_TEXT && format != LFB_INSPECT_JSON)
		return lfb__error(NULL, -EINVAL, "inspection format %d is unknown", (int)format);
	return 0;
}

void lfb__inspection_release(struct lfb_inspection *found)
{
	lfb__list_free(&found->entries);
	lfb__list_free(&found->runs);
	lfb__list_free(&found->areas);
	lfb__list_free(&found->sessions);
	lfb__list_free(&found->files);
	lfb__list_free(&found->flbs);
	lfb__list_free(&found->problems);
}

/* Writes what was found, forgets it, and answers for the whole. */
static int finish(struct lfb_inspection *found, enum lfb_inspect_format format, lfb_write_fn write,
		  void *context)
{
	const struct lfb_problem *first = found->problems.items;
	struct lfb_output output = { .write = write, .context = context };
	int err = found->error;

	if (err) {
		lfb__error(NULL, err, "no memory to inspect a handover");
	} else {
		if (format == LFB_INSPECT_JSON)
			lfb__inspection_json(found, &output);
		else
			lfb__inspection_text(found, &output);
		err = lfb__output_end(&output);
		if (err)
			lfb__error(NULL, err, "the inspection could not be written");
		else if (found->problems.count)
			err = lfb__error(NULL, -EINVAL, "at 0x%llx: %s", first->where, first->what);
	}
	lfb__inspection_release(found);
	return err;
}

void lfb__inspection_read(struct lfb_inspection *found, const struct lfb_blob *blob)
{
	found->blob = blob;
	found->view = lfb__blob_view(blob);
	read_kho(found);
	if (found->has_luo && !found->error)
		read_luo(found, codec_of(found, blob->profile));
}

int lfb_inspect_blob(const struct lfb_blob *blob, enum lfb_inspect_format format,
		     lfb_write_fn write, void *context)
{
	struct lfb_inspection found = { 0 };
	int err;

	if (!lfb__blob_valid(blob))
		return -EINVAL;
	err = check_output(format, write);
	if (err)
		return err;
	lfb__inspection_read(&found, blob);
	return finish(&found, format, write, context);
}

struct image {
	const u8 *bytes;
	size_t size;
};

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct image *image = view->context;

	if (!size || phys >= image->size || size > image->size - phys)
		return NULL;
	return image->bytes + phys;
}

int lfb_inspect_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
		       enum lfb_inspect_format format, lfb_write_fn write, void *context)
{
	const struct luo_profile *known = profile ? luo_profile_find(profile) : NULL;
	struct image bytes = { image, size };
	struct lfb_inspection found = { 0 };
	void *aligned = NULL;
	int err = check_output(format, write);

	if (err)
		return err;
	if (!known)
		return lfb__error(NULL, -EINVAL, "there is no profile \"%.64s\"",
				  profile ? profile : "");
	if (!image && size)
		return lfb__error(NULL, -EINVAL, "no image to inspect");
	/* Addresses in memory are aligned as in the kernel that wrote it. */
	if (size && !IS_ALIGNED((uintptr_t)image, sizeof(u64))) {
		aligned = malloc(size);
		if (!aligned)
			return lfb__error(NULL, -ENOMEM, "no memory to inspect an image");
		bytes.bytes = memcpy(aligned, image, size);
	}
	found.view = (struct lfb_view){ .at = image_at, .context = &bytes, .size = size };
	found.has_luo = true;
	found.luo = luo;
	found.luo_size = PAGE_SIZE;
	read_luo(&found, known->codec);
	err = finish(&found, format, write, context);
	free(aligned);
	return err;
}
