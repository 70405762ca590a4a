// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Device trees as a list of tags, for mutate_tree.c: read from any bytes, as far as they go, and
 * written with a header that fits. Nothing here is libfdt's, which is not fit for any bytes.
 */
#include <string.h>

#include "tests/fuzz/support/tree.h"

u32 tree_word(const u8 *bytes)
{
	return (u32)bytes[0] << 24 | (u32)bytes[1] << 16 | (u32)bytes[2] << 8 | bytes[3];
}

void tree_set_word(u8 *bytes, u32 word)
{
	bytes[0] = (u8)(word >> 24);
	bytes[1] = (u8)(word >> 16);
	bytes[2] = (u8)(word >> 8);
	bytes[3] = (u8)word;
}

/* The bytes up to a NUL, which must be there. */
static bool read_name(const u8 *bytes, size_t left, struct tag *tag)
{
	const u8 *end = left ? memchr(bytes, '\0', left) : NULL;

	tag->name = bytes;
	tag->name_size = end ? (u32)(end - bytes) : 0;
	return end != NULL;
}

/* What is behind a tag; how much that is, or 0 where it is not all there. */
static size_t read_payload(const u8 *bytes, size_t left, const u8 *strings, size_t strings_size,
			   struct tag *tag)
{
	u32 name;

	if (tag->kind == FDT_BEGIN_NODE)
		return read_name(bytes, left, tag) ? ALIGN(tag->name_size + 1, 4) : 0;
	if (left < 8)
		return 0;
	tag->size = tree_word(bytes);
	tag->value = bytes + 8;
	name = tree_word(bytes + 4);
	if (tag->size > left - 8)
		return 0;
	/* A property whose name is nowhere has one none the less. */
	if (name >= strings_size || !read_name(strings + name, strings_size - name, tag))
		tag->name = (const u8 *)"", tag->name_size = 0;
	return 8 + (size_t)ALIGN(tag->size, 4);
}

static void read_tags(struct tree *tree, const u8 *bytes, size_t size, const u8 *strings,
		      size_t strings_size)
{
	unsigned int open = 0;

	for (size_t at = 0; at + 4 <= size && tree->count + open + 1 < TAGS_MAX;) {
		struct tag tag = { .kind = tree_word(bytes + at) };
		size_t payload = 0;

		at += 4;
		if (tag.kind == FDT_NOP)
			continue;
		if (tag.kind == FDT_END_NODE ? !open : tag.kind != FDT_BEGIN_NODE &&
						       (tag.kind != FDT_PROP || !open))
			break;
		if (tag.kind != FDT_END_NODE) {
			payload = read_payload(bytes + at, size - at, strings, strings_size, &tag);
			if (!payload)
				break;
		}
		open += tag.kind == FDT_BEGIN_NODE;
		open -= tag.kind == FDT_END_NODE;
		tree->tags[tree->count++] = tag;
		at = payload < size - at ? at + payload : size;
	}
	while (open-- > 0)
		tree->tags[tree->count++] = (struct tag){ .kind = FDT_END_NODE };
}

bool tree_read(struct tree *tree, const u8 *data, size_t size)
{
	size_t tags, strings, tags_size, strings_size;

	tree->count = 0;
	tree->reservations = 0;
	if (size < TREE_HEADER_SIZE)
		return false;
	tags = tree_word(data + TREE_OFF_STRUCT);
	strings = tree_word(data + TREE_OFF_STRINGS);
	tags_size = tree_word(data + TREE_SIZE_STRUCT);
	strings_size = tree_word(data + TREE_SIZE_STRINGS);
	if (tags > size)
		return false;
	if (strings > size)
		strings = size;
	if (tags_size > size - tags)
		tags_size = size - tags;
	if (strings_size > size - strings)
		strings_size = size - strings;
	read_tags(tree, data + tags, tags_size, data + strings, strings_size);
	return tree->count > 1;
}

