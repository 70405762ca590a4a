// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The module of the world: what its callbacks do, answer and write down.
 */
#include "tests/support/world.h"

/*
 * The log
 */

static void append(struct world *world, const char *format, va_list arguments)
{
	char line[200];
	size_t length;

	vsnprintf(line, sizeof(line) - 1, format, arguments);
	strcat(line, "\n");
	length = strlen(line);
	if (world->log_length + length + 1 > world->log_size) {
		world->log_size = (world->log_length + length + 1) * 2;
		world->log = realloc(world->log, world->log_size);
		assert_non_null(world->log);
	}
	memcpy(world->log + world->log_length, line, length + 1);
	world->log_length += length;
}

void world_log(struct world *world, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(world, format, arguments);
	va_end(arguments);
}

void world_forget_log(struct world *world)
{
	world->log_length = 0;
	if (world->log)
		world->log[0] = '\0';
}

void world_check_log(struct world *world, const char *const *lines, const char *file, int line)
{
	const char *at = world->log ? world->log : "";
	bool same = true;

	for (const char *const *wanted = lines; *wanted && same; wanted++) {
		size_t length = strlen(*wanted);

		same = !strncmp(at, *wanted, length) && at[length] == '\n';
		at += same ? length + 1 : 0;
	}
	if (!same || *at) {
		print_error("the log should be:\n");
		for (; *lines; lines++)
			print_error("\t%s\n", *lines);
		print_error("and is:\n%s", world->log ? world->log : "");
		_fail(file, line);
	}
	world_forget_log(world);
}

/*
 * Callbacks: the default, then the test, then the log
 */

static void meddle(struct world *world, const char *call, void *args, int *result)
{
	if (world->meddle)
		world->meddle(world, call, args, result);
}

/* Has the test said what @call answers? */
static bool answered(struct world *world, const char *call, int *result)
{
	for (int i = 0; i < WORLD_ANSWERS; i++) {
		if (!world->answers[i].times || strcmp(world->answers[i].call, call))
			continue;
		if (world->answers[i].times > 0)
			world->answers[i].times--;
		*result = world->answers[i].result;
		return true;
	}
	return false;
}

void world_answer(struct world *world, const char *call, int result, int times)
{
	for (int i = 0; i < WORLD_ANSWERS; i++) {
		if (world->answers[i].times)
			continue;
		world->answers[i].call = call;
		world->answers[i].result = result;
		world->answers[i].times = times;
		return;
	}
	fail_msg("more than %d answers", WORLD_ANSWERS);
}

void world_answer_nothing(struct world *world)
{
	memset(world->answers, 0, sizeof(world->answers));
}

static struct world_flb *flb_of(const struct liveupdate_flb_op_args *argp)
{
	return container_of(argp->flb, struct world_flb, flb);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct world_flb *flb = flb_of(argp);
	char call[32];
	int result = 0;

	snprintf(call, sizeof(call), "flb%u.preserve", flb->number);
	if (!answered(flb->world, call, &result)) {
		argp->data = 0xf000 + flb->number;
		argp->obj = (void *)(uintptr_t)(0x1000 + flb->number);
	}
	meddle(flb->world, call, argp, &result);
	world_log(flb->world, "%s -> %d", call, result);
	return result;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct world_flb *flb = flb_of(argp);
	char call[32];

