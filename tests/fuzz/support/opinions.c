// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/fuzz/support/opinions.h"

#include <stdlib.h>
#include <string.h>

#include <luo/check.h>

#include "sim/handover/inspect.h"
#include "tests/fuzz/support/support.h"

/*
 * What is behind the last id of FLBs is about what subsystems left in their own memory (memblock,
 * memfds, vmalloc areas) and about images and debugfs: the second opinion has none of that. Nor
 * has it warnings.
 */
static enum ref_class class_of(enum lfb_check_id id)
{
	if (id == LFB_CHECK_ROOT_UNPRESERVED || id == LFB_CHECK_LUO_UNPRESERVED)
		return REF_UNPRESERVED;
	if (id == LFB_CHECK_BLOB_COMPATIBLE)
		return REF_ROOT;
	if (id < LFB_CHECK_ROOT_AWAY)
		return REF_CONTAINER;
	if (id <= LFB_CHECK_METADATA_AWAY)
		return REF_ROOT;
	if (id <= LFB_CHECK_MAP_MISSING)
		return REF_MAP;
	if (id <= LFB_CHECK_BOOT_PANIC)
		return REF_HEAD;
	if (id <= LFB_CHECK_BLOCK_CHAIN)
		return REF_RECORDS;
	return id <= LFB_CHECK_FLB_TWICE ? REF_FLBS : REF_SOUND;
}

static int on_problem(void *context, const struct lfb_check_problem *problem)
{
	struct library_opinion *opinion = context;
	enum ref_class class = class_of(problem->id);

	if (problem->severity < LFB_SEVERITY_ERROR)
		return 0;
	opinion->errors++;
	if (class == REF_SOUND)
		return 0;
	if (!opinion->classes)
		snprintf(opinion->why, sizeof(opinion->why), "%s: %.150s",
			 lfb_check_name(problem->id), problem->text);
	opinion->classes |= 1u << class;
	return 0;
}

/* The listing */

static void say_map(const struct lfb_inspection *found, FILE *listing)
{
	for (size_t i = 0; i < found->runs.count; i++) {
		const struct lfb_found_run *run = found->sorted[i];

		for (u64 n = 0; n < run->blocks; n++)
			fprintf(listing, "block 0x%llx %u\n",
				run->address + (n << (PAGE_SHIFT + run->order)), run->order);
	}
}

static void say_files(const struct lfb_inspection *found, const struct lfb_found_session *session,
		      FILE *listing)
{
	const struct lfb_found_file *files = found->files.items;

	for (size_t i = 0; i < session->nr_files; i++) {
		const struct lfb_found_file *file = &files[session->first_file + i];

		fprintf(listing, "file %llu ", file->record.token);
		ref_say_name(listing, file->record.compatible, sizeof(file->record.compatible));
		fprintf(listing, " 0x%llx\n", file->record.data);
	}
}

static void say_luo(const struct lfb_inspection *found, FILE *listing)
{
	const struct lfb_found_session *session = found->sessions.items;
	const struct lfb_found_flb *flb = found->flbs.items;

	if (found->head.session_compatible[0])
		fprintf(listing, "luo-v1/%s", found->head.session_compatible);
	else
		fprintf(listing, "luo-v5");
	fprintf(listing, " number %llu\n", found->head.number);
	for (size_t i = 0; i < found->sessions.count; i++, session++) {
		fprintf(listing, "session ");
		ref_say_name(listing, session->record.name, sizeof(session->record.name));
		fprintf(listing, " files %llu\n", session->record.count);
		say_files(found, session, listing);
	}
	for (size_t i = 0; i < found->flbs.count; i++, flb++) {
		fprintf(listing, "flb ");
		ref_say_name(listing, flb->record.name, sizeof(flb->record.name));
		fprintf(listing, " 0x%llx %llu\n", flb->record.data, flb->record.count);
	}
}

