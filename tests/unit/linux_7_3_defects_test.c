// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The defects linux-7.3 ships with, and what the profile reference does instead: docs/facts.md
 * section 9, docs/reference.md. Each is seen in linux-7.3 and in reference given that quirk alone,
 * and not in reference nor in linux-7.3 relieved of it.
 */
#include "tests/support/linux_7_3.h"

#include <strings.h>

struct variant {
	const char *profile;
	bool on, off;		/* the quirk is given, or taken */
	bool defect;		/* so it is seen */
};

static const struct variant variants[] = {
	{ "linux-7.3", false, false, true },
	{ "linux-7.3", false, true, false },
	{ "reference", false, false, false },
	{ "reference", true, false, true },
};

#define for_each_variant(variant)                                                                  \
	for (const struct variant *variant = variants;                                             \
	     variant < variants + ARRAY_SIZE(variants); variant++)

static struct world *create(const struct variant *variant, const char *quirk)
{
	return world_create(variant->profile, variant->on ? quirk : NULL,
			    variant->off ? quirk : NULL);
}

/* A file of handler 0, which needs FLB 0, in session "s", in the next kernel. */
static void hand_over(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
}

static bool logged(const struct world *world, const char *text)
{
	return world->log && strstr(world->log, text);
}

static void flb_finish_needs_get(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_FINISH_NEEDS_GET");
		void *obj;

		hand_over(world);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
		assert_int_equal(logged(world, "flb0.retrieve"), !variant->defect);
		assert_int_equal(logged(world, "flb0.finish obj=2000"), !variant->defect);
		assert_int_equal(world_get(world, 0, true, &obj), variant->defect ? 0 : -ENODATA);
		world_destroy(world);
	}
}

static void see_data(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "flb0.finish"))
		world_log(world, "data=%llx", (unsigned long long)
			  ((struct liveupdate_flb_op_args *)args)->data);
}

static void flb_failed_retrieve_leaks(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_FAILED_RETRIEVE_LEAKS");
		void *obj;

		hand_over(world);
		world->meddle = see_data;
		world_answer(world, "flb0.retrieve", -EIO, 1);
		assert_int_equal(world_get(world, 0, true, &obj), -EIO);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
		/* Without an object, but with the handle to what was handed over. */
		assert_int_equal(logged(world, "data=f000\nflb0.finish obj=0"), !variant->defect);
		assert_int_equal(world_warns(world), 1);
		assert_int_equal(world_get(world, 0, true, &obj),
				 variant->defect ? -EIO : -ENODATA);
		assert_int_equal(module_refcount(&world->recorder->this_module), 0);
		world_destroy(world);
	}
}

static void an_flb_whose_module_is_going_away_is_not_finished(struct world *world)
{
	static struct module other;
	void *obj;

	hand_over(world);
	other = (struct module){ .name = "other" };
	world_flb_ops(world, 0)->owner = &other;
	world_answer(world, "flb0.retrieve", -EIO, 1);
	assert_int_equal(world_get(world, 0, true, &obj), -EIO);
	other.state = MODULE_STATE_GOING;
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	assert_false(logged(world, "flb0.finish"));
	assert_int_equal(module_refcount(&other), 0);
}

static void flb_count_includes_gets(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_COUNT_INCLUDES_GETS");
		void *obj;

		world_wire(world, "0:0");
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(world_warns(world), 0);
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
		assert_int_equal(logged(world, "flb0.finish"), !variant->defect);
		world_destroy(world);
	}
}

static void an_flb_that_references_alone_hold_is_not_handed_over(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_COUNT_INCLUDES_GETS");
		int session;
		void *obj;

		world_wire(world, "0:0");
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
		assert_int_equal(world_close(world, session), 0);
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(world_warns(world), !variant->defect);
		assert_int_equal(world_get(world, 0, true, &obj), variant->defect ? 0 : -ENOENT);
		world_destroy(world);
	}
}

/* Both ways to unlink it. */
static void flb_unregister_while_preserved(void **state)
{
	for_each_variant(variant) {
		for (int whole_handler = 0; whole_handler < 2; whole_handler++) {
			struct world *world = create(variant, "FLB_UNREGISTER_WHILE_PRESERVED");
			struct liveupdate_file_handler *handler = world_handler(world, 0);
			struct liveupdate_flb *flb = world_flb(world, 0);
			int session, err;

			world_wire(world, "0:0");
			session = world_session(world, "s");
			assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
			err = whole_handler ? liveupdate_unregister_file_handler(handler) :
					      liveupdate_unregister_flb(handler, flb);
			assert_int_equal(err, variant->defect ? 0 : -EBUSY);
			assert_int_equal(world_warns(world), !variant->defect);
			assert_int_equal(world_luo(world)->flb_count, !variant->defect);
			assert_int_equal(world_close(world, session), 0);
			assert_int_equal(logged(world, "flb0.unpreserve"), !variant->defect);
			/* Idle, it may go. */
			if (!variant->defect)
				assert_int_equal(liveupdate_unregister_flb(handler, flb), 0);
			world_destroy(world);
		}
	}
}

