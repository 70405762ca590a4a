// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The codecs' reading half on images that are damaged: cut off or altered anywhere, they are read
 * or refused without a step outside of them.
 */
#include "tests/support/wire_image.h"

#define HOSTILE LFB_TEST_DATA "/hostile/"

static void one_generation_is_not_taken_for_the_other(void **state)
{
	static const char *const sentences[] = {
		"luo-session is \"luo-session-v2\", not \"luo-session-v1\"",
		"luo-session is \"luo-session-v1\", not \"luo-session-v2\"",
	};

	for (size_t i = 0; i < GENERATIONS; i++) {
		struct reading reading = { .codec = generations[i].codec, .strict = true };
		struct image image;

		image_load_wire(&image, generations[1 - i].profile, "small");
		reading.image = &image;
		assert_int_equal(image_read(&reading, TREE), -EINVAL);
		assert_string_equal(reading.first.what, sentences[i]);
		image_read_both_ways(&image, generations[i].codec, TREE);
		image_unload(&image);
		/* Nor what the newest kernel writes, which has no tree at all. */
		image_load_wire(&image, "linux-7.3", "small");
		assert_int_equal(image_read_both_ways(&image, generations[i].codec, TREE), -EINVAL);
		image_unload(&image);
	}
}

/* All that is missing behind the cut was handed over by nobody. */
static void images_may_end_after_any_page(void **state)
{
	unsigned int refused = 0, whole = 0;

	for (size_t i = 0; i < IMAGES * GENERATIONS; i++) {
		struct image image;
		size_t size;

		image_load_wire(&image, generations[i % GENERATIONS].profile,
				images[i / GENERATIONS]);
		size = image.size;
		for (image.size = 0; image.size <= size; image.size += PAGE_SIZE) {
			if (image_read_both_ways(&image, generations[i % GENERATIONS].codec, TREE))
				refused++;
			else
				whole++;
		}
		image.size = size;
		image_unload(&image);
	}
	print_message("%u refused, %u read\n", refused, whole);
	assert_true(refused > 100);
	/* Behind the last entries there are pages that nothing refers to. */
	assert_true(whole >= IMAGES * GENERATIONS);
}

static void images_may_end_after_any_byte(void **state)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		struct image image;
		size_t size;

		image_load_wire(&image, generations[i].profile, "small");
		size = image.size;
		for (image.size = TREE; image.size < size; image.size += 56)
			image_read_both_ways(&image, generations[i].codec, TREE);
		image.size = size;
		image_unload(&image);
	}
}

/*
 * Alterations
 */

struct range {
	phys_addr_t from;
	size_t size;
};

static unsigned int alter(struct image *image, const struct luo_codec *codec,
			  const struct range *range)
{
	unsigned int tried = 0;

	for (phys_addr_t at = range->from; at < range->from + range->size; at++) {
		const u8 was = image->bytes[at];
		const u8 values[] = { 0, 0xff, was ^ 1, was ^ 0x80, (u8)(was + 1) };

		for (size_t i = 0; i < sizeof(values); i++, tried++) {
			image->bytes[at] = values[i];
			image_read_both_ways(image, codec, TREE);
		}
		image->bytes[at] = was;
	}
	return tried;
}

/* The tree, the session array, the FLB page and the files of "small", as they were allocated. */
static void images_may_be_altered_anywhere(void **state)
{
	static const struct range ranges[] = {
		{ TREE, 4096 },
		{ TREE + 1 * 4096, 4 * 88 },
		{ TREE + 17 * 4096, 16 + 4 * 64 },
		{ TREE + 18 * 4096, 3 * 64 },
		{ TREE + 20 * 4096, 2 * 64 },
	};
	unsigned int tried = 0;

	for (size_t i = 0; i < GENERATIONS; i++) {
		struct image image;

		image_load_wire(&image, generations[i].profile, "small");
		for (size_t k = 0; k < sizeof(ranges) / sizeof(ranges[0]); k++) {
			assert_true(ranges[k].from + ranges[k].size <= image.size);
			tried += alter(&image, generations[i].codec, &ranges[k]);
		}
		image_unload(&image);
	}
	print_message("%u altered images\n", tried);
	assert_true(tried > 40000);
}

