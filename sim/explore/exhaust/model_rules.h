/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The model, inside: model_flb.c has the rules of FLBs, model.c those of sessions and files, and
 * model_step.c finds the rule for an operation.
 */
#ifndef SIM_EXPLORE_EXHAUST_MODEL_RULES_H
#define SIM_EXPLORE_EXHAUST_MODEL_RULES_H

#include <stdio.h>
#include <string.h>

#include "sim/explore/exhaust/model.h"

typedef struct lfb_model model_t;
typedef struct lfb_model_answer answer_t;
typedef struct lfb_model_flb flb_t;
typedef struct lfb_model_file file_t;
typedef struct lfb_model_session session_t;
typedef struct lfb_model_sessions sessions_t;

#define SAY(answer, ...)                                                                           \
	((answer)->length += (size_t)snprintf((answer)->callbacks + (answer)->length,              \
					      sizeof((answer)->callbacks) - (answer)->length,      \
					      __VA_ARGS__))

/* A callback that was told to fail does so once. */
static inline int take(short *failure)
{
	int error = *failure;

	*failure = 0;
	return error;
}

/* A file of handler @h comes: its FLBs are preserved, or nothing is. */
int lfb__rule_need_flbs(model_t *m, unsigned int h, answer_t *answer);
/* It goes: the newest @links of its FLBs are dropped. */
void lfb__rule_drop_flbs(model_t *m, unsigned int h, unsigned int links, answer_t *answer);
/* It was finished in the new kernel. */
void lfb__rule_finish_flbs(model_t *m, unsigned int h, answer_t *answer);
/* Somebody asks for an object, or gives it back. */
long lfb__rule_get(model_t *m, const struct lfb_operation *op, answer_t *answer);
long lfb__rule_put(model_t *m, const struct lfb_operation *op, answer_t *answer);
int lfb__rule_retrieve_flb(model_t *m, unsigned int f, answer_t *answer);

long lfb__rule_create_session(model_t *m, const struct lfb_operation *op);
long lfb__rule_retrieve_session(model_t *m, const struct lfb_operation *op);
long lfb__rule_use_session(model_t *m, const struct lfb_operation *op, answer_t *answer);
/* The reboot, in two halves. */
long lfb__rule_freeze_all(model_t *m, answer_t *answer);
void lfb__rule_jump(model_t *m);

#endif
