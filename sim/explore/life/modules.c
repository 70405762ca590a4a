// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Searching modules in C: what is asked for, and what is told of it. */
#define _GNU_SOURCE /* asprintf() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/life/life.h"
#include "sim/scenario/scenario.h"

#define LENGTH 6u
#define JOBS_MAX 64u
#define MEMORY (8ull << 20)

static int take_numbers(struct lfb_life *life)
{
	struct lfb_exhaust_modules *what = &life->what;
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	what->kinds = what->kinds ? what->kinds : 1;
	what->files = what->files ? what->files : 2;
	what->sessions = what->sessions ? what->sessions : 2;
	what->length = what->length ? what->length : LENGTH;
	if (!what->jobs)
		what->jobs = online > 0 ? (unsigned int)online : 1;
	if (what->jobs > JOBS_MAX)
		what->jobs = JOBS_MAX;
	if (what->kinds > LFB_AGENT_FILES || what->files > LFB_AGENT_FILES / what->kinds)
		return lfb__error(NULL, -EINVAL, "%u kinds of %u files are more than %u files",
				  what->kinds, what->files, LFB_AGENT_FILES);
	if (what->sessions > LFB_AGENT_SESSIONS)
		return lfb__error(NULL, -EINVAL, "there are at most %u sessions, not %u",
				  LFB_AGENT_SESSIONS, what->sessions);
	if (what->length > LFB_EXHAUST_LENGTH_MAX)
		return lfb__error(NULL, -EINVAL, "sequences are at most %u long, not %u",
				  LFB_EXHAUST_LENGTH_MAX, what->length);
	if (what->without & ~(unsigned int)LFB_EXHAUST_ALL_CHOICES)
		return lfb__error(NULL, -EINVAL, "there are no such choices: 0x%x", what->without);
	life->files = what->kinds * what->files;
	return 0;
}

static int take_finds(struct lfb_life *life)
{
	const struct lfb_exhaust_modules *what = &life->what;

	for (size_t i = 0; what->finds && i < what->nr_finds; i++) {
		if ((unsigned int)what->finds[i] >= LFB_FINDINGS_NR)
			return lfb__error(NULL, -EINVAL, "there is no finding %d",
					  (int)what->finds[i]);
		life->wanted[what->finds[i]] = true;
	}
	for (int id = 0; id < LFB_FINDINGS_NR && !what->finds; id++)
		life->wanted[id] = lfb_finding_severity(id) >= LFB_SEVERITY_ERROR;
	life->wanted[LFB_FINDINGS_NR] = !what->finds;
	return 0;
}

static int take(struct lfb_life *life, const struct lfb_machine_options *machine,
		const struct lfb_exhaust_modules *what)
{
	int err = lfb__options_take(NULL, "the modules", &life->what, sizeof(life->what), what,
				    offsetof(struct lfb_exhaust_modules, loadable));

	if (!err)
		err = lfb__options_take(NULL, "the machine's options", &life->machine_options,
					sizeof(life->machine_options), machine,
					sizeof(life->machine_options.sz));
	if (err)
		return err;
	err = lfb__shard_check(NULL, life->what.shard, life->what.shards);
	if (err)
		return err;
	life->machine_options.sz = sizeof(life->machine_options);
	if (!machine)
		life->machine_options.memory = MEMORY;
	if (!life->what.loadable && (!life->what.modules || !life->what.make_file))
		return lfb__error(NULL, -EINVAL, "there are no modules, or no make_file()");
	if (life->what.shards && life->what.only)
		return lfb__error(NULL, -EINVAL, "one case has no shards");
	if (!life->what.name)
		life->what.name = "modules";
	return take_finds(life);
}

int lfb__life_take(struct lfb_life *life, const struct lfb_machine_options *machine,
		   const struct lfb_exhaust_modules *what)
{
	int err = take(life, machine, what);

	if (!err)
		err = lfb__life_machine(life);
	if (!err)
		err = lfb__life_handlers(life);
	return err ? err : take_numbers(life);
}

static void note(struct lfb_exhaust_modules_result *result,
		 const struct lfb_exhaust_modules_found *found, const char *text)
{
	if (found->id < LFB_FINDINGS_NR)
		result->findings[found->id / 64] |= 1ull << (found->id % 64);
	if (result->violations++)
		return;
	snprintf(result->first, sizeof(result->first), "%s", text);
	snprintf(result->first_case, sizeof(result->first_case), "%s", found->name);
}

static int tell(struct lfb_life *life, const struct lfb_exhaust_modules_found *found)
{
	const struct lfb_exhaust_modules *what = &life->what;
	char *text;
	int length = asprintf(&text, "%s/%s: after %u calls:\n%s%s", what->name, found->name,
			      found->length, found->calls, found->text);
	int err = 0;

	if (length < 0)
		return lfb__error(NULL, -ENOMEM, "no memory for what was found");
	note(&life->result, found, text);
	if (what->found)
		what->found(what->found_context, found);
	if (what->write)
		err = what->write(what->write_context, text, (size_t)length);
	free(text);
	return err ? lfb__error(NULL, err, "the output could not be written") : 0;
}

