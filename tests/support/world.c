/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tests/support/world.h"

#include <ctype.h>

const char *const world_profiles[] = { "rfc-v6", "linux-7.0", NULL };

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
	world_log(flb->world, "%s data=%llx obj=%lx", call, (unsigned long long)argp->data,
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
		  (unsigned long long)args->serialized_data);
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
	world_log(handler->world, "%s data=%llx", call, (unsigned long long)args->serialized_data);
}

static struct file *new_file(unsigned int handler, unsigned long number)
{
	struct file *file = anon_inode_getfile("file of the world", &fops[handler], NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = number;
	return file;
}

static void make_file(struct liveupdate_file_op_args *args, int *result)
{
	struct file *file = new_file(handler_of(args->handler)->number,
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
		  (unsigned long long)args->serialized_data, args->file != NULL);
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

static void make_module(struct world *world)
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

struct world *world_create_with(const struct lfb_machine_options *options)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->device = -1;
	make_module(world);
	assert_int_equal(lfb_machine_create(options, &world->machine), 0);
	assert_int_equal(lfb_machine_add_module(world->machine, &world->lfb_module), 0);
	assert_int_equal(lfb_agent_create(world->machine, "agent", &world->agent), 0);
	world->entered_before = lfb_machine_enter(world->machine);
	assert_int_equal(lfb_machine_boot(world->machine), 0);
	return world;
}

static void list_quirks(char *list, size_t size)
{
	const char *name;

	list[0] = '\0';
	for (unsigned int i = 0; (name = lfb_quirk_name(i)) != NULL; i++)
		snprintf(list + strlen(list), size - strlen(list), "%s ", name);
}

struct world *world_create(const char *profile, const char *quirks_on, const char *quirks_off)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 8 << 20,
		.profile = profile,
		.quirks_on = quirks_on,
		.quirks_off = quirks_off,
	};
	char all[2048];

	if (quirks_off && !strcmp(quirks_off, "all")) {
		list_quirks(all, sizeof(all));
		options.quirks_off = all;
	}
	return world_create_with(&options);
}

struct world *world_create_quirk(const char *profile, const char *quirk, bool on)
{
	return world_create(profile, on ? quirk : NULL, on ? NULL : quirk);
}

void world_destroy(struct world *world)
{
	lfb_machine_enter(world->entered_before);
	lfb_machine_destroy(world->machine);
	free(world->module);
	free(world->log);
	free(world);
}

struct liveupdate_file_handler *world_handler(struct world *world, unsigned int handler)
{
	return &world->module->handlers[handler].handler;
}

struct liveupdate_flb *world_flb(struct world *world, unsigned int flb)
{
	return &world->module->flbs[flb].flb;
}

struct luo *world_luo(struct world *world)
{
	return world->machine->kernel.luo;
}

int world_register(struct world *world, unsigned int handler)
{
	return liveupdate_register_file_handler(world_handler(world, handler));
}

int world_link(struct world *world, unsigned int handler, unsigned int number)
{
	struct liveupdate_flb *flb = world_flb(world, number);
	int err = 0;

	if (world_is_rfc(world) && !flb->private.initialized)
		err = liveupdate_init_flb(flb);
	return err ? err : liveupdate_register_flb(world_handler(world, handler), flb);
}

static void wire(struct world *world)
{
	const char *at = world->wiring;
	unsigned int handler = 0;

	while (at && *at) {
		char *end;
		unsigned long number = strtoul(at, &end, 10);

		if (*end == ':') {
			handler = (unsigned int)number;
			assert_int_equal(world_register(world, handler), 0);
			end++;
		} else {
			assert_int_equal(world_link(world, handler, (unsigned int)number), 0);
		}
		while (*end == ',' || *end == ' ')
			end++;
		at = end;
	}
}

