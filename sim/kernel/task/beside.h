/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * beside.c: tasks that run beside each other, each on a stack of its own, of which one goes on at a
 * time. Part of task.h, which is what others include.
 */
#ifndef SIM_KERNEL_TASK_BESIDE_H
#define SIM_KERNEL_TASK_BESIDE_H

#include <luo/thread.h>

#include "sim/kernel/race/race.h"

#define LFB_BESIDE_MAX 8	/* blocks, and who does work for them */
#define LFB_STRANDS_MAX (LFB_BESIDE_MAX + LFB_THREADS_MAX)

/* Threads that sleep again and again go on no more than so often while all others wait. */
#define LFB_NAPS_MAX 20000

/* Where a strand stands, and will go on. */
struct lfb_standing {
	const char *point;
	const char *object;
	const struct lfb_lock *of;	/* that it will use; NULL: none */
	const struct lfb_lock *lock;	/* that must be free first; NULL: it waits for nothing */
	bool shares;			/* … but for readers */
	bool gives_up;			/* it can be told that the lock never will be */
	bool polls;			/* others must get on first: it looks again then … */
	bool sleeps;			/* … or when nobody can go on, as its time has passed */
	unsigned long seen;		/* beside->progress when it looked last */
};

/* What is the running task's in struct lfb_kernel, while it does not run. */
struct lfb_aside {
	struct task_struct *running;
	unsigned long number, calls;	/* of events and callbacks, where each counts its own */
	sigjmp_buf *guard, *waiting, *copying;
	const void *guard_frame, *fault_at;
	struct lfb_kernel *served;
	int guard_result;
	unsigned int at_point;
	unsigned long operation, inside;
	const char *doing;
	struct lfb_call_about about;
	char error[512];
};

struct lfb_strand {
	struct lfb_fiber fiber;
	struct task_struct task;	/* as which it runs module code */
	long (*body)(void *argument);
	void *argument;
	const void *work;		/* that it does; NULL: it is a block's, or a thread */
	bool thread;			/* it is a kernel thread: see thread.c */
	bool started;
	bool done;
	bool never;			/* what it waits for will never be free */
	bool gone;			/* the lock that it stood at was freed */
	unsigned long due;		/* a thread that sleeps goes on then */
	struct lfb_standing at;
	struct lfb_aside aside;
};

struct lfb_beside {
	struct lfb_fiber outside;	/* who has them run */
	struct lfb_kernel *kernel;
	struct lfb_strand *strands[LFB_STRANDS_MAX];
	unsigned int count;
	unsigned int now;		/* the one that runs; count: none */
	unsigned int unfinished;	/* but for threads, which need not end */
	unsigned int blocks;		/* that were added; others do work, or are threads */
	unsigned int spawned;		/* strands that came later … */
	unsigned int works;		/* … of which so many do work */
	unsigned int naps;		/* threads that slept and went on before their time */
	unsigned int alone;		/* points, since all but threads have finished */
	struct lfb_strand own[LFB_BESIDE_MAX];	/* all but the threads */
	unsigned int owned;
	unsigned long progress;		/* grows when a strand gets on that did not only look */
	char why[512];			/* the kernel died of; "" */
	/*
	 * The place in @ready of the one of @nr strands that goes on, where there is more than one.
	 * @stays: the first is the one that ran; the others are in their order.
	 */
	unsigned int (*choose)(void *context, const unsigned int *ready, unsigned int nr,
			       bool stays);
	/*
	 * Nobody runs while @choose is asked, so that all that each strand stands in the middle of
	 * lies on its stack; and events and callbacks have numbers that tell strands apart, but not
	 * in which order they did what.
	 */
	bool still;
	const unsigned int *asked;	/* @choose is to be asked about these … */
	unsigned int nr_asked;
	bool asked_stays;
	unsigned int answer;		/* … and said this */
	struct lfb_aside nobody;	/* what is in the kernel when it runs none of them */
	/* This one goes on. */
	void (*switched)(void *context, unsigned int strand);
	void *context;
	struct lfb_race race;
};

_Static_assert(LFB_STRANDS_MAX < LFB_RACE_TASKS, "each is a task of a race, and so is nobody");

