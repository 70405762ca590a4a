// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* fdt_check_full() of libfdt, in terms of what a kernel's libfdt has. */
#include <libfdt_env.h>

#include <stdbool.h>

#include <fdt.h>
#include <libfdt.h>

int fdt_check_full(const void *fdt, size_t size);

/* A property has a name; those behind the nodes have none. */
static int check_property(const void *fdt, int offset, int depth)
{
	const char *name;
	int err;

	if (!fdt_getprop_by_offset(fdt, offset, &name, &err))
		return err;
	return depth ? 0 : -FDT_ERR_BADSTRUCTURE;
}

static int check_nodes(const void *fdt)
{
	int offset, next = 0, depth = 0, length, err = 0;
	bool any = false;
	uint32_t tag;

	while (!err) {
		offset = next;
		tag = fdt_next_tag(fdt, offset, &next);
		if (next < 0)
			return next;
		if (tag == FDT_END)
			return depth || !any ? -FDT_ERR_BADSTRUCTURE : 0;
		if (tag == FDT_BEGIN_NODE) {
			if (!depth && any)
				return -FDT_ERR_BADSTRUCTURE;
			any = true;
			depth++;
			err = fdt_get_name(fdt, offset, &length) ? 0 : length;
		} else if (tag == FDT_END_NODE) {
			err = depth-- ? 0 : -FDT_ERR_BADSTRUCTURE;
		} else if (tag == FDT_PROP) {
			err = check_property(fdt, offset, depth);
		}
	}
	return err;
}

int fdt_check_full(const void *fdt, size_t size)
{
	uint64_t address, bytes;
	int err;

	if (size < FDT_V1_SIZE)
		return -FDT_ERR_TRUNCATED;
	if (size < fdt_header_size(fdt))
		return -FDT_ERR_TRUNCATED;
	err = fdt_check_header(fdt);
	if (!err && size < fdt_totalsize(fdt))
		err = -FDT_ERR_TRUNCATED;
	if (!err)
		err = fdt_num_mem_rsv(fdt);
	if (err > 0)
		err = fdt_get_mem_rsv(fdt, err - 1, &address, &bytes);
	return err < 0 ? err : check_nodes(fdt);
}
