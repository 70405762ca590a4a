// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Steps, made of events and of what operations answered. */
#define _GNU_SOURCE /* memrchr() */
#include <stdlib.h>
#include <string.h>

#include "show.h"

/* A call that has begun, and the step that stands for it. */
struct show_open {
	unsigned long event;
	size_t step;
};

/* One more at the end of a list that grows; NULL: no memory. */
static void *grown(struct show *show, void *list, size_t count, size_t size)
{
	void *more = cli_grown(list, count, size);

	show->no_memory |= !more;
	return more;
}

static const char *keep(struct show *show, const char *text, size_t length)
{
	char **strings;
	char *kept;

	if (!text)
		return NULL;
	/* Names come again and again. */
	for (size_t i = show->nr_strings; i > 0 && i + 64 > show->nr_strings; i--) {
		if (!strncmp(show->strings[i - 1], text, length) && !show->strings[i - 1][length])
			return show->strings[i - 1];
	}
	strings = grown(show, show->strings, show->nr_strings, sizeof(*strings));
	if (!strings)
		return "";
	show->strings = strings;
	kept = strndup(text, length);
	show->no_memory |= !kept;
	if (!kept)
		return "";
	return show->strings[show->nr_strings++] = kept;
}

static const char *keep_all(struct show *show, const char *text)
{
	return text ? keep(show, text, strlen(text)) : NULL;
}

static void keep_event(struct show *show, struct lfb_event *to, const struct lfb_event *event)
{
	*to = *event;
	to->doing = keep_all(show, event->doing);
	to->task = keep_all(show, event->task);
	to->session = keep_all(show, event->session);
	to->handler = keep_all(show, event->handler);
	to->flb = keep_all(show, event->flb);
	to->module = keep_all(show, event->module);
	to->lock = keep_all(show, event->lock);
	to->subtree = keep_all(show, event->subtree);
	to->profile = keep_all(show, event->profile);
	to->next_profile = keep_all(show, event->next_profile);
	to->reason = keep_all(show, event->reason);
	to->owner = keep_all(show, event->owner);
	to->where = keep_all(show, event->where);
	to->message = keep_all(show, event->message);
}

static struct show_step *step_at(const struct show *show, size_t number)
{
	return number ? &show->steps[number - 1] : NULL;
}

const struct show_step *show_in(const struct show *show, const struct show_step *step)
{
	return step_at(show, step->in);
}

size_t show_flb(const struct show *show, const char *name)
{
	size_t at = 0;

	while (at < show->nr_flbs && (!name || strcmp(show->flbs[at], name)))
		at++;
	return at;
}

static void know_flb(struct show *show, const char *name)
{
	const char **flbs;

	if (!name || show_flb(show, name) < show->nr_flbs)
		return;
	flbs = grown(show, show->flbs, show->nr_flbs, sizeof(*flbs));
	if (!flbs)
		return;
	show->flbs = flbs;
	show->flbs[show->nr_flbs++] = name;
}

/* A step behind all others; NULL: no memory. */
static struct show_step *add_step(struct show *show, size_t in)
{
	struct show_step *steps, *step;

	if (show->no_memory)
		return NULL;
	steps = grown(show, show->steps, show->count, sizeof(*steps));
	if (!steps)
		return NULL;
	show->steps = steps;
	step = &show->steps[show->count++];
	*step = (struct show_step){
		.number = show->count,
		.in = in,
		.last = show->count,
		.saved = show->marked.pages,
		.waiting = show->handed.pages,
		.block = in ? step_at(show, in)->block : 0,
	};
	for (; in; in = step_at(show, in)->in)
		step_at(show, in)->last = show->count;
	return step;
}

static struct show_step *add_operation(struct show *show, const struct lfb_event *event, size_t in)
{
	struct show_step *step = add_step(show, in);

	if (!step)
		return NULL;
	step->is_operation = true;
	step->is_open = true;
	step->is_call = show->is_script;
	step->event = (struct lfb_event){ .operation = event->operation, .boot = event->boot };
	step->event.task = keep_all(show, event->task);
	step->text = keep_all(show, event->doing);
	/* It has no answer, and is not one of them. */
	step->is_open = strcmp(step->text, "end of the scenario") != 0;
	show->open_operations += step->is_open;
	if (step->is_open && !show_is_setup(step))
		show->operations++;
	return step;
}

