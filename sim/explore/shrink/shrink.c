// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Shrinking scenarios, as text: every candidate is a scenario that a person could have written.
 *
 * A. Zeller's delta debugging (ddmin) takes out what it can in large pieces; single lines and
 * numbers follow until nothing changes any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/shrink/shrink.h"

#define SMALLEST_TRIED 4	/* numbers from 0 on that stand in for larger ones */
#define PAIRS_MAX 64		/* lines of a scenario of which all pairs are tried */
#define POINTS_OF_LINE 8	/* choices that go with a line of a block */
#define NO_LINE SIZE_MAX

struct line {
	char *text;		/* never gets longer */
	const struct lfb_operation *operation;	/* … of the whole, at first */
	const struct lfb_expectation *expected;	/* the operation's; NULL: none */
};

struct shrinking {
	const char *name;
	lfb_still_fn still;
	void *context;
	struct lfb_shrink_options told;
	struct line *lines;	/* the shortest so far … */
	size_t count;
	struct line *trial;	/* … and what is tried next */
	struct lfb_operation *operations;	/* of the whole, with the schedules tried */
	struct lfb_shrink_choices *choices;	/* of each "parallel", from 1 */
	unsigned int nr_parallels;
	char *text;		/* of a candidate … */
	size_t size;		/* … which has this much room */
	size_t given;		/* lines there were */
	unsigned int tries;
	bool ended;		/* by who is told how far it is */
	int error;
};

/* Are there lines of another block beside it? */
static bool is_beside(const struct line *lines, size_t count, size_t at)
{
	const struct lfb_operation *operation = lines[at].operation;
	size_t first = at, end = at + 1;

	while (first && lines[first - 1].operation->parallel == operation->parallel)
		first--;
	while (end < count && lines[end].operation->parallel == operation->parallel)
		end++;
	return operation->parallel &&
	       lines[first].operation->block != lines[end - 1].operation->block;
}

/* As text; blocks are not said where only one is left. Returns its end. */
static char *format_lines(char *to, const struct line *lines, size_t count)
{
	const struct lfb_operation *before = NULL, *after;

	for (size_t i = 0; i < count; i++) {
		after = is_beside(lines, count, i) ? lines[i].operation : NULL;
		to = lfb__write_marks(to, before, after);
		to = lfb__write_line(to, lines[i].text, lines[i].expected);
		before = after;
	}
	return lfb__write_marks(to, before, NULL);
}

static struct lfb_scenario *make_candidate(struct shrinking *shrinking, const struct line *lines,
					   size_t count)
{
	struct lfb_scenario *candidate = NULL;
	const char *end = format_lines(shrinking->text, lines, count);
	int err;

	LFB_ASSERT((size_t)(end - shrinking->text) < shrinking->size);
	err = lfb_scenario_parse(shrinking->name, shrinking->text,
				 (size_t)(end - shrinking->text), &candidate);
	if (err == -ENOMEM)
		shrinking->error = err;
	return candidate;
}

/* Says how far it is. Returns whether to look at another candidate. */
static bool goes_on(struct shrinking *shrinking)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress),
		.done = shrinking->tries,
		.length = (unsigned int)shrinking->count,
		.longest = (unsigned int)shrinking->given,
	};

	if (shrinking->error || shrinking->ended || shrinking->tries == LFB_SHRINK_TRIES)
		return false;
	if (shrinking->told.progress)
		shrinking->ended = !shrinking->told.progress(shrinking->told.context, &progress);
	return !shrinking->ended;
}

/* Asks; a candidate that makes no sense as a scenario does not show it. */
static bool holds(struct shrinking *shrinking, const struct line *lines, size_t count)
{
	struct lfb_scenario *candidate;
	bool still;

	if (!goes_on(shrinking))
		return false;
	shrinking->tries++;
	candidate = make_candidate(shrinking, lines, count);
	still = candidate && shrinking->still(shrinking->context, candidate);
	lfb_scenario_free(candidate);
	return still;
}

/* A question about a schedule. */
struct scheduling {
	struct shrinking *shrinking;
	const struct line *lines;
	size_t count;
	unsigned int parallel;
};

static void say_schedule(struct shrinking *shrinking, unsigned int parallel)
{
	for (size_t i = 0; i < shrinking->given; i++) {
		if (shrinking->operations[i].parallel == parallel)
			shrinking->operations[i].schedule = shrinking->choices[parallel].text;
	}
}

