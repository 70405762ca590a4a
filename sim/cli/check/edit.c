// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb edit: values at paths of a handover become others, in the bytes of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct edit {
	struct cli_look look;
	bool json;
	const char *out;
	bool in_place;
	enum lfb_edit_digest digest;
	bool only_where;		/* nothing is edited */
	struct cli_json report;
	FILE *stream;			/* printed when all went well */
};

/* What is edited, as the library wants it. */
struct edits {
	struct lfb_edit *list;
	size_t count;
	char (*paths)[CLI_PATH_SIZE];
};

/* Telling */

static void json_side(struct cli_json *json, const char *key, const char *text, u64 number)
{
	if (text)
		cli_json_string(json, key, text);
	else
		cli_json_number(json, key, number);
}

static void json_edited(struct cli_json *json, const struct lfb_edited *edited)
{
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "path", edited->path);
	if (edited->address == LFB_CHECK_NOWHERE)
		cli_json_string(json, "address", NULL);
	else
		cli_json_number(json, "address", edited->address);
	cli_json_number(json, "offset", edited->offset);
	cli_json_number(json, "width", edited->width);
	json_side(json, "from", edited->from_text, edited->from);
	json_side(json, "to", edited->to_text, edited->to);
	cli_json_close(json, '}');
}

static void text_side(FILE *to, const char *text, u64 number)
{
	if (text)
		cli_print_plain(to, text);
	else
		fprintf(to, "0x%llx", number);
}

static int tell(void *context, const struct lfb_edited *edited)
{
	struct edit *edit = context;
	FILE *to = edit->stream;

	if (edit->json) {
		json_edited(&edit->report, edited);
		return 0;
	}
	fprintf(to, "%s: ", edited->path);
	text_side(to, edited->from_text, edited->from);
	if (!edit->only_where) {
		fprintf(to, " -> ");
		text_side(to, edited->to_text, edited->to);
	}
	fprintf(to, " (%llu byte%s at ", edited->width, cli_plural(edited->width));
	if (edited->address != LFB_CHECK_NOWHERE)
		fprintf(to, "0x%llx, ", edited->address);
	fprintf(to, "offset 0x%llx)\n", edited->offset);
	return 0;
}

static void begin_report(struct edit *edit, const char *file, bool is_blob)
{
	static const char *const digests[] = { "mend", "keep", "break" };
	struct cli_json *json = &edit->report;

	if (!edit->json)
		return;
	json->stream = edit->stream;
	cli_json_begin(json, "lfb-edit-1");
	cli_json_string(json, "file", file);
	cli_json_string(json, "out", edit->only_where ? NULL : edit->out);
	cli_json_string(json, "digest", is_blob && !edit->only_where ? digests[edit->digest] :
								       NULL);
	cli_json_open(json, "edits", '[');
}

/* Doing */

static int edit_bare(const struct edit *edit, const struct edits *edits, char *bytes, size_t size,
		     u64 luo, const struct lfb_edit_options *options)
{
	if (lfb_edit_memory(bytes, size, luo, edit->look.profile, edits->list, edits->count,
			    options))
		return cli_failed("%s", lfb_error_text(NULL));
	return edit->only_where ? CLI_OK : cli_write_file(edit->out, bytes, size);
}

static int do_edits(const struct cli_line *line, struct edit *edit, const char *file,
		    const struct edits *edits)
{
	const struct lfb_edit_options options = {
		.sz = sizeof(options), .digest = edit->digest, .tell = tell, .context = edit,
	};
	enum cli_look_kind kind;
	char *bytes;
	size_t size;
	int result = CLI_OK;
	u64 luo;

	if (cli_look(line, &edit->look, file, &kind, &bytes, &size, &luo))
		return CLI_USAGE;
	if (edit->digest != LFB_EDIT_MEND_DIGEST && kind != CLI_LOOK_BLOB)
		return cli_usage(line->command, "--digest is for blobs: nothing else has one");
	begin_report(edit, file, kind == CLI_LOOK_BLOB);
	if (kind == CLI_LOOK_BARE)
		result = edit_bare(edit, edits, bytes, size, luo, &options);
	else if (lfb_edit_file(file, &line->machine.image.options, edits->list, edits->count,
			       &options, edit->only_where ? NULL : edit->out))
		result = cli_failed("%s", lfb_error_text(NULL));
	free(bytes);
	if (!result && edit->json) {
		cli_json_close(&edit->report, ']');
		cli_json_end(&edit->report);
	}
	return result;
}

/* Nothing is printed of what was not done. */
static int edit_and_tell(const struct cli_line *line, struct edit *edit, const char *file,
			 const struct edits *edits)
{
	char *text = NULL;
	size_t size;
	int result;

	edit->stream = open_memstream(&text, &size);
	if (!edit->stream)
		return cli_failed("no memory");
	result = do_edits(line, edit, file, edits);
	fclose(edit->stream);
	if (!result)
		fwrite(text, 1, size, stdout);
	free(text);
	return result;
}

