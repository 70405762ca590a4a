/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The recorded module: file handlers and FLBs that do nothing but say what they are asked, and
 * answer as a scenario told them to. Golden transcripts are what they say.
 *
 * The objects are host memory, not the kernel's: a module's static data takes no pages that could
 * be handed over, and saved images stay comparable with recorded ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include <luo/file.h>
#include <luo/liveupdate.h>

#include "sim/machine/scenario.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

struct failure {
	int error;
	unsigned int times;
};

struct recorded_handler {
	struct liveupdate_file_handler handler;
	struct lfb_recorder *recorder;
	unsigned int number;
	struct failure fails[LFB_RECORDED_OPS];
};

struct recorded_flb {
	struct liveupdate_flb flb;
	struct lfb_recorder *recorder;
	unsigned int number;
	bool initialized;
	unsigned int held[2];		/* references kept: outgoing, incoming */
	struct failure fails[LFB_RECORDED_OPS];
};

struct lfb_recorder {
	struct lfb_transcript *transcript;
	struct recorded_handler **handlers;
	struct recorded_flb **flbs;
	unsigned int nr_handlers;
	unsigned int nr_flbs;
};

#define record(object, ...)                                                                        \
	do {                                                                                       \
		if ((object)->recorder->transcript)                                                \
			lfb_transcript_line((object)->recorder->transcript, __VA_ARGS__);          \
	} while (0)

static int take_failure(struct failure *failure)
{
	if (!failure->times)
		return 0;
	failure->times--;
	return failure->error;
}

static unsigned long long as_number(const void *obj)
{
	return (unsigned long long)(uintptr_t)obj;
}

/*
 * FLBs
 */

static struct recorded_flb *flb_of(const struct liveupdate_flb_op_args *argp)
{
	return container_of(argp->flb, struct recorded_flb, flb);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct recorded_flb *flb = flb_of(argp);
	int err = take_failure(&flb->fails[LFB_RECORDED_PRESERVE]);

	record(flb, "flb%u.preserve -> %d", flb->number, err);
	if (err)
		return err;
	argp->data = FLB_DATA + flb->number;
	argp->obj = (void *)(uintptr_t)(FLB_OBJ_PRESERVED + flb->number);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct recorded_flb *flb = flb_of(argp);

	record(flb, "flb%u.unpreserve data=%llx obj=%llx", flb->number,
	       (unsigned long long)argp->data, as_number(argp->obj));
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct recorded_flb *flb = flb_of(argp);
	int err = take_failure(&flb->fails[LFB_RECORDED_RETRIEVE]);

	record(flb, "flb%u.retrieve data=%llx -> %d", flb->number, (unsigned long long)argp->data,
	       err);
	if (err)
		return err;
	argp->obj = (void *)(uintptr_t)(FLB_OBJ_RETRIEVED + flb->number);
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	struct recorded_flb *flb = flb_of(argp);

	record(flb, "flb%u.finish obj=%llx", flb->number, as_number(argp->obj));
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

/*
 * Files. A file's kind is in private_data.
 */

static const struct file_operations file_fops;

struct file *lfb_recorder_file(unsigned int type, u64 ino)
{
	struct file *file = anon_inode_getfile("recorded", &file_fops, (void *)(uintptr_t)type, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = (unsigned long)ino;
	return file;
}

static struct recorded_handler *handler_of(const struct liveupdate_file_op_args *args)
{
	return container_of(args->handler, struct recorded_handler, handler);
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	const struct recorded_handler *recorded =
		container_of(handler, struct recorded_handler, handler);

	return file->f_op == &file_fops && (uintptr_t)file->private_data == recorded->number;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);
	unsigned long ino = file_inode(args->file)->i_ino;
	int err = take_failure(&handler->fails[LFB_RECORDED_PRESERVE]);

	record(handler, "file h%u.preserve ino=%lu -> %d", handler->number, ino, err);
	if (err)
		return err;
	args->serialized_data = FILE_DATA + ino;
	return 0;
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);

	record(handler, "file h%u.unpreserve ino=%lu data=%llx", handler->number,
	       file_inode(args->file)->i_ino, (unsigned long long)args->serialized_data);
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);
	int err = take_failure(&handler->fails[LFB_RECORDED_FREEZE]);

	record(handler, "file h%u.freeze data=%llx -> %d", handler->number,
	       (unsigned long long)args->serialized_data, err);
	if (err)
		return err;
	args->serialized_data |= FILE_FROZEN;
	return 0;
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);

	record(handler, "file h%u.unfreeze data=%llx", handler->number,
	       (unsigned long long)args->serialized_data);
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);
	int err = take_failure(&handler->fails[LFB_RECORDED_RETRIEVE]);
	struct file *file = NULL;

	if (!err) {
		file = lfb_recorder_file(handler->number, args->serialized_data & FILE_INO_MASK);
		if (IS_ERR(file))
			err = (int)PTR_ERR(file);
	}
	record(handler, "file h%u.retrieve data=%llx -> %d", handler->number,
	       (unsigned long long)args->serialized_data, err);
	if (err)
		return err;
	args->file = file;
	return 0;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);
	bool can = !take_failure(&handler->fails[LFB_RECORDED_CAN_FINISH]);

	record(handler, "file h%u.can_finish data=%llx -> %d", handler->number,
	       (unsigned long long)args->serialized_data, can);
	return can;
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	struct recorded_handler *handler = handler_of(args);

	record(handler, "file h%u.finish data=%llx file=%d", handler->number,
	       (unsigned long long)args->serialized_data, args->file != NULL);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = file_can_preserve,
	.preserve = file_preserve,
	.unpreserve = file_unpreserve,
	.freeze = file_freeze,
	.unfreeze = file_unfreeze,
	.retrieve = file_retrieve,
	.can_finish = file_can_finish,
	.finish = file_finish,
};

