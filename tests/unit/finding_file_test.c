// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The contract of file handlers: each mistake raises its finding, and the same without it raises
 * none.
 */
#include "tests/support/mistake.h"

/*
 * Lives
 */

static int preserve_file(struct world *world)
{
	int session;

	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 7, 0, 1), 0);
	return session;
}

static void aborted(struct world *world)
{
	world_close(world, preserve_file(world));
}

static int handed_over(struct world *world)
{
	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	return world_incoming(world, "s");
}

static void whole(struct world *world)
{
	int session = handed_over(world);

	lfb_agent_close(world->agent, world_retrieve(world, session, 7));
	assert_int_equal(world_finish(world, session), 0);
	world_close(world, session);
	lfb_machine_settle(world->machine);
}

/* Files of two sessions; the one that was preserved first goes first. */
static void aborted_apart(struct world *world)
{
	int session = preserve_file(world), other = world_session(world, "t");

	assert_int_equal(world_preserve(world, other, 9, 0, 2), 0);
	world_close(world, session);
	world_close(world, other);
}

static void whole_apart(struct world *world)
{
	int session = preserve_file(world), other = world_session(world, "t");

	assert_int_equal(world_preserve(world, other, 9, 0, 2), 0);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	other = world_incoming(world, "t");
	lfb_agent_close(world->agent, world_retrieve(world, session, 7));
	lfb_agent_close(world->agent, world_retrieve(world, other, 9));
	assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(world_finish(world, other), 0);
	lfb_machine_settle(world->machine);
}

/* The second file's freeze fails, so the first is unfrozen; then all is taken back. */
static void unfrozen(struct world *world)
{
	int session = preserve_file(world);

	assert_int_equal(world_preserve(world, session, 8, 1, 2), 0);
	world_answer(world, "file h1.freeze", -EIO, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
	world_close(world, session);
}

static void unfrozen_together(struct world *world)
{
	int session = preserve_file(world);

	assert_int_equal(world_preserve(world, session, 9, 0, 2), 0);
	assert_int_equal(world_preserve(world, session, 8, 1, 3), 0);
	world_answer(world, "file h1.freeze", -EIO, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
	world_close(world, session);
}

/*
 * What callbacks of handler 0 do beyond the world's own
 */

static bool is(const char *call, const char *op)
{
	return !strncmp(call, "file h0.", 8) && !strcmp(call + 8, op);
}

static void fail_late(const char *call, const char *op, int *result)
{
	void *memory;

	if (!is(call, op))
		return;
	memory = kmalloc(100, GFP_KERNEL);
	*result = -EIO;
	if (!mistaken)
		kfree(memory);
}

static void fail_to_preserve(struct world *world, const char *call, void *args, int *result)
{
	fail_late(call, "preserve", result);
}

static void preserve_fails(struct world *world)
{
	world_wire(world, "0:");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 7, 0, 1), -EIO);
}

static void fail_to_retrieve(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "retrieve"))
		fput(argp->file);
	fail_late(call, "retrieve", result);
}

static void retrieve_fails(struct world *world)
{
	assert_int_equal(world_retrieve(world, handed_over(world), 7), -EIO);
}

static void retrieve_nothing(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (!is(call, "retrieve") || !mistaken)
		return;
	fput(argp->file);
	argp->file = NULL;
}

static void take_all_files(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "file h1.can_preserve") && mistaken)
		*result = true;
}

static void change_and_fail(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (!is(call, "freeze"))
		return;
	*result = -EIO;
	argp->serialized_data = mistaken ? 0x4711 : 0xd001;
}

static void freeze_fails(struct world *world)
{
	preserve_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
}

static void write_where_nobody_reads(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "freeze") && mistaken)
		argp->private_data = argp;
	/* This is mere tidiness. */
	if (is(call, "unpreserve") || is(call, "finish")) {
		argp->private_data = NULL;
		argp->serialized_data = 0;
	}
}

static void keep_private_data(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "preserve"))
		argp->private_data = kmalloc(64, GFP_KERNEL);
	if (is(call, "unpreserve") && !mistaken)
		kfree(argp->private_data);
}

