// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a file is read as, and what lfb dump --json says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/inspect.h>

#include "check.h"

static int look_at_image(const struct cli_line *line, const struct cli_look *look, char **bytes,
			 size_t *size, u64 *luo)
{
	if (!look->luo || !look->profile)
		return cli_usage(line->command, "--raw needs --luo and --profile");
	if (!cli_number(look->luo, luo))
		return cli_usage(line->command, "--luo %s: expected an address, as 0x10000",
				 look->luo);
	if (!lfb_profile_about(look->profile))
		return cli_usage(line->command, "there is no profile \"%s\"", look->profile);
	return cli_read_file(look->image, bytes, size);
}

int cli_look(const struct cli_line *line, const struct cli_look *look, const char *path,
	     enum cli_look_kind *kind, char **bytes, size_t *size, u64 *luo)
{
	int is;

	*kind = CLI_LOOK_BARE;
	*bytes = NULL;
	if (look->image)
		return look_at_image(line, look, bytes, size, luo);
	if (look->luo || look->profile)
		return cli_usage(line->command, "--luo and --profile are for --raw; everything "
						"else says both itself");
	is = strcmp(path, "-") ? lfb_image_kind(path) : LFB_IMAGE_BLOB;
	*kind = CLI_LOOK_BLOB;
	if (is == LFB_IMAGE_DEBUGFS)
		*kind = CLI_LOOK_DEBUGFS;
	else if (is == LFB_IMAGE_CORE || is == LFB_IMAGE_PACKED ||
		 (is == LFB_IMAGE_RAW && line->machine.image.is_raw))
		*kind = CLI_LOOK_MEMORY;
	return CLI_OK;
}

/* With the digest that it should have. */
static int load_mended(const char *path, struct lfb_blob **blob)
{
	char *bytes;
	size_t size;
	int err = lfb_blob_load(path, blob);

	if (!err)
		return 0;
	if (cli_read_file(path, &bytes, &size))
		return err;
	err = lfb_edit_bytes(bytes, size, NULL, 0, NULL);
	if (!err)
		err = lfb_blob_from_memory(bytes, size, blob);
	free(bytes);
	return err;
}

static int inspect_blob(const struct cli_look *look, const char *path, struct cli_text *text)
{
	struct lfb_blob *blob;
	int err = look->any_digest ? load_mended(path, &blob) : lfb_blob_load(path, &blob);

	if (err)
		return err;
	err = lfb_inspect_blob(blob, LFB_INSPECT_JSON, cli_text_write, text);
	lfb_blob_free(blob);
	return err;
}

/* A problem in it is an error, too; but then it was written. */
static int write_document(const struct cli_line *line, const struct cli_look *look,
			  const char *path, struct cli_text *text)
{
	enum cli_look_kind kind;
	int err = 0, result;
	char *bytes;
	size_t size;
	u64 luo;

	result = cli_look(line, look, path, &kind, &bytes, &size, &luo);
	if (result)
		return CLI_USAGE;
	switch (kind) {
	case CLI_LOOK_BARE:
		err = lfb_inspect_memory(bytes, size, luo, look->profile, LFB_INSPECT_JSON,
					 cli_text_write, text);
		free(bytes);
		break;
	case CLI_LOOK_MEMORY:
		err = lfb_inspect_image(path, &line->machine.image.options, LFB_INSPECT_JSON,
					cli_text_write, text);
		break;
	case CLI_LOOK_DEBUGFS:
		err = lfb_inspect_debugfs(path, LFB_INSPECT_JSON, cli_text_write, text);
		break;
	case CLI_LOOK_BLOB:
		err = inspect_blob(look, path, text);
		break;
	}
	if (err && (err != -EINVAL || !text->stream)) {
		cli_failed("%s", lfb_error_text(NULL));
		return CLI_USAGE;
	}
	return CLI_OK;
}

int cli_look_document(const struct cli_line *line, const struct cli_look *look, const char *path,
		      struct cli_value **document)
{
	struct cli_text text = { 0 };
	int result = write_document(line, look, path, &text);
	unsigned long at = 0;
	const char *written;

	*document = NULL;
	if (!result) {
		written = cli_text_end(&text);
		*document = cli_value_read(written, text.size, &at);
	}
	if (!result && !*document) {
		cli_failed("no memory for what %s holds", look->image ? look->image : path);
		result = CLI_USAGE;
	}
	cli_text_free(&text);
	return result;
}

void cli_print_plain(FILE *to, const char *text)
{
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		fprintf(to, c < ' ' || c >= 0x7f ? "\\x%02x" : "%c", c);
	}
}

void cli_print_value(FILE *to, const struct cli_value *value)
{
	const char *text = value->text;

	if (value->kind != '"') {
		fprintf(to, "%llu", value->number);
		return;
	}
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0xc0 && text[1])
			c = (unsigned char)(c << 6 | (*++text & 0x3f));
		fprintf(to, c < ' ' || c >= 0x7f ? "\\x%02x" : "%c", c);
	}
}
