// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The second opinion: the container (docs/blob.md), and the KHO root tree (docs/facts.md 8.3). */
#include "tests/fuzz/support/reference.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/reference_parts.h"
#include "tests/fuzz/support/support.h"

/* What all of it needs */

bool ref_refuse(struct ref *ref, enum ref_class class, const char *format, ...)
{
	va_list arguments;

	ref->opinion->refused = class;
	va_start(arguments, format);
	vsnprintf(ref->opinion->why, sizeof(ref->opinion->why), format, arguments);
	va_end(arguments);
	return false;
}

/* Room for one more. */
void *ref_grow(void *items, size_t count, size_t size)
{
	if (count && count & (count - 1))
		return items;
	items = realloc(items, (count ? 2 * count : 1) * size);
	must(items);
	return items;
}

void ref_list_add(struct ref_list *list, u64 item)
{
	list->items = ref_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = item;
}

bool ref_list_has(const struct ref_list *list, u64 item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] == item)
			return true;
	}
	return false;
}

u64 ref_number(const u8 *bytes, unsigned int size)
{
	u64 number = 0;

	for (unsigned int i = 0; i < size; i++)
		number |= (u64)bytes[i] << 8 * i;
	return number;
}

static const struct ref_range *range_of(const struct ref *ref, u64 phys)
{
	for (size_t i = 0; i < ref->nr_ranges; i++) {
		if (phys >= ref->ranges[i].phys && phys - ref->ranges[i].phys < ref->ranges[i].size)
			return &ref->ranges[i];
	}
	return NULL;
}

/* @to NULL: nothing is copied. */
static bool get(const struct ref *ref, u64 phys, u8 *to, u64 size)
{
	while (size) {
		const struct ref_range *range = range_of(ref, phys);
		u64 part;

		if (!range)
			return false;
		part = range->phys + range->size - phys;
		if (part > size)
			part = size;
		if (to)
			memcpy(to, range->bytes + (phys - range->phys), part);
		to = to ? to + part : NULL;
		phys += part;
		size -= part;
	}
	return true;
}

bool ref_get(const struct ref *ref, u64 phys, void *to, u64 size)
{
	return size && get(ref, phys, to, size);
}

bool ref_has(const struct ref *ref, u64 phys, u64 size)
{
	return size && get(ref, phys, NULL, size);
}

void ref_own(struct ref *ref, u64 phys, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		ref_list_add(&ref->state, phys + (u64)i * REF_PAGE);
}

void ref_say_name(FILE *listing, const char *name, size_t size)
{
	fputc('"', listing);
	for (size_t i = 0; i < size && name[i]; i++) {
		const unsigned char letter = (unsigned char)name[i];

		if (letter > ' ' && letter < 0x7f && letter != '"' && letter != '\\')
			fputc(letter, listing);
		else
			fprintf(listing, "\\x%02x", letter);
	}
	fputc('"', listing);
}

const char *ref_class_name(enum ref_class class)
{
	static const char *const names[REF_CLASSES] = {
		"sound", "container", "root", "map", "head", "records", "FLBs", "unpreserved",
	};

	return names[class];
}

/* The container */

struct area {
	u64 at, size;
};

struct container {
	struct area memory;
	struct area scratch[16];
	u64 nr_scratch;
};

static bool is_in(const struct area *memory, u64 at, u64 size)
{
	return at % REF_PAGE == 0 && size % REF_PAGE == 0 && at >= memory->at &&
	       at - memory->at < memory->size && size <= memory->size - (at - memory->at);
}

/* Letters that can be seen, at least one, and NULs up to the end, at least one. */
static bool is_name(const u8 *field, size_t size)
{
	size_t length = 0;

	while (length < size && field[length] > 0x20 && field[length] < 0x7f)
		length++;
	if (!length || length == size)
		return false;
	for (; length < size; length++) {
		if (field[length])
			return false;
	}
	return true;
}

static bool digest_fits(const u8 *bytes, size_t size)
{
	u8 *copy = malloc(size);
	bool fits;

	must(copy);
	memcpy(copy, bytes, size);
	must(!lfb__blob_seal(copy, size));
	fits = !memcmp(copy, bytes, size);
	free(copy);
	return fits;
}

