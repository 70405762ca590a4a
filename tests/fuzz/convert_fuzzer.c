// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blobs that the checks take, written again: as they are, and for each kernel and back. What comes
 * out says what went in, by two readers, and has the same memory of subsystems; what is refused is
 * so with one of the errors docs/convert.md has, and a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include <luo/convert.h>
#include <luo/profile.h>

#include "sim/handover/inspect.h"
#include "tests/fuzz/support/opinions.h"
#include "tests/fuzz/support/support.h"

/* Machines are made for each conversion: large ones take too long. */
#define MEMORY_MAX (64ull << 20)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static bool same_bytes(const struct lfb_blob *a, const struct lfb_blob *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

/* Writing it again as it is */

static int copy_out(void *context, phys_addr_t phys, void *to, u64 size)
{
	const struct lfb_view *view = context;
	const void *bytes = view->at(view, phys, size);

	if (bytes)
		memcpy(to, bytes, size);
	return bytes ? 0 : -EINVAL;
}

/* By who writes blobs, of what the root tree leads to. */
static struct lfb_blob *write_again(const struct lfb_blob *blob)
{
	struct lfb_view view = lfb__blob_view(blob);
	const struct lfb_handed handed = { .view = view, .copy = copy_out, .context = &view };
	struct lfb_blob head = *blob, *again;

	memset(head.kho_compatible, 0, sizeof(head.kho_compatible));
	must(!lfb__blob_make(&handed, &head, &again));
	return again;
}

static bool same_ranges(const struct lfb_blob *a, const struct lfb_blob *b)
{
	if (a->nr_ranges != b->nr_ranges)
		return false;
	for (u32 i = 0; i < a->nr_ranges; i++) {
		if (a->ranges[i].phys != b->ranges[i].phys ||
		    a->ranges[i].nr_pages != b->ranges[i].nr_pages ||
		    a->ranges[i].kind != b->ranges[i].kind)
			return false;
	}
	return true;
}

/*
 * A blob may have pages that its map does not name, or call a page another kind than it is: no
 * kernel sees that, and what is written again has not. Else it is the same to the last byte.
 */
static struct lfb_blob *try_again(const struct lfb_blob *blob, const struct ref_opinion *said)
{
	struct lfb_blob *again = write_again(blob), *twice = write_again(again);
	struct ref_opinion says;

	must(opinions_of_blob(again, &says) == BOTH_TAKE && !strcmp(says.text, said->text));
	must(same_bytes(again, blob) || (LFB_FUZZING && !same_ranges(again, blob)));
	must(same_bytes(again, twice));
	ref_forget(&says);
	lfb_blob_free(twice);
	return again;
}

/* What a conversion must keep */

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/*
 * The line, of a listing, that is about what goes over; what is before the number does not. LUO's
 * own entry and kexec-metadata are written anew, by those names whatever unit address they had.
 */
static const char *record(const char *line)
{
	if (begins(line, "luo"))
		return strstr(line, " number ");
	if (begins(line, "kho") || begins(line, "block") || begins(line, "entry \"LUO\"") ||
	    begins(line, "entry \"LUO@") || begins(line, "entry \"kexec-metadata\"") ||
	    begins(line, "entry \"kexec-metadata@"))
		return NULL;
	return line;
}

static char *records(const char *listing)
{
	char *all = calloc(1, strlen(listing) + 1), *to = all;

	must(all);
	for (const char *line = listing; *line; line += strcspn(line, "\n") + 1) {
		const char *of = record(line);
		const size_t length = of ? (size_t)(strcspn(of, "\n") + 1) : 0;

		if (of)
			memcpy(to, of, length);
		to += length;
	}
	return all;
}

static bool is_own(const struct ref_opinion *said, u64 page)
{
	for (size_t i = 0; i < said->nr_own; i++) {
		if ((said->own[i] & PAGE_MASK) == page)
			return true;
	}
	return false;
}

/* Each page of somebody else's is preserved, where it was and as it was. */
static void check_pages(const struct lfb_blob *from, const struct ref_opinion *said,
			const struct lfb_blob *to)
{
	const struct lfb_view view = lfb__blob_view(to);

	for (u32 i = 0; i < from->nr_ranges; i++) {
		const struct lfb_blob_range *range = &from->ranges[i];

		for (u32 n = 0; n < range->nr_pages && range->kind == LFB_BLOB_PRESERVED; n++) {
			const u64 page = range->phys + PFN_PHYS((u64)n);
			const void *bytes;

			if (is_own(said, page))
				continue;
			bytes = view.at(&view, page, PAGE_SIZE);
			must(bytes && !memcmp(bytes, range->bytes + PFN_PHYS((size_t)n),
					      PAGE_SIZE));
		}
	}
}

