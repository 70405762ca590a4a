// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A simulated kernel may die; the process it runs in may not. Kernel code is entered through
 * lfb__guarded(), and whatever kills the kernel jumps back to there.
 */
#define _GNU_SOURCE /* REG_RIP */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "sim/kernel/task/task.h"

long lfb__guarded(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg)
{
	struct lfb_kernel *current = lfb__current;
	struct task_struct *task = kernel->task;
	const unsigned long inside = kernel->trace.inside;
	sigjmp_buf env;
	long result;

	if (kernel->dead)
		return -ESHUTDOWN;
	if (kernel->guard)
		return body(arg);

	if (unlikely(kernel->serialized))
		kernel->check_unchanged(kernel);
	/* Without the signal mask: saving it is a system call, and the handler changes none. */
	if (sigsetjmp(env, 0) == 0) {
		kernel->guard = &env;
		barrier();
		result = body(arg);
		barrier();
		LFB_ASSERT(kernel->guard == &env);
	} else {
		/* A trace sink may have died of the event of a finding. */
		kernel->findings.raising = false;
		/* What has begun in there has no end. */
		kernel->trace.inside = inside;
		result = kernel->guard_result;
	}
	kernel->guard = NULL;
	kernel->at_point = 0;
	kernel->task = task;
	if (unlikely(kernel->dead))
		task->frame = NULL;
	else if (unlikely(kernel->serialized))
		kernel->check_unchanged(kernel);
	lfb__current = current;
	return result;
}

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

static void mark_dead(struct lfb_kernel *kernel, enum lfb_death death)
{
	if (kernel->dead)
		return;
	kernel->dead = death;
	kernel->guard_result = death == LFB_DEATH_HANG ? -EDEADLK : -EFAULT;
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

/* Where a fault was, as backtrace() says it; NULL on hosts of which that is not known. */
static const void *faulting_instruction(const void *context)
{
	const ucontext_t *user = context;

#if defined(__x86_64__)
	return (const void *)(uintptr_t)user->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)(uintptr_t)user->uc_mcontext.pc;
#else
	(void)user;
	return NULL;
#endif
}

static struct sigaction earlier_segv, earlier_bus;

static void on_fault(int number, siginfo_t *info, void *context);

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_fault;
}

/*
 * Not our business: steps aside, so that it happens again as if this handler did not exist. A
 * fault does so by itself on return. lfb__guard_install() brings the handler back.
 */
static void step_aside(int number, const siginfo_t *info)
{
	const struct sigaction *earlier = number == SIGSEGV ? &earlier_segv : &earlier_bus;
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	struct sigaction now;

	sigaction(number, NULL, &now);
	/* A handler may have come to hand on to us that we stepped in front of: once around. */
	if (now.sa_handler == earlier->sa_handler)
		earlier = &standard;
	sigaction(number, earlier, NULL);
	if (info->si_code > 0)
		return;
	raise(number);
	if (is_ours(&now))
		sigaction(number, &now, NULL);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	struct lfb_kernel *kernel = lfb__current;

	/* A sent signal (si_code <= 0) is no fault; one in a dying kernel is the sink's own. */
	if (!kernel || !kernel->catch_faults || info->si_code <= 0 ||
	    (!kernel->copying && (kernel->dead || !kernel->guard))) {
		step_aside(number, info);
		return;
	}
	if (kernel->copying)
		siglongjmp(*kernel->copying, 1);
	mark_dead(kernel, LFB_DEATH_PANIC);
	kernel->fault_at = faulting_instruction(context);
	kernel->report_stray(kernel, info->si_addr, info->si_code == SI_KERNEL);
	kernel->fault_at = NULL;
	lfb__die(kernel, LFB_DEATH_PANIC);
}

static void install(int number, struct sigaction *earlier)
{
	/* SA_NODEFER: the handler is left by a jump, which does not restore the signal mask. */
	const struct sigaction ours = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK,
	};
	struct sigaction now;

	sigaction(number, NULL, &now);
	if (is_ours(&now))
		return;
	*earlier = now;
	sigaction(number, &ours, NULL);
}

void lfb__guard_install(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction now;
	void *frame;

	/*
	 * Test frameworks put handlers of their own there before every test, so look every time;
	 * who replaces one replaces both.
	 */
	sigaction(SIGSEGV, NULL, &now);
	if (is_ours(&now))
		return;
	/* The first time it loads what it needs, for which a signal handler is no place. */
	lfb__frames_here(&frame, 1);
	pthread_mutex_lock(&lock);
	install(SIGBUS, &earlier_bus);
	install(SIGSEGV, &earlier_segv);
	pthread_mutex_unlock(&lock);
}
