// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Stacks of their own: a switch saves what the caller expects to find again, and goes on where the
 * other stack was left. Nothing is done with signals or floating point modes, which nobody changes
 * here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/kernel/host/host.h"

#if defined(__SANITIZE_ADDRESS__)
#define FIBERS_ARE_TOLD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBERS_ARE_TOLD 1
#endif
#endif
#ifdef FIBERS_ARE_TOLD
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

/* Findings are made and told on it. */
#define STACK_SIZE (256 << 10)
/*
 * Below it, never touched: a call that needs more of it than there is ends there, whatever its
 * frame. And valgrind takes a small step between two stacks for one of a call.
 */
#define GAP (4 << 20)
#define CLEANED (24 << 10)

#ifdef LFB_FIBER_UCONTEXT
#define HAS_CONTEXTS 1
#else
#define HAS_CONTEXTS 0
#endif

static LFB_THREAD_LOCAL struct lfb_fiber *started;

/* The first thing that a fiber does; it never comes back here. */
static __attribute__((used, noreturn)) void lfb__fiber_begins(void)
{
	struct lfb_fiber *fiber = started;

#ifdef FIBERS_ARE_TOLD
	__sanitizer_finish_switch_fiber(fiber->fake, &fiber->came_from->bottom,
					&fiber->came_from->size);
#endif
	fiber->body(fiber->argument);
	__builtin_trap();
}

#if defined(__x86_64__)
#define SAVED 7		/* words that a switch leaves on the stack, the return address last */
#define ENTRY_AT 6
void lfb__stack_switch(void **save, void *go_to) __attribute__((visibility("hidden")));
void lfb__stack_first(void) __attribute__((visibility("hidden")));
__asm__(".text\n"
	".globl lfb__stack_switch\n"
	".hidden lfb__stack_switch\n"
	".type lfb__stack_switch, @function\n"
	"lfb__stack_switch:\n"
	"	.cfi_startproc\n"
	"	push %rbp\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %rbp, 0\n"
	"	push %rbx\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %rbx, 0\n"
	"	push %r12\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %r12, 0\n"
	"	push %r13\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %r13, 0\n"
	"	push %r14\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %r14, 0\n"
	"	push %r15\n	.cfi_adjust_cfa_offset 8\n	.cfi_rel_offset %r15, 0\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %r15\n"
	"	pop %r14\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %r14\n"
	"	pop %r13\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %r13\n"
	"	pop %r12\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %r12\n"
	"	pop %rbx\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %rbx\n"
	"	pop %rbp\n	.cfi_adjust_cfa_offset -8\n	.cfi_restore %rbp\n"
	/* Where it goes on is no place that the processor's predictor of returns knows. */
	"	pop %rcx\n	.cfi_adjust_cfa_offset -8\n	.cfi_register %rip, %rcx\n"
	"	jmp *%rcx\n"
	"	.cfi_endproc\n"
	".size lfb__stack_switch, .-lfb__stack_switch\n"
	".globl lfb__stack_first\n"
	".hidden lfb__stack_first\n"
	".type lfb__stack_first, @function\n"
	"lfb__stack_first:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined %rip\n"
	"	xor %ebp, %ebp\n"
	"	call lfb__fiber_begins\n"
	"	ud2\n"
	"	.cfi_endproc\n"
	".size lfb__stack_first, .-lfb__stack_first\n");
#elif defined(__aarch64__)
#define SAVED 20	/* x19 to x30, d8 to d15 */
#define ENTRY_AT 11
void lfb__stack_switch(void **save, void *go_to) __attribute__((visibility("hidden")));
void lfb__stack_first(void) __attribute__((visibility("hidden")));
__asm__(".text\n"
	".globl lfb__stack_switch\n"
	".hidden lfb__stack_switch\n"
	".type lfb__stack_switch, %function\n"
	"lfb__stack_switch:\n"
	"	.cfi_startproc\n"
	"	sub sp, sp, #160\n	.cfi_adjust_cfa_offset 160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	.cfi_rel_offset x29, 80\n	.cfi_rel_offset x30, 88\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n	.cfi_adjust_cfa_offset -160\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size lfb__stack_switch, .-lfb__stack_switch\n"
	".globl lfb__stack_first\n"
	".hidden lfb__stack_first\n"
	".type lfb__stack_first, %function\n"
	"lfb__stack_first:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n"
	"	mov x29, #0\n"
	"	bl lfb__fiber_begins\n"
	"	brk #1\n"
	"	.cfi_endproc\n"
	".size lfb__stack_first, .-lfb__stack_first\n");
