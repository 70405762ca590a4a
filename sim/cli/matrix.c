// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb matrix: which kernel can take over from which, found out by doing it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/machine.h>
#include <luo/matrix.h>
#include <luo/profile.h>

#include "cli.h"

const char cli_matrix_help[] =
	"usage: lfb matrix [--chains]\n"
	"\n"
	"Has each kernel hand over to each other one, with all kinds of things in hand, and\n"
	"prints what becomes of it as tables in Markdown: docs/kernels.md explains them.\n"
	"\n"
	"  --chains            three kernels in a row: what arrives is finished, and the same\n"
	"                      sent again to the third\n";

#define PROFILES_MAX 8
#define HOPS_MAX 2

/* What became of every kexec of every run: runs of one kind lie together. */
struct matrix {
	const char *profiles[PROFILES_MAX];
	unsigned int nr_profiles;
	unsigned int length;		/* of a chain, in hops */
	unsigned int runs;		/* of each kind */
	struct lfb_matrix_hop *hops;
};

static struct lfb_matrix_hop *hops_of(const struct matrix *matrix, unsigned int kind,
				      unsigned int run)
{
	return &matrix->hops[(kind * matrix->runs + run) * matrix->length];
}

/*
 * Doing it
 */

/* Addresses tell a reader nothing, and move with every change to what is allocated before. */
static void hide_addresses(char *text)
{
	static const char hexadecimal[] = "0123456789abcdef";
	char *to = text;

	while (*text) {
		bool address = !strncmp(text, "0x", 2) && strspn(text + 2, hexadecimal);

		*to++ = *text++;
		if (address) {
			*to++ = *text++;
			text += strspn(text, hexadecimal);
			*to++ = '?';
		}
	}
	*to = '\0';
}

/* Runs are numbered like words in a dictionary: the last kernel changes first. */
static int run_one(const struct matrix *matrix, unsigned int kind, unsigned int run)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
	};
	const char *to[HOPS_MAX];
	struct lfb_matrix_hop *hops = hops_of(matrix, kind, run);
	struct lfb_machine *machine;
	unsigned int rest = run, i;
	int err;

	for (i = matrix->length; i-- > 0; rest /= matrix->nr_profiles)
		to[i] = matrix->profiles[rest % matrix->nr_profiles];
	options.profile = matrix->profiles[rest];
	err = lfb_machine_create(&options, &machine);
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_matrix_run(machine, kind, to, matrix->length, hops);
	if (err)
		cli_failed("%s, %s: %s: %s", options.profile, lfb_matrix_kind_name(kind),
			   lfb_error_text(machine), strerror(-err));
	lfb_machine_destroy(machine);
	for (i = 0; i < matrix->length; i++)
		hide_addresses(hops[i].reason);
	return err ? CLI_FAILED : CLI_OK;
}

static int run_all(const struct matrix *matrix)
{
	unsigned int kind, run;
	int result;

	for (kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		for (run = 0; run < matrix->runs; run++) {
			result = run_one(matrix, kind, run);
			if (result)
				return result;
		}
	}
	return CLI_OK;
}

/*
 * Which kinds come out alike
 */

static bool alike(const struct matrix *matrix, unsigned int a, unsigned int b)
{
	unsigned int i;

	for (i = 0; i < matrix->runs * matrix->length; i++)
		if (hops_of(matrix, a, 0)[i].outcome != hops_of(matrix, b, 0)[i].outcome)
			return false;
	return true;
}

static unsigned int first_alike(const struct matrix *matrix, unsigned int kind)
{
	unsigned int first = 0;

	while (!alike(matrix, first, kind))
		first++;
	return first;
}

/* "A, B, C:" for all kinds that come out like @first. */
static void print_kinds(const struct matrix *matrix, unsigned int first)
{
	unsigned int kind;

	for (kind = first; kind < LFB_MATRIX_KINDS; kind++)
		if (first_alike(matrix, kind) == first)
			printf("%s`%s`", kind == first ? "" : ", ", lfb_matrix_kind_name(kind));
	printf(":\n\n");
}

/*
 * Tables
 */

static const char *word(const struct lfb_matrix_hop *hop)
{
	return lfb_matrix_outcome_name(hop->outcome);
}

static void print_heading(const struct matrix *matrix, const char *left, const char *to)
{
	unsigned int columns = matrix->length == 1 ? 1 : 3, i;

	printf("| %s |", left);
	for (i = 0; i < matrix->nr_profiles; i++)
		printf(" %s `%s` |", to, matrix->profiles[i]);
	printf("\n|");
	for (i = 0; i < columns + matrix->nr_profiles; i++)
		printf("---|");
	printf("\n");
}

static void print_pairs(const struct matrix *matrix, unsigned int kind)
{
	unsigned int run;

	print_heading(matrix, "from", "to");
	for (run = 0; run < matrix->runs; run++) {
		const struct lfb_matrix_hop *hop = hops_of(matrix, kind, run);

		if (run % matrix->nr_profiles == 0)
			printf("| `%s` |", hop->from);
		printf(" %s |", word(hop));
		if (run % matrix->nr_profiles == matrix->nr_profiles - 1)
			printf("\n");
	}
}

