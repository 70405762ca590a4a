// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Bugs planted in the simulator's state: each ends its machine as LFB-SIMULATOR-BUG where it is
 * seen, and nothing and nobody else is hurt or blamed. cli/assert plants them in its code.
 */
#include <pthread.h>

#include "tests/support/world.h"

/* Is it the only finding, and does the line that it names hold the assertion it names? */
static void check_only(struct lfb_machine *machine, const char *file, const char *condition)
{
	const struct lfb_finding *finding;
	char path[512], wanted[160], line[256] = "";
	unsigned int number = 0;
	FILE *source;

	assert_int_equal(lfb_finding_count(machine), 1);
	finding = lfb_finding_at(machine, 0);
	assert_int_equal(finding->id, LFB_FINDING_SIMULATOR_BUG);
	assert_string_equal(finding->callback, "");
	snprintf(path, sizeof(path), "%s/../../%s", LFB_TEST_DATA, file);
	source = fopen(path, "r");
	assert_non_null(source);
	snprintf(wanted, sizeof(wanted), "LFB_ASSERT(%s);", condition);
	while (fgets(line, sizeof(line), source) && !strstr(line, wanted))
		number++;
	fclose(source);
	snprintf(wanted, sizeof(wanted), "%s:%u: %s does not hold", file, number + 1, condition);
	assert_string_equal(finding->text, wanted);
	assert_non_null(lfb_simulator_bug());
}

/* The machine is dead for good; whatever it is asked, it finds nothing more. */
static void check_ended(struct world *world, int session)
{
	assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
	assert_int_equal(world_close(world, session), -ESHUTDOWN);
	assert_int_equal(lfb_machine_settle(world->machine), -ESHUTDOWN);
	assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
	assert_int_equal(lfb_machine_shutdown(world->machine), 0);
	assert_int_equal(lfb_machine_boot(world->machine), -ESHUTDOWN);
	assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
	assert_int_equal(lfb_finding_count(world->machine), 1);
}

static void check_goes_on(struct world *world)
{
	struct lfb_machine *before = lfb_machine_enter(world->machine);
	int session = world_session(world, "other");

	assert_true(session >= 0);
	assert_int_equal(world_preserve(world, session, 9, 0, 1), 0);
	assert_int_equal(world_close(world, session), 0);
	assert_int_equal(lfb_finding_count(world->machine), 0);
	lfb_machine_enter(before);
}

static struct world *wired(void)
{
	struct world *world = world_create("reference", NULL, NULL);

	world_wire(world, "0:0");
	return world;
}

static struct liveupdate_session *session_of(struct world *world)
{
	return list_last_entry(&world_luo(world)->outgoing.list, struct liveupdate_session, list);
}

static void a_count_not_decremented_ends_the_machine(void **state)
{
	struct world *other = wired();
	struct world *world = wired();
	int session;

	assert_null(lfb_simulator_bug());
	session = world_session(world, "a");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	session_of(world)->count++;
	assert_int_equal(world_close(world, session), -EFAULT);
	check_only(world->machine, "lib/file.c", "list_empty(&session->files) == !session->count");
	check_ended(world, session);
	check_goes_on(other);
	world_destroy(world);
	check_goes_on(other);
	world_destroy(other);
}

/* Also with checks off and the id silenced: it says nothing about the user's code. */
static void a_list_entry_left_ends_the_machine(void **state)
{
	struct world *world = world_create_with(&(struct lfb_machine_options){
		.sz = sizeof(struct lfb_machine_options),
		.checks = LFB_CHECKS_OFF,
	});
	struct list_head left;
	int session;

	lfb_finding_silence(world->machine, LFB_FINDING_SIMULATOR_BUG, true);
	world_wire(world, "0:0");
	session = world_session(world, "a");
	list_add(&left, &world_luo(world)->outgoing.list);
	assert_int_equal(world_close(world, session), -EFAULT);
	check_only(world->machine, "lib/session.c",
		   "list_empty(&sessions->list) == !sessions->count");
	check_ended(world, session);
	world_destroy(world);
}

static bool meddled;

static void break_in_callback(struct world *world, const char *call, void *args, int *result)
{
	meddled = !strcmp(call, "file h0.unpreserve");
	LFB_ASSERT(!meddled);
}

static void no_finding_blames_the_callback_that_runs(void **state)
{
	struct world *world = wired();
	int session = world_session(world, "a");

	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world->meddle = break_in_callback;
	assert_int_equal(world_close(world, session), -EFAULT);
	check_only(world->machine, "tests/unit/assert_test.c", "!meddled");
	check_ended(world, session);
	world_destroy(world);
}

/* Between two kernels none runs: the machine that jumps does not come up. */
static void break_at_jump(void *context, const struct lfb_event *event)
{
	const bool jumped = event->happening == LFB_DID_JUMPED;

	LFB_ASSERT(!jumped);
}

static void outside_of_kernels_it_ends_the_machine_that_is_served(void **state)
{
	struct world *world = wired(), *other = wired();

	lfb_trace_to(world->machine, break_at_jump, NULL);
	assert_int_equal(lfb_machine_kexec(world->machine), -ESHUTDOWN);
	check_only(world->machine, "tests/unit/assert_test.c", "!jumped");
	assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
	check_goes_on(other);
	world_destroy(world);
	world_destroy(other);
}

static void *use_a_machine(void *result)
{
	struct world *world = wired();

	for (int i = 0; i < 20; i++)
		check_goes_on(world);
	*(bool *)result = lfb_machine_state(world->machine) == LFB_RUNNING;
	world_destroy(world);
	return NULL;
}

static void machines_of_other_threads_go_on(void **state)
{
	bool went_on = false;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, use_a_machine, &went_on), 0);
	for (int i = 0; i < 5; i++)
		a_list_entry_left_ends_the_machine(state);
	pthread_join(thread, NULL);
	assert_true(went_on);
}

static void where_no_machine_is_served_it_is_told_and_kept(void **state)
{
	bool holds = false;

	assert_null(lfb_machine_current());
	assert_false(LFB_ASSERT(holds));
	assert_true(LFB_ASSERT(!holds));
	assert_non_null(strstr(lfb_error_text(NULL), "tests/unit/assert_test.c"));
	assert_non_null(lfb_simulator_bug());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_not_decremented_ends_the_machine),
		cmocka_unit_test(a_list_entry_left_ends_the_machine),
		cmocka_unit_test(no_finding_blames_the_callback_that_runs),
		cmocka_unit_test(outside_of_kernels_it_ends_the_machine_that_is_served),
		cmocka_unit_test(machines_of_other_threads_go_on),
		cmocka_unit_test(where_no_machine_is_served_it_is_told_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
