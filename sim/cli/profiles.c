/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb profiles: the kernels that are modelled.
 */
#include <stdio.h>
#include <string.h>

#include <luo/profile.h>

#include "cli.h"

const char cli_profiles_help[] =
	"usage: lfb profiles\n"
	"\n"
	"Lists the kernels that are modelled, each with its known defects: the quirks that\n"
	"lfb run --quirk gives and takes.\n";

int cli_profiles(const struct cli_command *command, int argc, char **argv)
{
	const char *profile, *quirk;
	unsigned int i, j;

	(void)argv;
	if (argc > 1)
		return cli_usage(command, "profiles takes no arguments");
	for (i = 0; (profile = lfb_profile_name(i)); i++) {
		printf("%s%s: %s\n", profile,
		       strcmp(profile, LFB_PROFILE_DEFAULT) ? "" : " (the default)",
		       lfb_profile_about(profile));
		for (j = 0; (quirk = lfb_quirk_name(j)); j++)
			if (lfb_profile_has_quirk(profile, quirk))
				printf("  %-34s %s\n", quirk, lfb_quirk_about(quirk));
	}
	return CLI_OK;
}
