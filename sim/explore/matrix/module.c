// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The module of the upgrade matrix: one kind of file and a row of FLBs, a page each.
 *
 * What it keeps is host memory, made anew for each kernel: nothing but what it handed over can
 * tell one kernel about another.
 */
#include <stdio.h>
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/explore/matrix/matrix.h"

#define WORDS (PAGE_SIZE / sizeof(u64))
#define FLB_NUMBER (1ull << 63)		/* never a file's */

/*
 * Pages that say whose they are
 */

static u64 word(u64 number, size_t index)
{
	return number + index * 0x9e3779b97f4a7c15ull;
}

static int hand_over(u64 number, u64 *data, void **object)
{
	u64 *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	for (size_t i = 0; i < WORDS; i++)
		page[i] = word(number, i);
	*data = virt_to_phys(page);
	*object = page;
	return 0;
}

/* What lies there, and whose it says it is; NULL when it is no such page. */
static u64 *look(u64 data, u64 *number)
{
	u64 *page = phys_to_virt(data);

	if (!page)
		return NULL;
	*number = page[0];
	for (size_t i = 0; i < WORDS; i++) {
		if (page[i] != word(*number, i))
			return NULL;
	}
	return page;
}

/*
 * FLBs
 */

static struct matrix_flb *flb_of(const struct liveupdate_flb_op_args *argp)
{
	return container_of(argp->flb, struct matrix_flb, flb);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	return hand_over(flb_of(argp)->number, &argp->data, &argp->obj);
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	u64 number;

	argp->obj = look(argp->data, &number);
	return argp->obj && number == flb_of(argp)->number ? 0 : -EILSEQ;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	flb_of(argp)->module->flbs_finished++;
	kho_restore_free(argp->obj);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

/*
 * Files
 */

static const struct file_operations file_fops;

static struct file *make_file(u64 number)
{
	struct file *file = anon_inode_getfile("matrix", &file_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &file_fops;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	return hand_over(file_inode(args->file)->i_ino, &args->serialized_data,
			 &args->private_data);
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(args->private_data);
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file;
	u64 number;

	if (!look(args->serialized_data, &number))
		return -EILSEQ;
	file = make_file(number);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	args->file = file;
	return 0;
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	container_of(args->handler, struct matrix_module, handler)->files_finished++;
	kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = file_can_preserve,
	.preserve = file_preserve,
	.unpreserve = file_unpreserve,
	.retrieve = file_retrieve,
	.finish = file_finish,
};

/*
 * The module
 */

void matrix_module_load(struct matrix_module *module, unsigned int version)
{
	memset(module, 0, sizeof(*module));
	module->handler.ops = &file_ops;
	snprintf((char *)module->handler.compatible, sizeof(module->handler.compatible),
		 "matrix-file-v%u", version);
	for (unsigned int i = 0; i < MATRIX_FLBS; i++) {
		struct matrix_flb *flb = &module->flbs[i];

		flb->module = module;
		flb->number = FLB_NUMBER | i;
		flb->flb.ops = &flb_ops;
		snprintf((char *)flb->flb.compatible, sizeof(flb->flb.compatible),
			 "matrix-flb-%u-v1", i);
	}
}

struct request {
	struct lfb_machine *machine;
	struct matrix_module *module;
	struct lfb_agent *agent;
	u64 number;
};

static int add_flb(struct lfb_machine *machine, struct matrix_module *module)
{
	struct liveupdate_flb *flb = &module->flbs[module->nr_flbs].flb;
	int err = 0;

	if (machine->profile->has_init_flb)
		err = liveupdate_init_flb(flb);
	if (!err)
		err = liveupdate_register_flb(&module->handler, flb);
	if (!err)
		module->nr_flbs++;
	return err;
}

static long do_register(void *argument)
{
	struct request *request = argument;
	struct matrix_module *module = request->module;
	int err = liveupdate_register_file_handler(&module->handler);

	while (!err && module->nr_flbs < request->number)
		err = add_flb(request->machine, module);
	return err == -ENOSPC ? 0 : err;
}

int matrix_register(struct lfb_machine *machine, struct matrix_module *module, unsigned int flbs)
{
	struct request request = {
		.machine = machine,
		.module = module,
		.number = flbs < MATRIX_FLBS ? flbs : MATRIX_FLBS,
	};

	return (int)lfb_machine_call(machine, do_register, &request);
}

static long do_make_file(void *argument)
{
	const struct request *request = argument;

	return PTR_ERR(make_file(request->number));
}

int matrix_open_file(struct lfb_machine *machine, struct lfb_agent *agent, u64 number)
{
	struct request request = { .number = number };
	struct file *file = ERR_PTR(lfb_machine_call(machine, do_make_file, &request));

	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(agent, file);
}

bool matrix_file_is(struct lfb_agent *agent, int fd, u64 number)
{
	struct file *file = lfb_agent_file(agent, fd);

	return file && file->f_op == &file_fops && file_inode(file)->i_ino == number;
}

/* The object was looked at when it was retrieved. */
static long do_check_flb(void *argument)
{
	const struct request *request = argument;
	struct liveupdate_flb *flb = &request->module->flbs[request->number].flb;
	const struct luo *luo = request->machine->kernel.luo;
	void *object = NULL;
	int err;

	if (luo->profile->accessors == LUO_ACCESSORS_LOCKED) {
		err = liveupdate_flb_incoming_locked(flb, &object);
		if (!err)
			liveupdate_flb_incoming_unlock(flb, object);
		return err;
	}
	err = liveupdate_flb_get_incoming(flb, &object);
	if (!err && !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED))
		liveupdate_flb_put_incoming(flb);
	return err;
}

int matrix_check_flb(struct lfb_machine *machine, struct matrix_module *module,
		     unsigned int index)
{
	struct request request = { .machine = machine, .module = module, .number = index };

	return (int)lfb_machine_call(machine, do_check_flb, &request);
}