static bool holds_so(void *context)
{
	struct scheduling *ask = context;

	say_schedule(ask->shrinking, ask->parallel);
	return holds(ask->shrinking, ask->lines, ask->count);
}

/*
 * Does the trial show it, if tasks stand earlier? Its @count lines are those of before without
 * the others behind them, few of which were in blocks.
 */
static bool holds_earlier(struct shrinking *shrinking, size_t count)
{
	struct scheduling ask = { shrinking, shrinking->trial, count, 0 };
	size_t nr = 0;
	bool still;

	for (size_t i = count; i < shrinking->count; i++) {
		const unsigned int parallel = shrinking->trial[i].operation->parallel;

		if (!parallel)
			continue;
		if (nr++ && parallel != ask.parallel)
			return false;
		ask.parallel = parallel;
	}
	if (!nr || nr > 2)
		return false;
	still = lfb__shrink_choose_earlier(&shrinking->choices[ask.parallel], nr * POINTS_OF_LINE,
					   holds_so, &ask);
	say_schedule(shrinking, ask.parallel);
	return still;
}

/* Returns whether a schedule got shorter. */
static bool shrink_schedules(struct shrinking *shrinking)
{
	bool changed = false;

	for (size_t i = 0; i < shrinking->count && !shrinking->error; i++) {
		struct scheduling ask = {
			shrinking, shrinking->lines, shrinking->count,
			shrinking->lines[i].operation->parallel,
		};

		if (!is_beside(shrinking->lines, shrinking->count, i) ||
		    (i && shrinking->lines[i - 1].operation->parallel == ask.parallel))
			continue;
		changed |= lfb__shrink_choices(&shrinking->choices[ask.parallel], holds_so, &ask);
		say_schedule(shrinking, ask.parallel);
	}
	return changed;
}

/* Goes on without the lines from @first to before @end and line @also, if that shows it too. */
static bool leave_out(struct shrinking *shrinking, size_t first, size_t end, size_t also)
{
	struct line *kept = shrinking->trial, *left = shrinking->trial + shrinking->count;
	size_t count;

	/* What is left out stays behind the end, where it is freed with the rest. */
	for (size_t i = 0; i < shrinking->count; i++) {
		if ((i >= first && i < end) || i == also)
			*--left = shrinking->lines[i];
		else
			*kept++ = shrinking->lines[i];
	}
	LFB_ASSERT(kept == left);
	count = (size_t)(kept - shrinking->trial);
	if (!holds(shrinking, shrinking->trial, count) && !holds_earlier(shrinking, count))
		return false;
	memcpy(shrinking->lines, shrinking->trial, shrinking->count * sizeof(struct line));
	shrinking->count = count;
	return true;
}

/* Halves, quarters … down to single lines. */
static void leave_out_pieces(struct shrinking *shrinking)
{
	size_t piece = shrinking->count;

	for (; piece; piece /= 2) {
		size_t at = 0;

		while (at < shrinking->count) {
			size_t end = at + piece < shrinking->count ? at + piece : shrinking->count;

			if (!leave_out(shrinking, at, end, NO_LINE))
				at = end;
		}
	}
}

static void leave_out_lines(struct shrinking *shrinking)
{
	size_t before;

	do {
		size_t at = shrinking->count;

		before = shrinking->count;
		while (at--)
			leave_out(shrinking, at, at + 1, NO_LINE);
	} while (shrinking->count != before);
}

/* Lines that only make sense together, as one that makes and one that ends a thing. */
static bool leave_out_pair(struct shrinking *shrinking)
{
	for (size_t first = 0; first + 1 < shrinking->count; first++) {
		for (size_t second = first + 1; second < shrinking->count; second++) {
			if (leave_out(shrinking, first, first + 1, second))
				return true;
		}
	}
	return false;
}

/* Goes on without what the lines from @first to before @end say they must answer. */
static void drop_expectations(struct shrinking *shrinking, size_t first, size_t end)
{
	bool any = false;

	memcpy(shrinking->trial, shrinking->lines, shrinking->count * sizeof(struct line));
	for (size_t i = first; i < end; i++) {
		any = any || shrinking->trial[i].expected;
		shrinking->trial[i].expected = NULL;
	}
	if (any && holds(shrinking, shrinking->trial, shrinking->count))
		memcpy(shrinking->lines, shrinking->trial, shrinking->count * sizeof(struct line));
}

