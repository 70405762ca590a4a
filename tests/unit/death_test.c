// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Kernels that die in a callback: in every callback, in every way. The call that led there returns
 * an errno, the finding says what happened, and the machine can be switched off and on again.
 */
#include <luo/kexec_handover.h>
#include <luo/lock.h>
#include <luo/mm.h>
#include <luo/printk.h>
#include <luo/slab.h>
#include <luo/vmalloc.h>

#include "tests/support/handed_page.h"
#include "tests/support/rig.h"
#include "tests/support/test.h"

#define NOT_CHECKED __attribute__((noinline, no_sanitize("address", "undefined")))

#define OPTIONS(...)                                                                               \
	(&(struct lfb_machine_options){ .sz = sizeof(struct lfb_machine_options),                  \
					.memory = 4 << 20, __VA_ARGS__ })

/*
 * Ways to die
 */

NOT_CHECKED static void read_from(const volatile char *address)
{
	(void)*address;
}

NOT_CHECKED static void write_to(volatile char *address)
{
	*address = 1;
}

/* The page at the KHO entry "stale" holds a pointer of the kernel that wrote it. */
static struct handed_page *stale_page(void)
{
	phys_addr_t phys;

	if (kho_retrieve_subtree("stale", &phys, NULL))
		return NULL;
	return phys_to_virt(phys);
}

static void die_stale_read(void)
{
	read_from(stale_page()->pointer);
}

static void die_stale_write(void)
{
	write_to(stale_page()->pointer);
}

static void die_null_read(void)
{
	read_from(NULL);
}

static void die_null_write(void)
{
	write_to((char *)0x18);
}

static void die_unmapped(void)
{
	write_to((char *)0x123456789000);
}

static void die_no_address(void)
{
	read_from((char *)0x6b6b6b6b6b6b6b6b);
}

static void die_panic(void)
{
	panic("told to die, reason %d", 42);
}

static void die_bug(void)
{
	BUG();
}

static void die_bug_on(void)
{
	BUG_ON(1 + 1 == 2);
}

static void die_deadlock(void)
{
	struct mutex *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	mutex_init(lock);
	mutex_lock(lock);
	mutex_lock(lock);
}

static void die_kfree_wild(void)
{
	kfree((void *)0x1234);
}

static const struct {
	void (*die)(void);
	const char *complaint;
	int result;
	enum lfb_machine_state state;
	bool needs_handover;
} deaths[] = {
	{ die_stale_read, "stale pointer", -EFAULT, LFB_PANICKED, true },
	{ die_stale_write, "stale pointer", -EFAULT, LFB_PANICKED, true },
	{ die_null_read, "NULL pointer dereference at offset 0", -EFAULT, LFB_PANICKED, false },
	{ die_null_write, "NULL pointer dereference at offset 24", -EFAULT, LFB_PANICKED, false },
	{ die_unmapped, "not mapped", -EFAULT, LFB_PANICKED, false },
	{ die_no_address, "no address", -EFAULT, LFB_PANICKED, false },
	{ die_panic, "told to die, reason 42", -EFAULT, LFB_PANICKED, false },
	{ die_bug, "die_bug: BUG", -EFAULT, LFB_PANICKED, false },
	{ die_bug_on, "1 + 1 == 2", -EFAULT, LFB_PANICKED, false },
	{ die_deadlock, "lock", -EDEADLK, LFB_HUNG, false },
	{ die_kfree_wild, "kfree", -EFAULT, LFB_PANICKED, false },
};

#define DEATHS (sizeof(deaths) / sizeof(deaths[0]))

/*
 * Places to die at
 */

static const char *fatal_op;
static unsigned int fatal_death;
static unsigned int freezes_left; /* the freeze that is left when there is one fails */

static int kill_at(struct rig *rig, const char *op)
{
	if (!strcmp(op, "file h0.freeze") && freezes_left && !--freezes_left)
		return -EIO;
	if (!strcmp(op, fatal_op))
		deaths[fatal_death].die();
	return 0;
}

static int kill_at_new_init(struct rig *rig, const char *op)
{
	if (!strcmp(op, "init") && lfb_machine_boots(rig->machine) > 1)
		deaths[fatal_death].die();
	return 0;
}

static long leave_stale_pointer(void *argument)
{
	struct handed_page *page = kho_alloc_preserve(sizeof(*page));

	if (IS_ERR(page))
		return PTR_ERR(page);
	page->pointer = page;
	return kho_add_subtree("stale", page, sizeof(*page));
}

static int close_session(struct rig *rig)
{
	int err = rig_preserve(rig, 2);

	return err ? err : lfb_agent_close(rig->agent, 4);
}

static int fail_to_freeze(struct rig *rig)
{
	int err = rig_preserve(rig, 2);

	freezes_left = 2;
	return err ? err : lfb_machine_kexec(rig->machine);
}

