/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Races: two tasks that run beside each other touch the same memory, one of them writes, and
 * nothing says who is first. clock.c keeps what is ordered, access.c what was touched, hooks.c and
 * atomic.c are what compiled code calls that says what it touches (-fsanitize=thread).
 *
 * Each task counts time of its own, and knows how far it has seen that of the others: whoever takes
 * a lock has seen what was done by those who let go of it. What was done later than one has seen
 * is not ordered with what one does. Code that says nothing is not judged, nor what was done
 * before there were two tasks. As in the kernel's own checker, two accesses that are both marked
 * (READ_ONCE(), atomics …) do not race.
 *
 * Memory is sequentially consistent here: a marked access orders, whatever barriers are there.
 * Uses the state; what a race is called is for the rooms above.
 */
#ifndef SIM_KERNEL_RACE_RACE_H
#define SIM_KERNEL_RACE_RACE_H

#include "sim/kernel/state/state.h"

/* How memory is touched, in bits. */
enum { LFB_RACE_READ = 0, LFB_RACE_WRITE = 1, LFB_RACE_MARKED = 2 };

#define LFB_RACE_FRAMES 4

/* Where code goes on behind an access, and behind the calls that led there; the rest is NULL. */
struct lfb_race_at {
	const void *frames[LFB_RACE_FRAMES];
};

/* What is found: the running task's access, and the one before it. */
struct lfb_race_pair {
	const void *address;
	size_t size;
	unsigned int how, how_before;
	unsigned int before;		/* which task that was, … */
	struct lfb_race_at at_before;	/* … where, … */
	unsigned long operation_before;	/* … and in which operation */
};

/* Tasks 0 to @count - 1 begin, and have nothing in common. */
void lfb__race_begin(struct lfb_kernel *kernel, struct lfb_race *race, unsigned int count);
void lfb__race_free(struct lfb_race *race);

/* clock.c: out of line, for tasks seldom run beside each other */

void lfb__race_see(struct lfb_race *race, const void *object, bool shared);
void lfb__race_show(struct lfb_race *race, const void *object, bool shared);
/* No object at these addresses has anything to show. */
void lfb__race_hide(struct lfb_race *race, const void *address, size_t size);

/*
 * The running task took @object, or let go of it: who lets go has shown what he did to those who
 * take it later; who @shared it shows it to those who do not share.
 */
static inline void lfb__race_take(struct lfb_kernel *kernel, const void *object, bool shared)
{
	if (unlikely(kernel->sched.race != NULL))
		lfb__race_see(kernel->sched.race, object, shared);
}

static inline void lfb__race_drop(struct lfb_kernel *kernel, const void *object, bool shared)
{
	if (unlikely(kernel->sched.race != NULL))
		lfb__race_show(kernel->sched.race, object, shared);
}

/* access.c */

/* The race of the running task; NULL: none runs beside another. */
struct lfb_race *lfb__race_running(void);
/* The race in which the caller's accesses are to be looked at; NULL: they are not. */
struct lfb_race *lfb__race_here(void);
/* The same of an access that is still to be made; others may act first. */
struct lfb_race *lfb__race_before(void);
/* Memory is touched by code that goes on @at. */
void lfb__race_touch(struct lfb_race *race, const void *address, size_t size, unsigned int how,
		     const void *at);
/* The same of what the library does for code that says what it touches. */
void lfb__race_copy(const void *address, size_t size, bool write, const void *at);
void lfb__race_forget(struct lfb_race *race, const void *address, size_t size);

/* Memory is nobody's any more: whose it is next has nothing to do with who had it. */
static inline void lfb__race_end(struct lfb_kernel *kernel, const void *address, size_t size)
{
	if (unlikely(kernel->sched.race != NULL))
		lfb__race_forget(kernel->sched.race, address, size);
}

#endif