unsigned int tree_end(const struct tree *tree, unsigned int at)
{
	unsigned int open = 0;

	do {
		open += tree->tags[at].kind == FDT_BEGIN_NODE;
		open -= tree->tags[at].kind == FDT_END_NODE;
		at++;
	} while (open && at < tree->count);
	return at;
}

/* Writing */

struct out {
	u8 *bytes;
	size_t size, room;
};

static void put(struct out *out, const void *bytes, size_t size)
{
	if (size && out->size <= out->room && size <= out->room - out->size)
		memcpy(out->bytes + out->size, bytes, size);
	out->size += size;
}

static void put_word(struct out *out, u32 word)
{
	u8 bytes[4];

	tree_set_word(bytes, word);
	put(out, bytes, sizeof(bytes));
}

static void put_padding(struct out *out, size_t alignment)
{
	static const u8 zero[8];

	put(out, zero, ALIGN(out->size, alignment) - out->size);
}

/* Where a name is among the strings; it is put there if it is not. */
static u32 name_offset(struct out *strings, const struct tag *tag)
{
	const size_t size = tag->name_size + 1;

	for (size_t at = 0; at + size <= strings->size && strings->size <= strings->room; at++) {
		if (!strings->bytes[at + size - 1] &&
		    !memcmp(strings->bytes + at, tag->name, size - 1))
			return (u32)at;
	}
	put(strings, tag->name, tag->name_size);
	put(strings, "", 1);
	return (u32)(strings->size - size);
}

static void put_tag(struct out *out, struct out *strings, const struct tag *tag)
{
	put_word(out, tag->kind);
	if (tag->kind == FDT_BEGIN_NODE) {
		put(out, tag->name, tag->name_size);
		put(out, "", 1);
	} else if (tag->kind == FDT_PROP) {
		put_word(out, tag->size);
		put_word(out, name_offset(strings, tag));
		put(out, tag->value, tag->size);
	}
	put_padding(out, 4);
}

static void put_reservation(struct out *out, u32 page, u32 size)
{
	put_word(out, 0);
	put_word(out, page * PAGE_SIZE);
	put_word(out, 0);
	put_word(out, size);
}

static void put_header(u8 *bytes, size_t total, size_t tags, size_t tags_size, size_t strings,
		       size_t strings_size)
{
	const u32 words[TREE_HEADER_SIZE / 4] = {
		FDT_MAGIC, (u32)total, (u32)tags, (u32)strings, TREE_HEADER_SIZE, 17, 16, 0,
		(u32)strings_size, (u32)tags_size,
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		tree_set_word(bytes + 4 * i, words[i]);
}

/* Either block may be the last one: what leaves it leaves the tree. */
size_t tree_write(const struct tree *tree, bool strings_first, u8 *data, size_t room)
{
	static u8 names[TREE_SIZE_MAX], blocks[TREE_SIZE_MAX];
	struct out out = { data, 0, room }, strings = { names, 0, sizeof(names) };
	struct out tags = { blocks, 0, sizeof(blocks) };
	size_t tags_at, strings_at;
	static const u8 header[TREE_HEADER_SIZE];

	for (unsigned int i = 0; i < tree->count; i++)
		put_tag(&tags, &strings, &tree->tags[i]);
	put_word(&tags, FDT_END);
	if (tags.size > tags.room || strings.size > strings.room)
		return 0;
	put(&out, header, sizeof(header));
	for (u32 i = tree->reservations; i > 0; i--)
		put_reservation(&out, i, PAGE_SIZE);
	put_reservation(&out, 0, 0);
	strings_at = out.size;
	if (strings_first) {
		put(&out, names, strings.size);
		put_padding(&out, 8);
	}
	tags_at = out.size;
	put(&out, blocks, tags.size);
	if (!strings_first) {
		strings_at = out.size;
		put(&out, names, strings.size);
	}
	if (out.size > room)
		return 0;
	put_header(data, out.size, tags_at, tags.size, strings_at, strings.size);
	return out.size;
}
