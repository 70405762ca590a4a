// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What code compiled for thread checking calls when it touches memory. As in shadow/hooks.c the
 * linker puts "__wrap_" before the compiler's names. And what headers call in such code.
 */
#include <luo/race.h>

#include "sim/kernel/race/race.h"

#define HOOK __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

static void plain(const void *address, size_t size, unsigned int how, const void *at)
{
	struct lfb_race *race = lfb__race_before();

	if (race)
		lfb__race_touch(race, address, size, how, at);
}

/* Who writes shows what he did, who reads sees what was shown: memory is the same to all. */
static void marked(const void *address, size_t size, unsigned int how, const void *at)
{
	struct lfb_race *race = lfb__race_before();

	if (!race)
		return;
	lfb__race_touch(race, address, size, how | LFB_RACE_MARKED, at);
	if (how & LFB_RACE_WRITE)
		lfb__race_show(race, address, false);
	else
		lfb__race_see(race, address, false);
}

#define ACCESS(name, size, kind, how)                                                              \
	HOOK void __wrap___tsan_##name##size(const void *address);                                 \
                                                                                                   \
	void __wrap___tsan_##name##size(const void *address)                                       \
	{                                                                                          \
		kind(address, size, how, CALLER);                                                  \
	}

#define ALIGNED(size)                                                                              \
	ACCESS(read, size, plain, LFB_RACE_READ)                                                   \
	ACCESS(write, size, plain, LFB_RACE_WRITE)                                                 \
	ACCESS(volatile_read, size, marked, LFB_RACE_READ)                                         \
	ACCESS(volatile_write, size, marked, LFB_RACE_WRITE)

#define UNALIGNED(size)                                                                            \
	ACCESS(unaligned_read, size, plain, LFB_RACE_READ)                                         \
	ACCESS(unaligned_write, size, plain, LFB_RACE_WRITE)                                       \
	ACCESS(unaligned_volatile_read, size, marked, LFB_RACE_READ)                               \
	ACCESS(unaligned_volatile_write, size, marked, LFB_RACE_WRITE)

ALIGNED(1)
ALIGNED(2)
ALIGNED(4)
ALIGNED(8)
ALIGNED(16)
UNALIGNED(2)
UNALIGNED(4)
UNALIGNED(8)
UNALIGNED(16)

HOOK void __wrap___tsan_read_range(const void *address, size_t size);
HOOK void __wrap___tsan_write_range(const void *address, size_t size);
HOOK void __wrap___tsan_init(void);
HOOK void __wrap___tsan_func_entry(const void *caller);
HOOK void __wrap___tsan_func_exit(void);

void __wrap___tsan_read_range(const void *address, size_t size)
{
	plain(address, size, LFB_RACE_READ, CALLER);
}

void __wrap___tsan_write_range(const void *address, size_t size)
{
	plain(address, size, LFB_RACE_WRITE, CALLER);
}

void __wrap___tsan_init(void)
{
}

void __wrap___tsan_func_entry(const void *caller)
{
	struct lfb_race *race = lfb__race_running();
	struct lfb_race_task *task = race ? &race->tasks[race->now] : NULL;

	if (task && task->depth++ < LFB_RACE_CALLS)
		task->calls[task->depth - 1] = lfb__shared_at(caller) ? caller : NULL;
}

void __wrap___tsan_func_exit(void)
{
	struct lfb_race *race = lfb__race_running();

	if (race && race->tasks[race->now].depth)
		race->tasks[race->now].depth--;
}

/* Headers */

void lfb_race_ignore(bool begin)
{
	struct lfb_race *race = lfb__race_running();

	if (race)
		race->tasks[race->now].ignored += begin ? 1 : -1u;
}

void lfb_race_at_once(bool begin)
{
	struct lfb_race *race = lfb__race_running();

	if (race)
		race->tasks[race->now].at_once += begin ? 1 : -1u;
}

void lfb_race_rcu_read(bool begin)
{
	struct lfb_race *race = lfb__race_running();
	struct lfb_race_task *task = race ? &race->tasks[race->now] : NULL;

	if (!task)
		return;
	task->reading += begin ? 1 : -1u;
	if (task->reading)
		return;
	task->excused = false;
	lfb__race_show(race, &race->readers, true);
}

void lfb_race_rcu_wait(void)
{
	struct lfb_race *race = lfb__race_running();

	if (!race)
		return;
	lfb__race_see(race, &race->readers, false);
	/* A kernel would have waited for these. */
	for (unsigned int i = 0; i < race->count; i++) {
		if (i != race->now && race->tasks[i].reading)
			race->tasks[i].excused = true;
	}
}
