/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the tool has compiled: compile.c runs a compiler's command line, and knows where the headers
 * are that sources are to find; tree.c is lfb tree, which makes a kernel image of a kernel tree. It
 * knows no other command. May use what commands may use: public headers and common/. Commands that
 * compile use it.
 */
#ifndef SIM_CLI_BUILD_BUILD_H
#define SIM_CLI_BUILD_BUILD_H

#include "sim/cli/common/common.h"

/* compile.c */

/* Where luo/lfb.h is, as an option has @given it or NULL. Returns CLI_OK or CLI_FAILED. */
int cli_find_headers(const char *given, char found[PATH_MAX]);
/* Runs a compiler's command line, up to a NULL, which makes @output. CLI_OK or CLI_FAILED. */
int cli_compile(char *const words[], const char *output, bool verbose);

/* "clang", "ccache clang-14 -m64": what it defines tells. */
bool cli_is_clang(const char *compiler);

/* tree.c */

extern const struct cli_command cli_tree;

#endif
