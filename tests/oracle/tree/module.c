// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module: handlers and FLBs that do what a scenario says, and tell. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <linux/anon_inodes.h>
#include <linux/file.h>

#include "host.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

/* No reference is kept that could be put. */
#define NOTHING_HELD (-EBADFD)
/* … and no code that could run. */
#define NO_MODULE (-EBADFD)

enum { PRESERVE, RETRIEVE, FREEZE, CAN_FINISH, FAILING };

static const char *const failing[FAILING] = { "preserve", "retrieve", "freeze", "can_finish" };

struct failure {
	int error;
	unsigned long times;
};

/* A handler and an FLB of each number, as static objects of a driver are: all zero at first. */
static struct recorded {
	struct liveupdate_file_handler handler;
	struct liveupdate_flb flb;
	struct failure fails[2][FAILING];
	unsigned int held[2];
	unsigned long asked;		/* for an identity */
} all[WORLD_NUMBERS];

/* What steps say of one call. */
struct answer {
	int result;
	bool data_given, obj_given, file_given, result_given;
	u64 data, obj;
};

static const struct file_operations file_fops;

struct file *module_file(unsigned int type, u64 ino)
{
	struct file *file = anon_inode_getfile("recorded", &file_fops, (void *)(uintptr_t)type, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = (unsigned long)ino;
	return file;
}

static u64 number_in(const char *word)
{
	return strtoull(word, NULL, 0);
}

static void do_step(struct world_line *line, struct answer *answer)
{
	const char *step = line->words[4];
	const u64 value = line->nr_words > 5 ? number_in(line->words[5]) : 0;

	if (!strcmp(step, "no-data") || !strcmp(step, "data")) {
		answer->data_given = true;
		answer->data = value;
	} else if (!strcmp(step, "no-obj") || !strcmp(step, "obj")) {
		answer->obj_given = true;
		answer->obj = value;
	} else if (!strcmp(step, "no-file")) {
		answer->file_given = true;
	} else if (!strcmp(step, "answer") || (!strcmp(step, "answer-once") && !line->used)) {
		answer->result_given = true;
		answer->result = (int)strtol(line->words[5], NULL, 0);
		line->used = true;
	}
}

/* A callback that is to fail is not called at all: nothing is told of it. */
static bool left_out;

static bool fails_here(bool of_flb, const char *op)
{
	static const enum lfb_fault_kind kinds[2][FAILING] = {
		{ LFB_FAULT_FILE_PRESERVE, LFB_FAULT_FILE_RETRIEVE, LFB_FAULT_FILE_FREEZE,
		  LFB_FAULT_FILE_CAN_FINISH },
		{ LFB_FAULT_FLB_PRESERVE, LFB_FAULT_FLB_RETRIEVE },
	};

	for (int i = 0; i < (of_flb ? FREEZE : FAILING); i++) {
		if (!strcmp(op, failing[i]))
			return fault_here(kinds[of_flb][i]);
	}
	return false;
}

/* What the scenario wrote for this callback, unless it was told to fail this time. */
static struct answer asked(bool of_flb, unsigned int number, const char *op)
{
	struct answer answer = { 0 };

	left_out = fails_here(of_flb, op);
	if (left_out) {
		answer.result = -EIO;
		return answer;
	}
	for (int i = 0; i < FAILING; i++) {
		struct failure *failure = &all[number].fails[of_flb][i];

		if (strcmp(op, failing[i]) || !failure->times)
			continue;
		failure->times--;
		answer.result = failure->error;
		if (answer.result)
			return answer;
	}
	for (int i = 0; i < world->nr_lines; i++) {
		struct world_line *line = &world->lines[i];

		if (!strcmp(line->words[1], of_flb ? "flb" : "h") &&
		    number_in(line->words[2]) == number && !strcmp(line->words[3], op))
			do_step(line, &answer);
	}
	return answer;
}

static void tell(const char *format, ...) LFB_PRINTF(1, 2);
static void tell(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!left_out)
		vfprintf(world->out, format, args);
	va_end(args);
	left_out = false;
}

/* FLBs */

static unsigned int flb_number(const struct liveupdate_flb *flb)
{
	return (unsigned int)(container_of(flb, struct recorded, flb) - all);
}

static int flb_come(struct liveupdate_flb_op_args *argp, const char *op, u64 base)
{
	const unsigned int number = flb_number(argp->flb);
	const struct answer answer = asked(true, number, op);

	if (!answer.result && base == FLB_OBJ_PRESERVED)
		argp->data = FLB_DATA + number;
	if (!answer.result)
		argp->obj = (void *)(uintptr_t)(base + number);
	/* Steps that come before an answer have been done. */
	if (answer.data_given)
		argp->data = answer.data;
	if (answer.obj_given)
		argp->obj = (void *)(uintptr_t)answer.obj;
	return answer.result;
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	int result;

	point_pass("preserve");
	result = flb_come(argp, "preserve", FLB_OBJ_PRESERVED);
	tell("flb%u.preserve -> %d\n", flb_number(argp->flb), result);
	point_pass("preserve");
	return result;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	point_pass("unpreserve");
	tell("flb%u.unpreserve data=%llx obj=%lx\n", flb_number(argp->flb), argp->data,
	     (unsigned long)argp->obj);
	point_pass("unpreserve");
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	const u64 data = argp->data;
	int result;

	point_pass("retrieve");
	result = flb_come(argp, "retrieve", FLB_OBJ_RETRIEVED);
	tell("flb%u.retrieve data=%llx -> %d\n", flb_number(argp->flb), data, result);
	point_pass("retrieve");
	return result;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	point_pass("finish");
	tell("flb%u.finish obj=%lx\n", flb_number(argp->flb), (unsigned long)argp->obj);
	point_pass("finish");
}

static struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

/* Files */

static unsigned int handler_number(const struct liveupdate_file_handler *handler)
{
	return (unsigned int)(container_of(handler, struct recorded, handler) - all);
}

static unsigned int called(const struct liveupdate_file_op_args *args)
{
	return handler_number(args->handler);
}

static unsigned long ino_of(const struct file *file)
{
	return file ? file_inode(file)->i_ino : 0;
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	struct answer answer;

	point_pass("can_preserve");
	answer = asked(false, handler_number(handler), "can_preserve");
	if (answer.result_given)
		return answer.result != 0;
	return file->f_op == &file_fops &&
	       (uintptr_t)file->private_data == handler_number(handler);
}

/* What a callback of a file's is to answer, once the point before it was passed. */
static struct answer come(const struct liveupdate_file_op_args *args, const char *op)
{
	point_pass(op);
	return asked(false, called(args), op);
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	const struct answer answer = come(args, "preserve");

	if (answer.data_given)
		args->serialized_data = answer.data;
	else if (!answer.result)
		args->serialized_data = FILE_DATA + ino_of(args->file);
	tell("file h%u.preserve ino=%lu -> %d\n", called(args), ino_of(args->file),
	     answer.result);
	point_pass("preserve");
	return answer.result;
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	point_pass("unpreserve");
	tell("file h%u.unpreserve ino=%lu data=%llx\n", called(args), ino_of(args->file),
	     args->serialized_data);
	point_pass("unpreserve");
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	const struct answer answer = come(args, "freeze");
	const u64 data = args->serialized_data;

	if (answer.data_given)
		args->serialized_data = answer.data;
	else if (!answer.result)
		args->serialized_data |= FILE_FROZEN;
	tell("file h%u.freeze data=%llx -> %d\n", called(args), data, answer.result);
	point_pass("freeze");
	return answer.result;
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	point_pass("unfreeze");
	tell("file h%u.unfreeze data=%llx\n", called(args), args->serialized_data);
	point_pass("unfreeze");
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	const struct answer answer = come(args, "retrieve");
	int result = answer.result;
	struct file *file;

	if (!result && !answer.file_given) {
		file = module_file(called(args), args->serialized_data & FILE_INO_MASK);
		if (IS_ERR(file))
			result = (int)PTR_ERR(file);
		else
			args->file = file;
	}
	tell("file h%u.retrieve data=%llx -> %d\n", called(args), args->serialized_data, result);
	point_pass("retrieve");
	return result;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	const struct answer answer = come(args, "can_finish");
	const bool can = answer.result_given ? answer.result != 0 : !answer.result;

	tell("file h%u.can_finish data=%llx -> %d\n", called(args), args->serialized_data, can);
	point_pass("can_finish");
	return can;
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	point_pass("finish");
	tell("file h%u.finish data=%llx file=%d\n", called(args), args->serialized_data,
	     args->file != NULL);
	point_pass("finish");
}

/* A kernel gives get_id() the file alone, so there is one for each handler that has it. */

static unsigned long identity(unsigned int number, const struct file *file)
{
	const char *how = world->identity[number];

	if (!strcmp(how, "inode"))
		return ino_of(file);
	if (!strcmp(how, "changing"))
		return 0x80000000ul + ++all[number].asked;
	return (unsigned long)number_in(how);
}

#define IDENTITIES(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define X(n)                                                                                       \
	static unsigned long get_id_##n(struct file *file)                                         \
	{                                                                                          \
		return identity(n, file);                                                          \
	}
IDENTITIES(X)
#undef X

static unsigned long (*const get_ids[WORLD_IDENTITIES])(struct file *file) = {
#define X(n) get_id_##n,
	IDENTITIES(X)
#undef X
};

static struct liveupdate_file_ops file_ops = {
	.can_preserve = file_can_preserve,
	.preserve = file_preserve,
	.unpreserve = file_unpreserve,
	.freeze = file_freeze,
	.unfreeze = file_unfreeze,
	.retrieve = file_retrieve,
	.can_finish = file_can_finish,
	.finish = file_finish,
};

/* The same with get_id, of each handler that has it. */
static struct liveupdate_file_ops identity_ops[WORLD_IDENTITIES];

/* Verbs */

