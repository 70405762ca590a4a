/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every call out of the orchestrator, with its seams.
 */
#ifndef LIB_CALLBACK_H
#define LIB_CALLBACK_H

#include "lib/luo/luo.h"

/* 0 for callbacks that return nothing. */
int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, enum luo_op op);
/* Fills in @args from @luo_file; what the callback left there is the caller's. */
int luo_call_file(struct luo *luo, struct luo_file *luo_file, struct liveupdate_file_op_args *args,
		  enum luo_op op);
bool luo_call_can_preserve(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file);
/* Only where the handler has one. */
unsigned long luo_call_get_id(struct luo *luo, struct liveupdate_file_handler *fh,
			      struct file *file);

#endif
