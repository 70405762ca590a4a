// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The module of the world: what its callbacks answer, and what it wrote down.
 */
#include "tests/support/world.h"

/*
 * The log
 */

static int append(void *context, const char *bytes, size_t size)
{
	struct world *world = context;

	if (world->log_length + size + 1 > world->log_size) {
		world->log_size = (world->log_length + size + 1) * 2;
		world->log = realloc(world->log, world->log_size);
		assert_non_null(world->log);
	}
	memcpy(world->log + world->log_length, bytes, size);
	world->log_length += size;
	world->log[world->log_length] = '\0';
	return 0;
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
 * What the test says of callbacks
 */

static void meddles(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct world *world = context;

	if (world->meddle)
		world->meddle(world, call->name, call->args, result);
}

static bool answers(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct world *world = context;

	for (int i = 0; result && i < WORLD_ANSWERS; i++) {
		if (!world->answers[i].times || strcmp(world->answers[i].call, call->name))
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

/*
 * The module
 */

struct liveupdate_file_handler *world_handler(struct world *world, unsigned int handler)
{
	return &lfb__recorded(world->recorder, false, handler)->handler;
}

struct liveupdate_flb *world_flb(struct world *world, unsigned int flb)
{
	return &lfb__recorded(world->recorder, true, flb)->flb;
}

struct liveupdate_file_ops *world_file_ops(struct world *world, unsigned int number)
{
	struct liveupdate_file_handler *handler = world_handler(world, number);

	if (handler->ops != &world->file_ops[number])
		world->file_ops[number] = *handler->ops;
	handler->ops = &world->file_ops[number];
	return &world->file_ops[number];
}

struct liveupdate_flb_ops *world_flb_ops(struct world *world, unsigned int number)
{
	struct liveupdate_flb *flb = world_flb(world, number);

	if (flb->ops != &world->flb_ops[number])
		world->flb_ops[number] = *flb->ops;
	flb->ops = &world->flb_ops[number];
	return &world->flb_ops[number];
}

static int init(struct lfb_recorder *recorder)
{
	(void)recorder;
	return 0;
}

void world_make_module(struct world *world)
{
	world->transcript.write = append;
	world->transcript.context = world;
	world->recorder = lfb__recorder_create(world->machine, WORLD_HANDLERS, WORLD_FLBS,
					       &world->transcript);
	assert_non_null(world->recorder);
	world->recorder->user = (struct lfb_recorder_user){
		.context = world, .init = init, .answers = answers, .meddles = meddles,
	};
	world->recorder->this_module.name = "world";
	assert_int_equal(lfb__recorder_become_module(world->recorder), 0);
}
