/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * An agent that makes no mistakes: what it does in which situation, what it knows afterwards, and
 * what no module can be blamed for. The searches are two, one with scenarios (explore/exhaust) and
 * one with modules in C (explore/life); their agent is this one, so that both try the same. Knows
 * neither of them, no machine and no kernel; uses include/luo/ alone.
 */
#ifndef SIM_EXPLORE_AGENT_AGENT_H
#define SIM_EXPLORE_AGENT_AGENT_H

#include <luo/finding.h>
#include <luo/types.h>

#define LFB_AGENT_SESSIONS 4u
#define LFB_AGENT_FILES 8u

enum lfb_agent_verb {
	LFB_AGENT_CREATE,
	LFB_AGENT_PRESERVE,
	LFB_AGENT_AGAIN,	/* preserves the file that was retrieved */
	LFB_AGENT_TWICE,	/* … or that is preserved: the kernel refuses */
	LFB_AGENT_REOPEN,	/* retrieves the session */
	LFB_AGENT_RETRIEVE,
	LFB_AGENT_FINISH,
	LFB_AGENT_CLOSE,
	LFB_AGENT_USE,		/* has the module's users do what they do; who searches says when */
	LFB_AGENT_KEXEC,
	LFB_AGENT_KEXEC_OFF,	/* the next kernel boots without live update … */
	LFB_AGENT_KEXEC_NO_KHO,	/* … without KHO … */
	LFB_AGENT_KEXEC_PLAIN,	/* … was loaded without the handover … */
	LFB_AGENT_KEXEC_WITHOUT,	/* … lacks a link of a handler and an FLB … */
	LFB_AGENT_KEXEC_WITH,	/* … has one more */
	LFB_AGENT_VERBS,
};

/* One thing the agent does. */
struct lfb_agent_act {
	u8 verb;
	u8 session;
	u8 file;		/* or, of a kexec, the link */
	u8 fails;		/* what is made to fail in it, from 1; 0: nothing */
};

enum lfb_agent_session {
	LFB_AGENT_NONE,
	LFB_AGENT_OUTGOING,
	LFB_AGENT_WAITING,	/* handed over */
	LFB_AGENT_RETRIEVED,
	LFB_AGENT_FINISHED,	/* and still open */
};

enum lfb_agent_kernel {
	LFB_AGENT_USUAL,
	LFB_AGENT_OFF,		/* has no device */
	LFB_AGENT_REWIRED,	/* has other links than the one before */
	LFB_AGENT_LAST,		/* came after one of those, or is given nothing: no more is done */
};

/* What the agent knows. All zero: nothing yet. */
struct lfb_agent_state {
	u8 sessions[LFB_AGENT_SESSIONS];	/* enum lfb_agent_session */
	u8 owner[LFB_AGENT_FILES];	/* session + 1; 0: preserved in none */
	u8 asked, given;		/* bits: files whose retrieve was tried, and worked */
	u8 used_files;			/* bits: names that were used … */
	u8 used_sessions : 3;		/* … and how many, from the first one on */
	u8 kernel : 2;			/* enum lfb_agent_kernel */
	u8 lost : 1;			/* what was handed over may be, as a kernel was off … */
	u8 unlinked : 1;		/* … or since one was rewired */
	u8 unloaded : 1;		/* the module is, in this kernel: who searches says so */
};

/*
 * Would it do this here? @alike: bits, files that differ from the one before in their number only,
 * which comes first then.
 */
bool lfb__agent_does(const struct lfb_agent_state *state, const struct lfb_agent_act *act,
		     unsigned int alike);
/* It did, and it went well or not. */
void lfb__agent_learns(struct lfb_agent_state *state, const struct lfb_agent_act *act, bool well);
/* Is the session on its way out, or else in and not finished? */
bool lfb__agent_is_in(const struct lfb_agent_state *state, unsigned int session, bool outgoing);
/* Is nothing left of what was handed over? */
bool lfb__agent_is_done(const struct lfb_agent_state *state);
/*
 * Is a finding none of the module's? That a session waits for its agent looks as if it had been
 * forgotten, where the agent had no time for it yet; what a kernel without live update, KHO or the
 * handover was to be handed is lost, and what needs a link that is not as it was may be.
 */
bool lfb__agent_excuses(const struct lfb_agent_state *state, unsigned int id);

#endif
