// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What kernel code gives no name does not make the simulator fault, and is not mixed up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/file.h>
#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/lock.h>
#include <luo/machine.h>
#include <luo/module.h>

static struct mutex named, nameless;
static struct mutex other = { .lock = { .magic = LFB_LOCK_MAGIC } };
static struct module module;
static const struct file_operations no_fops = { .owner = &module };

static long use_locks(void *argument)
{
	(void)argument;
	lfb_lock_init(&named.lock, "named");
	lfb_lock_init(&nameless.lock, NULL);
	mutex_lock(&nameless);
	mutex_lock(&named);
	mutex_unlock(&named);
	mutex_unlock(&nameless);
	/* That neither has a name does not make them one class: this is no inversion. */
	mutex_lock(&named);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&named);
	return 7;
}

static long unlock_twice(void *argument)
{
	(void)argument;
	mutex_unlock(&nameless);
	return 7;
}

static long use_module(void *argument)
{
	struct file *file;

	(void)argument;
	if (!try_module_get(&module))
		return -1;
	module_put(&module);
	module_put(&module);
	file = anon_inode_getfile(NULL, &no_fops, NULL, 0);
	if (!IS_ERR_OR_NULL(file))
		fput(file);
	return 7;
}

static void what_has_no_name_is_used(void **state)
{
	struct lfb_machine *machine;

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, use_locks, NULL), 7);
	assert_int_equal(lfb_finding_count(machine), 0);
	assert_int_equal(lfb_machine_call(machine, unlock_twice, NULL), 7);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_LOCK_NOT_HELD), 1);
	assert_string_equal(lfb_finding_at(machine, 0)->object, "lock without a name");
	assert_int_equal(lfb_machine_call(machine, use_module, NULL), 7);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_MODULE_PUT_TWICE), 1);
	assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_name_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