/* 0, -ENOSPC, -ENOMEM, or -EOPNOTSUPP: this host has one stack. */
int lfb__beside_add(struct lfb_beside *beside, const char *name, long (*body)(void *argument),
		    void *argument);
/*
 * Strands that were added will begin, outside of kernel code; others can be attached before they
 * all run, until each has returned. See lfb__tasks_run().
 */
void lfb__beside_prepare(struct lfb_kernel *kernel, struct lfb_beside *beside);
void lfb__beside_run(struct lfb_kernel *kernel, struct lfb_beside *beside);
/*
 * While @choose is asked of strands that are still: what each of them goes on with, that is neither
 * the machine's nor @choose's. False: it is not known.
 */
bool lfb__beside_mix(const struct lfb_beside *beside, struct lfb_mix *mix);
/* The same: nobody does anything more, and all end as in a kernel that died. */
void lfb__beside_abandon(struct lfb_beside *beside);
/* There are none; their stacks stay for others. */
void lfb__beside_empty(struct lfb_beside *beside);
void lfb__beside_free(struct lfb_beside *beside);

/* As whom module code runs: the strand's own task; NULL: tasks do not run beside each other. */
struct task_struct *lfb__beside_task(const struct lfb_kernel *kernel);
/* A strand that comes later will begin; what it does is said of who wants it done. */
void lfb__beside_make_ready(struct lfb_beside *beside, struct lfb_strand *strand);
/* A thread's strand begins here, or goes on. */
void lfb__beside_attach(struct lfb_beside *beside, struct lfb_strand *strand);
/* next.c: who can go on, the one that runs first. How many they are. */
unsigned int lfb__beside_ready(const struct lfb_beside *beside, unsigned int *ready);
/* Who does where nobody can; count: nobody, for threads alone may all wait. */
unsigned int lfb__beside_waiting(struct lfb_beside *beside);
/* Is @work, or with NULL any, done by it, or to be? */
static inline bool lfb__strand_does(const struct lfb_strand *strand, const void *work)
{
	return strand->work && !strand->done && (!work || strand->work == work);
}

/*
 * work.c: @body will be run with @work by a strand of its own, which lfb__beside_unspawn() keeps
 * from beginning. False: somebody else must do it, for there are no strands or too many, or @work
 * is what the running one does.
 */
bool lfb__beside_spawn(struct lfb_kernel *kernel, long (*body)(void *work), void *work);
void lfb__beside_unspawn(struct lfb_kernel *kernel, const void *work);
/* Does a strand other than the running one do @work, or, with NULL, any? Also one yet to begin. */
bool lfb__beside_works(const struct lfb_kernel *kernel, const void *work);
/*
 * The running task looks for something that others do, and looks again when this returns. False:
 * nobody will, or tasks do not run beside each other.
 */
bool lfb__beside_poll(struct lfb_kernel *kernel, const char *point, bool sleeps);
/*
 * Is a strand other than the one that runs in the middle of kernel code? A thread that waits is in
 * the middle of nothing that others must wait for.
 */
bool lfb__beside_others_inside(const struct lfb_kernel *kernel);
/*
 * The running task stands at a point, and may go on when this returns. False: what it waits for
 * will never be free. Nothing where tasks do not run beside each other.
 */
bool lfb__beside_stand(struct lfb_kernel *kernel, const struct lfb_standing *at);
/* Was the lock freed that it stood at? Then it must not be looked at. Asked once. */
bool lfb__beside_lost(struct lfb_kernel *kernel);
/* lfb__beside_stand() where it may go to sleep, or looks at what is not the kernel's. */
void lfb__beside_pause(struct lfb_kernel *kernel, const char *point);
/*
 * The running task waits for @lock, which it does not take. True when it is free. False: it never
 * will be, or tasks do not run beside each other.
 */
bool lfb__beside_wait(struct lfb_kernel *kernel, const struct lfb_lock *lock, bool shared);
/* next.c: the running task's lock is never free: who waits for what that whom has. */
void lfb__beside_describe(struct lfb_kernel *kernel, char *text, size_t size);

#endif
