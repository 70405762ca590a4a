// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What was touched: of each word of memory the last access of each task, of each kind and to the
 * same bytes. An earlier one of the kind is ordered with whatever the last one is ordered with.
 */
#include "sim/kernel/race/race.h"

/* A module that touches more than that is not looked at any further. */
#define MOST_ACCESSES (1u << 20)

struct access {
	struct lfb_race_at at;
	unsigned long operation;
	u32 time;			/* of its task's own */
	u32 next;			/* + 1, of the same word; 0: none */
	u8 task, how;
	u8 first, size;			/* in the word */
};

struct lfb_race *lfb__race_running(void)
{
	const struct lfb_kernel *kernel = lfb__current;
	struct lfb_race *race = kernel ? kernel->sched.race : NULL;

	if (likely(!race) || race->now >= race->count || kernel->dead)
		return NULL;
	/* A thread that looks on while another is inside is none of these tasks. */
	return kernel->guard && kernel->guard_thread != &lfb__current ? NULL : race;
}

struct lfb_race *lfb__race_here(void)
{
	struct lfb_race *race = lfb__race_running();

	if (likely(!race) || race->blind || !lfb__checking(race->kernel))
		return NULL;
	return race->tasks[race->now].ignored || race->tasks[race->now].excused ? NULL : race;
}

/* Who waits for readers of RCU does not wait here: they read all at once. */
struct lfb_race *lfb__race_before(void)
{
	const struct lfb_race *race = lfb__race_running();
	struct lfb_kernel *kernel = race ? race->kernel : NULL;

	if (unlikely(race && kernel->sched.at_accesses) && !race->tasks[race->now].reading &&
	    !race->tasks[race->now].at_once)
		kernel->sched.stand(kernel, "access", "");
	return lfb__race_here();
}

static bool is_word(const void *words, u32 number, const void *address)
{
	return ((const struct lfb_race_word *)words)[number].address == *(const u64 *)address;
}

/* NULL without memory. */
static struct lfb_race_word *find_word(struct lfb_race *race, u64 address)
{
	const u32 number = lfb__table_find(&race->word_table, address, is_word, race->words.items,
					   &address);
	struct lfb_race_word *word;

	if (number != LFB_TABLE_NONE)
		return (struct lfb_race_word *)race->words.items + number;
	word = race->words.count < MOST_ACCESSES ? lfb__list_add(&race->words, sizeof(*word)) :
						   NULL;
	if (!word || lfb__table_add(&race->word_table, address, (u32)race->words.count - 1))
		return NULL;
	word->address = address;
	return word;
}

static struct access *access_at(const struct lfb_race *race, u32 number)
{
	return number ? (struct access *)race->accesses.items + number - 1 : NULL;
}

static bool races(const struct lfb_race *race, const struct access *before,
		  const struct access *now)
{
	const bool apart = before->first >= now->first + now->size ||
			   now->first >= before->first + before->size;

	return before->task != now->task && !apart &&
	       (before->how | now->how) & LFB_RACE_WRITE &&
	       !(before->how & now->how & LFB_RACE_MARKED) &&
	       before->time > race->clocks[now->task].seen[before->task];
}

/* The newest that @now races with. */
static const struct access *find_race(const struct lfb_race *race, const struct lfb_race_word *word,
				      const struct access *now)
{
	const struct access *before = access_at(race, word->last), *found = NULL;

	for (; before; before = access_at(race, before->next)) {
		if (races(race, before, now) &&
		    (!found || before->operation > found->operation))
			found = before;
	}
	return found;
}

static bool note(struct lfb_race *race, struct lfb_race_word *word, const struct access *now)
{
	struct access *same = access_at(race, word->last);
	u32 next;

	while (same && (same->task != now->task || same->how != now->how ||
			same->first != now->first || same->size != now->size))
		same = access_at(race, same->next);
	if (same) {
		next = same->next;
	} else {
		same = race->accesses.count < MOST_ACCESSES ?
		       lfb__list_add(&race->accesses, sizeof(*same)) : NULL;
		if (!same)
			return false;
		next = word->last;
		word->last = (u32)race->accesses.count;
	}
	*same = *now;
	same->next = next;
	return true;
}

