// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/memfd.h>
#include <luo/mm.h>

#include "lib/luo/luo.h"
#include "tests/fuzz/support/life_module.h"
#include "tests/fuzz/support/support.h"

#define MAGIC 0x6c696665ull

/* What is in a page that goes over. */
struct record {
	u64 magic;
	u64 number;
	u64 frozen;
};

static int init(void);
LFB_MODULE(life, init, NULL);

static const struct file_operations fops = { .owner = &life_this_module };

static struct record *new_record(u64 number)
{
	struct record *record = kho_alloc_preserve(sizeof(*record));

	if (!IS_ERR(record))
		*record = (struct record){ MAGIC, number, 0 };
	return record;
}

static void check_record(const struct record *record)
{
	must(record->magic == MAGIC);
}

/* Files */

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &fops;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	struct record *record = new_record(file_inode(args->file)->i_ino);

	if (IS_ERR(record))
		return (int)PTR_ERR(record);
	args->serialized_data = virt_to_phys(record);
	return 0;
}

/* A record was frozen so often as the kernel should have had it so. */
static void set_frozen(u64 phys, bool frozen)
{
	struct record *record = phys_to_virt(phys);

	check_record(record);
	must(record->frozen == !frozen);
	record->frozen = frozen;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	const struct record *record = phys_to_virt(args->serialized_data);

	must(!record->frozen);
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

static int freeze(struct liveupdate_file_op_args *args)
{
	set_frozen(args->serialized_data, true);
	return 0;
}

static void unfreeze(struct liveupdate_file_op_args *args)
{
	set_frozen(args->serialized_data, false);
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	const struct record *record = phys_to_virt(args->serialized_data);
	struct file *file = anon_inode_getfile("life", &fops, NULL, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	check_record(record);
	must(record->frozen);
	file_inode(file)->i_ino = record->number;
	args->file = file;
	return 0;
}

static bool can_finish(struct liveupdate_file_op_args *args)
{
	return true;
}

static void finish(struct liveupdate_file_op_args *args)
{
	kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.freeze = freeze,
	.unfreeze = unfreeze,
	.retrieve = retrieve,
	.can_finish = can_finish,
	.finish = finish,
};

static LFB_MODULE_DATA(life) struct liveupdate_file_handler handler = {
	.ops = &ops,
	.compatible = "life-v1",
};

static LFB_MODULE_DATA(life) struct liveupdate_file_handler memfd = {
	.ops = &lfb_memfd_file_ops,
	.compatible = MEMFD_LUO_FH_COMPATIBLE,
};

/* FLBs */

static int flb_preserve(struct liveupdate_flb_op_args *args)
{
	struct record *record = new_record(7);

	if (IS_ERR(record))
		return (int)PTR_ERR(record);
	args->obj = record;
	args->data = virt_to_phys(record);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *args)
{
	kho_unpreserve_free(args->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *args)
{
	args->obj = phys_to_virt(args->data);
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *args)
{
	/* One that could not be retrieved has no object. */
	struct record *record = args->obj ?: phys_to_virt(args->data);

	check_record(record);
	kho_restore_free(record);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

static LFB_MODULE_DATA(life) struct liveupdate_flb shared = {
	.ops = &flb_ops,
	.compatible = "life-shared-v1",
};

static LFB_MODULE_DATA(life) struct liveupdate_flb own = {
	.ops = &flb_ops,
	.compatible = "life-own-v1",
};

/* Only the oldest kernels have an FLB be locked, and made usable; newer ones have no such calls. */
static bool locks_flbs(void)
{
	const struct luo *luo = lfb__current->luo;

	return luo->profile->has_init_flb;
}

static long look_locked(struct liveupdate_flb *flb, bool incoming)
{
	void *obj;
	long err = incoming ? liveupdate_flb_incoming_locked(flb, &obj) :
			      liveupdate_flb_outgoing_locked(flb, &obj);

	/* It may be gone: nobody counts who uses it. */
	if (!err)
		(incoming ? liveupdate_flb_incoming_unlock :
			    liveupdate_flb_outgoing_unlock)(flb, obj);
	return err;
}

static long look(struct liveupdate_flb *flb, bool incoming)
{
	const struct luo *luo = lfb__current->luo;
	void *obj;
	long err;

	if (locks_flbs())
		return look_locked(flb, incoming);
	err = incoming ? liveupdate_flb_get_incoming(flb, &obj) :
			 liveupdate_flb_get_outgoing(flb, &obj);
	if (err || !obj)
		return err;
	/* The same. */
	if (luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED))
		return 0;
	check_record(obj);
	(incoming ? liveupdate_flb_put_incoming : liveupdate_flb_put_outgoing)(flb);
	return 0;
}

long life_use(bool incoming)
{
	long err = look(&shared, incoming), other = look(&own, incoming);

	return err ? err : other;
}

/* The rest */

struct file *life_file(unsigned long number)
{
	struct file *file = anon_inode_getfile("life", &fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

unsigned long life_file_number(const struct file *file)
{
	return file->f_op == &fops ? file->f_inode->i_ino : 0;
}

static int init(void)
{
	int err = liveupdate_register_file_handler(&handler);

	/* Without live update nothing is to be done. */
	if (err == -EOPNOTSUPP)
		return 0;
	if (!err)
		err = liveupdate_register_file_handler(&memfd);
	if (!err && locks_flbs())
		err = liveupdate_init_flb(&shared) ?: liveupdate_init_flb(&own);
	if (!err)
		err = liveupdate_register_flb(&handler, &shared);
	if (!err)
		err = liveupdate_register_flb(&memfd, &shared);
	if (!err)
		err = liveupdate_register_flb(&memfd, &own);
	return err;
}

struct lfb_module *life_module_get(void)
{
	return &life_module;
}
