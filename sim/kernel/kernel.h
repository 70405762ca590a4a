/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The ground floor: what one simulated kernel offers its subsystems, and the four seams.
 *
 * struct lfb_kernel is the ground floor's part of a machine. Its first half lives as long as the
 * machine, its second half as long as one boot. Kernel-facing functions have no context argument;
 * they act on this thread's current kernel.
 */
#ifndef SIM_KERNEL_KERNEL_H
#define SIM_KERNEL_KERNEL_H

#include <setjmp.h>
#include <stdarg.h>

#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/file.h>
#include <luo/kexec_handover.h>
#include <luo/list.h>
#include <luo/lock.h>
#include <luo/mm.h>
#include <luo/module.h>
#include <luo/printk.h>
#include <luo/slab.h>
#include <luo/trace.h>
#include <luo/vmalloc.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define IS_ALIGNED(x, a) (((x) & ((a) - 1)) == 0)

#include "sim/kernel/seams/finding.h"
#include "sim/kernel/kho/kho.h"
#include "sim/kernel/task/ledger.h"
#include "sim/kernel/task/lockdep.h"
#include "sim/kernel/memory/memory.h"

/* Bits of struct lfb_kernel.dead: why this kernel runs no more. */
enum lfb_death {
	LFB_ALIVE,
	LFB_DEATH_PANIC, /* panic, BUG, a fault */
	LFB_DEATH_HANG,	 /* a deadlock */
};

/* A thread of control inside the simulated kernel: the boot, or one agent. */
#define LFB_HELD_MAX 16

/* A lock somebody has, for the checks. */
struct lfb_held {
	const struct lfb_lock *lock;
	const char *op;			/* of the callback it was taken in, NULL: none */
	unsigned long operation;
	u16 class;
};

struct task_struct {
	struct list_head list;	/* kernel->tasks */
	const char *name;
	struct lfb_frame *frame; /* the callback that it runs, NULL: none */
	unsigned int internal;	/* lfb__internal_begin() without its end */
	unsigned int running;	/* calls of its own that have not returned */
	unsigned int locks_held;
	unsigned int spinlocks_held; /* of these, those under which nothing may sleep */
	const char *blocked_on;	/* what it waits for, for ever: this kernel will jump */
	unsigned int nr_held;	/* of held[]; those beyond its end are not known */
	struct lfb_held held[LFB_HELD_MAX]; /* only while somebody checks; the oldest first */
	/* The descriptor table; host memory, owned by the agent, NULL for the boot task. */
	struct lfb_fd_table *fds;
};

#define LFB_FD_LEVELS 3

/* One agent's descriptors. Slots are host memory; the files lie in the kernel's memory. */
struct lfb_fd_table {
	struct file **files; /* NULL: unused; LFB_FD_RESERVED: reserved */
	unsigned int size;
	u64 *used[LFB_FD_LEVELS]; /* see fd.c */
};

struct lfb_trace {
	lfb_trace_fn sink;
	void *context;
	unsigned long number;
	unsigned long count[LFB_EVENT_KINDS];
	char complaint[640];
};

struct lfb_faults {
	struct lfb_fault_plan plan;
	unsigned long reached;	/* points of the plan's kinds since it was armed */
	unsigned long hits;
	unsigned long first_hit;	/* which of them failed first */
	unsigned long count[LFB_FAULT_KINDS];
	enum lfb_fault_kind kind;	/* of the newest one that failed … */
	char where[64];			/* … and its name */
};

/* A callback of a handler or an FLB, as it returned. */
struct lfb_returned {
	const void *owner;		/* the handler or FLB */
	const void *given;		/* what a handler's callback was given; NULL for an FLB's */
	const char *compatible;
	const char *op;
	bool is_flb;
	int result;			/* 0 for those that return nothing */
	u64 data;			/* the handle, as the callback left it */
};

/* Who is told of callbacks, for checks of their balance; cheaper than the trace. */
struct lfb_watch {
	void (*returned)(void *context, const struct lfb_returned *call);
	void *context;
};

enum lfb_choice_source { LFB_CHOICE_SEED, LFB_CHOICE_LIST, LFB_CHOICE_BYTES, LFB_CHOICE_ALL };

