// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the upgrade matrix hands over: the kinds, and the scenario of each. */
#include <stdio.h>
#include <stdlib.h>

#include <luo/abi.h>
#include <luo/scenario.h>

#include "sim/explore/matrix/matrix.h"

const struct lfb_matrix_handover lfb__matrix_kinds[LFB_MATRIX_KINDS] = {
	[LFB_MATRIX_EMPTY] = { "empty", .about = "nothing: live update is on but unused" },
	[LFB_MATRIX_SESSIONS] = { "sessions", "3 sessions without files", .sessions = 3 },
	[LFB_MATRIX_FILE] = { "file", "1 session with 1 file", 1, .files = 1 },
	[LFB_MATRIX_FLBS] = {
		"flbs", "2 sessions with 2 files each, which need 2 FLBs", 2, 2, .flbs = 2,
	},
	[LFB_MATRIX_FULL_SESSIONS] = {
		"full-sessions", "as many sessions as the sender takes, 1 file in each",
		LFB_MATRIX_MANY, .files = 1,
	},
	[LFB_MATRIX_FULL_FILES] = {
		"full-files", "1 session with as many files as the sender takes",
		1, .files = LFB_MATRIX_MANY,
	},
	[LFB_MATRIX_FULL_FLBS] = {
		"full-flbs", "1 file which needs as many FLBs as the sender takes",
		1, 1, .flbs = LUO_FLB_MAX + 1,
	},
	[LFB_MATRIX_TAKEN_NAME] = {
		"taken-name", "51 sessions, after one more was refused because its name is taken",
		LUO_SESSIONS_PER_BLOCK, .taken_name = true,
	},
	[LFB_MATRIX_NEW_HANDLER] = {
		"new-handler", "1 file whose handler has another compatible string in the receiver",
		1, 1, .new_handler = true,
	},
};

const char *lfb_matrix_kind_name(enum lfb_matrix_kind kind)
{
	return (size_t)kind < LFB_MATRIX_KINDS ? lfb__matrix_kinds[kind].name : NULL;
}

const char *lfb_matrix_kind_about(enum lfb_matrix_kind kind)
{
	return (size_t)kind < LFB_MATRIX_KINDS ? lfb__matrix_kinds[kind].about : NULL;
}

/* A page each that says whose it is, so that whatever arrives can be told from everything else. */
static const char module_code[] = "when %1$s preserve kho page 4096\n"
				  "when %1$s preserve stamp page\n"
				  "when %1$s preserve data page\n"
				  "when %1$s unpreserve kho-unpreserve-free page\n"
				  "when %1$s retrieve take page\n"
				  "when %1$s retrieve check-stamp page\n"
				  "when %1$s finish kho-restore-free page\n";

/* Who finishes a file may not have retrieved it. */
static void write_module(FILE *text, unsigned int flbs)
{
	char whose[16];

	fputs("when h 0 freeze data page\nwhen h 0 finish take page\n", text);
	fprintf(text, module_code, "h 0");
	for (unsigned int flb = 0; flb < flbs; flb++) {
		snprintf(whose, sizeof(whose), "flb %u", flb);
		fprintf(text, module_code, whose);
	}
}

static void write_sending(FILE *text, const struct lfb_matrix_handover *kind)
{
	for (unsigned int session = 0; session < kind->sessions; session++) {
		fprintf(text, "session session-%u\n", session);
		for (unsigned int file = 0; file < kind->files; file++)
			fprintf(text, "preserve session-%u %u 0 %llu\n", session, file,
				lfb__matrix_file(session, file));
	}
	if (kind->taken_name)
		fprintf(text, "session session-0 = %d\n", -EEXIST);
}

static void write_receiving(FILE *text, const struct lfb_matrix_handover *kind)
{
	for (unsigned int flb = 0; flb < kind->flbs; flb++)
		fprintf(text, "getin %u\n", flb);
	for (unsigned int session = 0; session < kind->sessions; session++) {
		fprintf(text, "rsession session-%u\n", session);
		for (unsigned int file = 0; file < kind->files; file++)
			fprintf(text, "retrieve session-%u %u\n", session, file);
		fprintf(text, "finish session-%1$u\nclose session-%1$u\n", session);
	}
}

struct lfb_scenario *lfb__matrix_scenario(const struct lfb_matrix_handover *kind)
{
	struct lfb_scenario *scenario = NULL;
	char *bytes = NULL;
	size_t size;
	FILE *text = open_memstream(&bytes, &size);

	if (!text)
		return NULL;
	write_module(text, kind->flbs);
	fputs("handler 0\n", text);
	for (unsigned int flb = 0; flb < kind->flbs; flb++)
		fprintf(text, "flb 0 %u\n", flb);
	fputs("open\n", text);
	write_sending(text, kind);
	fputs("prepare\n", text);
	write_receiving(text, kind);
	if (!fclose(text))
		lfb_scenario_parse("matrix", bytes, size, &scenario);
	free(bytes);
	return scenario;
}
