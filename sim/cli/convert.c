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

const char cli_convert_help[] =
	"usage: lfb convert BLOB PROFILE OUT\n"
	"\n"
	"Rewrites a handover in the formats another kernel reads, into OUT. What subsystems\n"
	"preserved stays where it is. Exit status 1, with the reason, when the other format\n"
	"has no place for something: nothing is ever left out. docs/convert.md says what goes\n"
	"where.\n";

/* "3 files", "1 file" */
static void print_count(u64 count, const char *what, const char *after)
{
	printf("%llu %s%s%s", count, what, count == 1 ? "" : "s", after);
}

static void report(const struct lfb_blob *from, const struct lfb_blob *to,
		   const struct lfb_handover *handover)
{
	printf("%s to %s: ", lfb_blob_profile(from), lfb_blob_profile(to));
	print_count(handover->sessions, "session", ", ");
	print_count(handover->files, "file", ", ");
	print_count(handover->flbs, "FLB", "; ");
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

int cli_convert(const struct cli_command *command, int argc, char **argv)
{
	if (argc != 4)
		return cli_usage(command, "expected a blob, a profile and a file to write");
	if (!lfb_profile_about(argv[2]))
		return cli_usage(command, "there is no profile \"%s\"; lfb profiles lists them",
				 argv[2]);
	return convert(argv[1], argv[2], argv[3]);
}
