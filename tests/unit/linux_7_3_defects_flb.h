/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The defects of FLBs that linux-7.3's complete tree has; for linux_7_3_defects_test.c. */
#ifndef TESTS_UNIT_LINUX_7_3_DEFECTS_FLB_H
#define TESTS_UNIT_LINUX_7_3_DEFECTS_FLB_H

static void flb_link_unregistered_handler(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_LINK_UNREGISTERED_HANDLER");

		assert_int_equal(world_register(world, 0), 0);
		assert_int_equal(liveupdate_unregister_file_handler(world_handler(world, 0)), 0);
		assert_int_equal(world_link(world, 0, 0), variant->defect ? 0 : -EINVAL);
		assert_int_equal(world_luo(world)->flb_count, variant->defect);
		assert_int_equal(world_register(world, 0), 0);
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		/* It was linked, and is not. */
		assert_false(logged(world, "flb0.preserve"));
		world_destroy(world);
	}
}

/* The older file gives back what the newer one needs. */
static void flb_link_while_preserved(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_LINK_WHILE_PRESERVED");
		int old, new;

		assert_int_equal(world_register(world, 0), 0);
		old = world_session(world, "old");
		assert_int_equal(world_preserve(world, old, 1, 0, 1), 0);
		assert_int_equal(world_link(world, 0, 0), 0);
		new = world_session(world, "new");
		assert_int_equal(world_preserve(world, new, 1, 0, 2), 0);
		assert_int_equal(world_close(world, old), 0);
		assert_int_equal(logged(world, "flb0.unpreserve"), variant->defect);
		world_destroy(world);
	}
}

/* In the new kernel handler 1 needs it, too, and its file goes first. */
static void flb_links_count_not_files(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_LINKS_COUNT_NOT_FILES");
		int session;
		void *obj;

		world_wire(world, "0:0 1:");
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
		world->wiring = "0:0 1:0";
		assert_int_equal(world_reboot(world), 0);
		session = world_incoming(world, "s");
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		world_forget_log(world);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(logged(world, "flb0.finish obj=2000\nfile h0.finish"),
				 variant->defect);
		assert_true(logged(world, "flb0.finish obj=2000"));
		world_destroy(world);
	}
}

static void flb_put_after_serialize(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_PUT_AFTER_SERIALIZE");
		int session;
		void *obj;

		world_wire(world, "0:0");
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
		assert_int_equal(world_close(world, session), 0);
		assert_int_equal(lfb_machine_prepare(world->machine), 0);
		liveupdate_flb_put_outgoing(world_flb(world, 0));
		assert_int_equal(logged(world, "flb0.unpreserve"), variant->defect);
		world_destroy(world);
	}
}

/* Both ways to unlink it. */
static void flb_incoming_unlink(void **state)
{
	for_each_variant(variant) {
		for (int whole_handler = 0; whole_handler < 2; whole_handler++) {
			struct world *world = create(variant, "FLB_INCOMING_UNLINK");
			struct liveupdate_file_handler *handler;
			int err, session;
			void *obj;

			hand_over(world);
			handler = world_handler(world, 0);
			session = world_incoming(world, "s");
			assert_int_equal(world_get(world, 0, true, &obj), 0);
			err = whole_handler ?
				      liveupdate_unregister_file_handler(handler) :
				      liveupdate_unregister_flb(handler, world_flb(world, 0));
			assert_int_equal(err, variant->defect ? 0 : -EBUSY);
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(logged(world, "flb0.finish"), !variant->defect);
			assert_int_equal(module_refcount(&world->recorder->this_module),
					 variant->defect);
			world_destroy(world);
		}
	}
}

static void flb_page_never_restored(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_PAGE_NEVER_RESTORED");
		int session;
		void *obj;

		hand_over(world);
		session = world_incoming(world, "s");
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(world_luo(world)->flb_page_freed, !variant->defect);
		assert_int_equal(world_stats(world).incoming_pages,
				 world->machine->kernel.kho.own_blocks + variant->defect);
		/* Whoever asks is told the same. */
		assert_int_equal(world_get(world, 0, true, &obj), -ENODATA);
		assert_int_equal(world_link(world, 0, 1), 0);
		assert_int_equal(world_get(world, 1, true, &obj), -ENOENT);
		world_destroy(world);
	}
}