#else
#define SAVED 0
#endif

static char *stack_of(const struct lfb_fiber *fiber)
{
	return fiber->all + GAP;
}

int lfb__fiber_make(struct lfb_fiber *fiber)
{
	char *all;

	*fiber = (struct lfb_fiber){ 0 };
	if (!SAVED && !HAS_CONTEXTS)
		return -EOPNOTSUPP;
	all = mmap(NULL, GAP + STACK_SIZE, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (all == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(all + GAP, STACK_SIZE, PROT_READ | PROT_WRITE)) {
		munmap(all, GAP + STACK_SIZE);
		return -ENOMEM;
	}
	fiber->all = all;
	return 0;
}

/* What AddressSanitizer keeps of a stack's variables goes with it, as if the fiber had ended. */
static void free_fake(struct lfb_fiber *fiber)
{
#ifdef FIBERS_ARE_TOLD
	const void *bottom;
	void *mine;
	size_t size;

	if (!fiber->fake)
		return;
	__sanitizer_start_switch_fiber(&mine, stack_of(fiber), STACK_SIZE);
	__sanitizer_finish_switch_fiber(fiber->fake, &bottom, &size);
	__sanitizer_start_switch_fiber(NULL, bottom, size);
	__sanitizer_finish_switch_fiber(mine, NULL, NULL);
#endif
	fiber->fake = NULL;
}

void lfb__fiber_free(struct lfb_fiber *fiber)
{
	free_fake(fiber);
	if (fiber->all)
		munmap(fiber->all, GAP + STACK_SIZE);
	fiber->all = NULL;
}

void lfb__fiber_start(struct lfb_fiber *fiber, void (*body)(void *argument), void *argument)
{
	fiber->body = body;
	fiber->argument = argument;
	fiber->bottom = stack_of(fiber);
	fiber->size = STACK_SIZE;
#ifdef FIBERS_ARE_TOLD
	/* Who was left in the middle of something has left its redzones there. */
	__asan_unpoison_memory_region(stack_of(fiber), STACK_SIZE);
#endif
#if SAVED
	{
		/* As if it had been left just before its first instruction. */
		void **top = (void **)(stack_of(fiber) + STACK_SIZE) - 2;

		memset(top - SAVED, 0, (SAVED + 2) * sizeof(*top));
		top[ENTRY_AT - SAVED] = (void *)lfb__stack_first;
		fiber->stack = top - SAVED;
	}
#elif HAS_CONTEXTS
	getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = stack_of(fiber);
	fiber->context.uc_stack.ss_size = STACK_SIZE;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, lfb__fiber_begins, 0);
#endif
}

void lfb__fiber_clean(struct lfb_fiber *fiber)
{
#ifdef FIBERS_ARE_TOLD
	__asan_unpoison_memory_region(stack_of(fiber), STACK_SIZE);
#endif
	memset(stack_of(fiber) + STACK_SIZE - CLEANED, 0, CLEANED);
}

/* Word by word: a sanitizer's gaps between variables are none for others to read. */
__attribute__((no_sanitize("address"))) static void read_stack(u64 *to, const volatile u64 *from,
								 size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = from[i];
}

bool lfb__fiber_mix(const struct lfb_fiber *fiber, struct lfb_mix *mix)
{
	const char *end = stack_of(fiber) + STACK_SIZE;
	u64 words[64];

	/* A sanitizer may keep variables elsewhere. */
	if (!SAVED || fiber->fake)
		return false;
	lfb__mix(mix, &fiber->stack, sizeof(fiber->stack));
	for (const char *at = fiber->stack; at < end;) {
		const size_t left = (size_t)(end - at);
		const size_t size = left < sizeof(words) ? left : sizeof(words);

		read_stack(words, (const void *)at, size / sizeof(*words));
		lfb__mix(mix, words, size);
		at += size;
	}
	return true;
}

void lfb__fiber_switch(struct lfb_fiber *from, struct lfb_fiber *to)
{
	started = to;
	to->came_from = from;
#ifdef FIBERS_ARE_TOLD
	__sanitizer_start_switch_fiber(&from->fake, to->bottom, to->size);
#endif
#if SAVED
	lfb__stack_switch(&from->stack, to->stack);
#elif HAS_CONTEXTS
	swapcontext(&from->context, &to->context);
#endif
#ifdef FIBERS_ARE_TOLD
	__sanitizer_finish_switch_fiber(from->fake, &from->came_from->bottom,
					&from->came_from->size);
#endif
}