/* private_data leads to a page that is preserved. */
static void keep_the_page(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "preserve")) {
		void *page = kho_alloc_preserve(PAGE_SIZE);

		argp->private_data = kmemdup(&page, sizeof(page), GFP_KERNEL);
		argp->serialized_data = virt_to_phys(page);
	}
	if (is(call, "unpreserve")) {
		if (!mistaken)
			kho_unpreserve_free(*(void **)argp->private_data);
		kfree(argp->private_data);
	}
}

static void hand_a_page_over(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "preserve"))
		argp->serialized_data = virt_to_phys(kho_alloc_preserve(PAGE_SIZE));
	if (is(call, "freeze"))
		argp->serialized_data &= ~0x100000ull;
	if (is(call, "finish") && !mistaken)
		kho_restore_free(phys_to_virt(argp->serialized_data));
}

/* freeze hands over one page more, which unfreeze must take back. */
static void keep_what_freeze_made(struct world *world, const char *call, void *args, int *result)
{
	static void *page;

	if (is(call, "freeze"))
		page = kho_alloc_preserve(PAGE_SIZE);
	if (is(call, "unfreeze") && !mistaken)
		kho_unpreserve_free(page);
}

static void keep_what_finish_made(struct world *world, const char *call, void *args, int *result)
{
	void *memory;

	if (!is(call, "finish"))
		return;
	memory = vmalloc(PAGE_SIZE);
	if (!mistaken)
		vfree(memory);
}

/*
 * What files share is made for the first and goes with the last, which may be another one.
 */

static unsigned int users;
static void *object;

static bool is_first(void)
{
	return users++ == 0;
}

static bool is_last(void)
{
	return --users == 0 && !mistaken;
}

static void share_an_object(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "preserve") && is_first())
		object = kmalloc(64, GFP_KERNEL);
	if (is(call, "preserve"))
		argp->private_data = object;
	if (is(call, "unpreserve") && is_last())
		kfree(object);
}

static void share_preserved_memory(struct world *world, const char *call, void *args, int *result)
{
	if (is(call, "preserve") && is_first())
		object = kho_alloc_preserve(PAGE_SIZE);
	if (is(call, "unpreserve") && is_last())
		kho_unpreserve_free(object);
}

static void share_what_freeze_made(struct world *world, const char *call, void *args, int *result)
{
	if (is(call, "freeze") && is_first())
		object = kho_alloc_preserve(PAGE_SIZE);
	if (is(call, "unfreeze") && is_last())
		kho_unpreserve_free(object);
}

static void share_what_finish_made(struct world *world, const char *call, void *args, int *result)
{
	/* Two files are preserved before. */
	if (is(call, "finish") && is_first())
		object = kmalloc(64, GFP_KERNEL);
	if (is(call, "finish") && users == 2 && !mistaken)
		kfree(object);
	if (is(call, "finish") && users == 2)
		users = 0;
}

static void share_what_was_handed_over(struct world *world, const char *call, void *args,
				       int *result)
{
	struct liveupdate_file_op_args *argp = args;

	if (is(call, "preserve") && is_first())
		object = kho_alloc_preserve(PAGE_SIZE);
	if (is(call, "preserve"))
		argp->serialized_data = virt_to_phys(object);
	if (is(call, "freeze"))
		argp->serialized_data &= ~0x100000ull;
	if (is(call, "finish") && is_last())
		kho_restore_free(phys_to_virt(argp->serialized_data));
}

/* It stays when the last file is gone, and says so. */
static void share_for_good(struct world *world, const char *call, void *args, int *result)
{
	if (is(call, "preserve"))
		object = kho_alloc_preserve(PAGE_SIZE);
	if (is(call, "preserve") && !mistaken)
		lfb_shared(object);
}

static void unterminated(struct world *world)
{
	struct liveupdate_file_handler *fh = world_handler(world, 0);

	if (mistaken)
		memset((char *)fh->compatible, 'x', sizeof(fh->compatible));
	assert_int_equal(world_register(world, 0), mistaken ? -EINVAL : 0);
}

static void answer_nonsense(struct world *world, const char *call, void *args, int *result)
{
	if (is(call, "freeze") && mistaken)
		*result = 1;
}

static void reboot(struct world *world)
{
	preserve_file(world);
	assert_int_equal(lfb_machine_prepare(world->machine), mistaken ? -EINVAL : 0);
}

