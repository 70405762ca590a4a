/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb explore: command.c runs a scenario in every schedule of its "parallel" blocks, and prints
 * what goes wrong, with the line that does it again. It knows no other command.
 *
 * May use what commands may use: public headers and common/.
 */
#ifndef SIM_CLI_EXPLORE_EXPLORE_H
#define SIM_CLI_EXPLORE_EXPLORE_H

#include <luo/schedule.h>

#include "sim/cli/common/common.h"

extern const struct cli_command cli_explore;

#endif
