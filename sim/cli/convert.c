// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb convert: a handover for another kernel.
 */
#include <stdio.h>

#include <luo/blob.h>
#include <luo/convert.h>
#include <luo/machine.h>
#include <luo/profile.h>

#include "cli.h"

static void report(const struct lfb_blob *from, const struct lfb_blob *to,
		   const struct lfb_handover *handover)
{
	printf("%s to %s: %llu session%s, %llu file%s, %llu FLB%s; ", lfb_blob_profile(from),
	       lfb_blob_profile(to), handover->sessions, cli_plural(handover->sessions),
	       handover->files, cli_plural(handover->files), handover->flbs,
	       cli_plural(handover->flbs));
	printf("%llu bytes of subsystems stay, %llu are written anew\n",
	       handover->bytes - handover->own_bytes, handover->own_bytes);
}

static int convert(const char *in, const char *profile, const char *out)
{
	struct lfb_handover handover = { .sz = sizeof(handover) };
	struct lfb_blob *from, *to;
	int result = CLI_OK;

	if (lfb_blob_load(in, &from))
		return cli_failed("%s", lfb_error_text(NULL));
	if (lfb_blob_convert(from, profile, &to)) {
		result = cli_failed("%s: no handover for %s can be made of it: %s", in, profile,
				    lfb_error_text(NULL));
	} else {
		if (lfb_blob_count(to, &handover) || lfb_blob_save(to, out))
			result = cli_failed("%s", lfb_error_text(NULL));
		else
			report(from, to, &handover);
		lfb_blob_free(to);
	}
	lfb_blob_free(from);
	return result;
}

static int run(struct cli_line *line)
{
	if (!lfb_profile_about(line->argv[1]))
		return cli_usage(line->command,
				 "there is no profile \"%s\"; lfb profiles lists them",
				 line->argv[1]);
	return convert(line->argv[0], line->argv[1], line->argv[2]);
}

const struct cli_command cli_convert = {
	.name = "convert",
	.about = "rewrite a handover for another kernel",
	.help = "usage: lfb convert BLOB PROFILE OUT\n"
		"\n"
		"Rewrites a handover in the formats another kernel reads, into OUT. What subsystems\n"
		"preserved stays where it is. Exit status 1, with the reason, when the other format\n"
		"has no place for something: nothing is ever left out. docs/convert.md says what goes\n"
		"where.\n",
	.min = 3,
	.max = 3,
	.expected = "expected a blob, a profile and a file to write",
	.run = run,
};
