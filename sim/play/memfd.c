// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Files in memory, as an agent makes them and looks into them. Where a scenario mentions any, all
 * of its kernels have their handler.
 */
#include <stdio.h>
#include <stdlib.h>

#include <luo/memfd.h>

#include "sim/play/play.h"

/* The handler, as a module of the kernel image. */
struct lfb_run_memfds {
	struct liveupdate_file_handler handler;
	struct module module;
	struct lfb_module image;
};

static int memfd_init(void)
{
	const int err = liveupdate_register_file_handler(lfb__module_data_of(memfd_init));

	/* Built-in code goes on without live update; and a module may be there for them. */
	return err == -EOPNOTSUPP || err == -EEXIST ? 0 : err;
}

int lfb__run_add_memfds(struct lfb_run *run)
{
	struct lfb_run_memfds *memfds;
	int err;

	if (!run->scenario->has_memfds)
		return 0;
	memfds = calloc(1, sizeof(*memfds));
	if (!memfds)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	memfds->handler.ops = &lfb_memfd_file_ops;
	snprintf((char *)memfds->handler.compatible, sizeof(memfds->handler.compatible),
		 MEMFD_LUO_FH_COMPATIBLE);
	memfds->module.name = "memfd";
	memfds->image = (struct lfb_module){
		.module = &memfds->module,
		.init = memfd_init,
		.data = &memfds->handler,
		.data_size = sizeof(memfds->handler),
	};
	err = lfb_machine_add_module(run->machine, &memfds->image);
	if (err)
		free(memfds);
	else
		run->memfds = memfds;
	return err;
}

void lfb__run_remove_memfds(struct lfb_run *run)
{
	if (!run->memfds)
		return;
	lfb_machine_remove_module(run->machine, run->memfds->module.name);
	free(run->memfds);
}

struct making {
	struct lfb_contents contents;
	struct file *file;
};

static struct lfb_contents contents_of(const struct lfb_operation *operation)
{
	return (struct lfb_contents){ operation->size, operation->pages, operation->value };
}

static long make(void *argument)
{
	struct making *making = argument;

	making->file = lfb__contents_file(0, &making->contents);
	return PTR_ERR_OR_ZERO(making->file);
}

long lfb__run_make_memfd(struct lfb_run *run, const struct lfb_operation *operation)
{
	struct making making = { .contents = contents_of(operation) };
	long ret = lfb_machine_call(run->machine, make, &making);

	if (!ret)
		ret = lfb_agent_install(run->agent, making.file);
	if (ret < 0)
		return ret;
	run->files[operation->inode] = (int)ret;
	return 0;
}

long lfb__run_check_memfd(struct lfb_run *run, const struct lfb_operation *operation)
{
	const struct lfb_contents contents = contents_of(operation);

	return lfb__contents_check(run->agent, run->files[operation->inode], &contents);
}
