/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scenarios as tests write them: run, and their output looked at.
 */
#ifndef TESTS_SUPPORT_SCRIPTED_H
#define TESTS_SUPPORT_SCRIPTED_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>

struct scripted {
	char *output;
	char why[512];
	int result;
};

/* @golden: the transcript, else the whole trace. @profile: NULL for the default. */
struct scripted scripted_run(const char *profile, const char *text, bool golden);
void scripted_free(struct scripted *run);

/* Runs @text, which must go well, and asserts that @shown is somewhere in the trace. */
void assert_shows(const char *profile, const char *text, const char *shown);
/* Runs @text, which must go well, and asserts the transcript. */
void assert_transcript(const char *profile, const char *text, const char *transcript);
/* Runs @text, which must end with @result and a sentence that has @why in it; NULL: any. */
void assert_ends(const char *profile, const char *text, int result, const char *why);

#endif
