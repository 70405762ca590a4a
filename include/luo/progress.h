/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How far a sweep or a search is, for those who wait for it, and a way to end it early. */
#ifndef LUO_PROGRESS_H
#define LUO_PROGRESS_H

#include <luo/types.h>

/**
 * struct lfb_progress - how far it is
 * @sz: sizeof(struct lfb_progress)
 * @done: of a sweep: runs; of a search: beginnings that were gone on from, among those of the
 *	sequences of @length operations
 * @total: how many that will be, of a sweep with pairs about; 0: nobody knows yet
 * @length: of the sequences that are being tried; 0 in a sweep
 * @longest: the length that was asked for; 0 in a sweep
 * @tried: sequences until now, of all lengths; 0 in a sweep
 * @found: violations, findings or differences until now
 */
struct lfb_progress {
	size_t sz;
	u64 done;
	u64 total;
	unsigned int length;
	unsigned int longest;
	u64 tried;
	unsigned long found;
};

/**
 * typedef lfb_progress_fn - is told how far it is, now and then
 *
 * It is called by the thread that asked for the sweep or the search, outside of any kernel, and
 * must not use the machine. Return: true to go on; false to end: what was asked for then returns
 * -EINTR, with what was found until there.
 */
typedef bool (*lfb_progress_fn)(void *context, const struct lfb_progress *progress);

/**
 * lfb_progress_line() - show a line of text on a terminal, in place of the one before
 * @text: the line, of which the terminal's width is shown; what is no letter is a "?". NULL takes
 *	the line away
 *
 * On standard error, where that is a terminal and TERM is set and not "dumb"; else nothing. One
 * thread of a process at a time. Return: is it such a terminal?
 */
LFB_API bool lfb_progress_line(const char *text);

/**
 * lfb_progress_draw() - an lfb_progress_fn that shows it on a terminal
 * @context: not used
 * @progress: how far it is; NULL when the work begins, and when it has ended: takes the line away
 *
 * By lfb_progress_line(), once a second from the first second on. Return: true.
 */
LFB_API bool lfb_progress_draw(void *context, const struct lfb_progress *progress);

#endif
