/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What adapter.c and the parts of look.h know of each other. */
#ifndef LUO_TREE_LOOKED_H
#define LUO_TREE_LOOKED_H

#include <luo/tree/image.h>

struct liveupdate_file_handler;
struct liveupdate_flb;
struct luo_file_set;

/* Not there in an image that was compiled without look.h. */
#define LFB_TREE_MAY_LACK __attribute__((weak, visibility("hidden")))

void lfb_tree_look_core(struct lfb_look_state *state) LFB_TREE_MAY_LACK;
void lfb_tree_look_sessions(struct lfb_look_state *state, const struct lfb_look_listener *to)
	LFB_TREE_MAY_LACK;
void lfb_tree_look_files(struct luo_file_set *set, const struct lfb_look_listener *to)
	LFB_TREE_MAY_LACK;
void lfb_tree_look_handlers(const struct lfb_look_listener *to) LFB_TREE_MAY_LACK;
void lfb_tree_look_links(struct liveupdate_file_handler *handler,
			 const struct lfb_look_listener *to) LFB_TREE_MAY_LACK;
void lfb_tree_look_flbs(struct lfb_look_state *state, const struct lfb_look_listener *to)
	LFB_TREE_MAY_LACK;
void lfb_tree_look_flb(struct liveupdate_flb *flb, struct lfb_look_flb *told) LFB_TREE_MAY_LACK;

/* Whose twin it is. */
void *lfb_tree_owner(struct liveupdate_file_handler *handler)
	__attribute__((visibility("hidden")));
void *lfb_tree_flb_owner(struct liveupdate_flb *flb) __attribute__((visibility("hidden")));

#endif
