/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * FLBs: flb.c is their life, flb_register.c says which there are.
 */
#ifndef LIB_FLB_H
#define LIB_FLB_H

#include "lib/luo/luo.h"

/* For all that the file's handler is linked to, which is remembered in @luo_file. */
int luo_flb_file_preserve(struct luo *luo, struct luo_file *luo_file);
void luo_flb_file_unpreserve(struct luo *luo, const struct luo_file *luo_file);
void luo_flb_file_finish(struct luo *luo, struct liveupdate_file_handler *fh);
void luo_flb_serialize(struct luo *luo);
/* Makes sure there is an incoming object; called with the FLB's incoming lock held. */
int luo_flb_retrieve_locked(struct luo *luo, struct liveupdate_flb *flb);
/* Gives back the page they were handed over in, when nobody needs it any more. */
void luo_flb_page_done(struct luo *luo);
/* One reference more; called with the lock held, while there is somebody who needs it. */
void luo_flb_hold(struct luo *luo, struct liveupdate_flb *flb, bool incoming);
void luo_flb_put(struct luo *luo, struct liveupdate_flb *flb, bool incoming);

void luo_flb_init_lazily(struct luo *luo, struct liveupdate_flb *flb);
/* Unlinks a handler's FLBs; called with the registry locked. -EBUSY: one is in use. */
int luo_flb_unlink_all(struct luo *luo, struct liveupdate_file_handler *fh);

#endif