struct lfb_choices {
	enum lfb_choice_source source;
	u64 state;		/* generator state */
	unsigned int *list;	/* the list, or the odometer's values */
	unsigned int *bounds;	/* the odometer's bounds */
	u8 *bytes;
	size_t count;		/* of list or bytes */
	size_t capacity;
	size_t next;		/* of list or bytes */
	unsigned int *record;
	size_t record_count;
	size_t record_capacity;
	bool record_ended;	/* no memory or too long: what is there is the beginning */
};

struct lfb_sched {
	lfb_sched_fn hook;
	void *context;
};

/* What the orchestrator remembers from one kernel to the next, for the checks. Host memory. */
struct lfb_kept {
	void *data;
	size_t count;
	size_t capacity;
	unsigned int boot;	/* whose it is */
};

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
	const char *doing;	 /* the one that is at work, in a word */
	const char *profile_name;
	struct lfb_faults faults;
	struct lfb_choices choices;
	struct lfb_sched sched;
	struct lfb_watch watch;
	char error[512];
	bool catch_faults;
	sigjmp_buf *guard;	/* innermost guarded entry, NULL outside of kernel code */
	int guard_result;	/* what the guarded entry returns after a death */
	sigjmp_buf *copying;	/* in lfb__copy() */
	struct list_head tasks;	/* all there are but boot_task and point_task, oldest first */
	unsigned int at_point;	/* hooks of scheduling points that have not returned */

	/* As long as one boot; cleared by lfb__kernel_reset(). */
	unsigned int boot_number;
	enum lfb_death dead;
	struct task_struct *task;
	struct task_struct boot_task;
	struct task_struct point_task; /* module code at a scheduling point of boot_task */
	unsigned long calls;	 /* of callbacks */
	bool serialized;	 /* a reboot is prepared: preserved memory may not change */
	bool watching;		 /* … and is being compared */
	struct lfb_pages pages;
	struct lfb_slabs slabs;
	struct lfb_vmallocs vmallocs;
	struct kho kho;
	unsigned long files_open;
	void *luo;		/* what the orchestrator keeps; lies in this kernel's memory */
};

/* The kernel of the machine this thread has entered, NULL when it has entered none. */
extern _Thread_local struct lfb_kernel *lfb__current __attribute__((visibility("hidden")));

/*
 * kernel.c: life of the ground floor
 */

int lfb__kernel_init(struct lfb_kernel *kernel, const struct lfb_memory_options *options, u64 seed);
void lfb__kernel_destroy(struct lfb_kernel *kernel);
/* Forget everything of the boot that ended; memory is dealt with by lfb_memory_boot(). */
void lfb__kernel_reset(struct lfb_kernel *kernel);

/*
 * error.c: the sentence behind an errno
 */

/* Sets the sentence for the human and returns @error, so that "return lfb__fail(…)" works. */
int lfb__fail(struct lfb_kernel *kernel, int error, const char *format, ...) LFB_PRINTF(3, 4);
/* The newest sentence; with no kernel this thread's newest one about no kernel. */
const char *lfb__fail_text(const struct lfb_kernel *kernel);

/*
 * task.c
 */

/* @task holds nothing and does nothing. */
void lfb__task_begin(struct task_struct *task, const char *name, struct lfb_fd_table *fds);
/* What a lock's owner was when it took the lock may be gone since: NULL then. */
struct task_struct *lfb__task_alive(struct lfb_kernel *kernel, struct task_struct *task);

/*
 * guard.c: kernel code that must not take the process down with it
 */

/*
 * Runs body(arg) as kernel code. When the kernel dies inside (panic, BUG, a fault, a deadlock),
 * control comes back here and lfb__guarded() returns -EDEADLK for a hang, else -EFAULT. Nested
 * calls run in the outer guard. A dead kernel runs nothing: -ESHUTDOWN.
 */
long lfb__guarded(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg);
/* The current kernel dies; goes back to the guard, or returns when there is none. */
void lfb__die(struct lfb_kernel *kernel, enum lfb_death death);
/*
 * Makes the process's fault handler ours, chained to whatever was there before. Cheap when it is
 * ours already. Call it when a machine is created, entered and booted: test frameworks replace
 * the handler before each test.
 */
void lfb__guard_install(void);
/* Copies between kernel and userspace: -EFAULT, and no harm, for an address that is not there. */
int lfb__copy(struct lfb_kernel *kernel, void *to, const void *from, size_t size);

/*
 * trace.c
 */

/* Does anybody want to know of events, now or when a finding asks what led there? */
static inline bool lfb__tracing(const struct lfb_kernel *kernel)
{
	return kernel->trace.sink || kernel->history.events;
}