static void an_flb_that_references_hold_may_not_be_unregistered(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	struct liveupdate_flb *flb = world_flb(world, 0);
	int session;
	void *obj;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(liveupdate_flb_get_outgoing(flb, &obj), 0);
	assert_int_equal(world_close(world, session), 0);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), flb), -EBUSY);
	liveupdate_flb_put_outgoing(flb);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), flb), 0);
	world_destroy(world);
}

/* Ways in which a handed-over FLB page can be wrong. */
enum wrong { TOO_MANY, ENDLESS_NAME, NO_FILES, ABSURDLY_MANY_FILES, SAME_NAME, WRONGS };

static void spoil(struct luo_flb_header_ser *header, enum wrong wrong)
{
	struct luo_flb_ser *entries = (struct luo_flb_ser *)(header + 1);

	switch (wrong) {
	case TOO_MANY:
		header->count = LUO_FLB_MAX + 1;
		break;
	case ENDLESS_NAME:
		memset(entries[0].name, 'f', sizeof(entries[0].name));
		break;
	case NO_FILES:
		entries[0].count = 0;
		break;
	case ABSURDLY_MANY_FILES:
		entries[0].count = 1ull << 63;
		break;
	default:
		header->count = 2;
		entries[1] = entries[0];
		break;
	}
}

static void flb_trust_serialized(void **state)
{
	for_each_variant(variant) {
		for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
			struct world *world = create(variant, "FLB_TRUST_SERIALIZED");
			void *obj;

			world_wire(world, "0:0");
			world_fill(world, 1, 0);
			assert_int_equal(lfb_machine_prepare(world->machine), 0);
			spoil(world_luo(world)->flb_mem, wrong);
			assert_int_equal(world_jump(world), variant->defect ? 0 : -EFAULT);
			assert_int_equal(lfb_machine_state(world->machine),
					 variant->defect ? LFB_RUNNING : LFB_PANICKED);
			if (variant->defect) {
				/* One that is not there, so that all of the page is read. */
				world_get(world, 1, true, &obj);
				assert_true(world_unsafe(world) > 0);
			}
			world_destroy(world);
		}
	}
}

static void flb_register_unchecked_handler(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_REGISTER_UNCHECKED_HANDLER");

		assert_int_equal(world_link(world, 0, 0), variant->defect ? -EFAULT : -EINVAL);
		assert_int_equal(lfb_machine_state(world->machine),
				 variant->defect ? LFB_PANICKED : LFB_RUNNING);
		assert_int_equal(world_warns(world), !variant->defect);
		world_destroy(world);
	}
}

#include "tests/unit/linux_7_3_defects_flb.h"

static void forget_file(struct world *world, const char *call, void *arg, int *result)
{
	struct liveupdate_file_op_args *args = arg;

	if (strcmp(call, "file h0.retrieve"))
		return;
	fput(args->file);
	args->file = NULL;
}

static void file_retrieve_without_file(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FILE_RETRIEVE_WITHOUT_FILE");
		int session;

		hand_over(world);
		world->meddle = forget_file;
		session = world_incoming(world, "s");
		assert_int_equal(world_retrieve(world, session, 1),
				 variant->defect ? -EFAULT : -EIO);
		assert_int_equal(lfb_machine_state(world->machine),
				 variant->defect ? LFB_PANICKED : LFB_RUNNING);
		assert_int_equal(world_warns(world), !variant->defect);
		if (variant->defect) {
			world_destroy(world);
			continue;
		}
		world_forget_log(world);
		assert_true(world_retrieve(world, session, 1) < 0);
		assert_no_log(world);
		assert_int_equal(world_finish(world, session), 0);
		assert_true(logged(world, "file h0.finish data=10d001 file=0"));
		world_destroy(world);
	}
}

static void session_stuck_after_failed_close(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "SESSION_STUCK_AFTER_FAILED_CLOSE");
		int session;

		hand_over(world);
		session = world_incoming(world, "s");
		world_answer(world, "file h0.can_finish", 0, 1);
		assert_int_equal(world_close(world, session), 0);
		assert_int_equal(world_stats(world).sessions_incoming, 1);
		session = world_incoming(world, "s");
		if (variant->defect) {
			assert_int_equal(session, -EINVAL);
		} else {
			assert_descriptor(session);
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(world_close(world, session), 0);
			assert_int_equal(world_stats(world).sessions_incoming, 0);
		}
		world_destroy(world);
	}
}

