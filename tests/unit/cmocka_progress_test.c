// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Assertions that take long show on a terminal how far they are, in a pipe nothing. */
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include <luo/cmocka.h>

#define TICK 45000	/* microseconds: each work takes more than a second */

static char shown[65536];

/* What @work writes to standard error, which is @writer, is in @shown afterwards. */
static void show(int reader, int writer, void (*work)(void))
{
	const int before = dup(STDERR_FILENO);
	ssize_t size, length = 0;

	dup2(writer, STDERR_FILENO);
	close(writer);
	work();
	dup2(before, STDERR_FILENO);
	close(before);
	fcntl(reader, F_SETFL, O_NONBLOCK);
	while ((size = read(reader, shown + length, sizeof(shown) - 1 - (size_t)length)) > 0)
		length += size;
	shown[length] = '\0';
	close(reader);
}

static void on_a_terminal(void (*work)(void))
{
	int reader, writer;

	setenv("TERM", "linux", 1);
	assert_int_equal(openpty(&reader, &writer, NULL, NULL, NULL), 0);
	show(reader, writer, work);
}

static void in_a_pipe(void (*work)(void))
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	show(ends[0], ends[1], work);
}

/* A line is there, and is taken away at the end. */
static void assert_shown(const char *what)
{
	if (!strstr(shown, what) || shown[strlen(shown) - 1] != '\r')
		fail_msg("not \"%s\": %s", what, shown);
}

struct vmm {
	struct lfb_agent *agent;
	int device;
};

static int begin(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;
	int err = lfb_agent_create(machine, "vmm", &vmm->agent);

	vmm->device = err ? err : lfb_agent_open(vmm->agent);
	return vmm->device < 0 ? vmm->device : 0;
}

static int create(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;
	int session;

	usleep(TICK);
	session = lfb_agent_create_session(vmm->agent, vmm->device, "vm");
	return session < 0 ? session : 0;
}

static int end(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;

	lfb_agent_destroy(vmm->agent);
	return 0;
}

static void sweep(void)
{
	const struct lfb_sweep_body body = { sizeof(body), "create", begin, create, end };
	const struct lfb_sweep_options options = { .sz = sizeof(options), .pairs = false };
	struct vmm vmm;

	lfb_assert_sweep_with(NULL, &body, &vmm, &options);
}

static void a_sweep_shows_how_far_it_is(void **state)
{
	on_a_terminal(sweep);
	assert_shown(" runs");
	in_a_pipe(sweep);
	assert_string_equal(shown, "");
}

static const struct file_operations fops;

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &fops;
}

static int nothing(struct liveupdate_file_op_args *args)
{
	usleep(TICK / 4);
	return 0;
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	args->file = anon_inode_getfile("slow", &fops, NULL, 0);
	return PTR_ERR_OR_ZERO(args->file);
}

static void no_more(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve,
	.preserve = nothing,
	.unpreserve = no_more,
	.retrieve = retrieve,
	.finish = no_more,
};

static LFB_MODULE_DATA(slow) struct liveupdate_file_handler handler = {
	.ops = &ops,
	.compatible = "slow-v1",
};

static int slow_init(void)
{
	return liveupdate_register_file_handler(&handler);
}

LFB_MODULE(slow, slow_init, NULL);

static struct file *make_file(struct lfb_machine *machine, void *context, unsigned int kind)
{
	return anon_inode_getfile("slow", &fops, NULL, 0);
}

static struct lfb_module *const modules[] = { &slow_module, NULL };

static void exhaust(void)
{
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what),
		.name = "slow",
		.modules = modules,
		.make_file = make_file,
		.length = 4,
		.jobs = 2,
	};

	lfb_assert_exhaust(NULL, &what, NULL);
}

static void a_search_shows_how_far_it_is(void **state)
{
	on_a_terminal(exhaust);
	assert_shown("length ");
	assert_shown(" beginnings");
	in_a_pipe(exhaust);
	assert_string_equal(shown, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sweep_shows_how_far_it_is),
		cmocka_unit_test(a_search_shows_how_far_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