/* The step of the operation that the event counts itself to; NULL: not there yet, or none. */
static struct show_step *operation_of(struct show *show, unsigned long operation)
{
	return operation < show->nr_by_operation ? step_at(show, show->by_operation[operation]) :
						   NULL;
}

static void remember_operation(struct show *show, const struct show_step *step)
{
	while (!show->no_memory && show->nr_by_operation <= step->event.operation) {
		size_t *more = grown(show, show->by_operation, show->nr_by_operation,
				     sizeof(*more));

		if (!more)
			return;
		show->by_operation = more;
		show->by_operation[show->nr_by_operation++] = 0;
	}
	if (!show->no_memory)
		show->by_operation[step->event.operation] = step->number;
}

/* Did @step happen in @other? */
static bool is_in(const struct show *show, const struct show_step *step, size_t other)
{
	while (step && step->number != other)
		step = step_at(show, step->in);
	return step != NULL;
}

static size_t newest_open_operation(const struct show *show)
{
	for (size_t i = show->count; i > 0 && show->open_operations; i--) {
		if (show->steps[i - 1].is_operation && show->steps[i - 1].is_open)
			return i;
	}
	return 0;
}

/* "work-1": work that is a task. Who asked for it may be done with that operation for long. */
static bool is_work(const struct lfb_event *event)
{
	return event->task && !strncmp(event->task, "work-", 5);
}

/* Of what a task begins beside others. */
static unsigned int block_of(const struct lfb_event *event)
{
	if (is_work(event))
		return SHOW_TASKS + (unsigned int)atoi(event->task + 5);
	return strncmp(event->task, "task-", 5) ? 1 : (unsigned int)atoi(event->task + 5);
}

/* The one that an event told of first. */
static struct show_step *new_operation(struct show *show, const struct lfb_event *event, size_t in)
{
	const bool is_beside = event->happening == LFB_DID_TASK_DOES;
	struct show_step *step;

	if (!in && !is_beside)
		in = newest_open_operation(show);
	step = add_operation(show, event, in);
	if (!step)
		return NULL;
	if (is_beside)
		step->block = block_of(event);
	remember_operation(show, step);
	return step;
}

/* How many calls are open up to that one; 0: it is none of them. */
static size_t depth_of(const struct show *show, unsigned long number)
{
	size_t depth = show->nr_open;

	while (depth && show->open[depth - 1].event != number)
		depth--;
	return depth;
}

/*
 * The step that an event happened in: the innermost of what it says it happened in, and of its
 * operation. Tasks beside each other are in the middle of calls of their own, work in nobody's.
 */
static size_t place_of(struct show *show, const struct lfb_event *event)
{
	struct show_step *operation = operation_of(show, event->operation);
	const size_t depth = depth_of(show, event->parent);
	const size_t in = depth ? show->open[depth - 1].step : 0;

	if (is_work(event))
		return in;
	if (!operation && event->operation && event->doing && event->doing[0])
		operation = new_operation(show, event, in);
	if ((depth || !event->parent) && !(operation && operation->block))
		show->nr_open = depth;
	if (operation && operation->is_open && (!in || is_in(show, operation, in)))
		return operation->number;
	return in ? in : newest_open_operation(show);
}

/* What it does to pages, and to how many there are. */
static void count_pages(struct show *show, struct show_step *step)
{
	struct lfb_event *event = &step->event;
	struct show_step *in = step_at(show, step->in);

	if (event->happening == LFB_DID_PAGES_MARKED) {
		show->no_memory |= !show_blocks_add(&show->marked, event->phys, event->pages,
						    event->owner);
	} else if (event->happening == LFB_DID_PAGES_UNMARKED) {
		show_blocks_drop(&show->marked, event->phys, event->pages, &event->owner);
	} else if (event->happening == LFB_DID_PAGES_HANDED_OVER) {
		show->no_memory |= !show_blocks_add(&show->handed, event->phys, event->pages,
						    event->owner);
	} else if (event->happening == LFB_DID_PAGES_CLAIMED) {
		show_blocks_drop(&show->handed, event->phys, event->pages, &event->owner);
		if (in)
			in->claims += event->pages;
	} else if (event->happening == LFB_DID_JUMPED ||
		   event->happening == LFB_DID_SWITCHED_OFF) {
		show_blocks_clear(&show->marked);
		show_blocks_clear(&show->handed);
	}
	step->saved = show->marked.pages;
	step->waiting = show->handed.pages;
}