/* Numbers are altered as a whole too: all that is read at once. */
static void numbers_may_be_anything(void **state)
{
	static const u64 values[] = { 0, 1, 63, 64, 128, 129, 743, 745, 820, INT32_MAX, UINT32_MAX,
				      1ull << 63, UINT64_MAX, UINT64_MAX - 4095, TREE, TREE + 8,
				      TREE + 17 * 4096, 0x25000, 0x26000 };
	static const struct range ranges[] = {
		{ TREE + 4096, 4 * 88 },
		{ TREE + 17 * 4096, 16 + 4 * 64 },
	};

	for (size_t i = 0; i < GENERATIONS * 2; i++) {
		const struct luo_codec *codec = generations[i % GENERATIONS].codec;
		const struct range *range = &ranges[i / GENERATIONS];
		struct image image;

		image_load_wire(&image, generations[i % GENERATIONS].profile, "small");
		for (phys_addr_t at = range->from; at < range->from + range->size; at += 8) {
			u64 was;

			memcpy(&was, image.bytes + at, 8);
			for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
				memcpy(image.bytes + at, &values[k], 8);
				image_read_both_ways(&image, codec, TREE);
			}
			memcpy(image.bytes + at, &was, 8);
		}
		image_unload(&image);
	}
}

static void trees_that_broke_libfdt_are_refused(void **state)
{
	static const char *const hostile[] = {
		"libfdt-1.6.1-check_full-segv.dtb",
		"libfdt-1.6.1-misaligned-rsvmap.dtb",
		"libfdt-1.6.1-nexttag-overflow.dtb",
		"seed-luo-v1.dtb",
	};

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]) * GENERATIONS; i++) {
		char path[512];
		struct image image, page = { .size = PAGE_SIZE };

		snprintf(path, sizeof(path), HOSTILE "%s", hostile[i / GENERATIONS]);
		image_load(&image, path);
		page.bytes = calloc(1, PAGE_SIZE);
		assert_non_null(page.bytes);
		memcpy(page.bytes, image.bytes, image.size < PAGE_SIZE ? image.size : PAGE_SIZE);
		/* None of them leads to arrays that are there. */
		assert_int_equal(image_read_both_ways(&page, generations[i % GENERATIONS].codec, 0),
				 -EINVAL);
		image_unload(&image);
		image_unload(&page);
	}
}

static void the_tree_may_lie_anywhere(void **state)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		static const u64 nowhere[] = { UINT64_MAX, UINT64_MAX - 4095, 1ull << 40, 0x25800 };
		const struct luo_codec *codec = generations[i].codec;
		struct image image;

		image_load_wire(&image, generations[i].profile, "small");
		for (phys_addr_t tree = 0; tree < image.size; tree += PAGE_SIZE)
			assert_int_equal(image_read_both_ways(&image, codec, tree),
					 tree == TREE ? 0 : -EINVAL);
		for (size_t k = 0; k < sizeof(nowhere) / sizeof(nowhere[0]); k++)
			assert_int_equal(image_read_both_ways(&image, codec, nowhere[k]), -EINVAL);
		image_unload(&image);
	}
}

/* A callback may end a reading, and nobody need listen. */
static int stop_here(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	return ++*(int *)context == 2 ? 77 : 0;
}

static void a_reading_ends_where_the_reader_says(void **state)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		const struct luo_codec *codec = generations[i].codec;
		struct image image = { 0 };
		struct lfb_view view = image_view(&image);
		struct luo_reader deaf = { .view = &view };
		struct luo_reader reader = { .view = &view, .session = stop_here };
		struct luo_head head;
		int count = 0;

		image_load_wire(&image, generations[i].profile, "many");
		reader.context = &count;
		assert_int_equal(codec->read_head(codec, &deaf, TREE, PAGE_SIZE, &head), 0);
		assert_int_equal(luo_read_flbs(&deaf, &head), 0);
		assert_int_equal(codec->read_sessions(codec, &deaf, &head), 0);
		assert_int_equal(codec->read_sessions(codec, &reader, &head), 77);
		assert_int_equal(count, 2);
		/* Without somebody to tell, a problem is an error. */
		assert_int_equal(codec->read_head(codec, &deaf, 0, PAGE_SIZE, &head), -EINVAL);
		image_unload(&image);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_generation_is_not_taken_for_the_other),
		cmocka_unit_test(images_may_end_after_any_page),
		cmocka_unit_test(images_may_end_after_any_byte),
		cmocka_unit_test(images_may_be_altered_anywhere),
		cmocka_unit_test(numbers_may_be_anything),
		cmocka_unit_test(trees_that_broke_libfdt_are_refused),
		cmocka_unit_test(the_tree_may_lie_anywhere),
		cmocka_unit_test(a_reading_ends_where_the_reader_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
