// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every known defect has a finding: there with the quirk on, not with it off. All else is mended
 * in both cases, so that nothing else interferes.
 */
#include "tests/support/linux_7_3.h"

#include <luo/cmocka.h>

static int one_file(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	return session;
}

/* One file of FLB 0, handed over; returns the session. */
static int hand_over(struct world *world)
{
	one_file(world);
	assert_int_equal(world_reboot(world), 0);
	return world_incoming(world, "s");
}

static void get(struct world *world)
{
	void *obj;

	world_get(world, 0, true, &obj);
}

/*
 * FLBs
 */

static void finish_unasked(struct world *world)
{
	int session = hand_over(world);

	world_finish(world, session);
	world_close(world, session);
}

static void ask_after_finish(struct world *world)
{
	int session = hand_over(world);

	get(world);
	world_finish(world, session);
	get(world);
}

static void finish_asked(struct world *world)
{
	int session = hand_over(world);

	get(world);
	world_finish(world, session);
}

static void unlock_other(struct world *world)
{
	struct liveupdate_flb *flb;
	void *obj;

	hand_over(world);
	flb = world_flb(world, 0);
	assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), 0);
	liveupdate_flb_incoming_unlock(flb, world);
}

static void put_after_finish(struct world *world)
{
	int session = hand_over(world);
	void *obj;

	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), 0);
	world_finish(world, session);
	liveupdate_flb_put_incoming(world_flb(world, 0));
}

static void ask_twice(struct world *world)
{
	hand_over(world);
	world_answer(world, "flb0.retrieve", -EIO, 1);
	get(world);
	get(world);
}

static void finish_unretrievable(struct world *world)
{
	int session = hand_over(world);

	world_answer(world, "flb0.retrieve", -EIO, -1);
	world_finish(world, session);
}

static void get_nothing(struct world *world)
{
	void *obj;

	world_wire(world, "0:0");
	liveupdate_flb_get_outgoing(world_flb(world, 0), &obj);
}

static void hold_across_the_reboot(struct world *world)
{
	void *obj;

	one_file(world);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
}

static void unregister_preserved(struct world *world)
{
	one_file(world);
	liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0));
}

static void spoil_the_page(struct world *world)
{
	struct luo_flb_header_ser *header = world_luo(world)->flb_mem;
	void *obj;

	one_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	header->count = 64;
	if (lfb_machine_jump(world->machine, NULL))
		return;
	world_wire(world, "0:1");
	world_get(world, 1, true, &obj);
}

static void link_to_unregistered(struct world *world)
{
	assert_true(world_link(world, 0, 0) < 0);
}

#include "tests/unit/finding_quirk_flb.h"

static void link_again(void *context, const char *point, const char *object)
{
	struct world *world = context;

	if (strcmp(point, "flb-lazy-init"))
		return;
	lfb_sched_to(world->machine, NULL, NULL);
	world_link(world, 1, 0);
}

static void set_up_twice(struct world *world)
{
	world_wire(world, "0: 1:");
	lfb_sched_to(world->machine, link_again, world);
	assert_int_equal(world_link(world, 0, 0), 0);
	lfb_sched_to(world->machine, NULL, NULL);
}

/*
 * Files
 */

static void freeze_fails(struct world *world)
{
	int session = one_file(world);

	assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
	world_answer(world, "file h0.freeze", 0, 1);
	world_answer(world, "file h0.freeze", -EIO, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
	world_close(world, session);
}

static void retrieve_again(struct world *world)
{
	int session = hand_over(world);

	world_answer(world, "file h0.retrieve", -EIO, 1);
	world_retrieve(world, session, 1);
	world_retrieve(world, session, 1);
}

static void preserve_twice(struct world *world)
{
	int fd, session;

	world_wire(world, "0:0");
	fd = world_file(world, 0, 1);
	session = world_session(world, "s");
	assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1), 0);
	lfb_agent_preserve(world->agent, session, fd, 2);
}