/* At every boundary of a block, and only there. */
static void session_duplicate_leaves_empty_block(void **state)
{
	static const unsigned int numbers[] = { 1, 50, 51, 52, 101, 102, 103 };

	for_each_variant(variant) {
		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
			struct world *world = create(variant,
						     "SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK");
			bool panics = variant->defect && numbers[i] % 51 == 0;

			for (unsigned int n = 0; n < numbers[i]; n++)
				assert_descriptor(world_session(world, world_session_name(n)));
			assert_int_equal(world_session(world, "s0"), -EEXIST);
			assert_int_equal(world_session(world, "s0"), -EEXIST);
			assert_int_equal(world_reboot(world), panics ? -EFAULT : 0);
			assert_int_equal(lfb_machine_state(world->machine),
					 panics ? LFB_PANICKED : LFB_RUNNING);
			world_destroy(world);
		}
	}
}

static void session_retrieve_efault_finishes(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "SESSION_RETRIEVE_EFAULT_FINISHES");

		hand_over(world);
		world_open(world);
		lfb_agent_argument(world->agent, LFB_ARGUMENT_READ_ONLY);
		assert_int_equal(world_incoming(world, "s"), -EFAULT);
		assert_int_equal(logged(world, "file h0.finish data=10d001 file=0"),
				 variant->defect);
		if (variant->defect)
			assert_int_equal(world_incoming(world, "s"), -ENOENT);
		else
			assert_descriptor(world_incoming(world, "s"));
		world_destroy(world);
	}
}

static void preserve_efault_keeps(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "PRESERVE_EFAULT_KEEPS");
		int session, fd;

		world_wire(world, "0:0");
		session = world_session(world, "s");
		fd = world_file(world, 0, 1);
		lfb_agent_argument(world->agent, LFB_ARGUMENT_READ_ONLY);
		assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1), -EFAULT);
		assert_int_equal(logged(world, "file h0.preserve ino=1 -> 0"), variant->defect);
		assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 2),
				 variant->defect ? -EBUSY : 0);
		world_destroy(world);
	}
}

static unsigned long says;

static unsigned long what_it_says(struct file *file)
{
	return says;
}

static void file_get_id_changes(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FILE_GET_ID_CHANGES");
		int session;

		world_wire(world, "0:0");
		world_file_ops(world, 0)->get_id = what_it_says;
		session = world_session(world, "s");
		says = 5;
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		says = 6;
		assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
		says = 7;
		assert_int_equal(world_close(world, session), 0);
		session = world_session(world, "t");
		for (says = 5; says <= 7; says++)
			assert_int_equal(world_preserve(world, session, says, 0, says),
					 variant->defect && says != 7 ? -EBUSY : 0);
		world_destroy(world);
	}
}

static void file_entry_lost_on_enomem(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FILE_ENTRY_LOST_ON_ENOMEM");
		int session, other, fd;

		hand_over(world);
		session = world_incoming(world, "s");
		other = world_session(world, "other");
		/* Behind the descriptor and the file. */
		world_fail_step(world, LFB_FAULT_ALLOC, 3);
		fd = world_retrieve(world, session, 1);
		world_fail_step(world, LFB_FAULT_ALLOC, 0);
		assert_descriptor(fd);
		assert_int_equal(world_warns(world), variant->defect);
		assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 1),
				 variant->defect ? 0 : -EBUSY);
		assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 2), -EBUSY);
		assert_int_equal(world_finish(world, session), 0);
		/* linux-7.3 takes out what is there, whoever entered it. */
		assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 2),
				 variant->defect && variant->on ? -EBUSY : 0);
		world_destroy(world);
	}
}

static struct luo_session_ser_v2 *first_session(struct world *world)
{
	const struct luo_ser_v5 *head = world_luo(world)->tree;

	return (struct luo_session_ser_v2 *)((u8 *)phys_to_virt(head->sessions_pa) +
					     sizeof(struct luo_block_ser));
}

/* A session with one file, about to be handed over. */
static struct luo_session_ser_v2 *prepared(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	return first_session(world);
}

static void files_pointer_zero_accepted(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FILES_POINTER_ZERO_ACCEPTED");

		prepared(world)->files = 0;
		assert_int_equal(world_jump(world), 0);
		if (variant->defect) {
			assert_descriptor(world_open(world));
			assert_int_equal(world_retrieve(world, world_incoming(world, "s"), 1),
					 -ENOENT);
		} else {
			assert_int_equal(world_open(world), -EIO);
		}
		world_destroy(world);
	}
}

