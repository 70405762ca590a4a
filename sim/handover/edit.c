// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Editing what a handover says: who writes its values says where their bytes are, and here those
 * are changed. First all edits are found and understood, then all are made, or none.
 */
#include <luo/edit.h>

#include <stdlib.h>
#include <string.h>

#include "sim/handover/inspect.h"

/* An edit, being made. */
struct change {
	const struct lfb_edit *edit;
	struct lfb_field field;
	bool is_there;			/* a value has its path … */
	bool is_part;			/* … or values in it */
	u64 address, offset;		/* of its first byte */
	u8 *from, *to, *mask;		/* field.width bytes each, with a NUL behind them */
};

struct editing {
	struct change *changes;
	size_t count;
	struct lfb_edit_options options;
	const char *out;		/* of an image */
	struct lfb_list patches;	/* struct lfb_patch, in the order of the edits */
};

/* Finding */

static void note_value(void *context, const struct lfb_value *value)
{
	struct editing *editing = context;

	for (size_t i = 0; i < editing->count; i++) {
		struct change *change = &editing->changes[i];
		const size_t length = strlen(change->edit->path);

		if (strncmp(value->path, change->edit->path, length))
			continue;
		if (value->path[length]) {
			change->is_part |= strchr("/[", value->path[length]) != NULL;
			continue;
		}
		change->field = *value->field;
		change->is_there = true;
	}
}

static int find(struct change *change)
{
	const char *path = change->edit->path;
	int err = 0;

	if (!change->is_there)
		err = lfb__field_raw(path, &change->field);
	if (err == -ENOENT && change->is_part)
		return lfb__error(NULL, -EOPNOTSUPP, "%.128s is no single value: edit one of those "
				  "in it", path);
	if (err == -ENOENT)
		return lfb__error(NULL, err, "there is no value at %.128s", path);
	if (err || change->field.kind != LFB_FIELD_NONE)
		return err;
	return lfb__error(NULL, -EOPNOTSUPP, "%.128s is %s", path, change->field.instead ?
			  change->field.instead : "in no bytes that could be found");
}

/* Bytes */

static u64 file_size(const struct lfb_inspection *found)
{
	if (found->source)
		return found->source->file_size;
	return found->blob ? found->blob->size : found->view.size;
}

/* Where byte @i of a field is in the file. */
static u64 offset_of(const struct lfb_inspection *found, const struct lfb_field *field, u64 i)
{
	const u64 at = field->at + i;
	const u64 offset = field->in_file ? at : lfb__found_offset(found, at);

	return at >= i && offset < file_size(found) ? offset : LFB_CHECK_NOWHERE;
}

static int read_byte(const struct lfb_inspection *found, u64 offset, u8 *byte)
{
	if (found->source)
		return lfb__source_pread(found->source->fd, byte, 1, offset);
	*byte = found->bytes[offset];
	return 0;
}

static int read_bytes(const struct lfb_inspection *found, struct change *change)
{
	const struct lfb_field *field = &change->field;
	const size_t room = field->width + 1;

	change->from = calloc(3, room);
	if (!change->from)
		return lfb__error(NULL, -ENOMEM, "no memory to edit a handover");
	change->to = change->from + room;
	change->mask = change->to + room;
	change->offset = offset_of(found, field, 0);
	change->address = field->in_file ? LFB_CHECK_NOWHERE : field->at;
	for (size_t i = 0; i < field->width; i++) {
		const u64 offset = offset_of(found, field, i);

		if (offset == LFB_CHECK_NOWHERE || read_byte(found, offset, &change->from[i]))
			return lfb__error(NULL, -EOPNOTSUPP, "%.128s: what is at %s0x%llx is not "
					  "in the file", change->edit->path,
					  field->in_file ? "offset " : "", field->at);
	}
	memcpy(change->to, change->from, field->width);
	return 0;
}

static int add_patches(const struct lfb_inspection *found, struct editing *editing,
		       struct change *change)
{
	for (size_t i = 0; i < change->field.width; i++) {
		struct lfb_patch *patch = lfb__list_add(&editing->patches, sizeof(*patch));

		if (!patch)
			return lfb__error(NULL, -ENOMEM, "no memory to edit a handover");
		*patch = (struct lfb_patch){
			.offset = offset_of(found, &change->field, i),
			.byte = change->to[i],
			.mask = change->mask[i],
		};
	}
	return 0;
}

static int make(const struct lfb_inspection *found, struct editing *editing, struct change *change)
{
	const struct lfb_edit *edit = change->edit;
	int err;

	if (!edit->value)
		return 0;
	err = lfb__field_parse(&change->field, edit->path, edit->value, change->to,
			       change->mask);
	return err ? err : add_patches(found, editing, change);
}

static int tell(const struct editing *editing, const struct change *change)
{
	const bool is_number = change->field.kind == LFB_FIELD_NUMBER;
	const struct lfb_edited edited = {
		.sz = sizeof(edited),
		.path = change->edit->path,
		.address = change->address,
		.offset = change->offset,
		.width = change->field.width,
		.from_text = is_number ? NULL : (const char *)change->from,
		.to_text = is_number ? NULL : (const char *)change->to,
		.from = is_number ? lfb__field_number(&change->field, change->from) : 0,
		.to = is_number ? lfb__field_number(&change->field, change->to) : 0,
	};
	const int result = editing->options.tell ?
			   editing->options.tell(editing->options.context, &edited) : 0;

	return result < 0 ? result : 0;
}

