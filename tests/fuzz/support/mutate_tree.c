// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Changes to device trees, and what comes of two: nodes and properties are changed, and most of the
 * time all around them fits. Then some numbers and tags may be made not to.
 */
#include <string.h>

#include "tests/fuzz/support/support.h"
#include "tests/fuzz/support/tree.h"

#define VALUE_MAX 256u
#define VALUES 4u

/* A tree that is being changed, and what it was not read from. */
struct draft {
	struct tree tree;
	u8 values[VALUES][VALUE_MAX];
	unsigned int nr_values;
	mutate_bytes_fn mutate;
	u32 random;
};

static const char *const names[] = {
	"", "LUO", "compatible", "preserved-memory-map", "preserved-data", "blob-size",
	"kexec-metadata", "liveupdate-number", "luo-session", "luo-session-header", "luo-flb",
	"luo-flb-header", "a-name-that-is-longer-than-all-others-which-kernels-have-in-trees",
};

static u32 below(struct draft *draft, u32 limit)
{
	return mutate_next(&draft->random) % limit;
}

static void insert(struct tree *tree, unsigned int at, const struct tag *tags, unsigned int count)
{
	if (tree->count + count > TAGS_MAX)
		return;
	memmove(&tree->tags[at + count], &tree->tags[at],
		(tree->count - at) * sizeof(tree->tags[0]));
	memcpy(&tree->tags[at], tags, count * sizeof(*tags));
	tree->count += count;
}

static void take_out(struct tree *tree, unsigned int at, unsigned int count)
{
	memmove(&tree->tags[at], &tree->tags[at + count],
		(tree->count - at - count) * sizeof(tree->tags[0]));
	tree->count -= count;
}

/* A node or property of a tree, the root seldom; of kind 0 either. */
static unsigned int choose(struct draft *draft, const struct tree *tree, u32 kind)
{
	const unsigned int first = tree->count > 2 && below(draft, 32) ? 1 : 0;
	unsigned int at = first + below(draft, tree->count - first);

	for (unsigned int i = 0; i < tree->count; i++) {
		const u32 found = tree->tags[at].kind;

		if (found != FDT_END_NODE && (!kind || found == kind) && at >= first)
			return at;
		at = (at + 1) % tree->count;
	}
	return 0;
}

/* Between two tags in the root, if there is one. */
static unsigned int choose_gap(struct draft *draft)
{
	return draft->tree.count > 1 ? 1 + below(draft, draft->tree.count - 1) : 0;
}

/* Properties stand before nodes where libfdt writes them, and mostly here. */
static unsigned int gap_for(struct draft *draft, const struct tag *tag)
{
	unsigned int at = choose_gap(draft);

	if (tag->kind == FDT_PROP && below(draft, 8)) {
		at = choose(draft, &draft->tree, FDT_BEGIN_NODE) + 1;
	}
	return at < draft->tree.count ? at : 0;
}

/* What nodes and properties are made of */

static u8 *new_value(struct draft *draft, const u8 *value, u32 size)
{
	u8 *bytes = draft->values[draft->nr_values++ % VALUES];

	memset(bytes, 0, VALUE_MAX);
	if (size)
		memcpy(bytes, value, size < VALUE_MAX ? size : VALUE_MAX);
	return bytes;
}

static void change_bytes(struct draft *draft, u8 *bytes, u32 size)
{
	u64 number = mutate_interesting(&draft->random);
	u32 width = 1u << below(draft, 4), at;

	if (!size)
		return;
	if (width > size)
		width = size;
	at = below(draft, size - width + 1) / width * width;
	if (below(draft, 2))
		bytes[below(draft, size)] ^= 1u << below(draft, 8);
	else
		memcpy(bytes + at, &number, width);
}

static u32 another_length(struct draft *draft, u32 size)
{
	static const u32 lengths[] = { 0, 1, 3, 4, 7, 8, 9, 16, 64, VALUE_MAX };

	if (below(draft, 2))
		return lengths[below(draft, ARRAY_SIZE(lengths))];
	size += below(draft, 2) ? 1 : -1u;
	return size <= VALUE_MAX ? size : 0;
}

