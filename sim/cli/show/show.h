/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A run, shown: what happened in it as a list of steps, and that list drawn in several ways. A step
 * stands where it began and knows what it happened in, so a cause stands in front of its effects.
 * The list is made of events, of the operations they happened in, and of what these answered; it
 * is all that a drawing knows. May use: report/ and common/, and public headers.
 */
#ifndef SIM_CLI_SHOW_SHOW_H
#define SIM_CLI_SHOW_SHOW_H

#include <stdio.h>

#include <luo/trace.h>

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"

struct lfb_agent_script_options;
struct lfb_scenario;
struct lfb_scenario_options;

extern const struct cli_command cli_trace;

enum show_format {
	SHOW_TEXT, SHOW_STORY, SHOW_JSON, SHOW_MERMAID, SHOW_SVG, SHOW_PERFETTO, SHOW_HTML,
};

/* Pictures there are of a run. */
enum show_view { SHOW_LIFECYCLE, SHOW_FLBS, SHOW_MAP };

/* pages.c: which pages are marked, or wait, and whose they are */

struct show_block {
	u64 pfn;
	unsigned int order;
	const char *owner;
};

struct show_blocks {
	struct show_block *list;	/* in ascending order */
	size_t count;
	u64 pages;			/* in all of them */
};

/* False: no memory. One that is there stays whose it is. */
bool show_blocks_add(struct show_blocks *blocks, u64 phys, u64 pages, const char *owner);
/* Sets the owner of the first of them, if one was there. */
void show_blocks_drop(struct show_blocks *blocks, u64 phys, u64 pages, const char **owner);
void show_blocks_clear(struct show_blocks *blocks);

/* record.c: what happened */

/* Whose line of a drawing something stands on. */
enum show_lane {
	SHOW_KERNEL,	/* boots, jumps, messages, complaints */
	SHOW_AGENT,
	SHOW_MODULE,	/* operations of a module: it registers, and asks for FLBs */
	SHOW_TEST,	/* the scenario itself, which has something fail */
	SHOW_SESSION,
	SHOW_HANDLER,
	SHOW_FLB,
	SHOW_MEMORY,
	SHOW_LANES,
};

/* So many tasks can be beside each other; what they have done later is behind them. */
#define SHOW_TASKS 8

/* Something that happened: an operation, or an event other than its end. */
struct show_step {
	size_t number;			/* from 1 */
	size_t in;			/* the step it happened in; 0: in none */
	bool is_operation;
	bool is_call;			/* an operation that is a line of an agent's script */
	struct lfb_event event;		/* as its end told it, if it had one */
	const char *text;		/* of an operation, as the scenario has it */
	const char *object;		/* that it answered, "1000"; NULL: none */
	const char *why;		/* why it failed, as far as is known; NULL */
	const char *call;		/* of pages: by which function, "alloc-preserve"; NULL */
	bool is_open;			/* it began, and has not ended */
	unsigned int block;		/* of tasks beside each other, from 1, and behind SHOW_TASKS
					 * work's; 0: there were none */
	u64 handle_before;		/* of a callback, when it began */
	size_t last;			/* the last step in it; itself without any. Up to there
					 * may be others' where tasks are beside each other */
	u64 saved;			/* pages that are preserved then, … */
	u64 waiting;			/* … and those handed over that nobody has restored */
	u64 claims, frees;		/* pages: in it, but not in what else happened there */
};

struct show_area {
	u64 phys, size;
};

struct show {
	const char *scenario;
	const char *profile;
	struct lfb_machine *machine;	/* which knows why an operation failed */
	bool is_script;			/* of an agent: its lines are the operations */
	struct show_step *steps;
	size_t count;
	size_t operations;		/* as many of them as are not for the recorded module */
	size_t findings;
	unsigned int kernels;
	const char **flbs;		/* all names that come, in the order they do */
	size_t nr_flbs;
	const char *error;		/* what ended the run before its end; NULL */
	bool wants_scratch;		/* given: the next two are looked for */
	struct show_area *scratch;	/* where kernels boot */
	size_t nr_scratch;
	u64 memory;			/* all there is, in bytes; 0: there was no jump */
	bool no_memory;
	/* While it is recorded: */
	struct show_open *open;
	size_t nr_open;
	size_t open_operations;		/* that have no answer yet */
	unsigned int block;		/* that answers come of; 0: of none */
	size_t *by_operation;		/* steps, 0: none yet */
	size_t nr_by_operation;
	struct show_blocks marked, handed;
	const char *call;		/* of the pages that come next */
	const char *last_why;
	long last_failure;
	char **strings;
	size_t nr_strings;
};

/* An lfb_trace_fn; the context is the struct show, all zero but for its first members. */
void show_event(void *context, const struct lfb_event *event);
/* An lfb_write_fn for the golden transcript, which has the answers. */
int show_transcript(void *context, const char *line, size_t size);
/* The operation that a line of an agent's script is; NULL: no memory. */
struct show_step *show_line(struct show *show, unsigned long number, const char *text,
			    size_t length);
/* It has answered; @said: what else is to be said of it, or NULL. */
void show_line_ends(struct show *show, struct show_step *step, long result, const char *said);
/* A new kernel is there: nobody is left to hear an answer. */
void show_lines_end(struct show *show);
void show_free(struct show *show);

/* The step it happened in; NULL: in none. */
const struct show_step *show_in(const struct show *show, const struct show_step *step);
/* Its place among all FLBs; the number of them: it is about none. */
size_t show_flb(const struct show *show, const char *name);

