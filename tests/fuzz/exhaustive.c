// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every change of a kind to handovers that are good: each byte that is looked at, for each of eight
 * values, each field of eight bytes for twelve, cut off at each length, each two records of a size
 * exchanged. What comes of it is refused with a reason, or taken and used, within 100 ms. What all
 * checks take, with handlers that are there, comes to its end and leaves nothing behind.
 *
 *	exhaustive PART FOLDER_OF_IMAGES FOLDER_OF_BLOBS...
 *
 * PART: one change of so many. LFB_MUTATE=all is PART 1, whatever is said.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/check.h>
#include <luo/inspect.h>
#include <luo/profile.h>

#include "sim/handover/handover.h"
#include "sim/handover/inspect.h"
#include "tests/fuzz/support/support.h"

#define LOOKS_MAX 4096u
#define LIMIT_MS 100

/* A good handover. */
struct good {
	const char *name;
	const char *profile;
	bool is_image;		/* LUO's state in bare memory */
	u8 *bytes;		/* changed, and put back */
	size_t size;
	struct look {
		size_t at, size;
	} looks[LOOKS_MAX];
	unsigned int nr_looks;
	bool fits;		/* into a machine of ours */
	u8 *matters;		/* by byte */
	unsigned long taken, refused;
	struct tally {		/* of what was taken */
		unsigned long used, sound, clean;
	} tally;
};

static unsigned long part = 1, counted;

/* Processor time, as others may have the processor. */
static unsigned long now_ms(void)
{
	struct timespec now;

	must(!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now));
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

static void mark(struct good *good, size_t at, size_t size)
{
	for (size_t i = at; i < at + size && i < good->size; i++)
		good->matters[i] = 1;
}

static bool is_empty(const u8 *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Of pages, which are mostly empty, what is not, the field behind that, and one in 64 besides. */
static void mark_pages(struct good *good, size_t at, size_t size)
{
	const size_t field = sizeof(u64);

	for (size_t i = at; i < at + size && i + field <= good->size; i += field) {
		if (i == at || !is_empty(good->bytes + i, field) ||
		    !is_empty(good->bytes + i - field, field) || (i / field) % 64 == 63)
			mark(good, i, field);
	}
}

static void on_look(void *context, const void *bytes, size_t size)
{
	struct good *good = context;
	/* Blobs are read from a copy. */
	const size_t at = (size_t)((const u8 *)bytes - good->bytes);

	if (good->nr_looks < LOOKS_MAX)
		good->looks[good->nr_looks++] = (struct look){ at, size };
	if (size < PAGE_SIZE)
		mark(good, at, size);
	else
		mark_pages(good, at, size);
}

/* Reading and using */

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct good *good = view->context;

	if (!size || phys >= good->size || size > good->size - phys)
		return NULL;
	return good->bytes + phys;
}

#define IMAGE_LUO 0x10000ull	/* in recorded images, see tests/data/golden */

