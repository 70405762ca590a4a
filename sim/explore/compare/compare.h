/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What kernels do differently: compare.c has them perform the same scenarios, and keeps it,
 * run.c is a scenario in a process of its own, part.c tells differences apart, explain.c finds the
 * known defect behind one. generate.c makes scenarios up, of every shape that kernels were asked
 * about, deed.c what happens in one kernel of them, and life.c those in which it goes well. Others
 * ask through <luo/compare.h>. May use: sim/explore/shrink, sim/play and what lies below these; of
 * the other rooms of sim/explore none.
 */
#ifndef SIM_EXPLORE_COMPARE_COMPARE_H
#define SIM_EXPLORE_COMPARE_COMPARE_H

#include <sys/types.h>

#include <luo/compare.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

/* run.c: what a kernel makes of a scenario */

/* What the process tells besides the transcript; both processes have this memory. */
struct lfb_told {
	int error;			/* the scenario could not be performed … */
	char why[400];			/* … because */
	bool found[LFB_FINDINGS_NR];
};

struct lfb_compare_run {
	const struct lfb_compare_kernel *kernel;
	const struct lfb_scenario *scenario;
	const struct lfb_machine_options *machine; /* in place of the kernel's; NULL: its own */
	pid_t pid;			/* 0: there is none */
	int fd;				/* a file in memory, with the transcript */
	struct lfb_told *told;
	char *text;			/* the transcript, afterwards */
};

/* How: so many at once, and so much computing each; less where one has hung before. */
struct lfb_compare_limits {
	unsigned int jobs;
	unsigned int seconds;
	bool hung;
	long slowest;			/* of those that came to an end, in us */
	const struct lfb_blob *boot_from; /* what the first kernel boots from; NULL: it is cold */
};

/* Performs them all, and waits for the last. lfb__compare_free() takes what they hold. */
int lfb__compare_run(struct lfb_compare_limits *limits, struct lfb_compare_run *runs,
		     size_t count);
void lfb__compare_free(struct lfb_compare_run *runs, size_t count);

/* part.c: how to tell one difference from another */

#define LFB_DIFFERENCE_KEY 512

/*
 * Is there a difference? And makes @key of it: in which operation transcripts part, and how each
 * goes on, numbers left aside; or with @findings which finding only one raises.
 */
bool lfb__compare_parts(const struct lfb_compare_run *ours, const struct lfb_compare_run *theirs,
			bool findings, char *key);

/* explain.c */

/*
 * The known defect with and without which a profile like one of two kernels does what these do.
 * *@quirk: NULL for none; *@in_ours: ours act as with it.
 */
int lfb__compare_explain(struct lfb_compare_limits *limits,
			 const struct lfb_compare_run *ours, const struct lfb_compare_run *theirs,
			 const char **quirk, bool *in_ours);

#endif
