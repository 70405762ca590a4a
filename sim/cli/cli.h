/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb, the tool: options in, sentences and exit codes out. A command is a file of its own, with
 * its name below and a line in main.c; what it shares with others is in common/, how it writes for
 * programs in report/. It may use what any program may: public headers only. Nobody uses the
 * tool, and nobody depends on what is declared here.
 */
#ifndef SIM_CLI_CLI_H
#define SIM_CLI_CLI_H

#include "sim/cli/build/build.h"
#include "sim/cli/check/check.h"
#include "sim/cli/common/common.h"
#include "sim/cli/compare/compare.h"
#include "sim/cli/explore/explore.h"
#include "sim/cli/merge/merge.h"
#include "sim/cli/shell/shell.h"
#include "sim/cli/show/show.h"

extern const struct cli_command cli_run, cli_boot, cli_sweep, cli_dump, cli_explain, cli_zoo,
	cli_matrix, cli_convert, cli_exhaust, cli_shrink, cli_profiles, cli_kunit;

#endif
