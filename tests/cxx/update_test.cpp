// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A module and its test, written in C++: what it registers is preserved, handed over, retrieved
 * and finished, and the assertions and a sweep say so.
 */
#include <luo/cmocka_schedules.h>
#include <luo/fixture.h>
#include <luo/macros.h>

namespace
{

struct counters {
	unsigned long opened;
};

DEFINE_MUTEX(counters_lock);

int counters_preserve(liveupdate_flb_op_args *argp)
{
	auto *made = static_cast<counters *>(kho_alloc_preserve(sizeof(counters)));

	if (IS_ERR(made))
		return static_cast<int>(PTR_ERR(made));
	mutex_lock(&counters_lock);
	made->opened = 42;
	mutex_unlock(&counters_lock);
	argp->obj = made;
	argp->data = virt_to_phys(made);
	return 0;
}

void counters_unpreserve(liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

int counters_retrieve(liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	return WARN_ON(!argp->obj) ? -EINVAL : 0;
}

void counters_finish(liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
}

bool can_preserve(liveupdate_file_handler *, file *)
{
	return true;
}

int preserve(liveupdate_file_op_args *args)
{
	args->serialized_data = 7;
	return 0;
}

void unpreserve(liveupdate_file_op_args *)
{
}

int retrieve(liveupdate_file_op_args *args)
{
	static const file_operations fops = {};

	args->file = anon_inode_getfile("counter", &fops, nullptr, 0);
	return IS_ERR(args->file) ? static_cast<int>(PTR_ERR(args->file)) : 0;
}

void finish(liveupdate_file_op_args *args)
{
	if (args->serialized_data != 7)
		pr_err("the file is number %llu", args->serialized_data);
}

#if __cplusplus >= 202002L

const liveupdate_flb_ops counters_ops = {
	.preserve = counters_preserve,
	.unpreserve = counters_unpreserve,
	.retrieve = counters_retrieve,
	.finish = counters_finish,
	.owner = nullptr,
};

const liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.freeze = nullptr,
	.unfreeze = nullptr,
	.retrieve = retrieve,
	.can_finish = nullptr,
	.finish = finish,
	.get_id = nullptr,
	.owner = nullptr,
};

LFB_MODULE_DATA(demo) liveupdate_flb counters_flb = {
	.ops = &counters_ops,
	.compatible = "counters-v1",
	.LFB_PRIVATE = {},
};

LFB_MODULE_DATA(demo) liveupdate_file_handler handler = {
	.ops = &file_ops,
	.compatible = "counter-v1",
	.LFB_PRIVATE = {},
};

#else

const liveupdate_flb_ops counters_ops = {
	counters_preserve, counters_unpreserve, counters_retrieve, counters_finish, nullptr,
};

const liveupdate_file_ops file_ops = {
	can_preserve, preserve, unpreserve, nullptr, nullptr, retrieve, nullptr, finish, nullptr,
	nullptr,
};

LFB_MODULE_DATA(demo) liveupdate_flb counters_flb = { &counters_ops, "counters-v1", {} };
LFB_MODULE_DATA(demo) liveupdate_file_handler handler = { &file_ops, "counter-v1", {} };

#endif

int init()
{
	int err = liveupdate_register_file_handler(&handler);

	if (!err && (err = liveupdate_register_flb(&handler, &counters_flb)))
		liveupdate_unregister_file_handler(&handler);
	return err;
}

LFB_MODULE(demo, init, nullptr);

struct world {
	lfb_machine *machine;
	lfb_agent *agent;
	lfb_callbacks callbacks;
};

int start(void **state)
{
	auto *made = new world();

	assert_int_equal(lfb_machine_create(nullptr, &made->machine), 0);
	assert_int_equal(lfb_machine_add_module(made->machine, &demo_module), 0);
	assert_int_equal(lfb_machine_boot(made->machine), 0);
	assert_int_equal(lfb_agent_create(made->machine, "agent", &made->agent), 0);
	lfb_record_callbacks(made->machine, &made->callbacks);
	*state = made;
	return 0;
}

int stop(void **state)
{
	auto *mine = static_cast<world *>(*state);

	lfb_machine_destroy(mine->machine);
	delete mine;
	return 0;
}

void preserve_one(world *mine)
{
	int device = lfb_agent_open(mine->agent);
	int session = lfb_agent_create_session(mine->agent, device, "vm");

	lfb_assert_ok(mine->machine, lfb_agent_preserve(mine->agent, session, device, 1));
}

void an_update_written_in_cxx_arrives(void **state)
{
	auto *mine = static_cast<world *>(*state);
	void *object = nullptr;

	preserve_one(mine);
	lfb_assert_counts(mine->machine, 1, 0, 1);
	lfb_assert_flb_counts(&counters_flb, 1, 0);
	lfb_assert_callbacks(&mine->callbacks, "flb counters-v1 preserve",
			     "file counter-v1 preserve");
	lfb_assert_ok(mine->machine, lfb_machine_kexec(mine->machine));
	lfb_assert_callbacks(&mine->callbacks);

	int session = lfb_agent_retrieve_session(mine->agent, lfb_agent_open(mine->agent), "vm");

	assert_true(lfb_agent_retrieve(mine->agent, session, 1) > 0);
	lfb_machine_enter(mine->machine);
	assert_int_equal(liveupdate_flb_get_incoming(&counters_flb, &object), 0);
	assert_int_equal(static_cast<counters *>(object)->opened, 42);
	liveupdate_flb_put_incoming(&counters_flb);
	lfb_assert_ok(mine->machine, lfb_agent_finish(mine->agent, session));
	lfb_assert_ok(mine->machine, lfb_agent_close(mine->agent, session));
	lfb_assert_ok(mine->machine, lfb_machine_settle(mine->machine));
	lfb_assert_nothing_preserved(mine->machine);
	lfb_assert_error(mine->machine, lfb_agent_close(mine->agent, session), -EBADF);
	lfb_assert_findings_below(mine->machine, LFB_SEVERITY_NOTE);
	lfb_assert_no_findings(mine->machine);
}

void a_mistake_is_found(void **state)
{
	auto *mine = static_cast<world *>(*state);

	lfb_machine_enter(mine->machine);
	mutex_unlock(&counters_lock);
	lfb_assert_findings(mine->machine, LFB_FINDING_LOCK_NOT_HELD);
}

int sweep_step(lfb_machine *machine, void *)
{
	lfb_agent *agent;
	int err = lfb_agent_create(machine, "agent", &agent);

	if (err)
		return err;
	int device = lfb_agent_open(agent);
	int session = device < 0 ? device : lfb_agent_create_session(agent, device, "vm");

	err = session < 0 ? session : lfb_agent_preserve(agent, session, device, 1);
	lfb_agent_destroy(agent);
	return err;
}

void each_step_may_fail(void **)
{
	lfb_module *const modules[] = { &demo_module, nullptr };
	const lfb_sweep_body body = {
		sizeof(body), "cxx", nullptr, sweep_step, nullptr, modules,
	};

	lfb_assert_sweep(nullptr, &body, nullptr);
}

struct element {
	int number;
	list_head link;
};

void lists_are_walked(void **)
{
	element one = { 1, LIST_HEAD_INIT(one.link) }, two = { 2, LIST_HEAD_INIT(two.link) };
	element *pos, *next;
	LIST_HEAD(list);
	int sum = 0;

	list_add_tail(&one.link, &list);
	list_add_tail(&two.link, &list);
	list_for_each_entry(pos, &list, link)
		sum = sum * 10 + pos->number;
	assert_int_equal(sum, 12);
	list_for_each_entry_safe(pos, next, &list, link)
		list_del(&pos->link);
	assert_true(list_empty(&list));
	assert_ptr_equal(container_of(&one.link, element, link), &one);
	assert_int_equal(DIV_ROUND_UP(PAGE_ALIGN(5000), PAGE_SIZE), 2);
}

} // namespace

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_update_written_in_cxx_arrives, start, stop),
		cmocka_unit_test_setup_teardown(a_mistake_is_found, start, stop),
		cmocka_unit_test(each_step_may_fail),
		cmocka_unit_test(lists_are_walked),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
