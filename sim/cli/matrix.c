// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb matrix: which kernel can take over from which, found out by doing it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/matrix.h>
#include <luo/progress.h>

#include "cli.h"
#include "sim/cli/report/report.h"

#define KERNELS_MAX 16
#define HOPS_MAX 2

/* What became of every kexec of every run: runs of one kind lie together. */
struct matrix {
	bool chains;
	bool json;
	const char *from;
	const char *kernels[KERNELS_MAX];	/* profiles; then images, by their paths */
	unsigned int nr_profiles;
	unsigned int nr_kernels;
	unsigned int length;		/* of a chain, in hops */
	unsigned int runs;		/* of each kind */
	struct lfb_matrix_hop *hops;
};

static struct lfb_matrix_hop *hops_of(const struct matrix *matrix, unsigned int kind,
				      unsigned int run)
{
	return &matrix->hops[(kind * matrix->runs + run) * matrix->length];
}

/* The machine's kernel is the one of that number. */
static void choose(const struct matrix *matrix, unsigned int kernel,
		   struct lfb_machine_options *options)
{
	if (kernel < matrix->nr_profiles)
		options->profile = matrix->kernels[kernel];
	else
		options->kernel = matrix->kernels[kernel];
}

/* Doing it */

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
	/* What is printed is what the kernels say themselves, and no finding. */
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.checks = LFB_CHECKS_OFF,
	};
	const char *to[HOPS_MAX];
	struct lfb_matrix_hop *hops = hops_of(matrix, kind, run);
	struct lfb_machine *machine;
	unsigned int rest = run;
	int err;

	for (unsigned int i = matrix->length; i-- > 0; rest /= matrix->nr_kernels)
		to[i] = matrix->kernels[rest % matrix->nr_kernels];
	choose(matrix, rest, &options);
	err = lfb_machine_create(&options, &machine);
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_matrix_run(machine, kind, to, matrix->length, hops);
	if (err)
		cli_failed("%s, %s: %s: -%s", matrix->kernels[rest], lfb_matrix_kind_name(kind),
			   lfb_error_text(machine), lfb_errno_name(err));
	lfb_machine_destroy(machine);
	for (unsigned int i = 0; i < matrix->length; i++) {
		hops[i].from = i ? to[i - 1] : matrix->kernels[rest];
		hide_addresses(hops[i].reason);
	}
	return err ? CLI_FAILED : CLI_OK;
}

static int run_all(const struct matrix *matrix)
{
	struct lfb_progress progress = {
		.sz = sizeof(progress),
		.total = (u64)matrix->runs * LFB_MATRIX_KINDS,
	};
	int result = CLI_OK;

	cli_long_begin();
	for (unsigned int kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		for (unsigned int run = 0; run < matrix->runs && !result; run++) {
			if (!cli_progress(NULL, &progress))
				result = CLI_SIGNAL;
			else
				result = run_one(matrix, kind, run);
			progress.done += !result;
		}
	}
	cli_progress_clear();
	if (!cli_stopped())
		return result;
	return cli_stop("%llu of %llu runs", progress.done, progress.total);
}

/* Which kinds come out alike */

static bool alike(const struct matrix *matrix, unsigned int a, unsigned int b)
{
	for (unsigned int i = 0; i < matrix->runs * matrix->length; i++) {
		if (hops_of(matrix, a, 0)[i].outcome != hops_of(matrix, b, 0)[i].outcome)
			return false;
	}
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
	for (unsigned int kind = first; kind < LFB_MATRIX_KINDS; kind++) {
		if (first_alike(matrix, kind) == first)
			printf("%s`%s`", kind == first ? "" : ", ", lfb_matrix_kind_name(kind));
	}
	printf(":\n\n");
}

/* Tables */

/* @columns of what is on the left, and one for each kernel. */
static void print_heading(const struct matrix *matrix, unsigned int columns, const char *left,
			  const char *to)
{
	printf("| %s |", left);
	for (unsigned int i = 0; i < matrix->nr_kernels; i++)
		printf(" %s `%s` |", to, matrix->kernels[i]);
	printf("\n|");
	for (unsigned int i = 0; i < columns + matrix->nr_kernels; i++)
		printf("---|");
	printf("\n");
}

