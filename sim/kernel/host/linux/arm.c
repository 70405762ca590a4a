// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The process's fault handler belongs to the simulator while kernel code runs, whatever handlers
 * its user has. It runs on a stack of its own: the fault may be that there is no stack left.
 */
#define _GNU_SOURCE
#include "sim/kernel/host/arm.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <luo/macros.h>

#include "sim/kernel/host/host.h"

/* The time since the handler was seen to be ours, in ticks of the processor. */

/* What a system call takes at least, and so does replacing the handler; 0: unknown on this host. */
static unsigned long system_call;
static LFB_THREAD_LOCAL struct {
	unsigned long ticks;
	int cpu;	/* each has ticks of its own */
} seen;

static unsigned long ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

static void measure_system_call(void)
{
	struct sigaction now;

	for (int i = 0; i < 32; i++) {
		const unsigned long begin = ticks();
		unsigned long took;

		sigaction(SIGSEGV, NULL, &now);
		took = (ticks() - begin) / 8 * 7;
		if (!i || took < system_call)
			system_call = took;
	}
}

static void see(void)
{
	seen.cpu = sched_getcpu();
	seen.ticks = ticks();
}

/* That it is ours, if there was no time to replace it. */
static bool see_again(void)
{
	const unsigned long now = ticks();

	if (now - seen.ticks >= system_call || sched_getcpu() != seen.cpu)
		return false;
	seen.ticks = now;
	return true;
}

/* The stack: one for each thread that runs kernel code and has none. */

/* Findings are made and told on it. */
#define STACK_SIZE (256 << 10)
/* Around it, never touched: valgrind takes a small step between two stacks for one of a call. */
#define GAP (4 << 20)
#define ALL_SIZE (STACK_SIZE + 2 * GAP)

static LFB_THREAD_LOCAL bool has_stack;
static pthread_key_t stack_key;
static bool has_key;

static void free_stack(void *stack)
{
	const stack_t none = { .ss_flags = SS_DISABLE };
	stack_t now;

	/* One that the thread took instead is its own business. */
	if (!sigaltstack(NULL, &now) && now.ss_sp == stack)
		sigaltstack(&none, NULL);
	munmap((char *)stack - GAP, ALL_SIZE);
	/* Another destructor of the thread's may run kernel code yet. */
	has_stack = false;
}

static void prepare(void)
{
	void *frame;

	/* The first time it loads what it needs, for which a signal handler is no place. */
	lfb__frames_here(&frame, 1);
	has_key = !pthread_key_create(&stack_key, free_stack);
	measure_system_call();
}

/* Without memory for it the faults of an exhausted stack are fatal, and all others are not. */
static LFB_OUT_OF_LINE void make_stack(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	stack_t stack = { .ss_size = STACK_SIZE };
	sigset_t faults;
	stack_t now;
	char *all;

	has_stack = true;
	/* A thread for which all signals are blocked would be killed by its fault. */
	sigemptyset(&faults);
	sigaddset(&faults, SIGSEGV);
	sigaddset(&faults, SIGBUS);
	pthread_sigmask(SIG_UNBLOCK, &faults, NULL);
	pthread_once(&once, prepare);
	if (!has_key || sigaltstack(NULL, &now) || !(now.ss_flags & SS_DISABLE))
		return;
	all = mmap(NULL, ALL_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (all == MAP_FAILED)
		return;
	stack.ss_sp = all + GAP;
	if (mprotect(stack.ss_sp, STACK_SIZE, PROT_READ | PROT_WRITE) ||
	    pthread_setspecific(stack_key, stack.ss_sp) || sigaltstack(&stack, NULL)) {
		pthread_setspecific(stack_key, NULL);
		munmap(all, ALL_SIZE);
	}
}

const void *lfb__interrupted_at(const void *context)
{
	const ucontext_t *interrupted = context;

#if defined(__x86_64__)
	return (const void *)(uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)(uintptr_t)interrupted->uc_mcontext.pc;
#else
	(void)interrupted;
	return NULL;
#endif
}

uintptr_t lfb__stack_pointer(const void *context)
{
	const ucontext_t *interrupted = context;

#if defined(__x86_64__)
	return (uintptr_t)interrupted->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	return (uintptr_t)interrupted->uc_mcontext.sp;
#elif defined(__riscv)
	return (uintptr_t)interrupted->uc_mcontext.__gregs[REG_SP];
#else
	(void)interrupted;
	return 0;
#endif
}

/* The handler */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction ours, earlier_segv, earlier_bus;
static unsigned int inside;
static bool put_back; /* when nobody is inside any more */
static atomic_bool others_handle;

static bool is_ours(const struct sigaction *action)
{
	return ours.sa_sigaction && (action->sa_flags & SA_SIGINFO) &&
	       action->sa_sigaction == ours.sa_sigaction;
}

/* SIG_DFL and SIG_IGN kill at a fault, which stepping aside does as well. */
static bool handles(const struct sigaction *action)
{
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

/* Who replaces one handler replaces both. Returns whether others' are there no more now. */
static bool take_both(void (*handler)(int number, siginfo_t *info, void *context))
{
	struct sigaction now;
	bool others;

	if (!ours.sa_sigaction) {
		sigemptyset(&ours.sa_mask);
		/* SA_NODEFER: it is left by a jump, which does not restore the signal mask. */
		ours.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
		ours.sa_sigaction = handler;
	}
	sigaction(SIGSEGV, &ours, &now);
	if (likely(is_ours(&now)))
		return false;
	earlier_segv = now;
	sigaction(SIGBUS, &ours, &now);
	if (!is_ours(&now))
		earlier_bus = now;
	others = handles(&earlier_segv) || handles(&earlier_bus);
	atomic_store_explicit(&others_handle, others, memory_order_relaxed);
	return others;
}

bool lfb__others_handle(void)
{
	return atomic_load_explicit(&others_handle, memory_order_relaxed);
}

/* Test frameworks put handlers of their own there before every test, so look every time. */
void lfb__arm_for_good(void (*handler)(int number, siginfo_t *info, void *context))
{
	if (unlikely(!has_stack))
		make_stack();
	pthread_mutex_lock(&lock);
	take_both(handler);
	put_back = false;
	pthread_mutex_unlock(&lock);
}

void lfb__arm(void (*handler)(int number, siginfo_t *info, void *context), bool *armed)
{
	if (unlikely(!has_stack))
		make_stack();
	pthread_mutex_lock(&lock);
	if (!see_again()) {
		if (unlikely(take_both(handler)))
			put_back = true;
		see();
	}
	inside += !*armed;
	*armed = true;
	pthread_mutex_unlock(&lock);
}

/* What somebody else put there meanwhile stays. */
static void give_back(int number, const struct sigaction *earlier)
{
	struct sigaction now;

	sigaction(number, earlier, &now);
	if (!is_ours(&now))
		sigaction(number, &now, NULL);
}

void lfb__disarm(bool *armed)
{
	if (!*armed)
		return;
	pthread_mutex_lock(&lock);
	*armed = false;
	inside--;
	see_again();
	if (unlikely(!inside && put_back)) {
		put_back = false;
		give_back(SIGSEGV, &earlier_segv);
		give_back(SIGBUS, &earlier_bus);
	}
	pthread_mutex_unlock(&lock);
}

/* A fault happens again by itself on return. The next lfb__arm() brings the handler back. */
void lfb__step_aside(int number, const siginfo_t *info)
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
