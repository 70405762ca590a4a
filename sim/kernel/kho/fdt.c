// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Flattened device trees that may be hostile.
 *
 * libfdt 1.6.1 follows a NULL pointer in fdt_check_full() when the header claims an old version,
 * reads misaligned reservations, and overflows an int on a property longer than the tree. So the
 * header and the lengths in the structure block are checked here first; what is left, nesting,
 * order and strings, is fdt_check_full()'s.
 */
#include <libfdt.h>
#include <string.h>

#include "sim/kernel/kho/kho.h"

/* The only generation libfdt itself writes. */
#define VERSION 17
#define LAST_COMPATIBLE_VERSION 16

static bool lies_inside(u32 offset, u32 size, u32 total)
{
	return offset >= sizeof(struct fdt_header) && offset <= total && size <= total - offset;
}

static const char *header_flaw(const void *fdt, size_t size)
{
	u32 total = fdt_totalsize(fdt);

	if (fdt_magic(fdt) != FDT_MAGIC)
		return "no device tree: it does not start with the magic number";
	if (fdt_version(fdt) != VERSION || fdt_last_comp_version(fdt) != LAST_COMPATIBLE_VERSION)
		return "no device tree: it is not of version 17, compatible with 16";
	if (total > size)
		return "no device tree: it claims to be larger than its place";
	if (total < sizeof(struct fdt_header))
		return "no device tree: it claims to be smaller than its header";
	if (!IS_ALIGNED(fdt_off_mem_rsvmap(fdt), 8) ||
	    !lies_inside(fdt_off_mem_rsvmap(fdt), sizeof(struct fdt_reserve_entry), total))
		return "no device tree: its reservations are misaligned or outside";
	if (!IS_ALIGNED(fdt_off_dt_struct(fdt), FDT_TAGSIZE) ||
	    !lies_inside(fdt_off_dt_struct(fdt), fdt_size_dt_struct(fdt), total))
		return "no device tree: its structure block is misaligned or outside";
	if (!lies_inside(fdt_off_dt_strings(fdt), fdt_size_dt_strings(fdt), total))
		return "no device tree: its strings block lies outside";
	return NULL;
}

/* Bytes that follow a tag in the @left bytes of the structure block; false when they do not. */
static bool payload_size(u32 tag, const u8 *payload, u32 left, u32 *size)
{
	const u8 *end;

	*size = 0;
	switch (tag) {
	case FDT_END_NODE:
	case FDT_NOP:
	case FDT_END:
		return true;
	case FDT_BEGIN_NODE:
		end = memchr(payload, '\0', left);
		if (!end)
			return false;
		*size = (u32)(end - payload) + 1;
		break;
	case FDT_PROP:
		if (left < 2 * FDT_TAGSIZE || fdt32_ld((const void *)payload) > left)
			return false;
		*size = 2 * FDT_TAGSIZE + fdt32_ld((const void *)payload);
		break;
	default:
		return false;
	}
	*size = (*size + FDT_TAGSIZE - 1) & ~(FDT_TAGSIZE - 1);
	return *size <= left;
}

/* Does every tag lie, with all that belongs to it, inside the structure block? */
static bool struct_block_is_sound(const u8 *tags, u32 size)
{
	u32 at = 0;

	while (size - at >= FDT_TAGSIZE) {
		u32 tag = fdt32_ld((const void *)(tags + at));
		u32 payload;

		at += FDT_TAGSIZE;
		if (!payload_size(tag, tags + at, size - at, &payload))
			return false;
		if (tag == FDT_END)
			return true;
		at += payload;
	}
	return false;
}

const char *kho__fdt_flaw(const void *fdt, size_t size)
{
	const char *flaw;

	if (!IS_ALIGNED((uintptr_t)fdt, 8))
		return "device tree is misaligned";
	if (size < sizeof(struct fdt_header))
		return "no room for a device tree";
	flaw = header_flaw(fdt, size);
	if (!flaw && !struct_block_is_sound((const u8 *)fdt + fdt_off_dt_struct(fdt),
					    fdt_size_dt_struct(fdt)))
		flaw = "device tree has a node or property that leaves its block";
	return flaw;
}

int kho__fdt_is_sound(const void *fdt, size_t size, phys_addr_t where, struct lfb_problem *problem)
{
	const char *flaw = kho__fdt_flaw(fdt, size < LFB_FDT_MAX_SIZE ? size : LFB_FDT_MAX_SIZE);
	int err;

	if (flaw)
		return lfb__problem(problem, -EINVAL, where, "%s", flaw);
	err = fdt_check_full(fdt, fdt_totalsize(fdt));
	if (err)
		return lfb__problem(problem, -EINVAL, where, "device tree is damaged: %s",
				    fdt_strerror(err));
	return 0;
}

int kho__fdt_u64_property(const void *fdt, int node, const char *name, u64 *value)
{
	const void *bytes;
	int size;

	bytes = fdt_getprop(fdt, node, name, &size);
	if (!bytes)
		return -ENOENT;
	if (size != sizeof(*value))
		return -EINVAL;
	memcpy(value, bytes, sizeof(*value));
	return 0;
}

bool kho__fdt_compatible_is(const void *fdt, int node, const char *compatible)
{
	return !fdt_node_check_compatible(fdt, node, compatible);
}

const char *kho__fdt_compatible_text(const void *fdt, int node, char *text, size_t size)
{
	const char *bytes;
	size_t used = 0;
	int length;

	bytes = fdt_getprop(fdt, node, "compatible", &length);
	if (!bytes)
		length = 0;
	for (; used + 1 < size && used < (size_t)length && bytes[used]; used++)
		text[used] = bytes[used] >= ' ' && bytes[used] <= '~' ? bytes[used] : '?';
	if (size)
		text[used] = '\0';
	return text;
}