void world_wire(struct world *world, const char *wiring)
{
	world->wiring = wiring;
	wire(world);
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

int world_reboot(struct world *world)
{
	int err = lfb_machine_kexec(world->machine);

	if (err)
		return err;
	world->device = -1;
	wire(world);
	return 0;
}

/*
 * The agent
 */

int world_open(struct world *world)
{
	if (world->device < 0)
		world->device = lfb_agent_open(world->agent);
	return world->device;
}

int world_session(struct world *world, const char *name)
{
	int device = world_open(world);

	return device < 0 ? device : lfb_agent_create_session(world->agent, device, name);
}

int world_incoming(struct world *world, const char *name)
{
	int device = world_open(world);

	return device < 0 ? device : lfb_agent_retrieve_session(world->agent, device, name);
}

int world_file(struct world *world, unsigned int handler, unsigned long number)
{
	struct file *file = new_file(handler, number);

	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(world->agent, file);
}

int world_preserve(struct world *world, int session, u64 token, unsigned int handler,
		   unsigned long number)
{
	int fd = world_file(world, handler, number);
	int err;

	if (fd < 0)
		return fd;
	err = lfb_agent_preserve(world->agent, session, fd, token);
	lfb_agent_close(world->agent, fd);
	return err;
}

int world_retrieve(struct world *world, int session, u64 token)
{
	return lfb_agent_retrieve(world->agent, session, token);
}

int world_finish(struct world *world, int session)
{
	return lfb_agent_finish(world->agent, session);
}

int world_close(struct world *world, int fd)
{
	if (fd == world->device)
		world->device = -1;
	return lfb_agent_close(world->agent, fd);
}

int world_get(struct world *world, unsigned int number, bool incoming, void **objp)
{
	struct liveupdate_flb *flb = world_flb(world, number);
	bool counted = !luo_quirk(world_luo(world), LUO_QUIRK_FLB_GET_UNCOUNTED);
	int err;

	*objp = NULL;
	if (world_is_rfc(world)) {
		err = incoming ? liveupdate_flb_incoming_locked(flb, objp) :
				 liveupdate_flb_outgoing_locked(flb, objp);
		if (!err && incoming)
			liveupdate_flb_incoming_unlock(flb, *objp);
		else if (!err)
			liveupdate_flb_outgoing_unlock(flb, *objp);
		return err;
	}
	err = incoming ? liveupdate_flb_get_incoming(flb, objp) :
			 liveupdate_flb_get_outgoing(flb, objp);
	if (!err && counted && incoming)
		liveupdate_flb_put_incoming(flb);
	else if (!err && counted)
		liveupdate_flb_put_outgoing(flb);
	return err;
}

/*
 * Counters
 */

struct lfb_machine_stats world_stats(struct world *world)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	assert_int_equal(lfb_machine_stats(world->machine, &stats), 0);
	return stats;
}

unsigned long world_unsafe(struct world *world)
{
	return lfb_event_count(world->machine, LFB_EVENT_UNSAFE);
}

unsigned long world_warns(struct world *world)
{
	return lfb_event_count(world->machine, LFB_EVENT_WARN);
}

/*
 * Tests of quirks
 */

static bool has_test(const struct world_quirk_test *tests, size_t count, const char *quirk)
{
	while (count--) {
		if (!strcmp(tests[count].quirk, quirk))
			return true;
	}
	return false;
}

static bool has_prefix(const char *quirk, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		if (!strncmp(quirk, *prefixes, strlen(*prefixes)))
			return true;
	}
	return false;
}

int world_run_quirk_tests(const struct world_quirk_test *tests, size_t count,
			  const char *const *prefixes)
{
	struct CMUnitTest *units = calloc(count, sizeof(*units));
	const char *quirk;
	int failed = 0;

	for (unsigned int i = 0; (quirk = lfb_quirk_name(i)) != NULL; i++) {
		if (has_prefix(quirk, prefixes) && !has_test(tests, count, quirk)) {
			print_error("quirk %s has no test\n", quirk);
			failed++;
		}
	}
	for (size_t i = 0; units && i < count; i++)
		units[i] = (struct CMUnitTest){
			.name = tests[i].name,
			.test_func = tests[i].function,
		};
	failed += units ? _cmocka_run_group_tests("quirks", units, count, NULL, NULL) : 1;
	free(units);
	return failed;
}
