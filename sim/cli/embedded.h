/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Files of the source tree that the tool carries with it: cmake/LfbEmbed.cmake.
 */
#ifndef SIM_CLI_EMBEDDED_H
#define SIM_CLI_EMBEDDED_H

struct cli_embedded {
	const char *name;	/* of the file, without directories; NULL ends the table */
	const char *text;
};

extern const struct cli_embedded embedded_findings[];	/* docs/findings/LFB-*.md */
extern const struct cli_embedded embedded_zoo[];		/* tests/zoo: *.lfb */

#endif
