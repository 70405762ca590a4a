/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every life of an agent (explore/agent) up to a length, with somebody's modules in C: what lives
 * are called (name.c), what there is to do (choice.c), what they are made of (perform.c), where one
 * begins (branch.c), one that is performed and judged (try.c), and all of them, by several
 * processes (search.c). Others ask through <luo/exhaust.h>. Uses sim/scenario for its transcript,
 * sim/copy, sim/machine and what lies below them.
 */
#ifndef SIM_EXPLORE_LIFE_LIFE_H
#define SIM_EXPLORE_LIFE_LIFE_H

#include <luo/exhaust.h>

#include "sim/explore/agent/agent.h"
#include "sim/machine/machine.h"

#define LFB_LIFE_LINKS 16u	/* of handlers and FLBs that are told apart */

/* The machine in the middle of a life, which others go on from. */
struct lfb_life_branch {
	struct lfb_machine_copy *machine;
	struct lfb_saved rest;		/* what the agent has */
	struct lfb_agent_act act;	/* the last one that was done, but for the first branch */
};

/* A life, and what came of its last act. */
struct lfb_life_node {
	struct lfb_agent_state state;
	u32 parent;
	u32 order;		/* among those of this parent */
	struct lfb_agent_act act;
};

/* A finding, with its words; the end of a kernel or process without one is LFB_FINDINGS_NR. */
struct lfb_life_raised {
	u32 parent;			/* the life it was raised in, … */
	u32 order;			/* … among those of this parent, … */
	struct lfb_agent_act act;	/* … and its last act, unless it has none */
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
	const char *replaced;		/* by what.next; NULL: nothing is */
	char compatible[LFB_AGENT_FILES][LIVEUPDATE_HNDL_COMPAT_LENGTH]; /* of kinds, if known */
	unsigned int links, gaps;	/* of handlers and FLBs: there are, and there are not */
	bool identifies;		/* a handler says what its files are, and is asked */
	bool wanted[LFB_FINDINGS_NR + 1];
	/* The run that is being done. */
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int device;
	int session[LFB_AGENT_SESSIONS];
	int file[LFB_AGENT_FILES];	/* made in this kernel … */
	int given[LFB_AGENT_FILES];	/* … retrieved in it … */
	int out[LFB_AGENT_FILES];	/* … and one of those that is preserved, or was */
	bool swapped;			/* there is a kernel with the next version */
	bool hit;			/* what was to fail in the last act did */
	bool dead;
	int error;			/* of the test's own functions */
	char doing[40];			/* the act, for findings */
	void (*prepared)(struct lfb_life *life); /* all is serialized, the jump is next; or NULL */
	bool branches;			/* lives begin in a copy, as far as they can … */
	unsigned int nr_branches;	/* … after 0 acts, 1, …: the last ones performed had them */
	struct lfb_life_branch branch[LFB_EXHAUST_LENGTH_MAX];
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

/* choice.c: does the agent do this here? */
bool lfb__life_does(const struct lfb_life *life, const struct lfb_agent_state *state,
		    const struct lfb_agent_act *act);
/* In how many ways, with different files or links, a verb can be done; per session, or in all. */
unsigned int lfb__life_ways(const struct lfb_life *life, unsigned int verb, bool *of_session);

/* perform.c: what can fail in an act, as a mask of fault kinds; 0: nothing. */
unsigned int lfb__life_fallible(const struct lfb_agent_act *act);

/* name.c: "create-a.preserve-a-1.kexec:2"; false: that is no life. */
void lfb__life_name(const struct lfb_agent_act *word, unsigned int length, char *text, size_t size);
bool lfb__life_parse(const char *text, struct lfb_agent_act *word, unsigned int *length);
/* As calls in C, for somebody to free; NULL without memory. */
char *lfb__life_calls(const struct lfb_agent_act *word, unsigned int length);

/*
 * Switches the machine on, with an agent, if not for an error: life->error. Returns what booting
 * answers.
 */
long lfb__life_begin(struct lfb_life *life);
/* One act after the others. Sets life->hit, error. Returns its answer. */
long lfb__life_act(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int number);
bool lfb__life_is_dead(const struct lfb_life *life);
/* Of a kernel that has just booted: what its handlers and FLBs allow. */
void lfb__life_look_at_registry(struct lfb_life *life);
/* Sets life->dead. */
void lfb__life_end(struct lfb_life *life, unsigned int length);

/* branch.c: has done the first acts of a life, unless the kernel died of one. The last answer. */
long lfb__life_go_to(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int count);
/* Between two lives: there are no branches, nor an agent, and the machine is off. */
void lfb__life_forget_branches(struct lfb_life *life);

/* perform.c: a machine with the modules. 0 or -errno with the sentence. */
int lfb__life_machine(struct lfb_life *life);
/* Without make_file(): which handlers there are. The same. */
int lfb__life_handlers(struct lfb_life *life);

/* modules.c: what is asked for, and the machine it is done with. life->machine is the caller's. */
int lfb__life_take(struct lfb_life *life, const struct lfb_machine_options *machine,
		   const struct lfb_exhaust_modules *what);

/* search.c: all lives up to what.length, behind the one that does nothing. -EINTR: not all. */
int lfb__life_search(struct lfb_life *life);
/* The life of a node. Returns its length. */
unsigned int lfb__life_word(const struct lfb_life *life, u32 node, struct lfb_agent_act *word);
/*
 * try.c: performs a life whose last act is done in @state, which becomes what is known after it.
 * What is found goes to @raised. 0 or -errno.
 */
int lfb__life_try(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int length,
		  struct lfb_agent_state *state, struct lfb_list *raised);
/* What is wanted of what was found, struct lfb_life_raised, the first of each id. */
int lfb__life_collect(struct lfb_life *life, const struct lfb_agent_state *state,
		      struct lfb_list *raised);
/* What a test keeps besides the data of its modules is in no copy. */
bool lfb__life_branches(const struct lfb_life *life);

#endif