static const struct {
	const char *op;
	int (*drive)(struct rig *rig);
	bool in_new_kernel;
} places[] = {
	{ "flb0.preserve", rig_update, false },
	{ "file h0.preserve", rig_update, false },
	{ "file h0.freeze", rig_update, false },
	{ "file h0.unpreserve", close_session, false },
	{ "flb0.unpreserve", close_session, false },
	{ "file h0.unfreeze", fail_to_freeze, false },
	{ "flb0.retrieve", rig_update, true },
	{ "file h0.retrieve", rig_update, true },
	{ "file h0.can_finish", rig_update, true },
	{ "file h0.finish", rig_update, true },
	{ "flb0.finish", rig_update, true },
};

static void check_dead(struct rig *rig, int result, unsigned int death, const char *op)
{
	if (result != deaths[death].result)
		fail_msg("%s, \"%s\": result %d", op, deaths[death].complaint, result);
	if (lfb_machine_state(rig->machine) != deaths[death].state)
		fail_msg("%s, \"%s\": the machine is %s", op, deaths[death].complaint,
			 lfb_machine_state_name(lfb_machine_state(rig->machine)));
	if (!strstr(lfb_last_complaint(rig->machine), deaths[death].complaint))
		fail_msg("%s, \"%s\": complaint \"%s\"", op, deaths[death].complaint,
			 lfb_last_complaint(rig->machine));
	assert_true(lfb_event_count(rig->machine, LFB_EVENT_BUG) +
		    lfb_event_count(rig->machine, LFB_EVENT_PANIC) > 0);
	/* It stays dead, and says why nothing works. */
	assert_int_equal(lfb_agent_open(rig->agent), -ESHUTDOWN);
	assert_int_equal(lfb_agent_close(rig->agent, 3), -ESHUTDOWN);
	assert_non_null(strstr(lfb_error_text(rig->machine), "no kernel runs"));
	rig->hook = NULL;
	if (rig_still_works(rig))
		fail_msg("%s, \"%s\": afterwards: %s", op, deaths[death].complaint,
			 lfb_error_text(rig->machine));
}

static void a_kernel_may_die_in_any_callback_in_any_way(void **state)
{
	unsigned int combinations = 0;
	struct rig rig;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) * DEATHS; i++) {
		int result;

		fatal_death = (unsigned int)(i % DEATHS);
		fatal_op = places[i / DEATHS].op;
		if (deaths[fatal_death].needs_handover && !places[i / DEATHS].in_new_kernel)
			continue;
		assert_int_equal(rig_start(&rig, OPTIONS(.profile = "linux-7.0")), 0);
		assert_int_equal(lfb_machine_call(rig.machine, leave_stale_pointer, NULL), 0);
		rig.hook = kill_at;
		result = places[i / DEATHS].drive(&rig);
		check_dead(&rig, result, fatal_death, fatal_op);
		rig_stop(&rig);
		combinations++;
	}
	print_message("%u deaths\n", combinations);
}

static void a_new_kernel_may_die_in_a_module_init(void **state)
{
	struct rig rig;

	for (fatal_death = 0; fatal_death < DEATHS; fatal_death++) {
		assert_int_equal(rig_start(&rig, OPTIONS()), 0);
		assert_int_equal(lfb_machine_call(rig.machine, leave_stale_pointer, NULL), 0);
		assert_int_equal(rig_preserve(&rig, 2), 0);
		rig.hook = kill_at_new_init;
		check_dead(&rig, lfb_machine_kexec(rig.machine), fatal_death, "init");
		rig_stop(&rig);
	}
}

static int panic_in_init(struct rig *rig, const char *op)
{
	if (!strcmp(op, "init"))
		panic("no root filesystem");
	return 0;
}

static void a_cold_boot_may_panic(void **state)
{
	struct rig rig;

	assert_int_equal(rig_create(&rig, OPTIONS()), 0);
	rig.hook = panic_in_init;
	assert_int_equal(lfb_machine_boot(rig.machine), -EFAULT);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_PANICKED);
	assert_string_equal(lfb_error_text(rig.machine),
			    "the kernel died: kernel: no root filesystem");
	assert_int_equal(lfb_machine_boot(rig.machine), -EBUSY);
	rig.hook = NULL;
	assert_int_equal(rig_still_works(&rig), 0);
	rig_stop(&rig);
}

static void a_module_may_panic_while_it_is_loaded(void **state)
{
	struct rig rig;

	assert_int_equal(rig_create(&rig, OPTIONS()), 0);
	assert_int_equal(lfb_machine_remove_module(rig.machine, "rig"), 0);
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	rig.hook = panic_in_init;
	assert_int_equal(lfb_machine_add_module(rig.machine, &rig.recorder->image), -EFAULT);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_PANICKED);
	rig.hook = NULL;
	/* It did not become part of the image, and can be added again. */
	assert_int_equal(lfb_machine_remove_module(rig.machine, "rig"), -ENOENT);
	assert_int_equal(lfb_machine_add_module(rig.machine, &rig.recorder->image), 0);
	assert_int_equal(rig_still_works(&rig), 0);
	rig_stop(&rig);
}

