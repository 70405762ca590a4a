/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The newcomers: kernel modules as people write them who do not know the simulator, each with one
 * mistake when it is compiled with -DBAD, and correct without. newcomer.c does with each what a
 * first test does: aborts an update, performs one, and sweeps its steps.
 */
#ifndef TESTS_NEWCOMER_H
#define TESTS_NEWCOMER_H

#include <string.h>

#include <luo/lfb.h>

#ifdef BAD
#define IS_BAD true
#else
#define IS_BAD false
#endif

/**
 * struct newcomer - a module and what is special about its test
 * @file: its handler's callbacks; NULL: a file that is nothing but its number
 * @flb: callbacks of its FLBs, none, one or two
 * @init: done after the registrations when the module is loaded; may be NULL
 * @use: done with the first FLB's object in the new kernel, and with NULL when all is finished;
 *	may be NULL
 * @look: what the test itself expects when the update is over, 0 or a negative errno; may be NULL
 * @two_sessions: the second file is in a session of its own
 * @fixture: the machine is made in a fixture of cmocka's
 * @thread: the update is performed by a second thread
 * @outside: the test calls the kernel without having entered the machine
 */
struct newcomer {
	const struct liveupdate_file_ops *file;
	const struct liveupdate_flb_ops *flb[2];
	int (*init)(void);
	void (*use)(void *obj);
	int (*look)(void);
	bool two_sessions;
	bool fixture;
	bool thread;
	bool outside;
};

extern const struct newcomer newcomer;

/* The module's static data that others need. */
extern struct liveupdate_file_handler newcomer_handler;
extern struct liveupdate_flb newcomer_flb[2];
extern const struct file_operations newcomer_fops;

/* A file that is nothing but its number. */
bool is_ours(struct liveupdate_file_handler *handler, struct file *file);
int number_preserve(struct liveupdate_file_op_args *args);
void number_unpreserve(struct liveupdate_file_op_args *args);
int number_retrieve(struct liveupdate_file_op_args *args);
void number_finish(struct liveupdate_file_op_args *args);

/* A file that hands over a page with its number in it. */
int page_file_preserve(struct liveupdate_file_op_args *args);
void page_file_unpreserve(struct liveupdate_file_op_args *args);
int page_file_retrieve(struct liveupdate_file_op_args *args);
void page_file_finish(struct liveupdate_file_op_args *args);

/* An FLB whose object is a page that is handed over. */
int page_preserve(struct liveupdate_flb_op_args *argp);
void page_unpreserve(struct liveupdate_flb_op_args *argp);
int page_retrieve(struct liveupdate_flb_op_args *argp);
void page_finish(struct liveupdate_flb_op_args *argp);

/* The object of the next kernel can be another one, which knows the page. */
struct keeper {
	void *page;
	u64 value;
};

void keeper_finish(struct liveupdate_flb_op_args *argp);

#endif
