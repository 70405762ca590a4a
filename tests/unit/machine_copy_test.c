// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Copies of machines: what is in them, what is not, and what is refused. */
#include <luo/lfb.h>
#include <luo/lock.h>
#include <luo/module.h>
#include <luo/printk.h>
#include <luo/slab.h>
#include <luo/vmalloc.h>

#include "sim/copy/copy.h"
#include "tests/support/test.h"

static struct module demo_this = { .name = "demo" };
static LFB_MODULE_DATA(copied) int demo_users = 3;
static int demo_outside;

static int demo_init(void)
{
	demo_users++;
	return 0;
}

static struct lfb_module demo = {
	.module = &demo_this,
	.init = demo_init,
	.data = &demo_users,
	.data_size = sizeof(demo_users),
};

static struct lfb_machine *new_machine(enum lfb_checks checks, bool on)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.checks = checks,
		.seed = 7,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	if (on)
		assert_int_equal(lfb_machine_boot(machine), 0);
	return machine;
}

static struct lfb_machine_copy *copy_of(struct lfb_machine *machine)
{
	struct lfb_machine_copy *copy;

	assert_int_equal(lfb_machine_copy(machine, &copy), 0);
	return copy;
}

static void modules_come_and_go(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *without, *with;

	(void)state;
	demo_users = 3;
	without = copy_of(machine);
	assert_int_equal(lfb_machine_add_module(machine, &demo), 0);
	assert_int_equal(demo_users, 4);
	with = copy_of(machine);
	demo_users = demo_outside = 70;
	demo_this.refcnt = 5;
	assert_int_equal(lfb_machine_rewind(machine, with), 0);
	assert_int_equal(demo_users, 4);
	assert_int_equal(demo_outside, 70);
	assert_int_equal(demo_this.refcnt, 0);
	assert_int_equal(lfb_machine_rewind(machine, without), 0);
	assert_int_equal(lfb_machine_remove_module(machine, "demo"), -ENOENT);
	assert_int_equal(demo_users, 3);
	assert_int_equal(lfb_machine_rewind(machine, with), 0);
	assert_int_equal(demo_users, 4);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_int_equal(demo_users, 4);
	assert_int_equal(lfb_machine_remove_module(machine, "demo"), 0);
	assert_int_equal(lfb_machine_rewind(machine, with), 0);
	assert_int_equal(lfb_machine_add_module(machine, &demo), -EEXIST);
	lfb_machine_copy_free(with);
	lfb_machine_copy_free(without);
	lfb_machine_destroy(machine);
	assert_int_equal(demo_users, 3);
}

static void a_module_that_another_machine_has_is_not_taken(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine *other = new_machine(LFB_CHECKS_ON, false);
	struct lfb_machine_copy *copy;

	(void)state;
	assert_int_equal(lfb_machine_add_module(machine, &demo), 0);
	copy = copy_of(machine);
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_add_module(other, &demo), 0);
	assert_int_equal(lfb_machine_boot(other), 0);
	assert_int_equal(lfb_machine_rewind(machine, copy), -EBUSY);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	assert_int_equal(lfb_machine_shutdown(other), 0);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
	assert_int_equal(lfb_machine_boot(other), -EBUSY);
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(other);
	lfb_machine_destroy(machine);
}

static void power_is_as_it_was(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, false);
	struct lfb_machine_copy *off = copy_of(machine), *on, *rebooting;

	(void)state;
	assert_int_equal(lfb_machine_boot(machine), 0);
	on = copy_of(machine);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	rebooting = copy_of(machine);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(lfb_machine_rewind(machine, rebooting), 0);
		assert_int_equal(lfb_machine_state(machine), LFB_REBOOTING);
		assert_int_equal(lfb_machine_jump(machine, NULL), 0);
		assert_true(machine->kernel.kho.incoming);
		assert_int_equal(lfb_machine_boots(machine), 2);
		assert_int_equal(lfb_machine_rewind(machine, off), 0);
		assert_int_equal(lfb_machine_state(machine), LFB_OFF);
		assert_int_equal(lfb_machine_rewind(machine, on), 0);
		assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
		assert_int_equal(lfb_machine_boots(machine), 1);
	}
	lfb_machine_copy_free(off);
	lfb_machine_copy_free(rebooting);
	/* It may outlive its machine. */
	lfb_machine_destroy(machine);
	lfb_machine_copy_free(on);
}

static long ask_and_warn(void *wrong)
{
	lfb_choose(lfb_machine_current(), 1000, "test");
	if (wrong)
		WARN(1, "so it is");
	return 0;
}

