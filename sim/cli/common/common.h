/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What all commands of the tool have in common: command lines, machines, messages, progress. A
 * command is a struct cli_command: its options are rows of a table, which options.c reads and
 * explains, and what it does is one function. It knows none of the commands, and uses what they may
 * use: public headers, and report/.
 */
#ifndef SIM_CLI_COMMON_COMMON_H
#define SIM_CLI_COMMON_COMMON_H

#include <limits.h>
#include <stddef.h>

#include <luo/finding.h>
#include <luo/image.h>
#include <luo/machine.h>
#include <luo/profile.h>

struct cli_json;
struct cli_junit;
struct lfb_progress;
struct lfb_scenario;

enum cli_exit {
	CLI_OK,
	CLI_FAILED,	/* the run or the check did */
	CLI_USAGE,	/* the command line makes no sense */
	CLI_SIMULATOR_BUG = 99,	/* liblfb itself is wrong: LFB-SIMULATOR-BUG */
	CLI_SIGNAL = 128,	/* and the number of the signal that ended it early */
};

/* A file of the source tree that the tool carries with it: cmake/LfbEmbed.cmake. */
struct cli_embedded {
	const char *name;	/* of the file, without directories; NULL ends the table */
	const char *text;
};

extern const struct cli_embedded embedded_findings[];	/* docs/findings/LFB-*.md */
extern const struct cli_embedded embedded_zoo[];

/* options.c */

struct cli_given;

/* A table ends with a row that has neither a name nor more rows. */
struct cli_option {
	const char *name;	/* without "--" */
	const char *value;	/* what help calls its value; NULL: it takes none */
	const char *help;	/* its lines; NULL: the next row's are about both */
	size_t at;		/* in its command's state: of a bool if it takes no value, … */
	unsigned int max;	/* … else an unsigned int from 1 to this, … */
	const char *wanted;	/* … an enum, whose words are "one, two or three", … */
	/* … whatever this sets, else a const char *. Returns an enum cli_exit. */
	int (*set)(const struct cli_given *given);
	unsigned int group;	/* of options that are remembered: below CLI_GROUPS, 0 for none */
	bool aside;		/* what is found does not depend on it: shards may differ in it */
	char letter;			/* short for it, as -o; 0: there is none */
	const struct cli_option *more;	/* another table, about the machine; help is its heading */
};

enum { CLI_GROUPS = 3, CLI_GROUP_MACHINE = 1 };

enum { CLI_SCRATCH_MAX = 16, CLI_MODULES_MAX = 32 };

/* Memory of a real machine. */
struct cli_image {
	bool is_raw;			/* --base was given */
	struct lfb_image_options options;
	struct lfb_image_area scratch[CLI_SCRATCH_MAX];
};

struct cli_machine {
	struct lfb_machine_options options;
	struct cli_image image;
	char *quirks_on;		/* names, separated by commas */
	char *quirks_off;
	const char *modules[CLI_MODULES_MAX + 1]; /* shared objects, up to a NULL */
	char *given;			/* all of its options, each as " --NAME VALUE" */
};

/* A command line, read. */
struct cli_line {
	const struct cli_command *command;
	void *state;
	struct cli_machine machine;
	const char *last[CLI_GROUPS];	/* the option of a group that came last; NULL: none did */
	char *given;			/* all options but those aside, each as " --NAME VALUE" */
	int argc;			/* arguments that are no options */
	char **argv;
};

/* An option on it. */
struct cli_given {
	struct cli_line *line;
	const struct cli_option *option;
	const char *value;
	void *into;
};

struct cli_command {
	const char *name;
	const char *about;
	const char *help;		/* what comes before the options */
	const struct cli_option *options; /* NULL: whatever is given is an argument */
	size_t size;			/* of its state, all zero when it begins */
	int (*run)(struct cli_line *line);
	int column;			/* in which the options' help begins; 0: the usual one */
	enum lfb_memory_mode mode;	/* of its machine, unless told otherwise */
	int min, max;			/* how many arguments it takes … */
	const char *expected;		/* … or else this is said; NULL: it takes no arguments */
	/* What else may be wrong, before arguments are counted. Returns an enum cli_exit. */
	int (*check)(const struct cli_line *line);
};

/* Reads a command line; argv[0] is the command's name. What it keeps is for cli_line_end(). */
int cli_line_read(struct cli_line *line, const struct cli_option *options, int argc, char **argv);
void cli_line_end(struct cli_line *line);
/* Reads it, and does what it says. */
int cli_do(const struct cli_command *command, int argc, char **argv);
void cli_print_help(const struct cli_command *command);

/* Says what the option wants. Returns CLI_USAGE. */
int cli_expected(const struct cli_given *given);
/* Sets a struct cli_findings, which gets one more. */
int cli_add_finding(const struct cli_given *given);

struct cli_findings {
	enum lfb_finding_id ids[LFB_FINDINGS_NR];
	size_t count;
};

/* machine.c: what commands that run scenarios have in common */

extern const struct cli_option cli_machine_options[];
extern const struct cli_option cli_image_rows[];
extern const struct cli_option cli_module_rows[];

