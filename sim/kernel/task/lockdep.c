// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Lock classes and the orders they are taken in: a graph with an edge from each class to those
 * taken while it was held. An edge that closes a circle is an inversion.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/task/task.h"

#define MAX_CLASSES 128		/* the locks of classes beyond say nothing about orders */
#define NO_CLASS MAX_CLASSES
#define WORDS (MAX_CLASSES / 64)

struct class {
	char name[48];
	const char *key;	/* where a lock's name lay: found again without comparing */
	u64 after[WORDS];	/* classes taken while one of this was held */
};

/* How an order came to be known. */
struct edge {
	u16 from, to;
	char text[160];
};

struct lfb_lockdep {
	unsigned int nr_classes;
	struct class classes[MAX_CLASSES];
	struct lfb_list edges;	/* struct edge */
};

void lfb__lockdep_forget(struct lfb_kernel *kernel)
{
	struct lfb_lockdep *lockdep = kernel->lockdep;

	if (!lockdep)
		return;
	lockdep->nr_classes = 0;
	lockdep->edges.count = 0;
}

/* Classes are written when they are met. */
static struct lfb_lockdep *lockdep_of(struct lfb_kernel *kernel)
{
	struct lfb_lockdep *lockdep = kernel->lockdep;

	if (lockdep)
		return lockdep;
	lockdep = kernel->lockdep = malloc(sizeof(*lockdep));
	if (lockdep) {
		lockdep->nr_classes = 0;
		lockdep->edges = (struct lfb_list){ .count = 0 };
	}
	return lockdep;
}

bool lfb__lockdep_save(struct lfb_kernel *kernel, struct lfb_saved *saved)
{
	struct lfb_lockdep *lockdep = lockdep_of(kernel);

	if (!lockdep)
		return false;
	lfb__save(saved, lockdep, offsetof(struct lfb_lockdep, classes) +
				  lockdep->nr_classes * sizeof(lockdep->classes[0]));
	lfb__save_list(saved, &lockdep->edges, sizeof(struct edge));
	return true;
}

void lfb__lockdep_destroy(struct lfb_kernel *kernel)
{
	if (kernel->lockdep)
		lfb__list_free(&kernel->lockdep->edges);
	free(kernel->lockdep);
	kernel->lockdep = NULL;
}

/* By where its name lies first: most locks of a class have theirs in one place. */
static unsigned int find_class(struct lfb_lockdep *lockdep, const char *name)
{
	struct class *class;

	for (unsigned int i = 0; i < lockdep->nr_classes; i++) {
		if (lockdep->classes[i].key == name)
			return i;
	}
	for (unsigned int i = 0; i < lockdep->nr_classes; i++) {
		if (!strncmp(lockdep->classes[i].name, name, sizeof(class->name) - 1))
			return i;
	}
	LFB_ASSERT(lockdep->nr_classes <= MAX_CLASSES);
	if (lockdep->nr_classes == MAX_CLASSES)
		return NO_CLASS;
	class = &lockdep->classes[lockdep->nr_classes];
	*class = (struct class){ .key = name };
	memcpy(class->name, name, strnlen(name, sizeof(class->name) - 1));
	return lockdep->nr_classes++;
}

/* The class of a lock that is not known yet, or was another machine's. */
static LFB_OUT_OF_LINE unsigned int learn_class(struct lfb_kernel *kernel, struct lfb_lock *lock)
{
	struct lfb_lockdep *lockdep = lockdep_of(kernel);

	if (!lockdep)
		return NO_CLASS;
	lock->lock_class = lock->name == lfb__no_name ? NO_CLASS : find_class(lockdep, lock->name);
	return lock->lock_class;
}

static unsigned int class_of(struct lfb_kernel *kernel, struct lfb_lock *lock)
{
	const struct lfb_lockdep *lockdep = kernel->lockdep;

	if (likely(lockdep && lock->lock_class < lockdep->nr_classes &&
		   lockdep->classes[lock->lock_class].key == lock->name))
		return lock->lock_class;
	return learn_class(kernel, lock);
}

