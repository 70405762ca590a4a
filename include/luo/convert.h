/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The transcoder: a handover of one kernel generation, rewritten for another. docs/convert.md
 * says what is possible between which.
 */
#ifndef LUO_CONVERT_H
#define LUO_CONVERT_H

#include <luo/types.h>

struct lfb_blob;

/**
 * lfb_blob_convert() - rewrite a handover in the formats another kernel reads
 * @from: the handover
 * @profile: the kernel that shall read it
 * @to: set to the new blob, NULL on error
 *
 * Memory that subsystems preserved stays where it is, byte for byte, because their handles are
 * physical addresses; LUO's and KHO's own pages are written anew, elsewhere if need be. Nothing
 * is left out: what the other format cannot hold makes this fail.
 *
 * What subsystems wrote into their own memory is not looked at: a handler of the other kernel
 * must understand it.
 *
 * Return: 0; -EINVAL @from cannot be understood, or there is no such profile; -E2BIG more
 * sessions, files or FLBs than fit; -EOPNOTSUPP something the other format has no place for;
 * -EEXIST two sessions of one name; -ENOMEM the machine's memory is full, the root tree is, or the
 * host's memory. lfb_error_text(NULL) says what.
 */
LFB_API int lfb_blob_convert(const struct lfb_blob *from, const char *profile,
			     struct lfb_blob **to);

/**
 * struct lfb_handover - what a handover holds, in numbers
 * @sz: sizeof(struct lfb_handover)
 * @update: the liveupdate number
 * @sessions: sessions
 * @files: files in all of them
 * @flbs: FLBs
 * @entries: entries of the KHO root tree, LUO's included, kexec-metadata not
 * @blocks: preserved blocks
 * @bytes: their bytes
 * @own_bytes: of these, LUO's own and the root tree's
 */
struct lfb_handover {
	size_t sz;
	u64 update;
	u64 sessions;
	u64 files;
	u64 flbs;
	u64 entries;
	u64 blocks;
	u64 bytes;
	u64 own_bytes;
};

/**
 * lfb_blob_count() - count what a handover holds
 * @blob: the handover
 * @handover: filled in
 *
 * Return: 0; -EINVAL the content cannot be understood (lfb_error_text(NULL)); -ENOMEM.
 */
LFB_API int lfb_blob_count(const struct lfb_blob *blob, struct lfb_handover *handover);

#endif