static void check_converted(const struct lfb_blob *from, const struct ref_opinion *said,
			    const struct lfb_blob *to)
{
	struct ref_opinion says;
	char *before = records(said->text), *after;

	must(opinions_of_blob(to, &says) == BOTH_TAKE);
	after = records(says.text);
	must(!strcmp(before, after));
	check_pages(from, said, to);
	ref_forget(&says);
	free(before);
	free(after);
}

static struct lfb_blob *convert(const struct lfb_blob *from, const char *profile)
{
	struct lfb_blob *to;
	int err = lfb_blob_convert(from, profile, &to);

	if (!err)
		return to;
	must(err == -E2BIG || err == -EOPNOTSUPP || err == -EEXIST || err == -ENOMEM ||
	     err == -EINVAL);
	must(lfb_error_text(NULL)[0] && !to);
	return NULL;
}

/*
 * A release's name that somebody gave may be that of the other kernel, which takes it for its own:
 * it does not come back. Of kho-v1, which has no kexec-metadata, the count does not either.
 */
static void forget_metadata(struct lfb_blob *blob, bool count)
{
	const struct lfb_view view = lfb__blob_view(blob);
	struct kho_root root;
	phys_addr_t at;
	struct kho_kexec_metadata *metadata;
	u64 size;

	must(!kho__read_root(&view, blob->kho_root, &root, NULL));
	if (kho__read_subtree(&root, kho__abi_of(&root), KHO_METADATA_NODE_NAME, &at, &size))
		return;
	metadata = (struct kho_kexec_metadata *)view.at(&view, at, sizeof(*metadata));
	must(metadata);
	memset(metadata->previous_release, 0, sizeof(metadata->previous_release));
	if (count)
		metadata->kexec_count = 0;
	must(!lfb__blob_seal(blob->bytes, blob->size));
}

/* Which way round it came does not show in a single byte. */
static void check_back(const struct lfb_blob *to, const struct lfb_blob *own)
{
	struct lfb_blob *back = convert(to, own->profile), *twice = convert(own, own->profile);

	const bool lost = !strcmp(to->kho_compatible, "kho-v1");

	must(back && twice);
	must(same_bytes(own, twice));
	forget_metadata(back, lost);
	forget_metadata(twice, lost);
	must(same_bytes(back, twice));
	lfb_blob_free(back);
	lfb_blob_free(twice);
}

static void try_profile(const struct lfb_blob *from, const struct ref_opinion *said,
			const struct lfb_blob *own, const char *profile)
{
	struct lfb_blob *to = convert(from, profile);

	if (!to)
		return;
	check_converted(from, said, to);
	if (own)
		check_back(to, own);
	lfb_blob_free(to);
}

/* One kernel an input when fuzzing: each takes a machine or two. */
static void try(const struct lfb_blob *blob, const struct ref_opinion *said, unsigned int choice)
{
	const unsigned int profiles = kept_profiles();
	struct lfb_blob *own, *from = try_again(blob, said);

	if (blob->memory <= MEMORY_MAX) {
		own = convert(from, blob->profile);
		if (own)
			check_converted(from, said, own);
		for (unsigned int i = 0; i < profiles; i++) {
			if (!LFB_FUZZING || i == choice % profiles)
				try_profile(from, said, own, lfb_profile_name(i));
		}
		lfb_blob_free(own);
	}
	lfb_blob_free(from);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct library_opinion opinion;
	struct ref_opinion said;
	struct lfb_blob *blob;

	blob = fuzz_blob(data, size);
	if (!blob)
		return 0;
	library_read(blob, &opinion);
	if (!opinion.errors) {
		ref_read(blob->bytes, blob->size, false, &said);
		must(said.text);
		if (LFB_FUZZING)
			mutate_remember(data, size);
		try(blob, &said, data[size - 1]);
		ref_forget(&said);
	}
	free(opinion.text);
	lfb_blob_free(blob);
	return 0;
}