/* A line has the runs that differ in their last kernel only. */
static void print_table(const struct matrix *matrix, unsigned int kind)
{
	if (matrix->chains)
		print_heading(matrix, 3, "from | to | outcome", "then to");
	else
		print_heading(matrix, 1, "from", "to");
	for (unsigned int run = 0; run < matrix->runs; run++) {
		const struct lfb_matrix_hop *hop = hops_of(matrix, kind, run);

		if (run % matrix->nr_kernels == 0) {
			printf("| `%s` |", hop->from);
			if (matrix->chains)
				printf(" `%s` | %s |", hop->to,
				       lfb_matrix_outcome_name(hop->outcome));
		}
		printf(" %s |", lfb_matrix_outcome_name(hop[matrix->length - 1].outcome));
		if (run % matrix->nr_kernels == matrix->nr_kernels - 1)
			printf("\n");
	}
}

/* Reasons */

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
	for (const struct lfb_matrix_hop *before = matrix->hops; before < hop; before++) {
		if (same_reason(before, hop) && (!kernels || same_kernels(before, kernels)))
			return true;
	}
	return false;
}

/* All pairs of kernels a reason holds for, whatever was handed over. */
static void print_who(const struct matrix *matrix, const struct lfb_matrix_hop *first)
{
	const struct lfb_matrix_hop *end = hops_of(matrix, LFB_MATRIX_KINDS, 0), *hop;

	for (hop = first; hop < end; hop++) {
		if (same_reason(hop, first) && !said(matrix, hop, hop))
			printf("%s`%s` → `%s`", hop == first ? "" : ", ", hop->from, hop->to);
	}
}

static void print_reasons(const struct matrix *matrix)
{
	const struct lfb_matrix_hop *end = hops_of(matrix, LFB_MATRIX_KINDS, 0), *hop;

	printf("| outcome | from → to | what the simulator says |\n|---|---|---|\n");
	for (hop = matrix->hops; hop < end; hop++) {
		if (!hop->reason[0] || said(matrix, hop, NULL))
			continue;
		printf("| %s | ", lfb_matrix_outcome_name(hop->outcome));
		print_who(matrix, hop);
		printf(" | `%s` |\n", hop->reason);
	}
}

/* How much it was, by sender. */
static void print_loads(const struct matrix *matrix)
{
	print_heading(matrix, 2, "kind | what is handed over", "by");
	for (unsigned int kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		printf("| `%s` | %s |", lfb_matrix_kind_name(kind), lfb_matrix_kind_about(kind));
		for (unsigned int i = 0; i < matrix->nr_kernels; i++) {
			const struct lfb_matrix_load *sent =
				&hops_of(matrix, kind, i * matrix->nr_kernels)->sent;

			printf(" %u / %u / %u |", sent->sessions, sent->files, sent->flbs);
		}
		printf("\n");
	}
	printf("\nNumbers are sessions / files / FLBs.\n\n");
}

static void print_all(const struct matrix *matrix)
{
	if (!matrix->chains)
		print_loads(matrix);
	for (unsigned int kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		if (first_alike(matrix, kind) != kind)
			continue;
		print_kinds(matrix, kind);
		print_table(matrix, kind);
		printf("\n");
	}
	if (!matrix->chains) {
		print_reasons(matrix);
		printf("\n");
	}
	printf("%u ordered %s of kernels, %d kinds of handover: %u runs.\n", matrix->runs,
	       matrix->chains ? "triples" : "pairs", LFB_MATRIX_KINDS,
	       matrix->runs * LFB_MATRIX_KINDS);
}

/* One handover that is there already, and who could take it over */

