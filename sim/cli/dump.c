// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb dump: what a handover holds.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <luo/blob.h>
#include <luo/inspect.h>
#include <luo/machine.h>
#include <luo/profile.h>

#include "cli.h"

const char cli_dump_help[] =
	"usage: lfb dump [--json] BLOB\n"
	"       lfb dump [--json] --raw IMAGE --luo ADDRESS --profile P\n"
	"\n"
	"Says what a blob holds, or an image of physical memory from address 0 up, decoded by the\n"
	"code a booting kernel uses. Exit status 1 when something in it cannot be understood.\n"
	"\n"
	"  --json         for programs\n"
	"  --raw IMAGE    a bare image instead of a blob\n"
	"  --luo ADDRESS  where in the image LUO's tree is, as 0x10000\n"
	"  --profile P    the kernel that wrote the image\n";

struct dump {
	const struct cli_command *command;
	enum lfb_inspect_format format;
	const char *image;
	const char *luo;
	const char *profile;
};

enum { JSON = 256, RAW, LUO, PROFILE };

static const struct option options[] = {
	{ "json", no_argument, NULL, JSON },
	{ "raw", required_argument, NULL, RAW },
	{ "luo", required_argument, NULL, LUO },
	{ "profile", required_argument, NULL, PROFILE },
	{ 0 },
};

static int dump_blob(const struct dump *dump, const char *path)
{
	struct lfb_blob *blob;
	int err;

	if (dump->luo || dump->profile)
		return cli_usage(dump->command, "--luo and --profile are for --raw; a blob says "
				 "both itself");
	if (lfb_blob_load(path, &blob))
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_inspect_blob(blob, dump->format, cli_write, NULL);
	if (err)
		cli_failed("%s: %s", path, lfb_error_text(NULL));
	lfb_blob_free(blob);
	return err ? CLI_FAILED : CLI_OK;
}

static int dump_image(const struct dump *dump)
{
	char *image;
	size_t size;
	u64 luo;
	int err;

	if (!dump->luo || !dump->profile)
		return cli_usage(dump->command, "--raw needs --luo and --profile");
	if (!cli_number(dump->luo, &luo))
		return cli_usage(dump->command, "--luo %s: expected an address, as 0x10000",
				 dump->luo);
	if (!lfb_profile_about(dump->profile))
		return cli_usage(dump->command, "there is no profile \"%s\"", dump->profile);
	if (cli_read_file(dump->image, &image, &size))
		return CLI_FAILED;
	err = lfb_inspect_memory(image, size, luo, dump->profile, dump->format, cli_write, NULL);
	if (err)
		cli_failed("%s: %s", dump->image, lfb_error_text(NULL));
	free(image);
	return err ? CLI_FAILED : CLI_OK;
}

int cli_dump(const struct cli_command *command, int argc, char **argv)
{
	struct dump dump = { .command = command, .format = LFB_INSPECT_TEXT };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case JSON:
			dump.format = LFB_INSPECT_JSON;
			break;
		case RAW:
			dump.image = optarg;
			break;
		case LUO:
			dump.luo = optarg;
			break;
		case PROFILE:
			dump.profile = optarg;
			break;
		default:
			return cli_bad_option(command, option, argv);
		}
	}
	if (argc - optind != !dump.image)
		return cli_usage(command, dump.image ? "--raw takes the place of the blob" :
						       "expected one blob");
	return dump.image ? dump_image(&dump) : dump_blob(&dump, argv[optind]);
}
