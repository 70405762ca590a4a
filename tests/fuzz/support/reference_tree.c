// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Flattened device trees, by the devicetree specification and as strict as what kernels read them
 * with: the root comes first in its block and the end right behind it, and properties of a node
 * come before its children.
 */
#include <string.h>

#include "tests/fuzz/support/reference_parts.h"

#define MAGIC 0xd00dfeed
#define HEADER 40u

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };

struct token {
	u32 tag;
	const char *name;	/* of a node or property */
	const u8 *value;
	u32 size;		/* of it */
};

static u32 big(const u8 *at)
{
	return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

static bool inside(u64 offset, u64 size, u64 total)
{
	return offset >= HEADER && offset + size <= total;
}

/* The string at @at ends before @end. */
static bool ends(const u8 *bytes, u64 at, u64 end)
{
	while (at < end && bytes[at])
		at++;
	return at < end;
}

static bool read_property(const struct ref_tree *tree, u64 at, u64 end, struct token *token)
{
	u32 name;

	if (at + 8 > end)
		return false;
	token->size = big(tree->bytes + at);
	name = big(tree->bytes + at + 4);
	if (at + 8 + token->size > end)
		return false;
	if (name >= tree->strings_size ||
	    !ends(tree->bytes, (u64)tree->strings + name, (u64)tree->strings + tree->strings_size))
		return false;
	token->value = tree->bytes + at + 8;
	token->name = (const char *)tree->bytes + tree->strings + name;
	return true;
}

/* What is at *@place of the structure block, which then is behind it. */
static bool next(const struct ref_tree *tree, u32 *place, struct token *token)
{
	const u64 end = (u64)tree->structure + tree->structure_size;
	u64 at = (u64)tree->structure + *place, size = 0;

	*token = (struct token){ 0 };
	if (at + 4 > end)
		return false;
	token->tag = big(tree->bytes + at);
	at += 4;
	switch (token->tag) {
	case BEGIN_NODE:
		if (!ends(tree->bytes, at, end))
			return false;
		token->name = (const char *)tree->bytes + at;
		size = strlen(token->name) + 1;
		break;
	case PROPERTY:
		if (!read_property(tree, at, end, token))
			return false;
		size = 8ull + token->size;
		break;
	case END_NODE:
	case NOP:
	case END:
		break;
	default:
		return false;
	}
	at += (size + 3) / 4 * 4;
	*place = (u32)(at - tree->structure);
	return at <= end;
}

/* One root without a name, all nodes are closed, and that is all. */
static const char *walk(const struct ref_tree *tree)
{
	unsigned int depth = 1;
	struct token token;
	u32 at = 0;

	if (!next(tree, &at, &token) || token.tag != BEGIN_NODE || token.name[0])
		return "does not begin with its root";
	while (depth) {
		if (!next(tree, &at, &token))
			return "has a node or property that leaves its block";
		if (token.tag == END)
			return "ends within a node";
		if (token.tag == BEGIN_NODE)
			depth++;
		if (token.tag == END_NODE)
			depth--;
	}
	if (!next(tree, &at, &token) || token.tag != END)
		return "goes on behind its root";
	return NULL;
}

static bool reservations_end(const struct ref_tree *tree, u64 at, u64 total)
{
	static const u8 zero[8];

	for (; at + 16 <= total; at += 16) {
		if (!memcmp(tree->bytes + at + 8, zero, sizeof(zero)))
			return true;
	}
	return false;
}

static const char *check_header(struct ref_tree *tree, u64 room)
{
	const u8 *header = tree->bytes;
	const u64 total = big(header + 4), reservations = big(header + 16);

	if (big(header) != MAGIC || big(header + 20) != 17 || big(header + 24) != 16)
		return "is none of version 17";
	if (total < HEADER || total > room)
		return "has no such size";
	tree->structure = big(header + 8);
	tree->strings = big(header + 12);
	tree->strings_size = big(header + 32);
	tree->structure_size = big(header + 36);
	if (reservations % 8 || !inside(reservations, 16, total) ||
	    !reservations_end(tree, reservations, total))
		return "has reservations that do not end";
	if (tree->structure % 4 || !inside(tree->structure, tree->structure_size, total))
		return "has its structure outside";
	if (!inside(tree->strings, tree->strings_size, total))
		return "has its strings outside";
	return NULL;
}

const char *ref_tree_read(const struct ref *ref, u64 phys, u64 room, struct ref_tree *tree)
{
	const char *flaw;

	if (room > REF_PAGE)
		room = REF_PAGE;
	/* An image may end with it. */
	if (phys < ref->end && room > ref->end - phys)
		room = ref->end - phys;
	memset(tree, 0, sizeof(*tree));
	if (phys % 8 || room < HEADER || !ref_get(ref, phys, tree->bytes, room))
		return "is not there";
	flaw = check_header(tree, room);
	return flaw ? flaw : walk(tree);
}

u32 ref_tree_root(const struct ref_tree *tree)
{
	struct token token;
	u32 at = 0;

	next(tree, &at, &token);
	return at;
}

u32 ref_tree_child(const struct ref_tree *tree, unsigned int index, const char **name)
{
	u32 at = ref_tree_root(tree);
	unsigned int depth = 1;
	struct token token;

	while (depth && next(tree, &at, &token)) {
		if (token.tag == BEGIN_NODE && depth++ == 1 && !index--) {
			*name = token.name;
			return at;
		}
		if (token.tag == END_NODE)
			depth--;
	}
	return 0;
}

bool ref_tree_is_called(const char *node, const char *name)
{
	while (*name && *node == *name) {
		node++;
		name++;
	}
	return !*name && (!*node || *node == '@');
}

u32 ref_tree_child_named(const struct ref_tree *tree, const char *name)
{
	const char *found;
	u32 node;

	for (unsigned int i = 0; (node = ref_tree_child(tree, i, &found)); i++) {
		if (ref_tree_is_called(found, name))
			break;
	}
	return node;
}

bool ref_tree_property(const struct ref_tree *tree, u32 node, const char *name, const u8 **value,
		       u32 *size)
{
	struct token token;

	while (next(tree, &node, &token) && (token.tag == PROPERTY || token.tag == NOP)) {
		if (token.tag == PROPERTY && !strcmp(token.name, name)) {
			*value = token.value;
			*size = token.size;
			return true;
		}
	}
	return false;
}

/* As kernels store it: bytes of their own order, not a tree's. */
bool ref_tree_u64(const struct ref_tree *tree, u32 node, const char *name, u64 *value)
{
	const u8 *bytes;
	u32 size;

	if (!ref_tree_property(tree, node, name, &bytes, &size) || size != 8)
		return false;
	*value = ref_number(bytes, 8);
	return true;
}

bool ref_tree_is(const struct ref_tree *tree, u32 node, const char *compatible)
{
	const u8 *bytes;
	u32 size, start = 0;

	if (!ref_tree_property(tree, node, "compatible", &bytes, &size) || !size ||
	    bytes[size - 1])
		return false;
	for (u32 at = 0; at < size; at++) {
		if (bytes[at])
			continue;
		if (!strcmp((const char *)bytes + start, compatible))
			return true;
		start = at + 1;
	}
	return false;
}
