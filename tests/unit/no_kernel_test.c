// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Kernel-facing functions where no kernel runs: on a thread that has entered no machine, in one
 * that is switched off, and in a kernel that is dead. They do nothing, and do no harm.
 */
#include <luo/finding.h>
#include <luo/kexec_handover.h>
#include <luo/kho_block.h>
#include <luo/kho_radix_tree.h>
#include <luo/lock.h>
#include <luo/mm.h>
#include <luo/printk.h>
#include <luo/slab.h>
#include <luo/vmalloc.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

static struct rig rig;
static const struct file_operations no_fops;

static long die(void *argument)
{
	panic("told to");
	return 0;
}

static long hang(void *argument)
{
	static struct mutex lock;

	mutex_init(&lock);
	mutex_lock(&lock);
	mutex_lock(&lock);
	return 0;
}

static void memory_is_not_given_out(void)
{
	int on_stack;

	assert_null(alloc_pages(GFP_KERNEL, 0));
	assert_int_equal(__get_free_pages(GFP_KERNEL, 0), 0);
	assert_null(folio_alloc(GFP_KERNEL, 0));
	__free_pages(NULL, 0);
	free_pages(0, 0);
	assert_null(pfn_to_page(16));
	assert_null(phys_to_page(0x10000));
	assert_null(phys_to_virt(0x100010000));
	assert_null(virt_to_page(&on_stack));
	assert_null(virt_to_folio(&on_stack));
	assert_true(virt_to_phys(&on_stack) == ~0ull);
	assert_null(kmalloc(1, GFP_KERNEL));
	assert_null(kzalloc(1, GFP_KERNEL));
	assert_null(kcalloc(1, 1, GFP_KERNEL));
	assert_null(kmemdup(&on_stack, 1, GFP_KERNEL));
	assert_null(kstrdup("string", GFP_KERNEL));
	kfree(NULL);
	kfree(&on_stack);
	assert_int_equal(ksize(&on_stack), 0);
	assert_null(vmalloc(1));
	assert_null(vzalloc(1));
	vfree(NULL);
	vfree(&on_stack);
	assert_null(vmalloc_to_page(&on_stack));
	assert_false(is_vmalloc_addr(&on_stack));
	lfb_shared(&on_stack);
}

static void files_are_not_made(void)
{
	assert_int_equal(PTR_ERR(anon_inode_getfile("file", &no_fops, NULL, 0)), -EINVAL);
	assert_null(fget(3));
	assert_int_equal(get_unused_fd_flags(0), -EBADF);
	put_unused_fd(3);
	fd_install(3, NULL);
	assert_null(get_file(NULL));
	fput(NULL);
	assert_int_equal(file_count(NULL), 0);
	assert_null(file_inode(NULL));
}

static void nothing_is_handed_over(void)
{
	struct kho_block_set set = KHO_BLOCK_SET_INIT(set, 8);
	struct kho_radix_tree tree = { 0 };
	struct kho_vmalloc area = { 0 };
	phys_addr_t phys;

	assert_false(kho_is_enabled());
	assert_false(is_kho_boot());
	assert_int_equal(kho_preserve_folio(NULL), -EOPNOTSUPP);
	kho_unpreserve_folio(NULL);
	assert_int_equal(kho_preserve_pages(NULL, 1), -EOPNOTSUPP);
	kho_unpreserve_pages(NULL, 1);
	assert_int_equal(kho_preserve_vmalloc(NULL, &area), -EOPNOTSUPP);
	kho_unpreserve_vmalloc(&area);
	assert_null(kho_restore_folio(0x10000));
	assert_null(kho_restore_pages(0x10000, 1));
	assert_null(kho_restore_vmalloc(&area));
	assert_int_equal(PTR_ERR(kho_alloc_preserve(1)), -EOPNOTSUPP);
	kho_unpreserve_free(NULL);
	kho_restore_free(NULL);
	assert_int_equal(kho_add_subtree("name", &area, 1), -EOPNOTSUPP);
	kho_remove_subtree(&area);
	assert_int_equal(kho_retrieve_subtree("name", &phys, NULL), -EOPNOTSUPP);
	assert_int_equal(kho_finalize(), -EOPNOTSUPP);
	assert_int_equal(kho_block_set_grow(&set, 1), -EOPNOTSUPP);
	kho_block_set_shrink(&set, 0);
	assert_int_equal(kho_block_set_restore(&set, 0x10000), -EOPNOTSUPP);
	kho_block_set_destroy(&set);
	assert_int_equal(kho_radix_init_tree(&tree, NULL), -EOPNOTSUPP);
	assert_int_equal(kho_radix_add_key(&tree, 1), -EOPNOTSUPP);
	kho_radix_del_key(&tree, 1);
	assert_int_equal(kho_radix_walk_tree(&tree, NULL, NULL), -EOPNOTSUPP);
	kho_radix_destroy_tree(&tree);
}