static const char *read_header(struct ref *ref, const u8 *bytes, size_t size, bool digest,
			       struct container *in)
{
	if (size < 160 || memcmp(bytes, "LFBBLOB\n", 8))
		return "no blob";
	if (ref_number(bytes + 8, 4) != 1 || ref_number(bytes + 12, 4) != 128)
		return "another version";
	if (ref_number(bytes + 16, 8) != size)
		return "another size";
	if (digest && !digest_fits(bytes, size))
		return "another digest";
	if (!is_name(bytes + 64, 32) || !is_name(bytes + 96, 16))
		return "a name that is none";
	in->memory = (struct area){ ref_number(bytes + 112, 8), ref_number(bytes + 24, 8) };
	if (in->memory.size % REF_PAGE || in->memory.size < 1 << 20 ||
	    in->memory.size > 1ull << 40 || in->memory.at % (4 << 20) ||
	    in->memory.at > 4ull << 30)
		return "memory of no machine";
	in->scratch[0] = (struct area){ ref_number(bytes + 40, 8), ref_number(bytes + 48, 8) };
	in->nr_scratch = 1 + ref_number(bytes + 120, 4);
	if (!is_in(&in->memory, in->scratch[0].at, in->scratch[0].size) || in->nr_scratch > 16)
		return "scratch that is none";
	if (!ref_number(bytes + 56, 4) || ref_number(bytes + 124, 4))
		return "no kernel, or something reserved";
	ref->end = in->memory.at + in->memory.size;
	ref->root = ref_number(bytes + 32, 8);
	memcpy(ref->profile_kho, bytes + 96, sizeof(ref->profile_kho));
	return NULL;
}

static const char *check_range(const struct ref *ref, const struct container *in, u64 kind)
{
	const struct ref_range *range = &ref->ranges[ref->nr_ranges - 1], *before = range - 1;

	if (!range->size || !is_in(&in->memory, range->phys, range->size) ||
	    range->phys - in->memory.at < 0x10000)
		return "a range outside of memory";
	for (u64 i = 0; i < in->nr_scratch; i++) {
		const struct area *scratch = &in->scratch[i];

		if (range->phys < scratch->at + scratch->size &&
		    scratch->at < range->phys + range->size && scratch->size)
			return "a range in scratch";
	}
	if (kind < 1 || kind > 3)
		return "a range of no kind";
	if (kind == 1 && (range->phys != ref->root || range->size != REF_PAGE))
		return "a root that is another";
	if (ref->nr_ranges > 1 && range->phys < before->phys + before->size)
		return "a range below the one before";
	return NULL;
}

static const char *read_ranges(struct ref *ref, const u8 *bytes, u64 content, u64 end,
			       const struct container *in)
{
	const u64 count = ref_number(bytes + 60, 4);
	u64 before = 0;
	bool root = false;

	for (u64 i = 0; i < count; i++) {
		const u8 *entry = bytes + 128 + 16 * i;
		const u64 kind = ref_number(entry + 12, 4);
		const struct ref_range *last;
		struct ref_range range = {
			ref_number(entry, 8), ref_number(entry + 8, 4) * REF_PAGE, bytes + content,
		};
		const char *flaw;

		ref->ranges = ref_grow(ref->ranges, ref->nr_ranges, sizeof(range));
		ref->ranges[ref->nr_ranges++] = range;
		flaw = check_range(ref, in, kind);
		if (flaw)
			return flaw;
		last = &ref->ranges[ref->nr_ranges - 1];
		if (i && kind == before && last[-1].phys + last[-1].size == last->phys)
			return "a range in two";
		if (range.size > end - content)
			return "a range that is cut off";
		content += range.size;
		before = kind;
		root |= kind == 1;
	}
	if (content != end)
		return "bytes of no range";
	return root ? NULL : "no root";
}

static const char *read_container(struct ref *ref, const u8 *bytes, size_t size, bool digest)
{
	struct container in = { .nr_scratch = 0 };
	const char *flaw = read_header(ref, bytes, size, digest, &in);
	u64 at, end = size - LFB_DIGEST_SIZE;

	if (flaw)
		return flaw;
	at = 128 + 16 * ref_number(bytes + 60, 4);
	if (at + 16 * (in.nr_scratch - 1) > end)
		return "more ranges than fit";
	for (u64 i = 1; i < in.nr_scratch; i++, at += 16) {
		in.scratch[i] = (struct area){ ref_number(bytes + at, 8),
					       ref_number(bytes + at + 8, 8) };
		if (!in.scratch[i].size ||
		    !is_in(&in.memory, in.scratch[i].at, in.scratch[i].size))
			return "scratch that is none";
	}
	return read_ranges(ref, bytes, at, end, &in);
}

/* The root tree */

/* kexec-metadata: u32 version; char release[65]; u32 count */
static bool read_metadata(struct ref *ref, u64 at, u64 size)
{
	u8 metadata[73];

	if (size < sizeof(metadata) || !ref_get(ref, at, metadata, sizeof(metadata)) ||
	    ref_number(metadata, 4) != 1)
		return ref_refuse(ref, REF_ROOT, "no kexec-metadata that is known");
	ref_own(ref, at, 1);
	return true;
}

/* Of two entries with one name a kernel finds the first. */
static bool read_entries(struct ref *ref, const struct ref_tree *tree, bool v4, u64 *luo,
			 u64 *luo_size)
{
	bool metadata = false;
	const char *name;
	u32 node;

	for (unsigned int i = 0; (node = ref_tree_child(tree, i, &name)); i++) {
		u64 at, size = REF_PAGE;

		if (!ref_tree_u64(tree, node, v4 ? "preserved-data" : "fdt", &at) ||
		    (v4 && !ref_tree_u64(tree, node, "blob-size", &size)))
			return ref_refuse(ref, REF_ROOT, "an entry without an address");
		fprintf(ref->listing, "entry ");
		ref_say_name(ref->listing, name, strlen(name));
		fprintf(ref->listing, " 0x%llx %llu\n", at, size);
		if (v4 && !metadata && ref_tree_is_called(name, "kexec-metadata")) {
			metadata = true;
			if (!read_metadata(ref, at, size))
				return false;
		}
		if (!*luo_size && ref_tree_is_called(name, "LUO")) {
			*luo = at;
			*luo_size = size ? size : 1;
		}
	}
	return true;
}

