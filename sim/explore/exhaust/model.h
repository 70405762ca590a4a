/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The model: what a correct kernel answers to the operations of a scenario, as a table of counts.
 * model.c is the rules of live update in two pages; nothing of lib/ is used or looked at.
 */
#ifndef SIM_EXPLORE_EXHAUST_MODEL_H
#define SIM_EXPLORE_EXHAUST_MODEL_H

#include <luo/machine.h>

#include "sim/kernel/host/host.h"
#include "sim/scenario/scenario.h"

#define LFB_MODEL_HANDLERS 3
#define LFB_MODEL_FLBS 3
#define LFB_MODEL_NAMES 56	/* of sessions */
#define LFB_MODEL_FILES 4	/* in a session; and how many inode numbers there are */

/* A file in a session. States are compared as bytes, so there are none between its members. */
struct lfb_model_file {
	u64 token;
	u32 data;		/* the handle its handler gave */
	u32 id;			/* what its handler said it was, and … */
	bool identified;	/* … it is kept under that */
	u8 flbs;		/* a bit for each that counts it */
	short status;		/* retrieve: 0 never tried, 1 succeeded, or the errno */
	u16 handler;
	u16 inode;
};
LFB_STATIC_ASSERT(sizeof(struct lfb_model_file) == 24, "none behind them, too");

struct lfb_model_session {
	u8 name;
	u8 retrieved;		/* incoming: an agent has it */
	u8 nr_files;
	struct lfb_model_file files[LFB_MODEL_FILES];	/* oldest first */
};

/* In order of creation. */
struct lfb_model_sessions {
	unsigned int count;
	struct lfb_model_session list[LFB_MODEL_NAMES];
};

struct lfb_model_flb {
	short count;		/* files that need it */
	short references;	/* get without put */
	short handed;		/* incoming: the count handed over, 0: it was not */
	short status;		/* incoming: of retrieve, as for files */
	bool loaded;		/* incoming: count was read from what was handed over */
	bool finished;		/* incoming */
	bool no_object;		/* outgoing: preserve gave none */
};

enum lfb_model_handle { LFB_MODEL_CLOSED, LFB_MODEL_OUTGOING, LFB_MODEL_INCOMING };

/* All of it is zero in a machine that was just switched on, but for what the kernel is. */
struct lfb_model {
	bool locked;		/* rfc-v6: objects are lent under a lock, nothing is unregistered */

	bool module;		/* the callbacks belong to one that can be unloaded */
	bool opened;		/* /dev/liveupdate */
	bool useless;		/* … cannot be: what was handed over was not restored */
	bool faulty;		/* an allocation may fail */
	bool no_room;		/* KHO's tree will not take the next entry of live update */
	bool prepared;		/* serialized, about to jump: the agent waits */
	bool damaged;		/* what was serialized was written to */
	bool dead;		/* the kernel refused to boot on it */
	u8 off;			/* the kernel has no live update: enum lfb_lack, what it lacks */
	bool handed_over;	/* by a kernel before this one */
	bool registered[LFB_MODEL_HANDLERS];
	u8 nr_links[LFB_MODEL_HANDLERS];
	u8 links[LFB_MODEL_HANDLERS][LFB_MODEL_FLBS];	/* FLBs, in order of registration */
	short flb_fails[LFB_MODEL_FLBS][LFB_RECORDED_OPS];	/* the next call: an errno */
	short file_fails[LFB_MODEL_HANDLERS][LFB_RECORDED_OPS];
	u8 lent[LFB_MODEL_FLBS];	/* the object, under its lock; as in handles */
	bool no_file[LFB_MODEL_HANDLERS];	/* retrieve answers 0 and gives no file */
	bool no_object[LFB_MODEL_FLBS];		/* preserve answers 0 and gives no object */
	u8 identity[LFB_MODEL_HANDLERS];	/* enum lfb_identity: what get_id says … */
	u32 constant[LFB_MODEL_HANDLERS];	/* … which may be always this */

	u8 made[LFB_MODEL_FILES];	/* the agent has a file of this number */
	u8 handles[LFB_MODEL_NAMES];	/* enum lfb_model_handle: what the agent has by a name */
	unsigned int open_files;
	struct lfb_model_flb outgoing_flb[LFB_MODEL_FLBS];
	struct lfb_model_flb incoming_flb[LFB_MODEL_FLBS];
	struct lfb_model_sessions outgoing;
	struct lfb_model_sessions incoming;
};

struct lfb_model_answer {
	long result;
	u64 object;
	size_t length;
	char callbacks[2048];	/* a line each, as transcripts show them */
	/* What another one does where the rule pauses for the so many-th time; 0: nothing. */
	unsigned int pauses;
	void (*between)(struct lfb_model *model, void *context);
	void *context;
};

/* What a correct kernel answers, and how it is afterwards. */
void lfb__model_step(struct lfb_model *model, const struct lfb_operation *operation,
		     struct lfb_model_answer *answer);
/* Would the agent or the module have anything to call the kernel with? */
bool lfb__model_possible(const struct lfb_model *model, const struct lfb_operation *operation);
/* Is there a rule for it? */
bool lfb__model_knows(const struct lfb_model *model, const struct lfb_operation *operation);

/*
 * An allocation failed in the operation that answered @result: then nothing happened, but that the
 * agent may have made the file it wanted to preserve. Returns whether that is an answer for it.
 */
bool lfb__model_take_fault(struct lfb_model *model, const struct lfb_model *before,
			   const struct lfb_operation *operation, long result, bool made);
/* Sessions, files and preserved blocks: what can be counted from outside. */
void lfb__model_count(const struct lfb_model *model, struct lfb_machine_stats *counts);

/* How many files are kept under what their handlers say they are. */
long lfb__model_identities(const struct lfb_model *model);

/* model.c: the rules, for model_step.c, which finds the one for an operation. */

/* Somebody asks for an FLB's object, or gives it back. */
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
void lfb__rule_jump(struct lfb_model *m, enum lfb_lack lacks);

#endif
