// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The words of the language, as data. */
#include "sim/scenario/words.h"

const struct lfb_verb_words lfb__verbs[LFB_VERBS] = {
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = { name, arguments, flags },
	LFB_ALL_VERBS(X)
#undef X
};

const struct lfb_step_words lfb__steps[LFB_STEP_CODES] = {
#define X(function, name, arguments, takes, gives)                                                 \
	[LFB_STEP_##function] = { name, arguments, LFB_HOLD_##takes, LFB_HOLD_##gives },
	LFB_STEPS(X)
#undef X
};

const char *const lfb__recorded_ops[LFB_RECORDED_OPS] = {
	[LFB_RECORDED_PRESERVE] = "preserve",
	[LFB_RECORDED_RETRIEVE] = "retrieve",
	[LFB_RECORDED_FREEZE] = "freeze",
	[LFB_RECORDED_CAN_FINISH] = "can_finish",
};

const char *const lfb__callbacks[LFB_CALLBACKS] = {
	[LFB_CALLBACK_PRESERVE] = "preserve",	      [LFB_CALLBACK_UNPRESERVE] = "unpreserve",
	[LFB_CALLBACK_RETRIEVE] = "retrieve",	      [LFB_CALLBACK_FINISH] = "finish",
	[LFB_CALLBACK_CAN_PRESERVE] = "can_preserve", [LFB_CALLBACK_FREEZE] = "freeze",
	[LFB_CALLBACK_UNFREEZE] = "unfreeze",	      [LFB_CALLBACK_CAN_FINISH] = "can_finish",
};

const char *const lfb__damaged[LFB_DAMAGED] = {
	[LFB_DAMAGED_FLB] = "flb",
	[LFB_DAMAGED_SESSION] = "session",
	[LFB_DAMAGED_TREE] = "tree",
};

const char *const lfb__identities[LFB_IDENTITIES] = {
	[LFB_IDENTITY_NONE] = "none",
	[LFB_IDENTITY_INODE] = "inode",
	[LFB_IDENTITY_CHANGING] = "changing",
};

const char *const lfb__step_fields[LFB_FIELDS] = {
#define X(field, of, mask) [LFB_FIELD_##field] = #field,
	LFB_STEP_FIELDS(X)
#undef X
};

const char *const lfb__points[LFB_POINTS] = {
	"can_preserve", "preserve",	 "unpreserve",	  "freeze",	  "unfreeze",
	"retrieve",	"can_finish",	 "finish",	  "mutex_lock",	  "mutex_trylock",
	"mutex_unlock", "mutex_destroy", "down_read",	  "up_read",	  "down_write",
	"up_write",	"spin_lock",	 "spin_unlock",	  "session-found", "flb-lazy-init",
};