struct word {
	const char *text;	/* in a line */
	size_t size;
	u64 value;
};

/* The next word behind *@at that is a number; the verb is none. */
static bool next_number(const char **at, struct word *word)
{
	const char *blank;

	while ((blank = strchr(*at, ' '))) {
		word->text = blank + 1;
		word->size = strcspn(word->text, " ");
		*at = word->text;
		if (strspn(word->text, "0123456789") >= word->size &&
		    sscanf(word->text, "%llu", &word->value) == 1)
			return true;
		if (word->size > 2 && word->text[0] == '0' && word->text[1] == 'x' &&
		    sscanf(word->text, "%llx", &word->value) == 1)
			return true;
	}
	return false;
}

/* @text with this @smaller number for those equal to @word, or only at @place. For free(). */
static char *with_number(const char *text, const struct word *word, unsigned int smaller,
			 const char *place)
{
	char *changed = strdup(text), *to = changed;
	const char *from = text, *at = text;
	struct word other;

	while (changed && next_number(&at, &other)) {
		if (place ? other.text != place : other.value != word->value)
			continue;
		memcpy(to, from, (size_t)(other.text - from));
		to += other.text - from;
		*to++ = (char)('0' + smaller);
		from = other.text + other.size;
	}
	if (changed)
		memmove(to, from, strlen(from) + 1);
	return changed;
}

/* Goes on with the smaller number, if that shows it too: everywhere, or only at @place. */
static bool make_smaller(struct shrinking *shrinking, const struct word *word,
			 unsigned int smaller, const char *place)
{
	struct line *lines = shrinking->lines, *trial = shrinking->trial;
	bool still;

	memcpy(trial, lines, shrinking->count * sizeof(*trial));
	for (size_t i = 0; i < shrinking->count; i++) {
		trial[i].text = with_number(lines[i].text, word, smaller, place);
		if (!trial[i].text)
			shrinking->error = -ENOMEM;
	}
	still = holds(shrinking, trial, shrinking->count);
	for (size_t i = 0; i < shrinking->count; i++)
		free(still ? lines[i].text : trial[i].text);
	if (still)
		memcpy(lines, trial, shrinking->count * sizeof(*lines));
	return still;
}

/* Returns whether something changed: then @word is no longer there. */
static bool make_small(struct shrinking *shrinking, const struct word *word)
{
	bool changed = false;

	for (unsigned int i = 0; !changed && i < SMALLEST_TRIED && i < word->value; i++)
		changed = make_smaller(shrinking, word, i, NULL) ||
			  make_smaller(shrinking, word, i, word->text);
	return changed;
}

static bool make_numbers_small(struct shrinking *shrinking)
{
	bool changed = false;

	for (size_t i = 0; i < shrinking->count && !shrinking->error; i++) {
		const char *at = shrinking->lines[i].text;
		struct word word;

		while (next_number(&at, &word)) {
			size_t blank = (size_t)(word.text - shrinking->lines[i].text) - 1;

			if (!make_small(shrinking, &word))
				continue;
			changed = true;
			/* Look at what stands there now once more. */
			at = shrinking->lines[i].text + blank;
		}
	}
	return changed;
}

static void search(struct shrinking *shrinking)
{
	drop_expectations(shrinking, 0, shrinking->count);
	leave_out_pieces(shrinking);
	for (size_t i = 0; i < shrinking->count; i++)
		drop_expectations(shrinking, i, i + 1);
	do
		leave_out_lines(shrinking);
	while (shrink_schedules(shrinking) ||
	       (shrinking->count <= PAIRS_MAX && leave_out_pair(shrinking)) ||
	       make_numbers_small(shrinking));
}

static void release(struct shrinking *shrinking, size_t count)
{
	for (size_t i = 0; shrinking->lines && i < count; i++)
		free(shrinking->lines[i].text);
	free(shrinking->lines);
	for (unsigned int i = 0; shrinking->choices && i <= shrinking->nr_parallels; i++)
		lfb__shrink_choices_free(&shrinking->choices[i]);
	free(shrinking->choices);
	free(shrinking->operations);
	free(shrinking->trial);
	free(shrinking->text);
}