/* With all of a handover read, and none of it changed. */
static int edit_found(void *context, struct lfb_inspection *found)
{
	struct editing *editing = context;
	struct change *changes = editing->changes;
	int err = 0;

	lfb__inspection_values(found, note_value, editing);
	for (size_t i = 0; i < editing->count && !err; i++) {
		err = find(&changes[i]);
		if (!err)
			err = read_bytes(found, &changes[i]);
		if (!err)
			err = make(found, editing, &changes[i]);
	}
	for (size_t i = 0; i < editing->count && !err; i++)
		err = tell(editing, &changes[i]);
	if (err || !editing->out)
		return err;
	return lfb__source_write_patched(found->source, editing->patches.items,
					 editing->patches.count, editing->out);
}

/* All of it */

static int begin(struct editing *editing, const struct lfb_edit *edits, size_t count,
		 const struct lfb_edit_options *options)
{
	int err = lfb__options_take(NULL, "the options of an edit", &editing->options,
				    sizeof(editing->options), options, sizeof(editing->options));

	if (err)
		return err;
	if (editing->options.digest > LFB_EDIT_BREAK_DIGEST)
		return lfb__error(NULL, -EINVAL, "nothing is to be done about a digest that is "
				  "called %d", (int)editing->options.digest);
	for (size_t i = 0; i < count; i++) {
		if (!edits || !edits[i].path)
			return lfb__error(NULL, -EINVAL, "edit %zu has no path", i);
	}
	editing->changes = calloc(count + 1, sizeof(*editing->changes));
	if (!editing->changes)
		return lfb__error(NULL, -ENOMEM, "no memory to edit a handover");
	for (size_t i = 0; i < count; i++)
		editing->changes[i].edit = &edits[i];
	editing->count = count;
	return 0;
}

static void end(struct editing *editing)
{
	for (size_t i = 0; i < editing->count; i++)
		free(editing->changes[i].from);
	free(editing->changes);
	lfb__list_free(&editing->patches);
}

static int seal(u8 *bytes, size_t size, enum lfb_edit_digest digest)
{
	int err = digest == LFB_EDIT_KEEP_DIGEST ? 0 : lfb__blob_seal(bytes, size);

	if (!err && digest == LFB_EDIT_BREAK_DIGEST)
		bytes[size - 1] ^= 0xff;
	return err;
}

/* On a copy, which becomes what is handed back if all went well. */
static int edit_copy(struct editing *editing, struct lfb_blob *blob, void *bytes, size_t size)
{
	int err = lfb__inspect_blob(blob, edit_found, editing);

	if (err)
		return err;
	lfb__source_patch(editing->patches.items, editing->patches.count, 0, blob->bytes, size);
	err = seal(blob->bytes, size, editing->options.digest);
	if (!err)
		memcpy(bytes, blob->bytes, size);
	return err;
}

int lfb_edit_bytes(void *bytes, size_t size, const struct lfb_edit *edits, size_t count,
		   const struct lfb_edit_options *options)
{
	struct editing editing = { .count = 0 };
	struct lfb_blob *blob;
	u8 *copy;
	int err;

	if (!bytes)
		return lfb__error(NULL, -EINVAL, "lfb_edit_bytes(): no bytes");
	err = begin(&editing, edits, count, options);
	if (err)
		return err;
	copy = malloc(size + 1);
	if (!copy) {
		err = lfb__error(NULL, -ENOMEM, "no memory for a blob of %zu bytes", size);
	} else {
		memcpy(copy, bytes, size);
		err = lfb__blob_open(copy, size, false, &blob);
	}
	if (!err) {
		err = edit_copy(&editing, blob, bytes, size);
		lfb_blob_free(blob);
	}
	end(&editing);
	return err;
}

int lfb_edit_memory(void *image, size_t size, phys_addr_t luo, const char *profile,
		    const struct lfb_edit *edits, size_t count,
		    const struct lfb_edit_options *options)
{
	struct editing editing = { .count = 0 };
	int err;

	if (!image)
		return lfb__error(NULL, -EINVAL, "lfb_edit_memory(): no image");
	err = begin(&editing, edits, count, options);
	if (err)
		return err;
	err = lfb__inspect_memory(image, size, luo, profile, edit_found, &editing);
	if (!err)
		lfb__source_patch(editing.patches.items, editing.patches.count, 0, image, size);
	end(&editing);
	return err;
}

static int edit_blob(const char *path, const struct lfb_edit *edits, size_t count,
		     const struct lfb_edit_options *options, const char *out)
{
	char *bytes;
	size_t size;
	int err = lfb__read_whole_file(path, &bytes, &size);

	if (err)
		return err;
	err = lfb_edit_bytes(bytes, size, edits, count, options);
	if (!err && out)
		err = lfb__write_whole_file(out, bytes, size);
	free(bytes);
	return err;
}

int lfb_edit_file(const char *path, const struct lfb_image_options *image,
		  const struct lfb_edit *edits, size_t count,
		  const struct lfb_edit_options *options, const char *out)
{
	struct editing editing = { .out = out };
	int err = lfb_image_kind(path);

	if (err < 0)
		return err;
	if (err == LFB_IMAGE_BLOB)
		return edit_blob(path, edits, count, options, out);
	if (err == LFB_IMAGE_DEBUGFS)
		return lfb__error(NULL, -EOPNOTSUPP, "%.200s: debugfs is not edited by path: its "
				  "files are text and copies of pages, edit those", path);
	err = begin(&editing, edits, count, options);
	if (!err)
		err = lfb__inspect_image(path, image, edit_found, &editing);
	end(&editing);
	return err;
}
