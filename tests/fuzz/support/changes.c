// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Every change of a kind to a good handover, and where such handovers come from. */
#define _GNU_SOURCE /* memfd_create() */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <luo/image.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/changes.h"

/* Where is it looked at? */

static void mark(struct changes *good, size_t at, size_t size)
{
	for (size_t i = at; i < at + size && i < good->size; i++)
		good->matters[i] = 1;
}

static bool is_empty(const u8 *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Of pages, which are mostly empty, what is not, the field behind that, and one in 64 besides. */
static void mark_pages(struct changes *good, size_t at, size_t size)
{
	const size_t field = sizeof(u64);

	for (size_t i = at; i < at + size && i + field <= good->size; i += field) {
		if (i == at || !is_empty(good->bytes + i, field) ||
		    !is_empty(good->bytes + i - field, field) || (i / field) % 64 == 63)
			mark(good, i, field);
	}
}

void changes_look(void *context, const void *bytes, size_t size)
{
	struct changes *good = context;
	/* Blobs are read from a copy. */
	const size_t at = (size_t)((const u8 *)bytes - good->read);

	if (good->nr_looks < CHANGES_LOOKS_MAX)
		good->looks[good->nr_looks++] = (struct changes_look){ at, size };
	if (size < PAGE_SIZE)
		mark(good, at, size);
	else
		mark_pages(good, at, size);
}

/* Of a blob, also what says where all else is. */
static void look_at_blob(struct changes *good)
{
	struct lfb_blob *blob;
	u8 *copy = malloc(good->size);

	must(copy);
	memcpy(copy, good->bytes, good->size);
	must(!lfb__blob_open(copy, good->size, true, &blob));
	memcpy(good->profile, blob->profile, sizeof(blob->profile));
	good->memory = blob->memory;
	mark(good, 0, LFB_BLOB_HEADER_SIZE + blob->nr_ranges * LFB_BLOB_RANGE_SIZE +
		      blob->more_scratch * LFB_BLOB_AREA_SIZE);
	good->read = copy;
	exact_read(blob, changes_look, good);
	lfb_blob_free(blob);
	good->read = good->bytes;
}

/* Changes */

struct changing {
	struct changes *good;
	unsigned long part, counted;
	change_fn tried;
};

/* One change was made. */
static void try(struct changing *changing, size_t size)
{
	if (!(changing->counted++ % changing->part))
		changing->tried(changing->good, size);
}

static void each_byte(struct changing *changing)
{
	struct changes *good = changing->good;
	for (size_t at = 0; at < good->size; at++) {
		const u8 was = good->bytes[at];
		const u8 values[] = {
			0, 1, 0x7f, 0x80, 0xff, was ^ 1, (u8)(was + 1), (u8)(was - 1),
		};

		for (size_t i = 0; good->matters[at] && i < ARRAY_SIZE(values); i++) {
			good->bytes[at] = values[i];
			if (values[i] != was)
				try(changing, good->size);
		}
		good->bytes[at] = was;
	}
}

static u64 word_at(const struct changes *good, size_t at)
{
	u64 word;

	memcpy(&word, good->bytes + at, sizeof(word));
	return word;
}

static void each_field(struct changing *changing)
{
	struct changes *good = changing->good;
	for (size_t at = 0; at + sizeof(u64) <= good->size; at += sizeof(u64)) {
		const u64 was = word_at(good, at);
		const u64 values[] = {
			0, 1, was - 1, was + 1, was ^ 1ull << 63, was + PAGE_SIZE, was - PAGE_SIZE,
			was << 1, 0xffffffff, 1ull << 32, ~0ull >> 1, ~0ull,
		};

		for (size_t i = 0; good->matters[at] && i < ARRAY_SIZE(values); i++) {
			memcpy(good->bytes + at, &values[i], sizeof(was));
			if (values[i] != was)
				try(changing, good->size);
		}
		memcpy(good->bytes + at, &was, sizeof(was));
	}
}

/* With the length it had said in it, and with the one it has. */
static void each_length(struct changing *changing)
{
	struct changes *good = changing->good;
	const size_t place = LFB_BLOB_TOTAL_SIZE_AT;
	u64 size = good->size;

	for (size_t length = 0; length < good->size; length++) {
		try(changing, length);
		if (good->is_image || length < place + sizeof(u64))
			continue;
		size = length;
		memcpy(good->bytes + place, &size, sizeof(size));
		try(changing, length);
		size = good->size;
		memcpy(good->bytes + place, &size, sizeof(size));
	}
}

static void swap(struct changes *good, const struct changes_look *a, const struct changes_look *b)
{
	for (size_t i = 0; i < a->size; i++) {
		const u8 byte = good->bytes[a->at + i];

		good->bytes[a->at + i] = good->bytes[b->at + i];
		good->bytes[b->at + i] = byte;
	}
}

static void each_two(struct changing *changing)
{
	struct changes *good = changing->good;
	for (unsigned int i = 0; i < good->nr_looks; i++) {
		for (unsigned int j = i + 1; j < good->nr_looks; j++) {
			const struct changes_look *a = &good->looks[i], *b = &good->looks[j];

			if (a->size != b->size || a->at == b->at ||
			    !memcmp(good->bytes + a->at, good->bytes + b->at, a->size))
				continue;
			swap(good, a, b);
			try(changing, good->size);
			swap(good, a, b);
		}
	}
}

unsigned long changes_matter(const struct changes *good)
{
	unsigned long matters = 0;

	for (size_t i = 0; i < good->size; i++)
		matters += good->matters[i];
	return matters;
}

unsigned long changes_each(struct changes *good, unsigned long part, change_fn tried)
{
	struct changing changing = { .good = good, .part = part, .tried = tried };

	each_byte(&changing);
	each_field(&changing);
	each_length(&changing);
	each_two(&changing);
	return changing.counted;
}

/* Files */

static bool is_called(const char *name, const char *end)
{
	const size_t length = strlen(name);

	return length > strlen(end) && !strcmp(name + length - strlen(end), end);
}

/* What is packed is read from who unpacks it. */
static void load(struct changes *good, const char *path)
{
	const bool packed = is_called(path, ".xz");
	const size_t room = 8u << 20;
	char command[4200];
	FILE *file;

	snprintf(command, sizeof(command), "xz -dc '%s'", path);
	file = packed ? popen(command, "r") : fopen(path, "rb");
	good->bytes = malloc(room);
	must(file && good->bytes);
	good->size = fread(good->bytes, 1, room, file);
	must(feof(file) && !(packed ? pclose(file) : fclose(file)) && good->size);
	good->bytes = realloc(good->bytes, good->size);
	must(good->bytes);
}

/* A blob of the memory of a machine, from address 0 on. */
static void make_blob(struct changes *good)
{
	const struct lfb_image_options options = { .sz = sizeof(options) };
	int fd = memfd_create("image", 0);
	struct lfb_blob *blob;
	char path[40];
	u64 missing;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(fd >= 0 && write(fd, good->bytes, good->size) == (ssize_t)good->size);
	must(!lfb_blob_from_image(path, &options, &blob, &missing));
	close(fd);
	free(good->bytes);
	good->size = blob->size;
	good->bytes = malloc(good->size);
	must(good->bytes);
	memcpy(good->bytes, blob->bytes, good->size);
	lfb_blob_free(blob);
}

void changes_of_file(const char *folder, const char *name, const char *image_of, changes_fn each)
{
	static struct changes good;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s%s", folder, image_of ?: "",
		 image_of ? "/" : "", name);
	memset(&good, 0, sizeof(good));
	good.name = image_of ? path + strlen(folder) + 1 : name;
	good.is_image = image_of != NULL;
	snprintf(good.profile, sizeof(good.profile), "%s", image_of ?: "");
	load(&good, path);
	if (is_called(name, ".mem.xz"))
		make_blob(&good);
	good.read = good.bytes;
	good.matters = calloc(1, good.size);
	must(good.matters);
	if (!good.is_image)
		look_at_blob(&good);
	each(&good);
	free(good.matters);
	free(good.bytes);
}

static int is_handover(const struct dirent *entry)
{
	return is_called(entry->d_name, ".blob") || is_called(entry->d_name, ".blob.xz") ||
	       is_called(entry->d_name, ".mem.xz");
}

/* The same handover lies there as a blob. */
static bool has_blob(const char *folder, const struct dirent *entry)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%.*s.blob.xz", folder,
		 (int)strcspn(entry->d_name, "."), entry->d_name);
	return !access(path, F_OK);
}

void changes_of_folder(const char *folder, changes_fn each)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_handover, alphasort);

	must(count > 0);
	for (int i = 0; i < count; i++) {
		if (!is_called(entries[i]->d_name, ".mem.xz") || !has_blob(folder, entries[i]))
			changes_of_file(folder, entries[i]->d_name, NULL, each);
		free(entries[i]);
	}
	free(entries);
}