/* Schedules that are lists, and room for the longest text of each; *@size grows by that. */
static int read_schedules(struct shrinking *shrinking, size_t *size)
{
	for (size_t i = 0; i < shrinking->given; i++) {
		const struct lfb_operation *operation = &shrinking->operations[i];
		struct lfb_shrink_choices *choices = &shrinking->choices[operation->parallel];
		int err;

		if (!operation->schedule || (i && operation[-1].parallel == operation->parallel))
			continue;
		err = lfb__shrink_choices_read(choices, operation->schedule);
		if (err == -ENOMEM)
			return err;
		*size += choices->count * 4 + strlen(operation->schedule);
	}
	return 0;
}

static int prepare(struct shrinking *shrinking, const struct lfb_scenario *scenario)
{
	size_t size = 1;

	shrinking->lines = calloc(scenario->count + 1, sizeof(struct line));
	shrinking->trial = calloc(scenario->count + 1, sizeof(struct line));
	shrinking->operations = calloc(scenario->count + 1, sizeof(struct lfb_operation));
	shrinking->choices = calloc(scenario->nr_parallels + 1, sizeof(struct lfb_shrink_choices));
	if (!shrinking->lines || !shrinking->trial || !shrinking->operations || !shrinking->choices)
		return -ENOMEM;
	shrinking->nr_parallels = scenario->nr_parallels;
	if (scenario->count)
		memcpy(shrinking->operations, scenario->operations,
		       scenario->count * sizeof(struct lfb_operation));
	for (size_t i = 0; i < scenario->count; i++) {
		const struct lfb_operation *operation = &shrinking->operations[i];
		struct line *line = &shrinking->lines[i];

		line->expected = operation->expected.given ? &operation->expected : NULL;
		line->text = strdup(operation->text);
		if (!line->text)
			return -ENOMEM;
		line->operation = operation;
		size += strlen(line->text) + LFB_SHRINK_LINE_SPARE;
	}
	shrinking->count = shrinking->given = scenario->count;
	if (read_schedules(shrinking, &size))
		return -ENOMEM;
	shrinking->size = size;
	shrinking->text = malloc(size);
	return shrinking->text ? 0 : -ENOMEM;
}

int lfb_scenario_shrink(const struct lfb_scenario *scenario, lfb_still_fn still, void *context,
			const struct lfb_shrink_options *options, struct lfb_scenario **shortest)
{
	struct shrinking shrinking = { .still = still, .context = context };

	if (!shortest)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_shrink(): no place for the result");
	*shortest = NULL;
	if (!lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO) || !still)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_shrink(): no %s",
				  still ? "live scenario" : "question to ask");
	if (lfb__options_take(NULL, "the options", &shrinking.told, sizeof(shrinking.told), options,
			      sizeof(shrinking.told.sz)))
		return -EINVAL;
	shrinking.name = scenario->name;
	shrinking.error = prepare(&shrinking, scenario);
	if (!shrinking.error && !holds(&shrinking, shrinking.lines, shrinking.count) &&
	    !shrinking.ended)
		shrinking.error = shrinking.error ?: -EINVAL;
	if (!shrinking.error)
		search(&shrinking);
	if (!shrinking.error)
		*shortest = make_candidate(&shrinking, shrinking.lines, shrinking.count);
	release(&shrinking, scenario->count);
	if (shrinking.error == -EINVAL)
		return lfb__error(NULL, -EINVAL, "%.200s: there is nothing to shrink: the scenario "
				  "as it is does not show it", scenario->name);
	return shrinking.error ? lfb__error(NULL, -ENOMEM, "no memory to shrink a scenario") : 0;
}

static void without_numbers(const char *from, char *to, size_t size)
{
	char *stop = to + size - 1;

	while (*from && to < stop) {
		size_t digits = strspn(from, "0123456789");

		*to++ = digits ? 'N' : *from;
		from += digits ? digits : 1;
	}
	*to = '\0';
}

int lfb_scenario_failure(const struct lfb_scenario *scenario,
			 const struct lfb_machine_options *options, struct lfb_run_failure *failure)
{
	struct lfb_machine *machine;
	int err;

	if (!lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO) || !failure)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_failure(): no %s",
				  failure ? "live scenario" : "place for the result");
	memset(failure, 0, sizeof(*failure));
	err = lfb__machine_create_own(options, &machine);
	if (err)
		return err;
	failure->result = lfb_scenario_run(scenario, machine, NULL);
	if (failure->result)
		without_numbers(lfb_error_text(machine), failure->why, sizeof(failure->why));
	lfb_machine_destroy(machine);
	return 0;
}