static int take_one(const struct cli_line *line, const struct lfb_blob *blob, unsigned int kernel,
		    struct lfb_matrix_hop *hop)
{
	const struct matrix *matrix = line->state;

	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = line->machine.options.memory,
		.mode = LFB_MEMORY_FIXED,
		.checks = LFB_CHECKS_OFF,
	};
	struct lfb_machine *machine;
	int err;

	choose(matrix, kernel, &options);
	if (!options.memory)
		options.memory = lfb_blob_memory(blob);
	if (lfb_machine_create(&options, &machine))
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_matrix_take(machine, blob, hop);
	if (err)
		cli_failed("%s: %s", matrix->kernels[kernel], lfb_error_text(machine));
	lfb_machine_destroy(machine);
	hop->to = matrix->kernels[kernel];
	return err ? CLI_FAILED : CLI_OK;
}

static void print_taken(const struct matrix *matrix)
{
	const struct lfb_matrix_load *sent = &matrix->hops[0].sent;

	printf("%u session%s, %u file%s, %u FLB%s.\n\n", sent->sessions,
	       cli_plural(sent->sessions), sent->files, cli_plural(sent->files), sent->flbs,
	       cli_plural(sent->flbs));
	printf("| to | outcome | what the simulator says |\n|---|---|---|\n");
	for (unsigned int i = 0; i < matrix->nr_kernels; i++) {
		const struct lfb_matrix_hop *hop = &matrix->hops[i];

		printf("| `%s` | %s | %s%s%s |\n", hop->to,
		       lfb_matrix_outcome_name(hop->outcome), *hop->reason ? "`" : "",
		       hop->reason, *hop->reason ? "`" : "");
	}
}

/* For programs */

static void json_load(struct cli_json *json, const char *key, const struct lfb_matrix_load *load)
{
	cli_json_open(json, key, '{');
	cli_json_number(json, "sessions", load->sessions);
	cli_json_number(json, "files", load->files);
	cli_json_number(json, "flbs", load->flbs);
	cli_json_close(json, '}');
}

static void json_hop(struct cli_json *json, const struct lfb_matrix_hop *hop)
{
	/* In a table, that is "-". */
	bool reached = hop->outcome != LFB_MATRIX_UNREACHED;

	cli_json_open(json, NULL, '{');
	cli_json_string(json, "from", hop->from);
	cli_json_string(json, "to", hop->to);
	cli_json_string(json, "outcome",
			reached ? lfb_matrix_outcome_name(hop->outcome) : "unreached");
	cli_json_string(json, "error", lfb_errno_name(hop->error));
	cli_json_string(json, "reason", hop->reason);
	json_load(json, "sent", &hop->sent);
	json_load(json, "arrived", &hop->arrived);
	json_load(json, "finished", &hop->finished);
	cli_json_close(json, '}');
}

static void json_run(struct cli_json *json, const char *kind, const struct lfb_matrix_hop *hops,
		     unsigned int count)
{
	cli_json_open(json, NULL, '{');
	cli_json_string(json, "kind", kind);
	cli_json_open(json, "hops", '[');
	for (unsigned int i = 0; i < count; i++)
		json_hop(json, &hops[i]);
	cli_json_close(json, ']');
	cli_json_close(json, '}');
}

