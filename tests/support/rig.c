// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <luo/finding.h>
#include <luo/kexec_handover.h>
#include <luo/list.h>
#include <luo/mm.h>

#include "tests/support/rig.h"

static int hook(struct rig_module *module, const char *op)
{
	module->calls++;
	return module->rig->hook ? module->rig->hook(module->rig, op) : 0;
}

static int hand_over(u64 number, struct rig_page **pagep)
{
	struct rig_page *page = kho_alloc_preserve(sizeof(*page));

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	*page = (struct rig_page){ .magic = RIG_MAGIC, .number = number, .pointer = page };
	*pagep = page;
	return 0;
}

/*
 * The FLB
 */

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct rig_page *page = NULL;
	int err = hook(container_of(argp->flb, struct rig_module, flb), "flb preserve");

	if (!err)
		err = hand_over(0, &page);
	if (err)
		return err;
	argp->obj = page;
	argp->data = virt_to_phys(page);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	hook(container_of(argp->flb, struct rig_module, flb), "flb unpreserve");
	kho_unpreserve_free(argp->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	int err = hook(container_of(argp->flb, struct rig_module, flb), "flb retrieve");
	struct rig_page *page = phys_to_virt(argp->data);

	if (err)
		return err;
	if (!page || page->magic != RIG_MAGIC)
		return -EINVAL;
	argp->obj = page;
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	hook(container_of(argp->flb, struct rig_module, flb), "flb finish");
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

static const struct file_operations rig_fops;

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &rig_fops;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct rig_page *page = NULL;
	int err = hook(container_of(args->handler, struct rig_module, handler), "file preserve");

	if (!err)
		err = hand_over(file_inode(args->file)->i_ino, &page);
	if (err)
		return err;
	args->private_data = page;
	args->serialized_data = virt_to_phys(page);
	return 0;
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	hook(container_of(args->handler, struct rig_module, handler), "file unpreserve");
	kho_unpreserve_free(args->private_data);
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	return hook(container_of(args->handler, struct rig_module, handler), "file freeze");
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	hook(container_of(args->handler, struct rig_module, handler), "file unfreeze");
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	int err = hook(container_of(args->handler, struct rig_module, handler), "file retrieve");
	struct rig_page *page = phys_to_virt(args->serialized_data);
	struct file *file;

	if (err)
		return err;
	if (!page || page->magic != RIG_MAGIC)
		return -EINVAL;
	file = anon_inode_getfile("rig", &rig_fops, NULL, 0);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	file_inode(file)->i_ino = (unsigned long)page->number;
	args->file = file;
	return 0;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	return !hook(container_of(args->handler, struct rig_module, handler), "file can_finish");
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	struct rig_module *module = container_of(args->handler, struct rig_module, handler);

	hook(module, "file finish");
	module->rig->finished++;
	kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = file_preserve,
	.unpreserve = file_unpreserve,
	.freeze = file_freeze,
	.unfreeze = file_unfreeze,
	.retrieve = file_retrieve,
	.can_finish = file_can_finish,
	.finish = file_finish,
};

/*
 * The module
 */

/* An init function has no argument: what it knows is the machine it runs in. */
static _Thread_local struct rig *rigs[8];

static struct rig *current_rig(void)
{
	for (size_t i = 0; i < sizeof(rigs) / sizeof(rigs[0]); i++) {
		if (rigs[i] && rigs[i]->machine == lfb_machine_current())
			return rigs[i];
	}
	return NULL;
}

static int init(void)
{
	struct rig *rig = current_rig();
	int err;

	if (!rig)
		return -ENODEV;
	err = hook(rig->data, "init");
	if (err || !liveupdate_enabled())
		return err;
	if (!strcmp(lfb_machine_profile(rig->machine), "rfc-v6"))
		err = liveupdate_init_flb(&rig->data->flb);
	if (!err)
		err = liveupdate_register_file_handler(&rig->data->handler);
	if (err)
		return err;
	err = liveupdate_register_flb(&rig->data->handler, &rig->data->flb);
	/* The posted patch has nothing to undo it with. */
	if (err && strcmp(lfb_machine_profile(rig->machine), "rfc-v6"))
		liveupdate_unregister_file_handler(&rig->data->handler);
	return err;
}

static void leave(void)
{
	struct rig *rig = current_rig();

	liveupdate_unregister_flb(&rig->data->handler, &rig->data->flb);
	liveupdate_unregister_file_handler(&rig->data->handler);
}

static int make_module(struct rig *rig)
{
	const struct rig_module data = {
		.module = { .name = "rig" },
		.handler = { .ops = &file_ops, .compatible = RIG_HANDLER },
		.flb = { .ops = &flb_ops, .compatible = RIG_FLB },
		.rig = rig,
	};

	rig->data = malloc(sizeof(data));
	if (!rig->data)
		return -ENOMEM;
	memcpy(rig->data, &data, sizeof(data));
	rig->image = (struct lfb_module){
		.module = &rig->data->module,
		.init = init,
		.exit = leave,
		.data = rig->data,
		.data_size = sizeof(data),
	};
	for (size_t i = 0; i < sizeof(rigs) / sizeof(rigs[0]); i++) {
		if (!rigs[i]) {
			rigs[i] = rig;
			return 0;
		}
	}
	return -ENOSPC;
}

/*
 * Life
 */