/* pages.c: what became of them */

/* Pages that all things happened to together. */
struct show_span {
	u64 pfn, pages;
	const char *owner;			/* as events name it */
	const struct show_step *saved_in;	/* the callback that saved it; NULL */
	bool is_saved, was_let_go, is_handed_over;
	const struct show_step *taken;		/* where it was; NULL: nowhere */
};

/* What was saved in a kernel, and what became of it in the next one. */
struct show_map {
	struct show_span *spans;		/* by address */
	size_t nr_spans;
	const struct show_step *jump;		/* into that one; NULL: there was none */
	size_t sessions;			/* of those handed over, that there still are */
	bool had_sessions;
};

struct show_maps {
	struct show_map *list;			/* one for each kernel */
	size_t count;
	bool no_memory;
};

/* False: no memory. Either way it is for show_maps_free(). */
bool show_maps_make(const struct show *show, struct show_maps *maps);
void show_maps_free(struct show_maps *maps);

/* sentence.c: what to say of it */

#define SHOW_WHAT 32

/* "flb-preserve"; "operation" */
void show_what(const struct show_step *step, char name[SHOW_WHAT]);
enum show_lane show_lane(const struct show_step *step);
const char *show_lane_name(enum show_lane lane);
/* A sentence without its point. The answer is not in it, see show_answer(). */
void show_sentence(const struct show_step *step, struct cli_text *to);
/* Of operations and callbacks: "", "-EEXIST", or what else is worth saying of it. */
void show_answer(const struct show_step *step, char *text, size_t size);
/* Is it worth a line where only what matters is told? */
bool show_matters(const struct show *show, const struct show_step *step);
/* Does it only tell the recorded module what to do? */
bool show_is_setup(const struct show_step *step);

/* verb.c: the same of an operation */

struct show_verb {
	const char *word;
	enum show_lane lane;
	const char *sentence;	/* with the N-th word in the place of "$N", the others for "$*" */
};

/* NULL: it is no operation, or there is no more to say than the operation itself does. */
const struct show_verb *show_verb(const struct show_step *step);
/* Why it answered -EBADFD, which is the scenario's own; NULL. */
const char *show_verb_reason(const char *text);
void show_verb_sentence(const struct show_verb *verb, const char *text, struct cli_text *to);

/* command.c */

/* Runs a scenario as @given says, but for where its output goes. Returns what running it did. */
int show_run(struct show *show, struct lfb_machine *machine, const struct lfb_scenario *scenario,
	     const struct lfb_scenario_options *given);
/* The same with an agent's script, which is called show->scenario. */
int show_run_script(struct show *show, struct lfb_machine *machine, const char *text, size_t size,
		    const struct lfb_agent_script_options *given);

/* rows.c: the steps that are drawn for people */

struct show_row {
	const struct show_step *step;
	const struct show_step *count;	/* of an FLB that changed with it; NULL: none did */
	const char *task;		/* to be named: others are beside it; NULL */
	bool is_refusal;		/* the reboot that the step is, refused */
	u64 saved, waiting;		/* pages, behind it */
};

struct show_rows {
	struct show_row *list;
	size_t count;
};

/* False: no memory. Either way it is for show_rows_free(). */
bool show_rows_make(const struct show *show, struct show_rows *rows);
void show_rows_free(struct show_rows *rows);

/* story.c */

/* The rows of a story alone, from a step on. */
void show_story_from(const struct show *show, const struct show_rows *rows, size_t step, FILE *to);
/* What it is with its answer, and why it is that one. */
void show_said(const struct show_step *step, struct cli_text *to);
/* Whose line it is: "agent", "FLB"; of an operation beside others the task. */
const char *show_who(const struct show_step *step);
/*
 * Returns its width. What a terminal would do something for becomes '?', a byte that is no UTF-8
 * the character with its number.
 */
size_t show_word(FILE *to, const char *word, size_t length);
/* In columns, of UTF-8. */
size_t show_text_width(const char *text);
/* "0→1", with the FLB's letter where there are several. */
void show_count_text(const struct show *show, const struct show_step *count, char *text,
		     size_t size);

/* html.c: a page that plays runs */

extern const struct cli_embedded embedded_player[];	/* one: the page, but for the runs */

/* Runs a scenario, and prints it as show_json() does. Returns an enum cli_exit. */
typedef int (*show_record_fn)(struct cli_line *line, const char *path, FILE *to);
/*
 * A page of the scenarios of the command line; @against: the second run's kernel, a profile or an
 * image; NULL: the first one's. Returns the worse of what running them did.
 */
int show_html(struct cli_line *line, const char *against, show_record_fn run);

/* Draws it; all but SHOW_TEXT and SHOW_HTML. Returns CLI_OK or CLI_FAILED. */
int show_draw(const struct show *show, enum show_format format, enum show_view view, FILE *to);

/* Each draws one. */
void show_json(const struct show *show, FILE *to);
void show_story(const struct show *show, const struct show_rows *rows, FILE *to);
void show_mermaid(const struct show *show, const struct show_rows *rows, FILE *to);
void show_perfetto(const struct show *show, FILE *to);
void show_svg(const struct show *show, const struct show_rows *rows, FILE *to);
void show_svg_flbs(const struct show *show, FILE *to);
/* Returns CLI_OK or CLI_FAILED. */
int show_svg_memory(const struct show *show, FILE *to);

#endif
