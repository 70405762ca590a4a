/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Files whose bytes are in memory, as memfd_create() makes them. Mirrors the parts of
 * linux/shmem_fs.h, linux/memfd.h and linux/fs.h that a handler of such files needs: size,
 * position, seals, the folios by index, holes. There are no mappings and there is no swap.
 *
 * Context, for all functions here: any phase in which a kernel runs. Pages of a file are the
 * file's, not those of the callback in which they happened to be allocated.
 */
#ifndef LUO_SHMEM_H
#define LUO_SHMEM_H

#include <luo/file.h>
#include <luo/types.h>

struct folio;

/* As in linux/fcntl.h and linux/memfd.h. */
#ifndef F_SEAL_SEAL
#define F_SEAL_SEAL 0x0001
#define F_SEAL_SHRINK 0x0002
#define F_SEAL_GROW 0x0004
#define F_SEAL_WRITE 0x0008
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 0x0002U
#endif

/**
 * memfd_alloc_file() - make a file in memory: empty, at position 0, without a name
 * @name: for traces; must live as long as the file
 * @flags: MFD_ALLOW_SEALING: seals may be added; without it the file has F_SEAL_SEAL
 *
 * Allocates (fault points of kind LFB_FAULT_ALLOC).
 * Return: the file with one reference, or ERR_PTR(): -EINVAL unknown flags, -ENOMEM.
 */
LFB_API struct file *memfd_alloc_file(const char *name, unsigned int flags);
/**
 * lfb_shmem_reopen() - another open file of the same inode, as opening /proc/self/fd/N gives
 * @file: a file in memory
 *
 * Return: the file with one reference and position 0, or ERR_PTR(): -ENXIO it is no file in
 * memory, -ENOMEM.
 */
LFB_API struct file *lfb_shmem_reopen(struct file *file);
/** shmem_file() - Return: are the bytes of @file in memory? */
LFB_API bool shmem_file(const struct file *file);

/** memfd_get_seals() - Return: F_SEAL_*, -EINVAL for what is no file in memory. */
LFB_API int memfd_get_seals(struct file *file);
/**
 * memfd_add_seals() - forbid more
 * @file: a file in memory
 * @seals: F_SEAL_*
 *
 * Return: 0; -EPERM the file has F_SEAL_SEAL; -EINVAL unknown seals, or no file in memory.
 */
LFB_API int memfd_add_seals(struct file *file, unsigned int seals);

/** i_size_read() - Return: bytes of a file. */
static inline s64 i_size_read(const struct inode *inode)
{
	return inode->i_size;
}

/** i_size_write() - sets the size; pages behind it stay where they are. */
static inline void i_size_write(struct inode *inode, s64 size)
{
	inode->i_size = size;
}

/** vfs_setpos() - Return: @offset, where @file is now; -EINVAL below 0 or above @max. */
LFB_API s64 vfs_setpos(struct file *file, s64 offset, s64 max);
/** MAX_LFS_FILESIZE - the largest size and position a file can have. */
#define MAX_LFS_FILESIZE ((s64)INT64_MAX)

/** inode_lock() - take the lock of a file in memory; any other inode is a WARN. May sleep. */
LFB_API void inode_lock(struct inode *inode);
/** inode_unlock() - give it back. */
LFB_API void inode_unlock(struct inode *inode);

/**
 * shmem_freeze() - keep the size of a file in memory, or let it change again
 * @inode: its inode, which is locked
 * @freeze: true: writing behind its end is -EPERM from here on
 */
LFB_API void shmem_freeze(struct inode *inode, bool freeze);

/**
 * memfd_pin_folios() - the folios of a part of a file in memory, which stay where they are
 * @file: the file
 * @start: where it begins, in bytes
 * @end: its last byte
 * @folios: filled in, in the order of their indices, each with a reference for unpin_folio()
 * @max_folios: room in @folios
 * @offset: where in the first folio @start is, in bytes
 *
 * Holes are filled with zeroed pages. Each of these is a fault point of kind LFB_FAULT_ALLOC.
 * Return: how many; -EINVAL no such part, no room, or no file in memory; -ENOMEM (nothing is
 * pinned; holes that were filled stay so).
 */
LFB_API long memfd_pin_folios(struct file *file, s64 start, s64 end, struct folio **folios,
			      unsigned int max_folios, unsigned long *offset);
/** unpin_folio() - what memfd_pin_folios() pinned may go. */
LFB_API void unpin_folio(struct folio *folio);
/** unpin_folios() - the same for @nr of them. */
LFB_API void unpin_folios(struct folio **folios, unsigned long nr);

/**
 * shmem_add_to_page_cache() - make a folio part of a file in memory
 * @folio: the folio; the file takes a reference of its own
 * @mapping: the file's
 * @index: where, in pages
 * @expected: what is there now: NULL, nothing
 * @gfp: what allocating may do
 *
 * mm/shmem.c, which shares it with mm/memfd_luo.c alone.
 * Return: 0; -EEXIST there is one already; -EINVAL no file in memory, @index is not aligned to
 * the folio's size, or something else is expected; -ENOMEM.
 */
LFB_API int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, u64 index,
				    void *expected, gfp_t gfp);
/**
 * filemap_remove_folio() - take a folio out of its file, which gives its reference back
 * @folio: the folio; what is in no file is a WARN
 *
 * mm/filemap.c.
 */
LFB_API void filemap_remove_folio(struct folio *folio);
/**
 * shmem_inode_acct_blocks() - may a file in memory have @pages more?
 * @inode: its inode
 * @pages: how many
 *
 * mm/shmem.c. A fault point of kind LFB_FAULT_ALLOC; there are no limits.
 * Return: 0; -ENOSPC.
 */
LFB_API int shmem_inode_acct_blocks(struct inode *inode, long pages);

/**
 * kernel_write() - write to a file in memory
 * @file: the file
 * @buffer: what
 * @size: bytes
 * @pos: where; moved behind what was written
 *
 * Each page is asked for by itself: of a write into several the first ones may succeed.
 * Return: bytes written, 0 where @size is; when there are none: -EPERM its seals or shmem_freeze()
 * forbid it; -EFBIG past the largest size; -EINVAL no file in memory; -ENOMEM.
 */
LFB_API s64 kernel_write(struct file *file, const void *buffer, size_t size, s64 *pos);
/**
 * kernel_read() - read from a file in memory; holes are zeroes and stay holes
 * @file: the file
 * @buffer: where to
 * @size: bytes
 * @pos: where from; moved behind what was read
 *
 * Return: bytes read, fewer at the end of the file; -EINVAL no file in memory.
 */
LFB_API s64 kernel_read(struct file *file, void *buffer, size_t size, s64 *pos);

#endif
