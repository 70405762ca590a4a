// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What README shows, with LFB_MODULE(): a handler whose files are nothing but their number. */
#include <luo/file.h>
#include <luo/liveupdate.h>
#include <luo/module.h>

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = file_inode(args->file)->i_ino;
	return 0;
}

static void nothing(struct liveupdate_file_op_args *args)
{
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	static const struct file_operations fops;

	args->file = anon_inode_getfile("plain", &fops, NULL, 0);
	return PTR_ERR_OR_ZERO(args->file);
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = nothing,
	.retrieve = retrieve,
	.finish = nothing,
};

static LFB_MODULE_DATA(plain) struct liveupdate_file_handler handler = {
	.ops = &ops,
	.compatible = "plain-v1",
};

static int init(void)
{
	return liveupdate_register_file_handler(&handler);
}

LFB_MODULE(plain, init, NULL);
