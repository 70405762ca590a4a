// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A file handler for files in memory, memfd_create()'s: a complete one, with public headers only.
 * The library is linked with it (luo/memfd.h), scenarios and agents' scripts use it, and its format
 * is that of linux-7.2 and linux-7.3 to the byte: what it hands over a real kernel takes, and the
 * other way round.
 *
 * What goes over is one page, struct memfd_luo_ser, which says what the file is: size, position,
 * seals, and where the table is that names its folios, a vmalloc area. The folios themselves stay
 * where they are and are marked as preserved.
 *
 * There are two halves. The old kernel keeps a file: struct keeping says how far that is, and one
 * function takes back as much as there is, for unpreserve and for a preserve that fails. The new
 * kernel takes it over, by one walk over the table: for retrieve, which puts the folios into a
 * file, and for finish, which frees what nobody retrieved. The table is walked page by page where
 * it lies and never mapped: that could fail, and all that it names would be lost.
 *
 * A file that was retrieved is like any other one: it can be preserved again. Of one whose retrieve
 * failed, finish frees what is left.
 */
#include <luo/kernel/linux/vmalloc.h>
#include <luo/kexec_handover.h>
#include <luo/macros.h>
#include <luo/memfd.h>
#include <luo/mm.h>
#include <luo/printk.h>
#include <luo/shmem.h>

/* Larger blocks there are not. */
#define MOST_ORDER 10

/* The old kernel keeps it */

struct keeping {
	struct inode *inode;
	struct memfd_luo_ser *ser;
	struct memfd_luo_folio_ser *table;
	u64 marked;	/* entries of the table, whose folios are pinned and marked */
};

static void take_back(struct keeping *keeping)
{
	struct memfd_luo_ser *ser = keeping->ser;
	/* It lies in a packed structure, here and below: it is looked at beside that. */
	struct kho_vmalloc descriptor = { 0 };

	if (ser)
		descriptor = ser->folios;
	if (descriptor.first)
		kho_unpreserve_vmalloc(&descriptor);
	while (keeping->marked) {
		const struct memfd_luo_folio_ser *entry = &keeping->table[--keeping->marked];
		struct folio *folio = page_folio(pfn_to_page(entry->pfn));

		kho_unpreserve_folio(folio);
		unpin_folio(folio);
	}
	vfree(keeping->table);
	kho_unpreserve_free(ser);
	shmem_freeze(keeping->inode, false);
}

static int mark_folios(struct keeping *keeping, struct folio **folios, u64 nr)
{
	struct kho_vmalloc descriptor = { 0 };
	u64 index = 0;
	int err = 0;

	keeping->table = vzalloc(nr * sizeof(*keeping->table));
	if (!keeping->table)
		return -ENOMEM;
	for (; keeping->marked < nr; keeping->marked++) {
		struct memfd_luo_folio_ser *entry = &keeping->table[keeping->marked];
		struct folio *folio = folios[keeping->marked];

		err = kho_preserve_folio(folio);
		if (err)
			return err;
		entry->pfn = folio_pfn(folio);
		/* It may be written to until the jump: better dirty than lost. */
		entry->flags = MEMFD_LUO_FOLIO_DIRTY | MEMFD_LUO_FOLIO_UPTODATE;
		/* There are no holes. */
		entry->index = index;
		index += folio_nr_pages(folio);
	}
	err = kho_preserve_vmalloc(keeping->table, &descriptor);
	if (err)
		return err;
	keeping->ser->folios = descriptor;
	keeping->ser->nr_folios = nr;
	return 0;
}

static int keep_folios(struct keeping *keeping, struct file *file)
{
	const s64 size = (s64)keeping->ser->size;
	const u64 most = DIV_ROUND_UP((u64)size, PAGE_SIZE);
	/* As kernels do: so pages lie where they lie there. */
	struct folio **folios = kvmalloc(most * sizeof(*folios), GFP_KERNEL);
	unsigned long offset;
	long pinned;
	int err;

	if (!folios)
		return -ENOMEM;
	pinned = memfd_pin_folios(file, 0, size - 1, folios, (unsigned int)most, &offset);
	if (pinned < 0) {
		err = (int)pinned;
	} else {
		err = mark_folios(keeping, folios, (u64)pinned);
		/* The others are given back with their marks. */
		unpin_folios(folios + keeping->marked, (unsigned long)pinned - keeping->marked);
	}
	kvfree(folios);
	return err;
}

static int keep(struct keeping *keeping, struct file *file)
{
	struct memfd_luo_ser *ser = kho_alloc_preserve(sizeof(*ser));
	const u64 size = (u64)i_size_read(file_inode(file));
	const int seals = memfd_get_seals(file);

	if (IS_ERR(ser))
		return (int)PTR_ERR(ser);
	keeping->ser = ser;
	if (seals < 0)
		return seals;
	if ((unsigned int)seals & ~MEMFD_LUO_ALL_SEALS)
		return -EOPNOTSUPP;
	if (DIV_ROUND_UP(size, PAGE_SIZE) > UINT_MAX)
		return -EFBIG;
	ser->pos = (u64)file->f_pos;
	ser->size = size;
	ser->seals = (u32)seals;
	return size ? keep_folios(keeping, file) : 0;
}

