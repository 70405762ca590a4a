// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The host running out of memory or descriptors under a machine: each allocation fails once, gives
 * -ENOMEM with a sentence, and leaves nothing behind.
 *
 * The sources are compiled into this test with allocators that can be told to fail; the library's
 * own objects of the same names are then not linked.
 */
#define _GNU_SOURCE /* reallocarray() */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "tests/support/rig.h"

static long allocations_left = -1; /* -1: any number */

static bool fails(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

static void *meagre_malloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

static void *meagre_calloc(size_t count, size_t size)
{
	return fails() ? NULL : calloc(count, size);
}

static void *meagre_reallocarray(void *memory, size_t count, size_t size)
{
	return fails() ? NULL : reallocarray(memory, count, size);
}

#define malloc meagre_malloc
#define calloc meagre_calloc
#define reallocarray meagre_reallocarray
#define grow table_grow
#include "sim/kernel/host/list.c"
#include "sim/kernel/host/table.c"
#undef grow
#include "sim/machine/agent.c"
#include "sim/machine/boot.c"
#include "sim/machine/handle.c"
#include "sim/machine/build.c"
#include "sim/machine/machine.c"
#include "sim/machine/module.c"
#undef malloc
#undef calloc
#undef reallocarray

static struct module name = { .name = "extra" };
static char extra_data[100];
static struct lfb_module extra = {
	.module = &name,
	.data = extra_data,
	.data_size = sizeof(extra_data),
};

/* Builds all there is to build; 0, or the first error and nothing is left but the machine. */
static int build(struct lfb_machine **machine, struct lfb_agent **agents)
{
	int err = lfb_machine_create(NULL, machine);

	if (!err)
		err = lfb_machine_add_module(*machine, &extra);
	for (int i = 0; i < 20 && !err; i++)
		err = lfb_agent_create(*machine, "agent", &agents[i]);
	return err;
}

static void every_allocation_may_fail(void **state)
{
	struct lfb_agent *agents[20];
	struct lfb_machine *machine;
	struct rig rig;
	long nth;
	int err;

	assert_int_equal(rig_start(&rig, NULL), 0);
	for (nth = 0;; nth++) {
		allocations_left = nth;
		err = build(&machine, agents);
		if (allocations_left >= 0)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_true(*lfb_error_text(machine));
		/* Said once, it is forgotten: what is there works. */
		if (machine)
			assert_int_equal(lfb_machine_boot(machine), 0);
		lfb_machine_destroy(machine);
		assert_int_equal(rig_update(&rig), 0);
	}
	allocations_left = -1;
	assert_int_equal(err, 0);
	/* The machine, the module twice, the agents; the list of handles is larger already. */
	assert_true(nth >= 1 + 2 + 20);
	lfb_machine_destroy(machine);
	rig_stop(&rig);
}

static void the_host_may_have_no_descriptors(void **state)
{
	/* Of no other machine, of which an arena would be left. */
	const struct lfb_machine_options options = { .sz = sizeof(options), .memory = 48ul << 20 };
	struct lfb_machine *machine;
	struct rlimit limit, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(lfb_machine_create(&options, &machine), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_null(machine);
	assert_non_null(strstr(lfb_error_text(NULL), "the host has no room for 50331648 bytes"));
	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(the_host_may_have_no_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