static void findings_and_choices_are_too(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	const unsigned int *choices;
	unsigned int first, again;
	struct lfb_machine_copy *copy;
	size_t count;

	(void)state;
	lfb_machine_call(machine, ask_and_warn, machine);
	assert_int_equal(lfb_finding_count(machine), 1);
	copy = copy_of(machine);
	first = lfb_choose(machine, 1000, "test");
	lfb_machine_call(machine, ask_and_warn, machine);
	assert_int_equal(lfb_finding_at(machine, 0)->times, 2);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_finding_at(machine, 0)->times, 1);
	/* Also when they were forgotten, and there is another list to choose from. */
	lfb_findings_clear(machine);
	lfb_choose_listed(machine, &first, 1);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_finding_count(machine), 1);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_KERNEL_WARN);
	again = lfb_choose(machine, 1000, "test");
	assert_int_equal(again, first);
	choices = lfb_choose_record(machine, &count);
	assert_int_equal(count, 2);
	assert_int_equal(choices[1], first);
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

static void agents_and_what_is_loaded_are_too(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *copy;
	struct lfb_agent *agent;

	(void)state;
	assert_int_equal(lfb_agent_create(machine, "vmm", &agent), 0);
	assert_int_equal(lfb_machine_load(machine, LFB_IMAGE_NONE), 0);
	assert_int_equal(lfb_agent_argument(agent, LFB_ARGUMENT_UNREADABLE), 0);
	agent->task.locks_held = 1;
	copy = copy_of(machine);
	agent->task.locks_held = 0;
	assert_true(lfb_agent_open(agent) >= 0);
	assert_int_equal(lfb_machine_load(machine, LFB_IMAGE_HANDOVER), 0);
	assert_int_equal(lfb_agent_argument(agent, LFB_ARGUMENT_GOOD), 0);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_machine_prepare(machine), -EINVAL);
	assert_int_equal(agent->argument, LFB_ARGUMENT_UNREADABLE);
	assert_int_equal(agent->task.locks_held, 1);
	agent->task.locks_held = 0;
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

static long allocate(void *unused)
{
	void *object = kmalloc(64, GFP_KERNEL);

	kfree(object);
	return object != NULL;
}

static void a_fault_comes_where_it_would_have(void **state)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = 1u << LFB_FAULT_ALLOC, .nth = 2,
	};
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *copy;

	(void)state;
	assert_int_equal(lfb_fault_arm(machine, &plan), 0);
	assert_true(lfb_machine_call(machine, allocate, NULL));
	copy = copy_of(machine);
	for (int round = 0; round < 3; round++) {
		assert_false(lfb_machine_call(machine, allocate, NULL));
		assert_true(lfb_machine_call(machine, allocate, NULL));
		assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	}
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

/* Those that no scenario here makes much use of. */
static void tables_of_the_host_are_too(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_list *const lists[] = {
		&kernel->kept.flbs, &kernel->deferred, &kernel->unread, &kernel->devices,
	};
	const size_t sizes[] = { 40, sizeof(struct lfb_deferred), sizeof(void *), sizeof(void *) };
	struct lfb_machine_copy *copy;

	(void)state;
	kernel->kept.size = sizes[0];
	kernel->kept.boot = 7;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		lists[i]->count = 0;
		memset(lfb__list_add(lists[i], sizes[i]), 0x33, sizes[i]);
	}
	copy = copy_of(machine);
	kernel->kept.boot = 8;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		*(u8 *)lists[i]->items = 0;
		for (int more = 0; more < 100; more++)
			assert_non_null(lfb__list_add(lists[i], sizes[i]));
	}
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(kernel->kept.boot, 7);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_int_equal(lists[i]->count, 1);
		assert_int_equal(*(u8 *)lists[i]->items, 0x33);
		lists[i]->count = 0;
	}
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

/* The table of descriptors is another block by then, and has its levels elsewhere in it. */
static void descriptors_are_though_there_were_more(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *copy;
	struct lfb_agent *agent;
	int first;

	(void)state;
	assert_int_equal(lfb_agent_create(machine, "vmm", &agent), 0);
	first = lfb_agent_open(agent);
	copy = copy_of(machine);
	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < 200; i++) {
			char name[16];

			snprintf(name, sizeof(name), "s%d", i);
			assert_int_equal(lfb_agent_create_session(agent, first, name), first + i);
		}
		assert_int_equal(lfb_machine_rewind(machine, copy), 0);
		assert_ptr_equal(agent->fds.used[0], agent->fds.files + agent->fds.size);
		assert_null(lfb__fd_file(&agent->fds, first + 1));
	}
	assert_int_equal(lfb_agent_close(agent, first), 0);
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

static long preserve_some(void *unused)
{
	for (int i = 0; i < 100; i++)
		assert_false(IS_ERR(kho_alloc_preserve(PAGE_SIZE)));
	return 0;
}