static int memfd_preserve(struct liveupdate_file_op_args *args)
{
	struct keeping keeping = { .inode = file_inode(args->file) };
	int err;

	inode_lock(keeping.inode);
	/* From here on nothing is written behind its end. */
	shmem_freeze(keeping.inode, true);
	err = keep(&keeping, args->file);
	if (err) {
		take_back(&keeping);
	} else {
		args->private_data = keeping.table;
		args->serialized_data = virt_to_phys(keeping.ser);
	}
	inode_unlock(keeping.inode);
	return err;
}

static void memfd_unpreserve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);
	struct keeping keeping = {
		.inode = file_inode(args->file),
		.ser = ser,
		.table = args->private_data,
		.marked = ser->nr_folios,
	};

	inode_lock(keeping.inode);
	take_back(&keeping);
	inode_unlock(keeping.inode);
}

/* The position may have moved since it was preserved. */
static int memfd_freeze(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);

	ser->pos = (u64)args->file->f_pos;
	return 0;
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

/* The new kernel takes it over */

struct taking {
	struct inode *inode;	/* gets the folios; NULL: nobody does, they are freed */
	phys_addr_t payload;	/* what names it all must not name itself */
	u64 left;		/* entries of the table that are to come */
	int err;		/* the first: what comes behind it is freed, too */
};

static void take_folio(struct taking *taking, const struct memfd_luo_folio_ser *entry)
{
	const phys_addr_t phys = PFN_PHYS(entry->pfn);
	struct folio *folio = NULL;
	int err = phys ? -EIO : 0;

	if (phys && phys != taking->payload)
		folio = kho_restore_folio(phys);
	if (folio) {
		err = taking->inode && !taking->err ?
			      shmem_add_to_page_cache(folio, taking->inode->i_mapping,
						      entry->index, NULL, GFP_KERNEL) : 0;
		/* What is in a file now is kept by that. */
		folio_put(folio);
	}
	if (err)
		pr_warn("memfd: folio at 0x%llx: %d", phys, err);
	if (!taking->err)
		taking->err = err;
}

static struct page *take_pages(const struct taking *taking, phys_addr_t phys, unsigned int order)
{
	return phys == taking->payload ? NULL : kho_restore_pages(phys, 1ul << order);
}

/* A part of the table, 2^@order pages. */
static void take_block(struct taking *taking, phys_addr_t phys, unsigned int order)
{
	const struct page *page = take_pages(taking, phys, order);
	const struct memfd_luo_folio_ser *entries = page ? page_address(page) : NULL;
	const u64 room = page ? (PAGE_SIZE << order) / sizeof(*entries) : 0;

	for (u64 i = 0; i < room && taking->left; i++, taking->left--)
		take_folio(taking, &entries[i]);
	for (unsigned long i = 0; page && i < 1ul << order; i++)
		free_pages((unsigned long)entries + i * PAGE_SIZE, 0);
}

/* A page that was restored already is not restored again, so lists without an end have one. */
static void take_table(struct taking *taking, const struct kho_vmalloc *table)
{
	const unsigned int order = table->order;
	phys_addr_t phys = order <= MOST_ORDER ? table->first : 0;

	while (phys) {
		struct page *page = take_pages(taking, phys, 0);
		const struct kho_vmalloc_chunk *chunk;

		if (!page)
			break;
		chunk = page_address(page);
		for (unsigned int i = 0; i < KHO_VMALLOC_SIZE && chunk->phys[i]; i++)
			take_block(taking, chunk->phys[i], order);
		phys = chunk->hdr.next.phys;
		__free_pages(page, 0);
	}
}

/* All that @ser leads to. It leads to nothing from here on. */
static int take_over(struct memfd_luo_ser *ser, struct inode *inode)
{
	struct taking taking = {
		.inode = inode,
		.payload = virt_to_phys(ser) & PAGE_MASK,
		.left = ser->nr_folios,
	};
	const struct kho_vmalloc table = ser->folios;

	ser->folios = (struct kho_vmalloc){ 0 };
	take_table(&taking, &table);
	return taking.err || !taking.left ? taking.err : -EINVAL;
}

static int memfd_retrieve(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = phys_to_virt(args->serialized_data);
	struct file *file;
	int err;

	if (!ser)
		return -EINVAL;
	if (ser->seals & ~MEMFD_LUO_ALL_SEALS)
		return -EOPNOTSUPP;
	file = memfd_alloc_file("memfd", MFD_ALLOW_SEALING);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	/* As for a kernel's: a position that cannot be is 0. */
	vfs_setpos(file, (s64)ser->pos, MAX_LFS_FILESIZE);
	i_size_write(file_inode(file), (s64)ser->size);
	err = memfd_add_seals(file, ser->seals);
	if (!err)
		err = take_over(ser, file_inode(file));
	if (err) {
		fput(file);
		return err;
	}
	kho_restore_free(ser);
	args->file = file;
	return 0;
}

/* Where there is a file it has it all. */
static void memfd_finish(struct liveupdate_file_op_args *args)
{
	struct memfd_luo_ser *ser = args->file ? NULL : phys_to_virt(args->serialized_data);

	if (!ser)
		return;
	take_over(ser, NULL);
	kho_restore_free(ser);
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
