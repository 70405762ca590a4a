/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb merge: what the shards of a command have printed as JSON becomes what the command would have
 * printed without --shard, to the byte. command.c reads it and sees whether it belongs together, a
 * file for each command puts it together. It knows the commands by what they print alone. May use
 * what commands may use: public headers, common/ and report/.
 */
#ifndef SIM_CLI_MERGE_MERGE_H
#define SIM_CLI_MERGE_MERGE_H

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"

extern const struct cli_command cli_merge;

/* What was read: the shards in their order, each with the name of its file. */
struct cli_part {
	const char *path;
	struct cli_value *root;
	const struct cli_value *shard;	/* in it */
};

struct cli_parts {
	struct cli_part *list;
	unsigned int count;
	struct cli_json out;
	int status;			/* to exit with: what the command would */
};

/*
 * Each puts shards together, whose number and command are right by then: adds members to the open
 * object @out, and sets @status. Returns CLI_OK, or else with the sentence where one does not fit
 * the others.
 */
int cli_merge_sweep(struct cli_parts *parts);
int cli_merge_exhaust(struct cli_parts *parts);
int cli_merge_module(struct cli_parts *parts);
int cli_merge_modules(struct cli_parts *parts);
int cli_merge_compare(struct cli_parts *parts);

/* "FILE: it does not fit the other shards: …". Returns CLI_USAGE. */
int cli_misfit(const struct cli_part *part, const char *what);
/* Has each part the same member as the first one? CLI_OK or what cli_misfit() returns. */
int cli_merge_same(const struct cli_parts *parts, const char *key);

#endif