/*
 * The module's data
 */

struct lfb_recorder *lfb_recorder_create(unsigned int nr_handlers, unsigned int nr_flbs,
					 struct lfb_transcript *transcript)
{
	struct lfb_recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return NULL;
	recorder->transcript = transcript;
	recorder->nr_handlers = nr_handlers;
	recorder->nr_flbs = nr_flbs;
	recorder->handlers = calloc(nr_handlers + 1, sizeof(*recorder->handlers));
	recorder->flbs = calloc(nr_flbs + 1, sizeof(*recorder->flbs));
	if (!recorder->handlers || !recorder->flbs) {
		lfb_recorder_destroy(recorder);
		return NULL;
	}
	return recorder;
}

unsigned int *lfb_recorder_held(struct lfb_recorder *recorder, unsigned int number, bool incoming)
{
	return &recorder->flbs[number]->held[incoming];
}

void lfb_recorder_reset(struct lfb_recorder *recorder)
{
	unsigned int i;

	for (i = 0; recorder->handlers && i < recorder->nr_handlers; i++) {
		free(recorder->handlers[i]);
		recorder->handlers[i] = NULL;
	}
	for (i = 0; recorder->flbs && i < recorder->nr_flbs; i++) {
		free(recorder->flbs[i]);
		recorder->flbs[i] = NULL;
	}
}

void lfb_recorder_destroy(struct lfb_recorder *recorder)
{
	if (!recorder)
		return;
	lfb_recorder_reset(recorder);
	free(recorder->handlers);
	free(recorder->flbs);
	free(recorder);
}

static struct recorded_handler *get_handler(struct lfb_recorder *recorder, unsigned int number)
{
	struct recorded_handler *handler = recorder->handlers[number];

	if (handler)
		return handler;
	handler = calloc(1, sizeof(*handler));
	if (!handler)
		return NULL;
	handler->recorder = recorder;
	handler->number = number;
	handler->handler.ops = &file_ops;
	snprintf((char *)handler->handler.compatible, sizeof(handler->handler.compatible),
		 "handler-%u-v1", number);
	recorder->handlers[number] = handler;
	return handler;
}

static struct recorded_flb *get_flb(struct lfb_recorder *recorder, unsigned int number)
{
	struct recorded_flb *flb = recorder->flbs[number];

	if (flb)
		return flb;
	flb = calloc(1, sizeof(*flb));
	if (!flb)
		return NULL;
	flb->recorder = recorder;
	flb->number = number;
	flb->flb.ops = &flb_ops;
	snprintf((char *)flb->flb.compatible, sizeof(flb->flb.compatible), "flb-%u-v1", number);
	recorder->flbs[number] = flb;
	return flb;
}

struct liveupdate_file_handler *lfb_recorder_handler(struct lfb_recorder *recorder,
						     unsigned int number)
{
	struct recorded_handler *handler = get_handler(recorder, number);

	return handler ? &handler->handler : NULL;
}

int lfb_recorder_flb(struct lfb_recorder *recorder, unsigned int number, bool must_init,
		     struct liveupdate_flb **flb)
{
	struct recorded_flb *recorded = get_flb(recorder, number);
	int err;

	if (!recorded)
		return -ENOMEM;
	if (must_init && !recorded->initialized) {
		err = liveupdate_init_flb(&recorded->flb);
		if (err)
			return err;
		recorded->initialized = true;
	}
	*flb = &recorded->flb;
	return 0;
}

int lfb_recorder_fail_handler(struct lfb_recorder *recorder, unsigned int number,
			      enum lfb_recorded_op op, int error, unsigned int times)
{
	struct recorded_handler *handler = get_handler(recorder, number);

	if (!handler)
		return -ENOMEM;
	handler->fails[op] = (struct failure){ error, times };
	return 0;
}

int lfb_recorder_fail_flb(struct lfb_recorder *recorder, unsigned int number,
			  enum lfb_recorded_op op, int error, unsigned int times)
{
	struct recorded_flb *flb = get_flb(recorder, number);

	if (!flb)
		return -ENOMEM;
	flb->fails[op] = (struct failure){ error, times };
	return 0;
}