static void live_update_is_off(void)
{
	struct liveupdate_file_handler *fh = rig_handler(&rig);
	struct liveupdate_flb *flb = rig_flb(&rig);
	struct file *file;
	void *obj;
	u64 token;

	assert_false(liveupdate_enabled());
	assert_int_equal(liveupdate_register_file_handler(fh), -EOPNOTSUPP);
	assert_int_equal(liveupdate_unregister_file_handler(fh), -EOPNOTSUPP);
	assert_int_equal(liveupdate_init_flb(flb), -EOPNOTSUPP);
	assert_int_equal(liveupdate_register_flb(fh, flb), -EOPNOTSUPP);
	assert_int_equal(liveupdate_unregister_flb(fh, flb), -EOPNOTSUPP);
	assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), -EOPNOTSUPP);
	liveupdate_flb_incoming_unlock(flb, NULL);
	assert_int_equal(liveupdate_flb_outgoing_locked(flb, &obj), -EOPNOTSUPP);
	liveupdate_flb_outgoing_unlock(flb, NULL);
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), -EOPNOTSUPP);
	assert_int_equal(liveupdate_flb_get_outgoing(flb, &obj), -EOPNOTSUPP);
	liveupdate_flb_put_incoming(flb);
	liveupdate_flb_put_outgoing(flb);
	assert_int_equal(liveupdate_get_token_outgoing(NULL, NULL, &token), -EOPNOTSUPP);
	assert_int_equal(liveupdate_get_file_incoming(NULL, 0, &file), -EOPNOTSUPP);
	assert_int_equal(liveupdate_reboot(), 0);
}

static void nobody_hears_messages(void)
{
	pr_info("nobody hears this\n");
	assert_true(WARN_ON(true));
	assert_true(WARN(true, "nor this"));
	BUG();
	BUG_ON(true);
	panic("nor this");
}

static void check_all(void)
{
	memory_is_not_given_out();
	files_are_not_made();
	nothing_is_handed_over();
	live_update_is_off();
	nobody_hears_messages();
}

static void without_a_machine_nothing_happens(void **state)
{
	lfb_machine_enter(NULL);
	check_all();
	assert_int_equal(rig_update(&rig), 0);
}

/* In the machine that the thread worked for last. */
static void a_call_from_outside_is_named(void **state)
{
	const struct lfb_finding *finding;

	lfb_machine_enter(NULL);
	liveupdate_enabled();
	kho_is_enabled();
	kfree(NULL);
	assert_int_equal(lfb_finding_count(rig.machine), 0);

	kho_unpreserve_free(NULL);
	assert_non_null(strstr(lfb_error_text(NULL), "kho_unpreserve_free() was called by"));
	liveupdate_register_file_handler(rig_handler(&rig));
	assert_non_null(strstr(lfb_error_text(NULL), "liveupdate_register_file_handler() was"));
	assert_non_null(strstr(lfb_error_text(rig.machine), "by lfb_machine_enter(), or"));
	assert_int_equal(lfb_finding_count(rig.machine), 1);
	finding = lfb_finding_at(rig.machine, 0);
	assert_int_equal(finding->id, LFB_FINDING_KERNEL_NOT_ENTERED);
	assert_string_equal(finding->object, "function kho_unpreserve_free");

	kmalloc(1, GFP_KERNEL);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_findings_of(rig.machine, LFB_FINDING_KERNEL_NOT_ENTERED), 2);
	lfb_findings_clear(rig.machine);
}

static void in_a_machine_that_is_off_nothing_happens(void **state)
{
	lfb_machine_enter(rig.machine);
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	check_all();
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_WARN), 0);
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_BUG), 0);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_OFF);
	assert_int_equal(rig_still_works(&rig), 0);
	lfb_machine_enter(NULL);
}

static void a_dead_kernel_does_no_live_updates(void **state)
{
	lfb_machine_enter(rig.machine);
	for (int death = 0; death < 2; death++) {
		long err = lfb_machine_call(rig.machine, death ? hang : die, NULL);

		assert_int_equal(err, death ? -EDEADLK : -EFAULT);
		live_update_is_off();
		/* Memory is still there to be looked at. */
		assert_non_null(phys_to_virt(0x100010000));
		kfree(kmalloc(16, GFP_KERNEL));
		nobody_hears_messages();
		assert_int_equal(lfb_machine_state(rig.machine), death ? LFB_HUNG : LFB_PANICKED);
		assert_int_equal(rig_still_works(&rig), 0);
	}
	lfb_machine_enter(NULL);
}

static int make_rig(void **state)
{
	return rig_start(&rig, NULL);
}

static int stop_rig(void **state)
{
	rig_stop(&rig);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_rig, stop_rig)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_machine_nothing_happens),
		TEST(a_call_from_outside_is_named),
		TEST(in_a_machine_that_is_off_nothing_happens),
		TEST(a_dead_kernel_does_no_live_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
