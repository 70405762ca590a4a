// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/linux_7_3.h"

const char *const linux_7_3_profiles[] = { "linux-7.3", "reference", NULL };

void world_fail_step(struct world *world, enum lfb_fault_kind kind, unsigned long nth)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = nth ? 1u << kind : 0,
		.nth = nth,
	};

	assert_int_equal(lfb_fault_arm(world->machine, &plan), 0);
}

int world_jump(struct world *world)
{
	int err = lfb_machine_jump(world->machine, NULL);

	world->device = -1;
	if (!err && liveupdate_enabled())
		world_wire(world, world->wiring);
	return err;
}

const char *world_session_name(unsigned int number)
{
	static char name[16];

	snprintf(name, sizeof(name), "s%u", number);
	return name;
}

void world_fill(struct world *world, unsigned int sessions, unsigned int handler)
{
	for (unsigned int i = 0; i < sessions; i++) {
		int session = world_session(world, world_session_name(i));

		assert_descriptor(session);
		assert_int_equal(world_preserve(world, session, 1, handler, i), 0);
	}
}

void world_check_stats(struct world *world, const struct lfb_machine_stats *before)
{
	struct lfb_machine_stats now = world_stats(world);

	assert_int_equal(now.pages, before->pages);
	assert_int_equal(now.slab_objects, before->slab_objects);
	assert_int_equal(now.vmalloc_areas, before->vmalloc_areas);
	assert_int_equal(now.preserved_blocks, before->preserved_blocks);
	assert_int_equal(now.incoming_pages, before->incoming_pages);
	assert_int_equal(now.files, before->files);
	assert_int_equal(now.sessions_outgoing, before->sessions_outgoing);
	assert_int_equal(now.sessions_incoming, before->sessions_incoming);
	assert_int_equal(now.files_preserved, before->files_preserved);
}

unsigned long world_unclaimed(struct world *world)
{
	return world_stats(world).incoming_pages;
}
