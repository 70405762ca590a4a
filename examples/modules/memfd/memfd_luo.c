// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A file handler for files in memory, memfd_create()'s: a complete one, in the style of a kernel's,
 * with public headers only. The library is linked with it (luo/memfd.h), scenarios and agents'
 * scripts use it, and its format is that of linux-7.2 and linux-7.3 to the byte: what it hands
 * over a real kernel takes, and the other way round.
 *
 * What goes over is one page, struct memfd_luo_ser, which says what the file is: size, position,
 * seals, and where the array is that names its folios, a vmalloc area. The folios themselves stay
 * where they are and are marked as preserved. So
 *
 *	preserve	keeps the size from changing, fills the holes, pins the folios, marks them,
 *			and writes both down
 *	freeze		notes the position once more: it may have moved
 *	unpreserve	takes it all back, in reverse
 *	retrieve	makes an empty file and puts the folios into it
 *	finish		frees what nobody retrieved
 *
 * A file that was retrieved is like any other one: it can be preserved again. Whose retrieve
 * failed is gone, for all that came with it was freed then.
 */
#include <luo/kexec_handover.h>
#include <luo/macros.h>
#include <luo/memfd.h>
#include <luo/mm.h>
#include <luo/printk.h>
#include <luo/shmem.h>
#include <luo/vmalloc.h>

/* Marks each folio and notes where it is. On error the first ones are marked no more. */
static int preserve_each(struct folio **folios, struct memfd_luo_folio_ser *entries, u64 nr)
{
	u64 index = 0;

	for (u64 i = 0; i < nr; i++) {
		int err = kho_preserve_folio(folios[i]);

		if (err) {
			while (i-- > 0)
				kho_unpreserve_folio(folios[i]);
			return err;
		}
		entries[i].pfn = folio_pfn(folios[i]);
		/* It may be written to until the jump: better dirty than lost. */
		entries[i].flags = MEMFD_LUO_FOLIO_DIRTY | MEMFD_LUO_FOLIO_UPTODATE;
		/* There are no holes. */
		entries[i].index = index;
		index += folio_nr_pages(folios[i]);
	}
	return 0;
}

static int preserve_pinned(struct folio **folios, u64 nr, struct memfd_luo_ser *ser,
			   struct memfd_luo_folio_ser **entriesp)
{
	struct memfd_luo_folio_ser *entries = vzalloc(nr * sizeof(*entries));
	/* The descriptor lies in a packed structure: it is filled in beside it. */
	struct kho_vmalloc descriptor = { 0 };
	int err;

	if (!entries)
		return -ENOMEM;
	err = preserve_each(folios, entries, nr);
	if (err)
		goto free_entries;
	err = kho_preserve_vmalloc(entries, &descriptor);
	if (err)
		goto unpreserve;
	ser->folios = descriptor;
	ser->nr_folios = nr;
	*entriesp = entries;
	return 0;

unpreserve:
	for (u64 i = nr; i-- > 0;)
		kho_unpreserve_folio(folios[i]);
free_entries:
	vfree(entries);
	return err;
}

static int preserve_folios(struct file *file, struct memfd_luo_ser *ser,
			   struct memfd_luo_folio_ser **entriesp)
{
	const u64 most = DIV_ROUND_UP(ser->size, PAGE_SIZE);
	unsigned long offset;
	struct folio **folios;
	long pinned;
	int err;

	*entriesp = NULL;
	if (!ser->size)
		return 0;
	folios = vmalloc(most * sizeof(*folios));
	if (!folios)
		return -ENOMEM;
	pinned = memfd_pin_folios(file, 0, (s64)ser->size - 1, folios, (unsigned int)most,
				  &offset);
	if (pinned < 0) {
		err = (int)pinned;
	} else {
		err = preserve_pinned(folios, (u64)pinned, ser, entriesp);
		if (err)
			unpin_folios(folios, (unsigned long)pinned);
	}
	vfree(folios);
	return err;
}

static void unpreserve_folios(struct memfd_luo_ser *ser, struct memfd_luo_folio_ser *entries)
{
	struct kho_vmalloc descriptor = ser->folios;

	if (!ser->nr_folios)
		return;
	kho_unpreserve_vmalloc(&descriptor);
	for (u64 i = 0; i < ser->nr_folios; i++) {
		struct folio *folio = page_folio(pfn_to_page(entries[i].pfn));

		kho_unpreserve_folio(folio);
		unpin_folio(folio);
	}
	vfree(entries);
}

static int describe(struct file *file, struct memfd_luo_ser *ser)
{
	const u64 size = (u64)i_size_read(file_inode(file));
	const int seals = memfd_get_seals(file);

	if (seals < 0)
		return seals;
	if ((unsigned int)seals & ~MEMFD_LUO_ALL_SEALS)
		return -EOPNOTSUPP;
	if (DIV_ROUND_UP(size, PAGE_SIZE) > UINT_MAX)
		return -EFBIG;
	ser->pos = (u64)file->f_pos;
	ser->size = size;
	ser->seals = (u32)seals;
	return 0;
}

