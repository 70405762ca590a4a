// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a kernel's own code makes of damaged handovers, and what the profile of that kernel makes of
 * them: the same, or it is told. Changes are those of exhaustive.c, to blobs of that profile.
 *
 *	image_oracle IMAGE PROFILE PART FOLDER_OF_HANDOVERS...
 *
 * IMAGE: of lfb tree. PART: one change of so many. Exit status 1 when they differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/compare.h>
#include <luo/machine_options.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/changes.h"

static const char *image, *profile;
static unsigned long part;

static unsigned long no_blob, tried, differ, in_all;
static const struct lfb_blob *damaged;

/* Both end, and before it did the same. What a kernel dies of is told otherwise. */
static bool both_die(const char *ours, const char *theirs)
{
	static const char *const ends[] = { "== oops\n== end\n", "== panic\n== end\n" };
	const char *our_end = strstr(ours, ends[0]) ?: strstr(ours, ends[1]);
	const char *their_end = strstr(theirs, ends[0]) ?: strstr(theirs, ends[1]);

	return our_end && their_end && our_end - ours == their_end - theirs &&
	       !memcmp(ours, theirs, (size_t)(our_end - ours));
}

static int tell(void *context, const struct lfb_difference *difference)
{
	const struct changes *good = context;
	char path[64];

	if (both_die(difference->ours, difference->theirs))
		return 0;
	differ++;
	printf("%s, change %lu:\n--- %s\n%s--- %s\n%s", good->name, no_blob + tried, profile,
	       difference->ours, image, difference->theirs);
	snprintf(path, sizeof(path), "%s-%lu.blob", good->name, differ);
	return lfb_blob_save(damaged, path);
}

static void compare(struct changes *good, const struct lfb_blob *blob,
		    const struct lfb_scenario *life)
{
	const struct lfb_machine_options by_profile = {
		.sz = sizeof(by_profile), .profile = profile,
	};
	const struct lfb_machine_options by_image = {
		.sz = sizeof(by_image), .profile = profile, .kernel = image,
	};
	const struct lfb_compare_kernel kernels[] = {
		{ .sz = sizeof(kernels[0]), .name = profile, .machine = &by_profile },
		{ .sz = sizeof(kernels[0]), .name = image, .machine = &by_image },
	};
	const struct lfb_compare_options options = {
		.sz = sizeof(options), .scenarios = &life, .nr_scenarios = 1, .jobs = 1,
		.boot_from = blob, .report = tell, .context = good,
	};
	struct lfb_compare_result result = { .sz = sizeof(result) };

	must(!lfb_compare(kernels, ARRAY_SIZE(kernels), &options, &result));
	if (result.scenarios != 1)
		fprintf(stderr, "%s\n", result.why);
	must(result.scenarios == 1);
}

static void try(struct changes *good, size_t size)
{
	struct lfb_scenario *life;
	struct lfb_blob *blob;
	u8 *copy;

	/* Lengths are the blob's own affair, which no kernel knows. */
	if (size != good->size)
		return;
	copy = malloc(size);
	must(copy);
	memcpy(copy, good->bytes, size);
	must(!lfb__blob_seal(copy, size));
	if (lfb__blob_open(copy, size, false, &blob)) {
		no_blob++;
		return;
	}
	life = fuzz_life(blob);
	damaged = blob;
	compare(good, blob, life);
	tried++;
	lfb_scenario_free(life);
	lfb_blob_free(blob);
}

static void try_all(struct changes *good)
{
	if (strcmp(good->profile, profile))
		return;
	no_blob = tried = differ = 0;
	changes_each(good, part, try);
	printf("%s: of %lu changes %lu are no blob, %lu do the same in both, %lu do not\n",
	       good->name, no_blob + tried, no_blob, tried - differ, differ);
	in_all += differ;
}

int main(int argc, char **argv)
{
	must(argc > 4);
	image = argv[1];
	profile = argv[2];
	part = strtoul(argv[3], NULL, 10);
	must(part);
	for (int i = 4; i < argc; i++)
		changes_of_folder(argv[i], try_all);
	return in_all ? 1 : 0;
}