/* Whatever allocation fails. */
static void preserve_without_memory(struct world *world)
{
	int session, fd, err;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	fd = world_file(world, 0, 1);
	for (unsigned long nth = 1; nth < 100; nth++) {
		world_fail_step(world, LFB_FAULT_ALLOC, nth);
		err = lfb_agent_preserve(world->agent, session, fd, 1);
		world_fail_step(world, LFB_FAULT_ALLOC, 0);
		if (!err)
			return;
		assert_int_equal(err, -ENOMEM);
	}
	fail();
}

static void retrieve_in_the_old_kernel(struct world *world)
{
	world_retrieve(world, one_file(world), 1);
}

static void finish_in_the_old_kernel(struct world *world)
{
	world_finish(world, one_file(world));
}

static void retrieve_unknown(struct world *world)
{
	world_retrieve(world, hand_over(world), 99);
}

static void retrieve_nothing(struct world *world)
{
	int session = hand_over(world);

	world_answer(world, "file h0.retrieve", 0, 1);
	world_retrieve(world, session, 1);
}

/*
 * Sessions
 */

static void create_nameless(struct world *world)
{
	world_session(world, "");
}

static void create_overlong(struct world *world)
{
	world_session(world, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void restore_without_handler(struct world *world)
{
	one_file(world);
	world->wiring = "1:";
	world_reboot(world);
	world_open(world);
}

static void open_again(struct world *world)
{
	one_file(world);
	assert_int_equal(world_reboot(world), 0);
	/* The descriptor, the device's file, the session. */
	world_fail_step(world, LFB_FAULT_ALLOC, 3);
	assert_int_equal(world_open(world), -EIO);
	world_fail_step(world, LFB_FAULT_ALLOC, 0);
	world_open(world);
}

static int session_to_close;

static void close_it(void *context, const char *point, const char *object)
{
	struct world *world = context;

	if (strcmp(point, "session-found"))
		return;
	lfb_sched_to(world->machine, NULL, NULL);
	world_close(world, session_to_close);
}

static void close_while_retrieving(struct world *world)
{
	session_to_close = hand_over(world);
	world_retrieve(world, session_to_close, 1);
	lfb_sched_to(world->machine, close_it, world);
	world_incoming(world, "s");
	lfb_sched_to(world->machine, NULL, NULL);
}

static void change_after_serializing(struct world *world)
{
	one_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	world_session(world, "late");
}

static void close_unfinishable(struct world *world)
{
	int session = hand_over(world);

	world_retrieve(world, session, 1);
	world_answer(world, "file h0.can_finish", 0, -1);
	world_close(world, session);
}

static void duplicate_in_a_full_block(struct world *world)
{
	world_wire(world, "0:");
	for (unsigned int i = 0; i < LUO_SESSIONS_PER_BLOCK; i++)
		assert_descriptor(world_session(world, world_session_name(i)));
	assert_int_equal(world_session(world, world_session_name(0)), -EEXIST);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
}

static void unregister_it(void *context, const char *point, const char *object)
{
	struct world *world = context;

	if (strcmp(point, "can_preserve"))
		return;
	lfb_sched_to(world->machine, NULL, NULL);
	liveupdate_unregister_file_handler(world_handler(world, 1));
}

static void unregister_while_preserving(struct world *world)
{
	int session;

	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	lfb_sched_to(world->machine, unregister_it, world);
	world_preserve(world, session, 1, 1, 1);
	lfb_sched_to(world->machine, NULL, NULL);
}

static void retrieve_unanswered(struct world *world)
{
	one_file(world);
	assert_int_equal(world_reboot(world), 0);
	world_open(world);
	lfb_agent_argument(world->agent, LFB_ARGUMENT_READ_ONLY);
	world_incoming(world, "s");
}

static void preserve_unanswered(struct world *world)
{
	int session, fd;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	fd = world_file(world, 0, 1);
	lfb_agent_argument(world->agent, LFB_ARGUMENT_READ_ONLY);
	lfb_agent_preserve(world->agent, session, fd, 1);
}

static unsigned long asked;

static unsigned long another_one(struct file *file)
{
	return ++asked;
}

static void identify_otherwise(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	world_file_ops(world, 0)->get_id = another_one;
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_close(world, session);
}

/* Behind the descriptor and the file the third allocation is that of the entry. */
static void retrieve_without_memory(struct world *world)
{
	int session;

	one_file(world);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	world_fail_step(world, LFB_FAULT_ALLOC, 3);
	world_retrieve(world, session, 1);
	world_fail_step(world, LFB_FAULT_ALLOC, 0);
}

static void hand_over_damaged(struct world *world, size_t offset, u64 value)
{
	const struct luo_ser_v5 *head;

	one_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	head = world_luo(world)->tree;
	memcpy((u8 *)phys_to_virt(head->sessions_pa) + sizeof(struct luo_block_ser) + offset,
	       &value, sizeof(value));
	world_jump(world);
	world_open(world);
}

static void hand_over_no_files(struct world *world)
{
	hand_over_damaged(world, offsetof(struct luo_session_ser_v2, files), 0);
}

static void hand_over_wild_files(struct world *world)
{
	hand_over_damaged(world, offsetof(struct luo_session_ser_v2, files), 8);
}

static void freeze_positively(struct world *world)
{
	one_file(world);
	world_answer(world, "file h0.freeze", 1, 1);
	lfb_machine_prepare(world->machine);
}

static void boot_without_memory(struct world *world)
{
	one_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	world_fail_step(world, LFB_FAULT_ALLOC, 1);
	lfb_machine_jump(world->machine, NULL);
	world_fail_step(world, LFB_FAULT_ALLOC, 0);
}

/* The border of two nodes is in the midst of what was preserved. */
static void restore_over_nodes(struct world *world)
{
	struct lfb_memory *memory = &world->machine->kernel.memory;
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	const phys_addr_t phys = page_to_phys(page);

	memory->nodes.count = 2;
	memory->nodes.each[0].end = page_to_pfn(page) + 8 - memory->first_page;
	memory->nodes.each[1].end = memory->nr_pages - memory->first_page;
	assert_int_equal(kho_preserve_pages(page, 16), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_non_null(kho_restore_pages(phys, 16));
}

static void preserve_huge_area_in_part(struct world *world)
{
	void *area = vmalloc_huge(4ul << 20, GFP_KERNEL);
	struct kho_vmalloc preservation = { 0 };

	assert_non_null(area);
	world_fail_step(world, LFB_FAULT_KHO, 3);
	assert_int_equal(kho_preserve_vmalloc(area, &preservation), -ENOMEM);
	world_fail_step(world, LFB_FAULT_KHO, 0);
}

static void unload_idle(struct world *world)
{
	world_wire(world, "0:0");
	lfb_machine_remove_module(world->machine, "world");
}

static const struct {
	const char *quirk;
	const char *profile;
	enum lfb_finding_id id;
	void (*act)(struct world *world);
} cases[] = {
#define CASE(quirk, profile, id, act) { #quirk, profile, LFB_FINDING_##id, act }
	CASE(FLB_FINISH_NEEDS_GET, "reference", FLB_FINISH_NEVER_REACHED, finish_unasked),
	CASE(FLB_RETRIEVE_AFTER_FINISH, "reference", FLB_RETRIEVED_AFTER_FINISH, ask_after_finish),
	CASE(FLB_FINISH_BEFORE_FILE, "reference", FLB_FINISHED_BEFORE_FILE, finish_asked),
	CASE(FLB_UNLOCK_STORES_OBJ, "rfc-v6", FLB_OBJECT_REPLACED, unlock_other),
	CASE(FLB_GET_UNCOUNTED, "reference", FLB_USED_AFTER_PUT, put_after_finish),
	CASE(FLB_RETRIEVE_RETRIED, "reference", FLB_RETRIEVED_AGAIN, ask_twice),
	CASE(FLB_FAILED_RETRIEVE_LEAKS, "reference", FLB_FAILED_RETRIEVE_LEAKED,
	     finish_unretrievable),
	CASE(FLB_GET_OUTGOING_NULL, "reference", FLB_GET_NULL, get_nothing),
	CASE(FLB_COUNT_INCLUDES_GETS, "reference", FLB_COUNT_TOO_HIGH, hold_across_the_reboot),
	CASE(FLB_UNREGISTER_WHILE_PRESERVED, "reference", FLB_UNREGISTERED_WHILE_PRESERVED,
	     unregister_preserved),
	CASE(FLB_TRUST_SERIALIZED, "reference", FLB_SERIALIZED_TRUSTED, spoil_the_page),
	CASE(FLB_REGISTER_UNCHECKED_HANDLER, "reference", FLB_HANDLER_UNREGISTERED,
	     link_to_unregistered),
	CASE(FLB_LAZY_INIT_RACE, "reference", FLB_INITIALIZED_TWICE, set_up_twice),
	CASE(FLB_LINK_UNREGISTERED_HANDLER, "reference", FLB_HANDLER_UNREGISTERED,
	     link_to_unregistered_again),
	CASE(FLB_LINK_WHILE_PRESERVED, "reference", FLB_DROPPED_UNCOUNTED, link_while_preserved),
	CASE(FLB_LINKS_COUNT_NOT_FILES, "reference", FLB_FINISHED_BEFORE_FILE, link_more_handlers),
	CASE(FLB_PUT_AFTER_SERIALIZE, "reference", FLB_UNPRESERVED_AFTER_SERIALIZE,
	     put_after_serializing),
	CASE(FLB_INCOMING_UNLINK, "reference", FLB_UNLINKED_BEFORE_FINISH, unlink_before_finish),
	CASE(FLB_PAGE_NEVER_RESTORED, "reference", FLB_PAGE_LEAKED, update_again),
	CASE(FLB_GET_OUTGOING_NEEDS_OBJ, "reference", FLB_GET_REFUSED, get_without_object),
	CASE(FLB_COUNT_SATURATES, "reference", FLB_COUNT_SATURATED, put_what_nobody_has),
	CASE(LATE_INIT_LEAKS_FLB_PAGE, "reference", FLB_PAGE_LEAKED,
	     boot_without_room_in_the_tree),
	CASE(FILE_UNFREEZE_CLEARS_DATA, "reference", FILE_HANDLE_CHANGED, freeze_fails),
	CASE(FILE_RETRIEVE_RETRIED, "reference", FILE_RETRIEVED_AGAIN, retrieve_again),
	CASE(FILE_PRESERVED_TWICE, "reference", SESSION_FILE_TWICE, preserve_twice),
	CASE(FILE_FLB_LEAK_ON_ENOMEM, "reference", FLB_COUNT_LEAKED, preserve_without_memory),
	CASE(FILE_INCOMING_OPS_ON_OUTGOING, "reference", FILE_INCOMING_IN_OLD_KERNEL,
	     retrieve_in_the_old_kernel),
	CASE(FILE_INCOMING_OPS_ON_OUTGOING, "reference", FILE_INCOMING_IN_OLD_KERNEL,
	     finish_in_the_old_kernel),
	CASE(FILE_TOKEN_NOT_FOUND_WILD, "reference", FILE_UNKNOWN_TOKEN, retrieve_unknown),
	CASE(FILE_RETRIEVE_WITHOUT_FILE, "reference", FILE_NULL_FOLLOWED, retrieve_nothing),
	CASE(SESSION_NAME_UNCHECKED, "reference", SESSION_NAMELESS, create_nameless),
	CASE(SESSION_NAME_UNCHECKED, "reference", SESSION_NAME_TRUNCATED, create_overlong),
	CASE(SESSION_DESERIALIZE_IGNORES_FILES, "reference", SESSION_FILES_MISSING,
	     restore_without_handler),
	CASE(SESSION_DESERIALIZE_NOT_LATCHED, "reference", SESSION_HALF_RESTORED, open_again),
	CASE(SESSION_RETRIEVE_RACE, "reference", SESSION_USED_AFTER_CLOSE, close_while_retrieving),
	CASE(SESSION_MUTATE_WHILE_REBOOTING, "reference", SESSION_CHANGED_AFTER_SERIALIZE,
	     change_after_serializing),
	CASE(SESSION_STUCK_AFTER_FAILED_CLOSE, "reference", SESSION_STUCK, close_unfinishable),
	CASE(SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK, "reference", SESSION_EMPTY_BLOCK,
	     duplicate_in_a_full_block),
	CASE(REGISTRY_UNLOCKED, "reference", LOCK_REGISTRY_CHANGED, unregister_while_preserving),
	CASE(MODULE_PINNED_FROM_REGISTRATION, "reference", MODULE_PINNED_IDLE, unload_idle),
	CASE(SESSION_RETRIEVE_EFAULT_FINISHES, "reference", SESSION_LOST, retrieve_unanswered),
	CASE(PRESERVE_EFAULT_KEEPS, "reference", FILE_KEPT_AFTER_ERROR, preserve_unanswered),
	CASE(FILE_GET_ID_CHANGES, "reference", FILE_IDENTITY_STAYS, identify_otherwise),
	CASE(FILE_ENTRY_LOST_ON_ENOMEM, "reference", FILE_ENTRY_LOST, retrieve_without_memory),
	CASE(FILES_POINTER_ZERO_ACCEPTED, "reference", SESSION_FILES_MISSING, hand_over_no_files),
	CASE(SESSION_TRUST_SERIALIZED, "reference", SESSION_WILD_BLOCK, hand_over_wild_files),
	CASE(CALLBACK_POSITIVE_IS_SUCCESS, "reference", KERNEL_ANSWER_TAKEN, freeze_positively),
	CASE(BOOT_ENOMEM_PANICS, "reference", SESSION_LOST_AT_BOOT, boot_without_memory),
	CASE(KHO_RESTORE_PAGES_NUMA, "reference", KHO_CUT_AT_NODES, restore_over_nodes),
	CASE(KHO_VMALLOC_ROLLBACK_ORDER, "reference", KHO_LEFT_MARKED, preserve_huge_area_in_part),
#undef CASE
};

static struct world *create(const char *profile, const char *quirk, bool on)
{
	char off[2048] = "";
	const char *name;

	for (unsigned int i = 0; (name = lfb_quirk_name(i)) != NULL; i++) {
		if (!on || strcmp(name, quirk))
			snprintf(off + strlen(off), sizeof(off) - strlen(off), "%s ", name);
	}
	return world_create(profile, on ? quirk : NULL, off);
}

static void every_defect_has_a_finding_while_it_is_there(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int on = 1; on >= 0; on--) {
			struct world *world = create(cases[i].profile, cases[i].quirk, on);
			size_t found;

			cases[i].act(world);
			found = lfb_findings_of(world->machine, cases[i].id);
			if ((found > 0) != on) {
				print_error("%s %s: %s is %sfound\n", cases[i].quirk,
					    on ? "on" : "off", lfb_finding_name(cases[i].id),
					    found ? "" : "not ");
				lfb_print_findings_(world->machine);
				fail();
			}
			world_destroy(world);
		}
	}
}

static void every_defect_is_here(void **state)
{
	const char *name;

	for (unsigned int i = 0; (name = lfb_quirk_name(i)) != NULL; i++) {
		bool here = false;

		for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
			here |= !strcmp(cases[k].quirk, name);
		if (!here)
			fail_msg("quirk %s has no case", name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_defect_has_a_finding_while_it_is_there),
		cmocka_unit_test(every_defect_is_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