static int say(void *context, struct lfb_inspection *found)
{
	const struct lfb_found_entry *entry = found->entries.items;
	FILE *listing = context;

	if (found->has_root)
		fprintf(listing, "%s\n", found->root_compatible);
	for (size_t i = 0; i < found->entries.count; i++, entry++) {
		fprintf(listing, "entry ");
		ref_say_name(listing, entry->name, strlen(entry->name));
		fprintf(listing, " 0x%llx %llu\n", entry->address, entry->size);
	}
	say_map(found, listing);
	if (found->has_luo)
		say_luo(found, listing);
	return 0;
}

void library_read(const struct lfb_blob *blob, struct library_opinion *opinion)
{
	size_t size;
	FILE *listing;

	*opinion = (struct library_opinion){ 0 };
	must(lfb_check_blob(blob, on_problem, opinion) == (int)opinion->errors);
	if (opinion->classes)
		return;
	listing = open_memstream(&opinion->text, &size);
	must(listing && !lfb__inspect_blob(blob, say, listing));
	must(!fclose(listing));
}

/* Both */

/* Where two listings part. */
static void say_difference(const char *library, const char *reference)
{
	size_t at = 0;

	for (size_t i = 0; library[i] && library[i] == reference[i]; i++) {
		if (library[i] == '\n')
			at = i + 1;
	}
	fprintf(stderr, "the library has \"%.*s\", the reference \"%.*s\"\n",
		(int)strcspn(library + at, "\n"), library + at,
		(int)strcspn(reference + at, "\n"), reference + at);
}

/* Forgets the library's. What both refuse must be wrong at the same place. */
static enum opinions compare(struct library_opinion *library, const struct ref_opinion *reference)
{
	enum opinions both = OPINIONS_DIFFER;

	if (!library->classes && reference->refused == REF_SOUND) {
		if (!strcmp(library->text, reference->text))
			both = BOTH_TAKE;
		else
			say_difference(library->text, reference->text);
	} else if (library->classes >> reference->refused & 1) {
		both = BOTH_REFUSE;
	} else {
		fprintf(stderr, "the library says %s, the reference %s: %s\n",
			library->classes ? library->why : "sound",
			ref_class_name(reference->refused), reference->why);
	}
	free(library->text);
	return both;
}

enum opinions opinions_of_blob(const struct lfb_blob *blob, struct ref_opinion *reference)
{
	struct library_opinion library;

	library_read(blob, &library);
	ref_read(blob->bytes, blob->size, false, reference);
	return compare(&library, reference);
}

enum opinions opinions_of(const u8 *bytes, size_t size, bool digest)
{
	struct library_opinion library = { 0 };
	struct lfb_problem problem;
	struct ref_opinion reference;
	struct lfb_blob *blob;
	enum opinions both;
	u8 *copy = malloc(size ? size : 1);

	must(copy);
	memcpy(copy, bytes, size);
	if (!lfb__blob_try(copy, size, digest, &blob, &problem)) {
		library_read(blob, &library);
		lfb_blob_free(blob);
	} else {
		library.classes = 1u << class_of(problem.id);
		snprintf(library.why, sizeof(library.why), "%.190s", problem.what);
	}
	ref_read(bytes, size, digest, &reference);
	both = compare(&library, &reference);
	ref_forget(&reference);
	return both;
}

enum opinions opinions_of_memory(const u8 *bytes, size_t size, u64 luo, const char *profile)
{
	struct library_opinion library = { 0 };
	struct ref_opinion reference;
	enum opinions both;
	size_t length;
	FILE *listing;

	must(lfb_check_memory(bytes, size, luo, profile, on_problem, &library) ==
	     (int)library.errors);
	if (!library.classes) {
		listing = open_memstream(&library.text, &length);
		must(listing && !lfb__inspect_memory(bytes, size, luo, profile, say, listing));
		must(!fclose(listing));
	}
	ref_read_memory(bytes, size, luo, &reference);
	both = compare(&library, &reference);
	ref_forget(&reference);
	return both;
}
