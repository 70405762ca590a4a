/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The blob: everything the next kernel may know, in one piece. docs/blob.md describes the format.
 */
#ifndef LUO_BLOB_H
#define LUO_BLOB_H

#include <luo/types.h>

struct lfb_blob;
struct lfb_machine;

/** LFB_BLOB_VERSION - the format's version; a reader refuses any other. */
#define LFB_BLOB_VERSION 1
/** LFB_DIGEST_SIZE - bytes of a blob's SHA-256. */
#define LFB_DIGEST_SIZE 32

/**
 * lfb_blob_capture() - take the handover of a machine that is about to jump
 * @machine: a machine in state LFB_REBOOTING
 * @blob: set to the blob, NULL on error
 *
 * Return: 0; -EINVAL; -EBUSY lfb_machine_prepare() has not succeeded; -ENODATA nothing is handed
 * over (live update is off); -ENOMEM.
 */
LFB_API int lfb_blob_capture(struct lfb_machine *machine, struct lfb_blob **blob);

/**
 * lfb_blob_from_memory() - read a blob from bytes
 * @bytes: the bytes; copied
 * @size: how many
 * @blob: set to the blob, NULL on error
 *
 * Return: 0; -EINVAL not a blob, cut off, altered or made of parts that contradict each other;
 * -EPROTONOSUPPORT another format version; -ENOMEM. lfb_error_text(NULL) says what and where.
 */
LFB_API int lfb_blob_from_memory(const void *bytes, size_t size, struct lfb_blob **blob);

/** lfb_blob_load() - lfb_blob_from_memory() of a file; also the errors of reading it. */
LFB_API int lfb_blob_load(const char *path, struct lfb_blob **blob);
/** lfb_blob_save() - write a blob to a file, whole or not at all. Return: 0 or -errno. */
LFB_API int lfb_blob_save(const struct lfb_blob *blob, const char *path);
/** lfb_blob_free() - free a blob; NULL is ignored. */
LFB_API void lfb_blob_free(struct lfb_blob *blob);

/** lfb_blob_bytes() - Return: the blob's bytes, as a file holds them; @size set to how many. */
LFB_API const void *lfb_blob_bytes(const struct lfb_blob *blob, size_t *size);
/** lfb_blob_digest() - Return: the SHA-256 over all that precedes it in the blob. */
LFB_API const u8 *lfb_blob_digest(const struct lfb_blob *blob);
/** lfb_blob_profile() - Return: the profile that wrote it. */
LFB_API const char *lfb_blob_profile(const struct lfb_blob *blob);
/** lfb_blob_memory() - Return: bytes of memory of the machine that wrote it. */
LFB_API u64 lfb_blob_memory(const struct lfb_blob *blob);

#endif
