// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Findings: the catalogue, how one is written down, what led there, the ledger.
 */
#include <luo/finding.h>

#include "tests/support/world.h"

static void every_id_has_a_name_a_severity_and_a_sentence(void **state)
{
	static const char *const areas[] = { "LFB-FLB-", "LFB-FILE-", "LFB-SESSION-", "LFB-KHO-",
					     "LFB-MEM-", "LFB-LOCK-", "LFB-MODULE-",
					     "LFB-KERNEL-", "LFB-STEP-", "LFB-SIMULATOR-",
					     "LFB-RACE" };

	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		const char *name = lfb_finding_name(id);
		bool in_an_area = false;

		for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
			in_an_area |= !strncmp(name, areas[i], strlen(areas[i]));
		assert_true(in_an_area);
		assert_int_equal(lfb_finding_by_name(name), id);
		assert_string_not_equal(lfb_finding_sentence(id), "");
		assert_string_not_equal(lfb_severity_name(lfb_finding_severity(id)), "unknown");
	}
	assert_null(lfb_finding_name(LFB_FINDINGS_NR));
	assert_string_equal(lfb_finding_sentence((enum lfb_finding_id)-1), "");
	assert_int_equal(lfb_finding_by_name("lfb-flb-put-without-get"),
			 LFB_FINDING_FLB_PUT_WITHOUT_GET);
	assert_int_equal(lfb_finding_by_name("LFB-NO-SUCH"), -ENOENT);
	assert_int_equal(lfb_finding_by_name(NULL), -ENOENT);
}

static long complain(void *argument)
{
	pr_info("nothing of interest");
	for (unsigned long i = 0; i < (unsigned long)argument; i++)
		lfb__find(lfb__current, LFB_FINDING_KHO_SCRATCH, "phys 0x1000", "time %lu", i);
	return 0;
}

static void one_mistake_on_one_object_is_one_finding_a_kernel(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	const struct lfb_finding *finding;

	assert_int_equal(lfb_machine_call(world->machine, complain, (void *)3), 0);
	assert_int_equal(lfb_finding_count(world->machine), 1);
	finding = lfb_finding_at(world->machine, 0);
	assert_int_equal(finding->id, LFB_FINDING_KHO_SCRATCH);
	assert_int_equal(finding->times, 3);
	assert_string_equal(finding->text, "time 0");
	assert_string_equal(finding->object, "phys 0x1000");
	assert_string_equal(finding->doing, "module");
	assert_string_equal(finding->task, "finding_test");
	assert_string_equal(finding->profile, "reference");
	assert_string_equal(finding->callback, "");
	assert_int_equal(lfb_event_count(world->machine, LFB_EVENT_FINDING), 3);
	world_reboot(world);
	assert_int_equal(lfb_machine_call(world->machine, complain, (void *)1), 0);
	assert_int_equal(lfb_finding_count(world->machine), 2);
	assert_int_equal(lfb_findings_of(world->machine, LFB_FINDING_KHO_SCRATCH), 2);
	assert_int_equal(lfb_finding_at(world->machine, 1)->boot, 1);
	assert_null(lfb_finding_at(world->machine, 2));
	lfb_findings_clear(world->machine);
	assert_int_equal(lfb_finding_count(world->machine), 0);
	world_destroy(world);
}

static void a_silenced_id_is_not_written_down(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	struct lfb_machine *machine = world->machine;

	assert_int_equal(lfb_finding_silence(machine, LFB_FINDING_KHO_SCRATCH, true), 0);
	lfb_machine_call(machine, complain, (void *)1);
	assert_int_equal(lfb_finding_count(machine), 0);
	assert_int_equal(lfb_finding_silence(machine, LFB_FINDING_KHO_SCRATCH, false), 0);
	lfb_machine_call(machine, complain, (void *)1);
	assert_int_equal(lfb_finding_count(machine), 1);
	assert_int_equal(lfb_finding_silence(machine, LFB_FINDINGS_NR, true), -EINVAL);
	assert_int_equal(lfb_finding_silence(NULL, LFB_FINDING_KHO_SCRATCH, true), -EINVAL);
	world_destroy(world);
}

static void without_checks_there_are_no_findings(void **state)
{
	struct world *world = world_create_with(&(struct lfb_machine_options){
		.sz = sizeof(struct lfb_machine_options),
		.checks = LFB_CHECKS_OFF,
	});

	lfb_machine_call(world->machine, complain, (void *)1);
	assert_int_equal(lfb_finding_count(world->machine), 0);
	world_destroy(world);
}

static void find_about_the_flb(struct world *world, const char *call, void *args, int *result)
{
	struct liveupdate_flb_op_args *argp = args;

	if (!strcmp(call, "flb0.unpreserve"))
		lfb__find(&world->machine->kernel, LFB_FINDING_FLB_LEFT_BEHIND, "flb flb-0-v1",
			  "data %llx", argp->data);
}

static void find_whatever(struct world *world, const char *call, void *args, int *result)
{
	lfb__find(&world->machine->kernel, LFB_FINDING_FLB_LEFT_BEHIND, "flb x", "found");
}

static int other;

static void ask_and_find(struct world *world, const char *call, void *args, int *result)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];

	lfb_agent_get_name(world->agent, other, name);
	find_whatever(world, call, args, result);
}

/* What the agent did when something was found for the first time since. */
static void assert_doing(struct world *world, const char *doing)
{
	assert_int_equal(lfb_finding_count(world->machine), 1);
	assert_string_equal(lfb_finding_at(world->machine, 0)->doing, doing);
	lfb_findings_clear(world->machine);
}

