/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* lfb exhaust: what its searches have in common. */
#ifndef SIM_CLI_EXHAUST_H
#define SIM_CLI_EXHAUST_H

#include <luo/exhaust.h>

#include "cli.h"
#include "sim/cli/report/report.h"

#define EXHAUST_FORMAT "lfb-exhaust-1"

/* Members of an open object: what was done, and what differs. */
void exhaust_json_search(struct cli_json *json, const struct lfb_exhaust_result *result);

/*
 * exhaust_loadable.c: all sequences that @what says with the machine's modules, those that are the
 * shard's, or as many as there is time for. Prints what is found, and says how many that is.
 * Returns an exit status.
 */
int exhaust_loadable(struct cli_line *line, struct lfb_exhaust_modules *what,
		     const struct cli_shard *shard, bool as_json, unsigned int *violations);

/*
 * exhaust_defects.c: as @options say, with each defect by itself, or each that is the shard's.
 * Returns an exit status.
 */
int exhaust_defects(const struct cli_line *line, const struct lfb_exhaust_options *options,
		    const struct cli_shard *shard, bool as_json);

#endif
