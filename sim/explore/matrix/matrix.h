/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The upgrade matrix: what becomes of a live update when another kernel takes over, found out by
 * doing it. What is done is a scenario, one for each kind of handover, with the recorded module;
 * the matrix looks at what its lines answer. A handover that is there already is booted from. May
 * use: sim/play, sim/handover and what lies below them, of the other rooms of sim/explore none.
 */
#ifndef SIM_EXPLORE_MATRIX_MATRIX_H
#define SIM_EXPLORE_MATRIX_MATRIX_H

#include <luo/matrix.h>
#include <luo/types.h>

struct lfb_scenario;

/* What is handed over. */
struct lfb_matrix_handover {
	const char *name;
	const char *about;
	unsigned int sessions;
	unsigned int files;		/* in each session */
	unsigned int flbs;
	bool taken_name;		/* then a session is created whose name is taken */
	bool new_handler;		/* each kernel's has a compatible string of its own */
};

extern const struct lfb_matrix_handover lfb__matrix_kinds[LFB_MATRIX_KINDS];

/*
 * The module; "handler" and what comes up until "open"; what is sent, with the result a line must
 * have; "prepare"; and what is asked for in the next kernel. NULL without memory.
 */
struct lfb_scenario *lfb__matrix_scenario(const struct lfb_matrix_handover *kind);

/* The number of the file that a session has under a token; never 0. */
static inline u64 lfb__matrix_file(unsigned int session, u64 token)
{
	return (u64)session << 32 | (token + 1);
}

#endif