static void session_trust_serialized(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "SESSION_TRUST_SERIALIZED");
		struct luo_session_ser_v2 *ser = prepared(world);

		memset(ser->name, 'a', sizeof(ser->name));
		assert_int_equal(world_jump(world), 0);
		if (variant->defect)
			assert_descriptor(world_incoming(world, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
							 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
		else
			assert_int_equal(world_open(world), -EIO);
		world_destroy(world);
		/* An address is followed where the next kernel asks for what is there. */
		world = create(variant, "SESSION_TRUST_SERIALIZED");
		prepared(world)->files = 8;
		assert_int_equal(world_jump(world), 0);
		assert_int_equal(world_open(world), variant->defect ? -EFAULT : -EIO);
		assert_int_equal(lfb_machine_state(world->machine),
				 variant->defect ? LFB_PANICKED : LFB_RUNNING);
		world_destroy(world);
	}
}

static void callback_positive_is_success(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "CALLBACK_POSITIVE_IS_SUCCESS");

		world_wire(world, "0:0");
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		world_answer(world, "file h0.freeze", 1, 1);
		assert_int_equal(world_reboot(world), variant->defect ? 0 : -EINVAL);
		if (variant->defect) {
			/* With the handle from before. */
			world_answer(world, "file h0.retrieve", 1, 1);
			assert_int_equal(world_retrieve(world, world_incoming(world, "s"), 1),
					 -EFAULT);
			assert_true(logged(world, "file h0.retrieve data=d001"));
			assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
		}
		world_destroy(world);
	}
}

static void boot_enomem_panics(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "BOOT_ENOMEM_PANICS");

		prepared(world);
		world_fail_step(world, LFB_FAULT_ALLOC, 1);
		assert_int_equal(lfb_machine_jump(world->machine, NULL),
				 variant->defect ? -EFAULT : 0);
		world_fail_step(world, LFB_FAULT_ALLOC, 0);
		assert_int_equal(lfb_machine_state(world->machine),
				 variant->defect ? LFB_PANICKED : LFB_RUNNING);
		world_destroy(world);
	}
}

/* No defect of linux-7.3 without a test above; those of KHO are in quirk_kho_test.c. */
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(flb_finish_needs_get),
	cmocka_unit_test(flb_failed_retrieve_leaks),
	world_test_in(linux_7_3_profiles, an_flb_whose_module_is_going_away_is_not_finished),
	cmocka_unit_test(flb_count_includes_gets),
	cmocka_unit_test(an_flb_that_references_alone_hold_is_not_handed_over),
	cmocka_unit_test(flb_unregister_while_preserved),
	cmocka_unit_test(an_flb_that_references_hold_may_not_be_unregistered),
	cmocka_unit_test(flb_trust_serialized),
	cmocka_unit_test(flb_register_unchecked_handler),
	cmocka_unit_test(flb_link_unregistered_handler),
	cmocka_unit_test(flb_link_while_preserved),
	cmocka_unit_test(flb_links_count_not_files),
	cmocka_unit_test(flb_put_after_serialize),
	cmocka_unit_test(flb_incoming_unlink),
	cmocka_unit_test(flb_page_never_restored),
	cmocka_unit_test(flb_get_outgoing_needs_obj),
	cmocka_unit_test(a_positive_answer_of_an_flb),
	cmocka_unit_test(flb_count_saturates),
	cmocka_unit_test(late_init_leaks_flb_page),
	cmocka_unit_test(file_retrieve_without_file),
	cmocka_unit_test(session_stuck_after_failed_close),
	cmocka_unit_test(session_duplicate_leaves_empty_block),
	cmocka_unit_test(session_retrieve_efault_finishes),
	cmocka_unit_test(preserve_efault_keeps),
	cmocka_unit_test(file_get_id_changes),
	cmocka_unit_test(file_entry_lost_on_enomem),
	cmocka_unit_test(files_pointer_zero_accepted),
	cmocka_unit_test(session_trust_serialized),
	cmocka_unit_test(callback_positive_is_success),
	cmocka_unit_test(boot_enomem_panics),
};

static int untested_defects(void)
{
	const char *quirk;
	int untested = 0;

	for (unsigned int i = 0; (quirk = lfb_quirk_name(i)) != NULL; i++) {
		bool tested = !lfb_profile_has_quirk("linux-7.3", quirk) ||
			      !strncmp(quirk, "KHO_", 4);

		for (size_t t = 0; t < ARRAY_SIZE(tests); t++)
			tested = tested || !strcasecmp(tests[t].name, quirk);
		if (!tested)
			print_error("%s has no test\n", quirk);
		untested += !tested;
	}
	return untested;
}

int main(void)
{
	return untested_defects() + cmocka_run_group_tests(tests, NULL, NULL);
}
