/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A stack of its own, with something that runs on it. Uses libc and nothing of the library. */
#ifndef SIM_KERNEL_HOST_FIBER_H
#define SIM_KERNEL_HOST_FIBER_H

#if !defined(__x86_64__) && !defined(__aarch64__) && !defined(__wasm__)
#define LFB_FIBER_UCONTEXT 1
#include <ucontext.h>
#endif

#include <luo/types.h>

struct lfb_mix;

struct lfb_fiber {
	void *stack;			/* where it was left */
	char *all;			/* NULL: the thread's own stack, or none */
	void (*body)(void *argument);
	void *argument;
	struct lfb_fiber *came_from;	/* who switched to it last */
	/* For AddressSanitizer. */
	void *fake;
	const void *bottom;
	size_t size;
#ifdef LFB_FIBER_UCONTEXT
	ucontext_t context;
#endif
};

/*
 * 0; -ENOMEM; -EOPNOTSUPP: this host has no stacks to switch to. One that is all zero stands for
 * the thread's own stack.
 */
int lfb__fiber_make(struct lfb_fiber *fiber);
/* What ran on it is left where it is. */
void lfb__fiber_free(struct lfb_fiber *fiber);
/* The next switch to @fiber runs @body, which never returns: it switches away for good. */
void lfb__fiber_start(struct lfb_fiber *fiber, void (*body)(void *argument), void *argument);
/*
 * One that is to be compared with others: what earlier ones left on the stack is gone, as far as
 * most reach. Before lfb__fiber_start().
 */
void lfb__fiber_clean(struct lfb_fiber *fiber);
/* With what a fiber that does not run will go on: its stack. False: it is not known. */
bool lfb__fiber_mix(const struct lfb_fiber *fiber, struct lfb_mix *mix);
/* Goes on where @to was left; returns when somebody switches to @from, which is what runs now. */
void lfb__fiber_switch(struct lfb_fiber *from, struct lfb_fiber *to);

#endif
