/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb compare: command.c is the command, kernel.c makes kernels of words on the command line,
 * table.c shows two transcripts side by side, tell.c tells a difference, as text, for programs and
 * in files, story.c runs scenarios whole, beside.c tells them. It knows no other command. May use
 * what commands may use: public headers, common/ and report/; and show/, which draws runs.
 */
#ifndef SIM_CLI_COMPARE_COMPARE_H
#define SIM_CLI_COMPARE_COMPARE_H

#include <luo/compare.h>

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"
#include "sim/cli/show/show.h"

extern const struct cli_command cli_compare;

/* kernel.c: a profile, with quirks more or less, or one in a shared object */

struct cli_kernel {
	struct lfb_machine_options machine;
	struct lfb_machine_options like;
	char *profile;			/* its words, cut apart */
	char *quirks_on;
	char *quirks_off;
	void *object;			/* that a player of its own is in */
	void (*play)(const char *text, FILE *out);
};

/* Does this word name one? */
bool cli_is_kernel(const char *word);
/*
 * @like: the profile that is like those in shared objects. What @kernel keeps is for
 * cli_kernel_end(), in any case. CLI_OK, or else said what is wrong.
 */
int cli_kernel_read(const struct cli_line *line, const char *word, const char *like,
		    struct cli_kernel *kernel, struct lfb_compare_kernel *made);
void cli_kernel_end(struct cli_kernel *kernel);

/* beside.c: stories of one scenario in several kernels */

enum { CLI_BESIDE_MAX = 4 };

/*
 * What all do the same is said once, what they do not in columns, @width letters in all. Returns
 * CLI_OK if they do the same, CLI_FAILED if not, CLI_USAGE without memory, which is said by then.
 */
int cli_beside(const struct show *const *shows, const char *const *names, unsigned int count,
		unsigned int width, FILE *to);

/* story.c: what happens in each kernel, beside each other; the same exit status as a comparison */
int cli_stories(struct cli_line *line, const struct cli_kernel *kernels,
		const struct lfb_compare_kernel *made, unsigned int count,
		struct lfb_scenario *const *scenarios, char *const *names,
		size_t nr_scenarios, unsigned int width);

/* table.c: two transcripts in columns, what is the same left out where it is long */

void cli_table_print(const char *our_name, const char *ours, const char *their_name,
		     const char *theirs);
/* What differs first, in a line: "flb 0 0: ours answers 0, theirs -EINVAL". */
void cli_table_first(const struct lfb_compare_kernel *ours_by,
		     const struct lfb_compare_kernel *theirs_by,
		     const struct lfb_difference *difference, char *text, size_t size);

/* tell.c */

void cli_difference_print(const struct lfb_compare_kernel *kernels, unsigned int count,
			  const struct lfb_difference *difference);
void cli_difference_json(struct cli_json *json, const struct lfb_compare_kernel *kernels,
			 unsigned int count, const struct lfb_difference *difference,
			 bool of_shard);
/* Into a folder of its own below @folder. CLI_OK or CLI_FAILED. */
int cli_difference_save(const char *folder, const struct lfb_compare_kernel *kernels,
			const struct lfb_difference *difference);

#endif
