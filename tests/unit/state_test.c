// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * States compared: what an agent or a module can tell apart differs, where memory comes from does
 * not; and the balance of callbacks.
 */
#include "tests/support/world.h"

#include "sim/explore/sweep/balance.h"
#include "sim/explore/state/state.h"

static u64 exact(struct world *world)
{
	struct lfb_digest digest;

	lfb__state_digest(world->machine, NULL, NULL, &digest);
	return digest.exact;
}

static struct lfb_state *capture(struct world *world)
{
	struct lfb_state *state = lfb__state_capture(world->machine, NULL, NULL);

	assert_non_null(state);
	return state;
}

/* What differs from @before, which is freed. */
static void check_difference(struct world *world, struct lfb_state *before, const char *what)
{
	struct lfb_state *after = capture(world);
	char text[600];

	if (what)
		assert_true(lfb__state_diff(before, after, text, sizeof(text)) > 0);
	else
		assert_int_equal(lfb__state_diff(before, after, text, sizeof(text)), 0);
	if (what && !strstr(text, what))
		fail_msg("expected \"%s\" in: %s", what, text);
	lfb__state_free(before);
	lfb__state_free(after);
}

static struct world *new_world(void)
{
	struct world *world = world_create("reference", NULL, NULL);

	world_wire(world, "0:0,1 1:1");
	world_open(world);
	return world;
}

static void what_is_undone_leaves_the_same_state(void **state)
{
	struct world *world = new_world();
	u64 before = exact(world);
	int session;

	session = world_session(world, "a");
	assert_int_not_equal(exact(world), before);
	assert_int_equal(world_preserve(world, session, 1, 0, 7), 0);
	world_close(world, session);
	assert_int_equal(exact(world), before);
	world_destroy(world);
}

static void each_difference_has_a_name(void **state)
{
	struct world *world = new_world();
	struct lfb_state *before = capture(world);
	int session = world_session(world, "a");
	void *obj;

	check_difference(world, before, "session a: is there 1, was not there");
	before = capture(world);
	assert_int_equal(world_preserve(world, session, 5, 0, 7), 0);
	check_difference(world, before, "flb flb-0-v1: count 1, was 0");
	before = capture(world);
	assert_int_equal(world_preserve(world, session, 6, 1, 8), 0);
	check_difference(world, before, "file of session a, token 6: is there 1, was not there");
	before = capture(world);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	check_difference(world, before, "flb flb-0-v1: references 1, was 0");
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	before = capture(world);
	kmalloc(10, GFP_KERNEL);
	check_difference(world, before, "memory: slab objects");
	before = capture(world);
	kho_alloc_preserve(PAGE_SIZE);
	check_difference(world, before, "preserved memory: blocks of order 0");
	before = capture(world);
	mutex_lock(&world_luo(world)->kernel->kho.lock);
	check_difference(world, before, "preserved memory: kho_out.lock 1000000, was 0");
	mutex_unlock(&world_luo(world)->kernel->kho.lock);
	before = capture(world);
	world_close(world, session);
	check_difference(world, before, "session a: is there gone, was 1");
	world_destroy(world);
}

static void it_does_not_matter_where_memory_lies(void **state)
{
	struct world *world = new_world();
	struct lfb_state *before;
	struct luo_file *file;
	int session = world_session(world, "a");
	struct page *first, *second;
	u64 digest;

	assert_int_equal(world_preserve(world, session, 1, 0, 7), 0);
	file = list_first_entry(&list_first_entry(&world_luo(world)->outgoing.list,
						  struct liveupdate_session, list)->files,
				struct luo_file, list);
	first = alloc_pages(GFP_KERNEL, 0);
	second = alloc_pages(GFP_KERNEL, 0);
	file->serialized_data = page_to_phys(first);
	digest = exact(world);
	file->serialized_data = page_to_phys(second);
	assert_int_equal(exact(world), digest);
	before = capture(world);
	file->serialized_data = 0;
	assert_int_not_equal(exact(world), digest);
	check_difference(world, before, "data 0, was a block of order 0");
	world_destroy(world);
}

