// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A kernel that trusts the count on the FLB page reads on behind it: the FLB found as number 256
 * is not number 0, which is still to be finished.
 */
#include "tests/support/world.h"

#define PAGES 8
#define ENTRIES 257

static long alloc_pages_handed_over(void *argument)
{
	(void)argument;
	return (long)kho_alloc_preserve(PAGES * PAGE_SIZE);
}

static void the_numbers_of_flbs_do_not_wrap_around(void **state)
{
	struct world *world = world_create_quirk("linux-7.3", "FLB_TRUST_SERIALIZED", true);
	struct luo_flb_header_ser *header;
	struct luo_flb_ser *entries;
	struct luo_ser_v5 *ser;
	void *object;
	int session;

	(void)state;
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	header = (void *)lfb_machine_call(world->machine, alloc_pages_handed_over, NULL);
	assert_false(IS_ERR_OR_NULL(header));
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	/* The page is where there is room behind it. */
	memcpy(header, world_luo(world)->flb_mem, PAGE_SIZE);
	ser = world_luo(world)->tree;
	ser->flbs_pa = virt_to_phys(header);
	entries = (struct luo_flb_ser *)(header + 1);
	entries[ENTRIES - 1] = entries[0];
	for (int i = 0; i < ENTRIES - 1; i++) {
		entries[i] = entries[ENTRIES - 1];
		snprintf(entries[i].name, sizeof(entries[i].name), "other-%d", i);
	}
	header->count = ENTRIES;
	assert_int_equal(lfb_machine_jump(world->machine, NULL), 0);

	world->device = -1;
	world_wire(world, "0:0");
	assert_int_equal(world_get(world, 0, true, &object), 0);
	liveupdate_flb_put_incoming(world_flb(world, 0));
	session = world_incoming(world, "s");
	assert_descriptor(world_retrieve(world, session, 1));
	assert_int_equal(world_finish(world, session), 0);
	assert_true(world_flb(world, 0)->private.incoming.finished);
	assert_int_equal(world_flb(world, 0)->private.incoming.entry, ENTRIES - 1);
	assert_int_equal(world_luo(world)->flbs_finished, 0);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_of_flbs_do_not_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
