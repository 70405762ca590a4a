// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings that are too many to be kept are counted, and no id vanishes among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/lock.h>
#include <luo/machine.h>
#include <luo/module.h>

#define KEPT 1024
#define MORE 76

static struct mutex lock;
static struct module module = { .name = "module" };

static long unlock_many(void *argument)
{
	static char name[KEPT + MORE][24];

	(void)argument;
	for (int i = 0; i < KEPT + MORE; i++) {
		snprintf(name[i], sizeof(name[i]), "lock-%d", i);
		lfb_lock_init(&lock.lock, name[i]);
		mutex_unlock(&lock);
	}
	module_put(&module);
	return 0;
}

static void what_is_not_kept_is_counted(void **state)
{
	struct lfb_machine *machine;

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, unlock_many, NULL), 0);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_LOCK_NOT_HELD), KEPT);
	assert_int_equal(lfb_findings_lost(machine), MORE);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MODULE_PUT_TWICE), 1);
	assert_int_equal(lfb_finding_count(machine), KEPT + 1);

	lfb_findings_clear(machine);
	assert_int_equal(lfb_findings_lost(machine), 0);
	assert_int_equal(lfb_machine_call(machine, unlock_many, NULL), 0);
	assert_int_equal(lfb_finding_count(machine), KEPT + 1);
	assert_int_equal(lfb_findings_lost(machine), MORE);
	assert_int_equal(lfb_findings_lost(NULL), 0);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_kept_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