static void having_read_what_was_handed_over_is_no_difference(void **state)
{
	struct world *world = new_world();
	struct lfb_digest before, after;
	void *obj;

	assert_int_equal(world_preserve(world, world_session(world, "a"), 1, 0, 7), 0);
	assert_int_equal(world_reboot(world), 0);
	lfb__state_digest(world->machine, NULL, NULL, &before);
	world_answer(world, "flb0.retrieve", -ENODEV, 1);
	assert_int_equal(world_get(world, 0, true, &obj), -ENODEV);
	lfb__state_digest(world->machine, NULL, NULL, &after);
	assert_int_not_equal(after.exact, before.exact);
	assert_int_equal(after.forgiving, before.forgiving);
	world_flb(world, 0)->private.incoming.retrieve_status = 0;
	lfb__state_digest(world->machine, NULL, NULL, &after);
	assert_int_equal(after.exact, before.exact);
	world_destroy(world);
}

static struct lfb_state_key key(struct world *world)
{
	struct lfb_state_key key;

	lfb__state_key(world->machine, NULL, NULL, &key);
	return key;
}

/* How many kernels ran before decides nothing; whether a count was read already may. */
static void a_key_looks_ahead(void **state)
{
	struct world *world = new_world();
	struct lfb_state_key before, after;
	u64 digest;

	(void)state;
	assert_int_equal(world_reboot(world), 0);
	before = key(world);
	digest = exact(world);
	assert_int_equal(world_reboot(world), 0);
	after = key(world);
	assert_memory_equal(&before, &after, sizeof(after));
	assert_int_not_equal(exact(world), digest);
	assert_int_equal(world_preserve(world, world_session(world, "a"), 1, 0, 7), 0);
	assert_int_equal(world_reboot(world), 0);
	before = key(world);
	world_flb(world, 0)->private.incoming.loaded = true;
	after = key(world);
	assert_memory_not_equal(&before, &after, sizeof(after));
	world_destroy(world);
}

static void a_machine_in_any_state_has_one(void **state)
{
	struct world *world = new_world();
	u64 running = exact(world);

	assert_int_equal(lfb_machine_call(world->machine, (long (*)(void *))(uintptr_t)16, NULL),
			 -EFAULT);
	assert_int_not_equal(exact(world), running);
	lfb_machine_shutdown(world->machine);
	assert_int_not_equal(exact(world), running);
	world_destroy(world);
}

/* A list that a module broke ends the kernel that is looked at, not the process. */
static void a_broken_list_is_survived(void **state)
{
	struct world *world = new_world();

	world_luo(world)->handlers.next = (void *)(uintptr_t)4096;
	exact(world);
	assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
	world_destroy(world);
}

/*
 * Balance: told of callbacks that never were
 */

static void tell(struct world *world, const char *op, bool is_flb, unsigned int number, int result)
{
	const struct lfb_trace *trace = &world->machine->kernel.trace;
	struct lfb_event event = {
		.kind = LFB_EVENT_CALLBACK,
		.edge = LFB_EDGE_END,
		.flb = is_flb ? world_flb(world, number)->compatible : NULL,
		.handler = "handler",
		.session = "s",
		.result = result,
	};

	for (int i = 0; i < LFB_HAPPENINGS_NR; i++) {
		event.happening = i;
		if (!strcmp(lfb_event_action(&event), op) &&
		    lfb__event_rows[i].kind == LFB_EVENT_CALLBACK &&
		    is_flb == (i <= LFB_DID_FLB_FINISH)) {
			trace->listener(trace->listening, &event);
			return;
		}
	}
	fail_msg("there is no callback %s", op);
}