static void a_finding_says_what_the_agent_was_doing(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	struct liveupdate_session_preserve_fd preserve = { .size = sizeof(preserve), .token = 9 };
	struct liveupdate_session_finish finish = { .size = sizeof(finish) };
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "vm-a");
	world->meddle = find_whatever;
	assert_int_equal(world_preserve(world, session, 7, 0, 1), 0);
	assert_doing(world, "preserve token 7 of session vm-a");
	/* A request of one's own making is the same. */
	preserve.fd = world_file(world, 0, 2);
	assert_int_equal(lfb_agent_ioctl(world->agent, session, LIVEUPDATE_SESSION_PRESERVE_FD,
					 &preserve), 0);
	assert_doing(world, "preserve token 9 of session vm-a");
	/* What a callback asks for is no operation of its own, though it is bad manners. */
	lfb_finding_silence(world->machine, LFB_FINDING_LOCK_INVERSION, true);
	other = world_session(world, "vm-b");
	world->meddle = ask_and_find;
	assert_int_equal(world_preserve(world, session, 3, 0, 3), 0);
	assert_doing(world, "preserve token 3 of session vm-a");
	assert_int_equal(world_reboot(world), 0);
	assert_doing(world, "reboot");
	world->meddle = find_whatever;
	session = world_incoming(world, "vm-a");
	assert_true(lfb_agent_retrieve(world->agent, session, 9) >= 0);
	assert_doing(world, "retrieve token 9 of session vm-a");
	assert_int_equal(lfb_agent_ioctl(world->agent, session, LIVEUPDATE_SESSION_FINISH,
					 &finish), 0);
	assert_doing(world, "finish session vm-a");
	/* What comes next has nothing to do with it. */
	world->meddle = NULL;
	lfb_machine_call(world->machine, complain, (void *)1);
	assert_doing(world, "module");
	world_destroy(world);
}

/* Preserve a file, close the session: the finding in unpreserve knows of both. */
static void a_finding_says_where_it_is_and_what_led_there(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	const struct lfb_finding *finding;
	char text[1024], cut[16];
	size_t length;
	int session;

	world_wire(world, "0:0,1");
	session = world_session(world, "vm-1");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world->meddle = find_about_the_flb;
	assert_int_equal(world_close(world, session), 0);
	assert_int_equal(lfb_finding_count(world->machine), 1);
	finding = lfb_finding_at(world->machine, 0);
	assert_string_equal(finding->callback, "flb flb-0-v1 unpreserve");
	assert_string_equal(finding->doing, "close session vm-1");
	assert_string_equal(finding->task, "agent");
	assert_string_equal(finding->history,
			    "k0 luo flb-0-v1 register-flb handler=handler-0-v1\n"
			    "k0 callback flb flb-0-v1 preserve data=0xf000 -> 0\n");
	length = lfb_finding_format(finding, text, sizeof(text));
	assert_int_equal(length, strlen(text));
	assert_non_null(strstr(text, "LFB-FLB-LEFT-BEHIND (error): "));
	assert_non_null(strstr(text, "(close session vm-1), kernel 0 (reference), task agent, "
				     "in flb flb-0-v1 unpreserve\n"));
	assert_non_null(strstr(text, "  before: k0 luo flb-0-v1 register-flb"));
	assert_int_equal(lfb_finding_format(finding, cut, sizeof(cut)), length);
	assert_int_equal(strlen(cut), sizeof(cut) - 1);
	world_destroy(world);
}

/*
 * The ledger
 */

static void count_entry(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry, void *context)
{
	++*(unsigned int *)context;
}

static unsigned int entries(struct lfb_kernel *kernel, enum lfb_ledger_kind kind)
{
	unsigned int count = 0;

	lfb__ledger_each(kernel, kind, count_entry, &count);
	return count;
}

static void the_ledger_finds_what_was_added_and_forgets_what_was_removed(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	struct lfb_kernel *kernel = &world->machine->kernel;
	unsigned int before = entries(kernel, LFB_LEDGER_PRESERVED);

	for (u64 i = 0; i < 2000; i++)
		assert_non_null(lfb__ledger_add(kernel, LFB_LEDGER_PRESERVED, i << 40, i));
	for (u64 i = 0; i < 2000; i += 2)
		lfb__ledger_remove(kernel, LFB_LEDGER_PRESERVED, i << 40);
	for (u64 i = 0; i < 2000; i++) {
		struct lfb_ledger_entry *entry =
			lfb__ledger_find(kernel, LFB_LEDGER_PRESERVED, i << 40);

		assert_int_equal(entry != NULL, i % 2);
		if (entry)
			assert_int_equal(entry->size, i);
		assert_null(lfb__ledger_find(kernel, LFB_LEDGER_PAGES, i << 40));
	}
	assert_int_equal(entries(kernel, LFB_LEDGER_PRESERVED), before + 1000);
	lfb__ledger_jump(kernel, true);
	assert_int_equal(entries(kernel, LFB_LEDGER_PRESERVED), 0);
	assert_int_equal(entries(kernel, LFB_LEDGER_INCOMING), before + 1000);
	assert_int_equal(lfb__ledger_find(kernel, LFB_LEDGER_INCOMING, 7ull << 40)->size, 7);
	lfb__ledger_jump(kernel, false);
	assert_int_equal(entries(kernel, LFB_LEDGER_INCOMING), 0);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_id_has_a_name_a_severity_and_a_sentence),
		cmocka_unit_test(one_mistake_on_one_object_is_one_finding_a_kernel),
		cmocka_unit_test(a_silenced_id_is_not_written_down),
		cmocka_unit_test(without_checks_there_are_no_findings),
		cmocka_unit_test(a_finding_says_where_it_is_and_what_led_there),
		cmocka_unit_test(a_finding_says_what_the_agent_was_doing),
		cmocka_unit_test(the_ledger_finds_what_was_added_and_forgets_what_was_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