static bool changes_pages(enum lfb_happening happening)
{
	return happening == LFB_DID_PAGES_MARKED || happening == LFB_DID_PAGES_UNMARKED ||
	       happening == LFB_DID_PAGES_CLAIMED;
}

/* A call of KHO that went well and is told by the pages it changed: before or after it. */
static bool is_about_pages(const struct lfb_event *event)
{
	return event->happening >= LFB_DID_KHO_PRESERVE_FOLIO &&
	       event->happening <= LFB_DID_KHO_RESTORE_VMALLOC &&
	       !(event->has_result && event->result < 0);
}

/* Gives the pages that changed just before in the same step their call, or those that will. */
static void name_call(struct show *show, const struct lfb_event *event, size_t in)
{
	const char *call = keep_all(show, lfb_event_action(event));
	bool found = false;

	for (size_t i = show->count; i > 0; i--) {
		struct show_step *step = &show->steps[i - 1];

		if (step->in != in || step->is_operation || step->call ||
		    !changes_pages(step->event.happening))
			break;
		step->call = call;
		found = true;
	}
	show->call = found ? NULL : call;
}

static bool is_left_out(const struct lfb_event *event)
{
	return event->kind == LFB_EVENT_LOCK || event->kind == LFB_EVENT_AGENT;
}

static void add_event(struct show *show, const struct lfb_event *event, size_t in)
{
	struct show_step *step = add_step(show, in);

	if (!step)
		return;
	keep_event(show, &step->event, event);
	step->is_open = event->edge == LFB_EDGE_BEGIN;
	step->handle_before = event->handle;
	if (is_work(event))
		step->block = block_of(event);
	know_flb(show, step->event.flb);
	if (changes_pages(event->happening)) {
		step->call = show->call;
		if (step->call && in && !strcmp(step->call, "restore-free"))
			step_at(show, in)->frees += event->pages;
	} else {
		show->call = NULL;
	}
	count_pages(show, step);
	show->findings += event->kind == LFB_EVENT_FINDING;
	if (event->boot >= show->kernels)
		show->kernels = event->boot + 1;
}

/* A call ended; what it answers belongs to where it began. */
static void end_event(struct show *show, const struct lfb_event *event)
{
	const size_t depth = depth_of(show, event->parent);
	struct show_step *step = NULL;

	if (depth) {
		struct show_open *open = &show->open[depth - 1];

		step = step_at(show, open->step);
		memmove(open, open + 1, (show->nr_open-- - depth) * sizeof(*open));
	}
	show->call = NULL;
	if (!step || step->is_operation || step->event.happening != event->happening)
		return;
	keep_event(show, &step->event, event);
	step->is_open = false;
}

void show_event(void *context, const struct lfb_event *event)
{
	struct show *show = context;
	struct show_open *open;
	size_t in;

	if (show->no_memory)
		return;
	in = place_of(show, event);
	if (event->edge == LFB_EDGE_END) {
		end_event(show, event);
		return;
	}
	if (is_about_pages(event))
		name_call(show, event, in);
	else if (!is_left_out(event))
		add_event(show, event, in);
	if (event->edge != LFB_EDGE_BEGIN || show->no_memory)
		return;
	open = grown(show, show->open, show->nr_open, sizeof(*open));
	if (!open)
		return;
	show->open = open;
	show->open[show->nr_open++] = (struct show_open){
		event->number, is_left_out(event) ? in : show->count,
	};
}

/* Answers */

/* Nothing happened in it, so it comes with its answer. */
static struct show_step *add_answered(struct show *show, struct lfb_event *event,
				      const char *text, size_t length)
{
	event->boot = show->count ? show->steps[show->count - 1].event.boot : 0;
	event->doing = keep(show, text, length);
	return add_operation(show, event, 0);
}

/* The operation that a line of the transcript is about: the innermost that has no answer. */
static struct show_step *answered(struct show *show, const char *text, size_t length)
{
	const bool at_point = !strncmp(text, "at ", 3);
	struct lfb_event event = { .task = "agent" };

	for (size_t i = show->count; i > 0 && show->open_operations; i--) {
		struct show_step *step = &show->steps[i - 1];

		if (!step->is_operation || !step->is_open)
			continue;
		if ((!strncmp(step->text, text, length) && !step->text[length]) ||
		    (at_point && !strncmp(step->text, "at ", 3)))
			return step;
	}
	return add_answered(show, &event, text, length);
}

