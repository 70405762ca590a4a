// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A life as bytes say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/fuzz/fuzz.h"

/* Those of the records, and those that complete a life twice. */
#define CALLS_MAX (LFB_FUZZ_RECORDS_MAX + 2u * (LFB_AGENT_SESSIONS * 4u + LFB_AGENT_FILES + 2u))

#define MEMORY (8ull << 20)

static bool is_over(const struct lfb_fuzzer *fuzzer)
{
	return fuzzer->life.error || fuzzer->length == CALLS_MAX ||
	       lfb__life_is_dead(&fuzzer->life);
}

/* False: it makes no sense here. */
static bool act(struct lfb_fuzzer *fuzzer, const struct lfb_agent_act *act)
{
	struct lfb_life *life = &fuzzer->life;
	long answer;

	if (is_over(fuzzer) || !lfb__life_does(life, &fuzzer->state, act))
		return false;
	fuzzer->word[fuzzer->length] = *act;
	answer = lfb__life_act(life, fuzzer->word, fuzzer->length);
	lfb__agent_learns(&fuzzer->state, act, answer >= 0);
	fuzzer->length++;
	return true;
}

/* Of that session and file, or the next one where it makes sense. */
static void call(struct lfb_fuzzer *fuzzer, const struct lfb_fuzz_record *record)
{
	bool of_session;
	const unsigned int ways = lfb__life_ways(&fuzzer->life, record->verb, &of_session);
	const unsigned int all = ways * (of_session ? fuzzer->life.what.sessions : 1);
	struct lfb_agent_act that = { .verb = record->verb };
	bool done = false;

	if (lfb__life_fallible(&that) && !fuzzer->life.what.no_failures)
		that.fails = record->fails & 7;
	for (unsigned int i = 0; i < all && !done; i++) {
		that.session = (u8)((record->which + i) % all / ways);
		that.file = (u8)((record->which + i) % all % ways);
		done = act(fuzzer, &that);
	}
}

static void do_record(struct lfb_fuzzer *fuzzer, const struct lfb_fuzz_record *record)
{
	if (!lfb__fuzz_is_damage(record))
		call(fuzzer, record);
	else if (fuzzer->nr_damages < LFB_FUZZ_RECORDS_MAX)
		fuzzer->damages[fuzzer->nr_damages++] = (struct lfb_damage){ .record = *record };
}

static void act_on(struct lfb_fuzzer *fuzzer, enum lfb_agent_verb verb, unsigned int session,
		   unsigned int file)
{
	const struct lfb_agent_act that = {
		.verb = (u8)verb, .session = (u8)session, .file = (u8)file,
	};

	act(fuzzer, &that);
}

static void take_over(struct lfb_fuzzer *fuzzer)
{
	for (unsigned int s = 0; s < fuzzer->life.what.sessions; s++) {
		act_on(fuzzer, LFB_AGENT_REOPEN, s, 0);
		for (unsigned int f = 0; f < fuzzer->life.files; f++)
			act_on(fuzzer, LFB_AGENT_RETRIEVE, s, f);
	}
	act_on(fuzzer, LFB_AGENT_USE, 0, 0);
	for (unsigned int s = 0; s < fuzzer->life.what.sessions; s++) {
		act_on(fuzzer, LFB_AGENT_FINISH, s, 0);
		if (fuzzer->state.sessions[s] == LFB_AGENT_FINISHED)
			act_on(fuzzer, LFB_AGENT_CLOSE, s, 0);
	}
}

static void live(struct lfb_fuzzer *fuzzer, const u8 *data, size_t size)
{
	struct lfb_fuzz_record record;

	for (unsigned int i = 0; i < LFB_FUZZ_RECORDS_MAX && size >= LFB_FUZZ_RECORD_SIZE; i++) {
		lfb__fuzz_read(&record, data);
		do_record(fuzzer, &record);
		data += LFB_FUZZ_RECORD_SIZE;
		size -= LFB_FUZZ_RECORD_SIZE;
	}
	take_over(fuzzer);
	act_on(fuzzer, LFB_AGENT_KEXEC, 0, 0);
	take_over(fuzzer);
}

/* Begins with power on, or a copy of what was switched on. */
static int begin(struct lfb_fuzzer *fuzzer)
{
	struct lfb_life *life = &fuzzer->life;

	memset(&fuzzer->state, 0, sizeof(fuzzer->state));
	fuzzer->length = fuzzer->nr_damages = fuzzer->nr_done = 0;
	memset(&life->now, 0, sizeof(life->now));
	life->error = 0;
	life->hit = life->dead = false;
	lfb__life_go_to(life, NULL, 0);
	life->machine->kernel.damaged = false;
	if (life->agent && !life->error)
		lfb__life_look_at_registry(life);
	return life->error;
}

