/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The model, inside: model_flb.c has the rules of FLBs, model.c those of sessions and files, and
 * model_step.c finds the rule for an operation.
 */
#ifndef SIM_EXPLORE_EXHAUST_MODEL_RULES_H
#define SIM_EXPLORE_EXHAUST_MODEL_RULES_H

#include <string.h>

#include "sim/explore/exhaust/model.h"

/* Another line of what the callbacks say. */
void lfb__rule_say(struct lfb_model_answer *answer, const char *format, ...) LFB_PRINTF(2, 3);

/* A callback that was told to fail does so once. */
static inline int lfb__rule_take(short *failure)
{
	int error = *failure;

	*failure = 0;
	return error;
}

/* A file of handler @h comes: its FLBs are preserved, or nothing is. */
int lfb__rule_need_flbs(struct lfb_model *m, unsigned int h, struct lfb_model_answer *answer);
/* It goes: the newest @links of its FLBs are dropped. */
void lfb__rule_drop_flbs(struct lfb_model *m, unsigned int h, unsigned int links,
			 struct lfb_model_answer *answer);
/* It was finished in the new kernel. */
void lfb__rule_finish_flbs(struct lfb_model *m, unsigned int h, struct lfb_model_answer *answer);
/* Somebody asks for an object, or gives it back. */
long lfb__rule_get(struct lfb_model *m, const struct lfb_operation *op,
		   struct lfb_model_answer *answer);
long lfb__rule_put(struct lfb_model *m, const struct lfb_operation *op,
		   struct lfb_model_answer *answer);
int lfb__rule_retrieve_flb(struct lfb_model *m, unsigned int f, struct lfb_model_answer *answer);

long lfb__rule_create_session(struct lfb_model *m, const struct lfb_operation *op);
long lfb__rule_retrieve_session(struct lfb_model *m, const struct lfb_operation *op);
long lfb__rule_use_session(struct lfb_model *m, const struct lfb_operation *op,
			   struct lfb_model_answer *answer);
/* The reboot, in two halves. */
long lfb__rule_freeze_all(struct lfb_model *m, struct lfb_model_answer *answer);
void lfb__rule_jump(struct lfb_model *m);

#endif
