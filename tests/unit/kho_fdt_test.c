// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Device trees that may be hostile, and what is read from those that are not. */
#include <libfdt.h>

#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

#define WHERE 0x5000
#define HEADER_WORDS (sizeof(struct fdt_header) / sizeof(u32))

static struct lfb_problem problem;

/* A file of tests/data/hostile, in heap memory of exactly its size. */
static void *load(const char *name, size_t *size)
{
	char path[512];
	FILE *file;
	void *bytes;
	long length;

	snprintf(path, sizeof(path), "%s/hostile/%s", LFB_TEST_DATA, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	length = ftell(file);
	assert_true(length > 0);
	rewind(file);
	bytes = malloc((size_t)length);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)length, file), (size_t)length);
	fclose(file);
	*size = (size_t)length;
	return bytes;
}

/* Reads all that libfdt can tell of a tree; how many nodes and properties there are. */
static unsigned int walk(const void *fdt)
{
	unsigned int things = 0;
	int node, property, depth = 0;

	for (node = 0; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth)) {
		char text[16];
		u64 value;
		int size;

		things++;
		fdt_get_name(fdt, node, &size);
		fdt_subnode_offset(fdt, node, "luo-session");
		kho__fdt_u64_property(fdt, node, "liveupdate-number", &value);
		kho__fdt_compatible_is(fdt, node, "luo-v1");
		assert_ptr_equal(kho__fdt_compatible_text(fdt, node, text, sizeof(text)), text);
		assert_true(strlen(text) < sizeof(text));
		fdt_for_each_property_offset(property, fdt, node) {
			const char *name;

			things++;
			fdt_getprop_by_offset(fdt, property, &name, &size);
		}
	}
	return things;
}

/* Refused with a reason, or readable from end to end: what happens to any bytes. */
static bool is_read_or_refused(const void *fdt, size_t size)
{
	int err;

	problem = (struct lfb_problem){ 0 };
	err = kho__fdt_is_sound(fdt, size, WHERE, &problem);
	if (!err) {
		assert_string_equal(problem.what, "");
		assert_true(walk(fdt) > 0);
		return true;
	}
	assert_int_equal(err, -EINVAL);
	assert_int_equal(problem.where, WHERE);
	assert_string_not_equal(problem.what, "");
	return false;
}

static void the_seed_is_sound(void **state)
{
	size_t size;
	void *fdt = load("seed-luo-v1.dtb", &size);

	assert_true(is_read_or_refused(fdt, size));
	assert_int_equal(walk(fdt), 9);
	assert_int_equal(kho__fdt_is_sound(fdt, size, WHERE, NULL), 0);
	free(fdt);
}

