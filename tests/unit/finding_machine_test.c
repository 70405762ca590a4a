// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Findings about memory in whole machines: what the orchestrator does itself is none, in every
 * profile, on memory from the kernel before and from a blob; what a module does is.
 */
#include <dirent.h>

#include <luo/blob.h>
#include <luo/finding.h>
#include <luo/kexec_handover.h>
#include <luo/mm.h>
#include <luo/profile.h>
#include <luo/scenario.h>

#include "sim/machine/machine.h"
#include "tests/support/handed_page.h"
#include "tests/support/rig.h"
#include "tests/support/test.h"

static const struct lfb_finding *find(struct lfb_machine *machine, enum lfb_finding_id id)
{
	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		if (lfb_finding_at(machine, i)->id == id)
			return lfb_finding_at(machine, i);
	}
	return NULL;
}

static void start(struct rig *rig, const char *profile, enum lfb_checks checks)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.checks = checks,
	};

	assert_int_equal(rig_start(rig, &options), 0);
}

static size_t left_in(struct lfb_machine *machine)
{
	kho__check_left(&machine->kernel);
	return lfb_findings_of(machine, LFB_FINDING_KHO_NEVER_RESTORED);
}

static bool is_about_memory(const struct lfb_finding *finding)
{
	const char *name = lfb_finding_name(finding->id);

	return !strncmp(name, "LFB-KHO-", 8) || !strncmp(name, "LFB-MEM-", 8);
}

static size_t about_memory(struct lfb_machine *machine)
{
	size_t count = 0;

	for (size_t i = 0; i < lfb_finding_count(machine); i++)
		count += is_about_memory(lfb_finding_at(machine, i));
	return count;
}

static void a_whole_update_leaves_nothing(void **state)
{
	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		struct rig rig;

		start(&rig, lfb_profile_name(i), LFB_CHECKS_ON);
		for (int update = 0; update < 3; update++) {
			assert_int_equal(rig_update(&rig), 0);
			assert_int_equal(left_in(rig.machine), 0);
		}
		rig_stop(&rig);
	}
}

/* How it was preserved nobody knows there; what the orchestrator's own is, the format says. */
static void an_update_from_a_blob_leaves_nothing(void **state)
{
	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		struct lfb_blob *blob;
		struct rig rig, next;

		start(&rig, lfb_profile_name(i), LFB_CHECKS_ON);
		assert_int_equal(rig_preserve(&rig, 2), 0);
		assert_int_equal(lfb_machine_prepare(rig.machine), 0);
		assert_int_equal(lfb_blob_capture(rig.machine, &blob), 0);
		rig_stop(&rig);
		start(&next, lfb_profile_name(i), LFB_CHECKS_ON);
		assert_int_equal(lfb_machine_shutdown(next.machine), 0);
		assert_int_equal(lfb_machine_boot_blob(next.machine, blob), 0);
		assert_int_equal(rig_restore(&next, 2), 0);
		assert_int_equal(left_in(next.machine), 0);
		assert_int_equal(about_memory(next.machine), 0);
		lfb_blob_free(blob);
		rig_stop(&next);
	}
}

/* The session is gone with its files in it: their pages and the FLB's are still there. */
static void what_is_never_taken_over_is_left(void **state)
{
	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		struct rig rig;

		start(&rig, lfb_profile_name(i), LFB_CHECKS_ON);
		assert_int_equal(rig_preserve(&rig, 2), 0);
		assert_int_equal(lfb_machine_kexec(rig.machine), 0);
		assert_int_equal(left_in(rig.machine), 3);
		assert_non_null(strstr(find(rig.machine, LFB_FINDING_KHO_NEVER_RESTORED)->text,
				       " by f"));
		rig_stop(&rig);
	}
}

static void pointers_are_found_at_the_reboot(void **state)
{
	struct rig rig;

	start(&rig, NULL, LFB_CHECKS_ON);
	lfb_finding_silence(rig.machine, LFB_FINDING_MEM_POINTER_HANDED_OVER, false);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_findings_of(rig.machine, LFB_FINDING_MEM_POINTER_HANDED_OVER), 3);
	assert_non_null(strstr(lfb_finding_at(rig.machine, 0)->text,
			       "offset 16 of the block of 4096 bytes"));
	assert_string_equal(lfb_finding_at(rig.machine, 0)->doing, "reboot");
	rig_stop(&rig);
}

/* A byte of the page that the FLB handed over is written to. */
static long write_to_flb(void *argument)
{
	struct rig *rig = argument;
	struct handed_page *page = NULL;

	if (liveupdate_flb_get_outgoing(rig_flb(rig), (void **)&page))
		return -EINVAL;
	page->number++;
	return 0;
}

static long do_nothing(void *argument)
{
	return 0;
}

static void a_write_between_reboot_and_jump_is_found(void **state)
{
	for (int guilty = 0; guilty < 2; guilty++) {
		const struct lfb_finding *finding;
		struct rig rig;

		start(&rig, "linux-7.0", guilty ? LFB_CHECKS_GUARD : LFB_CHECKS_ON);
		assert_int_equal(rig_preserve(&rig, 1), 0);
		assert_int_equal(lfb_machine_call(rig.machine, write_to_flb, &rig), 0);
		assert_int_equal(lfb_machine_prepare(rig.machine), 0);
		lfb_agent_open(rig.agent);
		assert_int_equal(lfb_machine_call(rig.machine,
						  guilty ? write_to_flb : do_nothing, &rig), 0);
		assert_int_equal(lfb_machine_jump(rig.machine, NULL), 0);
		finding = find(rig.machine, LFB_FINDING_KHO_WRITTEN_AFTER_SERIALIZE);
		assert_int_equal(finding != NULL, guilty);
		if (finding)
			assert_non_null(strstr(finding->text, "by flb " RIG_FLB " preserve"));
		rig_stop(&rig);
	}
}

/*
 * Scenarios
 */

static void run_scenario(const char *path, const char *profile, enum lfb_checks checks)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.checks = checks,
	};
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	if (lfb_scenario_load(path, &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	/* How the run ends is another test's business. */
	lfb_scenario_run(scenario, machine, NULL);
	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		if (is_about_memory(lfb_finding_at(machine, i)))
			fail_msg("%s: %s", path, lfb_finding_at(machine, i)->text);
	}
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
}

static unsigned int run_directory(const char *directory, const char *profile)
{
	unsigned int count = 0;
	struct dirent *entry;
	char path[512];
	DIR *dir = opendir(directory);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || (strcmp(suffix, ".ops") && strcmp(suffix, ".lfb")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		for (int checks = LFB_CHECKS_ON; checks <= LFB_CHECKS_GUARD; checks++)
			run_scenario(path, profile, (enum lfb_checks)checks);
		count++;
	}
	closedir(dir);
	return count;
}

/* Their recorded modules hand nothing over but numbers; the kernels' own defects lie elsewhere. */
static void golden_scenarios_have_no_findings_about_memory(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		snprintf(path, sizeof(path), "%s/golden/%s", LFB_TEST_DATA, profiles[i]);
		assert_true(run_directory(path, profiles[i]) >= 60);
	}
	assert_true(run_directory(LFB_TEST_DATA "/../../examples/scenarios", NULL) >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_update_leaves_nothing),
		cmocka_unit_test(an_update_from_a_blob_leaves_nothing),
		cmocka_unit_test(what_is_never_taken_over_is_left),
		cmocka_unit_test(pointers_are_found_at_the_reboot),
		cmocka_unit_test(a_write_between_reboot_and_jump_is_found),
		cmocka_unit_test(golden_scenarios_have_no_findings_about_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
