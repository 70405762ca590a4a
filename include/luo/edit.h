/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Editing a handover: a value at a path gets another one, in the bytes it was read from, so that
 * what kernels and modules make of it can be tried. Nothing keeps it from making no sense. "lfb
 * edit" does the same; docs/check.md is about both.
 */
#ifndef LUO_EDIT_H
#define LUO_EDIT_H

#include <luo/check.h>
#include <luo/types.h>

struct lfb_image_options;

/**
 * struct lfb_edit - a value that is to be another
 * @path: where it is, in the words that struct lfb_check_problem.path and lfb_edited.path have:
 *	"luo/session[0]/file[1]/token"; or memory as it is, "@0x10000:u32", or the bytes of the file
 *	at an offset, "+0x7c:u8", up to u64, little-endian
 * @value: what it is to be: a number, as "17" or "0x11", or "-1" for all ones; a text, in which
 *	a backslash, an x and two hexadecimal digits are a byte, and which is filled up with NULs:
 *	one that fills its field is not terminated; NULL: it stays, and is only told
 */
struct lfb_edit {
	const char *path;
	const char *value;
};

/**
 * enum lfb_edit_digest - what becomes of a blob's SHA-256; other files have none
 * @LFB_EDIT_MEND_DIGEST: it is that of the bytes before it
 * @LFB_EDIT_KEEP_DIGEST: it stays, so that it is wrong where anything was changed
 * @LFB_EDIT_BREAK_DIGEST: it is wrong
 */
enum lfb_edit_digest {
	LFB_EDIT_MEND_DIGEST,
	LFB_EDIT_KEEP_DIGEST,
	LFB_EDIT_BREAK_DIGEST,
};

/**
 * struct lfb_edited - a value that was changed, or that was asked for
 * @sz: sizeof(struct lfb_edited), as the library knows it: what lies behind it is not there
 * @path: as it was given
 * @address: physical address of its first byte; LFB_CHECK_NOWHERE: it is in nobody's memory
 * @offset: the same in the file or in the bytes that were given
 * @width: how many bytes it has there
 * @from_text: what it was, up to the first NUL; NULL: it is a number
 * @to_text: what it is
 * @from: the number that it was
 * @to: the number that it is
 */
struct lfb_edited {
	size_t sz;
	const char *path;
	phys_addr_t address;
	u64 offset;
	u64 width;
	const char *from_text;
	const char *to_text;
	u64 from;
	u64 to;
};

/**
 * typedef lfb_edited_fn - is told of each edit, in their order, before anything is changed
 *
 * What it is told is good until it returns. A negative return leaves all as it was.
 */
typedef int (*lfb_edited_fn)(void *context, const struct lfb_edited *edited);

/**
 * struct lfb_edit_options - how to edit; all zero will do
 * @sz: sizeof(struct lfb_edit_options)
 * @digest: what becomes of a blob's digest
 * @tell: is told of each edit; may be NULL
 * @context: handed to @tell
 */
struct lfb_edit_options {
	size_t sz;
	enum lfb_edit_digest digest;
	lfb_edited_fn tell;
	void *context;
};

/**
 * lfb_edit_bytes() - edit the bytes of a blob, where they are
 * @bytes: a blob, as a file holds it; its digest may be wrong
 * @size: how many
 * @edits: what is to change; may be NULL with @count 0, to mend or break the digest alone
 * @count: how many edits
 * @options: may be NULL
 *
 * All edits are done, or none. Each of them is about the handover as it was before the first; of
 * two that change the same bits the later one counts. Afterwards it need not be a blob any more.
 *
 * Return: 0; -ENOENT there is no value at a path; -EOPNOTSUPP a value has no bytes of its own, or
 * they are not in the file; -ERANGE one does not fit into its bytes; -EINVAL no bytes, a path or a
 * value that makes no sense, or no blob; -EPROTONOSUPPORT another format version; -E2BIG options of
 * a later version; -ENOMEM; what options->tell returned. lfb_error_text(NULL) says what and where.
 */
LFB_API int lfb_edit_bytes(void *bytes, size_t size, const struct lfb_edit *edits, size_t count,
			   const struct lfb_edit_options *options);

/**
 * lfb_edit_memory() - the same of a bare image of physical memory from address 0, with LUO's state
 * @image: the bytes
 * @size: how many
 * @luo: physical address of the LUO tree (or struct luo_ser)
 * @profile: whose format it is
 * @edits: what is to change
 * @count: how many edits
 * @options: may be NULL
 *
 * Return: as lfb_edit_bytes(), and -EINVAL for an unknown profile.
 */
LFB_API int lfb_edit_memory(void *image, size_t size, phys_addr_t luo, const char *profile,
			    const struct lfb_edit *edits, size_t count,
			    const struct lfb_edit_options *options);

/**
 * lfb_edit_file() - the same of a file
 * @path: a blob, an ELF core, else a raw image of physical memory: a plain file
 * @image: how to look at memory; may be NULL
 * @edits: what is to change
 * @count: how many edits
 * @options: may be NULL
 * @out: the file to write, whole or not at all; it may be @path; NULL: nothing is written, and
 *	edits are only told
 *
 * Return: as lfb_edit_bytes(); -EOPNOTSUPP also of debugfs; -ENOENT also where there is no root
 * tree; -errno of reading or writing the files.
 */
LFB_API int lfb_edit_file(const char *path, const struct lfb_image_options *image,
			  const struct lfb_edit *edits, size_t count,
			  const struct lfb_edit_options *options, const char *out);

#endif
