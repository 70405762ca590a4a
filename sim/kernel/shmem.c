// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files whose bytes are in memory: an inode with its folios in the order of their indices. */
#include <string.h>

#include <luo/lock.h>
#include <luo/shmem.h>

#include "sim/kernel/kernel.h"

struct shmem_page {
	u64 index;
	struct folio *folio;
};

struct shmem_inode_info {
	struct inode inode;
	struct address_space mapping;
	struct mutex lock;
	unsigned int users;		/* open files */
	unsigned int seals;
	bool frozen;
	struct shmem_page *pages;	/* sorted; no two overlap */
	size_t count;
	size_t capacity;
};

#define ALL_SEALS 0x3fu
#define UPTODATE (1ul << 1)	/* PG_uptodate of linux/page-flags.h */

/* The file's reference goes; others may keep it. */
static void let_go(struct folio *folio)
{
	lfb__current->pages.of_files -= folio_nr_pages(folio);
	folio->page.of_folio.mapping = NULL;
	folio_put(folio);
}

static void free_info(struct shmem_inode_info *info)
{
	for (size_t i = 0; i < info->count; i++)
		let_go(info->pages[i].folio);
	kfree(info->pages);
	kfree(info);
}

static int shmem_release(struct inode *inode, struct file *file)
{
	struct shmem_inode_info *info = inode->lfb_shmem;

	(void)file;
	if (!--info->users)
		free_info(info);
	return 0;
}

static const struct file_operations shmem_fops = {
	.release = shmem_release,
};

bool shmem_file(const struct file *file)
{
	return file && file->f_op == &shmem_fops && file->f_inode && file->f_inode->lfb_shmem;
}

static struct shmem_inode_info *info_of(const struct file *file)
{
	return shmem_file(file) ? file->f_inode->lfb_shmem : NULL;
}

static struct file *open_info(struct shmem_inode_info *info, const char *name)
{
	struct file *file = anon_inode_getfile(name, &shmem_fops, NULL, 0);

	if (IS_ERR(file))
		return file;
	/* What it does is known: no code of a user's runs when it is released. */
	file->lfb_own = true;
	file->f_inode = &info->inode;
	info->users++;
	return file;
}

struct file *memfd_alloc_file(const char *name, unsigned int flags)
{
	struct shmem_inode_info *info;
	struct file *file;

	if (!lfb__current || flags & ~MFD_ALLOW_SEALING)
		return ERR_PTR(-EINVAL);
	lfb__internal_begin(lfb__current);
	info = lfb__kzalloc(sizeof(*info));
	lfb__internal_end(lfb__current);
	if (!info)
		return ERR_PTR(-ENOMEM);
	lfb_lock_init(&info->lock.lock, "inode");
	info->inode.lfb_shmem = info;
	info->inode.i_mapping = &info->mapping;
	info->mapping.host = &info->inode;
	info->seals = flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
	file = open_info(info, name ? name : "memfd");
	if (IS_ERR(file))
		kfree(info);
	return file;
}

struct file *lfb_shmem_reopen(struct file *file)
{
	struct shmem_inode_info *info = info_of(file);

	return info ? open_info(info, file->f_name) : ERR_PTR(-ENXIO);
}

/* Properties */

int memfd_get_seals(struct file *file)
{
	const struct shmem_inode_info *info = info_of(file);

	return info ? (int)info->seals : -EINVAL;
}

int memfd_add_seals(struct file *file, unsigned int seals)
{
	struct shmem_inode_info *info = info_of(file);

	if (!info || seals & ~ALL_SEALS)
		return -EINVAL;
	if (info->seals & F_SEAL_SEAL)
		return -EPERM;
	info->seals |= seals;
	return 0;
}

