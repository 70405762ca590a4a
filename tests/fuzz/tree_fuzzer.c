// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Device trees from hell: what is said to be sound, all of libfdt reads and edits. The library is a
 * package and no sanitizer is in it, so the tree ends where a page begins that nobody may touch.
 */
#define _GNU_SOURCE
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/kernel/kho/kho.h"
#include "tests/fuzz/support/support.h"

/* More is refused, and what is refused for its size shows nothing new. */
#define SIZE_MAX_TRIED (LFB_FDT_MAX_SIZE + PAGE_SIZE)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Of this many bytes the last ones are before the page. */
static u8 *room(size_t size)
{
	static u8 *end;

	if (!end) {
		u8 *all = mmap(NULL, SIZE_MAX_TRIED + PAGE_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		must(all != MAP_FAILED);
		end = all + SIZE_MAX_TRIED;
		must(!mprotect(end, PAGE_SIZE, PROT_NONE));
	}
	return end - (size + 7) / 8 * 8;
}

static u64 mix(u64 sum, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ ((const u8 *)bytes)[i]) * 0x100000001b3ull;
	return sum;
}

static u64 read_properties(const void *fdt, int node, u64 sum)
{
	char text[100];
	const char *name;
	int property, length;
	u64 value;

	fdt_for_each_property_offset(property, fdt, node) {
		const void *bytes = fdt_getprop_by_offset(fdt, property, &name, &length);

		must(bytes && length >= 0);
		sum = mix(mix(sum, name, strlen(name) + 1), bytes, (size_t)length);
		/* The first one of a name is what is found by it. */
		must(fdt_getprop(fdt, node, name, &length));
		kho__fdt_u64_property(fdt, node, name, &value);
	}
	kho__fdt_compatible_text(fdt, node, text, sizeof(text));
	kho__fdt_compatible_is(fdt, node, "kho-v4");
	return mix(sum, text, strlen(text));
}

/* All there is in the tree, in one number. */
static u64 read_all(const void *fdt)
{
	u64 sum = 0xcbf29ce484222325ull;
	int depth = 0, length;

	for (int i = fdt_num_mem_rsv(fdt); i-- > 0;) {
		uint64_t address, size;

		must(!fdt_get_mem_rsv(fdt, i, &address, &size));
	}
	/* A tree without a root has nothing, and is none the less sound. */
	if (!fdt_get_name(fdt, 0, &length))
		return fdt_next_node(fdt, 0, &depth) < 0 ? sum : 0;
	for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth)) {
		const char *name = fdt_get_name(fdt, node, &length);

		must(name && length >= 0);
		sum = mix(sum, name, (size_t)length + 1);
		sum = read_properties(fdt, node, mix(sum, &depth, sizeof(depth)));
		fdt_subnode_offset(fdt, node, name);
	}
	return sum;
}

/* What kernels do to a tree that they hand on. */
static void edit(const void *fdt, u64 sum)
{
	static u64 edited[(2 * LFB_FDT_MAX_SIZE) / sizeof(u64)];
	const int size = (int)fdt_totalsize(fdt) + 1024;
	struct lfb_problem problem;

	if (fdt_open_into(fdt, edited, size) || size > LFB_FDT_MAX_SIZE)
		return;
	must(read_all(edited) == sum);
	must(!kho__fdt_is_sound(edited, (size_t)size, 0, &problem));
	if (fdt_setprop_u64(edited, 0, "liveupdate-number", 7))
		return;
	must(!kho__fdt_is_sound(edited, (size_t)size, 0, &problem));
	must(!fdt_delprop(edited, 0, "liveupdate-number"));
	must(!fdt_pack(edited));
	must(!kho__fdt_is_sound(edited, fdt_totalsize(edited), 0, &problem));
	read_all(edited);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lfb_problem problem = { 0 };
	u8 *fdt;

	if (size > SIZE_MAX_TRIED)
		return 0;
	fdt = room(size);
	memcpy(fdt, data, size);
	if (kho__fdt_is_sound(fdt, size, 0x1000, &problem)) {
		must(*problem.what);
		return 0;
	}
	edit(fdt, read_all(fdt));
	return 0;
}
