/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What one simulated kernel remembers: struct lfb_kernel and every type in it, by the room that
 * works with it. No behaviour: all other rooms work on this.
 * Uses the host's containers.
 *
 * struct lfb_kernel is the ground floor's part of a machine. Its first half lives as long as the
 * machine, its second half as long as one boot. Kernel-facing functions have no context argument;
 * they act on this thread's current kernel.
 */
#ifndef SIM_KERNEL_STATE_STATE_H
#define SIM_KERNEL_STATE_STATE_H

#include <setjmp.h>
#include <stdarg.h>

#include <luo/macros.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/state/kho_state.h"
#include "sim/kernel/state/memory_state.h"
#include "sim/kernel/state/race_state.h"
#include "sim/kernel/state/seams_state.h"
#include "sim/kernel/state/task_state.h"

/* What the orchestrator remembers from one kernel to the next, for the checks. Host memory. */
struct lfb_kept {
	struct lfb_list flbs;
	size_t size;		/* of an item of these */
	unsigned int boot;	/* whose it is */
};

/* An access that went astray, as far as the processor says, or who asked before. */
enum lfb_stray {
	LFB_STRAY_ADDRESS,
	LFB_STRAY_NO_ADDRESS, /* none of this form can exist */
	LFB_STRAY_STACK,      /* the stack has no more room */
	LFB_STRAY_READ,       /* it would have been one: see shadow/shadow.h */
	LFB_STRAY_WRITE,
};

/* What an agent's call is about, for who reads it: no text is made before. */
struct lfb_call_about {
	bool wanted;		/* the call is the operation, and has not said it yet */
	bool has_token;
	u64 token;
	char session[64];	/* "": none */
};

/* What is done later. */
struct lfb_deferred {
	void *what;
	void (*run)(void *what);
	unsigned long due;
	unsigned long number;
	bool task;		/* one does it beside the others: see task/beside.h */
};

struct luo_elsewhere;
struct lfb_threads;
struct lfb_race_pair;

struct lfb_kernel {
	/* As long as the machine. */
	struct lfb_memory memory;
	struct lfb_trace trace;
	enum lfb_checks checks;
	struct lfb_history history;
	struct lfb_findings findings;
	struct lfb_ledger ledger;
	struct lfb_kept kept;
	struct lfb_lockdep *lockdep; /* NULL: no two locks were ever held at once */
	unsigned long operation; /* calls from outside, boots and jumps are counted */
	unsigned long operations; /* … so many yet, unless a scenario counts them */
	bool operation_is_set;	 /* … by a scenario, for each of its lines */
	bool code_is_loaded;	 /* some of its callbacks are more than a scenario's words */
	const char *doing;	 /* the one that is at work, in a word … */
	struct lfb_call_about about; /* … and what it is about, unless a scenario says that */
	const char *profile_name;
	struct lfb_faults faults;
	struct lfb_choices choices;
	struct lfb_sched sched;
	struct lfb_threads *threads; /* NULL: it has had none */
	char error[512];
	const struct lfb_assertion *wrong; /* that broke here: no kernel runs any more */
	bool damaged;		/* who fuzzes has changed what was handed over */
	bool catch_faults;
	sigjmp_buf *guard;	/* innermost guarded entry, NULL outside of kernel code */
	const void *guard_frame; /* where on the stack it is */
	const void *guard_thread; /* … and on whose: the address of its lfb__current */
	bool armed;		/* faults of the process come to it: it is inside … */
	bool held;		/* … or lfb__guard_hold() says so */
	int guard_result;	/* what the guarded entry returns after a death */
	sigjmp_buf *waiting;	/* of the call at a scheduling point that may have to wait */
	sigjmp_buf *copying;	/* in lfb__copy(), or going through frames that may be damaged */
	const void *fault_at;	/* the instruction that faulted, while that is reported */
	struct list_head tasks;	/* all there are but boot_task and point_task, oldest first */
	unsigned int at_point;	/* hooks of scheduling points that have not returned */
	struct lfb_list deferred; /* of struct lfb_deferred, in the order of their coming */
	struct lfb_list unread;	/* pointers to objects that are to be freed, the oldest first */
	struct lfb_list devices; /* pointers to those that are registered */
	/* What guard.c calls of the rooms above it. */
	void (*check_unchanged)(struct lfb_kernel *kernel);
	void (*do_deferred)(struct lfb_kernel *kernel);
	void (*report_stray)(struct lfb_kernel *kernel, const void *address, enum lfb_stray kind);
	/* … and race/. */
	void (*report_race)(struct lfb_kernel *kernel, const struct lfb_race_pair *pair);

	/* As long as one boot; cleared by lfb__kernel_reset(). */
	unsigned int boot_number;
	enum lfb_death dead;
	struct task_struct *task;
	struct task_struct boot_task;
	struct task_struct point_task; /* module code at a scheduling point of boot_task */
	unsigned long calls;	 /* of callbacks */
	unsigned long jiffies;	 /* milliseconds that were slept */
	unsigned long deferrals; /* … so many yet */
	bool serialized;	 /* a reboot is prepared: preserved memory may not change */
	bool watching;		 /* … and is being compared */
	bool locks_stay;	 /* … and who waits for a lock waits for the next kernel */
	struct lfb_pages pages;
	struct lfb_slabs slabs;
	struct lfb_vmallocs vmallocs;
	struct kho kho;
	unsigned long files_open;
	void *luo;		/* what lib/ keeps; lies in this kernel's memory */
	struct luo_elsewhere *elsewhere; /* the orchestrator that runs in lib/'s place, … */
	/* … and who releases its files, and watches. */
	void (*release_own)(struct lfb_kernel *kernel, struct file *file);
};

/*
 * The kernel of the machine this thread has entered, NULL when it has entered none. Asked for at
 * every lock and every allocation.
 */
extern LFB_THREAD_LOCAL struct lfb_kernel *lfb__current __attribute__((visibility("hidden")));

/*
 * The kernel this thread works for as the world outside of it: whose end it is when an assertion
 * breaks. NULL: the current one's, if there is one.
 */
extern LFB_THREAD_LOCAL struct lfb_kernel *lfb__served __attribute__((visibility("hidden")));

/* This thread works for @kernel. Returns for whom it did before, who is to be served again. */
static inline struct lfb_kernel *lfb__serve(struct lfb_kernel *kernel)
{
	struct lfb_kernel *before = lfb__served;

	lfb__served = kernel;
	return before;
}

/* The callback that runs, NULL: none. */
static inline struct lfb_frame *lfb__frame(const struct lfb_kernel *kernel)
{
	return likely(kernel->task != NULL) ? kernel->task->frame : NULL;
}

/* Does anybody want to know of mistakes? */
static inline bool lfb__checking(const struct lfb_kernel *kernel)
{
	return kernel->checks != LFB_CHECKS_OFF;
}

#endif