static bool follows(const struct lfb_lockdep *lockdep, unsigned int from, unsigned int to)
{
	return lockdep->classes[from].after[to / 64] >> (to % 64) & 1;
}

/*
 * The shortest way from @from to @to, as the class each was come from; false: there is none.
 * Breadth first.
 */
static bool find_way(const struct lfb_lockdep *lockdep, unsigned int from, unsigned int to,
		     u16 came_from[MAX_CLASSES])
{
	u16 queue[MAX_CLASSES];
	unsigned int first = 0, last = 0;

	memset(came_from, 0xff, MAX_CLASSES * sizeof(*came_from));
	came_from[from] = (u16)from;
	queue[last++] = (u16)from;
	while (first < last) {
		unsigned int at = queue[first++];

		for (unsigned int next = 0; next < lockdep->nr_classes; next++) {
			if (came_from[next] != UINT16_MAX || !follows(lockdep, at, next))
				continue;
			came_from[next] = (u16)at;
			if (next == to)
				return true;
			LFB_ASSERT(last < MAX_CLASSES);
			queue[last++] = (u16)next;
		}
	}
	return false;
}

static const char *edge_text(const struct lfb_lockdep *lockdep, unsigned int from, unsigned int to)
{
	const struct edge *edges = lockdep->edges.items;

	for (size_t i = 0; i < lockdep->edges.count; i++) {
		if (edges[i].from == from && edges[i].to == to)
			return edges[i].text;
	}
	LFB_ASSERT(!follows(lockdep, from, to));
	return "";
}

/* "agent took B holding A in file memfd-v1 freeze, operation 12" */
static void describe_edge(const struct lfb_kernel *kernel, unsigned int from, unsigned int to,
			  char *text, size_t size)
{
	const struct lfb_lockdep *lockdep = kernel->lockdep;
	const struct lfb_frame *frame = lfb__frame(kernel);
	char callback[80] = "";

	if (frame)
		snprintf(callback, sizeof(callback), " in %s %.47s %s", frame->type, frame->name,
			 frame->op);
	snprintf(text, size, "%s took %s holding %s%s, operation %lu", kernel->task->name,
		 lockdep->classes[to].name, lockdep->classes[from].name, callback,
		 kernel->operation);
}

static void report_inversion(struct lfb_kernel *kernel, unsigned int from, unsigned int to,
			     const u16 came_from[MAX_CLASSES], const char *text)
{
	const struct lfb_lockdep *lockdep = kernel->lockdep;
	char earlier[400] = "";
	size_t length = 0;

	/* The way leads from @to to @from; it is told from its end. */
	for (unsigned int at = from; at != to && length < sizeof(earlier); at = came_from[at]) {
		if (!LFB_ASSERT(came_from[at] < lockdep->nr_classes))
			return;
		length += (size_t)snprintf(earlier + length, sizeof(earlier) - length, "; %s",
					   edge_text(lockdep, came_from[at], at));
	}
	lfb__find(kernel, LFB_FINDING_LOCK_INVERSION,
		  lfb__object("lock %s", lockdep->classes[to].name).text, "%s%s", text, earlier);
}

/* A lock of class @to is taken while one of @from is held, for the first time. */
static void new_order(struct lfb_kernel *kernel, unsigned int from, unsigned int to)
{
	struct lfb_lockdep *lockdep = kernel->lockdep;
	struct edge *edge = lfb__list_add(&lockdep->edges, sizeof(*edge));
	u16 came_from[MAX_CLASSES];

	LFB_ASSERT(from < lockdep->nr_classes && to < lockdep->nr_classes);
	if (!edge)
		return;
	edge->from = (u16)from;
	edge->to = (u16)to;
	describe_edge(kernel, from, to, edge->text, sizeof(edge->text));
	if (find_way(lockdep, to, from, came_from))
		report_inversion(kernel, from, to, came_from, edge->text);
	lockdep->classes[from].after[to / 64] |= 1ull << (to % 64);
}