static void entries_of_the_ledger_are_used_again(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	const struct lfb_ledger *ledger = &machine->kernel.ledger;
	struct lfb_machine_copy *copy = copy_of(machine);
	size_t count = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		lfb_machine_call(machine, preserve_some, NULL);
		assert_true(ledger->table.count >= 100);
		assert_true(!count || ledger->entries.count == count);
		count = ledger->entries.count;
		assert_int_equal(lfb_machine_rewind(machine, copy), 0);
		assert_int_equal(ledger->entries.count, count);
		assert_true(ledger->table.count < 100);
	}
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

static struct mutex lock_a, lock_b;

static long take_both(void *backwards)
{
	struct mutex *first = backwards ? &lock_b : &lock_a;
	struct mutex *second = backwards ? &lock_a : &lock_b;

	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
	return 0;
}

static long make_locks(void *unused)
{
	mutex_init(&lock_a);
	mutex_init(&lock_b);
	return take_both(NULL);
}

static void orders_of_locks_and_sentences_are_too(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *fresh = copy_of(machine), *copy;
	char sentence[200];

	(void)state;
	/* The order comes from the call that is left, not from the one that was undone. */
	lfb_machine_call(machine, allocate, NULL);
	lfb_machine_call(machine, make_locks, NULL);
	assert_int_equal(lfb_machine_rewind(machine, fresh), 0);
	lfb_machine_call(machine, make_locks, NULL);
	lfb_machine_remove_module(machine, "none");
	snprintf(sentence, sizeof(sentence), "%s", lfb_error_text(machine));
	copy = copy_of(machine);
	for (int round = 0; round < 3; round++) {
		lfb_machine_call(machine, take_both, machine);
		assert_int_equal(lfb_findings_of(machine, LFB_FINDING_LOCK_INVERSION), 1);
		assert_non_null(strstr(lfb_finding_at(machine, 0)->text,
				       "holding &lock_a, operation 2"));
		assert_int_equal(lfb_machine_rewind(machine, copy), 0);
		assert_string_equal(lfb_error_text(machine), sentence);
	}
	lfb_machine_copy_free(fresh);
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

static long copy_inside(void *context)
{
	struct lfb_machine_copy *copy;

	return lfb_machine_copy(context, &copy);
}

static void what_cannot_be_is_refused(void **state)
{
	struct lfb_machine *guarded = new_machine(LFB_CHECKS_GUARD, true);
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *copy;
	struct lfb_agent *agent;

	(void)state;
	assert_int_equal(lfb_machine_copy(guarded, &copy), -EOPNOTSUPP);
	assert_null(copy);
	assert_int_equal(lfb_machine_copy(NULL, &copy), -EINVAL);
	assert_int_equal(lfb_machine_copy(machine, NULL), -EINVAL);
	assert_int_equal(lfb_machine_call(machine, copy_inside, machine), -EBUSY);
	copy = copy_of(machine);
	assert_int_equal(lfb_machine_rewind(guarded, copy), -EINVAL);
	assert_int_equal(lfb_machine_rewind(machine, NULL), -EINVAL);
	assert_int_equal(lfb_agent_create(machine, "vmm", &agent), 0);
	assert_int_equal(lfb_machine_rewind(machine, copy), -ESTALE);
	assert_non_null(strstr(lfb_error_text(machine), "agent"));
	lfb_machine_copy_free(copy);
	lfb_machine_copy_free(copy);
	assert_int_equal(lfb_machine_rewind(machine, copy), -EINVAL);
	lfb_machine_destroy(machine);
	lfb_machine_destroy(guarded);
}

/* Some objects that are left, some that are gone, and a descriptor more. */
static long use_memory(void *context)
{
	void *gone[3], *area = vmalloc(3 * PAGE_SIZE);

	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		gone[i] = kmalloc(100u << i, GFP_KERNEL);
		memset(gone[i], 0x11, 100u << i);
		assert_non_null(kzalloc(300, GFP_KERNEL));
	}
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		kfree(gone[i]);
	memset(area, 0x77, 3 * PAGE_SIZE);
	vfree(context ? context : vmalloc(PAGE_SIZE));
	return (long)area;
}

