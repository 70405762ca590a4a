/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs an example as a test: its main() and how it takes its machine apart are renamed before it
 * is included, so that the findings can be counted in between.
 */
#ifndef TESTS_SUPPORT_EXAMPLE_FINDINGS_H
#define TESTS_SUPPORT_EXAMPLE_FINDINGS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <luo/lfb.h>

static unsigned int machines_seen;

static void assert_no_findings(struct lfb_machine *machine)
{
	char text[2048];

	machines_seen++;
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

static void examine_and_destroy(struct lfb_machine *machine)
{
	assert_no_findings(machine);
	lfb_machine_destroy(machine);
}

#define main example_main
#define lfb_machine_destroy examine_and_destroy

#endif