/* The same of a line of a block, where what was not done any more has a line, too; NULL. */
static struct show_step *answered_beside(struct show *show, const char *text, size_t length)
{
	for (size_t i = 0; i < show->count; i++) {
		struct show_step *step = &show->steps[i];

		if (step->is_operation && step->is_open && step->block == show->block &&
		    !strncmp(step->text, text, length) && !step->text[length])
			return step;
	}
	return NULL;
}

/* "NAME ARGUMENTS = RESULT obj=OBJECT": how long is it up to there? */
static size_t text_length(const char *line, size_t length, const char **answer)
{
	const char *equals = memrchr(line, '=', length);

	*answer = NULL;
	if (equals && equals - line > 4 && !strncmp(equals - 4, " obj=", 5))
		equals = memrchr(line, '=', (size_t)(equals - line));
	if (!equals || equals == line || equals[-1] != ' ' || equals[1] != ' ')
		return length;
	*answer = equals + 2;
	return (size_t)(equals - 1 - line);
}

/*
 * Of -EBADFD the scenario itself is the reason. The machine's sentence may be an older one's; one
 * that is the same again is this one's if the errno is, too.
 */
static const char *reason_of(struct show *show, const struct show_step *step)
{
	const char *why = lfb_error_text(show->machine);
	const bool again = show->last_why && !strcmp(show->last_why, why) &&
			   show->last_failure != step->event.result;

	if (step->event.result == -EBADFD && !step->is_call)
		return show_verb_reason(step->text);
	/* Of blocks it is the one that all ended with. */
	if (!why[0] || again || (step->block && step->event.result != -EFAULT))
		return NULL;
	show->last_failure = step->event.result;
	return show->last_why = keep_all(show, why);
}

static void take_answer(struct show *show, struct show_step *step, const char *answer,
			const char *end)
{
	const char *object = memchr(answer, ' ', (size_t)(end - answer));

	step->event.has_result = true;
	step->event.result = strtol(answer, NULL, 10);
	if (object && !strncmp(object, " obj=", 5) && !step->event.result)
		step->object = keep(show, object + 5, (size_t)(end - object - 5));
	if (step->event.result < 0)
		step->why = reason_of(show, step);
}

/* Where blocks begin and end is no operation. */
static bool take_mark(struct show *show, const char *line)
{
	const bool is_first = !strncmp(line, "parallel ", 9);

	if (!is_first && *line != '}')
		return false;
	show->block = is_first ? 1 : line[1] == ' ' ? show->block + 1 : 0;
	return true;
}

int show_transcript(void *context, const char *line, size_t size)
{
	struct show *show = context;
	const char *answer;
	struct show_step *step;
	size_t length;

	if (size < 4 || strncmp(line, "> ", 2) || take_mark(show, line + 2) || show->no_memory)
		return show->no_memory ? -ENOMEM : 0;
	length = text_length(line + 2, size - 3, &answer);
	step = show->block ? answered_beside(show, line + 2, length) :
			     answered(show, line + 2, length);
	if (!step)
		return show->no_memory ? -ENOMEM : 0;
	step->is_open = false;
	show->open_operations--;
	if (answer)
		take_answer(show, step, answer, line + size - 1);
	return 0;
}

struct show_step *show_line(struct show *show, unsigned long number, const char *text,
			    size_t length)
{
	struct lfb_event event = { .operation = number, .task = "agent" };
	struct show_step *step = operation_of(show, number);

	if (step)
		return step;
	while (length && text[length - 1] == ' ')
		length--;
	step = add_answered(show, &event, text, length);
	if (step)
		remember_operation(show, step);
	return step;
}

static void end_line(struct show *show, struct show_step *step)
{
	show->open_operations -= step->is_open;
	step->is_open = false;
}

void show_line_ends(struct show *show, struct show_step *step, long result, const char *said)
{
	end_line(show, step);
	step->event.has_result = true;
	step->event.result = result;
	if (said)
		step->why = keep_all(show, said);
	else if (result < 0)
		step->why = reason_of(show, step);
}

void show_lines_end(struct show *show)
{
	for (size_t i; (i = newest_open_operation(show)) != 0;)
		end_line(show, step_at(show, i));
}

void show_free(struct show *show)
{
	for (size_t i = 0; i < show->nr_strings; i++)
		free(show->strings[i]);
	free(show->strings);
	free(show->flbs);
	free(show->steps);
	free(show->open);
	free(show->by_operation);
	free(show->scratch);
	show_blocks_clear(&show->marked);
	show_blocks_clear(&show->handed);
}
