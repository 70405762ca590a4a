// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every change of a kind to handovers that are good: each byte that is looked at, for each of eight
 * values, each field of eight bytes for twelve, cut off at each length, each two records of a size
 * exchanged. What comes of it is refused with a reason, or taken and used, within 100 ms. What all
 * checks take, with handlers that are there, comes to its end and leaves nothing behind.
 *
 *	exhaustive PART FOLDER_OF_IMAGES FOLDER_OF_HANDOVERS...
 *
 * PART: one change of so many, of what is large one of eight times as many. LFB_MUTATE=all is all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/check.h>
#include <luo/inspect.h>
#include <luo/profile.h>

#include "sim/handover/handover.h"
#include "sim/handover/inspect.h"
#include "tests/fuzz/support/changes.h"

#define LIMIT_MS 100

static unsigned long part;	/* 0: all, also of what is large */

/* What became of the changes of the handover that is at work. */
static bool fits;			/* into a machine of ours */
static unsigned long nr_taken, nr_refused;
static struct tally {			/* of what was taken */
	unsigned long used, sound, clean;
} tally;

/* Processor time, as others may have the processor. */
static unsigned long now_ms(void)
{
	struct timespec now;

	must(!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now));
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

/* Reading and using */

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct changes *good = view->context;

	if (!size || phys >= good->size || size > good->size - phys)
		return NULL;
	return good->bytes + phys;
}

#define IMAGE_LUO 0x10000ull	/* in recorded images, see tests/data/golden */

static bool read_image(const struct changes *good, size_t size, exact_look_fn told)
{
	struct changes cut = *good;
	const struct lfb_view view = { image_at, told ? good : &cut, size };
	bool sound;
	int err;

	cut.size = size;
	sound = exact_read_luo(&view, IMAGE_LUO, told, (void *)good);
	err = lfb_inspect_memory(good->bytes, size, IMAGE_LUO, good->profile, LFB_INSPECT_TEXT,
				 fuzz_discard, NULL);
	must(!err || (err == -EINVAL && *lfb_error_text(NULL)));
	/* Who describes it sees no less than who reads it. */
	must(err || sound);
	return !err;
}

static int ignore(void *context, const struct lfb_check_problem *problem)
{
	return 0;
}

static int on_compatible(void *context, const char *handler)
{
	static const char *const there[] = {
		"handler-0-v1", "handler-1-v1", "memfd-v1", "memfd-v2",
	};
	unsigned int *missing = context;
	unsigned int i = 0;

	while (i < ARRAY_SIZE(there) && strcmp(handler, there[i]))
		i++;
	*missing += i == ARRAY_SIZE(there);
	return 0;
}

/* No kernel has a reason to refuse anything of it. */
static bool is_sound(const struct lfb_blob *blob)
{
	unsigned int missing = 0;
	struct lfb_blob_names names = { .context = &missing, .compatible = on_compatible };

	must(!lfb__blob_names(blob, &names));
	return !missing && !lfb_check_blob(blob, ignore, NULL);
}

/*
 * A life in which all sessions are finished, and another update follows; false: its kernel died, or
 * a call did not answer as it does where all is well. The kernel that has no known defects says
 * what is left behind, as of an FLB that nobody has registered. A handler of files in memory
 * follows what a damaged record of its own says, as on a kernel; that must not end the process.
 */
static bool use(const struct changes *good, const struct lfb_blob *blob)
{
	const struct lfb_scenario_options how = { .sz = sizeof(how), .boot_from = blob };
	struct lfb_scenario *scenario = fuzz_life(blob);
	bool used = false, done;

	for (unsigned int i = 0; i < kept_profiles(); i++) {
		const char *name = lfb_profile_name(i);
		const bool is_own = !strcmp(name, good->profile);

		if (!is_own && (strcmp(name, LFB_PROFILE_DEFAULT) || !fits ||
				strcmp(lfb_profile_luo_abi(name),
				       lfb_profile_luo_abi(good->profile))))
			continue;
		done = !kept_run(i, KEPT_WATCHED, scenario, &how);
		if (is_own)
			used = done;
		else
			tally.clean += done && !kept_findings();
	}
	lfb_scenario_free(scenario);
	return used;
}

/* What is cut off is refused before a page of it is read: of what is large, no copy is made. */
static bool read_large_cut(const struct changes *good, size_t size)
{
	struct lfb_blob cut = { .bytes = good->bytes, .size = size };

	must(lfb__blob_read(&cut, false, NULL) && *lfb_error_text(NULL));
	free(cut.ranges);
	return false;
}

/* The digest is not looked at: it would refuse everything. */
static bool read_blob(struct changes *good, size_t size)
{
	struct lfb_blob *blob;
	u8 *copy;
	int err;

	if (size < good->size && good->size > CHANGES_LARGE)
		return read_large_cut(good, size);
	copy = malloc(size ? size : 1);
	must(copy);
	memcpy(copy, good->bytes, size);
	if (lfb__blob_open(copy, size, false, &blob)) {
		must(*lfb_error_text(NULL));
		return false;
	}
	exact_read(blob, NULL, NULL);
	err = lfb_inspect_blob(blob, LFB_INSPECT_TEXT, fuzz_discard, NULL);
	must(!err || (err == -EINVAL && *lfb_error_text(NULL)));
	if (!err) {
		const bool sound = is_sound(blob), used = use(good, blob);

		must(used || !sound || !fits);
		tally.used += used;
		tally.sound += sound;
	}
	lfb_blob_free(blob);
	return !err;
}

/* Who took too long once may have been kept waiting: it is tried anew. */
static bool in_time(struct changes *good, size_t size)
{
	const unsigned long limit = LIMIT_MS * (LFB_SLOW ? 10 : 1);
	const struct tally before = tally;
	bool taken;

	for (unsigned int times = 0; times < 3; times++) {
		const unsigned long began = now_ms();

		tally = before;
		taken = good->is_image ? read_image(good, size, NULL) : read_blob(good, size);
		if (now_ms() - began <= limit)
			return taken;
	}
	must(!"it takes too long");
	return false;
}

/* One change was made. */
static void try(struct changes *good, size_t size)
{
	if (in_time(good, size))
		nr_taken++;
	else
		nr_refused++;
}

static void try_all(struct changes *good)
{
	const unsigned long one_of = !part ? 1 : good->size > CHANGES_LARGE ? 8 * part : part;

	tally = (struct tally){ 0 };
	nr_taken = nr_refused = 0;
	fits = !good->is_image && good->memory <= KEPT_MEMORY;
	if (good->is_image)
		must(read_image(good, good->size, changes_look));
	else if (!read_blob(good, good->size))
		printf("refused itself: ");
	else
		must(tally.used == fits);
	tally = (struct tally){ 0 };
	changes_each(good, one_of, try);
	printf("%s: %lu of %zu bytes matter; %lu changes are refused, %lu taken", good->name,
	       changes_matter(good), good->size, nr_refused, nr_taken);
	if (fits)
		printf(", %lu of them to the end with all %lu that are sound", tally.used,
		       tally.sound);
	if (tally.clean)
		printf(", %lu with nothing left", tally.clean);
	printf(one_of > 1 ? ", one of %lu tried\n" : "\n", one_of);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const char *const images[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	const char *wish = getenv("LFB_MUTATE");

	must(argc >= 4);
	if (!wish || strcmp(wish, "all")) {
		part = strtoul(argv[1], NULL, 10);
		must(part);
	}
	for (int i = 3; i < argc; i++)
		changes_of_folder(argv[i], try_all);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		changes_of_file(argv[2], "small.mem", images[i], try_all);
	return 0;
}