/* Understanding what is asked for */

/* Where "=VALUE" begins: an = in brackets is the path's; NULL: nowhere. */
static char *value_of(char *argument)
{
	bool inside = false;

	for (; *argument && (inside || *argument != '='); argument++)
		inside = *argument == '[' || (inside && *argument != ']');
	return *argument ? argument : NULL;
}

static int add_edit(const struct cli_line *line, const char *file, struct edits *edits,
		    const struct cli_value *document, char *argument, bool only_where)
{
	struct lfb_edit *edit = &edits->list[edits->count];
	char *exact = edits->paths[edits->count], *why;
	char *value = only_where ? NULL : value_of(argument);
	int result = CLI_OK;

	if (!value && !only_where)
		return cli_usage(line->command, "%s: expected PATH=VALUE", argument);
	if (value)
		*value++ = '\0';
	*edit = (struct lfb_edit){ argument, value };
	edits->count++;
	if (*argument == '@' || *argument == '+')
		return CLI_OK;
	edit->path = exact;
	if (!cli_path_find(document, argument, exact, &why))
		result = cli_failed("%s: %s", file, why ? why : "no memory");
	free(why);
	return result;
}

static int edit_document(const struct cli_line *line, struct edit *edit, const char *file,
			 const struct cli_value *document, char **arguments, size_t count)
{
	struct edits edits = {
		.list = calloc(count + 1, sizeof(*edits.list)),
		.paths = calloc(count + 1, sizeof(*edits.paths)),
	};
	int result = edits.list && edits.paths ? CLI_OK : cli_failed("no memory");

	for (size_t i = 0; i < count && !result; i++)
		result = add_edit(line, file, &edits, document, arguments[i], edit->only_where);
	if (!result)
		result = edit_and_tell(line, edit, file, &edits);
	free(edits.list);
	free(edits.paths);
	return result;
}

int cli_edit_where(const struct cli_line *line, const struct cli_look *look,
		   const struct cli_value *document, bool json)
{
	struct edit edit = { .look = *look, .json = json, .only_where = true };
	const char *file = look->image ? look->image : line->argv[0];

	return edit_document(line, &edit, file, document, &line->argv[line->argc - 1], 1);
}

static int run(struct cli_line *line)
{
	struct edit *edit = line->state;
	const int files = edit->look.image ? 0 : 1;
	struct cli_value *document;
	const char *file;
	int result;

	if (line->argc < files)
		return cli_usage(line->command, "expected a file");
	if (!edit->out == !edit->in_place)
		return cli_usage(line->command, "expected --out FILE, or --in-place");
	file = files ? line->argv[0] : edit->look.image;
	if (edit->in_place)
		edit->out = file;
	if (!strcmp(file, "-"))
		return cli_usage(line->command, "what is edited is a file, not standard input");
	edit->look.any_digest = true;
	if (cli_look_document(line, &edit->look, file, &document))
		return CLI_USAGE;
	result = edit_document(line, edit, file, document, line->argv + files,
			       (size_t)(line->argc - files));
	cli_value_free(document);
	return result;
}

static const struct cli_option options[] = {
	{ "out", "OUT", "the file to write, whole or not at all", .letter = 'o',
	  .at = offsetof(struct edit, out) },
	{ "in-place", NULL, "… is the one that is read", .at = offsetof(struct edit, in_place) },
	{ "digest", "HOW", "a blob's SHA-256: mend: it is right afterwards (default); keep: it\n"
	  "stays as it was; break: it is wrong", .at = offsetof(struct edit, digest),
	  .wanted = "mend, keep or break" },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct edit, json) },
	CLI_LOOK_ROWS(edit),
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_edit = {
	"edit", "change what is at paths of a handover",
	"usage: lfb edit [OPTION]... FILE PATH=VALUE... -o OUT\n"
	"       lfb edit [OPTION]... --raw IMAGE --luo ADDRESS --profile P PATH=VALUE... -o OUT\n"
	"\n"
	"Writes a blob or the memory of a machine again, with other values in it. A PATH is\n"
	"what lfb get takes, as luo/session[vm-1]/file[0]/token; or memory as it is, as\n"
	"@0x10000:u64, or bytes of the file, as +0x7c:u8. A VALUE is a number, -1 (all ones),\n"
	"or a text, in which \\xNN is a byte. Without any PATH=VALUE the digest of a blob is\n"
	"mended or broken. docs/check.md says more.\n"
	"Exit status: 0 all was done; 1 nothing was, for one of it cannot be; 2 the command\n"
	"line makes no sense or the file cannot be read.\n",
	options, sizeof(struct edit), run, .column = 17, .max = INT_MAX,
};
