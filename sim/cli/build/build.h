/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the tool has compiled: compile.c runs a compiler's command line, and knows where the headers
 * are that sources are to find; module.c is lfb build, which makes a module, tree.c is lfb tree,
 * which makes a kernel image of a kernel tree. It knows no other command. May use what commands may
 * use: public headers and common/.
 */
#ifndef SIM_CLI_BUILD_BUILD_H
#define SIM_CLI_BUILD_BUILD_H

#include "sim/cli/common/common.h"

/* compile.c */

/* Where luo/lfb.h is, as an option has @given it or NULL. Returns CLI_OK or CLI_FAILED. */
int cli_find_headers(const char *given, char found[PATH_MAX]);

#define CLI_COMPILER_WORDS 512

/* A command line, which begins with what the environment's CC says: "ccache gcc" are two words. */
struct cli_compiler {
	const char *words[CLI_COMPILER_WORDS + 1];
	int count;		/* more than there are: the last ones did not fit */
	bool is_clang;
	char *given;		/* what its first words are part of */
};

/* CLI_OK or CLI_FAILED; then it is to be ended. */
int cli_compiler_begin(struct cli_compiler *compiler);
void cli_compiler_add(struct cli_compiler *compiler, const char *word);
void cli_compiler_add_all(struct cli_compiler *compiler, const char *const *words, size_t count);
/* Makes @output. CLI_OK or CLI_FAILED. */
int cli_compiler_run(const struct cli_compiler *compiler, const char *output, bool verbose);
/* The same, without a word of the compiler's, and of what it could not be. */
bool cli_compiler_try(const struct cli_compiler *compiler);
void cli_compiler_end(struct cli_compiler *compiler);

/* module.c and tree.c */

extern const struct cli_command cli_build, cli_tree;

#endif