/* Does anybody want to know of mistakes? */
static inline bool lfb__checking(const struct lfb_kernel *kernel)
{
	return kernel->checks != LFB_CHECKS_OFF;
}

/* Said by what may sleep; a word in @what. */
static inline void lfb__might_sleep(struct lfb_kernel *kernel, const char *what)
{
	if (unlikely(kernel->task->spinlocks_held > 0))
		lfb__locks_slept(kernel, what);
}

/*
 * Emits an event when somebody listens. Complaints are counted and kept in any case. @action and,
 * but for complaints and kernel messages, @format must be string literals.
 */
void lfb__emit(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
	       const char *action, const char *format, ...) LFB_PRINTF(5, 6);
void lfb__emit_result(struct lfb_kernel *kernel, enum lfb_event_kind kind, long result,
		      const char *subject, const char *action, const char *format, ...)
	LFB_PRINTF(6, 7);

/* An event without its number and columns: "k0 callback flb iommu-v1 preserve -> 0". */
size_t lfb__event_format_short(const struct lfb_event *event, char *line, size_t size);

/* lfb__emit() for functions that are printf-like themselves. */
void lfb__emit_args(struct lfb_kernel *kernel, enum lfb_event_kind kind, const char *subject,
		    const char *action, const char *format, va_list args) LFB_PRINTF(5, 0);

#define lfb__trace(kernel, ...)                         \
	do {                                            \
		if (lfb__tracing(kernel))               \
			lfb__emit(kernel, __VA_ARGS__); \
	} while (0)
#define lfb__trace_result(kernel, ...)                         \
	do {                                                   \
		if (lfb__tracing(kernel))                      \
			lfb__emit_result(kernel, __VA_ARGS__); \
	} while (0)

/*
 * fault.c, choose.c
 */

bool lfb__fault_fires(struct lfb_kernel *kernel, enum lfb_fault_kind kind, const char *where);

/* True when the step at @where must fail. */
static inline bool lfb__fault(struct lfb_kernel *kernel, enum lfb_fault_kind kind,
			      const char *where)
{
	kernel->faults.count[kind]++;
	if (likely(!(kernel->faults.plan.kinds & (1u << kind))))
		return false;
	return lfb__fault_fires(kernel, kind, where);
}

int lfb__faults_arm(struct lfb_kernel *kernel, const struct lfb_fault_plan *plan);

void lfb__choices_seed(struct lfb_choices *choices, u64 seed);
int lfb__choices_list(struct lfb_choices *choices, const unsigned int *list, size_t count);
int lfb__choices_bytes(struct lfb_choices *choices, const void *bytes, size_t size);
void lfb__choices_all(struct lfb_choices *choices);
bool lfb__choices_next(struct lfb_choices *choices);
unsigned int lfb__choices_choose(struct lfb_choices *choices, unsigned int bound);
void lfb__choices_destroy(struct lfb_choices *choices);

/* task.c: other tasks act; what the running one is doing is put away until they are done. */
void lfb__sched_switch(struct lfb_kernel *kernel, const char *point, const char *object);

static inline void lfb__sched_point(struct lfb_kernel *kernel, const char *point,
				    const char *object)
{
	if (unlikely(kernel->sched.hook != NULL))
		lfb__sched_switch(kernel, point, object);
}

/* The callback that runs, NULL: none. */
static inline struct lfb_frame *lfb__frame(const struct lfb_kernel *kernel)
{
	return likely(kernel->task != NULL) ? kernel->task->frame : NULL;
}

/*
 * module.c: references of the kernel's own; as try_module_get() and module_put()
 */

bool lfb__module_pin(struct module *module);
void lfb__module_unpin(struct module *module);

/*
 * fd.c: descriptors
 */

#define LFB_FD_RESERVED ((struct file *)(uintptr_t)1)

/* Forgets all descriptors without closing anything: their kernel is gone. */
void lfb__fds_forget(struct lfb_fd_table *fds);
void lfb__fds_destroy(struct lfb_fd_table *fds);
/* Borrowed pointer, NULL for a descriptor that is not open. */
struct file *lfb__fd_file(const struct lfb_fd_table *fds, int fd);
/* Takes the file out of its slot; the caller owns the reference. NULL: not open. */
struct file *lfb__fd_take(struct lfb_fd_table *fds, int fd);

#endif
