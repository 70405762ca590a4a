// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Events as facts: what a program that follows all of them can rely on. */
#include "tests/support/event.h"
#include "tests/support/world.h"

#define MAX_DEPTH 16
#define MAX_FLBS 16

struct follower {
	unsigned int depth;
	unsigned long open[MAX_DEPTH];	/* numbers of beginnings */
	enum lfb_happening opened[MAX_DEPTH];
	unsigned int fine;
	unsigned int locks;
	unsigned int changes;		/* of an FLB's counts */
	struct {
		char name[48];
		bool incoming;
		u64 count;
		u64 references;
	} flbs[MAX_FLBS];
	unsigned int nr_flbs;
	char text[1 << 16];		/* what is not fine */
	size_t used;
};

static void follow_flb(struct follower *follower, const struct lfb_event *event)
{
	unsigned int i = 0;

	while (i < follower->nr_flbs && (strcmp(follower->flbs[i].name, event->flb) ||
					 follower->flbs[i].incoming != event->incoming))
		i++;
	if (i == follower->nr_flbs) {
		follower->nr_flbs++;
		snprintf(follower->flbs[i].name, sizeof(follower->flbs[i].name), "%s", event->flb);
		follower->flbs[i].incoming = event->incoming;
	}
	assert_int_equal(event->count_before, follower->flbs[i].count);
	assert_int_equal(event->references_before, follower->flbs[i].references);
	follower->flbs[i].count = event->count;
	follower->flbs[i].references = event->references;
	follower->changes++;
}

static void follow(void *context, const struct lfb_event *event)
{
	struct follower *follower = context;
	unsigned int depth = follower->depth;

	if (event->edge == LFB_EDGE_END) {
		assert_int_not_equal(depth, 0);
		assert_int_equal(event->parent, follower->open[depth - 1]);
		assert_int_equal(event->happening, follower->opened[depth - 1]);
		follower->depth--;
	} else {
		assert_int_equal(event->parent, depth ? follower->open[depth - 1] : 0);
	}
	if (event->edge == LFB_EDGE_BEGIN) {
		assert_true(depth < MAX_DEPTH);
		assert_false(event->has_result);
		follower->open[depth] = event->number;
		follower->opened[follower->depth++] = event->happening;
	}
	follower->locks += event->happening == LFB_DID_LOCK_TAKEN;
	follower->locks -= event->happening == LFB_DID_LOCK_RELEASED;
	if (event->happening == LFB_DID_FLB_COUNTED || event->happening == LFB_DID_FLB_GOT ||
	    event->happening == LFB_DID_FLB_PUT)
		follow_flb(follower, event);
	/* In the next kernel all of them count from 0. */
	if (event->kind == LFB_EVENT_JUMP)
		follower->nr_flbs = follower->locks = 0;
	if (event->kind == LFB_EVENT_JUMP)
		memset(follower->flbs, 0, sizeof(follower->flbs));
}

static void write_down(void *context, const struct lfb_event *event)
{
	struct follower *follower = context;
	char line[1024];

	if (event->edge == LFB_EDGE_BEGIN || lfb__event_rows[event->happening].how & LFB_FINE) {
		follower->fine++;
		return;
	}
	event_words(event, line, sizeof(line));
	follower->used += (size_t)snprintf(follower->text + follower->used,
					   sizeof(follower->text) - follower->used, "%s\n", line);
	assert_true(follower->used < sizeof(follower->text));
}

static void live_update(const char *profile, struct follower *follower, lfb_trace_fn sink,
			int (*trace)(struct lfb_machine *, lfb_trace_fn, void *))
{
	struct world *world = world_create(profile, NULL, NULL);
	int session;

	world_wire(world, "0:0 1:0");
	trace(world->machine, sink, follower);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	world_answer(world, "file h1.freeze", -EBUSY, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
	assert_int_equal(follower->locks, 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	lfb_trace_to(world->machine, NULL, NULL);
	world_destroy(world);
}

static void calls_are_a_stack_and_counts_go_on_where_they_were(void **state)
{
	for_each_profile(profile) {
		struct follower *follower = test_calloc(1, sizeof(*follower));

		live_update(profile, follower, follow, lfb_trace_all_to);
		assert_int_equal(follower->depth, 0);
		assert_int_equal(follower->locks, 0);
		assert_true(follower->changes >= 2);
		test_free(follower);
	}
}

static void what_is_fine_comes_in_addition(void **state)
{
	for_each_profile(profile) {
		struct follower *all = test_calloc(1, sizeof(*all));
		struct follower *some = test_calloc(1, sizeof(*some));

		live_update(profile, all, write_down, lfb_trace_all_to);
		live_update(profile, some, write_down, lfb_trace_to);
		assert_true(all->fine > 50);
		assert_int_equal(some->fine, 0);
		assert_string_equal(all->text, some->text);
		test_free(all);
		test_free(some);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_a_stack_and_counts_go_on_where_they_were),
		cmocka_unit_test(what_is_fine_comes_in_addition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