int rig_create(struct rig *rig, const struct lfb_machine_options *options)
{
	int err;

	memset(rig, 0, sizeof(*rig));
	err = make_module(rig);
	if (!err)
		err = lfb_machine_create(options, &rig->machine);
	/* The pages have a pointer in them on purpose. */
	if (!err)
		err = lfb_finding_silence(rig->machine, LFB_FINDING_MEM_POINTER_HANDED_OVER, true);
	if (!err)
		err = lfb_machine_add_module(rig->machine, &rig->image);
	if (!err)
		err = lfb_agent_create(rig->machine, "agent", &rig->agent);
	if (err)
		rig_stop(rig);
	return err;
}

int rig_start(struct rig *rig, const struct lfb_machine_options *options)
{
	int err = rig_create(rig, options);

	if (!err) {
		err = lfb_machine_boot(rig->machine);
		if (err)
			rig_stop(rig);
	}
	return err;
}

void rig_stop(struct rig *rig)
{
	lfb_machine_destroy(rig->machine);
	for (size_t i = 0; i < sizeof(rigs) / sizeof(rigs[0]); i++) {
		if (rigs[i] == rig)
			rigs[i] = NULL;
	}
	free(rig->data);
	free(rig->log);
	memset(rig, 0, sizeof(*rig));
}

static void keep(void *context, const struct lfb_event *event)
{
	struct rig *rig = context;
	char line[1024];
	size_t length = lfb_event_format(event, line, sizeof(line) - 1);

	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (rig->log_length + length + 1 > rig->log_size) {
		size_t size = (rig->log_size + length + 1) * 2;
		char *log = realloc(rig->log, size);

		if (!log)
			return;
		rig->log = log;
		rig->log_size = size;
	}
	memcpy(rig->log + rig->log_length, line, length);
	rig->log_length += length;
	rig->log[rig->log_length] = '\0';
}

void rig_record(struct rig *rig)
{
	lfb_trace_to(rig->machine, keep, rig);
}

char *rig_take_log(struct rig *rig)
{
	char *log = rig->log;

	lfb_trace_to(rig->machine, NULL, NULL);
	rig->log = NULL;
	rig->log_length = rig->log_size = 0;
	return log;
}

/*
 * Userspace
 */

int rig_open_file(struct rig *rig, unsigned long number)
{
	struct lfb_machine *before = lfb_machine_enter(rig->machine);
	struct file *file = anon_inode_getfile("rig", &rig_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	lfb_machine_enter(before);
	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(rig->agent, file);
}

int rig_preserve(struct rig *rig, unsigned int files)
{
	int device = lfb_agent_open(rig->agent);
	int session, fd, err = 0;

	if (device < 0)
		return device;
	session = lfb_agent_create_session(rig->agent, device, "vm");
	if (session < 0)
		return session;
	for (unsigned int i = 1; i <= files && !err; i++) {
		fd = rig_open_file(rig, i);
		err = fd < 0 ? fd : lfb_agent_preserve(rig->agent, session, fd, i);
	}
	return err;
}

static int ask_for_flb(struct rig *rig)
{
	struct lfb_machine *before = lfb_machine_enter(rig->machine);
	struct liveupdate_flb *flb = &rig->data->flb;
	void *obj = NULL;
	int err;

	if (!strcmp(lfb_machine_profile(rig->machine), "rfc-v6")) {
		err = liveupdate_flb_incoming_locked(flb, &obj);
		if (!err)
			liveupdate_flb_incoming_unlock(flb, obj);
	} else {
		err = liveupdate_flb_get_incoming(flb, &obj);
		/* There every get is counted, and finish waits for the last put. */
		if (!err && strcmp(lfb_machine_profile(rig->machine), "linux-7.0") != 0)
			liveupdate_flb_put_incoming(flb);
	}
	lfb_machine_enter(before);
	return err;
}

static int retrieve_files(struct rig *rig, int session, unsigned int files)
{
	for (unsigned int i = 1; i <= files; i++) {
		int fd = lfb_agent_retrieve(rig->agent, session, i);
		struct file *file = lfb_agent_file(rig->agent, fd);

		if (fd < 0)
			return fd;
		if (file_inode(file)->i_ino != i)
			return -EILSEQ;
		lfb_agent_close(rig->agent, fd);
	}
	return 0;
}

int rig_restore(struct rig *rig, unsigned int files)
{
	int device, session, err;

	err = files ? ask_for_flb(rig) : 0;
	if (err)
		return err;
	device = lfb_agent_open(rig->agent);
	if (device < 0)
		return device;
	session = lfb_agent_retrieve_session(rig->agent, device, "vm");
	if (session < 0)
		return session;
	err = retrieve_files(rig, session, files);
	if (!err)
		err = lfb_agent_finish(rig->agent, session);
	if (!err)
		err = lfb_agent_close(rig->agent, session);
	return err ? err : lfb_agent_close(rig->agent, device);
}

int rig_update(struct rig *rig)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	unsigned int finished = rig->finished;
	int err;

	err = rig_preserve(rig, 2);
	if (!err)
		err = lfb_machine_kexec(rig->machine);
	if (!err)
		err = rig_restore(rig, 2);
	if (!err)
		err = lfb_machine_stats(rig->machine, &stats);
	if (err)
		return err;
	if (rig->finished != finished + 2 || stats.files || stats.sessions_incoming ||
	    stats.sessions_outgoing)
		return -EILSEQ;
	return 0;
}

int rig_still_works(struct rig *rig)
{
	int err;

	if (lfb_machine_state(rig->machine) != LFB_RUNNING) {
		err = lfb_machine_shutdown(rig->machine);
		if (!err)
			err = lfb_machine_boot(rig->machine);
		if (err)
			return err;
	} else {
		/* Whoever had the device and sessions open must not be in the way. */
		for (int fd = 0; fd < 1000; fd++)
			lfb_agent_close(rig->agent, fd);
	}
	return rig_update(rig);
}
