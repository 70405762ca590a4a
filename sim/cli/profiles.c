// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb profiles: the kernels that are modelled, and who has which known defect. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "sim/cli/report/report.h"

struct profiles {
	bool json;
};

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

static void json_profile(struct cli_json *json, const char *profile)
{
	const char *quirk;

	cli_json_open(json, NULL, '{');
	cli_json_string(json, "name", profile);
	cli_json_string(json, "about", lfb_profile_about(profile));
	cli_json_bool(json, "default", !strcmp(profile, LFB_PROFILE_DEFAULT));
	cli_json_string(json, "luo_abi", lfb_profile_luo_abi(profile));
	cli_json_string(json, "kho_abi", lfb_profile_kho_abi(profile));
	cli_json_open(json, "quirks", '[');
	for (unsigned int i = 0; (quirk = lfb_quirk_name(i)); i++) {
		if (lfb_profile_has_quirk(profile, quirk))
			cli_json_string(json, NULL, quirk);
	}
	cli_json_close(json, ']');
	cli_json_close(json, '}');
}

static void json_all(void)
{
	struct cli_json json = { 0 };
	const char *name;

	cli_json_begin(&json, "lfb-profiles-1");
	cli_json_open(&json, "profiles", '[');
	for (unsigned int i = 0; (name = lfb_profile_name(i)); i++)
		json_profile(&json, name);
	cli_json_close(&json, ']');
	cli_json_open(&json, "quirks", '[');
	for (unsigned int i = 0; (name = lfb_quirk_name(i)); i++) {
		cli_json_open(&json, NULL, '{');
		cli_json_string(&json, "name", name);
		cli_json_string(&json, "about", lfb_quirk_about(name));
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_end(&json);
}

static int run(struct cli_line *line)
{
	const struct profiles *given = line->state;

	if (given->json) {
		json_all();
		return CLI_OK;
	}
	print_profiles();
	print_quirks();
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct profiles, json) },
	{ 0 },
};

const struct cli_command cli_profiles = {
	"profiles", "list the kernels that are modelled",
	"usage: lfb profiles [--json]\n"
	"\n"
	"Lists the kernels that are modelled with the formats they hand over in, then all known\n"
	"defects (quirks) with the kernels that have them. lfb run --quirk gives a kernel one or\n"
	"takes it away.\n",
	options, sizeof(struct profiles), run, .max = 0,
};