static int report(struct lfb_life *life, const struct lfb_life_raised *raised,
		  const struct lfb_agent_act *word)
{
	char name[sizeof(life->result.first_case)];
	char *calls = lfb__life_calls(word, raised->length);
	const struct lfb_exhaust_modules_found found = {
		.sz = sizeof(found),
		.id = (enum lfb_finding_id)raised->id,
		.length = raised->length,
		.name = name,
		.calls = calls,
		.text = raised->text,
		.at = (u64)raised->parent << 32 | raised->order,
	};
	int err;

	if (!calls)
		return lfb__error(NULL, -ENOMEM, "no memory for what was found");
	lfb__life_name(word, raised->length, name, sizeof(name));
	err = tell(life, &found);
	free(calls);
	return err;
}

static int by_order(const void *one, const void *other)
{
	const struct lfb_life_raised *a = one, *b = other;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return a->order != b->order ? (a->order < b->order ? -1 : 1) :
				      (a->id > b->id) - (a->id < b->id);
}

static int report_all(struct lfb_life *life)
{
	struct lfb_life_raised *raised = life->raised.items;
	struct lfb_agent_act word[LFB_EXHAUST_LENGTH_MAX];
	int err = 0;

	if (life->raised.count)
		qsort(raised, life->raised.count, sizeof(*raised), by_order);
	for (size_t i = 0; !err && i < life->raised.count; i++) {
		unsigned int length = lfb__life_word(life, raised[i].parent, word);

		if (raised[i].length)
			word[length] = raised[i].act;
		err = report(life, &raised[i], word);
	}
	return err;
}

static void show_event(void *context, const struct lfb_event *event)
{
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	lfb__transcript_line(context, "  %s", line);
}

static int try_only(struct lfb_life *life)
{
	const struct lfb_exhaust_modules *what = &life->what;
	struct lfb_transcript said = { what->write, what->write_context, 0 };
	struct lfb_agent_act word[LFB_EXHAUST_LENGTH_MAX];
	struct lfb_agent_state state = { 0 };
	unsigned int length;
	int err = 0;

	if (!lfb__life_parse(what->only, word, &length))
		return lfb__error(NULL, -EINVAL, "%.300s is no sequence of calls", what->only);
	for (unsigned int i = 0; i < length; i++) {
		if (word[i].session >= what->sessions ||
		    (word[i].file >= life->files && word[i].verb < LFB_AGENT_USE) ||
		    (word[i].verb == LFB_AGENT_USE && !what->use))
			return lfb__error(NULL, -EINVAL, "%.300s: call %u is of nothing there is",
					  what->only, i + 1);
	}
	/* What the agent knows before the last one matters for what is excused. */
	for (unsigned int i = 0; i < length; i++) {
		if (i + 1 < length)
			lfb__agent_learns(&state, &word[i], !word[i].fails);
	}
	lfb__transcript_line(&said, "== %s: case %s", what->name, what->only);
	lfb_trace_to(life->machine, show_event, &said);
	life->now.length = length;
	err = lfb__life_try(life, word, length, &state, &life->raised);
	life->result.sequences = 1;
	life->result.length = length;
	for (size_t i = 0; !err && i < life->raised.count; i++)
		err = report(life, (const struct lfb_life_raised *)life->raised.items + i, word);
	return err;
}

/* Already what loading the modules does can be wrong. */
static int try_all(struct lfb_life *life)
{
	struct lfb_agent_state state = { 0 };
	int err = lfb__life_try(life, NULL, 0, &state, &life->raised);

	life->result.sequences = life->result.shorter = 1;
	if (!err && life->what.jobs > 1) {
		lfb_machine_destroy(life->machine);
		life->machine = NULL;
	}
	if (!err)
		err = lfb__life_search(life);
	if (!err || err == -EINTR) {
		int told = report_all(life);

		err = told ? told : err;
	}
	return err;
}

int lfb_exhaust_modules(const struct lfb_machine_options *machine,
			const struct lfb_exhaust_modules *what, void *context,
			struct lfb_exhaust_modules_result *result)
{
	struct lfb_life life = { .context = context };
	int err = lfb__result_check(NULL, "the result", result, sizeof(*result));

	if (!err)
		err = lfb__life_take(&life, machine, what);
	if (!err)
		err = life.what.only ? try_only(&life) : try_all(&life);
	lfb_machine_destroy(life.machine);
	if (!err || err == -EINTR)
		lfb__result_give(result, &life.result, sizeof(life.result));
	lfb__list_free(&life.nodes);
	lfb__list_free(&life.raised);
	return err;
}
