// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The device trees that kernels of arm64 boot with: what /chosen says of the handover. They are
 * larger than any that is handed over, so they are walked once, and libfdt, which searches them
 * for each property, only takes the steps.
 */
#include <libfdt.h>
#include <string.h>

#include "sim/handover/source/source.h"

/* As much as these kernels map of one, … */
#define TREE_MAX (2u << 20)
/* … and of all that memory may seem to have. */
#define TREES_MAX (64ull << 20)

/* The first property of a name, NULL: none was met. */
struct found {
	const u8 *value;
	u32 size;
};

struct chosen {
	struct found address_cells;
	struct found size_cells;
	struct found root;
	struct found scratch;
};

static u32 word_at(const void *at)
{
	return fdt32_ld(at);
}

static bool is_named(const void *fdt, u32 offset, const char *name)
{
	const size_t size = strlen(name) + 1;
	const u32 room = fdt_size_dt_strings(fdt);
	const char *strings = (const char *)fdt + fdt_off_dt_strings(fdt);

	return offset < room && size <= room - offset && !memcmp(strings + offset, name, size);
}

static void meet(const void *fdt, const struct fdt_property *property, const char *name,
		 struct found *found)
{
	if (!found->value && is_named(fdt, word_at(&property->nameoff), name))
		*found = (struct found){ (const u8 *)property->data, word_at(&property->len) };
}

/* @depth: 1 for what the root has, 2 for what /chosen has. */
static void meet_property(const void *fdt, int at, int depth, struct chosen *chosen)
{
	const struct fdt_property *property = fdt_offset_ptr(fdt, at, sizeof(*property));

	if (depth == 1) {
		meet(fdt, property, "#address-cells", &chosen->address_cells);
		meet(fdt, property, "#size-cells", &chosen->size_cells);
	} else {
		meet(fdt, property, "linux,kho-fdt", &chosen->root);
		meet(fdt, property, "linux,kho-scratch", &chosen->scratch);
	}
}

static bool is_chosen(const void *fdt, int at)
{
	const char *name = fdt_offset_ptr(fdt, at + FDT_TAGSIZE, 1);

	return !strcmp(name, "chosen") || !strcmp(name, "chosen@0");
}

/* Nothing but the lengths in it is known to be right. False: it ends too early. */
static bool walk(const void *fdt, struct chosen *chosen)
{
	bool inside = false, was_there = false;
	int depth = 0, next = 0;

	for (;;) {
		const int at = next;

		switch (fdt_next_tag(fdt, at, &next)) {
		case FDT_BEGIN_NODE:
			inside = ++depth == 2 && !was_there && is_chosen(fdt, at);
			was_there |= inside;
			break;
		case FDT_END_NODE:
			if (!depth--)
				return false;
			inside = false;
			break;
		case FDT_PROP:
			if (depth == 1 || (depth == 2 && inside))
				meet_property(fdt, at, depth, chosen);
			break;
		case FDT_NOP:
			break;
		default:
			return !depth;
		}
	}
}

/* How many words a number takes: one or two, one where nothing says it, 0 for anything else. */
static u32 cells_of(const struct found *found)
{
	u32 cells = 1;

	if (found->value)
		cells = found->size == FDT_TAGSIZE ? word_at(found->value) : 0;
	return cells <= 2 ? cells : 0;
}

static u64 number_at(const u8 *at, u32 cells)
{
	return cells == 2 ? (u64)word_at(at) << 32 | word_at(at + FDT_TAGSIZE) : word_at(at);
}

/* An address and a size, and nothing else. */
static bool read_range(const struct chosen *chosen, const struct found *found, u64 *address,
		       u64 *size)
{
	const u32 address_cells = cells_of(&chosen->address_cells);
	const u32 size_cells = cells_of(&chosen->size_cells);

	if (!found->value || !address_cells || !size_cells ||
	    found->size != (address_cells + size_cells) * FDT_TAGSIZE)
		return false;
	*address = number_at(found->value, address_cells);
	*size = number_at(found->value + address_cells * FDT_TAGSIZE, size_cells);
	return true;
}

bool lfb__source_chosen(struct lfb_source *source, phys_addr_t phys, const u8 *page,
			struct lfb_boot_data *boot)
{
	const struct lfb_view view = lfb__source_view(source);
	const u32 size = fdt_magic(page) == FDT_MAGIC ? fdt_totalsize(page) : 0;
	struct chosen chosen = { 0 };
	const void *fdt;

	if (size < sizeof(struct fdt_header) || size > TREE_MAX ||
	    size > TREES_MAX - source->tree_bytes)
		return false;
	source->tree_bytes += size;
	fdt = view.at(&view, phys, size);
	return fdt && !kho__fdt_flaw(fdt, size) && walk(fdt, &chosen) &&
	       read_range(&chosen, &chosen.root, &boot->root, &boot->root_size) &&
	       read_range(&chosen, &chosen.scratch, &boot->scratch, &boot->scratch_size);
}
