// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Mistakes with memory that is handed over, or should be. As in memory.c each is that of the file
 * of its number, and the line says what it is found as; but it is made in two kernels, and by
 * another module than its twin: BAD is 1 or 0.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sprintf.h>

enum { bad = BAD };

/* No two functions are the same: a compiler would make one of them. */
static volatile u64 sink;

/* What is handed over is one page of words, of which each mistake has the first. */
static u64 *new_words(void)
{
	return kho_alloc_preserve(PAGE_SIZE);
}

/* A pointer in what is handed over. */

static u64 pointer_preserve(void)
{
	u64 *object = kzalloc(sizeof(*object), GFP_KERNEL);
	u64 *words = kho_alloc_preserve(PAGE_SIZE); /* preserved: MEM-POINTER-HANDED-OVER */

	words[0] = bad ? (u64)object : 7;
	if (!bad)
		kfree(object);
	return virt_to_phys(words);
}

static void pointer_retrieve(u64 data)
{
	const u64 *words = phys_to_virt(data);

	sink = *(bad ? (const u64 *)words[0] : words); /* MEM-STALE-POINTER */
	kho_restore_free(phys_to_virt(data));
}

/* The handle is a pointer. */

static u64 address_preserve(void)
{
	u64 *words = new_words();

	return bad ? (u64)words : virt_to_phys(words);
}

static void address_retrieve(u64 data)
{
	const u64 *words = bad ? (u64 *)data : phys_to_virt(data);

	sink = words[0]; /* MEM-STALE-POINTER */
	kho_restore_free(phys_to_virt(data));
}

/* … or half of it. */

static u64 half_preserve(void)
{
	const u64 phys = virt_to_phys(new_words());

	return bad ? (u32)phys : phys;
}

static void half_retrieve(u64 data)
{
	u64 *words = phys_to_virt(data); /* MEM-HANDLE-CUT */

	sink = bad ? 0 : words[0];
	if (!bad)
		kho_restore_free(words);
}

/* The page is not preserved. It is one of several, or the next kernel itself might have it. */

static u64 lost_preserve(void)
{
	return bad ? virt_to_phys((void *)__get_free_pages(GFP_KERNEL, 4)) + 15 * PAGE_SIZE :
		     virt_to_phys(new_words());
}

static void lost_retrieve(u64 data)
{
	u64 *words = phys_to_virt(data); /* MEM-NOT-PRESERVED */

	sink = words[0];
	kho_restore_free(words);
}

/* It is an object. */

static u64 object_preserve(void)
{
	return virt_to_phys(bad ? kzalloc(64, GFP_KERNEL) : new_words());
}

static void object_retrieve(u64 data)
{
	u64 *words = phys_to_virt(data); /* MEM-SLAB-HANDED-OVER */

	sink = words[1];
	kho_restore_free(words);
}

/* A word that nobody wrote, and one behind it. */

static u64 hole_preserve(void)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | (bad ? 0 : __GFP_ZERO), 0);
	u64 *words = folio_address(folio);

	words[0] = 1;
	words[2] = 2;
	if (kho_preserve_folio(folio)) /* preserved: MEM-NEVER-WRITTEN */
		return 0;
	return virt_to_phys(words);
}

static void hole_retrieve(u64 data)
{
	const u64 *words = phys_to_virt(data);

	sink = words[0];
	folio_put(kho_restore_folio(data));
}

/* It is unpreserved and freed, and the handle of it handed over. */

static u64 freed_preserve(void)
{
	u64 *words = bad ? kho_alloc_preserve(16 * PAGE_SIZE) : new_words();
	const u64 phys = virt_to_phys(words);

	if (!bad)
		return phys;
	kho_unpreserve_free(words);
	return phys + 15 * PAGE_SIZE;
}

static void freed_retrieve(u64 data)
{
	u64 *words = phys_to_virt(data);

	sink = words[2]; /* MEM-WILD-POINTER */
	kho_restore_free(words);
}

static const struct {
	u64 (*preserve)(void);
	void (*retrieve)(u64 data);
} mistakes[] = {
	{ pointer_preserve, pointer_retrieve },
	{ address_preserve, address_retrieve },
	{ half_preserve, half_retrieve },
	{ lost_preserve, lost_retrieve },
	{ object_preserve, object_retrieve },
	{ hole_preserve, hole_retrieve },
	{ freed_preserve, freed_retrieve },
};

#define NUMBER(handler) ((handler) - handlers)

static struct liveupdate_file_handler handlers[ARRAY_SIZE(mistakes)];

static bool handover_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file_inode(file)->i_ino == (unsigned long)NUMBER(handler);
}

static int handover_preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = mistakes[NUMBER(args->handler)].preserve();
	return 0;
}

static void handover_unpreserve(struct liveupdate_file_op_args *args)
{
}

static const struct file_operations handover_fops;

static int handover_retrieve(struct liveupdate_file_op_args *args)
{
	mistakes[NUMBER(args->handler)].retrieve(args->serialized_data);
	args->file = anon_inode_getfile("handover", &handover_fops, NULL, 0);
	return PTR_ERR_OR_ZERO(args->file);
}

static void handover_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops handover_ops = {
	.can_preserve = handover_can_preserve,
	.preserve = handover_preserve,
	.unpreserve = handover_unpreserve,
	.retrieve = handover_retrieve,
	.finish = handover_finish,
	.owner = THIS_MODULE,
};

static int __init handover_init(void)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(handlers) && !err; i++) {
		handlers[i].ops = &handover_ops;
		snprintf((char *)handlers[i].compatible, sizeof(handlers[i].compatible),
			 "handover-%zu", i);
		err = liveupdate_register_file_handler(&handlers[i]);
	}
	return err;
}
module_init(handover_init);

static void __exit handover_exit(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
		liveupdate_unregister_file_handler(&handlers[i]);
}
module_exit(handover_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes mistakes with what it hands over");