static int by_address(const void *a, const void *b)
{
	const struct ref_block *left = a, *right = b;

	return (left->phys > right->phys) - (left->phys < right->phys);
}

static void say_blocks(struct ref *ref)
{
	if (ref->nr_blocks)
		qsort(ref->blocks, ref->nr_blocks, sizeof(*ref->blocks), by_address);
	for (size_t i = 0; i < ref->nr_blocks; i++)
		fprintf(ref->listing, "block 0x%llx %u\n", ref->blocks[i].phys,
			ref->blocks[i].order);
}

static bool check_state(struct ref *ref)
{
	for (size_t i = 0; i < ref->state.count && ref->has_map; i++) {
		size_t block = 0;

		while (block < ref->nr_blocks &&
		       (ref->state.items[i] < ref->blocks[block].phys ||
			ref->state.items[i] - ref->blocks[block].phys >=
				(u64)REF_PAGE << ref->blocks[block].order))
			block++;
		if (block == ref->nr_blocks)
			return ref_refuse(ref, REF_UNPRESERVED, "0x%llx is given out",
					  ref->state.items[i]);
	}
	return true;
}

static bool read_root(struct ref *ref)
{
	u64 map, luo = 0, luo_size = 0;
	struct ref_tree tree;
	const char *flaw = ref_tree_read(ref, ref->root, REF_PAGE, &tree);
	bool v4;

	if (flaw)
		return ref_refuse(ref, REF_ROOT, "the root tree %s", flaw);
	ref_own(ref, ref->root, 1);
	v4 = ref_tree_is(&tree, ref_tree_root(&tree), "kho-v4");
	if ((!v4 && !ref_tree_is(&tree, ref_tree_root(&tree), "kho-v1")) ||
	    strcmp(ref->profile_kho, v4 ? "kho-v4" : "kho-v1"))
		return ref_refuse(ref, REF_ROOT, "a root tree of another generation");
	if (!ref_tree_u64(&tree, ref_tree_root(&tree), "preserved-memory-map", &map))
		return ref_refuse(ref, REF_ROOT, "a root tree without a map");
	ref->has_map = true;
	fprintf(ref->listing, "%s\n", v4 ? "kho-v4" : "kho-v1");
	if (!read_entries(ref, &tree, v4, &luo, &luo_size))
		return false;
	if (!map)
		return ref_refuse(ref, REF_MAP, "there is no map");
	if (!(v4 ? ref_map_v4(ref, map) : ref_map_v1(ref, map)))
		return false;
	say_blocks(ref);
	return (!luo_size || ref_luo(ref, luo, luo_size)) && check_state(ref);
}

/* Both kinds of input */

static void begin(struct ref *ref, struct ref_opinion *opinion, size_t *size)
{
	*opinion = (struct ref_opinion){ .refused = REF_SOUND };
	ref->opinion = opinion;
	ref->listing = open_memstream(&opinion->text, size);
	must(ref->listing);
}

static void end(struct ref *ref)
{
	struct ref_opinion *opinion = ref->opinion;

	must(!fclose(ref->listing));
	free(ref->ranges);
	free(ref->blocks);
	opinion->own = ref->state.items;
	opinion->nr_own = ref->state.count;
	if (opinion->refused == REF_SOUND)
		return;
	free(opinion->text);
	opinion->text = NULL;
}

void ref_forget(struct ref_opinion *opinion)
{
	free(opinion->text);
	free(opinion->own);
	*opinion = (struct ref_opinion){ .refused = REF_SOUND };
}

void ref_read(const u8 *bytes, size_t size, bool digest, struct ref_opinion *opinion)
{
	struct ref ref = { 0 };
	const char *flaw;
	size_t length;

	begin(&ref, opinion, &length);
	flaw = read_container(&ref, bytes, size, digest);
	if (flaw)
		ref_refuse(&ref, REF_CONTAINER, "%s", flaw);
	else
		read_root(&ref);
	end(&ref);
}

void ref_read_memory(const u8 *bytes, size_t size, u64 luo, struct ref_opinion *opinion)
{
	struct ref ref = { .end = size };
	size_t length;

	begin(&ref, opinion, &length);
	ref.ranges = ref_grow(NULL, 0, sizeof(*ref.ranges));
	ref.ranges[ref.nr_ranges++] = (struct ref_range){ 0, size, bytes };
	ref_luo(&ref, luo, REF_PAGE);
	end(&ref);
}