static void name_it(bool of_flb, unsigned int number, char *compatible)
{
	char *given = world->compatible[of_flb][number];

	if (!*given)
		snprintf(given, sizeof(world->compatible[of_flb][number]), "%s-%u-v1",
			 of_flb ? "flb" : "handler", number);
	memcpy(compatible, given, LIVEUPDATE_HNDL_COMPAT_LENGTH);
}

static struct liveupdate_file_handler *handler_of(unsigned int number)
{
	struct liveupdate_file_handler *handler = &all[number].handler;

	file_ops.owner = insmod_owner();
	handler->ops = &file_ops;
	if (number < WORLD_IDENTITIES && world->identity[number]) {
		identity_ops[number] = file_ops;
		identity_ops[number].get_id = get_ids[number];
		handler->ops = &identity_ops[number];
	}
	name_it(false, number, (char *)handler->compatible);
	return handler;
}

static struct liveupdate_flb *flb_of(unsigned int number)
{
	struct liveupdate_flb *flb = &all[number].flb;

	flb_ops.owner = insmod_owner();
	flb->ops = &flb_ops;
	name_it(true, number, (char *)flb->compatible);
	return flb;
}

void module_unregister(struct world_registration registration)
{
	struct liveupdate_file_handler *handler = handler_of(registration.handler);

	if (registration.of_flb)
		liveupdate_unregister_flb(handler, flb_of(registration.flb));
	else
		liveupdate_unregister_file_handler(handler);
	insmod_forget(registration);
}

static long do_register(const char *verb, unsigned int first, unsigned int second)
{
	const struct world_registration registration = {
		strstr(verb, "flb") != NULL, first, second,
	};
	struct liveupdate_file_handler *handler = handler_of(first);
	long err;

	if (!strncmp(verb, "un", 2)) {
		module_unregister(registration);
		return 0;
	}
	err = registration.of_flb ? liveupdate_register_flb(handler, flb_of(second)) :
				    liveupdate_register_file_handler(handler);
	if (!err)
		insmod_note(registration);
	return err;
}

static long do_object(const char *verb, unsigned int number, void **object)
{
	const bool in = !strcmp(verb + 3, "in") || !strcmp(verb + 4, "in");
	struct liveupdate_flb *flb = flb_of(number);
	unsigned int *held = &all[number].held[in];
	long err = 0;

	if (*verb != 'p') {
		err = in ? liveupdate_flb_get_incoming(flb, object) :
			   liveupdate_flb_get_outgoing(flb, object);
		if (err || *verb == 'h') {
			*held += !err;
			return err;
		}
	} else if (!(*held)--) {
		*held = 0;
		return NOTHING_HELD;
	}
	if (in)
		liveupdate_flb_put_incoming(flb);
	else
		liveupdate_flb_put_outgoing(flb);
	return 0;
}

static long do_fail(const struct world_line *line)
{
	struct recorded *recorded = &all[number_in(line->words[2]) % WORLD_NUMBERS];
	const bool of_flb = !strcmp(line->words[1], "flb");

	for (int i = 0; i < FAILING; i++) {
		if (!strcmp(line->words[3], failing[i]))
			recorded->fails[of_flb][i] = (struct failure){
				(int)strtol(line->words[4], NULL, 0), number_in(line->words[5])
			};
	}
	return 0;
}

static long do_rename(const struct world_line *line)
{
	const unsigned int number = (unsigned int)number_in(line->words[2]) % WORLD_NUMBERS;
	const bool of_flb = !strcmp(line->words[1], "flb");
	char *given = world->compatible[of_flb][number];

	if (insmod_is_registered(of_flb, number))
		return -EBUSY;
	memset(given, 0, LIVEUPDATE_HNDL_COMPAT_LENGTH + 1);
	memcpy(given, line->words[3],
	       strnlen(line->words[3], LIVEUPDATE_HNDL_COMPAT_LENGTH));
	/* Files may still have it. */
	if (of_flb)
		flb_of(number);
	else
		handler_of(number);
	return 0;
}

static long do_identify(const struct world_line *line)
{
	const unsigned int number = (unsigned int)number_in(line->words[1]) % WORLD_IDENTITIES;
	char *how = strcmp(line->words[2], "none") ? line->words[2] : NULL;

	if (!how != !world->identity[number] && insmod_is_registered(false, number))
		return -EBUSY;
	world->identity[number] = how;
	handler_of(number);
	return 0;
}

long module_perform(const struct world_line *line, void **object)
{
	const char *verb = line->words[0];
	unsigned int numbers[2] = { 0, 0 };

	for (int i = 0; i < 2 && i + 1 < line->nr_words; i++)
		numbers[i] = (unsigned int)number_in(line->words[i + 1]) % WORLD_NUMBERS;
	if (!strcmp(verb, "fail"))
		return do_fail(line);
	if (!strcmp(verb, "compatible"))
		return do_rename(line);
	if (!strcmp(verb, "identity"))
		return do_identify(line);
	if (insmod_is_gone())
		return NO_MODULE;
	if (strstr(verb, "handler") || strstr(verb, "flb"))
		return do_register(verb, numbers[0], numbers[1]);
	return do_object(verb, numbers[0], object);
}
