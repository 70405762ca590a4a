/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb check, lfb get, lfb edit, lfb diff: what is wrong with a handover, what is at a path in it,
 * the same made another, how two of them differ. look.c says what a file is read as, path.c finds
 * its way in what lfb dump --json writes, and a file for each command does the rest. May use what
 * commands may use: public headers, common/ and report/.
 */
#ifndef SIM_CLI_CHECK_CHECK_H
#define SIM_CLI_CHECK_CHECK_H

#include <luo/check.h>
#include <luo/edit.h>

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"

extern const struct cli_command cli_check, cli_get, cli_edit, cli_diff;

/* look.c: what a file is read as */

/* What a command line says of the file, apart from line->machine.image. */
struct cli_look {
	const char *image;	/* a bare image of LUO's memory; NULL: none … */
	const char *luo;	/* … where in it, */
	const char *profile;	/* … and whose */
	bool any_digest;	/* that of a blob may be wrong */
};

/* Rows for a state that has a struct cli_look called look. */
#define CLI_LOOK_ROWS(state)                                                                       \
	{ "raw", "IMAGE", "a bare image of LUO's memory, from address 0 up",                       \
	  .at = offsetof(struct state, look.image) },                                              \
	{ "luo", "ADDRESS", "where in the image LUO's tree is, as 0x10000",                        \
	  .at = offsetof(struct state, look.luo) },                                                \
	{ "profile", "P", "the kernel that wrote the image",                                       \
	  .at = offsetof(struct state, look.profile) }

enum cli_look_kind {
	CLI_LOOK_BLOB,
	CLI_LOOK_BARE,
	CLI_LOOK_MEMORY,
	CLI_LOOK_DEBUGFS,
};

/*
 * What @path is; what nobody knows is a blob, so that what is wrong with it is said. With
 * look->image it is that instead, and its bytes are read: *@size bytes for free() at *@bytes, LUO's
 * state at *@luo. CLI_OK, or else said what is wrong.
 */
int cli_look(const struct cli_line *line, const struct cli_look *look, const char *path,
	     enum cli_look_kind *kind, char **bytes, size_t *size, u64 *luo);
/*
 * What lfb dump --json says of it, for cli_value_free(); problems in it are no error. CLI_OK, or
 * CLI_USAGE and said why it cannot be read.
 */
int cli_look_document(const struct cli_line *line, const struct cli_look *look, const char *path,
		      struct cli_value **document);

/* path.c */

#define CLI_PATH_SIZE 256

/*
 * The value at @path, or NULL and a sentence for free() in *@why (NULL: no memory for it): which
 * step is missing, and what is there in its place. In @exact, of CLI_PATH_SIZE, is the path that
 * problems would have.
 */
const struct cli_value *cli_path_find(const struct cli_value *document, const char *path,
				      char *exact, char **why);
/* What a list of @list is called where one of them is meant: "session" of "sessions". */
void cli_path_singular(const char *list, char *one, size_t size);
/* The member that tells an item from the others beside it: its name, else …; a null: none does. */
const struct cli_value *cli_path_key(const struct cli_value *item);

/* edit.c: says where the value at a path of a document is. Returns an enum cli_exit. */
int cli_edit_where(const struct cli_line *line, const struct cli_look *look,
		   const struct cli_value *document, bool json);

/* Writes text from anywhere, so that it cannot do more to a terminal than be ugly. */
void cli_print_plain(FILE *to, const char *text);
/* The same of a string of a document, in which each byte has become a character. */
void cli_print_value(FILE *to, const struct cli_value *value);

#endif
