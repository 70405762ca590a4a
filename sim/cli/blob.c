// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb dump, lfb convert: what a handover holds, and the same for another kernel. */
#include <stdio.h>
#include <stdlib.h>

#include <luo/blob.h>
#include <luo/convert.h>
#include <luo/image.h>
#include <luo/inspect.h>

#include "cli.h"

struct dump {
	struct cli_look look;
	bool json;
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

	if (lfb_blob_load(path, &blob))
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_inspect_blob(blob, format_of(dump), cli_write, NULL);
	lfb_blob_free(blob);
	return err ? cli_failed("%s: %s", path, lfb_error_text(NULL)) : CLI_OK;
}

static int dump_image(const struct dump *dump, char *image, size_t size, u64 luo)
{
	int err = lfb_inspect_memory(image, size, luo, dump->look.profile, format_of(dump),
				     cli_write, NULL);

	free(image);
	return err ? cli_failed("%s: %s", dump->look.image, lfb_error_text(NULL)) : CLI_OK;
}

static int dump_memory(const struct cli_line *line, const char *path)
{
	int err = lfb_inspect_image(path, &line->machine.image.options, format_of(line->state),
				    cli_write, NULL);

	if (err == -EINVAL || err == -E2BIG)
		return cli_failed("%s: %s", path, lfb_error_text(NULL));
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

static int dump_debugfs(const struct cli_line *line, const char *path)
{
	int err = lfb_inspect_debugfs(path, format_of(line->state), cli_write, NULL);

	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

static int run_dump(struct cli_line *line)
{
	const struct dump *dump = line->state;
	const char *path = line->argv[0];
	enum cli_look_kind kind;
	char *image;
	size_t size;
	int result;
	u64 luo;

	if (line->argc != !dump->look.image)
		return cli_usage(line->command, dump->look.image ?
				 "--raw takes the place of the blob" : "expected one blob");
	result = cli_look(line, &dump->look, path, &kind, &image, &size, &luo);
	if (result)
		return result;
	switch (kind) {
	case CLI_LOOK_BARE:
		return dump_image(dump, image, size, luo);
	case CLI_LOOK_MEMORY:
		return dump_memory(line, path);
	case CLI_LOOK_DEBUGFS:
		return dump_debugfs(line, path);
	case CLI_LOOK_BLOB:
		break;
	}
	return dump_blob(line, path);
}

static const struct cli_option options[] = {
	{ "json", NULL, "for programs", .at = offsetof(struct dump, json) },
	CLI_LOOK_ROWS(dump),
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_dump = {
	"dump", "say what a blob or the memory of a machine hands over",
	"usage: lfb dump [--json] BLOB\n"
	"       lfb dump [--json] [--root ADDRESS] [--scratch ADDRESS+SIZE]... CORE\n"
	"       lfb dump [--json] [--root ADDRESS] [--scratch ADDRESS+SIZE]... --base ADDRESS\n"
	"                IMAGE\n"
	"       lfb dump [--json] DIRECTORY|TAR\n"
	"       lfb dump [--json] --raw IMAGE --luo ADDRESS --profile P\n"
	"\n"
	"Says what a blob holds, or the memory of a real machine (an ELF core, a raw image),\n"
	"decoded by the code a booting kernel uses; and what /sys/kernel/debug/kho shows, from\n"
	"there or from a copy. docs/dump.md says how to get such files.\n"
	"Exit status 1 when something in it cannot be understood.\n",
	options, sizeof(struct dump), run_dump, .column = 17, .max = INT_MAX,
};

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

static int convert(struct cli_line *line, const char *in, const char *profile, const char *out)
{
	struct lfb_handover handover = { .sz = sizeof(handover) };
	struct lfb_blob *from, *to;
	int result = CLI_OK;

	if (cli_load_handover(line, in, &from))
		return CLI_FAILED;
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

static int run_convert(struct cli_line *line)
{
	if (!lfb_profile_about(line->argv[1]))
		return cli_usage(line->command,
				 "there is no profile \"%s\"; lfb profiles lists them",
				 line->argv[1]);
	return convert(line, line->argv[0], line->argv[1], line->argv[2]);
}

const struct cli_command cli_convert = {
	"convert", "rewrite a handover for another kernel",
	"usage: lfb convert BLOB PROFILE OUT\n"
	"\n"
	"Rewrites a handover in the formats another kernel reads, into OUT. What subsystems\n"
	"preserved stays where it is. Exit status 1, with the reason, when the other format\n"
	"has no place for something: nothing is ever left out. docs/convert.md says what goes\n"
	"where.\n",
	NULL, 0, run_convert,
	.min = 3, .max = 3, .expected = "expected a blob, a profile and a file to write",
};
