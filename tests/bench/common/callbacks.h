/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the module of the benchmarks does, in a machine and in a bare kernel: its files are a number
 * and its FLB is nothing but counted. Included behind the kernel's headers, which are others there.
 */
#ifndef TESTS_BENCH_COMMON_CALLBACKS_H
#define TESTS_BENCH_COMMON_CALLBACKS_H

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	argp->data = 1;
	return 0;
}

static void flb_nothing(struct liveupdate_flb_op_args *argp)
{
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = argp->flb;
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_nothing,
	.retrieve = flb_retrieve,
	.finish = flb_nothing,
};

static const struct file_operations bench_fops;

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &bench_fops;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = args->file->f_inode->i_ino;
	return 0;
}

static int freeze(struct liveupdate_file_op_args *args)
{
	args->serialized_data |= 1ull << 32;
	return 0;
}

static void nothing(struct liveupdate_file_op_args *args)
{
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	args->file = anon_inode_getfile("bench", &bench_fops, NULL, 0);
	return IS_ERR(args->file) ? (int)PTR_ERR(args->file) : 0;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = nothing,
	.freeze = freeze,
	.retrieve = retrieve,
	.finish = nothing,
};

#endif