/* What counts: all that is wanted, or what may be whatever a module is handed. */
static int collect(struct lfb_fuzzer *fuzzer, struct lfb_list *raised)
{
	struct lfb_life *life = &fuzzer->life;

	for (unsigned int id = 0; id <= LFB_FINDINGS_NR; id++)
		life->wanted[id] = fuzzer->wanted[id] &&
				   (!fuzzer->nr_done || lfb__fuzz_counts(id));
	return lfb__life_collect(life, &fuzzer->state, raised);
}

static void report_damage(FILE *stream, const struct lfb_damage *damage)
{
	if (damage->call && damage->before != damage->after)
		fprintf(stream, "    damaged in call %u, before the jump: %u byte%s at offset %llu "
			"of what was preserved %s: 0x%llx, was 0x%llx\n", damage->call,
			damage->size, damage->size > 1 ? "s" : "", damage->offset, damage->who,
			damage->after, damage->before);
}

static int report(const struct lfb_fuzzer *fuzzer, const struct lfb_list *raised,
		  struct lfb_fuzz_result *result)
{
	const struct lfb_life_raised *found = raised->items;
	char *calls = lfb__life_calls(fuzzer->word, fuzzer->length);
	FILE *stream = calls ? fmemopen(result->report, sizeof(result->report), "w") : NULL;

	if (!stream) {
		free(calls);
		return lfb__error(NULL, -ENOMEM, "no memory for what was found");
	}
	fprintf(stream, "%s: after %u calls:\n%s", fuzzer->life.what.name, fuzzer->length, calls);
	for (unsigned int i = 0; i < fuzzer->nr_damages; i++)
		report_damage(stream, &fuzzer->damages[i]);
	for (size_t i = 0; i < raised->count; i++, found++) {
		fputs(found->text, stream);
		if (found->id < LFB_FINDINGS_NR)
			result->findings[found->id / 64] |= 1ull << (found->id % 64);
	}
	result->violations = (unsigned int)raised->count;
	fclose(stream);
	free(calls);
	return 0;
}

int lfb_fuzzer_try(struct lfb_fuzzer *fuzzer, const void *data, size_t size,
		   struct lfb_fuzz_result *result)
{
	struct lfb_fuzz_result made = { .sz = sizeof(made) };
	struct lfb_list raised = { 0 };
	int err = lfb__result_check(NULL, "the result", result, sizeof(*result));

	if (!err && (!lfb__handle_valid(fuzzer, LFB_HANDLE_FUZZER) || (!data && size)))
		err = lfb__error(NULL, -EINVAL, "lfb_fuzzer_try(): no %s",
				 data || !size ? "live fuzzer" : "input");
	if (err)
		return err;
	err = begin(fuzzer);
	if (!fuzzer->life.agent)
		return err;
	if (!err)
		live(fuzzer, data, size);
	lfb__life_end(&fuzzer->life, fuzzer->length);
	err = fuzzer->life.error;
	if (!err)
		err = collect(fuzzer, &raised);
	made.calls = fuzzer->length;
	made.damages = fuzzer->nr_done;
	if (!err && raised.count)
		err = report(fuzzer, &raised, &made);
	lfb__list_free(&raised);
	if (!err)
		lfb__result_give(result, &made, sizeof(made));
	return err;
}

static void release(struct lfb_fuzzer *fuzzer)
{
	lfb_machine_destroy(fuzzer->life.machine);
	free(fuzzer->word);
	free(fuzzer);
}

void lfb_fuzzer_destroy(struct lfb_fuzzer *fuzzer)
{
	if (!lfb__handle_valid(fuzzer, LFB_HANDLE_FUZZER))
		return;
	lfb__handle_unregister(fuzzer);
	lfb__life_forget_branches(&fuzzer->life);
	release(fuzzer);
}

int lfb_fuzzer_create(const struct lfb_machine_options *machine,
		      const struct lfb_exhaust_modules *what, void *context,
		      struct lfb_fuzzer **fuzzer)
{
	static const struct lfb_machine_options usual = {
		.sz = sizeof(usual), .memory = MEMORY, .mode = LFB_MEMORY_FIXED,
	};
	struct lfb_fuzzer *made;
	int err;

	if (!fuzzer)
		return lfb__error(NULL, -EINVAL, "lfb_fuzzer_create(): no place for the fuzzer");
	*fuzzer = NULL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return lfb__error(NULL, -ENOMEM, "no memory for a fuzzer");
	made->word = calloc(CALLS_MAX, sizeof(*made->word));
	made->life.context = context;
	err = made->word ? lfb__life_take(&made->life, machine ? machine : &usual, what) :
			   lfb__error(NULL, -ENOMEM, "no memory for a fuzzer");
	if (!err && lfb__handle_register(made, LFB_HANDLE_FUZZER))
		err = lfb__error(NULL, -ENOMEM, "no memory for a fuzzer");
	if (err) {
		release(made);
		return err;
	}
	made->life.branches = lfb__life_branches(&made->life);
	made->life.prepared = lfb__fuzz_damage;
	memcpy(made->wanted, made->life.wanted, sizeof(made->wanted));
	*fuzzer = made;
	return 0;
}