static bool read_image(const struct good *good, size_t size, exact_look_fn told)
{
	struct good cut = *good;
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

static int on_session(void *context, const char *name, u64 files)
{
	FILE *script = context;

	/* Names that are no words of a scenario are not asked for. */
	if (*name && strspn(name, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(name) &&
	    *name != '-')
		fprintf(script, "rsession %s = 0\nretrieve %s 1\nretrieve %s 2\n"
			"finish %s = 0\nclose %s\n", name, name, name, name, name);
	return 0;
}

/*
 * A life in which all sessions are finished, and another update follows; false: its kernel died, or
 * a call did not answer as it does where all is well. The kernel that has no known defects says
 * what is left behind, as of an FLB that nobody has registered. A handler of files in memory
 * follows what a damaged record of its own says, as on a kernel; that must not end the process.
 */
static bool use(struct good *good, const struct lfb_blob *blob)
{
	const struct lfb_scenario_options how = { .sz = sizeof(how), .boot_from = blob };
	struct lfb_blob_names names = { .session = on_session };
	struct lfb_scenario *scenario;
	bool used = false, done;
	char *text;
	size_t size;
	FILE *script = open_memstream(&text, &size);

	must(script);
	names.context = script;
	fputs("handler 0\nhandler 1\nflb 0 0\nflb 1 0\nflb 1 1\ngetin 0\ngetin 1\nopen\n",
	      script);
	must(!lfb__blob_names(blob, &names));
	fputs("session last\npreserve last 1 0 1\nmemfd 5 8192 1 6\nagain last 2 5\nreboot = 0\n",
	      script);
	must(!fclose(script));
	must(!lfb_scenario_parse("life", text, size, &scenario));
	for (unsigned int i = 0; i < kept_profiles(); i++) {
		const char *name = lfb_profile_name(i);
		const bool is_own = !strcmp(name, good->profile);

		if (!is_own && (strcmp(name, LFB_PROFILE_DEFAULT) || !good->fits ||
				strcmp(lfb_profile_luo_abi(name),
				       lfb_profile_luo_abi(good->profile))))
			continue;
		done = !kept_run(i, KEPT_WATCHED, scenario, &how);
		if (is_own)
			used = done;
		else
			good->tally.clean += done && !kept_findings();
	}
	lfb_scenario_free(scenario);
	free(text);
	return used;
}

/* The digest is not looked at: it would refuse everything. */
static bool read_blob(struct good *good, size_t size)
{
	struct lfb_blob *blob;
	u8 *copy = malloc(size ? size : 1);
	int err;

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

		must(used || !sound || !good->fits);
		good->tally.used += used;
		good->tally.sound += sound;
	}
	lfb_blob_free(blob);
	return !err;
}

/* Who took too long once may have been kept waiting: it is tried anew. */
static bool in_time(struct good *good, size_t size)
{
	const unsigned long limit = LIMIT_MS * (LFB_SLOW ? 10 : 1);
	const struct tally before = good->tally;
	bool taken;

	for (unsigned int times = 0; times < 3; times++) {
		const unsigned long began = now_ms();

		good->tally = before;
		taken = good->is_image ? read_image(good, size, NULL) : read_blob(good, size);
		if (now_ms() - began <= limit)
			return taken;
	}
	must(!"it takes too long");
	return false;
}

/* One change was made. */
static void try(struct good *good, size_t size)
{
	if (counted++ % part)
		return;
	if (in_time(good, size))
		good->taken++;
	else
		good->refused++;
}

/* Changes */

static void each_byte(struct good *good)
{
	for (size_t at = 0; at < good->size; at++) {
		const u8 was = good->bytes[at];
		const u8 values[] = {
			0, 1, 0x7f, 0x80, 0xff, was ^ 1, (u8)(was + 1), (u8)(was - 1),
		};

		for (size_t i = 0; good->matters[at] && i < ARRAY_SIZE(values); i++) {
			good->bytes[at] = values[i];
			if (values[i] != was)
				try(good, good->size);
		}
		good->bytes[at] = was;
	}
}

static u64 word_at(const struct good *good, size_t at)
{
	u64 word;

	memcpy(&word, good->bytes + at, sizeof(word));
	return word;
}

static void each_field(struct good *good)
{
	for (size_t at = 0; at + sizeof(u64) <= good->size; at += sizeof(u64)) {
		const u64 was = word_at(good, at);
		const u64 values[] = {
			0, 1, was - 1, was + 1, was ^ 1ull << 63, was + PAGE_SIZE, was - PAGE_SIZE,
			was << 1, 0xffffffff, 1ull << 32, ~0ull >> 1, ~0ull,
		};

		for (size_t i = 0; good->matters[at] && i < ARRAY_SIZE(values); i++) {
			memcpy(good->bytes + at, &values[i], sizeof(was));
			if (values[i] != was)
				try(good, good->size);
		}
		memcpy(good->bytes + at, &was, sizeof(was));
	}
}

/* With the length it had said in it, and with the one it has. */
static void each_length(struct good *good)
{
	const size_t place = LFB_BLOB_TOTAL_SIZE_AT;
	u64 size = good->size;

	for (size_t length = 0; length < good->size; length++) {
		try(good, length);
		if (good->is_image || length < place + sizeof(u64))
			continue;
		size = length;
		memcpy(good->bytes + place, &size, sizeof(size));
		try(good, length);
		size = good->size;
		memcpy(good->bytes + place, &size, sizeof(size));
	}
}

static void swap(struct good *good, const struct look *a, const struct look *b)
{
	for (size_t i = 0; i < a->size; i++) {
		const u8 byte = good->bytes[a->at + i];

		good->bytes[a->at + i] = good->bytes[b->at + i];
		good->bytes[b->at + i] = byte;
	}
}

static void each_two(struct good *good)
{
	for (unsigned int i = 0; i < good->nr_looks; i++) {
		for (unsigned int j = i + 1; j < good->nr_looks; j++) {
			const struct look *a = &good->looks[i], *b = &good->looks[j];

			if (a->size != b->size || a->at == b->at ||
			    !memcmp(good->bytes + a->at, good->bytes + b->at, a->size))
				continue;
			swap(good, a, b);
			try(good, good->size);
			swap(good, a, b);
		}
	}
}

/* All of it */

static void look_at_blob(struct good *good)
{
	struct lfb_blob *blob;
	u8 *copy = malloc(good->size);
	u8 *bytes = good->bytes;

	must(copy);
	memcpy(copy, bytes, good->size);
	must(!lfb__blob_open(copy, good->size, true, &blob));
	good->profile = strdup(blob->profile);
	good->fits = blob->memory <= KEPT_MEMORY;
	good->bytes = copy;
	mark(good, 0, LFB_BLOB_HEADER_SIZE + blob->nr_ranges * LFB_BLOB_RANGE_SIZE +
		      blob->more_scratch * LFB_BLOB_AREA_SIZE);
	exact_read(blob, on_look, good);
	good->bytes = bytes;
	lfb_blob_free(blob);
}

static void try_all(struct good *good)
{
	unsigned long matters = 0;

	good->matters = calloc(1, good->size);
	must(good->matters);
	if (good->is_image)
		must(read_image(good, good->size, on_look));
	else
		look_at_blob(good);
	must(good->is_image || (read_blob(good, good->size) && good->tally.used == good->fits));
	good->tally = (struct tally){ 0 };
	for (size_t i = 0; i < good->size; i++)
		matters += good->matters[i];
	each_byte(good);
	each_field(good);
	each_length(good);
	each_two(good);
	printf("%s: %lu of %zu bytes matter; %lu changes are refused, %lu taken", good->name,
	       matters, good->size, good->refused, good->taken);
	if (good->fits)
		printf(", %lu of them to the end with all %lu that are sound", good->tally.used,
		       good->tally.sound);
	if (good->tally.clean)
		printf(", %lu with nothing left", good->tally.clean);
	printf(part > 1 ? ", one of %lu tried\n" : "\n", part);
	fflush(stdout);
	free(good->matters);
}

static bool is_called(const char *name, const char *end)
{
	const size_t length = strlen(name);

	return length > strlen(end) && !strcmp(name + length - strlen(end), end);
}

/* What is packed is read from who unpacks it. */
static void load(struct good *good, const char *path)
{
	const bool packed = is_called(path, ".xz");
	const size_t room = 1u << 20;
	char command[4200];
	FILE *file;

	snprintf(command, sizeof(command), "xz -dc '%s'", path);
	file = packed ? popen(command, "r") : fopen(path, "rb");
	good->bytes = malloc(room);
	must(file && good->bytes);
	good->size = fread(good->bytes, 1, room, file);
	must(feof(file) && !(packed ? pclose(file) : fclose(file)) && good->size);
	good->bytes = realloc(good->bytes, good->size);
	must(good->bytes);
}

static void try_file(const char *folder, const char *name, const char *image_of)
{
	static struct good good;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s%s", folder, image_of ?: "",
		 image_of ? "/" : "", name);
	memset(&good, 0, sizeof(good));
	good.name = image_of ? path + strlen(folder) + 1 : name;
	good.is_image = image_of != NULL;
	good.profile = image_of;
	load(&good, path);
	try_all(&good);
	free(good.bytes);
	if (!image_of)
		free((void *)good.profile);
}

static int is_blob(const struct dirent *entry)
{
	return is_called(entry->d_name, ".blob") || is_called(entry->d_name, ".blob.xz");
}

static void try_blobs(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_blob, alphasort);

	must(count > 0);
	for (int i = 0; i < count; i++) {
		try_file(folder, entries[i]->d_name, NULL);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	static const char *const images[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	const char *wish = getenv("LFB_MUTATE");

	must(argc >= 4);
	if (!wish || strcmp(wish, "all"))
		part = strtoul(argv[1], NULL, 10);
	must(part);
	for (int i = 3; i < argc; i++)
		try_blobs(argv[i]);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		try_file(argv[2], "small.mem", images[i]);
	return 0;
}
