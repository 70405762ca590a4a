// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The lines so far, one more, one less; and what they do. */
#include <stdlib.h>
#include <string.h>

#include <luo/scenario.h>

#include "shell.h"

/* Running */

/* What is told when all lines are done is not theirs: the machine is looked at, and is off. */
static void take_event(void *context, const struct lfb_event *event)
{
	struct shell_run *run = context;

	run->over |= event->doing && !strcmp(event->doing, "end of the scenario");
	if (!run->over)
		show_event(&run->show, event);
}

static bool begins(const char *line, size_t size, const char *with)
{
	return size >= strlen(with) && !memcmp(line, with, strlen(with));
}

static bool is_line(const struct shell *shell, size_t operation, const char *verb)
{
	const char *line = shell->text + shell->operations[operation - 1];
	const char *first = line + strspn(line, " \t\r\v\f");
	const size_t length = strlen(verb);

	return !strncmp(first, verb, length) && strchr(" \t\r\v\f\n", first[length]);
}

/*
 * An operation that was answered: the next of the lines, but for those that wait for a point, and
 * those that came when the kernel was dead. What happened in it says so, if anything did.
 */
static void take_answer(struct shell_run *run, struct show_step *step)
{
	const struct shell *shell = run->shell;
	size_t next = run->done + 1;

	while (next < shell->count && (is_line(shell, next, "at") ||
				       (run->death && !is_line(shell, next, "cold"))))
		next++;
	run->done = next;
	if (step)
		step->event.operation = next;
}

static int take_transcript(void *context, const char *line, size_t size)
{
	static const char *const deaths[] = { "panic", "oops", "hung" };
	struct shell_run *run = context;
	const size_t count = run->show.count;
	const int err = show_transcript(&run->show, line, size);

	if (!err && begins(line, size, "> ") && !begins(line, size, "> at ") &&
	    !shell_is_mark(line + 2))
		take_answer(run, run->show.count > count ? &run->show.steps[count] : NULL);
	if (begins(line, size, "== end"))
		run->ended = run->over = true;
	if (begins(line, size, "== boot"))
		run->death = NULL;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		if (begins(line, size, "== ") && begins(line + 3, size - 3, deaths[i]))
			run->death = deaths[i];
	}
	return err;
}

static int run_scenario(struct shell *shell, const struct lfb_scenario *scenario,
			struct shell_run *run)
{
	const struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.golden = true,
		.write = take_transcript,
		.context = run,
		.strict = shell->strict,
	};

	if (cli_machine_create(shell->line, &run->machine))
		return CLI_FAILED;
	run->shell = shell;
	run->show.scenario = "shell";
	run->show.machine = run->machine;
	run->show.profile = lfb_machine_profile(run->machine);
	lfb_trace_all_to(run->machine, take_event, run);
	run->err = lfb_scenario_run(scenario, run->machine, &options);
	lfb_trace_to(run->machine, NULL, NULL);
	if (run->err)
		run->error = strdup(lfb_error_text(run->machine));
	/* It is not known how many there will be, so they have numbers. */
	run->show.kernels += 2;
	if (run->show.no_memory || (run->err && !run->error))
		return cli_failed("no memory for what happened");
	return CLI_OK;
}

int shell_play_in(struct shell *shell, const char *profile, struct shell_run *run)
{
	const char *const before = shell->line->machine.options.profile;
	struct lfb_scenario *scenario;
	int result;

	if (lfb_scenario_parse("shell", shell->text, shell->size, &scenario))
		return cli_failed("%s", lfb_error_text(NULL));
	shell->line->machine.options.profile = profile;
	result = run_scenario(shell, scenario, run);
	shell->line->machine.options.profile = before;
	lfb_scenario_free(scenario);
	return result;
}

void shell_run_free(struct shell_run *run)
{
	show_free(&run->show);
	lfb_machine_destroy(run->machine);
	free(run->error);
	*run = (struct shell_run){ 0 };
}

int shell_play(struct shell *shell)
{
	shell_run_free(&shell->run);
	return shell_play_in(shell, shell->line->machine.options.profile, &shell->run);
}

const struct show_step *shell_step(const struct shell_run *run, size_t operation)
{
	for (size_t i = 0; i < run->show.count; i++) {
		const struct show_step *step = &run->show.steps[i];

		if (step->is_operation && step->event.operation == operation)
			return step;
	}
	return NULL;
}

/* Lines */

/* Where its first word begins; @size: it has none. */
static size_t first_word(const char *line, size_t size)
{
	size_t at = 0;

	while (at < size && line[at] && strchr(" \t\r\v\f", line[at]))
		at++;
	return at;
}

static bool is_operation(const char *line, size_t size)
{
	const size_t at = first_word(line, size);

	return at < size && line[at] != '#' && !shell_is_mark(line);
}

static int no_memory(void)
{
	return cli_failed("no memory for one more line");
}