static void print_triples(const struct matrix *matrix, unsigned int kind)
{
	unsigned int run;

	print_heading(matrix, "from | to | outcome", "then to");
	for (run = 0; run < matrix->runs; run++) {
		const struct lfb_matrix_hop *hop = hops_of(matrix, kind, run);

		if (run % matrix->nr_profiles == 0)
			printf("| `%s` | `%s` | %s |", hop->from, hop->to, word(hop));
		printf(" %s |", word(&hop[1]));
		if (run % matrix->nr_profiles == matrix->nr_profiles - 1)
			printf("\n");
	}
}

/*
 * Reasons
 */

static bool same_reason(const struct lfb_matrix_hop *a, const struct lfb_matrix_hop *b)
{
	return a->outcome == b->outcome && !strcmp(a->reason, b->reason);
}

static bool same_kernels(const struct lfb_matrix_hop *a, const struct lfb_matrix_hop *b)
{
	return !strcmp(a->from, b->from) && !strcmp(a->to, b->to);
}

/* Is there a hop before with this reason, and these kernels if @kernels are given? */
static bool said(const struct matrix *matrix, const struct lfb_matrix_hop *hop,
		 const struct lfb_matrix_hop *kernels)
{
	const struct lfb_matrix_hop *before;

	for (before = matrix->hops; before < hop; before++)
		if (same_reason(before, hop) && (!kernels || same_kernels(before, kernels)))
			return true;
	return false;
}

/* All pairs of kernels a reason holds for, whatever was handed over. */
static void print_who(const struct matrix *matrix, const struct lfb_matrix_hop *first)
{
	const struct lfb_matrix_hop *end = hops_of(matrix, LFB_MATRIX_KINDS, 0), *hop;

	for (hop = first; hop < end; hop++)
		if (same_reason(hop, first) && !said(matrix, hop, hop))
			printf("%s`%s` → `%s`", hop == first ? "" : ", ", hop->from, hop->to);
}

static void print_reasons(const struct matrix *matrix)
{
	const struct lfb_matrix_hop *end = hops_of(matrix, LFB_MATRIX_KINDS, 0), *hop;

	printf("| outcome | from → to | what the simulator says |\n|---|---|---|\n");
	for (hop = matrix->hops; hop < end; hop++) {
		if (!hop->reason[0] || said(matrix, hop, NULL))
			continue;
		printf("| %s | ", word(hop));
		print_who(matrix, hop);
		printf(" | `%s` |\n", hop->reason);
	}
}

/* How much it was, by sender. */
static void print_loads(const struct matrix *matrix)
{
	unsigned int kind, i;

	printf("| kind | what is handed over |");
	for (i = 0; i < matrix->nr_profiles; i++)
		printf(" by `%s` |", matrix->profiles[i]);
	printf("\n|---|---|");
	for (i = 0; i < matrix->nr_profiles; i++)
		printf("---|");
	printf("\n");
	for (kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		printf("| `%s` | %s |", lfb_matrix_kind_name(kind), lfb_matrix_kind_about(kind));
		for (i = 0; i < matrix->nr_profiles; i++) {
			const struct lfb_matrix_load *sent =
				&hops_of(matrix, kind, i * matrix->nr_profiles)->sent;

			printf(" %u / %u / %u |", sent->sessions, sent->files, sent->flbs);
		}
		printf("\n");
	}
	printf("\nNumbers are sessions / files / FLBs.\n\n");
}

static void print_all(const struct matrix *matrix)
{
	unsigned int kind;

	if (matrix->length == 1)
		print_loads(matrix);
	for (kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		if (first_alike(matrix, kind) != kind)
			continue;
		print_kinds(matrix, kind);
		if (matrix->length == 1)
			print_pairs(matrix, kind);
		else
			print_triples(matrix, kind);
		printf("\n");
	}
	if (matrix->length == 1)
		print_reasons(matrix);
	printf("%s%u ordered %s of kernels, %d kinds of handover: %u runs.\n",
	       matrix->length == 1 ? "\n" : "", matrix->runs,
	       matrix->length == 1 ? "pairs" : "triples", LFB_MATRIX_KINDS,
	       matrix->runs * LFB_MATRIX_KINDS);
}

int cli_matrix(const struct cli_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "chains", no_argument, NULL, 'c' },
		{ 0 },
	};
	struct matrix matrix = { .length = 1, .runs = 1 };
	const char *profile;
	unsigned int i;
	int option, result;

	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option != 'c')
			return cli_bad_option(command, option, argv);
		matrix.length = 2;
	}
	if (optind < argc)
		return cli_usage(command, "matrix takes no arguments");
	while (matrix.nr_profiles < PROFILES_MAX &&
	       (profile = lfb_profile_name(matrix.nr_profiles)))
		matrix.profiles[matrix.nr_profiles++] = profile;
	for (i = 0; i <= matrix.length; i++)
		matrix.runs *= matrix.nr_profiles;
	matrix.hops = calloc((size_t)matrix.runs * LFB_MATRIX_KINDS * matrix.length,
			     sizeof(*matrix.hops));
	if (!matrix.hops)
		return cli_failed("no memory");
	result = run_all(&matrix);
	if (!result)
		print_all(&matrix);
	free(matrix.hops);
	return result;
}
