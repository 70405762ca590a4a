// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The contract of FLBs: each mistake raises its finding, and the same without it raises none.
 */
#include "tests/support/mistake.h"

/*
 * Lives. Each ends with nothing left to do.
 */

static int preserve_file(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	return session;
}

static void aborted(struct world *world)
{
	world_close(world, preserve_file(world));
}

static void finish_file(struct world *world)
{
	int session = world_incoming(world, "s");

	world_retrieve(world, session, 1);
	world_finish(world, session);
	world_close(world, session);
}

static void whole(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	world_get(world, 0, true, &obj);
	if (lfb_machine_state(world->machine) != LFB_RUNNING)
		return;
	finish_file(world);
	lfb_machine_settle(world->machine);
}

/* What an FLB does that behaves: an object from kmalloc(), a page that is handed over. */
struct object {
	void *page;
	void *extra;
};

static void behave(const char *call, struct liveupdate_flb_op_args *argp, bool keeps_object)
{
	struct object *object = argp->obj;

	if (!strcmp(call, "flb0.preserve")) {
		object = kzalloc(sizeof(*object), GFP_KERNEL);
		object->page = kho_alloc_preserve(PAGE_SIZE);
		argp->data = virt_to_phys(object->page);
		argp->obj = object;
	} else if (!strcmp(call, "flb0.unpreserve")) {
		kho_unpreserve_free(object->page);
		if (!keeps_object)
			kfree(object);
	} else if (!strcmp(call, "flb0.retrieve")) {
		object = kzalloc(sizeof(*object), GFP_KERNEL);
		object->page = phys_to_virt(argp->data);
		argp->obj = object;
	} else if (!strcmp(call, "flb0.finish")) {
		kho_restore_free(object->page);
		if (!keeps_object)
			kfree(object);
	}
}

static void keep_the_object(struct world *world, const char *call, void *args, int *result)
{
	if (!strncmp(call, "flb0", 4))
		behave(call, args, mistaken);
}

static void leave_the_page(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_flb_op_args *argp = args;

	if (strncmp(call, "flb0", 4))
		return;
	if (mistaken && (!strcmp(call, "flb0.unpreserve") || !strcmp(call, "flb0.finish")))
		kfree(argp->obj);
	else
		behave(call, args, false);
}

static void forget_the_handle(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_flb_op_args *argp = args;

	if (!strcmp(call, "flb0.preserve") && mistaken)
		argp->data = 0;
	if (!strcmp(call, "flb0.retrieve") && !argp->data)
		*result = -EINVAL;
}

static void die_without_a_handle(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_flb_op_args *argp = args;

	if (!strcmp(call, "flb0.preserve") && mistaken)
		argp->data = 0;
	if (!strcmp(call, "flb0.retrieve") && !argp->data)
		BUG();
}

static void forget_the_object(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "flb0.retrieve") && mistaken)
		((struct liveupdate_flb_op_args *)args)->obj = NULL;
}

static void fail_late(struct world *world, const char *call, void *args, int *result)
{
	bool concerns = world->context && !strcmp(call, world->context);
	void *memory;

	if (!concerns)
		return;
	memory = kmalloc(100, GFP_KERNEL);
	*result = -EIO;
	if (!mistaken)
		kfree(memory);
}

static void preserve_fails(struct world *world)
{
	world->context = (void *)"flb0.preserve";
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), -EIO);
}

static void retrieve_fails(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	world->context = (void *)"flb0.retrieve";
	assert_int_equal(world_get(world, 0, true, &obj), -EIO);
}

static void write_where_nobody_reads(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_flb_op_args *argp = args;

	if (!strcmp(call, "flb0.retrieve") && mistaken)
		argp->data++;
	/* This is mere tidiness. */
	if (!strcmp(call, "flb0.finish"))
		argp->obj = NULL;
}

/*
 * References
 */

static void hold_outgoing(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	if (!mistaken)
		liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_reboot(world), 0);
	finish_file(world);
}

static void hold_incoming(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), 0);
	finish_file(world);
	/* To let go after the last file is as good as before it. */
	if (!mistaken)
		liveupdate_flb_put_incoming(world_flb(world, 0));
	lfb_machine_settle(world->machine);
}

static void put_too_often(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	for (int i = 0; i <= mistaken; i++)
		liveupdate_flb_put_outgoing(world_flb(world, 0));
}

static void unlock_with_another(struct world *world)
{
	void *obj;

	preserve_file(world);
	assert_int_equal(liveupdate_flb_outgoing_locked(world_flb(world, 0), &obj), 0);
	liveupdate_flb_outgoing_unlock(world_flb(world, 0), mistaken ? world : obj);
}

static void ask_for_oneself(struct world *world, const char *call, void *args, int *result)
{
	void *obj;

	if (!strcmp(call, "flb0.retrieve"))
		liveupdate_flb_get_incoming(world_flb(world, mistaken ? 0 : 1), &obj);
}

