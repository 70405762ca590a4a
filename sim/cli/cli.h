/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb, the tool: what its commands share. It uses the library as any program may.
 */
#ifndef SIM_CLI_CLI_H
#define SIM_CLI_CLI_H

#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/profile.h>

enum cli_exit {
	CLI_OK,
	CLI_FAILED,	/* the run or the check did */
	CLI_USAGE,	/* the command line makes no sense */
};

struct cli_command {
	const char *name;
	const char *about;
	const char *help;
	/* argv[0] is the command's name. Returns an enum cli_exit. */
	int (*run)(const struct cli_command *command, int argc, char **argv);
};

int cli_run(const struct cli_command *command, int argc, char **argv);
int cli_dump(const struct cli_command *command, int argc, char **argv);
int cli_convert(const struct cli_command *command, int argc, char **argv);
int cli_matrix(const struct cli_command *command, int argc, char **argv);
int cli_explain(const struct cli_command *command, int argc, char **argv);
int cli_exhaust(const struct cli_command *command, int argc, char **argv);
int cli_shrink(const struct cli_command *command, int argc, char **argv);
int cli_sweep(const struct cli_command *command, int argc, char **argv);
int cli_zoo(const struct cli_command *command, int argc, char **argv);
int cli_profiles(const struct cli_command *command, int argc, char **argv);

extern const char cli_run_help[], cli_boot_help[], cli_dump_help[], cli_profiles_help[],
	cli_matrix_help[], cli_convert_help[], cli_exhaust_help[], cli_explain_help[],
	cli_shrink_help[], cli_sweep_help[], cli_zoo_help[];

/* "lfb: …" as one line on standard error. Returns CLI_FAILED. */
int cli_failed(const char *format, ...) LFB_PRINTF(1, 2);
/* The same, and where help is to be had. Returns CLI_USAGE. */
int cli_usage(const struct cli_command *command, const char *format, ...) LFB_PRINTF(2, 3);
/* What getopt_long() just returned '?' or ':' for. Returns CLI_USAGE. */
int cli_bad_option(const struct cli_command *command, int what, char **argv);

/* An lfb_write_fn for standard output, which is buffered; errors show at the end. */
int cli_write(void *context, const char *bytes, size_t size);

/* A whole file, "-" for standard input. Returns CLI_OK and memory for free(), or CLI_FAILED. */
int cli_read_file(const char *path, char **bytes, size_t *size);
int cli_write_file(const char *path, const void *bytes, size_t size);

/* A scenario from a file, "-" for standard input. Returns CLI_OK or CLI_FAILED. */
struct lfb_scenario;
int cli_load_scenario(const char *path, struct lfb_scenario **scenario);
/* "+NAME" or "-NAME" onto lists of names for struct lfb_machine_options, for free(). */
int cli_add_quirk(const struct cli_command *command, const char *value, char **on, char **off);

/*
 * machine.c: options of every command that runs scenarios
 */

struct cli_machine {
	struct lfb_machine_options options;
	char *quirks_on;		/* names, separated by commas */
	char *quirks_off;
};

enum { CLI_PROFILE = 512, CLI_QUIRK, CLI_MEMORY, CLI_MODE, CLI_PAGES, CLI_SEED, CLI_CHECKS };

/* Entries for getopt_long(). */
#define CLI_MACHINE_OPTIONS \
	{ "profile", required_argument, NULL, CLI_PROFILE }, \
	{ "quirk", required_argument, NULL, CLI_QUIRK }, \
	{ "memory", required_argument, NULL, CLI_MEMORY }, \
	{ "mode", required_argument, NULL, CLI_MODE }, \
	{ "pages", required_argument, NULL, CLI_PAGES }, \
	{ "seed", required_argument, NULL, CLI_SEED }, \
	{ "checks", required_argument, NULL, CLI_CHECKS }

#define CLI_MACHINE_HELP \
	"  --profile P         the kernel that boots: lfb profiles lists them (default\n" \
	"                      " LFB_PROFILE_DEFAULT ")\n" \
	"  --quirk +NAME       give the kernel a known defect; -NAME takes it away; may be\n" \
	"                      repeated; all: every one that is not named otherwise\n" \
	"  --memory SIZE       physical memory, with K, M or G (default 64M)\n" \
	"  --mode MODE         remap: addresses of an old kernel fault in the next; fixed: they\n" \
	"                      stay, which is faster\n" \
	"  --pages POLICY      buddy: as kernels do (default); ascending: in order, as the\n" \
	"                      golden images were recorded\n" \
	"  --seed N            for what is left to chance (default 0)\n" \
	"  --checks HOW        on: mistakes become findings (default); off: nothing is watched;\n" \
	"                      guard: freed memory and that behind an object cannot be touched\n"

/* One of the options above. Returns CLI_OK or CLI_USAGE. */
int cli_machine_option(struct cli_machine *machine, const struct cli_command *command, int option,
		       const char *value);
/* CLI_OK, or else said what is wrong. */
int cli_machine_create(struct cli_machine *given, const struct cli_command *command,
		       struct lfb_machine **machine);
void cli_machine_end(struct cli_machine *machine);

/*
 * exhaust/module.c: findings that are looked for
 */

struct cli_findings {
	enum lfb_finding_id ids[LFB_FINDINGS_NR];
	size_t count;
};

/* One more, by its name. Returns CLI_OK or CLI_USAGE. */
int cli_add_finding(const struct cli_command *command, const char *value,
		    struct cli_findings *findings);

struct cli_module_search {
	const char *path;
	struct cli_findings finds;	/* none: all that are errors */
	unsigned int length;		/* 0: the default */
};

/* lfb exhaust --module. Returns CLI_FAILED when something was found. */
int cli_search_module(const struct cli_command *command, struct cli_machine *machine,
		      const struct cli_module_search *search);

/*
 * sweep_shrink.c: prints the shortest part of @scenario that still breaks the rule that was broken
 * first in @swept, and what replays it. Returns CLI_OK or CLI_FAILED.
 */
struct lfb_sweep_options;
struct lfb_sweep_result;
int cli_shrink_swept(struct lfb_machine *machine, const struct lfb_sweep_options *options,
		     const struct lfb_scenario *scenario, const struct lfb_sweep_result *swept);

/* All of @text is a number; 0x… for hexadecimal. */
bool cli_number(const char *text, u64 *number);

#endif
