// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <luo/fixture.h>

#include "window.h"

/* The kernel around the window: a handler whose files, the guests, need it. */

static const struct file_operations guest_fops;

static bool guest_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &guest_fops;
}

static int guest_preserve(struct liveupdate_file_op_args *args)
{
	return 0;
}

static void guest_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int guest_retrieve(struct liveupdate_file_op_args *args)
{
	args->file = anon_inode_getfile("guest", &guest_fops, NULL, 0);
	return PTR_ERR_OR_ZERO(args->file);
}

static void guest_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops guest_ops = {
	.can_preserve = guest_can_preserve,
	.preserve = guest_preserve,
	.unpreserve = guest_unpreserve,
	.retrieve = guest_retrieve,
	.finish = guest_finish,
};

static LFB_MODULE_DATA(window) struct liveupdate_file_handler guest_handler = {
	.ops = &guest_ops,
	.compatible = "guest-v1",
};

static int guest_init(void)
{
	int err = liveupdate_register_file_handler(&guest_handler);

	if (err)
		return err;
	err = window_register(&guest_handler);
	if (err)
		liveupdate_unregister_file_handler(&guest_handler);
	return err;
}

LFB_MODULE(window, guest_init, NULL);

/* What runs as kernel code: see lfb_machine_call(). */

static long open_guest(void *unused)
{
	return (long)anon_inode_getfile("guest", &guest_fops, NULL, 0);
}

static long read_base(void *base)
{
	return window_handed_over(base);
}

/* The tests. */

static void an_update_does_not_move_the_window(void **state)
{
	struct lfb_fixture *fixture = *state;
	struct lfb_machine *machine = fixture->machine;
	struct lfb_agent *agent = fixture->agent;
	int device, session, guest;
	u64 base = 0;

	guest = lfb_agent_install(agent, ERR_PTR(lfb_machine_call(machine, open_guest, NULL)));
	device = lfb_assert_ok(machine, lfb_agent_open(agent));
	session = lfb_assert_ok(machine, lfb_agent_create_session(agent, device, "vm"));
	lfb_assert_ok(machine, lfb_agent_preserve(agent, session, guest, 1));
	lfb_assert_ok(machine, lfb_machine_kexec(machine));

	device = lfb_assert_ok(machine, lfb_agent_open(agent));
	session = lfb_assert_ok(machine, lfb_agent_retrieve_session(agent, device, "vm"));
	lfb_assert_ok(machine, lfb_agent_retrieve(agent, session, 1));
	lfb_assert_ok(machine, lfb_machine_call(machine, read_base, &base));
	assert_int_equal(base, WINDOW_BASE);
	lfb_assert_ok(machine, lfb_agent_finish(agent, session));
}

/* A search: what if the calls come in another order, or some do not come? */

static struct file *make_guest(struct lfb_machine *machine, void *context, unsigned int kind)
{
	return anon_inode_getfile("guest", &guest_fops, NULL, 0);
}

static int use_window(struct lfb_machine *machine, void *context)
{
	u64 base;

	return window_handed_over(&base);
}

static struct lfb_module *const modules[] = { &window_module, NULL };

static void whatever_order_calls_come_in_does_no_harm(void **state)
{
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what),
		.name = "window",
		.modules = modules,
		.make_file = make_guest,
		.use = use_window,
	};

	lfb_assert_exhaust(NULL, &what, NULL);
}

/* A sweep: what if a step of preserving fails? */

struct vmm {
	struct lfb_agent *agent;
	int session;
	int guest;
};

static int begin(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;
	int err = lfb_agent_create(machine, "vmm", &vmm->agent);

	if (err)
		return err;
	vmm->guest = lfb_agent_install(vmm->agent,
				       ERR_PTR(lfb_machine_call(machine, open_guest, NULL)));
	vmm->session = lfb_agent_create_session(vmm->agent, lfb_agent_open(vmm->agent), "vm");
	return 0;
}

static int preserve(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;

	return lfb_agent_preserve(vmm->agent, vmm->session, vmm->guest, 1);
}

static int end(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;

	lfb_agent_destroy(vmm->agent);
	return 0;
}

static void whatever_fails_in_preserve_leaves_nothing(void **state)
{
	const struct lfb_sweep_body body = {
		sizeof(body), "preserve", begin, preserve, end, modules,
	};
	struct vmm vmm;

	lfb_assert_sweep(NULL, &body, &vmm);
}

int main(int argc, char **argv)
{
	static struct lfb_fixture fixture = { .modules = { &window_module } };
	const struct CMUnitTest tests[] = {
		lfb_unit_test(an_update_does_not_move_the_window, &fixture),
		cmocka_unit_test(whatever_order_calls_come_in_does_no_harm),
		cmocka_unit_test(whatever_fails_in_preserve_leaves_nothing),
	};

	/* Only the tests of this pattern, if there is one. */
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
