// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the newcomers' modules have in common: the registrations, and callbacks for those that make
 * their mistake elsewhere.
 */
#include "tests/newcomer/life.h"

const struct file_operations newcomer_fops = { .owner = NULL };

static const struct liveupdate_file_ops number_ops = {
	.can_preserve = is_ours,
	.preserve = number_preserve,
	.unpreserve = number_unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

LFB_MODULE_DATA(newcomer) struct liveupdate_file_handler newcomer_handler = {
	.compatible = "newcomer-v1",
};
LFB_MODULE_DATA(newcomer) struct liveupdate_flb newcomer_flb[2] = {
	{ .compatible = "newcomer-state-v1" },
	{ .compatible = "newcomer-other-v1" },
};

bool is_ours(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &newcomer_fops;
}

int number_preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = file_inode(args->file)->i_ino;
	return 0;
}

void number_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int make_file(struct liveupdate_file_op_args *args, unsigned long number)
{
	struct file *file = anon_inode_getfile("newcomer", &newcomer_fops, NULL, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	file_inode(file)->i_ino = number;
	args->file = file;
	return 0;
}

int number_retrieve(struct liveupdate_file_op_args *args)
{
	return make_file(args, (unsigned long)args->serialized_data);
}

void number_finish(struct liveupdate_file_op_args *args)
{
}

int page_file_preserve(struct liveupdate_file_op_args *args)
{
	unsigned long *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	*page = file_inode(args->file)->i_ino;
	args->serialized_data = virt_to_phys(page);
	return 0;
}

void page_file_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

int page_file_retrieve(struct liveupdate_file_op_args *args)
{
	return make_file(args, *(unsigned long *)phys_to_virt(args->serialized_data));
}

void page_file_finish(struct liveupdate_file_op_args *args)
{
	kho_restore_free(phys_to_virt(args->serialized_data));
}

int page_preserve(struct liveupdate_flb_op_args *argp)
{
	void *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	argp->obj = page;
	argp->data = virt_to_phys(page);
	return 0;
}

void page_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

int page_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	return 0;
}

void page_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj ? argp->obj : phys_to_virt(argp->data));
}

void keeper_finish(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = argp->obj;

	kho_restore_free(keeper ? keeper->page : phys_to_virt(argp->data));
	kfree(keeper);
}

static int init(void)
{
	int err, flbs = 0;

	newcomer_handler.ops = newcomer.file ? newcomer.file : &number_ops;
	err = liveupdate_register_file_handler(&newcomer_handler);
	if (err)
		return err;
	while (flbs < 2 && newcomer.flb[flbs]) {
		newcomer_flb[flbs].ops = newcomer.flb[flbs];
		err = liveupdate_register_flb(&newcomer_handler, &newcomer_flb[flbs]);
		if (err)
			goto unregister;
		flbs++;
	}
	err = newcomer.init ? newcomer.init() : 0;
	if (!err)
		return 0;
unregister:
	while (flbs--)
		liveupdate_unregister_flb(&newcomer_handler, &newcomer_flb[flbs]);
	liveupdate_unregister_file_handler(&newcomer_handler);
	return err;
}

LFB_MODULE(newcomer, init, NULL);

struct lfb_module *newcomer_module_of_the_kernel(void)
{
	return &newcomer_module;
}
