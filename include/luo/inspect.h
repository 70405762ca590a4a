/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The inspector: what a handover holds, decoded by the same code a booting kernel uses.
 */
#ifndef LUO_INSPECT_H
#define LUO_INSPECT_H

#include <luo/types.h>

struct lfb_blob;

/** enum lfb_inspect_format - for people or for programs. */
enum lfb_inspect_format {
	LFB_INSPECT_TEXT,
	LFB_INSPECT_JSON,
};

/** typedef lfb_write_fn - receives output piece by piece; a negative return ends it. */
typedef int (*lfb_write_fn)(void *context, const char *bytes, size_t size);

/**
 * lfb_inspect_blob() - describe a blob
 * @blob: the blob
 * @format: how
 * @write: receives the description
 * @context: handed to @write
 *
 * Return: 0; -EINVAL the content cannot be understood (what could be was written, and what could
 * not be is said there and by lfb_error_text(NULL)); what @write returned.
 */
LFB_API int lfb_inspect_blob(const struct lfb_blob *blob, enum lfb_inspect_format format,
			     lfb_write_fn write, void *context);

/**
 * lfb_inspect_memory() - describe LUO's state in a bare image of physical memory from address 0
 * @image: the bytes
 * @size: how many
 * @luo: physical address of the LUO tree (or struct luo_ser)
 * @profile: whose format it is
 * @format: how
 * @write: receives the description
 * @context: handed to @write
 *
 * Return: as lfb_inspect_blob(), and -EINVAL for an unknown profile.
 */
LFB_API int lfb_inspect_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
			       enum lfb_inspect_format format, lfb_write_fn write, void *context);

#endif