static void hostile_trees_are_refused_with_a_reason(void **state)
{
	static const struct {
		const char *file;
		const char *reason;
	} trees[] = {
		{ "libfdt-1.6.1-check_full-segv.dtb", "version" },
		{ "libfdt-1.6.1-misaligned-rsvmap.dtb", "reservations" },
		{ "libfdt-1.6.1-nexttag-overflow.dtb", "leaves its block" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		size_t size;
		void *fdt = load(trees[i].file, &size);

		assert_false(is_read_or_refused(fdt, size));
		assert_non_null(strstr(problem.what, trees[i].reason));
		assert_int_equal(kho__fdt_is_sound(fdt, size, WHERE, NULL), -EINVAL);
		free(fdt);
	}
}

static void every_truncation_is_refused(void **state)
{
	size_t size;
	void *fdt = load("seed-luo-v1.dtb", &size);

	for (size_t cut = 0; cut < size; cut++) {
		/* A heap block of its own: AddressSanitizer sees a read past the end. */
		void *part = malloc(cut ? cut : 1);

		assert_non_null(part);
		memcpy(part, fdt, cut);
		assert_false(is_read_or_refused(part, cut));
		free(part);
	}
	free(fdt);
}

static void every_changed_byte_is_survived(void **state)
{
	size_t size, sound = 0;
	u8 *fdt = load("seed-luo-v1.dtb", &size);

	for (size_t i = 0; i < size; i++) {
		const u8 before = fdt[i];
		const u8 values[] = { 0x00, 0xff, before + 1, before - 1, before ^ 0x80 };

		for (size_t v = 0; v < sizeof(values); v++) {
			fdt[i] = values[v];
			sound += is_read_or_refused(fdt, size);
		}
		fdt[i] = before;
	}
	/* Not everything may be refused: property values and names are anybody's business. */
	assert_in_range(sound, size, 5 * size);
	free(fdt);
}

static void every_pair_of_header_words_is_survived(void **state)
{
	static const u32 values[] = { 0, 1, 2, 3, 7, 8, 11, 15, 16, 17, 0x28, 0x30, 0x40, 0x137,
				      0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	size_t size;
	fdt32_t *fdt = load("seed-luo-v1.dtb", &size);

	for (size_t a = 0; a < HEADER_WORDS; a++) {
		for (size_t b = 0; b < a; b++) {
			const fdt32_t before[] = { fdt[a], fdt[b] };

			for (size_t v = 0; v < ARRAY_SIZE(values) * ARRAY_SIZE(values); v++) {
				fdt[a] = cpu_to_fdt32(values[v / ARRAY_SIZE(values)]);
				fdt[b] = cpu_to_fdt32(values[v % ARRAY_SIZE(values)]);
				is_read_or_refused(fdt, size);
			}
			fdt[a] = before[0];
			fdt[b] = before[1];
		}
	}
	assert_true(is_read_or_refused(fdt, size));
	free(fdt);
}

static void every_word_of_the_structure_may_be_any_tag(void **state)
{
	static const u32 values[] = { FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END, 0,
				      5, 0x100, 0x7fffff69, 0x7fffffff, 0xfffffff0, 0xffffffff };
	size_t size;
	fdt32_t *fdt = load("seed-luo-v1.dtb", &size);
	const size_t first = fdt_off_dt_struct(fdt) / sizeof(u32);
	const size_t end = first + fdt_size_dt_struct(fdt) / sizeof(u32);

	for (size_t a = first; a < end; a++) {
		const fdt32_t before = fdt[a];

		for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
			fdt[a] = cpu_to_fdt32(values[v]);
			is_read_or_refused(fdt, size);
		}
		fdt[a] = before;
	}
	free(fdt);
}

static void misplaced_trees_are_refused(void **state)
{
	size_t size;
	u8 *fdt = load("seed-luo-v1.dtb", &size);
	u8 *room = malloc(size + 8);

	assert_non_null(room);
	for (size_t shift = 1; shift < 8; shift++) {
		memcpy(room + shift, fdt, size);
		assert_false(is_read_or_refused(room + shift, size));
		assert_non_null(strstr(problem.what, "misaligned"));
	}
	free(room);
	free(fdt);
}

static void a_tree_larger_than_the_limit_is_refused(void **state)
{
	const size_t size = LFB_FDT_MAX_SIZE + 8;
	void *fdt = malloc(size);

	assert_non_null(fdt);
	assert_int_equal(fdt_create_empty_tree(fdt, LFB_FDT_MAX_SIZE), 0);
	assert_true(is_read_or_refused(fdt, size));
	assert_int_equal(fdt_open_into(fdt, fdt, (int)size), 0);
	assert_false(is_read_or_refused(fdt, size));
	assert_non_null(strstr(problem.what, "larger"));
	free(fdt);
}

static void nested_and_empty_trees_are_read(void **state)
{
	static u8 fdt[PAGE_SIZE] __attribute__((aligned(8)));
	int node = 0;
	unsigned int depth;

	assert_int_equal(fdt_create_empty_tree(fdt, sizeof(fdt)), 0);
	assert_true(is_read_or_refused(fdt, sizeof(fdt)));
	assert_int_equal(walk(fdt), 1);
	for (depth = 1; (node = fdt_add_subnode(fdt, node, "n")) > 0; depth++)
		;
	assert_true(depth > 200);
	assert_true(is_read_or_refused(fdt, sizeof(fdt)));
	assert_int_equal(walk(fdt), depth);
}

static void a_u64_property_has_eight_bytes_in_native_order(void **state)
{
	static u8 fdt[PAGE_SIZE] __attribute__((aligned(8)));
	const u64 expected = 0x1122334455667788;
	u64 value = 0;

	assert_int_equal(fdt_create_empty_tree(fdt, sizeof(fdt)), 0);
	assert_int_equal(kho__fdt_u64_property(fdt, 0, "number", &value), -ENOENT);
	for (int size = 0; size <= 16; size++) {
		u8 bytes[16] = { 0 };

		memcpy(bytes, &expected, sizeof(expected));
		assert_int_equal(fdt_setprop(fdt, 0, "number", bytes, size), 0);
		assert_int_equal(kho__fdt_u64_property(fdt, 0, "number", &value),
				 size == 8 ? 0 : -EINVAL);
	}
	assert_int_equal(value, expected);
}

static void compatible_is_a_list_of_strings(void **state)
{
	static u8 fdt[PAGE_SIZE] __attribute__((aligned(8)));
	static const struct {
		const char *bytes;
		int size;
		bool is;
	} cases[] = {
		{ "kho-v1", 7, true },
		{ "kho-v1\0x", 9, true },
		{ "kho-v1\0\0", 8, true },
		{ "x\0kho-v1", 9, true },
		{ "\0kho-v1", 8, true },
		{ "xkho-v1", 8, false },
		{ "kho-v1", 6, true }, /* what follows is zero, as kernels see it */
		{ "kho-v1x", 7, false },
		{ "kho-v11", 8, false },
		{ "kho-v2", 7, false },
		{ "kho-v", 6, false },
		{ "", 1, false },
		{ "", 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* padding is zero in a new one only */
		assert_int_equal(fdt_create_empty_tree(fdt, sizeof(fdt)), 0);
		assert_false(kho__fdt_compatible_is(fdt, 0, "kho-v1"));
		assert_int_equal(fdt_setprop(fdt, 0, "compatible", cases[i].bytes, cases[i].size),
				 0);
		assert_int_equal(kho__fdt_compatible_is(fdt, 0, "kho-v1"), cases[i].is);
	}
}

static void compatible_text_is_printable_and_bounded(void **state)
{
	static u8 fdt[PAGE_SIZE] __attribute__((aligned(8)));
	char text[8] = "unused.";

	assert_int_equal(fdt_create_empty_tree(fdt, sizeof(fdt)), 0);
	assert_string_equal(kho__fdt_compatible_text(fdt, 0, text, sizeof(text)), "");
	assert_int_equal(fdt_setprop(fdt, 0, "compatible", "a\x01\xff~ \x7f", 6), 0);
	assert_string_equal(kho__fdt_compatible_text(fdt, 0, text, sizeof(text)), "a??~ ?");
	assert_int_equal(fdt_setprop_string(fdt, 0, "compatible", "longer than it"), 0);
	assert_string_equal(kho__fdt_compatible_text(fdt, 0, text, sizeof(text)), "longer ");
	assert_string_equal(kho__fdt_compatible_text(fdt, 0, text, 1), "");
	assert_int_equal(fdt_setprop(fdt, 0, "compatible", "one\0two", 8), 0);
	assert_string_equal(kho__fdt_compatible_text(fdt, 0, text, sizeof(text)), "one");
	assert_ptr_equal(kho__fdt_compatible_text(fdt, 0, text, 0), text);
	assert_string_equal(text, "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seed_is_sound),
		cmocka_unit_test(hostile_trees_are_refused_with_a_reason),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_changed_byte_is_survived),
		cmocka_unit_test(every_pair_of_header_words_is_survived),
		cmocka_unit_test(every_word_of_the_structure_may_be_any_tag),
		cmocka_unit_test(misplaced_trees_are_refused),
		cmocka_unit_test(a_tree_larger_than_the_limit_is_refused),
		cmocka_unit_test(nested_and_empty_trees_are_read),
		cmocka_unit_test(a_u64_property_has_eight_bytes_in_native_order),
		cmocka_unit_test(compatible_is_a_list_of_strings),
		cmocka_unit_test(compatible_text_is_printable_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
