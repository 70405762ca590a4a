/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Device trees as a list of tags, of which mutate_tree.c makes others.
 */
#ifndef TESTS_FUZZ_TREE_H
#define TESTS_FUZZ_TREE_H

#include <libfdt.h>

#include <luo/macros.h>
#include <luo/types.h>

#define TAGS_MAX 1024u
#define TREE_SIZE_MAX 65536u

/* Offsets of the header's fields, four bytes each, of which the first byte is the highest. */
enum {
	TREE_TOTAL = 4,
	TREE_OFF_STRUCT = 8,
	TREE_OFF_STRINGS = 12,
	TREE_SIZE_STRINGS = 32,
	TREE_SIZE_STRUCT = 36,
	TREE_HEADER_SIZE = 40,
};

/* Names and values lie in the bytes that were read, or anywhere else. */
struct tag {
	u32 kind;		/* FDT_BEGIN_NODE, FDT_END_NODE or FDT_PROP */
	u32 name_size, size;	/* name_size: without its NUL */
	const u8 *name, *value;
};

/* Each node that begins also ends. */
struct tree {
	struct tag tags[TAGS_MAX];
	unsigned int count;
	u32 reservations;	/* of a page each; those that were read are left out */
};

u32 tree_word(const u8 *bytes);
void tree_set_word(u8 *bytes, u32 word);
/* As far as the bytes make sense. Returns whether there is a node. */
bool tree_read(struct tree *tree, const u8 *data, size_t size);
/* Behind the last tag of the node or property there. */
unsigned int tree_end(const struct tree *tree, unsigned int at);
/* Returns the size, or 0 where there is no room. */
size_t tree_write(const struct tree *tree, bool strings_first, u8 *data, size_t room);

#endif
