/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The second opinion inside. Functions that read return whether it was sound; what was not, and
 * why, is in the opinion. The first that is not ends it.
 */
#ifndef TESTS_FUZZ_REFERENCE_PARTS_H
#define TESTS_FUZZ_REFERENCE_PARTS_H

#include "tests/fuzz/support/reference.h"

#define REF_PAGE 4096u
#define REF_ORDER_MAX 30u	/* no block is larger: 4 TiB */

struct ref_range {
	u64 phys;
	u64 size;
	const u8 *bytes;
};

struct ref_block {
	u64 phys;
	unsigned int order;
};

/* Numbers, as many as come. */
struct ref_list {
	u64 *items;
	size_t count;
};

struct ref {
	struct ref_opinion *opinion;
	FILE *listing;
	struct ref_range *ranges;
	size_t nr_ranges;
	u64 end;			/* of memory */
	u64 root;
	char profile_kho[16];		/* the generation the header says */
	bool has_map;
	struct ref_block *blocks;	/* preserved */
	size_t nr_blocks;
	struct ref_list state;		/* pages of the state: see REF_UNPRESERVED */
};

bool ref_refuse(struct ref *ref, enum ref_class class, const char *format, ...)
	LFB_PRINTF(3, 4);
void *ref_grow(void *items, size_t count, size_t size);
void ref_list_add(struct ref_list *list, u64 item);
bool ref_list_has(const struct ref_list *list, u64 item);
u64 ref_number(const u8 *bytes, unsigned int size);

/* Copies what was handed over. False: not all of that was. */
bool ref_get(const struct ref *ref, u64 phys, void *to, u64 size);
bool ref_has(const struct ref *ref, u64 phys, u64 size);
/* @pages pages from the one of @phys on hold state. */
void ref_own(struct ref *ref, u64 phys, unsigned int pages);

/* reference_tree.c: flattened trees, which take a page at most */

struct ref_tree {
	u8 bytes[REF_PAGE];
	u32 structure, structure_size;
	u32 strings, strings_size;
};

/* What is wrong with the tree in @room bytes at @phys; NULL: nothing. */
const char *ref_tree_read(const struct ref *ref, u64 phys, u64 room, struct ref_tree *tree);
/* Places in the structure block: just behind the beginning of a node. */
u32 ref_tree_root(const struct ref_tree *tree);
/* The child of the root that comes as @index; 0: there is none. */
u32 ref_tree_child(const struct ref_tree *tree, unsigned int index, const char **name);
/* … that is called so, whatever its unit address is. */
bool ref_tree_is_called(const char *node, const char *name);
u32 ref_tree_child_named(const struct ref_tree *tree, const char *name);
/* The value of a property; false: there is none. */
bool ref_tree_property(const struct ref_tree *tree, u32 node, const char *name, const u8 **value,
		       u32 *size);
bool ref_tree_u64(const struct ref_tree *tree, u32 node, const char *name, u64 *value);
bool ref_tree_is(const struct ref_tree *tree, u32 node, const char *compatible);

/* reference_map.c */
bool ref_map_v1(struct ref *ref, u64 map);
bool ref_map_v4(struct ref *ref, u64 map);

/* reference_luo.c: @size bytes at @luo are LUO's state */
bool ref_luo(struct ref *ref, u64 luo, u64 size);

#endif