static int memfd_preserve(struct liveupdate_file_op_args *args)
{
	struct inode *inode = file_inode(args->file);
	struct memfd_luo_folio_ser *entries;
	struct memfd_luo_ser *ser;
	int err;

	inode_lock(inode);
	shmem_freeze(inode, true);
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		err = (int)PTR_ERR(ser);
		goto thaw;
	}
	err = describe(args->file, ser);
	if (!err)
		err = preserve_folios(args->file, ser, &entries);
	if (err)
		goto free_ser;
	inode_unlock(inode);
	args->private_data = entries;
	args->serialized_data = virt_to_phys(ser);
	return 0;

free_ser:
	kho_unpreserve_free(ser);
thaw:
	shmem_freeze(inode, false);
	inode_unlock(inode);
	return err;
}

static int memfd_freeze(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);

	ser->pos = (u64)args->file->f_pos;
	return 0;
}

static void memfd_unpreserve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);
	struct inode *inode = file_inode(args->file);

	inode_lock(inode);
	shmem_freeze(inode, false);
	unpreserve_folios(ser, args->private_data);
	kho_unpreserve_free(ser);
	inode_unlock(inode);
}

/* Takes over and frees what entries from @first on name. */
static void discard(const struct memfd_luo_folio_ser *entries, u64 first, u64 nr)
{
	for (u64 i = first; i < nr; i++) {
		struct folio *folio;

		if (!entries[i].pfn)
			continue;
		folio = kho_restore_folio(PFN_PHYS(entries[i].pfn));
		if (folio)
			folio_put(folio);
		else
			pr_warn("memfd: no folio at 0x%llx", PFN_PHYS(entries[i].pfn));
	}
}

/*
 * The array of a file's folios, mapped; NULL: it has none, or it is not there. How many entries it
 * has room for is known from its descriptor alone.
 */
static struct memfd_luo_folio_ser *map_entries(const struct memfd_luo_ser *ser)
{
	const struct kho_vmalloc descriptor = ser->folios;

	if (!ser->nr_folios || ser->nr_folios > descriptor.total_pages * PAGE_SIZE /
						sizeof(struct memfd_luo_folio_ser))
		return NULL;
	return kho_restore_vmalloc(&descriptor);
}

static void memfd_finish(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_folio_ser *entries;
	struct memfd_luo_ser *ser;

	/*
	 * Retrieved: the file has it all. Not retrieved although tried: it was freed then. Before
	 * linux-7.0 there is another member for it.
	 */
	if (args->retrieve_status || args->retrieved)
		return;
	ser = phys_to_virt(args->serialized_data);
	if (!ser)
		return;
	entries = map_entries(ser);
	if (entries) {
		discard(entries, 0, ser->nr_folios);
		vfree(entries);
	}
	kho_restore_free(ser);
}

/* What is in the file already goes with it; the rest is freed here. */
static int retrieve_folios(struct file *file, const struct memfd_luo_folio_ser *entries, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		struct folio *folio;
		int err = -EIO;

		if (!entries[i].pfn)
			continue;
		folio = kho_restore_folio(PFN_PHYS(entries[i].pfn));
		if (folio) {
			err = shmem_add_to_page_cache(folio, file_inode(file), entries[i].index);
			folio_put(folio);
		}
		if (err) {
			pr_err("memfd: folio at 0x%llx: %d", PFN_PHYS(entries[i].pfn), err);
			discard(entries, i + 1, nr);
			return err;
		}
	}
	return 0;
}

static int fill(struct file *file, const struct memfd_luo_ser *ser)
{
	struct memfd_luo_folio_ser *entries;
	int err;

	/* As for a kernel's: a position that cannot be is 0. */
	vfs_setpos(file, (s64)ser->pos, MAX_LFS_FILESIZE);
	i_size_write(file_inode(file), (s64)ser->size);
	if (!ser->nr_folios)
		return 0;
	entries = map_entries(ser);
	if (!entries)
		return -EINVAL;
	err = retrieve_folios(file, entries, ser->nr_folios);
	vfree(entries);
	return err;
}

static int memfd_retrieve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);
	struct file *file;
	int err = -EOPNOTSUPP;

	if (!ser)
		return -EINVAL;
	if (ser->seals & ~MEMFD_LUO_ALL_SEALS)
		goto free_ser;
	file = memfd_alloc_file("memfd", MFD_ALLOW_SEALING);
	if (IS_ERR(file)) {
		err = (int)PTR_ERR(file);
		goto free_ser;
	}
	err = memfd_add_seals(file, ser->seals);
	if (!err)
		err = fill(file, ser);
	if (err)
		fput(file);
	else
		args->file = file;
free_ser:
	kho_restore_free(ser);
	return err;
}

static bool memfd_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return shmem_file(file) && !file_inode(file)->i_nlink;
}

/* Files that are opened twice have one inode. */
static unsigned long memfd_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

const struct liveupdate_file_ops lfb_memfd_file_ops = {
	.can_preserve = memfd_can_preserve,
	.preserve = memfd_preserve,
	.unpreserve = memfd_unpreserve,
	.freeze = memfd_freeze,
	.retrieve = memfd_retrieve,
	.finish = memfd_finish,
	.get_id = memfd_get_id,
};
