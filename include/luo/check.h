/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is wrong with a handover: each thing by the name of the rule it breaks, with where it is.
 *
 * What is checked is what a booting kernel checks, by the same code, and what it would trip over
 * later. "lfb check" prints it; docs/check.md is about both.
 */
#ifndef LUO_CHECK_H
#define LUO_CHECK_H

#include <luo/check_ids.h>
#include <luo/finding.h>
#include <luo/types.h>

struct lfb_blob;
struct lfb_image_options;

/**
 * enum lfb_check_id - the rules
 *
 * New ids are added at the end of their area: use the names where a number would be kept.
 */
enum lfb_check_id {
#define LFB_ENUMERATE(name, id, severity, sentence) LFB_CHECK_##name,
	LFB_CHECK_IDS(LFB_ENUMERATE)
#undef LFB_ENUMERATE
	LFB_CHECKS_NR,
};

/** LFB_CHECK_NOWHERE - an address or offset that there is not. */
#define LFB_CHECK_NOWHERE (~0ull)

/**
 * struct lfb_check_problem - a rule that does not hold
 * @sz: sizeof(struct lfb_check_problem), as the library knows it: what lies behind it is not there
 * @id: which rule
 * @severity: LFB_SEVERITY_ERROR: a kernel refuses it or reads what was not meant;
 *	LFB_SEVERITY_WARNING: one takes it, and it looks wrong
 * @address: physical address of what is wrong; LFB_CHECK_NOWHERE: it is about the file
 * @offset: the same in the file or in the bytes that were given; LFB_CHECK_NOWHERE: it is not in
 *	there, or nobody knows where
 * @path: what it is ("luo/session[3]/file[7]/compatible"), in the words of "lfb get"
 * @text: what is wrong with it, a sentence without a full stop. Names in it are as they were found:
 *	they may have any bytes
 */
struct lfb_check_problem {
	size_t sz;
	enum lfb_check_id id;
	enum lfb_severity severity;
	phys_addr_t address;
	u64 offset;
	const char *path;
	const char *text;
};

/**
 * typedef lfb_check_fn - is told of each problem, in the order in which they were met
 *
 * The problem is good until it returns. A negative return ends the check.
 */
typedef int (*lfb_check_fn)(void *context, const struct lfb_check_problem *problem);

/**
 * lfb_check_blob() - say what is wrong with what a blob hands over
 * @blob: the blob
 * @tell: is told of each problem
 * @context: handed to @tell
 *
 * A problem ends the reading of the thing it is in, and of nothing else. At most 1000 problems that
 * reading it comes across are told.
 *
 * Return: how many errors were told, warnings not counted, 0: it is sound; -EINVAL no live blob, or
 * no @tell; -ENOMEM; what @tell returned.
 */
LFB_API int lfb_check_blob(const struct lfb_blob *blob, lfb_check_fn tell, void *context);

/**
 * lfb_check_bytes() - the same of bytes that may be a blob
 * @bytes: the bytes
 * @size: how many
 * @tell: is told of each problem
 * @context: handed to @tell
 *
 * What makes lfb_blob_from_memory() refuse them is the one problem that is told then.
 *
 * Return: as lfb_check_blob().
 */
LFB_API int lfb_check_bytes(const void *bytes, size_t size, lfb_check_fn tell, void *context);

/**
 * lfb_check_memory() - the same of LUO's state in a bare image of physical memory from address 0
 * @image: the bytes
 * @size: how many
 * @luo: physical address of the LUO tree (or struct luo_ser)
 * @profile: whose format it is
 * @tell: is told of each problem
 * @context: handed to @tell
 *
 * Return: as lfb_check_blob(), and -EINVAL for an unknown profile.
 */
LFB_API int lfb_check_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
			     lfb_check_fn tell, void *context);

/**
 * lfb_check_image() - the same of an image of physical memory
 * @path: an ELF core, else a raw image
 * @options: may be NULL
 * @tell: is told of each problem
 * @context: handed to @tell
 *
 * Return: as lfb_check_blob(); -ENOENT there is no root tree; -errno of reading the file.
 */
LFB_API int lfb_check_image(const char *path, const struct lfb_image_options *options,
			    lfb_check_fn tell, void *context);

/**
 * lfb_check_debugfs() - the same of what a kernel shows in /sys/kernel/debug/kho
 * @path: that directory, a copy of it, or a tar of one
 * @tell: is told of each problem
 * @context: handed to @tell
 *
 * Return: as lfb_check_blob(); -ENOENT nothing of it is there; -errno of reading it.
 */
LFB_API int lfb_check_debugfs(const char *path, lfb_check_fn tell, void *context);

/** lfb_check_name() - Return: an id in words ("range-order"), NULL for no id. */
LFB_API const char *lfb_check_name(enum lfb_check_id id);
/** lfb_check_sentence() - Return: what is wrong where it is told, in one sentence; "" for no id. */
LFB_API const char *lfb_check_sentence(enum lfb_check_id id);
/** lfb_check_severity() - Return: how bad that is; LFB_SEVERITY_NOTE for no id. */
LFB_API enum lfb_severity lfb_check_severity(enum lfb_check_id id);
/** lfb_check_by_name() - Return: the id of a name; -ENOENT. */
LFB_API int lfb_check_by_name(const char *name);

#endif