/* Returns whether it races, for the first time. */
static bool touch_word(struct lfb_race *race, u64 address, const struct access *now,
		       struct lfb_race_pair *pair)
{
	struct lfb_race_word *word = find_word(race, address);
	const struct access *before = word && !word->told ? find_race(race, word, now) : NULL;

	if (before) {
		word->told = true;
		*pair = (struct lfb_race_pair){
			.address = (const void *)(uintptr_t)(address * LFB_RACE_STEP + now->first),
			.size = now->size,
			.how = now->how,
			.how_before = before->how,
			.before = before->task,
			.at_before = before->at,
			.operation_before = before->operation,
		};
	}
	if (!word || !note(race, word, now))
		race->blind = true;
	return before != NULL;
}

/* Headers have functions of their own in between, and who calls code is no such code at last. */
static struct lfb_race_at where(const struct lfb_race_task *task, const void *at)
{
	struct lfb_race_at where = { .frames = { at } };
	unsigned int depth = task->depth < LFB_RACE_CALLS ? task->depth : 0;

	for (unsigned int i = 1; i < LFB_RACE_FRAMES && depth && task->calls[depth - 1]; i++)
		where.frames[i] = task->calls[--depth];
	return where;
}

void lfb__race_touch(struct lfb_race *race, const void *address, size_t size, unsigned int how,
		     const void *at)
{
	struct lfb_kernel *kernel = race->kernel;
	struct lfb_race_pair pair = { 0 }, found;
	struct access now = {
		.at = where(&race->tasks[race->now], at),
		.operation = kernel->operation,
		.time = race->clocks[race->now].seen[race->now],
		.task = (u8)race->now,
		.how = (u8)how,
	};
	uintptr_t from = (uintptr_t)address;

	race->watched = true;
	while (size && !race->blind) {
		now.first = (u8)(from % LFB_RACE_STEP);
		now.size = (u8)(size < LFB_RACE_STEP - now.first ? size :
								   LFB_RACE_STEP - now.first);
		if (touch_word(race, from / LFB_RACE_STEP, &now, &found) && !pair.size)
			pair = found;
		from += now.size;
		size -= now.size;
	}
	if (unlikely(pair.size))
		kernel->report_race(kernel, &pair);
}

static void forget_word(struct lfb_race_word *word)
{
	word->last = 0;
	word->told = false;
}

void lfb__race_forget(struct lfb_race *race, const void *address, size_t size)
{
	struct lfb_race_word *words = race->words.items;
	const u64 first = (uintptr_t)address / LFB_RACE_STEP;
	const u64 end = ((uintptr_t)address + size + LFB_RACE_STEP - 1) / LFB_RACE_STEP;

	if (!race->watched)
		return;
	lfb__race_hide(race, address, size);
	for (u64 at = first; at < end && end - first < race->words.count; at++) {
		const u32 number = lfb__table_find(&race->word_table, at, is_word, words, &at);

		if (number != LFB_TABLE_NONE)
			forget_word(&words[number]);
	}
	for (size_t i = 0; i < race->words.count && end - first >= race->words.count; i++) {
		if (words[i].address - first < end - first)
			forget_word(&words[i]);
	}
}

void lfb__race_copy(const void *address, size_t size, bool write, const void *at)
{
	const struct lfb_shared *shared = lfb__shared_at(at);
	struct lfb_race *race = shared && shared->says_accesses ? lfb__race_before() : NULL;

	if (race)
		lfb__race_touch(race, address, size, write ? LFB_RACE_WRITE : LFB_RACE_READ, at);
}
