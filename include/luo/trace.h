/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Trace events: everything that happens in a machine, as it happens.
 *
 * With no sink set, events cost one predictable branch each. Events hold no pointers, no times
 * and nothing else that could differ between two runs of the same scenario.
 */
#ifndef LUO_TRACE_H
#define LUO_TRACE_H

#include <luo/types.h>

struct lfb_machine;

/** enum lfb_event_kind - what an event is about. */
enum lfb_event_kind {
	LFB_EVENT_BOOT,	    /* a kernel starts, goes through a phase of boot, or ends */
	LFB_EVENT_JUMP,	    /* kexec: the old kernel is gone */
	LFB_EVENT_CALLBACK, /* a handler's, FLB's or module's callback returned */
	LFB_EVENT_AGENT,    /* an agent's call returned */
	LFB_EVENT_LUO,	    /* the orchestrator changed its state */
	LFB_EVENT_KHO,	    /* memory was preserved, unpreserved, restored, or a subtree edited */
	LFB_EVENT_MODULE,   /* a module was loaded, unloaded, pinned or released */
	LFB_EVENT_PRINTK,   /* a kernel message */
	LFB_EVENT_WARN,	    /* WARN: something is wrong, the kernel goes on */
	LFB_EVENT_UNSAFE,   /* a real kernel would have touched memory it must not touch */
	LFB_EVENT_BUG,	    /* BUG, a fault or a deadlock: the kernel stops */
	LFB_EVENT_PANIC,    /* panic: the kernel stops */
	LFB_EVENT_FAULT,    /* a fault point was made to fail */
	LFB_EVENT_FINDING,  /* a mistake was found: see luo/finding.h */
	LFB_EVENT_KINDS,
};

/**
 * struct lfb_event - one thing that happened
 * @number: 1 for the machine's first event; counts only while a sink is set
 * @boot: the kernel it happened in, 0 for the first
 * @kind: what it is about
 * @subject: the object ("flb flb-0-v1", "session vm-1"); never NULL
 * @action: what was done to it ("preserve"); never NULL
 * @detail: more in words, "" when there is no more
 * @has_result: @result means something
 * @result: what the action returned
 *
 * The strings are good for the time of the call only.
 */
struct lfb_event {
	unsigned long number;
	unsigned int boot;
	enum lfb_event_kind kind;
	const char *subject;
	const char *action;
	const char *detail;
	bool has_result;
	long result;
};

/** typedef lfb_trace_fn - receives each event; may not call into the machine. */
typedef void (*lfb_trace_fn)(void *context, const struct lfb_event *event);

/**
 * lfb_trace_to() - send a machine's events to a function
 * @machine: the machine
 * @sink: called for each event; NULL switches tracing off
 * @context: handed to @sink
 *
 * Return: 0, or -EINVAL for something that is no machine.
 */
LFB_API int lfb_trace_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context);

/** lfb_event_kind_name() - Return: a kind's name as traces show it ("callback"). */
LFB_API const char *lfb_event_kind_name(enum lfb_event_kind kind);

/**
 * lfb_event_format() - an event as the line a trace shows
 * @event: the event
 * @line: where to write it, always terminated when @size is not 0
 * @size: bytes at @line
 *
 * Number, boot, kind, subject and action stand in columns, then the detail and the result:
 *
 *	   12 k1 agent    session vm-1                 preserve         token 7 -> -EEXIST
 *
 * Control characters become '?'; there is no newline at the end.
 *
 * Return: the length of the whole line, which is cut to @size - 1 bytes.
 */
LFB_API size_t lfb_event_format(const struct lfb_event *event, char *line, size_t size);

/**
 * lfb_event_count() - how often a kind of complaint happened since the machine was created
 * @machine: the machine
 * @kind: LFB_EVENT_WARN, LFB_EVENT_UNSAFE, LFB_EVENT_BUG, LFB_EVENT_PANIC, LFB_EVENT_FAULT or
 *	LFB_EVENT_FINDING
 *
 * Counted with and without a sink.
 * Return: the count; 0 for kinds that are only counted by a sink and for what is no machine.
 */
LFB_API unsigned long lfb_event_count(struct lfb_machine *machine, enum lfb_event_kind kind);

/**
 * lfb_last_complaint() - the newest WARN, UNSAFE, BUG or PANIC
 * @machine: the machine
 *
 * Kept with and without a sink. Return: "SUBJECT: detail", "" if there was none.
 */
LFB_API const char *lfb_last_complaint(struct lfb_machine *machine);

#endif