static const struct mistake mistakes[] = {
	{ LFB_FINDING_FILE_PRESERVE_NOT_UNDONE, preserve_fails, fail_to_preserve },
	{ LFB_FINDING_FILE_RETRIEVE_NOT_UNDONE, retrieve_fails, fail_to_retrieve },
	{ LFB_FINDING_FILE_RETRIEVE_WITHOUT_FILE, whole, retrieve_nothing },
	{ LFB_FINDING_FILE_TWO_HANDLERS, aborted, take_all_files },
	{ LFB_FINDING_FILE_FREEZE_CHANGED_AND_FAILED, freeze_fails, change_and_fail },
	{ LFB_FINDING_FILE_DISCARDED_WRITE, whole, write_where_nobody_reads },
	{ LFB_FINDING_FILE_PRIVATE_NOT_FREED, aborted, keep_private_data },
	{ LFB_FINDING_FILE_LEFT_BEHIND, aborted, keep_the_page },
	{ LFB_FINDING_FILE_LEFT_BEHIND, whole, hand_a_page_over, LFB_FINDING_KHO_NEVER_RESTORED },
	{ LFB_FINDING_FILE_LEFT_BEHIND, unfrozen, keep_what_freeze_made },
	{ LFB_FINDING_FILE_LEFT_BEHIND, whole, keep_what_finish_made },
	{ LFB_FINDING_FILE_PRIVATE_NOT_FREED, aborted_apart, share_an_object },
	{ LFB_FINDING_FILE_LEFT_BEHIND, aborted_apart, share_preserved_memory },
	{ LFB_FINDING_FILE_LEFT_BEHIND, unfrozen_together, share_what_freeze_made },
	{ LFB_FINDING_FILE_LEFT_BEHIND, whole_apart, share_what_finish_made },
	{ LFB_FINDING_FILE_LEFT_BEHIND, whole_apart, share_what_was_handed_over,
	  LFB_FINDING_KHO_NEVER_RESTORED },
	{ LFB_FINDING_FILE_LEFT_BEHIND, aborted, share_for_good },
	{ LFB_FINDING_FILE_COMPATIBLE, unterminated },
	{ LFB_FINDING_KERNEL_BAD_ANSWER, reboot, answer_nonsense,
	  LFB_FINDING_FILE_FREEZE_CHANGED_AND_FAILED },
	{ .act = NULL },
};

static void a_finding_about_a_file_says_which(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	const struct lfb_finding *finding;

	mistaken = true;
	world->meddle = keep_private_data;
	aborted(world);
	finding = lfb_finding_at(world->machine, 0);
	assert_string_equal(finding->object, "file handler-0-v1 token 7 of session s");
	assert_string_equal(finding->callback, "file handler-0-v1 unpreserve");
	assert_non_null(strstr(finding->history, "k0 callback file handler-0-v1 preserve"));
	world_destroy(world);
}

static void who_goes_last_is_asked_for_what_files_share(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	const struct lfb_finding *finding;

	mistaken = true;
	world->meddle = share_preserved_memory;
	aborted_apart(world);
	finding = lfb_finding_at(world->machine, 0);
	assert_string_equal(finding->object, "file handler-0-v1 token 9 of session t");
	assert_non_null(strstr(finding->text, "made by file handler-0-v1 preserve"));
	assert_int_equal(lfb_finding_count(world->machine), 1);
	world_destroy(world);
}

/* No kernel asks the others: this is only to see. */
static void asking_the_others_is_no_event(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	static struct lfb_callbacks callbacks;

	mistaken = true;
	world->meddle = take_all_files;
	lfb_record_callbacks(world->machine, &callbacks);
	aborted(world);
	lfb_assert_callbacks(&callbacks, "file handler-0-v1 preserve",
			     "file handler-0-v1 unpreserve");
	assert_int_equal(lfb_findings_of(world->machine, LFB_FINDING_FILE_TWO_HANDLERS), 1);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		mistake_tests(mistakes),
		cmocka_unit_test(a_finding_about_a_file_says_which),
		cmocka_unit_test(who_goes_last_is_asked_for_what_files_share),
		cmocka_unit_test(asking_the_others_is_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
