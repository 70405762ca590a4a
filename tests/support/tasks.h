/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Functions of a test as tasks beside each other, in every order. */
#ifndef TESTS_SUPPORT_TASKS_H
#define TESTS_SUPPORT_TASKS_H

struct lfb_machine;

/*
 * In every schedule of at most @bound preemptions, each in a machine of its own: calls @begin, as
 * kernel code, runs @tasks, likewise, beside each other, and calls @end. How many there were.
 */
unsigned int tasks_explore(long (*const tasks[])(void *argument), unsigned int nr,
			   unsigned int bound, long (*begin)(void *argument),
			   void (*end)(struct lfb_machine *machine, const char *schedule));
/*
 * The same, where in some of them the first finding is @wanted, by its name, which is counted in
 * @failed. Any other one, or with NULL any at all, fails the test.
 */
unsigned int tasks_explore_finding(long (*const tasks[])(void *argument), unsigned int nr,
				   unsigned int bound, long (*begin)(void *argument),
				   const char *wanted, unsigned int *failed);

#endif