static void ask_with_nothing_preserved(struct world *world)
{
	void *obj;

	if (mistaken)
		world_wire(world, "0:0");
	else
		preserve_file(world);
	world_get(world, 0, false, &obj);
}

static void ask_when_serialized(struct world *world)
{
	void *obj;

	preserve_file(world);
	if (!mistaken)
		world_get(world, 0, false, &obj);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	if (mistaken)
		world_get(world, 0, false, &obj);
}

static void ask_after_finish(struct world *world)
{
	void *obj;

	whole(world);
	if (mistaken)
		world_get(world, 0, true, &obj);
}

/*
 * From one kernel to the next
 */

static void another_module(struct world *world)
{
	static struct module stranger = { .name = "stranger" };
	void *obj;

	preserve_file(world);
	world->wiring = NULL;
	assert_int_equal(world_reboot(world), 0);
	world_flb_ops(world, 0)->owner = mistaken ? &stranger : &world->recorder->this_module;
	world_wire(world, "0:0");
	world_get(world, 0, true, &obj);
	finish_file(world);
	world_flb_ops(world, 0)->owner = &world->recorder->this_module;
}

static void other_handlers(struct world *world)
{
	void *obj;

	preserve_file(world);
	world->wiring = mistaken ? "0: 1:0" : "0:0 1:0";
	assert_int_equal(world_reboot(world), 0);
	world_get(world, 0, true, &obj);
	finish_file(world);
}

static void nobody_registers(struct world *world)
{
	preserve_file(world);
	world->wiring = mistaken ? "0:" : "0:0";
	assert_int_equal(world_reboot(world), 0);
	finish_file(world);
}

static void unterminated(struct world *world)
{
	struct liveupdate_flb *flb = world_flb(world, 0);

	assert_int_equal(world_register(world, 0), 0);
	if (mistaken)
		memset((char *)flb->compatible, 'x', sizeof(flb->compatible));
	assert_int_equal(world_link(world, 0, 0), mistaken ? -EINVAL : 0);
}

/*
 * The table
 */

static const struct mistake mistakes[] = {
	{ LFB_FINDING_FLB_PRESERVE_WITHOUT_DATA, whole, forget_the_handle,
	  LFB_FINDING_FLB_RETRIEVE_REFUSED },
	{ LFB_FINDING_FLB_PRESERVE_WITHOUT_DATA, whole, die_without_a_handle,
	  LFB_FINDING_KERNEL_BUG },
	{ LFB_FINDING_FLB_RETRIEVE_WITHOUT_OBJ, whole, forget_the_object,
	  LFB_FINDING_FLB_GET_NULL },
	{ LFB_FINDING_FLB_OBJ_NOT_FREED, aborted, keep_the_object },
	{ LFB_FINDING_FLB_OBJ_NOT_FREED, whole, keep_the_object },
	{ LFB_FINDING_FLB_LEFT_BEHIND, aborted, leave_the_page },
	{ LFB_FINDING_FLB_LEFT_BEHIND, whole, leave_the_page, LFB_FINDING_KHO_NEVER_RESTORED },
	{ LFB_FINDING_FLB_PRESERVE_NOT_UNDONE, preserve_fails, fail_late },
	{ LFB_FINDING_FLB_RETRIEVE_NOT_UNDONE, retrieve_fails, fail_late },
	{ LFB_FINDING_FLB_DISCARDED_WRITE, whole, write_where_nobody_reads },
	{ LFB_FINDING_FLB_GET_NOT_PUT, hold_outgoing },
	{ LFB_FINDING_FLB_GET_NOT_PUT, hold_incoming },
	{ LFB_FINDING_FLB_PUT_WITHOUT_GET, put_too_often },
	{ LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, unlock_with_another, NULL,
	  LFB_FINDING_FLB_OBJECT_REPLACED, "rfc-v6" },
	{ LFB_FINDING_FLB_SELF_DEADLOCK, whole, ask_for_oneself },
	{ LFB_FINDING_FLB_GET_WRONG_PHASE, ask_with_nothing_preserved },
	{ LFB_FINDING_FLB_GET_WRONG_PHASE, ask_with_nothing_preserved, NULL, 0, "rfc-v6" },
	{ LFB_FINDING_FLB_GET_WRONG_PHASE, ask_when_serialized },
	{ LFB_FINDING_FLB_GET_WRONG_PHASE, ask_when_serialized, NULL, 0, "rfc-v6" },
	{ LFB_FINDING_FLB_GET_WRONG_PHASE, ask_after_finish },
	{ LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE, another_module },
	{ LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE, other_handlers, NULL,
	  LFB_FINDING_FLB_FINISH_NEVER_REACHED },
	{ LFB_FINDING_FLB_NOBODY_REGISTERED, nobody_registers },
	{ LFB_FINDING_FLB_COMPATIBLE, unterminated },
	{ .act = NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		mistake_tests(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