/* Adds to the machine's modules. */
int cli_add_module(const struct cli_given *given);

/* CLI_OK, or else said what is wrong. */
int cli_machine_create(struct cli_line *line, struct lfb_machine **machine);
/*
 * What a file hands over: a blob, or the memory of a real machine; then the machine gets enough
 * memory for it, unless the command line says how much. Returns CLI_OK or CLI_FAILED.
 */
int cli_load_handover(struct cli_line *line, const char *path, struct lfb_blob **blob);
/* A scenario from a file, "-" for standard input. Returns CLI_OK or CLI_FAILED. */
int cli_load_scenario(const char *path, struct lfb_scenario **scenario);
/* Does something with a scenario in the command line's machine. Returns an enum cli_exit. */
typedef int (*cli_act_fn)(struct cli_line *line, struct lfb_machine *machine,
			  const struct lfb_scenario *scenario);
/* Creates the machine, has it done, and frees both. */
int cli_in_machine(struct cli_line *line, struct lfb_scenario *scenario, cli_act_fn act);
/* The same with a scenario that is loaded first. */
int cli_with_scenario(struct cli_line *line, const char *path, cli_act_fn act);
/* Prints a scenario, and frees it. */
void cli_give_scenario(struct lfb_scenario *scenario, bool expectations);

/* finding.c */

/* The text about a finding, as it was written; NULL: there is none. */
const char *cli_finding_markdown(enum lfb_finding_id id);
/* Writes it without what is for those who write it. */
void cli_finding_text(enum lfb_finding_id id, lfb_write_fn write, void *context);

/* support.c: messages, files and numbers */

/* "lfb: …" as one line on standard error. Returns CLI_FAILED. */
int cli_failed(const char *format, ...) LFB_PRINTF(1, 2);
/* The same, and where help is to be had. Returns CLI_USAGE. */
int cli_usage(const struct cli_command *command, const char *format, ...) LFB_PRINTF(2, 3);
/* Says why a call that has no machine failed: with -EINVAL it is about the command line. */
int cli_error(const struct cli_line *line, int err);

/* An lfb_write_fn for standard output, which is buffered; errors show at the end. */
int cli_write(void *context, const char *bytes, size_t size);

/* A whole file, "-" for standard input. Returns CLI_OK and memory for free(), or CLI_FAILED. */
int cli_read_file(const char *path, char **bytes, size_t *size);
int cli_write_file(const char *path, const void *bytes, size_t size);

/* Is it a shared object? */
bool cli_is_loadable(const char *path);

/*
 * The file for --junit, where it was given: is it one that can be written, and is there room in it?
 * @result: of the command, which is returned unless it cannot.
 */
int cli_junit_begin(struct cli_junit *junit, const struct cli_command *command);
int cli_junit_end(struct cli_junit *junit, int result);

/* All of @text is a number; 0x… for hexadecimal. */
bool cli_number(const char *text, u64 *number);

/* Makes a string for free(), or NULL, longer. Returns CLI_OK or CLI_FAILED. */
int cli_append(char **text, const char *joint, const char *more);

/* A list of @count items with room for one more; NULL: no memory, and the list stays. */
void *cli_grown(void *list, size_t count, size_t size);

/* "s" behind all numbers but 1. */
const char *cli_plural(u64 number);
/* Seconds since something. */
double cli_seconds(void);

/* shard.c: a part of what a command does, for lfb merge to put together with the others */

struct cli_shard {
	unsigned int number;	/* from 1 … */
	unsigned int of;	/* … to this; 0: the whole */
};

#define CLI_SHARDS_MAX 4096u

/* Sets a struct cli_shard: "2/8". The row's help is CLI_SHARD_HELP. */
int cli_set_shard(const struct cli_given *given);
#define CLI_SHARD_HELP \
	"only the I-th of N parts of the work; lfb merge puts together what --json\n" \
	"prints for each"
/*
 * Opens a member "shard" that says which part of what it is; what is to be put together, and
 * cli_json_close(), follow. @is_whole: it was not stopped.
 */
void cli_shard_open(struct cli_json *json, const struct cli_line *line,
		    const struct cli_shard *shard, bool is_whole);

/* progress.c: long work shows on a terminal how far it is, and Ctrl-C has it end early */

/*
 * From here on the first SIGINT or SIGTERM is only noted, so that what was covered can be said; the
 * second ends the process. After what waits for somebody, as reading from a terminal does.
 */
void cli_long_begin(void);
bool cli_stopped(void);
/* Begins a part of the work, "3 of 8 …". Returns false when there is to be no more. */
bool cli_part(const char *format, ...) LFB_PRINTF(1, 2);
/* An lfb_progress_fn that needs no context; and what it was told last in this part. */
bool cli_progress(void *context, const struct lfb_progress *progress);
const struct lfb_progress *cli_progress_last(void);
/* The same for shrinking. */
bool cli_shrinking(void *context, const struct lfb_progress *progress);
/* Takes the line away where something else is printed. */
void cli_progress_clear(void);
/* Says what was covered until it was stopped. Returns the exit status. */
int cli_stop(const char *format, ...) LFB_PRINTF(1, 2);

#endif
