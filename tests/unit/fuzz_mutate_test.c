// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What makes inputs for the fuzzer of others: within the room there is, the same of the same seed,
 * and of what is sound mostly what is sound. Each buffer is as large as is said, for ASan.
 */
#define _GNU_SOURCE /* memmem() */
#include <dirent.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/support.h"
#include "tests/support/test.h"

#define TIMES (LFB_SLOW ? 250u : 2000u)
#define INPUTS_MAX 16u
#define TREE_MAX 640u
#define BLOB_MAX 131072u

struct input {
	u8 *bytes;
	size_t size;
};

static struct input trees[INPUTS_MAX], blobs[INPUTS_MAX];
static unsigned int nr_trees, nr_blobs;

static u8 *copy(const u8 *bytes, size_t size, size_t room)
{
	u8 *all = malloc(room ? room : 1);

	assert_non_null(all);
	if (size)
		memcpy(all, bytes, size);
	return all;
}

static bool is_sound_tree(const u8 *bytes, size_t size)
{
	struct lfb_problem problem;
	u8 *all = copy(bytes, size, size);
	const bool sound = size && !kho__fdt_is_sound(all, size, 0, &problem);

	free(all);
	return sound;
}

static bool is_blob(const u8 *bytes, size_t size)
{
	struct lfb_blob *blob;

	if (lfb__blob_open(copy(bytes, size, size), size, false, &blob))
		return false;
	lfb_blob_free(blob);
	return true;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct input load(const char *path)
{
	struct input input = { NULL, 0 };
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	input.size = (size_t)ftell(file);
	rewind(file);
	input.bytes = malloc(input.size);
	assert_non_null(input.bytes);
	assert_int_equal(fread(input.bytes, 1, input.size, file), input.size);
	fclose(file);
	return input;
}

/* The sound ones of a target's seeds. */
static unsigned int load_all(const char *target, bool (*sound)(const u8 *, size_t),
			     struct input *inputs)
{
	char path[1024];
	struct dirent **entries;
	unsigned int count = 0;
	int found;

	snprintf(path, sizeof(path), "%s/../fuzz/%s_seed_corpus", LFB_TEST_DATA, target);
	found = scandir(path, &entries, not_hidden, alphasort);
	assert_true(found > 2);
	for (int i = 0; i < found; i++) {
		struct input input;

		snprintf(path, sizeof(path), "%s/../fuzz/%s_seed_corpus/%s", LFB_TEST_DATA, target,
			 entries[i]->d_name);
		input = load(path);
		if (sound(input.bytes, input.size) && count < INPUTS_MAX)
			inputs[count++] = input;
		else
			free(input.bytes);
		free(entries[i]);
	}
	free(entries);
	assert_true(count > 2);
	return count;
}

static size_t mutated_tree(const struct input *input, u8 *out, size_t room, unsigned int seed)
{
	memcpy(out, input->bytes, input->size);
	return mutate_tree(out, input->size, room, seed, NULL);
}

static size_t crossed_tree(const struct input *input, u8 *out, size_t room, unsigned int seed)
{
	const struct input *other = &trees[seed % nr_trees];

	return cross_trees(input->bytes, input->size, other->bytes, other->size, out, room, seed);
}

static size_t mutated_blob(const struct input *input, u8 *out, size_t room, unsigned int seed)
{
	memcpy(out, input->bytes, input->size);
	return mutate_blob(out, input->size, room, seed * 2654435761u);
}

static size_t crossed_blob(const struct input *input, u8 *out, size_t room, unsigned int seed)
{
	const struct input *other = &blobs[seed % nr_blobs];

	return cross_blobs(input->bytes, input->size, other->bytes, other->size, out, room,
			   seed * 2654435761u);
}

typedef size_t (*make_fn)(const struct input *input, u8 *out, size_t room, unsigned int seed);

/*
 * Of inputs that are sound: more than @least percent of what comes of them is, and differs from
 * them; not all of it, as what is refused is to be tried as well.
 */
static void try_sound(const char *what, make_fn make, bool (*sound)(const u8 *, size_t),
		      const struct input *inputs, unsigned int count, unsigned int times,
		      size_t max, unsigned int least)
{
	unsigned int made = 0, are_sound = 0, differ = 0;

	for (unsigned int seed = 0; seed < times; seed++) {
		const struct input *input = &inputs[seed / 7 % count];
		/* Just enough for what was there, or more. */
		const size_t room = seed % 3 && max > input->size ? max : input->size;
		u8 *out = copy(NULL, 0, room), *again = copy(NULL, 0, room);
		const size_t size = make(input, out, room, seed);

		assert_true(size <= room);
		assert_int_equal(make(input, again, room, seed), size);
		assert_memory_equal(out, again, size);
		made += size > 0;
		are_sound += sound(out, size);
		differ += size && (size != input->size || memcmp(out, input->bytes, size));
		free(out);
		free(again);
	}
	printf("%s: %u of %u were made, %u are sound, %u differ\n", what, made, times, are_sound,
	       differ);
	assert_true(made > times / 2 && differ > made / 2);
	assert_true(are_sound > made / 100 * least && are_sound < made);
}

static void trees_of_sound_trees_are_mostly_sound(void **state)
{
	try_sound("trees changed", mutated_tree, is_sound_tree, trees, nr_trees, 8 * TIMES,
		  TREE_MAX, 70);
}

static void trees_of_two_are_mostly_sound(void **state)
{
	try_sound("trees of two", crossed_tree, is_sound_tree, trees, nr_trees, 8 * TIMES,
		  TREE_MAX, 70);
}

static void blobs_of_sound_blobs_are_often_blobs(void **state)
{
	try_sound("blobs changed", mutated_blob, is_blob, blobs, nr_blobs, TIMES, BLOB_MAX, 40);
}

static void blobs_of_two_are_mostly_blobs(void **state)
{
	try_sound("blobs of two", crossed_blob, is_blob, blobs, nr_blobs, TIMES, BLOB_MAX, 70);
}

/* Each is made of the one before, or of one that is broken, with bytes and ends as they come. */
static void hostile_bytes_are_not_left(void **state)
{
	struct input now = { copy(trees[0].bytes, trees[0].size, trees[0].size), trees[0].size };
	u32 random = 1;

	for (unsigned int seed = 0; seed < 20 * TIMES; seed++) {
		const struct input *other = &trees[mutate_next(&random) % nr_trees];
		const size_t room = now.size + mutate_next(&random) % 64;
		u8 *out = copy(now.bytes, now.size, room);
		size_t size = seed % 2 ? mutate_tree(out, now.size, room, seed, NULL) :
			      cross_trees(now.bytes, now.size, other->bytes, other->size, out, room,
					  seed);

		assert_true(size <= room);
		/* Anew, where nothing is left of it. */
		free(now.bytes);
		now = size ? (struct input){ copy(out, size, size), size } :
		      (struct input){ copy(other->bytes, other->size, other->size), other->size };
		free(out);
		now.bytes[mutate_next(&random) % now.size] = (u8)mutate_next(&random);
		if (mutate_next(&random) % 8 == 0) {
			size = mutate_next(&random) % now.size;
			out = copy(now.bytes, size, size);
			free(now.bytes);
			now = (struct input){ out, size };
		}
		if (!now.size) {
			free(now.bytes);
			now = (struct input){ copy(other->bytes, 4, 4), 4 };
		}
	}
	free(now.bytes);
}

/* A property that the one has, below the root, comes to the other. */
static void something_of_the_second_tree_is_in_the_first(void **state)
{
	static const u8 number[] = "liveupdate-number";
	unsigned int taken = 0;
	size_t size;
	u8 out[TREE_MAX];

	for (unsigned int seed = 0; seed < TIMES; seed++) {
		const struct input *a = &trees[seed % nr_trees], *b = &trees[seed / 8 % nr_trees];

		if (memmem(a->bytes, a->size, number, sizeof(number)) ||
		    !memmem(b->bytes, b->size, number, sizeof(number)))
			continue;
		size = cross_trees(a->bytes, a->size, b->bytes, b->size, out, sizeof(out), seed);
		taken += memmem(out, size, number, sizeof(number)) != NULL;
	}
	assert_true(taken > TIMES / 100);
}

static int set_up(void **state)
{
	nr_trees = load_all("tree", is_sound_tree, trees);
	nr_blobs = load_all("blob", is_blob, blobs);
	return 0;
}

static int tear_down(void **state)
{
	for (unsigned int i = 0; i < INPUTS_MAX; i++) {
		free(trees[i].bytes);
		free(blobs[i].bytes);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees_of_sound_trees_are_mostly_sound),
		cmocka_unit_test(trees_of_two_are_mostly_sound),
		cmocka_unit_test(blobs_of_sound_blobs_are_often_blobs),
		cmocka_unit_test(blobs_of_two_are_mostly_blobs),
		cmocka_unit_test(hostile_bytes_are_not_left),
		cmocka_unit_test(something_of_the_second_tree_is_in_the_first),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
