// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb dump: what a handover holds.
 */
#include <stdio.h>
#include <stdlib.h>

#include <luo/blob.h>
#include <luo/inspect.h>
#include <luo/machine.h>
#include <luo/profile.h>

#include "cli.h"

struct dump {
	bool json;
	const char *image;
	const char *luo;
	const char *profile;
};

static enum lfb_inspect_format format_of(const struct dump *dump)
{
	return dump->json ? LFB_INSPECT_JSON : LFB_INSPECT_TEXT;
}

static int dump_blob(const struct cli_line *line, const char *path)
{
	const struct dump *dump = line->state;
	struct lfb_blob *blob;
	int err;

	if (dump->luo || dump->profile)
		return cli_usage(line->command, "--luo and --profile are for --raw; a blob says "
				 "both itself");
	if (lfb_blob_load(path, &blob))
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_inspect_blob(blob, format_of(dump), cli_write, NULL);
	if (err)
		cli_failed("%s: %s", path, lfb_error_text(NULL));
	lfb_blob_free(blob);
	return err ? CLI_FAILED : CLI_OK;
}

static int dump_image(const struct cli_line *line)
{
	const struct dump *dump = line->state;
	char *image;
	size_t size;
	u64 luo;
	int err;

	if (!dump->luo || !dump->profile)
		return cli_usage(line->command, "--raw needs --luo and --profile");
	if (!cli_number(dump->luo, &luo))
		return cli_usage(line->command, "--luo %s: expected an address, as 0x10000",
				 dump->luo);
	if (!lfb_profile_about(dump->profile))
		return cli_usage(line->command, "there is no profile \"%s\"", dump->profile);
	if (cli_read_file(dump->image, &image, &size))
		return CLI_FAILED;
	err = lfb_inspect_memory(image, size, luo, dump->profile, format_of(dump), cli_write,
				 NULL);
	if (err)
		cli_failed("%s: %s", dump->image, lfb_error_text(NULL));
	free(image);
	return err ? CLI_FAILED : CLI_OK;
}

static int run(struct cli_line *line)
{
	const struct dump *dump = line->state;

	if (line->argc != !dump->image)
		return cli_usage(line->command, dump->image ? "--raw takes the place of the blob" :
							      "expected one blob");
	return dump->image ? dump_image(line) : dump_blob(line, line->argv[0]);
}

static const struct cli_option options[] = {
	{ "json", NULL, "for programs", cli_set_flag, .at = offsetof(struct dump, json) },
	{ "raw", "IMAGE", "a bare image instead of a blob", cli_set_text,
	  .at = offsetof(struct dump, image) },
	{ "luo", "ADDRESS", "where in the image LUO's tree is, as 0x10000", cli_set_text,
	  .at = offsetof(struct dump, luo) },
	{ "profile", "P", "the kernel that wrote the image", cli_set_text,
	  .at = offsetof(struct dump, profile) },
	{ 0 },
};

const struct cli_command cli_dump = {
	.name = "dump",
	.about = "say what a blob or a memory image hands over",
	.help = "usage: lfb dump [--json] BLOB\n"
		"       lfb dump [--json] --raw IMAGE --luo ADDRESS --profile P\n"
		"\n"
		"Says what a blob holds, or an image of physical memory from address 0 up, decoded by the\n"
		"code a booting kernel uses. Exit status 1 when something in it cannot be understood.\n"
		"\n",
	.options = options,
	.column = 17,
	.size = sizeof(struct dump),
	.run = run,
};
