/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs an example as a test: its main() and how it makes its machine and takes it apart are renamed
 * before it is included, so that steps can be made to fail and the findings can be counted.
 */
#ifndef TESTS_SUPPORT_EXAMPLE_FINDINGS_H
#define TESTS_SUPPORT_EXAMPLE_FINDINGS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <luo/lfb.h>

static struct {
	unsigned int seen;		/* machines */
	bool armed;
	struct lfb_fault_plan plan;
	unsigned long hits;
	int result;
	char finding[2048];		/* a mistake, while steps fail */
} example;

static void assert_no_findings(struct lfb_machine *machine)
{
	char text[2048];

#ifdef EXAMPLE_FINDING
	/* One that the example makes on purpose. */
	assert_int_equal(lfb_findings_of(machine, EXAMPLE_FINDING), 1);
	if (lfb_finding_count(machine) == 1)
		return;
#endif
	if (!lfb_finding_count(machine))
		return;
	lfb_finding_format(lfb_finding_at(machine, 0), text, sizeof(text));
	fail_msg("%s", text);
}

/* What an agent leaves that gives up, or a module that could not be registered. */
static bool follows_from_a_failure(enum lfb_finding_id id)
{
	switch (id) {
	case LFB_FINDING_FLB_NOBODY_REGISTERED:
	case LFB_FINDING_FLB_FINISH_NEVER_REACHED:
	case LFB_FINDING_SESSION_NEVER_FINISHED:
	case LFB_FINDING_KHO_NEVER_RESTORED:
		return true;
	default:
		return lfb_finding_severity(id) < LFB_SEVERITY_ERROR;
	}
}

static void look_for_mistakes(struct lfb_machine *machine)
{
	const struct lfb_finding *finding;

	example.hits = lfb_fault_hits(machine);
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (!example.finding[0] && !follows_from_a_failure(finding->id))
			lfb_finding_format(finding, example.finding, sizeof(example.finding));
	}
}

static int create_and_arm(const struct lfb_machine_options *options, struct lfb_machine **machine)
{
	int err = lfb_machine_create(options, machine);

	if (!err && example.armed)
		err = lfb_fault_arm(*machine, &example.plan);
	return err;
}

static void examine_and_destroy(struct lfb_machine *machine)
{
	example.seen++;
	if (example.armed)
		look_for_mistakes(machine);
	else
		assert_no_findings(machine);
	lfb_machine_destroy(machine);
}

#define main example_main
#define lfb_machine_create create_and_arm
#define lfb_machine_destroy examine_and_destroy

#endif