	snprintf(call, sizeof(call), "flb%u.unpreserve", flb->number);
	meddle(flb->world, call, argp, NULL);
	world_log(flb->world, "%s data=%llx obj=%lx", call, argp->data,
		  (unsigned long)(uintptr_t)argp->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct world_flb *flb = flb_of(argp);
	unsigned long long data = argp->data;
	char call[32];
	int result = 0;

	snprintf(call, sizeof(call), "flb%u.retrieve", flb->number);
	if (!answered(flb->world, call, &result))
		argp->obj = (void *)(uintptr_t)(0x2000 + flb->number);
	meddle(flb->world, call, argp, &result);
	world_log(flb->world, "%s data=%llx -> %d", call, data, result);
	return result;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	struct world_flb *flb = flb_of(argp);
	char call[32];

	snprintf(call, sizeof(call), "flb%u.finish", flb->number);
	meddle(flb->world, call, argp, NULL);
	world_log(flb->world, "%s obj=%lx", call, (unsigned long)(uintptr_t)argp->obj);
}

static const struct file_operations fops[WORLD_HANDLERS];

static struct world_handler *handler_of(struct liveupdate_file_handler *handler)
{
	return container_of(handler, struct world_handler, handler);
}

static bool file_can_preserve(struct liveupdate_file_handler *fh, struct file *file)
{
	struct world_handler *handler = handler_of(fh);
	int result = file->f_op == &fops[handler->number];
	char call[32];

	snprintf(call, sizeof(call), "file h%u.can_preserve", handler->number);
	answered(handler->world, call, &result);
	meddle(handler->world, call, file, &result);
	return result;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct world_handler *handler = handler_of(args->handler);
	unsigned long number = file_inode(args->file)->i_ino;
	char call[32];
	int result = 0;

	snprintf(call, sizeof(call), "file h%u.preserve", handler->number);
	if (!answered(handler->world, call, &result))
		args->serialized_data = 0xd000 + number;
	meddle(handler->world, call, args, &result);
	world_log(handler->world, "%s ino=%lu -> %d", call, number, result);
	return result;
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	struct world_handler *handler = handler_of(args->handler);
	char call[32];

	snprintf(call, sizeof(call), "file h%u.unpreserve", handler->number);
	meddle(handler->world, call, args, NULL);
	world_log(handler->world, "%s ino=%lu data=%llx", call, file_inode(args->file)->i_ino,
		  args->serialized_data);
}

/* A callback that is told the data: freeze, unfreeze, retrieve, can_finish. */
static int with_data(struct liveupdate_file_op_args *args, const char *op, int result,
		     void (*act)(struct liveupdate_file_op_args *args, int *result))
{
	struct world_handler *handler = handler_of(args->handler);
	unsigned long long data = args->serialized_data;
	char call[32];

	snprintf(call, sizeof(call), "file h%u.%s", handler->number, op);
	if (!answered(handler->world, call, &result) && act)
		act(args, &result);
	meddle(handler->world, call, args, &result);
	world_log(handler->world, "%s data=%llx -> %d", call, data, result);
	return result;
}

static void set_frozen(struct liveupdate_file_op_args *args, int *result)
{
	(void)result;
	args->serialized_data |= 0x100000;
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	return with_data(args, "freeze", 0, set_frozen);
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	struct world_handler *handler = handler_of(args->handler);
	char call[32];

	snprintf(call, sizeof(call), "file h%u.unfreeze", handler->number);
	meddle(handler->world, call, args, NULL);
	world_log(handler->world, "%s data=%llx", call, args->serialized_data);
}

struct file *world_new_file(unsigned int handler, unsigned long number)
{
	struct file *file = anon_inode_getfile("file of the world", &fops[handler], NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

static void make_file(struct liveupdate_file_op_args *args, int *result)
{
	struct file *file = world_new_file(handler_of(args->handler)->number,
					   (unsigned long)(args->serialized_data & 0xfff));

	if (IS_ERR(file))
		*result = (int)PTR_ERR(file);
	else
		args->file = file;
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	return with_data(args, "retrieve", 0, make_file);
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	return with_data(args, "can_finish", 1, NULL);
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	struct world_handler *handler = handler_of(args->handler);
	char call[32];

	snprintf(call, sizeof(call), "file h%u.finish", handler->number);
	meddle(handler->world, call, args, NULL);
	world_log(handler->world, "%s data=%llx file=%d", call,
		  args->serialized_data, args->file != NULL);
}

/*
 * The module
 */

static void fill_handler(struct world *world, struct world_handler *handler, unsigned int number)
{
	handler->world = world;
	handler->number = number;
	handler->ops = (struct liveupdate_file_ops){
		.can_preserve = file_can_preserve,
		.preserve = file_preserve,
		.unpreserve = file_unpreserve,
		.freeze = file_freeze,
		.unfreeze = file_unfreeze,
		.retrieve = file_retrieve,
		.can_finish = file_can_finish,
		.finish = file_finish,
		.owner = &world->this_module,
	};
	handler->handler.ops = &handler->ops;
	snprintf((char *)handler->handler.compatible, sizeof(handler->handler.compatible),
		 "handler-%u-v1", number);
}

static void fill_flb(struct world *world, struct world_flb *flb, unsigned int number)
{
	flb->world = world;
	flb->number = number;
	flb->ops = (struct liveupdate_flb_ops){
		.preserve = flb_preserve,
		.unpreserve = flb_unpreserve,
		.retrieve = flb_retrieve,
		.finish = flb_finish,
		.owner = &world->this_module,
	};
	flb->flb.ops = &flb->ops;
	snprintf((char *)flb->flb.compatible, sizeof(flb->flb.compatible), "flb-%u-v1", number);
}

void world_make_module(struct world *world)
{
	world->module = calloc(1, sizeof(*world->module));
	assert_non_null(world->module);
	for (unsigned int i = 0; i < WORLD_HANDLERS; i++)
		fill_handler(world, &world->module->handlers[i], i);
	for (unsigned int i = 0; i < WORLD_FLBS; i++)
		fill_flb(world, &world->module->flbs[i], i);
	world->this_module.name = "world";
	world->lfb_module = (struct lfb_module){
		.module = &world->this_module,
		.data = world->module,
		.data_size = sizeof(*world->module),
	};
}