static void change_value(struct draft *draft)
{
	struct tag *tag = &draft->tree.tags[choose(draft, &draft->tree, FDT_PROP)];
	const struct tag *other = &draft->tree.tags[choose(draft, &draft->tree, FDT_PROP)];
	u8 *bytes;

	if (tag->kind != FDT_PROP || tag->size > VALUE_MAX)
		return;
	bytes = new_value(draft, tag->value, tag->size);
	switch (below(draft, 4)) {
	case 0:
		tag->size = another_length(draft, tag->size);
		break;
	case 1:
		if (other->kind == FDT_PROP)
			*tag = (struct tag){ FDT_PROP, tag->name_size, other->size, tag->name,
					     other->value };
		return;
	case 2:
		/* The fuzzer knows what was compared. */
		if (draft->mutate && tag->size) {
			tag->size = (u32)draft->mutate(bytes, tag->size, VALUE_MAX);
			break;
		}
		/* fall through */
	default:
		change_bytes(draft, bytes, tag->size);
	}
	tag->value = bytes;
}

static void set_name(struct tag *tag, const char *name)
{
	tag->name = (const u8 *)name;
	tag->name_size = (u32)strlen(name);
}

static void rename_one(struct draft *draft)
{
	struct tag *tag = &draft->tree.tags[choose(draft, &draft->tree, 0)];
	const struct tag *other = &draft->tree.tags[choose(draft, &draft->tree, 0)];

	/* The root has no name where all is well. */
	if (tag == draft->tree.tags && below(draft, 8))
		return;
	if (below(draft, 2)) {
		set_name(tag, names[below(draft, ARRAY_SIZE(names))]);
	} else {
		tag->name = other->name;
		tag->name_size = other->name_size;
	}
}

static void add(struct draft *draft)
{
	static const u8 zero[VALUE_MAX];
	struct tag tags[2] = { { .kind = FDT_PROP }, { .kind = FDT_END_NODE } };
	unsigned int count = 1;

	set_name(tags, names[below(draft, ARRAY_SIZE(names))]);
	if (below(draft, 3)) {
		tags->value = zero;
		tags->size = another_length(draft, 8);
	} else {
		tags->kind = FDT_BEGIN_NODE;
		count = 2;
	}
	insert(&draft->tree, gap_for(draft, tags), tags, count);
}

/* Where they stand */

static void copy_tree(struct tree *to, const struct tree *tree)
{
	to->count = tree->count;
	memcpy(to->tags, tree->tags, tree->count * sizeof(tree->tags[0]));
}

/* The node or property at @from is put somewhere in the draft, too. */
static void put_copy(struct draft *draft, const struct tree *from, unsigned int at)
{
	static struct tag copy[TAGS_MAX];
	const unsigned int count = tree_end(from, at) - at;

	memcpy(copy, &from->tags[at], count * sizeof(copy[0]));
	insert(&draft->tree, gap_for(draft, copy), copy, count);
}

static void remove_one(struct draft *draft)
{
	const unsigned int at = choose(draft, &draft->tree, 0);

	if (at || !below(draft, 8))
		take_out(&draft->tree, at, tree_end(&draft->tree, at) - at);
}

static void duplicate(struct draft *draft)
{
	put_copy(draft, &draft->tree, choose(draft, &draft->tree, 0));
}

static void move(struct draft *draft)
{
	static struct tree was;
	const unsigned int at = choose(draft, &draft->tree, 0);

	if (!at)
		return;
	copy_tree(&was, &draft->tree);
	take_out(&draft->tree, at, tree_end(&was, at) - at);
	put_copy(draft, &was, at);
}

static void swap(struct draft *draft)
{
	static struct tree was;
	struct tree *tree = &draft->tree;
	const u32 kind = below(draft, 2) ? FDT_PROP : FDT_BEGIN_NODE;
	unsigned int a = choose(draft, tree, kind), b = choose(draft, tree, kind);
	unsigned int a_end, b_end;

	if (a > b) {
		const unsigned int other = a;

		a = b;
		b = other;
	}
	a_end = tree_end(tree, a);
	b_end = tree_end(tree, b);
	if (a_end > b)
		return;
	copy_tree(&was, tree);
	tree->count = a;
	insert(tree, tree->count, &was.tags[b], b_end - b);
	insert(tree, tree->count, &was.tags[a_end], b - a_end);
	insert(tree, tree->count, &was.tags[a], a_end - a);
	insert(tree, tree->count, &was.tags[b_end], was.count - b_end);
}

static void reserve(struct draft *draft)
{
	draft->tree.reservations = below(draft, 4);
}