/* Says why a line is not taken, and keeps it for who asks. */
static int refuse(struct shell *shell, const char *why)
{
	free(shell->why);
	shell->why = strdup(why);
	return cli_failed("%s", why);
}

/* Room for as many operations more as @line has lines. */
static bool make_room(struct shell *shell, const char *line, size_t size)
{
	size_t nr = shell->count + 1, *operations, *begins;
	char *text = realloc(shell->text, shell->size + size + 2);

	for (size_t i = 0; i < size; i++)
		nr += line[i] == '\n';
	operations = realloc(shell->operations, nr * sizeof(*operations));
	begins = realloc(shell->begins, nr * sizeof(*begins));
	shell->text = text ? text : shell->text;
	shell->operations = operations ? operations : shell->operations;
	shell->begins = begins ? begins : shell->begins;
	return text && operations && begins;
}

static int append(struct shell *shell, const char *line, size_t size)
{
	const size_t begin = shell->size;

	if (!make_room(shell, line, size))
		return no_memory();
	memcpy(shell->text + begin, line, size);
	shell->size += size;
	shell->text[shell->size++] = '\n';
	shell->text[shell->size] = '\0';
	for (size_t at = begin; at < shell->size; shell->nr_lines++) {
		const size_t length = strcspn(shell->text + at, "\n");

		if (is_operation(shell->text + at, length)) {
			shell->begins[shell->count] = begin;
			shell->operations[shell->count++] = at;
		}
		at += length + 1;
	}
	return CLI_OK;
}

static void cut(struct shell *shell, size_t size, size_t count)
{
	while (shell->size > size)
		shell->nr_lines -= shell->text[--shell->size] == '\n';
	shell->text[shell->size] = '\0';
	shell->count = count;
}

/* Keeps what is to be said of the last line, which answered something else than it says. */
static void blame(struct shell *shell)
{
	struct cli_text why = { 0 };

	if (shell->run.death && shell->run.err != -EILSEQ) {
		refuse(shell, "nothing is answered: the kernel is dead");
		return;
	}
	free(shell->why);
	shell->why = NULL;
	shell_why(shell, &why);
	shell->why = strdup(cli_text_end(&why));
	cli_text_free(&why);
	cli_failed("%s", shell->run.error);
}

static int take_back(struct shell *shell, size_t size, size_t count)
{
	int result;

	if (!shell->run.ended && shell->run.error)
		blame(shell);
	cut(shell, size, count);
	result = shell_play(shell);
	return result ? result : CLI_FAILED;
}

/* Only the first lines of a text may be a transcript's, and none of them is an operation. */
static bool is_of_transcript(const char *line, size_t size)
{
	const size_t at = first_word(line, size);

	return begins(line + at, size - at, "==") || begins(line + at, size - at, ">");
}

static int check(struct shell *shell)
{
	struct lfb_scenario *scenario;

	if (!lfb_scenario_parse("shell", shell->text, shell->size, &scenario)) {
		lfb_scenario_free(scenario);
		return CLI_OK;
	}
	return refuse(shell, lfb_error_text(NULL));
}

int shell_add(struct shell *shell, const char *line, size_t size)
{
	const size_t size_before = shell->size, count_before = shell->count;
	char *error_before;
	bool is_new;

	while (size && line[size - 1] == '\r')
		size--;
	if (is_of_transcript(line, size))
		return refuse(shell, "lines of a transcript are not for typing: lfb run takes a "
			      "whole one");
	if (append(shell, line, size))
		return CLI_FAILED;
	if (check(shell)) {
		cut(shell, size_before, count_before);
		return CLI_FAILED;
	}
	if (shell->count == count_before)
		return CLI_OK;
	error_before = shell->run.error;
	shell->run.error = NULL;
	if (shell_play(shell) || !shell->run.ended) {
		free(error_before);
		return take_back(shell, size_before, count_before);
	}
	free(shell->why);
	shell->why = NULL;
	is_new = shell->run.error && (!error_before || strcmp(error_before, shell->run.error));
	free(error_before);
	/* A kernel that died is there to be looked at. */
	if (is_new && shell->run.death)
		cli_failed("%s", shell->run.error);
	return CLI_OK;
}

int shell_undo(struct shell *shell)
{
	size_t start, count = shell->count;

	if (!count)
		return refuse(shell, "undo: nothing was done yet");
	start = shell->begins[count - 1];
	while (count && shell->begins[count - 1] == start)
		count--;
	fputs("undone: ", stdout);
	shell_print(shell->text + start);
	cut(shell, start, count);
	free(shell->why);
	shell->why = NULL;
	return shell_play(shell);
}

void shell_free(struct shell *shell)
{
	shell_run_free(&shell->run);
	shell_block_end(shell);
	free(shell->operations);
	free(shell->begins);
	free(shell->text);
	free(shell->why);
	free(shell->history);
}
