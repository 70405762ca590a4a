// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A simulated kernel may die; the process it runs in may not. Kernel code is entered through
 * lfb__guarded(), and whatever kills the kernel jumps back to there.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/kernel/host/arm.h"
#include "sim/kernel/host/host.h"
#include "sim/kernel/task/task.h"

/* What a function may use of the stack at once. */
#define LARGEST_FRAME (1 << 20)

int lfb__copy(struct lfb_kernel *kernel, void *to, const void *from, size_t size)
{
	sigjmp_buf env;
	int result = 0;

	if (!to || !from || (uintptr_t)to + size < (uintptr_t)to ||
	    (uintptr_t)from + size < (uintptr_t)from)
		return -EFAULT;
	if (sigsetjmp(env, 0) == 0) {
		kernel->copying = &env;
		barrier();
		memcpy(to, from, size);
		barrier();
	} else {
		result = -EFAULT;
	}
	kernel->copying = NULL;
	return result;
}

int lfb__copy_from_user(struct lfb_kernel *kernel, void *to, const void *from, size_t size)
{
	if (unlikely(kernel->sched.beside != NULL))
		lfb__beside_pause(kernel, "copy_from_user");
	if (lfb__fault(kernel, LFB_FAULT_USER_READ, "copy_from_user"))
		return -EFAULT;
	return lfb__copy(kernel, to, from, size);
}

int lfb__copy_to_user(struct lfb_kernel *kernel, void *to, const void *from, size_t size)
{
	if (unlikely(kernel->sched.beside != NULL))
		lfb__beside_pause(kernel, "copy_to_user");
	if (lfb__fault(kernel, LFB_FAULT_USER_WRITE, "copy_to_user") || kernel->task->read_only)
		return -EFAULT;
	return lfb__copy(kernel, to, from, size);
}

static void mark_dead(struct lfb_kernel *kernel, enum lfb_death death)
{
	if (kernel->dead)
		return;
	kernel->dead = death;
	kernel->guard_result = death == LFB_DEATH_HANG ? -EDEADLK : -EFAULT;
}

static void say_waits(struct lfb_kernel *kernel, const char *what, const char *why)
{
	lfb__event(kernel, TASK_BLOCKED, .task = kernel->task->name, .lock = what, .reason = why);
	lfb__fail(kernel, -EAGAIN, "the task waits for %s: %s", what, why);
}

void lfb__wait_for_end(struct lfb_kernel *kernel, const char *what)
{
	kernel->task->blocked_on = what;
	say_waits(kernel, what, "the reboot call holds it");
	kernel->guard_result = -EAGAIN;
	if (kernel->guard)
		siglongjmp(*kernel->guard, 1);
}

void lfb__wait_for_return(struct lfb_kernel *kernel, const char *what)
{
	say_waits(kernel, what, "a call holds it that has not returned");
	if (kernel->waiting)
		siglongjmp(*kernel->waiting, 1);
}

long lfb__guarded_at_point(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg)
{
	sigjmp_buf *const outer = kernel->waiting;
	struct task_struct *const task = kernel->task;
	const unsigned long inside = kernel->trace.inside;
	const unsigned int internal = task->internal;
	sigjmp_buf env;
	volatile long result = -EAGAIN;

	if (sigsetjmp(env, 0) == 0) {
		kernel->waiting = &env;
		result = lfb__guarded(kernel, body, arg);
	} else {
		kernel->trace.inside = inside;
		task->internal = internal;
	}
	kernel->waiting = outer;
	return result;
}

void lfb__die(struct lfb_kernel *kernel, enum lfb_death death)
{
	const struct lfb_frame *frame = lfb__frame(kernel);

	mark_dead(kernel, death);
	if (frame && frame->died)
		frame->died(kernel, frame);
	if (kernel->guard)
		siglongjmp(*kernel->guard, 1);
}

void lfb__stray(struct lfb_kernel *kernel, const void *address, enum lfb_stray kind)
{
	mark_dead(kernel, LFB_DEATH_OOPS);
	kernel->report_stray(kernel, address, kind);
	kernel->fault_at = NULL;
	lfb__die(kernel, LFB_DEATH_OOPS);
}

void lfb__simulator_bug(const struct lfb_assertion *broken)
{
	struct lfb_kernel *kernel = lfb__served ? lfb__served : lfb__current;
	char text[320];

	/* What breaks after that is a consequence. */
	if (kernel && kernel->wrong)
		return;
	lfb__assert_text(broken, text, sizeof(text));
	if (!kernel) {
		lfb__fail(NULL, -EFAULT, "LFB-SIMULATOR-BUG: %s", text);
		fprintf(stderr, "LFB-SIMULATOR-BUG: %s\n", text);
		return;
	}
	kernel->wrong = broken;
	mark_dead(kernel, LFB_DEATH_PANIC);
	kernel->findings.raising = false;
	lfb__say(kernel, LFB_DID_STOPPED, "simulator", "%s", text);
	lfb__find(kernel, LFB_FINDING_SIMULATOR_BUG, "simulator", "%s", text);
	/* The callback that may be running is not asked what it died of: it is not to blame. */
	if (kernel->guard)
		siglongjmp(*kernel->guard, 1);
}

