/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Assertions for tests with cmocka. There is nothing to link but cmocka itself, which is included
 * here with what it needs, and may have been before.
 */
#ifndef LUO_CMOCKA_H
#define LUO_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <luo/lfb.h>

/*
 * Sweeps
 */

/**
 * lfb_assert_sweep() - assert that a test body survives the failure of every step that can fail
 * @machine_options: the machine it runs in (struct lfb_machine_options); NULL for one with the
 *	default profile and LFB_MEMORY_FIXED
 * @body: the test (struct lfb_sweep_body)
 * @context: handed to the body's functions
 *
 * Tries all kinds of faults, once and for good. The test fails with the first violation and with
 * how to see it again: run with the environment variable LFB_SWEEP_CASE set to NAME/CASE, the sweep
 * of the body of that name runs only this case, and shows on standard error all that happens.
 */
#define lfb_assert_sweep(machine_options, body, context)                                           \
	lfb_assert_sweep_with(machine_options, body, context, NULL)

/**
 * lfb_assert_sweep_with() - lfb_assert_sweep() with options
 * @machine_options: as there
 * @body: as there
 * @context: as there
 * @sweep_options: struct lfb_sweep_options: pairs, kinds, harmless points; NULL for the defaults.
 *	Its write function, case and replay command are not used, its context is @harmless's
 */
#define lfb_assert_sweep_with(machine_options, body, context, sweep_options)                       \
	lfb_cmocka_sweep(machine_options, body, context, sweep_options, __FILE__, __LINE__)

/* For the macros above. */

static inline int lfb_cmocka_show(void *context, const char *bytes, size_t size)
{
	(void)context;
	return fwrite(bytes, 1, size, stderr) == size ? 0 : -EIO;
}

/* The case that is to be replayed, if it is one of this body. */
static inline const char *lfb_cmocka_case(const char *name)
{
	const char *wanted = getenv("LFB_SWEEP_CASE");
	size_t length = strlen(name);

	if (!wanted || strncmp(wanted, name, length) || wanted[length] != '/')
		return NULL;
	return wanted + length + 1;
}

static inline void lfb_cmocka_sweep(const struct lfb_machine_options *machine_options,
				    const struct lfb_sweep_body *body, void *context,
				    const struct lfb_sweep_options *sweep_options, const char *file,
				    int line)
{
	const struct lfb_machine_options fixed = {
		.sz = sizeof(fixed),
		.mode = LFB_MEMORY_FIXED,
	};
	struct lfb_sweep_options options = { .sz = sizeof(options), .violations_max = 1 };
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	const char *name = body->name ? body->name : "body";
	struct lfb_machine *machine;
	char error[512] = "";
	int err;

	if (sweep_options)
		memcpy(&options, sweep_options, sweep_options->sz < sizeof(options) ?
						sweep_options->sz : sizeof(options));
	options.sz = sizeof(options);
	options.only = lfb_cmocka_case(name);
	options.write = options.only ? lfb_cmocka_show : NULL;
	options.replay = NULL;
	err = lfb_machine_create(machine_options ? machine_options : &fixed, &machine);
	if (err)
		snprintf(error, sizeof(error), "%s", lfb_error_text(NULL));
	else
		err = lfb_sweep(machine, body, context, &options, &result);
	if (err && machine)
		snprintf(error, sizeof(error), "%s", lfb_error_text(machine));
	lfb_machine_destroy(machine);
	if (err)
		print_error("%s: the sweep could not run (%d): %s\n", name, err, error);
	else if (result.violations)
		print_error("%s\n    LFB_SWEEP_CASE=%s/%s shows it\n", result.first, name,
			    result.first_case);
	if (err || result.violations)
		_fail(file, line);
}

#endif
