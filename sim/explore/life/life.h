/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every life of an agent up to a length, with somebody's modules in C: what it can do and what it
 * knows then (act.c), what lives are called (name.c), one life performed (perform.c) and judged
 * (try.c), and all of them, by several processes (search.c). Others ask through <luo/exhaust.h>.
 * Uses sim/scenario for its transcript, sim/machine and what lies below it.
 */
#ifndef SIM_EXPLORE_LIFE_LIFE_H
#define SIM_EXPLORE_LIFE_LIFE_H

#include <luo/exhaust.h>

#include "sim/machine/machine.h"

#define LFB_LIFE_SESSIONS 4u
#define LFB_LIFE_FILES 8u	/* of all kinds together */
#define LFB_LIFE_LINKS 16u	/* of handlers and FLBs that are told apart */

enum lfb_life_verb {
	LFB_LIFE_CREATE,
	LFB_LIFE_PRESERVE,
	LFB_LIFE_AGAIN,		/* preserves the file that was retrieved */
	LFB_LIFE_RETRIEVE_SESSION,
	LFB_LIFE_RETRIEVE,
	LFB_LIFE_FINISH,
	LFB_LIFE_CLOSE,
	LFB_LIFE_USE,
	LFB_LIFE_KEXEC,
	LFB_LIFE_KEXEC_OFF,	/* the next kernel boots without live update … */
	LFB_LIFE_KEXEC_NO_KHO,	/* … without KHO … */
	LFB_LIFE_KEXEC_WITHOUT,	/* … lacks a link of a handler and an FLB */
	LFB_LIFE_VERBS,
};

/* One thing the agent does. */
struct lfb_life_act {
	u8 verb;
	u8 session;
	u8 file;		/* or, of a kexec, the link */
	u8 fails;		/* the callback in it that fails, from 1; 0: none */
};

enum lfb_life_session {
	LFB_LIFE_NONE,
	LFB_LIFE_OUTGOING,
	LFB_LIFE_WAITING,	/* handed over */
	LFB_LIFE_RETRIEVED,
	LFB_LIFE_FINISHED,	/* and still open */
};

/* What the agent knows. */
struct lfb_life_state {
	u8 sessions[LFB_LIFE_SESSIONS];	/* enum lfb_life_session */
	u8 owner[LFB_LIFE_FILES];	/* session + 1; 0: preserved in none */
	u8 asked[LFB_LIFE_FILES];	/* retrieve was tried; 2: and it was given */
	u8 used_sessions, used_files;	/* bits: names that were used */
	bool off;			/* there is no device */
	bool lost;			/* what was handed over may be, since there was none … */
	bool unlinked;			/* … or since a link was missing */
};

/* A life, and what came of its last act. */
struct lfb_life_node {
	struct lfb_life_state state;
	u32 parent;
	u32 order;		/* among those of this parent */
	struct lfb_life_act act;
};

/* A finding, with its words; the end of a kernel or process without one is LFB_FINDINGS_NR. */
struct lfb_life_raised {
	u32 parent;			/* the life it was raised in, … */
	u32 order;			/* … among those of this parent, … */
	struct lfb_life_act act;	/* … and its last act, unless it has none */
	u32 length;
	u32 id;
	char text[1500];
};

/* What the process that waits may see of one that searches. */
struct lfb_life_seat {
	struct lfb_life_raised now;	/* what would be found, if it died */
	u32 done;			/* nodes of the layer … */
	u64 sequences;			/* … and lives in it */
	bool stops;			/* is to go on no more */
};

struct lfb_life {
	struct lfb_exhaust_modules what;
	void *context;
	struct lfb_machine_options machine_options;
	unsigned int files;		/* of all kinds */
	unsigned int links;
	bool wanted[LFB_FINDINGS_NR + 1];
	/* The run that is being done. */
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int device;
	int session[LFB_LIFE_SESSIONS];
	int file[LFB_LIFE_FILES];	/* made in this kernel … */
	int given[LFB_LIFE_FILES];	/* … and retrieved in it */
	bool hit;			/* what was to fail in the last act did */
	bool dead;
	int error;			/* of the test's own functions */
	struct lfb_life_raised now;	/* what is found would be this */
	struct lfb_life_seat *seat;	/* NULL before there are processes */
	/* The search. */
	struct lfb_exhaust_modules_result result;
	unsigned int depth;
	bool ended;			/* by who is told how far it is */
	struct lfb_list nodes;		/* struct lfb_life_node; the first one did nothing */
	u32 layer, layer_end;		/* those to go on from */
	struct lfb_list raised;		/* struct lfb_life_raised, the first of each id */
};

/* act.c: would an agent without mistakes do this here? */
bool lfb__life_does(const struct lfb_life *life, const struct lfb_life_state *state,
		    const struct lfb_life_act *act);
/* It did, and that was the answer. */
void lfb__life_learns(const struct lfb_life *life, struct lfb_life_state *state,
		      const struct lfb_life_act *act, long result);
bool lfb__life_is_done(const struct lfb_life_state *state);
/* What can fail in an act, as a mask of fault kinds; 0: nothing. */
unsigned int lfb__life_fallible(const struct lfb_life_act *act);

/* name.c: "create-a.preserve-a-1.kexec:2"; false: that is no life. */
void lfb__life_name(const struct lfb_life_act *word, unsigned int length, char *text, size_t size);
bool lfb__life_parse(const char *text, struct lfb_life_act *word, unsigned int *length);
/* As a call in C. */
void lfb__life_call(const struct lfb_life_act *act, char *text, size_t size);

/* perform.c: from power on to the end. Sets life->hit, dead, error. Returns the last answer. */
long lfb__life_perform(struct lfb_life *life, const struct lfb_life_act *word,
		       unsigned int length);
/* A machine with the modules. 0 or -errno with the sentence. */
int lfb__life_machine(struct lfb_life *life);

/* search.c: all lives up to what.length, behind the one that does nothing. -EINTR: not all. */
int lfb__life_search(struct lfb_life *life);
/* The life of a node. Returns its length. */
unsigned int lfb__life_word(const struct lfb_life *life, u32 node, struct lfb_life_act *word);
/*
 * try.c: performs a life whose last act is done in @state, which becomes what is known after it.
 * What is found goes to @raised. 0 or -errno.
 */
int lfb__life_try(struct lfb_life *life, const struct lfb_life_act *word, unsigned int length,
		  struct lfb_life_state *state, struct lfb_list *raised);

#endif