static void json_all(const struct matrix *matrix)
{
	struct cli_json json = { 0 };

	cli_json_begin(&json, "lfb-matrix-1");
	cli_json_open(&json, "kinds", '[');
	for (unsigned int kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		cli_json_open(&json, NULL, '{');
		cli_json_string(&json, "name", lfb_matrix_kind_name(kind));
		cli_json_string(&json, "about", lfb_matrix_kind_about(kind));
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_open(&json, "runs", '[');
	for (unsigned int kind = 0; kind < LFB_MATRIX_KINDS; kind++) {
		for (unsigned int run = 0; run < matrix->runs; run++)
			json_run(&json, lfb_matrix_kind_name(kind), hops_of(matrix, kind, run),
				 matrix->length);
	}
	cli_json_close(&json, ']');
	cli_json_end(&json);
}

static void json_taken(const struct matrix *matrix)
{
	struct cli_json json = { 0 };

	cli_json_begin(&json, "lfb-matrix-1");
	cli_json_open(&json, "kinds", '[');
	cli_json_open(&json, NULL, '{');
	cli_json_string(&json, "name", "from");
	cli_json_string(&json, "about", matrix->from);
	cli_json_close(&json, '}');
	cli_json_close(&json, ']');
	cli_json_open(&json, "runs", '[');
	for (unsigned int i = 0; i < matrix->nr_kernels; i++)
		json_run(&json, "from", &matrix->hops[i], 1);
	cli_json_close(&json, ']');
	cli_json_end(&json);
}

static int run_from(struct cli_line *line)
{
	struct matrix *matrix = line->state;
	struct lfb_blob *blob;
	int result;

	if (matrix->chains)
		return cli_usage(line->command, "--chains and --from: which of them?");
	if (cli_load_handover(line, matrix->from, &blob))
		return CLI_FAILED;
	matrix->hops = calloc(matrix->nr_kernels, sizeof(*matrix->hops));
	result = matrix->hops ? CLI_OK : cli_failed("no memory");
	for (unsigned int i = 0; i < matrix->nr_kernels && !result; i++)
		result = take_one(line, blob, i, &matrix->hops[i]);
	if (!result && matrix->json)
		json_taken(matrix);
	else if (!result)
		print_taken(matrix);
	free(matrix->hops);
	lfb_blob_free(blob);
	return result;
}

/* In front of all images. */
static void add_profiles(struct matrix *matrix)
{
	const char *profile;

	if (matrix->nr_profiles)
		return;
	while (matrix->nr_profiles < KERNELS_MAX &&
	       (profile = lfb_profile_name(matrix->nr_profiles)))
		matrix->kernels[matrix->nr_profiles++] = profile;
	matrix->nr_kernels = matrix->nr_profiles;
}

static int add_image(const struct cli_given *given)
{
	struct matrix *matrix = given->into;

	if (!cli_is_loadable(given->value))
		return cli_expected(given);
	add_profiles(matrix);
	if (matrix->nr_kernels == KERNELS_MAX)
		return cli_usage(given->line->command, "--kernel: more than %u of them",
				 KERNELS_MAX - matrix->nr_profiles);
	matrix->kernels[matrix->nr_kernels++] = given->value;
	return CLI_OK;
}

static int run(struct cli_line *line)
{
	struct matrix *matrix = line->state;
	int result;

	add_profiles(matrix);
	if (matrix->from)
		return run_from(line);
	matrix->length = matrix->chains ? 2 : 1;
	matrix->runs = matrix->nr_kernels;
	for (unsigned int i = 0; i < matrix->length; i++)
		matrix->runs *= matrix->nr_kernels;
	matrix->hops = calloc((size_t)matrix->runs * LFB_MATRIX_KINDS * matrix->length,
			      sizeof(*matrix->hops));
	if (!matrix->hops)
		return cli_failed("no memory");
	result = run_all(matrix);
	if (!result && matrix->json)
		json_all(matrix);
	else if (!result)
		print_all(matrix);
	free(matrix->hops);
	return result;
}

static const struct cli_option options[] = {
	{ "kernel", "IMAGE", "a kernel tree's orchestrator, as lfb tree makes it, is one more\n"
	  "kernel beside the profiles; may be repeated: docs/tree.md",
	  .wanted = "a kernel image, as lfb tree makes it", .set = add_image },
	{ "chains", NULL, "three kernels in a row: what arrives is finished, and the same\n"
	  "sent again to the third", .at = offsetof(struct matrix, chains) },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct matrix, json) },
	{ "from", "FILE", "what FILE hands over, a blob or the memory of a machine, to each kernel",
	  .at = offsetof(struct matrix, from) },
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_matrix = {
	"matrix", "say which kernel can take over from which",
	"usage: lfb matrix [--kernel IMAGE.so]... [--chains] [--json]\n"
	"       lfb matrix --from FILE [--kernel IMAGE.so]... [--json]\n"
	"\n"
	"Has each kernel hand over to each other one, with all kinds of things in hand, and\n"
	"prints what becomes of it as tables in Markdown: docs/kernels.md explains them.\n"
	"With --from, says which kernels could take over what is there already, and why not:\n"
	"docs/dump.md.\n",
	options, sizeof(struct matrix), run, .max = 0,
};