static void every_imbalance_is_found(void **state)
{
	static const struct {
		const char *ops[5];	/* of FLB 0, or with '1' in front of FLB 1 */
		const char *what;
	} cases[] = {
		{ { "preserve", "unpreserve", "preserve", "unpreserve" }, "" },
		{ { "preserve", "preserve" }, "preserve ran while it was preserved" },
		{ { "unpreserve" }, "without a preserve that succeeded" },
		{ { "preserve", "unpreserve", "unpreserve" }, "without a preserve that succeeded" },
		{ { "retrieve", "retrieve" }, "retrieve ran while it was retrieved" },
		{ { "retrieve", "finish", "retrieve", "finish" }, "" },
		{ { "preserve", "1preserve", "1unpreserve", "unpreserve" }, "" },
		{ { "preserve", "1preserve", "unpreserve", "1unpreserve" },
		  "undone before one that was preserved later" },
		{ { "preserve" }, "is not in use, but its callbacks say otherwise" },
	};
	struct world *world = new_world();
	struct lfb_balance balance;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		lfb__balance_watch(&balance, world->machine);
		for (size_t op = 0; cases[i].ops[op]; op++) {
			bool second = cases[i].ops[op][0] == '1';

			tell(world, cases[i].ops[op] + second, true, second, 0);
		}
		lfb__balance_compare(&balance);
		if (cases[i].what[0] ? !strstr(balance.breach, cases[i].what) : balance.breach[0])
			fail_msg("case %zu: expected \"%s\": %s", i, cases[i].what, balance.breach);
		lfb__balance_end(&balance);
	}
	world_destroy(world);
}

static void a_failed_preserve_is_undone_by_nobody(void **state)
{
	struct world *world = new_world();
	struct lfb_balance balance;

	lfb__balance_watch(&balance, world->machine);
	tell(world, "preserve", false, 0, -ENOMEM);
	tell(world, "unpreserve", false, 0, 0);
	assert_non_null(strstr(balance.breach, "not its session's newest"));
	lfb__balance_end(&balance);
	lfb__balance_watch(&balance, world->machine);
	tell(world, "preserve", true, 0, -ENOMEM);
	tell(world, "unpreserve", true, 0, 0);
	assert_non_null(strstr(balance.breach, "without a preserve that succeeded"));
	lfb__balance_end(&balance);
	world_destroy(world);
}

static void a_whole_update_is_in_balance(void **state)
{
	struct world *world = new_world();
	struct lfb_balance balance;
	int session;

	lfb__balance_watch(&balance, world->machine);
	session = world_session(world, "a");
	assert_int_equal(world_preserve(world, session, 1, 0, 7), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 8), 0);
	lfb__balance_compare(&balance);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "a");
	assert_descriptor(world_retrieve(world, session, 2));
	assert_int_equal(world_finish(world, session), 0);
	lfb__balance_compare(&balance);
	assert_string_equal(balance.breach, "");
	assert_int_equal(balance.handed, 2);
	assert_int_equal(balance.finished, 2);
	lfb__balance_end(&balance);
	world_destroy(world);
}

/* Tables of the simulator are no allocations of the kernel: they neither fail nor count. */
static void counted_points_are_those_that_can_fail(void **state)
{
	struct world *world = new_world();
	struct lfb_fault_plan never = { .sz = sizeof(never), .kinds = 1u << LFB_FAULT_ALLOC,
					.nth = ~0ul };
	char name[16];

	assert_int_equal(lfb_fault_arm(world->machine, &never), 0);
	for (unsigned int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		assert_descriptor(world_session(world, name));
	}
	assert_int_equal(lfb_fault_count(world->machine, LFB_FAULT_ALLOC),
			 world->machine->kernel.faults.reached);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_undone_leaves_the_same_state),
		cmocka_unit_test(each_difference_has_a_name),
		cmocka_unit_test(it_does_not_matter_where_memory_lies),
		cmocka_unit_test(having_read_what_was_handed_over_is_no_difference),
		cmocka_unit_test(a_key_looks_ahead),
		cmocka_unit_test(a_machine_in_any_state_has_one),
		cmocka_unit_test(a_broken_list_is_survived),
		cmocka_unit_test(every_imbalance_is_found),
		cmocka_unit_test(a_failed_preserve_is_undone_by_nobody),
		cmocka_unit_test(a_whole_update_is_in_balance),
		cmocka_unit_test(counted_points_are_those_that_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