/* The address is good for as long as the memory stays where it is: that is what remapping finds. */
static void a_stale_pointer_goes_unnoticed_where_memory_does_not_move(void **state)
{
	struct rig rig;

	fatal_op = "flb0.retrieve";
	fatal_death = 0;
	assert_int_equal(rig_start(&rig, OPTIONS(.mode = LFB_MEMORY_FIXED)), 0);
	assert_int_equal(lfb_machine_call(rig.machine, leave_stale_pointer, NULL), 0);
	rig.hook = kill_at;
	assert_int_equal(rig_update(&rig), 0);
	rig_stop(&rig);
}

static long follow(void *argument)
{
	read_from(*(char **)argument);
	return 0;
}

static long vmalloc_address(void *argument)
{
	*(char **)argument = vmalloc(PAGE_SIZE);
	return 0;
}

static long page_pointer(void *argument)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	*(char **)argument = page_address(page);
	return (long)page_to_phys(page);
}

static void a_stale_pointer_is_traced_back_to_its_page(void **state)
{
	char expected[64], *pointer;
	struct rig rig;
	long phys;

	assert_int_equal(rig_start(&rig, OPTIONS()), 0);
	phys = lfb_machine_call(rig.machine, page_pointer, &pointer);
	for (int kexecs = 1; kexecs <= 3; kexecs++)
		assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(lfb_machine_call(rig.machine, follow, &pointer), -EFAULT);
	snprintf(expected, sizeof(expected), "(physical 0x%lx)", phys);
	assert_non_null(strstr(lfb_last_complaint(rig.machine), expected));
	assert_non_null(strstr(lfb_error_text(rig.machine), "the kernel died: "));
	rig_stop(&rig);
}

static void vmalloc_addresses_end_with_their_kernel(void **state)
{
	struct rig rig;
	char *pointer;

	for (int mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		assert_int_equal(rig_start(&rig, OPTIONS(.mode = (enum lfb_memory_mode)mode)), 0);
		assert_int_equal(lfb_machine_call(rig.machine, vmalloc_address, &pointer), 0);
		assert_int_equal(lfb_machine_call(rig.machine, follow, &pointer), 0);
		assert_int_equal(lfb_machine_kexec(rig.machine), 0);
		assert_int_equal(lfb_machine_call(rig.machine, follow, &pointer), -EFAULT);
		assert_int_equal(lfb_machine_state(rig.machine), LFB_PANICKED);
		rig_stop(&rig);
	}
}

static int nested_panic(struct rig *rig, const char *op)
{
	struct rig *other = rig->context;

	return strcmp(op, "file h0.freeze") ? 0 : (int)lfb_machine_kexec(other->machine);
}

static int panic_in_freeze(struct rig *rig, const char *op)
{
	if (!strcmp(op, "file h0.freeze"))
		panic("inner");
	return 0;
}

static void a_machine_that_dies_inside_another_ones_kernel_dies_alone(void **state)
{
	struct rig outer, inner;

	assert_int_equal(rig_start(&outer, OPTIONS()), 0);
	assert_int_equal(rig_start(&inner, OPTIONS()), 0);
	assert_int_equal(rig_preserve(&outer, 1), 0);
	assert_int_equal(rig_preserve(&inner, 1), 0);
	outer.context = &inner;
	outer.hook = nested_panic;
	inner.hook = panic_in_freeze;
	assert_int_equal(lfb_machine_kexec(outer.machine), -EFAULT);
	assert_int_equal(lfb_machine_state(inner.machine), LFB_PANICKED);
	assert_int_equal(lfb_machine_state(outer.machine), LFB_RUNNING);
	outer.hook = inner.hook = NULL;
	assert_int_equal(lfb_machine_kexec(outer.machine), 0);
	assert_int_equal(rig_restore(&outer, 1), 0);
	assert_int_equal(rig_still_works(&inner), 0);
	rig_stop(&inner);
	rig_stop(&outer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_may_die_in_any_callback_in_any_way),
		cmocka_unit_test(a_new_kernel_may_die_in_a_module_init),
		cmocka_unit_test(a_cold_boot_may_panic),
		cmocka_unit_test(a_module_may_panic_while_it_is_loaded),
		cmocka_unit_test(a_stale_pointer_goes_unnoticed_where_memory_does_not_move),
		cmocka_unit_test(a_stale_pointer_is_traced_back_to_its_page),
		cmocka_unit_test(vmalloc_addresses_end_with_their_kernel),
		cmocka_unit_test(a_machine_that_dies_inside_another_ones_kernel_dies_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
