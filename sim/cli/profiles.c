// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb profiles: the kernels that are modelled, and who has which known defect. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static void print_profiles(void)
{
	const char *profile;

	printf("%-11s%-23s%-9s%s\n", "profile", "LUO ABI", "KHO ABI", "what it is");
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++)
		printf("%-11s%-23s%-9s%s%s\n", profile, lfb_profile_luo_abi(profile),
		       lfb_profile_kho_abi(profile), lfb_profile_about(profile),
		       strcmp(profile, LFB_PROFILE_DEFAULT) ? "" : " (the default)");
}

/* One column for each profile, as wide as its name. */
static void print_quirk(const char *quirk)
{
	const char *profile;

	printf("%-36s", quirk);
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++)
		printf("  %*s", (int)strlen(profile),
		       lfb_profile_has_quirk(profile, quirk) ? "yes" : "-");
	printf("\n    %s\n", lfb_quirk_about(quirk));
}

static void print_quirks(void)
{
	const char *profile, *quirk;

	printf("\n%-36s", "quirk");
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++)
		printf("  %s", profile);
	printf("\n");
	for (unsigned int i = 0; (quirk = lfb_quirk_name(i)); i++)
		print_quirk(quirk);
}

static int run(struct cli_line *line)
{
	(void)line;
	print_profiles();
	print_quirks();
	return CLI_OK;
}

const struct cli_command cli_profiles = {
	"profiles", "list the kernels that are modelled",
	"usage: lfb profiles\n"
	"\n"
	"Lists the kernels that are modelled with the formats they hand over in, then all known\n"
	"defects (quirks) with the kernels that have them. lfb run --quirk gives a kernel one or\n"
	"takes it away.\n",
	NULL, 0, run, .max = 0,
};