s64 vfs_setpos(struct file *file, s64 offset, s64 max)
{
	if (!file || offset < 0 || offset > max)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

static struct shmem_inode_info *info_in(const struct inode *inode, const char *where)
{
	if (!inode || !inode->lfb_shmem)
		lfb_warn(where, "the inode is not of a file in memory");
	return inode ? inode->lfb_shmem : NULL;
}

void inode_lock(struct inode *inode)
{
	struct shmem_inode_info *info = info_in(inode, __func__);

	if (info)
		mutex_lock(&info->lock);
}

void inode_unlock(struct inode *inode)
{
	struct shmem_inode_info *info = info_in(inode, __func__);

	if (info)
		mutex_unlock(&info->lock);
}

void shmem_freeze(struct inode *inode, bool freeze)
{
	struct shmem_inode_info *info = info_in(inode, __func__);

	if (info)
		info->frozen = freeze;
}

/* Folios */

static u64 behind(const struct shmem_page *page)
{
	return page->index + folio_nr_pages(page->folio);
}

/* The first one that ends behind @index: it holds it, or comes after the hole there. */
static size_t find(const struct shmem_inode_info *info, u64 index)
{
	size_t low = 0, high = info->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (behind(&info->pages[middle]) > index)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool holds(const struct shmem_inode_info *info, size_t at, u64 index)
{
	return at < info->count && info->pages[at].index <= index;
}

u64 lfb__shmem_next(const struct file *file, u64 page)
{
	const struct shmem_inode_info *info = info_of(file);
	const size_t at = info ? find(info, page) : 0;

	if (!info || at == info->count)
		return ~0ull;
	return info->pages[at].index > page ? info->pages[at].index : page;
}

static int make_room(struct shmem_inode_info *info)
{
	const size_t capacity = info->capacity ? info->capacity * 2 : 8;
	struct shmem_page *pages;

	if (info->count < info->capacity)
		return 0;
	pages = lfb__kcalloc(capacity, sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	if (info->count)
		memcpy(pages, info->pages, info->count * sizeof(*pages));
	kfree(info->pages);
	info->pages = pages;
	info->capacity = capacity;
	return 0;
}

/* Takes the caller's reference over when it returns 0. */
static int insert(struct shmem_inode_info *info, u64 index, struct folio *folio)
{
	const size_t at = find(info, index);
	int err;

	if (at < info->count && info->pages[at].index < index + folio_nr_pages(folio))
		return -EEXIST;
	lfb__internal_begin(lfb__current);
	err = make_room(info);
	lfb__internal_end(lfb__current);
	if (err)
		return err;
	memmove(info->pages + at + 1, info->pages + at,
		(info->count - at) * sizeof(*info->pages));
	info->pages[at] = (struct shmem_page){ index, folio };
	info->count++;
	folio->page.of_folio.index = index;
	folio->page.of_folio.mapping = &info->mapping;
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		lfb__page(lfb__current, folio_pfn(folio) + i)->flags |= PG_OF_FILE;
	lfb__current->pages.of_files += folio_nr_pages(folio);
	return 0;
}

int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, u64 index,
			    void *expected, gfp_t gfp)
{
	struct shmem_inode_info *info = info_in(mapping ? mapping->host : NULL, __func__);
	int err;

	(void)gfp;
	if (!info || !folio || expected || index % folio_nr_pages(folio) || index > PHYS_PFN(~0ull))
		return -EINVAL;
	err = insert(info, index, folio);
	if (!err)
		folio_get(folio);
	return err;
}

void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio->page.of_folio.mapping;
	struct shmem_inode_info *info = mapping ? mapping->host->lfb_shmem : NULL;
	size_t at;

	if (!info) {
		lfb_warn(__func__, "the folio is in no file");
		return;
	}
	at = find(info, folio->page.of_folio.index);
	LFB_ASSERT(at < info->count && info->pages[at].folio == folio);
	info->count--;
	memmove(info->pages + at, info->pages + at + 1, (info->count - at) * sizeof(*info->pages));
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		lfb__page(lfb__current, folio_pfn(folio) + i)->flags &= ~PG_OF_FILE;
	let_go(folio);
}

int shmem_inode_acct_blocks(struct inode *inode, long pages)
{
	(void)pages;
	if (!info_in(inode, __func__))
		return -EINVAL;
	return lfb__fault(lfb__current, LFB_FAULT_ALLOC, __func__) ? -ENOSPC : 0;
}

/* The folio at @index; a hole is filled. */
static struct folio *get_folio(struct shmem_inode_info *info, u64 index)
{
	const size_t at = find(info, index);
	struct folio *folio;
	int err;

	if (holds(info, at, index))
		return info->pages[at].folio;
	lfb__internal_begin(lfb__current);
	folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	lfb__internal_end(lfb__current);
	if (!folio)
		return ERR_PTR(-ENOMEM);
	folio->page.of_folio.flags |= UPTODATE;
	err = insert(info, index, folio);
	if (!err)
		return folio;
	folio_put(folio);
	return ERR_PTR(err);
}

long memfd_pin_folios(struct file *file, s64 start, s64 end, struct folio **folios,
		      unsigned int max_folios, unsigned long *offset)
{
	struct shmem_inode_info *info = info_of(file);
	const u64 last = (u64)end >> PAGE_SHIFT;
	unsigned int count = 0;

	if (!info || start < 0 || end < start || end >= info->inode.i_size)
		return -EINVAL;
	for (u64 index = (u64)start >> PAGE_SHIFT; index <= last && count < max_folios; count++) {
		struct folio *folio = get_folio(info, index);
		u64 first;

		if (IS_ERR(folio)) {
			unpin_folios(folios, count);
			return PTR_ERR(folio);
		}
		first = info->pages[find(info, index)].index;
		if (!count)
			*offset = (unsigned long)((u64)start - PFN_PHYS(first));
		folio_get(folio);
		folios[count] = folio;
		index = first + folio_nr_pages(folio);
	}
	return count ? (long)count : -EINVAL;
}

void unpin_folio(struct folio *folio)
{
	folio_put(folio);
}

void unpin_folios(struct folio **folios, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		unpin_folio(folios[i]);
}

/* Bytes */

/* Where in @page the byte at @pos is, and how many of @size bytes follow it there. */
static u8 *bytes_at(const struct shmem_page *page, u64 pos, size_t *size)
{
	const u64 offset = pos - (page->index << PAGE_SHIFT);
	const u64 room = folio_size(page->folio) - offset;

	if (*size > room)
		*size = room;
	return (u8 *)folio_address(page->folio) + offset;
}

static int may_write(const struct shmem_inode_info *info, u64 end)
{
	const bool grows = end > (u64)info->inode.i_size;

	if (info->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	return grows && (info->frozen || info->seals & F_SEAL_GROW) ? -EPERM : 0;
}

/* What lies in one page: each of them is asked for by itself. */
static int write_page(struct shmem_inode_info *info, const u8 *from, u64 at, size_t size)
{
	struct folio *folio;
	int err = may_write(info, at + size);

	if (err)
		return err;
	folio = get_folio(info, at >> PAGE_SHIFT);
	if (IS_ERR(folio))
		return (int)PTR_ERR(folio);
	memcpy(bytes_at(&info->pages[find(info, at >> PAGE_SHIFT)], at, &size), from, size);
	if (at + size > (u64)info->inode.i_size)
		info->inode.i_size = (s64)(at + size);
	return 0;
}

s64 kernel_write(struct file *file, const void *buffer, size_t size, s64 *pos)
{
	struct shmem_inode_info *info = info_of(file);
	const u8 *from = buffer;
	size_t written = 0;
	int err = 0;

	if (!info || *pos < 0)
		return -EINVAL;
	if (size > (u64)(MAX_LFS_FILESIZE - *pos))
		return -EFBIG;
	while (written < size) {
		const u64 at = (u64)*pos;
		size_t part = PAGE_SIZE - at % PAGE_SIZE;

		if (part > size - written)
			part = size - written;
		err = write_page(info, from + written, at, part);
		if (err)
			break;
		written += part;
		*pos += (s64)part;
	}
	return written ? (s64)written : err;
}

s64 kernel_read(struct file *file, void *buffer, size_t size, s64 *pos)
{
	const struct shmem_inode_info *info = info_of(file);
	u8 *to = buffer;
	u64 at, end;

	if (!info || *pos < 0)
		return -EINVAL;
	if (*pos >= info->inode.i_size)
		return 0;
	at = (u64)*pos;
	end = size < (u64)info->inode.i_size - at ? at + size : (u64)info->inode.i_size;
	while (at < end) {
		const size_t page = find(info, at >> PAGE_SHIFT);
		size_t part = end - at;

		if (holds(info, page, at >> PAGE_SHIFT)) {
			const u8 *from = bytes_at(&info->pages[page], at, &part);

			memcpy(to, from, part);
		} else {
			if (part > PAGE_SIZE - at % PAGE_SIZE)
				part = PAGE_SIZE - at % PAGE_SIZE;
			memset(to, 0, part);
		}
		to += part;
		at += part;
	}
	at = at - (u64)*pos;
	*pos += (s64)at;
	return (s64)at;
}
