/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* arm.c: whose fault handler the process has, and the stack that it runs on. */
#ifndef SIM_KERNEL_HOST_ARM_H
#define SIM_KERNEL_HOST_ARM_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* @handler gets all faults of the process for good, chained to what was there before. */
void lfb__arm_for_good(void (*handler)(int number, siginfo_t *info, void *context));
/*
 * @handler gets the faults from here on, until lfb__disarm() by the last who is inside: what was
 * there before comes back then. *@armed says that its owner is inside, also twice.
 */
void lfb__arm(void (*handler)(int number, siginfo_t *info, void *context), bool *armed);
void lfb__disarm(bool *armed);
/* Had others a handler there, when it was looked at last? */
bool lfb__others_handle(void);
/* A fault that is not the handler's business happens again as if it did not exist. */
void lfb__step_aside(int number, const siginfo_t *info);
/* Which instruction was interrupted, as backtrace() says it; NULL: unknown on this host. */
const void *lfb__interrupted_at(const void *context);
/* Where the stack of the code that was interrupted ends; 0: unknown. */
uintptr_t lfb__stack_pointer(const void *context);

#endif