static void change(struct draft *draft)
{
	static void (*const changes[])(struct draft *) = {
		change_value, change_value, change_value, rename_one, rename_one, add, remove_one,
		duplicate, move, swap, reserve,
	};

	if (draft->tree.count)
		changes[below(draft, ARRAY_SIZE(changes))](draft);
}

/* What need not fit */

static u32 another_word(struct draft *draft, u32 word)
{
	switch (below(draft, 5)) {
	case 0:
		return (u32)mutate_interesting(&draft->random);
	case 1:
		return word + 1 - 2 * below(draft, 2);
	case 2:
		return word + 4 * (1 + below(draft, 4)) * (below(draft, 2) ? 1 : -1u);
	case 3:
		return word ^ 1u << below(draft, 32);
	default:
		/* With something added it is small again. */
		return 0u - below(draft, 64);
	}
}

/*
 * A word of the header, or one of the structure block: tags, and lengths and names of properties,
 * are among the words that are small.
 */
static void spoil(struct draft *draft, u8 *data, size_t size)
{
	static const u32 kinds[] = { 0, FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END };
	const size_t begin = tree_word(data + TREE_OFF_STRUCT);
	const size_t words = tree_word(data + TREE_SIZE_STRUCT) / 4;
	size_t at = 4 * (size_t)below(draft, TREE_HEADER_SIZE / 4);
	u32 word;

	if (words && begin + 4 * words <= size && below(draft, 2)) {
		at = below(draft, (u32)words);
		for (size_t i = 0; i < words && tree_word(data + begin + 4 * at) > 255; i++)
			at = (at + 1) % words;
		at = begin + 4 * at;
		word = tree_word(data + at);
		if (word <= FDT_END && below(draft, 2)) {
			tree_set_word(data + at, kinds[below(draft, ARRAY_SIZE(kinds))]);
			return;
		}
	}
	tree_set_word(data + at, another_word(draft, tree_word(data + at)));
}

/* Shorter or longer than it says, or as it now is. */
static size_t another_size(struct draft *draft, u8 *data, size_t size, size_t max_size)
{
	const size_t was = size;

	if (below(draft, 2))
		size = below(draft, (u32)size);
	else
		size += below(draft, 16);
	if (size > max_size)
		return was;
	if (size > was)
		memset(data + was, 0, size - was);
	if (size >= TREE_HEADER_SIZE && below(draft, 2))
		tree_set_word(data + TREE_TOTAL, (u32)size);
	return size;
}

/* Writes a draft; three of four as they should be. */
static size_t finish(struct draft *draft, u8 *data, size_t max_size)
{
	size_t size = tree_write(&draft->tree, !below(draft, 4), data, max_size);

	if (!size || below(draft, 4))
		return size;
	for (u32 n = below(draft, 4) ? 1 : 2; n > 0; n--)
		spoil(draft, data, size);
	return below(draft, 4) ? size : another_size(draft, data, size, max_size);
}

/* Its bytes are written over by what comes of them. */
static bool begin(struct draft *draft, const u8 *data, size_t size, unsigned int seed)
{
	static u8 copy[TREE_SIZE_MAX];

	if (size > sizeof(copy))
		return false;
	if (size)
		memcpy(copy, data, size);
	draft->nr_values = 0;
	draft->mutate = NULL;
	draft->random = seed * 2654435761u | 1;
	return tree_read(&draft->tree, copy, size);
}

size_t mutate_tree(u8 *data, size_t size, size_t max_size, unsigned int seed,
		   mutate_bytes_fn mutate)
{
	static struct draft draft;

	if (!begin(&draft, data, size, seed))
		return 0;
	draft.mutate = mutate;
	for (u32 n = below(&draft, 2) ? 1 : 1 + below(&draft, VALUES); n > 0; n--)
		change(&draft);
	return finish(&draft, data, max_size);
}

size_t cross_trees(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
		   size_t max_size, unsigned int seed)
{
	static struct draft draft;
	static struct tree other;

	if (!begin(&draft, a, a_size, seed) || !tree_read(&other, b, b_size))
		return 0;
	for (u32 n = 1 + below(&draft, 3); n > 0; n--) {
		const unsigned int at = choose(&draft, &other, 0);
		unsigned int old = choose(&draft, &draft.tree, other.tags[at].kind);

		/* In place of one of ours, or besides. */
		if (old && below(&draft, 2))
			take_out(&draft.tree, old, tree_end(&draft.tree, old) - old);
		put_copy(&draft, &other, at);
	}
	return finish(&draft, out, max_size);
}