/* The current task waits for a lock of @class, with what it holds. */
static LFB_OUT_OF_LINE void check_order(struct lfb_kernel *kernel, unsigned int class)
{
	const struct task_struct *task = kernel->task;

	for (unsigned int i = 0; i < task->nr_held; i++) {
		unsigned int held = task->held[i].class;

		if (unlikely(held != NO_CLASS && held != class &&
			     !follows(kernel->lockdep, held, class)))
			new_order(kernel, held, class);
	}
}

void lfb__locks_take(struct lfb_kernel *kernel, struct lfb_lock *lock, bool may_wait)
{
	struct task_struct *task = kernel->task;
	const struct lfb_frame *frame = task->frame;
	unsigned int class = class_of(kernel, lock);

	if (may_wait && task->nr_held && class != NO_CLASS)
		check_order(kernel, class);
	if (task->nr_held < LFB_HELD_MAX)
		task->held[task->nr_held++] = (struct lfb_held){
			.lock = lock,
			.op = frame ? frame->op : NULL,
			.operation = kernel->operation,
			.class = (u16)class,
		};
	else
		LFB_ASSERT(task->nr_held == LFB_HELD_MAX);
}

void lfb__locks_drop(struct task_struct *task, const struct lfb_lock *lock)
{
	for (unsigned int i = task->nr_held; i-- > 0;) {
		if (task->held[i].lock != lock)
			continue;
		task->nr_held--;
		for (; i < task->nr_held; i++)
			task->held[i] = task->held[i + 1];
		return;
	}
}

const char *lfb__held_name(const struct lfb_kernel *kernel, const struct lfb_held *held)
{
	LFB_ASSERT(held->class == NO_CLASS || held->class < kernel->lockdep->nr_classes);
	return held->class == NO_CLASS ? "of no known class" :
					 kernel->lockdep->classes[held->class].name;
}

static struct lfb_object name_held(const struct lfb_kernel *kernel, const struct lfb_held *held)
{
	return lfb__object("lock %s", lfb__held_name(kernel, held));
}

void lfb__locks_kept(struct lfb_kernel *kernel, unsigned int before, const char *what)
{
	const struct task_struct *task = kernel->task;

	for (unsigned int i = before; i < task->nr_held; i++)
		lfb__find(kernel, LFB_FINDING_LOCK_HELD_AT_RETURN,
			  name_held(kernel, &task->held[i]).text, "%s returned with it held", what);
}

void lfb__locks_held(struct lfb_kernel *kernel, const struct task_struct *task,
		     enum lfb_finding_id id)
{
	for (unsigned int i = 0; i < task->nr_held; i++) {
		const struct lfb_held *held = &task->held[i];

		lfb__find(kernel, id, name_held(kernel, held).text,
			  "task %s took it in operation %lu%s%s and holds it", task->name,
			  held->operation, held->op ? ", in " : "", held->op ? held->op : "");
	}
}

void lfb__locks_deadlock(struct lfb_kernel *kernel, const struct lfb_lock *lock, const char *how)
{
	const struct lfb_frame *frame = lfb__frame(kernel);

	while (frame && frame->lock != lock)
		frame = frame->up;
	if (frame)
		lfb__find(kernel, LFB_FINDING_FLB_SELF_DEADLOCK,
			  lfb__object("%s %.47s", frame->type, frame->name).text,
			  "its %s asks for it, with %s held around the callback", frame->op,
			  lock->name);
	else
		lfb__find(kernel, LFB_FINDING_LOCK_DEADLOCK,
			  lfb__object("lock %.64s", lock->name).text, "%s", how);
}

void lfb__locks_slept(struct lfb_kernel *kernel, const char *what)
{
	const struct task_struct *task = kernel->task;

	lfb__find(kernel, LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK,
		  lfb__object("function %.64s", what).text,
		  "task %s may sleep in it and holds %u spinlock%s", task->name,
		  task->spinlocks_held, task->spinlocks_held == 1 ? "" : "s");
}
