/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scripts of an agent: what a program in userspace does, a system call a line, and what each of
 * them answered. They run here and in real kernels alike, so requests are made byte by byte, with
 * the sizes, tails and read-only arguments that a script asks for. May use: sim/scenario for its
 * transcript, sim/machine and what lies below. docs/agent.md is the language.
 */
#ifndef SIM_SCRIPT_SCRIPT_H
#define SIM_SCRIPT_SCRIPT_H

#include <luo/agent_script.h>
#include <luo/liveupdate.h>
#include <luo/uapi.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#define LFB_SCRIPT_WORDS 16
#define LFB_SCRIPT_NAME 64
#define LFB_SCRIPT_FLBS 3

struct lfb_script;

/* One line. Words are its own; those behind the last are NULL. */
struct lfb_script_line {
	unsigned int number;
	const char *text;
	char *words[LFB_SCRIPT_WORDS + 1];
	unsigned int count;
	const struct lfb_script_verb *verb;
	bool read_only;			/* "ro": so is the memory of the request */
};

/*
 * What a verb does. Answers as a system call does; what else it says goes into script->said. One
 * that does nothing is a remark. Each letter of the arguments is one of
 *	w word, n number, p pages, ? those behind it may be missing, * and there may be more
 */
struct lfb_script_verb {
	const char *name;
	const char *arguments;
	bool ro;			/* "ro" may stand before it */
	long (*perform)(struct lfb_script *script, const struct lfb_script_line *line);
};

struct lfb_script_variable {
	char name[LFB_SCRIPT_NAME];
	int fd;				/* -1: nothing is open */
};

struct lfb_script {
	const char *name;
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	struct lfb_agent_script_options options;
	struct lfb_transcript transcript;
	struct lfb_list lines;		/* struct lfb_script_line */
	char *text;			/* of all lines, as it is printed */
	char *words;			/* … and cut into words */
	struct lfb_list variables;	/* struct lfb_script_variable */
	int console;			/* the descriptor that #0, #1 and #2 stand for */
	unsigned int stage;		/* kernels booted */
	bool jumped;			/* the line that is done had a kernel boot */
	char said[96];			/* behind the answer */

	/* The kernel's own: see module.c. */
	struct lfb_module image;
	struct module module;
	struct lfb_script_objects {
		struct liveupdate_file_handler memfd;
		struct liveupdate_flb flbs[LFB_SCRIPT_FLBS];
	} objects;
};

/* parse.c: lines and their words, or -EINVAL or -ENOMEM with the sentence. */
int lfb__script_parse(struct lfb_script *script, const char *text, size_t size);
/* verb.c */
extern const struct lfb_script_verb lfb__script_verbs[];

/* word.c */

/* All of @word is a number: decimal, or hexadecimal with 0x. */
bool lfb__script_number(const char *word, u64 *number);
/* The same where anything else, and a word that is missing, is 0. */
u64 lfb__script_value(const char *word);
/* The descriptor that a word means: "#N" itself, else what the variable holds; -1: nothing. */
int lfb__script_fd(struct lfb_script *script, const char *word);
/* Sets the variable, if there is one, to a descriptor or, on error, to nothing. Returns 0 or it. */
long lfb__script_keep(struct lfb_script *script, const char *word, long fd);
/* They were of a kernel that is gone. */
void lfb__script_forget(struct lfb_script *script);

/* module.c: what every kernel has. Sets script->image up. */
void lfb__script_module(struct lfb_script *script);

/* file.c */

/* Kernel code: a file of the kind that @line names, with what it says written into it. */
long lfb__script_file(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_reopen(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_check(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_misc(struct lfb_script *script, const struct lfb_script_line *line);
/* A file that is the console of the agent; the answer is its descriptor. */
int lfb__script_console(struct lfb_script *script);

/* call.c: requests to the device and to sessions */

long lfb__script_open(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_close(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_create(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_create_many(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_take(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_preserve(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_get(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_finish(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_get_name(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_raw(struct lfb_script *script, const struct lfb_script_line *line);
long lfb__script_null(struct lfb_script *script, const struct lfb_script_line *line);

#endif
