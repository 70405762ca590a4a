/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb explore: command.c runs a scenario in every schedule of its "parallel" blocks, and prints
 * what goes wrong, with the line that does it again; faults.c fails each step of them, too.
 *
 * May use what commands may use: public headers and common/.
 */
#ifndef SIM_CLI_EXPLORE_EXPLORE_H
#define SIM_CLI_EXPLORE_EXPLORE_H

#include <luo/schedule.h>
#include <luo/sweep.h>

#include "sim/cli/common/common.h"

extern const struct cli_command cli_explore;

/* An option's number of preemptions, plus 1; 0: none was given. */
int cli_set_bound(const struct cli_given *given);
#define CLI_BOUND_WANTED "a number from 0 to 1000"

/* faults.c: lfb sweep --schedules */
struct cli_sweep_schedules {
	bool wanted;
	u64 bound;		/* of cli_set_bound() */
	unsigned int kinds;	/* 0: all */
	const char *name;	/* of one case, in … */
	const char *schedule;	/* … this schedule; NULL: all */
};

/* An exit status. */
int cli_sweep_in_schedules(const struct cli_line *line, struct lfb_machine *machine,
			   const struct cli_sweep_schedules *given);

#endif