static void no_object(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "flb0.preserve"))
		((struct liveupdate_flb_op_args *)args)->obj = NULL;
}

static void flb_get_outgoing_needs_obj(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_GET_OUTGOING_NEEDS_OBJ");
		void *obj;

		world->meddle = no_object;
		world_wire(world, "0:0");
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj),
				 variant->defect ? -ENOENT : 0);
		world_destroy(world);
	}
}

/*
 * An FLB's callback that answers 1, in linux-7.3: no error to who looks for one below 0. preserve:
 * nothing is preserved, and the agent is told 1. retrieve: who asked first is told 1, who asks next
 * 0 and no object, which is what finish is given.
 */
static void a_positive_answer_of_an_flb(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "CALLBACK_POSITIVE_IS_SUCCESS");
		const int answer = variant->defect ? 1 : -EINVAL;
		void *obj = world;
		int session;

		world_wire(world, "0:0,1");
		session = world_session(world, "s");
		world_answer(world, "flb1.preserve", 1, 1);
		assert_int_equal(world_preserve(world, session, 1, 0, 1), answer);
		assert_log(world, "flb0.preserve -> 0", "flb1.preserve -> 1",
			   "flb0.unpreserve data=f000 obj=1000");
		assert_int_equal(world_stats(world).files_preserved, 0);
		for (unsigned int f = 0; f < 2; f++)
			assert_int_equal(world_flb(world, f)->private.outgoing.count, 0);
		/* It is as if nothing had been. */
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		world_answer(world, "flb0.retrieve", 1, 1);
		assert_int_equal(world_get(world, 0, true, &obj), answer);
		world_forget_log(world);
		assert_int_equal(world_get(world, 0, true, &obj), variant->defect ? 0 : -EINVAL);
		assert_null(obj);
		assert_false(logged(world, "flb0.retrieve"));
		assert_int_equal(world_get(world, 1, true, &obj), 0);
		assert_ptr_equal(obj, (void *)0x2001);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
		assert_true(logged(world, "flb1.finish obj=2001"));
		assert_int_equal(logged(world, "flb0.finish obj=0"),
				 variant->defect || !strcmp(variant->profile, "reference"));
		assert_int_equal(lfb_findings_of(world->machine, LFB_FINDING_KERNEL_BAD_ANSWER), 2);
		world_destroy(world);
	}
}

/* Given back once too often it counts as preserved, for good. */
static void flb_count_saturates(void **state)
{
	for_each_variant(variant) {
		struct world *world = create(variant, "FLB_COUNT_SATURATES");
		struct liveupdate_flb_state *outgoing = &world_flb(world, 0)->private.outgoing;
		void *obj;

		world_wire(world, "0:0");
		liveupdate_flb_put_outgoing(world_flb(world, 0));
		assert_int_equal(world_warns(world), 1);
		assert_int_equal(outgoing->count, variant->defect ? LFB_FLB_SATURATED : 0);
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		assert_int_equal(logged(world, "flb0.preserve"), !variant->defect);
		/* A kernel that checks what it is handed over has no use for such a count. */
		assert_int_equal(world_reboot(world), variant->on ? -EFAULT : 0);
		world_forget_log(world);
		if (variant->on) {
			world_destroy(world);
			continue;
		}
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_int_equal(logged(world, "flb0.retrieve data=0 -> 0"), variant->defect);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
		assert_int_equal(logged(world, "flb0.finish"), !variant->defect);
		world_destroy(world);
	}
}

static void late_init_leaks_flb_page(void **state)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = 1u << LFB_FAULT_FDT, .nth = 1,
	};

	for_each_variant(variant) {
		struct world *world = create(variant, "LATE_INIT_LEAKS_FLB_PAGE");

		assert_int_equal(lfb_machine_shutdown(world->machine), 0);
		lfb_fault_arm(world->machine, &plan);
		assert_int_equal(lfb_machine_boot(world->machine), 0);
		lfb_fault_arm(world->machine, NULL);
		assert_int_equal(world_stats(world).preserved_blocks,
				 world->machine->kernel.kho.own_blocks + variant->defect);
		world_destroy(world);
	}
}

#endif
