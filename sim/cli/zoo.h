/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* lfb zoo: what running the entries and searching for them have in common. */
#ifndef SIM_CLI_ZOO_H
#define SIM_CLI_ZOO_H

#include "cli.h"
#include "sim/cli/report/report.h"

#define ZOO_ENTRY ".lfb"

struct zoo {
	bool show;
	bool search;
	bool json;
	struct cli_json out;
	struct cli_junit junit;
	unsigned int chosen;	/* entries there will be */
	unsigned int entries;	/* those that are done */
	unsigned int caught;
	unsigned int twins;
	unsigned int clean;
};

/* An entry or a twin, as its header describes it. */
struct exhibit {
	const char *name;
	const char *text;
	bool wanted[LFB_FINDINGS_NR];
	bool excused[LFB_FINDINGS_NR];	/* the caller's part in a kernel's defect */
	bool found[LFB_FINDINGS_NR];
	struct cli_line line;		/* the header's */
	bool without_quirks;		/* the twin of a kernel's defect */
	bool by_sweep;
	bool show;			/* print it, and what is found */
	char *words;			/* the header's, cut apart */
};

/* Says why an entry could not be done, unless it was to be stopped. Returns CLI_FAILED. */
int zoo_failed(const char *name, int err, struct lfb_machine *machine);
/* Needs name and text. What it keeps is for zoo_close(), in any case. */
int zoo_read_header(struct exhibit *exhibit);
void zoo_close(struct exhibit *exhibit);
/* Does something with the exhibit's scenario, or its module; @context is the line's state. */
int zoo_with_scenario(struct exhibit *exhibit, void *context, cli_act_fn act);
/* Runs or sweeps the text and sets what is found. */
int zoo_run(struct exhibit *exhibit);
/* The corrected twin's text, NULL for defects of kernels. */
const char *zoo_twin_of(const char *name);
/* The length of an entry's name without ".lfb", for %.*s. */
int zoo_name_length(const char *name);
/* For --junit: an entry, or its twin with @twin ".fixed". The rest is cli_junit_case()'s. */
void zoo_junit_case(struct zoo *zoo, const char *name, const char *twin, enum cli_junit_end end,
		    const char *why, const char *details);
void zoo_json_name(struct cli_json *json, const char *name);

/* zoo_search.c: can it be found without its operations? */
int zoo_search(struct zoo *zoo, const struct cli_embedded *file);

#endif