/*
 * Is @address in the stack, where there is none any more? All that lies between the stack's end
 * and the guarded entry is stack, unless it could grow no further.
 */
static bool stack_is_exhausted(const struct lfb_kernel *kernel, const void *address,
			       const void *context)
{
	const uintptr_t end = lfb__stack_pointer(context) - PAGE_SIZE;

	return end < (uintptr_t)kernel->guard_frame &&
	       (uintptr_t)address < (uintptr_t)kernel->guard_frame &&
	       (uintptr_t)address - end < LARGEST_FRAME;
}

static enum lfb_stray kind_of_stray(const struct lfb_kernel *kernel, const siginfo_t *info,
				    const void *context)
{
	if (info->si_code == SI_KERNEL)
		return LFB_STRAY_NO_ADDRESS;
	return stack_is_exhausted(kernel, info->si_addr, context) ? LFB_STRAY_STACK :
								     LFB_STRAY_ADDRESS;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	struct lfb_kernel *kernel = lfb__current;

	/*
	 * A sent signal (si_code <= 0) is no fault, one in a dying kernel is the sink's own, and
	 * one in a thread that only looks on while another is inside is not the kernel's.
	 */
	if (!kernel || !kernel->catch_faults || info->si_code <= 0 ||
	    (!kernel->copying && (kernel->dead || !kernel->guard)) ||
	    (kernel->guard && kernel->guard_thread != &lfb__current)) {
		lfb__step_aside(number, info);
		return;
	}
	if (kernel->copying)
		siglongjmp(*kernel->copying, 1);
	kernel->fault_at = lfb__interrupted_at(context);
	lfb__stray(kernel, info->si_addr, kind_of_stray(kernel, info, context));
}

void lfb__guard_install(void)
{
	lfb__arm_for_good(on_fault);
}

void lfb__guard_arm(struct lfb_kernel *kernel)
{
	if (lfb__guard_unarmed(kernel))
		lfb__arm(on_fault, &kernel->armed);
}

void lfb__guard_hold(struct lfb_kernel *kernel)
{
	lfb__guard_arm(kernel);
	kernel->held = kernel->armed;
}

void lfb__guard_release(struct lfb_kernel *kernel)
{
	kernel->held = false;
	lfb__disarm(&kernel->armed);
}

/*
 * System calls of agents say themselves when they come to a module, which many never do. All else
 * is a module's code, or reads what is in it. Where others handle faults nobody waits: theirs would
 * get those of the simulator's own code, which trips over what modules broke.
 */
static bool arms_at_once(const struct lfb_kernel *kernel)
{
	return !kernel->task->fds || kernel->sched.hook || lfb__others_handle();
}

/* The guard that is there lies further down the stack than this: somebody jumped out of it. */
static bool was_jumped_out_of(const struct lfb_kernel *kernel, const void *here)
{
	return kernel->guard_thread == &lfb__current &&
	       (uintptr_t)here >= (uintptr_t)kernel->guard_frame;
}

long lfb__guarded(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg)
{
	struct lfb_kernel *current = lfb__current;
	struct task_struct *task = kernel->task;
	const unsigned long inside = kernel->trace.inside;
	const unsigned int internal = task->internal;
	sigjmp_buf env;
	long result;

	if (kernel->dead)
		return -ESHUTDOWN;
	if (kernel->guard && !was_jumped_out_of(kernel, __builtin_frame_address(0)))
		return body(arg);

	/* Somebody jumped out; what handlers there are since is another question. */
	if (unlikely(kernel->armed && !kernel->held))
		lfb__disarm(&kernel->armed);
	if (lfb__guard_unarmed(kernel) && arms_at_once(kernel))
		lfb__guard_arm(kernel);
	if (unlikely(kernel->serialized))
		kernel->check_unchanged(kernel);
	kernel->copying = NULL;
	kernel->guard_frame = __builtin_frame_address(0);
	kernel->guard_thread = &lfb__current;
	/* Without the signal mask: saving it is a system call, and the handler changes none. */
	if (sigsetjmp(env, 0) == 0) {
		kernel->guard = &env;
		barrier();
		result = body(arg);
		/* Who is still inside may be reading what is to be freed. */
		if (unlikely(kernel->deferred.count || kernel->unread.count || kernel->threads) &&
		    !lfb__beside_others_inside(kernel))
			kernel->do_deferred(kernel);
		barrier();
		LFB_ASSERT(kernel->guard == &env);
	} else {
		/* A trace sink may have died of the event of a finding. */
		kernel->findings.raising = false;
		/* What has begun in there has no end. */
		kernel->trace.inside = inside;
		task->internal = internal;
		result = kernel->guard_result;
	}
	kernel->guard = NULL;
	kernel->at_point = 0;
	kernel->task = task;
	if (unlikely(kernel->dead))
		task->frame = NULL;
	else if (unlikely(kernel->serialized))
		kernel->check_unchanged(kernel);
	if (kernel->armed && !kernel->held)
		lfb__disarm(&kernel->armed);
	lfb__current = current;
	return result;
}
