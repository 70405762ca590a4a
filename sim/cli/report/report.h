/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the tool writes for other programs: JSON on standard output, test cases as XML into a file.
 * docs/json.md says what each command's looks like, docs/schema/ says it for programs. Keys come in
 * the order they are given, so that equal content gives equal bytes. It knows none of the commands,
 * and uses what they may use: public headers only.
 */
#ifndef SIM_CLI_REPORT_REPORT_H
#define SIM_CLI_REPORT_REPORT_H

#include <stdio.h>

#include <luo/finding.h>

struct lfb_scenario;

/* json.c: one value a line, indented. Begins with all members zero. */

struct cli_json {
	unsigned int depth;
	bool filled;		/* something is in the innermost object or array */
	bool flat;		/* all on one line */
	FILE *stream;		/* NULL: standard output */
};

/* The outermost object of a command's output, which says of what kind and version it is. */
void cli_json_begin(struct cli_json *json, const char *format);
/* Closes it. Returns whether it was open: nothing is to be closed where nothing was begun. */
bool cli_json_end(struct cli_json *json);

/* @key is NULL in an array. */
void cli_json_open(struct cli_json *json, const char *key, char bracket);
void cli_json_close(struct cli_json *json, char bracket);
/* @text NULL is null; a byte in it that is no UTF-8 becomes the character with its number. */
void cli_json_string(struct cli_json *json, const char *key, const char *text);
void cli_json_number(struct cli_json *json, const char *key, u64 number);
void cli_json_signed(struct cli_json *json, const char *key, long number);
void cli_json_bool(struct cli_json *json, const char *key, bool yes);
/* A scenario's text, or null without one. */
void cli_json_scenario(struct cli_json *json, const char *key, const struct lfb_scenario *scenario,
		       bool expectations);
/* Members of an open object: what kind of finding it is. */
void cli_json_finding_id(struct cli_json *json, enum lfb_finding_id id);

/*
 * read.c: the same again, and other JSON as far as numbers in it are whole and have no sign, and
 * no character is written as two halves
 */

struct cli_value {
	char kind;			/* '{', '[', '"', '0', 'b', 'n' */
	char *key;			/* of a member of an object */
	char *text;			/* of a string */
	u64 number;			/* of a number, or 1 for true */
	struct cli_value *first;	/* in an object or array */
	struct cli_value *next;		/* beside it */
};

/* @text ends with a zero. NULL: it is none from that line on, or there is no memory. */
struct cli_value *cli_value_read(const char *text, size_t size, unsigned long *line);
void cli_value_free(struct cli_value *value);
/* A member, or a null that is none's; its number, 0 without one; its text, "" without one. */
const struct cli_value *cli_value_of(const struct cli_value *object, const char *key);
u64 cli_value_number(const struct cli_value *object, const char *key);
const char *cli_value_text(const struct cli_value *object, const char *key);
size_t cli_value_count(const struct cli_value *list);
bool cli_value_same(const struct cli_value *one, const struct cli_value *other);
/* Writes one as the tool does. */
void cli_json_value(struct cli_json *json, const char *key, const struct cli_value *value);

/* Text that is written before it is known where it goes. Begins with all members zero. */
struct cli_text {
	FILE *stream;		/* NULL until something is written */
	char *text;
	size_t size;
};

/* An lfb_write_fn whose context is the struct cli_text. */
int cli_text_write(void *context, const char *bytes, size_t size);
/* Returns what was written, which is good until cli_text_free(). */
const char *cli_text_end(struct cli_text *text);
void cli_text_free(struct cli_text *text);

/* The bytes of the UTF-8 character that begins here; 0: what begins here is none. */
size_t cli_utf8_length(const char *text);

/* junit.c: what became of each thing that a command has tested. Begins with all but two zero. */

enum cli_junit_end { CLI_JUNIT_PASSED, CLI_JUNIT_FAILED, CLI_JUNIT_SKIPPED };

struct cli_junit {
	const char *path;	/* the file that is wanted, NULL for none */
	char suite[32];		/* "lfb sweep" */
	unsigned long ends[CLI_JUNIT_SKIPPED + 1];
	struct cli_text cases;
};

/* @why is one line, @details are more or NULL; of a case that passed neither is looked at. */
void cli_junit_case(struct cli_junit *junit, const char *name, enum cli_junit_end end,
		    const char *why, const char *details);
/* Returns 0, or else errno says why it could not. */
int cli_junit_write(struct cli_junit *junit);

#endif