static void memory_is_where_it_was(void **state)
{
	(void)state;
	for (int checks = LFB_CHECKS_ON; checks <= LFB_CHECKS_OFF; checks++) {
		struct lfb_machine *machine = new_machine(checks, true);
		void *area = (void *)lfb_machine_call(machine, use_memory, NULL);
		struct lfb_machine_copy *copy = copy_of(machine);

		for (int round = 0; round < 3; round++) {
			assert_true(lfb_machine_call(machine, use_memory, area) > 0);
			for (int i = 0; i < 200; i++)
				lfb_machine_call(machine, use_memory, NULL);
			for (int i = 0; i < round; i++)
				assert_int_equal(lfb_machine_kexec(machine), 0);
			assert_int_equal(lfb_machine_rewind(machine, copy), 0);
			assert_true(lfb__machine_is_as(machine, copy));
			assert_int_equal(*(u8 *)area, 0x77);
		}
		lfb_machine_copy_free(copy);
		lfb_machine_destroy(machine);
	}
}

static long make_object(void *unused)
{
	return (long)kmalloc(64, GFP_KERNEL);
}

static long free_object(void *object)
{
	kfree(object);
	return 0;
}

static long write_object(void *object)
{
	*(volatile u8 *)object = 1;
	return 0;
}

static void objects_that_lie_alone_are_whose_they_were(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	void *had = (void *)lfb_machine_call(machine, make_object, NULL);
	void *freed = (void *)lfb_machine_call(machine, make_object, NULL);
	struct lfb_machine_copy *copy, *later;
	void *last = NULL;

	(void)state;
	lfb_machine_call(machine, free_object, freed);
	copy = copy_of(machine);
	lfb_machine_call(machine, free_object, had);
	for (int i = 0; i < 200; i++)
		last = (void *)lfb_machine_call(machine, make_object, NULL);
	later = copy_of(machine);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_true(lfb__machine_is_as(machine, copy));
	assert_int_equal(lfb_machine_call(machine, write_object, had), 0);
	assert_false(lfb__machine_is_as(machine, copy));
	assert_int_equal(lfb_machine_call(machine, write_object, freed), -EFAULT);
	/* Forth, to where there are more of them, and back. */
	assert_int_equal(lfb_machine_rewind(machine, later), 0);
	assert_true(lfb__machine_is_as(machine, later));
	assert_int_equal(lfb_machine_call(machine, write_object, last), 0);
	assert_int_equal(lfb_machine_call(machine, write_object, had), -EFAULT);
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_int_equal(lfb_machine_call(machine, write_object, had), 0);
	lfb_machine_copy_free(copy);
	lfb_machine_copy_free(later);
	lfb_machine_destroy(machine);
}

static bool goes_on_as(struct lfb_machine *machine, const struct lfb_machine_copy *copy)
{
	return lfb__machine_goes_on_as(machine, copy, copy);
}

static void what_is_only_told_decides_nothing(void **state)
{
	struct lfb_machine *machine = new_machine(LFB_CHECKS_ON, true);
	struct lfb_machine_copy *copy;

	(void)state;
	assert_int_equal(lfb_machine_add_module(machine, &demo), 0);
	lfb_machine_call(machine, make_locks, NULL);
	copy = copy_of(machine);
	assert_true(goes_on_as(machine, copy));
	lfb__error(machine, -EIO, "a sentence");
	machine->kernel.trace.number += 7;
	machine->kernel.calls += 7;
	assert_true(goes_on_as(machine, copy));
	/* What a module knows, the order of locks, time, a choice, memory. */
	demo_users++;
	assert_false(goes_on_as(machine, copy));
	demo_users--;
	assert_true(goes_on_as(machine, copy));
	lfb_machine_call(machine, take_both, &lock_a);
	assert_false(goes_on_as(machine, copy));
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	assert_true(goes_on_as(machine, copy));
	machine->kernel.jiffies++;
	assert_false(goes_on_as(machine, copy));
	machine->kernel.jiffies--;
	lfb_choose(machine, 7, "which");
	assert_false(goes_on_as(machine, copy));
	assert_int_equal(lfb_machine_rewind(machine, copy), 0);
	lfb_machine_call(machine, make_object, NULL);
	assert_false(goes_on_as(machine, copy));
	lfb_machine_copy_free(copy);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_come_and_go),
		cmocka_unit_test(a_module_that_another_machine_has_is_not_taken),
		cmocka_unit_test(power_is_as_it_was),
		cmocka_unit_test(agents_and_what_is_loaded_are_too),
		cmocka_unit_test(findings_and_choices_are_too),
		cmocka_unit_test(a_fault_comes_where_it_would_have),
		cmocka_unit_test(tables_of_the_host_are_too),
		cmocka_unit_test(descriptors_are_though_there_were_more),
		cmocka_unit_test(entries_of_the_ledger_are_used_again),
		cmocka_unit_test(orders_of_locks_and_sentences_are_too),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(memory_is_where_it_was),
		cmocka_unit_test(objects_that_lie_alone_are_whose_they_were),
		cmocka_unit_test(what_is_only_told_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
